//! What a manifest can say of a figure, each in a small release: the figure that is read is worked out by hand.

mod common;

use common::Folder;
use kessan::{Claim, Release, Role};

/// The figures of a release, each as `address: what it is`.
fn read(folder: &Folder) -> Vec<String> {
    let below = tempfile::tempdir().unwrap();
    let release = Release::read(folder.place(below.path())).unwrap();
    release
        .figures()
        .iter()
        .map(|printed| {
            let role = match &printed.role {
                Role::Fact {
                    fact,
                    figure,
                    published,
                } => {
                    let on = if *published == release.document().published {
                        String::new()
                    } else {
                        format!(" published {published}")
                    };
                    format!("{fact} = {figure}{on}")
                }
                Role::Check { claim, figure } => format!("{} = {figure}", claimed(claim)),
                Role::Unplaced(reason) => format!("unplaced: {reason}"),
            };
            format!("{}: {role}", printed.cell.address)
        })
        .collect()
}

fn claimed(claim: &Claim) -> String {
    match claim {
        Claim::Growth { of, over } => format!("growth of {of} over {over}"),
        Claim::Difference { of, over } => format!("{of} minus {over}"),
        Claim::Share { part, whole } => format!("share of {part} in {whole}"),
        Claim::Translation { of, into, rate } => format!("{of} in {into} at {rate}"),
        Claim::Revision { of, from, to } => format!("{of} from {from} to {to}"),
    }
}

/// The good release with its one table replaced, and no running text.
fn table(columns: &str, rows: &str, file: &str) -> Folder {
    let manifest = format!(
        r#"format = 1
[document]
id = "minato-2021-q2"
title = "Second quarter of 2021"
issuer = "Minato Foods KK"
kind = "results"
published = 2021-08-10
rounding = "nearest"
[[table]]
id = "t1"
title = "Results"
place = "page 1"
rank = "table"
file = "results.tsv"
header_rows = 1
unit = "JPY"
scale = "millions"
columns = [{columns}]
rows = [{rows}]
"#
    );
    Folder::good()
        .write("manifest.toml", manifest.as_bytes())
        .write("results.tsv", file.as_bytes())
}

/// The good release with other figures in its running text, and only those.
fn prose(figures: &str) -> Vec<String> {
    let folder = Folder::good();
    let manifest = common::MANIFEST;
    let at = manifest.find("[[prose]]").unwrap();
    let manifest = format!(
        "{}[[prose]]\nid = \"p1\"\nplace = \"page 1\"\nfigures = [{figures}]\n",
        &manifest[..at]
    );
    let all = read(&folder.write("manifest.toml", manifest.as_bytes()));
    all.into_iter()
        .filter(|line| line.starts_with("p1!"))
        .collect()
}

const Q2: &str = "2021-04-01..2021-06-30";
const Q2_BEFORE: &str = "2020-04-01..2020-06-30";

#[test]
fn the_good_release() {
    assert_eq!(
        read(&Folder::good()),
        [
            format!("t1!R3C2: minato revenue, JPY {Q2} = 1,250 million"),
            format!("t1!R3C3: minato revenue, JPY {Q2_BEFORE} = 1,000 million"),
            format!("t1!R3C4: growth of revenue {Q2} over revenue {Q2_BEFORE} = 25.0"),
            // The row is labelled as a loss: a printed 12 is a loss, a printed (30) a profit.
            format!("t1!R4C2: minato operating_income, JPY {Q2} = -12 million"),
            format!("t1!R4C3: minato operating_income, JPY {Q2_BEFORE} = 30 million"),
            format!(
                "t1!R4C4: growth of operating_income {Q2} over operating_income {Q2_BEFORE} = n/a"
            ),
            // A stock in a column of quarters stands at their ends.
            "t1!R5C2: minato stores, stores 2021-06-30 = 140".into(),
            "t1!R5C3: minato stores, stores 2020-06-30 = 120".into(),
            "t1!R5C4: growth of stores 2021-06-30 over stores 2020-06-30 = 16.7".into(),
            format!("p1!1: minato revenue, JPY {Q2} = 1,250 million"),
            format!("p1!2: growth of revenue {Q2} over revenue {Q2_BEFORE} = 25.0"),
        ]
    );
}

#[test]
fn shares_changes_and_translations() {
    let folder = table(
        r#"{ head = "2Q", period = "2Q2021" }, { head = "%", share = { of = "2Q", row = "Revenue" } },
           { head = "of the half", share = { of = "revenue", period = "1H2021" } },
           { head = "1Q", period = "1Q2021" }, { head = "Change", change = { of = "2Q", over = "1Q" } },
           { head = "USD", translation = { of = "2Q", currency = "USD", rate = "110.25" } }"#,
        r#"{ label = "Revenue", metric = "revenue" }, { label = "Operating loss", metric = "operating_income", positive = "loss" }"#,
        "\t2Q\t%\tof the half\t1Q\tChange\tUSD\nRevenue\t1,250\t100.0\t52.1\t1,150\t100\t11.3\nOperating loss\t12\t1.0\t\t10\t2\t0.1\n",
    );
    assert_eq!(
        read(&folder),
        [
            format!("t1!R2C2: minato revenue, JPY {Q2} = 1,250 million"),
            format!("t1!R2C3: share of revenue {Q2} in revenue {Q2} = 100.0"),
            // Q2 over the half year: both named by metric and period.
            "t1!R2C4: share of revenue 2021-01-01..2021-06-30 in revenue 2021-01-01..2021-06-30 = 52.1".into(),
            "t1!R2C5: minato revenue, JPY 2021-01-01..2021-03-31 = 1,150 million".into(),
            format!("t1!R2C6: revenue {Q2} minus revenue 2021-01-01..2021-03-31 = 100 million"),
            format!("t1!R2C7: revenue {Q2} in USD at 110.25 = 11.3 million"),
            format!("t1!R3C2: minato operating_income, JPY {Q2} = -12 million"),
            format!("t1!R3C3: share of operating_income {Q2} in revenue {Q2} = 1.0"),
            "t1!R3C5: minato operating_income, JPY 2021-01-01..2021-03-31 = -10 million".into(),
            // Differences and translations are turned with their row.
            format!("t1!R3C6: operating_income {Q2} minus operating_income 2021-01-01..2021-03-31 = -2 million"),
            format!("t1!R3C7: operating_income {Q2} in USD at 110.25 = -0.1 million"),
        ]
    );
}

#[test]
fn several_figures_in_a_cell() {
    let folder = table(
        r#"{ head = "2Q", period = "2Q2021", percent = { share = { row = "Revenue" } } },
           { head = "YoY", figures = [{ growth = { period = "1H2021", base = "1H2020" } }, { growth = { period = "2Q2021", base = "2Q2020" } }] }"#,
        r#"{ label = "Revenue", metric = "revenue" }, { label = "Operating income", metric = "operating_income" }"#,
        "\t2Q\tYoY\nRevenue\t1,250\t<For 6 months> 7.8% <For 3 months> 11.7%\nOperating income\t<i>(1.0%)</i> (12)\t\n",
    );
    assert_eq!(
        read(&folder),
        [
            format!("t1!R2C2: minato revenue, JPY {Q2} = 1,250 million"),
            "t1!R2C3: growth of revenue 2021-01-01..2021-06-30 over revenue 2020-01-01..2020-06-30 = 7.8".into(),
            format!("t1!R2C3: growth of revenue {Q2} over revenue {Q2_BEFORE} = 11.7"),
            format!("t1!R3C2: share of operating_income {Q2} in revenue {Q2} = -1.0"),
            format!("t1!R3C2: minato operating_income, JPY {Q2} = -12 million"),
        ]
    );
}

#[test]
fn rows_and_cells_win_over_columns() {
    let folder = table(
        r#"{ head = "target", period = "FY2021", scenario = "target", scope = { area = "west" }, published = 2021-05-01, evidence = "page 2 dates it" },
           { head = "new", period = "FY2021", scenario = "target", unplaced = "two roles" }"#,
        r#"{ label = "Revenue", metric = "revenue", scope = { channel = "web" } }"#,
        "\ttarget\tnew\nRevenue\t5,000\t5,100\n",
    );
    let below = tempfile::tempdir().unwrap();
    let refused = Release::read(folder.place(below.path()))
        .unwrap_err()
        .to_string();
    assert!(refused.contains("exactly one role"), "{refused}");

    let folder = table(
        r#"{ head = "target", period = "FY2021", scenario = "target", scope = { area = "west" }, published = 2021-05-01, evidence = "page 2 dates it" },
           { id = "lost", head = "?", unplaced = "no heading is printed" }"#,
        r#"{ label = "Revenue", metric = "revenue", scope = { channel = "web" } },
           { label = "Exact", metric = "revenue", scenario = "plan", decimals = "exact", scale = "ones", scope = { area = "east" } },
           { label = "Unknown", metric = "revenue", decimals = "unknown" },
           { label = "Coarse", metric = "revenue", decimals = -8, cells = { target = { period = "1Q2021", scenario = "actual" } } },
           { label = "At start", metric = "stores", unit = "stores", scale = "ones", at = "start" },
           { label = "Nothing", metric = "revenue", nil = "none" }"#,
        "\ttarget\t?\nRevenue\t5,000\t12\nExact\t5\t\nUnknown\t7\t\nCoarse\t1,250\t\nAt start\t100\t\nNothing\t-\t\n",
    );
    let year = "2021-01-01..2021-12-31";
    let then = " published 2021-05-01";
    assert_eq!(
        read(&folder),
        [
            format!(
                "t1!R2C2: minato revenue[area=west,channel=web] (target), JPY {year} = 5,000 million{then}"
            ),
            "t1!R2C3: unplaced: no heading is printed".into(),
            format!("t1!R3C2: minato revenue[area=east] (plan), JPY {year} = 5{then}"),
            format!("t1!R4C2: minato revenue[area=west] (target), JPY {year} = 7,000,000{then}"),
            format!(
                "t1!R5C2: minato revenue[area=west], JPY 2021-01-01..2021-03-31 = 1.25 billion{then}"
            ),
            format!("t1!R6C2: minato stores[area=west] (target), stores 2020-12-31 = 100{then}"),
            format!("t1!R7C2: minato revenue[area=west] (target), JPY {year} = none{then}"),
        ]
    );
}

#[test]
fn figures_in_running_text() {
    let lines = prose(
        r#"{ text = "¥1,250 million", metric = "revenue", period = "2Q2021" },
           { text = "approx. 140", metric = "stores", unit = "stores", scale = "ones", period = "2Q2021" },
           { text = "more than 5 billion", unit = "JPY", metric = "revenue", period = "FY2021", scenario = "target" },
           { text = "5,100", unit = "JPY", scale = "millions", bound = "at_most", metric = "revenue", period = "FY2021", scenario = "target" },
           { text = "12", unit = "JPY", scale = "millions", positive = "loss", bound = "at_least", metric = "operating_income", period = "2Q2021" },
           { text = "100-120", range = true, unit = "stores", scale = "ones", metric = "stores", period = "2021-12-31", scenario = "plan" },
           { qualitative = "break-even", unit = "JPY", metric = "operating_income", period = "3Q2021", scenario = "target" },
           { text = "2.5%", direction = "down", growth = { metric = "revenue", scope = { area = "west" }, period = "2Q2021", base = "1Q2021" } },
           { text = "JPY 40 million", direction = "decrease", change = { metric = "revenue", period = "2Q2021", base = "1Q2021" } },
           { text = "1.0%", share = { metric = "operating_income", of = "revenue", period = "2Q2021" } },
           { text = "$ 11.3 million", translation = { metric = "revenue", period = "2Q2021", currency = "USD", rate = "110.25" } },
           { text = "JPY0.2 billion", direction = "up", revision = { metric = "revenue", period = "FY2021", scenario = "target", from = 2021-05-01, to = 2021-08-10 } },
           { text = "77", unplaced = "the sentence breaks off" }"#,
    );
    let year = "2021-01-01..2021-12-31";
    assert_eq!(
        lines,
        [
            format!("p1!1: minato revenue, JPY {Q2} = 1,250 million"),
            "p1!2: minato stores, stores 2021-06-30 = approx. 140".into(),
            format!("p1!3: minato revenue (target), JPY {year} = more than 5 billion"),
            format!("p1!4: minato revenue (target), JPY {year} = up to 5,100 million"),
            // A loss of at least 12 is an income of at most -12.
            format!("p1!5: minato operating_income, JPY {Q2} = up to -12 million"),
            "p1!6: minato stores (plan), stores 2021-12-31 = 100 to 120".into(),
            "p1!7: minato operating_income (target), JPY 2021-07-01..2021-09-30 = break-even"
                .into(),
            format!(
                "p1!8: growth of revenue[area=west] {Q2} over revenue[area=west] 2021-01-01..2021-03-31 = -2.5"
            ),
            format!("p1!9: revenue {Q2} minus revenue 2021-01-01..2021-03-31 = -40 million"),
            format!("p1!10: share of operating_income {Q2} in revenue {Q2} = 1.0"),
            format!("p1!11: revenue {Q2} in USD at 110.25 = 11.3 million"),
            format!("p1!12: revenue (target) {year} from 2021-05-01 to 2021-08-10 = 0.2 billion"),
            "p1!13: unplaced: the sentence breaks off".into(),
        ]
    );
}

#[test]
fn commas_and_decimal_commas() {
    let folder = Folder::good()
        .edit(
            "manifest.toml",
            "header_rows = 1",
            "header_rows = 1\ndecimal_comma = true",
        )
        .edit(
            "results.tsv",
            "1,250\t1,000\t25.0%",
            "1.250,5\t1.000,0\t25,0%",
        )
        .edit("results.tsv", "16.7%", "16,7%");
    assert!(
        read(&folder)[0].ends_with("= 1,250.5 million"),
        "{:?}",
        read(&folder)
    );
    let comma = common::RESULTS
        .replace("1,250", "\"1,250\"")
        .replace("1,000", "\"1,000\"")
        .replace('\t', ",");
    let folder = Folder::good().edit("manifest.toml", "results.tsv", "results.csv");
    let folder = folder
        .rename("results.tsv", "results.csv")
        .write("results.csv", comma.as_bytes());
    assert_eq!(read(&folder), read(&Folder::good()));
}

#[test]
fn a_truncating_source_is_known_by_its_intervals() {
    let folder = Folder::good().edit(
        "manifest.toml",
        "rounding = \"nearest\"",
        "rounding = \"truncated\"",
    );
    let below = tempfile::tempdir().unwrap();
    let release = Release::read(folder.place(below.path())).unwrap();
    let Role::Fact { figure, .. } = &release.figures()[0].role else {
        panic!("a fact");
    };
    let interval = figure.amount().unwrap().interval().unwrap();
    assert_eq!(interval.to_string(), "[1250000000, 1251000000)");
}

#[test]
fn spanning_headings_are_joined() {
    let folder = table(
        r#"{ head = "Quarter / 2021", period = "2Q2021" }, { head = "Quarter / 2020", period = "2Q2020" }, { head = "Change", text = true }"#,
        r#"{ label = "Revenue", metric = "revenue" }"#,
        "\tQuarter\t\tChange\nJPY\t2021\t2020\t\nRevenue\t1,250\t1,000\tup by a quarter\n",
    )
    .edit("manifest.toml", "header_rows = 1", "header_rows = 2");
    assert_eq!(read(&folder).len(), 2, "words are no figures");
}

#[test]
fn a_decrease_turns_bounds_and_ranges() {
    let change = "change = { metric = \"stores\", period = \"2Q2021\", base = \"1Q2021\" }, unit = \"stores\", scale = \"ones\"";
    let growth = "growth = { metric = \"revenue\", period = \"2Q2021\", base = \"1Q2021\" }";
    let margin = "change = { metric = \"margin\", period = \"2Q2021\", base = \"1Q2021\" }";
    let lines = prose(&format!(
        r#"{{ text = "over 50", direction = "decrease", {change} }},
           {{ text = "50", bound = "more_than", direction = "decrease", {change} }},
           {{ text = "over 50", direction = "increase", {change} }},
           {{ text = "at least 50", direction = "down", {change} }},
           {{ text = "under 50", direction = "down", {change} }},
           {{ text = "up to 30%", direction = "decrease", {growth} }},
           {{ text = "10-12%", range = true, direction = "decrease", {growth} }},
           {{ text = "10-12%", range = true, direction = "up", {growth} }},
           {{ text = "about 30%", direction = "decrease", {growth} }},
           {{ text = "0.2 points", direction = "down", {margin} }},
           {{ text = "0.2 points", direction = "down", positive = "loss", {margin} }},
           {{ text = "10-12%", range = true, positive = "loss", metric = "margin", period = "2Q2021" }}"#
    ));
    let figures: Vec<&str> = lines
        .iter()
        .map(|line| line.split_once(" = ").unwrap().1)
        .collect();
    assert_eq!(
        figures,
        [
            "less than -50",
            "less than -50",
            "more than 50",
            "up to -50",
            "more than -50",
            "at least -30",
            "-12 to -10",
            "10 to 12",
            "approx. -30",
            "-0.2",
            // A loss that became smaller by 0.2 points is a margin that became greater.
            "0.2",
            "-12 to -10",
        ]
    );
}

#[test]
fn personnel_of_the_bundled_deck_decreased_by_more_than_fifty() {
    let release = Release::read("data/iij/2009-02-12-3q08-results").unwrap();
    let figure = |address: &str| {
        let mut found = release.figures().iter();
        let printed = found.find(|printed| printed.cell.address == address);
        match &printed.unwrap().role {
            Role::Check { claim, figure } => (claimed(claim), figure.to_string()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(figure("p44!3").1, "less than -50");
    // The shares of II-9 are of the revenue of the nine months, whatever the columns beside them.
    let nine = "2008-04-01..2008-12-31";
    assert_eq!(
        figure("t3!R3C2"),
        (
            format!("share of revenue.connectivity_services.home {nine} in revenue {nine}"),
            "9.6".into()
        )
    );
}

#[test]
fn per_share_figures_are_translated_per_share() {
    let columns = r#"{ head = "2Q", period = "2Q2021" },
        { head = "USD", translation = { of = "2Q", currency = "USD", rate = "110.25" } }"#;
    let file = "\t2Q\tUSD\nIncome per share\t22.05\t0.20\n";
    let row = r#"{ label = "Income per share", metric = "income_per_share" }"#;
    let by_table = table(columns, row, file)
        .edit("manifest.toml", "unit = \"JPY\"", "unit = \"JPY/share\"")
        .edit("manifest.toml", "scale = \"millions\"", "scale = \"ones\"");
    let row = r#"{ label = "Income per share", metric = "income_per_share", unit = "JPY/share", scale = "ones" }"#;
    let by_row = table(columns, row, file);
    let expected = [
        format!("t1!R2C2: minato income_per_share, JPY/share {Q2} = 22.05"),
        format!("t1!R2C3: income_per_share {Q2} in USD at 110.25 = 0.20"),
    ];
    assert_eq!(read(&by_table), expected);
    assert_eq!(read(&by_row), expected);
    // In running text the figure's own unit is that of the original.
    let lines = prose(
        r#"{ text = "$0.20", unit = "JPY/share", scale = "ones", translation = { metric = "income_per_share", period = "2Q2021", currency = "USD", rate = "110.25" } }"#,
    );
    assert_eq!(
        lines,
        [format!(
            "p1!1: income_per_share {Q2} in USD at 110.25 = 0.20"
        )]
    );
}

#[test]
fn one_period_in_two_currencies_is_two_facts() {
    let folder = table(
        r#"{ head = "JPY", period = "2Q2021" }, { head = "USD", period = "2Q2021", unit = "USD", scale = "thousands" }"#,
        r#"{ label = "Revenue", metric = "revenue" }"#,
        "\tJPY\tUSD\nRevenue\t1,250\t11,338\n",
    );
    assert_eq!(
        read(&folder),
        [
            format!("t1!R2C2: minato revenue, JPY {Q2} = 1,250 million"),
            format!("t1!R2C3: minato revenue, USD {Q2} = 11,338 thousand"),
        ]
    );
}

#[test]
fn the_facts_in_one_cell_have_their_own_periods() {
    let folder = table(
        r#"{ head = "Half / quarter", figures = [{ period = "1H2021" }, { period = "2Q2021" }] },
           { head = "Growth", growth = { period = "1H2021", base = "1H2020" }, scope = { area = "west" }, scenario = "plan" }"#,
        r#"{ label = "Revenue", metric = "revenue", cells = { Growth = { decimals = 0 } } }"#,
        "\tHalf / quarter\tGrowth\nRevenue\t<b>2,400</b> 1,250\t7.8%\n",
    );
    let (half, before) = ("2021-01-01..2021-06-30", "2020-01-01..2020-06-30");
    assert_eq!(
        read(&folder),
        [
            format!("t1!R2C2: minato revenue, JPY {half} = 2,400 million"),
            format!("t1!R2C2: minato revenue, JPY {Q2} = 1,250 million"),
            format!(
                "t1!R2C3: growth of revenue[area=west] (plan) {half} over revenue[area=west] (plan) {before} = 7.8"
            ),
        ]
    );
}

#[test]
fn lines_are_those_of_the_file_after_cells_of_several_lines() {
    let file = "\"\",2Q2021,2Q2020,YoY\nRevenue:,,,\nRevenue,\"1,250\",\"1,000\",\"up\n\nagain\"\nOperating loss,12,(30),\nStores,140,120,";
    let folder = Folder::third_column("text = true")
        .edit("manifest.toml", "results.tsv", "results.csv")
        .rename("results.tsv", "results.csv")
        .write("results.csv", file.as_bytes());
    let lines = read(&folder);
    for address in ["t1!R3C2: ", "t1!R6C2: ", "t1!R7C3: "] {
        assert!(
            lines.iter().any(|line| line.starts_with(address)),
            "{address}: {lines:?}"
        );
    }
}
