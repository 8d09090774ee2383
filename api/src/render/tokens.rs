//! A small tokenizer for HTML: text, start tags, end tags, comments.
//!
//! Every pass of this folder that looks at HTML goes through it, so that all agree on where a tag
//! ends. It follows the tokenization section of the HTML standard (13.2.5) with two deliberate
//! differences: it knows no raw text elements (the caller skips `<script>` with
//! [`Tokens::skip_element`]), and a tag that never ends is text rather than nothing, so that a
//! forgotten quote does not swallow an article.
//!
//! **Invariants.** Linear time: every byte is looked at a bounded number of times. Tokens cover the
//! input without gaps or overlap. Nothing here is trusted for safety; that is `sanitize.rs`.

use std::borrow::Cow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// Character data as written, entities included. A `<` in it is not part of any tag.
    Text(&'a str),
    /// `<name …>`; `source` is the whole tag.
    Open { name: Cow<'a, str>, source: &'a str },
    /// `</name …>`.
    Close { name: Cow<'a, str> },
    /// Comments, document types, processing instructions.
    Comment,
}

/// Iterator over the tokens of a piece of HTML.
pub(crate) struct Tokens<'a> {
    html: &'a str,
    at: usize,
    /// The token at `at` and its end, if it was read already.
    ahead: Option<(Token<'a>, usize)>,
    /// A tag ran into the end of input: whatever follows is text.
    exhausted: bool,
    /// Names whose end tag was searched to the end of input in vain.
    unclosed: Vec<String>,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(html: &'a str) -> Self {
        Self { html, at: 0, ahead: None, exhausted: false, unclosed: Vec::new() }
    }

    /// Offset of the next token.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Moves past the end tag of `name`, dropping everything before it; stays if there is none.
    pub(crate) fn skip_element(&mut self, name: &str) {
        if self.unclosed.iter().any(|known| known == name) {
            return;
        }
        let bytes = self.html.as_bytes();
        let mut from = self.at;
        while let Some(found) = self.html[from..].find("</") {
            let start = from + found + 2;
            let end = start + name.len();
            if bytes.len() >= end
                && bytes[start..end].eq_ignore_ascii_case(name.as_bytes())
                && bytes.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric())
            {
                self.ahead = None;
                self.at = self.html[end..].find('>').map_or(bytes.len(), |close| end + close + 1);
                return;
            }
            from = start;
        }
        self.unclosed.push(name.to_owned());
    }

    /// The token that starts with the `<` at `self.at`, and its end.
    fn markup(&mut self) -> Option<(Token<'a>, usize)> {
        let (start, bytes) = (self.at, self.html.as_bytes());
        match bytes.get(start + 1)? {
            b'!' | b'?' => Some((Token::Comment, comment_end(self.html, start))),
            b'/' => match bytes.get(start + 2)? {
                byte if byte.is_ascii_alphabetic() => {
                    let (name, end) = self.tag(start + 2)?;
                    Some((Token::Close { name }, end))
                }
                _ => Some((Token::Comment, comment_end(self.html, start))),
            },
            byte if byte.is_ascii_alphabetic() => {
                let (name, end) = self.tag(start + 1)?;
                Some((Token::Open { name, source: &self.html[start..end] }, end))
            }
            _ => None,
        }
    }

    /// Name of the tag whose name starts at `start`, and the offset behind its `>`.
    fn tag(&mut self, start: usize) -> Option<(Cow<'a, str>, usize)> {
        let rest = &self.html[start..];
        let length = rest
            .find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>')
            .unwrap_or(rest.len());
        let end = attributes(rest, length).last().map_or(length, |attribute| attribute.end);
        let Some(close) = rest[end..].find('>') else {
            self.exhausted = true;
            return None;
        };
        let name = &rest[..length];
        let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        };
        Some((name, start + end + close + 1))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some((token, end)) = self.ahead.take() {
            self.at = end;
            return Some(token);
        }
        let start = self.at;
        if start >= self.html.len() {
            return None;
        }
        let mut search = start;
        while !self.exhausted {
            let Some(found) = self.html[search..].find('<') else {
                break;
            };
            self.at = search + found;
            if let Some((token, end)) = self.markup() {
                if self.at > start {
                    self.ahead = Some((token, end));
                    return Some(Token::Text(&self.html[start..self.at]));
                }
                self.at = end;
                return Some(token);
            }
            search = self.at + 1;
        }
        self.at = self.html.len();
        Some(Token::Text(&self.html[start..]))
    }
}

/// Offset behind a comment or another `<!…>`, `<?…>`, `</?…>` that starts at `start`.
fn comment_end(html: &str, start: usize) -> usize {
    let rest = &html[start..];
    let length = if let Some(body) = rest.strip_prefix("<!--") {
        if body.starts_with('>') {
            Some(5)
        } else if body.starts_with("->") {
            Some(6)
        } else {
            let closing = |(at, _): (usize, &str)| {
                let tail = &body[at + 2..];
                tail.starts_with('>').then_some(at + 7).or(tail.starts_with("!>").then_some(at + 8))
            };
            overlapping_dashes(body).find_map(|at| closing((at, body)))
        }
    } else {
        rest.find('>').map(|at| at + 1)
    };
    length.map_or(html.len(), |length| start + length)
}

/// Offsets of `--`, overlapping ones included: `--->` ends a comment too.
fn overlapping_dashes(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.as_bytes().windows(2).enumerate().filter(|(_, pair)| *pair == b"--").map(|(at, _)| at)
}

/// One attribute of a tag; `end` is the offset behind it.
struct Attribute<'a> {
    name: &'a str,
    value: &'a str,
    end: usize,
}

/// The attributes in `tag`, which are read from offset `at` up to a `>` that is not quoted.
fn attributes(tag: &str, mut at: usize) -> impl Iterator<Item = Attribute<'_>> {
    let bytes = tag.as_bytes();
    std::iter::from_fn(move || {
        let skip = |mut at: usize, test: fn(u8) -> bool| {
            while bytes.get(at).is_some_and(|byte| test(*byte)) {
                at += 1;
            }
            at
        };
        at = skip(at, |byte| byte.is_ascii_whitespace() || byte == b'/');
        if bytes.get(at).is_none_or(|byte| *byte == b'>') {
            return None;
        }
        let start = at;
        // A `=` in front is part of the name.
        at =
            skip(at + 1, |byte| !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'>' | b'='));
        let name = &tag[start..at];
        let equals = skip(at, |byte| byte.is_ascii_whitespace());
        if bytes.get(equals) != Some(&b'=') {
            return Some(Attribute { name, value: "", end: at });
        }
        let from = skip(equals + 1, |byte| byte.is_ascii_whitespace());
        let value = if let Some(&quote @ (b'"' | b'\'')) = bytes.get(from) {
            let quoted = &tag[from + 1..];
            let length = quoted.find(char::from(quote)).unwrap_or(quoted.len());
            at = (from + length + 2).min(tag.len());
            &quoted[..length]
        } else {
            at = skip(from, |byte| !byte.is_ascii_whitespace() && byte != b'>');
            &tag[from..at]
        };
        Some(Attribute { name, value, end: at })
    })
}

/// Names and values of the attributes of a start tag, as written: entities are left as they are.
pub(crate) fn pairs(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let at = tag.find(|c: char| c.is_ascii_whitespace()).unwrap_or(tag.len());
    attributes(tag, at).map(|attribute| (attribute.name, attribute.value))
}

/// Value of an attribute of a start tag as written, entities left as they are.
pub(crate) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let at = tag.find(|c: char| c.is_ascii_whitespace())?;
    attributes(tag, at)
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
        .map(|attribute| attribute.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &[&str]) {
        let shown: Vec<String> = Tokens::new(html)
            .map(|token| match token {
                Token::Text(text) => format!("'{text}"),
                Token::Open { name, source } => format!("<{name} {}", source.len()),
                Token::Close { name } => format!("/{name}"),
                Token::Comment => "!".to_owned(),
            })
            .collect();
        assert_eq!(shown, expected, "{html}");
    }

    #[test]
    fn tokens_end_where_the_standard_says() {
        check("a<b>c</B >d", &["'a", "<b 3", "'c", "/b", "'d"]);
        check("a < b <1> <", &["'a < b <1> <"]);
        check("<a title=\"</a>\" x='>' y=z>.", &["<a 26", "'."]);
        check("<a =\">.", &["<a 6", "'."]);
        check("<a/href=x/>.", &["<a 11", "'."]);
        check("<!-->a<!--->b<!-- <b> --!>c<!---->d", &["!", "'a", "!", "'b", "!", "'c", "!", "'d"]);
        check(
            "<!--a--->b<!doctype html>c<?x?>d</1>e",
            &["!", "'b", "!", "'c", "!", "'d", "!", "'e"],
        );
        check("<!-- a", &["!"]);
        check("x<a title=\"b<i>c", &["'x<a title=\"b<i>c"]);
        check("<p", &["'<p"]);
    }

    #[test]
    fn an_attribute_is_found_by_name() {
        let tag = r#"<h2 title="id=x" id="a&amp;b" hidden>"#;
        assert_eq!(attribute(tag, "id"), Some("a&amp;b"));
        assert_eq!(attribute(tag, "hidden"), Some(""));
        assert_eq!(attribute(tag, "class"), None);
    }

    #[test]
    fn an_element_is_skipped_only_with_an_end_tag() {
        let mut tokens = Tokens::new("a</scripts></SCRIPT x>b");
        tokens.skip_element("script");
        assert_eq!(tokens.next(), Some(Token::Text("b")));
        let mut tokens = Tokens::new("a");
        tokens.skip_element("script");
        assert_eq!(tokens.next(), Some(Token::Text("a")));
    }
}
