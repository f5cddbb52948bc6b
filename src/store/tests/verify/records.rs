//! Records that changed are named.

use super::{changed, found};
use crate::codec::Key;
use crate::codec::record::{CommitRecord, CompanyRecord, DocumentNumber, DocumentRecord, pack};
use crate::store::tests::support::*;

#[test]
fn definitions_documents_and_commits_that_changed_are_named() {
    let renamed = found(|_, batch| {
        let record = CompanyRecord::of(&company("a"), false);
        batch
            .insert(&Key::Company(1), &pack(&record).unwrap())
            .unwrap();
    });
    let words = "its definition is not what it should be";
    assert_eq!(renamed, [format!("company 1 of b: {words}")]);
    let metric = found(|_, batch| {
        batch
            .insert(&Key::Metric(1), &pack(&metric("m")).unwrap())
            .unwrap();
    });
    assert_eq!(metric, [format!("metric 1 of n: {words}")]);
    let swapped = found(|_, batch| {
        let index = Key::DocumentIndex("d2".parse().unwrap());
        batch
            .insert(&index, &pack(&DocumentNumber(0)).unwrap())
            .unwrap();
    });
    assert_eq!(
        swapped,
        [
            "document index of d2: its number is not what it should be",
            "document index of d2: it names document 0, which is not there",
        ]
    );
    let document = |change: fn(&mut DocumentRecord)| changed(&Key::Document(1), change);
    let titled = document(|record| record.document.title = "x".into());
    assert_eq!(
        titled,
        ["document 1 of d2: what is stored of it is not what was taken in"]
    );
    let digest = document(|record| record.digest[0] ^= 1);
    assert_eq!(
        digest[0],
        "commit 2: the digest of its documents is not what it should be"
    );
    let commit = document(|record| record.commit = 3);
    assert!(
        commit.contains(
            &"document 1 of d2: the commit that recorded it is not what it should be".to_owned()
        ),
        "{commit:?}"
    );
    let facts = document(|record| record.facts = 3);
    assert!(
        facts.contains(&"commit 2: 3 facts in its documents, there should be 2".to_owned()),
        "{facts:?}"
    );
    let commit = |change: fn(&mut CommitRecord)| changed(&Key::Commit(2), change);
    let chained = "commit 3: the hash of the commit before it is not what it should be";
    let earlier = commit(|record| record.recorded = 0);
    assert_eq!(
        earlier,
        ["commit 2: its time is not what it should be", chained]
    );
    let counted = commit(|record| record.totals.rows += 1);
    assert_eq!(
        counted[..1],
        ["commit 2: what it counts is not what it should be"]
    );
    assert!(counted.contains(&chained.to_owned()));
}
