//! Recent rows: those of a company's series that are in none of their blocks yet, in one value.
//!
//! A value is the number of its series, a descriptor for each of four columns about them, their bases, their offsets, and a block
//! of all rows, series by series.

use super::block::encode_refs;
use super::column::{self, Column};
use super::read::Reader;
use super::{Block, CodecError, Row, RowRef};

/// The recent rows of one series, to be encoded.
#[derive(Debug)]
pub(crate) struct SeriesRows<'a> {
    pub(crate) metric: u32,
    pub(crate) variant: u32,
    /// Whether the series has a block, too.
    pub(crate) on_block: bool,
    /// At least one; by period.
    pub(crate) rows: Vec<RowRef<'a>>,
}

/// Encodes the recent rows of series, which are in the order of metrics and variants.
pub(crate) fn encode(series: &[SeriesRows<'_>]) -> Result<Vec<u8>, CodecError> {
    let count = u16::try_from(series.len()).map_err(|_| CodecError::TooLong {
        what: "recent rows",
        length: series.len(),
        limit: u16::MAX.into(),
    })?;
    let mut end = 0;
    let ends = series.iter().map(|one| {
        end += one.rows.len();
        i128::try_from(end).unwrap_or(i128::MAX)
    });
    let columns: [Vec<i128>; 4] = [
        series.iter().map(|one| one.metric.into()).collect(),
        series.iter().map(|one| one.variant.into()).collect(),
        ends.collect(),
        series.iter().map(|one| one.on_block.into()).collect(),
    ];
    let rows: Vec<RowRef<'_>> = series.iter().flat_map(|one| &one.rows).copied().collect();
    let mut bytes = Vec::new();
    bytes.extend(count.to_be_bytes());
    column::append_all(columns, &mut bytes);
    bytes.extend(encode_refs(&rows)?);
    Ok(bytes)
}

/// Parsed recent rows, in the bytes they were read from.
///
/// Parsing checks everything but what the rows mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recent<'a> {
    series: usize,
    metric: Column<'a>,
    variant: Column<'a>,
    /// Where the rows of a series end; they begin where those of the one before end.
    end: Column<'a>,
    on_block: Column<'a>,
    block: Block<'a>,
}

impl<'a> Recent<'a> {
    pub(crate) fn parse(payload: &'a [u8]) -> Result<Recent<'a>, CodecError> {
        let found = Self::find_columns(payload);
        found.filter(Self::is_in_order).ok_or(CodecError::Block {
            reason: "its series do not fit its rows",
        })
    }

    fn find_columns(payload: &'a [u8]) -> Option<Recent<'a>> {
        let mut reader = Reader::new(payload);
        let series = usize::from(reader.u16()?);
        let [metric, variant, end, on_block] = column::read_all(series, &mut reader)?;
        Some(Recent {
            series,
            metric,
            variant,
            end,
            on_block,
            block: Block::parse(reader.rest()).ok()?,
        })
    }

    /// Whether series are in order, and have all rows, at least one each.
    fn is_in_order(&self) -> bool {
        let mut last = None;
        let mut begin = 0;
        for nth in 0..self.series {
            let (Some(pair), Some(end)) = (self.pair(nth), self.end_of(nth)) else {
                return false;
            };
            let known = matches!(self.on_block.get(nth), Some(0 | 1));
            if last.is_some_and(|last| last >= pair) || end <= begin || !known {
                return false;
            }
            last = Some(pair);
            begin = end;
        }
        begin == self.block.len()
    }

    /// The number of series.
    pub(crate) fn len(&self) -> usize {
        self.series
    }

    /// Metric and variant of a series.
    pub(crate) fn pair(&self, nth: usize) -> Option<(u32, u32)> {
        if nth >= self.series {
            return None;
        }
        let metric = u32::try_from(self.metric.get(nth)?).ok()?;
        let variant = u32::try_from(self.variant.get(nth)?).ok()?;
        Some((metric, variant))
    }

    fn end_of(&self, nth: usize) -> Option<usize> {
        usize::try_from(self.end.get(nth)?).ok()
    }

    /// Which of the series is that of a metric and variant; else, before which of them it would be.
    pub(crate) fn find(&self, metric: u32, variant: u32) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.series);
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.pair(middle) {
                Some(pair) if pair == (metric, variant) => return Ok(middle),
                Some(pair) if pair < (metric, variant) => low = middle + 1,
                _ => high = middle,
            }
        }
        Err(low)
    }

    /// Whether a series has a block, too.
    pub(crate) fn on_block(&self, nth: usize) -> bool {
        self.on_block.get(nth) == Some(1)
    }

    /// The rows of a series, by period, each the only one of its fact.
    pub(crate) fn rows(&self, nth: usize) -> Result<Vec<Row>, CodecError> {
        let begin = match nth.checked_sub(1) {
            Some(before) => self.end_of(before),
            None => Some(0),
        };
        let (Some(begin), Some(end)) = (begin, self.end_of(nth)) else {
            return Ok(Vec::new());
        };
        let mut rows: Vec<Row> = Vec::new();
        for index in begin..end {
            let row = self.block.row(index)?;
            let last = rows.last().map(|last| last.observation.period);
            if last >= Some(row.observation.period) || row.versions || row.conflicting {
                return Err(CodecError::Block {
                    reason: "its rows are not in order",
                });
            }
            rows.push(row);
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::codec::block::tests::any_row;
    use crate::model::{Figure, Nil, Observation, Rank, Source};

    type Pairs = BTreeMap<(u32, u32), (bool, Vec<Row>)>;

    fn any_series() -> impl Strategy<Value = Pairs> {
        let rows = proptest::collection::vec(any_row(), 1..6).prop_map(|rows| {
            let of = |row: Row| (row.observation.period, Row::from(row.observation));
            let by_period: BTreeMap<_, _> = rows.into_iter().map(of).collect();
            by_period.into_values().collect::<Vec<Row>>()
        });
        let number = || prop_oneof![0..3_u32, any::<u32>()];
        proptest::collection::btree_map((number(), number()), (any::<bool>(), rows), 0..9)
    }

    fn encoded(series: &Pairs) -> Vec<u8> {
        let of = |(&(metric, variant), (on_block, rows)): (&(u32, u32), &'_ (bool, Vec<Row>))| {
            (metric, variant, *on_block, rows.clone())
        };
        let all: Vec<_> = series.iter().map(of).collect();
        let all: Vec<SeriesRows<'_>> = all
            .iter()
            .map(|(metric, variant, on_block, rows)| SeriesRows {
                metric: *metric,
                variant: *variant,
                on_block: *on_block,
                rows: crate::codec::block::borrowed(rows),
            })
            .collect();
        encode(&all).unwrap()
    }

    /// Reads everything that can be read.
    fn read(bytes: &[u8]) -> Result<Pairs, CodecError> {
        let recent = Recent::parse(bytes)?;
        (0..recent.len())
            .map(|nth| {
                Ok((
                    recent.pair(nth).unwrap(),
                    (recent.on_block(nth), recent.rows(nth)?),
                ))
            })
            .collect()
    }

    proptest! {
        #[test]
        fn recent_rows_read_back(series in any_series()) {
            let bytes = encoded(&series);
            let recent = Recent::parse(&bytes).unwrap();
            for (nth, (&(metric, variant), _)) in series.iter().enumerate() {
                prop_assert_eq!(recent.find(metric, variant), Ok(nth));
            }
            let others = (0..4).flat_map(|metric| (0..4).map(move |variant| (metric, variant)));
            for (metric, variant) in others.filter(|pair| !series.contains_key(pair)) {
                let before = series.keys().filter(|pair| **pair < (metric, variant)).count();
                prop_assert_eq!(recent.find(metric, variant), Err(before));
            }
            prop_assert_eq!(recent.pair(series.len()), None);
            prop_assert_eq!(read(&bytes), Ok(series));
        }

        #[test]
        fn damaged_recent_rows_are_other_rows_or_an_error(
            series in any_series(), at in any::<prop::sample::Index>(), flip in 1..=255_u8,
        ) {
            let mut bytes = encoded(&series);
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            if let Ok(read) = read(&bytes) {
                prop_assert_eq!(Recent::parse(&encoded(&read)).unwrap().len(), read.len());
            }
        }

        #[test]
        fn any_bytes_are_recent_rows_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }

    static ROW: LazyLock<Row> = LazyLock::new(|| {
        Row::from(Observation {
            period: "2003-06-30".parse().unwrap(),
            figure: Figure::Nil(Nil::None),
            published: "2003-08-13".parse().unwrap(),
            source: Source {
                document: 0,
                cell: 0,
            },
            rank: Rank::Table,
            commit: 1,
        })
    });

    #[test]
    fn a_series_without_rows_and_series_out_of_order_are_an_error() {
        let rows = |metric, count: usize| SeriesRows {
            metric,
            variant: 0,
            on_block: false,
            rows: vec![ROW.borrowed(); count],
        };
        let parsed = |series: &[SeriesRows<'_>]| read(&encode(series).unwrap()).is_ok();
        assert!(parsed(&[rows(1, 1), rows(2, 1)]));
        assert!(!parsed(&[rows(1, 1), rows(2, 0)]));
        assert!(!parsed(&[rows(2, 1), rows(1, 1)]));
        assert!(!parsed(&[rows(2, 1), rows(2, 1)]));
        assert!(!parsed(&[rows(1, 2)]), "two rows of one period");
        let mut versions = ROW.clone();
        versions.versions = true;
        let versions = SeriesRows {
            rows: vec![versions.borrowed()],
            ..rows(1, 1)
        };
        assert!(!parsed(&[versions]));
    }
}
