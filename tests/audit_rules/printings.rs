//! Which printing is taken, how well it is known, and in which unit.

use kessan::{
    Amount, Audit, Claim, Class, Currency, Database, Figure, Finding, Fraction, Precision,
    Relation, Rounding, Undecided,
};

use super::draft::{
    Draft, THIS, YEAR_AGO, decimal, difference, draft, growth, only_claim, operand, unknown,
};

fn rate(printed: &str) -> (Claim, &str) {
    (growth("sales", THIS, YEAR_AGO), printed)
}

#[test]
fn the_value_is_that_of_the_finest_printing() {
    let (claim, printed) = rate("5.9");
    let audit = draft()
        .fact("t", "sales", THIS, "96.098")
        .fact("t", "sales", YEAR_AGO, "90.780")
        .fact("s", "sales", THIS, "96")
        .fact("s", "sales", YEAR_AGO, "91")
        .claim("t", "sales", claim, printed)
        .audit();
    let finding = only_claim(&audit);
    // (96,098 - 90,780) / 90,780, in per cent: 5.858.
    let value = Fraction::new(531_800, 90_780).unwrap();
    assert_eq!(finding.recomputed.unwrap().value(), value);
    assert!(finding.as_printed);
}

#[test]
fn what_only_rounding_explains_is_not_as_printed() {
    // 96 over 91 is 5.49 %.
    let (claim, printed) = rate("5.9");
    let audit = draft()
        .fact("t", "sales", THIS, "96")
        .fact("t", "sales", YEAR_AGO, "91")
        .claim("t", "sales", claim, printed)
        .audit();
    let finding = only_claim(&audit);
    assert_eq!(
        (finding.class, finding.as_printed),
        (Class::Consistent, false)
    );
}

#[test]
fn a_figure_is_held_against_the_same_figure() {
    let audit = draft()
        .fact("s", "income", THIS, "1200")
        .fact("t", "income", THIS, "1215")
        .audit();
    let [finding] = audit.relations() else {
        panic!("{audit}")
    };
    assert_eq!(finding.arithmetic, "1,215 beside 1,200");
    assert_eq!(finding.recomputed.unwrap().value(), Fraction::from(1200));
    assert!(!finding.as_printed);
}

#[test]
fn a_rate_that_is_no_plain_figure_is_not_judged() {
    let undecided = |figure: Figure| {
        let (claim, printed) = rate("20.0");
        let mut table = draft()
            .fact("t", "sales", THIS, "96.0")
            .fact("t", "sales", YEAR_AGO, "80.0")
            .claim("t", "sales", claim, printed);
        table.checks[0].figure = figure;
        only_claim(&table.audit()).undecided
    };
    let about = Figure::Approximate(Amount::exact(decimal("20")));
    assert_eq!(undecided(unknown("20")), Some(Undecided::PrecisionUnknown));
    assert_eq!(undecided(about), Some(Undecided::NotAnAmount));
}

/// What is said of a figure beside the same fact of an earlier document, and of one document.
fn of_two_days_and_of_one(one: Figure, other: Figure) -> [(Class, Option<Undecided>); 2] {
    let of = |audit: Audit| {
        let [finding] = audit.relations() else {
            panic!("{audit}")
        };
        (finding.class, finding.undecided)
    };
    let db = Database::temporary().unwrap();
    let earlier = Draft {
        id: "a",
        published: "2021-07-30",
        ..draft()
    };
    let later = draft().figure("income", THIS, other.clone());
    db.ingest(earlier.figure("income", THIS, one.clone()).package())
        .unwrap();
    db.ingest(later.package()).unwrap();
    let audit = db.audit("d").unwrap();
    let earlier = |finding: &Finding| matches!(finding.relation, Relation::EarlierDocument(_));
    assert!(audit.relations().iter().all(earlier));
    let at_once = draft()
        .figure("income", THIS, one)
        .figure("income", THIS, other);
    [of(audit), of(at_once.audit())]
}

#[test]
fn an_unknown_precision_is_no_contradiction_unless_it_is_of_one_day() {
    assert_eq!(
        of_two_days_and_of_one(unknown("96"), unknown("99")),
        [
            (Class::Undecided, Some(Undecided::PrecisionUnknown)),
            (Class::Irreconcilable, None)
        ]
    );
    let number = |value: &str| {
        let precision = Precision::Decimals(0);
        Amount::new(decimal(value), precision, Rounding::Nearest).unwrap()
    };
    assert_eq!(
        of_two_days_and_of_one(Figure::Approximate(number("96")), number("99").into())[0],
        (Class::Undecided, Some(Undecided::NotAnAmount))
    );
}

#[test]
fn a_claim_is_in_the_unit_of_its_figures() {
    let unit = |table: Draft| {
        let audit = table.audit();
        let unit = only_claim(&audit).printed.unit.as_ref();
        unit.map(ToString::to_string)
    };
    let change = difference("sales", THIS, YEAR_AGO);
    let sales = || {
        draft()
            .fact("t", "sales", THIS, "1200")
            .fact("t", "sales", YEAR_AGO, "1000")
    };
    let table = sales().claim("t", "sales", change.clone(), "200");
    assert_eq!(unit(table).as_deref(), Some("JPY"));
    let both = sales().fact("t", "sales", THIS, "12").in_dollars();
    assert_eq!(unit(both.claim("t", "sales", change, "200")), None);
    for (metric, expected) in [("sales", "USD"), ("per_share", "USD/share")] {
        let of = operand(metric, THIS);
        let (into, rate) = (Currency::USD, decimal("100"));
        let claim = Claim::Translation { of, into, rate };
        let table = draft().fact("t", metric, THIS, "1200");
        let table = table.claim("t", metric, claim, "12");
        assert_eq!(unit(table).as_deref(), Some(expected));
    }
}
