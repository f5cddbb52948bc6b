//! Zeros and signs where a last digit decides.

use kessan::{
    Amount, Claim, Class, Figure, Finding, Nil, Precision, Relation, Rounding, Undecided,
};

use super::draft::{
    Draft, THIS, YEAR_AGO, decimal, difference, draft, growth, only_claim, operand, total,
};

#[test]
fn zero_has_no_sign_to_contradict() {
    // The parts make zero, give or take one.
    for (parts, whole, class) in [
        (["1000", "-1000"], "0", Class::Consistent),
        (["1000", "-1000"], "2", Class::LastDigit),
        (["1000", "-1000"], "-2", Class::LastDigit),
        (["1000", "-1000"], "3", Class::Irreconcilable),
        (["1000", "-998"], "0", Class::LastDigit),
        // 1 to 3, and -1: a last digit away, on the other side of zero.
        (["1000", "-999"], "-1", Class::Irreconcilable),
    ] {
        let audit = total(parts, whole).audit();
        assert_eq!(audit.relations()[0].class, class, "{parts:?} {whole}");
    }
    for (one, other, class) in [
        ("0", "1", Class::LastDigit),
        ("1", "0", Class::LastDigit),
        ("-1", "0", Class::LastDigit),
        ("0", "2", Class::Irreconcilable),
        ("1", "-1", Class::Irreconcilable),
    ] {
        let audit = draft()
            .fact("s", "income", THIS, one)
            .fact("t", "income", THIS, other)
            .audit();
        assert_eq!(audit.relations()[0].class, class, "{one} {other}");
    }
}

/// 0.5 that is known to the unit only: from 0 to 1.
fn down_to_zero() -> Figure {
    let half = Amount::new(decimal("0.5"), Precision::Decimals(0), Rounding::Nearest);
    half.unwrap().into()
}

#[test]
fn what_may_be_zero_is_no_base() {
    // Over anything from 0 to 1, 3 is at least 3 times as much, and could be what is printed.
    let base = || draft().figure("sales", YEAR_AGO, down_to_zero());
    let rate = growth("sales", THIS, YEAR_AGO);
    let table = base().fact("t", "sales", THIS, "3");
    let audit = table.claim("t", "sales", rate.clone(), "900").audit();
    assert_eq!(only_claim(&audit).undecided, Some(Undecided::BaseMayBeZero));
    let claim = Claim::Share {
        part: operand("sales", THIS),
        whole: operand("sales", YEAR_AGO),
    };
    let table = base().fact("t", "sales", THIS, "3");
    let audit = table.claim("t", "sales", claim, "900").audit();
    assert_eq!(only_claim(&audit).undecided, Some(Undecided::BaseMayBeZero));
    // As a difference to it, and a rate over it.
    let table: Draft = base()
        .claim("t", "", difference("sales", THIS, YEAR_AGO), "3")
        .claim("t", "", rate, "900");
    let audit = table.audit();
    let pair =
        |finding: &&Finding| matches!(finding.relation, Relation::GrowthAndDifference { .. });
    let finding = audit.relations().iter().find(pair).unwrap();
    assert_eq!(finding.undecided, Some(Undecided::BaseMayBeZero));
}

#[test]
fn a_nil_is_rounded_as_the_figures_of_its_document() {
    // Thousands without the digits behind: the nil is anything to a thousand, so that it makes 5,000 of 4,000.
    let mut table = Draft {
        rounding: Rounding::Truncated,
        ..draft()
    };
    let cell = table.cell("t", "income.a", THIS, "-");
    table.cells[0].scale = 3;
    table.report(cell, "income.a", THIS, Figure::Nil(Nil::Zero));
    let audit = table
        .identity("income", "income.a + income.b")
        .scaled("t", "income", THIS, "5", 3)
        .fact("t", "income.b", THIS, "4000")
        .audit();
    assert_eq!(audit.relations()[0].class, Class::Consistent, "{audit}");
}
