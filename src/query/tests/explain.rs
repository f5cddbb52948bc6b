//! Why an answer is what it is: what was considered, what was not, and by which rules.

use super::build::*;
use crate::model::{
    Amount, Dimension, Figure, MetricKind, Nil, Precision, Rank, Rounding, WhyCell, WhyDocument,
};
use crate::{
    Basis, Computed, Database, Error, Exclusion, Explain, Explanation, QueryError, Value, Version,
    Versions,
};

const BEFORE: &str = "2007-04-01..2007-06-30";
const QUARTER: &str = "2008-04-01..2008-06-30";

fn explain(db: &Database, answer: &impl Explain) -> Explanation {
    db.explain(answer).unwrap()
}

fn versions(explanation: &Explanation) -> &Versions {
    match &explanation.basis {
        Basis::Reported(versions) => versions,
        other => panic!("{other:?}"),
    }
}

fn computed(explanation: &Explanation) -> &Computed {
    match &explanation.basis {
        Basis::Computed(computed) => computed,
        other => panic!("{other:?}"),
    }
}

fn figures(versions: &Versions) -> Vec<String> {
    let text = |version: &Version| version.figure.to_string();
    versions.considered.iter().map(text).collect()
}

fn excluded(versions: &Versions) -> Vec<(Exclusion, usize)> {
    versions.excluded.iter().map(|e| (e.why, e.count)).collect()
}

/// 100 at first, restated to 96, then repeated in tens.
fn restated() -> Database {
    Book::iij()
        .document("a", "2008-08-13")
        .facts("iij revenue JPY", 0, &[(BEFORE, 100), (QUARTER, 120)])
        .document("b", "2009-08-13")
        .facts("iij revenue JPY", 0, &[(BEFORE, 96)])
        .document("c", "2010-08-13")
        .facts("iij revenue JPY", -1, &[(BEFORE, 100)])
        .database()
}

#[test]
fn what_was_not_considered_is_counted_by_its_reason() {
    let db = restated();
    let revenue = db.series("iij", "revenue").unwrap();
    let latest = explain(&db, &revenue.at("1Q07").unwrap().unwrap());
    let all = versions(&latest);
    assert_eq!(figures(all), ["100", "96", "100"]);
    assert_eq!(all.why.document, WhyDocument::MorePrecise);
    assert_eq!(all.why.cell, WhyCell::Only);
    assert_eq!(all.shown().unwrap().document.as_str(), "b");
    assert_eq!(excluded(all), []);

    let then = revenue.clone().as_of(day("2009-08-12"));
    let then = explain(&db, &then.at("1Q07").unwrap().unwrap());
    assert_eq!(figures(versions(&then)), ["100"]);
    assert_eq!(versions(&then).why.document, WhyDocument::Only);
    assert_eq!(excluded(versions(&then)), [(Exclusion::PublishedLater, 2)]);

    let there = revenue.printed_in("a").unwrap();
    let there = explain(&db, &there.at("1Q07").unwrap().unwrap());
    assert_eq!(figures(versions(&there)), ["100"]);
    assert_eq!(excluded(versions(&there)), [(Exclusion::OtherDocument, 2)]);
}

#[test]
fn an_answer_is_explained_as_it_was_given() {
    let db = Book::iij()
        .facts("iij revenue JPY", 0, &[(QUARTER, 1)])
        .database();
    let before = db.series("iij", "revenue").unwrap().at("1Q08").unwrap();
    let before = before.unwrap();
    let pinned = db.reader().pinned();
    Book::new()
        .document("second", "2009-09-01")
        .facts("iij revenue JPY", 0, &[(QUARTER, 2)])
        .add_to(&db);
    let explained = explain(&db, &before);
    assert_eq!(explained.text, "1 JPY");
    assert_eq!(figures(versions(&explained)), ["1"]);
    assert_eq!(
        excluded(versions(&explained)),
        [(Exclusion::RecordedLater, 1)]
    );

    let after = db.series("iij", "revenue").unwrap().at("1Q08").unwrap();
    let after = after.unwrap();
    assert_eq!(figures(versions(&explain(&db, &after))), ["1", "2"]);
    for reader in [&pinned, &*restated(), &*Book::iij().database()] {
        let refused = reader.explain(&after).unwrap_err();
        assert!(
            matches!(&refused, Error::Query(QueryError::NotExplained { fact }) if **fact == after.fact()),
            "{refused}"
        );
    }
}

#[test]
fn a_version_tells_its_cell_and_its_days() {
    let db = Book::iij()
        .document("deck", "2009-02-12")
        .dated(
            "iij revenue JPY",
            QUARTER,
            rounded(5_000, -3),
            "2008-10-24",
            Rank::Prose,
        )
        .database();
    let point = db.series("iij", "revenue").unwrap().at("1Q08").unwrap();
    let point = point.unwrap();
    let explained = explain(&db, &point);
    let shown = versions(&explained).shown().unwrap();
    assert_eq!(shown.cell, db.cell(&point).unwrap());
    assert_eq!(shown.recorded, db.recorded(point.commit()).unwrap());
    assert_eq!(shown.published, day("2008-10-24"));
    assert_eq!(shown.issued, day("2009-02-12"));
    assert_eq!((shown.title.as_str(), shown.rank), ("DECK", Rank::Prose));
    let recorded = shown.recorded.format("%Y-%m-%d");
    let expected = format!(
        "iij revenue 1Q08 (2008-04-01..2008-06-30): 5 thousand JPY
  rounded to the thousand: within [4,500; 5,500]
  shown: the only cell that gives it
  2008-10-24 (told on 2009-02-12) deck \"DECK\", recorded {recorded}
    > \"5 thousand\"  = 5 thousand  prose  Table 1  row \"iij revenue JPY\"  column \"2008-04-01..2008-06-30\""
    );
    assert_eq!(explained.to_string(), expected);
}

#[test]
fn a_change_tells_its_formula_and_its_rules() {
    let db = Book::iij()
        .metric("margin", MetricKind::Ratio, Dimension::Percent)
        .metric("income", MetricKind::Flow, Dimension::Money)
        .metric("cash", MetricKind::Stock, Dimension::Money)
        .facts("iij revenue JPY", 0, &[(BEFORE, 100), (QUARTER, 120)])
        .facts("iij margin %", 0, &[(BEFORE, 5), (QUARTER, 7)])
        .facts("iij income JPY", 0, &[(BEFORE, -4), (QUARTER, -6)])
        .facts("iij cash JPY", 0, &[("2008-06-30", 10), ("2008-03-31", -3)])
        .database();
    let series = |metric| db.series("iij", metric).unwrap().load().unwrap();
    let yoy = |metric| explain(&db, &series(metric).yoy("1Q08").unwrap().unwrap());
    let formula = |explanation: &Explanation| computed(explanation).formula.clone();
    let same_slot = "the base is the same slot one fiscal year earlier";

    let growth = yoy("revenue");
    assert_eq!(formula(&growth).as_deref(), Some("(1Q08 - 1Q07) / 1Q07"));
    assert_eq!(computed(&growth).rules, [same_slot]);
    assert!(matches!(growth.value, Some(Value::Change(_))));
    let names: Vec<&str> = computed(&growth)
        .operands
        .iter()
        .map(|operand| operand.name.as_str())
        .collect();
    assert_eq!(names, ["1Q08", "1Q07"]);

    assert_eq!(formula(&yoy("margin")).as_deref(), Some("1Q08 - 1Q07"));
    assert_eq!(yoy("margin").text, "+2 points");
    let loss = yoy("income");
    assert_eq!(formula(&loss).as_deref(), Some("(1Q08 - 1Q07) / |1Q07|"));
    assert!(computed(&loss).rules[1].contains("absolute value"));

    let cash = series("cash");
    let turned = explain(&db, &cash.since_year_end("1Q08").unwrap().unwrap());
    assert_eq!(turned.text, "turned positive");
    assert_eq!(formula(&turned), None);
    assert_eq!(
        computed(&turned).rules,
        [
            "the base is the end of the fiscal year before",
            "a change of sign is a word, not a percentage"
        ]
    );

    let missing = explain(&db, &series("revenue").qoq("1Q08").unwrap().unwrap());
    assert_eq!(formula(&missing), None);
    assert_eq!(computed(&missing).rules, ["the base is the quarter before"]);
    let base = &computed(&missing).operands[1];
    assert_eq!(
        (base.name.as_str(), &base.basis),
        ("4Q07", &Basis::NotReported)
    );
    assert!(missing.to_string().ends_with("\n  4Q07: not reported"));

    let none = series("revenue").since_year_end("1Q08").unwrap().unwrap();
    let none = explain(&db, &none);
    assert_eq!(computed(&none).operands.len(), 1);
    assert_eq!(
        computed(&none).rules,
        ["only an instant has a change since the year end"]
    );
}

#[test]
fn lengths_and_dates_that_differ_are_notes() {
    let short = "2008-04-01..2008-06-22";
    let db = Book::iij()
        .facts("iij revenue JPY", 0, &[(BEFORE, 100), (short, 120)])
        .database();
    let yoy = db.series("iij", "revenue").unwrap().load().unwrap();
    let explained = explain(&db, &yoy.yoy("1Q08").unwrap().unwrap());
    assert_eq!(explained.notes, ["compares 83 days with 91"]);
    let current = &computed(&explained).operands[0];
    assert_eq!(current.notes, ["dates 2008-04-01..2008-06-22"]);
}

#[test]
fn a_cell_of_a_panel_is_explained_whether_reported_or_not() {
    let db = Book::iij()
        .company("acme", march())
        .document("both", "2008-08-13")
        .facts("iij revenue JPY", 0, &[(QUARTER, 1)])
        .facts("acme revenue JPY", 0, &[(BEFORE, 2)])
        .database();
    let explained = |period: &str| -> Vec<Explanation> {
        let panel = db.panel("revenue").unwrap().at(period).unwrap();
        panel.iter().map(|row| explain(&db, row)).collect()
    };
    let rows = explained("1Q08");
    assert_eq!(rows[0].to_string(), "acme revenue 1Q08: not reported");
    assert_eq!(
        (&rows[0].basis, &rows[0].value),
        (&Basis::NotReported, &None)
    );
    assert_eq!(versions(&rows[1]).considered.len(), 1);
    assert_eq!(
        explained("CY2008Q2")[0].to_string(),
        "acme revenue CY2008Q2 (2008-04-01..2008-06-30): not reported"
    );
    assert_eq!(
        explained(QUARTER)[0].to_string(),
        "acme revenue 2008-04-01..2008-06-30: not reported"
    );
}

#[test]
fn the_last_document_contradicting_itself_is_a_note_where_an_earlier_one_is_shown() {
    let db = Book::iij()
        .facts("iij revenue JPY", 0, &[(QUARTER, 512)])
        .document("late", "2009-08-13")
        .facts("iij revenue JPY", -2, &[(QUARTER, 500)])
        .dated(
            "iij revenue JPY",
            QUARTER,
            rounded(700, -2),
            "2009-08-13",
            Rank::Prose,
        )
        .database();
    let point = db.series("iij", "revenue").unwrap().at("1Q08").unwrap();
    let explained = explain(&db, &point.unwrap());
    assert_eq!(explained.text, "512 JPY");
    assert!(!versions(&explained).why.contradicted);
    assert_eq!(
        explained.notes,
        ["the document published last contradicts itself"]
    );
}

#[test]
fn documents_of_one_day_that_contradict_each_other_are_told() {
    let db = Book::iij()
        .document("a", "2009-05-10")
        .facts("iij revenue JPY", 0, &[(QUARTER, 410)])
        .document("z", "2009-05-10")
        .facts("iij revenue JPY", 0, &[(QUARTER, 400)])
        .database();
    let point = db.series("iij", "revenue").unwrap().at("1Q08").unwrap();
    let point = point.unwrap();
    assert_eq!(point.to_string(), "1Q08  400 JPY  [conflicting]");
    let told = db.candidates(&point).unwrap();
    let told: Vec<String> = told.iter().map(|seen| seen.figure.to_string()).collect();
    assert_eq!(told, ["410", "400"]);
    let explained = explain(&db, &point);
    assert_eq!(versions(&explained).why.document, WhyDocument::LastOfDay);
    assert_eq!(
        explained.notes,
        ["the figures published on 2009-05-10 contradict each other (a, z)"]
    );
}

#[test]
fn the_tree_is_serialised_with_the_printed_cells() {
    let db = restated();
    let delta = db.series("iij", "revenue").unwrap().load().unwrap();
    let delta = delta.yoy("1Q08").unwrap().unwrap();
    let json = serde_json::to_value(explain(&db, &delta)).unwrap();
    let computed = &json["basis"]["computed"];
    assert_eq!(computed["formula"], "(1Q08 - 1Q07) / 1Q07");
    assert_eq!(
        json["value"]["change"]["kind"]["relative"]["convention"],
        "over_base"
    );
    let base = &computed["operands"][1];
    assert_eq!(base["subject"]["period"], BEFORE);
    assert_eq!(base["value"]["figure"]["amount"]["value"], "96");
    assert_eq!(base["quantity"]["value"]["numerator"], 96);
    let reported = &base["basis"]["reported"];
    assert_eq!(reported["why"]["document"], "more_precise");
    let shown = &reported["considered"][1];
    assert_eq!(shown["shown"], true);
    assert_eq!(
        (&shown["cell"]["text"], &shown["cell"]["scale"]),
        (&"96".into(), &0.into())
    );
}

#[test]
fn a_value_is_told_with_its_interval_and_its_safe_digits() {
    let unknown = Amount::new(7.into(), Precision::Unknown, Rounding::Nearest).unwrap();
    let truncated = Amount::new(97.into(), Precision::Decimals(0), Rounding::Truncated).unwrap();
    let db = Book::iij()
        .metric("margin", MetricKind::Ratio, Dimension::Percent)
        .metric("cost", MetricKind::Flow, Dimension::Money)
        .facts("iij revenue JPY", 0, &[(BEFORE, 91), (QUARTER, 96)])
        .figure("iij margin %", BEFORE, decimal("5.0", 1))
        .figure("iij margin %", QUARTER, decimal("5.7", 1))
        .figure("iij cost JPY", BEFORE, unknown.into())
        .figure("iij cost JPY", QUARTER, truncated.into())
        .figure(
            "iij cost JPY",
            "2009-04-01..2009-06-30",
            Figure::Nil(Nil::Zero),
        )
        .database();
    let second_line = |explanation: &Explanation| {
        let text = explanation.to_string();
        text.lines().nth(1).unwrap().trim().to_owned()
    };
    let point = |metric: &str, label: &str| {
        let point = db.series("iij", metric).unwrap().at(label).unwrap();
        second_line(&explain(&db, &point.unwrap()))
    };
    let yoy = |metric: &str| {
        let series = db.series("iij", metric).unwrap().load().unwrap();
        let delta = series.yoy("1Q08").unwrap().unwrap();
        second_line(&explain(&db, &delta))
    };
    assert_eq!(
        point("revenue", "1Q08"),
        "rounded to the unit: within [95.5; 96.5]"
    );
    assert_eq!(
        point("margin", "1Q08"),
        "rounded to 1 decimal place: within [5.65; 5.75]"
    );
    assert_eq!(point("cost", "1Q07"), "precision unknown");
    assert_eq!(
        point("cost", "1Q08"),
        "truncated to the unit: within [97.0; 98.0)"
    );
    assert!(point("cost", "1Q09").starts_with("shown:"));
    // 95.5 / 91.5 is 1.04372, 96.5 / 90.5 is 1.06630: printed +4 % or +7 %.
    assert_eq!(yoy("revenue"), "no digit is safe: within [4.37; 6.63] %");
    // 5.65 - 5.05 and 5.75 - 4.95.
    assert_eq!(
        yoy("margin"),
        "safe to the unit: within [0.60; 0.80] points"
    );
    assert_eq!(yoy("cost"), "precision unknown");
}
