//! Which cell is the suspect. The figures are wrong in no simple way, so that no cause names a cell.

use kessan::{Claim, Class, Currency, Finding};

use super::draft::{Draft, THIS, YEAR_AGO, decimal, growth, operand, total};

/// The text of the suspect of every finding of a class.
fn suspects(draft: Draft, class: Class) -> Vec<Option<String>> {
    let audit = draft.audit();
    let text = |finding: &Finding| {
        let suspect = finding.suspect.as_ref()?;
        Some(suspect.cell.text.clone())
    };
    audit.of(class).map(text).collect()
}

/// 777 stands in a total of 1,234 beside 1,000, and under a rate of 30 % over 180.
fn two_that_fail() -> Draft {
    total(["1000", "777"], "1234")
        .fact("t", "income.b", YEAR_AGO, "180")
        .claim("t", "income.b", growth("income.b", THIS, YEAR_AGO), "30.0")
}

/// What it is in dollars, at 100 yen.
fn translated(metric: &str) -> Claim {
    Claim::Translation {
        of: operand(metric, THIS),
        into: Currency::USD,
        rate: decimal("100"),
    }
}

#[test]
fn what_takes_part_in_most_that_fails_and_in_nothing_that_holds() {
    let suspect = Some("777".to_owned());
    assert_eq!(
        suspects(two_that_fail(), Class::Irreconcilable),
        vec![suspect; 2]
    );
    // 7.77 dollars are 8: that holds, and confirms it.
    let held = two_that_fail().claim("t", "income.b", translated("income.b"), "8");
    assert_eq!(suspects(held, Class::Irreconcilable), [None, None]);
}

#[test]
fn one_relation_that_fails_makes_no_suspect() {
    // Though it has a cause: the sign of 234.
    let audit = total(["1000", "-234"], "1234").audit();
    let finding = audit.of(Class::Irreconcilable).next().unwrap();
    assert_eq!(finding.cause().unwrap().printed.cell.text, "-234");
    assert_eq!(finding.suspect, None);
}

#[test]
fn last_digits_have_a_suspect_of_their_own() {
    // 1,236 is a last digit more than its parts, and 12.36 is one less than 13.
    let table = total(["1000", "234"], "1236").claim("t", "income", translated("income"), "13");
    let suspect = Some("1236".to_owned());
    assert_eq!(suspects(table, Class::LastDigit), vec![suspect; 2]);
}

#[test]
fn a_last_digit_elsewhere_does_not_speak_against_a_cell() {
    // 777 in the total is beyond repair, 7.77 is a last digit less than 9.
    let table =
        || total(["1000", "777"], "1234").claim("t", "income.b", translated("income.b"), "9");
    assert_eq!(suspects(table(), Class::Irreconcilable), [None]);
    let suspect = Some("777".to_owned());
    assert_eq!(suspects(table(), Class::LastDigit), [suspect]);
}
