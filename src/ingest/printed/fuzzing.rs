//! What must hold of any text, for fuzzing.

use super::{Printed, PrintedNumber, Reading, read, read_all};

/// Reads a text in every way, and what it says once more.
pub(crate) fn read_and_back(text: &str) {
    for decimal_comma in [false, true] {
        let reading = Reading { decimal_comma };
        let (one, all) = (read(text, reading), read_all(text, reading));
        for figure in one.iter().chain(all.iter().flatten()) {
            match figure {
                Printed::Number(number) => read_back(number, reading),
                Printed::Range(low, high) => {
                    read_back(low, reading);
                    read_back(high, reading);
                }
                Printed::Nil | Printed::NotMeaningful | Printed::NotApplicable | Printed::Empty => {
                }
            }
        }
        if let (Ok(one), Ok(all)) = (one, all) {
            let expected = if one == Printed::Empty {
                vec![]
            } else {
                vec![one]
            };
            assert_eq!(all, expected, "{text:?}");
        }
    }
}

/// The plain print of a number reads as its digits.
fn read_back(number: &PrintedNumber, reading: Reading) {
    assert!(number.places <= 28 && number.mantissa.unsigned_abs() < 10_u128.pow(28));
    let width = usize::try_from(number.places).map_or(0, |places| places + 1);
    let digits = format!("{:0width$}", number.mantissa.unsigned_abs());
    let (whole, fraction) = digits.split_at(digits.len() + 1 - width);
    let sign = if number.mantissa < 0 { "-" } else { "" };
    let mark = match (fraction, reading.decimal_comma) {
        ("", _) => "",
        (_, false) => ".",
        (_, true) => ",",
    };
    let plain = format!("{sign}{whole}{mark}{fraction}");
    let expected = PrintedNumber {
        mantissa: number.mantissa,
        places: number.places,
        ..PrintedNumber::default()
    };
    assert_eq!(
        read(&plain, reading),
        Ok(Printed::Number(expected)),
        "{plain:?}"
    );
}
