//! The bundled documents explained. What is expected of single figures is read from the documents by hand.

use std::path::Path;

use kessan::{
    Basis, Computed, Database, Delta, Explain, Explanation, Point, Rank, Release, Scenario,
    Versions, WhyCell, WhyDocument, parse_date,
};

fn all() -> Database {
    let db = Database::temporary().unwrap();
    for name in [
        "2003-08-13-1q03-results",
        "2003-09-16-ntt-subscription",
        "2009-02-12-3q08-results",
        "2013-07-02-share-issuance",
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/iij");
        db.ingest(&Release::read(folder.join(name)).unwrap())
            .unwrap();
    }
    db
}

fn at(db: &Database, metric: &str, period: &str) -> Point {
    let series = db.series("iij", metric).unwrap().load().unwrap();
    series.at(period).unwrap().unwrap()
}

fn yoy(db: &Database, metric: &str, period: &str) -> Delta {
    let series = db.series("iij", metric).unwrap().load().unwrap();
    series.yoy(period).unwrap().unwrap()
}

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

/// Rank, printed text, power of ten and place of every version.
fn printed(versions: &Versions) -> Vec<(Rank, &str, u32, &str)> {
    versions
        .considered
        .iter()
        .map(|version| {
            let cell = &version.cell;
            (
                version.rank,
                cell.text.as_str(),
                cell.scale,
                cell.place.as_str(),
            )
        })
        .collect()
}

#[test]
fn revenue_is_shown_as_the_statement_prints_it_which_is_most_precise() {
    let db = all();
    let explained = explain(&db, &at(&db, "revenue", "1Q03"));
    let versions = versions(&explained);
    assert_eq!(
        printed(versions),
        [
            (
                Rank::Table,
                "8,344",
                6,
                "Table 1. Revenues (JPY in millions)"
            ),
            (Rank::Statement, "8,344,046", 3, "Statements of operations"),
            (Rank::Prose, "JPY 8,344 million", 6, "Highlights, bullet 1"),
            (
                Rank::Prose,
                "JPY8,344 million",
                6,
                "Revenues, paragraph 1, sentence 1"
            ),
        ]
    );
    let shown = versions.shown().unwrap();
    assert_eq!(shown.cell.text, "8,344,046");
    assert_eq!(shown.cell.row, "Total revenues");
    assert_eq!(
        shown.cell.column,
        "Year-over-year Comparison / Jun 30, 2003 / JPY"
    );
    assert_eq!(shown.title, "IIJ Announces First Quarter 2003 Results");
    assert_eq!(versions.why.document, WhyDocument::Only);
    assert_eq!(versions.why.cell, WhyCell::MorePrecise);
    assert!(!versions.why.contradicted && versions.excluded.is_empty());
    assert!(explained.notes.is_empty());
}

#[test]
fn a_contradiction_is_shown_by_rank() {
    let db = all();
    // Table 9 heads "Income tax benefit (expense)" over -390: an expense. The statement and the text say benefit.
    let explained = explain(&db, &at(&db, "income_tax", "1Q03"));
    let versions = versions(&explained);
    assert!(versions.why.contradicted);
    assert_eq!(versions.why.cell, WhyCell::Rank);
    let said: Vec<(&str, String, bool)> = versions
        .considered
        .iter()
        .map(|version| {
            (
                version.cell.text.as_str(),
                version.figure.to_string(),
                version.shown,
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("-390", "390 million".to_owned(), false),
            ("(390,035)", "-390,035 thousand".to_owned(), true),
            ("JPY390 million", "-390 million".to_owned(), false),
        ]
    );
}

#[test]
fn a_figure_printed_alike_in_two_statements_is_the_first_of_the_most_precise() {
    let db = all();
    let explained = explain(&db, &at(&db, "net_income", "1Q03"));
    let versions = versions(&explained);
    let alike: Vec<&str> = versions
        .considered
        .iter()
        .filter(|version| version.cell.text == "(1,989,090)")
        .map(|version| version.cell.place.as_str())
        .collect();
    assert_eq!(
        alike,
        ["Statements of operations", "Statements of cash flows"]
    );
    assert_eq!(versions.shown().unwrap().cell.place, alike[0]);
    assert_eq!(versions.why.cell, WhyCell::MorePrecise);
}

#[test]
fn a_target_as_of_a_date_counts_what_came_later() {
    let db = all();
    let target = db
        .series("iij", "revenue")
        .unwrap()
        .scenario(Scenario::Target);
    let on = |day: &str| {
        let then = target.clone().as_of(parse_date(day).unwrap());
        let point = then.at("FY2008").unwrap();
        point.map(|point| explain(&db, &point))
    };
    assert_eq!(on("2008-10-23"), None);

    let before = on("2008-10-24").unwrap();
    let before_versions = versions(&before);
    assert_eq!(before.text, "73.0 billion JPY");
    assert_eq!(before_versions.why.document, WhyDocument::Only);
    // Of the new target there are two cells in the deck: II-13 and III-2.
    let counts: Vec<usize> = before_versions.excluded.iter().map(|e| e.count).collect();
    assert_eq!(counts, [2]);
    let shown = before_versions.shown().unwrap();
    assert_eq!(shown.published.to_string(), "2008-10-24");
    assert_eq!(shown.issued.to_string(), "2009-02-12");
    assert_eq!(shown.cell.column, "(Previous Target)");

    let after = on("2009-02-12").unwrap();
    let after_versions = versions(&after);
    assert_eq!(after.text, "69.3 billion JPY");
    assert_eq!(after_versions.considered.len(), 3);
    assert_eq!(after_versions.why.document, WhyDocument::Last);
    assert!(after_versions.excluded.is_empty());
}

#[test]
fn a_change_is_explained_down_to_the_cells_of_both_operands() {
    let db = all();
    let explained = explain(&db, &yoy(&db, "backbone_cost.international", "1Q03"));
    let text = explained.to_string();
    let recorded = versions(&computed(&explained).operands[0])
        .shown()
        .unwrap()
        .recorded
        .format("%Y-%m-%d");
    let document = format!(
        "2003-08-13 iij-2003-08-13-1q03-results \"IIJ Announces First Quarter 2003 Results\", recorded {recorded}"
    );
    // Table 7 prints both, the sentence before it the later one. 261 over 449 is 0.5813, and rounding lets it be from
    // 260.5 over 449.5, 0.57953, to 261.5 over 448.5, 0.58305: all of it is printed -42 %.
    let expected = [
        "iij backbone_cost.international 1Q03 (2003-04-01..2003-06-30), YoY: -41.9%",
        "  safe to the unit: within [-42.05; -41.69] %",
        "  = (1Q03 - 1Q02) / 1Q02",
        "  rule: the base is the same slot one fiscal year earlier",
        "  1Q03: 261 million JPY",
        "    rounded to the million: within [260,500,000; 261,500,000]",
        "    shown: the only document that gives it; of its cells the one of highest rank (statement over",
        &format!("    {document}"),
        "      > \"261\" (millions)             = 261 million  table  Table 7. Backbone Costs (JPY in millions) ",
        "        \"JPY261 million\" (millions)  = 261 million  prose  Backbone costs, before Table 7, sentence 1",
        "  1Q02 (2002-04-01..2002-06-30): 449 million JPY",
        "    rounded to the million: within [448,500,000; 449,500,000]",
        "    shown: the only cell that gives it",
        &format!("    {document}"),
        "      > \"449\" (millions)  = 449 million  table",
    ];
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{text}");
    for (line, begins) in lines.iter().zip(expected) {
        assert!(line.starts_with(begins), "{line}\n{begins}");
    }
    let place = "row \"International Backbone Costs\"  column \"1Q03\"";
    assert!(lines[8].ends_with(place), "{text}");
}

#[test]
fn every_figure_and_change_of_the_documents_is_explained() {
    let db = all();
    let (mut points, mut changes) = (0, 0);
    for key in db.series_list("iij").unwrap() {
        let all = db.series_of(&key).unwrap().all().unwrap();
        for point in all.points() {
            let explained = explain(&db, point);
            let versions = versions(&explained);
            assert_eq!(
                versions.considered.iter().filter(|v| v.shown).count(),
                1,
                "{point}"
            );
            let shown = versions.shown().unwrap();
            assert_eq!(shown.cell, db.cell(point).unwrap(), "{point}");
            assert_eq!(shown.figure, *point.figure());
            assert_eq!(versions.considered.len() > 1, point.has_versions());
            assert_eq!(versions.why.contradicted, point.is_conflicting(), "{point}");
            points += 1;
        }
        for delta in all.yoy().iter().chain(&all.qoq()) {
            let explained = explain(&db, delta);
            assert_eq!(explained.text, delta.change_text());
            assert!(!computed(&explained).rules.is_empty());
            changes += 1;
        }
    }
    assert!(points > 400 && changes == 2 * points, "{points} {changes}");
}
