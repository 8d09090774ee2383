//! Makes HTML nest before the sanitizer parses it.
//!
//! The tree builder of the HTML standard is not linear: it walks the open elements for most tags,
//! rebuilds every open `<b>` in each new paragraph, and moves what does not belong in a table one
//! by one. A few hundred kilobytes of `<div>`, of `<b a=1><b a=2>…<p><p>` or of `<table><i>` keep it
//! busy for minutes. This pass, which works on tags alone, leaves it nothing to repair: every start
//! tag gets its end tag, no more than [`DEPTH`] elements are open at a time, and tables contain
//! rows and cells only. Besides, html5ever looks for the next `<` again at each `&`, so long runs of
//! text are broken up with comments, which the sanitizer takes away.
//!
//! **Invariants.** Linear time. Well-formed HTML of elements in [`TAGS`](super::sanitize::TAGS)
//! comes out as it went in, comments excepted. Not a safety gate: attributes are not looked at.

use super::sanitize::{TAGS, is_framed};
use super::tokens::{Token, Tokens, attribute};

/// Elements open at a time; more are dropped, their text stays. Browsers stop at 512.
const DEPTH: usize = 256;

/// Bytes of text after which a comment may be put in front of an `&`.
const RUN: usize = 4096;

/// Bytes of a start tag; longer ones are dropped, for the same reason.
const TAG: usize = 32 * 1024;

/// Dropped with all they contain, if they have an end tag.
const OPAQUE: &[&str] = &[
    "script", "style", "math", "noembed", "noframes", "noscript", "object", "svg", "template",
    "textarea", "title", "xmp",
];

/// Elements without an end tag.
pub(super) const VOID: &[&str] = &["br", "col", "hr", "img", "input", "source", "track", "wbr"];

/// Elements whose start closes an open paragraph (HTML standard, 13.2.6.4.7).
const CLOSES_PARAGRAPH: &[&str] = &[
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "div",
    "dl",
    "dd",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
];

/// The elements that `name` ends when they are innermost, as their end tags may be left out.
fn ended_by(name: &str) -> &'static [&'static str] {
    match name {
        "li" => &["p", "li"],
        "dt" | "dd" => &["p", "dt", "dd"],
        "td" | "th" => &["p", "td", "th", "caption", "colgroup"],
        "tr" => &["p", "td", "th", "tr", "caption", "colgroup"],
        "thead" | "tbody" | "tfoot" => {
            &["p", "td", "th", "tr", "thead", "tbody", "tfoot", "caption", "colgroup"]
        }
        "rt" | "rp" => &["rt", "rp"],
        _ if CLOSES_PARAGRAPH.contains(&name) => &["p"],
        _ => &[],
    }
}

/// Elements that an end tag from inside does not reach beyond.
fn is_boundary(name: &str) -> bool {
    matches!(name, "table" | "td" | "th" | "caption")
}

fn is_table_part(name: &str) -> bool {
    matches!(
        name,
        "caption" | "col" | "colgroup" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr"
    )
}

/// Whether `name` may stand directly in `parent`, as far as tables go.
fn belongs(name: &str, parent: Option<&str>) -> bool {
    match parent {
        Some("table") => is_table_part(name),
        Some("thead" | "tbody" | "tfoot") => matches!(name, "tr" | "td" | "th"),
        Some("tr") => matches!(name, "td" | "th"),
        Some("colgroup") => name == "col",
        _ => !is_table_part(name),
    }
}

struct Balancer {
    html: String,
    open: Vec<&'static str>,
}

impl Balancer {
    fn start(&mut self, name: &'static str, source: &str) {
        while self.open.last().is_some_and(|last| ended_by(name).contains(last)) {
            self.close_last();
        }
        if !belongs(name, self.open.last().copied())
            || self.open.len() >= DEPTH
            || source.len() > TAG
        {
            return;
        }
        self.html.push_str(source);
        if !VOID.contains(&name) {
            self.open.push(name);
        }
    }

    fn end(&mut self, name: &str) {
        let stop = |open: &&&str| {
            **open == name || (is_boundary(open) && !is_table_part(name) && name != "table")
        };
        if self.open.iter().rev().find(stop).is_some_and(|open| *open == name) {
            while self.close_last().is_some_and(|closed| closed != name) {}
        }
    }

    fn text(&mut self, mut text: &str) {
        while text.len() > RUN {
            let run = text.floor_char_boundary(RUN);
            let Some(at) = text[run..].find('&') else {
                break;
            };
            self.html.push_str(&text[..run + at]);
            self.html.push_str("<!---->");
            text = &text[run + at..];
        }
        self.html.push_str(text);
    }

    fn close_last(&mut self) -> Option<&'static str> {
        let name = self.open.pop()?;
        self.html.push_str("</");
        self.html.push_str(name);
        self.html.push('>');
        Some(name)
    }
}

/// HTML of the same text in which elements nest, within bounds that keep its parsing linear.
pub(super) fn balance(html: &str) -> String {
    let mut balancer = Balancer { html: String::with_capacity(html.len() + 64), open: Vec::new() };
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) if text.contains('<') => balancer.text(&text.replace('<', "&lt;")),
            Token::Text(text) => balancer.text(text),
            Token::Open { name, source } => {
                if name == "iframe" {
                    // What is in it is no markup.
                    if attribute(source, "src").is_some_and(is_framed) {
                        balancer.start("iframe", source);
                        balancer.end("iframe");
                    }
                    tokens.skip_element("iframe");
                } else if let Ok(index) = TAGS.binary_search(&&*name) {
                    balancer.start(TAGS[index], source);
                } else if OPAQUE.contains(&&*name) {
                    tokens.skip_element(&name);
                }
            }
            Token::Close { name } => balancer.end(&name),
            Token::Comment => {}
        }
    }
    while balancer.close_last().is_some() {}
    balancer.html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(balance(html), expected, "{html}");
    }

    #[test]
    fn the_list_of_tags_is_sorted() {
        assert!(TAGS.is_sorted());
    }

    #[test]
    fn well_formed_html_is_left_alone() {
        for html in [
            "a &amp; b <p>x<br>y <b>z</b></p>\n<ul>\n<li>1</li>\n<li><p>2</p></li>\n</ul>",
            "<table><tbody><tr><td><table><tr><td>x</td></tr></table></td></tr></tbody></table>",
            "<a title='>' href=\"</a>\">x</a>",
            "<blockquote><blockquote><p>x</p></blockquote></blockquote>",
        ] {
            check(html, html);
        }
    }

    #[test]
    fn tags_nest_and_end() {
        check("<p>a<p>b", "<p>a</p><p>b</p>");
        check("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>");
        check(
            "<table><tr><td>a<td>b<tr><td>c</table>",
            "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
        );
        check("<b><i>a</b>c</i>", "<b><i>a</i></b>c");
        check("</p>a</div>", "a");
        check(
            "<div><table><tr><td></div>a</table>b</div>",
            "<div><table><tr><td>a</td></tr></table>b</div>",
        );
        check("<table><i>a</i><p>b</p></table>", "<table>ab</table>");
        check("<td>a</td>", "a");
        check("a < b <foo>c</foo><!-- d -->", "a &lt; b c");
    }

    #[test]
    fn opaque_elements_go_with_their_content() {
        check("a<script>if (a<b) '</p>'</script>b<svg><g>c</g></svg>d", "abd");
        check("a<svg>b", "ab");
    }

    #[test]
    fn depth_is_bounded() {
        let html = balance(&"<div>".repeat(1000));
        assert_eq!(html.matches("<div>").count(), DEPTH);
        assert_eq!(html.matches("</div>").count(), DEPTH);
    }
}
