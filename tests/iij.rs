//! The bundled documents answer as they were printed. Expected values are read from the documents by hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kessan::{
    ChangeKind, Database, Figure, MetricPath, Precision, Release, RestatementKind, Scenario, Scope,
    parse_date,
};
use rust_decimal::Decimal;

const RELEASES: [&str; 4] = [
    "2003-08-13-1q03-results",
    "2003-09-16-ntt-subscription",
    "2009-02-12-3q08-results",
    "2013-07-02-share-issuance",
];

fn release(name: &str) -> Release {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data/iij")
        .join(name);
    Release::read(folder).unwrap()
}

fn all() -> Database {
    let db = Database::temporary().unwrap();
    for name in RELEASES {
        db.ingest(&release(name)).unwrap();
    }
    db
}

fn figure(db: &Database, metric: &str, period: &str) -> String {
    let point = db
        .series("iij", metric)
        .unwrap()
        .load()
        .unwrap()
        .at(period)
        .unwrap();
    let point = point.unwrap_or_else(|| panic!("{metric} {period}"));
    format!("{} {}", point.figure(), point.unit())
}

#[test]
fn figures_as_printed() {
    let db = all();
    for (metric, period, expected) in [
        // Statement of operations, thousands of yen: finer than Table 1's millions.
        ("revenue", "1Q03", "8,344,046 thousand JPY"),
        ("revenue", "1Q02", "9,849,202 thousand JPY"),
        ("revenue", "4Q02", "13,036,439 thousand JPY"),
        ("research_and_development", "1Q03", "96,098 thousand JPY"),
        // Only Table 7 has these.
        ("backbone_cost.international", "1Q03", "261 million JPY"),
        ("backbone_cost.domestic", "4Q02", "1,075 million JPY"),
        // A benefit is a negative expense: "Income tax expense(benefit) (390,035)".
        ("income_tax", "1Q03", "-390,035 thousand JPY"),
        ("income_tax", "1Q02", "161,301 thousand JPY"),
        ("net_income", "1Q03", "-1,989,090 thousand JPY"),
        ("contracts.dial_up", "1Q03", "591,572 contracts"),
        ("contracts.dial_up", "1Q02", "318,627 contracts"),
        ("bandwidth", "1Q03", "51.4 Gbps"),
        ("cash", "2003-06-30", "2,819,007 thousand JPY"),
        // "Cash, beginning of period" of the quarter ended 2002-06-30.
        ("cash", "2002-03-31", "11,045,919 thousand JPY"),
        // The deck: two durations under one label.
        ("revenue", "9M08", "50,789 million JPY"),
        ("revenue", "3Q08", "17.5 billion JPY"),
        ("income_tax", "2Q07", "-1,980 million JPY"),
        ("equity_method_income", "3Q08", "-44 million JPY"),
        ("equity_method_income", "1Q07", "20 million JPY"),
        ("total_assets", "2008-12-31", "52,558 million JPY"),
        ("dividends_per_share", "FY2007", "1,750 JPY/share"),
        (
            "shares_outstanding.issued",
            "2013-06-28",
            "41,297,800 shares",
        ),
        (
            "facility_investment",
            "2013-04-01..2013-06-30",
            "328,738 thousand JPY",
        ),
    ] {
        assert_eq!(figure(&db, metric, period), expected, "{metric} {period}");
    }
}

#[test]
fn figures_of_a_scope_and_a_scenario() {
    let db = all();
    let at = |metric: &str, scenario, scope: &str, period: &str| {
        let query = db.series("iij", metric).unwrap().scenario(scenario);
        let scope: Scope = scope.parse().unwrap();
        let point = query
            .scope(scope)
            .load()
            .unwrap()
            .at(period)
            .unwrap()
            .unwrap();
        format!("{} {}", point.figure(), point.unit())
    };
    let actual = Scenario::Actual;
    assert_eq!(
        at(
            "subscription.shares",
            actual,
            "subscriber=ntt_com",
            "2003-09-16..2003-09-16"
        ),
        "788 shares"
    );
    assert_eq!(
        at("ownership", actual, "holder=ntt_group", "2003-09-16"),
        "31.6 %"
    );
    assert_eq!(
        at("operating_margin", actual, "business=current", "3Q08"),
        "6.9 %"
    );
    assert_eq!(
        at(
            "facility_investment",
            Scenario::Plan,
            "facility=matsue_buildings",
            "2013-04-01..2013-09-30"
        ),
        "1,200 million JPY"
    );
    assert_eq!(
        at(
            "shares_outstanding.issued",
            Scenario::ProForma,
            "stage=after_public_offering",
            "2013-07-24"
        ),
        "45,997,800 shares"
    );
    assert_eq!(
        at("net_income_per_share", Scenario::Target, "", "FY2008"),
        "6,336 JPY/share"
    );
}

#[test]
fn changes_as_printed() {
    let db = all();
    for (metric, yoy, qoq) in [
        ("revenue", "-15.3%", "-36.0%"),
        ("revenue.connectivity.dedicated_access", "-5.7%", "-0.6%"),
        ("revenue.value_added", "+14.1%", "+6.0%"),
        ("research_and_development", "+5.9%", "-14.8%"),
        ("backbone_cost.international", "-41.9%", "-17.1%"),
        ("contracts.dial_up", "+85.7%", "+11.7%"),
        ("ebitda.adjusted", "turned negative", "turned negative"),
        ("net_income", "+23.3%", "+6.9%"),
    ] {
        let series = db.series("iij", metric).unwrap().load().unwrap();
        let change = |delta: Option<kessan::Delta>| delta.unwrap().change.to_string();
        assert_eq!(change(series.yoy("1Q03").unwrap()), yoy, "{metric} YoY");
        assert_eq!(change(series.qoq("1Q03").unwrap()), qoq, "{metric} QoQ");
    }
}

#[test]
fn a_sign_change_is_a_word_and_the_raw_convention_is_kept() {
    let db = all();
    let series = db.series("iij", "ebitda.adjusted").unwrap().load().unwrap();
    let delta = series.yoy("1Q03").unwrap().unwrap();
    assert_eq!(delta.change.kind, ChangeKind::TurnedNegative);
    assert_eq!(delta.current.figure().to_string(), "-97 million");
    assert_eq!(delta.base.unwrap().figure().to_string(), "329 million");
    // Table 8 prints -129.5%.
    let raw = delta.change.ratio_minus_one.unwrap();
    assert_eq!(raw.percent(1).unwrap().to_string(), "-129.5");
    assert_eq!((raw.numerator(), raw.denominator()), (-426, 329));
}

#[test]
fn a_growing_loss_follows_a_named_convention() {
    let db = all();
    let series = db
        .series("iij", "operating_income")
        .unwrap()
        .load()
        .unwrap();
    let delta = series.yoy("1Q03").unwrap().unwrap();
    assert_eq!(delta.change.percent(1).unwrap().to_string(), "-128.3");
    // The statement prints 128.3.
    let raw = delta.change.ratio_minus_one.unwrap();
    assert_eq!(raw.percent(1).unwrap().to_string(), "128.3");
}

#[test]
fn a_quarter_nobody_reported_is_a_gap() {
    let db = all();
    let revenue = db.series("iij", "revenue").unwrap().load().unwrap();
    let range = revenue.quarters("1Q02"..="1Q03").unwrap();
    let shown: Vec<(String, bool)> = range.iter().map(|e| (e.label(), e.is_gap())).collect();
    let expected = [
        ("1Q02", false),
        ("2Q02", true),
        ("3Q02", true),
        ("4Q02", false),
        ("1Q03", false),
    ];
    assert_eq!(shown, expected.map(|(label, gap)| (label.to_owned(), gap)));
    let delta = revenue.yoy("4Q02").unwrap().unwrap();
    assert_eq!(delta.change.kind, ChangeKind::NoComparator);
}

#[test]
fn the_same_fact_in_millions_and_thousands_is_one_point() {
    let db = all();
    let revenue = db.series("iij", "revenue").unwrap().load().unwrap();
    let point = revenue.at("1Q03").unwrap().unwrap();
    assert_eq!(point.precision(), Some(Precision::Decimals(-3)));
    let printed: Vec<String> = db
        .candidates(&point)
        .unwrap()
        .iter()
        .map(|candidate| db.cell_of(candidate).unwrap().text)
        .collect();
    assert!(printed.contains(&"8,344".to_owned()), "{printed:?}");
    assert!(printed.contains(&"8,344,046".to_owned()), "{printed:?}");
    assert!(!point.is_conflicting());
}

#[test]
fn a_printed_contradiction_is_kept_and_flagged() {
    let db = all();
    // Table 9 heads "Income tax benefit (expense)" over -390; the statement says a benefit of 390,035.
    let series = db.series("iij", "income_tax").unwrap().load().unwrap();
    let point = series.at("1Q03").unwrap().unwrap();
    assert!(point.is_conflicting());
    let figures: Vec<String> = db
        .candidates(&point)
        .unwrap()
        .iter()
        .map(|candidate| candidate.figure.to_string())
        .collect();
    assert!(figures.contains(&"390 million".to_owned()), "{figures:?}");
    assert!(
        figures.contains(&"-390,035 thousand".to_owned()),
        "{figures:?}"
    );
}

#[test]
fn targets_as_known_on_a_date() {
    let db = all();
    let target = |day: &str| {
        let query = db
            .series("iij", "revenue")
            .unwrap()
            .scenario(Scenario::Target);
        let day = parse_date(day).unwrap();
        let query = query.as_of(day);
        let point = query.at("FY2008").unwrap();
        let range = query.years("FY2008"..="FY2008").unwrap();
        assert_eq!(range.len(), 1);
        assert_eq!(range.points().next(), point.as_ref());
        let panel = db.panel("revenue").unwrap().scenario(Scenario::Target);
        let panel = panel.as_of(day).at("FY2008").unwrap();
        assert_eq!(panel.points().next(), point.as_ref());
        point.map(|point| point.figure().to_string())
    };
    assert_eq!(target("2008-10-23"), None);
    assert_eq!(target("2008-10-24").as_deref(), Some("73.0 billion"));
    assert_eq!(target("2009-02-11").as_deref(), Some("73.0 billion"));
    assert_eq!(target("2009-02-12").as_deref(), Some("69.3 billion"));
}

/// "JPY3.7 billion down" and the like, from the sentences of the deck under the table of targets.
#[test]
fn the_revised_targets_are_the_restatements() {
    let db = all();
    let restated = db.restatements("iij").unwrap().load().unwrap();
    let told: Vec<_> = restated
        .iter()
        .map(|restated| {
            assert_eq!(restated.kind, RestatementKind::Restated);
            assert_eq!(restated.new.scenario(), Scenario::Target);
            assert_eq!(restated.new.label(), "FY2008");
            assert_eq!(restated.old.published(), parse_date("2008-10-24").unwrap());
            assert_eq!(restated.published(), parse_date("2009-02-12").unwrap());
            let billions = restated.change.difference.unwrap() / Decimal::from(1_000_000_000);
            (
                restated.new.metric().to_string(),
                billions.normalize().to_string(),
            )
        })
        .collect();
    let expected = [
        ("income_before_tax", "-1.1"),
        ("net_income", "-1.5"),
        ("operating_income", "-1"),
        ("revenue", "-3.7"),
    ];
    assert_eq!(
        told,
        expected.map(|(metric, change)| (metric.to_owned(), change.to_owned()))
    );
    assert!(restated.since(parse_date("2009-02-13").unwrap()).is_empty());
}

#[test]
fn comparative_columns_are_told_from_first_reports() {
    let db = all();
    let at = |metric: &str, period: &str| {
        let first = db.series("iij", metric).unwrap().first_reported();
        let point = first.at(period).unwrap().unwrap();
        (point.reporting_cycle(), point.is_comparative())
    };
    assert_eq!(at("revenue", "1Q03"), (Some(0), false));
    assert_eq!(at("revenue", "1Q02"), (Some(1), true));
    assert_eq!(at("revenue", "4Q02"), (Some(1), true));
    assert_eq!(at("revenue", "9M08"), (Some(0), false));
    assert_eq!(at("total_assets", "2008-12-31"), (Some(0), false));
    assert_eq!(at("total_assets", "2008-03-31"), (Some(1), true));
}

#[test]
fn words_bounds_and_ranges_are_figures_too() {
    let db = all();
    let target = |metric: &str, scenario, period: &str| {
        let query = db.series("iij", metric).unwrap().scenario(scenario);
        query.load().unwrap().at(period).unwrap().unwrap()
    };
    let outlook = target("operating_income", Scenario::Target, "2Q03");
    assert_eq!(*outlook.figure(), Figure::Qualitative("break-even".into()));
    let factor = target(
        "offer_price.factor_of_closing_price",
        Scenario::Plan,
        "2013-07-10..2013-07-17",
    );
    assert_eq!(factor.figure().to_string(), "0.90 to 1.00");
    let proceeds = target("proceeds", Scenario::Plan, "2013-07-18..2013-08-05");
    assert_eq!(proceeds.figure().to_string(), "up to 18,773 million");
}

#[test]
fn taking_in_a_document_again_changes_nothing() {
    let db = all();
    for name in RELEASES {
        let again = db.ingest(&release(name)).unwrap();
        assert!(again.unchanged(), "{name}");
    }
}

/// All that a database answers: every point and its changes.
fn answers(db: &Database) -> BTreeMap<String, Vec<String>> {
    let mut answers = BTreeMap::new();
    for key in db.series_list("iij").unwrap() {
        let series = db.series_of(&key).unwrap().load().unwrap();
        let points = series.all();
        let mut lines: Vec<String> = points
            .points()
            .map(|point| {
                let mut said: Vec<String> = db
                    .candidates(point)
                    .unwrap()
                    .iter()
                    .map(|candidate| {
                        let cell = db.cell_of(candidate).unwrap();
                        format!(
                            "{} {} {}",
                            candidate.published, candidate.figure, cell.address
                        )
                    })
                    .collect();
                said.sort();
                format!(
                    "{point} {} {} {} {said:?}",
                    point.published(),
                    point.document(),
                    point.is_conflicting()
                )
            })
            .collect();
        lines.extend(points.yoy().iter().map(ToString::to_string));
        lines.extend(points.qoq().iter().map(ToString::to_string));
        answers.insert(key.to_string(), lines);
    }
    answers
}

#[test]
fn the_order_of_ingest_changes_no_answer() {
    let releases = RELEASES.map(release);
    let mut orders: Vec<Vec<usize>> = vec![vec![]];
    for nth in 0..releases.len() {
        orders = orders
            .iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |at| {
                    let mut longer = order.clone();
                    longer.insert(at, nth);
                    longer
                })
            })
            .collect();
    }
    assert_eq!(orders.len(), 24);
    let expected = answers(&all());
    assert!(expected.len() > 200, "{} series", expected.len());
    for order in orders {
        let db = Database::temporary().unwrap();
        for nth in &order {
            db.ingest(&releases[*nth]).unwrap();
        }
        let found = answers(&db);
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>()
        );
        for (series, lines) in &expected {
            assert_eq!(&found[series], lines, "{series}, order {order:?}");
        }
    }
}

#[test]
fn what_holds_between_the_figures_is_kept_with_the_company() {
    let db = all();
    let company = db.company("iij").unwrap();
    let known: Vec<String> = company.identities.iter().map(ToString::to_string).collect();
    for identity in [
        "cash = opening(cash) + net_cash.change",
        "net_income_per_ads = net_income / weighted_average_ads",
        "net_income = income_before_tax - income_tax + minority_interests + equity_method_income",
        "subscription.price[subscriber=ntt] = subscription.shares[subscriber=ntt] * subscription.issue_price[subscriber=ntt]",
        "gross_margin_ratio.systems_integration = (revenue.systems_integration - cost_of_revenue.systems_integration) / revenue.systems_integration",
    ] {
        assert!(known.iter().any(|text| text == identity), "{identity}");
    }
    // What was read from a release holds together in the database, too.
    let metrics = db.metrics();
    let kinds = |path: &MetricPath| {
        let metric = metrics.iter().find(|metric| metric.path == *path)?;
        Some((metric.kind, metric.dimension))
    };
    for identity in &company.identities {
        assert_eq!(identity.check(kinds), Ok(()), "{identity}");
    }
}
