//! How findings and audits read.

use kessan::{
    Amount, Basis, Computed, Database, Explanation, Finding, Precision, Rounding, Versions, WhyCell,
};

use super::draft::{Draft, THIS, YEAR_AGO, decimal, draft, growth, only_claim, total};

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

/// Sales of 96 in the table and of 99 in the statement, and a rate that goes with the table.
fn contradicted() -> Draft {
    draft()
        .fact("s", "sales", THIS, "99.00")
        .fact("t", "sales", THIS, "96.00")
        .fact("s", "sales", YEAR_AGO, "80.00")
        .fact("u", "sales", YEAR_AGO, "80.00")
        .claim("t", "sales", growth("sales", THIS, YEAR_AGO), "20.0")
}

#[test]
fn a_finding_names_what_contradicts_its_figures_except_itself() {
    let audit = contradicted().audit();
    let but = |finding: &Finding| {
        let text = finding.to_string();
        let lines = text.lines().filter(|line| line.starts_with("    but "));
        lines.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let statement = "    but     s, row \"sales\", column \"2021-04-01..2021-06-30\": \"99.00\"";
    assert_eq!(but(only_claim(&audit)), [statement]);
    let repeated = audit.relations().iter();
    let repeated: Vec<_> = repeated
        .filter(|finding| finding.printed.cell.text == "96.00")
        .collect();
    assert_eq!(repeated.len(), 1);
    assert_eq!(but(repeated[0]), Vec::<String>::new());
}

#[test]
fn causes_of_which_one_must_be_it_stand_below_each_other() {
    let text = total(["1000", "234"], "1243").audit().to_string();
    let column = "column \"2021-04-01..2021-06-30\"";
    let end = format!(
        "\n  perhaps   transposed digits: 1,234 was meant: t, row \"income\", {column}: \"1243\"\
         \n            transposed digits: 243 was meant: t, row \"income.b\", {column}: \"234\""
    );
    assert!(text.ends_with(&end), "{text}");
}

/// The arithmetic of a total of two parts.
fn arithmetic(parts: [Amount; 2], whole: Amount, scale: u32) -> String {
    let [a, b] = parts;
    let mut table = draft()
        .identity("income", "income.a + income.b")
        .figure("income", THIS, whole.into())
        .figure("income.a", THIS, a.into())
        .figure("income.b", THIS, b.into());
    for cell in &mut table.cells {
        cell.scale = scale;
    }
    table.audit().relations()[0].arithmetic.clone()
}

#[test]
fn results_have_two_places_more_than_the_printed_figure() {
    // 5.1 and 1.2 million are 6.3 million.
    let millions = |value: &str| {
        let value = decimal(value) * decimal("1000000");
        Amount::new(value, Precision::Decimals(-5), Rounding::Nearest).unwrap()
    };
    let text = arithmetic([millions("5.1"), millions("1.2")], millions("6.3"), 6);
    let result = " = 6.300 million in [6.200, 6.400], printed ";
    assert!(text.contains(result), "{text}");
    // What is known without error has no interval.
    let exact = |value: &str| Amount::exact(decimal(value));
    let text = arithmetic([exact("1000"), exact("234")], exact("1234"), 0);
    assert!(
        text.starts_with("1,000 + 234 = 1,234.00, printed"),
        "{text}"
    );
}

fn computed(explanation: &Explanation) -> &Computed {
    match &explanation.basis {
        Basis::Computed(computed) => computed,
        other => panic!("{other:?}"),
    }
}

fn versions(explanation: &Explanation) -> &Versions {
    match &explanation.basis {
        Basis::Reported(versions) => versions,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_finding_is_explained_by_its_arithmetic_and_its_cells() {
    let db = Database::temporary().unwrap();
    db.ingest(contradicted().package()).unwrap();
    let audit = db.audit("d").unwrap();
    let finding = only_claim(&audit);
    let explained = db.explain(finding).unwrap();
    let computed = computed(&explained);
    assert_eq!(computed.formula.as_ref(), Some(&finding.arithmetic));
    let [judged, of, over] = computed.operands.as_slice() else {
        panic!("{explained}")
    };
    let why = |operand: &Explanation| {
        let why = versions(operand).why;
        (why.cell, why.contradicted)
    };
    assert_eq!(why(judged), (WhyCell::Only, false));
    assert_eq!(why(of), (WhyCell::Beside, true));
    assert_eq!(why(over), (WhyCell::Agreed, false));
}

#[test]
fn a_ratio_without_its_figures_has_no_formula() {
    let table = draft()
        .identity("margin", "sales / income")
        .fact("t", "margin", THIS, "25");
    let db = Database::temporary().unwrap();
    db.ingest(table.package()).unwrap();
    let audit = db.audit("d").unwrap();
    let explained = db.explain(&audit.relations()[0]).unwrap();
    assert_eq!(computed(&explained).formula, None);
    assert_eq!(
        computed(&explained).operands.len(),
        3,
        "the margin and both figures"
    );
}
