//! Any text is read or refused; what is printed in any style reads back.

use proptest::prelude::*;

use super::{Printed, Reading, number, read, read_all};

/// Digits in groups of three.
fn group(digits: &str, mark: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push_str(mark);
        }
        text.push(digit);
    }
    text
}

const GROUPINGS: [&str; 8] = ["", ",", " ", "\u{a0}", "\u{2009}", "\u{202f}", "'", "’"];

const NEGATIVES: [(&str, &str); 8] = [
    ("-", ""),
    ("−", ""),
    ("–", ""),
    ("－", ""),
    ("△", ""),
    ("▲", ""),
    ("(", ")"),
    ("（", ")"),
];

fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
            other => other,
        })
        .collect()
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), decimal_comma: bool) {
        let reading = Reading { decimal_comma };
        let _ = read(&text, reading);
        let _ = read_all(&text, reading);
    }

    #[test]
    fn any_text_of_numeric_marks_is_read_or_refused(
        text in "([0-9]{1,3}|[,.' \u{a0}()<>%*¥$¹-]|[−–—△①٣O約円億]|JPY|US\\$|million|to |shares|</?i>|</?sup>|n/a|over ){0,12}",
        decimal_comma: bool,
    ) {
        let reading = Reading { decimal_comma };
        let one = read(&text, reading);
        let all = read_all(&text, reading);
        // Where both can read a text, they agree.
        if let (Ok(one), Ok(all)) = (one, all) {
            let expected = if one == Printed::Empty { vec![] } else { vec![one] };
            prop_assert_eq!(all, expected);
        }
    }

    #[test]
    fn a_printed_number_reads_back(
        whole in 0_u64..1_000_000_000_000,
        fraction in "[0-9]{0,6}",
        negative: bool,
        style in 0..NEGATIVES.len(),
        grouping in 0..GROUPINGS.len(),
        decimal_comma: bool,
        wide: bool,
        percent: bool,
    ) {
        let (grouping, decimal) = match (GROUPINGS[grouping], decimal_comma) {
            (",", true) => (".", ","),
            (mark, true) => (mark, ","),
            (mark, false) => (mark, "."),
        };
        let mut text = group(&whole.to_string(), grouping);
        if !fraction.is_empty() {
            text = format!("{text}{decimal}{fraction}");
        }
        let (before, after) = if negative { NEGATIVES[style] } else { ("", "") };
        text = format!("{before}{text}{}{after}", if percent { "%" } else { "" });
        if wide {
            text = full_width(&text);
        }
        let digits: i128 = format!("{whole}{fraction}").parse().unwrap();
        let mut expected = number(if negative { -digits } else { digits }, u32::try_from(fraction.len()).unwrap());
        expected.percent = percent;
        prop_assert_eq!(read(&text, Reading { decimal_comma }), Ok(Printed::Number(expected)), "{}", text);
    }
}
