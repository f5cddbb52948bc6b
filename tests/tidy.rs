//! Rules of the house that a program can check: who may name what, imports go one way, no dead files.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file below `src`, with its path relative to it.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let src = root().join("src");
    let mut files = Vec::new();
    walk(&src, &mut files);
    files
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&src).unwrap().display().to_string();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The code of a file without its comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn named_only_in(word: &str, home: &str) {
    for (name, text) in sources() {
        if name.starts_with(home) {
            continue;
        }
        for (number, line) in code(&text) {
            assert!(
                !line.contains(word),
                "src/{name}:{number} names {word}, which is for src/{home}"
            );
        }
    }
}

#[test]
fn sled_is_named_only_in_the_store() {
    named_only_in("sled::", "store");
}

#[test]
fn bincode_is_named_only_in_the_codec() {
    named_only_in("bincode::", "codec");
}

#[test]
fn no_binary_floating_point() {
    for (name, text) in sources() {
        for (number, line) in code(&text) {
            let float = |word: &str| {
                line.match_indices(word).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    let after = line[at + word.len()..].chars().next();
                    !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
                        && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
                })
            };
            assert!(
                !float("f32") && !float("f64"),
                "src/{name}:{number} has a float"
            );
        }
    }
}

/// The layers, lowest first: a module may name those before it, never those after.
const LAYERS: [&str; 11] = [
    "model", "codec", "store", "ingest", "error", "query", "audit", "export", "package", "load",
    "db",
];

#[test]
fn imports_go_one_way() {
    for (name, text) in sources() {
        let module = name.split(['/', '.']).next().unwrap();
        let Some(own) = LAYERS.iter().position(|layer| *layer == module) else {
            continue;
        };
        for (number, line) in code(&text) {
            // A grouped import at the root would hide the layer from this test.
            let tests = name.contains("tests");
            assert!(
                tests || !line.contains("use crate::{"),
                "src/{name}:{number} groups imports at the root"
            );
            for (above, layer) in LAYERS.iter().enumerate().skip(own + 1) {
                let named = line.contains(&format!("crate::{layer}"));
                assert!(
                    !named,
                    "src/{name}:{number} names {layer}, a layer above its own ({above} > {own})"
                );
            }
            // Ingest does not know those who read, nor they it; ingest does not know the store.
            if module == "query" || module == "audit" {
                assert!(
                    !line.contains("crate::ingest"),
                    "src/{name}:{number} names ingest"
                );
            }
            if module == "ingest" {
                assert!(
                    !line.contains("crate::store"),
                    "src/{name}:{number} names store"
                );
            }
        }
    }
}

#[test]
fn every_source_file_is_a_module() {
    let all = sources();
    for (name, _) in &all {
        let path = Path::new(name);
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if matches!(stem, "lib" | "mod") {
            continue;
        }
        let declared = format!("mod {stem};");
        let folder = path.parent().unwrap();
        let parents = [
            folder.join("mod.rs"),
            folder.with_extension("rs"),
            PathBuf::from("lib.rs"),
        ];
        let found = all.iter().any(|(other, text)| {
            parents.iter().any(|parent| parent == Path::new(other)) && text.contains(&declared)
        });
        assert!(found, "src/{name} is in no module");
    }
}

#[test]
fn the_page_on_durability_names_tests_that_exist() {
    let page = fs::read_to_string(root().join("src/docs/durability.md")).unwrap();
    let mut code: String = sources().into_iter().map(|(_, text)| text).collect();
    let mut folders = vec![root().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                code.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let mut named = 0;
    for row in rows {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        for name in tests.split('`').skip(1).step_by(2) {
            if name.contains('_') {
                assert!(code.contains(&format!("fn {name}(")), "{name}");
                named += 1;
            }
        }
    }
    assert!(named > 40, "{named}");
}
