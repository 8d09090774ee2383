//! The blocks at the top of a body.

use std::borrow::Cow;

use crate::render::tokens::{Token, Tokens, attribute};

/// A part of a body.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A block, and how deep elements nest in it.
    Block { html: Cow<'a, str>, depth: usize },
    /// Where the summary ends.
    More,
    /// A comment that says something.
    Comment(&'a str),
}

/// Elements that stand for themselves, as Markdown knows them: a line that
/// begins with one begins a block of HTML.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dialog",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "iframe",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "script",
    "section",
    "style",
    "summary",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// What Markdown has no word for and the renderer may drop.
const FOREIGN: &[&str] = &[
    "applet", "audio", "button", "canvas", "embed", "fieldset", "form", "frame", "frameset",
    "iframe", "input", "math", "noscript", "object", "picture", "script", "select", "style", "svg",
    "template", "textarea", "video",
];

/// Boxes that only hold others.
const BOXES: &[&str] = &["div", "section", "article", "main", "header", "footer", "figure"];

/// Elements whose content is text whatever it looks like.
const RAW: &[&str] = &["script", "style", "textarea"];

/// Boxes within boxes that are opened.
const MOST_BOXES: usize = 12;

#[must_use]
pub fn is_block(name: &str) -> bool {
    BLOCKS.binary_search(&name).is_ok() || BLOCKS.contains(&name)
}

#[must_use]
pub fn is_void(name: &str) -> bool {
    VOID.contains(&name)
}

#[must_use]
pub fn is_raw(name: &str) -> bool {
    RAW.contains(&name)
}

/// Whether a block holds something that must stay HTML.
#[must_use]
pub fn is_foreign(html: &str) -> bool {
    Tokens::new(html).any(|token| match token {
        Token::Open { name, .. } => FOREIGN.contains(&name.as_ref()) || name.contains(['-', ':']),
        _ => false,
    })
}

#[must_use]
pub fn begins_a_block(html: &str) -> bool {
    match Tokens::new(html).next() {
        Some(Token::Open { name, .. }) => is_block(&name),
        _ => false,
    }
}

/// Takes a body apart.
#[must_use]
pub fn split(html: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    split_into(&mut pieces, html, 0);
    pieces
}

fn split_into<'a>(pieces: &mut Vec<Piece<'a>>, html: &'a str, boxes: usize) {
    let mut tokens = Tokens::new(html);
    // Where the block at hand begins, whether it is one of inline text, and what
    // is open in it.
    let mut start = 0;
    let mut open: Vec<String> = Vec::new();
    let mut deepest = 0;
    loop {
        let at = tokens.position();
        let Some(token) = tokens.next() else { break };
        let end = tokens.position();
        match token {
            Token::Text(_) => {}
            Token::Comment if open.is_empty() => {
                push(pieces, &html[start..at], deepest, boxes);
                comment(pieces, &html[at..end]);
                (start, deepest) = (end, 0);
            }
            Token::Comment => {}
            Token::Open { name, source } => {
                let block = is_block(&name);
                if block && open.last().is_some_and(|top| top == "p") {
                    // A paragraph ends where a block begins.
                    open.pop();
                }
                if block && open.is_empty() {
                    push(pieces, &html[start..at], deepest, boxes);
                    (start, deepest) = (at, 0);
                }
                if is_raw(&name) {
                    tokens.skip_element(&name);
                } else if !is_void(&name) && !source.ends_with("/>") {
                    open.push(name.into_owned());
                    deepest = deepest.max(open.len());
                }
                if block && open.is_empty() {
                    let end = tokens.position();
                    push(pieces, &html[start..end], deepest, boxes);
                    (start, deepest) = (end, 0);
                }
            }
            Token::Close { name } => {
                let Some(depth) = open.iter().rposition(|other| *other == *name) else {
                    continue;
                };
                open.truncate(depth);
                if open.is_empty() && is_block(&name) {
                    push(pieces, &html[start..end], deepest, boxes);
                    (start, deepest) = (end, 0);
                }
            }
        }
    }
    push(pieces, &html[start..], deepest, boxes);
}

fn push<'a>(pieces: &mut Vec<Piece<'a>>, html: &'a str, depth: usize, boxes: usize) {
    let html = html.trim();
    if html.is_empty() {
        return;
    }
    if boxes < MOST_BOXES
        && let Some(inner) = unboxed(html)
    {
        split_into(pieces, inner, boxes + 1);
        return;
    }
    let html = if begins_a_block(html) {
        Cow::Borrowed(html)
    } else {
        Cow::Owned(format!("<p>{html}</p>"))
    };
    pieces.push(Piece::Block { html, depth: depth + 1 });
}

/// What a box holds, if it is one that says nothing itself: a `div` that sets no
/// language or place, a `figure` without a caption.
fn unboxed(html: &str) -> Option<&str> {
    let mut tokens = Tokens::new(html);
    let Some(Token::Open { name, source }) = tokens.next() else { return None };
    if !BOXES.contains(&name.as_ref())
        || ["lang", "dir", "align", "title"].iter().any(|key| attribute(source, key).is_some())
    {
        return None;
    }
    let inner = html.get(source.len()..)?;
    let inner = inner.get(..inner.rfind("</")?)?;
    if !html.get(source.len() + inner.len() + 2..)?.get(..name.len())?.eq_ignore_ascii_case(&name) {
        return None;
    }
    if name == "figure" && Tokens::new(inner).any(|token| opens(&token, "figcaption")) {
        return None;
    }
    balanced(inner).then_some(inner)
}

fn opens(token: &Token<'_>, wanted: &str) -> bool {
    matches!(token, Token::Open { name, .. } if name == wanted)
}

/// Whether every box that ends in it began in it.
fn balanced(html: &str) -> bool {
    let mut depth = 0_usize;
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Open { name, .. } if is_raw(&name) => tokens.skip_element(&name),
            Token::Open { name, source }
                if BOXES.contains(&name.as_ref()) && !source.ends_with("/>") =>
            {
                depth += 1;
            }
            Token::Close { name } if BOXES.contains(&name.as_ref()) => {
                let Some(less) = depth.checked_sub(1) else { return false };
                depth = less;
            }
            _ => {}
        }
    }
    depth == 0
}

/// Comments that editors put around blocks go; those that stand for a block that
/// is made when a page is drawn stay, as do an author's own.
fn comment<'a>(pieces: &mut Vec<Piece<'a>>, source: &'a str) {
    let Some(text) = source.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")) else {
        return;
    };
    let text = text.trim();
    let block = text.strip_prefix("wp:").or_else(|| text.strip_prefix("/wp:"));
    if text == "more" || text.starts_with("more ") {
        if !pieces.contains(&Piece::More) {
            pieces.push(Piece::More);
        }
    } else if block.is_some_and(|block| !block.ends_with('/') || block.starts_with("more"))
        || text.starts_with("kg-card-")
        || text == "noteaser"
        || text.is_empty()
    {
    } else if !text.contains("\n\n") {
        pieces.push(Piece::Comment(source.trim()));
    }
}

/// HTML without blank lines, which would end a block of HTML: in preformatted
/// text they are written as references, elsewhere they say nothing.
#[must_use]
pub fn unbroken(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut tokens = Tokens::new(html);
    let mut pre = 0_usize;
    loop {
        let at = tokens.position();
        let Some(token) = tokens.next() else { break };
        match &token {
            Token::Open { name, .. } if is_raw(name) => tokens.skip_element(name),
            Token::Open { name, .. } if name == "pre" => pre += 1,
            Token::Close { name } if name == "pre" => pre = pre.saturating_sub(1),
            _ => {}
        }
        let source = html[at..tokens.position()].replace("\r\n", "\n");
        let preformatted = pre > 0 && matches!(token, Token::Text(_));
        for (number, line) in source.split('\n').enumerate() {
            let blank = line.trim().is_empty();
            if number == 0 {
                out.push_str(line);
            } else if preformatted {
                out.push_str(if blank && out.ends_with('\n') { "&#10;" } else { "\n" });
                if blank {
                    out.truncate(out.trim_end_matches('\n').len());
                    out.push_str("&#10;");
                }
                out.push_str(line);
            } else {
                if !out.trim_end_matches([' ', '\t']).ends_with('\n') {
                    out.push('\n');
                }
                out.push_str(if blank { "" } else { line });
            }
        }
    }
    out.trim().to_owned()
}
