//! Packages of all that a database can hold.

use chrono::{Days, NaiveDate};
use kessan::{
    Amount, CalendarRule, Cell, Check, Claim, Company, Dimension, Document, DocumentKind, Evidence,
    Figure, Filing, FiscalCalendar, Id, Identity, LabelStyle, Metric, MetricKind, MetricPath, Nil,
    Operand, Package, Period, Precision, Rank, Reported, Rounding, Scenario, Scope, SeriesKey,
    Split, Unit, YearEnd, YearNaming, parse_date,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

/// Texts that mean something to readers of CSV and TOML, or to nobody.
fn text() -> impl Strategy<Value = String> {
    let pieces = [
        "\"",
        "\"\"\"",
        "'''",
        ",",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\\",
        "\\\\",
        ";",
        "=1+1",
        "#",
        " ",
        "決算",
        "△1,060",
        "\u{feff}",
        "\u{0}",
        "\u{202e}",
        "é",
        "[[company]]",
        "Revenue",
        "1Q03",
        "-",
        "",
        "\u{7f}",
        "\u{85}",
    ];
    vec(select(pieces.to_vec()), 0..5).prop_map(|pieces| pieces.concat())
}

/// The largest number of 28 digits.
const NINES: i128 = 10_i128.pow(28) - 1;

fn decimal() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        (-10_000_i64..10_000).prop_map(Decimal::from),
        (any::<i64>(), 0_u32..12).prop_map(|(digits, places)| Decimal::new(digits, places)),
        Just(Decimal::from_i128_with_scale(NINES, 0)),
        Just(Decimal::from_i128_with_scale(-NINES, 28)),
        Just(Decimal::new(1, 28)),
        Just(Decimal::ZERO),
    ]
}

fn amount() -> impl Strategy<Value = Amount> {
    let precision = prop_oneof![
        Just(Precision::Exact),
        Just(Precision::Unknown),
        (-28_i8..=28).prop_map(Precision::Decimals),
    ];
    let rounding = select(vec![Rounding::Nearest, Rounding::Truncated]);
    (decimal(), precision, rounding).prop_map(|(v, p, r)| Amount::new(v, p, r).unwrap())
}

fn figure() -> BoxedStrategy<Figure> {
    let words = vec(
        select(vec!["break-even", "\"", ",", " high ", "微増", "\\"]),
        0..4,
    )
    .prop_map(|words| Figure::Qualitative(format!("about{}", words.concat())));
    prop_oneof![
        8 => amount().prop_map(Figure::Amount),
        1 => amount().prop_map(Figure::Approximate),
        1 => amount().prop_map(Figure::AtLeast),
        1 => amount().prop_map(Figure::MoreThan),
        1 => amount().prop_map(Figure::AtMost),
        1 => amount().prop_map(Figure::LessThan),
        1 => (amount(), amount()).prop_map(|(a, b)| {
            let (low, high) = if a.value() <= b.value() { (a, b) } else { (b, a) };
            Figure::Range { low, high }
        }),
        1 => words,
        1 => select(vec![Nil::Zero, Nil::None, Nil::NotApplicable]).prop_map(Figure::Nil),
    ]
    .boxed()
}

const METRICS: [(&str, MetricKind, Dimension, &str); 6] = [
    ("revenue", MetricKind::Flow, Dimension::Money, "JPY"),
    ("revenue.network", MetricKind::Flow, Dimension::Money, "USD"),
    (
        "contracts",
        MetricKind::Stock,
        Dimension::Count,
        "contracts",
    ),
    ("margin", MetricKind::Ratio, Dimension::Percent, "%"),
    (
        "income_per_share",
        MetricKind::PerShare,
        Dimension::MoneyPer,
        "JPY/ADS",
    ),
    (
        "bandwidth",
        MetricKind::Average,
        Dimension::Bandwidth,
        "Gbps",
    ),
];

const COMPANIES: [&str; 3] = ["iij", "a/b.c-d_e", "7bank"];

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn scenario() -> impl Strategy<Value = Scenario> {
    select(vec![
        Scenario::Actual,
        Scenario::Target,
        Scenario::Plan,
        Scenario::ProForma,
    ])
}

fn scope() -> impl Strategy<Value = Scope> {
    select(vec![
        "",
        "segment=network",
        "business=current,segment=network",
    ])
    .prop_map(|text| text.parse().unwrap())
}

/// Periods that had ended before any document was published.
fn period(instant: bool) -> impl Strategy<Value = Period> {
    (0_u64..2000, 0_u64..400, 0_u8..3).prop_map(move |(start, days, kind)| {
        let first = parse_date("1999-03-01").unwrap() + Days::new(start);
        let last = first + Days::new(days);
        match (instant, kind) {
            (true, 0) => Period::nominal(parse_date("2001-06-30").unwrap(), 0).unwrap(),
            (true, _) => Period::instant(last).unwrap(),
            (false, 0) => Period::nominal(parse_date("2001-06-30").unwrap(), 2).unwrap(),
            (false, _) => Period::duration(first, last).unwrap(),
        }
    })
}

/// The series and dates of a fact.
fn fact() -> BoxedStrategy<(SeriesKey, Period)> {
    (
        select(METRICS.to_vec()),
        select(COMPANIES.to_vec()),
        scenario(),
        scope(),
    )
        .prop_flat_map(|((metric, kind, _, unit), company, scenario, scope)| {
            let series = SeriesKey {
                company: id(company),
                metric: metric.parse().unwrap(),
                scenario,
                scope,
                unit: unit.parse::<Unit>().unwrap(),
            };
            (Just(series), period(kind == MetricKind::Stock))
        })
        .boxed()
}

fn operand() -> impl Strategy<Value = Operand> {
    fact().prop_map(|(series, period)| Operand {
        company: series.company,
        metric: series.metric,
        scenario: series.scenario,
        scope: series.scope,
        period,
    })
}

fn claim() -> BoxedStrategy<Claim> {
    let day = |text: &str| parse_date(text).unwrap();
    prop_oneof![
        (operand(), operand()).prop_map(|(of, over)| Claim::Growth { of, over }),
        (operand(), operand()).prop_map(|(of, over)| Claim::Difference { of, over }),
        (operand(), scope()).prop_map(|(part, scope)| {
            let whole = Operand {
                scope,
                ..part.clone()
            };
            Claim::Share { part, whole }
        }),
        (operand(), 1_i64..1_000_000, 0_u32..6).prop_map(|(of, rate, places)| {
            let (into, rate) = ("EUR".parse().unwrap(), Decimal::new(rate, places));
            Claim::Translation { of, into, rate }
        }),
        operand().prop_map(move |of| {
            let (from, to) = (day("2008-10-24"), day("2009-02-12"));
            Claim::Revision { of, from, to }
        }),
    ]
    .boxed()
}

fn published() -> impl Strategy<Value = NaiveDate> {
    (0_u64..3000).prop_map(|days| parse_date("2010-01-01").unwrap() + Days::new(days))
}

/// What one cell holds beside its texts.
#[derive(Clone, Debug)]
struct Printed {
    cell: Cell,
    facts: Vec<(SeriesKey, Period, Figure)>,
    check: Option<(Claim, Figure)>,
    earlier: bool,
    rank: Rank,
}

fn printed() -> BoxedStrategy<Printed> {
    let cell = (
        text(),
        text(),
        text(),
        text(),
        text(),
        0_u32..20,
        option::of(text()),
    );
    let cell = cell.prop_map(
        |(address, place, row, column, text, scale, unplaced)| Cell {
            address,
            place,
            row,
            column,
            text,
            scale,
            unplaced,
        },
    );
    let facts = vec((fact(), figure()), 0..3).prop_map(|facts| {
        let facts = facts
            .into_iter()
            .map(|((series, period), figure)| (series, period, figure));
        let mut facts: Vec<_> = facts.collect();
        facts.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        facts.dedup_by(|a, b| (&a.0, a.1) == (&b.0, b.1));
        facts
    });
    let rank = select(vec![Rank::Prose, Rank::Table, Rank::Statement]);
    (
        cell,
        facts,
        option::weighted(0.3, (claim(), figure())),
        any::<bool>(),
        rank,
    )
        .prop_map(|(cell, facts, check, earlier, rank)| Printed {
            cell,
            facts,
            check,
            earlier,
            rank,
        })
        .boxed()
}

fn filing(number: usize) -> BoxedStrategy<Filing> {
    let kind = select(vec![
        DocumentKind::Results,
        DocumentKind::Presentation,
        DocumentKind::AnnualReport,
        DocumentKind::QuarterlyReport,
        DocumentKind::Notice,
        DocumentKind::Proxy,
        DocumentKind::Other,
    ]);
    let offset = option::of(select(vec!["+09:00", "-05:30", "+00:00"]));
    let document = (
        text(),
        text(),
        kind,
        published(),
        offset,
        option::of(text()),
    )
        .prop_map(
            move |(title, issuer, kind, published, offset, reports)| Document {
                id: id(&format!("document-{number}")),
                title,
                issuer,
                kind,
                published,
                utc_offset: offset.map(|offset| offset.parse().unwrap()),
                reports,
            },
        );
    (document, vec(printed(), 0..12))
        .prop_map(|(document, printed)| {
            let mut filing = Filing {
                document,
                cells: Vec::new(),
                facts: Vec::new(),
                checks: Vec::new(),
            };
            for (number, printed) in (0_u32..).zip(printed) {
                let published = filing.document.published;
                let days = Days::new(if printed.earlier { 100 } else { 0 });
                filing.cells.push(printed.cell);
                filing
                    .checks
                    .extend(printed.check.map(|(claim, figure)| Check {
                        cell: number,
                        claim,
                        figure,
                    }));
                for (series, period, figure) in printed.facts {
                    filing.facts.push(Reported {
                        series,
                        period,
                        figure,
                        published: published - days,
                        cell: number,
                        rank: printed.rank,
                    });
                }
            }
            filing
        })
        .boxed()
}

fn calendar() -> impl Strategy<Value = FiscalCalendar> {
    let naming = select(vec![YearNaming::Start, YearNaming::End]);
    let labels = select(vec![
        LabelStyle::QuarterShortYear,
        LabelStyle::FiscalYearQuarter,
    ]);
    let weekly = |weeks| YearEnd::Weekly {
        month: 9,
        weekday: chrono::Weekday::Sat,
        pick: kessan::WeekdayPick::Last,
        weeks,
        long_quarter: 2,
    };
    let year_end = prop_oneof![
        (1_u32..=12).prop_map(|month| YearEnd::MonthEnd { month }),
        Just(weekly([13, 13, 13, 13])),
        Just(weekly([12, 12, 12, 16])),
    ];
    (naming, labels, year_end, any::<bool>()).prop_map(|(named_by, labels, year_end, changed)| {
        let rule = |from: Option<&str>, year_end| CalendarRule {
            from: from.map(|from| parse_date(from).unwrap()),
            year_end,
            named_by,
            labels,
        };
        let mut rules = vec![rule(None, year_end)];
        if changed {
            rules.push(rule(Some("2015-01-01"), YearEnd::MonthEnd { month: 12 }));
        }
        FiscalCalendar::new(rules).unwrap()
    })
}

fn company(name: &'static str) -> BoxedStrategy<Company> {
    let identity = |scope: &str, equals: &str| Identity {
        metric: "revenue".parse().unwrap(),
        scope: scope.parse().unwrap(),
        equals: equals.parse().unwrap(),
    };
    let split = |date: &str, new, old| Split::new(parse_date(date).unwrap(), new, old).unwrap();
    let identities = vec![
        identity("", "revenue.network - revenue[segment=network]"),
        identity(
            "segment=network",
            "revenue.network[business=current,segment=network]",
        ),
    ];
    let splits = vec![split("2014-06-09", 7, 1), split("2020-08-31", 1, 10)];
    let identities = prop_oneof![Just(identities), Just(vec![])];
    let splits = prop_oneof![Just(splits), Just(vec![])];
    (text(), calendar(), identities, splits)
        .prop_map(move |(title, calendar, identities, splits)| Company {
            id: id(name),
            name: title,
            calendar,
            identities,
            splits,
        })
        .boxed()
}

fn metrics() -> impl Strategy<Value = Vec<Metric>> {
    vec(text(), METRICS.len()).prop_map(|words| {
        let define = |((path, kind, dimension, _), word): (&(&str, _, _, _), String)| Metric {
            path: path.parse::<MetricPath>().unwrap(),
            kind: *kind,
            dimension: *dimension,
            positive: format!("income{word}"),
            negative: Some(format!("loss{word}")),
        };
        METRICS.iter().zip(words).map(define).collect()
    })
}

pub(crate) fn package() -> impl Strategy<Value = Package> {
    let companies = (
        company(COMPANIES[0]),
        company(COMPANIES[1]),
        company(COMPANIES[2]),
    );
    let filings = (filing(0), filing(1), filing(2));
    (companies, metrics(), filings).prop_map(|((a, b, c), metrics, (d, e, f))| Package {
        companies: vec![a, b, c],
        metrics,
        filings: vec![d, e, f],
        evidence: Evidence::default(),
    })
}
