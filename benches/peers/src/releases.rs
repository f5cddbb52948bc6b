//! Releases taken in one by one, each by every peer.

use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, Result, ensure};

use crate::answer::{Answer, Question};
use crate::facts::{Key, Named, Release, Row, World};
use crate::machine;
use crate::measure::Line;
use crate::peers::{Kind, Peer};
use crate::questions::shuffled;

/// The next release of each company, in no order.
pub fn releases_of_companies(world: &World) -> impl Iterator<Item = Release> {
    let world = *world;
    let companies = shuffled(world.companies, 5);
    (0..)
        .zip(companies)
        .map(move |(number, company)| world.release(company, number))
}

/// Each release into every database, after all series of its company have been read.
pub fn warm_releases(
    folder: &Path,
    names: &Rc<Named>,
    kinds: &[Kind],
    releases: impl Iterator<Item = Release>,
    line: &mut Line,
) -> Result<()> {
    let open = |kind: &Kind| kind.open_one(&folder.join(kind.name()), names);
    let mut peers: Vec<_> = kinds.iter().map(open).collect::<Result<_>>()?;
    let mut answer = Answer::default();
    for release in releases {
        for peer in &mut peers {
            for metric in 0..names.world.metrics {
                let company = release.company;
                answer.clear();
                let key = Key { company, metric };
                peer.ask(&Question::Growth { key }, &mut answer)?;
            }
            let time = peer.release(&release)?.context("it takes in releases")?;
            line.add(peer.name(), time.as_secs_f64());
            arrived(peer.as_mut(), &release)?;
        }
    }
    Ok(())
}

/// A release into every database that was just opened, with nothing of it in memory.
pub fn cold_release(
    folder: &Path,
    names: &Rc<Named>,
    kinds: &[Kind],
    release: &Release,
    line: &mut Line,
) -> Result<()> {
    for kind in kinds {
        let folder = folder.join(kind.name());
        machine::forget(&folder)?;
        let mut peer = kind.open_one(&folder, names)?;
        let time = peer.release(release)?.context("it takes in releases")?;
        line.add(peer.name(), time.as_secs_f64());
        arrived(peer.as_mut(), release)?;
    }
    Ok(())
}

/// A release as the first facts of a database.
pub fn empty_release(folder: &Path, kinds: &[Kind], line: &mut Line) -> Result<()> {
    let world = World {
        companies: 1,
        metrics: 100,
        quarters: 1,
        versions: 1,
        by_quarter: false,
    };
    let names = Rc::new(Named::new(world));
    for kind in kinds {
        let folder = folder.join(kind.name());
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        kind.create(&folder)?;
        let mut peer = kind.open_one(&folder, &names)?;
        let mut release = world.release_of(0, 0, 0);
        (release.new_company, release.new_metrics) = (true, true);
        let time = peer.release(&release)?.context("it takes in releases")?;
        line.add(peer.name(), time.as_secs_f64());
        arrived(peer.as_mut(), &release)?;
    }
    Ok(())
}

/// That a release can be read.
fn arrived(peer: &mut dyn Peer, release: &Release) -> Result<()> {
    let Release {
        company, quarter, ..
    } = *release;
    for (metric, row) in (0..).zip(&release.rows) {
        if metric % 10 != 0 {
            continue;
        }
        let key = Key { company, metric };
        let mut answer = Answer::default();
        peer.ask(&Question::Point { key, quarter }, &mut answer)?;
        let found = answer.rows.first().copied().map(Row::normalized);
        ensure!(
            found == Some(row.normalized()),
            "{} has {found:?} in place of {row:?}",
            peer.name()
        );
    }
    Ok(())
}
