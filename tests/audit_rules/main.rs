//! The rules of the audit, one by one, on invented figures.

mod causes;
mod columns;
mod conventions;
mod draft;
mod identities;
mod others;
mod pairs;
mod printings;
mod report;
mod suspects;
mod zero;

use kessan::{
    Amount, CauseKind, Claim, Class, Currency, Database, Figure, Finding, GrowthConvention,
    Relation, Rounding, Undecided, parse_date,
};

use causes::named_causes;
use draft::{
    BEFORE, Draft, HALF, THIS, YEAR_AGO, decimal, difference, draft, growth, only_claim, operand,
    total, unknown,
};

/// 1,050.5 over 1,000, to the tenth, is +5.045 to +5.055 %.
fn printed_growth(rounding: Rounding, printed: &str) -> Class {
    let mut draft = draft();
    draft.rounding = rounding;
    let audit = draft
        .fact("t", "sales", THIS, "1050.50")
        .fact("t", "sales", YEAR_AGO, "1000.00")
        .claim("t", "sales", growth("sales", THIS, YEAR_AGO), printed)
        .audit();
    only_claim(&audit).class
}

#[test]
fn consistent_means_that_the_intervals_share_a_point() {
    use Rounding::{Nearest, Truncated};
    // 5.05 % can be printed as 5.0 or as 5.1, in tenths.
    for (rounding, printed, class) in [
        (Nearest, "5.0", Class::Consistent),
        (Nearest, "5.1", Class::Consistent),
        (Nearest, "4.9", Class::LastDigit),
        (Nearest, "5.2", Class::LastDigit),
        (Nearest, "4.8", Class::Irreconcilable),
        (Nearest, "-5.1", Class::Irreconcilable),
        (Truncated, "5.0", Class::Consistent),
        (Truncated, "5.1", Class::LastDigit),
        (Truncated, "5.2", Class::Irreconcilable),
    ] {
        assert_eq!(
            printed_growth(rounding, printed),
            class,
            "{rounding:?} {printed}"
        );
    }
}

#[test]
fn a_finer_printing_of_the_operand_narrows_it() {
    // 96 over 91 is 4.4 to 6.6 %; 96.098 over 90.780 is 5.858 %.
    let rounded = draft()
        .fact("t", "sales", THIS, "96")
        .fact("t", "sales", YEAR_AGO, "91")
        .claim("t", "sales", growth("sales", THIS, YEAR_AGO), "6.3");
    assert_eq!(only_claim(&rounded.audit()).class, Class::Consistent);
    let refined = draft()
        .fact("t", "sales", THIS, "96")
        .fact("t", "sales", YEAR_AGO, "91")
        .claim("t", "sales", growth("sales", THIS, YEAR_AGO), "6.3")
        .fact("s", "sales", THIS, "96.098")
        .fact("s", "sales", YEAR_AGO, "90.780");
    let audit = refined.audit();
    assert_eq!(only_claim(&audit).class, Class::Irreconcilable);
    let arithmetic = &only_claim(&audit).arithmetic;
    assert!(
        arithmetic.contains("printed 6.3% in [6.250, 6.350]"),
        "{arithmetic}"
    );
}

#[test]
fn a_claim_uses_the_figure_beside_it() {
    // The table says 96, the statement 99; the rate goes with the table.
    let audit = draft()
        .fact("s", "sales", THIS, "99.00")
        .fact("t", "sales", THIS, "96.00")
        .fact("t", "sales", YEAR_AGO, "80.00")
        .claim("t", "sales", growth("sales", THIS, YEAR_AGO), "20.0")
        .audit();
    assert_eq!(only_claim(&audit).class, Class::Consistent);
    assert_eq!(audit.count(Class::Irreconcilable), 1, "96 and 99");
    // It goes with the statement's: that is named.
    let audit = draft()
        .fact("s", "sales", THIS, "99.00")
        .fact("t", "sales", THIS, "96.00")
        .fact("t", "sales", YEAR_AGO, "80.00")
        .claim("t", "sales", growth("sales", THIS, YEAR_AGO), "23.8")
        .audit();
    let claim = only_claim(&audit);
    assert_eq!(claim.cause().unwrap().kind, CauseKind::OtherPrinting);
}

#[test]
fn losses_by_either_convention() {
    let loss = |printed: &str| {
        let audit = draft()
            .fact("t", "income", THIS, "-200")
            .fact("t", "income", YEAR_AGO, "-100")
            .claim("t", "income", growth("income", THIS, YEAR_AGO), printed)
            .audit();
        let claim = only_claim(&audit);
        (claim.class, claim.convention)
    };
    assert_eq!(loss("-100.0"), (Class::Consistent, None));
    let other = Some(GrowthConvention::RatioMinusOne);
    assert_eq!(loss("100.0"), (Class::Convention, other));
    assert_eq!(loss("120.0"), (Class::Irreconcilable, None));
    let audit = draft()
        .fact("t", "income", THIS, "-200")
        .fact("t", "income", YEAR_AGO, "-100")
        .claim("t", "income", difference("income", THIS, YEAR_AGO), "100")
        .audit();
    let other = Some(GrowthConvention::DifferenceOfLosses);
    assert_eq!(only_claim(&audit).convention, other);
}

#[test]
fn one_rate_against_the_convention_of_its_table() {
    let mut table = draft()
        .fact("t", "income", THIS, "-200")
        .fact("t", "income", BEFORE, "-160")
        .fact("t", "income", YEAR_AGO, "-100")
        .claim("t", "income", growth("income", THIS, YEAR_AGO), "100.0")
        .claim("t", "income", growth("income", THIS, BEFORE), "25.0")
        .claim("t", "income", growth("income", BEFORE, YEAR_AGO), "-60.0");
    let against = |draft: Draft| {
        let audit = draft.audit();
        let odd = audit.relations().iter();
        odd.filter(|finding| finding.convention == Some(GrowthConvention::OverAbsoluteBase))
            .map(|finding| finding.printed.cell.text.clone())
            .collect::<Vec<_>>()
    };
    table.cells[5].text = "(60.0)".into();
    assert_eq!(against(table), ["(60.0)"]);
}

#[test]
fn what_cannot_be_judged_is_not_judged() {
    let undecided = |draft: Draft| only_claim(&draft.audit()).undecided;
    let near_zero = draft()
        .fact("t", "income", THIS, "5")
        .fact("t", "income", YEAR_AGO, "0")
        .claim("t", "income", growth("income", THIS, YEAR_AGO), "5.0");
    assert_eq!(undecided(near_zero), Some(Undecided::BaseMayBeZero));

    let about = Figure::Approximate(Amount::exact(decimal("96")));
    for (figure, reason) in [
        (unknown("96"), Undecided::PrecisionUnknown),
        (about, Undecided::NotAnAmount),
    ] {
        let table = draft()
            .fact("t", "sales", YEAR_AGO, "80")
            .figure("sales", THIS, figure)
            .claim("t", "sales", growth("sales", THIS, YEAR_AGO), "20.0");
        assert_eq!(undecided(table), Some(reason));
    }

    let missing = draft()
        .fact("t", "sales", THIS, "96")
        .claim("t", "sales", growth("sales", THIS, YEAR_AGO), "20.0")
        .audit();
    let claim = only_claim(&missing);
    assert_eq!(claim.class, Class::OperandsMissing);
    assert_eq!(claim.missing, ["sales 2Q20"]);

    let [from, to] = ["2021-05-10", "2021-08-10"].map(|day| parse_date(day).unwrap());
    let of = operand("sales", HALF);
    let revised = draft()
        .fact("t", "sales", THIS, "96")
        .claim("t", "sales", Claim::Revision { of, from, to }, "-20")
        .audit();
    let editions = ["sales 1H21 as of 2021-08-10", "sales 1H21 as of 2021-05-10"];
    assert_eq!(only_claim(&revised).missing, editions);
}

#[test]
fn totals_and_their_parts() {
    let class = |draft: Draft| {
        let audit = draft.audit();
        audit
            .relations()
            .iter()
            .map(|finding| finding.class)
            .collect::<Vec<_>>()
    };
    assert_eq!(class(total(["1000", "234"], "1234")), [Class::Consistent]);
    assert_eq!(
        class(total(["1000", "234"], "1235")),
        [Class::Consistent],
        "each by a half"
    );
    assert_eq!(class(total(["1000", "234"], "1236")), [Class::LastDigit]);
    assert_eq!(
        class(total(["1000", "234"], "1237")),
        [Class::Irreconcilable]
    );
    // Not all parts are printed: nothing is said.
    let audit = draft()
        .identity("income", "income.a + income.b")
        .fact("t", "income", THIS, "1234")
        .fact("t", "income.a", THIS, "1000")
        .audit();
    assert_eq!(audit.relations().len(), 0);
    assert_eq!(audit.incomplete_identities(), 1);
}

#[test]
fn quarters_stand_for_the_half_year_of_an_identity() {
    let half = |quarters: [&str; 2], whole: &str| {
        draft()
            .identity("income", "income.a - income.b")
            .fact("t", "income", HALF, whole)
            .fact("t", "income.a", HALF, "1000")
            .fact("q", "income.b", BEFORE, quarters[0])
            .fact("q", "income.b", THIS, quarters[1])
            .audit()
    };
    let audit = half(["30", "40"], "930");
    let [finding] = audit.relations() else {
        panic!("{audit}")
    };
    assert_eq!(finding.class, Class::Consistent);
    assert!(
        finding.arithmetic.starts_with("1,000 - (30 + 40) = 930"),
        "{finding}"
    );
    // The row says losses where it means income.
    let audit = half(["30", "40"], "1070");
    let sign = (CauseKind::FlippedSign, "30".to_owned());
    assert_eq!(named_causes(&audit), [sign]);
    // One of the quarters.
    let audit = half(["30", "40"], "1010");
    let sign = (CauseKind::FlippedSign, "40".to_owned());
    assert!(named_causes(&audit).contains(&sign), "{audit}");
    // What is per share never adds up over time, and a quarter that is missing leaves nothing to say.
    let audit = draft()
        .identity("income", "income.a - income.b")
        .fact("t", "income", HALF, "930")
        .fact("t", "income.a", HALF, "1000")
        .fact("q", "income.b", THIS, "70")
        .audit();
    assert_eq!(
        (audit.relations().len(), audit.incomplete_identities()),
        (0, 1)
    );
}

#[test]
fn a_last_digit_never_makes_up_for_a_sign() {
    // A loss of 400 thousand, and a profit of "1 million".
    let beside = |text: &str| {
        let audit = draft()
            .scaled("t", "income", THIS, "-400", 3)
            .scaled("p", "income", THIS, text, 6)
            .audit();
        audit.relations()[0].class
    };
    assert_eq!(beside("1"), Class::Irreconcilable);
    assert_eq!(beside("-1"), Class::LastDigit);
    assert_eq!(beside("0"), Class::Consistent);
}

#[test]
fn directions_in_words() {
    // "Down 300 (up 25.0%)", of figures that are not printed.
    let words = |growth_text: &str| {
        draft()
            .fact("other", "income", THIS, "1")
            .claim("p", "", difference("sales", THIS, YEAR_AGO), "-300")
            .claim("p", "", growth("sales", THIS, YEAR_AGO), growth_text)
            .audit()
    };
    let audit = words("25.0");
    let finding = audit.of(Class::Irreconcilable).next().unwrap();
    assert!(matches!(
        finding.relation,
        Relation::GrowthAndDifference { .. }
    ));
    assert_eq!(finding.cause().unwrap().kind, CauseKind::DirectionWord);
    assert_eq!(words("-25.0").count(Class::Irreconcilable), 0);

    // With one of the figures the rate itself is recomputed: 300 less than 1,200 is 20 % less.
    let beside = |rate: &str| {
        let audit = draft()
            .fact("t", "sales", THIS, "900")
            .claim("p", "", difference("sales", THIS, YEAR_AGO), "-300")
            .claim("p", "", growth("sales", THIS, YEAR_AGO), rate)
            .audit();
        let pair =
            |finding: &&Finding| matches!(finding.relation, Relation::GrowthAndDifference { .. });
        audit.relations().iter().find(pair).unwrap().class
    };
    assert_eq!(beside("-25.0"), Class::Consistent);
    assert_eq!(beside("-33.3"), Class::Irreconcilable);
}

#[test]
fn quarters_make_up_the_half_year() {
    let half = |metric: &str, whole: &str| {
        let audit = draft()
            .fact("t", metric, BEFORE, "40")
            .fact("t", metric, THIS, "50")
            .fact("t", metric, HALF, whole)
            .audit();
        let findings = audit.relations().iter();
        findings
            .map(|finding| (finding.title.clone(), finding.class))
            .collect::<Vec<_>>()
    };
    let title = "sales 1H21 made up of 1Q21 and 2Q21".to_owned();
    assert_eq!(half("sales", "90"), [(title.clone(), Class::Consistent)]);
    assert_eq!(half("sales", "91"), [(title.clone(), Class::Consistent)]);
    assert_eq!(half("sales", "99"), [(title, Class::Irreconcilable)]);
    // What is per share never adds up over time.
    assert_eq!(half("per_share", "99"), []);
}

#[test]
fn translations_at_the_stated_rate() {
    let translated = |printed: &str| {
        let claim = Claim::Translation {
            of: operand("sales", THIS),
            into: Currency::USD,
            rate: decimal("119.87"),
        };
        let audit = draft()
            .fact("t", "sales", THIS, "987198")
            .claim("t", "sales", claim, printed)
            .audit();
        only_claim(&audit).class
    };
    // 987,198 / 119.87 is 8,235.57.
    assert_eq!(translated("8236"), Class::Consistent);
    assert_eq!(translated("8235"), Class::LastDigit);
    assert_eq!(translated("8263"), Class::Irreconcilable);
}

#[test]
fn a_later_document_against_an_earlier_one() {
    let later = |value: &str, order: bool| {
        let earlier = Draft {
            id: "a",
            published: "2021-07-30",
            ..draft()
        };
        let earlier = earlier.fact("t", "income", THIS, "1200");
        let later = draft().fact("t", "income", THIS, value);
        let db = Database::temporary().unwrap();
        let (first, second) = if order {
            (earlier, later)
        } else {
            (later, earlier)
        };
        db.ingest(first.package()).unwrap();
        db.ingest(second.package()).unwrap();
        assert_eq!(
            db.audit("a").unwrap().relations().len(),
            0,
            "nothing was earlier"
        );
        let first = db.audit_with_later("a").unwrap();
        let [seen] = first.relations() else {
            panic!("{first}")
        };
        assert!(matches!(seen.relation, Relation::LaterDocument(_)));
        assert_eq!(seen.class, db.audit("d").unwrap().relations()[0].class);
        let audit = db.audit("d").unwrap();
        let [finding] = audit.relations() else {
            panic!("{audit}")
        };
        let causes = finding.causes.iter().map(|cause| cause.kind.clone());
        (finding.class, causes.collect::<Vec<_>>())
    };
    for order in [true, false] {
        assert_eq!(later("1200", order), (Class::Consistent, vec![]));
        assert_eq!(later("1200.4", order), (Class::Consistent, vec![]));
        assert_eq!(later("1215", order), (Class::Restated, vec![]));
        let (class, causes) = later("-1200", order);
        assert_eq!(class, Class::Restated);
        assert!(causes.iter().all(|kind| *kind == CauseKind::FlippedSign));
        assert_eq!(causes.len(), 2, "the one or the other");
    }
}

#[test]
fn an_operand_of_an_earlier_document() {
    let earlier = Draft {
        id: "a",
        published: "2021-07-30",
        ..draft()
    };
    let db = Database::temporary().unwrap();
    db.ingest(earlier.fact("t", "sales", YEAR_AGO, "1000").package())
        .unwrap();
    let later = draft().fact("t", "sales", THIS, "1200").claim(
        "t",
        "sales",
        growth("sales", THIS, YEAR_AGO),
        "20.0",
    );
    db.ingest(later.package()).unwrap();
    let audit = db.audit("d").unwrap();
    let claim = only_claim(&audit);
    assert_eq!(claim.class, Class::Consistent);
    assert_eq!(claim.operands[1].printings[0].document.as_str(), "a");
    assert!(claim.to_string().contains("(a)"), "{claim}");
}
