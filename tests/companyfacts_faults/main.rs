//! Company facts that cannot be kept, files that cannot be read, and files that come again with more in them. All
//! files are made here.

mod facts;
mod files;
mod taken_in;

use kessan::{CompanyFacts, IngestReason};

/// A good fact, with all keys.
const FACT: &str = r#"{"start":"2023-01-01","end":"2023-12-31","val":1250,"accn":"0000000123-24-000001","fy":2023,"fp":"FY","form":"10-K","filed":"2024-02-20","frame":"CY2023"}"#;

/// A file of facts of revenue in US dollars.
fn revenue(facts: &[&str]) -> String {
    of_unit("USD", facts)
}

fn of_unit(unit: &str, facts: &[&str]) -> String {
    let facts = facts.join(",\n");
    format!(
        r#"{{"cik":123,"entityName":"Minato Foods Inc.","facts":{{"us-gaap":{{"Revenues":{{"label":null,"description":null,"units":{{"{unit}":[
{facts}
]}}}}}}}}}}"#
    )
}

fn read(json: &str) -> CompanyFacts {
    CompanyFacts::from_reader(json.as_bytes(), "file").unwrap()
}

/// What is wrong with a file as a whole.
fn reason(bytes: &[u8]) -> IngestReason {
    *CompanyFacts::from_reader(bytes, "file").unwrap_err().reason
}
