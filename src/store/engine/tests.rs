use super::*;
use crate::codec::SeriesId;

fn engine() -> (tempfile::TempDir, Engine) {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::create(folder.path(), &batch(0..4, b"first")).unwrap();
    (folder, engine)
}

fn batch(commits: std::ops::Range<u64>, payload: &[u8]) -> Batch {
    let mut batch = Batch::default();
    for commit in commits {
        batch.insert(&Key::Commit(commit), payload).unwrap();
    }
    batch
}

fn all(engine: &Engine) -> Result<Vec<Vec<u8>>, StoreError> {
    let entries = engine.range(Key::Commit(0)..=Key::Commit(u64::MAX))?;
    entries.map(|entry| Ok(entry?.1.to_vec())).collect()
}

#[test]
fn a_panic_inside_is_an_error_from_then_on() {
    let (folder, engine) = engine();
    let panicked = engine.call::<()>("read", |_| panic!("this panic is a part of the test"));
    let failed = panicked.unwrap_err();
    assert!(
        failed.to_string().contains("open the database again"),
        "{failed}"
    );
    assert_eq!(engine.get(&Key::Commit(0)).unwrap_err(), failed);
    assert_eq!(all(&engine).unwrap_err(), failed);
    let range = Key::Commit(0)..=Key::Commit(9);
    assert_eq!(engine.last(range).unwrap_err(), failed);
    assert_eq!(engine.apply(&batch(0..1, b"second")), Err(failed));
    drop(engine);
    let engine = Engine::open(folder.path()).unwrap();
    assert_eq!(all(&engine).unwrap(), vec![b"first".to_vec(); 4]);
    engine.apply(&batch(1..2, b"second")).unwrap();
}

/// How long the log gets where ten companies report forty figures a quarter, for sixty quarters.
fn grown(cleaned: bool) -> u64 {
    let (folder, engine) = engine();
    for report in 0..600 {
        let mut batch = Batch::default();
        for metric in 0..40 {
            let series = SeriesId {
                metric,
                variant: 0,
                company: report % 10,
            };
            let rows = usize::try_from(report / 10).unwrap();
            let key = Key::Current { series, chunk: 0 };
            batch.insert(&key, &vec![7; 100 + 26 * rows]).unwrap();
        }
        batch.insert(&Key::Document(report), &[7; 200]).unwrap();
        batch
            .insert(&Key::Commit(report.into()), &[7; 150])
            .unwrap();
        engine.apply(&batch).unwrap();
        if cleaned && report % 3 == 0 {
            engine.clean().unwrap();
        }
    }
    drop(engine);
    fs::metadata(Engine::log_path(folder.path())).unwrap().len()
}

#[test]
fn a_log_that_is_cleaned_is_not_full_of_garbage() {
    let (left, cleaned) = (grown(false), grown(true));
    assert!(cleaned < left / 2, "{cleaned} of {left} bytes");
}

#[test]
fn a_tree_ahead_is_the_tree_once_its_batches_are_written() {
    let (_folder, engine) = engine();
    let mut first = batch(2..7, b"second");
    first.remove(&Key::Commit(1));
    let mut second = batch(5..6, b"third");
    second.remove(&Key::Commit(6));
    let ahead = Ahead {
        engine: &engine,
        batches: vec![&second, &first],
    };
    let read = |tree: &dyn Tree, from, to| -> Vec<(Key, Vec<u8>)> {
        let entries = tree.range(Key::Commit(from)..=Key::Commit(to)).unwrap();
        let range: Vec<_> = entries
            .into_iter()
            .map(|(key, value)| (key, value.to_vec()))
            .collect();
        let one = |n| Some((Key::Commit(n), tree.get(&Key::Commit(n)).unwrap()?.to_vec()));
        assert_eq!(range, (from..=to).filter_map(one).collect::<Vec<_>>());
        range
    };
    let ranges = [(0, 9), (1, 3), (2, 5), (6, 6), (8, 9)];
    let found = ranges.map(|(from, to)| read(&ahead, from, to));
    engine.apply(&first).unwrap();
    engine.apply(&second).unwrap();
    assert_eq!(found, ranges.map(|(from, to)| read(&engine, from, to)));
    let lengths = found.map(|entries| entries.len());
    assert_eq!(lengths, [5, 2, 4, 0, 0]);
}

#[test]
fn what_a_failed_write_was_about_is_not_read() {
    let (folder, engine) = engine();
    let mut entries = engine.range(Key::Commit(0)..=Key::Commit(9)).unwrap();
    assert!(entries.next().unwrap().is_ok());
    let failed = batch(2..3, b"second").0.into_keys().collect();
    engine.unsure.set(failed).unwrap();
    // A scan that had begun, too.
    assert_eq!(entries.next().unwrap().unwrap_err(), StoreError::Halted);
    assert!(entries.next().is_none());
    drop(entries);
    assert_eq!(engine.get(&Key::Commit(2)).unwrap_err(), StoreError::Halted);
    assert_eq!(all(&engine).unwrap_err(), StoreError::Halted);
    let last = engine.last(Key::Commit(0)..=Key::Commit(2));
    assert_eq!(last.unwrap_err(), StoreError::Halted);
    assert!(engine.get(&Key::Commit(3)).unwrap().is_some());
    assert!(
        engine
            .last(Key::Commit(3)..=Key::Commit(9))
            .unwrap()
            .is_some()
    );
    drop(engine);
    let engine = Engine::open(folder.path()).unwrap();
    assert_eq!(all(&engine).unwrap().len(), 4);
}
