//! All that a database says but when it was recorded, to compare two of them.

use chrono::NaiveDate;
use kessan::{
    Cell, Check, Company, Database, Document, Figure, Metric, Period, Rank, Reader, SeriesKey,
};

#[derive(PartialEq, Debug)]
pub(crate) struct Contents {
    companies: Vec<Company>,
    metrics: Vec<Metric>,
    documents: Vec<(Document, Vec<Cell>, Vec<Check>)>,
    series: Vec<(SeriesKey, Vec<Version>)>,
}

/// An observation without the numbers that a database gives.
#[derive(PartialEq, Debug)]
pub(crate) struct Version {
    period: Period,
    figure: Figure,
    published: NaiveDate,
    document: String,
    cell: u32,
    rank: Rank,
}

impl Contents {
    pub(crate) fn of(db: &Database) -> Self {
        let documents = db.documents().unwrap().into_iter().map(|document| {
            let cells = db.cells(document.id.as_str()).unwrap();
            let checks = db.checks(document.id.as_str()).unwrap();
            (document, cells, checks)
        });
        let documents = documents.collect();
        let companies = db.companies();
        let series = companies
            .iter()
            .flat_map(|company| db.series_list(company.id.as_str()).unwrap())
            .map(|key| {
                let versions = versions(db, &key);
                (key, versions)
            })
            .collect();
        Self {
            companies,
            metrics: db.metrics(),
            documents,
            series,
        }
    }

    /// How many observations there are.
    pub(crate) fn facts(&self) -> usize {
        self.series.iter().map(|(_, versions)| versions.len()).sum()
    }

    pub(crate) fn cells(&self) -> usize {
        self.documents.iter().map(|(_, cells, _)| cells.len()).sum()
    }

    pub(crate) fn checks(&self) -> usize {
        self.documents.iter().map(|(.., checks)| checks.len()).sum()
    }
}

fn versions(reader: &Reader, key: &SeriesKey) -> Vec<Version> {
    let all = reader.series_of(key).unwrap().load().unwrap().all();
    all.points()
        .flat_map(|point| reader.observations(point).unwrap())
        .map(|seen| Version {
            period: seen.period,
            document: reader.document_of(&seen).unwrap().id.to_string(),
            cell: seen.source.cell,
            figure: seen.figure,
            published: seen.published,
            rank: seen.rank,
        })
        .collect()
}
