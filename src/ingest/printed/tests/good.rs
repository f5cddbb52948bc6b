//! Printed forms and what they are read as.

use super::{
    COMMA, Currency, POINT, Printed, PrintedError, PrintedNumber, Qualifier, Reading, number, read,
    read_all,
};

#[track_caller]
fn check(reading: Reading, forms: &[(&str, PrintedNumber)]) {
    for (text, expected) in forms {
        assert_eq!(
            read(text, reading),
            Ok(Printed::Number(expected.clone())),
            "{text:?}"
        );
    }
}

#[test]
fn digits_and_their_grouping() {
    check(
        POINT,
        &[
            ("8,344", number(8_344, 0)),
            ("8344", number(8_344, 0)),
            (" 8,344 ", number(8_344, 0)),
            ("18,773,000,000", number(18_773_000_000, 0)),
            ("8 344 046", number(8_344_046, 0)),
            ("8\u{a0}344\u{a0}046", number(8_344_046, 0)),
            ("8\u{2009}344\u{202f}046", number(8_344_046, 0)),
            ("8'344'046", number(8_344_046, 0)),
            ("8’344’046", number(8_344_046, 0)),
            ("1,059,574.25", number(105_957_425, 2)),
            ("1 234.5", number(12_345, 1)),
            ("119.87", number(11_987, 2)),
            ("1.10", number(110, 2)),
            ("1.234", number(1_234, 3)),
            ("0.01", number(1, 2)),
            ("0", number(0, 0)),
            ("0.0%", number(0, 1).percent()),
            (".5", number(5, 1)),
            ("$.05", number(5, 2).of("USD")),
            ("８，３４４", number(8_344, 0)),
            ("１１９．８７", number(11_987, 2)),
            (
                "9,999,999,999,999,999,999,999,999,999",
                number(9_999_999_999_999_999_999_999_999_999, 0),
            ),
            ("0.0000000000000000000000000001", number(1, 28)),
        ],
    );
    check(
        COMMA,
        &[
            ("1.234,5", number(12_345, 1)),
            ("1 234,5", number(12_345, 1)),
            ("1'234,50", number(123_450, 2)),
            ("1.234", number(1_234, 0)),
            ("1,234", number(1_234, 3)),
            ("(5,7%)", number(-57, 1).percent()),
            ("1.234,5 €", number(12_345, 1).of("EUR")),
        ],
    );
}

#[test]
fn signs() {
    check(
        POINT,
        &[
            ("-97", number(-97, 0)),
            ("−97", number(-97, 0)),
            ("–97", number(-97, 0)),
            ("‑97", number(-97, 0)),
            ("－９７", number(-97, 0)),
            ("(1,060)", number(-1_060, 0)),
            ("（１，０６０）", number(-1_060, 0)),
            ("( 1,060 )", number(-1_060, 0)),
            ("△1,060", number(-1_060, 0)),
            ("▲1,060", number(-1_060, 0)),
            ("△ 1,060", number(-1_060, 0)),
            ("(43.98)", number(-4_398, 2)),
            ("(1)", number(-1, 0)),
            ("(5.7%)", number(-57, 1).percent()),
            ("(5.7)%", number(-57, 1).percent()),
            ("(5.7) %", number(-57, 1).percent()),
            ("-5.7%", number(-57, 1).percent()),
            ("△5.7%", number(-57, 1).percent()),
            ("+3.2%", number(32, 1).percent()),
            ("-0", number(0, 0)),
            ("(0.0)", number(0, 1)),
        ],
    );
}

#[test]
fn currencies_and_scale_words() {
    check(
        POINT,
        &[
            ("JPY8,344 million", number(8_344, 0).of("JPY").scale(6)),
            ("JPY 1.37 billion", number(137, 2).of("JPY").scale(9)),
            ("JPY97million", number(97, 0).of("JPY").scale(6)),
            (
                "JPY\u{a0}8,344\u{a0}million",
                number(8_344, 0).of("JPY").scale(6),
            ),
            ("JPY602", number(602, 0).of("JPY")),
            ("JPY -43.98", number(-4_398, 2).of("JPY")),
            ("JPY -97 million", number(-97, 0).of("JPY").scale(6)),
            ("-JPY97 million", number(-97, 0).of("JPY").scale(6)),
            ("(JPY18,764)", number(-18_764, 0).of("JPY")),
            ("JPY(18,764)", number(-18_764, 0).of("JPY")),
            ("(JPY97 million)", number(-97, 0).of("JPY").scale(6)),
            ("(97) million", number(-97, 0).scale(6)),
            ("¥8,344", number(8_344, 0).of("JPY")),
            ("￥８，３４４", number(8_344, 0).of("JPY")),
            ("$69.6 million", number(696, 1).of("USD").scale(6)),
            ("\\$ 69.6 million", number(696, 1).of("USD").scale(6)),
            ("\\$ -0.8 million", number(-8, 1).of("USD").scale(6)),
            ("-$0.8 million", number(-8, 1).of("USD").scale(6)),
            ("US$1", number(1, 0).of("USD")),
            ("£1.2bn", number(12, 1).of("GBP").scale(9)),
            ("1,060 million yen", number(1_060, 0).scale(6).of("JPY")),
            ("8,344 JPY", number(8_344, 0).of("JPY")),
            ("8,344 JPY (1)", number(8_344, 0).of("JPY").note("(1)")),
            ("8,344 thousand", number(8_344, 0).scale(3)),
            ("2.5 Millions", number(25, 1).scale(6)),
            ("2.5mn", number(25, 1).scale(6)),
            ("1 trillion", number(1, 0).scale(12)),
            ("8,344千円", number(8_344, 0).scale(3).of("JPY")),
            ("1,200万円", number(1_200, 0).scale(4).of("JPY")),
            ("8,344百万円", number(8_344, 0).scale(6).of("JPY")),
            ("83.4億円", number(834, 1).scale(8).of("JPY")),
            ("1.2兆円", number(12, 1).scale(12).of("JPY")),
            ("△97 百万円", number(-97, 0).scale(6).of("JPY")),
            ("951,300円", number(951_300, 0).of("JPY")),
            ("83億", number(83, 0).scale(8)),
        ],
    );
}

#[test]
fn percentages_points_and_counts() {
    check(
        POINT,
        &[
            ("100.0%", number(1_000, 1).percent()),
            ("5.7 %", number(57, 1).percent()),
            ("５．７％", number(57, 1).percent()),
            ("5.7 percent", number(57, 1).percent()),
            ("<i>80.8%</i>", number(808, 1).percent()),
            ("0.2 points", number(2, 1).points()),
            ("-0.3pts", number(-3, 1).points()),
            ("1.7pp", number(17, 1).points()),
            ("1.7 percentage points", number(17, 1).points()),
            ("1.7% points", number(17, 1).points()),
            ("0.2ポイント", number(2, 1).points()),
            ("41,297,800 shares", number(41_297_800, 0).noun("shares")),
            (
                "18.5 million shares",
                number(185, 1).scale(6).noun("shares"),
            ),
            ("30 personnel", number(30, 0).noun("personnel")),
            ("476.6 Gbps", number(4_766, 1).noun("Gbps")),
            ("64kbps", number(64, 0).noun("kbps")),
            ("45,222,494 ADS", number(45_222_494, 0).noun("ADS")),
        ],
    );
}

#[test]
fn bounds_and_approximations() {
    use Qualifier::{Approximate, AtLeast, AtMost, LessThan, MoreThan};
    let yen = |mantissa, places, power| number(mantissa, places).of("JPY").scale(power);
    check(
        POINT,
        &[
            ("approx. 18,000", number(18_000, 0).being(Approximate)),
            ("approx JPY0.4 billion", yen(4, 1, 9).being(Approximate)),
            ("approx. JPY100 million", yen(100, 0, 6).being(Approximate)),
            (
                "approximately JPY 350 million",
                yen(350, 0, 6).being(Approximate),
            ),
            ("about 100", number(100, 0).being(Approximate)),
            (
                "around 18,000 contracts",
                number(18_000, 0).noun("contracts").being(Approximate),
            ),
            ("Nearly 50%", number(50, 0).percent().being(Approximate)),
            (
                "約85億円",
                number(85, 0).scale(8).of("JPY").being(Approximate),
            ),
            ("more than 10%", number(10, 0).percent().being(MoreThan)),
            ("over 50", number(50, 0).being(MoreThan)),
            ("at least 100", number(100, 0).being(AtLeast)),
            ("up to JPY18,773 million", yen(18_773, 0, 6).being(AtMost)),
            ("at most 5", number(5, 0).being(AtMost)),
            ("less than 5%", number(5, 0).percent().being(LessThan)),
            ("under -5%", number(-5, 0).percent().being(LessThan)),
        ],
    );
}

#[test]
fn footnote_marks_and_remarks() {
    check(
        POINT,
        &[
            ("329⁶", number(329, 0).note("⁶")),
            ("329⁽¹⁾", number(329, 0).note("⁽¹⁾")),
            ("329¹²", number(329, 0).note("¹²")),
            ("329<sup>6</sup>", number(329, 0).note("⁶")),
            ("329<sup>(1)</sup>", number(329, 0).note("⁽¹⁾")),
            ("5,056 (1)", number(5_056, 0).note("(1)")),
            ("5,056(1)", number(5_056, 0).note("(1)")),
            ("5,056 （１）", number(5_056, 0).note("(1)")),
            ("(5,056) (1)", number(-5_056, 0).note("(1)")),
            ("5,056 (a)", number(5_056, 0).note("(a)")),
            ("5,056 [1]", number(5_056, 0).note("[1]")),
            ("5,056 [b]", number(5_056, 0).note("[b]")),
            ("5,056 (*2)", number(5_056, 0).note("(*2)")),
            ("100*1", number(100, 0).note("*1")),
            ("100*12", number(100, 0).note("*12")),
            ("100 *", number(100, 0).note("*")),
            ("100**", number(100, 0).note("**")),
            ("100 ※2", number(100, 0).note("※2")),
            ("8.8%† (2)", number(88, 1).percent().note("†").note("(2)")),
            (
                "JPY2,000 (Annual)",
                number(2_000, 0).of("JPY").note("(Annual)"),
            ),
            (
                "41,297,800 shares (As of June 28, 2013)",
                number(41_297_800, 0)
                    .noun("shares")
                    .note("(As of June 28, 2013)"),
            ),
            (
                "JPY820 million (9 months)",
                number(820, 0).of("JPY").scale(6).note("(9 months)"),
            ),
            ("8,344（注1）", number(8_344, 0).note("(注1)")),
        ],
    );
}

#[test]
fn ranges() {
    let range = |low, high| Ok(Printed::Range(low, high));
    let yen = |mantissa, power| number(mantissa, 0).of("JPY").scale(power);
    for (text, expected) in [
        ("0.90-1.00", range(number(90, 2), number(100, 2))),
        ("0.90–1.00", range(number(90, 2), number(100, 2))),
        ("0.90 - 1.00", range(number(90, 2), number(100, 2))),
        ("0.90 to 1.00", range(number(90, 2), number(100, 2))),
        (
            "10～12%",
            range(number(10, 0).percent(), number(12, 0).percent()),
        ),
        ("△5〜△3", range(number(-5, 0), number(-3, 0))),
        ("JPY10-12 million", range(yen(10, 6), yen(12, 6))),
        ("10-12億円", range(yen(10, 8), yen(12, 8))),
        ("JPY900 million-JPY1 billion", range(yen(900, 6), yen(1, 9))),
        (
            "100-200 contracts",
            range(
                number(100, 0).noun("contracts"),
                number(200, 0).noun("contracts"),
            ),
        ),
    ] {
        assert_eq!(read(text, POINT), expected, "{text:?}");
    }
    for text in [
        "1.00-0.90",
        "10%-12",
        "$1-JPY2",
        "about 10-12",
        "JPY900 million-1",
        "10 shares-12 contracts",
    ] {
        assert_eq!(read(text, POINT), Err(PrintedError::Range), "{text:?}");
    }
}

#[test]
fn what_stands_for_a_number() {
    for text in [
        "-", "–", "—", "－", "―", "‐", "−", "ー", "--", " - ", "(-)", "$ —", "JPY -", "-%", "—¹",
        "- *", "<i>-</i>",
    ] {
        assert_eq!(read(text, POINT), Ok(Printed::Nil), "{text:?}");
    }
    for text in ["n/a", "N/A", "n.a.", "Ｎ／Ａ", "(n/a)", "n/a (1)"] {
        assert_eq!(read(text, POINT), Ok(Printed::NotApplicable), "{text:?}");
    }
    for text in ["n.m.", "NM", "nm", "N.M.", "n.m.²"] {
        assert_eq!(read(text, POINT), Ok(Printed::NotMeaningful), "{text:?}");
    }
    for text in ["", " ", "\u{a0}", "\u{3000}", "<br>"] {
        assert_eq!(read(text, POINT), Ok(Printed::Empty), "{text:?}");
        assert_eq!(read_all(text, POINT), Ok(vec![]), "{text:?}");
    }
}

#[test]
fn cells_of_several_figures() {
    let percent = |mantissa| Printed::Number(number(mantissa, 1).percent());
    let plain = |mantissa, places| Printed::Number(number(mantissa, places));
    let dollars = |mantissa| Printed::Number(number(mantissa, 0).of("USD"));
    for (text, expected) in [
        ("<i>80.8%</i> 14.2", vec![percent(808), plain(142, 1)]),
        ("<i>(0.1%)</i> (0.01)", vec![percent(-1), plain(-1, 2)]),
        ("(0.1%) (0.01)", vec![percent(-1), plain(-1, 2)]),
        ("80.8% 14.2", vec![percent(808), plain(142, 1)]),
        ("80.8% -14.2", vec![percent(808), plain(-142, 1)]),
        (
            "<For 9 months> 7.8% <For 3 months> 11.7%",
            vec![percent(78), percent(117)],
        ),
        ("<i>80</i> 142", vec![plain(80, 0), plain(142, 0)]),
        ("<i>-</i> 14.2", vec![Printed::Nil, plain(142, 1)]),
        (
            "5,056 (1) 12",
            vec![Printed::Number(number(5_056, 0).note("(1)")), plain(12, 0)],
        ),
        ("8,344 $70", vec![plain(8_344, 0), dollars(70)]),
        ("8,344 $ 70", vec![plain(8_344, 0), dollars(70)]),
        ("8,344 US$ 70", vec![plain(8_344, 0), dollars(70)]),
        ("8,344 USD70", vec![plain(8_344, 0), dollars(70)]),
        ("8\u{a0}344 9.5", vec![plain(8_344, 0), plain(95, 1)]),
        ("8,344", vec![plain(8_344, 0)]),
    ] {
        assert_eq!(read_all(text, POINT), Ok(expected), "{text:?}");
    }
}

#[test]
fn yen_and_dollars_are_the_model_s_own() {
    let currency = |text| match read(text, POINT) {
        Ok(Printed::Number(number)) => number.currency,
        _ => None,
    };
    assert_eq!(currency("1円"), Some(Currency::JPY));
    assert_eq!(currency("$1"), Some(Currency::USD));
}
