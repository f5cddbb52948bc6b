//! Standard metrics over company facts: tags stitched, splits found, and the quarterly series of Apple held against
//! series that were computed independently.

mod apple;
mod quality;
mod shared;
