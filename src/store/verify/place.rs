//! What a key means, in words as far as they are known.

use super::{FaultPlace, Part};
use crate::codec::{Key, SeriesId};
use crate::model::{Id, SeriesKey};
use crate::store::names::Names;

/// The place of a key; `document` gives the id of a document.
pub(in crate::store) fn of(
    key: &Key,
    names: &Names,
    document: impl Fn(u32) -> Option<Id>,
) -> FaultPlace {
    let of_document = |part, number: u32, name: String| {
        let id = document(number);
        let name = match id {
            Some(_) => name,
            None => format!("{name} (document {number})"),
        };
        FaultPlace {
            document: id,
            ..FaultPlace::new(part, name)
        }
    };
    match key {
        Key::Current { series, chunk } => {
            of_series(Part::Current, names, *series, format!("chunk {chunk}"))
        }
        Key::History { series, chunk } => {
            of_series(Part::History, names, *series, format!("chunk {chunk}"))
        }
        Key::Entry {
            company,
            metric,
            variant,
        } => {
            let series = SeriesId {
                metric: *metric,
                variant: *variant,
                company: *company,
            };
            of_series(Part::Catalog, names, series, String::new())
        }
        Key::Recent(number) => FaultPlace {
            company: company(names, *number),
            ..FaultPlace::new(Part::Recent, number.to_string())
        },
        Key::Company(number) => FaultPlace {
            company: company(names, *number),
            ..FaultPlace::new(Part::Company, number.to_string())
        },
        Key::Metric(number) => FaultPlace {
            metric: names.metrics.get(*number).map(|metric| metric.path.clone()),
            ..FaultPlace::new(Part::Metric, number.to_string())
        },
        Key::Variant(number) => FaultPlace::new(Part::Variant, number.to_string()),
        Key::Catalog {
            company,
            commit,
            chunk,
        } => of_commit(Part::Catalog, names, *company, *commit, *chunk),
        Key::Sums {
            company,
            commit,
            chunk,
        }
        | Key::Additions {
            company,
            commit,
            chunk,
        } => of_commit(Part::Additions, names, *company, *commit, *chunk),
        Key::Document(number) => FaultPlace {
            document: document(*number),
            ..FaultPlace::new(Part::Document, number.to_string())
        },
        Key::DocumentIndex(id) => FaultPlace {
            document: Some(id.clone()),
            ..FaultPlace::new(Part::DocumentIndex, "")
        },
        Key::Cells { document, first } => {
            of_document(Part::Cells, *document, format!("from {first}"))
        }
        Key::Checks { document, chunk } => {
            of_document(Part::Checks, *document, format!("chunk {chunk}"))
        }
        Key::Commit(number) => FaultPlace::new(Part::Commit, number.to_string()),
        Key::Intent(number) => FaultPlace::new(Part::Intent, number.to_string()),
    }
}

fn company(names: &Names, number: u32) -> Option<Id> {
    names
        .companies
        .get(number)
        .map(|company| company.id.clone())
}

fn of_commit(part: Part, names: &Names, number: u32, commit: u64, chunk: u16) -> FaultPlace {
    FaultPlace {
        company: company(names, number),
        ..FaultPlace::new(
            part,
            format!("{chunk} of commit {commit} (company {number})"),
        )
    }
}

fn of_series(part: Part, names: &Names, id: SeriesId, chunk: String) -> FaultPlace {
    let company = company(names, id.company);
    let metric = names.metrics.get(id.metric);
    let metric = metric.map(|metric| metric.path.clone());
    let variant = names.variants.get(id.variant);
    let words = company.clone().zip(metric.clone()).zip(variant);
    let series = words.map(|((company, metric), variant)| {
        Box::new(SeriesKey {
            company,
            metric,
            scenario: variant.scenario,
            scope: variant.scope.clone(),
            unit: variant.unit.clone(),
        })
    });
    let name = if series.is_some() {
        chunk
    } else {
        let SeriesId {
            metric,
            variant,
            company,
        } = id;
        let numbers = format!("(metric {metric}, variant {variant}, company {company})");
        format!("{chunk} {numbers}").trim_start().to_owned()
    };
    FaultPlace {
        company,
        metric,
        series,
        ..FaultPlace::new(part, name)
    }
}
