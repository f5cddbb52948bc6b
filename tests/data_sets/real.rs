//! The data set of the third quarter of 2009, read a second time here, line by line.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use kessan::{CompanyFacts, DataSet, Database, IngestReason, RowFault};

/// A file of the shared data.
fn shared(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("KESSAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        Into::into,
    );
    let path = shared.join("data").join(name);
    if !path.exists() {
        eprintln!(
            "skipped: {} is not there (set KESSAN_SHARED)",
            path.display()
        );
        return None;
    }
    Some(path)
}

fn text(archive: &Path, name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(archive).unwrap()).unwrap();
    let mut text = String::new();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn every_row_is_a_fact_or_refused() {
    let Some(path) = shared("fsds/2009q3.zip") else {
        return;
    };
    let num = text(&path, "num.txt");
    let tags = text(&path, "tag.txt");
    let tags: BTreeMap<(&str, &str), (&str, &str)> = tags
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            ((cells[0], cells[1]), (cells[4], cells[5]))
        })
        .collect();
    // What each line says, and why it must be refused, by its number.
    let mut facts: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let (mut short, mut either) = (Vec::new(), Vec::new());
    for (line, row) in (2_usize..).zip(num.lines().skip(1)) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [
            adsh,
            tag,
            version,
            ddate,
            qtrs,
            uom,
            segments,
            coreg,
            value,
            _,
        ] = cells[..]
        else {
            panic!("ten columns");
        };
        let (datatype, iord) = tags[&(tag, version)];
        let money = uom.len() == 3;
        if iord == "D" && qtrs == "0" {
            short.push(line);
        } else if money && datatype != "monetary" && datatype != "perShare" {
            either.push(line);
        }
        let unit = if money && datatype == "perShare" {
            format!("{uom}/shares")
        } else {
            uom.to_owned()
        };
        let scope = if segments.is_empty() && coreg.is_empty() {
            "total"
        } else {
            "part"
        };
        let parts = [
            format!("ddate {ddate}, qtrs {qtrs}, {uom}"),
            segments.into(),
            coreg.into(),
        ];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let column = parts.join(", ");
        let period = format!("~{}-{}-{}/{qtrs}q", &ddate[..4], &ddate[4..6], &ddate[6..]);
        let row = format!("{tag}, {version}");
        let words = [adsh, &row, &column, value, &period, &unit, scope];
        assert!(
            facts
                .insert(words.map(str::to_owned).to_vec(), line)
                .is_none(),
            "{line}"
        );
    }
    assert_eq!((facts.len(), short.len(), either.len()), (126_650, 39, 105));

    let set = DataSet::open(&path).unwrap();
    assert!(set.layout().is_known(), "{}", set.layout());
    assert_eq!((set.rows(), set.len()), (126_650, 435));
    assert!(set.refused().is_empty());
    let (mut found_short, mut found_either) = (Vec::new(), Vec::new());
    let (mut tags, mut members, mut count) = (0, 0, 0);
    for filing in set {
        let filing = filing.unwrap();
        for error in filing.refused() {
            let line = error.place.line.unwrap();
            match &*error.reason {
                IngestReason::Row(RowFault::NoQuarters) => found_short.push(line),
                IngestReason::Row(RowFault::AmountOrPer { .. }) => found_either.push(line),
                // A metric has at most 200 bytes, the member of a scope 128.
                IngestReason::Row(RowFault::Concept(_)) => tags += 1,
                IngestReason::Row(RowFault::Scope(_)) => members += 1,
                other => panic!("line {line}: {other}"),
            }
            let nth = num.lines().nth(line - 1).unwrap();
            assert!(nth.starts_with(error.place.text.as_deref().unwrap()));
        }
        let (document, cells) = (&filing.filing().document, &filing.filing().cells);
        let adsh = document.id.as_str().split('/').nth(1).unwrap();
        for fact in &filing.filing().facts {
            let cell = &cells[usize::try_from(fact.cell).unwrap()];
            let scope = if fact.series.scope.is_total() {
                "total"
            } else {
                "part"
            };
            let (period, unit) = (fact.period.to_string(), fact.series.unit.to_string());
            let words = [
                adsh,
                &cell.row,
                &cell.column,
                &cell.text,
                &period,
                &unit,
                scope,
            ];
            let line = facts.remove(&words.map(str::to_owned).to_vec());
            assert!(line.is_some(), "{words:?} is no line, or one twice");
            match fact.figure.amount() {
                Some(amount) => {
                    let told: rust_decimal::Decimal = cell.text.parse().unwrap();
                    assert_eq!(amount.value(), told);
                }
                None => assert_eq!(cell.text, ""),
            }
            count += 1;
        }
    }
    found_short.sort_unstable();
    found_either.sort_unstable();
    assert_eq!((found_short, found_either), (short, either));
    assert_eq!((tags, members), (LONG_TAGS, LONG_MEMBERS));
    let refused = 39 + 105 + LONG_TAGS + LONG_MEMBERS;
    assert_eq!((count, facts.len()), (126_650 - refused, refused));
}

/// Rows of tags that are too long, with the company's number before them and the last term behind.
const LONG_TAGS: usize = 4;
/// Rows of parts that are too long.
const LONG_MEMBERS: usize = 10;

/// The same quarter of Apple, by its dates from company facts and by its month-end from the data set.
#[test]
fn exact_dates_and_month_ends_are_two_facts() {
    let Some(set) = shared("fsds/2009q3.zip") else {
        return;
    };
    let Some(facts) = shared("companyfacts/CIK0000320193.json") else {
        return;
    };
    let filing = DataSet::open(set)
        .unwrap()
        .map(Result::unwrap)
        .find(|filing| filing.company().id.as_str() == "CIK0000320193")
        .unwrap();

    let alone = Database::temporary().unwrap();
    alone.ingest(filing.clone()).unwrap();
    let revenue = alone
        .series("CIK0000320193", "us_gaap.sales_revenue_net.flow")
        .unwrap();
    let point = revenue.at("FY2009 Q3").unwrap().unwrap();
    assert_eq!(
        point.to_string(),
        "FY2009 Q3  8,337,000,000 USD  [placed by its month-end]"
    );
    let nine = alone
        .series("CIK0000320193", "us_gaap.sales_revenue_net.flow")
        .unwrap();
    let nine = nine.at("9M2009").unwrap().unwrap();
    assert_eq!(nine.period().to_string(), "~2009-06-30/3q");

    let both = Database::temporary().unwrap();
    let facts = CompanyFacts::read(facts).unwrap();
    let company = facts.company().clone();
    both.ingest(facts).unwrap();
    assert!(
        both.ingest(filing.clone()).is_err(),
        "another name and calendar of a known company"
    );
    let taken = both.ingest(filing.with_company(company)).unwrap();
    let created = taken.count(kessan::Outcome::Created);
    assert_eq!(
        created,
        taken.figures().len(),
        "no fact is one that was known"
    );
    let revenue = both
        .series("CIK0000320193", "us_gaap.sales_revenue_net.flow")
        .unwrap();
    let point = revenue.at("FY2009 Q3").unwrap().unwrap();
    assert_eq!(point.period().to_string(), "2009-03-29..2009-06-27");
    let also: Vec<String> = point.also().iter().map(ToString::to_string).collect();
    assert_eq!(also, ["~2009-06-30/1q"]);
}
