//! A small release of an invented company, to be spoilt by tests.
#![allow(dead_code, reason = "each test program uses its part")]

use std::fs;
use std::path::{Path, PathBuf};

/// The files of a release folder, as text, in a folder that deletes itself.
pub(crate) struct Folder {
    files: Vec<(&'static str, Vec<u8>)>,
}

pub(crate) const COMPANY: &str = r#"id = "minato"
name = "Minato Foods KK"

[[calendar]]
year_end = { month = 12 }
named_by = "end"
labels = "1Q2003"
"#;

pub(crate) const METRICS: &str = r#"
[[metric]]
path = "revenue"
kind = "flow"
dimension = "money"
positive = "revenue"

[[metric]]
path = "operating_income"
kind = "flow"
dimension = "money"
positive = "income"
negative = "loss"

[[metric]]
path = "stores"
kind = "stock"
dimension = "count"
positive = "stores"

[[metric]]
path = "margin"
kind = "ratio"
dimension = "percent"
positive = "income"
negative = "loss"

[[metric]]
path = "income_per_share"
kind = "per_share"
dimension = "money_per"
positive = "income"
negative = "loss"

[[identity]]
metric = "operating_income"
equals = "revenue"
"#;

pub(crate) const MANIFEST: &str = r#"format = 1

[document]
id = "minato-2021-q2"
title = "Second quarter of 2021"
issuer = "Minato Foods KK"
kind = "results"
published = 2021-08-10
rounding = "nearest"

[[table]]
id = "t1"
title = "Results (JPY millions)"
place = "page 1"
rank = "table"
file = "results.tsv"
header_rows = 1
unit = "JPY"
scale = "millions"
columns = [
  { head = "2Q2021", period = "2Q2021" },
  { head = "2Q2020", period = "2Q2020" },
  { head = "YoY", growth = { of = "2Q2021", over = "2Q2020" } },
]
rows = [
  { label = "Revenue:", heading = true },
  { label = "Revenue", metric = "revenue" },
  { label = "Operating loss", metric = "operating_income", positive = "loss" },
  { label = "Stores", metric = "stores", unit = "stores", scale = "ones" },
]

[[prose]]
id = "p1"
place = "page 1, first sentence"
figures = [
  { text = "JPY 1,250 million", metric = "revenue", period = "2Q2021" },
  { text = "25.0%", direction = "up", growth = { metric = "revenue", period = "2Q2021", base = "2Q2020" } },
]
"#;

pub(crate) const RESULTS: &str = "\t2Q2021\t2Q2020\tYoY
Revenue:\t\t\t
Revenue\t1,250\t1,000\t25.0%
Operating loss\t12\t(30)\tn.m.
Stores\t140\t120\t16.7%
";

impl Folder {
    pub(crate) fn good() -> Self {
        Self {
            files: vec![
                ("company.toml", COMPANY.into()),
                ("metrics.toml", METRICS.into()),
                ("manifest.toml", MANIFEST.into()),
                ("results.tsv", RESULTS.into()),
            ],
        }
    }

    /// Replaces one occurrence of a text in a file.
    pub(crate) fn edit(mut self, file: &str, from: &str, to: &str) -> Self {
        let (_, content) = self.file(file);
        let text = String::from_utf8(content.clone()).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}");
        *content = text.replace(from, to).into_bytes();
        self
    }

    /// Replaces a whole file.
    pub(crate) fn write(mut self, file: &'static str, content: &[u8]) -> Self {
        self.file(file).1 = content.to_vec();
        self
    }

    pub(crate) fn rename(mut self, file: &str, to: &'static str) -> Self {
        self.file(file).0 = to;
        self
    }

    pub(crate) fn without(mut self, file: &str) -> Self {
        self.files.retain(|(name, _)| *name != file);
        self
    }

    fn file(&mut self, file: &str) -> &mut (&'static str, Vec<u8>) {
        self.files
            .iter_mut()
            .find(|(name, _)| *name == file)
            .unwrap()
    }

    /// The good release with one more figure in its running text: p1!1.
    pub(crate) fn sentence(figure: &str) -> Self {
        let first = "  { text = \"JPY 1,250 million\", metric";
        Self::good().edit("manifest.toml", first, &format!("  {figure},\n{first}"))
    }

    /// The good release with other roles and keys of its third column.
    pub(crate) fn third_column(roles: &str) -> Self {
        let growth = "growth = { of = \"2Q2021\", over = \"2Q2020\" }";
        Self::good().edit("manifest.toml", growth, roles)
    }

    /// The good release with more keys on its row of revenue.
    pub(crate) fn revenue_row(keys: &str) -> Self {
        let row = "{ label = \"Revenue\", metric = \"revenue\" }";
        let with = format!("{{ label = \"Revenue\", metric = \"revenue\", {keys} }}");
        Self::good().edit("manifest.toml", row, &with)
    }

    /// Writes the folder below a directory.
    pub(crate) fn place(&self, below: &Path) -> PathBuf {
        let folder = below.join("release");
        fs::create_dir_all(&folder).unwrap();
        for (name, content) in &self.files {
            fs::write(folder.join(name), content).unwrap();
        }
        folder
    }
}
