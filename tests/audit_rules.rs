//! The rules of the audit, one by one, on invented figures.

use kessan::{
    Amount, Audit, CauseKind, Cell, Check, Claim, Class, Company, Currency, Database, Dimension,
    Document, DocumentKind, Figure, Filing, Finding, FiscalCalendar, GrowthConvention, Identity,
    Metric, MetricKind, Operand, Package, Precision, Rank, Relation, Reported, Rounding, Scenario,
    Scope, SeriesKey, Undecided, YearNaming, parse_date,
};
use rust_decimal::Decimal;

const THIS: &str = "2021-04-01..2021-06-30";
const BEFORE: &str = "2021-01-01..2021-03-31";
const HALF: &str = "2021-01-01..2021-06-30";
const YEAR_AGO: &str = "2020-04-01..2020-06-30";

/// A document to be audited, cell by cell.
struct Draft {
    id: &'static str,
    published: &'static str,
    rounding: Rounding,
    cells: Vec<Cell>,
    facts: Vec<Reported>,
    checks: Vec<Check>,
    identities: Vec<Identity>,
}

fn draft() -> Draft {
    Draft {
        id: "d",
        published: "2021-08-10",
        rounding: Rounding::Nearest,
        cells: Vec::new(),
        facts: Vec::new(),
        checks: Vec::new(),
        identities: Vec::new(),
    }
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

impl Draft {
    fn amount(&self, value: &str) -> Figure {
        let value = decimal(value);
        let decimals = i8::try_from(value.scale()).unwrap();
        let precision = Precision::Decimals(decimals);
        Amount::new(value, precision, self.rounding).unwrap().into()
    }

    fn cell(&mut self, place: &str, row: &str, column: &str, text: &str) -> u32 {
        let number = u32::try_from(self.cells.len()).unwrap();
        self.cells.push(Cell {
            address: format!("c{number}"),
            place: place.into(),
            row: row.into(),
            column: column.into(),
            text: text.into(),
            scale: 0,
            unplaced: None,
        });
        number
    }

    /// A fact in a table of thousands (3) or millions (6).
    fn scaled(mut self, place: &str, metric: &str, period: &str, value: &str, scale: u8) -> Self {
        let cell = self.cell(place, metric, period, value);
        let zeros = "0".repeat(scale.into());
        let precision = Precision::Decimals(-i8::try_from(scale).unwrap());
        let value = decimal(&format!("{value}{zeros}"));
        let amount = Amount::new(value, precision, self.rounding).unwrap();
        self.report(cell, metric, period, amount.into());
        self
    }

    /// A fact in a table.
    fn fact(mut self, place: &str, metric: &str, period: &str, value: &str) -> Self {
        let cell = self.cell(place, metric, period, value);
        let figure = self.amount(value);
        self.report(cell, metric, period, figure);
        self
    }

    fn report(&mut self, cell: u32, metric: &str, period: &str, figure: Figure) {
        let unit = if metric == "per_share" {
            "JPY/share"
        } else {
            "JPY"
        };
        self.facts.push(Reported {
            series: SeriesKey {
                company: "c".parse().unwrap(),
                metric: metric.parse().unwrap(),
                scenario: Scenario::Actual,
                scope: Scope::total(),
                unit: unit.parse().unwrap(),
            },
            period: period.parse().unwrap(),
            figure,
            published: parse_date(self.published).unwrap(),
            cell,
            rank: Rank::Table,
        });
    }

    /// A claim in a table, or, without a row, in running text.
    fn claim(mut self, place: &str, row: &str, claim: Claim, value: &str) -> Self {
        let column = if row.is_empty() { "" } else { "claim" };
        let cell = self.cell(place, row, column, value.trim_start_matches('-'));
        let figure = self.amount(value);
        self.checks.push(Check {
            cell,
            claim,
            figure,
        });
        self
    }

    fn identity(mut self, metric: &str, equals: &str) -> Self {
        self.identities.push(Identity {
            metric: metric.parse().unwrap(),
            scope: Scope::total(),
            equals: equals.parse().unwrap(),
        });
        self
    }

    fn package(self) -> Package {
        let metric = |path: &str, kind, dimension| Metric {
            path: path.parse().unwrap(),
            kind,
            dimension,
            positive: "more".into(),
            negative: path.starts_with("income").then(|| "loss".into()),
        };
        Package {
            companies: vec![Company {
                id: "c".parse().unwrap(),
                name: "C".into(),
                calendar: FiscalCalendar::month_end(12, YearNaming::End).unwrap(),
                identities: self.identities,
                splits: vec![],
            }],
            metrics: vec![
                metric("sales", MetricKind::Flow, Dimension::Money),
                metric("income.a", MetricKind::Flow, Dimension::Money),
                metric("income.b", MetricKind::Flow, Dimension::Money),
                metric("income", MetricKind::Flow, Dimension::Money),
                metric("per_share", MetricKind::PerShare, Dimension::MoneyPer),
            ],
            filings: vec![Filing {
                document: Document {
                    id: self.id.parse().unwrap(),
                    title: "T".into(),
                    issuer: "C".into(),
                    kind: DocumentKind::Results,
                    published: parse_date(self.published).unwrap(),
                    utc_offset: None,
                    reports: None,
                },
                cells: self.cells,
                facts: self.facts,
                checks: self.checks,
            }],
        }
    }

    fn audit(self) -> Audit {
        let id = self.id;
        let db = Database::temporary().unwrap();
        db.ingest(self.package()).unwrap();
        db.audit(id).unwrap()
    }
}

fn operand(metric: &str, period: &str) -> Operand {
    Operand {
        company: "c".parse().unwrap(),
        metric: metric.parse().unwrap(),
        scenario: Scenario::Actual,
        scope: Scope::total(),
        period: period.parse().unwrap(),
    }
}

fn growth(metric: &str, of: &str, over: &str) -> Claim {
    Claim::Growth {
        of: operand(metric, of),
        over: operand(metric, over),
    }
}

fn difference(metric: &str, of: &str, over: &str) -> Claim {
    Claim::Difference {
        of: operand(metric, of),
        over: operand(metric, over),
    }
}

/// The one claim of an audit.
fn only_claim(audit: &Audit) -> &Finding {
    let mut claims = audit
        .relations()
        .iter()
        .filter(|finding| matches!(finding.relation, Relation::Claim(_)));
    let claim = claims.next().unwrap();
    assert!(claims.next().is_none());
    claim
}

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

    let mut unknown = draft().fact("t", "sales", YEAR_AGO, "80");
    let cell = unknown.cell("t", "sales", THIS, "96");
    let figure = Amount::new(decimal("96"), Precision::Unknown, Rounding::Nearest);
    unknown.report(cell, "sales", THIS, figure.unwrap().into());
    let unknown = unknown.claim("t", "sales", growth("sales", THIS, YEAR_AGO), "20.0");
    assert_eq!(undecided(unknown), Some(Undecided::PrecisionUnknown));

    let mut approximate = draft().fact("t", "sales", YEAR_AGO, "80");
    let cell = approximate.cell("t", "sales", THIS, "about 96");
    let figure = Amount::exact(decimal("96"));
    approximate.report(cell, "sales", THIS, Figure::Approximate(figure));
    let approximate = approximate.claim("t", "sales", growth("sales", THIS, YEAR_AGO), "20.0");
    assert_eq!(undecided(approximate), Some(Undecided::NotAnAmount));

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

fn total(parts: [&str; 2], whole: &str) -> Draft {
    draft()
        .identity("income", "income.a + income.b")
        .fact("t", "income", THIS, whole)
        .fact("t", "income.a", THIS, parts[0])
        .fact("t", "income.b", THIS, parts[1])
}

/// The causes of the one failing identity, with the text of the cell.
fn causes(audit: &Audit) -> Vec<(CauseKind, String)> {
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
    assert_eq!(causes(&audit), [sign]);
    // One of the quarters.
    let audit = half(["30", "40"], "1010");
    let sign = (CauseKind::FlippedSign, "40".to_owned());
    assert!(causes(&audit).contains(&sign), "{audit}");
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
fn a_cause_is_named_where_it_is_the_only_one() {
    let sign = (CauseKind::FlippedSign, "-234".to_owned());
    assert_eq!(causes(&total(["1000", "-234"], "1234").audit()), [sign]);
    let thousand = (CauseKind::Scale { power: 3 }, "7".to_owned());
    assert_eq!(causes(&total(["52000", "7"], "59000").audit()), [thousand]);

    // 1,243 for 1,234, or 243 for 234: both would do.
    let swapped = |instead: &str, text: &str| {
        let instead = instead.to_owned();
        (CauseKind::TransposedDigits { instead }, text.to_owned())
    };
    let audit = total(["1000", "234"], "1243").audit();
    let both = [swapped("1,234", "1243"), swapped("243", "234")];
    assert_eq!(causes(&audit), both);
    // Another printing confirms the part.
    let audit = total(["1000", "234"], "1243")
        .fact("text", "income.b", THIS, "234")
        .audit();
    assert_eq!(causes(&audit), [swapped("1,234", "1243")]);
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
        let [(CauseKind::TransposedDigits { instead }, text)] = &*causes(&audit) else {
            panic!("{audit}")
        };
        assert!(instead.starts_with("123,456"), "{instead}");
        assert_eq!(text, "124356");
    }
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

fn share(metric: &str, whole: &str) -> Claim {
    Claim::Share {
        part: operand(metric, THIS),
        whole: operand(whole, THIS),
    }
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
