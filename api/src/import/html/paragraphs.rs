//! Paragraphs of HTML that was written without them: a blank line ends one, a
//! line's end breaks it. So WordPress keeps what was typed before there were
//! blocks.

use super::blocks::{is_block, is_raw, is_void};
use crate::render::tokens::{Token, Tokens};

/// Puts paragraphs and breaks where blank lines and line ends stand for them.
#[must_use]
pub fn paragraphs(html: &str) -> String {
    let html = html.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut run = String::new();
    let mut open: Vec<String> = Vec::new();
    let mut pre = 0_usize;
    let mut tokens = Tokens::new(&html);
    loop {
        let at = tokens.position();
        let Some(token) = tokens.next() else { break };
        let block = match &token {
            Token::Open { name, .. } | Token::Close { name } => is_block(name),
            Token::Text(_) => false,
            // A line of its own ends a paragraph.
            Token::Comment => open.is_empty(),
        };
        if let Token::Open { name, .. } = &token
            && is_raw(name)
        {
            tokens.skip_element(name);
        }
        let source = &html[at..tokens.position()];
        match &token {
            Token::Open { name, .. } if name == "pre" => pre += 1,
            Token::Close { name } if name == "pre" => pre = pre.saturating_sub(1),
            _ => {}
        }
        if !block {
            // Line ends in preformatted text are kept out of reach below.
            if pre > 0 {
                out.push_str(source);
            } else {
                run.push_str(source);
            }
            continue;
        }
        flush(&mut out, &mut run, open.last().map(String::as_str));
        out.push_str(source);
        match token {
            Token::Open { name, source }
                if !is_void(&name) && !is_raw(&name) && !source.ends_with("/>") =>
            {
                open.push(name.into_owned());
            }
            Token::Close { name } => {
                if let Some(depth) = open.iter().rposition(|other| *other == *name) {
                    open.truncate(depth);
                }
            }
            _ => {}
        }
    }
    flush(&mut out, &mut run, open.last().map(String::as_str));
    out
}

/// Writes text and inline elements that stood between two blocks.
fn flush(out: &mut String, run: &mut String, parent: Option<&str>) {
    let text = std::mem::take(run);
    if text.trim().is_empty() {
        out.push_str(if text.contains('\n') { "\n" } else { &text });
        return;
    }
    if matches!(parent, Some("table" | "tbody" | "thead" | "tfoot" | "tr" | "ul" | "ol" | "dl")) {
        out.push_str(&text);
        return;
    }
    let mut parts: Vec<String> = vec![String::new()];
    for line in text.trim().lines() {
        if line.trim().is_empty() {
            if parts.last().is_some_and(|part| !part.is_empty()) {
                parts.push(String::new());
            }
        } else if let Some(part) = parts.last_mut() {
            if !part.is_empty() {
                part.push_str(if part.ends_with("<br>") || part.ends_with("/>") {
                    "\n"
                } else {
                    "<br>\n"
                });
            }
            part.push_str(line);
        }
    }
    parts.retain(|part| !part.is_empty());
    let alone = parts.len() == 1;
    let within = matches!(
        parent,
        Some(
            "p" | "li"
                | "td"
                | "th"
                | "dt"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
                | "figure"
                | "figcaption"
                | "summary"
                | "legend"
        )
    );
    for part in parts {
        if within && (alone || parent != Some("li")) {
            out.push_str(&part);
        } else {
            out.push_str("<p>");
            out.push_str(&part);
            out.push_str("</p>\n");
        }
    }
}
