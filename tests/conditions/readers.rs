//! A thousand threads that read beside a writer: none ever sees a part of a commit, and what is pinned stays as it is.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use kessan::Database;

use super::support::{PARTS, TOTAL, check, ingest, package, shown, whole};

#[test]
fn a_thousand_threads_beside_a_writer() {
    const THREADS: usize = 1000;
    const COMMITS: u32 = 8;
    let db = Database::temporary().unwrap();
    ingest(&db, 0);
    let done = AtomicBool::new(false);
    let (reads, last) = (AtomicU64::new(0), AtomicU32::new(0));
    let begin = Barrier::new(THREADS + 1);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            let thread = thread::Builder::new().stack_size(512 << 10);
            let started = thread.spawn_scoped(scope, || {
                let following = db.reader();
                let held = db.pinned();
                let first_seen = shown(&held);
                begin.wait();
                let mut newest = 0;
                while !done.load(Ordering::Acquire) {
                    let acknowledged = last.load(Ordering::Acquire);
                    let pinned = following.pinned();
                    let seen = whole(&pinned).unwrap();
                    assert!(seen >= acknowledged.max(newest), "{seen}, {acknowledged}");
                    newest = seen;
                    // In one question: a sum of all parts, of one commit.
                    let parts: Vec<String> = (0..PARTS).map(|k| format!("part.p{k}")).collect();
                    let sum = following.expression("minato", parts.join(" + ")).unwrap();
                    let sum = sum.at("1Q03").unwrap();
                    assert_eq!(sum.value(), Some(TOTAL.into()));
                    assert_eq!(whole(&pinned), Some(seen));
                    assert_eq!(shown(&held), first_seen);
                    reads.fetch_add(1, Ordering::Relaxed);
                    // So many threads would leave two cores nothing to write with.
                    thread::sleep(Duration::from_millis(500));
                }
            });
            started.unwrap();
        }
        begin.wait();
        for n in 1..=COMMITS {
            db.ingest(package(n, 3)).unwrap();
            last.store(n, Ordering::Release);
        }
        done.store(true, Ordering::Release);
    });
    let reads = reads.into_inner();
    println!("{reads} reads beside {COMMITS} commits");
    assert!(reads > 0);
    assert_eq!(check(&db, COMMITS + 1), COMMITS + 1);
}
