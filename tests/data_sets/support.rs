//! A small data set of invented companies, to be spoilt by tests.

use std::io::{Cursor, Write as _};

use kessan::{DataSet, DataSetFiling, DataSetOptions, IngestError};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

pub(crate) const MINATO: &str = "0000000123-25-000001";
pub(crate) const KAWA: &str = "0000000456-25-000007";

pub(crate) const SUB: &str = "adsh\tcik\tname\tfye\tform\tperiod\tfy\tfp\tfiled
0000000456-25-000007\t456\tKAWA STEEL CORP\t0930\t10-K/A\t20250331\t2025\tQ2\t20250515
0000000123-25-000001\t123\tMINATO FOODS INC\t1231\t10-Q\t20250331\t2025\tQ1\t20250512
";

pub(crate) const TAG: &str = "tag\tversion\tcustom\tabstract\tdatatype\tiord\tcrdr\ttlabel\tdoc
Revenues\tus-gaap/2024\t0\t0\tmonetary\tD\tC\tRevenues\tAmount of \"revenue\"
Assets\tus-gaap/2024\t0\t0\tmonetary\tI\tD\tAssets\t
EarningsPerShareBasic\tus-gaap/2024\t0\t0\tperShare\tD\t\tEarnings\t
CommitmentsAndContingencies\tus-gaap/2024\t0\t0\tmonetary\tI\tC\t\t
Yield\tus-gaap/2024\t0\t0\tpercent\tD\t\t\t
Heading\tus-gaap/2024\t0\t1\t\t\t\t\t
Stores\t0000000123-25-000001\t1\t0\tshares\tI\t\tStores\t
Stores\t0000000456-25-000007\t1\t0\tmonetary\tI\tD\tGoods in store\t
";

pub(crate) const COLUMNS: &str =
    "adsh\ttag\tversion\tddate\tqtrs\tuom\tsegments\tcoreg\tvalue\tfootnote";

/// The rows of facts, in no order.
pub(crate) const ROWS: [&str; 11] = [
    "0000000123-25-000001\tRevenues\tus-gaap/2024\t20250331\t1\tUSD\t\t\t1250000000.0000\t",
    "0000000456-25-000007\tAssets\tus-gaap/2024\t20250331\t0\tUSD\t\t\t99.5000\tAs \"adjusted",
    "0000000123-25-000001\tRevenues\tus-gaap/2024\t20240331\t1\tUSD\t\t\t1000000000.0000\t",
    "0000000123-25-000001\tRevenues\tus-gaap/2024\t20250331\t1\tUSD\tBusinessSegments=RetailStores;\t\t400000000.0000\t",
    "0000000456-25-000007\tAssets\tus-gaap/2024\t20250331\t0\tUSD\tLegalEntity=KawaPipe;\tKawaPipe\t12.0000\t",
    "0000000123-25-000001\tAssets\tus-gaap/2024\t20250331\t0\tUSD\t\t\t-7.2500\t",
    "0000000123-25-000001\tEarningsPerShareBasic\tus-gaap/2024\t20250331\t1\tUSD\t\t\t1.3500\t",
    "0000000123-25-000001\tCommitmentsAndContingencies\tus-gaap/2024\t20250331\t0\tUSD\t\t\t\t",
    "0000000123-25-000001\tStores\t0000000123-25-000001\t20250331\t0\tshares\t\t\t140.0000\t",
    "0000000456-25-000007\tStores\t0000000456-25-000007\t20250331\t0\tUSD\t\t\t3.0000\t",
    "0000000456-25-000007\tRevenues\tus-gaap/2024\t20250331\t2\tUSD\t\t\t500.0000\t",
];

/// `num.txt` of rows.
pub(crate) fn num(rows: &[&str]) -> String {
    let lines: Vec<&str> = [COLUMNS].iter().chain(rows).copied().collect();
    lines.join("\n") + "\n"
}

/// An archive of files.
pub(crate) fn archive(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, content) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The archive of three files.
pub(crate) fn packed(sub: &[u8], tag: &[u8], num: &[u8]) -> Vec<u8> {
    let files = [("sub.txt", sub), ("tag.txt", tag), ("num.txt", num)];
    archive(&files, CompressionMethod::Deflated)
}

/// A data set of such files.
pub(crate) fn open(sub: &[u8], tag: &[u8], num: &[u8]) -> Result<DataSet, IngestError> {
    DataSet::from_reader(Cursor::new(packed(sub, tag, num)), "s.zip")
}

/// The good filings and tags with such rows of facts.
pub(crate) fn of_rows(rows: &[&str]) -> DataSet {
    open(SUB.as_bytes(), TAG.as_bytes(), num(rows).as_bytes()).unwrap()
}

/// The same, some columns being ignored.
pub(crate) fn of_num(num: &str, options: &DataSetOptions) -> Result<DataSet, IngestError> {
    let archive = packed(SUB.as_bytes(), TAG.as_bytes(), num.as_bytes());
    options.read(Cursor::new(archive), "s.zip")
}

/// All filings of a data set.
pub(crate) fn all(set: DataSet) -> Vec<DataSetFiling> {
    set.map(Result::unwrap).collect()
}

/// The facts of a filing, as text.
pub(crate) fn told(filing: &DataSetFiling) -> Vec<String> {
    let filing = filing.filing();
    let facts = filing.facts.iter();
    facts
        .map(|fact| format!("{} {} = {}", fact.series, fact.period, fact.figure))
        .collect()
}
