//! Addresses in HTML, made whole: a feed's text stands on another site than its
//! own.

use std::fmt::Write;

use url::Url;

use super::text::unescape;
use crate::render::tokens::{Token, Tokens, pairs};

/// HTML whose relative addresses are taken from `base`.
#[must_use]
pub fn absolute(html: &str, base: &Url) -> String {
    let mut out = String::with_capacity(html.len());
    let mut tokens = Tokens::new(html);
    loop {
        let at = tokens.position();
        let Some(token) = tokens.next() else { break };
        let source = &html[at..tokens.position()];
        match token {
            Token::Open { source: tag, name }
                if pairs(tag).any(|(name, value)| whole(name, value, base).is_some()) =>
            {
                rewrite(&mut out, &name, tag, base);
            }
            _ => out.push_str(source),
        }
    }
    out
}

/// The address in full that an attribute means, where it says less.
fn whole(name: &str, value: &str, base: &Url) -> Option<String> {
    if !["href", "src", "poster", "cite"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return None;
    }
    let text = unescape(value);
    let text = text.trim();
    // A fragment stays in the article.
    if text.is_empty() || text.starts_with('#') || Url::parse(text).is_ok() {
        return None;
    }
    base.join(text).ok().map(String::from)
}

fn rewrite(out: &mut String, element: &str, tag: &str, base: &Url) {
    let _ = write!(out, "<{element}");
    for (name, value) in pairs(tag) {
        let value = match whole(name, value, base) {
            Some(url) => quick_xml::escape::escape(url.as_str()).into_owned(),
            None => value.replace('"', "&quot;"),
        };
        let _ = write!(out, " {name}=\"{value}\"");
    }
    out.push_str(if tag.ends_with("/>") { "/>" } else { ">" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_addresses_are_made_whole() {
        let base = Url::parse("https://example.org/a/b.html").unwrap();
        for (html, expected) in [
            ("<a href=\"/x\">y</a>", "<a href=\"https://example.org/x\">y</a>"),
            (
                "<IMG SRC='c.png' alt='\"'/>",
                "<img SRC=\"https://example.org/a/c.png\" alt=\"&quot;\"/>",
            ),
            ("<a href=\"?a=1&amp;b\">", "<a href=\"https://example.org/a/b.html?a=1&amp;b\">"),
            ("<a href='#x'>", "<a href='#x'>"),
            ("<a href=mailto:a@b>", "<a href=mailto:a@b>"),
            ("<img src=\"//example.com/a.png\">", "<img src=\"https://example.com/a.png\">"),
            ("a < b", "a < b"),
        ] {
            assert_eq!(absolute(html, &base), expected, "{html}");
        }
    }
}
