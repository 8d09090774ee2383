//! HTML of other systems as Markdown, without loss.
//!
//! A body is taken apart into its blocks. Each becomes Markdown by `htmd`, is
//! rendered again and compared with what it was: where the two are not the same
//! to a reader, and where it holds what Markdown has no word for (tables with
//! spans, embeds, forms), the block stays HTML, which Markdown takes as it is.
//! What nobody can see (classes, sizes of images, comments of editors) does not
//! count; who calls this keeps the original beside the article.
//!
//! **Invariants.** No input makes it fail. Rendering the result shows what
//! rendering the HTML shows, or the result says that it is HTML as a whole.

mod absolute;
mod blocks;
mod compare;
mod paragraphs;
mod text;
mod wordpress;

use std::sync::LazyLock;

use htmd::HtmlToMarkdown;
use htmd::options::{BrStyle, BulletListMarker, HrStyle, Options};

use self::blocks::Piece;
use crate::render;

pub use absolute::absolute;
pub use paragraphs::paragraphs;
pub use text::{plain, reference, unescape};
pub use wordpress::{Media, body as wordpress_body};

/// Beyond these a block stays HTML: Markdown has no use for it, and converting
/// recurses.
const DEEPEST: usize = 64;
const LARGEST: usize = 1 << 19;

static CONVERTER: LazyLock<HtmlToMarkdown> = LazyLock::new(|| {
    HtmlToMarkdown::builder()
        .options(Options {
            hr_style: HrStyle::Dashes,
            br_style: BrStyle::Backslash,
            bullet_list_marker: BulletListMarker::Dash,
            ul_bullet_spacing: 1,
            ol_number_spacing: 1,
            preformatted_code: true,
            ..Options::default()
        })
        .build()
});

/// A body as it goes into an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    pub text: String,
    /// Whether the text is HTML and no Markdown.
    pub is_html: bool,
    /// Blocks that stayed HTML.
    pub html_blocks: usize,
}

/// Turns HTML into Markdown.
#[must_use]
pub fn convert(body: &str) -> Converted {
    let mut text = String::with_capacity(body.len());
    let mut html_blocks = 0;
    let mut last = "";
    for piece in blocks::split(body) {
        let (markdown, kind) = match piece {
            Piece::More => ("<!--more-->".to_owned(), "more"),
            Piece::Comment(comment) => (comment.to_owned(), "comment"),
            Piece::Block { html, depth } => {
                if let Some(markdown) = markdown(&html, depth) {
                    let kind = kind(&markdown);
                    (markdown, kind)
                } else if let Some(raw) = as_it_is(&html) {
                    html_blocks += 1;
                    (raw, "html")
                } else {
                    return Converted { text: whole(body), is_html: true, html_blocks: 0 };
                }
            }
        };
        if markdown.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        // Two lists in a row are one to Markdown.
        if kind == "list" && last == "list" {
            text.push_str("<!-- -->\n\n");
        }
        text.push_str(&markdown);
        last = kind;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    Converted { text, is_html: false, html_blocks }
}

fn whole(body: &str) -> String {
    body.replace("\r\n", "\n")
}

fn kind(markdown: &str) -> &'static str {
    let list = markdown.starts_with("- ")
        || markdown
            .split_once(['.', ')'])
            .is_some_and(|(n, _)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    if list { "list" } else { "other" }
}

/// The Markdown that shows what a block shows, if there is any.
fn markdown(html: &str, depth: usize) -> Option<String> {
    if depth > DEEPEST || html.len() > LARGEST || blocks::is_foreign(html) {
        return None;
    }
    let markdown = CONVERTER.convert(html).ok()?;
    let markdown = markdown.trim_matches('\n').trim_end();
    compare::same(&shown(markdown), &render::sanitize(html)).then(|| markdown.to_owned())
}

fn shown(markdown: &str) -> String {
    uncoloured(&render::render(&format!("{markdown}\n"), &render::Options::default()).html)
}

/// Blocks of code without the marks of their words, which pages elsewhere lack.
fn uncoloured(html: &str) -> String {
    const START: &str = "<div class=\"highlight\"><pre";
    const END: &str = "</pre></div>";
    let mut plain = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, from)) = rest.split_once(START)
        && let Some((code, after)) = from.split_once(END)
    {
        plain.push_str(before);
        plain.push_str("<pre");
        let code = code.replace("</span>", "");
        let mut parts = code.split("<span");
        plain.push_str(parts.next().unwrap_or_default());
        for part in parts {
            plain.push_str(part.split_once('>').map_or("", |(_, text)| text));
        }
        plain.push_str("</pre>");
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// A block of HTML so written that Markdown leaves it alone; none where it
/// cannot be.
fn as_it_is(html: &str) -> Option<String> {
    let raw = blocks::unbroken(html.trim());
    let same = |text: &str| compare::same(&shown(text), &render::sanitize(html));
    if blocks::begins_a_block(&raw) && same(&raw) {
        return Some(raw);
    }
    let held = format!("<div>\n{raw}\n</div>");
    let (shown, meant) = (shown(&held), render::sanitize(&format!("<div>\n{html}\n</div>")));
    compare::same(&shown, &meant).then_some(held)
}

#[cfg(test)]
mod tests;
