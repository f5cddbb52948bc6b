//! Labels, columns, units, periods, numbers, files: one thing spoilt at a time.

use super::Case;
use crate::common::Folder;

#[allow(clippy::too_many_lines, reason = "a table of cases")]
pub(crate) fn cases() -> Vec<Case> {
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
            good().edit("metrics.toml", "equals = \"revenue\"", "equals = \"revenue + stores\""),
            &["metrics.toml: the identity \"operating_income = revenue + stores\": revenue (flow of money) + stores (stock of count) means nothing"],
        ),
        (
            "an identity of a flow and a ratio",
            good().edit("metrics.toml", "equals = \"revenue\"", "equals = \"revenue / revenue\""),
            &["metrics.toml: the identity \"operating_income = revenue / revenue\": a flow of money equals a ratio of pure"],
        ),
        (
            "an identity that cannot be read",
            good().edit("metrics.toml", "equals = \"revenue\"", "equals = \"revenue + \""),
            &["metrics.toml: the identity \"operating_income = revenue + \": expected a metric", "at byte 10, found the end"],
        ),
        (
            "an identity with a metric nobody defined",
            good().edit("metrics.toml", "equals = \"revenue\"", "equals = \"sales\""),
            &["metrics.toml: the identity \"operating_income = sales\": the metric sales is not defined"],
        ),
        (
            "a split of nothing",
            good().edit("company.toml", "[[calendar]]", "[[split]]\ndate = 2014-06-09\nnew = 7\nold = 0\n\n[[calendar]]"),
            &["company.toml: 7 new shares for 0 old ones are no split"],
        ),
        (
            "two splits on one day",
            good().edit("company.toml", "[[calendar]]", "[[split]]\ndate = 2014-06-09\nnew = 7\nold = 1\n\n[[split]]\ndate = 2014-06-09\nnew = 2\nold = 1\n\n[[calendar]]"),
            &["company.toml: split \"2014-06-09\" is declared twice"],
        ),
        (
            "a label longer than is kept",
            Folder::good()
                .edit("results.tsv", "Stores\t140", &format!("{}\t140", "Stores".repeat(200)))
                .edit("manifest.toml", "label = \"Stores\"", &format!("label = \"{}\"", "Stores".repeat(200))),
            &["row \"StoresStores", "the label has 1200 bytes, at most 1000 are kept"],
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
            "an identity with itself on the right",
            good().edit("metrics.toml", "equals = \"revenue\"", "equals = \"revenue + operating_income\""),
            &["metrics.toml: the identity \"operating_income = revenue + operating_income\": it has its own left side on the right"],
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
