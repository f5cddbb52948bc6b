//! Tables that are wrong are refused with the place and the reason.

use kessan::{IngestReason, TableError, Tidy, TidyOptions};

use crate::plain::Sheet;

const HEADER: &str = "company,metric,period,value,unit,decimals,rounding,published,source";
const GOOD: &str = "minato,revenue,2Q2021,1250000000,JPY,-6,nearest,2021-08-10,q2";

/// What reading a table says behind its folder.
fn refusal(table: impl AsRef<[u8]>) -> String {
    let error = Sheet::new("figures.csv", table)
        .read()
        .unwrap_err()
        .to_string();
    let (_, rest) = error.split_once("tables/").unwrap();
    rest.to_owned()
}

/// The refusal of the good row with one cell changed.
fn cell(column: &str, text: &str) -> String {
    let position = HEADER.split(',').position(|name| name == column).unwrap();
    let mut cells: Vec<&str> = GOOD.split(',').collect();
    cells[position] = text;
    let other = GOOD.replace("q2", "q1");
    let said = refusal(format!("{HEADER}\n{other}\n{}\n", cells.join(",")));
    // What does not fit other cells is named without its text.
    let place = format!("figures.csv: line 3, column {column:?}");
    let rest = said
        .strip_prefix(&place)
        .unwrap_or_else(|| panic!("{said}"));
    let rest = rest
        .strip_prefix(&format!(", text {text:?}"))
        .unwrap_or(rest);
    rest.strip_prefix(": ")
        .unwrap_or_else(|| panic!("{said}"))
        .to_owned()
}

#[test]
fn the_good_row_is_good() {
    let sheet = Sheet::new("figures.csv", format!("{HEADER}\n{GOOD}\n"));
    assert_eq!(sheet.facts().len(), 1);
}

/// A column of the good row, what stands in it, and how its refusal begins.
const CELLS: &[(&str, &str, &str)] = &[
    ("company", "", "the cell is empty"),
    ("company", "a b", "\"a b\" is not an identifier"),
    ("company", "kawa", "company kawa is not defined"),
    ("metric", "", "the cell is empty"),
    ("metric", "Revenue", "\"Revenue\" is not a metric"),
    ("metric", "profit", "metric profit is not defined"),
    ("period", "", "the cell is empty"),
    (
        "period",
        "2Q",
        "\"2Q\" is not a period of this fiscal calendar",
    ),
    (
        "period",
        "5Q2021",
        "\"5Q2021\" is not a period of this fiscal calendar",
    ),
    ("period", "2021-06-31", "\"2021-06-31\" is not a date"),
    (
        "period",
        "2021-06-30..2021-04-01",
        "\"2021-06-30..2021-04-01\" is not a period: it ends before it starts",
    ),
    (
        "period",
        "2021-06-30",
        "revenue is a flow, which has no figure at 2021-06-30",
    ),
    (
        "period",
        "30/06/2021",
        "\"30/06/2021\" is not a period of this fiscal calendar",
    ),
    (
        "period",
        "3Q2021",
        "it is an actual figure for 2021-07-01..2021-09-30, which ends after",
    ),
    ("value", "", "the cell is empty"),
    ("value", "1e400", "\"1e400\" is not a plain decimal"),
    ("value", "1E+09", "\"1E+09\" is not a plain decimal"),
    (
        "value",
        "123456789012345678901234567890",
        "\"123456789012345678901234567890\" is not a plain decimal",
    ),
    (
        "value",
        "12345678901234567890123456789",
        "\"12345678901234567890123456789\" is not a plain decimal of at most 28 digits",
    ),
    (
        "value",
        "0.12345678901234567890123456789",
        "\"0.12345678901234567890123456789\" is not a plain decimal",
    ),
    ("value", "NaN", "\"NaN\" is not a plain decimal"),
    ("value", "(97)", "\"(97)\" is not a plain decimal"),
    ("value", "１２５０", "\"１２５０\" is not a plain decimal"),
    ("value", " 1250", "\" 1250\" is not a plain decimal"),
    (
        "value",
        "-1250",
        "the figure is negative, but revenue says only what positive means",
    ),
    ("unit", "", "the cell is empty"),
    ("unit", "円", "\"円\" is not a unit"),
    ("unit", "%", "% is not a unit of revenue"),
    ("decimals", "", "the cell is empty"),
    (
        "decimals",
        "29",
        "decimals are a whole number from -28 to 28, exact or unknown",
    ),
    (
        "decimals",
        "-29",
        "decimals are a whole number from -28 to 28, exact or unknown",
    ),
    (
        "decimals",
        "+2",
        "decimals are a whole number from -28 to 28, exact or unknown",
    ),
    (
        "decimals",
        "-",
        "decimals are a whole number from -28 to 28, exact or unknown",
    ),
    (
        "decimals",
        "INF",
        "decimals are a whole number from -28 to 28, exact or unknown",
    ),
    ("rounding", "", "the cell is empty"),
    (
        "rounding",
        "up",
        "unknown variant `up`, expected `nearest` or `truncated`",
    ),
    ("published", "", "the cell is empty"),
    ("published", "2021-8-10", "\"2021-8-10\" is not a date"),
    ("published", "10.08.2021", "\"10.08.2021\" is not a date"),
    ("source", "", "the cell is empty"),
    ("source", "10-Q 2021", "\"10-Q 2021\" is not an identifier"),
    ("source", "../q2", "\"../q2\" is not an identifier"),
];

#[test]
fn cells() {
    for (column, text, reason) in CELLS {
        let said = cell(column, text);
        assert!(said.starts_with(reason), "{column} {text:?}: {said}");
    }
}

#[test]
fn long_texts_are_cut_in_errors() {
    let said = cell_text(&"9".repeat(5_000));
    assert!(said.len() < 6_000, "{}", said.len());
    let error = refusal(format!(
        "{HEADER}\n{}\n",
        GOOD.replace("JPY", &"x".repeat(70_000))
    ));
    assert_eq!(
        error,
        "figures.csv: line 2: the row is longer than 65536 bytes"
    );
}

fn cell_text(text: &str) -> String {
    refusal(format!("{HEADER}\n{}\n", GOOD.replace("1250000000", text)))
}

#[test]
fn headers() {
    for (header, reason) in [
        ("", "figures.csv: the table is empty"),
        (
            "company;metric;period",
            "figures.csv: the lines have one cell each: is a .tsv separated by tabs, a .csv by commas?",
        ),
        (
            "metric,period,value,unit,decimals,rounding,published,source",
            "figures.csv: the table has no column company, and none is declared for all rows",
        ),
        (
            "company,metric,period,value,unit,decimals,rounding,source",
            "figures.csv: the table has no column published, and none is declared for all rows",
        ),
        (
            "company,metric,value,unit,decimals,rounding,published,source",
            "figures.csv: the table has no column period, and none is declared for all rows",
        ),
        (
            "company,metric,start,value,unit,decimals,rounding,published,source",
            "figures.csv: the table has no column end, and none is declared for all rows",
        ),
        (
            "company,metric,period,end,value,unit,published,source",
            "figures.csv: line 1, column \"end\": the table has the column beside period: one of them says it",
        ),
        (
            "company,metric,period,value,value",
            "figures.csv: line 1, column \"value\": the table has the column twice",
        ),
        (
            "company,metric,period,Value",
            "figures.csv: line 1, column \"Value\": there is no such column; the columns are company, metric, ",
        ),
        (
            "company,metric,period,",
            "figures.csv: line 1, column \"\": there is no such column; ",
        ),
        (
            "company,metric,period,value,unit,published,source,cell",
            "figures.csv: line 1, column \"cell\": cells are numbered here, but cells.csv is not beside the table",
        ),
    ] {
        let said = refusal(format!("{header}\n").trim_start());
        assert!(said.starts_with(reason), "{said}");
    }
    // No precision anywhere is found at the first amount.
    let without = "company,metric,period,value,unit,published,source\nminato,revenue,2Q2021,1250,JPY,2021-08-10,q2\n";
    assert_eq!(
        refusal(without),
        "figures.csv: the table has no column decimals, and none is declared for all rows"
    );
}

#[test]
fn declared_columns_are_columns() {
    let sheet = Sheet::new("figures.csv", format!("{HEADER}\n{GOOD}\n"));
    for (column, reason) in [
        (
            "unit",
            "column \"unit\": the column is declared for all rows, but the table has it",
        ),
        (
            "end",
            "column \"end\": the table has the column beside period: one of them says it",
        ),
        (
            "colour",
            "column \"colour\": there is no such column; the columns are ",
        ),
    ] {
        let error = TidyOptions::new()
            .declare(column, "x")
            .read(sheet.path())
            .unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn files_that_are_no_table() {
    let good = format!("{HEADER}\n{GOOD}\n");
    let wide = |order: fn(u16) -> [u8; 2], mark: u16| -> Vec<u8> {
        let units = std::iter::once(mark).chain(good.encode_utf16());
        units.flat_map(order).collect()
    };
    let unmarked = |order: fn(u16) -> [u8; 2]| good.encode_utf16().flat_map(order).collect();
    let mut shift_jis = good.replace("revenue", "XX").into_bytes();
    let place = shift_jis.windows(2).position(|pair| pair == b"XX").unwrap();
    shift_jis.splice(place..place + 2, [0x94, 0x84, 0x8f, 0xe3]);
    for (bytes, reason) in [
        (
            wide(u16::to_le_bytes, 0xfeff),
            "figures.csv: the file is UTF-16: save the table as UTF-8",
        ),
        (
            wide(u16::to_be_bytes, 0xfeff),
            "figures.csv: the file is UTF-16: save the table as UTF-8",
        ),
        (
            unmarked(u16::to_le_bytes),
            "figures.csv: the file is UTF-16: save the table as UTF-8",
        ),
        (
            unmarked(u16::to_be_bytes),
            "figures.csv: the file is UTF-16: save the table as UTF-8",
        ),
        (
            shift_jis,
            "figures.csv: line 2: the row is not UTF-8 text: save the table as UTF-8",
        ),
        (
            good.replace('\n', "\r").into_bytes(),
            "figures.csv: line 1: a carriage return stands alone; lines end with a line feed, or both",
        ),
        (
            format!("{good}\n{GOOD}\n").into_bytes(),
            "figures.csv: line 3: line 3 is blank; a table has no blank lines",
        ),
        (
            format!("{good}\n").into_bytes(),
            "figures.csv: line 3: line 3 is blank; a table has no blank lines",
        ),
        (
            good.replace("q2", "\"q2").into_bytes(),
            "figures.csv: line 2: the file ends inside a quoted cell that begins here",
        ),
        (
            good.replace("q2", "q\"2").into_bytes(),
            "figures.csv: line 2: a quote stands inside a cell",
        ),
        (
            good.replace("q2", "\"q\"2").into_bytes(),
            "figures.csv: line 2: a quote stands inside a cell",
        ),
        (
            good.replace(",q2", "").into_bytes(),
            "figures.csv: line 2: the line has 8 cells, the first line has 9",
        ),
        (
            good.replace("q2", "q2,").into_bytes(),
            "figures.csv: line 2: the line has 10 cells, the first line has 9",
        ),
        (Vec::new(), "figures.csv: the table is empty"),
        (
            vec![0; 100],
            "figures.csv: line 1: the last line has no line feed",
        ),
        (
            b"a\nb\n".to_vec(),
            "figures.csv: the lines have one cell each",
        ),
        (
            good.trim_end().as_bytes().to_vec(),
            "figures.csv: line 2: the last line has no line feed: the file may be cut short",
        ),
    ] {
        let said = refusal(&bytes);
        assert!(said.starts_with(reason), "{said}");
    }
}

/// What stands beside a table is held to the same rules.
#[test]
fn definitions_that_are_no_text_or_have_no_end() {
    let table = format!("{HEADER}\n{GOOD}\n");
    let said = |name: &str, content: &[u8]| {
        let sheet = Sheet::bare("figures.csv", &table).with(name, content);
        sheet.read().unwrap_err()
    };
    let shift_jis = b"id = \"minato\"\nname = \"\x94\x84\x8f\xe3\"\n";
    let utf_16 = b"\xff\xfei\0d\0";
    for content in [shift_jis.as_slice(), utf_16] {
        let error = said("company.toml", content);
        assert!(matches!(*error.reason, IngestReason::NotUtf8 { .. }));
    }
    for depth in [100, 100_000] {
        let nested = format!("calendar = {}1{}", "[".repeat(depth), "]".repeat(depth));
        for name in ["company.toml", "metrics.toml", "companies.toml"] {
            let error = said(name, nested.as_bytes());
            assert!(
                matches!(*error.reason, IngestReason::Toml { line: 1, .. }),
                "{depth} {name}: {error}"
            );
        }
    }
}

#[test]
fn digits_are_counted_in_units() {
    let nines = "9".repeat(26);
    let said = refusal(format!(
        "{},scale\n{},thousands\n",
        HEADER,
        GOOD.replace("1250000000", &nines)
    ));
    let reason = "the number is beyond 28 digits in base units";
    assert_eq!(
        said,
        format!("figures.csv: line 2, column \"value\", text \"{nines}\": {reason}")
    );
}

#[test]
fn dates_in_columns_of_their_own() {
    for (start, end, reason) in [
        (
            "2021-06-30",
            "2021-04-01",
            "\"2021-06-30..2021-04-01\" is not a period: it ends before it starts",
        ),
        ("2021-04-31", "2021-06-30", "\"2021-04-31\" is not a date"),
        ("2021-04-01", "2021-06-31", "\"2021-06-31\" is not a date"),
        ("2021-04-01", "", "the cell is empty"),
    ] {
        let said = refusal(format!(
            "{}\n{}\n",
            HEADER.replace("period", "start,end"),
            GOOD.replace("2Q2021", &format!("{start},{end}"))
        ));
        assert!(said.starts_with("figures.csv: line 2, column"), "{said}");
        assert!(said.contains(reason), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_table_that_leads_out_of_its_folder() {
    let sheet = Sheet::new("figures.csv", format!("{HEADER}\n{GOOD}\n"));
    let outside = sheet.path().parent().unwrap().join("../figures.csv");
    std::fs::rename(sheet.path(), &outside).unwrap();
    std::os::unix::fs::symlink("../figures.csv", sheet.path()).unwrap();
    let error = sheet.read().unwrap_err();
    assert!(
        matches!(*error.reason, IngestReason::LinkOutside { .. }),
        "{error}"
    );
}

#[test]
fn a_table_that_is_not_there() {
    let sheet = Sheet::new("figures.csv", "");
    let missing = sheet.path().with_file_name("other.csv");
    let error = Tidy::read(missing).unwrap_err();
    assert!(
        matches!(*error.reason, IngestReason::File { .. }),
        "{error}"
    );
    let folder = Tidy::read(sheet.path().parent().unwrap()).unwrap_err();
    assert!(
        folder
            .to_string()
            .contains("facts.csv: facts.csv cannot be read"),
        "{folder}"
    );
}

#[test]
fn two_values_for_one_cell() {
    let row = |value: &str| GOOD.replace("1250000000", value);
    // Other decimals make it no other fact; another document does.
    for other in [
        row("1251000000"),
        row("1250000000"),
        GOOD.replace("2Q2021", "2021-04-01..2021-06-30"),
    ] {
        assert_eq!(
            refusal(format!("{HEADER}\n{GOOD}\n{other}\n")),
            "figures.csv: line 2, column \"source\": line 3 says it already"
        );
    }
    let again = GOOD.replace("q2", "q3");
    let sheet = Sheet::new("figures.csv", format!("{HEADER}\n{GOOD}\n{again}\n"));
    assert_eq!(sheet.facts().len(), 2);
}

#[test]
fn documents_that_only_rows_name() {
    let later = GOOD
        .replace("2Q2021", "1Q2021")
        .replace("2021-08-10", "2021-08-11");
    let said = refusal(format!("{HEADER}\n{GOOD}\n{later}\n"));
    assert!(
        said.starts_with("figures.csv: line 3, column \"published\": other rows of q2 were published on 2021-08-10"),
        "{said}"
    );
}

/// Files that stand alone say nothing of a table.
#[test]
fn cells_and_checks_without_their_documents() {
    let table = format!("{HEADER}\n{GOOD}\n");
    let error = Sheet::new("figures.csv", &table)
        .with("checks.csv", "source,cell\n")
        .read();
    let reason = error.unwrap_err().reason;
    assert!(matches!(*reason, IngestReason::NotFound { .. }), "{reason}");
    let error = Sheet::new("figures.csv", &table)
        .with("cells.csv", "source,cell\n")
        .read();
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("documents.csv cannot be read")
    );
    let documents = "source,title,issuer,kind,published\nq2,T,I,results,2021-08-10\n";
    let cells = "source,cell,address,place,row,column,text,scale\n";
    let sheet = Sheet::new("figures.csv", &table).with("documents.csv", documents);
    let error = sheet.with("cells.csv", cells).read().unwrap_err();
    let missing = TableError::MissingColumn { column: "cell" };
    assert_eq!(*error.reason, missing.into());
}
