//! What somebody may send to hurt: for the tests, which look at what is answered, and
//! for `bench-abuse`, which measures what it takes.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// A body with a document alone.
#[must_use]
pub fn query(text: &str) -> Value {
    json!({ "query": text })
}

fn each(count: usize, write: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut all, number| {
        let _ = write!(all, "{} ", write(number));
        all
    })
}

#[must_use]
pub fn aliases(count: usize) -> String {
    format!("{{ {}}}", each(count, |number| format!("a{number}: site {{ title }}")))
}

#[must_use]
pub fn repeated(count: usize) -> String {
    format!("{{ site {{ {} }} }}", "title ".repeat(count))
}

/// Names that are near to many.
#[must_use]
pub fn unknown(count: usize) -> String {
    format!("{{ {}}}", each(count, |number| format!("articlesByTagOrCategory{number}")))
}

#[must_use]
pub fn deep(levels: usize) -> String {
    let (open, close) = ("parent { ".repeat(levels), " }".repeat(levels));
    format!("{{ categories {{ nodes {{ {open}name{close} }} }} }}")
}

/// Fragments that spread the next one twice.
#[must_use]
pub fn doubling(count: usize, on: &str, end: &str) -> String {
    let fragments = each(count, |number| {
        let next = number + 1;
        format!("fragment F{number} on {on} {{ ...F{next} ...F{next} }}")
    });
    format!("{fragments} fragment F{count} on {on} {{ {end} }}")
}

/// Lists in lists in lists.
pub const PAGES: &str = "{ tags(first: 100) { nodes { articles(first: 100) { nodes { title \
    tags { articles(first: 100) { nodes { title } } } } } } } }";
pub const CIRCLE: &str =
    "{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }";
pub const TYPES: &str =
    "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";

/// The schema as often as aliases are allowed.
#[must_use]
pub fn schemas(count: usize) -> String {
    let one = |number| {
        format!("a{number}: __schema {{ types {{ fields {{ type {{ fields {{ name }} }} }} }} }}")
    };
    format!("{{ {}}}", each(count, one))
}

/// A name that comes back with every row.
#[must_use]
pub fn long_name(bytes: usize) -> String {
    format!("{{ articles(first: 100) {{ nodes {{ {}: title }} }} }}", "a".repeat(bytes))
}

/// An argument that is copied, and quoted, once for each of many fields.
#[must_use]
pub fn long_argument(fields: usize, bytes: usize) -> Value {
    let one = |number| format!("a{number}: article(by: {{ id: $id }}) {{ id }}");
    json!({
        "query": format!("query($id: ID!) {{ {}}}", each(fields, one)),
        "variables": { "id": "\u{1}".repeat(bytes) },
    })
}

/// A list of so many numbers.
#[must_use]
pub fn values(count: usize) -> Value {
    json!({ "query": "{ site { title } }", "variables": { "a": vec![0; count] } })
}
