//! Which figures an identity takes: of which period, unit and column.

use kessan::{Audit, CauseKind, Class, Finding, Relation, Undecided};

use super::draft::{BEFORE, CLOSING, Draft, HALF, OPENING, THIS, draft, total};

fn of_identities(audit: &Audit) -> Vec<&Finding> {
    let relations = audit.relations().iter();
    relations
        .filter(|finding| matches!(finding.relation, Relation::Identity { .. }))
        .collect()
}

/// The class of the one finding of an identity, and the figures it is recomputed from.
fn judged(draft: Draft) -> (Class, Vec<String>) {
    let audit = draft.audit();
    let findings = of_identities(&audit);
    let [finding] = findings.as_slice() else {
        panic!("{audit}")
    };
    let used = finding.operands.iter();
    let texts = used.map(|used| used.printings[0].cell.text.clone());
    (finding.class, texts.collect())
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[test]
fn a_stock_is_moved_by_the_flows_of_the_periods_that_end_with_it() {
    let table = |closing: &str| {
        draft()
            .identity("cash", "opening(cash) + sales - income.a")
            .fact("t", "cash", OPENING, "100")
            .fact("t", "cash", CLOSING, closing)
            .fact("t", "sales", THIS, "50")
            .fact("t", "income.a", THIS, "20")
    };
    let operands = texts(&["100", "50", "20"]);
    assert_eq!(judged(table("130")), (Class::Consistent, operands.clone()));
    assert_eq!(judged(table("103")), (Class::Irreconcilable, operands));
}

#[test]
fn a_flow_is_the_change_of_a_stock_over_its_period() {
    let table = |flow: &str| {
        draft()
            .identity("sales", "cash - opening(cash)")
            .fact("t", "sales", THIS, flow)
            .fact("t", "cash", OPENING, "100")
            .fact("t", "cash", CLOSING, "130")
    };
    let operands = texts(&["130", "100"]);
    assert_eq!(judged(table("30")), (Class::Consistent, operands.clone()));
    assert_eq!(judged(table("33")), (Class::Irreconcilable, operands));
}

#[test]
fn an_average_is_that_of_the_two_ends_of_a_period() {
    // 50 over the mean of 100 and 300 is 25 %.
    let table = |margin: &str| {
        draft()
            .identity("margin", "sales / average(cash)")
            .fact("t", "margin", THIS, margin)
            .fact("t", "sales", THIS, "50")
            .fact("t", "cash", OPENING, "100")
            .fact("t", "cash", CLOSING, "300")
    };
    let operands = texts(&["50", "100", "300"]);
    assert_eq!(judged(table("25")), (Class::Consistent, operands.clone()));
    assert_eq!(judged(table("52")), (Class::Irreconcilable, operands));
}

#[test]
fn only_figures_of_the_identity_tell_the_period_of_an_instant() {
    // 120 over 100 is 1.2 times, but over which period? That of sales has nothing to do with it.
    let audit = draft()
        .identity("turnover", "cash / opening(cash)")
        .fact("t", "turnover", CLOSING, "1.2")
        .fact("t", "cash", OPENING, "100")
        .fact("t", "cash", CLOSING, "120")
        .fact("t", "sales", THIS, "50")
        .audit();
    let findings = of_identities(&audit);
    let [finding] = findings.as_slice() else {
        panic!("{audit}")
    };
    assert_eq!(finding.class, Class::OperandsMissing);
    assert_eq!(finding.missing, ["opening(cash)"]);
}

#[test]
fn a_column_tells_what_dates_do_not() {
    // The flow is of other dates than the quarter, and yet stands between the two stocks, one of which is also in dollars.
    let column = |metric: &'static str| ["t", metric, "movements"];
    let table = draft()
        .identity("cash", "opening(cash) + sales")
        .at(column("cash"), "cash", OPENING, "100")
        .at(column("sales"), "sales", "2021-04-02..2021-06-29", "30")
        .at(column("cash"), "cash", CLOSING, "130")
        .at(column("cash"), "cash", CLOSING, "2")
        .in_dollars();
    let operands = texts(&["100", "30"]);
    assert_eq!(judged(table), (Class::Consistent, operands));
}

#[test]
fn figures_of_another_unit_are_no_part_of_a_total() {
    let audit = total(["1000", "234"], "1234").in_dollars().audit();
    assert_eq!(audit.relations(), []);
    assert_eq!(audit.incomplete_identities(), 1);
}

#[test]
fn a_ratio_may_be_in_per_cent_on_either_side() {
    let table = |left: &str, value: &str, right: &str, other: &str| {
        let table = draft()
            .identity(left, right)
            .fact("t", left, THIS, value)
            .fact("t", right, THIS, other);
        judged(table).0
    };
    assert_eq!(table("turnover", "0.50", "margin", "50"), Class::Consistent);
    assert_eq!(
        table("turnover", "0.60", "margin", "50"),
        Class::Irreconcilable
    );
    assert_eq!(table("margin", "50", "turnover", "0.50"), Class::Consistent);
    assert_eq!(
        table("margin", "60", "turnover", "0.50"),
        Class::Irreconcilable
    );
}

#[test]
fn an_identity_that_divides_by_zero_cannot_be_judged() {
    let audit = draft()
        .identity("income", "sales * (income.a / income.b)")
        .fact("t", "income", THIS, "5")
        .fact("t", "sales", THIS, "8")
        .fact("t", "income.a", THIS, "4")
        .fact("t", "income.b", THIS, "0")
        .audit();
    let findings = of_identities(&audit);
    assert_eq!(findings[0].undecided, Some(Undecided::BaseMayBeZero));
}

#[test]
fn quarters_stand_for_the_half_year_of_a_flow_alone() {
    let quarters = |metrics: [&str; 3]| {
        let [whole, a, b] = metrics;
        draft()
            .identity(whole, &format!("{a} + {b}"))
            .fact("t", whole, HALF, "100")
            .fact("t", a, HALF, "60")
            .fact("q", b, BEFORE, "15")
            .fact("q", b, THIS, "25")
            .audit()
    };
    let flows = quarters(["income", "income.a", "income.b"]);
    assert_eq!(flows.count(Class::Consistent), 1);
    let per_share = quarters(["per_share", "per_share.a", "per_share.b"]);
    assert_eq!(per_share.relations(), []);
    assert_eq!(per_share.incomplete_identities(), 1);
}

#[test]
fn the_finest_printing_of_a_document_is_judged() {
    // Nowhere stands the total beside all its parts: in tables of thousands, of units, and of the parts.
    for order in [["t", "s"], ["s", "t"]] {
        let mut table = draft().identity("income", "income.a + income.b");
        for place in order {
            table = match place {
                "t" => table.scaled("t", "income", THIS, "1", 3),
                _ => table.fact("s", "income", THIS, "1234"),
            };
        }
        let audit = table
            .fact("q", "income.a", THIS, "1000")
            .fact("q", "income.b", THIS, "324")
            .audit();
        let findings = of_identities(&audit);
        let [finding] = findings.as_slice() else {
            panic!("{audit}")
        };
        assert_eq!(finding.printed.cell.text, "1234");
        assert_eq!(finding.class, Class::Irreconcilable);
        assert!(
            finding
                .causes
                .iter()
                .all(|cause| cause.kind != CauseKind::FlippedSign)
        );
    }
}
