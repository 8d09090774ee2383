//! Whether two pieces of safe HTML show the same to a reader.
//!
//! White space counts as a browser counts it; ids of headings, sizes of images
//! and the spelling of emphasis do not count, nor does it whether an address that
//! is written out is a link.

use std::fmt::Write;

use crate::render::tokens::{Token, Tokens, attribute};

use super::blocks::{is_block, is_void};

#[derive(Debug, PartialEq, Eq)]
enum Mark {
    Text(String),
    Open(String),
    Close(String),
}

/// Attributes that a reader notices, by element.
const SEEN: &[(&str, &[&str])] = &[
    ("a", &["href", "title"]),
    ("img", &["src", "alt", "title"]),
    ("ol", &["start", "type", "reversed"]),
    ("li", &["value"]),
    ("code", &["class"]),
    ("td", &["align", "colspan", "rowspan"]),
    ("th", &["align", "colspan", "rowspan"]),
    ("p", &["align"]),
    ("div", &["align"]),
    ("blockquote", &["cite"]),
    ("q", &["cite"]),
    ("input", &["checked"]),
    ("details", &["open"]),
    ("source", &["src", "type"]),
    ("audio", &["src"]),
    ("video", &["src", "poster"]),
];

#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    marks(a) == marks(b)
}

fn marks(html: &str) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for token in Tokens::new(html) {
        match token {
            Token::Comment => {}
            Token::Text(text) => {
                let pre = open.iter().any(|name| name == "pre");
                push_text(&mut marks, text, pre);
            }
            Token::Open { name, source } => {
                let name = plain(&name);
                if !is_void(name) {
                    open.push(name.to_owned());
                }
                if ignored(name, open.iter().rev().nth(1)) {
                    continue;
                }
                if is_block(name) || name == "br" {
                    trim_end(&mut marks);
                }
                marks.push(Mark::Open(described(name, source)));
            }
            Token::Close { name } => {
                let name = plain(&name);
                if let Some(depth) = open.iter().rposition(|other| other == name) {
                    open.truncate(depth);
                }
                if ignored(name, open.last()) {
                    continue;
                }
                if is_block(name) || name == "code" && open.last().is_some_and(|up| up == "pre") {
                    trim_end(&mut marks);
                }
                marks.push(Mark::Close(name.to_owned()));
            }
        }
    }
    trim_end(&mut marks);
    marks.retain(|mark| !matches!(mark, Mark::Text(text) if text.is_empty()));
    unlinked(marks)
}

/// Addresses that are linked to themselves as text.
fn unlinked(marks: Vec<Mark>) -> Vec<Mark> {
    let mut out: Vec<Mark> = Vec::with_capacity(marks.len());
    let mut marks = marks.into_iter().peekable();
    let mut inside = false;
    while let Some(mark) = marks.next() {
        let text = match mark {
            Mark::Open(name) => {
                let href = name.strip_prefix("a href=").unwrap_or_default();
                let itself = matches!(marks.peek(), Some(Mark::Text(text)) if !href.is_empty()
                && ["", "http://", "mailto:"].iter().any(|scheme| {
                    href.strip_prefix(scheme) == Some(spelled(text).as_str())
                }));
                if itself {
                    inside = true;
                } else {
                    out.push(Mark::Open(name));
                }
                continue;
            }
            Mark::Close(name) => {
                if inside && name == "a" {
                    inside = false;
                } else {
                    out.push(Mark::Close(name));
                }
                continue;
            }
            Mark::Text(text) => text,
        };
        match out.last_mut() {
            Some(Mark::Text(before)) => before.push_str(&text),
            _ => out.push(Mark::Text(text)),
        }
    }
    out
}

/// Elements that add nothing: paragraphs in items of lists, bodies of tables.
fn ignored(name: &str, parent: Option<&String>) -> bool {
    matches!(name, "tbody" | "wbr")
        || (name == "p" && parent.is_some_and(|parent| parent == "li" || parent == "dd"))
}

fn plain(name: &str) -> &str {
    match name {
        "b" => "strong",
        "i" => "em",
        "s" | "strike" => "del",
        name => name,
    }
}

fn described(name: &str, source: &str) -> String {
    let mut all = name.to_owned();
    let own = SEEN.iter().find(|(element, _)| *element == name).map_or(&[][..], |(_, own)| own);
    for key in own.iter().chain(&["lang", "dir"]) {
        if let Some(value) = attribute(source, key) {
            // An empty title or alternative text says as little as none.
            let usual = name == "ol" && *key == "start" && value == "1";
            if !value.is_empty() && !usual {
                let _ = write!(all, " {key}={}", spelled(value));
            }
        }
    }
    all
}

/// One spelling for characters that have several in HTML and in addresses.
fn spelled(text: &str) -> String {
    let text = quick_xml::escape::unescape_with(text, |name| {
        quick_xml::escape::resolve_html5_entity(name)
    });
    let text = text.map_or_else(|_| String::new(), Into::into);
    percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

fn push_text(marks: &mut Vec<Mark>, text: &str, pre: bool) {
    let text = text.replace("&nbsp;", "\u{a0}").replace("&quot;", "\"").replace("&#39;", "'");
    let text = text.replace("&#x27;", "'").replace("&#10;", "\n");
    let after_break = match marks.last() {
        Some(Mark::Open(name)) => is_block(word(name)) || word(name) == "br",
        Some(Mark::Close(name)) => is_block(name),
        Some(Mark::Text(before)) => !pre && before.ends_with(' '),
        None => true,
    };
    if pre {
        match marks.last_mut() {
            Some(Mark::Text(before)) => before.push_str(&text),
            _ => marks.push(Mark::Text(text)),
        }
        return;
    }
    let mut out = String::with_capacity(text.len());
    let mut space = after_break;
    for c in text.chars() {
        if matches!(c, ' ' | '\n' | '\t' | '\r') {
            if !space {
                out.push(' ');
            }
            space = true;
        } else {
            out.push(c);
            space = false;
        }
    }
    match marks.last_mut() {
        Some(Mark::Text(before)) => before.push_str(&out),
        _ => marks.push(Mark::Text(out)),
    }
}

fn word(described: &str) -> &str {
    described.split(' ').next().unwrap_or_default()
}

fn trim_end(marks: &mut Vec<Mark>) {
    if let Some(Mark::Text(text)) = marks.last_mut() {
        let kept = text.trim_end_matches([' ', '\n', '\t', '\r']).len();
        text.truncate(kept);
        if text.is_empty() {
            marks.pop();
        }
    }
}
