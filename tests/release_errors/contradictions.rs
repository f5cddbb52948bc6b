//! Ranges, bounds, directions, points, and what compares or translates a figure with itself.

use super::Case;
use crate::common::Folder;

#[allow(clippy::too_many_lines, reason = "a table of cases")]
pub(crate) fn cases() -> Vec<Case> {
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
