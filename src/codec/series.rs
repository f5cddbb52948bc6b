//! The header of current blocks: what the whole series consists of.

use super::read::Reader;
use super::{Block, CodecError, RowRef, block, envelope};

/// The bytes of a header.
pub(crate) const HEADER: usize = 34;

/// What a series consists of. Every chunk of its current block begins with it, so that chunks of two
/// states are never taken for one, and a missing chunk of either kind is noticed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SeriesHeader {
    /// The commit that wrote the block last, which has all rows of the series up to it.
    pub(crate) commit: u64,
    /// The commit that created the series.
    pub(crate) created: u64,
    /// The number of chunks of the current block.
    pub(crate) chunks: u16,
    /// The number of rows in all of them: the facts of the series.
    pub(crate) rows: u32,
    /// The number of history chunks.
    pub(crate) history_chunks: u32,
    /// The number of rows in all of them.
    pub(crate) history_rows: u64,
}

impl SeriesHeader {
    fn to_bytes(self) -> Vec<u8> {
        [
            self.commit.to_be_bytes().as_slice(),
            &self.created.to_be_bytes(),
            &self.chunks.to_be_bytes(),
            &self.rows.to_be_bytes(),
            &self.history_chunks.to_be_bytes(),
            &self.history_rows.to_be_bytes(),
        ]
        .concat()
    }
}

/// The payloads of the chunks of a current block. `header` needs no counts of chunks and rows.
pub(crate) fn encode(
    mut header: SeriesHeader,
    rows: &[RowRef<'_>],
) -> Result<Vec<Vec<u8>>, CodecError> {
    let blocks = block::encode_split(rows, envelope::PAYLOAD_LIMIT - HEADER)?;
    let too_many = |limit| CodecError::TooLong {
        what: "a series",
        length: rows.len(),
        limit,
    };
    header.chunks = u16::try_from(blocks.len()).map_err(|_| too_many(u16::MAX.into()))?;
    header.rows = u32::try_from(rows.len()).map_err(|_| too_many(usize::MAX))?;
    let header = header.to_bytes();
    Ok(blocks
        .into_iter()
        .map(|block| [header.as_slice(), &block].concat())
        .collect())
}

/// The payload of a current block of one chunk with rows added after its own, which stay as they are; `None` where that takes
/// decoding them, or more chunks.
pub(crate) fn append(
    mut header: SeriesHeader,
    block: &Block<'_>,
    rows: &[RowRef<'_>],
) -> Option<Vec<u8>> {
    header.rows = header.rows.checked_add(u32::try_from(rows.len()).ok()?)?;
    let block = block::append(block, rows)?;
    let payload = [header.to_bytes().as_slice(), &block].concat();
    (header.chunks == 1 && payload.len() <= envelope::PAYLOAD_LIMIT).then_some(payload)
}

/// A chunk of a current block.
pub(crate) fn parse(payload: &[u8]) -> Result<(SeriesHeader, Block<'_>), CodecError> {
    let mut reader = Reader::new(payload);
    let header = read(&mut reader).ok_or(CodecError::Block {
        reason: "its header is cut short",
    })?;
    Ok((header, Block::parse(reader.rest())?))
}

fn read(reader: &mut Reader<'_>) -> Option<SeriesHeader> {
    Some(SeriesHeader {
        commit: reader.u64()?,
        created: reader.u64()?,
        chunks: reader.u16()?,
        rows: reader.u32()?,
        history_chunks: reader.u32()?,
        history_rows: reader.u64()?,
    })
}

#[cfg(test)]
mod tests;
