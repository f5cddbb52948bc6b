//! The page on dependencies tells of every crate that is linked, and of no other.

use std::collections::BTreeSet;
use std::process::Command;

/// Name, version, licence.
type Linked = BTreeSet<[String; 3]>;

fn linked() -> Linked {
    let target = "x86_64-unknown-linux-gnu";
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none"])
        .args(["--target", target, "--format", "{p}|{l}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("kessan "))
        .map(|line| {
            let (package, licence) = line.split_once('|').unwrap();
            let mut words = package.split(' ');
            let name = words.next().unwrap().to_owned();
            let version = words.next().unwrap().trim_start_matches('v').to_owned();
            let licence = licence.trim_end_matches(" (*)").replace('/', " OR ");
            [name, version, licence]
        })
        .collect()
}

fn told() -> Linked {
    let page = include_str!("../src/docs/dependencies.md");
    let (tables, _) = page.split_once("## Known advisories").unwrap();
    tables
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let mut cells = line.trim_matches('|').split('|').map(str::trim);
            let name = cells.next().unwrap().trim_matches('`').to_owned();
            let [version, licence] = [(); 2].map(|()| cells.next().unwrap().to_owned());
            [name, version, licence]
        })
        .collect()
}

#[test]
fn the_page_tells_of_every_crate_that_is_linked() {
    assert_eq!(told(), linked());
}

#[test]
fn no_crate_is_linked_in_two_versions() {
    let linked = linked();
    let names: BTreeSet<_> = linked.iter().map(|[name, ..]| name).collect();
    assert_eq!(names.len(), linked.len());
}
