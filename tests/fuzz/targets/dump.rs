//! Dumps: a text is refused with its line, and leaves nothing behind, or it is a database that verifies and has the same dump.
#![no_main]

use std::fs;
use std::ops::ControlFlow;

use kessan::{Database, Error, StoreError};
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};

fuzz_target!(|text: &[u8]| {
    load(text);
    // As a checksum is hardly ever hit, the lines are also given the right last one.
    let ended = ended(text);
    if ended != text {
        load(&ended);
    }
});

/// The lines of a text, but for a last one that ends a dump, and the right one for them.
fn ended(text: &[u8]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    lines.pop_if(|line| line.is_empty());
    lines.pop_if(|line| line.starts_with(b"{\"end\""));
    let mut text: Vec<u8> = Vec::new();
    for line in &lines {
        text.extend(*line);
        text.push(b'\n');
    }
    let sum = Sha256::digest(&text);
    let sum: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    let count = lines.len() + 1;
    text.extend(format!("{{\"end\":{{\"lines\":{count},\"sha256\":\"{sum}\"}}}}\n").bytes());
    text
}

fn load(text: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("db");
    let go_on = |_: &_| ControlFlow::Continue(());
    let report = match Database::load_dump(text, &path, go_on) {
        Ok(report) => report,
        Err(error) => {
            refused(&error, text);
            let mut left = fs::read_dir(folder.path()).expect("a temporary folder");
            assert!(left.next().is_none(), "something is left: {error}");
            return;
        }
    };
    assert!(report.is_sound(), "{report}");
    let db = Database::open(&path).expect("a database that was verified");
    let again = db.verify(go_on).expect("a database that can be read");
    assert!(again.is_sound(), "{again}");
    let mut dump = Vec::new();
    db.dump(&mut dump, go_on)
        .expect("a database that can be read");
    // What an older version wrote is written as the newest does.
    if text.starts_with(b"{\"kessan_dump\":{\"version\":3,") {
        assert!(dump == text, "the dump is another one");
    }
}

/// A text is refused for what it says.
fn refused(error: &Error, text: &[u8]) {
    match error {
        Error::Store(StoreError::Dump { line, .. }) => {
            let lines = text.split(|byte| *byte == b'\n').count();
            assert!((1..=lines + 1).contains(&usize::try_from(*line).expect("a line")));
        }
        Error::Store(
            StoreError::Unsound { .. }
            | StoreError::Damaged { .. }
            | StoreError::TooLong { .. }
            | StoreError::Full { .. },
        ) => {}
        other => panic!("{other}"),
    }
    assert!(error.to_string().len() < 8000, "{error}");
}
