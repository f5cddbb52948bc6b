//! Loaded into a process before the C library (`LD_PRELOAD`): it writes down every call that changes a file or folder below
//! `KESSAN_POWER_ROOT`, or makes it durable, to the end of `KESSAN_POWER_LOG`.
//!
//! Calls on files run beside each other as they do without it; those that change folders run one at a time. What it does
//! not know (memory maps, `dup`, `fallocate` ...) shows: the log then does not lead to the files that are there.
#![allow(
    unsafe_code,
    clippy::missing_safety_doc,
    reason = "it stands in for functions of the C library"
)]

mod event;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::{CStr, CString, OsStr};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use event::{Call, Event};
use libc::{c_char, c_int, c_uint, c_void, iovec, mode_t, off_t, size_t, ssize_t, syscall};

struct Recorder {
    root: PathBuf,
    log: c_int,
    state: Mutex<State>,
}

struct State {
    last: u64,
    /// What is open below the root.
    handles: HashMap<c_int, u64>,
    buffer: Vec<u8>,
}

static RECORDER: OnceLock<Option<Recorder>> = OnceLock::new();

fn recorder() -> Option<&'static Recorder> {
    RECORDER.get_or_init(start).as_ref()
}

fn start() -> Option<Recorder> {
    let root = std::env::var_os("KESSAN_POWER_ROOT")?;
    let log = std::env::var_os("KESSAN_POWER_LOG")?;
    let session: u64 = std::env::var("KESSAN_POWER_SESSION").ok()?.parse().ok()?;
    let path = CString::new(log.as_bytes()).ok()?;
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_APPEND | libc::O_CLOEXEC;
    // SAFETY: the path ends with a zero byte.
    let log = unsafe {
        syscall(
            libc::SYS_openat,
            libc::AT_FDCWD,
            path.as_ptr(),
            flags,
            0o600,
        )
    };
    Some(Recorder {
        root: root.into(),
        log: c_int::try_from(log).ok().filter(|log| *log >= 0)?,
        state: Mutex::new(State {
            last: session << 32,
            handles: HashMap::new(),
            buffer: Vec::new(),
        }),
    })
}

impl Recorder {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A path below the root.
    unsafe fn path(&self, folder: c_int, path: *const c_char) -> Option<String> {
        // SAFETY: it was given to a function that wants such a path.
        let path = unsafe { CStr::from_ptr(path) }.to_bytes();
        let path = Path::new(OsStr::from_bytes(path));
        let path = if folder != libc::AT_FDCWD && path.is_relative() {
            // Where an open folder is now: it may have been renamed.
            let folder = fs::read_link(format!("/proc/self/fd/{folder}")).ok()?;
            Cow::Owned(folder.join(path))
        } else {
            Cow::Borrowed(path)
        };
        let below = path.strip_prefix(&self.root).ok()?;
        Some(below.to_str()?.to_owned())
    }

    fn put(&self, state: &mut State, event: &Event) {
        state.buffer.clear();
        event.write(&mut state.buffer);
        // SAFETY: the buffer is as long as it says. A log that cannot be written is noticed when it is read.
        unsafe {
            syscall(
                libc::SYS_write,
                self.log,
                state.buffer.as_ptr(),
                state.buffer.len(),
            );
        }
    }

    fn begin(&self, state: &mut State, what: Call) -> u64 {
        state.last += 1;
        let call = state.last;
        self.put(state, &Event::Begin { call, what });
        call
    }

    /// A call on an open file. Others run beside it.
    fn on_file<'a>(
        &self,
        file: c_int,
        what: impl FnOnce(u64) -> Call<'a>,
        run: impl FnOnce() -> i64,
    ) -> i64 {
        let mut state = self.state();
        let Some(handle) = state.handles.get(&file).copied() else {
            drop(state);
            return run();
        };
        let call = self.begin(&mut state, what(handle));
        drop(state);
        let result = run();
        self.put(&mut self.state(), &Event::End { call, result });
        result
    }

    /// A call that changes folders. Nothing that is recorded runs beside it.
    fn on_names(&self, what: Call, run: impl FnOnce() -> i64) -> i64 {
        let mut state = self.state();
        let call = self.begin(&mut state, what);
        let result = run();
        self.put(&mut state, &Event::End { call, result });
        result
    }
}

unsafe fn open_file(folder: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: the arguments are handed on as they came.
    let run = || unsafe { syscall(libc::SYS_openat, folder, path, flags, mode) };
    let Some(recorder) = recorder() else {
        return int(run());
    };
    // SAFETY: as above.
    let Some(name) = (unsafe { recorder.path(folder, path) }) else {
        let file = int(run());
        // The C library closes folders that were read without `close`.
        recorder.state().handles.remove(&file);
        return file;
    };
    let mut state = recorder.state();
    let what = Call::Open {
        path: &name,
        create: flags & libc::O_CREAT != 0,
        truncate: flags & libc::O_TRUNC != 0,
    };
    let call = recorder.begin(&mut state, what);
    let result = run();
    if result >= 0 {
        state.handles.insert(int(result), call);
    }
    recorder.put(&mut state, &Event::End { call, result });
    int(result)
}

fn int(result: i64) -> c_int {
    c_int::try_from(result).unwrap_or(-1)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: the arguments are handed on as they came; so everywhere below.
    unsafe { open_file(libc::AT_FDCWD, path, flags, mode) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: see open.
    unsafe { open_file(libc::AT_FDCWD, path, flags, mode) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn openat(
    folder: c_int,
    path: *const c_char,
    flags: c_int,
    mode: mode_t,
) -> c_int {
    // SAFETY: see open.
    unsafe { open_file(folder, path, flags, mode) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn openat64(
    folder: c_int,
    path: *const c_char,
    flags: c_int,
    mode: mode_t,
) -> c_int {
    // SAFETY: see open.
    unsafe { open_file(folder, path, flags, mode) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn close(file: c_int) -> c_int {
    if let Some(recorder) = recorder() {
        recorder.state().handles.remove(&file);
    }
    // SAFETY: see open.
    int(unsafe { syscall(libc::SYS_close, file) })
}

/// Writes at a place, or (`None`) where the file stands.
unsafe fn write_file(
    file: c_int,
    data: *const c_void,
    length: size_t,
    offset: Option<off_t>,
) -> ssize_t {
    // SAFETY: see open.
    let run = || unsafe {
        match offset {
            Some(offset) => syscall(libc::SYS_pwrite64, file, data, length, offset),
            None => syscall(libc::SYS_write, file, data, length),
        }
    };
    let Some(recorder) = recorder() else {
        return size(run());
    };
    let what = |handle| {
        // SAFETY: see open.
        let place = offset.unwrap_or_else(|| unsafe { libc::lseek(file, 0, libc::SEEK_CUR) });
        Call::Write {
            handle,
            offset: u64::try_from(place).unwrap_or(0),
            // SAFETY: the caller gives so many bytes to be written.
            data: unsafe { std::slice::from_raw_parts(data.cast(), length) },
        }
    };
    size(recorder.on_file(file, what, run))
}

fn size(result: i64) -> ssize_t {
    ssize_t::try_from(result).unwrap_or(-1)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(file: c_int, data: *const c_void, length: size_t) -> ssize_t {
    // SAFETY: see open.
    unsafe { write_file(file, data, length, None) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite(
    file: c_int,
    data: *const c_void,
    length: size_t,
    offset: off_t,
) -> ssize_t {
    // SAFETY: see open.
    unsafe { write_file(file, data, length, Some(offset)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(
    file: c_int,
    data: *const c_void,
    length: size_t,
    offset: off_t,
) -> ssize_t {
    // SAFETY: see open.
    unsafe { write_file(file, data, length, Some(offset)) }
}

/// The first part alone, which a caller must be ready for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn writev(file: c_int, parts: *const iovec, count: c_int) -> ssize_t {
    let watched = recorder().is_some_and(|all| all.state().handles.contains_key(&file));
    if !watched || count < 1 {
        // SAFETY: see open.
        return size(unsafe { syscall(libc::SYS_writev, file, parts, count) });
    }
    // SAFETY: there is a first part.
    let part = unsafe { &*parts };
    // SAFETY: see open.
    unsafe { write_file(file, part.iov_base, part.iov_len, None) }
}

/// A copy within the kernel is not recorded: callers are told that there is none, and write instead.
fn no_such_call() -> ssize_t {
    // SAFETY: the place is this thread's own.
    unsafe { *libc::__errno_location() = libc::ENOSYS };
    -1
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn copy_file_range(
    from: c_int,
    from_offset: *mut off_t,
    to: c_int,
    to_offset: *mut off_t,
    length: size_t,
    flags: c_uint,
) -> ssize_t {
    if recorder().is_some() {
        return no_such_call();
    }
    let number = libc::SYS_copy_file_range;
    // SAFETY: see open.
    size(unsafe { syscall(number, from, from_offset, to, to_offset, length, flags) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendfile64(
    to: c_int,
    from: c_int,
    offset: *mut off_t,
    length: size_t,
) -> ssize_t {
    if recorder().is_some() {
        return no_such_call();
    }
    // SAFETY: see open.
    size(unsafe { syscall(libc::SYS_sendfile, to, from, offset, length) })
}

unsafe fn truncate_file(file: c_int, length: off_t) -> c_int {
    // SAFETY: see open.
    let run = || unsafe { syscall(libc::SYS_ftruncate, file, length) };
    let Some(recorder) = recorder() else {
        return int(run());
    };
    let length = u64::try_from(length).unwrap_or(0);
    int(recorder.on_file(file, |handle| Call::Truncate { handle, length }, run))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate(file: c_int, length: off_t) -> c_int {
    // SAFETY: see open.
    unsafe { truncate_file(file, length) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate64(file: c_int, length: off_t) -> c_int {
    // SAFETY: see open.
    unsafe { truncate_file(file, length) }
}

unsafe fn sync_file(number: libc::c_long, file: c_int) -> c_int {
    // SAFETY: see open.
    let run = || unsafe { syscall(number, file) };
    let Some(recorder) = recorder() else {
        return int(run());
    };
    int(recorder.on_file(file, |handle| Call::Sync { handle }, run))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fsync(file: c_int) -> c_int {
    // SAFETY: see open.
    unsafe { sync_file(libc::SYS_fsync, file) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdatasync(file: c_int) -> c_int {
    // SAFETY: see open.
    unsafe { sync_file(libc::SYS_fdatasync, file) }
}

unsafe fn rename_path(
    folders: [c_int; 2],
    from: *const c_char,
    to: *const c_char,
    flags: c_uint,
) -> c_int {
    let [old, new] = folders;
    // SAFETY: see open.
    let run = || unsafe { syscall(libc::SYS_renameat2, old, from, new, to, flags) };
    let Some(recorder) = recorder() else {
        return int(run());
    };
    // SAFETY: see open.
    let names = unsafe { recorder.path(old, from).zip(recorder.path(new, to)) };
    match names {
        Some((from, to)) => {
            let (from, to) = (from.as_str(), to.as_str());
            int(recorder.on_names(Call::Rename { from, to }, run))
        }
        None => int(run()),
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    // SAFETY: see open.
    unsafe { rename_path([libc::AT_FDCWD; 2], from, to, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn renameat(
    old: c_int,
    from: *const c_char,
    new: c_int,
    to: *const c_char,
) -> c_int {
    // SAFETY: see open.
    unsafe { rename_path([old, new], from, to, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn renameat2(
    old: c_int,
    from: *const c_char,
    new: c_int,
    to: *const c_char,
    flags: c_uint,
) -> c_int {
    // SAFETY: see open.
    unsafe { rename_path([old, new], from, to, flags) }
}

unsafe fn remove_path(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: see open.
    let run = || unsafe { syscall(libc::SYS_unlinkat, folder, path, flags) };
    let Some(recorder) = recorder() else {
        return int(run());
    };
    // SAFETY: see open.
    match unsafe { recorder.path(folder, path) } {
        Some(path) => int(recorder.on_names(Call::Remove { path: &path }, run)),
        None => int(run()),
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    // SAFETY: see open.
    unsafe { remove_path(libc::AT_FDCWD, path, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rmdir(path: *const c_char) -> c_int {
    // SAFETY: see open.
    unsafe { remove_path(libc::AT_FDCWD, path, libc::AT_REMOVEDIR) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlinkat(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: see open.
    unsafe { remove_path(folder, path, flags) }
}

unsafe fn make_folder(folder: c_int, path: *const c_char, mode: mode_t) -> c_int {
    // SAFETY: see open.
    let run = || unsafe { syscall(libc::SYS_mkdirat, folder, path, mode) };
    let Some(recorder) = recorder() else {
        return int(run());
    };
    // SAFETY: see open.
    match unsafe { recorder.path(folder, path) } {
        Some(path) => int(recorder.on_names(Call::MakeFolder { path: &path }, run)),
        None => int(run()),
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mkdir(path: *const c_char, mode: mode_t) -> c_int {
    // SAFETY: see open.
    unsafe { make_folder(libc::AT_FDCWD, path, mode) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mkdirat(folder: c_int, path: *const c_char, mode: mode_t) -> c_int {
    // SAFETY: see open.
    unsafe { make_folder(folder, path, mode) }
}
