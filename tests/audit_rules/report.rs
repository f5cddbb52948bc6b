//! How findings and audits read.

use super::draft::{Draft, THIS, YEAR_AGO, draft, growth, total};

#[test]
fn an_audit_shows_the_cells_the_arithmetic_and_the_cause() {
    let audit = total(["1000", "324"], "1234")
        .identity("sales", "income - income.b")
        .fact("t", "sales", THIS, "910")
        .audit();
    // 1,000 and 324 to the unit make 1,323 to 1,325; 1,234 less 324 is 910.
    let expected = [
        "T (d, 2021-08-10)",
        "2 relations: 1 consistent within rounding, 1 cannot be reconciled",
        "",
        "cannot be reconciled: income = income.a + income.b, 2Q21",
        "  printed   t, row \"income\", column \"2021-04-01..2021-06-30\": \"1234\"",
        "  from      t, row \"income.a\", column \"2021-04-01..2021-06-30\": \"1000\"",
        "  from      t, row \"income.b\", column \"2021-04-01..2021-06-30\": \"324\"",
        "  that is   1,000 + 324 = 1,324.00 in [1,323.00, 1,325.00], printed 1,234 in [1,233.50, 1,234.50]",
    ];
    let text = audit.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..expected.len()], expected, "{text}");
}

#[test]
fn an_audit_counts_the_identities_it_passes_over() {
    let audit = draft()
        .identity("income", "income.a + income.b")
        .fact("t", "income", THIS, "100")
        .fact("t", "income.a", THIS, "60")
        .audit();
    assert_eq!(
        audit.to_string(),
        "T (d, 2021-08-10)\n0 relations: none\n1 times an identity is printed in part: it is passed over"
    );
}

#[test]
fn findings_of_one_suspect_row_stand_together() {
    let audit = total(["1000", "324"], "1234")
        .fact("t", "income.b", YEAR_AGO, "180")
        .claim("t", "income.b", growth("income.b", THIS, YEAR_AGO), "30.0")
        .audit();
    let text = audit.to_string();
    let heads: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("findings"))
        .collect();
    assert_eq!(
        heads,
        ["2 findings: cannot be reconciled: t, row \"income.b\""],
        "{text}"
    );
}

#[test]
fn results_are_written_at_the_scale_of_the_printed_figure() {
    for (scale, word) in [(3, "thousand"), (6, "million"), (9, "billion")] {
        let mut table = draft()
            .identity("income", "income.a + income.b")
            .scaled("t", "income.a", THIS, "5", scale)
            .scaled("t", "income.b", THIS, "1", scale)
            .scaled("t", "income", THIS, "6", scale);
        for cell in &mut table.cells {
            cell.scale = scale.into();
        }
        let audit = table.audit();
        assert_eq!(
            audit.relations()[0].arithmetic,
            format!(
                "5 {word} + 1 {word} = 6.00 {word} in [5.00, 7.00], printed 6 {word} in [5.50, 6.50]"
            )
        );
    }
}

#[test]
fn formulas_have_the_brackets_they_need() {
    let arithmetic = |equals: &str| {
        let table: Draft = draft().identity("income", equals);
        let audit = table
            .fact("t", "sales", THIS, "8")
            .fact("t", "income.a", THIS, "4")
            .fact("t", "income.b", THIS, "2")
            .fact("t", "income", THIS, "6")
            .audit();
        let text = &audit.relations()[0].arithmetic;
        text.split(" = ").next().unwrap().to_owned()
    };
    for (equals, text) in [
        ("sales - income.a - income.b", "8 - 4 - 2"),
        ("sales - (income.a - income.b)", "8 - (4 - 2)"),
        ("sales - (income.a + income.b)", "8 - (4 + 2)"),
        ("sales * 2 / 4", "8 * 2 / 4"),
        ("sales / (income.a / income.b)", "8 / (4 / 2)"),
        ("(sales + income.a) / 2", "(8 + 4) / 2"),
        ("-income.a + sales", "-4 + 8"),
        ("-(income.a + income.b) / 2", "-(4 + 2) / 2"),
        ("sales - -income.a", "8 - -4"),
    ] {
        assert_eq!(arithmetic(equals), text, "{equals}");
    }
}

#[test]
fn what_is_no_fault_takes_a_line() {
    let claim = |this: &str, year_ago: Option<&str>, printed: &str| {
        let table = draft().fact("t", "income", THIS, this);
        let table = match year_ago {
            Some(value) => table.fact("t", "income", YEAR_AGO, value),
            None => table,
        };
        let claim = growth("income", THIS, YEAR_AGO);
        table
            .claim("t", "income", claim, printed)
            .audit()
            .to_string()
    };
    for (text, head, end) in [
        (
            claim("-200", Some("-100"), "100.0"),
            "1: another convention",
            "\"100.0\", t; the ratio minus one, over a negative base",
        ),
        (
            claim("5", Some("0"), "5.0"),
            "1: cannot be judged",
            "\"5.0\", t; the base cannot be told from zero",
        ),
        (
            claim("5", None, "5.0"),
            "1: operands missing",
            "; missing income 2Q20",
        ),
    ] {
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.contains(&head), "{text}");
        assert!(lines.last().unwrap().ends_with(end), "{text}");
    }
}
