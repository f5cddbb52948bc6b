//! What a process did to files, as the recorder writes it down and the model reads it.
//!
//! Every call is two events, its beginning and its end, in the order in which they happened, of all threads together.

/// An event in the log.
#[derive(Debug)]
pub enum Event<'a> {
    /// A call begins. Calls are numbered from 1.
    Begin { call: u64, what: Call<'a> },
    /// A call has returned.
    End { call: u64, result: i64 },
}

/// A call. Paths are relative to the folder that is watched; `handle` is the number of the call that opened it.
#[derive(Debug)]
pub enum Call<'a> {
    Open {
        path: &'a str,
        create: bool,
        truncate: bool,
    },
    Write {
        handle: u64,
        offset: u64,
        data: &'a [u8],
    },
    Truncate {
        handle: u64,
        length: u64,
    },
    /// fsync or fdatasync. `sync_file_range` is none: what it wrote need not survive a power cut.
    Sync {
        handle: u64,
    },
    Rename {
        from: &'a str,
        to: &'a str,
    },
    Remove {
        path: &'a str,
    },
    MakeFolder {
        path: &'a str,
    },
}

impl Event<'_> {
    /// Appends it to a log.
    pub fn write(&self, log: &mut Vec<u8>) {
        let start = log.len();
        log.extend([0; 4]);
        match self {
            Event::Begin { call, what } => {
                log.push(what.tag());
                number(log, *call);
                what.write(log);
            }
            Event::End { call, result } => {
                log.push(0);
                number(log, *call);
                log.extend(result.to_le_bytes());
            }
        }
        let length = u32::try_from(log.len() - start - 4).unwrap_or(u32::MAX);
        log[start..start + 4].copy_from_slice(&length.to_le_bytes());
    }
}

impl Call<'_> {
    fn tag(&self) -> u8 {
        match self {
            Call::Open { .. } => 1,
            Call::Write { .. } => 2,
            Call::Truncate { .. } => 3,
            Call::Sync { .. } => 4,
            Call::Rename { .. } => 5,
            Call::Remove { .. } => 6,
            Call::MakeFolder { .. } => 7,
        }
    }

    fn write(&self, log: &mut Vec<u8>) {
        match self {
            Call::Open {
                path,
                create,
                truncate,
            } => {
                log.extend([u8::from(*create), u8::from(*truncate)]);
                log.extend(path.as_bytes());
            }
            Call::Write {
                handle,
                offset,
                data,
            } => {
                number(log, *handle);
                number(log, *offset);
                log.extend(*data);
            }
            Call::Truncate { handle, length } => {
                number(log, *handle);
                number(log, *length);
            }
            Call::Sync { handle } => number(log, *handle),
            Call::Rename { from, to } => {
                number(log, from.len() as u64);
                log.extend(from.as_bytes());
                log.extend(to.as_bytes());
            }
            Call::Remove { path } | Call::MakeFolder { path } => log.extend(path.as_bytes()),
        }
    }
}

#[allow(dead_code, reason = "the recorder only writes")]
impl<'a> Event<'a> {
    /// Reads an event, without the length before it.
    pub fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let torn = || format!("no event: {:02x?}", &bytes[..bytes.len().min(32)]);
        let (tag, rest) = bytes.split_first().ok_or_else(torn)?;
        let (call, rest) = take(rest).ok_or_else(torn)?;
        if *tag == 0 {
            let result: [u8; 8] = rest.try_into().map_err(|_| torn())?;
            let result = i64::from_le_bytes(result);
            return Ok(Event::End { call, result });
        }
        let what = Call::read(*tag, rest).ok_or_else(torn)?;
        Ok(Event::Begin { call, what })
    }
}

#[allow(dead_code, reason = "the recorder only writes")]
impl<'a> Call<'a> {
    fn read(tag: u8, bytes: &'a [u8]) -> Option<Self> {
        let text = |bytes| std::str::from_utf8(bytes).ok();
        Some(match tag {
            1 => {
                let (flags, path) = bytes.split_at_checked(2)?;
                Call::Open {
                    create: flags[0] == 1,
                    truncate: flags[1] == 1,
                    path: text(path)?,
                }
            }
            2 => {
                let (handle, rest) = take(bytes)?;
                let (offset, data) = take(rest)?;
                Call::Write {
                    handle,
                    offset,
                    data,
                }
            }
            3 => {
                let (handle, rest) = take(bytes)?;
                let (length, _) = take(rest)?;
                Call::Truncate { handle, length }
            }
            4 => Call::Sync {
                handle: take(bytes)?.0,
            },
            5 => {
                let (length, rest) = take(bytes)?;
                let (from, to) = rest.split_at_checked(usize::try_from(length).ok()?)?;
                Call::Rename {
                    from: text(from)?,
                    to: text(to)?,
                }
            }
            6 => Call::Remove { path: text(bytes)? },
            7 => Call::MakeFolder { path: text(bytes)? },
            _ => return None,
        })
    }
}

fn take(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u64::from_le_bytes(*number), rest))
}

fn number(log: &mut Vec<u8>, number: u64) {
    log.extend(number.to_le_bytes());
}
