//! A menu as editors arrange it: a tree of entries, kept as one value.
//!
//! What an entry points at is kept by id, so that renaming changes nothing here.
//! The order of siblings is their weight's, which is what articles that ask for a
//! place, and Hugo, go by. Everything here is pure.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::DEPTH;
use crate::error::{UserError, UserErrorCode};
use crate::hugo::config::canonical_tag;

/// Entries of one menu, and bytes of a text or of the parameters of one.
const MOST: usize = 500;
const LONGEST: usize = 1000;
const BYTES: usize = 20_000;

/// An entry and what is below it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub id: Uuid,
    /// What entries of articles name as their parent; unique in a menu.
    pub identifier: String,
    /// None: what its target is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// By language tag.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub names: IndexMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub weight: i32,
    /// With Hugo's `pre` and `post`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Entry>,
}

/// What an entry points at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    Article(Uuid),
    Tag(Uuid),
    Category(Uuid),
    /// A term of another taxonomy.
    Term(Uuid),
    /// Its folder below the language; empty for the home page.
    Section(String),
    /// As it is used in `href`.
    Url(String),
}

/// All entries with those above them, from the top.
pub fn walk<'a>(entries: &'a [Entry], visit: &mut impl FnMut(&'a Entry, Option<&'a Entry>)) {
    fn below<'a>(
        entries: &'a [Entry],
        above: Option<&'a Entry>,
        visit: &mut impl FnMut(&'a Entry, Option<&'a Entry>),
    ) {
        for entry in entries {
            visit(entry, above);
            below(&entry.children, Some(entry), visit);
        }
    }
    below(entries, None, visit);
}

#[must_use]
pub fn targets(entries: &[Entry]) -> Vec<Target> {
    let mut found = Vec::new();
    walk(entries, &mut |entry, _| found.extend(entry.target.clone()));
    found
}

pub fn find_mut(entries: &mut [Entry], id: Uuid) -> Option<&mut Entry> {
    entries.iter_mut().find_map(|entry| {
        if entry.id == id { Some(entry) } else { find_mut(&mut entry.children, id) }
    })
}

/// Takes an entry out, with what is below it.
pub fn take(entries: &mut Vec<Entry>, id: Uuid) -> Option<Entry> {
    if let Some(at) = entries.iter().position(|entry| entry.id == id) {
        return Some(entries.remove(at));
    }
    entries.iter_mut().find_map(|entry| take(&mut entry.children, id))
}

/// Puts an entry among the children of another, or at the top: at a position, or
/// last. Gives it back where there is no such parent.
pub fn put(
    entries: &mut Vec<Entry>,
    parent: Option<Uuid>,
    position: Option<usize>,
    entry: Entry,
) -> Result<(), Box<Entry>> {
    let siblings = match parent {
        None => entries,
        Some(id) => match find_mut(entries, id) {
            Some(parent) => &mut parent.children,
            None => return Err(Box::new(entry)),
        },
    };
    let at = position.unwrap_or(siblings.len()).min(siblings.len());
    siblings.insert(at, entry);
    Ok(())
}

/// Makes weights say the order in which the entries stand: those that say it
/// already are left as they are. Hugo puts a weight of 0 last.
pub fn weigh(entries: &mut [Entry]) {
    let mut last = 0;
    for entry in entries {
        if entry.weight <= last {
            entry.weight = last + 1;
        }
        last = entry.weight;
        weigh(&mut entry.children);
    }
}

/// Gives entries that have no identifier one made from their name.
pub fn identify(entries: &mut [Entry]) {
    let mut taken = HashSet::new();
    walk(entries, &mut |entry, _| {
        taken.insert(entry.identifier.clone());
    });
    name(entries, &mut taken);
}

fn name(entries: &mut [Entry], taken: &mut HashSet<String>) {
    for entry in entries {
        if entry.identifier.is_empty() {
            let named = entry.name.clone().or_else(|| entry.names.values().next().cloned());
            let base = named.unwrap_or_else(|| "entry".to_owned());
            // One of so many is free.
            let free = std::iter::once(base.clone())
                .chain((2..taken.len() + 3).map(|number| format!("{base}-{number}")))
                .find(|name| !taken.contains(name));
            entry.identifier = free.unwrap_or(base);
            taken.insert(entry.identifier.clone());
        }
        name(&mut entry.children, taken);
    }
}

/// What is wrong with a tree; fields are named from `entries` on.
#[must_use]
pub fn mistakes(entries: &[Entry]) -> Vec<UserError> {
    let mut found =
        Mistakes { errors: Vec::new(), count: 0, ids: HashSet::new(), taken: HashSet::new() };
    found.look("entries", entries, 1);
    if found.count > MOST {
        let message = format!("a menu has {MOST} entries at most, and this has {}", found.count);
        found.errors.push(UserError::new("entries", UserErrorCode::Invalid, message));
    }
    found.errors
}

struct Mistakes<'a> {
    errors: Vec<UserError>,
    count: usize,
    ids: HashSet<Uuid>,
    taken: HashSet<&'a str>,
}

impl<'a> Mistakes<'a> {
    fn look(&mut self, field: &str, entries: &'a [Entry], depth: usize) {
        if depth > DEPTH && !entries.is_empty() {
            let message = format!("a menu is {DEPTH} entries deep at most");
            self.errors.push(UserError::new(field, UserErrorCode::Invalid, message));
            return;
        }
        for (at, entry) in entries.iter().enumerate() {
            let here = format!("{field}.{at}");
            self.count += 1;
            if !self.ids.insert(entry.id) {
                self.refuse(&here, "id", UserErrorCode::Invalid, "an entry stands in a menu once");
            }
            if !entry.identifier.is_empty() && !self.taken.insert(&entry.identifier) {
                let message = format!("another entry is identified by {:?}", entry.identifier);
                self.refuse(&here, "identifier", UserErrorCode::Taken, &message);
            }
            self.look_at(&here, entry);
            self.look(&format!("{here}.children"), &entry.children, depth + 1);
        }
    }

    fn look_at(&mut self, here: &str, entry: &Entry) {
        let line = |text: &str| text.len() <= LONGEST && !text.contains(char::is_control);
        let named = entry.name.iter().chain(entry.names.values());
        if named.clone().any(|name| name.trim().is_empty()) {
            self.refuse(here, "name", UserErrorCode::Required, "a name cannot be empty");
        }
        let short = format!("a text of one line, {LONGEST} bytes at most");
        if !named.clone().chain(&entry.title).all(|text| line(text)) {
            self.refuse(
                here,
                "name",
                UserErrorCode::Invalid,
                &format!("a name or title is {short}"),
            );
        }
        if !line(&entry.identifier) {
            let message = format!("an identifier is {short}");
            self.refuse(here, "identifier", UserErrorCode::Invalid, &message);
        }
        if let Some(tag) =
            entry.names.keys().find(|tag| canonical_tag(tag).as_deref() != Some(tag.as_str()))
        {
            let message = format!("{tag:?} is not a language tag, such as zh-CN");
            self.refuse(here, "names", UserErrorCode::Invalid, &message);
        }
        if Value::Object(entry.params.clone()).to_string().len() > BYTES {
            let message = format!("parameters are {BYTES} bytes of JSON at most");
            self.refuse(here, "params", UserErrorCode::Invalid, &message);
        }
        match &entry.target {
            None if entry.name.is_none() && entry.names.is_empty() => {
                let message = "an entry that points at nothing needs a name";
                self.refuse(here, "name", UserErrorCode::Required, message);
            }
            Some(Target::Url(url)) => {
                if entry.name.is_none() && entry.names.is_empty() {
                    let message = "an entry with an address needs a name";
                    self.refuse(here, "name", UserErrorCode::Required, message);
                }
                if !is_safe(url) || !line(url) {
                    let message = "an address begins with /, #, ?, http:, https:, mailto: or tel:";
                    self.refuse(here, "target.url", UserErrorCode::Invalid, message);
                }
            }
            Some(Target::Section(name)) if !line(name) => {
                let message = format!("a section is {short}");
                self.refuse(here, "target.section", UserErrorCode::Invalid, &message);
            }
            _ => {}
        }
    }

    fn refuse(&mut self, here: &str, field: &str, code: UserErrorCode, message: &str) {
        self.errors.push(UserError::new(&format!("{here}.{field}"), code, message));
    }
}

/// Addresses that a frontend can put into `href` unseen.
#[must_use]
pub fn is_safe(url: &str) -> bool {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    match scheme {
        // A colon behind any of these is no scheme's.
        Some(scheme) if !scheme.contains(['/', '?', '#']) => {
            ["http", "https", "mailto", "tel"].contains(&scheme.to_ascii_lowercase().as_str())
        }
        _ => !url.trim().is_empty() && !url.starts_with('\\') && !url.starts_with(' '),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, weight: i32, children: Vec<Entry>) -> Entry {
        Entry {
            id: Uuid::from_u128(name.bytes().fold(1, |sum, byte| sum * 256 + u128::from(byte))),
            identifier: String::new(),
            name: Some(name.to_owned()),
            names: IndexMap::new(),
            title: None,
            weight,
            params: Map::new(),
            target: None,
            children,
        }
    }

    fn said(entries: &[Entry]) -> String {
        let each = entries.iter().map(|entry| {
            let below = if entry.children.is_empty() {
                String::new()
            } else {
                format!("({})", said(&entry.children))
            };
            format!("{}{}{below}", entry.identifier, entry.weight)
        });
        each.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn weights_say_the_order_and_change_no_more_than_they_must() {
        let mut entries = vec![
            entry("a", 10, vec![entry("b", 0, vec![]), entry("c", 0, vec![])]),
            entry("d", 20, vec![]),
            entry("e", 15, vec![]),
            entry("a", -3, vec![]),
        ];
        weigh(&mut entries);
        identify(&mut entries);
        assert_eq!(said(&entries), "a10(b1 c2) d20 e21 a-222");
    }

    #[test]
    fn entries_are_moved_with_what_is_below_them() {
        let mut entries = vec![entry("a", 1, vec![entry("b", 1, vec![])]), entry("c", 2, vec![])];
        identify(&mut entries);
        let (a, c) = (entries[0].id, entries[1].id);
        let taken = take(&mut entries, a).unwrap();
        assert!(put(&mut entries, Some(a), None, taken.clone()).is_err(), "not below itself");
        put(&mut entries, Some(c), Some(7), taken).unwrap();
        assert_eq!(said(&entries), "c2(a1(b1))");
    }

    #[test]
    fn mistakes_name_their_place() {
        let url = |name: &str, url: &str| Entry {
            target: Some(Target::Url(url.to_owned())),
            ..entry(name, 1, vec![])
        };
        let mut deep = entry("x", 1, vec![]);
        for _ in 0..DEPTH {
            deep =
                Entry { id: Uuid::from_u128(deep.id.as_u128() + 1), ..entry("x", 1, vec![deep]) };
        }
        for (entries, place) in [
            (vec![entry("a", 1, vec![]), url("b", "https://example.org/a:b")], ""),
            (vec![url("a", "/a:b"), url("b", "#c"), url("c", "mailto:a@b.example")], ""),
            (vec![url("a", "javascript:alert(1)")], "entries.0.target.url"),
            (vec![url("a", "JavaScript:alert(1)")], "entries.0.target.url"),
            (vec![url("a", "data:text/html,x")], "entries.0.target.url"),
            (vec![url("a", " /x")], "entries.0.target.url"),
            (vec![url("a", "")], "entries.0.target.url"),
            (vec![entry("a", 1, vec![entry(" ", 1, vec![])])], "entries.0.children.0.name"),
            (vec![Entry { name: None, ..entry("a", 1, vec![]) }], "entries.0.name"),
            (vec![entry("a", 1, vec![]), entry("a", 1, vec![])], "entries.1.id"),
            (vec![deep], &format!("entries{}", ".0.children".repeat(DEPTH))),
        ] {
            let found: Vec<_> =
                mistakes(&entries).into_iter().map(|error| error.field.join(".")).collect();
            assert_eq!(found.join(" "), place);
        }
    }
}
