//! Every quarter, change and twelve months of `expected/AAPL_*.json`, which were computed from the same facts by a program
//! of its own: fourth quarters always derived, operands of whatever vintage.

use std::collections::BTreeMap;
use std::fs;

use chrono::NaiveDate;
use kessan::{
    Answer, AnswerChange, ChangeKind, Concept, ConceptMap, Derivations, Error, FiscalPeriod,
    Fraction, Period, QueryError, SeriesQuery, Slot, Vintage,
};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::shared::{APPLE, file, reader};

#[derive(Deserialize)]
struct Expected {
    tags: Vec<String>,
    years: Vec<Year>,
    quarters: Vec<Quarter>,
    additive: bool,
}

#[derive(Deserialize)]
struct Year {
    start: NaiveDate,
    end: NaiveDate,
    value: Number,
    tag: String,
}

#[derive(Deserialize)]
struct Quarter {
    fy: i32,
    q: u8,
    start: NaiveDate,
    end: NaiveDate,
    how: String,
    inputs: Vec<Input>,
    value: Number,
    qoq: Option<Ratio>,
    yoy: Option<Ratio>,
    #[serde(default)]
    ttm: Option<Number>,
    #[serde(default)]
    ttm_yoy: Option<Ratio>,
    reported_q4: Option<Number>,
    /// The days of the two quarters, where one has a week more.
    yoy_unequal_weeks: Option<(i64, i64)>,
}

#[derive(Deserialize)]
struct Input {
    start: NaiveDate,
    end: NaiveDate,
    value: Number,
    tag: String,
    accn: String,
    filed: NaiveDate,
}

#[derive(Deserialize)]
struct Ratio {
    num: i64,
    den: i64,
}

/// Amounts are integers, figures per share are text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Whole(i64),
    Text(String),
}

impl Number {
    fn value(&self) -> Decimal {
        match self {
            Number::Whole(value) => Decimal::from(*value),
            Number::Text(text) => text.parse().unwrap(),
        }
    }

    fn fraction(&self) -> Fraction {
        Fraction::from(self.value())
    }
}

impl Ratio {
    fn fraction(&self) -> Fraction {
        Fraction::new(self.num.into(), self.den.into()).unwrap()
    }
}

impl Expected {
    fn first(&self) -> FiscalPeriod {
        self.quarters.first().unwrap().fiscal()
    }

    fn last(&self) -> FiscalPeriod {
        self.quarters.last().unwrap().fiscal()
    }

    fn has(&self, fiscal: FiscalPeriod) -> bool {
        self.quarters
            .iter()
            .any(|quarter| quarter.fiscal() == fiscal)
    }
}

impl Quarter {
    fn fiscal(&self) -> FiscalPeriod {
        let slots = [Slot::Q1, Slot::Q2, Slot::Q3, Slot::Q4];
        FiscalPeriod::new(self.fy, slots[usize::from(self.q) - 1])
    }

    /// The days on which its figures were filed.
    fn filed(&self) -> impl Iterator<Item = NaiveDate> {
        self.inputs.iter().map(|input| input.filed)
    }
}

const METRICS: [(&str, &str); 4] = [
    ("revenue", "revenue"),
    ("net_income", "net_income"),
    ("eps_diluted", "earnings_per_share.diluted"),
    ("operating_cash_flow", "net_cash.operating"),
];

fn expected(name: &str, policy: &str) -> Option<Expected> {
    let path = file(&format!("expected/AAPL_{name}_{policy}.json"))?;
    Some(serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
}

fn question(metric: &str, policy: &str) -> Option<SeriesQuery> {
    let query = reader()?.series(APPLE, metric).unwrap();
    Some(match policy {
        "first" => query.first_reported(),
        _ => query.latest(),
    })
}

/// Each metric and policy that there is a file of.
fn each(check: impl Fn(&str, &Expected, &SeriesQuery)) {
    for (name, metric) in METRICS {
        for policy in ["latest", "first"] {
            let (Some(expected), Some(query)) = (expected(name, policy), question(metric, policy))
            else {
                return;
            };
            check(&format!("{name} {policy}"), &expected, &query);
        }
    }
}

fn tag_of(answer: &Answer) -> String {
    let point = answer.reported().expect("operands are reported");
    Concept::of(point.metric()).unwrap().tag().to_owned()
}

/// The map that comes with the crate has the tags of the files in their order; it may have others besides.
#[test]
fn the_standard_map_prefers_the_tags_that_the_files_prefer() {
    let map = ConceptMap::standard().unwrap();
    for (name, metric) in METRICS {
        let Some(expected) = expected(name, "latest") else {
            return;
        };
        let standard = map.get(&metric.parse().unwrap()).unwrap();
        let tags = standard.tags.iter().map(|tag| &tag.concept);
        let tags: Vec<String> = tags
            .filter(|concept| concept.taxonomy() == "us-gaap")
            .map(ToString::to_string)
            .filter(|tag| expected.tags.contains(tag))
            .collect();
        assert_eq!(tags, expected.tags, "{metric}");
    }
}

#[test]
fn years_are_equal() {
    each(|name, expected, query| {
        let series = query.load().unwrap();
        for year in &expected.years {
            let period = Period::duration(year.start, year.end).unwrap();
            let point = series.at(period).unwrap().unwrap();
            assert_eq!(point.value(), Some(year.value.value()), "{name} {period}");
            assert_eq!(tag_of(&point.into()), year.tag, "{name} {period}");
        }
    });
}

/// Always derived, of any vintage: the very quarters of the file, from its first to its last, with their operands. The
/// facts tell quarters before its first too.
#[test]
fn quarters_and_their_operands_are_equal() {
    each(|name, expected, query| {
        let derived = query.derived().unwrap();
        let derived = derived.always_derive().vintage(Vintage::Any);
        let mut wanted: BTreeMap<FiscalPeriod, &Quarter> =
            expected.quarters.iter().map(|q| (q.fiscal(), q)).collect();
        let mut unlisted = Vec::new();
        for answer in derived
            .quarters(expected.first()..=expected.last())
            .unwrap()
        {
            let Ok(answer) = answer else { continue };
            let fiscal = answer.fiscal().unwrap();
            let place = format!("{name} {fiscal}");
            let Some(quarter) = wanted.remove(&fiscal) else {
                // FY2014 Q1 of operating cash flow: the file goes by years, and that one has no figure.
                let end = answer.period().end();
                let of_a_year = |year: &Year| year.start <= end && end <= year.end;
                assert!(!expected.years.iter().any(of_a_year), "{place}: {answer}");
                assert!(!answer.is_derived(), "{place}: {answer}");
                unlisted.push(fiscal.to_string());
                continue;
            };
            assert_eq!(
                answer.period(),
                Period::duration(quarter.start, quarter.end).unwrap(),
                "{place}"
            );
            assert_eq!(answer.value(), Some(quarter.value.fraction()), "{place}");
            assert_eq!(answer.is_derived(), quarter.how != "reported", "{place}");
            let operands: Vec<&Answer> = match answer.derived() {
                Some(derived) => derived.operands.iter().map(|o| &o.answer).collect(),
                None => vec![&answer],
            };
            assert_eq!(operands.len(), quarter.inputs.len(), "{place}");
            for (operand, input) in operands.into_iter().zip(&quarter.inputs) {
                let point = operand.reported().unwrap();
                let period = Period::duration(input.start, input.end).unwrap();
                assert_eq!(point.period(), period, "{place}");
                assert_eq!(point.value(), Some(input.value.value()), "{place}");
                assert_eq!(tag_of(operand), input.tag, "{place}");
                assert_eq!(point.published(), input.filed, "{place}");
                let document = format!("{APPLE}/{}", input.accn);
                assert_eq!(point.document().as_str(), document, "{place}");
            }
        }
        let missing: Vec<String> = wanted.keys().map(ToString::to_string).collect();
        assert!(missing.is_empty(), "{name} has no {missing:?}");
        let cash_flow = name.starts_with("operating_cash_flow");
        let known: &[&str] = if cash_flow { &["FY2014 Q1"] } else { &[] };
        assert_eq!(unlisted, known, "{name}");
    });
}

/// The days from which on Apple's filings are on another share basis: of seven and of four shares for one.
fn split_days() -> [NaiveDate; 2] {
    ["2014-06-06", "2020-08-28"].map(|day| day.parse().unwrap())
}

fn is_split(current: &Quarter, base: &Quarter) -> bool {
    split_days().into_iter().any(|split| {
        let sides: Vec<bool> = current
            .filed()
            .chain(base.filed())
            .map(|filed| filed < split)
            .collect();
        sides.iter().any(|side| side != &sides[0])
    })
}

/// A change as the file has it: the raw ratio, in words where the share basis differs.
fn same_change(place: &str, change: &AnswerChange, ratio: Option<&Ratio>, split: bool) {
    let found = change.change.ratio_minus_one;
    assert_eq!(found, ratio.map(Ratio::fraction), "{place}: {change}");
    match &change.change.kind {
        ChangeKind::NoComparator => assert!(ratio.is_none(), "{place}"),
        ChangeKind::ShareBasisDiffers => assert!(split, "{place}"),
        ChangeKind::Relative { .. } => assert!(!split, "{place}"),
        other => panic!("{place}: {other:?}"),
    }
}

#[test]
fn changes_are_equal() {
    each(|name, expected, query| {
        let derived = query.derived().unwrap();
        let derived = derived.always_derive().vintage(Vintage::Any);
        let quarters: BTreeMap<FiscalPeriod, &Quarter> =
            expected.quarters.iter().map(|q| (q.fiscal(), q)).collect();
        let splits = |current: &Quarter, before: FiscalPeriod| {
            let base = quarters.get(&before);
            !expected.additive && base.is_some_and(|base| is_split(current, base))
        };
        let mut across = 0;
        for quarter in &expected.quarters {
            let fiscal = quarter.fiscal();
            let place = format!("{name} {fiscal}");
            // Of its first quarters the file has no comparator, though the facts may have.
            if fiscal.previous() >= expected.first() {
                let qoq = derived.qoq(fiscal).unwrap();
                let split = splits(quarter, fiscal.previous());
                same_change(&place, &qoq, quarter.qoq.as_ref(), split);
                across += usize::from(split);
            }
            let yoy = derived.yoy(fiscal).unwrap();
            if fiscal.year_ago() >= expected.first() {
                let split = splits(quarter, fiscal.year_ago());
                same_change(&place, &yoy, quarter.yoy.as_ref(), split);
                across += usize::from(split);
            }
            if quarter.yoy.is_some() {
                assert_eq!(
                    yoy.length_differs,
                    quarter.yoy_unequal_weeks.is_some(),
                    "{place}"
                );
            }
        }
        assert_eq!(across > 0, !expected.additive, "{name}");
    });
}

/// The twelve months of the file are sums of four of its quarters. Where it has not all four, the year itself may be
/// reported, or be put together from other years.
#[test]
fn twelve_months_are_equal() {
    each(|name, expected, query| {
        let derived = query.derived().unwrap();
        let derived = derived.always_derive().vintage(Vintage::Any);
        let (mut compared, mut compared_changes) = (0, 0);
        let four = |fiscal: FiscalPeriod| {
            std::iter::successors(Some(fiscal), |slot| Some(slot.previous()))
                .take(4)
                .all(|slot| expected.has(slot))
        };
        for quarter in &expected.quarters {
            let fiscal = quarter.fiscal();
            let place = format!("{name} {fiscal}");
            assert_eq!(quarter.ttm.is_some(), expected.additive && four(fiscal));
            let Some(wanted) = &quarter.ttm else {
                let sum_of_four = derived.ttm(fiscal).is_ok_and(|twelve| {
                    twelve.derived().is_some_and(|sum| sum.operands.len() == 4)
                });
                let third = fiscal.previous().previous().previous();
                assert!(!sum_of_four || third < expected.first(), "{place}");
                assert!(expected.additive || derived.ttm(fiscal).is_err(), "{place}");
                continue;
            };
            let twelve = derived.ttm(fiscal).unwrap();
            assert_eq!(twelve.value(), Some(wanted.fraction()), "{place}: {twelve}");
            assert_eq!(twelve.derived().unwrap().operands.len(), 4, "{place}");
            compared += 1;
            let base = four(fiscal.year_ago());
            assert_eq!(quarter.ttm_yoy.is_some(), base, "{place}");
            if let Some(wanted) = &quarter.ttm_yoy {
                let change = derived.ttm_yoy(fiscal).unwrap();
                let found = change.change.ratio_minus_one;
                assert_eq!(found, Some(wanted.fraction()), "{place}: {change}");
                compared_changes += 1;
            }
        }
        let least = if expected.additive { 30 } else { 0 };
        assert!(compared >= least && compared_changes >= least, "{name}");
    });
}

/// Why there is no answer.
fn refusal(error: Error) -> String {
    match error {
        Error::Query(QueryError::NotDerivable(not)) => {
            let text = not.to_string();
            let (_, why) = text.split_once("cannot be derived as ").unwrap();
            why.to_owned()
        }
        other => panic!("{other}"),
    }
}

/// What differs from a file under the policies that hold unless asked otherwise, each with its reason.
fn differences(expected: &Expected, derived: &Derivations) -> Vec<String> {
    let mut found = Vec::new();
    let answered = |answer: Result<Answer, Error>, wanted: &Number| match answer {
        Ok(answer) if answer.value() == Some(wanted.fraction()) => None,
        Ok(answer) => Some(answer.to_string()),
        Err(error) => Some(refusal(error)),
    };
    let changed = |change: Result<AnswerChange, Error>, wanted: &Ratio| match change {
        Ok(change) if change.change.ratio_minus_one == Some(wanted.fraction()) => None,
        Ok(change) => Some(match &change.base {
            Some(Err(_)) => "no comparator".to_owned(),
            Some(Ok(base)) => format!("{} over {base}", change.current),
            None => panic!("{change}"),
        }),
        Err(error) => Some(refusal(error)),
    };
    for quarter in &expected.quarters {
        let fiscal = quarter.fiscal();
        let mut add = |what: &str, difference: Option<String>| {
            found.extend(difference.map(|why| format!("{fiscal} {what}: {why}")));
        };
        add("value", answered(derived.at(fiscal), &quarter.value));
        if let Some(wanted) = &quarter.qoq {
            add("QoQ", changed(derived.qoq(fiscal), wanted));
        }
        if let Some(wanted) = &quarter.yoy {
            add("YoY", changed(derived.yoy(fiscal), wanted));
        }
        if let Some(wanted) = &quarter.ttm {
            add("TTM", answered(derived.ttm(fiscal), wanted));
        }
        if let Some(wanted) = &quarter.ttm_yoy {
            add("TTM YoY", changed(derived.ttm_yoy(fiscal), wanted));
        }
    }
    found
}

/// By the file, what is answered otherwise. The full years 2007 to 2009 were restated on 2010-01-25 (revenue is recognised
/// at once), nine months of 2008 never were; the first nine months of 2009 were on 2010-07-21. A fourth quarter of 2009 was
/// reported on 2010-10-27, as restated. Cash flows of 2016 and 2017 were restated on several days of 2018 (restricted cash);
/// nine months of 2016 and the first quarter of 2017 by then not any more, or otherwise.
const OTHERWISE: [(&str, &[&str]); 8] = [
    (
        "revenue latest",
        &[
            "FY2008 Q4 value: FY2008 - FY2008 9M: FY2008 and FY2008 9M are not of one vintage: FY2008 was changed on 2010-01-25, after FY2008 9M was last reported on 2009-07-22",
            "FY2009 Q1 QoQ: no comparator",
            "FY2009 Q3 TTM: FY2008 + FY2009 9M - FY2008 9M: FY2008, FY2009 9M and FY2008 9M are not of one vintage: FY2008 was changed on 2010-01-25, after FY2008 9M was last reported on 2009-07-22",
            "FY2009 Q4 YoY: no comparator",
            "FY2010 Q3 TTM YoY: no comparator",
        ],
    ),
    (
        "revenue first",
        &[
            "FY2008 Q4 value: FY2008 - FY2008 9M: FY2008 and FY2008 9M are not of one vintage: FY2008 was changed on 2010-01-25, after FY2008 9M was last reported on 2009-07-22",
            "FY2009 Q1 QoQ: no comparator",
            "FY2009 Q3 TTM: FY2008 + FY2009 9M - FY2008 9M: FY2008, FY2009 9M and FY2008 9M are not of one vintage: FY2008 was changed on 2010-01-25, after FY2008 9M was last reported on 2009-07-22",
            "FY2009 Q4 value: FY2009 Q4  12,207,000,000 USD  [comparative column]",
            "FY2009 Q4 QoQ: FY2009 Q4  12,207,000,000 USD  [comparative column] over FY2009 Q3  8,337,000,000 USD",
            "FY2009 Q4 YoY: no comparator",
            "FY2009 Q4 TTM: FY2009  36,537,000,000 USD",
            "FY2010 Q1 QoQ: FY2010 Q1  15,683,000,000 USD over FY2009 Q4  12,207,000,000 USD  [comparative column]",
            "FY2010 Q1 TTM: FY2009 + FY2010 Q1 - FY2009 Q1: FY2009, FY2010 Q1 and FY2009 Q1 are not of one vintage: they were not reported with these values in the same reporting cycle",
            "FY2010 Q2 TTM: FY2009 + FY2010 H1 - FY2009 H1: FY2009, FY2010 H1 and FY2009 H1 are not of one vintage: they were not reported with these values in the same reporting cycle",
            "FY2010 Q3 TTM: TTM FY2010 Q3  57,089,000,000 USD  [FY2009 Q4 + FY2010 Q1 + FY2010 Q2 + FY2010 Q3]",
            "FY2010 Q3 TTM YoY: no comparator",
            "FY2010 Q4 YoY: FY2010 Q4  20,343,000,000 USD over FY2009 Q4  12,207,000,000 USD  [comparative column]",
            "FY2010 Q4 TTM YoY: FY2010  65,225,000,000 USD over FY2009  36,537,000,000 USD",
            "FY2011 Q1 TTM YoY: no comparator",
            "FY2011 Q2 TTM YoY: no comparator",
            "FY2011 Q3 TTM YoY: TTM FY2011 Q3  100,322,000,000 USD  [FY2010 + FY2011 9M - FY2010 9M] over TTM FY2010 Q3  57,089,000,000 USD  [FY2009 Q4 + FY2010 Q1 + FY2010 Q2 + FY2010 Q3]",
        ],
    ),
    (
        "net_income latest",
        &[
            "FY2008 Q4 value: FY2008 - FY2008 9M: FY2008 and FY2008 9M are not of one vintage: FY2008 was changed on 2010-01-25, after FY2008 9M was last reported on 2009-07-22",
            "FY2009 Q1 QoQ: no comparator",
            "FY2009 Q3 TTM: FY2008 + FY2009 9M - FY2008 9M: FY2008, FY2009 9M and FY2008 9M are not of one vintage: FY2008 was changed on 2010-01-25, after FY2008 9M was last reported on 2009-07-22",
            "FY2009 Q4 YoY: no comparator",
            "FY2010 Q3 TTM YoY: no comparator",
        ],
    ),
    (
        "net_income first",
        &[
            "FY2008 Q4 value: FY2008 - FY2008 9M: FY2008 and FY2008 9M are not of one vintage: FY2008 was changed on 2010-01-25, after FY2008 9M was last reported on 2009-07-22",
            "FY2009 Q1 QoQ: no comparator",
            "FY2009 Q3 TTM: FY2008 + FY2009 9M - FY2008 9M: FY2008, FY2009 9M and FY2008 9M are not of one vintage: FY2008 was changed on 2010-01-25, after FY2008 9M was last reported on 2009-07-22",
            "FY2009 Q4 value: FY2009 Q4  2,532,000,000 USD  [comparative column]",
            "FY2009 Q4 QoQ: FY2009 Q4  2,532,000,000 USD  [comparative column] over FY2009 Q3  1,229,000,000 USD",
            "FY2009 Q4 YoY: no comparator",
            "FY2009 Q4 TTM: FY2009  5,704,000,000 USD",
            "FY2010 Q1 QoQ: FY2010 Q1  3,378,000,000 USD over FY2009 Q4  2,532,000,000 USD  [comparative column]",
            "FY2010 Q1 TTM: FY2009 + FY2010 Q1 - FY2009 Q1: FY2009, FY2010 Q1 and FY2009 Q1 are not of one vintage: they were not reported with these values in the same reporting cycle",
            "FY2010 Q2 TTM: FY2009 + FY2010 H1 - FY2009 H1: FY2009, FY2010 H1 and FY2009 H1 are not of one vintage: they were not reported with these values in the same reporting cycle",
            "FY2010 Q3 TTM: TTM FY2010 Q3  12,237,000,000 USD  [FY2009 Q4 + FY2010 Q1 + FY2010 Q2 + FY2010 Q3]",
            "FY2010 Q3 TTM YoY: no comparator",
            "FY2010 Q4 YoY: FY2010 Q4  4,308,000,000 USD over FY2009 Q4  2,532,000,000 USD  [comparative column]",
            "FY2010 Q4 TTM YoY: FY2010  14,013,000,000 USD over FY2009  5,704,000,000 USD",
            "FY2011 Q1 TTM YoY: no comparator",
            "FY2011 Q2 TTM YoY: no comparator",
            "FY2011 Q3 TTM YoY: TTM FY2011 Q3  23,607,000,000 USD  [FY2010 + FY2011 9M - FY2010 9M] over TTM FY2010 Q3  12,237,000,000 USD  [FY2009 Q4 + FY2010 Q1 + FY2010 Q2 + FY2010 Q3]",
        ],
    ),
    ("eps_diluted latest", &[]),
    ("eps_diluted first", &[]),
    (
        "operating_cash_flow latest",
        &[
            "FY2016 Q4 value: FY2016 - FY2016 9M: FY2016 and FY2016 9M are not of one vintage: FY2016 was changed on 2018-11-05, after FY2016 9M was last reported on 2017-08-02",
            "FY2016 Q4 QoQ: FY2016 - FY2016 9M: FY2016 and FY2016 9M are not of one vintage: FY2016 was changed on 2018-11-05, after FY2016 9M was last reported on 2017-08-02",
            "FY2017 Q1 QoQ: no comparator",
            "FY2017 Q2 TTM: FY2016 + FY2017 H1 - FY2016 H1: FY2016, FY2017 H1 and FY2016 H1 are not of one vintage: FY2016 was changed on 2018-11-05, after FY2017 H1 was last reported on 2018-05-02",
            "FY2017 Q3 TTM: FY2016 + FY2017 9M - FY2016 9M: FY2016, FY2017 9M and FY2016 9M are not of one vintage: FY2016 was changed on 2018-11-05, after FY2017 9M was last reported on 2018-08-01",
            "FY2017 Q4 YoY: no comparator",
            "FY2018 Q2 TTM YoY: no comparator",
            "FY2018 Q3 TTM YoY: no comparator",
        ],
    ),
    (
        "operating_cash_flow first",
        &[
            "FY2017 Q2 value: FY2017 H1 - FY2017 Q1: FY2017 H1 and FY2017 Q1 are not of one vintage: FY2017 H1 was changed on 2018-05-02, after FY2017 Q1 was last reported on 2018-02-02",
            "FY2017 Q2 QoQ: FY2017 H1 - FY2017 Q1: FY2017 H1 and FY2017 Q1 are not of one vintage: FY2017 H1 was changed on 2018-05-02, after FY2017 Q1 was last reported on 2018-02-02",
            "FY2017 Q2 TTM: FY2016 + FY2017 H1 - FY2016 H1: FY2016, FY2017 H1 and FY2016 H1 are not of one vintage: FY2016 was changed on 2018-11-05, after FY2017 H1 was last reported on 2018-05-02",
            "FY2017 Q3 QoQ: no comparator",
            "FY2017 Q3 TTM: FY2016 + FY2017 9M - FY2016 9M: FY2016, FY2017 9M and FY2016 9M are not of one vintage: FY2016 was changed on 2018-11-05, after FY2017 9M was last reported on 2018-08-01",
            "FY2018 Q1 TTM: FY2017 + FY2018 Q1 - FY2017 Q1: FY2017, FY2018 Q1 and FY2017 Q1 are not of one vintage: FY2017 was changed on 2018-11-05, after FY2017 Q1 was last reported on 2018-02-02",
            "FY2018 Q2 YoY: no comparator",
            "FY2018 Q2 TTM YoY: no comparator",
            "FY2018 Q3 TTM YoY: no comparator",
            "FY2019 Q1 TTM YoY: no comparator",
        ],
    ),
];

/// Every difference from the files, with its reason: a fourth quarter that was reported is the answer, what mixes vintages is
/// refused, and so is what is built on it. All else is equal.
#[test]
fn what_the_default_policies_answer_otherwise() {
    each(|name, expected, query| {
        let derived = query.derived().unwrap();
        let (_, listed) = OTHERWISE.iter().find(|(file, _)| *file == name).unwrap();
        assert_eq!(differences(expected, &derived), *listed, "{name}");
        // Where a fourth quarter was reported, that is the answer.
        let mut reported = 0;
        for quarter in &expected.quarters {
            if let Some(wanted) = &quarter.reported_q4 {
                let answer = derived.at(quarter.fiscal()).unwrap();
                assert!(!answer.is_derived());
                assert_eq!(answer.value(), Some(wanted.fraction()), "{name}");
                reported += 1;
            }
        }
        let has_them = name.starts_with("revenue") || name.starts_with("net_income");
        assert_eq!(reported, if has_them { 12 } else { 0 }, "{name}");
    });
}
