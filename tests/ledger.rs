//! Nothing is dropped in silence: the ledger of each bundled document lists every number of its source in
//! order, and each printed figure that was taken in accounts for its numbers, no more and no fewer.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kessan::{Release, Role};

/// The folders of the bundled releases and the source text of each.
const DOCUMENTS: [(&str, &str); 4] = [
    ("2003-08-13-1q03-results", "002_55af39662756e4d2.txt"),
    ("2003-09-16-ntt-subscription", "000_67a55898e08db0f1.txt"),
    ("2009-02-12-3q08-results", "004_e18db2df6828c544.txt"),
    ("2013-07-02-share-issuance", "001_892ec389a088581a.txt"),
];

#[derive(Debug, serde::Deserialize)]
struct Entry {
    line: usize,
    token: String,
    disposition: String,
    #[serde(rename = "where")]
    place: String,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data/iij")
        .join(name)
}

fn ledger(name: &str) -> Vec<Entry> {
    csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .quoting(false)
        .from_path(folder(name).join("ledger.tsv"))
        .unwrap()
        .deserialize()
        .map(Result::unwrap)
        .collect()
}

/// Maximal runs of ASCII digits, with the commas and points that stand between two digits.
fn tokens(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !digit(at) {
            at += 1;
            continue;
        }
        let start = at;
        while digit(at) || (matches!(bytes.get(at), Some(b',' | b'.')) && digit(at + 1)) {
            at += 1;
        }
        found.push(text[start..at].to_owned());
    }
    found
}

#[test]
fn tokens_are_runs_of_digits() {
    assert_eq!(
        tokens("1Q03: 8,344 and 15.3%, 1,2. x3,y 08/4~08/12"),
        [
            "1", "03", "8,344", "15.3", "1,2", "3", "08", "4", "08", "12"
        ]
    );
}

#[test]
fn the_ledger_lists_every_number_of_the_source_in_order() {
    let seeds = std::env::var_os("KESSAN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let seeds = seeds.join("seeds");
    if !seeds.is_dir() {
        println!(
            "skipped: the source documents are not at {} (set KESSAN_SHARED)",
            seeds.display()
        );
        return;
    }
    for (name, source) in DOCUMENTS {
        let text = fs::read_to_string(seeds.join(source)).unwrap();
        let printed: Vec<(usize, String)> = text
            .split('\n')
            .enumerate()
            .flat_map(|(index, line)| {
                tokens(line)
                    .into_iter()
                    .map(move |token| (index + 1, token))
            })
            .collect();
        let listed: Vec<(usize, String)> = ledger(name)
            .into_iter()
            .map(|entry| (entry.line, entry.token))
            .collect();
        for (nth, (printed, listed)) in printed.iter().zip(&listed).enumerate() {
            assert_eq!(printed, listed, "{name}, token {}", nth + 1);
        }
        assert_eq!(printed.len(), listed.len(), "{name}");
    }
}

/// Every figure that was taken in has its numbers in the ledger, under its disposition; every ledger entry
/// that names a cell names one that was taken in.
#[test]
fn figures_and_ledger_account_for_each_other() {
    for (name, _) in DOCUMENTS {
        // (cell, disposition) -> its numbers.
        let mut taken: BTreeMap<(String, &str), Vec<String>> = BTreeMap::new();
        let mut cells: BTreeMap<String, String> = BTreeMap::new();
        for figure in Release::read(folder(name)).unwrap().figures() {
            let disposition = match figure.role {
                Role::Fact { .. } => "fact",
                Role::Check { .. } => "check",
                Role::Unplaced(_) => "unplaced",
            };
            let address = figure.cell.address.clone();
            cells.insert(address.clone(), figure.cell.text.clone());
            taken.entry((address, disposition)).or_default();
        }
        let mut ledger_of_cell: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in ledger(name) {
            match entry.disposition.as_str() {
                "none" => {
                    assert!(
                        !entry.place.is_empty() && !entry.place.contains('!'),
                        "{name}: {entry:?}"
                    );
                }
                "fact" | "check" | "unplaced" => {
                    let key = (entry.place.clone(), entry.disposition.as_str());
                    let (_, numbers) = taken
                        .iter_mut()
                        .find(|(taken, _)| (taken.0.as_str(), taken.1) == (key.0.as_str(), key.1))
                        .unwrap_or_else(|| panic!("{name}: no such figure: {entry:?}"));
                    numbers.push(entry.token.clone());
                    ledger_of_cell
                        .entry(entry.place)
                        .or_default()
                        .push(entry.token);
                }
                other => panic!("{name}: disposition {other:?}"),
            }
        }
        for (address, text) in &cells {
            let listed = ledger_of_cell.get(address).cloned().unwrap_or_default();
            // Digits inside markup such as `<For 9 months>` are no figures.
            assert_eq!(
                listed,
                tokens(&without_markup(text)),
                "{name}: {address} {text:?}"
            );
        }
        for ((address, disposition), numbers) in &taken {
            let has_digits = !tokens(&without_markup(&cells[address])).is_empty();
            assert_eq!(
                !numbers.is_empty(),
                has_digits,
                "{name}: {address} as {disposition}"
            );
        }
    }
}

fn without_markup(text: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => plain.push(c),
            _ => {}
        }
    }
    plain
}

/// Every cell of every table file that holds a digit is a label, a heading, declared words, or taken in.
#[test]
fn every_table_cell_has_a_disposition() {
    for (name, _) in DOCUMENTS {
        let release = Release::read(folder(name)).unwrap();
        let manifest: toml::Table =
            toml::from_str(&fs::read_to_string(folder(name).join("manifest.toml")).unwrap())
                .unwrap();
        let tables = manifest["table"].as_array().unwrap();
        for table in tables {
            let id = table["id"].as_str().unwrap();
            let heads = usize::try_from(table["header_rows"].as_integer().unwrap()).unwrap();
            let words: Vec<bool> = table["columns"]
                .as_array()
                .unwrap()
                .iter()
                .map(|column| column.get("text").is_some())
                .collect();
            let file = folder(name).join(table["file"].as_str().unwrap());
            for (line, text) in fs::read_to_string(file)
                .unwrap()
                .lines()
                .enumerate()
                .skip(heads)
            {
                for (cell, text) in text.split('\t').enumerate().skip(1) {
                    if text.is_empty() || words[cell - 1] {
                        continue;
                    }
                    let address = format!("{id}!R{}C{}", line + 1, cell + 1);
                    assert!(
                        release
                            .figures()
                            .iter()
                            .any(|figure| figure.cell.address == address),
                        "{name}: {address} {text:?} has no disposition"
                    );
                }
            }
        }
    }
}
