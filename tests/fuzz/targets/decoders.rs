//! Stored bytes: any bytes decode or are refused, and what decodes is written as the same again. The first byte
//! says what the others are taken for.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some((kind, bytes)) = bytes.split_first() {
        kessan::fuzzing::decode(*kind, bytes);
    }
});
