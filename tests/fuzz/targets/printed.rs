//! Printed numbers: each cell is read or refused, alike by all ways to it, and what is read reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    kessan::fuzzing::printed(text);
});
