//! Quotes, dashes and dots as printers have them: what Hugo's Markdown makes of `"a" -- b...` unless a
//! site turns it off (`markup.goldmark.extensions.typographer`).
//!
//! The rules are goldmark's, found by trial and by its documentation: `---`, `--` and `...` are one
//! sign; a quote opens before a word, and closes behind one if any was opened before in the document;
//! an apostrophe is one within a word, before `'90s`, `'tis` and the like, and behind a word. What is
//! escaped stays, and so do code, raw HTML and addresses that are links by themselves.
//!
//! Signs travel through Markdown as noncharacters. HTML has them as entities, as Hugo does, which
//! counts words in them; texts have them as characters.
//!
//! **Invariants.** Linear time. A text keeps its words, whatever stands between them.

use std::borrow::Cow;

use comrak::nodes::{Node, NodeValue};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use super::headings::is_automatic_link;
use super::plain::decode;

/// Noncharacter, entity, character.
const SIGNS: [(char, &str, char); 8] = [
    (LEFT_SINGLE, "&lsquo;", '\u{2018}'),
    (RIGHT_SINGLE, "&rsquo;", '\u{2019}'),
    (LEFT_DOUBLE, "&ldquo;", '\u{201c}'),
    (RIGHT_DOUBLE, "&rdquo;", '\u{201d}'),
    (EN_DASH, "&ndash;", '\u{2013}'),
    (EM_DASH, "&mdash;", '\u{2014}'),
    (ELLIPSIS, "&hellip;", '\u{2026}'),
    (RIGHT_ANGLE, "&raquo;", '\u{bb}'),
];
const LEFT_SINGLE: char = '\u{fdd1}';
const RIGHT_SINGLE: char = '\u{fdd2}';
const LEFT_DOUBLE: char = '\u{fdd3}';
const RIGHT_DOUBLE: char = '\u{fdd4}';
const EN_DASH: char = '\u{fdd5}';
const EM_DASH: char = '\u{fdd6}';
const ELLIPSIS: char = '\u{fdd7}';
const RIGHT_ANGLE: char = '\u{fdd8}';

fn is_sign(c: char) -> bool {
    ('\u{fdd1}'..='\u{fdd8}').contains(&c)
}

/// Puts signs into the texts of a document. Says whether there are any.
pub(super) fn print(root: Node<'_>, markdown: &str) -> bool {
    if !markdown.contains(['\'', '"', '-', '.', '>']) && !markdown.contains(is_sign) {
        return false;
    }
    let lines: Vec<&str> = markdown.split_inclusive('\n').collect();
    let mut open = Open::default();
    // Line and column at which the block around a text ends.
    let mut end = (0, 0);
    let mut any = false;
    for node in root.descendants() {
        // Looked at before the node is taken for writing.
        let is_address = node.parent().is_some_and(is_automatic_link);
        let mut data = node.data_mut();
        let place = data.sourcepos;
        if data.value.contains_inlines() {
            end = (place.end.line, place.end.column);
            continue;
        }
        let NodeValue::Text(ref mut text) = data.value else { continue };
        if is_address {
            continue;
        }
        let mut line = lines.get(place.start.line.wrapping_sub(1)).copied().unwrap_or_default();
        if place.start.line == end.0 && end.1 >= place.end.column {
            line = line.get(..end.1).unwrap_or(line);
        }
        let start = place.start.column.saturating_sub(1);
        let printed = open
            .printed(line, start, text)
            // Its place is not known well enough.
            .or_else(|| open.printed(text, 0, text));
        if let Some(printed) = printed.filter(|printed| *printed != **text) {
            any = true;
            *text = Cow::Owned(printed);
        }
    }
    any
}

/// Signs as entities.
pub(super) fn entities(html: &str) -> String {
    let mut written = String::with_capacity(html.len() + html.len() / 16);
    for c in html.chars() {
        match SIGNS.iter().find(|(sign, ..)| *sign == c) {
            Some((_, entity, _)) => written.push_str(entity),
            None => written.push(c),
        }
    }
    written
}

/// Signs as characters.
pub(super) fn characters(text: &str) -> String {
    let of = |c| SIGNS.iter().find(|(sign, ..)| *sign == c).map_or(c, |(.., character)| *character);
    text.chars().map(of).collect()
}

/// Quotes that were opened and not closed, in the whole document, as goldmark counts them.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    single: usize,
    double: usize,
}

impl Open {
    /// A text with its signs, where it stands at `start` of `line`; none where it does not.
    fn printed(&mut self, line: &str, start: usize, text: &str) -> Option<String> {
        let mut open = *self;
        let mut printed = String::with_capacity(text.len());
        let (mut rest, mut at) = (text, start);
        // A text begins behind the sign that escapes its first letter.
        let escapes = line.get(..start)?.bytes().rev().take_while(|byte| *byte == b'\\').count();
        if escapes % 2 == 1 && text.starts_with(|c: char| c.is_ascii_punctuation()) {
            at -= 1;
        }
        let mut before = line.get(..at)?.chars().next_back().unwrap_or('\n');
        while let Some(c) = rest.chars().next() {
            let source = line.get(at..)?;
            let escaped = source
                .strip_prefix('\\')
                .filter(|next| next.starts_with(|c: char| c.is_ascii_punctuation()));
            let (length, taken) = if let Some(next) = escaped {
                if !next.starts_with(c) {
                    return None;
                }
                printed.push(c);
                (c.len_utf8(), 1 + c.len_utf8())
            } else if let Some((entity, decoded)) = entity(source)
                && rest.starts_with(&*decoded)
            {
                printed.push_str(&decoded);
                (decoded.len(), entity.len())
            } else if !source.starts_with(c) {
                return None;
            } else if let Some((sign, length)) = open.sign(source, before) {
                printed.push(sign);
                (length, length)
            } else {
                // What only we may write.
                printed.extend((!is_sign(c)).then_some(c));
                (c.len_utf8(), c.len_utf8())
            };
            before = source.get(..taken)?.chars().next_back()?;
            rest = rest.get(length..)?;
            at += taken;
        }
        *self = open;
        Some(printed)
    }

    /// The sign that a line begins with, and the bytes that it takes the place of.
    fn sign(&mut self, line: &str, before: char) -> Option<(char, usize)> {
        match line.as_bytes() {
            [b'-', b'-', b'-', ..] => Some((EM_DASH, 3)),
            [b'-', b'-', ..] => Some((EN_DASH, 2)),
            [b'.', b'.', b'.', ..] => Some((ELLIPSIS, 3)),
            [b'>', b'>', ..] => Some((RIGHT_ANGLE, 2)),
            [b'\'', ..] => self.single(line, before).map(|sign| (sign, 1)),
            [b'"', ..] => self.double(line, before).map(|sign| (sign, 1)),
            _ => None,
        }
    }

    fn single(&mut self, line: &str, before: char) -> Option<char> {
        let after = line.chars().nth(1);
        let (opens, closes) = flanks(before, after.unwrap_or(' '));
        let bytes = line.as_bytes();
        let byte = |at: usize| bytes.get(at).copied();
        let ends_word = |at| byte(at).is_none_or(is_punctuation_or_space);
        if !opens && !closes {
            return None;
        }
        // '90s
        let is_decade = matches!(bytes, [_, b'0'..=b'9', b'0'..=b'9', b's', ..])
            && line.get(4..).is_some_and(|rest| {
                rest.chars().next().is_none_or(|c| c.is_whitespace() || is_symbol(c))
            });
        // 'twas, 'em, 'net
        let is_short = matches!(byte(1), Some(b't' | b'e' | b'n' | b'l'))
            && (before.is_whitespace() || is_punctuation(before));
        let is_within = (is_letter(before) || is_digit(before)) && after.is_some_and(is_letter);
        if (opens && !closes && is_decade) || is_short || is_within {
            return Some(RIGHT_SINGLE);
        }
        if opens && !closes {
            // 's, 've, 'll, 're
            let is_ending = (matches!(byte(1), Some(b's' | b'm' | b't' | b'd')) && ends_word(2))
                || (matches!(bytes, [_, b'v' | b'r', b'e', ..] | [_, b'l', b'l', ..])
                    && ends_word(3));
            if is_ending {
                return Some(RIGHT_SINGLE);
            }
            self.single += 1;
            return Some(LEFT_SINGLE);
        }
        // Smiths', doin'
        if bytes.len() > 2 && !after.is_some_and(is_digit) {
            return Some(RIGHT_SINGLE);
        }
        if self.single > 0 && is_end(opens, after, byte(2)) {
            self.single -= 1;
            return Some(RIGHT_SINGLE);
        }
        None
    }

    fn double(&mut self, line: &str, before: char) -> Option<char> {
        let after = line.chars().nth(1);
        let (opens, closes) = flanks(before, after.unwrap_or(' '));
        if opens && !closes {
            self.double += 1;
            return Some(LEFT_DOUBLE);
        }
        let ends =
            closes && self.double > 0 && is_end(opens, after, line.as_bytes().get(2).copied());
        // 21"" is a measure.
        if !ends || (after == Some('"') && is_digit(before)) {
            return None;
        }
        self.double -= 1;
        Some(RIGHT_DOUBLE)
    }
}

/// Whether a quote that may close does so: it cannot open, or punctuation follows.
fn is_end(opens: bool, after: Option<char>, third: Option<u8>) -> bool {
    !opens || (after.is_some_and(is_punctuation) && third.is_none_or(is_punctuation_or_space))
}

/// The entity that a text begins with, and what it stands for.
fn entity(text: &str) -> Option<(&str, Cow<'_, str>)> {
    let end =
        text.starts_with('&').then(|| text.bytes().take(40).position(|byte| byte == b';'))??;
    let entity = text.get(..=end)?;
    let decoded = decode(entity);
    (decoded != entity).then_some((entity, decoded))
}

/// Whether a sign between these may open and may close, as CommonMark has it of emphasis.
fn flanks(before: char, after: char) -> (bool, bool) {
    let (space_before, space_after) = (before.is_whitespace(), after.is_whitespace());
    let (mark_before, mark_after) = (is_symbol(before), is_symbol(after));
    (
        !space_after && (!mark_after || space_before || mark_before),
        !space_before && (!mark_before || space_after || mark_after),
    )
}

fn is_punctuation_or_space(byte: u8) -> bool {
    byte.is_ascii_punctuation() || byte.is_ascii_whitespace()
}

fn is_punctuation(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Punctuation
}

fn is_symbol(c: char) -> bool {
    is_punctuation(c) || c.general_category_group() == GeneralCategoryGroup::Symbol
}

fn is_letter(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Letter
}

fn is_digit(c: char) -> bool {
    c.general_category() == GeneralCategory::DecimalNumber
}

#[cfg(test)]
mod tests {
    use super::super::{Options, render};

    fn html(markdown: &str) -> String {
        let options = Options { typographer: true, emoji: true, ..Options::default() };
        render(markdown, &options).html
    }

    #[test]
    fn signs_are_those_of_hugo() {
        // As Hugo 0.168 writes them.
        for (text, expected) in [
            ("\"Hello,\" he said -- and --- so on...", "“Hello,” he said – and — so on…"),
            ("don't 'quoted' '90s Smiths' 'tis Bob's", "don’t ‘quoted’ ’90s Smiths’ ’tis Bob’s"),
            ("\\\"not\\\" &quot;nor&quot; `x--y`", "\"not\" \"nor\" <code>x--y</code>"),
            ("*\"em\"* **'st'**", "<em>“em”</em> <strong>‘st’</strong>"),
            ("5'6\" 1\"\"2 ---- ....", "5'6\" 1\"“2 —- …."),
            ("\"[link](x)\"", "“<a href=\"x\">link</a>”"),
            ("\"（中文）\" '中文' 中\"文\"字 \"中文\"", "“（中文）” ‘中文’ 中\"文\"字 “中文”"),
            ("http://a--b.cc/x--y", "<a href=\"http://a--b.cc/x--y\">http://a--b.cc/x--y</a>"),
            (":smile: a:+1:b :nosuch: `:smile:`", "😄 a👍b :nosuch: <code>:smile:</code>"),
        ] {
            assert_eq!(html(text), format!("<p>{expected}</p>\n"), "{text}");
        }
        let items = "<ul>\n<li>“a</li>\n<li>b”</li>\n</ul>\n";
        assert_eq!(html("* \"a\n* b\"\n"), items);
    }

    #[test]
    fn headings_keep_their_ids() {
        let options = Options { typographer: true, emoji: true, ..Options::default() };
        let heading = render("## a -- b \"c\" d... :smile:\n", &options).headings.remove(0);
        assert_eq!((&*heading.id, &*heading.title), ("a--b-c-d-smile", "a – b “c” d… 😄"));
    }

    #[test]
    fn signs_of_ours_are_nobodys_to_write() {
        assert_eq!(html("a\u{fdd1}b\u{fdd4}"), "<p>ab</p>\n");
    }
}
