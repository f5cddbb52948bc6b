//! What is read from outside is bounded: each limit is reached, and one more is refused. `src/docs/limits.md` names the tests of
//! the others.

mod common;

use std::fmt::Write as _;

use common::Folder;
use kessan::{
    CELL_TEXT_LIMIT, CompanyFacts, ConceptMap, IngestReason, NAME_LIMIT, Release, TITLE_LIMIT,
    Tidy, WORD_LIMIT,
};

fn read(folder: &Folder) -> Result<Release, IngestReason> {
    let below = tempfile::tempdir().unwrap();
    Release::read(folder.place(below.path())).map_err(|error| *error.reason)
}

fn too_long(length: usize, limit: usize) -> impl Fn(&IngestReason) -> bool {
    move |reason| match reason {
        IngestReason::TooLong {
            length: l,
            limit: m,
            ..
        } => (*l, *m) == (length, limit),
        _ => false,
    }
}

#[test]
fn texts_of_a_release() {
    for (file, from, to, limit) in [
        (
            "manifest.toml",
            "title = \"Second quarter of 2021\"",
            "title = \"@\"",
            TITLE_LIMIT,
        ),
        (
            "manifest.toml",
            "issuer = \"Minato Foods KK\"",
            "issuer = \"@\"",
            NAME_LIMIT,
        ),
        (
            "company.toml",
            "name = \"Minato Foods KK\"",
            "name = \"@\"",
            NAME_LIMIT,
        ),
        (
            "metrics.toml",
            "positive = \"stores\"",
            "positive = \"@\"",
            WORD_LIMIT,
        ),
        (
            "manifest.toml",
            "place = \"page 1\"",
            "place = \"@\"",
            CELL_TEXT_LIMIT,
        ),
        (
            "manifest.toml",
            "title = \"Results (JPY millions)\"",
            "title = \"@\"",
            CELL_TEXT_LIMIT,
        ),
        (
            "manifest.toml",
            "place = \"page 1, first sentence\"",
            "place = \"@\"",
            CELL_TEXT_LIMIT,
        ),
    ] {
        let folder = |length: usize| {
            let to = to.replace('@', &"x".repeat(length));
            Folder::good().edit(file, from, &to)
        };
        assert!(read(&folder(limit)).is_ok(), "{from}");
        let reason = read(&folder(limit + 1)).unwrap_err();
        assert!(too_long(limit + 1, limit)(&reason), "{from}: {reason}");
    }
    let id = |length: usize| {
        let id = format!("id = \"{}\"", "t".repeat(length));
        Folder::good().edit("manifest.toml", "id = \"t1\"", &id)
    };
    assert!(read(&id(32)).is_ok());
    let reason = read(&id(33)).unwrap_err();
    assert!(matches!(reason, IngestReason::EntryId { .. }), "{reason}");
}

/// A long heading that spans thousands of columns: a few kilobytes that would be hundreds of megabytes.
#[test]
fn a_heading_over_many_columns() {
    let table = |heading: usize, columns: usize| {
        let tabs = "\t".repeat(columns);
        let lines = format!("\t{}{tabs}\nRevenue{tabs}\t1\n", "h".repeat(heading));
        Folder::good().write("results.tsv", lines.as_bytes())
    };
    let reason = read(&table(100_000, 100_000)).unwrap_err();
    assert!(too_long(100_000, CELL_TEXT_LIMIT)(&reason), "{reason}");
    // In several lines, too.
    let line = format!("\t{}\t\t\n", "h".repeat(99));
    for (lines, fits) in [(10, false), (9, true)] {
        let text = line.repeat(lines) + "Revenue\t1\t1\t1\n";
        let header = format!("header_rows = {lines}");
        let folder = Folder::good()
            .edit("manifest.toml", "header_rows = 1", &header)
            .write("results.tsv", text.as_bytes());
        let reason = read(&folder).unwrap_err();
        let length = lines * 102 - 3;
        assert_eq!(
            too_long(length, CELL_TEXT_LIMIT)(&reason),
            !fits,
            "{reason}"
        );
    }
}

#[test]
fn cells_of_a_table() {
    let table = |cells: usize| {
        let text = "a\tb\n".repeat(cells / 2);
        read(&Folder::good().write("results.tsv", text.as_bytes())).unwrap_err()
    };
    let limit = 1 << 18;
    let what = "cells in the table";
    assert_eq!(table(limit + 2), IngestReason::TooMany { what, limit });
    assert_ne!(table(limit), IngestReason::TooMany { what, limit });
}

/// All tables of a release may be one file.
#[test]
fn figures_of_a_release() {
    let (rows, columns) = (133, 1000);
    let (mut text, mut heads, mut labels) = (String::new(), String::new(), String::new());
    for column in 0..columns {
        write!(text, "\tc{column}").unwrap();
        write!(heads, "{{ head = \"c{column}\", unplaced = \"u\" }},").unwrap();
    }
    for row in 0..rows {
        write!(text, "\nr{row}{}", "\t1".repeat(columns)).unwrap();
        write!(labels, "{{ label = \"r{row}\", unplaced = \"u\" }},").unwrap();
    }
    let begin = common::MANIFEST.split_once("[[table]]").unwrap().0;
    let table = |id: &str| {
        format!(
            "[[table]]\nid = \"{id}\"\ntitle = \"T\"\nplace = \"T\"\nrank = \"table\"\nfile = \"results.tsv\"\n\
             header_rows = 1\ncolumns = [{heads}]\nrows = [{labels}]\n"
        )
    };
    let folder = |manifest: String| {
        Folder::good()
            .write("results.tsv", text.as_bytes())
            .write("manifest.toml", manifest.as_bytes())
    };
    let one = read(&folder(begin.to_owned() + &table("t1"))).unwrap();
    assert_eq!(one.figures().len(), rows * columns);
    let limit = 1 << 18;
    let what = "figures in the release";
    assert_eq!(
        read(&folder(begin.to_owned() + &table("t1") + &table("t2"))).unwrap_err(),
        IngestReason::TooMany { what, limit }
    );
}

#[test]
fn cells_and_claims_of_a_document() {
    let package = kessan::Package::from(&read(&Folder::good()).unwrap());
    let limit = 1 << 20;
    let refusal = |change: &dyn Fn(&mut kessan::Filing)| {
        let mut package = package.clone();
        change(&mut package.filings[0]);
        let db = kessan::Database::temporary().unwrap();
        match db.ingest(package) {
            Err(kessan::Error::Ingest(error)) => *error.reason,
            other => panic!("{other:?}"),
        }
    };
    let cell = kessan::Cell {
        address: String::new(),
        place: String::new(),
        row: String::new(),
        column: String::new(),
        text: String::new(),
        scale: 0,
        unplaced: None,
    };
    let what = "cells in the document";
    let too_many = IngestReason::TooMany { what, limit };
    assert_eq!(
        refusal(&|filing| filing.cells.resize(limit + 1, cell.clone())),
        too_many
    );
    let what = "claims in the document";
    let too_many = IngestReason::TooMany { what, limit };
    let check = package.filings[0].checks[0].clone();
    assert_eq!(
        refusal(&|filing| filing.checks.resize(limit + 1, check.clone())),
        too_many
    );
}

#[test]
fn files_of_a_release() {
    let limit = 16 << 20;
    for file in [
        "manifest.toml",
        "company.toml",
        "metrics.toml",
        "results.tsv",
    ] {
        let reason = read(&Folder::good().write(file, &vec![b'#'; limit + 1])).unwrap_err();
        let limit = u64::try_from(limit).unwrap();
        let file = file.to_owned();
        assert_eq!(reason, IngestReason::TooLarge { file, limit });
    }
    let below = tempfile::tempdir().unwrap();
    let map = below.path().join("map.toml");
    std::fs::write(&map, vec![b'#'; limit + 1]).unwrap();
    let reason = *ConceptMap::read(&map).unwrap_err().reason;
    assert!(matches!(reason, IngestReason::TooLarge { .. }), "{reason}");
}

/// A file without content is as long as it says.
#[test]
fn files_of_a_gigabyte() {
    let below = tempfile::tempdir().unwrap();
    for name in ["facts.csv", "companies.toml"] {
        let folder = below.path().join(name.replace('.', "-"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("facts.csv"), "company\n").unwrap();
        let file = std::fs::File::create(folder.join(name)).unwrap();
        file.set_len((1 << 30) + 1).unwrap();
        let reason = *Tidy::read(&folder).unwrap_err().reason;
        assert!(
            matches!(&reason, IngestReason::TooLarge { limit, .. } if *limit == 1 << 30),
            "{reason}"
        );
    }
}

/// Brackets in brackets are an error, or passed over, and never overflow the stack.
#[test]
fn nesting() {
    let deep = 100_000;
    for (open, close) in [("[", "]"), ("{ a = ", "}")] {
        let value = format!("x = {}1{}\n", open.repeat(deep), close.repeat(deep));
        for file in ["manifest.toml", "company.toml", "metrics.toml"] {
            let reason = read(&Folder::good().write(file, value.as_bytes())).unwrap_err();
            assert!(matches!(reason, IngestReason::Toml { .. }), "{reason}");
        }
        let below = tempfile::tempdir().unwrap();
        let map = below.path().join("map.toml");
        std::fs::write(&map, &value).unwrap();
        let reason = *ConceptMap::read(&map).unwrap_err().reason;
        assert!(matches!(reason, IngestReason::Toml { .. }), "{reason}");
    }
    let nested = format!("{}1{}", "[".repeat(deep), "]".repeat(deep));
    let objects = format!("{}1{}", "{\"a\":".repeat(deep), "}".repeat(deep));
    for value in [nested, objects] {
        for json in [
            value.clone(),
            format!("{{\"cik\": 1, \"entityName\": \"A\", \"more\": {value}, \"facts\": {{}}}}"),
            format!("{{\"cik\": 1, \"entityName\": \"A\", \"facts\": {value}}}"),
            format!(
                "{{\"cik\": 1, \"entityName\": \"A\", \"facts\": {{\"us-gaap\": {{\"A\": {{\"units\": {{\"USD\": \
                 [{{\"val\": {value}}}]}}}}}}}}}}"
            ),
        ] {
            match CompanyFacts::from_reader(json.as_bytes(), "deep.json") {
                Ok(facts) => assert_eq!(facts.len(), 0),
                Err(error) => assert!(error.to_string().len() < 2000, "{error}"),
            }
        }
    }
}

#[test]
fn names() {
    use kessan::{Id, MetricPath, Scope, Unit};

    let x = |length: usize| "x".repeat(length);
    assert!(x(128).parse::<Id>().is_ok());
    assert!(x(129).parse::<Id>().is_err());
    assert!(x(200).parse::<MetricPath>().is_ok());
    assert!(x(201).parse::<MetricPath>().is_err());
    assert!(x(64).parse::<Unit>().is_ok());
    assert!(x(65).parse::<Unit>().is_err());
    let scope = |dimension: usize, member: usize| {
        Scope::try_from(
            [(x(dimension), x(member))]
                .into_iter()
                .collect::<std::collections::BTreeMap<_, _>>(),
        )
    };
    assert!(scope(64, 128).is_ok());
    assert!(scope(65, 1).is_err() && scope(1, 129).is_err());
    let members = |count: usize| {
        let members = (0..count).map(|n| (format!("d{n}"), "m".to_owned()));
        Scope::try_from(members.collect::<std::collections::BTreeMap<_, _>>())
    };
    assert!(members(16).is_ok() && members(17).is_err());
}
