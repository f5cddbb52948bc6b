//! Which documents may supersede what others say.

use super::build::*;
use crate::model::{DocumentKind, Figure, Nil};
use crate::{Database, Point, SeriesQuery, Supersede};

const BEFORE: &str = "2007-04-01..2008-03-31";
const YEAR: &str = "2008-04-01..2009-03-31";

/// A proxy statement repeats two years in thousands as if they were yen, and gives a third.
fn world() -> Database {
    Book::iij()
        .document("report", "2009-05-15")
        .facts(
            "iij revenue JPY",
            -3,
            &[(BEFORE, 57_000_000), (YEAR, 69_000_000)],
        )
        .document("statement", "2009-06-10")
        .kind(DocumentKind::Proxy)
        .facts(
            "iij revenue JPY",
            0,
            &[
                (BEFORE, 57_000),
                (YEAR, 69_000),
                ("2006-04-01..2007-03-31", 50_000),
            ],
        )
        .database()
}

fn revenue(db: &Database) -> SeriesQuery {
    db.series("iij", "revenue").unwrap()
}

fn year(query: &SeriesQuery, label: &str) -> Option<Point> {
    query.at(label).unwrap()
}

#[test]
fn a_proxy_statement_supersedes_a_report_only_where_all_documents_may() {
    let db = world();
    let all = revenue(&db);
    let periodic = revenue(&db).supersede(Supersede::Periodic);
    let text = |point: Option<Point>| point.unwrap().to_string();
    assert_eq!(text(year(&all, "FY2008")), "FY2008  69,000 JPY");
    assert_eq!(
        text(year(&periodic, "FY2008")),
        "FY2008  69,000 thousand JPY"
    );
    let back = periodic.clone().supersede(Supersede::All);
    assert_eq!(text(year(&back, "FY2008")), "FY2008  69,000 JPY");
    // There is nothing to supersede where only the proxy statement gives a figure.
    assert_eq!(text(year(&periodic, "FY2006")), "FY2006  50,000 JPY");
    let point = year(&periodic, "FY2008").unwrap();
    assert!(!point.has_versions());
    assert_eq!(db.observations(&point).unwrap().len(), 1);
    assert_eq!(db.candidates(&point).unwrap().len(), 1);
    assert_eq!(
        db.observations(&year(&all, "FY2008").unwrap())
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn comparators_ranges_panels_and_restatements_follow_the_policy() {
    let db = world();
    let periodic = revenue(&db).supersede(Supersede::Periodic);
    let delta = periodic.load().unwrap().yoy("FY2008").unwrap().unwrap();
    assert_eq!(
        delta.to_string(),
        "FY2008  69,000 thousand JPY   +21.1%  (FY2007 57,000)"
    );
    assert_eq!(
        periodic.years("FY2007"..).unwrap().to_string(),
        "FY2007  57,000 thousand JPY\nFY2008  69,000 thousand JPY"
    );
    let panel = db.panel("revenue").unwrap().supersede(Supersede::Periodic);
    assert_eq!(
        panel.at(YEAR).unwrap().to_string(),
        "iij  FY2008  69,000 thousand JPY"
    );
    assert_eq!(revenue(&db).restatements().unwrap().len(), 2);
    assert!(periodic.restatements().unwrap().is_empty());
    let company = db.restatements("iij").unwrap();
    assert_eq!(company.load().unwrap().len(), 2);
    assert!(
        company
            .supersede(Supersede::Periodic)
            .load()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_notice_before_the_report_is_shown_until_the_report_is_out() {
    let db = Book::iij()
        .document("notice", "2009-04-20")
        .kind(DocumentKind::Notice)
        .facts("iij revenue JPY", -6, &[(YEAR, 70_000_000)])
        .document("report", "2009-05-15")
        .facts("iij revenue JPY", -6, &[(YEAR, 69_000_000)])
        .database();
    let periodic = revenue(&db).supersede(Supersede::Periodic);
    let then = periodic.clone().as_of(day("2009-05-14"));
    assert_eq!(year(&then, "FY2008").unwrap().document().as_str(), "notice");
    assert_eq!(
        year(&periodic, "FY2008").unwrap().document().as_str(),
        "report"
    );
    let first = periodic.first_reported();
    assert_eq!(
        year(&first, "FY2008").unwrap().document().as_str(),
        "report"
    );
    let first = revenue(&db).first_reported();
    assert_eq!(
        year(&first, "FY2008").unwrap().document().as_str(),
        "notice"
    );
}

#[test]
fn a_report_that_gives_no_figure_supersedes_none() {
    let db = Book::iij()
        .document("notice", "2009-04-20")
        .kind(DocumentKind::Notice)
        .facts("iij revenue JPY", -6, &[(YEAR, 70_000_000)])
        .document("report", "2009-05-15")
        .figure("iij revenue JPY", YEAR, Figure::Nil(Nil::NotApplicable))
        .database();
    let periodic = revenue(&db).supersede(Supersede::Periodic);
    assert_eq!(
        year(&periodic, "FY2008").unwrap().document().as_str(),
        "notice"
    );
}

#[test]
fn an_explanation_names_what_was_left_out() {
    let db = world();
    let periodic = revenue(&db).supersede(Supersede::Periodic);
    let why = db.explain(&year(&periodic, "FY2008").unwrap()).unwrap();
    let text = why.to_string();
    assert!(
        text.contains("in documents that are no periodic reports"),
        "{text}"
    );
    let first = revenue(&db).first_reported();
    let why = db.explain(&year(&first, "FY2008").unwrap()).unwrap();
    assert!(why.to_string().contains("published first"), "{why}");
}
