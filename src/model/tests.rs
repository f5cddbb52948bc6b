//! Rules of small types, each as a table.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::likely_cause::is_restated;
use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    parse_date(text).unwrap()
}

fn amount(value: &str, precision: Precision, rounding: Rounding) -> Amount {
    Amount::new(decimal(value), precision, rounding).unwrap()
}

fn to(value: &str, decimals: i8) -> Figure {
    amount(value, Precision::Decimals(decimals), Rounding::Nearest).into()
}

#[test]
fn identifiers_are_plain_names() {
    let long = "x".repeat(128);
    for good in ["a", "7", "iij-2003_08.13/1q03", "A.b", long.as_str()] {
        assert!(good.parse::<Id>().is_ok(), "{good}");
    }
    let longer = "x".repeat(129);
    for bad in [
        "",
        ".a",
        "-a",
        "/a",
        "_a",
        "a..b",
        "a/../b",
        "a b",
        "a\\b",
        "決算",
        "a決",
        "a\n",
        longer.as_str(),
    ] {
        assert!(bad.parse::<Id>().is_err(), "{bad}");
    }
}

#[test]
fn dates_have_one_form() {
    for bad in [
        "2003-06-3",
        "2003-6-30",
        "2003-6-030",
        "2003- 6-30",
        "2003-06- 3",
        " 003-06-30",
        "+203-06-30",
        "2003-06-300",
        "2003-06-30 ",
        "2003/06/30",
    ] {
        assert!(parse_date(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_day_is_a_period_of_one_day() {
    let date = day("2003-06-30");
    let period = Period::duration(date, date).unwrap();
    assert_eq!(period.days(), Some(1));
    assert!(Period::duration(date, day("2003-06-29")).is_err());
}

#[test]
fn labels_of_quarters_and_nine_months() {
    use LabelStyle::{FiscalYearQuarter, QuarterFiscalYear, QuarterShortYear, YearQuarter};
    for (style, year, slot, label) in [
        (QuarterShortYear, 1969, Slot::Q1, "1Q1969"),
        (QuarterShortYear, 1970, Slot::Q1, "1Q70"),
        (QuarterShortYear, 2069, Slot::Q2, "2Q69"),
        (QuarterShortYear, 2070, Slot::Q2, "2Q2070"),
        (YearQuarter, 2003, Slot::Q3, "2003Q3"),
        (YearQuarter, 2003, Slot::NineMonths, "2003 9M"),
        (QuarterFiscalYear, 2003, Slot::NineMonths, "9M FY2003"),
        (FiscalYearQuarter, 2003, Slot::H2, "FY2003 H2"),
    ] {
        assert_eq!(style.label(FiscalPeriod::new(year, slot)), label);
    }
}

#[test]
fn dates_that_are_near_a_slot_keep_their_dates_as_a_label() {
    let calendar = FiscalCalendar::month_end(3, YearNaming::Start).unwrap();
    for (period, label) in [
        ("2003-04-01..2003-06-30", "1Q03"),
        ("2003-04-03..2003-06-30", "2003-04-03..2003-06-30"),
        ("2003-06-30", "1Q03"),
        ("2003-06-28", "2003-06-28"),
    ] {
        assert_eq!(calendar.label_of(&period.parse().unwrap()), label);
    }
}

#[test]
fn changes_of_computed_quantities() {
    use ChangeKind::{
        BaseNotDistinctFromZero, FromZero, Relative, ToZero, TurnedNegative, TurnedPositive,
        Unchanged,
    };
    let exact = |value: i128| Quantity::exact(Fraction::new(value, 1).unwrap());
    let relative = |a, b, convention| Relative {
        ratio: Fraction::new(a, b).unwrap(),
        convention,
    };
    for (now, then, kind) in [
        (0, 0, Unchanged),
        (5, 0, FromZero),
        (-5, 0, FromZero),
        (0, 5, ToZero),
        (0, -5, ToZero),
        (5, -5, TurnedPositive),
        (-5, 5, TurnedNegative),
        (6, 5, relative(1, 5, Convention::OverBase)),
        (4, 5, relative(-1, 5, Convention::OverBase)),
        (-6, -5, relative(-1, 5, Convention::OverAbsoluteBase)),
        (-4, -5, relative(1, 5, Convention::OverAbsoluteBase)),
    ] {
        let change = change_of_quantities(exact(now), exact(then), MetricKind::Flow);
        assert_eq!(change.kind, kind, "{now} after {then}");
    }
    // From -1 to 3, or unknown.
    let one = Fraction::ONE;
    let around = Interval::between(Fraction::from(-1), Fraction::from(3));
    for (base, may_be_zero, kind) in [
        (
            Quantity::new(one, Some(around)),
            true,
            BaseNotDistinctFromZero,
        ),
        (
            Quantity::new(one, None),
            false,
            relative(5, 1, Convention::OverBase),
        ),
        (Quantity::new(Fraction::ZERO, None), true, FromZero),
    ] {
        assert_eq!(base.may_be_zero(), may_be_zero);
        let change = change_of_quantities(exact(6), base, MetricKind::Flow);
        assert_eq!(change.kind, kind);
    }
}

#[test]
fn a_change_is_shown_with_its_interval_where_the_tenth_may_be_off_by_half_a_point() {
    let truncated = |value, decimals| {
        let precision = Precision::Decimals(decimals);
        Figure::from(amount(value, precision, Rounding::Truncated))
    };
    let exact = |value| Figure::from(Amount::exact(decimal(value)));
    for (now, base, shown) in [
        // 96 to 97 over 91: up to 6.593 %.
        (truncated("96", 0), exact("91"), "+5.5% [+5.4%, +6.6%]"),
        // 96 over 91 to 92: down to 4.347 %.
        (exact("96"), truncated("91", 0), "+5.5% [+4.3%, +5.5%]"),
        // Just half a point: 505 over 1,000 to 1,010, and 1,000 to 1,010 over 2,000.
        (exact("505"), truncated("1000", -1), "-49.5%"),
        (truncated("1000", -1), exact("2000"), "-50.0%"),
    ] {
        let change = change_between(&now, &base, MetricKind::Flow);
        assert_eq!(change.to_string(), shown);
    }
}

#[test]
fn exact_is_finer_than_any_digit() {
    use Precision::{Decimals, Exact, Unknown};
    for (one, other, finer) in [
        (Exact, Decimals(28), true),
        (Decimals(28), Exact, false),
        (Exact, Exact, false),
        (Decimals(1), Decimals(0), true),
        (Decimals(0), Decimals(0), false),
        (Exact, Unknown, false),
        (Unknown, Decimals(-9), false),
    ] {
        assert_eq!(one.is_finer_than(other), finer, "{one:?} {other:?}");
    }
}

#[test]
fn a_known_figure_is_read_as_it_is_known() {
    // 1,000 to the unit; 1,400 of unknown precision is to the hundred at the coarsest.
    let unknown = |value| Figure::from(Amount::of_unknown_precision(decimal(value)));
    for (known, other, contradicts) in [
        (to("1000", 0), unknown("1400"), true),
        (to("1000", -3), unknown("1400"), false),
        (unknown("1000"), to("1400", 0), false),
        (to("1000", 0), unknown("1000"), false),
    ] {
        assert_eq!(known.contradicts(&other), contradicts, "{known} {other}");
        assert_eq!(other.contradicts(&known), contradicts, "{known} {other}");
    }
}

#[test]
fn amounts_are_read_at_their_scale() {
    for (value, decimals, text) in [
        ("500000", -5, "0.5 million"),
        ("500000", -4, "500 thousand"),
        ("500000", -3, "500 thousand"),
        ("17500000000", -8, "17.5 billion"),
    ] {
        assert_eq!(to(value, decimals).to_string(), text);
    }
    let amount = Amount::exact(decimal("-5"));
    assert_eq!(amount.negated().value(), decimal("5"));
    assert!(
        !Amount::exact(decimal("0"))
            .negated()
            .value()
            .is_sign_negative()
    );
}

#[test]
fn a_zero_that_is_not_reached_times_what_has_no_end() {
    let (zero, one) = (Fraction::ZERO, Fraction::ONE);
    let low = Interval::from_low(zero, false);
    let up_to_one = Interval::to_high(one, true);
    let half_open = low.intersection(&up_to_one).unwrap();
    let from = Interval::from_low(Fraction::from(-5), true);
    // (0, 1] times all from -5 up is all from -5 up.
    assert_eq!(half_open.times(&from), Ok(from));
}

#[test]
fn terms_are_those_of_a_ratio_as_it_stands() {
    assert_eq!(Fraction::new(4, 6).unwrap().terms(), (4, 6));
    assert_eq!(Fraction::new(4, -6).unwrap().terms(), (-4, 6));
    assert_eq!(Fraction::ZERO.terms(), (0, 1));
}

#[test]
fn words_of_a_metric_say_something_and_differ() {
    let metric = |positive: &str, negative: Option<&str>| Metric {
        path: "m".parse().unwrap(),
        kind: MetricKind::Flow,
        dimension: Dimension::Money,
        positive: positive.into(),
        negative: negative.map(str::to_owned),
    };
    for (positive, negative, means) in [
        ("income", None, true),
        ("income", Some("loss"), true),
        ("income", Some("income"), false),
        ("income", Some(" "), false),
        (" ", Some("loss"), false),
        ("", None, false),
    ] {
        let metric = metric(positive, negative);
        assert_eq!(metric.has_meaning(), means, "{positive} {negative:?}");
        assert_eq!(metric.merged(&metric), Some(metric.clone()));
    }
}

#[test]
fn bandwidth_at_an_instant_is_no_average() {
    let concept = Concept::new("c", "Traffic").unwrap();
    let unit = Unit::Bandwidth("Gbps".parse().unwrap());
    for (period, path, kind) in [
        ("2003-06-30", "c.traffic.bandwidth", MetricKind::Stock),
        (
            "2003-04-01..2003-06-30",
            "c.traffic.average_bandwidth",
            MetricKind::Average,
        ),
    ] {
        let metric = concept.metric(&unit, &period.parse().unwrap()).unwrap();
        assert_eq!((metric.path.as_str(), metric.kind), (path, kind));
    }
}

#[test]
fn zero_is_restated_by_no_split() {
    let times = |new, old| Fraction::new(new, old).unwrap();
    for (old, factor, new, restated) in [
        ("0.50", times(2, 1), "1", true),
        ("0.02", times(1, 2), "0.01", true),
        ("0", times(2, 1), "0.01", false),
        ("0.01", times(1, 2), "0", false),
        ("0", times(1, 2), "0", false),
    ] {
        assert_eq!(
            is_restated(decimal(old), factor, decimal(new)),
            restated,
            "{old} {new}"
        );
    }
}

#[test]
fn a_claim_is_about_its_operands() {
    let operand = |metric: &str| Operand {
        company: "c".parse().unwrap(),
        metric: metric.parse().unwrap(),
        scenario: Scenario::Actual,
        scope: Scope::total(),
        period: "2003-06-30".parse().unwrap(),
    };
    let (a, b) = (operand("a"), operand("b"));
    let date = day("2003-06-30");
    let two = |part: &Operand, whole: &Operand| Claim::Share {
        part: part.clone(),
        whole: whole.clone(),
    };
    assert_eq!(two(&a, &b).operands(), [&a, &b]);
    let growth = Claim::Growth {
        of: b.clone(),
        over: a.clone(),
    };
    assert_eq!(growth.operands(), [&b, &a]);
    let revision = Claim::Revision {
        of: a.clone(),
        from: date,
        to: date,
    };
    assert_eq!(revision.operands(), [&a]);
}

#[test]
fn evidence_names_its_days() {
    let (first, last) = (day("2001-01-01"), day("2003-06-30"));
    assert!(!Evidence::default().is_inferred());
    assert_eq!(Evidence::default().days().count(), 0);
    let evidence = Evidence {
        name: NameEvidence::Inferred {
            last: day("2002-02-02"),
        },
        calendar: CalendarEvidence::Inferred {
            year_ends: 3,
            last: day("2002-03-03"),
        },
        splits: Some(SplitEvidence {
            last,
            facts: 7,
            first,
        }),
    };
    assert!(evidence.is_inferred());
    let mut days: Vec<NaiveDate> = evidence.days().collect();
    days.sort();
    assert_eq!(days, [first, day("2002-02-02"), day("2002-03-03"), last]);
    // No earlier, no later, no fewer facts.
    let of = |first, last, facts| SplitEvidence { last, facts, first };
    let evidence = of(day("2001-01-02"), day("2003-06-29"), 7);
    for (first, last, facts, covers) in [
        ("2001-01-02", "2003-06-29", 7, true),
        ("2001-01-01", "2003-06-30", 8, true),
        ("2001-01-03", "2003-06-30", 8, false),
        ("2001-01-01", "2003-06-28", 8, false),
        ("2001-01-01", "2003-06-30", 6, false),
    ] {
        let other = of(day(first), day(last), facts);
        assert_eq!(other.covers(&evidence), covers, "{first} {last} {facts}");
    }
}

#[test]
fn weeks_of_a_year_end() {
    let check = |weeks, long_quarter| {
        FiscalCalendar::new(vec![CalendarRule {
            from: None,
            year_end: YearEnd::Weekly {
                month: 1,
                weekday: chrono::Weekday::Sat,
                pick: WeekdayPick::Last,
                weeks,
                long_quarter,
            },
            named_by: YearNaming::End,
            labels: LabelStyle::FiscalYearQuarter,
        }])
        .is_ok()
    };
    for (weeks, long_quarter, holds) in [
        ([13, 13, 13, 13], 4, true),
        ([12, 12, 12, 16], 1, true),
        ([17, 12, 12, 11], 4, false),
        ([18, 12, 12, 10], 4, false),
        ([13, 13, 13, 12], 4, false),
        ([13, 13, 13, 14], 4, false),
        ([13, 13, 13, 13], 0, false),
        ([13, 13, 13, 13], 5, false),
    ] {
        assert_eq!(check(weeks, long_quarter), holds, "{weeks:?}");
    }
    let read = |text: &str| serde_json::from_str::<YearEnd>(text).is_ok();
    for (text, holds) in [
        (r#"{"month": 3}"#, true),
        (r#"{"month": 3, "weeks": [13, 13, 13, 13]}"#, false),
        (r#"{"month": 3, "long_quarter": 4}"#, false),
        (r#"{"month": 3, "pick": "last"}"#, false),
        (r#"{"month": 3, "weekday": "Sat"}"#, false),
        (r#"{"month": 3, "weekday": "Sat", "pick": "last"}"#, true),
    ] {
        assert_eq!(read(text), holds, "{text}");
    }
    let march = YearEnd::MonthEnd { month: 3 };
    assert_eq!(march.boundary(2004, 4), Some(day("2004-04-01")));
    assert_eq!(march.boundary(2004, 5), None);
}

#[test]
fn currencies_of_units() {
    for (unit, currency) in [
        ("JPY", Some(Currency::JPY)),
        ("USD/share", Some(Currency::USD)),
        ("percent", None),
        ("shares", None),
    ] {
        let unit: Unit = unit.parse().unwrap();
        assert_eq!(unit.currency(), currency, "{unit}");
    }
}

#[test]
fn expressions_have_at_most_so_many_levels() {
    let most = Expression::DEPTH_LIMIT;
    let sum = |first: &str, terms: usize| {
        let terms = vec!["b"; terms - 1].join(" + ");
        format!("{first} + {terms}").parse::<Expression>()
    };
    assert!(sum("b", most).is_ok());
    assert!(sum("b", most + 1).is_err());
    // A sign is a level of its own.
    assert!(sum("-b", most - 1).is_ok());
    assert!(sum("-b", most).is_err());
    // So many on the right side of another.
    let on_the_right = |terms: usize| {
        let terms = vec!["b"; terms].join(" + ");
        format!("a - ({terms})").parse::<Expression>()
    };
    assert!(on_the_right(most - 1).is_ok());
    assert!(on_the_right(most).is_err());
}

#[test]
fn the_members_of_the_narrower_scope_win() {
    let scope = |text: &str| text.parse::<Scope>().unwrap();
    let table = scope("business=all,segment=network");
    for (by, narrowed) in [
        ("", "business=all,segment=network"),
        ("facility=x", "business=all,facility=x,segment=network"),
        ("business=current", "business=current,segment=network"),
    ] {
        assert_eq!(table.narrowed(&scope(by)), scope(narrowed));
    }
}

#[test]
fn numbers_are_kept_without_zeros_at_their_end() {
    for (mantissa, scale, text) in [
        (1500, 3, "1.5"),
        (1500, 1, "150"),
        (1500, 0, "1500"),
        (-120, 2, "-1.2"),
        (0, 2, "0"),
        (7, 2, "0.07"),
    ] {
        let amount = Amount::of_mantissa(mantissa, scale, Precision::Exact, Rounding::Nearest);
        assert_eq!(amount.unwrap().value().to_string(), text);
    }
}

#[test]
fn places_to_which_a_change_is_safe_to_print() {
    use SafeDigits::{All, None, Places, Unknown};
    let percent = |now: &str, then: &str| {
        let decimals = |text: &str| i8::try_from(decimal(text).scale()).unwrap();
        change_between(
            &to(now, decimals(now)),
            &to(then, decimals(then)),
            MetricKind::Flow,
        )
    };
    // +4.37 to +6.63 %; +5.8570 to +5.8593 %, which both print as 5.86.
    assert_eq!(percent("96", "91").safe_digits(), Some(None));
    assert_eq!(percent("96.098", "90.780").safe_digits(), Some(Places(2)));
    assert_eq!(percent("-97", "329").safe_digits(), Option::None);
    // 3.45 to 3.55 less 10.25 to 10.35: -6.9 to -6.7 points, which both print as -7.
    let points = |now: &Figure, then: &Figure| change_between(now, then, MetricKind::Ratio);
    let margin = to("3.5", 1);
    assert_eq!(
        points(&margin, &to("10.3", 1)).safe_digits(),
        Some(Places(0))
    );
    let exact = |value: &str| Amount::exact(decimal(value)).into();
    let change = points(&exact("3.5"), &exact("10.3"));
    assert_eq!(change.safe_digits(), Some(All));
    let unknown = Amount::of_unknown_precision(decimal("10.3")).into();
    assert_eq!(points(&margin, &unknown).safe_digits(), Some(Unknown));
}
