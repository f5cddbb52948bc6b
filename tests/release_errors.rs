//! Every kind of bad release is refused with its place, and leaves the database as it was.
//!
//! Each case spoils one thing of a good release and names what the message must say.

mod common;

use std::fmt::Write as _;

use common::Folder;
use kessan::{Database, Release};

/// A case: its name, the spoilt folder, and what the message must contain.
type Case = (&'static str, Folder, &'static [&'static str]);

#[allow(clippy::too_many_lines, reason = "a table of cases")]
fn cases() -> Vec<Case> {
    let good = Folder::good;
    vec![
        (
            "a row label that the manifest does not know",
            good().edit("results.tsv", "Stores\t", "Shops\t"),
            &["minato-2021-q2: t1", "row \"Shops\" (line 5)", "no row of the manifest has this label; here it says \"Stores\""],
        ),
        (
            "a row of the manifest that the table lacks",
            good().edit("results.tsv", "Stores\t140\t120\t16.7%\n", ""),
            &["t1, row \"Stores\"", "a row that the table does not have"],
        ),
        (
            "a row of the table that the manifest lacks",
            good().edit("results.tsv", "Stores\t140\t120\t16.7%\n", "Stores\t140\t120\t16.7%\nMore\t1\t1\t0.0%\n"),
            &["row \"More\" (line 6)", "no row of the manifest has this label"],
        ),
        (
            "one printed row mapped twice",
            good().edit("manifest.toml", "{ label = \"Stores\"", "{ label = \"Revenue\", metric = \"revenue\" },\n  { label = \"Stores\""),
            &["t1, row \"Revenue\"", "maps one printed row or column twice"],
        ),
        (
            "one printed column mapped twice",
            good().edit("manifest.toml", "{ head = \"YoY\"", "{ id = \"again\", head = \"2Q2020\", period = \"2Q2020\", scenario = \"target\" },\n  { head = \"YoY\""),
            &["t1, column \"2Q2020\"", "maps one printed row or column twice"],
        ),
        (
            "two columns of one id",
            good().edit("manifest.toml", "{ head = \"2Q2020\", period", "{ head = \"2Q2021\", period"),
            &["column \"2Q2021\" is declared twice"],
        ),
        (
            "two columns that are the same facts",
            good().edit("manifest.toml", "period = \"2Q2020\" }", "period = \"2Q2021\" }"),
            &["t1, column \"2Q2020\"", "same facts as column \"2Q2021\""],
        ),
        (
            "a heading that is not the manifest's",
            good().edit("results.tsv", "\t2Q2020\t", "\t2Q2019\t"),
            &["column \"2Q2019\"", "the manifest says \"2Q2020\""],
        ),
        (
            "a column too few",
            good().edit("manifest.toml", "  { head = \"YoY\", growth = { of = \"2Q2021\", over = \"2Q2020\" } },\n", ""),
            &["the manifest has 2 columns, the table 3"],
        ),
        (
            "a ragged row",
            good().edit("results.tsv", "Stores\t140\t120\t16.7%", "Stores\t140\t120"),
            &["row \"Stores\" (line 5)", "has 3 cells, the first line has 4"],
        ),
        ("an empty table", good().write("results.tsv", b""), &["t1: the table is empty"]),
        (
            "a table of empty cells",
            good().write("results.tsv", b"\t2Q2021\t2Q2020\tYoY\nRevenue:\t\t\t\nRevenue\t\t\t\nOperating loss\t\t\t\nStores\t\t\t\n"),
            &["t1: the table is empty"],
        ),
        ("a table of headings", good().write("results.tsv", b"\t2Q2021\t2Q2020\tYoY\n"), &["t1: the table is empty"]),
        (
            "no unit",
            good().edit("manifest.toml", "unit = \"JPY\"\n", ""),
            &["row \"Revenue\" (line 3), column \"2Q2021\", text \"1,250\"", "no unit is declared or printed: give one on the table, column, row or figure"],
        ),
        (
            "no scale",
            good().edit("manifest.toml", "scale = \"millions\"\n", ""),
            &["row \"Revenue\"", "text \"1,250\"", "no scale is declared or printed"],
        ),
        (
            "a unit of another dimension",
            good().edit("manifest.toml", "unit = \"stores\"", "unit = \"JPY\""),
            &["row \"Stores\"", "JPY is not a unit of stores, whose dimension is count"],
        ),
        (
            "a printed currency against the declared one",
            good().edit("manifest.toml", "metric = \"operating_income\"", "metric = \"operating_income\", unit = \"JPY\"").edit("results.tsv", "\t12\t", "\t$12\t"),
            &["row \"Operating loss\"", "text \"$12\"", "the text says USD, the declared unit is JPY"],
        ),
        (
            "a metric that is not defined",
            good().edit("manifest.toml", "metric = \"stores\"", "metric = \"shops\""),
            &["row \"Stores\"", "metric shops is not defined"],
        ),
        (
            "a meaning of positive that the metric does not know",
            good().edit("manifest.toml", "positive = \"loss\"", "positive = \"deficit\""),
            &["row \"Operating loss\"", "positive is \"deficit\"", "\"income\" and \"loss\""],
        ),
        (
            "a period that does not fit the calendar",
            good().edit("manifest.toml", "period = \"2Q2020\" }", "period = \"5Q2020\" }"),
            &["column \"2Q2020\"", "\"5Q2020\" is not a period of this fiscal calendar"],
        ),
        (
            "an impossible date",
            good().edit("manifest.toml", "period = \"2Q2020\" }", "period = \"2020-04-01..2020-06-31\" }"),
            &["\"2020-06-31\" is not a date"],
        ),
        (
            "a flow at an instant",
            good().edit("manifest.toml", "period = \"2Q2020\" }", "period = \"2020-06-30\" }"),
            &["row \"Revenue\"", "revenue is a flow, which has no figure at 2020-06-30"],
        ),
        (
            "a growth rate of a column that is not there",
            good().edit("manifest.toml", "over = \"2Q2020\" }", "over = \"2Q2019\" }"),
            &["column \"YoY\"", "there is no column of figures \"2Q2019\""],
        ),
        (
            "a letter for a digit",
            good().edit("results.tsv", "1,000", "1,OO0"),
            &["minato-2021-q2: t1, row \"Revenue\" (line 3), column \"2Q2020\", text \"1,OO0\""],
        ),
        (
            "grouping that is not in threes",
            good().edit("results.tsv", "1,000", "1,23,4"),
            &["column \"2Q2020\", text \"1,23,4\""],
        ),
        ("a float", good().edit("results.tsv", "1,000", "1e3"), &["text \"1e3\""]),
        ("not a number", good().edit("results.tsv", "1,000", "NaN"), &["text \"NaN\""]),
        (
            "29 digits",
            good().edit("results.tsv", "1,000", "12345678901234567890123456789"),
            &["text \"12345678901234567890123456789\"", "28 digits"],
        ),
        (
            "more digits in base units than a decimal holds",
            good().edit("results.tsv", "1,000", "1234567890123456789012345678"),
            &["the number is beyond 28 digits in base units"],
        ),
        (
            "a nil mark without a meaning",
            good().edit("results.tsv", "1,000", "-"),
            &["row \"Revenue\"", "a nil mark is printed, but nil is not declared"],
        ),
        (
            "two figures in one cell",
            good().edit("results.tsv", "1,000", "1,000 1,001"),
            &["text \"1,000 1,001\""],
        ),
        (
            "figures in a heading row",
            good().edit("results.tsv", "Revenue:\t\t", "Revenue:\t5\t"),
            &["row \"Revenue:\" (line 2)", "calls the row a heading, but it has figures"],
        ),
        (
            "a row without a role",
            good().edit("manifest.toml", "label = \"Revenue:\", heading = true", "label = \"Revenue:\""),
            &["row \"Revenue:\"", "needs exactly one role"],
        ),
        (
            "a declared precision finer than the digits",
            good().edit("manifest.toml", "metric = \"revenue\" },\n  { label = \"Operating", "metric = \"revenue\", decimals = 0 },\n  { label = \"Operating"),
            &["0 decimals are declared, but only -6 are printed"],
        ),
        (
            "a direction word beside a printed sign",
            good().edit("manifest.toml", "text = \"25.0%\"", "text = \"-25.0%\""),
            &["p1!2, row \"page 1, first sentence\", text \"-25.0%\"", "a sign of its own"],
        ),
        (
            "an earlier publication without evidence",
            good().edit("manifest.toml", "{ head = \"2Q2020\", period = \"2Q2020\" }", "{ head = \"2Q2020\", period = \"2Q2020\", published = 2020-08-10 }"),
            &["column \"2Q2020\"", "needs a date before the document's and its evidence"],
        ),
        (
            "a file outside the folder",
            good().edit("manifest.toml", "results.tsv", "../results.tsv"),
            &["t1: \"../results.tsv\" is not a plain file name"],
        ),
        (
            "an absolute path",
            good().edit("manifest.toml", "results.tsv", "/etc/passwd"),
            &["\"/etc/passwd\" is not a plain file name"],
        ),
        ("a missing table file", good().without("results.tsv"), &["t1: results.tsv cannot be read"]),
        ("a missing manifest", good().without("manifest.toml"), &["manifest.toml cannot be read"]),
        ("a missing company", good().without("company.toml"), &["company.toml is neither in the release folder nor in its parent"]),
        (
            "invalid UTF-8",
            good().write("results.tsv", b"\t2Q2021\t2Q2020\tYoY\nRevenue \xff\t1\t2\t3%\n"),
            &["t1: results.tsv is not UTF-8 text (byte 27)"],
        ),
        (
            "a byte order mark",
            good().edit("results.tsv", "\t2Q2021", "\u{feff}\t2Q2021"),
            &["t1: results.tsv begins with a byte order mark"],
        ),
        (
            "CRLF",
            good().edit("results.tsv", "Revenue:\t\t\t\n", "Revenue:\t\t\t\r\n"),
            &["t1: line 2 of results.tsv ends with a carriage return"],
        ),
        (
            "a misspelt key",
            good().edit("manifest.toml", "header_rows = 1", "header_row = 1"),
            &["manifest.toml, line", "header_row"],
        ),
        ("no TOML at all", good().write("manifest.toml", b"{}"), &["manifest.toml, line 1"]),
        (
            "another manifest format",
            good().edit("manifest.toml", "format = 1", "format = 2"),
            &["manifest format 2 is not known; this library reads format 1"],
        ),
        (
            "a calendar that cannot be",
            good().edit("company.toml", "month = 12", "month = 13"),
            &["company.toml", "a month is 1 to 12"],
        ),
        (
            "a metric defined twice",
            good().edit("metrics.toml", "path = \"stores\"", "path = \"revenue\""),
            &["metrics.toml", "metric \"revenue\" is declared twice"],
        ),
        (
            "a sum of money and stores",
            good().edit("metrics.toml", "parts = [\"revenue\"]", "parts = [\"revenue\", \"stores\"]"),
            &["the sum of operating_income mixes kinds or dimensions: stores"],
        ),
        (
            "a label longer than is kept",
            Folder::good()
                .edit("results.tsv", "Stores\t140", &format!("{}\t140", "Stores".repeat(200)))
                .edit("manifest.toml", "label = \"Stores\"", &format!("label = \"{}\"", "Stores".repeat(200))),
            &["t1!R5C2", "a row label has 1200 bytes, at most 1000 are kept"],
        ),
        (
            "rows in another order",
            good()
                .edit("results.tsv", "Revenue\t1,250", "Stores\t1,250")
                .edit("results.tsv", "Stores\t140", "Revenue\t140"),
            &["row \"Stores\" (line 3)", "rows are in another order: here it says \"Revenue\""],
        ),
        (
            "commas in a file of tabs",
            good().write("results.tsv", b"Revenue,\"1,250\"\nStores,140\n"),
            &["t1: the lines have one cell each"],
        ),
        (
            "a unit of its own in a table of millions, without a scale",
            good().edit("manifest.toml", "unit = \"stores\", scale = \"ones\"", "unit = \"stores\""),
            &["row \"Stores\" (line 5)", "text \"140\"", "no scale is declared or printed"],
        ),
        (
            "a negative figure of a metric that has none",
            good().edit("results.tsv", "1,000", "(1,000)"),
            &["row \"Revenue\"", "the figure is negative, but revenue says only what positive means"],
        ),
        (
            "an actual figure of a quarter that had not ended",
            good().edit("manifest.toml", "published = 2021-08-10", "published = 2021-06-29"),
            &["column \"2Q2021\", text \"1,250\"", "2021-04-01..2021-06-30, which ends after it was published on 2021-06-29"],
        ),
        (
            "a report on no period of the calendar",
            good().edit("manifest.toml", "published = 2021-08-10", "published = 2021-08-10\nreports = \"summer\""),
            &["minato-2021-q2: \"summer\" is not a period of this fiscal calendar: write it like"],
        ),
        (
            "a range that is not declared",
            good().edit("manifest.toml", "text = \"JPY 1,250 million\"", "text = \"1,240-1,250\", unit = \"JPY\", scale = \"millions\""),
            &["p1!1", "goes with range = true"],
        ),
        (
            "one cell that gives a fact twice",
            good()
                .edit("manifest.toml", "{ head = \"2Q2020\", period = \"2Q2020\" }", "{ head = \"2Q2020\", figures = [{ period = \"2Q2020\" }, { period = \"2Q2020\" }] }")
                .edit("manifest.toml", "{ head = \"YoY\", growth = { of = \"2Q2021\", over = \"2Q2020\" } }", "{ head = \"YoY\", text = true }")
                .edit("results.tsv", "1,000", "1,000 <br> 1,001"),
            &["row \"Revenue\" (line 3)", "text \"1,000 <br> 1,001\"", "again, which t1!R3C3 gives already"],
        ),
        (
            "a row whose own period makes two columns one fact",
            good().edit("manifest.toml", "metric = \"revenue\" },\n  { label = \"Operating", "metric = \"revenue\", period = \"1Q2021\" },\n  { label = \"Operating"),
            &["row \"Revenue\" (line 3), column \"2Q2020\"", "again, which t1!R3C2 gives already"],
        ),
        (
            "one word for positive and negative",
            good().edit(
                "metrics.toml",
                "path = \"operating_income\"\nkind = \"flow\"\ndimension = \"money\"\npositive = \"income\"",
                "path = \"operating_income\"\nkind = \"flow\"\ndimension = \"money\"\npositive = \"loss\"",
            ),
            &["metrics.toml", "operating_income needs a word for what positive means, and another one for negative"],
        ),
        (
            "a sum that has itself as a part",
            good().edit("metrics.toml", "parts = [\"revenue\"]", "parts = [\"revenue\", \"operating_income\"]"),
            &["metrics.toml: the sum of operating_income has no parts, or itself as one"],
        ),
        (
            "a share of something of another dimension",
            good().edit("manifest.toml", "text = \"25.0%\", direction = \"up\", growth = { metric = \"revenue\", period = \"2Q2021\", base = \"2Q2020\" }", "text = \"25.0%\", share = { metric = \"revenue\", of = \"stores\", period = \"2Q2021\" }"),
            &["p1!2", "revenue cannot be a share of stores"],
        ),
        (
            "a revision back in time",
            good().edit("manifest.toml", "text = \"25.0%\", direction = \"up\", growth = { metric = \"revenue\", period = \"2Q2021\", base = \"2Q2020\" }", "text = \"JPY 5 million\", revision = { metric = \"revenue\", period = \"FY2021\", scenario = \"target\", from = 2021-08-10, to = 2021-05-10 }"),
            &["p1!2", "not from 2021-08-10 to 2021-05-10"],
        ),
        (
            "an id that is a path",
            good().edit("manifest.toml", "id = \"minato-2021-q2\"", "id = \"../minato\""),
            &["manifest.toml, line 4", "is not an identifier"],
        ),
    ]
}

/// Ranges, bounds, directions, points, and what compares or translates a figure with itself.
#[allow(clippy::too_many_lines, reason = "a table of cases")]
fn contradictions() -> Vec<Case> {
    let sentence = Folder::sentence;
    let column = Folder::third_column;
    vec![
        (
            "a range that is called approximate",
            sentence(
                "{ text = \"100-120\", range = true, approximate = true, unit = \"stores\", scale = \"ones\", metric = \"stores\", period = \"2Q2021\" }",
            ),
            &[
                "p1!1",
                "the declared bound, approximation or direction is not what the text says",
            ],
        ),
        (
            "a range that is called a bound",
            sentence(
                "{ text = \"100-120\", range = true, bound = \"at_least\", unit = \"stores\", scale = \"ones\", metric = \"stores\", period = \"2Q2021\" }",
            ),
            &[
                "p1!1",
                "the declared bound, approximation or direction is not what the text says",
            ],
        ),
        (
            "a range with a sign beside its direction",
            sentence(
                "{ text = \"-12% to -10%\", range = true, direction = \"down\", growth = { metric = \"revenue\", period = \"2Q2021\", base = \"2Q2020\" } }",
            ),
            &["p1!1", "a sign of its own"],
        ),
        (
            "a direction of a figure that is not meaningful",
            sentence(
                "{ text = \"n.m.\", direction = \"down\", growth = { metric = \"revenue\", period = \"2Q2021\", base = \"2Q2020\" } }",
            ),
            &[
                "p1!1",
                "the declared bound, approximation or direction is not what the text says",
            ],
        ),
        (
            "points of a growth rate",
            sentence(
                "{ text = \"5.0 points\", growth = { metric = \"revenue\", period = \"2Q2021\", base = \"2Q2020\" } }",
            ),
            &[
                "p1!1",
                "text \"5.0 points\"",
                "only a change of a percentage is in points",
            ],
        ),
        (
            "points of a share",
            sentence(
                "{ text = \"5.0 points\", share = { metric = \"operating_income\", of = \"revenue\", period = \"2Q2021\" } }",
            ),
            &["p1!1", "only a change of a percentage is in points"],
        ),
        (
            "points of a margin",
            sentence("{ text = \"5.0 points\", metric = \"margin\", period = \"2Q2021\" }"),
            &["p1!1", "only a change of a percentage is in points"],
        ),
        (
            "points in a growth column",
            Folder::good().edit("results.tsv", "16.7%", "16.7 points"),
            &[
                "row \"Stores\"",
                "text \"16.7 points\"",
                "only a change of a percentage is in points",
            ],
        ),
        (
            "a currency in a growth column",
            Folder::good().edit("results.tsv", "16.7%", "$16.7"),
            &[
                "row \"Stores\"",
                "the text says USD, the declared unit is %",
            ],
        ),
        (
            "a percentage in millions",
            sentence(
                "{ text = \"5.0%\", metric = \"margin\", period = \"2Q2021\", scale = \"millions\" }",
            ),
            &["p1!1", "the text is in 10^0, the declared scale is 10^6"],
        ),
        (
            "a change of a margin in yen",
            sentence(
                "{ text = \"5\", unit = \"JPY\", scale = \"ones\", change = { metric = \"margin\", period = \"2Q2021\", base = \"1Q2021\" } }",
            ),
            &["p1!1", "JPY is not a unit of margin"],
        ),
        (
            "two columns that are the same facts, spelt differently",
            Folder::good().edit(
                "manifest.toml",
                "{ head = \"2Q2020\", period = \"2Q2020\" }",
                "{ head = \"2Q2020\", period = \"2021-04-01..2021-06-30\" }",
            ),
            &["t1, column \"2Q2020\"", "same facts as column \"2Q2021\""],
        ),
        (
            "two columns that are the same facts, one of which says that they are actual",
            Folder::good().edit(
                "manifest.toml",
                "{ head = \"2Q2020\", period = \"2Q2020\" }",
                "{ head = \"2Q2020\", period = \"2Q2021\", scenario = \"actual\" }",
            ),
            &["same facts as column \"2Q2021\""],
        ),
        (
            "the growth of a column over itself",
            column("growth = { of = \"2Q2021\", over = \"2Q2021\" }"),
            &[
                "row \"Revenue\" (line 3), column \"YoY\"",
                "revenue 2021-04-01..2021-06-30 is compared with itself",
            ],
        ),
        (
            "the change of a period over itself",
            column("change = { period = \"2Q2021\", base = \"2021-04-01..2021-06-30\" }").edit(
                "results.tsv",
                "25.0%",
                "250",
            ),
            &["column \"YoY\"", "is compared with itself"],
        ),
        (
            "the growth of a sentence over itself",
            sentence(
                "{ text = \"5.0%\", growth = { metric = \"revenue\", period = \"2Q2021\", base = \"Q2 FY2021\" } }",
            ),
            &["p1!1", "is compared with itself"],
        ),
        (
            "a translation at no rate",
            sentence(
                "{ text = \"$11.3 million\", translation = { metric = \"revenue\", period = \"2Q2021\", currency = \"USD\", rate = \"0.00\" } }",
            ),
            &["p1!1", "the rate of a translation is above zero, not 0.00"],
        ),
        (
            "a translation at a rate below zero",
            column("translation = { of = \"2Q2021\", currency = \"USD\", rate = \"-110.25\" }")
                .edit("results.tsv", "25.0%", "11.3"),
            &[
                "column \"YoY\"",
                "the rate of a translation is above zero, not -110.25",
            ],
        ),
        (
            "a translation into the same currency",
            column("translation = { of = \"2Q2021\", currency = \"JPY\", rate = \"1\" }").edit(
                "results.tsv",
                "25.0%",
                "1,250",
            ),
            &["column \"YoY\"", "JPY is not translated into JPY"],
        ),
        (
            "decimals beyond any number",
            Folder::revenue_row("decimals = -128"),
            &[
                "manifest.toml, line",
                "decimals is -28 to 28, \"exact\" or \"unknown\"",
            ],
        ),
        (
            "decimals that are no number",
            Folder::revenue_row("decimals = 1.5"),
            &[
                "manifest.toml, line",
                "decimals is -28 to 28, \"exact\" or \"unknown\"",
            ],
        ),
        (
            "a date that is none",
            Folder::good().edit(
                "manifest.toml",
                "published = 2021-08-10",
                "published = 20210810",
            ),
            &["manifest.toml, line", "expected a date such as 2003-08-13"],
        ),
        (
            "a growth rate without its base",
            column("growth = { of = \"2Q2021\" }"),
            &[
                "manifest.toml, line",
                "expected { of = COLUMN, over = COLUMN } or { period = PERIOD, base = PERIOD }",
            ],
        ),
        (
            "a share of nothing",
            column("share = { of = \"2Q2021\" }"),
            &[
                "manifest.toml, line",
                "expected { of = COLUMN, row = LABEL } or { of = METRIC, period = PERIOD }",
            ],
        ),
        (
            "another manifest format with keys of its own",
            Folder::good().edit(
                "manifest.toml",
                "format = 1",
                "format = 2\nlanguage = \"ja\"",
            ),
            &["manifest format 2 is not known; this library reads format 1"],
        ),
    ]
}

/// Keys that their role does not use.
#[allow(clippy::too_many_lines, reason = "a table of cases")]
fn unused_keys() -> Vec<Case> {
    let column = |keys: &str| {
        Folder::third_column(&format!(
            "growth = {{ of = \"2Q2021\", over = \"2Q2020\" }}, {keys}"
        ))
    };
    let growth = |keys: &str| {
        Folder::sentence(&format!(
            "{{ text = \"5.0%\", growth = {{ metric = \"revenue\", period = \"2Q2021\", base = \"1Q2021\" }}, {keys} }}"
        ))
    };
    let words = |keys: &str| {
        Folder::sentence(&format!(
            "{{ qualitative = \"break-even\", unit = \"JPY\", metric = \"revenue\", period = \"2Q2021\", {keys} }}"
        ))
    };
    let unplaced = |keys: &str| {
        Folder::sentence(&format!(
            "{{ text = \"5\", unplaced = \"it breaks off\", {keys} }}"
        ))
    };
    vec![
        (
            "a scenario of a growth column",
            column("scenario = \"target\""),
            &["t1, column \"YoY\": scenario is not used by a growth column"],
        ),
        (
            "a scope of a growth column",
            column("scope = { area = \"west\" }"),
            &["scope is not used by a growth column"],
        ),
        (
            "a unit of a growth column",
            column("unit = \"%\""),
            &["unit is not used by a growth column"],
        ),
        (
            "a scale of a growth column",
            column("scale = \"ones\""),
            &["scale is not used by a growth column"],
        ),
        (
            "a publication of a growth column",
            column("published = 2021-05-01, evidence = \"page 2\""),
            &["published is not used by a growth column"],
        ),
        (
            "a scope of a share column",
            Folder::third_column(
                "share = { of = \"2Q2021\", row = \"Revenue\" }, scope = { area = \"west\" }",
            ),
            &["scope is not used by a share column"],
        ),
        (
            "a unit of a translation column",
            Folder::third_column(
                "translation = { of = \"2Q2021\", currency = \"USD\", rate = \"110.25\" }, unit = \"USD\"",
            ),
            &["unit is not used by a translation column"],
        ),
        (
            "a nil of a column of words",
            Folder::third_column("text = true, nil = \"zero\""),
            &["nil is not used by a column of words"],
        ),
        (
            "a scenario of an unplaced column",
            Folder::third_column("unplaced = \"no heading\", scenario = \"target\""),
            &["scenario is not used by an unplaced column"],
        ),
        (
            "a metric's sign on a heading row",
            Folder::good().edit(
                "manifest.toml",
                "heading = true",
                "heading = true, positive = \"loss\"",
            ),
            &["row \"Revenue:\" (line 2): positive is not used by a heading row"],
        ),
        (
            "cells of a heading row",
            Folder::good().edit(
                "manifest.toml",
                "heading = true",
                "heading = true, cells = { YoY = { nil = \"zero\" } }",
            ),
            &["cells is not used by a heading row"],
        ),
        (
            "a unit of an unplaced row",
            Folder::good().edit(
                "manifest.toml",
                "metric = \"stores\"",
                "unplaced = \"of what?\"",
            ),
            &["row \"Stores\" (line 5): unit is not used by an unplaced row"],
        ),
        (
            "a period of a growth cell",
            Folder::revenue_row("cells = { YoY = { period = \"1Q2021\" } }"),
            &[
                "row \"Revenue\" (line 3), column \"YoY\": period is not used by the figures of this cell",
            ],
        ),
        (
            "a unit of an unplaced cell",
            Folder::revenue_row(
                "cells = { \"2Q2021\" = { unplaced = \"blurred\", unit = \"JPY\" } }",
            ),
            &["column \"2Q2021\": unit is not used by an unplaced cell"],
        ),
        (
            "a period beside a growth rate",
            growth("period = \"2Q2021\""),
            &["p1!1", "period is not used by a growth rate"],
        ),
        (
            "a sign's meaning beside a growth rate",
            growth("positive = \"loss\""),
            &["positive is not used by a growth rate"],
        ),
        (
            "a unit beside a growth rate",
            growth("unit = \"JPY\""),
            &["unit is not used by a growth rate"],
        ),
        (
            "a scale beside a growth rate",
            growth("scale = \"ones\""),
            &["scale is not used by a growth rate"],
        ),
        (
            "a nil beside a growth rate",
            growth("nil = \"zero\""),
            &["nil is not used by a printed number"],
        ),
        (
            "a publication beside a growth rate",
            growth("published = 2021-05-01, evidence = \"page 2\""),
            &["published is not used by a growth rate"],
        ),
        (
            "a direction of a share",
            Folder::sentence(
                "{ text = \"5.0%\", direction = \"up\", share = { metric = \"operating_income\", of = \"revenue\", period = \"2Q2021\" } }",
            ),
            &["direction is not used by a share"],
        ),
        (
            "a direction of a fact",
            Folder::sentence(
                "{ text = \"5.0%\", direction = \"up\", metric = \"margin\", period = \"2Q2021\" }",
            ),
            &["direction is not used by a fact"],
        ),
        (
            "a second scenario of a revision",
            Folder::sentence(
                "{ text = \"JPY0.2 billion\", scenario = \"plan\", revision = { metric = \"revenue\", period = \"FY2021\", scenario = \"target\", from = 2021-05-01, to = 2021-08-10 } }",
            ),
            &["scenario is not used by a revision"],
        ),
        (
            "a unit of a translation of money",
            Folder::sentence(
                "{ text = \"$11.3 million\", unit = \"USD\", translation = { metric = \"revenue\", period = \"2Q2021\", currency = \"USD\", rate = \"110.25\" } }",
            ),
            &["unit is not used by a translation of money"],
        ),
        (
            "decimals of words",
            words("decimals = -6"),
            &["p1!1", "decimals is not used by a qualitative figure"],
        ),
        (
            "a bound of words",
            words("bound = \"at_least\""),
            &["bound is not used by a qualitative figure"],
        ),
        (
            "a range of words",
            words("range = true"),
            &["range is not used by a qualitative figure"],
        ),
        (
            "approximate words",
            words("approximate = true"),
            &["approximate is not used by a qualitative figure"],
        ),
        (
            "a direction of words",
            words("direction = \"up\""),
            &["direction is not used by a qualitative figure"],
        ),
        (
            "a scale of words",
            words("scale = \"ones\""),
            &["scale is not used by a qualitative figure"],
        ),
        (
            "a unit of an unplaced figure",
            unplaced("unit = \"JPY\""),
            &["p1!1", "unit is not used by an unplaced figure"],
        ),
        (
            "a range of an unplaced figure",
            unplaced("range = true"),
            &["range is not used by an unplaced figure"],
        ),
    ]
}

/// Blank and invisible words, blank lines, ids.
#[allow(clippy::too_many_lines, reason = "a table of cases")]
fn words() -> Vec<Case> {
    let manifest = |from: &str, to: &str| Folder::good().edit("manifest.toml", from, to);
    let csv = "\"\",2Q2021,2Q2020,YoY\nRevenue:,,,\nRevenue,\"1,250\",\"1,000\",\"25.0%\"\nOperating loss,12,(30),\"a\n\nremark\"\n\nStores,140,120,\n";
    vec![
        (
            "a blank title",
            manifest("\"Second quarter of 2021\"", "\" \""),
            &["minato-2021-q2: the title is blank"],
        ),
        (
            "a blank issuer",
            manifest("issuer = \"Minato Foods KK\"", "issuer = \"\""),
            &["the issuer is blank"],
        ),
        (
            "a blank table title",
            manifest("\"Results (JPY millions)\"", "\"\""),
            &["t1: the table's title is blank"],
        ),
        (
            "a blank place",
            manifest("place = \"page 1\"\n", "place = \"\"\n"),
            &["t1: the table's place is blank"],
        ),
        (
            "a blank place of a sentence",
            manifest("\"page 1, first sentence\"", "\"\""),
            &["p1: the sentence's place is blank"],
        ),
        (
            "a blank reason",
            Folder::sentence("{ text = \"5\", unplaced = \"\" }"),
            &["p1!1: the reason for unplaced is blank"],
        ),
        (
            "a blank reason of a column",
            Folder::third_column("unplaced = \" \""),
            &["t1, column \"YoY\": the reason for unplaced is blank"],
        ),
        (
            "blank words",
            Folder::sentence(
                "{ qualitative = \"\", unit = \"JPY\", metric = \"revenue\", period = \"2Q2021\" }",
            ),
            &["p1!1: a qualitative figure is blank"],
        ),
        (
            "blank evidence",
            manifest(
                "head = \"2Q2020\", ",
                "head = \"2Q2020\", published = 2020-08-10, evidence = \" \", ",
            ),
            &["column \"2Q2020\": the evidence is blank"],
        ),
        (
            "a title with a terminal's escape",
            manifest("\"Second quarter of 2021\"", "\"Second \\u001b[2Jquarter\""),
            &["the title has the invisible character U+001B"],
        ),
        (
            "a label that turns the direction of writing",
            Folder::good()
                .edit(
                    "manifest.toml",
                    "label = \"Stores\"",
                    "label = \"\\u202eStores\"",
                )
                .edit("results.tsv", "Stores\t140", "\u{202e}Stores\t140"),
            &["row \"\\u{202e}Stores\": the label has the invisible character U+202E"],
        ),
        (
            "a label in the table that turns the direction of writing",
            Folder::good().edit("results.tsv", "Stores\t140", "Stores\u{2069}\t140"),
            &["(line 5): the label has the invisible character U+2069"],
        ),
        (
            "a heading with a mark of direction",
            Folder::good().edit("results.tsv", "\t2Q2020\t", "\t2Q2020\u{200f}\t"),
            &["the heading has the invisible character U+200F"],
        ),
        (
            "a figure with a mark of direction",
            Folder::good().edit("results.tsv", "1,000", "1,000\u{200f}"),
            &[
                "row \"Revenue\" (line 3), column \"2Q2020\"",
                "unexpected character",
            ],
        ),
        (
            "an id of a table with an exclamation mark",
            manifest("id = \"t1\"", "id = \"t!1\""),
            &["\"t!1\" is not an id of a table or sentence"],
        ),
        (
            "an empty id of a sentence",
            manifest("id = \"p1\"", "id = \"\""),
            &["\"\" is not an id of a table or sentence"],
        ),
        (
            "an id of 33 letters",
            manifest("id = \"p1\"", "id = \"ppppppppppppppppppppppppppppppppp\""),
            &["is not an id of a table or sentence: 1 to 32"],
        ),
        (
            "a blank line",
            Folder::good().edit("results.tsv", "Operating loss\t", "\nOperating loss\t"),
            &["t1: line 4 is blank; a table has no blank lines"],
        ),
        (
            "a blank line at the beginning",
            Folder::good().edit("results.tsv", "\t2Q2021", "\n\t2Q2021"),
            &["t1: line 1 is blank"],
        ),
        (
            "a blank line at the end",
            Folder::good().edit("results.tsv", "120\t16.7%\n", "120\t16.7%\n\n"),
            &["t1: line 6 is blank"],
        ),
        (
            "a blank line after a cell of several lines",
            manifest("results.tsv", "results.csv")
                .rename("results.tsv", "results.csv")
                .write("results.csv", csv.as_bytes()),
            &["t1: line 7 is blank"],
        ),
        (
            "a bad figure after a cell of several lines",
            Folder::third_column("text = true")
                .edit("manifest.toml", "results.tsv", "results.csv")
                .rename("results.tsv", "results.csv")
                .write(
                    "results.csv",
                    csv.replace("\n\nStores,140", "\nStores,14O").as_bytes(),
                ),
            &["row \"Stores\" (line 7), column \"2Q2021\", text \"14O\""],
        ),
    ]
}

fn all_cases() -> impl Iterator<Item = Case> {
    [cases(), contradictions(), unused_keys(), words()]
        .into_iter()
        .flatten()
}

#[test]
fn every_bad_release_is_refused_with_its_place() {
    for (name, folder, parts) in all_cases() {
        let below = tempfile::tempdir().unwrap();
        let error = Release::read(folder.place(below.path())).expect_err(name);
        let message = error.to_string();
        for part in parts {
            assert!(message.contains(part), "{name}: {message:?} lacks {part:?}");
        }
    }
}

#[test]
fn the_good_release_is_read() {
    let below = tempfile::tempdir().unwrap();
    let release = Release::read(Folder::good().place(below.path())).unwrap();
    // Three rows of three cells, and two figures of running text.
    assert_eq!(release.figures().len(), 11);
}

/// Two cells of one document say different things about one fact.
fn contradictory() -> Folder {
    Folder::good().edit("manifest.toml", "JPY 1,250 million", "JPY 1,252 million")
}

#[test]
fn contradictory_cells_are_refused_in_strict_mode_with_both_cells() {
    let below = tempfile::tempdir().unwrap();
    let release = Release::read(contradictory().place(below.path())).unwrap();
    let message = release.strict().unwrap_err().to_string();
    for part in [
        "minato-2021-q2",
        "p1!1",
        "JPY 1,252 million",
        "t1!R3C2",
        "1,250",
        "minato revenue",
    ] {
        assert!(message.contains(part), "{message:?} lacks {part:?}");
    }
    let good = Release::read(Folder::good().place(below.path())).unwrap();
    assert!(good.strict().is_ok());
}

#[test]
fn contradictory_cells_otherwise_load_as_conflicting_with_their_candidates() {
    let below = tempfile::tempdir().unwrap();
    let release = Release::read(contradictory().place(below.path())).unwrap();
    let db = Database::temporary().unwrap();
    db.ingest(&release).unwrap();
    let series = db.series("minato", "revenue").unwrap();
    let point = series.at("2Q2021").unwrap().unwrap();
    assert!(point.is_conflicting());
    assert_eq!(
        point.figure().to_string(),
        "1,250 million",
        "a table outranks running text"
    );
    let candidates: Vec<String> = db
        .candidates(&point)
        .unwrap()
        .iter()
        .map(|candidate| candidate.figure.to_string())
        .collect();
    assert_eq!(candidates, ["1,250 million", "1,252 million"]);
}

#[test]
fn a_refused_release_leaves_the_database_as_it_was() {
    let below = tempfile::tempdir().unwrap();
    let db = Database::temporary().unwrap();
    db.ingest(&Release::read(Folder::good().place(below.path())).unwrap())
        .unwrap();
    let before = contents(&db);
    assert!(!before.is_empty());
    // What cannot be read never reaches a database; what can is refused there for what the database knows: a
    // document of the same id with other content.
    let changed = Folder::good().edit("results.tsv", "140", "141");
    let release = Release::read(changed.place(below.path())).unwrap();
    let message = db.ingest(&release).unwrap_err().to_string();
    assert!(message.contains("minato-2021-q2"), "{message}");
    // A metric whose meaning differs from what is stored.
    let changed = Folder::good()
        .edit("manifest.toml", "minato-2021-q2", "minato-2021-q2b")
        .edit(
            "metrics.toml",
            "positive = \"revenue\"",
            "positive = \"sales\"",
        );
    let release = Release::read(changed.place(below.path())).unwrap();
    let message = db.ingest(&release).unwrap_err().to_string();
    assert!(message.contains("revenue"), "{message}");
    assert_eq!(contents(&db), before);
}

/// All that can be read of a database.
fn contents(db: &Database) -> Vec<String> {
    let mut all = vec![format!(
        "{} {:?} {:?}",
        db.last_commit(),
        db.companies(),
        db.metrics()
    )];
    for document in db.documents().unwrap() {
        let (cells, checks) = (
            db.cells(document.id.as_str()),
            db.checks(document.id.as_str()),
        );
        all.push(format!(
            "{document:?} {:?} {:?}",
            cells.unwrap(),
            checks.unwrap()
        ));
    }
    for company in db.companies() {
        for series in db.series_list(company.id.as_str()).unwrap() {
            let query = db.series_of(&series).unwrap();
            for point in query.all().unwrap().points() {
                all.push(format!("{point:?} {:?}", db.observations(point).unwrap()));
            }
        }
    }
    all
}

/// A release whose file is no file, or stands elsewhere; a pipe would never end.
#[cfg(unix)]
#[test]
fn what_is_not_a_file_of_the_folder_is_not_opened() {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    let refusal = |file: &str, put: &dyn Fn(&std::path::Path)| {
        let below = tempfile::tempdir().unwrap();
        let folder = Folder::good().place(below.path());
        let path = folder.join(file);
        std::fs::rename(&path, below.path().join("elsewhere")).unwrap();
        put(&path);
        Release::read(folder).map_err(|error| error.to_string())
    };
    for file in ["results.tsv", "manifest.toml", "company.toml"] {
        let error = refusal(file, &|path| std::fs::create_dir(path).unwrap()).unwrap_err();
        assert!(
            error.contains(&format!("{file} is not a regular file")),
            "{error}"
        );
        let error = refusal(file, &|path| {
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        })
        .unwrap_err();
        assert!(
            error.contains(&format!("{file} is not a regular file")),
            "{error}"
        );
        let error = refusal(file, &|path| symlink("../elsewhere", path).unwrap()).unwrap_err();
        assert!(
            error.contains(&format!("{file} is a link that leads out of its folder")),
            "{error}"
        );
    }
    // A link inside the folder is the folder's own; company and metrics may stand in its parent.
    let inside = refusal("results.tsv", &|path| {
        std::fs::write(path.with_file_name("real.tsv"), common::RESULTS).unwrap();
        symlink("real.tsv", path).unwrap();
    });
    assert!(inside.is_ok(), "{inside:?}");
    let parent = refusal("company.toml", &|path| {
        let parent = path.parent().unwrap().parent().unwrap();
        std::fs::rename(parent.join("elsewhere"), parent.join("company.toml")).unwrap();
    });
    assert!(parent.is_ok(), "{parent:?}");
}

/// Twenty thousand rows, and as many shares of one of them: time grows with the rows, not with their square.
#[test]
fn a_long_table_is_read() {
    let rows = 20_000;
    let (mut manifest, mut file) = (String::new(), String::from("\t2Q2021\t2Q2020\tYoY\n"));
    for row in 0..rows {
        writeln!(
            manifest,
            "{{ label = \"Row {row}\", metric = \"revenue\", scope = {{ row = \"r{row}\" }} }},"
        )
        .unwrap();
        writeln!(file, "Row {row}\t1\t1\t100.0%").unwrap();
    }
    let (before, _) = common::MANIFEST.split_once("rows = [").unwrap();
    let share = "share = { of = \"2Q2021\", row = \"Row 9999\" }";
    let before = before.replace("growth = { of = \"2Q2021\", over = \"2Q2020\" }", share);
    let folder = Folder::good()
        .write(
            "manifest.toml",
            format!("{before}rows = [\n{manifest}]\n").as_bytes(),
        )
        .write("results.tsv", file.as_bytes());
    let below = tempfile::tempdir().unwrap();
    let folder = folder.place(below.path());
    assert_eq!(Release::read(folder).unwrap().figures().len(), 3 * rows);
}
