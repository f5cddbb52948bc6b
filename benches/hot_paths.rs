//! The library's hot paths on 500 companies x 100 metrics x 80 quarters: `cargo bench`.
//!
//! `KESSAN_BENCH_COMPANIES` makes it smaller. Times are this machine's; compare them with those of the commit
//! before, not with anything else.
#![allow(missing_docs, reason = "criterion's macros make the functions")]

mod generator;

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kessan::{Database, DeltaKind};

use generator::{METRICS, QUARTERS, company_id, metric_path, package, quarters, release};

fn companies() -> usize {
    std::env::var("KESSAN_BENCH_COMPANIES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(500)
}

fn load(folder: &Path, companies: usize) -> Database {
    let db = Database::create(folder).expect("a database");
    for company in 0..companies {
        db.ingest(package(company)).expect("ingested");
    }
    db
}

fn queries(criterion: &mut Criterion) {
    let companies = companies();
    let start = Instant::now();
    let below = tempfile::tempdir().expect("a folder");
    let folder = below.path().join("bench.kessan");
    let db = load(&folder, companies);
    eprintln!(
        "{} facts generated and loaded in {:.1?}",
        companies * METRICS * QUARTERS,
        start.elapsed()
    );
    let quarters = quarters();
    let (middle, last) = (quarters[40], quarters[QUARTERS - 1]);
    // Any company and metric, so that no cache answers for all of them.
    let mut turn = 0;
    let mut next = move || {
        turn = (turn + 7919) % (companies * METRICS);
        (company_id(turn / METRICS), metric_path(turn % METRICS))
    };

    criterion.bench_function("point", |bencher| {
        bencher.iter(|| {
            let (company, metric) = next();
            let query = db.series(company.as_str(), metric.as_str()).expect("known");
            black_box(query.at(middle).expect("read").expect("reported"))
        });
    });
    criterion.bench_function("20 quarters", |bencher| {
        bencher.iter(|| {
            let (company, metric) = next();
            let query = db.series(company.as_str(), metric.as_str()).expect("known");
            black_box(query.quarters(quarters[40]..=quarters[59]).expect("read"))
        });
    });
    criterion.bench_function("20 quarters in brief", |bencher| {
        bencher.iter(|| {
            let (company, metric) = next();
            let query = db.series(company.as_str(), metric.as_str()).expect("known");
            black_box(query.amounts(quarters[40]..=quarters[59]).expect("read"))
        });
    });
    criterion.bench_function("80 quarters with YoY", |bencher| {
        bencher.iter(|| {
            let (company, metric) = next();
            let query = db.series(company.as_str(), metric.as_str()).expect("known");
            black_box(query.quarters(quarters[0]..=last).expect("read").yoy())
        });
    });
    let handle = db
        .series(company_id(0).as_str(), metric_path(0).as_str())
        .expect("known")
        .load()
        .expect("read");
    criterion.bench_function("point by handle", |bencher| {
        bencher.iter(|| {
            black_box(
                handle
                    .at(black_box(middle))
                    .expect("read")
                    .expect("reported"),
            )
        });
    });
    criterion.bench_function("20 quarters by handle", |bencher| {
        bencher.iter(|| black_box(handle.quarters(quarters[40]..=quarters[59]).expect("read")));
    });
    criterion.bench_function("change by handle", |bencher| {
        bencher.iter(|| {
            black_box(
                handle
                    .yoy(black_box(middle))
                    .expect("read")
                    .expect("reported"),
            )
        });
    });
    panels(criterion, &db, companies);

    // Everything that holds the database goes before it is opened again.
    drop(handle);
    db.close();
    criterion.bench_function("open", |bencher| {
        bencher.iter(|| Database::open(&folder).expect("opened"));
    });
}

fn panels(criterion: &mut Criterion, db: &Database, companies: usize) {
    let quarters = quarters();
    let middle = quarters[40];
    criterion.bench_function("panel of one quarter", |bencher| {
        bencher.iter(|| {
            let panel = db.panel(metric_path(42).as_str()).expect("known");
            black_box(panel.at(middle).expect("read"))
        });
    });
    // Any metric and quarter, so that few were asked for before.
    let mut turn = 0;
    let mut next_panel = move || {
        turn = (turn + 797) % (METRICS * QUARTERS);
        (metric_path(turn / QUARTERS), quarters[turn % QUARTERS])
    };
    criterion.bench_function("panel not asked before, in brief", |bencher| {
        bencher.iter(|| {
            let (metric, quarter) = next_panel();
            let panel = db.panel(metric.as_str()).expect("known");
            black_box(panel.amounts(quarter).expect("read"))
        });
    });
    criterion.bench_function("changes of a panel, in brief", |bencher| {
        bencher.iter(|| {
            let panel = db.panel(metric_path(42).as_str()).expect("known");
            black_box(panel.changes(middle, DeltaKind::YearOnYear).expect("read"))
        });
    });
    let mut all = criterion.benchmark_group("all series");
    all.sample_size(10);
    all.throughput(Throughput::Elements(
        (companies * METRICS * QUARTERS) as u64,
    ));
    all.bench_function("YoY", |bencher| {
        bencher.iter(|| {
            db.each_series(|series| {
                black_box(series.changes(DeltaKind::YearOnYear).count());
            })
        });
    });
    all.finish();
}

fn bulk_load(criterion: &mut Criterion) {
    let packages: Vec<_> = (0..companies().min(20)).map(package).collect();
    let facts = packages.len() * METRICS * QUARTERS;
    let mut group = criterion.benchmark_group("bulk load");
    group.sample_size(10);
    group.throughput(Throughput::Elements(facts as u64));
    group.bench_function("a company a commit", |bencher| {
        bencher.iter_batched(
            || (packages.clone(), Database::temporary().expect("a database")),
            |(packages, db)| {
                for package in packages {
                    db.ingest(package).expect("ingested");
                }
                db
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// Releases of ten companies, quarter after quarter.
fn commits(criterion: &mut Criterion) {
    let below = tempfile::tempdir().expect("a folder");
    let db = Database::create(below.path().join("releases.kessan")).expect("a database");
    let mut number = 0;
    criterion.bench_function("durable commit of a release", |bencher| {
        bencher.iter_batched(
            || {
                let (decade, company) = (number / 10, number % 10);
                number += 1;
                release(decade / QUARTERS * 10 + company, decade % QUARTERS)
            },
            |release| db.ingest(release).expect("ingested"),
            BatchSize::PerIteration,
        );
    });
}

criterion_group!(benches, queries, bulk_load, commits);
criterion_main!(benches);
