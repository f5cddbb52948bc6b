//! Metrics that are guessed are those that are looked up.

use proptest::prelude::*;

use super::*;
use crate::model::{Dimension, MetricKind};

fn metric(path: &str) -> Metric {
    Metric {
        path: path.parse().unwrap(),
        kind: MetricKind::Flow,
        dimension: Dimension::Money,
        positive: path.into(),
        negative: None,
    }
}

proptest! {
    #[test]
    fn metrics_in_turn_are_those_of_their_paths(
        asked in prop::collection::vec((0..7_usize, 1..5_usize), 0..40),
    ) {
        // The last one is not known.
        let paths: Vec<MetricPath> =
            ["a", "b", "c", "d", "e", "f", "g"].map(|path| path.parse().unwrap()).to_vec();
        let metrics: Vec<Metric> = paths[..6].iter().map(|path| metric(path.as_str())).collect();
        let look_up = |path: &MetricPath| metrics.iter().find(|metric| metric.path == *path);
        let mut in_turn = InTurn::default();
        // Runs of metrics that follow each other, as documents have them.
        for path in asked.iter().flat_map(|(first, length)| paths.iter().cycle().skip(*first).take(*length)) {
            prop_assert_eq!(in_turn.find(path, look_up), look_up(path));
        }
    }
}
