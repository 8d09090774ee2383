//! One text of front matter, and how one change is made in it.

use std::borrow::Cow;

use serde_json::Value;

use super::super::front_matter::Format;
use super::super::yaml;
use super::diff::{Change, Op};
use super::house::{House, join, place};
use super::node::{Kind, Node, Splice, Step, line_end, line_start, splice};
use super::write::{self, Look};
use super::{anchor, flow, toml_block, tree, yaml_block};

/// What an edit is made with.
#[derive(Clone, Copy)]
pub(super) struct Pen<'a> {
    pub format: Format,
    pub house: &'a House,
    /// What the file itself is like.
    pub own: &'a House,
}

impl<'a> Pen<'a> {
    fn look(&self, path: &[Step]) -> Look<'a> {
        let mut look = self.house.look(&named(path), self.own, self.format);
        if self.format == Format::Toml {
            look.flow = true;
        }
        look
    }

    /// The text with anchors moved out of the way of a change, and the keys that got them.
    pub fn detached(&self, text: &str, value: &Value, op: &Op) -> Option<(String, Vec<String>)> {
        let unshared = || (text.to_owned(), Vec::new());
        if self.format != Format::Yaml || !text.contains('&') || !text.contains('*') {
            return Some(unshared());
        }
        let base = yaml::readable(text);
        let Some(root) = tree::read(self.format, &base) else {
            return Some(unshared());
        };
        let whole = !matches!(op.change, Change::Insert(_));
        let look = self.look(&[]);
        let (splices, keys) = anchor::detach(&base, &root, value, &op.path, whole, look)?;
        Some((spliced(text, &base, splices)?, keys))
    }

    /// The text with a change made.
    pub fn change(&self, text: &str, old: &Value, op: &Op) -> Option<String> {
        let base = self.base(text);
        let root = tree::read(self.format, &base);
        let splices = self.splices(&base, root.as_ref(), old, op)?;
        spliced(text, &base, splices)
    }

    /// The text with the lines of a key of the first level written anew.
    pub fn rewrite(&self, text: &str, key: &str, value: &Value) -> Option<String> {
        let base = self.base(text);
        let root = tree::read(self.format, &base)?;
        let step = Step::Key(key.to_owned());
        let slot = root.slots().get(root.position(&step)?)?;
        let look = self.look(std::slice::from_ref(&step));
        if self.format != Format::Yaml || root.is_flow() {
            return None;
        }
        let lines = line_start(&base, slot.start)..line_end(&base, slot.end());
        let indent = super::node::indent_of(&base, slot.start)?;
        let entry = write::yaml_entry(key, value, look, indent)?;
        spliced(text, &base, vec![Splice::new(lines, entry)])
    }

    /// The text that positions are of: YAML that only Hugo reads is mended first.
    fn base<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.format == Format::Yaml { yaml::readable(text) } else { Cow::Borrowed(text) }
    }

    fn splices(
        &self,
        text: &str,
        root: Option<&Node>,
        old: &Value,
        op: &Op,
    ) -> Option<Vec<Splice>> {
        let (last, above) = op.path.split_last()?;
        let Some(root) = root else {
            return self.first(text, op);
        };
        let parent = root.get(above)?;
        let number = parent.position(last);
        match &op.change {
            Change::Put(value) => {
                if let Some(number) = number {
                    return self.put(text, root, parent, number, old, &op.path, value);
                }
                let Step::Key(key) = last else {
                    return None;
                };
                let keys: Vec<_> = parent.slots().iter().map(|slot| slot.key.clone()).collect();
                let at = place(&keys, key, &self.house.order(&named(above)));
                self.insert(text, parent, at, Some(key), &op.path, value)
            }
            Change::Insert(value) => {
                let Step::Item(number) = last else {
                    return None;
                };
                self.insert(text, parent, *number, None, &op.path, value)
            }
            Change::Delete => self.delete(text, root, parent, number?, &op.path),
        }
    }

    /// The first key of a front matter that has none.
    fn first(&self, text: &str, op: &Op) -> Option<Vec<Splice>> {
        let (Change::Put(value), [Step::Key(key)]) = (&op.change, op.path.as_slice()) else {
            return None;
        };
        let entry = write::yaml_entry(key, value, self.look(&op.path), "")?;
        let look = self.look(&[]);
        let open = if text.is_empty() || text.ends_with(['\n', '\r']) { "" } else { look.line_end };
        let written = format!("{open}{entry}{}", look.line_end);
        (self.format == Format::Yaml).then(|| vec![Splice::new(text.len()..text.len(), written)])
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a place has a text, a tree, a parent and a path"
    )]
    fn put(
        &self,
        text: &str,
        root: &Node,
        parent: &Node,
        number: usize,
        old: &Value,
        path: &[Step],
        value: &Value,
    ) -> Option<Vec<Splice>> {
        let slot = parent.slots().get(number)?;
        let mut look = self.look(path);
        // A text that was one keeps its style; a list that was one keeps its form.
        if let (Kind::Scalar(style), true) = (&slot.value.kind, old.is_string()) {
            let datetime = self.format == Format::Toml
                && *style == super::node::Style::Plain
                && !value.as_str().is_some_and(write::is_toml_date);
            if !datetime {
                look.style = *style;
            }
        }
        if let (Kind::List { flow, .. }, true) = (&slot.value.kind, !slot.value.slots().is_empty())
        {
            look.flow = *flow;
        }
        if parent.is_flow() {
            return flow::put(text, slot, value, look);
        }
        match self.format {
            Format::Toml => toml_block::put(text, root, path, slot, value, look),
            _ => yaml_block::put(text, parent, slot, value, look),
        }
    }

    fn insert(
        &self,
        text: &str,
        parent: &Node,
        at: usize,
        key: Option<&str>,
        path: &[Step],
        value: &Value,
    ) -> Option<Vec<Splice>> {
        let look = self.look(path);
        match &parent.kind {
            Kind::List { flow: true, .. } | Kind::Map { flow: true, .. } => {
                flow::insert(text, parent, at, key, value, look)
            }
            Kind::List { .. } | Kind::Map { .. } => {
                yaml_block::insert(text, parent, at, key, value, look)
            }
            Kind::Table(_) | Kind::Tables(_) => {
                toml_block::insert(text, parent, at, path, value, look)
            }
            Kind::Scalar(_) | Kind::Alias(_) => None,
        }
    }

    fn delete(
        &self,
        text: &str,
        root: &Node,
        parent: &Node,
        number: usize,
        path: &[Step],
    ) -> Option<Vec<Splice>> {
        let slot = parent.slots().get(number)?;
        match &parent.kind {
            Kind::List { flow: true, .. } | Kind::Map { flow: true, .. } => {
                flow::remove(text, parent, number)
            }
            Kind::Table(_) | Kind::Tables(_) => Some(toml_block::remove(text, slot)),
            Kind::List { .. } | Kind::Map { .. } if parent.slots().len() == 1 && path.len() > 1 => {
                // Nothing is left of it but its brackets.
                let (_, above) = path.split_last()?;
                let list = matches!(parent.kind, Kind::List { .. });
                let empty = if list {
                    Value::Array(Vec::new())
                } else {
                    Value::Object(serde_json::Map::new())
                };
                let (last, outer) = above.split_last()?;
                let outer = root.get(outer)?;
                let slot = outer.slots().get(outer.position(last)?)?;
                yaml_block::put(text, outer, slot, &empty, self.look(above))
            }
            Kind::List { .. } | Kind::Map { .. } => yaml_block::remove(text, parent, number),
            Kind::Scalar(_) | Kind::Alias(_) => None,
        }
    }
}

/// Changes of the text that positions are of, made in the text itself.
fn spliced(text: &str, base: &str, splices: Vec<Splice>) -> Option<String> {
    if text == base {
        return splice(text, splices);
    }
    // Mending neither adds lines nor removes any.
    let own = splices
        .into_iter()
        .map(|splice| {
            let start = translate(base, text, splice.range.start)?;
            let end = translate(base, text, splice.range.end)?;
            let indent = indented(base, text, splice.range.start);
            (start <= end).then(|| Splice::new(start..end, outdented(&splice.text, indent)))
        })
        .collect::<Option<Vec<_>>>()?;
    splice(text, own)
}

/// By how many spaces more the line of a position begins than in another text with the
/// same lines.
fn indented(base: &str, text: &str, at: usize) -> usize {
    let line = base.get(..at).unwrap_or_default().matches('\n').count();
    let spaces = |text: &str| {
        let line = text.split('\n').nth(line).unwrap_or_default();
        line.len() - line.trim_start_matches(' ').len()
    };
    spaces(base).saturating_sub(spaces(text))
}

/// A text whose lines, but for the first, begin so many spaces further left.
fn outdented(text: &str, by: usize) -> String {
    let mut lines = text.split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let spaces = line.len() - line.trim_start_matches(' ').len();
        out.push('\n');
        out.push_str(line.get(spaces.min(by)..).unwrap_or_default());
    }
    out
}

/// A path as the house knows it.
pub(super) fn named(path: &[Step]) -> String {
    path.iter().fold(String::new(), |path, step| match step {
        Step::Key(key) => join(&path, key),
        Step::Item(_) => format!("{path}[]"),
    })
}

/// A position of one text in another with the same lines, where the line is
/// the same up to there, or from there on.
fn translate(from: &str, to: &str, at: usize) -> Option<usize> {
    let start = line_start(from, at);
    let line = from.get(..start)?.bytes().filter(|byte| *byte == b'\n').count();
    let own = to.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
    let whole = to.get(own..)?.split_inclusive('\n').next().unwrap_or_default();
    let (before, behind) = (from.get(start..at)?, from.get(at..)?);
    let behind = behind.split_inclusive('\n').next().unwrap_or_default();
    if whole.starts_with(before) {
        Some(own + before.len())
    } else if whole.ends_with(behind) {
        Some(own + whole.len() - behind.len())
    } else {
        None
    }
}

impl Pen<'_> {
    /// The whole front matter of a new file.
    pub fn fresh(&self, map: &serde_json::Map<String, Value>) -> String {
        let end = self.house.line_end();
        let mut out = String::new();
        match self.format {
            Format::Json => {
                let value = Value::Object(map.clone());
                let look = Look { flow: self.look(&[]).flow, ..self.look(&[]) };
                out.push_str(&write::json(&value, look, "").unwrap_or_else(|| value.to_string()));
                out.push_str(end);
                return out;
            }
            Format::Toml => {
                out.push_str("+++");
                out.push_str(end);
                let (tables, plain): (Vec<_>, Vec<_>) =
                    map.iter().partition(|(_, value)| write::is_toml_table(value));
                for (key, value) in plain.into_iter().chain(tables) {
                    let look = self.look(&[Step::Key(key.clone())]);
                    let one = serde_json::Map::from_iter([(key.clone(), value.clone())]);
                    let mut lines = String::new();
                    if write::toml_entries(&one, look, &[], &mut lines).is_some() {
                        if write::is_toml_table(value) {
                            out.push_str(end);
                        }
                        out.push_str(&lines);
                    }
                }
                out.push_str("+++");
            }
            Format::Yaml | Format::None => {
                out.push_str("---");
                out.push_str(end);
                for (key, value) in map {
                    let look = self.look(&[Step::Key(key.clone())]);
                    if let Some(entry) = write::yaml_entry(key, value, look, "") {
                        out.push_str(&entry);
                        out.push_str(end);
                    }
                }
                out.push_str("---");
            }
        }
        out.push_str(end);
        out
    }
}
