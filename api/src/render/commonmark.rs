//! Markdown to HTML, not yet safe: raw HTML passes through, the sanitizer comes after.
//!
//! CommonMark with what Hugo turns on: GitHub's tables, strikethrough, task lists and bare links,
//! footnotes, definition lists, and where a site wants them, its typographic quotes and its emoji. The HTML
//! is comrak's, except for what has to be Hugo's so that addresses and word counts stay: ids of
//! headings, footnotes (`fn:1`, `fnref:1`, `<div class="footnotes">`), and void elements without the
//! `/`, which would count as a word.
//!
//! **Invariants.** Linear time: comrak bounds what is not (depth of blocks, cells that a table adds,
//! length of labels). Nothing here recurses.
//!
//! To turn on another extension of comrak: a line in [`OPTIONS`], and its elements in `sanitize.rs`.

use std::fmt::{self, Write};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use comrak::html::{ChildRendering, Context, format_document_with_formatter, format_node_default};
use comrak::nodes::{Node, NodeValue};
use comrak::options::Plugins;
use comrak::{Arena, Options, parse_document};

use super::document::Marks;
use super::headings::Ids;
use super::{Heading, code, typography};

static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.description_lists = true;
    options.extension.footnotes = true;
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.tasklist = true;
    // Raw HTML is the sanitizer's business.
    options.render.r#unsafe = true;
    options
});

static WITH_EMOJI: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut options = OPTIONS.clone();
    options.extension.shortcodes = true;
    options
});

/// HTML and headings of a Markdown document.
pub(super) fn to_html(
    markdown: &str,
    marks: &Marks<'_, '_>,
    how: super::Options,
) -> (String, Vec<Heading>) {
    let arena = Arena::new();
    let options = if how.emoji { &WITH_EMOJI } else { &OPTIONS };
    let root = parse_document(&arena, markdown, options);
    let is_printed = how.typographer && typography::print(root, markdown);
    let mut ids = Ids::default();
    let mut headings = Vec::new();
    for node in root.descendants() {
        let NodeValue::Heading(heading) = node.data().value else {
            continue;
        };
        headings.push(ids.heading(node, heading.level, heading.closed));
    }
    let mut html = String::with_capacity(markdown.len() + markdown.len() / 4);
    let state = State {
        ids: headings.iter().map(|heading| heading.id.clone()).collect::<Vec<_>>().into_iter(),
        footnotes: 0,
        numbers: how.numbers,
        marks,
    };
    // Writing to a string does not fail.
    let _ = format_document_with_formatter(
        root,
        options,
        &mut html,
        &Plugins::default(),
        format_node,
        state,
    );
    headings.retain(|heading| !heading.id.is_empty());
    if is_printed {
        html = typography::entities(&html);
    }
    (html, headings)
}

/// First and last line, from 0, of each block at the top of a document: in order,
/// and apart from each other.
#[must_use]
pub fn blocks(markdown: &str) -> Vec<RangeInclusive<usize>> {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &OPTIONS);
    let mut blocks: Vec<_> = root
        .children()
        .map(|node| {
            let place = node.data().sourcepos;
            (place.start.line.saturating_sub(1), place.end.line.saturating_sub(1))
        })
        .collect();
    // Footnotes stand at the end of the tree, wherever they stand in the text.
    blocks.sort_unstable();
    let mut free = 0;
    blocks
        .into_iter()
        .filter_map(|(first, last)| {
            let first = first.max(free);
            free = free.max(last + 1);
            (first <= last).then_some(first..=last)
        })
        .collect()
}

struct State<'m> {
    marks: &'m Marks<'m, 'm>,
    /// Ids of the headings to come, in document order.
    ids: std::vec::IntoIter<String>,
    /// Footnotes written.
    footnotes: u32,
    /// Of the lines of code that does not say itself.
    numbers: code::Numbers,
}

fn format_node(
    context: &mut Context<State<'_>>,
    node: Node<'_>,
    entering: bool,
) -> Result<ChildRendering, fmt::Error> {
    match node.data().value {
        NodeValue::Heading(heading) if entering => {
            context.cr()?;
            write!(context, "<h{}", heading.level)?;
            let id = context.user.ids.next().unwrap_or_default();
            if !id.is_empty() {
                context.write_str(" id=\"")?;
                context.escape(&id)?;
                context.write_str("\"")?;
            }
            context.write_str(">")?;
        }
        // As numbers, for Hugo counts the words in them.
        NodeValue::ShortCode(ref emoji) if entering => {
            for c in emoji.emoji.chars() {
                write!(context, "&#x{:x};", u32::from(c))?;
            }
        }
        NodeValue::ShortCode(_) => {}
        NodeValue::LineBreak if entering => context.write_str("<br>\n")?,
        NodeValue::ThematicBreak if entering => {
            context.cr()?;
            context.write_str("<hr>\n")?;
        }
        NodeValue::Image(ref image) if entering => {
            context.write_str("<img src=\"")?;
            context.escape_href(&image.url)?;
            context.write_str("\" alt=\"")?;
            return Ok(ChildRendering::Plain);
        }
        NodeValue::Image(ref image) => {
            if !image.title.is_empty() {
                context.write_str("\" title=\"")?;
                context.escape(&image.title)?;
            }
            context.write_str("\" loading=\"lazy\" decoding=\"async\">")?;
        }
        NodeValue::CodeBlock(ref block) if entering => {
            context.cr()?;
            let (language, options) = code::info(&block.info, context.user.numbers);
            if block.fenced && !language.is_empty() {
                // What stands for something else is no code.
                let words = context.user.marks.next(&block.literal).is_none();
                let html = code::html(&block.literal, language, &options, words);
                context.write_str(&html)?;
            } else {
                let tab = if block.fenced { " tabindex=\"0\"" } else { "" };
                write!(context, "<pre{tab}><code>")?;
                context.escape(&block.literal)?;
                context.write_str("</code></pre>")?;
            }
            context.write_str("\n")?;
        }
        NodeValue::CodeBlock(_) => {}
        NodeValue::TaskItem(ref item) if entering => {
            context.cr()?;
            let checked = if item.symbol.is_some() { "checked=\"\" " } else { "" };
            write!(context, "<li><input {checked}disabled=\"\" type=\"checkbox\"> ")?;
        }
        NodeValue::FootnoteReference(ref reference) if entering => {
            let (id, ix) = (reference_id(reference.ix, reference.ref_num), reference.ix);
            write!(
                context,
                r##"<sup id="{id}"><a href="#fn:{ix}" class="footnote-ref" role="doc-noteref">{ix}</a></sup>"##
            )?;
        }
        NodeValue::FootnoteReference(_) => {}
        NodeValue::FootnoteDefinition(ref definition) => {
            if entering {
                context.user.footnotes += 1;
                if context.user.footnotes == 1 {
                    context.cr()?;
                    context.write_str(
                        "<div class=\"footnotes\" role=\"doc-endnotes\">\n<hr>\n<ol>\n",
                    )?;
                }
                let ix = context.user.footnotes;
                writeln!(context, "<li id=\"fn:{ix}\">")?;
            } else {
                if !ends_with_paragraph(node) {
                    write_back_references(context, definition.total_references)?;
                }
                context.cr()?;
                context.write_str("</li>\n")?;
            }
        }
        NodeValue::Paragraph if !entering => {
            if let Some(parent) = node.parent()
                && node.next_sibling().is_none()
                && let NodeValue::FootnoteDefinition(ref definition) = parent.data().value
            {
                write_back_references(context, definition.total_references)?;
                context.write_str("</p>\n")?;
                return Ok(ChildRendering::HTML);
            }
            return format_node_default(context, node, entering);
        }
        NodeValue::Document if !entering && context.user.footnotes > 0 => {
            context.write_str("</ol>\n</div>\n")?;
        }
        _ => return format_node_default(context, node, entering),
    }
    Ok(ChildRendering::HTML)
}

fn ends_with_paragraph(node: Node<'_>) -> bool {
    node.last_child().is_some_and(|last| matches!(last.data().value, NodeValue::Paragraph))
}

/// `fnref:1`, and `fnref1:1` for the next one to the same note.
fn reference_id(note: u32, number: u32) -> String {
    if number > 1 { format!("fnref{}:{note}", number - 1) } else { format!("fnref:{note}") }
}

fn write_back_references(context: &mut Context<State<'_>>, references: u32) -> fmt::Result {
    let note = context.user.footnotes;
    for number in 1..=references {
        let id = reference_id(note, number);
        write!(
            context,
            "&#160;<a href=\"#{id}\" class=\"footnote-backref\" role=\"doc-backlink\">&#x21a9;&#xfe0e;</a>"
        )?;
    }
    Ok(())
}
