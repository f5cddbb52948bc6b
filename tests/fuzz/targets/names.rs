//! Names and units: what is read prints, and its print reads back as the same.
#![no_main]

use std::fmt::{Debug, Display};
use std::str::FromStr;

use kessan::{Concept, Currency, Id, MetricPath, Scenario, Scope, Unit, UtcOffset};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    read_back::<Concept>(text);
    read_back::<Currency>(text);
    read_back::<Id>(text);
    read_back::<MetricPath>(text);
    read_back::<Scenario>(text);
    read_back::<Scope>(text);
    read_back::<Unit>(text);
    read_back::<UtcOffset>(text);
});

fn read_back<T: FromStr<Err: Debug + Display> + Display + PartialEq + Debug>(text: &str) {
    match text.parse::<T>() {
        Ok(value) => {
            let printed = value.to_string();
            let again = printed.parse::<T>();
            assert!(
                again.is_ok_and(|again| again == value),
                "{text:?} {printed:?}"
            );
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
