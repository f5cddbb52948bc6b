//! What versions cost the current view: nothing should be paid for those that are not asked for. `cargo bench
//! --bench versions`.
//!
//! The same 50 companies x 4 metrics x 40 quarters, published 1, 5 and 50 times each: every document restates every
//! figure. Compare the three of one question with each other.
#![allow(missing_docs, reason = "criterion's macros make the functions")]

#[allow(dead_code, reason = "each benchmark uses its part")]
mod generator;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use kessan::{Database, FiscalPeriod, PanelPeriod, parse_date};

use generator::{company_id, metric_path, quarters, restated};

const COMPANIES: usize = 50;
const METRICS: usize = 4;
const QUARTERS: usize = 40;

fn load(versions: u32) -> Database {
    let db = Database::temporary().expect("a database");
    for company in 0..COMPANIES {
        for version in 0..versions {
            let package = restated(company, METRICS, QUARTERS, version);
            db.ingest(package).expect("ingested");
        }
    }
    db
}

fn current_view(criterion: &mut Criterion) {
    let quarters = quarters();
    let (first, middle): (FiscalPeriod, FiscalPeriod) = (quarters[10], quarters[29]);
    let mut group = criterion.benchmark_group("versions");
    for versions in [1_u32, 5, 50] {
        let db = load(versions);
        // Any company and metric in turn.
        let mut turn = 0;
        let mut next = move || {
            turn = (turn + 61) % (COMPANIES * METRICS);
            (company_id(turn / METRICS), metric_path(turn % METRICS))
        };
        group.bench_function(BenchmarkId::new("point", versions), |bencher| {
            bencher.iter(|| {
                let (company, metric) = next();
                let query = db.series(company, metric.as_str()).expect("known");
                black_box(query.at(middle).expect("read").expect("reported"))
            });
        });
        group.bench_function(BenchmarkId::new("20 quarters", versions), |bencher| {
            bencher.iter(|| {
                let (company, metric) = next();
                let query = db.series(company, metric.as_str()).expect("known");
                black_box(query.quarters(first..=middle).expect("read"))
            });
        });
        group.bench_function(BenchmarkId::new("panel", versions), |bencher| {
            bencher.iter(|| {
                let query = db.panel(metric_path(1).as_str()).expect("known");
                black_box(query.at(PanelPeriod::from(middle)).expect("read"))
            });
        });
        // For comparison, what does ask for them: the first three versions.
        let day = parse_date("2024-05-12").expect("a date");
        group.bench_function(BenchmarkId::new("20 quarters as of a day", versions), |b| {
            b.iter(|| {
                let (company, metric) = next();
                let query = db.series(company, metric.as_str()).expect("known");
                black_box(query.as_of(day).quarters(first..=middle).expect("read"))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, current_view);
criterion_main!(benches);
