//! The bytes of records.

use rust_decimal::Decimal;

use super::{SERIES, amount, hex, pinned};
use crate::codec::addition::{Addition, AdditionsRecord, SplitInference, SumRecord, SumsRecord};
use crate::codec::cells::{self, CellsRecord};
use crate::codec::check::{CheckRecord, ChecksRecord};
use crate::codec::record::{
    CatalogRecord, CommitRecord, CompanyRecord, DocumentNumber, DocumentRecord, EntryRecord,
    IntentRecord, Totals, Variant, chain, pack, unpack,
};
use crate::codec::{CodecError, SeriesId};
use crate::model::{
    CalendarEvidence, CalendarRule, Cell, Check, Claim, Document, DocumentKind, Figure,
    FiscalCalendar, LabelStyle, Metric, MetricKind, NameEvidence, Operand, Precision, Rounding,
    Split, SplitEvidence, WeekdayPick, YearEnd, YearNaming,
};

#[test]
fn company_records() {
    let calendar = FiscalCalendar::new(vec![
        CalendarRule {
            from: None,
            year_end: YearEnd::MonthEnd { month: 3 },
            named_by: YearNaming::Start,
            labels: LabelStyle::QuarterShortYear,
        },
        CalendarRule {
            from: Some("2015-01-01".parse().unwrap()),
            year_end: YearEnd::Weekly {
                month: 12,
                weekday: chrono::Weekday::Sun,
                pick: WeekdayPick::Nearest,
                weeks: [13; 4],
                long_quarter: 4,
            },
            named_by: YearNaming::End,
            labels: LabelStyle::FiscalYearQuarter,
        },
    ]);
    let company = CompanyRecord {
        id: "iij".parse().unwrap(),
        name: "Internet Initiative Japan".into(),
        calendar: calendar.unwrap(),
        recent: false,
    };
    let older = concat!(
        "03'iij' 19'Internet Initiative Japan' 02",
        "00 03 00 00 00 00 00 00",
        "01 0a'2015-01-01' 0c 01 03'Sun' 01 01 01 0d0d0d0d 01 04 01 03",
    );
    pinned(&company, &format!("{older} 00"));
    assert_eq!(
        unpack(&hex(older)),
        Ok(company.clone()),
        "of versions 1 to 5"
    );
    let recent = CompanyRecord {
        recent: true,
        ..company
    };
    pinned(&recent, &format!("{older} 01"));
    for other in ["02", "00 00"] {
        let read = unpack::<CompanyRecord>(&hex(&format!("{older} {other}")));
        assert_eq!(read, Err(CodecError::Record), "{other}");
    }
}

fn identity(metric: &str, scope: &str, equals: &str) -> crate::model::Identity {
    crate::model::Identity {
        metric: metric.parse().unwrap(),
        scope: scope.parse().unwrap(),
        equals: equals.parse().unwrap(),
    }
}

#[test]
fn additions_to_a_company() {
    let split = Split::new("2014-06-09".parse().unwrap(), 7, 1).unwrap();
    let additions = vec![
        Addition::Identity(identity("cash", "", "opening(cash)+net_cash.change")),
        Addition::Identity(identity("a", "x=y", "2*a[x=z]")),
        Addition::Split(split),
    ];
    pinned(
        &AdditionsRecord(additions),
        "03 00 04'cash' 00 1f'opening(cash) + net_cash.change'
            00 01'a' 01 01'x' 01'y' 0a'2 * a[x=z]'
            01 0a'2014-06-09' 07 01",
    );
    // Since version 3.
    let last = "2014-10-27".parse().unwrap();
    let from = SplitEvidence {
        last,
        facts: 1000,
        first: "2009-07-22".parse().unwrap(),
    };
    let splits = vec![split];
    let additions = vec![
        Addition::Inferred(SplitInference { from, splits }),
        Addition::Calendar(CalendarEvidence::Assumed),
        Addition::Calendar(CalendarEvidence::Inferred { year_ends: 6, last }),
        Addition::Calendar(CalendarEvidence::Declared),
        Addition::Name(NameEvidence::Assumed),
        Addition::Name(NameEvidence::Inferred { last }),
        Addition::Name(NameEvidence::Declared),
    ];
    pinned(
        &AdditionsRecord(additions),
        "07 02 0a'2014-10-27' fb03e8 0a'2009-07-22' 01 0a'2014-06-09' 07 01
            03 00
            03 01 06 0a'2014-10-27'
            03 02
            04 00
            04 01 0a'2014-10-27'
            04 02",
    );
}

/// The bytes of version 1, in which companies had sums.
#[test]
fn sums_of_version_1_are_read_as_identities() {
    let sum = |total: &str, parts: &[&str]| SumRecord {
        total: total.into(),
        parts: parts.iter().map(ToString::to_string).collect(),
    };
    let record = SumsRecord(vec![
        sum("gross_profit", &["revenue", "-cost_of_revenue"]),
        sum("a[x=y]", &["-a[x=z]", "b"]),
    ]);
    pinned(
        &record,
        "02 0c'gross_profit' 02 07'revenue' 10'-cost_of_revenue'
            06'a[x=y]' 02 07'-a[x=z]' 01'b'",
    );
    let expected = vec![
        identity("gross_profit", "", "revenue - cost_of_revenue"),
        identity("a", "x=y", "-a[x=z] + b"),
    ];
    assert_eq!(record.identities(), Ok(expected));
}

#[test]
fn metric_variant_and_catalog_records() {
    let metric = Metric {
        path: "cost_of_revenue".parse().unwrap(),
        kind: MetricKind::Flow,
        dimension: crate::model::Dimension::Money,
        positive: "expense".into(),
        negative: Some("credit".into()),
    };
    pinned(
        &metric,
        "0f'cost_of_revenue' 00 00 07'expense' 01 06'credit'",
    );
    let variant = Variant {
        scenario: crate::model::Scenario::Target,
        scope: "segment=network,business=current".parse().unwrap(),
        unit: "JPY/shares".parse().unwrap(),
    };
    pinned(
        &variant,
        "01 02 08'business' 07'current' 07'segment' 07'network' 0a'JPY/shares'",
    );
    pinned(&EntryRecord { created: 300 }, "fb012c");
    pinned(
        &CatalogRecord(vec![(1, 300), (250, 0), (65536, 1)]),
        "03 01 fb012c fa00 fc00010000 01",
    );
    for bytes in ["02 0200 0109", "02 0102 0102"] {
        assert_eq!(
            unpack::<CatalogRecord>(&hex(bytes)),
            Err(CodecError::Record)
        );
    }
}

#[test]
fn choices_are_numbered_in_the_order_of_the_document() {
    use crate::model::Dimension::{Bandwidth, Count, Money, MoneyPer, Percent, Pure};
    use crate::model::MetricKind::{Average, Flow, PerShare, Ratio, Stock};
    let kinds = [Flow, Stock, Ratio, PerShare, Average, Flow];
    let dimensions = [Money, MoneyPer, Count, Bandwidth, Percent, Pure];
    for (n, (kind, dimension)) in kinds.into_iter().zip(dimensions).enumerate() {
        let metric = Metric {
            path: "m".parse().unwrap(),
            kind,
            dimension,
            positive: String::new(),
            negative: None,
        };
        pinned(&metric, &format!("01'm' {:02x} {n:02x} 00 00", n % 5));
    }
    for (n, scenario) in ["actual", "target", "plan", "pro_forma"]
        .into_iter()
        .enumerate()
    {
        let variant = Variant {
            scenario: scenario.parse().unwrap(),
            scope: "".parse().unwrap(),
            unit: "%".parse().unwrap(),
        };
        pinned(&variant, &format!("{n:02x} 00 01'%'"));
    }
}

#[test]
fn document_records() {
    use DocumentKind::{
        AnnualReport, Notice, Other, Presentation, Proxy, QuarterlyReport, Results,
    };
    let document = Document {
        id: "iij-1q03".parse().unwrap(),
        title: "1Q03 Results".into(),
        issuer: "IIJ".into(),
        kind: Results,
        published: "2003-08-13".parse().unwrap(),
        utc_offset: Some("+09:00".parse().unwrap()),
        reports: Some("1Q03".into()),
    };
    let mut record = DocumentRecord {
        document,
        digest: [0xbb; 32],
        commit: 7,
        cells: 400,
        facts: 251,
        checks: 0,
    };
    let digest = "bb".repeat(32);
    pinned(
        &record,
        &format!(
            "08'iij-1q03' 0c'1Q03 Results' 03'IIJ' 00 0a'2003-08-13' 01 06'+09:00' 01 04'1Q03'
             {digest} 07 fb0190 fb00fb 00"
        ),
    );
    record.document.utc_offset = None;
    record.document.reports = None;
    let kinds = [
        Results,
        Presentation,
        AnnualReport,
        QuarterlyReport,
        Notice,
        Proxy,
        Other,
    ];
    for (n, kind) in kinds.into_iter().enumerate() {
        record.document.kind = kind;
        pinned(
            &record,
            &format!(
                "08'iij-1q03' 0c'1Q03 Results' 03'IIJ' {n:02x} 0a'2003-08-13' 00 00
                 {digest} 07 fb0190 fb00fb 00"
            ),
        );
    }
    pinned(&DocumentNumber(70_000), "fc00011170");
}

#[test]
fn cells_records() {
    let cell = Cell {
        address: "t1!R2C2".into(),
        place: "Table 1".into(),
        row: "Revenue".into(),
        column: "1Q03".into(),
        text: "8,344".into(),
        scale: 6,
        unplaced: None,
    };
    let records = cells::split(std::slice::from_ref(&cell)).unwrap();
    let bytes = "03 07'Table 1' 07'Revenue' 04'1Q03' 01 07't1!R2C2' 00 01 02 05'8,344' 06 00";
    pinned(&records[0], bytes);
    let read: CellsRecord = unpack(&hex(bytes)).unwrap();
    assert_eq!(read.cell(0), Some(cell));
}

const QUARTER: &str = "2003-04-01..2003-06-30";
const YEAR_AGO: &str = "2002-04-01..2002-06-30";
/// The bytes of an operand before its period.
const OPERAND: &str = "03'iij' 07'revenue' 00 00";

fn operand(period: &str) -> Operand {
    Operand {
        company: "iij".parse().unwrap(),
        metric: "revenue".parse().unwrap(),
        scenario: crate::model::Scenario::Actual,
        scope: crate::model::Scope::total(),
        period: period.parse().unwrap(),
    }
}

#[test]
fn checks_records() {
    let one = |value: i64, scale, precision, rounding| {
        amount(Decimal::new(value, scale), precision, rounding)
    };
    let rate = Figure::Amount(one(-153, 1, Precision::Decimals(1), Rounding::Nearest));
    let wide = Decimal::from_i128_with_scale(1 << 70, 0);
    let checks = vec![
        Check {
            cell: 3,
            claim: Claim::Growth {
                of: operand(QUARTER),
                over: operand(YEAR_AGO),
            },
            figure: rate.clone(),
        },
        Check {
            cell: 4,
            claim: Claim::Translation {
                of: operand("2003-06-30"),
                into: crate::model::Currency::USD,
                rate: Decimal::new(11_987, 2),
            },
            figure: Figure::Range {
                low: one(1, 0, Precision::Exact, Rounding::Truncated),
                high: amount(wide, Precision::Unknown, Rounding::Nearest),
            },
        },
    ];
    let record = ChecksRecord(checks.iter().map(CheckRecord::from).collect());
    let bytes = format!(
        "02
         03 00 {OPERAND} 16'{QUARTER}' {OPERAND} 16'{YEAR_AGO}' 00 fb0131 01 01 00
         04 03 {OPERAND} 0a'2003-06-30' 03'USD' fb5da6 02
         06 02 00 64 01 fe00000000000000800000000000000000 00 65 00"
    );
    pinned(&record, &bytes);
    assert_eq!(record.checks(), Ok(checks));
}

#[test]
fn claims_and_figures_are_numbered_in_the_order_of_the_document() {
    let both = format!("{OPERAND} 16'{QUARTER}' {OPERAND} 16'{YEAR_AGO}'");
    let (of, over) = (operand(QUARTER), operand(YEAR_AGO));
    let revision = Claim::Revision {
        of: of.clone(),
        from: "2008-10-24".parse().unwrap(),
        to: "2009-02-12".parse().unwrap(),
    };
    let nil = Figure::Nil(crate::model::Nil::Zero);
    let claims = [
        (
            Claim::Growth {
                of: of.clone(),
                over: over.clone(),
            },
            format!("00 {both}"),
        ),
        (
            Claim::Difference {
                of: of.clone(),
                over: over.clone(),
            },
            format!("01 {both}"),
        ),
        (
            Claim::Share {
                part: of,
                whole: over,
            },
            format!("02 {both}"),
        ),
        (
            revision.clone(),
            format!("04 {OPERAND} 16'{QUARTER}' 0a'2008-10-24' 0a'2009-02-12'"),
        ),
    ];
    let revision_bytes = claims[3].1.clone();
    for (claim, bytes) in claims {
        pinned_check(claim, nil.clone(), &format!("01 03 {bytes} 08"));
    }
    let ten = amount(Decimal::from(10), Precision::Decimals(0), Rounding::Nearest);
    for (figure, bytes) in [
        (Figure::Amount(ten), "00 14 00 00 00"),
        (Figure::Approximate(ten), "01 14 00 00 00"),
        (Figure::AtLeast(ten), "02 14 00 00 00"),
        (Figure::MoreThan(ten), "03 14 00 00 00"),
        (Figure::AtMost(ten), "04 14 00 00 00"),
        (Figure::LessThan(ten), "05 14 00 00 00"),
        (Figure::Qualitative("flat".into()), "07 04'flat'"),
        (nil, "08"),
        (Figure::Nil(crate::model::Nil::None), "09"),
        (Figure::Nil(crate::model::Nil::NotApplicable), "0a"),
    ] {
        pinned_check(
            revision.clone(),
            figure,
            &format!("01 03 {revision_bytes} {bytes}"),
        );
    }
}

fn pinned_check(claim: Claim, figure: Figure, bytes: &str) {
    let check = Check {
        cell: 3,
        claim,
        figure,
    };
    let record = ChecksRecord(vec![CheckRecord::from(&check)]);
    pinned(&record, bytes);
    assert_eq!(record.checks(), Ok(vec![check]));
}

#[test]
fn commit_and_intent_records() {
    let record = CommitRecord {
        previous: [0xcc; 32],
        sequence: 7,
        recorded: 1_060_700_400,
        documents: 1,
        rows: 250,
        digest: [0xdd; 32],
        totals: Totals {
            companies: 1,
            metrics: 2,
            variants: 3,
            documents: 4,
            series: 5,
            rows: 600,
        },
        additions: Some(300),
    };
    let (cc, dd) = ("cc".repeat(32), "dd".repeat(32));
    pinned(
        &record,
        &format!("{cc} 07 fc7e7201e0 01 fa {dd} 01 02 03 04 05 fb0258 fb012c"),
    );
    let older = CommitRecord {
        additions: None,
        ..record
    };
    pinned(
        &older,
        &format!("{cc} 07 fc7e7201e0 01 fa {dd} 01 02 03 04 05 fb0258"),
    );
    assert_eq!(
        chain(&pack(&record).unwrap()).to_vec(),
        hex("ad04bd921123c814e7a2fdeb3a6e19f2587e2db5cd374837d1075c15e8f83936")
    );
    assert_eq!(
        chain(&pack(&older).unwrap()).to_vec(),
        hex("e15a78b39f974b6c94e53b51a8b88eca3fcd549c3acb20af2028cb2c0cd7f267")
    );
    let other = SeriesId {
        metric: 4,
        variant: 5,
        company: 251,
    };
    pinned(
        &IntentRecord::new(7, 2, &[SERIES, other]),
        "07 02 02 01 02 03 04 05 fb00fb",
    );
}
