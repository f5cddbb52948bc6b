//! Release folders: manifests with their tables, of a company that is defined.
#![no_main]

use kessan_fuzz::{Files, read_release};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    read_release(text, &Files::DEFINITIONS);
});
