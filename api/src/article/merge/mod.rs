//! Bringing two saves of one article together: pure, without a database.
//!
//! Three states go in: *base*, which both sides started from, *mine* and
//! *theirs*. Each field is merged by what it is made of ([`Kind`]). A field that
//! only one side changed is that side's; what both changed is taken apart
//! further, into keys, elements or blocks of text, and where the same piece was
//! changed in two ways there is no answer: that is a conflict, and for people.
//!
//! **Invariants.** Merging invents nothing and forgets nothing: what either side
//! added is in the answer, what either side took away is not in it, and what
//! neither touched stays. Who is called mine matters for one thing alone: of what
//! both added to a set in one place, theirs stands first.
//!
//! To add a field that is more than one value: a line in [`Kind::of`].

mod blocks;
mod keyed;
mod three;
pub mod words;

#[cfg(test)]
mod tests;

use chrono::DateTime;
use indexmap::IndexMap;
use serde_json::{Map, Value};

/// The fields of an article by their names in an input, terms as ids.
pub type Fields = Map<String, Value>;

/// What a field is made of, and so what is merged.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// One value, which is not taken apart.
    One,
    /// Values that are each there or not, known by a part of them.
    Set(fn(&Value) -> String),
    /// Values in an order that matters, perhaps repeated.
    List,
    /// Values by key, which may be maps again.
    Map,
    /// Values by key, each a set of texts.
    Sets,
    /// A moment that says how new the rest is: the later one holds for both.
    Latest,
    /// Markdown.
    Text,
}

impl Kind {
    fn of(field: &str) -> Self {
        match field {
            "body" => Self::Text,
            "params" => Self::Map,
            "terms" => Self::Sets,
            "widgets" => Self::List,
            "lastModified" => Self::Latest,
            "tags" | "categories" | "aliases" => Self::Set(Value::to_string),
            "authors" => Self::Set(|author| author["name"].to_string()),
            "menus" => Self::Set(|place| {
                let name = if place["identifier"].is_null() {
                    &place["name"]
                } else {
                    &place["identifier"]
                };
                format!("{} {name}", place["menu"])
            }),
            _ => Self::One,
        }
    }
}

/// What both sides together make of each field that one of them has; `None`
/// where they cannot be brought together.
#[must_use]
pub fn fields(base: &Fields, mine: &Fields, theirs: &Fields) -> IndexMap<String, Option<Value>> {
    let names = theirs.keys().chain(mine.keys().filter(|name| !theirs.contains_key(*name)));
    names
        .map(|name| {
            let of = |side: &Fields| side.get(name).cloned().unwrap_or_default();
            (name.clone(), field(name, &of(base), &of(mine), &of(theirs)))
        })
        .collect()
}

fn field(name: &str, base: &Value, mine: &Value, theirs: &Value) -> Option<Value> {
    let parts = match (Kind::of(name), base, mine, theirs) {
        (Kind::Text, Value::String(base), Value::String(mine), Value::String(theirs)) => {
            return blocks::merge(base, mine, theirs).map(Value::String);
        }
        (Kind::Map, Value::Object(base), Value::Object(mine), Value::Object(theirs)) => {
            return keyed::maps(base, mine, theirs).map(Value::Object);
        }
        (Kind::Sets, Value::Object(base), Value::Object(mine), Value::Object(theirs)) => {
            return keyed::each_set(base, mine, theirs).map(Value::Object);
        }
        (Kind::Set(key), Value::Array(base), Value::Array(mine), Value::Array(theirs)) => {
            keyed::sets(key, base, mine, theirs)
        }
        (Kind::List, Value::Array(base), Value::Array(mine), Value::Array(theirs)) => {
            list(base, mine, theirs)
        }
        (Kind::Latest, ..) => return one(base, mine, theirs).or_else(|| latest(mine, theirs)),
        _ => return one(base, mine, theirs),
    };
    parts.map(Value::Array)
}

/// The side that changed, where only one did or both did the same.
fn one<T: PartialEq + Clone>(base: &T, mine: &T, theirs: &T) -> Option<T> {
    if mine == base || mine == theirs {
        Some(theirs.clone())
    } else if theirs == base {
        Some(mine.clone())
    } else {
        None
    }
}

/// The later of two moments; none where one of them is none.
fn latest(mine: &Value, theirs: &Value) -> Option<Value> {
    let moment = |value: &Value| DateTime::parse_from_rfc3339(value.as_str()?).ok();
    Some(if moment(mine)? > moment(theirs)? { mine } else { theirs }.clone())
}

fn list(base: &[Value], mine: &[Value], theirs: &[Value]) -> Option<Vec<Value>> {
    // JSON values cannot be hashed; their texts can.
    let texts = |values: &[Value]| values.iter().map(Value::to_string).collect::<Vec<_>>();
    let merged = three::merge(&texts(base), &texts(mine), &texts(theirs))?;
    merged.iter().map(|text| serde_json::from_str(text).ok()).collect()
}
