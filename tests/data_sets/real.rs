//! The data set of the third quarter of 2009, read a second time here, line by line.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use kessan::{CompanyFacts, DataSet, Database, Filing, IngestReason, Reported, RowFault};

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

/// What the lines of `num.txt` say, and the lines of two sorts that must be refused.
#[derive(Default)]
struct Told {
    /// Accession, tag and version, what else identifies the fact, value, period, unit, whether it is a part; and the line.
    facts: BTreeMap<[String; 7], usize>,
    /// Durations that round to no quarters.
    short: Vec<usize>,
    /// Currencies of tags that are neither of money nor of money per share.
    either: Vec<usize>,
}

fn part_or_total(is_total: bool) -> String {
    if is_total { "total" } else { "part" }.to_owned()
}

fn told(num: &str, tags: &str) -> Told {
    let tags: BTreeMap<(&str, &str), (&str, &str)> = tags
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            ((cells[0], cells[1]), (cells[4], cells[5]))
        })
        .collect();
    let mut told = Told::default();
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
        let money = ["USD", "CAD", "CHF", "GBP"].contains(&uom);
        if iord == "D" && qtrs == "0" {
            told.short.push(line);
        } else if money && datatype != "monetary" && datatype != "perShare" {
            told.either.push(line);
        }
        let per_share = money && datatype == "perShare";
        let more = [segments, coreg].map(|more| match more {
            "" => String::new(),
            more => format!(", {more}"),
        });
        let fact = [
            adsh.to_owned(),
            format!("{tag}, {version}"),
            format!("ddate {ddate}, qtrs {qtrs}, {uom}{}", more.concat()),
            value.to_owned(),
            format!("~{}-{}-{}/{qtrs}q", &ddate[..4], &ddate[4..6], &ddate[6..]),
            format!("{uom}{}", if per_share { "/shares" } else { "" }),
            part_or_total(segments.is_empty() && coreg.is_empty()),
        ];
        assert_eq!(told.facts.insert(fact, line), None);
    }
    told
}

/// What a filing's facts say, and that their figures are what their cells say.
fn taken(filing: &Filing) -> Vec<[String; 7]> {
    let adsh = filing.document.id.as_str().split('/').nth(1).unwrap();
    let fact = |fact: &Reported| {
        let cell = &filing.cells[usize::try_from(fact.cell).unwrap()];
        match fact.figure.amount() {
            Some(amount) => assert_eq!(amount.value(), cell.text.parse().unwrap()),
            None => assert_eq!(cell.text, ""),
        }
        [
            adsh.to_owned(),
            cell.row.clone(),
            cell.column.clone(),
            cell.text.clone(),
            fact.period.to_string(),
            fact.series.unit.to_string(),
            part_or_total(fact.series.scope.is_total()),
        ]
    };
    filing.facts.iter().map(fact).collect()
}

#[test]
fn every_row_is_a_fact_or_refused() {
    let Some(path) = shared("fsds/2009q3.zip") else {
        return;
    };
    let num = text(&path, "num.txt");
    let mut told = told(&num, &text(&path, "tag.txt"));
    assert_eq!(told.facts.len(), 126_650);
    let lines: Vec<&str> = num.lines().collect();

    let set = DataSet::open(&path).unwrap();
    assert!(set.layout().is_known(), "{}", set.layout());
    assert_eq!((set.rows(), set.len()), (126_650, 435));
    assert!(set.refused().is_empty());
    let (mut short, mut either) = (Vec::new(), Vec::new());
    let (mut tags, mut members, mut count) = (0, 0, 0);
    for filing in set {
        let filing = filing.unwrap();
        for error in filing.refused() {
            let line = error.place.line.unwrap();
            match &*error.reason {
                IngestReason::Row(RowFault::NoQuarters) => short.push(line),
                IngestReason::Row(RowFault::AmountOrPer { .. }) => either.push(line),
                // A metric has at most 200 bytes, the member of a scope 128.
                IngestReason::Row(RowFault::Concept(_)) => tags += 1,
                IngestReason::Row(RowFault::Scope(_)) => members += 1,
                other => panic!("line {line}: {other}"),
            }
            let shown = error.place.text.as_deref().unwrap();
            assert!(lines[line - 1].starts_with(shown));
        }
        for fact in taken(filing.filing()) {
            assert!(told.facts.remove(&fact).is_some(), "{fact:?}");
            count += 1;
        }
    }
    short.sort_unstable();
    either.sort_unstable();
    assert_eq!((short.len(), either.len()), (39, 105));
    assert_eq!((short, either), (told.short, told.either));
    assert_eq!((tags, members), (LONG_TAGS, LONG_MEMBERS));
    let refused = 39 + 105 + LONG_TAGS + LONG_MEMBERS;
    assert_eq!((count, told.facts.len()), (126_650 - refused, refused));
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
    assert_ne!(filing.company().name, company.name);
    let taken = both.ingest(filing).unwrap();
    // The filing of 2009 tells an earlier name, and less of the calendar.
    assert_eq!(both.companies()[0], company);
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
