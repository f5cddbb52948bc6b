//! How long a point takes beside a writer that never rests, and without one: `cargo bench --bench read_latency`.
//!
//! It reports and asserts nothing. With as many busy threads as cores, the longest times are the scheduler's.

mod generator;

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kessan::{Database, Reader};

use generator::{METRICS, QUARTERS, company_id, metric_path, package, quarters, restated};

/// How many companies are read, and written anew.
const COMPANIES: usize = 40;
/// How long each measurement takes.
const TIME: Duration = Duration::from_secs(10);

/// Asks for any series by name, until the time is over, and gives the times it took, in order.
fn points(reader: &Reader, time: Duration) -> Vec<Duration> {
    let quarter = quarters()[QUARTERS / 2];
    let mut turn = 0;
    let mut times = Vec::new();
    let end = Instant::now() + time;
    loop {
        turn = (turn + 7919) % (COMPANIES * METRICS);
        let (company, metric) = (company_id(turn / METRICS), metric_path(turn % METRICS));
        let begin = Instant::now();
        let query = reader.series(company.as_str(), metric.as_str());
        black_box(query.expect("known").at(quarter).expect("read"));
        let now = Instant::now();
        times.push(now - begin);
        if now >= end {
            times.sort_unstable();
            return times;
        }
    }
}

fn report(what: &str, times: &[Duration]) {
    let at = |per_mille: usize| times[(times.len() - 1) * per_mille / 1000];
    println!(
        "{what:<40} {:>9} points   p50 {:>9.1?}   p99 {:>9.1?}   p99.9 {:>9.1?}   max {:>9.1?}",
        times.len(),
        at(500),
        at(990),
        at(999),
        at(1000)
    );
}

fn main() {
    let db = Database::temporary().expect("a database");
    for company in 0..COMPANIES {
        db.ingest(package(company)).expect("ingested");
    }
    let reader = db.reader();
    points(&reader, Duration::from_secs(1));
    report("no writer", &points(&reader, TIME));

    // One quarter of all metrics of a company restated: a hundred series in a commit. And all eighty: eight thousand facts.
    for (what, count) in [
        ("restatements of a quarter", 1),
        ("restatements of 80 quarters", QUARTERS),
    ] {
        let done = AtomicBool::new(false);
        let (times, commits) = thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut commits: u32 = 0;
                while !done.load(Ordering::Acquire) {
                    let company = usize::try_from(commits).expect("small") % COMPANIES;
                    let version = commits / 40 + if count == 1 { 1 } else { 500 };
                    let package = restated(company, METRICS, count, version);
                    db.ingest(package).expect("ingested");
                    commits += 1;
                }
                commits
            });
            let times = points(&reader, TIME);
            done.store(true, Ordering::Release);
            (times, writer.join().expect("the writer"))
        });
        report(what, &times);
        println!("{:<40} {commits:>9} commits beside them", "");
    }
    // A pinned reader has its own state, and nothing of it is written any more.
    let pinned = db.pinned();
    report("no writer, pinned", &points(&pinned, TIME));
}
