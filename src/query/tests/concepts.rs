//! Standard metrics: series of several tags as one.

use super::build::*;
use crate::model::*;
use crate::query::answer::Together;
use crate::query::{Reader, Supersede};
use crate::{Database, Vintage};

fn tag(concept: &str, kind: MetricKind, dimension: Dimension) -> ConceptTag {
    let concept: Concept = concept.parse().unwrap();
    ConceptTag {
        metric: concept.path_of(kind, dimension).unwrap().unwrap(),
        concept,
        seen: None,
    }
}

fn standard(path: &str, tags: &[&str], otherwise: &[&str]) -> StandardMetric {
    let (kind, dimension) = (MetricKind::Flow, Dimension::Money);
    let list = |names: &[&str]| {
        names
            .iter()
            .map(|name| tag(name, kind, dimension))
            .collect()
    };
    StandardMetric {
        metric: Metric {
            path: path.parse().unwrap(),
            kind,
            dimension,
            positive: "more".into(),
            negative: None,
        },
        tags: list(tags),
        otherwise: list(otherwise),
    }
}

/// Revenue under the tags A and B, else C.
fn map() -> ConceptMap {
    ConceptMap::new(1, vec![standard("revenue", &["x:A", "x:B"], &["x:C"])])
}

fn with_map(db: &Database) -> Reader {
    db.with_concepts(map())
}

/// A company whose tags are those of the map.
fn book() -> Book {
    let tag = |book: Book, name: &str| book.metric(name, MetricKind::Flow, Dimension::Money);
    let book = Book::new().company("minato", march());
    ["x.a.flow", "x.b.flow", "x.c.flow"]
        .into_iter()
        .fold(book, tag)
}

const A: &str = "minato x.a.flow JPY";
const B: &str = "minato x.b.flow JPY";
const C: &str = "minato x.c.flow JPY";
const YEARS: [&str; 4] = [
    "2004-04-01..2005-03-31",
    "2005-04-01..2006-03-31",
    "2006-04-01..2007-03-31",
    "2007-04-01..2008-03-31",
];

/// Every point as `FY2004 A 100`.
fn told(reader: &Reader) -> Vec<String> {
    let series = reader.series("minato", "revenue").unwrap();
    series.all().unwrap().points().map(tell).collect()
}

fn tell(point: &crate::Point) -> String {
    let tag = Concept::of(point.metric()).map_or("own".to_owned(), |c| c.tag().to_owned());
    format!("{} {tag} {}", point.label(), point.value().unwrap())
}

#[test]
fn the_first_tag_that_has_a_figure_wins_by_period() {
    let db = book()
        .document("one", "2006-05-01")
        .facts(B, 0, &[(YEARS[0], 100), (YEARS[1], 110)])
        .document("two", "2008-05-01")
        .facts(A, 0, &[(YEARS[1], 111), (YEARS[3], 130)])
        .facts(C, 0, &[(YEARS[2], 120)])
        .database();
    let reader = with_map(&db);
    assert_eq!(
        told(&reader),
        ["FY2004 B 100", "FY2005 A 111", "FY2007 A 130"]
    );
    // Without the map there is no such metric, and the tags can be asked for by their own names with it.
    assert!(db.series("minato", "revenue").is_err());
    let own = reader.series("minato", "x.b.flow").unwrap().load().unwrap();
    assert_eq!(own.len(), 2);
    assert_eq!(own.all().points().next().unwrap().standard_metric(), None);

    let series = reader.series("minato", "revenue").unwrap().load().unwrap();
    assert_eq!(series.key(), &key("minato revenue JPY"));
    let change = series.yoy("FY2005").unwrap().unwrap();
    assert_eq!(change.change_text(), "tags disagree");
    let base = change.base.unwrap();
    assert_eq!(base.series(), &key(B));
    assert_eq!(base.standard_metric().unwrap().as_str(), "revenue");
    let why = reader.explain(&base).unwrap().to_string();
    assert!(
        why.contains("one") && why.contains("stands in for revenue"),
        "{why}"
    );
    assert_eq!(reader.observations(&base).unwrap().len(), 1);
}

#[test]
fn what_is_known_on_a_day_decides_the_tag() {
    let db = book()
        .document("one", "2006-05-01")
        .facts(B, 0, &[(YEARS[1], 110)])
        .document("two", "2008-05-01")
        .facts(A, 0, &[(YEARS[1], 111)])
        .database();
    let query = with_map(&db).series("minato", "revenue").unwrap();
    let at = |query: &crate::SeriesQuery| query.at("FY2005").unwrap().map(|point| tell(&point));
    assert_eq!(at(&query).unwrap(), "FY2005 A 111");
    assert_eq!(
        at(&query.clone().as_of(day("2008-04-30"))).unwrap(),
        "FY2005 B 110"
    );
    assert_eq!(at(&query.clone().as_of(day("2006-04-30"))), None);
    // The first report under the preferred tag, not the earliest under any.
    assert_eq!(at(&query.clone().first_reported()).unwrap(), "FY2005 A 111");
    assert_eq!(
        at(&query.clone().printed_in("one").unwrap()).unwrap(),
        "FY2005 B 110"
    );
    assert_eq!(at(&query.recorded_by(0)), None);
}

#[test]
fn absence_under_a_tag_leaves_the_period_to_the_next() {
    let db = book()
        .document("one", "2006-05-01")
        .figure(A, YEARS[1], Figure::Nil(Nil::NotApplicable))
        .facts(B, 0, &[(YEARS[1], 110)])
        .database();
    assert_eq!(told(&with_map(&db)), ["FY2005 B 110"]);
}

#[test]
fn other_meanings_are_used_only_where_there_is_nothing_else() {
    let db = book()
        .document("one", "2006-05-01")
        .facts(C, 0, &[(YEARS[0], 90), (YEARS[1], 95)])
        .document("two", "2008-05-01")
        .facts(B, 0, &[(YEARS[1], 110)])
        .database();
    let reader = with_map(&db);
    assert_eq!(told(&reader), ["FY2005 B 110"]);
    let query = reader.series("minato", "revenue").unwrap();
    let then = query.as_of(day("2007-01-01"));
    let then: Vec<String> = then.all().unwrap().points().map(tell).collect();
    assert_eq!(then, ["FY2004 C 90", "FY2005 C 95"]);
    let panel = reader.panel("revenue").unwrap();
    let row = |panel: crate::PanelQuery| panel.at("FY2004").unwrap().to_string();
    assert_eq!(row(panel.clone()), "minato  not reported");
    assert_eq!(
        row(panel.as_of(day("2007-01-01"))),
        "minato  FY2004  90 JPY"
    );
}

#[test]
fn a_metric_of_the_standard_name_comes_first() {
    let db = book()
        .metric("revenue", MetricKind::Flow, Dimension::Money)
        .company("iij", march())
        .document("one", "2006-05-01")
        .facts("iij revenue JPY", 0, &[(YEARS[0], 7)])
        .facts("minato revenue JPY", 0, &[(YEARS[0], 99)])
        .facts(A, 0, &[(YEARS[0], 100), (YEARS[1], 110)])
        .database();
    let reader = with_map(&db);
    assert_eq!(told(&reader), ["FY2004 own 99", "FY2005 A 110"]);
    let panel = reader.panel("revenue").unwrap().at("FY2004").unwrap();
    assert_eq!(
        panel.to_string(),
        "iij  FY2004  7 JPY\nminato  FY2004  99 JPY"
    );
    assert_eq!(db.panel("revenue").unwrap().at("FY2004").unwrap(), panel);

    // Of another kind it is another thing.
    let db = book()
        .metric("revenue", MetricKind::Stock, Dimension::Money)
        .document("one", "2006-05-01")
        .facts("minato revenue JPY", 0, &[("2005-03-31", 99)])
        .facts(A, 0, &[(YEARS[0], 100)])
        .database();
    assert_eq!(told(&with_map(&db)), ["FY2004 A 100"]);
}

#[test]
fn units_are_not_mixed() {
    let db = book()
        .document("one", "2006-05-01")
        .facts(A, 0, &[(YEARS[0], 100)])
        .facts("minato x.b.flow USD", 0, &[(YEARS[1], 1)])
        .database();
    let query = with_map(&db).series("minato", "revenue").unwrap();
    let error = query.load().unwrap_err().to_string();
    assert_eq!(
        error,
        "minato reports revenue in JPY and USD: name the unit"
    );
    let dollars = query.unit("USD".parse().unwrap()).all().unwrap();
    assert_eq!(dollars.to_string(), "FY2005  1 USD");
    let panel = with_map(&db)
        .panel("revenue")
        .unwrap()
        .at("FY2005")
        .unwrap();
    assert_eq!(
        panel.to_string(),
        "minato  not reported\nminato  FY2005  1 USD"
    );
}

#[test]
fn where_periodic_reports_supersede_a_notice_takes_no_period_from_them() {
    let db = book()
        .document("notice", "2006-06-01")
        .kind(DocumentKind::Notice)
        .facts(A, 0, &[(YEARS[0], 1), (YEARS[1], 2)])
        .document("report", "2006-05-01")
        .facts(B, 0, &[(YEARS[0], 100)])
        .database();
    let reader = with_map(&db);
    assert_eq!(told(&reader), ["FY2004 A 1", "FY2005 A 2"]);
    let query = reader.series("minato", "revenue").unwrap();
    let periodic = query.supersede(Supersede::Periodic);
    let told: Vec<String> = periodic.all().unwrap().points().map(tell).collect();
    assert_eq!(told, ["FY2004 B 100", "FY2005 A 2"]);
    let panel = reader
        .panel("revenue")
        .unwrap()
        .supersede(Supersede::Periodic);
    assert_eq!(
        panel.at("FY2004").unwrap().to_string(),
        "minato  FY2004  100 JPY"
    );
}

/// Nine months under the old tag, the year under the old and, a year later and the same, under the new one: what is
/// shown of the year is new, but of the same vintage. A year that is restated under the new
/// tag is of another tag.
#[test]
fn vintages_are_those_of_the_metric_asked_for() {
    let nine_months = "2005-04-01..2005-12-31";
    let book = |restated: i64| {
        book()
            .document("3q", "2006-02-10")
            .facts(B, 0, &[(nine_months, 80)])
            .document("4q", "2006-05-10")
            .facts(B, 0, &[(YEARS[1], 110)])
            .document("next", "2007-05-10")
            .facts(A, 0, &[(YEARS[1], restated), (YEARS[2], 120)])
            .database()
    };
    let derived = |db: &Database| {
        let query = with_map(db).series("minato", "revenue").unwrap();
        query.derived().unwrap()
    };
    let db = book(110);
    let answer = derived(&db).at("4Q05").unwrap();
    let quarter = answer.derived().unwrap();
    assert_eq!(answer.to_string(), "4Q05  30 JPY  [FY2005 - 9M05]");
    assert_eq!(quarter.together, Together::Cycle(0));
    assert_eq!(quarter.series(), Some(key("minato revenue JPY")));
    let tags: Vec<String> = answer.leaves().into_iter().map(tell).collect();
    assert_eq!(tags, ["FY2005 A 110", "9M05 B 80"]);

    let db = book(111);
    let refused = derived(&db).at("4Q05").unwrap_err().to_string();
    assert_eq!(
        refused,
        "4Q05 of minato revenue cannot be derived as FY2005 - 9M05: FY2005 is of x.a.flow and 9M05 of x.b.flow, tags that \
         disagree for 2005-04-01..2006-03-31"
    );
    // Nor is it of one vintage, but that may be allowed, and mixing tags that disagree may not.
    let any = derived(&db).vintage(Vintage::Any).at("4Q05").unwrap_err();
    assert_eq!(any.to_string(), refused);
}

/// What stands in the way is told where an operand is there under a tag of another meaning, which is not mixed in.
#[test]
fn an_operand_of_another_meaning_is_named() {
    let db = book()
        .document("3q", "2006-02-10")
        .facts(A, 0, &[("2005-04-01..2005-12-31", 80)])
        .document("4q", "2006-05-10")
        .facts(C, 0, &[(YEARS[1], 110)])
        .database();
    let query = with_map(&db).series("minato", "revenue").unwrap();
    let refused = query.derived().unwrap().at("4Q05").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "4Q05 of minato revenue cannot be derived as FY2005 - 9M05: FY2005 was reported only as x.c.flow, which has \
         another meaning"
    );
}

/// A document that has a fact under two tags says of the metric what it says under the first.
#[test]
fn one_document_speaks_once() {
    let nine_months = "2005-04-01..2005-12-31";
    let db = book()
        .document("3q", "2006-02-10")
        .facts(A, 0, &[(nine_months, 80)])
        .facts(B, 0, &[(nine_months, 8)])
        .document("4q", "2006-05-10")
        .facts(B, 0, &[(YEARS[1], 11)])
        .facts(A, 0, &[(YEARS[1], 110)])
        .database();
    let query = with_map(&db).series("minato", "revenue").unwrap();
    let answer = query.derived().unwrap().at("4Q05").unwrap();
    assert_eq!(answer.to_string(), "4Q05  30 JPY  [FY2005 - 9M05]");
    let found = query.disagreements().unwrap();
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "9M05  x.a.flow 80 JPY [2006-02-10 in 3q] | x.b.flow 8 JPY [2006-02-10 in 3q]",
            "FY2005  x.a.flow 110 JPY [2006-05-10 in 4q] | x.b.flow 11 JPY [2006-05-10 in 4q]",
        ]
    );
    let parts = query.parts_used().unwrap();
    let parts: Vec<(usize, usize)> = parts.iter().map(|part| (part.facts, part.shown)).collect();
    assert_eq!(parts, [(2, 2), (2, 0)]);
}

/// 96 in millions and 96,098 in thousands are the same figure; 95 is another.
#[test]
fn tags_that_agree_within_rounding_do_not_disagree() {
    let db = book()
        .document("one", "2006-05-10")
        .facts(A, -6, &[(YEARS[0], 96_000_000), (YEARS[1], 95_000_000)])
        .facts(B, -3, &[(YEARS[0], 96_098_000), (YEARS[1], 96_098_000)])
        .database();
    let query = with_map(&db).series("minato", "revenue").unwrap();
    let found = query.disagreements().unwrap();
    let periods: Vec<String> = found.iter().map(|found| found.period.to_string()).collect();
    assert_eq!(periods, [YEARS[1]]);
    assert!(
        query
            .as_of(day("2006-05-09"))
            .disagreements()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn restatements_are_those_of_every_tag_by_itself() {
    let db = book()
        .document("one", "2006-05-10")
        .facts(A, 0, &[(YEARS[0], 100)])
        .facts(B, 0, &[(YEARS[0], 90)])
        .document("two", "2007-05-10")
        .facts(A, 0, &[(YEARS[0], 100_000)])
        .database();
    let query = with_map(&db).series("minato", "revenue").unwrap();
    let found = query.restatements().unwrap();
    assert_eq!(
        found.to_string(),
        "2007-05-10  minato x.a.flow  FY2004  100 JPY -> 100,000 JPY  +99,900.0% [+99,401.9%, \
         +100,403.1%]  likely scale x1000  \
         [published 2006-05-10 in one, 2007-05-10 in two]"
    );
    assert_eq!(found.clone().with_likely_cause(), found);
}

#[test]
fn targets_are_compared_with_stitched_actual_figures() {
    let db = book()
        .document("one", "2006-05-10")
        .facts(B, 0, &[(YEARS[1], 100)])
        .facts("minato x.a.flow JPY target", 0, &[(YEARS[2], 120)])
        .database();
    let target = with_map(&db).series("minato", "revenue").unwrap();
    let target = target.scenario(Scenario::Target);
    let change = target
        .against_actual()
        .load()
        .unwrap()
        .yoy("FY2006")
        .unwrap();
    let change = change.unwrap();
    assert!(change.against_actual);
    assert_eq!(change.change.percent(1).unwrap().to_string(), "20.0");
    assert_eq!(change.base.unwrap().series(), &key(B));
}

#[test]
fn a_standard_metric_that_nobody_reports_is_unknown() {
    let db = Book::iij().database();
    let map = ConceptMap::new(1, vec![standard("sales", &["x:A"], &["x:C"])]);
    let reader = db.with_concepts(map);
    let error = reader.series("iij", "sales").unwrap_err().to_string();
    assert!(error.starts_with("there is no metric \"sales\""), "{error}");
    let error = reader.panel("sales").unwrap_err().to_string();
    assert!(error.starts_with("there is no metric \"sales\""), "{error}");

    let db = book()
        .company("other", march())
        .document("one", "2006-05-10")
        .facts(B, 0, &[(YEARS[1], 100)])
        .database();
    let query = with_map(&db).series("other", "revenue").unwrap();
    let error = query.load().unwrap_err().to_string();
    assert_eq!(
        error,
        "other has no series revenue, nor any other of that metric"
    );
}

/// The map follows into pinned readers and into other threads' copies.
#[test]
fn a_pinned_reader_keeps_its_map() {
    let db = book()
        .document("one", "2006-05-10")
        .facts(B, 0, &[(YEARS[1], 100)])
        .database();
    let reader = with_map(&db).pinned();
    assert_eq!(told(&reader), ["FY2005 B 100"]);
    assert_eq!(told(&reader.clone()), ["FY2005 B 100"]);
}

#[test]
fn arithmetic_of_standard_metrics() {
    let map = ConceptMap::new(
        1,
        vec![
            standard("revenue", &["x:A", "x:B"], &[]),
            standard("profit", &["x:C"], &[]),
        ],
    );
    let db = book()
        .company("other", march())
        .document("one", "2006-05-10")
        .facts(B, 0, &[(YEARS[1], 200)])
        .facts(C, 0, &[(YEARS[1], 50)])
        .facts("other x.a.flow JPY", 0, &[(YEARS[1], 100)])
        .facts("other x.c.flow JPY", 0, &[(YEARS[1], 10)])
        .database();
    let reader = db.with_concepts(map);
    assert_eq!(reader.metric("profit").unwrap().positive, "more");
    let margin = reader.expression("minato", "profit / revenue").unwrap();
    let answer = margin.at("FY2005").unwrap();
    assert_eq!(answer.decimal().unwrap().to_string(), "0.25");
    let panel = reader.panel("profit").unwrap().over("revenue").unwrap();
    let panel = panel.at("FY2005").unwrap().to_string();
    let lines: Vec<&str> = panel.lines().collect();
    assert!(lines[0].starts_with("minato  FY2005  25.0"), "{panel}");
    assert!(lines[1].starts_with("other  FY2005  10.0"), "{panel}");
}
