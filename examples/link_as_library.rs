//! The smallest useful embedding: a release in, one question answered.

use kessan::{Database, Release};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let release = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/data/iij/2003-08-13-1q03-results"
    );
    let db = Database::temporary()?;
    db.ingest(&Release::read(release)?)?;

    if let Some(change) = db.series("iij", "revenue")?.load()?.yoy("1Q03")? {
        println!("{change}");
    }
    Ok(())
}
