//! Running an example, and reading what it prints.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The folder of the examples, built from the sources as they are: `cargo test` alone builds them, but
/// `cargo test --test examples` does not.
pub(crate) fn examples() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let tests = std::env::current_exe().unwrap();
        let profile = tests.parent().and_then(Path::parent).unwrap();
        let mut build = Command::new(env!("CARGO"));
        build
            .args(["build", "--quiet", "--examples", "--target-dir"])
            .arg(profile.parent().unwrap())
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        if profile.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().unwrap().success());
        profile.join("examples")
    })
}

pub(crate) fn run(name: &str, arguments: &[&str], folder: &Path) -> Output {
    let program = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Command::new(examples().join(program))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

pub(crate) fn text(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn refusal(output: &Output) -> String {
    assert!(!output.status.success());
    assert!(
        output.stdout.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The words of the first line that begins with a name and goes on.
pub(crate) fn line<'t>(text: &'t str, begins: &str) -> Vec<&'t str> {
    let line = text
        .lines()
        .find(|line| {
            let rest = line.trim_start().strip_prefix(begins);
            rest.is_some_and(|rest| !rest.trim().is_empty())
        })
        .unwrap_or_else(|| panic!("no line {begins:?} in\n{text}"));
    line.trim_start()
        .strip_prefix(begins)
        .unwrap()
        .split_whitespace()
        .collect()
}

/// Makes the database that most questions are put to.
pub(crate) fn quickstart(folder: &Path) -> String {
    text(&run("quickstart", &["iij.kessan"], folder))
}

/// A file of the shared data, where they are.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("KESSAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        Into::into,
    );
    let path = shared.join("data").join(name);
    if !path.exists() {
        eprintln!(
            "skipped: {} is not there (set KESSAN_SHARED)",
            path.display()
        );
        return None;
    }
    Some(path)
}

/// Runs an example of which nobody reads what it prints, as after `| head`, and gives what it says to stderr.
pub(crate) fn unread(name: &str, arguments: &[&str], folder: &Path) -> (bool, String) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let program = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let output = Command::new(examples().join(program))
        .args(arguments)
        .current_dir(folder)
        .stdout(writer)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.success(), said)
}
