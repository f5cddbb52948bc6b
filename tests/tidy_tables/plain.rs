//! Tables as people have them: what each cell comes to mean.

use std::fs;
use std::path::PathBuf;

use kessan::{
    Amount, Database, DocumentKind, Figure, IngestError, Nil, Precision, Rank, Reported, Rounding,
    Scenario, Tidy, TidyExport, TidyOptions, parse_date,
};
use rust_decimal::Decimal;

use crate::common::{COMPANY, METRICS};

/// A folder with a table of figures of the invented company, and its definitions.
pub(crate) struct Sheet {
    folder: tempfile::TempDir,
    name: &'static str,
}

impl Sheet {
    pub(crate) fn new(name: &'static str, table: impl AsRef<[u8]>) -> Self {
        Self::bare(name, table)
            .with("company.toml", COMPANY)
            .with("metrics.toml", METRICS)
    }

    /// A table without definitions.
    pub(crate) fn bare(name: &'static str, table: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("tables");
        fs::create_dir(&inner).unwrap();
        fs::write(inner.join(name), table).unwrap();
        Self { folder, name }
    }

    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.folder.path().join("tables").join(name), content).unwrap();
        self
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("tables").join(self.name)
    }

    pub(crate) fn read(&self) -> Result<Tidy, IngestError> {
        Tidy::read(self.path())
    }

    pub(crate) fn facts(&self) -> Vec<Reported> {
        let tidy = self.read().unwrap();
        tidy.filings()
            .iter()
            .flat_map(|filing| filing.facts.clone())
            .collect()
    }
}

fn amount(value: i64, precision: Precision, rounding: Rounding) -> Amount {
    Amount::new(Decimal::from(value), precision, rounding).unwrap()
}

fn millions(value: i64) -> Figure {
    amount(
        value * 1_000_000,
        Precision::Decimals(-6),
        Rounding::Nearest,
    )
    .into()
}

const TABLE: &str = "\
company,metric,period,value,unit,decimals,rounding,published,source
minato,revenue,2Q2021,1250000000,JPY,-6,nearest,2021-08-10,minato-2021-q2
minato,revenue,2Q2020,1000000000,JPY,-6,nearest,2021-08-10,minato-2021-q2
minato,stores,2Q2021,140,stores,exact,,2021-08-10,minato-2021-q2
minato,revenue,1Q2021,1100000000,JPY,-6,nearest,2021-05-11,minato-2021-q1
";

#[test]
fn a_table_with_its_definitions_is_all_it_takes() {
    let sheet = Sheet::new("figures.csv", TABLE);
    let tidy = sheet.read().unwrap();
    assert_eq!(tidy.facts(), 4);
    assert_eq!(tidy.companies()[0].name, "Minato Foods KK");
    assert_eq!(tidy.companies()[0].identities.len(), 1);

    // Documents stand by publication. They are named by their rows and issued by the company.
    let [first, second] = tidy.filings() else {
        panic!("{} documents", tidy.filings().len());
    };
    assert_eq!(first.document.id.as_str(), "minato-2021-q1");
    let document = &second.document;
    assert_eq!(document.id.as_str(), "minato-2021-q2");
    assert_eq!(document.title, "minato-2021-q2");
    assert_eq!(document.issuer, "Minato Foods KK");
    assert_eq!(document.kind, DocumentKind::Other);
    assert_eq!(document.published, parse_date("2021-08-10").unwrap());

    // A label means of a flow the time, of a stock the instant at its end.
    let periods: Vec<String> = second
        .facts
        .iter()
        .map(|fact| fact.period.to_string())
        .collect();
    assert_eq!(
        periods,
        [
            "2020-04-01..2020-06-30",
            "2021-04-01..2021-06-30",
            "2021-06-30"
        ]
    );
    assert_eq!(second.facts[1].figure, millions(1_250));
    assert_eq!(
        second.facts[2].figure,
        amount(140, Precision::Exact, Rounding::Nearest).into()
    );
    assert!(second.facts.iter().all(|fact| fact.rank == Rank::Table
        && fact.series.scenario == Scenario::Actual
        && fact.series.scope.is_total()));

    // Each row is a cell that keeps what was written.
    let cell = &second.cells[1];
    let words = [
        &cell.address,
        &cell.place,
        &cell.row,
        &cell.column,
        &cell.text,
    ];
    assert_eq!(
        words,
        ["f2", "tidy table", "revenue", "2Q2021", "1250000000"]
    );

    let db = Database::temporary().unwrap();
    db.ingest(tidy).unwrap();
    let change = db
        .series("minato", "revenue")
        .unwrap()
        .load()
        .unwrap()
        .yoy("2Q2021");
    assert_eq!(
        change.unwrap().unwrap().to_string(),
        "2Q2021  1,250 million JPY   +25.0%  (2Q2020 1,000)"
    );
}

/// The same facts in other words.
#[test]
fn one_fact_can_be_written_in_many_ways() {
    let expected = Sheet::new("figures.csv", TABLE).facts();
    let scaled = TABLE
        .replace("unit,", "unit,scale,")
        .replace("000000,JPY", ",JPY,millions")
        .replace("140,stores", "140,stores,ones");
    let dated = TABLE
        .replace("period", "start,end")
        .replace("stores,2Q2021", "stores,,2021-06-30")
        .replace("2Q2021", "2021-04-01,2021-06-30")
        .replace("2Q2020", "2020-04-01,2020-06-30")
        .replace("1Q2021", "2021-01-01,2021-03-31");
    let in_dates = TABLE
        .replace("stores,2Q2021", "stores,2021-06-30")
        .replace("2Q2021", "2021-04-01..2021-06-30")
        .replace("2Q2020", "\"2020-04-01..2020-06-30\"");
    let spelt_out = TABLE
        .replace("company,", "scope,scenario,rank,figure,company,")
        .replace("minato,", ",actual,table,amount,minato,");
    let mut rows: Vec<&str> = TABLE.lines().collect();
    rows[1..].reverse();
    let reversed = rows.join("\n");
    let turned = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        cells.reverse();
        cells.join(",")
    };
    let columns: Vec<String> = TABLE.lines().map(turned).collect();
    for (name, table) in [
        ("figures.csv", scaled),
        ("figures.csv", dated),
        ("figures.csv", in_dates),
        ("figures.csv", spelt_out),
        ("figures.csv", reversed),
        ("facts.csv", columns.join("\n")),
        ("figures.tsv", TABLE.replace(',', "\t")),
        (
            "figures.csv",
            format!("\u{feff}{}", TABLE.replace('\n', "\r\n")),
        ),
    ] {
        let sheet = Sheet::new(name, format!("{}\n", table.trim_end()));
        assert_eq!(sheet.facts(), expected, "{table}");
        // A folder means the table facts.csv in it.
        if name == "facts.csv" {
            let folder = Tidy::read(sheet.path().parent().unwrap()).unwrap();
            assert_eq!(folder, sheet.read().unwrap());
        }
    }
}

#[test]
fn every_sort_of_figure() {
    let header = "company,metric,period,figure,value,high,unit,decimals,rounding,high_decimals,published,source";
    let nearest = |value, decimals| amount(value, Precision::Decimals(decimals), Rounding::Nearest);
    let low = amount(12, Precision::Decimals(0), Rounding::Truncated);
    let range = |high_precision| Figure::Range {
        low,
        high: Amount::new(Decimal::from(15), high_precision, Rounding::Truncated).unwrap(),
    };
    let unknown = amount(-5, Precision::Unknown, Rounding::Nearest);
    for (row, expected) in [
        ("amount,-1200,,JPY,-2,nearest,", nearest(-1200, -2).into()),
        (",-1200,,JPY,-2,nearest,", nearest(-1200, -2).into()),
        (",-5,,JPY,unknown,,", unknown.into()),
        (
            "approximate,18000,,JPY,-3,nearest,",
            Figure::Approximate(nearest(18_000, -3)),
        ),
        (
            "at_least,100,,JPY,0,nearest,",
            Figure::AtLeast(nearest(100, 0)),
        ),
        (
            "more_than,100,,JPY,0,nearest,",
            Figure::MoreThan(nearest(100, 0)),
        ),
        (
            "at_most,100,,JPY,0,nearest,",
            Figure::AtMost(nearest(100, 0)),
        ),
        (
            "less_than,100,,JPY,0,nearest,",
            Figure::LessThan(nearest(100, 0)),
        ),
        (
            "range,12,15,JPY,0,truncated,",
            range(Precision::Decimals(0)),
        ),
        (
            "range,12,15,JPY,0,truncated,-1",
            range(Precision::Decimals(-1)),
        ),
        (
            "qualitative,\"break-even, \"\"or so\"\"\",,JPY,,,",
            Figure::Qualitative("break-even, \"or so\"".into()),
        ),
        ("nil_zero,,,JPY,,,", Figure::Nil(Nil::Zero)),
        ("nil_none,,,JPY,0,nearest,", Figure::Nil(Nil::None)),
        (
            "nil_not_applicable,,,JPY,,,",
            Figure::Nil(Nil::NotApplicable),
        ),
    ] {
        let row = format!("minato,operating_income,2Q2021,{row},2021-08-10,d");
        let facts = Sheet::new("figures.csv", format!("{header}\n{row}\n")).facts();
        assert_eq!(facts[0].figure, expected, "{row}");
    }
}

#[test]
fn decimals_are_of_the_unit_whatever_the_scale() {
    let header = "company,metric,period,value,scale,unit,decimals,rounding,published,source";
    for (value, scale, expected) in [
        ("8344", "millions", "8344000000"),
        ("1.25", "hundred_millions", "125000000"),
        ("0.001", "thousands", "1"),
        ("7.1234", "thousands", "7123.4"),
        ("-0.5", "ten_thousands", "-5000"),
        (
            "9999999999999999999999999999",
            "ones",
            "9999999999999999999999999999",
        ),
    ] {
        let row =
            format!("minato,operating_income,2Q2021,{value},{scale},JPY,-6,truncated,2021-08-10,d");
        let facts = Sheet::new("figures.csv", format!("{header}\n{row}\n")).facts();
        let amount = facts[0].figure.amount().unwrap();
        assert_eq!(amount.value().to_string(), expected);
        assert_eq!(amount.precision(), Precision::Decimals(-6));
        assert_eq!(amount.rounding(), Rounding::Truncated);
    }
}

#[test]
fn what_all_rows_share_may_be_declared() {
    let sheet = Sheet::bare(
        "figures.csv",
        "period,value,note\n2Q2021,1250,good\n2Q2020,1000,\n",
    );
    let db = Database::temporary().unwrap();
    db.ingest(Sheet::new("figures.csv", TABLE).read().unwrap())
        .unwrap();
    let tidy = [
        ("company", "minato"),
        ("metric", "revenue"),
        ("unit", "JPY"),
        ("scale", "millions"),
        ("decimals", "-6"),
        ("rounding", "nearest"),
        ("published", "2022-01-31"),
        ("source", "notes"),
        ("scenario", "plan"),
        ("scope", "segment=food"),
        ("rank", "prose"),
    ]
    .into_iter()
    .fold(TidyOptions::new(), |options, (column, text)| {
        options.declare(column, text)
    })
    .known(db.companies(), db.metrics())
    .ignore("note")
    .read(sheet.path())
    .unwrap();
    assert!(tidy.companies().is_empty() && tidy.metrics().is_empty());
    let facts = &tidy.filings()[0].facts;
    assert_eq!(facts.len(), 2);
    assert_eq!(facts[1].figure, millions(1_250));
    assert_eq!(
        facts[1].series.to_string(),
        "minato revenue[segment=food] (plan), JPY"
    );
    assert_eq!(facts[1].rank, Rank::Prose);
    db.ingest(tidy).unwrap();
}

#[test]
fn documents_beside_the_table_say_what_they_are() {
    let documents = "source,title,issuer,kind,published,utc_offset,reports
minato-2021-q2,\"Results, second quarter\",Minato,results,2021-08-12,+09:00,2Q2021
minato-2021-q1,First quarter,Minato,results,2021-05-11,,
";
    // Without dates of their own figures were published with their document, else before it.
    let table = TABLE.replace("2021-08-10", "");
    let table = table.replacen(",,minato-2021-q2", ",2021-08-01,minato-2021-q2", 1);
    let tidy = Sheet::new("figures.csv", table)
        .with("documents.csv", documents)
        .read()
        .unwrap();
    let [second, first] = tidy.filings() else {
        panic!("{} documents", tidy.filings().len());
    };
    assert_eq!(second.document.title, "Results, second quarter");
    assert_eq!(second.document.utc_offset, Some("+09:00".parse().unwrap()));
    assert_eq!(second.document.reports.as_deref(), Some("2Q2021"));
    assert_eq!(first.document.reports, None);
    let days: Vec<String> = second
        .facts
        .iter()
        .map(|fact| fact.published.to_string())
        .collect();
    assert_eq!(days, ["2021-08-12", "2021-08-01", "2021-08-12"]);
}

/// Companies may stand in one file together, each with its calendar.
#[test]
fn several_companies() {
    let companies = r#"
[[company]]
id = "minato"
name = "Minato Foods KK"
calendar = [{ year_end = { month = 12 }, named_by = "end" }]
identity = [{ metric = "operating_income", equals = "revenue" }]
split = [{ date = 2014-06-09, new = 7, old = 1 }]

[[company]]
id = "kawa"
name = "Kawa KK"
calendar = [
  { year_end = { month = 3 }, named_by = "start" },
  { from = 2020-01-01, year_end = { month = 12 }, named_by = "start" },
]
"#;
    let metrics = METRICS.split("[[identity]]").next().unwrap();
    let table = "company,metric,period,value,unit,decimals,published,source
minato,revenue,1Q19,1,JPY,exact,2021-08-10,a
kawa,revenue,1Q19,2,JPY,exact,2021-08-10,b
kawa,revenue,1Q20,3,JPY,exact,2021-08-10,b
";
    let sheet = Sheet::bare("figures.csv", table)
        .with("companies.toml", companies)
        .with("metrics.toml", metrics);
    let periods: Vec<String> = sheet
        .facts()
        .iter()
        .map(|fact| fact.period.to_string())
        .collect();
    assert_eq!(
        periods,
        [
            "2019-01-01..2019-03-31",
            "2019-04-01..2019-06-30",
            "2020-01-01..2020-03-31"
        ]
    );
}

#[test]
fn what_can_be_read_is_read_and_the_rest_is_listed() {
    let mut table = TABLE.to_owned();
    for row in [
        "minato,revenue,3Q2021,1e9,JPY,-6,nearest,2021-11-10,minato-2021-q3",
        "minato,profit,2Q2021,5,JPY,-6,nearest,2021-08-10,minato-2021-q2",
        "minato,revenue,2Q2021,1251000000,JPY,-6,nearest,2021-08-10,minato-2021-q2",
        "too,short",
        "minato,revenue,4Q2021,5,JPY,-6,nearest,2021-11-10,minato-2021-q4",
    ] {
        table.push_str(row);
        table.push('\n');
    }
    let sheet = Sheet::new("figures.csv", table);
    let tidy = TidyOptions::new()
        .list_refused()
        .read(sheet.path())
        .unwrap();
    let lines: Vec<usize> = tidy
        .refused()
        .iter()
        .map(|e| e.place.line.unwrap())
        .collect();
    // Which of two figures of one fact is meant cannot be told: lines 2 and 8 are refused both.
    assert_eq!(lines, [2, 6, 7, 8, 9, 10]);
    // Nine rows: three read, six named.
    assert_eq!(tidy.facts(), 3);
    assert!(sheet.read().is_err());
    let db = Database::temporary().unwrap();
    db.ingest(tidy).unwrap();
    assert!(
        db.series("minato", "revenue")
            .unwrap()
            .at("2Q2021")
            .unwrap()
            .is_none()
    );
}

#[test]
fn tables_for_a_spreadsheet_have_no_formula_and_cannot_be_read_back() {
    let table = "company,metric,period,value,unit,decimals,rounding,published,source\n\
        minato,operating_income,2Q21,-5,JPY,0,nearest,2021-08-10,q2\n";
    let documents = "source,title,issuer,kind,published,utc_offset,reports\nq2,\"=HYPERLINK(\"\"x\"\")\",Minato,results,2021-08-10,,\n";
    let sheet = Sheet::new("facts.csv", table).with("documents.csv", documents);
    let db = Database::temporary().unwrap();
    db.ingest(sheet.read().unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("tables");
    TidyExport::new(&db)
        .formula_safe()
        .to_folder(&folder)
        .unwrap();
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let documents = text("documents.safe.csv");
    assert!(documents.contains(r#""'=HYPERLINK(""x"")""#), "{documents}");
    let facts = text("facts.safe.csv");
    assert!(facts.contains(",-5,"), "{facts}");
    assert!(text("companies.toml").contains("minato"));
    assert!(Tidy::read(&folder).is_err());
}
