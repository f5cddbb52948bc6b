//! What the audit says of the bundled documents. What is expected was found by reading and recomputing them by hand;
//! how many cells a naive recomputation would flag is counted here anew, from the table files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kessan::{
    Audit, Basis, CauseKind, Claim, Class, Database, Finding, GrowthConvention, Relation, Release,
};

const Q1_2003: &str = "2003-08-13-1q03-results";
const NTT_2003: &str = "2003-09-16-ntt-subscription";
const Q3_2008: &str = "2009-02-12-3q08-results";
const ISSUE_2013: &str = "2013-07-02-share-issuance";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data/iij")
        .join(name)
}

/// The audit of one document, with all four in the database.
fn audit(name: &str) -> Audit {
    let db = Database::temporary().unwrap();
    let mut id = None;
    for folder_name in [Q1_2003, NTT_2003, Q3_2008, ISSUE_2013] {
        let release = Release::read(folder(folder_name)).unwrap();
        if folder_name == name {
            id = Some(release.document().id.clone());
        }
        db.ingest(&release).unwrap();
    }
    db.audit(id.unwrap()).unwrap()
}

/// The judged growth rates of some tables.
fn growth<'a>(audit: &'a Audit, tables: &[&str]) -> Vec<&'a Finding> {
    audit
        .relations()
        .iter()
        .filter(|finding| {
            let address = &finding.printed.cell.address;
            let table = address.split('!').next().unwrap();
            matches!(finding.relation, Relation::Claim(Claim::Growth { .. }))
                && tables.contains(&table)
        })
        .collect()
}

fn classes(findings: &[&Finding]) -> BTreeSet<Class> {
    findings.iter().map(|finding| finding.class).collect()
}

/// The digits of a table cell as a whole number, and how many of them stand behind the point: `(5.7%)` is -57 and 1.
fn number(text: &str) -> (i128, u32) {
    let text = text.trim_end_matches(" (Annual)");
    let negative = text.starts_with(['-', '(']);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let places = text.split_once('.').map_or(0, |(_, fraction)| {
        fraction.chars().filter(char::is_ascii_digit).count()
    });
    let value: i128 = digits.parse().unwrap();
    let places = u32::try_from(places).unwrap();
    (if negative { -value } else { value }, places)
}

/// How many growth cells of a table file are not what the two printed figures give, rounded to a tenth of a per cent.
/// Columns are counted from 0, the label's column.
fn naive(
    release: &str,
    file: &str,
    header_rows: usize,
    rates: &[(usize, usize, usize)],
) -> (usize, usize) {
    let text = std::fs::read_to_string(folder(release).join(file)).unwrap();
    let (mut all, mut wrong) = (0, 0);
    for line in text.lines().skip(header_rows) {
        let cells: Vec<&str> = line.split('\t').collect();
        for (of, over, rate) in rates {
            if cells[*rate].is_empty() {
                continue;
            }
            let ((of, of_places), (over, over_places)) = (number(cells[*of]), number(cells[*over]));
            assert_eq!(of_places, over_places, "{line}");
            assert!(over > 0, "{line}");
            // Tenths of a per cent, half away from zero.
            let (top, bottom) = ((of - over) * 1000 * 2, over * 2);
            let rounded = (top + top.signum() * over) / bottom;
            let (printed, places) = number(cells[*rate]);
            assert_eq!(places, 1, "{line}");
            all += 1;
            wrong += usize::from(rounded != printed);
        }
    }
    (all, wrong)
}

#[test]
fn growth_rates_of_rounded_tables_raise_no_alarm() {
    let tables = [
        ("table-01.tsv", 1),
        ("table-02.tsv", 1),
        ("table-05.tsv", 1),
        ("table-06.tsv", 1),
        ("table-07.tsv", 2),
        ("table-08.tsv", 1),
    ];
    let counts = tables.map(|(file, header)| naive(Q1_2003, file, header, &[(1, 2, 3), (1, 4, 5)]));
    let (all, wrong) = counts
        .iter()
        .fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    assert_eq!((all, wrong), (56, 12), "what a naive recomputation flags");

    let audit = audit(Q1_2003);
    let found = growth(&audit, &["t1", "t2", "t5", "t6", "t7", "t8"]);
    assert_eq!(found.len(), 56);
    assert_eq!(classes(&found), BTreeSet::from([Class::Consistent]));
}

#[test]
fn growth_rates_of_the_deck_raise_no_alarm() {
    let counts = [
        naive(Q3_2008, "table-01.tsv", 1, &[(1, 2, 3)]),
        naive_of_two_figures(),
        naive(Q3_2008, "table-07.tsv", 1, &[(1, 2, 4)]),
    ];
    let (all, wrong) = counts
        .iter()
        .fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    assert_eq!((all, wrong), (20, 16), "what a naive recomputation flags");

    let audit = audit(Q3_2008);
    let found = growth(&audit, &["t1", "t6", "t7"]);
    assert_eq!(found.len(), 20);
    assert_eq!(classes(&found), BTreeSet::from([Class::Consistent]));
}

/// The table of three months prints a percentage in front of each figure, and net income to another place.
fn naive_of_two_figures() -> (usize, usize) {
    let rows: [(i128, i128, i128); 7] = [
        (175, 184, -45),
        (142, 149, -46),
        (34, 35, -41),
        (26, 24, 65),
        (8, 11, -262),
        (5, 10, -532),
        // -0.01 against 0.6, in hundredths.
        (-1, 60, -1022),
    ];
    let wrong = rows.iter().filter(|(of, over, printed)| {
        let top = (of - over) * 1000 * 2;
        (top + top.signum() * over) / (over * 2) != *printed
    });
    (rows.len(), wrong.count())
}

#[test]
fn the_statement_of_operations_follows_one_convention() {
    let audit = audit(Q1_2003);
    let found = growth(&audit, &["so"]);
    assert_eq!(found.len(), 46);
    let (conventional, plain): (Vec<&Finding>, Vec<&Finding>) = found
        .into_iter()
        .partition(|finding| finding.class == Class::Convention);
    assert_eq!(classes(&plain), BTreeSet::from([Class::Consistent]));
    let rows: BTreeSet<&str> = conventional
        .iter()
        .map(|finding| finding.printed.cell.row.as_str())
        .collect();
    assert_eq!(
        rows,
        BTreeSet::from([
            "Operating loss",
            "Other expenses",
            "Loss before income tax expense(benefit)",
            "Equity in net loss of equity method investees",
            "Net loss",
        ])
    );
    assert_eq!(conventional.len(), 10);
    for finding in conventional {
        assert_eq!(finding.convention, Some(GrowthConvention::RatioMinusOne));
    }
}

/// Title and printed text of all findings of a class.
fn listed(audit: &Audit, class: Class) -> BTreeSet<(&str, &str)> {
    audit
        .of(class)
        .map(|finding| (finding.title.as_str(), finding.printed.cell.text.as_str()))
        .collect()
}

#[test]
fn what_is_off_by_one_last_digit_in_2003() {
    let audit = audit(Q1_2003);
    let expected = BTreeSet::from([
        // Statement of operations, shares of revenue.
        ("share of revenue.value_added 4Q02 in revenue", "7.2"),
        (
            "share of revenue.connectivity_and_value_added 1Q03 in revenue",
            "67.0",
        ),
        (
            "share of cost_of_revenue.systems_integration 1Q03 in revenue",
            "27.9",
        ),
        ("share of sga.sales_and_marketing 4Q02 in revenue", "6.0"),
        ("share of income_tax 4Q02 in revenue", "0.8"),
        // Balance sheets, shares of total assets.
        ("share of accounts_receivable 1Q03 in total_assets", "17.0"),
        ("share of retained_earnings 1Q03 in total_assets", "(83.6)"),
        ("share of other_investments 1Q02 in total_assets", "12.0"),
        (
            "share of other_current_liabilities 1Q02 in total_assets",
            "1.3",
        ),
        ("share of convertible_notes 1Q02 in total_assets", "36.6"),
        (
            "share of minority_interest_balance 1Q02 in total_assets",
            "2.3",
        ),
        (
            "share of minority_interest_balance 4Q02 in total_assets",
            "2.3",
        ),
        ("share of cash 4Q02 in total_assets", "9.2%"),
        ("share of restricted_cash 4Q02 in total_assets", "12.8"),
        (
            "share of accumulated_other_comprehensive_income 4Q02 in total_assets",
            "1.3",
        ),
        // Translations at 119.87.
        ("revenue.value_added 1Q03 in USD at 119.87", "8,235"),
        ("costs_and_expenses 1Q03 in USD at 119.87", "78,449"),
        ("operating_income 1Q03 in USD at 119.87", "(8,840)"),
        ("property_and_equipment 1Q03 in USD at 119.87", "77,120"),
        (
            "borrowings.long_term.current_portion 1Q03 in USD at 119.87",
            "12,892",
        ),
        ("convertible_notes 1Q03 in USD at 119.87", "125,135"),
        ("minority_interest_balance 1Q03 in USD at 119.87", "5,655"),
        (
            "net_cash.operating.adjustment.losses_on_other_investments 1Q03 in USD at 119.87",
            "314",
        ),
        (
            "net_cash.investing.guarantee_deposits 1Q03 in USD at 119.87",
            "1,032",
        ),
        // Table 9 against the statement and the text, and the text against Table 7.
        ("other_income 4Q02, printed several times", "-361"),
        (
            "growth of backbone_cost.international 1Q03 over 4Q02, printed several times",
            "17.1%",
        ),
    ]);
    assert_eq!(listed(&audit, Class::LastDigit), expected);
    assert_eq!(audit.count(Class::LastDigit), expected.len());
}

#[test]
fn the_reversed_row_of_table_9_is_one_story() {
    let audit = audit(Q1_2003);
    let found: Vec<&Finding> = audit.of(Class::Irreconcilable).collect();
    let titles: BTreeSet<String> = found.iter().map(|finding| finding.title.clone()).collect();
    let sum = "net_income = operating_income + other_income - income_tax + minority_interests + equity_method_income";
    let expected = ["1Q03", "1Q02", "4Q02"].into_iter().flat_map(|quarter| {
        [
            format!("income_tax {quarter}, printed several times"),
            format!("{sum}, {quarter}"),
        ]
    });
    assert_eq!(titles, expected.collect());
    assert_eq!(found.len(), 6);
    for finding in found {
        let cause = finding.cause().unwrap();
        assert_eq!(cause.kind, CauseKind::FlippedSign, "{finding}");
        let suspect = finding.suspect.as_ref().unwrap();
        assert_eq!(suspect.cell, cause.printed.cell);
        assert_eq!(suspect.cell.row, "Income tax benefit (expense)");
        assert!(suspect.cell.place.starts_with("Table 9"));
    }
    assert_eq!(
        listed(&audit, Class::OperandsMissing),
        BTreeSet::from([
            (
                "growth of backbone_cost.international.unit_monthly 1Q03 over 1Q02",
                "54%"
            ),
            (
                "growth of backbone_cost.international.unit_monthly 1Q03 over 4Q02",
                "17%"
            ),
        ])
    );
    assert_eq!(audit.count(Class::Undecided), 0);
    assert_eq!(audit.count(Class::Restated), 0);
}

#[test]
fn what_is_wrong_in_the_deck() {
    let audit = audit(Q3_2008);
    let goodwill = "goodwill_and_other_intangible_assets";
    let goodwill = format!("{goodwill} = {goodwill}.non_amortized + {goodwill}.amortized, 3Q08");
    let financing = "net_cash.financing = net_cash.financing.short_term_borrowings \
                     + net_cash.financing.principal_payments_under_capital_leases \
                     + net_cash.financing.dividends + net_cash.financing.acquisition_of_treasury_stock, 3Q08";
    let net_income = "net_income = income_before_tax - income_tax + minority_interests + equity_method_income, 3Q08";
    let net_income_of_year = net_income.replace("3Q08", "FY2007");
    let repeated =
        "growth of revenue.systems_operation_and_maintenance 3Q08 over 2Q08, printed several times";
    let beside =
        "growth beside difference of revenue.systems_operation_and_maintenance 3Q08 over 2Q08";
    let backlog = "growth beside difference of order_backlog.systems_construction 3Q08 over 3Q06";
    let subsidiaries = "operating_income[business=new_subsidiaries] 9M08, printed several times";
    assert_eq!(
        listed(&audit, Class::Irreconcilable),
        BTreeSet::from([
            (goodwill.as_str(), "5,846"),
            (financing, "JPY811 million"),
            (net_income, "<i>(0.1%)</i> (0.01)"),
            (net_income_of_year.as_str(), "5.2"),
            (repeated, "2.3%"),
            (beside, "2.3%"),
            (backlog, "27.8%"),
            (subsidiaries, "JPY823 million"),
        ])
    );
    let find = |title: &str| {
        audit
            .relations()
            .iter()
            .find(|finding| finding.title == title)
            .unwrap()
    };
    // The printed figure, and an operand that two printings give the same sign.
    let cause = find(financing).cause().unwrap();
    assert_eq!(
        (&cause.kind, cause.printed.cell.text.as_str()),
        (&CauseKind::FlippedSign, "JPY811 million")
    );
    // One row, reversed: of the year it is printed in quarters. 4.4 + 0.861 + 0.096 billion is 5.36; with 0.143 more 5.50,
    // with 0.143 less 5.21.
    for (title, text) in [(net_income, "44"), (&net_income_of_year, "(20)")] {
        let cause = find(title).cause().unwrap();
        assert_eq!(cause.kind, CauseKind::FlippedSign);
        assert_eq!(
            (
                cause.printed.cell.row.as_str(),
                cause.printed.cell.text.as_str()
            ),
            (
                "Equity in net loss (income) of equity method investees",
                text
            )
        );
    }
    for title in [beside, backlog] {
        assert_eq!(find(title).cause().unwrap().kind, CauseKind::DirectionWord);
    }
    // Two printings against each other: by this relation alone it is the one or the other, and the difference decides.
    let cause = find(repeated).cause().unwrap();
    assert_eq!(cause.kind, CauseKind::DirectionWord);
    for printing in [&cause.printed, find(repeated).suspect.as_ref().unwrap()] {
        let place = "II-5, systems operation and maintenance, revenues";
        assert_eq!(printing.cell.place, place);
    }
    // 892 "provided", of which 915 were spent and 37 came in: 1,770 would be missing, with the sign turned 14.
    let doubtful: Vec<&Finding> = audit.of(Class::SignInDoubt).collect();
    let [investing] = doubtful.as_slice() else {
        panic!("{doubtful:?}");
    };
    assert_eq!(investing.printed.cell.text, "JPY892 million");
    // No simple mistake makes 820 of 823, or 5,846 of 5,837.
    assert!(find(subsidiaries).causes.is_empty());
    assert!(find(&goodwill).causes.is_empty());
}

#[test]
fn what_is_within_rounding_or_one_digit_in_the_deck() {
    let audit = audit(Q3_2008);
    let net_income = |period: &str| {
        let parts = "income_before_tax - income_tax + minority_interests + equity_method_income";
        format!("net_income = {parts}, {period}")
    };
    // 2.6 of 17.5 billion is 14.53 to 15.19 %; 14.4 % is printed, in the table and beside it.
    assert_eq!(
        listed(&audit, Class::LastDigit),
        BTreeSet::from([
            ("share of sga_and_rnd 3Q08 in revenue", "<i>14.4%</i> 2.6"),
            ("share of sga_and_rnd 3Q08 in revenue", "14.4%"),
            // 2.7 + 1.413 + 0.051 + 0.091 is 4.20 to 4.31 billion; 1.2 - 1.192 + 0.260 - 0.045 is 0.17 to 0.28. With the
            // row of the equity method reversed both hold.
            (net_income("9M07").as_str(), "4.1"),
            (net_income("9M08").as_str(), "0.4"),
        ])
    );
    assert_eq!(audit.count(Class::LastDigit), 4);
    // Differences of rounded figures: 790 - 1,091 is -301 and anywhere from -302 to -300.
    for (title, text) in [
        (
            "difference of deferred_tax_assets.current 3Q08 to 4Q07",
            "(300)",
        ),
        ("difference of other_investments 3Q08 to 4Q07", "(333)"),
        ("difference of total_assets 3Q08 to 4Q07", "(3,144)"),
    ] {
        let finding = audit
            .relations()
            .iter()
            .find(|finding| finding.title == title)
            .unwrap();
        assert_eq!(finding.printed.cell.text, text);
        assert_eq!(finding.class, Class::Consistent, "{finding}");
        assert!(!finding.as_printed, "{finding}");
    }
}

#[test]
fn notices_are_consistent_and_say_what_they_do_not_tell() {
    let notice = audit(ISSUE_2013);
    let findings: Vec<&Finding> = notice.findings().collect();
    let [dilution] = findings.as_slice() else {
        panic!("{notice}")
    };
    assert_eq!(dilution.class, Class::OperandsMissing);
    assert_eq!(dilution.printed.cell.text, "11.8%");
    assert_eq!(dilution.missing, ["opening(shares_outstanding)"]);
    // The counts of shares add up though each stands at a day of its own, and the facilities though one ends earlier.
    for (text, class) in [
        ("45,997,800 shares", Class::Consistent),
        ("46,697,800 shares", Class::Consistent),
        ("10,451,000", Class::Consistent),
        ("328,738", Class::Consistent),
    ] {
        let found: Vec<Class> = notice
            .relations()
            .iter()
            .filter(|finding| {
                finding.printed.cell.text == text
                    && matches!(finding.relation, Relation::Identity { .. })
            })
            .map(|finding| finding.class)
            .collect();
        assert_eq!(found, [class], "{text}");
    }
    let ntt = audit(NTT_2003);
    assert_eq!(
        ntt.count(Class::Irreconcilable) + ntt.count(Class::LastDigit),
        0,
        "{ntt}"
    );
}

#[test]
fn a_finding_explains_itself_down_to_its_cells() {
    let db = Database::temporary().unwrap();
    let release = Release::read(folder(Q1_2003)).unwrap();
    db.ingest(&release).unwrap();
    let audit = db.audit(&release.document().id).unwrap();
    let tax = audit.of(Class::Irreconcilable).find(|finding| {
        matches!(finding.relation, Relation::Identity { .. }) && finding.title.ends_with(", 1Q03")
    });
    let why = db.explain(tax.unwrap()).unwrap();
    let Basis::Computed(computed) = &why.basis else {
        panic!("{why}")
    };
    // The judged figure and five operands, each with its cell in Table 9.
    let shown: Vec<(&str, u32)> = computed
        .operands
        .iter()
        .map(|operand| match &operand.basis {
            Basis::Reported(versions) => versions.shown().unwrap(),
            other => panic!("{other:?}"),
        })
        .map(|version| (version.cell.text.as_str(), version.cell.scale))
        .collect();
    let texts = ["-1,989", "-1,060", "-204", "-390", "202", "-1,317"];
    assert_eq!(shown, texts.map(|text| (text, 6)));
    let text = why.to_string();
    for part in [
        "cannot be reconciled",
        "explained by a flipped sign: Table 9. Adjusted EBITDA",
        "\"(390,035)\"",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(why.subject.measure.as_deref(), Some("audit"));
    let mut missing = 0;
    for finding in audit.relations() {
        let why = db.explain(finding).unwrap();
        let Basis::Computed(computed) = &why.basis else {
            panic!("{why}")
        };
        let subjects = computed.operands.iter().map(|operand| &operand.subject);
        assert!(subjects.clone().all(|subject| subject.measure.is_none()));
        // Those that are missing come last, by their names.
        for (subject, name) in subjects.rev().zip(finding.missing.iter().rev()) {
            assert_eq!((&subject.metric, &subject.label), (name, name));
            assert_eq!(subject.period, None);
            missing += 1;
        }
    }
    assert!(missing > 0);
}
