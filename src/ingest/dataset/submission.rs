//! `sub.txt`: which company made each filing, and when.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use chrono::{Datelike, NaiveDate};

use crate::model::date::check_date;
use crate::model::{
    CalendarEvidence, CalendarRule, Company, Evidence, FiscalCalendar, LabelStyle, ModelError,
    NAME_LIMIT, NameEvidence, YearEnd, YearNaming,
};

use super::super::companyfacts::CalendarNote;
use super::super::error::IngestError;
use super::super::words::check_said;
use super::error::{DataSetError, RowFault};
use super::table::{Cells, Header, Origin, Rows};

/// The columns of all layouts.
pub(super) const COLUMNS: [&str; 36] = [
    "adsh",
    "cik",
    "name",
    "sic",
    "countryba",
    "stprba",
    "cityba",
    "zipba",
    "bas1",
    "bas2",
    "baph",
    "countryma",
    "stprma",
    "cityma",
    "zipma",
    "mas1",
    "mas2",
    "countryinc",
    "stprinc",
    "ein",
    "former",
    "changed",
    "afs",
    "wksi",
    "fye",
    "form",
    "period",
    "fy",
    "fp",
    "filed",
    "accepted",
    "prevrpt",
    "detail",
    "instance",
    "nciks",
    "aciks",
];
/// The longest form, fiscal year or period, in bytes.
const WORD_LIMIT: usize = 100;

/// A filing.
#[derive(Clone, Debug)]
pub(super) struct Submission {
    pub(super) accession: String,
    /// The company's number, in ten digits.
    pub(super) cik: String,
    pub(super) form: String,
    pub(super) filed: NaiveDate,
    /// What the filing says it is about.
    pub(super) year: String,
    pub(super) period: String,
    name: String,
    year_end: Option<u32>,
}

/// The filings of a data set by day and number, and what they say of companies.
#[derive(Debug, Default)]
pub(super) struct Submissions {
    pub(super) filings: Vec<Submission>,
    /// The place of each filing in the list, by its number; `None` for one that is refused.
    numbers: HashMap<String, Option<u32>>,
    pub(super) refused: Vec<IngestError>,
    /// By the company's number, the places of its filings.
    companies: BTreeMap<String, Vec<usize>>,
}

/// Where the columns stand.
struct Columns {
    adsh: usize,
    cik: usize,
    name: usize,
    form: usize,
    filed: usize,
    year_end: Option<usize>,
    year: Option<usize>,
    period: Option<usize>,
}

impl Submissions {
    pub(super) fn read(
        input: impl Read,
        origin: Origin<'_>,
    ) -> Result<(Header, Self), IngestError> {
        let (header, mut rows) = Rows::new(input, origin)?;
        let columns = Columns {
            adsh: header.required("adsh", origin)?,
            cik: header.required("cik", origin)?,
            name: header.required("name", origin)?,
            form: header.required("form", origin)?,
            filed: header.required("filed", origin)?,
            year_end: header.position("fye"),
            year: header.position("fy"),
            period: header.position("fp"),
        };
        let mut all = Self::default();
        while let Some(row) = rows.next()? {
            let refuse = |fault: RowFault| origin.row(row.line, row.bytes, fault);
            let cells = match row.cells(&header) {
                Ok(cells) => cells,
                Err(fault) => {
                    all.refused.push(refuse(fault));
                    continue;
                }
            };
            let key = match accession(&cells, columns.adsh) {
                Ok(key) => key,
                Err(fault) => {
                    all.refused.push(refuse(fault));
                    continue;
                }
            };
            if all.numbers.insert(key.to_owned(), None).is_some() {
                let key = key.to_owned();
                return Err(origin.row(row.line, row.bytes, DataSetError::KeyTwice { key }));
            }
            match columns.submission(key, &cells) {
                Ok(submission) => all.filings.push(submission),
                Err(fault) => all.refused.push(refuse(fault)),
            }
        }
        all.filings
            .sort_by(|a, b| (a.filed, &a.accession).cmp(&(b.filed, &b.accession)));
        for (number, (place, filing)) in (0_u32..).zip(all.filings.iter().enumerate()) {
            all.numbers.insert(filing.accession.clone(), Some(number));
            let of_one = all.companies.entry(filing.cik.clone()).or_default();
            of_one.push(place);
        }
        Ok((header, all))
    }

    /// The place of a filing in the list.
    pub(super) fn number(&self, accession: &str) -> Result<u32, RowFault> {
        let found = self.numbers.get(accession).copied();
        let accession = || accession.to_owned();
        match found {
            Some(Some(number)) => Ok(number),
            Some(None) => Err(RowFault::RefusedSubmission {
                accession: accession(),
            }),
            None => Err(RowFault::NoSubmission {
                accession: accession(),
            }),
        }
    }

    /// The company of a filing by the last of its filings here that tells.
    pub(super) fn company(&self, of: &Submission) -> Result<OfCompany, ModelError> {
        let places = self.companies.get(&of.cik).map(Vec::as_slice);
        let filings = places.unwrap_or_default().iter().rev();
        let filings: Vec<&Submission> = filings.filter_map(|at| self.filings.get(*at)).collect();
        let mut months = filings
            .iter()
            .filter_map(|filing| Some((filing.year_end?, filing.filed)));
        let told = months.next();
        let month = told.map(|(month, _)| month);
        let calendar = told.map_or(CalendarEvidence::Assumed, |(_, last)| {
            CalendarEvidence::Inferred { year_ends: 1, last }
        });
        let mut notes = vec![match month {
            Some(month) => CalendarNote::RoundedYearEnd { month },
            None => CalendarNote::NoYearEnd,
        }];
        if let Some((other, _)) = months.find(|(other, _)| Some(*other) != month) {
            notes.push(CalendarNote::OtherMonth { month: other });
        }
        let id = format!("CIK{}", of.cik);
        let company = Company {
            id: id.parse()?,
            name: filings.first().map_or(id, |last| last.name.clone()),
            calendar: FiscalCalendar::new(vec![CalendarRule {
                from: None,
                year_end: YearEnd::MonthEnd {
                    month: month.unwrap_or(12),
                },
                named_by: YearNaming::End,
                labels: LabelStyle::FiscalYearQuarter,
            }])?,
            identities: Vec::new(),
            splits: Vec::new(),
        };
        Ok(OfCompany {
            company,
            notes,
            evidence: Evidence {
                name: filings.first().map_or(NameEvidence::Assumed, |last| {
                    NameEvidence::Inferred { last: last.filed }
                }),
                calendar,
                splits: None,
            },
        })
    }
}

/// What the filings of a company tell of it.
#[derive(Debug)]
pub(super) struct OfCompany {
    pub(super) company: Company,
    /// What is uncertain about its calendar.
    pub(super) notes: Vec<CalendarNote>,
    pub(super) evidence: Evidence,
}

impl Columns {
    fn submission(&self, accession: &str, cells: &Cells<'_>) -> Result<Submission, RowFault> {
        let cik = cells.text(Some(self.cik), "cik")?;
        if !(1..=10).contains(&cik.len()) || !cik.bytes().all(|b| b.is_ascii_digit()) {
            let text = cik.to_owned();
            return Err(RowFault::Cik { text });
        }
        let name = said(cells.text(Some(self.name), "name")?, "name", NAME_LIMIT)?;
        let form = said(cells.text(Some(self.form), "form")?, "form", WORD_LIMIT)?;
        let word = |position, column| match cells.text(position, column)? {
            "" => Ok("null".to_owned()),
            text => said(text, column, WORD_LIMIT),
        };
        Ok(Submission {
            accession: accession.to_owned(),
            cik: format!("{cik:0>10}"),
            form,
            filed: date(cells.text(Some(self.filed), "filed")?, "filed")?,
            year: word(self.year, "fy")?,
            period: word(self.period, "fp")?,
            name,
            year_end: year_end(cells.text(self.year_end, "fye")?)?,
        })
    }
}

/// A text that says something and can be seen.
fn said(text: &str, column: &'static str, limit: usize) -> Result<String, RowFault> {
    check_said(column, text).map_err(|_| RowFault::NoText { column })?;
    if text.len() > limit {
        let what = column;
        return Err(RowFault::TooLong { what, limit });
    }
    Ok(text.to_owned())
}

/// The number of a filing: `0001193125-09-214859`.
pub(super) fn accession<'r>(cells: &Cells<'r>, position: usize) -> Result<&'r str, RowFault> {
    let text = cells.text(Some(position), "adsh")?;
    if is_accession(text) {
        Ok(text)
    } else {
        let text = text.chars().take(WORD_LIMIT).collect();
        Err(RowFault::Accession { text })
    }
}

pub(super) fn is_accession(text: &str) -> bool {
    let shape = |(at, b): (usize, u8)| match at {
        10 | 13 => b == b'-',
        _ => b.is_ascii_digit(),
    };
    text.len() == 20 && text.bytes().enumerate().all(shape)
}

/// A date written `20090630`.
pub(super) fn date(text: &str, column: &'static str) -> Result<NaiveDate, RowFault> {
    let bad = || RowFault::Date { column };
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    let number: u32 = text.parse().map_err(|_| bad())?;
    let year = i32::try_from(number / 10_000).map_err(|_| bad())?;
    let date = NaiveDate::from_ymd_opt(year, number / 100 % 100, number % 100);
    check_date(date.ok_or_else(bad)?).map_err(|_| bad())
}

/// The month whose end is nearest to a year end written `1231`.
fn year_end(text: &str) -> Result<Option<u32>, RowFault> {
    if text.is_empty() {
        return Ok(None);
    }
    // Of a leap year, which has every day there is.
    let day = date(&format!("2000{text}"), "fye")?;
    let month = if day.day() <= 15 {
        (day.month() + 10) % 12 + 1
    } else {
        day.month()
    };
    Ok(Some(month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_end_with_the_nearest_month() {
        for (text, month) in [
            ("1231", Some(12)),
            ("0228", Some(2)),
            ("0229", Some(2)),
            ("0927", Some(9)),
            ("1003", Some(9)),
            ("0103", Some(12)),
            ("0201", Some(1)),
            ("", None),
        ] {
            assert_eq!(year_end(text), Ok(month), "{text}");
        }
        for bad in ["1", "0230", "1301", "31-12", "１２"] {
            assert!(year_end(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn dates_have_eight_digits() {
        let day = NaiveDate::from_ymd_opt(2008, 2, 29);
        assert_eq!(date("20080229", "filed").ok(), day);
        for bad in [
            "20090229",
            "2009063",
            "200906300",
            "2009-6-3",
            "+2009063",
            "00000000",
            "",
        ] {
            assert!(date(bad, "filed").is_err(), "{bad}");
        }
    }
}
