//! Texts that could be read only by guessing, and why they are refused.

use super::{COMMA, LONGEST, POINT, PrintedError, Reading, read, read_all};

#[track_caller]
fn check_refused(reading: Reading, forms: &[(&str, PrintedError)]) {
    for (text, expected) in forms {
        assert_eq!(read(text, reading).as_ref(), Err(expected), "{text:?}");
    }
}

#[test]
fn misprinted_digits_are_refused() {
    use PrintedError::{
        GroupedFraction, LeadingZero, LetterForDigit, MixedGrouping, NotInThrees, TooManyDigits,
        TwoDecimalMarks,
    };
    let stray = |mark| PrintedError::StrayMark { mark };
    let foreign = |digit| PrintedError::ForeignDigit { digit };
    let o_for_0 = LetterForDigit {
        letter: 'O',
        digit: '0',
    };
    let l_for_1 = LetterForDigit {
        letter: 'l',
        digit: '1',
    };
    check_refused(
        POINT,
        &[
            ("1,23,4", NotInThrees),
            ("12,34", NotInThrees),
            ("1,2345", NotInThrees),
            ("1234,567", NotInThrees),
            ("1234 567", NotInThrees),
            ("12\u{a0}34", NotInThrees),
            ("8,344 046", MixedGrouping),
            ("8,344'046", MixedGrouping),
            ("8 344,046", MixedGrouping),
            ("1.234,5", GroupedFraction),
            ("1.2\u{a0}345", GroupedFraction),
            ("1.2.3", TwoDecimalMarks),
            ("1.234.567", TwoDecimalMarks),
            (",344", stray(',')),
            ("8,", stray(',')),
            ("8.", stray('.')),
            ("(8,)", stray(',')),
            ("1,,000", stray(',')),
            ("1,.5", stray(',')),
            (".344", stray('.')),
            ("(,344)", stray(',')),
            ("8'", stray('\'')),
            ("046", LeadingZero),
            ("0,344", LeadingZero),
            ("00", LeadingZero),
            ("99999999999999999999999999999", TooManyDigits),
            ("0.00000000000000000000000000001", TooManyDigits),
            ("1O,000", o_for_0.clone()),
            ("1,00O", o_for_0.clone()),
            ("1,O00", o_for_0.clone()),
            ("O.5", o_for_0.clone()),
            ("1,000 OO", o_for_0.clone()),
            ("(1O)", o_for_0.clone()),
            ("5,056 (1O)", o_for_0),
            ("l,060", l_for_1.clone()),
            ("1,06l", l_for_1),
            ("٣٤٤", foreign('٣')),
            ("½", foreign('½')),
            ("①", foreign('①')),
            ("⁴", foreign('⁴')),
        ],
    );
    check_refused(
        COMMA,
        &[
            ("1,234.5", GroupedFraction),
            ("1,2,3", TwoDecimalMarks),
            ("1.23", NotInThrees),
            ("1 234.567", MixedGrouping),
            (",5", stray(',')),
        ],
    );
}

#[test]
fn contradictory_signs_and_units_are_refused() {
    use PrintedError::{ContradictorySigns, NotANumber, Parentheses, Units};
    let loose = |sign| PrintedError::LooseSign { sign };
    check_refused(
        POINT,
        &[
            ("--97", ContradictorySigns),
            ("(-97)", ContradictorySigns),
            ("(+97)", ContradictorySigns),
            ("-(97)", ContradictorySigns),
            ("△(97)", ContradictorySigns),
            ("(▲97)", ContradictorySigns),
            ("-JPY -97", ContradictorySigns),
            ("+-97", ContradictorySigns),
            ("0.90--1.00", ContradictorySigns),
            ("- 97", loose('-')),
            ("- (1)", loose('-')),
            ("97-", loose('-')),
            ("97 -", loose('-')),
            ("97- 99", loose('-')),
            ("0.90−1.00", loose('−')),
            ("—97", loose('—')),
            ("+", loose('+')),
            ("2003-04-01", PrintedError::LeadingZero),
            ("10-11-12", loose('-')),
            ("()", Parentheses),
            ("( )", Parentheses),
            (")", Parentheses),
            ("8,344)", Parentheses),
            ("(8,344", Parentheses),
            ("((97))", Parentheses),
            ("(0.90-1.00)", Parentheses),
            ("8,344 ()", Parentheses),
            ("8,344 (Annual", Parentheses),
            ("8,344 (see (1))", Parentheses),
            ("JPY", NotANumber),
            ("%", NotANumber),
            ("$", NotANumber),
            ("(", NotANumber),
            ("△", NotANumber),
            ("JPY 5%", Units),
            ("5%%", Units),
            ("(5%)%", Units),
            ("5% million", Units),
            ("5 million billion", Units),
            ("3千億円", Units),
            ("¥5円", Units),
            ("JPY $5", Units),
            ("$5 points", Units),
        ],
    );
}

#[test]
fn words_and_second_figures_are_refused() {
    use PrintedError::{Markup, Several, TooLong};
    let word = |word: &str| PrintedError::Word { word: word.into() };
    let character = |character| PrintedError::Character { character };
    check_refused(
        POINT,
        &[
            ("100 outsourcing personnel", word("personnel")),
            ("JPY951,300 per share", word("per")),
            ("JPY100 shares", word("shares")),
            ("5.0% YoY", word("YoY")),
            ("up 5.0%", word("up")),
            ("no more than 5", word("no")),
            ("5 hundred", word("hundred")),
            ("5x", word("x")),
            ("10 Q", word("Q")),
            ("5million5", word("million5")),
            ("5 to", word("to")),
            ("1 to2", word("to2")),
            ("1Q03", word("Q03")),
            ("FY2003", word("FY2003")),
            ("(9 months)", word("months")),
            ("(Note)", word("Note")),
            ("HK$5", word("HK")),
            ("100株", word("株")),
            ("10%以上", word("以上")),
            ("NaN", word("NaN")),
            ("inf", word("inf")),
            ("1e5", word("e5")),
            ("0x10", word("x10")),
            ("90<sup>th</sup>", word("th")),
            ("8,344 8,345", Several),
            ("12 34", Several),
            ("8,344 -97", Several),
            ("8,344 $70", Several),
            ("23億4,500万円", Several),
            ("JPY 8,344 million (\\$ 69.6 million)", Several),
            ("2.5 (41.2%)", Several),
            ("8,344 (2003)", Several),
            ("8,344 (million yen)", PrintedError::AmbiguousParentheses),
            ("8,344 (in millions)", PrintedError::AmbiguousParentheses),
            ("8,344（百万円）", PrintedError::AmbiguousParentheses),
            ("8,344 (USD basis)", PrintedError::AmbiguousParentheses),
            (
                "JPY50,789 million (up 5.0% YoY)",
                PrintedError::AmbiguousParentheses,
            ),
            ("8,344 (USD)", PrintedError::NotANumber),
            ("<i>80.8%</i> 14.2", Several),
            ("<b>8</b> 344", Several),
            ("5,056 (1,06)", PrintedError::NotInThrees),
            ("5,056 (JPY1,06)", PrintedError::NotInThrees),
            ("<i", Markup),
            ("329</sup>6", Several),
            ("<5%>", Markup),
            ("< 5%", Markup),
            ("329<sup>6", Markup),
            ("8\t344", character('\t')),
            ("8,344\n", character('\n')),
            ("\0", character('\0')),
            ("8\u{200b}344", character('\u{200b}')),
            ("\\8,344", character('\\')),
            ("1/2", character('/')),
            ("9:45", character(':')),
            ("100*100", character('*')),
            ("100 [1*]", character('[')),
            ("▼5", character('▼')),
        ],
    );
    let long = |digits| "1".repeat(digits);
    assert_eq!(read(&long(LONGEST + 1), POINT), Err(TooLong));
    assert_eq!(
        read(&long(LONGEST), POINT),
        Err(PrintedError::TooManyDigits)
    );
}

#[test]
fn figures_that_cannot_be_told_apart_are_refused() {
    use PrintedError::{AmbiguousParentheses, AmbiguousSpace};
    let loose = PrintedError::LooseSign { sign: '-' };
    for (text, expected) in [
        ("80 142", AmbiguousSpace),
        ("8,344 046", AmbiguousSpace),
        ("8,344 USD 70", AmbiguousSpace),
        ("8,344 USD -70", AmbiguousSpace),
        ("8,344 USD .5", AmbiguousSpace),
        ("8,344 (69.6)", AmbiguousParentheses),
        ("JPY 8,344 million ($ 69.6 million)", AmbiguousParentheses),
        ("(0.1%) (1)", AmbiguousParentheses),
        ("0.90 - 1.00", loose.clone()),
        ("- 14.2", loose),
        ("23億4,500万円", PrintedError::Several),
    ] {
        assert_eq!(read_all(text, POINT), Err(expected), "{text:?}");
    }
}
