//! Every kind of bad release is refused with its place, and leaves the database as it was.
//!
//! Each case spoils one thing of a good release and names what the message must say.

#[path = "../common/mod.rs"]
mod common;
mod contradictions;
mod places;
mod unused_keys;
mod words;

use std::fmt::Write as _;

use common::Folder;
use kessan::{Database, Release};

/// A case: its name, the spoilt folder, and what the message must contain.
type Case = (&'static str, Folder, &'static [&'static str]);

fn all_cases() -> impl Iterator<Item = Case> {
    [
        places::cases(),
        contradictions::cases(),
        unused_keys::cases(),
        words::cases(),
    ]
    .into_iter()
    .flatten()
}

#[test]
fn every_bad_release_is_refused_with_its_place() {
    for (name, folder, parts) in all_cases() {
        let below = tempfile::tempdir().unwrap();
        let error = Release::read(folder.place(below.path())).expect_err(name);
        let message = error.to_string();
        for part in parts {
            assert!(message.contains(part), "{name}: {message:?} lacks {part:?}");
        }
    }
}

#[test]
fn the_good_release_is_read() {
    let below = tempfile::tempdir().unwrap();
    let release = Release::read(Folder::good().place(below.path())).unwrap();
    // Three rows of three cells, and two figures of running text.
    assert_eq!(release.figures().len(), 11);
}

/// Two cells of one document say different things about one fact.
fn contradictory() -> Folder {
    Folder::good().edit("manifest.toml", "JPY 1,250 million", "JPY 1,252 million")
}

#[test]
fn contradictory_cells_are_refused_in_strict_mode_with_both_cells() {
    let below = tempfile::tempdir().unwrap();
    let release = Release::read(contradictory().place(below.path())).unwrap();
    let message = release.strict().unwrap_err().to_string();
    for part in [
        "minato-2021-q2",
        "p1!1",
        "JPY 1,252 million",
        "t1!R3C2",
        "1,250",
        "minato revenue",
    ] {
        assert!(message.contains(part), "{message:?} lacks {part:?}");
    }
    let good = Release::read(Folder::good().place(below.path())).unwrap();
    assert!(good.strict().is_ok());
}

#[test]
fn contradictory_cells_otherwise_load_as_conflicting_with_their_candidates() {
    let below = tempfile::tempdir().unwrap();
    let release = Release::read(contradictory().place(below.path())).unwrap();
    let db = Database::temporary().unwrap();
    db.ingest(&release).unwrap();
    let series = db.series("minato", "revenue").unwrap();
    let point = series.at("2Q2021").unwrap().unwrap();
    assert!(point.is_conflicting());
    assert_eq!(
        point.figure().to_string(),
        "1,250 million",
        "a table outranks running text"
    );
    let candidates: Vec<String> = db
        .candidates(&point)
        .unwrap()
        .iter()
        .map(|candidate| candidate.figure.to_string())
        .collect();
    assert_eq!(candidates, ["1,250 million", "1,252 million"]);
}

#[test]
fn a_refused_release_leaves_the_database_as_it_was() {
    let below = tempfile::tempdir().unwrap();
    let db = Database::temporary().unwrap();
    db.ingest(&Release::read(Folder::good().place(below.path())).unwrap())
        .unwrap();
    let before = contents(&db);
    assert!(!before.is_empty());
    // What cannot be read never reaches a database; what can is refused there for what the database knows: a
    // document of the same id with other content.
    let changed = Folder::good().edit("results.tsv", "140", "141");
    let release = Release::read(changed.place(below.path())).unwrap();
    let message = db.ingest(&release).unwrap_err().to_string();
    assert!(message.contains("minato-2021-q2"), "{message}");
    // A metric whose meaning differs from what is stored.
    let changed = Folder::good()
        .edit("manifest.toml", "minato-2021-q2", "minato-2021-q2b")
        .edit(
            "metrics.toml",
            "positive = \"revenue\"",
            "positive = \"sales\"",
        );
    let release = Release::read(changed.place(below.path())).unwrap();
    let message = db.ingest(&release).unwrap_err().to_string();
    assert!(message.contains("revenue"), "{message}");
    assert_eq!(contents(&db), before);
}

/// All that can be read of a database.
fn contents(db: &Database) -> Vec<String> {
    let mut all = vec![format!(
        "{} {:?} {:?}",
        db.last_commit(),
        db.companies(),
        db.metrics()
    )];
    for document in db.documents().unwrap() {
        let (cells, checks) = (
            db.cells(document.id.as_str()),
            db.checks(document.id.as_str()),
        );
        all.push(format!(
            "{document:?} {:?} {:?}",
            cells.unwrap(),
            checks.unwrap()
        ));
    }
    for company in db.companies() {
        for series in db.series_list(company.id.as_str()).unwrap() {
            let query = db.series_of(&series).unwrap();
            for point in query.all().unwrap().points() {
                all.push(format!("{point:?} {:?}", db.observations(point).unwrap()));
            }
        }
    }
    all
}

/// A release whose file is no file, or stands elsewhere; a pipe would never end.
#[cfg(unix)]
#[test]
fn what_is_not_a_file_of_the_folder_is_not_opened() {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    let refusal = |file: &str, put: &dyn Fn(&std::path::Path)| {
        let below = tempfile::tempdir().unwrap();
        let folder = Folder::good().place(below.path());
        let path = folder.join(file);
        std::fs::rename(&path, below.path().join("elsewhere")).unwrap();
        put(&path);
        Release::read(folder).map_err(|error| error.to_string())
    };
    for file in ["results.tsv", "manifest.toml", "company.toml"] {
        let error = refusal(file, &|path| std::fs::create_dir(path).unwrap()).unwrap_err();
        assert!(
            error.contains(&format!("{file} is not a regular file")),
            "{error}"
        );
        let error = refusal(file, &|path| {
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        })
        .unwrap_err();
        assert!(
            error.contains(&format!("{file} is not a regular file")),
            "{error}"
        );
        let error = refusal(file, &|path| symlink("../elsewhere", path).unwrap()).unwrap_err();
        assert!(
            error.contains(&format!("{file} is a link that leads out of its folder")),
            "{error}"
        );
    }
    // A link inside the folder is the folder's own; company and metrics may stand in its parent.
    let inside = refusal("results.tsv", &|path| {
        std::fs::write(path.with_file_name("real.tsv"), common::RESULTS).unwrap();
        symlink("real.tsv", path).unwrap();
    });
    assert!(inside.is_ok(), "{inside:?}");
    let parent = refusal("company.toml", &|path| {
        let parent = path.parent().unwrap().parent().unwrap();
        std::fs::rename(parent.join("elsewhere"), parent.join("company.toml")).unwrap();
    });
    assert!(parent.is_ok(), "{parent:?}");
}

/// Twenty thousand rows, and as many shares of one of them: time grows with the rows, not with their square.
#[test]
fn a_long_table_is_read() {
    let rows = 20_000;
    let (mut manifest, mut file) = (String::new(), String::from("\t2Q2021\t2Q2020\tYoY\n"));
    for row in 0..rows {
        writeln!(
            manifest,
            "{{ label = \"Row {row}\", metric = \"revenue\", scope = {{ row = \"r{row}\" }} }},"
        )
        .unwrap();
        writeln!(file, "Row {row}\t1\t1\t100.0%").unwrap();
    }
    let (before, _) = common::MANIFEST.split_once("rows = [").unwrap();
    let share = "share = { of = \"2Q2021\", row = \"Row 9999\" }";
    let before = before.replace("growth = { of = \"2Q2021\", over = \"2Q2020\" }", share);
    let folder = Folder::good()
        .write(
            "manifest.toml",
            format!("{before}rows = [\n{manifest}]\n").as_bytes(),
        )
        .write("results.tsv", file.as_bytes());
    let below = tempfile::tempdir().unwrap();
    let folder = folder.place(below.path());
    assert_eq!(Release::read(folder).unwrap().figures().len(), 3 * rows);
}
