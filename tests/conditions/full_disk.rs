//! A disk without space, in two ways: a limit on the size of files, which any user can set, and a small file system of memory in a
//! mount namespace of its own, where the system lets this user have one.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, ErrorKind, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use kessan::{DataSet, Database, Error, IngestReason, LoadItem, OnFailure, StoreError, TidyExport};

use super::support::{
    PARTS, QUARTER, check, ingest, package, parts, play, scene, series, skipped, stage,
    store_error, this_program,
};

/// What a document takes, about: cells of forty kilobytes.
const CELLS: usize = 40;

/// The limit on files comes as another kind of error than a full disk, but at the same places.
fn is_full(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::StorageFull | ErrorKind::FileTooLarge)
}

/// Takes in packages until there is no space left, and gives how many were acknowledged.
fn fill(db: &Database, first: u32) -> u32 {
    for n in first..10_000 {
        match db.ingest(package(n, CELLS)) {
            Ok(_) => {}
            Err(error) => {
                match store_error(error) {
                    StoreError::Io { kind, path, .. } if is_full(kind) => {
                        assert!(path.starts_with(db.path()), "{}", path.display());
                    }
                    // The commit before had space, the cleaning of the log after it had none.
                    StoreError::Halted => {}
                    error => panic!("{error:?}"),
                }
                return n;
            }
        }
    }
    panic!("the disk is larger than it should be");
}

/// A handle that had no space reads on, or says that it cannot: what the failed write was about is not read. Nothing that was
/// not acknowledged is seen.
fn reads_on(db: &Database, acknowledged: u32) {
    let mut read = 0;
    for part in 0..PARTS {
        let question = db.series_of(&series(part));
        match question.and_then(|question| question.at(QUARTER)) {
            Ok(point) => {
                let value = point.unwrap().value().unwrap();
                let last = usize::try_from(part).unwrap();
                assert_eq!(value, parts(acknowledged - 1)[last].into());
                read += 1;
            }
            Err(error) => {
                assert_eq!(store_error(error), StoreError::Halted);
            }
        }
    }
    println!("{read} of {PARTS} series are read after {acknowledged} commits");
}

/// A handle that had no space writes nothing, and says why.
fn halted(db: &Database, acknowledged: u32) {
    reads_on(db, acknowledged);
    for _ in 0..2 {
        let error = store_error(db.ingest(package(acknowledged, 0)).unwrap_err());
        assert_eq!(error, StoreError::Halted);
        assert!(error.to_string().contains("open the database again"));
    }
    let items = [Ok(item(acknowledged))];
    let go_on = |_: &_| ControlFlow::Continue(());
    let error = db.load(items, OnFailure::Continue, go_on).unwrap_err();
    assert_eq!(store_error(error), StoreError::Halted);
    reads_on(db, acknowledged);
}

fn item(n: u32) -> LoadItem {
    LoadItem {
        source: n.to_string(),
        bytes: 0,
        package: package(n, CELLS),
        refused: vec![],
        inferred: false,
        by_document: false,
        notes: vec![],
        fault: None,
    }
}

/// Loads packages until there is no space left, and gives how many are visible.
fn load(db: &Database, first: u32) -> u32 {
    let items = (first..10_000).map(|n| Ok(item(n)));
    let mut counted = 0;
    let loaded = db.load(items, OnFailure::Continue, |far| {
        counted = u32::try_from(far.packages).unwrap();
        ControlFlow::Continue(())
    });
    let error = store_error(loaded.unwrap_err());
    assert!(
        matches!(&error, StoreError::Io { kind, .. } if is_full(*kind))
            || error == StoreError::Halted,
        "{error:?}"
    );
    let visible = u32::try_from(db.last_commit()).unwrap();
    assert!(visible >= first + counted, "{visible}");
    visible
}

/// An export that has no space leaves nothing behind.
fn export(db: &Database, folder: &Path) {
    let error = TidyExport::new(db).to_folder(folder).unwrap_err();
    let Error::Export { file, error } = error else {
        panic!("{error}");
    };
    assert!(is_full(error.kind()), "{file}: {error}");
    let name = folder.file_name().unwrap().to_str().unwrap();
    let left = fs::read_dir(folder.parent().unwrap()).unwrap();
    let left = left.filter(|entry| {
        let entry = entry.as_ref().unwrap().file_name();
        entry.to_str().unwrap().starts_with(name)
    });
    assert_eq!(left.count(), 0);
}

/// Rows of 36 MB: more than are put in order in memory.
fn data_set() -> Vec<u8> {
    let mut rows = String::from("adsh\ttag\tversion\tddate\tqtrs\tuom\tvalue\tfootnote\n");
    let note = "note ".repeat(600);
    for n in 0..12_000 {
        rows.push_str("0000000123-25-000001\tRevenues\tus-gaap/2024\t20250331\t1\tUSD\t");
        writeln!(rows, "{n}.0000\t{note}").unwrap();
    }
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let plain =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in [
        (
            "sub.txt",
            "adsh\tcik\tname\tfye\tform\tfy\tfp\tfiled\n0000000123-25-000001\t123\tMINATO FOODS INC\t1231\t10-Q\t\
             2025\tQ1\t20250512\n",
        ),
        (
            "tag.txt",
            "tag\tversion\tdatatype\tiord\nRevenues\tus-gaap/2024\tmonetary\tD\n",
        ),
        ("num.txt", &rows),
    ] {
        zip.start_file(name, plain).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn rows_have_no_space() {
    let error = DataSet::from_reader(Cursor::new(data_set()), "2025q2.zip").unwrap_err();
    assert!(
        matches!(&*error.reason, IngestReason::DataSet(fault) if fault.to_string().contains("temporary")),
        "{error}"
    );
}

/// This program under a limit on the size of files, in blocks of 512 bytes. The signal is ignored, so that the write fails.
fn limited(blocks: u32, name: &str, folder: &Path) -> Command {
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    scene(&["sh", "-c", &limit, "sh"], &this_program(), name, folder)
}

#[test]
fn a_database_that_may_not_grow() {
    let folder = tempfile::tempdir().unwrap();
    play(limited(
        4 << 11,
        "full_disk::scene_of_ingest",
        folder.path(),
    ));
    for (name, first) in [("ingested", 0), ("loaded", 1)] {
        let acknowledged = fs::read_to_string(folder.path().join(format!("{name}.count")));
        let acknowledged: u32 = acknowledged.unwrap().parse().unwrap();
        assert!(acknowledged > first + 10, "{acknowledged}");
        let db = Database::open(folder.path().join(name)).unwrap();
        let there = check(&db, acknowledged);
        ingest(&db, there);
        ingest(&db, there + 1);
        assert_eq!(check(&db, there + 2), there + 2);
    }
}

/// Four megabytes for each file.
#[test]
#[ignore = "a scene of a_database_that_may_not_grow"]
fn scene_of_ingest() {
    let Some(folder) = stage() else { return };
    let told = |name: &str, count: u32| {
        fs::write(folder.join(format!("{name}.count")), count.to_string()).unwrap();
    };
    let db = Database::create(folder.join("ingested")).unwrap();
    let acknowledged = fill(&db, 0);
    halted(&db, acknowledged);
    told("ingested", acknowledged);

    let db = Database::create(folder.join("loaded")).unwrap();
    ingest(&db, 0);
    let acknowledged = load(&db, 1);
    halted(&db, acknowledged);
    told("loaded", acknowledged);

    rows_have_no_space();
}

/// Wherever it ends, a creation that has no space leaves nothing, and is done again where there is some.
#[test]
fn a_database_that_cannot_be_created() {
    let mut failed = 0;
    for blocks in [0, 1, 2, 100, 1000, 1024, 4096] {
        let folder = tempfile::tempdir().unwrap();
        play(limited(
            blocks,
            "full_disk::scene_of_creation",
            folder.path(),
        ));
        let path = folder.path().join("db");
        if path.exists() {
            let db = Database::open(&path).unwrap();
            assert_eq!(check(&db, 0), 0);
        } else {
            failed += 1;
            let db = Database::create(&path).unwrap();
            ingest(&db, 0);
        }
        let inside = folder.path().join("empty");
        assert!(inside.is_dir(), "what was there stays");
        drop(Database::open_or_create(&inside).unwrap());
    }
    assert!((1..7).contains(&failed), "{failed} failed");
}

#[test]
#[ignore = "a scene of a_database_that_cannot_be_created"]
fn scene_of_creation() {
    let Some(folder) = stage() else { return };
    let inside = folder.join("empty");
    fs::create_dir(&inside).unwrap();
    for path in [folder.join("db"), inside] {
        let Err(error) = Database::create(&path) else {
            continue;
        };
        let error = store_error(error);
        let StoreError::Io { kind, path: at, .. } = &error else {
            panic!("{error:?}");
        };
        assert!(is_full(*kind) && at.starts_with(&path), "{error:?}");
    }
    assert!(!folder.join("db.partial").exists());
}

/// Runs a scene with a file system of memory at its folder, if this user may have one.
pub(crate) fn on_small_disk(size: &str, name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let mount = format!("mount -t tmpfs -o size={size} kessan '{path}'");
    let unshare = ["unshare", "--map-root-user", "--mount", "sh", "-c"];
    let probe = Command::new(unshare[0])
        .args(&unshare[1..])
        .arg(&mount)
        .output();
    if !probe.is_ok_and(|output| output.status.success()) {
        skipped(&format!(
            "{name}, as this user may not mount a file system of memory"
        ));
        return;
    }
    let run = format!("{mount} && exec \"$@\"");
    let before: Vec<&str> = unshare.into_iter().chain([run.as_str(), "sh"]).collect();
    let mut scene = scene(&before, &this_program(), name, folder.path());
    scene.env("TMPDIR", folder.path());
    play(scene);
}

#[test]
fn a_disk_that_is_full() {
    on_small_disk("12m", "full_disk::scene_of_full_disk");
}

/// Takes all space but so many bytes.
fn ballast(folder: &Path, left: u64) {
    let path = folder.join("ballast");
    let mut file = fs::File::create(&path).unwrap();
    let block = vec![1; 4096];
    let mut taken = 0;
    while file.write_all(&block).is_ok() {
        taken += 4096;
    }
    file.set_len(taken - left).unwrap();
}

#[test]
#[ignore = "a scene of a_disk_that_is_full"]
fn scene_of_full_disk() {
    let Some(folder) = stage() else { return };
    let ballast = |left| ballast(&folder, left);
    let free = || fs::remove_file(folder.join("ballast")).unwrap();
    let path = folder.join("db");
    for left in [0, 4096, 100 << 10, 520 << 10] {
        ballast(left);
        let created = Database::create(&path);
        if let Err(error) = created {
            let error = store_error(error);
            assert!(
                matches!(
                    &error,
                    StoreError::Io {
                        kind: ErrorKind::StorageFull,
                        ..
                    }
                ),
                "{left}: {error:?}"
            );
            assert!(!path.exists(), "{left}");
        } else {
            drop(created);
            fs::remove_dir_all(&path).unwrap();
        }
        free();
    }
    rows_have_no_space();

    let db = Database::create(&path).unwrap();
    let mut there = fill(&db, 0);
    assert!(there > 10, "{there}");
    export(&db, &folder.join("tables"));
    halted(&db, there);
    drop(db);
    // Full again and again, by one handle after the other.
    for _ in 0..3 {
        // It may be too full to be opened: then that is said, and nothing lost.
        match Database::open(&path) {
            Ok(db) => assert_eq!(check(&db, there), there),
            Err(error) => {
                let error = store_error(error);
                assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
            }
        }
        there = again(&path, there);
    }
}

/// Opens a database of a disk that was made larger, goes on, and fills it again.
fn again(path: &Path, acknowledged: u32) -> u32 {
    let size = |size: &str| {
        // Without the name of what is mounted, mount repeats the options that there are, some of which only root may give.
        let status = Command::new("mount")
            .args(["-o", &format!("remount,size={size}"), "kessan"])
            .arg(path.parent().unwrap())
            .status();
        assert!(status.unwrap().success());
    };
    size("64m");
    let db = Database::open(path).unwrap();
    let there = check(&db, acknowledged);
    ingest(&db, there);
    // A disk is never smaller than what it has: now there is no space again.
    ballast(path.parent().unwrap(), 300 << 10);
    let there = load(&db, there + 1);
    halted(&db, there);
    drop(db);
    fs::remove_file(path.parent().unwrap().join("ballast")).unwrap();
    there
}
