//! Company facts: however a file arrives, the same facts are read of it and the same are refused; what was read is
//! taken in, or it is said why not.
#![no_main]

use std::io::{self, Read};

use kessan::{CompanyFacts, Package};
use kessan_fuzz::{again, take_in};
use libfuzzer_sys::fuzz_target;

/// A file that arrives a few bytes at a time.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = 1 + self.0.len() % 7;
        let into = buffer.len().min(most);
        self.0.read(&mut buffer[..into])
    }
}

fuzz_target!(|json: &[u8]| {
    let facts = match CompanyFacts::from_reader(json, "fuzz.json") {
        Ok(facts) => facts,
        Err(error) => {
            // Of several faults another one may be met first.
            let slowly = CompanyFacts::from_reader(Trickle(json), "fuzz.json");
            assert!(slowly.is_err(), "refused at once only: {error}");
            return;
        }
    };
    let slowly =
        CompanyFacts::from_reader(Trickle(json), "fuzz.json").expect("a file that is read");
    assert!(facts.facts().eq(slowly.facts()));
    assert_eq!(facts.refused(), slowly.refused());
    assert_eq!(facts.facts().count(), facts.len());
    assert_eq!(facts.refused().is_empty(), facts.clone().strict().is_ok());
    for fact in facts.facts() {
        assert!(
            fact.period
                .start()
                .is_none_or(|start| start <= fact.period.end())
        );
        assert_eq!(
            fact.metric.path,
            fact.metric.path.to_string().parse().expect("a metric")
        );
    }
    for refused in facts.refused() {
        assert!(!refused.place.is_empty() && !refused.fault.to_string().is_empty());
    }
    if again(json) {
        take_in(&Package::from(&facts));
    }
});
