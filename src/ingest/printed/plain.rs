//! Plain text: one character for each meaning, and no markup.

use super::{LONGEST, PrintedError};

/// The one space that joins digits and never parts figures; stands for no-break, thin and figure spaces.
pub(super) const TIE: char = '\u{a0}';

/// The texts between the markup of a cell: `<i>80.8%</i> 14.2` is `80.8%` and `14.2`. What `<sup>` raises
/// stays with the text before it, as superscript.
pub(super) fn pieces(text: &str) -> Result<Vec<String>, PrintedError> {
    if text.len() > LONGEST {
        return Err(PrintedError::TooLong);
    }
    let text = text.chars().map(plain).collect::<Result<String, _>>()?;
    let text = text.replace("\\$", "$");
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut raised = false;
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').ok_or(PrintedError::Markup)?;
        extend(&mut piece, before, raised);
        match tag_name(tag)? {
            "sup" => raised = true,
            "/sup" if raised => raised = false,
            _ => pieces.push(std::mem::take(&mut piece)),
        }
        rest = after;
    }
    if raised {
        return Err(PrintedError::Markup);
    }
    piece.push_str(rest);
    pieces.push(piece);
    Ok(pieces)
}

/// The first word of a tag; `<5%>` is none, and would lose a figure.
fn tag_name(tag: &str) -> Result<&str, PrintedError> {
    let tag = tag.trim();
    let word = tag.strip_prefix('/').unwrap_or(tag);
    if !word.starts_with(char::is_alphabetic) || tag.contains('<') {
        return Err(PrintedError::Markup);
    }
    Ok(tag.split(' ').next().unwrap_or(tag))
}

fn extend(piece: &mut String, text: &str, raised: bool) {
    if raised {
        piece.extend(text.chars().map(superscript));
    } else {
        piece.push_str(text);
    }
}

/// A character without its typographic variants.
fn plain(character: char) -> Result<char, PrintedError> {
    Ok(match character {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
        }
        '￥' => '¥',
        '〜' => '~',
        '’' => '\'',
        '\u{2010}' | '\u{2011}' => '-',
        '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{200a}' | '\u{202f}' => TIE,
        _ if character.is_control() => return Err(PrintedError::Character { character }),
        _ if character.is_whitespace() => ' ',
        _ => character,
    })
}

fn superscript(character: char) -> char {
    match character {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        '(' => '⁽',
        ')' => '⁾',
        other => other,
    }
}

/// Whether a character is a superscript digit or parenthesis.
pub(super) fn is_superscript(character: char) -> bool {
    matches!(character, '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' | '⁽' | '⁾')
}
