//! Growth rates beside differences of the same two figures, of which one or both are not printed.

use kessan::{Class, Finding, Relation};

use super::draft::{Draft, THIS, YEAR_AGO, difference, draft, growth};

/// The classes of what a rate and a difference beside it say of each other.
fn pairs(metric: &str, facts: Draft, change: &str, rate: &str) -> Vec<Class> {
    let audit = facts
        .claim("p", "", difference(metric, THIS, YEAR_AGO), change)
        .claim("p", "", growth(metric, THIS, YEAR_AGO), rate)
        .audit();
    let pair =
        |finding: &&Finding| matches!(finding.relation, Relation::GrowthAndDifference { .. });
    let found = audit.relations().iter().filter(pair);
    found.map(|finding| finding.class).collect()
}

/// A document that knows the company, and neither figure.
fn neither() -> Draft {
    draft().fact("t", "income.b", THIS, "1")
}

#[test]
fn a_difference_over_the_base_is_the_rate() {
    let base = || draft().fact("t", "sales", YEAR_AGO, "1200");
    for (rate, class) in [
        ("-25.0", Class::Consistent),
        ("-25.2", Class::LastDigit),
        ("-20.0", Class::Irreconcilable),
    ] {
        assert_eq!(pairs("sales", base(), "-300", rate), [class], "{rate}");
    }
}

#[test]
fn without_either_figure_only_the_directions_are_compared() {
    for (change, rate, class) in [
        ("-300", "-25.0", Class::Consistent),
        ("-300", "25.0", Class::Irreconcilable),
        ("300", "-25.0", Class::Irreconcilable),
        // Zero has no direction.
        ("-300", "0.0", Class::Consistent),
        ("0", "25.0", Class::Consistent),
    ] {
        assert_eq!(
            pairs("sales", neither(), change, rate),
            [class],
            "{change} {rate}"
        );
    }
    // Over a loss, a rate may have either sign.
    assert_eq!(pairs("income", neither(), "-300", "25.0"), []);
}
