//! What a place counts as its convention, and which formula a finding names.

use kessan::{CauseKind, Class, GrowthConvention};

use super::draft::{Draft, THIS, YEAR_AGO, difference, draft, growth, only_claim, total};

/// Losses that double, with rates as printed, and sales that grow by a fifth.
fn rates(printed: &[&str]) -> Draft {
    let metrics = ["income", "income.a", "income.b"];
    let table = draft()
        .fact("t", "sales", THIS, "120")
        .fact("t", "sales", YEAR_AGO, "100")
        .claim("t", "sales", growth("sales", THIS, YEAR_AGO), "20.0");
    metrics
        .iter()
        .zip(printed)
        .fold(table, |table, (metric, rate)| {
            table
                .fact("t", metric, THIS, "-200")
                .fact("t", metric, YEAR_AGO, "-100")
                .claim("t", metric, growth(metric, THIS, YEAR_AGO), rate)
        })
}

#[test]
fn the_convention_of_a_place_is_that_of_most_of_its_rates_over_negative_bases() {
    // The ratio minus one is 100 %, the change over the absolute base -100 %.
    for (printed, ratio_minus_one, over_absolute_base) in [
        (&["100.0", "100.0", "-100.0"][..], 2, 1),
        (&["100.0", "-100.0"], 1, 0),
        (&["100.0", "-100.0", "-100.0"], 1, 0),
        (&["-100.0"], 0, 0),
    ] {
        let audit = rates(printed).audit();
        let count = |convention| {
            let found = audit.relations().iter();
            found
                .filter(|finding| finding.convention == Some(convention))
                .count()
        };
        assert_eq!(
            (
                count(GrowthConvention::RatioMinusOne),
                count(GrowthConvention::OverAbsoluteBase)
            ),
            (ratio_minus_one, over_absolute_base),
            "{printed:?}"
        );
    }
}

#[test]
fn only_the_difference_of_two_losses_has_two_signs() {
    let of = |this: &str, year_ago: &str, printed: &str| {
        let claim = difference("income", THIS, YEAR_AGO);
        let audit = draft()
            .fact("t", "income", THIS, this)
            .fact("t", "income", YEAR_AGO, year_ago)
            .claim("t", "income", claim, printed)
            .audit();
        let finding = only_claim(&audit);
        (finding.class, finding.convention)
    };
    let losses = Some(GrowthConvention::DifferenceOfLosses);
    for (this, year_ago, printed, class, convention) in [
        ("-200", "-100", "-100", Class::Consistent, None),
        ("-200", "-100", "100", Class::Convention, losses),
        ("100", "-200", "300", Class::Consistent, None),
        ("100", "-200", "-300", Class::Irreconcilable, None),
        ("-200", "100", "300", Class::Irreconcilable, None),
        // Zero is no loss.
        ("-200", "0", "200", Class::Irreconcilable, None),
        ("0", "-200", "-200", Class::Irreconcilable, None),
    ] {
        assert_eq!(
            of(this, year_ago, printed),
            (class, convention),
            "{this} {year_ago}"
        );
    }
}

#[test]
fn the_arithmetic_of_a_rate_names_its_convention() {
    let of = |this: &str, year_ago: &str, printed: &str| {
        let claim = growth("income", THIS, YEAR_AGO);
        let audit = draft()
            .fact("t", "income", THIS, this)
            .fact("t", "income", YEAR_AGO, year_ago)
            .claim("t", "income", claim, printed)
            .audit();
        only_claim(&audit).arithmetic.clone()
    };
    let arithmetic = of("120", "100", "20.0");
    assert!(arithmetic.starts_with("120 / 100 - 1 = "), "{arithmetic}");
    assert_eq!(of("120", "0", "20.0"), "120 / 0 - 1");
    let arithmetic = of("-120", "-100", "-20.0");
    assert!(
        arithmetic.starts_with("((-120) - (-100)) / |(-100)| = "),
        "{arithmetic}"
    );
}

#[test]
fn identities_without_all_their_figures_are_counted() {
    assert_eq!(
        total(["60", "40"], "100").audit().incomplete_identities(),
        0
    );
    let audit = draft()
        .identity("income", "income.a + income.b")
        .identity("sales", "income - income.b")
        .fact("t", "income", THIS, "100")
        .fact("t", "income.a", THIS, "60")
        .fact("t", "sales", THIS, "100")
        .audit();
    assert_eq!(audit.incomplete_identities(), 2);
}

#[test]
fn a_figure_that_has_to_be_multiplied_is_too_small() {
    for (power, text) in [
        (3, "a figure too small by a factor of 1,000"),
        (-6, "a figure too great by a factor of 1,000,000"),
    ] {
        assert_eq!(CauseKind::Scale { power }.to_string(), text);
    }
}
