//! What may stand in an address, and how an address is escaped.
//!
//! Hugo: common/paths and helpers/path.go for the characters, Go's `net/url`
//! for the escapes. Invariant: sanitizing twice changes nothing more.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use unicode_general_category::{GeneralCategory as Category, get_general_category};
use unicode_normalization::UnicodeNormalization;

/// Drops what Hugo allows in no address and makes each run of spaces a
/// hyphen; letters keep their case.
#[must_use]
pub fn sanitize(text: &str, remove_accents: bool) -> String {
    let text: Cow<'_, str> = if remove_accents && !text.is_ascii() {
        Cow::Owned(
            text.nfd()
                .filter(|c| get_general_category(*c) != Category::NonspacingMark)
                .nfc()
                .collect(),
        )
    } else {
        Cow::Borrowed(text)
    };
    let mut clean = String::with_capacity(text.len());
    let (mut space, mut hyphen) = (false, false);
    for (position, c) in text.char_indices() {
        let escape = || text.get(position + 1..).is_some_and(begins_with_two_hex);
        if is_allowed(c) || (c == '%' && escape()) {
            // A hyphen that is there anyway makes one for the space superfluous.
            hyphen = c == '-';
            if space && !hyphen {
                clean.push('-');
            }
            space = false;
            clean.push(c);
        } else if c.is_whitespace() && !clean.is_empty() && !hyphen {
            space = true;
        }
    }
    clean
}

fn is_allowed(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric()
            || matches!(c, '.' | '/' | '\\' | '_' | '#' | '+' | '~' | '-' | '@');
    }
    matches!(
        get_general_category(c),
        Category::UppercaseLetter
            | Category::LowercaseLetter
            | Category::TitlecaseLetter
            | Category::ModifierLetter
            | Category::OtherLetter
            | Category::NonspacingMark
            | Category::SpacingMark
            | Category::EnclosingMark
            | Category::DecimalNumber
    )
}

fn begins_with_two_hex(text: &str) -> bool {
    let mut bytes = text.bytes();
    (0..2).all(|_| bytes.next().is_some_and(|byte| byte.is_ascii_hexdigit()))
}

/// The form in which Hugo compares paths: lower case, spaces as hyphens.
#[must_use]
pub fn normalize(path: &str) -> String {
    lower(path.trim_matches('/')).replace(' ', "-")
}

/// Lower case as Go has it: each character by itself, and one for one.
#[must_use]
pub fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

/// What Go's `url.QueryUnescape` makes of a text; `None` for a broken escape.
pub(super) fn query_unescape(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let broken = spaced
        .match_indices('%')
        .any(|(at, _)| !spaced.get(at + 1..).is_some_and(begins_with_two_hex));
    if broken {
        return None;
    }
    Some(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}

/// What Go escapes in a path.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'!')
    .add(b'\'')
    .add(b'(')
    .add(b')')
    .add(b'*');

/// Escapes an address as `.RelPermalink` prints it.
///
/// Go keeps the spelling of a path that is valid as it is, and else escapes
/// the unescaped path; a query, which only a `url` from front matter can have,
/// stays as it is.
#[must_use]
pub fn encode(path: &str) -> String {
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, Some(query.replace('#', "%23"))),
        None => (path, None),
    };
    let mut encoded = if is_valid_encoded(path) {
        path.to_owned()
    } else if path
        .match_indices('%')
        .all(|(at, _)| path.get(at + 1..).is_some_and(begins_with_two_hex))
    {
        let decoded: Vec<u8> = percent_decode_str(path).collect();
        percent_encoding::percent_encode(&decoded, PATH).to_string()
    } else {
        // A percent sign that escapes nothing is escaped itself.
        utf8_percent_encode(path, PATH).to_string()
    };
    if let Some(query) = query {
        encoded.push('?');
        encoded.push_str(&query);
    }
    encoded
}

fn is_valid_encoded(path: &str) -> bool {
    path.char_indices().all(|(at, c)| match c {
        '%' => path.get(at + 1..).is_some_and(begins_with_two_hex),
        c => c.is_ascii_alphanumeric() || "-_.~/!$&'()*+,;=:@[]".contains(c),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_sanitized_as_hugo_does() {
        let check = |text: &str, expected: &str| {
            assert_eq!(sanitize(text, false), expected, "{text}");
            assert_eq!(sanitize(expected, false), expected, "twice: {text}");
        };
        check("Some  Text", "Some-Text");
        check("a - b", "a-b");
        check("a -- b", "a--b");
        check(" lead", "lead");
        check("trail ", "trail");
        check("C#", "C#");
        check("a+b==c", "a+bc");
        check("what?!", "what");
        check("50%", "50");
        check("%41", "%41");
        check("tab\tb", "tab-b");
        check("it's", "its");
        check("中文 标签", "中文-标签");
        check("हिन्दी", "हिन्दी");
        check("😀", "");
        check("²³", "");
        check("{{x}} y", "x-y");
    }

    #[test]
    fn accents_are_removed_on_demand() {
        assert_eq!(sanitize("Ünï ệ", true), "Uni-e");
        assert_eq!(sanitize("Ünï", false), "Ünï");
    }

    #[test]
    fn addresses_are_escaped_as_go_does() {
        let check = |path: &str, expected: &str| assert_eq!(encode(path), expected, "{path}");
        check("/a/b/", "/a/b/");
        check("/tags/c#/", "/tags/c%23/");
        check("/中 文/", "/%E4%B8%AD%20%E6%96%87/");
        check("/tags/c++/", "/tags/c++/");
        check("/a(b)/", "/a(b)/");
        check("/a(ü)/", "/a%28%C3%BC%29/");
        check("/tags/%41/", "/tags/%41/");
        check("/q?x=1#f/", "/q?x=1%23f/");
    }

    #[test]
    fn lower_case_is_that_of_go() {
        assert_eq!(lower("ΣΑΣ İI ẞ Ünï"), "σασ ii ß ünï");
    }

    #[test]
    fn queries_are_unescaped() {
        assert_eq!(query_unescape("c++").as_deref(), Some("c  "));
        assert_eq!(query_unescape("%41").as_deref(), Some("A"));
        assert_eq!(query_unescape("5%"), None);
    }
}
