//! Blank and invisible words, blank lines, ids.

use super::Case;
use crate::common::Folder;

#[allow(clippy::too_many_lines, reason = "a table of cases")]
pub(crate) fn cases() -> Vec<Case> {
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
