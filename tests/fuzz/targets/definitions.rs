//! `company.toml` and `metrics.toml`, beside a manifest with one table.
#![no_main]

use kessan_fuzz::{Files, read_release};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    read_release(text, &Files::DEFINED);
});
