//! `tag.txt`: what each tag is.

use std::collections::HashMap;
use std::io::Read;

use super::super::error::IngestError;
use super::error::{DataSetError, RowFault};
use super::table::{Cells, Header, Origin, Rows};

/// The columns of all layouts.
pub(super) const COLUMNS: [&str; 9] = [
    "tag", "version", "custom", "abstract", "datatype", "iord", "crdr", "tlabel", "doc",
];

/// What a tag is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tag {
    /// Whether its figures are of instants; `None` where it has none.
    pub(super) instant: Option<bool>,
    pub(super) datatype: Datatype,
}

/// What its figures are, as far as that decides their unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Datatype {
    Money,
    PerShare,
    /// The number of its name.
    Other(u16),
}

/// The tags of a data set.
#[derive(Debug, Default)]
pub(super) struct Tags {
    by_key: HashMap<String, Tag>,
    datatypes: Vec<String>,
    pub(super) refused: Vec<IngestError>,
}

impl Tags {
    pub(super) fn read(
        input: impl Read,
        origin: Origin<'_>,
    ) -> Result<(Header, Self), IngestError> {
        let (header, mut rows) = Rows::new(input, origin)?;
        let [tag, version, iord, datatype] = [
            header.required("tag", origin)?,
            header.required("version", origin)?,
            header.required("iord", origin)?,
            header.required("datatype", origin)?,
        ];
        let mut all = Self::default();
        while let Some(row) = rows.next()? {
            let read = |cells: &Cells<'_>| {
                let text = |at, column| cells.text(Some(at), column);
                let key = key(text(tag, "tag")?, text(version, "version")?);
                let instant = match text(iord, "iord")? {
                    "I" => Some(true),
                    "D" => Some(false),
                    _ => None,
                };
                Ok((key, instant, text(datatype, "datatype")?.to_owned()))
            };
            match row.cells(&header).and_then(|cells| read(&cells)) {
                Ok((key, instant, datatype)) => {
                    let datatype = all.datatype(&datatype);
                    let tag = Tag { instant, datatype };
                    if all.by_key.insert(key.clone(), tag).is_some() {
                        let key = key.replace('\t', " ");
                        return Err(origin.row(
                            row.line,
                            row.bytes,
                            DataSetError::KeyTwice { key },
                        ));
                    }
                }
                Err(fault) => all.refused.push(origin.row(row.line, row.bytes, fault)),
            }
        }
        Ok((header, all))
    }

    pub(super) fn get(&self, tag: &str, version: &str) -> Result<Tag, RowFault> {
        let tag = self.by_key.get(&key(tag, version));
        tag.copied().ok_or(RowFault::NoTag)
    }

    fn datatype(&mut self, name: &str) -> Datatype {
        match name {
            "monetary" => Datatype::Money,
            "perShare" => Datatype::PerShare,
            _ => {
                let known = self.datatypes.iter().position(|known| known == name);
                let number = known.unwrap_or_else(|| {
                    self.datatypes.push(name.chars().take(100).collect());
                    self.datatypes.len() - 1
                });
                Datatype::Other(u16::try_from(number).unwrap_or(u16::MAX))
            }
        }
    }

    /// The name of a data type, for errors.
    pub(super) fn name(&self, datatype: Datatype) -> &str {
        match datatype {
            Datatype::Money => "monetary",
            Datatype::PerShare => "perShare",
            Datatype::Other(number) => {
                let name = self.datatypes.get(usize::from(number));
                name.map_or("other", String::as_str)
            }
        }
    }
}

fn key(tag: &str, version: &str) -> String {
    format!("{tag}\t{version}")
}
