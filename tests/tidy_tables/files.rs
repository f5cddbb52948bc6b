//! The files of an export, spoilt one at a time.

use kessan::{IngestError, Tidy};

use crate::plain::Sheet;

const FACTS: &str = "company,metric,period,value,unit,decimals,rounding,published,source,cell
minato,revenue,2Q2021,1250000000,JPY,-6,nearest,2021-08-10,q2,0
";
const DOCUMENTS: &str = "source,title,issuer,kind,published
q2,T,I,results,2021-08-10
";
const CELLS: &str = "source,cell,address,place,row,column,text,scale
q2,0,a,p,r,c,\"1,250\",6
q2,1,b,p,r,c,25%,0
";
const CHECKS: &str = "source,cell,claim,company,metric,period,base_company,base_metric,base_period,currency,rate,from,to,figure,value,decimals,rounding
q2,1,growth,minato,revenue,2021-04-01..2021-06-30,minato,revenue,2020-04-01..2020-06-30,,,,,amount,25,0,nearest
";

/// Reads the files with one of them edited.
fn read(file: &str, from: &str, to: &str) -> Result<Tidy, IngestError> {
    let edit = |name: &str, text: &str| {
        if name == file {
            assert!(text.contains(from), "{from} in {name}");
            text.replace(from, to)
        } else {
            text.to_owned()
        }
    };
    Sheet::new("facts.csv", edit("facts.csv", FACTS))
        .with("documents.csv", edit("documents.csv", DOCUMENTS))
        .with("cells.csv", edit("cells.csv", CELLS))
        .with("checks.csv", edit("checks.csv", CHECKS))
        .read()
}

#[test]
fn the_good_files_are_good() {
    let good = read("", "", "").unwrap();
    assert_eq!(good.filings()[0].cells[0].text, "1,250");
    assert_eq!(good.filings()[0].facts[0].cell, 0);
    assert_eq!(good.filings()[0].checks.len(), 1);
    // Cells may stand in any order.
    let in_order = "q2,0,a,p,r,c,\"1,250\",6\nq2,1,b,p,r,c,25%,0\n";
    let turned = "q2,1,b,p,r,c,25%,0\nq2,0,a,p,r,c,\"1,250\",6\n";
    assert_eq!(read("cells.csv", in_order, turned).unwrap(), good);
}

/// A file, a text in it, what to put in its place, and how the refusal begins.
const SPOILT: &[(&str, &str, &str, &str)] = &[
    (
        "facts.csv",
        "q2,0",
        "q3,0",
        "facts.csv: line 2, column \"source\", text \"q3\": the documents beside the table have no q3",
    ),
    (
        "facts.csv",
        "q2,0",
        "q2,2",
        "facts.csv: line 2, column \"cell\", text \"2\": cell 2 of q2 is not there; it has 2 cells",
    ),
    (
        "facts.csv",
        "q2,0",
        "q2,-1",
        "facts.csv: line 2, column \"cell\", text \"-1\": a whole number from 0 is expected",
    ),
    (
        "facts.csv",
        "q2,0",
        "q2,",
        "facts.csv: line 2, column \"cell\": the cell is empty",
    ),
    (
        "facts.csv",
        "2021-08-10",
        "2021-08-11",
        "facts.csv: line 2, column \"published\": an earlier publication needs",
    ),
    (
        "facts.csv",
        ",0\n",
        ",0\nminato,revenue,2Q2021,1,JPY,0,nearest,,q2,0\n",
        "facts.csv: line 2, column \"source\": line 3 says it already",
    ),
    (
        "documents.csv",
        "T,I",
        "T,I,x",
        "documents.csv: line 2: the line has 6 cells, the first line has 5",
    ),
    (
        "documents.csv",
        "results",
        "result",
        "documents.csv: line 2, column \"kind\", text \"result\": unknown variant `result`",
    ),
    (
        "documents.csv",
        "2021-08-10\n",
        "2021-08-10\nq2,T,I,results,2021-08-10\n",
        "documents.csv: line 3, column \"source\", text \"q2\": line 2 says it already",
    ),
    (
        "documents.csv",
        ",title",
        ",colour",
        "documents.csv: line 1, column \"colour\": there is no such column",
    ),
    (
        "cells.csv",
        "q2,1",
        "q2,2",
        "cells.csv: line 3, column \"cell\": cells are numbered from 0, and number 1 of this document is not there",
    ),
    (
        "cells.csv",
        "q2,1",
        "q2,0",
        "cells.csv: line 3, column \"cell\", text \"0\": line 2 says it already",
    ),
    (
        "cells.csv",
        "q2,1",
        "q3,1",
        "cells.csv: line 3, column \"source\", text \"q3\": the documents beside the table have no q3",
    ),
    (
        "cells.csv",
        "25%,0",
        "25%,4294967296",
        "cells.csv: line 3, column \"scale\", text \"4294967296\": a whole number from 0 is expected",
    ),
    (
        "checks.csv",
        "q2,1",
        "q3,1",
        "checks.csv: line 2, column \"source\", text \"q3\": the documents beside the table have no q3",
    ),
    (
        "checks.csv",
        "q2,1",
        "q2,7",
        "checks.csv: line 2, column \"cell\", text \"7\": cell 7 of q2 is not there; it has 2 cells",
    ),
    (
        "checks.csv",
        "growth",
        "grown",
        "checks.csv: line 2, column \"claim\", text \"grown\": a claim is growth, difference,",
    ),
    (
        "checks.csv",
        "2020-06-30",
        "2020-06-31",
        "checks.csv: line 2, column \"base_period\", text \"2020-04-01..2020-06-31\": \"2020-06-31\" is not a date",
    ),
    (
        "checks.csv",
        "minato,revenue,2020",
        "minato,profit,2020",
        "checks.csv: line 2, column \"claim\", text \"growth\": metric profit is not defined",
    ),
    (
        "checks.csv",
        "growth",
        "translation",
        "checks.csv: line 2, column \"currency\": the cell is empty",
    ),
];

#[test]
fn spoilt_files() {
    for (file, from, to, reason) in SPOILT {
        let error = read(file, from, to).unwrap_err().to_string();
        let (_, said) = error.split_once("tables/").unwrap();
        assert!(said.starts_with(reason), "{said}");
    }
}
