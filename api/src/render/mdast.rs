//! A body as a syntax tree: mdast, as the unified ecosystem has it, with GitHub's extensions.
//!
//! The tree is that of `mdast-util-from-markdown` with `mdast-util-gfm`, read by the Rust port of the
//! same parser. Beyond mdast there are
//! - `math` and `inlineMath` (`{value}`, without delimiters), as in `mdast-util-math`;
//! - `shortcode` among blocks and `inlineShortcode` within a line: `{name, params, markdown, value,
//!   children}`. `params` is a list or an object; `markdown` tells `{{% %}}` from `{{< >}}`; `value` is
//!   the content as it was written, null without one; `children` are the content read as Markdown where
//!   it is (`{{% %}}` and `details`), else text and shortcodes.
//!
//! The root has a `version`, which rises when a consumer has to look at its code again. Places are those
//! of the Markdown, counted as JavaScript counts: in UTF-16.
//!
//! **Invariants.** No deeper than [`DEPTH`]: what is deeper is text. A text that would take the parser
//! more than linear time is one `code` node in the language `markdown`. Nothing is lost.

use markdown::mdast::{AlignKind, Node, ReferenceKind};
use markdown::unist::Position;
use markdown::{Constructs, ParseOptions, to_mdast};
use serde_json::{Map, Value, json};

use super::Options;
use super::document::{Document, Mark, Marks, Wrap, origin};
use super::shortcode::{self, Call, Content, Piece};

/// Of the tree's form.
const VERSION: u32 = 1;

/// Nodes in nodes.
const DEPTH: usize = 40;

/// Quotes and lists that a line may open, and brackets that a text may have.
const CONTAINERS: usize = 50;
const BRACKETS: usize = 20_000;

/// The tree of a body. `positions`: nodes say where they stand.
#[must_use]
pub fn tree(markdown: &str, options: &Options, positions: bool) -> Value {
    let lines = positions.then(|| Lines::new(markdown));
    let children = if options.html {
        vec![json!({ "type": "html", "value": markdown })]
    } else {
        let pieces = shortcode::parse(markdown);
        flow(&pieces, markdown, 0, *options, lines.as_ref(), 0)
    };
    let mut root = json!({ "type": "root", "version": VERSION, "children": children });
    if let Some(lines) = lines {
        root["position"] = lines.position(0, markdown.len());
    }
    root
}

fn flow(
    pieces: &[Piece<'_>],
    source: &str,
    start: usize,
    options: Options,
    lines: Option<&Lines<'_>>,
    depth: usize,
) -> Vec<Value> {
    let document = Document::new(pieces, source, start, Wrap::Whole, options);
    let Document { text, marks, origins } = &document;
    let tree = Tree { marks, origins, lines, options };
    if is_costly(text) {
        let value = marks.written(text);
        return vec![tree.node(
            "code",
            None,
            json!({ "lang": "markdown", "meta": null, "value": value }),
        )];
    }
    let constructs = Constructs { html_flow: true, html_text: true, ..Constructs::gfm() };
    let how = ParseOptions { constructs, ..ParseOptions::default() };
    match to_mdast(text, &how) {
        Ok(Node::Root(root)) => tree.children(root.children, depth),
        // Markdown has no errors.
        _ => Vec::new(),
    }
}

/// Whether the parser would take more than linear time.
fn is_costly(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'[').count() > BRACKETS
        || text.lines().any(|line| {
            let is_marker = |c: char| matches!(c, '>' | '-' | '+' | '*' | '.' | ')');
            let is_container =
                |c: &char| is_marker(*c) || c.is_ascii_digit() || matches!(c, ' ' | '\t');
            line.chars().take_while(is_container).filter(|c| is_marker(*c)).count() > CONTAINERS
                // A line of dashes or stars alone is a rule.
                && line.trim().chars().any(|c| c != line.trim().chars().next().unwrap_or_default())
        })
}

/// Offsets of a text in lines and columns, counted in UTF-16.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// UTF-16 units before each [`STEP`] bytes.
    units: Vec<usize>,
}

const STEP: usize = 256;

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let mut starts = vec![0];
        let mut units = Vec::with_capacity(text.len() / STEP + 1);
        let mut count = 0;
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            if at % STEP == 0 {
                units.push(count);
            }
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                starts.push(at + 1);
            }
            count += units_of(*byte);
        }
        units.push(count);
        Self { text, starts, units }
    }

    /// UTF-16 units before an offset.
    fn unit(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        let step = at / STEP;
        let before = self.units.get(step).copied().unwrap_or_default();
        let rest = self.text.as_bytes().get(step * STEP..at).unwrap_or_default();
        before + rest.iter().copied().map(units_of).sum::<usize>()
    }

    fn point(&self, at: usize) -> Value {
        let line = self.starts.partition_point(|start| *start <= at);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let offset = self.unit(at);
        json!({ "line": line, "column": offset - self.unit(start) + 1, "offset": offset })
    }

    fn position(&self, start: usize, end: usize) -> Value {
        json!({ "start": self.point(start), "end": self.point(end) })
    }
}

/// UTF-16 units of a character, counted at its first byte.
fn units_of(byte: u8) -> usize {
    match byte {
        0x80..=0xbf => 0,
        0xf0.. => 2,
        _ => 1,
    }
}

struct Tree<'t, 'p, 'a> {
    marks: &'t Marks<'p, 'a>,
    origins: &'t [(usize, usize)],
    lines: Option<&'t Lines<'t>>,
    options: Options,
}

/// First and last offset in the source.
type Place = Option<(usize, usize)>;

impl Tree<'_, '_, '_> {
    fn place(&self, position: Option<&Position>) -> Place {
        let position = position?;
        let at = |offset| origin(self.origins, offset);
        Some((at(position.start.offset), at(position.end.offset)))
    }

    /// The end of what is in a list, an item or a note: the blank lines behind it are not its own.
    fn ended(&self, node: &Node, place: Place) -> Place {
        let (start, end) = place?;
        let mut last = node;
        while let Node::List(_) | Node::ListItem(_) | Node::FootnoteDefinition(_) = last {
            let Some(child) = last.children().and_then(|children| children.last()) else { break };
            last = child;
        }
        let (_, inner) = self.place(last.position())?;
        Some((start, inner.min(end)))
    }

    fn node(&self, name: &str, place: Place, fields: Value) -> Value {
        let mut node = Map::new();
        node.insert("type".to_owned(), name.into());
        if let Value::Object(fields) = fields {
            node.extend(fields);
        }
        if let (Some(lines), Some((start, end))) = (self.lines, place) {
            node.insert("position".to_owned(), lines.position(start, end));
        }
        Value::Object(node)
    }

    fn parent(&self, name: &str, place: Place, children: Vec<Node>, depth: usize) -> Value {
        let children = self.children(children, depth + 1);
        self.node(name, place, json!({ "children": children }))
    }

    fn children(&self, nodes: Vec<Node>, depth: usize) -> Vec<Value> {
        let mut values = Vec::with_capacity(nodes.len());
        for node in nodes {
            self.convert(node, depth, &mut values);
        }
        values
    }

    /// As it was written.
    fn text(&self, text: &str) -> Value {
        self.marks.written(text).into()
    }

    fn convert(&self, node: Node, depth: usize, into: &mut Vec<Value>) {
        let place = self.ended(&node, self.place(node.position()));
        if depth > DEPTH {
            into.push(self.node("text", place, json!({ "value": self.text(&flatten(node)) })));
            return;
        }
        let value = match node {
            Node::Text(text) => return self.push_text(&text.value, place, into),
            Node::Paragraph(paragraph) => {
                if let [Node::Text(text)] = &paragraph.children[..]
                    && self.marks.is_block(&text.value)
                {
                    return self.push_marks(&text.value, place, true, depth, into);
                }
                self.parent("paragraph", place, paragraph.children, depth)
            }
            Node::Heading(heading) => {
                let children = self.children(heading.children, depth + 1);
                self.node("heading", place, json!({ "depth": heading.depth, "children": children }))
            }
            Node::Blockquote(quote) => self.parent("blockquote", place, quote.children, depth),
            Node::Emphasis(node) => self.parent("emphasis", place, node.children, depth),
            Node::Strong(node) => self.parent("strong", place, node.children, depth),
            Node::Delete(node) => self.parent("delete", place, node.children, depth),
            Node::ThematicBreak(_) => self.node("thematicBreak", place, json!({})),
            Node::Break(_) => self.node("break", place, json!({})),
            Node::List(list) => {
                let children = self.children(list.children, depth + 1);
                let fields = json!({
                    "ordered": list.ordered,
                    "start": list.start,
                    "spread": list.spread,
                    "children": children,
                });
                self.node("list", place, fields)
            }
            Node::ListItem(item) => {
                let children = self.children(item.children, depth + 1);
                let fields =
                    json!({ "spread": item.spread, "checked": item.checked, "children": children });
                self.node("listItem", place, fields)
            }
            Node::Html(html) => {
                self.node("html", place, json!({ "value": self.text(&html.value) }))
            }
            Node::InlineCode(code) => {
                self.node("inlineCode", place, json!({ "value": self.text(&code.value) }))
            }
            Node::Code(code) => {
                let (lang, meta) = (code.lang.as_deref(), code.meta.as_deref());
                let fields = json!({
                    "lang": lang.map(|text| self.text(text)),
                    "meta": meta.map(|text| self.text(text)),
                    "value": self.text(&code.value),
                });
                self.node("code", place, fields)
            }
            Node::Link(link) => {
                let children = self.children(link.children, depth + 1);
                let title = link.title.as_deref().map(|title| self.text(title));
                let fields =
                    json!({ "title": title, "url": self.text(&link.url), "children": children });
                self.node("link", place, fields)
            }
            Node::Image(image) => {
                let title = image.title.as_deref().map(|title| self.text(title));
                let (url, alt) = (self.text(&image.url), self.text(&image.alt));
                self.node("image", place, json!({ "title": title, "url": url, "alt": alt }))
            }
            Node::Definition(definition) => {
                let fields = json!({
                    "identifier": self.text(&definition.identifier),
                    "label": definition.label.as_deref().map(|label| self.text(label)),
                    "title": definition.title.as_deref().map(|title| self.text(title)),
                    "url": self.text(&definition.url),
                });
                self.node("definition", place, fields)
            }
            Node::LinkReference(link) => {
                let fields = json!({
                    "identifier": self.text(&link.identifier),
                    "label": link.label.as_deref().map(|label| self.text(label)),
                    "referenceType": kind(link.reference_kind),
                    "children": self.children(link.children, depth + 1),
                });
                self.node("linkReference", place, fields)
            }
            Node::ImageReference(image) => {
                let fields = json!({
                    "identifier": self.text(&image.identifier),
                    "label": image.label.as_deref().map(|label| self.text(label)),
                    "referenceType": kind(image.reference_kind),
                    "alt": self.text(&image.alt),
                });
                self.node("imageReference", place, fields)
            }
            Node::FootnoteDefinition(note) => {
                let fields = json!({
                    "identifier": self.text(&note.identifier),
                    "label": note.label.as_deref().map(|label| self.text(label)),
                    "children": self.children(note.children, depth + 1),
                });
                self.node("footnoteDefinition", place, fields)
            }
            Node::FootnoteReference(note) => {
                let fields = json!({
                    "identifier": self.text(&note.identifier),
                    "label": note.label.as_deref().map(|label| self.text(label)),
                });
                self.node("footnoteReference", place, fields)
            }
            Node::Table(table) => {
                let align: Vec<_> = table.align.iter().map(|align| alignment(*align)).collect();
                let children = self.children(table.children, depth + 1);
                self.node("table", place, json!({ "align": align, "children": children }))
            }
            Node::TableRow(row) => self.parent("tableRow", place, row.children, depth),
            Node::TableCell(cell) => self.parent("tableCell", place, cell.children, depth),
            // Extensions that are off.
            other => self.node("text", place, json!({ "value": self.text(&flatten(other)) })),
        };
        into.push(value);
    }

    /// Text with what stands in it.
    fn push_text(&self, text: &str, place: Place, into: &mut Vec<Value>) {
        if self.marks.next(text).is_some() {
            self.push_marks(text, place, false, DEPTH, into);
        } else {
            into.push(self.node("text", place, json!({ "value": text })));
        }
    }

    fn push_marks(
        &self,
        text: &str,
        place: Place,
        block: bool,
        depth: usize,
        into: &mut Vec<Value>,
    ) {
        let mut from = place.map_or(0, |(start, _)| start);
        let end = place.map_or(0, |(_, end)| end);
        let mut rest = text;
        let mut plain = String::new();
        let flush = |plain: &mut String, from: usize, to: usize, into: &mut Vec<Value>| {
            if !block && !plain.is_empty() {
                let value = std::mem::take(plain);
                into.push(self.node("text", Some((from, to)), json!({ "value": value })));
            }
            plain.clear();
        };
        while let Some((before, mark, behind)) = self.marks.next(rest) {
            plain.push_str(before);
            rest = behind;
            match mark {
                Mark::Shown(shown) => plain.push_str(shown),
                Mark::Call(call) => {
                    flush(&mut plain, from, call.start, into);
                    from = call.start + call.source.len();
                    into.push(self.shortcode(call, block, depth));
                }
                Mark::Formula { source, delimiter, start, .. } => {
                    flush(&mut plain, from, *start, into);
                    from = start + source.len();
                    let tex = self.marks.written(&source[*delimiter..source.len() - delimiter]);
                    let name = if block { "math" } else { "inlineMath" };
                    let value = if block { tex.trim_matches('\n') } else { tex.trim() };
                    let place = Some((*start, from));
                    let mut fields = json!({ "value": value });
                    if block {
                        fields["meta"] = Value::Null;
                    }
                    into.push(self.node(name, place, fields));
                }
            }
        }
        plain.push_str(rest);
        flush(&mut plain, from, end, into);
    }

    fn shortcode(&self, call: &Call<'_>, block: bool, depth: usize) -> Value {
        let content = call.content.as_ref();
        let children =
            content.map_or(Vec::new(), |content| self.content(call, content, block, depth));
        let fields = json!({
            "name": call.name,
            "params": call.params.to_json(),
            "markdown": call.markdown,
            "value": content.map(|content| content.source),
            "children": children,
        });
        let name = if block { "shortcode" } else { "inlineShortcode" };
        self.node(name, Some((call.start, call.start + call.source.len())), fields)
    }

    fn content(
        &self,
        call: &Call<'_>,
        content: &Content<'_>,
        block: bool,
        depth: usize,
    ) -> Vec<Value> {
        let Content { ref pieces, source, start } = *content;
        if call.name == "details" || (call.markdown && !shortcode::is_known(call)) {
            let children = flow(pieces, source, start, self.options, self.lines, depth + 1);
            // Within a line there are no paragraphs.
            return match (block, &children[..]) {
                (false, [only]) if only["type"] == "paragraph" => {
                    only["children"].as_array().cloned().unwrap_or_default()
                }
                _ => children,
            };
        }
        let mut children = Vec::new();
        let mut at = start;
        for piece in pieces {
            let (text, length) = match piece {
                Piece::Text(text) => (*text, text.len()),
                Piece::Shown(shown) => (shown.as_str(), shown.len() + "/**/".len()),
                Piece::Call(call) => (call.source, call.source.len()),
            };
            children.push(match piece {
                Piece::Call(call) => self.shortcode(call, block, depth + 1),
                _ => self.node("text", Some((at, at + length)), json!({ "value": text })),
            });
            at += length;
        }
        children
    }
}

fn kind(kind: ReferenceKind) -> &'static str {
    match kind {
        ReferenceKind::Shortcut => "shortcut",
        ReferenceKind::Collapsed => "collapsed",
        ReferenceKind::Full => "full",
    }
}

fn alignment(align: AlignKind) -> Option<&'static str> {
    match align {
        AlignKind::Left => Some("left"),
        AlignKind::Right => Some("right"),
        AlignKind::Center => Some("center"),
        AlignKind::None => None,
    }
}

/// The text of a node, and an end to it that calls nothing by itself.
fn flatten(node: Node) -> String {
    let mut text = String::new();
    let mut nodes = vec![node];
    while let Some(mut node) = nodes.pop() {
        match &node {
            Node::Text(node) => text.push_str(&node.value),
            Node::InlineCode(node) => text.push_str(&node.value),
            Node::Code(node) => text.push_str(&node.value),
            Node::Html(node) => text.push_str(&node.value),
            Node::Image(node) => text.push_str(&node.alt),
            _ => {}
        }
        if let Some(children) = node.children_mut() {
            nodes.extend(std::mem::take(children).into_iter().rev());
        }
    }
    text
}
