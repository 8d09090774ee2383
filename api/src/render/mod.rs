//! Rendering of article bodies: what is computed once, when an article is saved.
//!
//! Markdown (or HTML) → comrak → sanitizer → HTML, and from that the plain text, the headings, the
//! word count, the reading time and the summary. The numbers and the ids of headings are those of
//! Hugo 0.168, so that a site that moves here keeps its addresses and its figures.
//!
//! ```text
//! markdown.rs   Markdown → HTML and headings, not yet safe     headings.rs  ids, table of contents
//! sanitize.rs   the only safety gate: allow lists              balance.rs   tags nest, parsing stays linear
//! words.rs      word count, reading time                       plain.rs     safe HTML → text
//! summary.rs    where the summary ends                         tokens.rs    where tags begin and end
//! ```
//!
//! **Invariants.** Pure: no clock, no database, no configuration but [`Options`]. All HTML that leaves
//! this module went through [`sanitize`]. No input makes it fail or takes more than linear time.
//! Shortcodes are text. All fields but `html` are text and have to be escaped in a page.
//!
//! To add a derived value: a field in [`Rendered`], computed in `finish` from the HTML, in a file of
//! its own with its rule's source. To allow more HTML: `sanitize.rs`. To allow more Markdown:
//! `markdown.rs`.

mod balance;
mod headings;
#[cfg(test)]
mod hostile;
mod markdown;
mod plain;
mod sanitize;
mod summary;
#[cfg(test)]
mod tests;
mod tokens;
mod words;

use serde::{Deserialize, Serialize};

pub use headings::nest;
pub use markdown::blocks;
pub use sanitize::{sanitize, sanitize_for};

/// How a site wants its bodies rendered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Hugo's `hasCJKLanguage`: in a body with Chinese, Japanese or Korean text, characters count as
    /// words.
    pub cjk: bool,
}

/// A heading that can be linked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// The `id` of its element, without `#`; never empty. Not percent-encoded.
    pub id: String,
    /// 1 to 6.
    pub level: u8,
    /// Plain text on one line.
    pub title: String,
}

/// An entry of a nested table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TocEntry {
    pub heading: Heading,
    /// The headings of deeper levels up to the next entry.
    pub children: Vec<TocEntry>,
}

/// A rendered body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// Safe HTML.
    pub html: String,
    /// Text without markup, a line for each block (Hugo's `.Plain` in spirit).
    pub plain_text: String,
    /// Flat, in document order; [`nest`] makes a table of contents of it.
    pub headings: Vec<Heading>,
    /// Hugo's `.WordCount`.
    pub word_count: u32,
    /// Hugo's `.ReadingTime`.
    pub reading_time_minutes: u32,
    /// Hugo's `.Summary`, as plain text on one line.
    pub summary: String,
    /// Hugo's `.Truncated`: the body has more than the summary.
    pub truncated: bool,
}

/// Renders a body that is Markdown.
#[must_use]
pub fn render(markdown: &str, options: &Options) -> Rendered {
    let marked = summary::mark(markdown);
    let (raw, headings) = markdown::to_html(marked.as_deref().unwrap_or(markdown));
    let rendered = finish(raw, marked.is_some(), options.cjk && words::has_cjk(markdown));
    Rendered { headings, ..rendered }
}

/// Renders a body that is HTML already. Its headings are those that have an `id`.
#[must_use]
pub fn render_html(html: &str, options: &Options) -> Rendered {
    let marked = summary::mark(html);
    let is_marked = marked.is_some();
    let raw = marked.unwrap_or_else(|| html.to_owned());
    let rendered = finish(raw, is_marked, options.cjk && words::has_cjk(html));
    Rendered { headings: plain::headings(&rendered.html), ..rendered }
}

/// Everything that follows from the HTML. `marked`: the source had a summary divider; `cjk`: it has
/// CJK text and the site wants its characters counted. Headings are left to the caller.
fn finish(raw: String, marked: bool, cjk: bool) -> Rendered {
    let split = |html: String| {
        if marked { summary::split(&html) } else { (html, None) }
    };
    let (html, divider) = split(sanitize(&raw));
    let (raw, _) = split(raw);
    let word_count = words::count(&raw, cjk);
    let (summary, truncated) = summary::extract(&html, &raw, divider, cjk);
    Rendered {
        plain_text: plain::text(&html),
        headings: Vec::new(),
        word_count,
        reading_time_minutes: words::reading_time(word_count, cjk),
        summary,
        truncated,
        html,
    }
}
