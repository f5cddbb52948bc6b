//! Every key of the tree.
//!
//! One byte for the key space, then fixed-width big-endian numbers, so that byte order is the order of the
//! tuples. Blocks are metric-major: one metric and variant of all companies is one contiguous scan.

use super::CodecError;
use super::read::Reader;
use crate::model::Id;

/// A key space: the first byte of a key, and the kind in the envelope of its values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub(crate) enum Space {
    Current = 0x10,
    History = 0x11,
    Entry = 0x12,
    Catalog = 0x13,
    Recent = 0x14,
    Company = 0x20,
    Metric = 0x21,
    Variant = 0x22,
    Sums = 0x23,
    Additions = 0x24,
    Document = 0x30,
    DocumentIndex = 0x31,
    Cells = 0x32,
    Checks = 0x33,
    Commit = 0x40,
    Intent = 0x41,
}

impl Space {
    pub(crate) const ALL: [Space; 16] = [
        Space::Current,
        Space::History,
        Space::Entry,
        Space::Catalog,
        Space::Recent,
        Space::Company,
        Space::Metric,
        Space::Variant,
        Space::Sums,
        Space::Additions,
        Space::Document,
        Space::DocumentIndex,
        Space::Cells,
        Space::Checks,
        Space::Commit,
        Space::Intent,
    ];

    pub(crate) fn byte(self) -> u8 {
        self as u8
    }

    pub(crate) fn of(byte: u8) -> Option<Space> {
        Self::ALL.into_iter().find(|space| space.byte() == byte)
    }

    /// What its values are called in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Space::Current => "current block",
            Space::History => "history block",
            Space::Entry => "catalog entry",
            Space::Catalog => "catalog record",
            Space::Recent => "recent rows",
            Space::Company => "company record",
            Space::Metric => "metric record",
            Space::Variant => "variant record",
            Space::Sums => "sums record",
            Space::Additions => "additions record",
            Space::Document => "document record",
            Space::DocumentIndex => "document index entry",
            Space::Cells => "cells record",
            Space::Checks => "checks record",
            Space::Commit => "commit record",
            Space::Intent => "intent record",
        }
    }
}

/// A series by the numbers of its names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct SeriesId {
    pub(crate) metric: u32,
    pub(crate) variant: u32,
    pub(crate) company: u32,
}

/// A key of the tree. Its order is the order of its bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Key {
    Current {
        series: SeriesId,
        chunk: u16,
    },
    History {
        series: SeriesId,
        chunk: u32,
    },
    /// That a company has a series. Of versions 1 to 4; read, but not written.
    Entry {
        company: u32,
        metric: u32,
        variant: u32,
    },
    /// The series that a commit created.
    Catalog {
        company: u32,
        commit: u64,
        chunk: u16,
    },
    /// Rows of a company that are in no block yet.
    Recent(u32),
    Company(u32),
    Metric(u32),
    Variant(u32),
    /// Of version 1; read, but not written.
    Sums {
        company: u32,
        commit: u64,
        chunk: u16,
    },
    Additions {
        company: u32,
        commit: u64,
        chunk: u16,
    },
    Document(u32),
    DocumentIndex(Id),
    Cells {
        document: u32,
        first: u32,
    },
    Checks {
        document: u32,
        chunk: u32,
    },
    Commit(u64),
    Intent(u32),
}

impl Key {
    /// The catalog entry of a series.
    pub(crate) fn entry(series: SeriesId) -> Key {
        Key::Entry {
            company: series.company,
            metric: series.metric,
            variant: series.variant,
        }
    }

    /// The series that it is about.
    pub(crate) fn series(&self) -> Option<SeriesId> {
        match *self {
            Key::Current { series, .. } | Key::History { series, .. } => Some(series),
            Key::Entry {
                company,
                metric,
                variant,
            } => Some(SeriesId {
                metric,
                variant,
                company,
            }),
            _ => None,
        }
    }

    pub(crate) fn space(&self) -> Space {
        match self {
            Key::Current { .. } => Space::Current,
            Key::History { .. } => Space::History,
            Key::Entry { .. } => Space::Entry,
            Key::Catalog { .. } => Space::Catalog,
            Key::Recent(_) => Space::Recent,
            Key::Company(_) => Space::Company,
            Key::Metric(_) => Space::Metric,
            Key::Variant(_) => Space::Variant,
            Key::Sums { .. } => Space::Sums,
            Key::Additions { .. } => Space::Additions,
            Key::Document(_) => Space::Document,
            Key::DocumentIndex(_) => Space::DocumentIndex,
            Key::Cells { .. } => Space::Cells,
            Key::Checks { .. } => Space::Checks,
            Key::Commit(_) => Space::Commit,
            Key::Intent(_) => Space::Intent,
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(17);
        bytes.push(self.space().byte());
        match self {
            Key::Current { series, chunk } => {
                push_series(&mut bytes, *series);
                bytes.extend(chunk.to_be_bytes());
            }
            Key::History { series, chunk } => {
                push_series(&mut bytes, *series);
                bytes.extend(chunk.to_be_bytes());
            }
            Key::Entry {
                company,
                metric,
                variant,
            } => {
                bytes.extend(company.to_be_bytes());
                bytes.extend(metric.to_be_bytes());
                bytes.extend(variant.to_be_bytes());
            }
            Key::Recent(number)
            | Key::Company(number)
            | Key::Metric(number)
            | Key::Variant(number)
            | Key::Document(number)
            | Key::Intent(number) => bytes.extend(number.to_be_bytes()),
            Key::Catalog {
                company,
                commit,
                chunk,
            }
            | Key::Sums {
                company,
                commit,
                chunk,
            }
            | Key::Additions {
                company,
                commit,
                chunk,
            } => {
                bytes.extend(company.to_be_bytes());
                bytes.extend(commit.to_be_bytes());
                bytes.extend(chunk.to_be_bytes());
            }
            Key::DocumentIndex(id) => bytes.extend(id.as_str().as_bytes()),
            Key::Cells {
                document,
                first: second,
            }
            | Key::Checks {
                document,
                chunk: second,
            } => {
                bytes.extend(document.to_be_bytes());
                bytes.extend(second.to_be_bytes());
            }
            Key::Commit(sequence) => bytes.extend(sequence.to_be_bytes()),
        }
        bytes
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Key, CodecError> {
        parse(bytes).ok_or(CodecError::Key)
    }
}

fn push_series(bytes: &mut Vec<u8>, series: SeriesId) {
    bytes.extend(series.metric.to_be_bytes());
    bytes.extend(series.variant.to_be_bytes());
    bytes.extend(series.company.to_be_bytes());
}

fn parse(bytes: &[u8]) -> Option<Key> {
    let (&first, rest) = bytes.split_first()?;
    let mut reader = Reader::new(rest);
    let series = |reader: &mut Reader<'_>| {
        Some(SeriesId {
            metric: reader.u32()?,
            variant: reader.u32()?,
            company: reader.u32()?,
        })
    };
    let key = match Space::of(first)? {
        Space::Current => Key::Current {
            series: series(&mut reader)?,
            chunk: reader.u16()?,
        },
        Space::History => Key::History {
            series: series(&mut reader)?,
            chunk: reader.u32()?,
        },
        Space::Entry => Key::Entry {
            company: reader.u32()?,
            metric: reader.u32()?,
            variant: reader.u32()?,
        },
        Space::Catalog => Key::Catalog {
            company: reader.u32()?,
            commit: reader.u64()?,
            chunk: reader.u16()?,
        },
        Space::Recent => Key::Recent(reader.u32()?),
        Space::Company => Key::Company(reader.u32()?),
        Space::Metric => Key::Metric(reader.u32()?),
        Space::Variant => Key::Variant(reader.u32()?),
        Space::Sums => Key::Sums {
            company: reader.u32()?,
            commit: reader.u64()?,
            chunk: reader.u16()?,
        },
        Space::Additions => Key::Additions {
            company: reader.u32()?,
            commit: reader.u64()?,
            chunk: reader.u16()?,
        },
        Space::Document => Key::Document(reader.u32()?),
        Space::DocumentIndex => {
            let id = std::str::from_utf8(rest).ok()?.parse().ok()?;
            return Some(Key::DocumentIndex(id));
        }
        Space::Cells => Key::Cells {
            document: reader.u32()?,
            first: reader.u32()?,
        },
        Space::Checks => Key::Checks {
            document: reader.u32()?,
            chunk: reader.u32()?,
        },
        Space::Commit => Key::Commit(reader.u64()?),
        Space::Intent => Key::Intent(reader.u32()?),
    };
    reader.end()?;
    Some(key)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn any_key() -> impl Strategy<Value = Key> {
        // Few distinct numbers, so that keys share prefixes.
        let number = || prop_oneof![Just(0_u32), Just(1), Just(255), Just(256), any::<u32>()];
        let long = || prop_oneof![Just(0_u64), Just(255), Just(256), any::<u64>()];
        let series = || {
            (number(), number(), number()).prop_map(|(metric, variant, company)| SeriesId {
                metric,
                variant,
                company,
            })
        };
        prop_oneof![
            (series(), any::<u16>()).prop_map(|(series, chunk)| Key::Current { series, chunk }),
            (series(), number()).prop_map(|(series, chunk)| Key::History { series, chunk }),
            series().prop_map(Key::entry),
            (number(), long(), any::<u16>()).prop_map(|(company, commit, chunk)| Key::Catalog {
                company,
                commit,
                chunk
            }),
            number().prop_map(Key::Recent),
            number().prop_map(Key::Company),
            number().prop_map(Key::Metric),
            number().prop_map(Key::Variant),
            (number(), long(), any::<u16>()).prop_map(|(company, commit, chunk)| Key::Sums {
                company,
                commit,
                chunk
            }),
            (number(), long(), any::<u16>()).prop_map(|(company, commit, chunk)| {
                Key::Additions {
                    company,
                    commit,
                    chunk,
                }
            }),
            number().prop_map(Key::Document),
            "[a-zA-Z0-9][a-zA-Z0-9/_-]{0,12}"
                .prop_map(|id| Key::DocumentIndex(id.parse().unwrap())),
            (number(), number()).prop_map(|(document, first)| Key::Cells { document, first }),
            (number(), number()).prop_map(|(document, chunk)| Key::Checks { document, chunk }),
            long().prop_map(Key::Commit),
            number().prop_map(Key::Intent),
        ]
    }

    proptest! {
        #[test]
        fn byte_order_is_the_order_of_the_tuples(a in any_key(), b in any_key()) {
            prop_assert_eq!(a.to_bytes().cmp(&b.to_bytes()), a.cmp(&b));
        }

        #[test]
        fn keys_read_back(key in any_key()) {
            prop_assert_eq!(Key::parse(&key.to_bytes()), Ok(key));
        }

        #[test]
        fn any_bytes_are_a_key_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..140)) {
            if let Ok(key) = Key::parse(&bytes) {
                prop_assert_eq!(key.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn all_companies_of_a_metric_and_variant_are_neighbours() {
        let at = |metric, variant, company| Key::Current {
            series: SeriesId {
                metric,
                variant,
                company,
            },
            chunk: 0,
        };
        let mut keys = [
            at(2, 0, 0),
            at(1, 1, 0),
            at(1, 0, 9),
            at(1, 0, 300),
            at(0, 7, 0),
        ];
        keys.sort_by_key(Key::to_bytes);
        assert_eq!(
            keys,
            [
                at(0, 7, 0),
                at(1, 0, 9),
                at(1, 0, 300),
                at(1, 1, 0),
                at(2, 0, 0)
            ]
        );
    }
}
