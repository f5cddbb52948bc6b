//! A database on a medium that cannot be written.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::run::{examples, quickstart, refusal, run, text};

/// Runs a copy of an example as a user who may not write; root changes to nobody for it. `None` where nobody may
/// not even come to the folder.
fn run_as_reader(program: &Path, arguments: &[&str], folder: &Path) -> Option<Output> {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    // Only root may change its user; anybody else is bound by the permissions as it is.
    match Command::new("true").uid(65534).status() {
        Ok(_) => command.uid(65534).gid(65534).output().ok(),
        Err(_) => Some(command.output().unwrap()),
    }
}

#[test]
fn a_read_only_database_is_an_error_of_its_own() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    quickstart(folder.path());
    let program = folder.path().join("query");
    let built = examples().join(format!("query{}", std::env::consts::EXE_SUFFIX));
    fs::copy(built, &program).unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let database = folder.path().join("iij.kessan");
    let set = |mode: u32| {
        for entry in walk(&database) {
            let mode = if entry.is_dir() { mode | 0o111 } else { mode };
            fs::set_permissions(entry, Permissions::from_mode(mode)).unwrap();
        }
    };
    set(0o444);
    let Some(output) = run_as_reader(&program, &["iij.kessan"], folder.path()) else {
        use std::io::Write as _;
        // Past what keeps the words of a test that passes.
        let folder = folder.path().display();
        let mut terminal = std::io::stderr();
        writeln!(terminal, "skipped: no other user may read {folder}").unwrap();
        return;
    };
    let refused = refusal(&output);
    assert!(refused.contains("iij.kessan"), "{refused}");
    assert!(refused.contains("cannot be written"), "{refused}");
    set(0o644);
    text(&run("query", &["iij.kessan"], folder.path()));
}

/// A folder and everything in it.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}
