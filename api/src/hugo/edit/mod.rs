//! Editing front matter without touching what was not edited.
//!
//! [`apply`] takes the front matter of a file and what should become of it,
//! and changes the lines of those values alone, in the file's own style.
//! [`fresh`] writes the front matter of a new article as its neighbours are
//! written, which [`House`] has learned.
//!
//! | module | what it knows |
//! |---|---|
//! | [`intend`] | the document that an edit asks for |
//! | [`diff`] | the single changes that make one document of another |
//! | [`tree`], [`yaml_tree`], [`toml_tree`], [`json_tree`] | where each value stands, as one kind of [`node`] |
//! | [`text`] | one change in one text: who makes it, in what style |
//! | [`yaml_block`], [`toml_block`], [`flow`] | lines by indentation, lines under headers, brackets of all formats |
//! | [`anchor`] | values of YAML that several keys share |
//! | [`write`], [`date`] | values as text, dates in the spelling of others |
//! | [`house`] | what neighbours look like |
//!
//! Invariants: pure, bytes in and bytes out; what comes out is parsed again and
//! equals the old document with the edits done; every line that belongs to no
//! edited value is the same byte for byte; text that fails either is never
//! given out.
//!
//! # What a writer should know
//!
//! - A moment (`2021-03-04T05:06:07Z`) that takes the place of a date at the
//!   first level is the same moment, in the spelling of that date.
//! - TOML has no null: a key that is set to null is removed.
//! - What one key shares with another by an anchor stays the other's: the first
//!   alias gets the value and the anchor, and its key is in `rewritten`.
//! - Of a key in two spellings, `Title` and `title`, the last one is edited,
//!   which is the one that counts; removing removes all of them.

mod anchor;
mod date;
mod diff;
mod flow;
mod house;
mod intend;
mod json_tree;
mod node;
mod text;
mod toml_block;
mod toml_tree;
mod tree;
mod write;
mod yaml_block;
mod yaml_tree;

#[cfg(test)]
mod corpora_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use self::diff::{Change, Op, diff};
pub use self::house::House;
use self::node::Step;
use self::text::Pen;
use super::front_matter::{self, Format, Source};
use super::problem::Problem;

/// What should become of one value.
///
/// A path names a key and the keys nested below it, in any case. What is below
/// a list is changed by setting the whole list: items that stay keep their lines.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// The value is this, whether or not there was one.
    Set { path: Vec<String>, value: Value },
    /// There is no such key; that it was not there is no error.
    Remove { path: Vec<String> },
}

/// Front matter after edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// All before the body, as [`super::front_matter::split`] gives it.
    pub front_matter: Vec<u8>,
    /// Keys of which more had to be written anew than the value that was
    /// edited, as `params.menu`.
    pub rewritten: Vec<String>,
}

/// Applies edits, in their order, to the front matter of a file.
///
/// `front_matter` is all before the body. A file without any gets one in the
/// style of its neighbours. Fails, with the line, when the front matter cannot be
/// read, or when it cannot be made to say what the edits want.
pub fn apply(front_matter: &[u8], edits: &[Edit], house: &House) -> Result<Edited, Problem> {
    let source = front_matter::split(front_matter)?;
    let mut value = Value::Object(front_matter::parse(&source)?);
    if source.format == Format::None {
        let mut intended = value.clone();
        for edit in edits {
            intended = intend::intended(&intended, edit, house.format(), house);
        }
        let entries: IndexMap<_, _> = match intended {
            Value::Object(map) => map.into_iter().collect(),
            _ => IndexMap::new(),
        };
        let mut out = source.front_matter.to_vec();
        if !entries.is_empty() {
            out.extend(fresh(&entries, house));
        }
        out.extend_from_slice(source.body);
        return Ok(Edited { front_matter: out, rewritten: Vec::new() });
    }
    let own = House::learn([source.front_matter]);
    let pen = Pen { format: source.format, house, own: &own };
    let frame = Frame::new(front_matter, &source);
    let mut text = source.text.to_owned();
    let mut rewritten = Vec::new();
    for edit in edits {
        let intended = intend::intended(&value, edit, source.format, house);
        if intended == value {
            continue;
        }
        let (changed, keys) =
            step(&frame, &pen, &text, &value, &intended).ok_or_else(|| refused(&source, edit))?;
        text = changed;
        value = intended;
        rewritten.extend(keys.into_iter().filter(|key| !key.is_empty()));
    }
    rewritten.sort();
    rewritten.dedup();
    Ok(Edited { front_matter: frame.around(&text), rewritten })
}

fn refused(source: &Source, edit: &Edit) -> Problem {
    let (Edit::Set { path, .. } | Edit::Remove { path }) = edit;
    let key = path.join(".");
    Problem::at(
        source.text_line,
        1,
        format!("`{key}` cannot be changed in this front matter; change it in the file"),
    )
}

/// What stands around the text of a front matter.
struct Frame<'a> {
    format: Format,
    before: &'a [u8],
    behind: &'a [u8],
}

impl<'a> Frame<'a> {
    fn new(front_matter: &'a [u8], source: &Source<'a>) -> Self {
        let start = source.text.as_ptr().addr().saturating_sub(front_matter.as_ptr().addr());
        let (before, rest) = front_matter.split_at(start.min(front_matter.len()));
        let (_, behind) = rest.split_at(source.text.len().min(rest.len()));
        Self { format: source.format, before, behind }
    }

    fn around(&self, text: &str) -> Vec<u8> {
        [self.before, text.as_bytes(), self.behind].concat()
    }

    /// Whether a text, put in its place, is read as this document.
    fn says(&self, text: &str, intended: &Value) -> bool {
        let whole = self.around(text);
        let Ok(source) = front_matter::split(&whole) else {
            return false;
        };
        source.format == self.format
            && source.text == text
            && front_matter::parse(&source).is_ok_and(|map| same(&Value::Object(map), intended))
    }
}

/// Whether two documents are one. The last digit of a long float is read back
/// differently from JSON, though it is written right.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|o| same(value, o)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Number(one), Value::Number(other)) if one.is_f64() && other.is_f64() => {
            let (one, other) = (one.as_f64().unwrap_or(0.0), other.as_f64().unwrap_or(0.0));
            (one - other).abs() <= f64::EPSILON * 2.0 * one.abs()
        }
        (one, other) => one == other,
    }
}

/// Makes one document of another, in the narrowest way that holds.
fn step(
    frame: &Frame<'_>,
    pen: &Pen<'_>,
    text: &str,
    old: &Value,
    intended: &Value,
) -> Option<(String, Vec<String>)> {
    let mut ops = Vec::new();
    diff(old, intended, &mut Vec::new(), &mut ops);
    let narrow = all(pen, text, old, &ops).filter(|(text, _)| frame.says(text, intended));
    if narrow.is_some() {
        return narrow;
    }
    // Wider and wider, up to the whole of each key of the first level.
    let deepest = ops.iter().map(|op| op.path.len()).max().unwrap_or(1);
    for depth in (1..=deepest).rev() {
        let mut wide: Vec<Op> = Vec::new();
        for op in &ops {
            let path = op.path.get(..depth.min(op.path.len()))?.to_vec();
            if wide.iter().any(|other| other.path == path) {
                continue;
            }
            let change = at(intended, &path).map_or(Change::Delete, |new| Change::Put(new.clone()));
            wide.push(Op { path, change });
        }
        let names = wide.iter().map(|op| text::named(&op.path));
        let written = all(pen, text, old, &wide).filter(|(text, _)| frame.says(text, intended));
        if let Some((text, keys)) = written {
            return Some((text, names.chain(keys).collect()));
        }
    }
    let mut changed = text.to_owned();
    let mut keys: Vec<String> = Vec::new();
    for op in &ops {
        let Some(Step::Key(key)) = op.path.first() else {
            return None;
        };
        if let Some(value) = intended.get(key).filter(|_| !keys.contains(key)) {
            changed = pen.rewrite(&changed, key, value)?;
            keys.push(key.clone());
        }
    }
    frame.says(&changed, intended).then_some((changed, keys))
}

fn all(pen: &Pen<'_>, text: &str, old: &Value, ops: &[Op]) -> Option<(String, Vec<String>)> {
    let mut text = text.to_owned();
    let mut keys = Vec::new();
    for op in ops {
        let (unshared, moved) = pen.detached(&text, old, op)?;
        let before = at(old, &op.path).cloned().unwrap_or_default();
        text = pen.change(&unshared, &before, op)?;
        keys.extend(moved);
    }
    Some((text, keys))
}

fn at<'a>(value: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Item(number) => value.get(number),
    })
}

/// The front matter of a new article, delimiters and line end included.
///
/// Null values are left out of TOML, which has none.
#[must_use]
pub fn fresh(entries: &IndexMap<String, Value>, house: &House) -> Vec<u8> {
    let map: Map<String, Value> =
        entries.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    let map = house::ordered(&map, "", house);
    let nothing = House::default();
    let format = house.format();
    let pen = Pen { format, house, own: &nothing };
    let map = intend::spelled(map, format, house);
    pen.fresh(&map).into_bytes()
}
