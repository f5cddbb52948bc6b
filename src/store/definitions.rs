//! Definitions that are known and come again: what they have more, and in what they differ.

use super::error::StoreError;
use crate::codec::addition::Addition;
use crate::model::{Company, Identity, Metric, Split};

/// How many days apart two inferences may date one split: between them lie the filings of a quarter, which the one had
/// and the other had not.
const SPLIT_DRIFT: i64 = 120;

/// What a known split and an inferred one differ in, where they can only be one.
pub(super) fn told_otherwise(known: &[Split], split: &Split) -> Option<&'static str> {
    let ratio = |split: &Split| (split.new_shares(), split.old_shares());
    let days = |known: &Split| known.date().signed_duration_since(split.date()).num_days();
    known.iter().find_map(|known| {
        if known == split {
            None
        } else if ratio(known) == ratio(split) && days(known).abs() <= SPLIT_DRIFT {
            Some("day of a share split")
        } else if known.date() == split.date() {
            Some("ratio of a share split")
        } else {
            None
        }
    })
}

/// Adds to a known company what another description of it has more; `None` where their splits of one day differ.
pub(super) fn added_to(
    known: &mut Company,
    identities: &[Identity],
    splits: &[Split],
) -> Option<Vec<Addition>> {
    let mut added = Vec::new();
    for identity in identities {
        if let Err(place) = known.identities.binary_search(identity) {
            known.identities.insert(place, identity.clone());
            added.push(Addition::Identity(identity.clone()));
        }
    }
    for split in splits {
        match known
            .splits
            .binary_search_by_key(&split.date(), Split::date)
        {
            Ok(place) if known.splits.get(place) == Some(split) => {}
            Ok(_) => return None,
            Err(place) => {
                known.splits.insert(place, *split);
                added.push(Addition::Split(*split));
            }
        }
    }
    Some(added)
}

/// The first thing in which two definitions of one metric differ.
pub(super) fn metric_differs(known: &Metric, new: &Metric) -> StoreError {
    let quoted = |word: &Option<String>| word.as_ref().map_or("none".into(), |w| format!("{w:?}"));
    let (what, known, new_word) = if known.kind != new.kind {
        ("kind", known.kind.to_string(), new.kind.to_string())
    } else if known.dimension != new.dimension {
        (
            "dimension",
            known.dimension.to_string(),
            new.dimension.to_string(),
        )
    } else if known.positive != new.positive {
        (
            "positive",
            format!("{:?}", known.positive),
            format!("{:?}", new.positive),
        )
    } else {
        ("negative", quoted(&known.negative), quoted(&new.negative))
    };
    StoreError::MetricDiffers {
        path: new.path.clone(),
        what,
        known,
        new: new_word,
    }
}
