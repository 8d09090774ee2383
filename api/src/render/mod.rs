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
//! typography.rs quotes and dashes of printers
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
mod code;
mod commonmark;
mod document;
mod headings;
mod highlight;
#[cfg(test)]
mod hostile;
pub mod links;
mod math;
mod mathml;
mod mdast;
mod plain;
mod sanitize;
mod shortcode;
mod summary;
#[cfg(test)]
mod tests;
pub(crate) mod tokens;
mod typography;
mod words;

use document::{Document, Wrap};
use serde::{Deserialize, Serialize};

pub use code::Numbers;
pub use commonmark::blocks;
pub use headings::nest;
pub use mathml::with_mathml;
pub use mdast::tree;
pub use plain::text as plain_text;
pub use sanitize::{sanitize, sanitize_for};
pub use summary::DIVIDER;

/// How a site wants its bodies rendered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are switches of Hugo's, each on its own")]
pub struct Options {
    /// Hugo's `hasCJKLanguage`: in a body with Chinese, Japanese or Korean text, characters count as
    /// words.
    pub cjk: bool,
    /// The article has formulas.
    pub math: bool,
    /// The body is HTML already, and no Markdown.
    pub html: bool,
    /// Quotes, dashes and dots become those of printers, as goldmark's typographer has them.
    pub typographer: bool,
    /// Hugo's `enableEmoji`: `:smile:` is one.
    pub emoji: bool,
    /// Hugo's `summaryLength`, in words; 0 for Hugo's own, which is 70.
    pub summary_length: u16,
    /// Hugo's `markup.highlight.lineNos`: for code that does not say itself.
    pub numbers: Numbers,
}

/// Of what [`render`] makes of a body; raise it with each change, and bodies that are stored are
/// rendered anew.
pub const VERSION: i16 = 3;

impl Options {
    /// Longest summary that can be asked for, in words.
    pub const LONGEST_SUMMARY: u16 = (1 << 9) - 1;

    /// As bits, to be stored.
    #[must_use]
    pub fn to_bits(&self) -> i16 {
        let flags = [self.html, self.cjk, self.math, self.typographer, self.emoji];
        let flags = (0..).zip(flags).map(|(bit, flag)| u16::from(flag) << bit).sum::<u16>();
        let length = self.summary_length.min(Self::LONGEST_SUMMARY);
        let numbers = match self.numbers {
            Numbers::None => 0,
            Numbers::Table => 1 << 15,
            Numbers::Inline => 3 << 14,
        };
        (flags | length << 5 | numbers).cast_signed()
    }

    #[must_use]
    pub fn from_bits(bits: i16) -> Self {
        let bits = bits.cast_unsigned();
        Self {
            html: bits & 1 != 0,
            cjk: bits & 2 != 0,
            math: bits & 4 != 0,
            typographer: bits & 8 != 0,
            emoji: bits & 16 != 0,
            summary_length: (bits >> 5) & Self::LONGEST_SUMMARY,
            numbers: match bits >> 14 {
                2 => Numbers::Table,
                3 => Numbers::Inline,
                _ => Numbers::None,
            },
        }
    }
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

/// Renders a body.
#[must_use]
pub fn render(markdown: &str, options: &Options) -> Rendered {
    if options.html {
        return render_html(markdown, *options);
    }
    let pieces = shortcode::parse(markdown);
    let document = Document::new(&pieces, markdown, 0, Wrap::Content, *options);
    let marked = summary::mark(&document.text);
    let (raw, headings) = document.html(marked.as_deref().unwrap_or(&document.text));
    let rendered = finish(raw, marked.is_some(), words::has_cjk(markdown), *options);
    Rendered { headings, ..rendered }
}

/// Renders a body that is HTML already. Its headings are those that have an `id`.
fn render_html(html: &str, options: Options) -> Rendered {
    let filled = document::raw(&shortcode::parse(html), Options { math: false, ..options });
    let marked = summary::mark(&filled);
    let is_marked = marked.is_some();
    let raw = marked.unwrap_or(filled);
    let rendered = finish(raw, is_marked, words::has_cjk(html), options);
    Rendered { headings: plain::headings(&rendered.html), ..rendered }
}

/// Everything that follows from the HTML. `marked`: the source had a summary divider; `cjk`: it has
/// CJK text. Headings are left to the caller.
fn finish(raw: String, marked: bool, cjk: bool, options: Options) -> Rendered {
    // And the site wants its characters counted.
    let cjk = cjk && options.cjk;
    let split = |html: String| {
        if marked { summary::split(&html) } else { (html, None) }
    };
    let (html, divider) = split(links::lazy(sanitize(&raw)));
    let (raw, _) = split(raw);
    let word_count = words::count(&raw, cjk);
    let (summary, truncated) = summary::extract(&html, &raw, divider, cjk, options.summary_length);
    Rendered {
        headings: Vec::new(),
        word_count,
        reading_time_minutes: words::reading_time(word_count, cjk),
        summary,
        truncated,
        html,
    }
}

/// Text as HTML, in elements and in attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}
