//! Which mistake is named, and at which cell.

use kessan::{Audit, CauseKind, Class, Finding, Relation};

use super::draft::{
    BEFORE, HALF, THIS, YEAR_AGO, difference, draft, growth, only_claim, share, total,
};

/// The causes of the one failing identity, with the text of the cell.
pub(super) fn named_causes(audit: &Audit) -> Vec<(CauseKind, String)> {
    let finding = audit
        .of(Class::Irreconcilable)
        .find(|finding| matches!(finding.relation, Relation::Identity { .. }))
        .unwrap();
    finding
        .causes
        .iter()
        .map(|cause| (cause.kind.clone(), cause.printed.cell.text.clone()))
        .collect()
}

#[test]
fn a_cause_is_named_where_it_is_the_only_one() {
    let sign = (CauseKind::FlippedSign, "-234".to_owned());
    assert_eq!(
        named_causes(&total(["1000", "-234"], "1234").audit()),
        [sign]
    );
    let thousand = (CauseKind::Scale { power: 3 }, "7".to_owned());
    assert_eq!(
        named_causes(&total(["52000", "7"], "59000").audit()),
        [thousand]
    );

    // 1,243 for 1,234, or 243 for 234: both would do.
    let swapped = |instead: &str, text: &str| {
        let instead = instead.to_owned();
        (CauseKind::TransposedDigits { instead }, text.to_owned())
    };
    let audit = total(["1000", "234"], "1243").audit();
    let both = [swapped("1,234", "1243"), swapped("243", "234")];
    assert_eq!(named_causes(&audit), both);
    // Another printing confirms the part.
    let audit = total(["1000", "234"], "1243")
        .fact("text", "income.b", THIS, "234")
        .audit();
    assert_eq!(named_causes(&audit), [swapped("1,234", "1243")]);
}

#[test]
fn digits_are_transposed_in_figures_of_any_scale() {
    for scale in [0, 3, 6] {
        let audit = draft()
            .identity("income", "income.a + income.b")
            .scaled("t", "income", THIS, "169135", scale)
            .scaled("t", "income.a", THIS, "124356", scale)
            .scaled("t", "income.b", THIS, "45679", scale)
            .audit();
        let [(CauseKind::TransposedDigits { instead }, text)] = &*named_causes(&audit) else {
            panic!("{audit}")
        };
        assert!(instead.starts_with("123,456"), "{instead}");
        assert_eq!(text, "124356");
    }
}

#[test]
fn the_cell_of_several_failing_relations_is_the_suspect() {
    // The part stands in the total and under a rate, and neither holds.
    let audit = total(["1000", "324"], "1234")
        .fact("t", "income.b", YEAR_AGO, "180")
        .claim("t", "income.b", growth("income.b", THIS, YEAR_AGO), "30.0")
        .audit();
    let failing: Vec<&Finding> = audit.of(Class::Irreconcilable).collect();
    assert_eq!(failing.len(), 2);
    for finding in failing {
        assert_eq!(
            finding.suspect.as_ref().unwrap().cell.text,
            "324",
            "{finding}"
        );
    }
}

/// The cause of every failing relation, with the text of its cell; `None` where it is not one.
fn firm_causes(audit: &Audit) -> Vec<Option<(CauseKind, String)>> {
    let failing = audit.of(Class::Irreconcilable);
    let cause = |finding: &Finding| {
        let cause = finding.cause()?;
        Some((cause.kind.clone(), cause.printed.cell.text.clone()))
    };
    failing.map(cause).collect()
}

#[test]
fn the_cause_of_most_findings_is_preferred() {
    // The total is a thousand times too small. Its share in itself says nothing about it.
    let table = |own_share: bool| {
        let table = total(["123456", "45678"], "169")
            .claim("t", "income.a", share("income.a", "income"), "73.0")
            .claim("t", "income.b", share("income.b", "income"), "27.0");
        if own_share {
            table.claim("t", "income", share("income", "income"), "100.0")
        } else {
            table
        }
    };
    for own_share in [true, false] {
        let audit = table(own_share).audit();
        let thousand = (CauseKind::Scale { power: 3 }, "169".to_owned());
        let three = vec![Some(thousand); 3];
        assert_eq!(firm_causes(&audit), three, "{audit}");
        for finding in audit.of(Class::Irreconcilable) {
            assert_eq!(finding.suspect.as_ref().unwrap().cell.text, "169");
        }
    }
    // One share alone: the one or the other.
    let audit = draft()
        .fact("t", "income", THIS, "169")
        .fact("t", "income.a", THIS, "123456")
        .claim("t", "income.a", share("income.a", "income"), "73.0")
        .audit();
    assert_eq!(firm_causes(&audit), [None]);
    assert!(only_claim(&audit).causes.len() > 1);
}

#[test]
fn printings_of_one_precision_must_be_equal_to_be_explained() {
    // 410 with its digits swapped is 401, which touches 400.5 and is not 400.
    let audit = draft()
        .fact("t", "sales", THIS, "400")
        .fact("p", "sales", THIS, "410")
        .audit();
    let [finding] = audit.relations() else {
        panic!("{audit}")
    };
    assert_eq!(finding.class, Class::Irreconcilable);
    assert_eq!(finding.causes, []);
    let audit = draft()
        .fact("t", "sales", THIS, "401")
        .fact("p", "sales", THIS, "410")
        .audit();
    assert_eq!(audit.relations()[0].causes.len(), 2, "the one or the other");
}

#[test]
fn figures_of_two_columns_are_exchanged() {
    // 900 and 1,000 of the two years stand in each other's column.
    let table = |exchanged: bool| {
        let (this, before) = if exchanged {
            ("900", "1000")
        } else {
            ("1000", "900")
        };
        draft()
            .identity("income", "sales - income.a")
            .fact("t", "sales", THIS, "1300")
            .fact("t", "sales", YEAR_AGO, "1250")
            .fact("t", "income.a", THIS, this)
            .fact("t", "income.a", YEAR_AGO, before)
            .fact("t", "income", THIS, "300")
            .fact("t", "income", YEAR_AGO, "350")
            .claim("t", "income.a", growth("income.a", THIS, YEAR_AGO), "11.1")
            .claim(
                "t",
                "income.a",
                difference("income.a", THIS, YEAR_AGO),
                "100",
            )
            .claim("t", "income.a", share("income.a", "sales"), "76.9")
    };
    let audit = table(false).audit();
    assert_eq!(audit.count(Class::Consistent), audit.relations().len());
    let audit = table(true).audit();
    let taken = |period: &str, text: &str| {
        let taken = period.parse().unwrap();
        Some((CauseKind::OtherColumn { taken }, text.to_owned()))
    };
    let year_ago = taken(YEAR_AGO, "1000");
    let causes = firm_causes(&audit);
    let (claims, identities) = causes.split_at(3);
    assert_eq!(claims, vec![year_ago.clone(); 3], "{audit}");
    assert_eq!(identities.len(), 2, "{audit}");
    assert!(identities.contains(&year_ago), "{audit}");
    assert!(identities.contains(&taken(THIS, "900")), "{audit}");

    // Where nothing else speaks: the sign, or the columns.
    let audit = draft()
        .fact("t", "sales", THIS, "900")
        .fact("t", "sales", YEAR_AGO, "1000")
        .claim("t", "sales", difference("sales", THIS, YEAR_AGO), "100")
        .audit();
    let kinds = only_claim(&audit).causes.iter().map(|cause| &cause.kind);
    let taken = YEAR_AGO.parse().unwrap();
    let either = [CauseKind::FlippedSign, CauseKind::OtherColumn { taken }];
    assert_eq!(kinds.collect::<Vec<_>>(), either.iter().collect::<Vec<_>>());
    // The rate holds: then the columns do.
    let audit = draft()
        .fact("t", "sales", THIS, "900")
        .fact("t", "sales", YEAR_AGO, "1000")
        .claim("t", "sales", difference("sales", THIS, YEAR_AGO), "100")
        .claim("t", "sales", growth("sales", THIS, YEAR_AGO), "-10.0")
        .audit();
    let sign = (CauseKind::FlippedSign, "100".to_owned());
    assert_eq!(firm_causes(&audit), [Some(sign)]);
}

#[test]
fn a_rate_of_the_neighbouring_column() {
    // +20 % against the year before, +50 % against the quarter before: printed the wrong way round.
    let audit = draft()
        .fact("t", "sales", THIS, "1200")
        .fact("t", "sales", YEAR_AGO, "1000")
        .fact("t", "sales", BEFORE, "800")
        .claim("t", "sales", growth("sales", THIS, YEAR_AGO), "50.0")
        .audit();
    let cause = only_claim(&audit).cause().unwrap();
    let taken = BEFORE.parse().unwrap();
    assert_eq!(cause.kind, CauseKind::OtherColumn { taken });
}

/// The one finding that cannot be reconciled.
fn only_failing(audit: &Audit) -> &Finding {
    let failing: Vec<&Finding> = audit.of(Class::Irreconcilable).collect();
    let [finding] = failing.as_slice() else {
        panic!("{audit}")
    };
    finding
}

/// Its causes, with the text of the cell.
fn causes_of(finding: &Finding) -> Vec<(CauseKind, &str)> {
    let causes = finding.causes.iter();
    causes
        .map(|cause| (cause.kind.clone(), cause.printed.cell.text.as_str()))
        .collect()
}

#[test]
fn a_sign_that_turns_a_whole_sum_says_nothing_of_its_parts() {
    // 1,000 less 1 and 40 is 959. With the sum turned it is 1,041 give or take 1.5, with 40 alone 1,039.
    let audit = draft()
        .identity("income", "income.a - income.b")
        .fact("t", "income", HALF, "1040")
        .fact("t", "income.a", HALF, "1000")
        .fact("q", "income.b", BEFORE, "1")
        .fact("q", "income.b", THIS, "40")
        .audit();
    assert_eq!(named_causes(&audit), [(CauseKind::FlippedSign, "1".into())]);
}

#[test]
fn what_another_printing_confirms_has_no_flipped_sign() {
    // A fact that two cells agree on, and one does not.
    let audit = draft()
        .fact("s", "income", THIS, "1200")
        .fact("t", "income", THIS, "1200")
        .fact("p", "income", THIS, "-1200")
        .audit();
    let finding = only_failing(&audit);
    assert_eq!(causes_of(finding), [(CauseKind::FlippedSign, "-1200")]);
    // A total beside its parts; and one of the document, where its parts stand elsewhere.
    for parts in ["t", "q"] {
        let table = || {
            draft()
                .identity("income", "income.a + income.b")
                .fact("t", "income", THIS, "-1234")
                .fact(parts, "income.a", THIS, "1000")
                .fact(parts, "income.b", THIS, "234")
        };
        let sign = (CauseKind::FlippedSign, "-1234".to_owned());
        assert_eq!(named_causes(&table().audit()), [sign], "{parts}");
        let confirmed = || table().fact("s", "income", THIS, "-1234");
        assert_eq!(named_causes(&confirmed().audit()), [], "{parts}");
    }
    // One that agrees and one that does not confirm nothing.
    let audit = total(["1000", "234"], "-1234")
        .fact("s", "income", THIS, "-1234")
        .fact("p", "income", THIS, "1234")
        .audit();
    let sign = (CauseKind::FlippedSign, "-1234".to_owned());
    assert_eq!(named_causes(&audit), [sign]);
}

#[test]
fn the_direction_of_a_rate_beside_a_difference_comes_from_the_words() {
    // "Down 300 (up 25.0%)": 300 less than 1,200 is 25 % less.
    let audit = draft()
        .fact("t", "sales", THIS, "900")
        .claim("p", "", difference("sales", THIS, YEAR_AGO), "-300")
        .claim("p", "", growth("sales", THIS, YEAR_AGO), "25.0")
        .audit();
    let finding = only_failing(&audit);
    assert_eq!(causes_of(finding), [(CauseKind::DirectionWord, "25.0")]);
}
