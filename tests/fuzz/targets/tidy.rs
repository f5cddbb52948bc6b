//! Tidy tables with the files that may stand beside them.
#![no_main]

use kessan_fuzz::{Files, read_tables};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    read_tables(text, &Files::DEFINITIONS);
});
