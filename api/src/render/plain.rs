//! Text of safe HTML: for search, feeds, descriptions, summaries.
//!
//! The input is what [`sanitize`](super::sanitize::sanitize) wrote, hence five entities at most and
//! no scripts. The output is text, not HTML: whoever puts it into a page escapes it.

use std::borrow::Cow;

use super::Heading;
use super::tokens::{Token, Tokens, attribute};

/// Elements that continue a line; all others start one.
const INLINE: &[&str] = &[
    "a", "abbr", "audio", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i",
    "img", "input", "ins", "kbd", "mark", "picture", "q", "rp", "rt", "ruby", "s", "samp", "small",
    "source", "span", "strike", "strong", "sub", "sup", "time", "track", "tt", "u", "var", "video",
    "wbr",
];

/// The text of safe HTML (Hugo's `.Plain` in spirit), one line for each block or `<br>`, white space collapsed except in `<pre>`.
/// Cells of a table row share a line; the arrows that lead back from footnotes are left out.
#[must_use]
pub fn text(html: &str) -> String {
    let mut lines = Lines::default();
    let mut preformatted = 0_usize;
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) => lines.push(&decode(text), preformatted > 0),
            Token::Open { name, source } if name == "a" => {
                if attribute(source, "class") == Some("footnote-backref") {
                    tokens.skip_element("a");
                }
            }
            Token::Open { name, .. } => {
                preformatted += usize::from(name == "pre");
                lines.separate(&name);
            }
            Token::Close { name } => {
                preformatted -= usize::from(name == "pre" && preformatted > 0);
                lines.separate(&name);
            }
            Token::Comment => {}
        }
    }
    lines.text.truncate(lines.text.trim_end().len());
    lines.text
}

/// Text under construction and what has to be written in front of its next word.
#[derive(Default)]
struct Lines {
    text: String,
    pending: Option<char>,
}

impl Lines {
    fn separate(&mut self, name: &str) {
        match name {
            "td" | "th" => self.pending = self.pending.or(Some(' ')),
            _ if INLINE.contains(&name) => {}
            _ => self.pending = Some('\n'),
        }
    }

    fn push(&mut self, text: &str, preformatted: bool) {
        if preformatted {
            self.flush();
            self.text.push_str(text);
            return;
        }
        for (index, word) in text.split(char::is_whitespace).enumerate() {
            if index > 0 {
                self.pending = self.pending.or(Some(' '));
            }
            if !word.is_empty() {
                self.flush();
                self.text.push_str(word);
            }
        }
    }

    fn flush(&mut self) {
        if let Some(separator) = self.pending.take()
            && !self.text.is_empty()
            && !self.text.ends_with('\n')
        {
            self.text.push(separator);
        }
    }
}

/// The headings of safe HTML that have an id, flat and in document order.
pub(super) fn headings(html: &str) -> Vec<Heading> {
    let mut headings = Vec::new();
    let mut open: Option<(u8, String, usize)> = None;
    let mut tokens = Tokens::new(html);
    loop {
        let before = tokens.position();
        match tokens.next() {
            None => return headings,
            Some(Token::Open { name, source }) => {
                if let (Some(level), Some(id)) = (level(&name), attribute(source, "id")) {
                    open = Some((level, decode(id).into_owned(), tokens.position()));
                }
            }
            Some(Token::Close { name }) if level(&name).is_some() => {
                if let Some((level, id, start)) = open.take() {
                    headings.push(Heading {
                        id,
                        level,
                        title: collapse(&text(&html[start..before])),
                    });
                }
            }
            Some(_) => {}
        }
    }
}

/// 2 for `h2`.
fn level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

/// Text with each run of white space as one space, none at the ends.
pub(super) fn collapse(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        collapsed.push_str(if collapsed.is_empty() { "" } else { " " });
        collapsed.push_str(word);
    }
    collapsed
}

/// Decodes the entities that the sanitizer writes.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    const ENTITIES: [(&str, &str); 5] =
        [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\u{a0}"), ("&quot;", "\"")];
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let (entity, character) =
            ENTITIES.into_iter().find(|(entity, _)| rest.starts_with(entity)).unwrap_or(("&", "&"));
        decoded.push_str(character);
        rest = &rest[entity.len()..];
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_lines() {
        for (html, expected) in [
            ("", ""),
            ("<h1>a</h1>\n<p>b\n <i>c</i>d<br>e</p>\n", "a\nb cd\ne"),
            ("<ul>\n<li>a</li>\n<li>\n<p>b</p>\n<p>c</p>\n</li>\n</ul>", "a\nb\nc"),
            (
                "<table><tr><th>a</th><th>b</th></tr>\n<tr>\n<td>c</td>\n<td>d</td></tr></table>",
                "a b\nc d",
            ),
            ("<pre><code>a\n  b &lt;\n</code></pre><p>c</p>", "a\n  b <\nc"),
            ("<p>a &amp; b &amp;lt; c&nbsp;&quot;d\"</p>", "a & b &lt; c \"d\""),
            (r##"<p>a&nbsp;<a href="#fnref:1" class="footnote-backref">↩︎</a></p>"##, "a"),
            (r#"<img alt="x>y">a<wbr>b"#, "ab"),
        ] {
            assert_eq!(text(html), expected, "{html}");
        }
    }

    #[test]
    fn headings_with_an_id_are_found() {
        let found =
            headings("<h2>no</h2><div><h3 id=\"a&amp;b\">x <i>y</i></h3></div><h1 id=\"c\"></h1>");
        let shown: Vec<_> = found.iter().map(|h| (h.level, &*h.id, &*h.title)).collect();
        assert_eq!(shown, [(3, "a&b", "x y"), (1, "c", "")]);
    }
}
