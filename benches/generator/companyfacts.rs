//! Company facts files of companies that do not exist: some years of quarterly and annual reports, each with its
//! comparatives, so that most facts stand in two filings and some are restated.

use std::fmt::Write as _;

const FLOWS: [&str; 20] = [
    "Revenues",
    "CostOfRevenue",
    "GrossProfit",
    "OperatingIncomeLoss",
    "NetIncomeLoss",
    "ResearchAndDevelopmentExpense",
    "SellingGeneralAndAdministrativeExpense",
    "IncomeTaxExpenseBenefit",
    "InterestExpense",
    "DepreciationAndAmortization",
    "NetCashProvidedByUsedInOperatingActivities",
    "NetCashProvidedByUsedInInvestingActivities",
    "NetCashProvidedByUsedInFinancingActivities",
    "PaymentsToAcquirePropertyPlantAndEquipment",
    "ShareBasedCompensation",
    "IncomeLossBeforeIncomeTaxes",
    "OtherNonoperatingIncomeExpense",
    "PaymentsOfDividends",
    "ComprehensiveIncomeNetOfTax",
    "OperatingExpenses",
];
const STOCKS: [&str; 10] = [
    "Assets",
    "Liabilities",
    "StockholdersEquity",
    "CashAndCashEquivalentsAtCarryingValue",
    "AccountsReceivableNetCurrent",
    "InventoryNet",
    "AssetsCurrent",
    "LiabilitiesCurrent",
    "LongTermDebtNoncurrent",
    "Goodwill",
];
/// The first fiscal year.
const FIRST: u32 = 2018;
/// Month and day at which each quarter ends.
const QUARTER_ENDS: [(u32, u32); 4] = [(3, 31), (6, 30), (9, 30), (12, 31)];

/// The number of a company in ten digits.
pub(crate) fn cik(company: usize) -> String {
    format!("{:010}", 9_000_000 + company)
}

/// The file of a company, with at most so many tags.
pub(crate) fn file(company: usize, years: u32, tags: usize) -> String {
    let mut json = format!(
        "{{\"cik\":{},\"entityName\":\"Generated {company} Inc.\",\"facts\":{{\"us-gaap\":{{",
        9_000_000 + company
    );
    for (nth, tag) in FLOWS.iter().chain(&STOCKS).take(tags).enumerate() {
        let comma = if nth == 0 { "" } else { "," };
        write!(
            json,
            "{comma}\"{tag}\":{{\"label\":\"{tag}\",\"description\":\"Generated.\",\"units\":{{\"USD\":["
        )
        .expect("memory");
        let seed = 1 + (company * 64 + nth) as u64;
        facts(&mut json, company, years, seed, nth < FLOWS.len());
        json.push_str("]}}");
    }
    json.push_str("}}}");
    json
}

/// The facts of one tag, filing by filing.
fn facts(json: &mut String, company: usize, years: u32, seed: u64, flow: bool) {
    let mut first = true;
    for year in FIRST..FIRST + years {
        for quarter in 0..4 {
            for (start, end) in periods(year, quarter, flow) {
                let (filed_year, filed_month) = match quarter {
                    3 => (year + 1, 2),
                    _ => (year, quarter * 3 + 5),
                };
                let restated = end.0 < year && hash(seed + u64::from(end.0)).is_multiple_of(20);
                let value = value(seed, start, end) + i64::from(restated) * 1000;
                if !first {
                    json.push(',');
                }
                first = false;
                json.push('{');
                if let Some((y, m)) = start {
                    write!(json, "\"start\":\"{y}-{m:02}-01\",").expect("memory");
                }
                let day = QUARTER_ENDS[end.1 as usize];
                let (period, form) = match quarter {
                    3 => ("FY".to_owned(), "10-K"),
                    _ => (format!("Q{}", quarter + 1), "10-Q"),
                };
                write!(
                    json,
                    "\"end\":\"{}-{:02}-{:02}\",\"val\":{value},\"accn\":\"{}-{:02}-{:06}\",\"fy\":{year},\"fp\":\"{period}\",\"form\":\"{form}\",\"filed\":\"{filed_year}-{filed_month:02}-20\"}}",
                    end.0,
                    day.0,
                    day.1,
                    cik(company),
                    filed_year % 100,
                    year * 4 + quarter
                )
                .expect("memory");
            }
        }
    }
}

type Month = (u32, u32);

/// What a report of a quarter shows: starts as year and month, ends as year and quarter.
fn periods(year: u32, quarter: u32, flow: bool) -> Vec<(Option<Month>, Month)> {
    if !flow {
        return vec![(None, (year - 1, 3)), (None, (year, quarter))];
    }
    let mut periods = Vec::new();
    for year in [year - 1, year] {
        if quarter < 3 {
            periods.push((Some((year, quarter * 3 + 1)), (year, quarter)));
        }
        if quarter > 0 {
            periods.push((Some((year, 1)), (year, quarter)));
        }
    }
    periods
}

/// In thousands of dollars; losses too.
fn value(seed: u64, start: Option<Month>, end: Month) -> i64 {
    let (year, month) = start.unwrap_or((0, 0));
    let period = [year, month, end.0, end.1].map(u64::from);
    let period = period.into_iter().fold(seed, |sum, part| hash(sum + part));
    let base = i64::try_from(hash(seed) % 10_000_000).expect("small");
    (base + i64::try_from(period % 1_000_000).expect("small") - 500_000) * 1000
}

/// The finaliser of splitmix64: the same values on every machine.
fn hash(seed: u64) -> u64 {
    let mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
