//! Where each value of a text stands, whatever its format.
//!
//! Invariant: positions are those of bytes in the text that was read, and lie
//! between characters.

use std::ops::Range;

use super::super::fold;

/// One value and its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// From its first byte to behind its last: quotes, brackets, the mark of a
    /// block text, its anchor and tag belong to it. Of what is written over
    /// several lines without brackets, the last line end does not.
    pub span: Range<usize>,
    pub kind: Kind,
    /// The number of its anchor in the document, for YAML.
    pub anchor: Option<usize>,
    /// Where the value proper begins, behind anchor and tag.
    pub bare: usize,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Scalar(Style),
    Alias(usize),
    List {
        flow: bool,
        slots: Vec<Slot>,
    },
    Map {
        flow: bool,
        slots: Vec<Slot>,
    },
    /// A table of TOML that has a line `[header]` of its own, or stands for those below it.
    Table(Vec<Slot>),
    /// `[[header]]` tables of TOML.
    Tables(Vec<Slot>),
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) enum Style {
    #[default]
    Plain,
    Single,
    Double,
    /// `|` in YAML.
    Literal,
    /// `>` in YAML.
    Folded,
    /// Three quotes in TOML.
    MultiSingle,
    MultiDouble,
}

/// A key with its value, or an item of a list.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// Empty for an item.
    pub key: String,
    /// Where the key or the dash begins; of an item in brackets the value.
    pub start: usize,
    /// Behind `:`, `=` or `-`; of an item in brackets `start`.
    pub mark: usize,
    pub value: Node,
}

impl Slot {
    pub fn end(&self) -> usize {
        self.value.span.end.max(self.mark)
    }
}

/// A key or the number of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

impl Node {
    pub fn slots(&self) -> &[Slot] {
        match &self.kind {
            Kind::List { slots, .. }
            | Kind::Map { slots, .. }
            | Kind::Table(slots)
            | Kind::Tables(slots) => slots,
            Kind::Scalar(_) | Kind::Alias(_) => &[],
        }
    }

    pub fn is_flow(&self) -> bool {
        matches!(self.kind, Kind::List { flow: true, .. } | Kind::Map { flow: true, .. })
    }

    /// The number of a slot: of several in one spelling the last.
    pub fn position(&self, step: &Step) -> Option<usize> {
        match step {
            Step::Item(number) => (*number < self.slots().len()).then_some(*number),
            Step::Key(key) => self.slots().iter().rposition(|slot| slot.key == *key),
        }
    }

    pub fn get(&self, path: &[Step]) -> Option<&Self> {
        path.iter().try_fold(self, |node, step| {
            let position = node.position(step)?;
            node.slots().get(position).map(|slot| &slot.value)
        })
    }

    /// It and all below it.
    pub fn visit<'a>(&'a self, seen: &mut impl FnMut(&'a Self)) {
        seen(self);
        for slot in self.slots() {
            slot.value.visit(seen);
        }
    }
}

/// A change of a text: what stands in the range becomes this.
#[derive(Debug, Clone)]
pub(super) struct Splice {
    pub range: Range<usize>,
    pub text: String,
}

impl Splice {
    pub fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }
}

/// Applies changes that do not overlap.
pub(super) fn splice(text: &str, mut splices: Vec<Splice>) -> Option<String> {
    splices.sort_by_key(|splice| (splice.range.start, splice.range.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for Splice { range, text: new } in &splices {
        out.push_str(text.get(at..range.start)?);
        out.push_str(new);
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// The start of the line that a position is in.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or_default().rfind(['\n', '\r']).map_or(0, |found| found + 1)
}

/// Behind the last character of a line that is no line end.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.find(['\n', '\r']).unwrap_or(rest.len())
}

/// The start of the next line.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    let end = line_end(text, at);
    let rest = text.get(end..).unwrap_or_default();
    end + if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) }
}

/// How a line ends: as itself, or as any other line where it is the last.
pub(super) fn end_of_line<'a>(text: &'a str, at: usize, default: &'a str) -> &'a str {
    let end = line_end(text, at);
    let found = text.get(end..next_line(text, at)).unwrap_or_default();
    if !found.is_empty() {
        return found;
    }
    let end = line_end(text, 0);
    let first = text.get(end..next_line(text, 0)).unwrap_or_default();
    if first.is_empty() { default } else { first }
}

/// What stands before a position in its line, where that is only spaces.
pub(super) fn indent_of(text: &str, at: usize) -> Option<&str> {
    let before = text.get(line_start(text, at)..at)?;
    before.bytes().all(|byte| matches!(byte, b' ' | b'\t')).then_some(before)
}

/// The place where the comment lines right above a line begin, none of them
/// before `floor` or deeper than the line itself.
pub(super) fn with_comments(text: &str, line: usize, floor: usize) -> usize {
    let depth = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let here = depth(text.get(line..line_end(text, line)).unwrap_or_default());
    let mut start = line;
    while start > floor {
        let before = text.get(..start).unwrap_or_default();
        let before = before.strip_suffix('\n').unwrap_or(before);
        let before = before.strip_suffix('\r').unwrap_or(before);
        let above = line_start(text, before.len());
        let content = text.get(above..before.len()).unwrap_or_default();
        if above < floor || !content.trim_start().starts_with('#') || depth(content) > here {
            break;
        }
        start = above;
    }
    start
}

/// The slot of a key in any case, and how it is written.
pub(super) fn spelling<'a>(keys: impl DoubleEndedIterator<Item = &'a String>, key: &str) -> String {
    let mut keys = keys.rev();
    keys.find(|name| fold::same(name, key)).map_or_else(|| key.to_owned(), Clone::clone)
}
