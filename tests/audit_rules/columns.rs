//! When the figure of another column is a cause, and when it is none.

use kessan::{Audit, CauseKind};

use super::causes::named_causes;
use super::draft::{BEFORE, THIS, YEAR_AGO, difference, draft, growth, only_claim, total};

fn kinds(audit: &Audit) -> Vec<CauseKind> {
    let causes = &only_claim(audit).causes;
    causes.iter().map(|cause| cause.kind.clone()).collect()
}

fn other_column() -> CauseKind {
    CauseKind::OtherColumn {
        taken: YEAR_AGO.parse().unwrap(),
    }
}

#[test]
fn only_two_columns_of_one_row_are_exchanged() {
    // Sales of 900 and 1,000, and a difference of 100: the sign, or the columns.
    let table = |base: [&str; 3]| {
        let claim = difference("sales", THIS, YEAR_AGO);
        draft()
            .at(["t", "sales", THIS], "sales", THIS, "900")
            .at(base, "sales", YEAR_AGO, "1000")
            .claim("t", "sales", claim, "100")
    };
    let row = ["t", "sales", YEAR_AGO];
    let either = [CauseKind::FlippedSign, other_column()];
    assert_eq!(kinds(&table(row).audit()), either);
    for base in [
        ["s", "sales", YEAR_AGO],
        ["t", "turnover", YEAR_AGO],
        ["t", "sales", THIS],
    ] {
        let audit = table(base).audit();
        assert_eq!(kinds(&audit), [CauseKind::FlippedSign], "{base:?}");
    }
    // Nor is a figure that another printing confirms.
    for (period, value) in [(THIS, "900"), (YEAR_AGO, "1000")] {
        let audit = table(row).fact("s", "sales", period, value).audit();
        assert_eq!(kinds(&audit), [CauseKind::FlippedSign], "{period}");
        // Even by one that is so coarse that it would go with the other figure, too.
        let audit = table(row).scaled("s", "sales", period, "1", 3).audit();
        assert_eq!(kinds(&audit), [CauseKind::FlippedSign], "{period}");
    }
}

#[test]
fn a_total_of_another_column() {
    // 1,234 is the total of this quarter, and stands in the column of the other.
    let table = || total(["1000", "234"], "1150").fact("t", "income", YEAR_AGO, "1234");
    assert_eq!(
        named_causes(&table().audit()),
        [(other_column(), "1234".to_owned())]
    );
    // Another printing confirms 1,150, be it a coarse one.
    let audit = table().fact("s", "income", THIS, "1150").audit();
    assert_eq!(named_causes(&audit), []);
    let audit = table().scaled("s", "income", THIS, "1", 3).audit();
    assert_eq!(named_causes(&audit), []);
}

#[test]
fn one_part_of_another_column() {
    // 334 is the second part of this quarter.
    let table = || total(["1000", "250"], "1334").fact("t", "income.b", YEAR_AGO, "334");
    assert_eq!(
        named_causes(&table().audit()),
        [(other_column(), "334".to_owned())]
    );
    let audit = table().fact("s", "income.b", THIS, "250").audit();
    assert_eq!(named_causes(&audit), []);
    let audit = table().scaled("s", "income.b", THIS, "0", 3).audit();
    assert_eq!(named_causes(&audit), []);
}

#[test]
fn all_parts_of_another_column() {
    // 900 and 200 are the parts of the year before.
    let audit = total(["1000", "234"], "1100")
        .fact("t", "income.a", YEAR_AGO, "900")
        .fact("t", "income.b", YEAR_AGO, "200")
        .audit();
    assert_eq!(named_causes(&audit), [(other_column(), "900".to_owned())]);
}

#[test]
fn a_base_that_is_confirmed_may_still_be_of_another_column() {
    // +20 % against the year before, +50 % against the quarter before: no figure is wrong, the rate is of another column.
    let audit = draft()
        .fact("t", "sales", THIS, "1200")
        .fact("t", "sales", YEAR_AGO, "1000")
        .fact("s", "sales", YEAR_AGO, "1000")
        .fact("t", "sales", BEFORE, "800")
        .claim("t", "sales", growth("sales", THIS, YEAR_AGO), "50.0")
        .audit();
    let taken = BEFORE.parse().unwrap();
    assert_eq!(kinds(&audit), [CauseKind::OtherColumn { taken }]);
}

#[test]
fn digits_are_transposed_as_they_are_printed() {
    // 2.30 for 2.03, or 12.03 for 12.30: the zero at the end is printed, too.
    let swapped = |instead: &str, text: &str| {
        let instead = instead.to_owned();
        (CauseKind::TransposedDigits { instead }, text.to_owned())
    };
    let audit = total(["10.00", "2.30"], "12.03").audit();
    let both = [swapped("12.30", "12.03"), swapped("2.03", "2.30")];
    assert_eq!(named_causes(&audit), both);
}

#[test]
fn a_rate_in_running_text_at_another_scale() {
    // A direction is what the words say; ten times too small is a figure.
    let audit = draft()
        .fact("t", "sales", THIS, "96.0")
        .fact("t", "sales", YEAR_AGO, "80.0")
        .claim("p", "", growth("sales", THIS, YEAR_AGO), "2.0")
        .audit();
    assert_eq!(kinds(&audit), [CauseKind::Scale { power: 1 }]);
}
