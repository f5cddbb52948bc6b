//! Names that are near to a mistyped one.

use strsim::levenshtein;

/// How many are offered.
const OFFERED: usize = 3;

/// The names most similar to `wanted`: a few edits away, or with `wanted` as a part of theirs.
pub(crate) fn near<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let lower = wanted.to_ascii_lowercase();
    let allowed = 2.min(lower.len() / 2);
    let mut found: Vec<(usize, &str)> = names
        .filter_map(|name| {
            let other = name.to_ascii_lowercase();
            let apart = if other.len().abs_diff(lower.len()) <= allowed {
                levenshtein(&lower, &other)
            } else {
                usize::MAX
            };
            if apart <= allowed {
                Some((apart, name))
            } else if lower.len() >= 3 && other.contains(&lower) {
                Some((other.len(), name))
            } else {
                None
            }
        })
        .collect();
    found.sort_unstable();
    found
        .into_iter()
        .take(OFFERED)
        .map(|(_, name)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_parts_are_offered_and_strangers_are_not() {
        let names = ["revenue", "revenue.connectivity", "cost_of_revenue", "cash"];
        assert_eq!(
            near("revenu", names.into_iter()),
            ["revenue", "cost_of_revenue", "revenue.connectivity"]
        );
        assert_eq!(near("Cahs", names.into_iter()), ["cash"]);
        assert!(near("employees", names.into_iter()).is_empty());
        assert!(near("", names.into_iter()).is_empty());
    }
}
