//! The bundled releases, as they are and with a mistake in one cell.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::audit::material::Material;
use crate::audit::printing::Printing;
use crate::model::{Figure, Id};
use crate::query::reader::find_document;

use super::printed::{Mutation, numbers};

pub(super) const FOLDERS: [&str; 4] = [
    "2003-08-13-1q03-results",
    "2003-09-16-ntt-subscription",
    "2009-02-12-3q08-results",
    "2013-07-02-share-issuance",
];

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/iij")
}

/// A bundled release, and its figures read from tables in which every cell has a mistake.
pub(super) struct Bundled {
    pub(super) folder: &'static str,
    pub(super) release: crate::Release,
    files: BTreeMap<String, String>,
    /// The id of a table, the name of its file.
    tables: BTreeMap<String, String>,
    spoilt: BTreeMap<Mutation, crate::Release>,
}

/// One figure of a table with one mistake.
#[derive(Clone, Debug)]
pub(super) struct Mutant {
    pub(super) mutation: Mutation,
    /// The number of the figure in its document.
    pub(super) number: u32,
    pub(super) address: String,
    /// Which figure of its cell.
    nth: usize,
    pub(super) text: String,
    pub(super) figure: Figure,
    /// Whether reading refuses it: a figure below zero of a metric that cannot be.
    pub(super) refused: bool,
}

/// Where a cell stands in its file: `t1!R3C2` is line 2, cell 1 from 0.
fn place(address: &str) -> Option<(&str, usize, usize)> {
    let (table, cell) = address.split_once("!R")?;
    let (line, column) = cell.split_once('C')?;
    let from_zero = |text: &str| text.parse::<usize>().ok()?.checked_sub(1);
    Some((table, from_zero(line)?, from_zero(column)?))
}

fn figure_of(role: &crate::Role) -> Option<&Figure> {
    match role {
        crate::Role::Fact { figure, .. } | crate::Role::Check { figure, .. } => Some(figure),
        crate::Role::Unplaced(_) => None,
    }
}

impl Bundled {
    pub(super) fn read(folder: &'static str) -> Self {
        let path = data().join(folder);
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(&path).unwrap() {
            let entry = entry.unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            files.insert(entry.file_name().into_string().unwrap(), text);
        }
        for name in ["company.toml", "metrics.toml"] {
            let text = fs::read_to_string(data().join(name)).unwrap();
            files.insert(name.to_owned(), text);
        }
        let manifest: toml::Table = files["manifest.toml"].parse().unwrap();
        let word = |entry: &toml::Value, key: &str| entry[key].as_str().unwrap().to_owned();
        let tables = manifest["table"].as_array().unwrap().iter();
        let mut bundled = Self {
            folder,
            release: crate::Release::read(&path).unwrap(),
            files,
            tables: tables
                .map(|entry| (word(entry, "id"), word(entry, "file")))
                .collect(),
            spoilt: BTreeMap::new(),
        };
        for mutation in Mutation::ALL {
            let spoilt = bundled.read_spoilt(mutation);
            bundled.spoilt.insert(mutation, spoilt);
        }
        bundled
    }

    /// The figures of tables: number, address, which figure of the cell.
    fn table_figures(&self) -> Vec<(u32, &str, usize)> {
        let figures = self.release.figures().iter();
        let addresses = figures.map(|figure| figure.cell.address.as_str());
        let mut nth: BTreeMap<&str, usize> = BTreeMap::new();
        (0..)
            .zip(addresses)
            .filter(|(_, address)| place(address).is_some())
            .map(|(number, address)| {
                let nth = nth.entry(address).or_default();
                *nth += 1;
                (number, address, *nth - 1)
            })
            .collect()
    }

    /// The release with a mistake in every figure of its tables. Reading looks at each cell by itself, so that each
    /// figure is the one that is read where only it has the mistake. A figure below zero is let through everywhere.
    fn read_spoilt(&self, mutation: Mutation) -> crate::Release {
        let mut files = self.files.clone();
        for (_, address, nth) in self.table_figures() {
            let (table, ..) = place(address).unwrap();
            let file = files.get_mut(&self.tables[table]).unwrap();
            if let Some(changed) = spoil(file, address, nth, mutation) {
                *file = changed;
            }
        }
        if mutation == Mutation::Sign {
            let mut metrics: toml::Table = files["metrics.toml"].parse().unwrap();
            for metric in metrics["metric"].as_array_mut().unwrap() {
                let metric = metric.as_table_mut().unwrap();
                let below = || toml::Value::String("below zero".to_owned());
                metric.entry("negative").or_insert_with(below);
            }
            files.insert("metrics.toml".to_owned(), metrics.to_string());
        }
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in &files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        crate::Release::read(folder.path()).unwrap()
    }

    /// Every mutant of every figure that is placed and can have the mistake.
    pub(super) fn mutants(&self) -> Vec<Mutant> {
        let mut mutants = Vec::new();
        for mutation in Mutation::ALL {
            for (number, address, nth) in self.table_figures() {
                let index = usize::try_from(number).unwrap();
                let own = &self.release.figures()[index];
                let Some(figure) = figure_of(&own.role) else {
                    continue;
                };
                let spoilt = &self.spoilt[&mutation].figures()[index];
                assert_eq!(spoilt.cell.address, own.cell.address);
                let changed = figure_of(&spoilt.role).unwrap();
                if changed == figure {
                    continue;
                }
                let text = &own.cell.text;
                mutants.push(Mutant {
                    mutation,
                    number,
                    address: address.to_owned(),
                    nth,
                    text: mutation.of(text, &numbers(text)[nth]).unwrap(),
                    figure: changed.clone(),
                    refused: self.refuses(&own.role, changed),
                });
            }
        }
        mutants
    }

    fn refuses(&self, role: &crate::Role, figure: &Figure) -> bool {
        let crate::Role::Fact { fact, .. } = role else {
            return false;
        };
        let mut metrics = self.release.metrics().iter();
        let metric = metrics.find(|metric| metric.path == fact.series.metric);
        let below = figure
            .number()
            .is_some_and(|n| n.value().is_sign_negative());
        below && metric.unwrap().negative.is_none()
    }

    /// The folder with one mistake, written below another, and read.
    pub(super) fn read_mutant(
        &self,
        mutant: &Mutant,
    ) -> Result<crate::Release, crate::IngestError> {
        let folder = tempfile::tempdir().unwrap();
        let (table, ..) = place(&mutant.address).unwrap();
        for (name, text) in &self.files {
            let changed = (*name == self.tables[table])
                .then(|| spoil(text, &mutant.address, mutant.nth, mutant.mutation).unwrap());
            fs::write(folder.path().join(name), changed.as_ref().unwrap_or(text)).unwrap();
        }
        crate::Release::read(folder.path())
    }

    /// What an audit of the release looks at, with all bundled releases in the database.
    pub(super) fn material(&self, all: &[Bundled]) -> Material {
        let db = crate::Database::temporary().unwrap();
        for bundled in all {
            db.ingest(&bundled.release).unwrap();
        }
        let snapshot = db.snapshot();
        let number = find_document(&snapshot, self.id().as_str()).unwrap();
        Material::gather(&snapshot, number).unwrap()
    }

    pub(super) fn id(&self) -> &Id {
        &self.release.document().id
    }
}

/// A file with one figure spoilt.
fn spoil(file: &str, address: &str, nth: usize, mutation: Mutation) -> Option<String> {
    let (_, line, column) = place(address)?;
    let mut lines: Vec<String> = file.split('\n').map(str::to_owned).collect();
    let mut cells: Vec<&str> = lines[line].split('\t').collect();
    let cell = cells[column];
    let changed = mutation.of(cell, numbers(cell).get(nth)?)?;
    cells[column] = &changed;
    lines[line] = cells.join("\t");
    Some(lines.join("\n"))
}

/// Puts a figure and the text of its cell in the place of another; gives back what was there.
pub(super) fn put(
    material: &mut Material,
    number: u32,
    text: &str,
    figure: &Figure,
) -> (String, Figure) {
    let mut found = None;
    for printing in own(material) {
        if printing.number == number {
            let address = printing.cell.address.clone();
            let before = std::mem::replace(&mut printing.figure, figure.clone());
            found = Some((address, printing.cell.text.clone(), before));
        }
    }
    let (address, before, old) = found.unwrap();
    for (check, printing) in &mut material.checks {
        if printing.number == number {
            check.figure = figure.clone();
        }
    }
    // A cell of two figures has one text.
    for printing in own(material) {
        if printing.cell.address == address {
            text.clone_into(&mut printing.cell.text);
        }
    }
    (before, old)
}

/// Every printing of the document itself.
fn own(material: &mut Material) -> impl Iterator<Item = &mut Printing> {
    let checks = material.checks.iter_mut().map(|(_, printing)| printing);
    material.facts.values_mut().flatten().chain(checks)
}
