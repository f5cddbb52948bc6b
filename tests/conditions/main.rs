//! What the machine can do to a database, short of a power cut: a full disk, a folder that cannot be written, another process,
//! no threads, a great many readers, and being opened again and again. Each time: an error of its own, nothing lost, and work
//! goes on once the cause is gone.
//!
//! What must not happen to the test program itself happens to a process of its own: this program again, with one scene. The
//! cycles at full length: `cargo test --release --test conditions -- --ignored ten_thousand`.

mod cycles;
#[cfg(unix)]
mod full_disk;
mod locked;
#[cfg(unix)]
mod no_thread;
#[cfg(unix)]
mod read_only;
mod readers;
mod support;
