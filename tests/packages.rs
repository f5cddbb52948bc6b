//! Facts that a program brings itself are held to the same rules as those of a release, and refused whole.

use kessan::{
    Amount, Cell, Check, Claim, Company, Database, Dimension, Document, DocumentKind, Error,
    Evidence, Figure, Filing, FiscalCalendar, Metric, MetricKind, Operand, Package, Precision,
    Rank, Reported, Rounding, Scenario, Scope, SeriesKey, Unit, YearNaming, parse_date,
};
use rust_decimal::Decimal;

fn amount(millions: i64) -> Amount {
    let value = (millions * 1_000_000).into();
    Amount::new(value, Precision::Decimals(-6), Rounding::Nearest).unwrap()
}

/// A fact and a check of it, both well formed.
fn good() -> Package {
    let published = parse_date("2021-08-10").unwrap();
    let operand = |period: &str| Operand {
        company: "minato".parse().unwrap(),
        metric: "revenue".parse().unwrap(),
        scenario: Scenario::Actual,
        scope: Scope::total(),
        period: period.parse().unwrap(),
    };
    Package {
        companies: vec![Company {
            id: "minato".parse().unwrap(),
            name: "Minato Foods KK".into(),
            calendar: FiscalCalendar::month_end(12, YearNaming::End).unwrap(),
            identities: vec![],
            splits: vec![],
        }],
        metrics: vec![Metric {
            path: "revenue".parse().unwrap(),
            kind: MetricKind::Flow,
            dimension: Dimension::Money,
            positive: "revenue".into(),
            negative: None,
        }],
        evidence: Evidence::default(),
        filings: vec![Filing {
            document: Document {
                id: "minato-2021-q2".parse().unwrap(),
                title: "Second quarter of 2021".into(),
                issuer: "Minato Foods KK".into(),
                kind: DocumentKind::Results,
                published,
                utc_offset: None,
                reports: None,
            },
            cells: ["1,250", "25.0%"]
                .map(|text| Cell {
                    address: format!("t1 {text}"),
                    place: "page 1".into(),
                    row: "Revenue".into(),
                    column: "2Q2021".into(),
                    text: text.into(),
                    scale: 6,
                    unplaced: None,
                })
                .to_vec(),
            facts: vec![Reported {
                series: SeriesKey {
                    company: "minato".parse().unwrap(),
                    metric: "revenue".parse().unwrap(),
                    scenario: Scenario::Actual,
                    scope: Scope::total(),
                    unit: "JPY".parse().unwrap(),
                },
                period: "2021-04-01..2021-06-30".parse().unwrap(),
                figure: amount(1_250).into(),
                published,
                cell: 0,
                rank: Rank::Table,
            }],
            checks: vec![Check {
                cell: 1,
                claim: Claim::Growth {
                    of: operand("2021-04-01..2021-06-30"),
                    over: operand("2020-04-01..2020-06-30"),
                },
                figure: Amount::exact(25.into()).into(),
            }],
        }],
    }
}

#[test]
fn a_good_package_is_taken_in() {
    let db = Database::temporary().unwrap();
    assert!(!db.ingest(good()).unwrap().unchanged());
    assert!(db.ingest(good()).unwrap().unchanged());
    let point = db.series("minato", "revenue").unwrap().at("2Q21").unwrap();
    assert_eq!(point.unwrap().to_string(), "2Q21  1,250 million JPY");
}

#[test]
fn a_company_gains_identities_and_splits_by_packages() {
    let db = Database::temporary().unwrap();
    db.ingest(good()).unwrap();
    let mut more = good();
    let split = |day: &str, new| kessan::Split::new(day.parse().unwrap(), new, 1).unwrap();
    more.companies[0].identities = vec![kessan::Identity {
        metric: "revenue".parse().unwrap(),
        scope: Scope::total(),
        equals: "revenue[area=east] + revenue[area=west]".parse().unwrap(),
    }];
    more.companies[0].splits = vec![split("2022-04-01", 3), split("2021-04-01", 2)];
    assert!(!db.ingest(more.clone()).unwrap().unchanged());
    assert!(db.ingest(more.clone()).unwrap().unchanged());
    let known = db.company("minato").unwrap();
    assert_eq!(
        known.identities[0].to_string(),
        "revenue = revenue[area=east] + revenue[area=west]"
    );
    let splits: Vec<String> = known.splits.iter().map(ToString::to_string).collect();
    assert_eq!(splits, ["2021-04-01 2:1", "2022-04-01 3:1"]);
    // A split that is known does not change.
    more.companies[0].splits = vec![split("2022-04-01", 5)];
    let error = db.ingest(more).unwrap_err();
    assert!(matches!(error, Error::Store(_)), "{error}");
    assert!(error.to_string().contains("share splits"), "{error}");
    assert_eq!(db.company("minato").unwrap().splits, known.splits);
}

type Spoil = fn(&mut Package);

fn fact(package: &mut Package) -> &mut Reported {
    &mut package.filings[0].facts[0]
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table of cases")]
fn what_a_release_could_not_say_is_refused_with_its_cell() {
    let cases: [(&str, Spoil, &str); 18] = [
        (
            "a reversed range",
            |p| {
                fact(p).figure = Figure::Range {
                    low: amount(5),
                    high: amount(1),
                }
            },
            "runs from 5 million down to 1 million",
        ),
        (
            "a figure of 29 digits",
            |p| fact(p).figure = Amount::exact(Decimal::MAX).into(),
            "beyond 28 digits",
        ),
        (
            "a range that ends in 29 digits",
            |p| {
                fact(p).figure = Figure::Range {
                    low: amount(5),
                    high: Amount::exact(Decimal::MAX),
                }
            },
            "beyond 28 digits",
        ),
        (
            "a rate of 29 digits",
            |p| {
                let claim = &mut p.filings[0].checks[0].claim;
                if let Claim::Growth { of, .. } = claim.clone() {
                    *claim = Claim::Translation {
                        of,
                        into: "USD".parse().unwrap(),
                        rate: Decimal::MAX,
                    };
                }
            },
            "beyond 28 digits",
        ),
        (
            "a negative without a meaning",
            |p| fact(p).figure = amount(-5).into(),
            "the figure is negative",
        ),
        (
            "a quarter that had not ended",
            |p| fact(p).period = "2021-07-01..2021-09-30".parse().unwrap(),
            "ends after it was published",
        ),
        (
            "published after its document",
            |p| fact(p).published = parse_date("2021-08-11").unwrap(),
            "before the document's",
        ),
        (
            "no words",
            |p| fact(p).figure = Figure::Qualitative(" ".into()),
            "a qualitative figure",
        ),
        (
            "words that move the cursor",
            |p| fact(p).figure = Figure::Qualitative("a\u{1b}[2J".into()),
            "a qualitative figure",
        ),
        (
            "another dimension",
            |p| fact(p).series.unit = "stores".parse::<Unit>().unwrap(),
            "stores is not a unit of revenue",
        ),
        (
            "a flow at an instant",
            |p| fact(p).period = "2021-06-30".parse().unwrap(),
            "revenue is a flow",
        ),
        (
            "a metric nobody defined",
            |p| fact(p).series.metric = "profit".parse().unwrap(),
            "metric profit is not defined",
        ),
        (
            "a check of such a metric",
            |p| {
                if let Claim::Growth { over, .. } = &mut p.filings[0].checks[0].claim {
                    over.metric = "profit".parse().unwrap();
                }
            },
            "metric profit is not defined",
        ),
        (
            "a check with a reversed range",
            |p| {
                p.filings[0].checks[0].figure = Figure::Range {
                    low: amount(5),
                    high: amount(1),
                };
            },
            "runs from 5 million down to 1 million",
        ),
        (
            "a metric without a meaning",
            |p| p.metrics[0].positive = String::new(),
            "revenue needs a word",
        ),
        (
            "a percentage that is no ratio",
            |p| p.metrics[0].dimension = Dimension::Percent,
            "percentages are ratios",
        ),
        (
            "an identity with itself",
            |p| {
                p.companies[0].identities = vec![kessan::Identity {
                    metric: "revenue".parse().unwrap(),
                    scope: Scope::total(),
                    equals: "2 * revenue".parse().unwrap(),
                }];
            },
            "its own left side on the right",
        ),
        (
            "two splits on one day",
            |p| {
                let day = "2014-06-09".parse().unwrap();
                let split = |new| kessan::Split::new(day, new, 1).unwrap();
                p.companies[0].splits = vec![split(7), split(2)];
            },
            "2014-06-09",
        ),
    ];
    for (name, spoil, expected) in cases {
        let mut package = good();
        spoil(&mut package);
        let db = Database::temporary().unwrap();
        let error = db.ingest(package).expect_err(name);
        assert!(matches!(error, Error::Ingest(_)), "{name}: {error}");
        assert!(error.to_string().contains(expected), "{name}: {error}");
        assert_eq!(db.last_commit(), 0, "{name}");
        assert!(db.companies().is_empty(), "{name}");
    }
}
