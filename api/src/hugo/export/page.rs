//! One page: its file as it was, and what it should be now.
//!
//! Invariants: where nothing was edited the bytes are those that were imported;
//! what was edited is read again by the import's own code and equals what was
//! meant, or it is a problem and the file stays as it was.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};
use entity::Timestamp;
use indexmap::IndexMap;
use serde_json::Value;
use uuid::Uuid;

use super::body;
use super::diff::{self, Diff, Edits};
use super::parsed::Parsed;
use super::site::Site;
use crate::article::content::Content;
use crate::hugo::edit::{self, House};
use crate::hugo::fold;
use crate::hugo::problem::Problem;
use crate::hugo::tree::{Entry, EntryKind, Kind};

/// What a page should say.
#[derive(Debug)]
pub struct Target {
    pub content: Content,
    pub markdown: String,
    pub draft: bool,
    /// When the public sees it; none of a draft and of what has no such moment.
    pub from: Option<Timestamp>,
    /// Whether nothing was saved since it was imported.
    pub is_imported_version: bool,
}

/// What became of a file.
#[derive(Debug)]
pub struct Written {
    pub bytes: Vec<u8>,
    /// Fields that were edited, by the names of an article's JSON.
    pub fields: BTreeSet<String>,
    /// Keys that had to be written anew as a whole.
    pub rewritten: Vec<String>,
    /// Whether the body's bytes are those of the Markdown.
    pub plain_body: bool,
}

/// Makes the file of a page; none where it is what it was.
///
/// `moved` is where the file lies now, if that is not where it was; `was` what
/// the article said when it was imported, `now` the moment that counts as now.
pub fn write(
    site: &Site,
    (entry, moved): (&Entry, Option<&Entry>),
    bytes: &[u8],
    was: Option<&Content>,
    target: &Target,
    now: Timestamp,
    house: &House,
) -> Result<Option<Written>, Problem> {
    let parsed = match Parsed::of(site, entry, bytes) {
        Ok(parsed) => parsed,
        Err(problem) => return Err(problem.in_file(&entry.relative)),
    };
    let was = was.unwrap_or(&parsed.content);
    let names = names(site, entry, &parsed, was, &target.content);
    let diff = Diff {
        config: &site.config,
        entry,
        parsed: &parsed,
        was,
        is: &target.content,
        names: &names,
        draft: target.draft,
    };
    // What follows from the edits is only known when they are made.
    let mut edits = diff.edits(!target.is_imported_version);
    let mut text = None;
    if !target.is_imported_version && !body::same(&target.markdown, &parsed.markdown) {
        let old = bytes.get(parsed.body.clone()).unwrap_or_default();
        text = Some(body::merge(old, &target.markdown));
        edits.fields.insert("body".to_owned());
    }
    let make = |edits: &Edits| assemble(&parsed, bytes, edits, text.as_deref(), house);
    let place = moved.unwrap_or(entry);
    if moved.is_some() {
        edits.fields.insert("directory".to_owned());
    }
    let mut written = None;
    if !edits.fields.is_empty() {
        written = Some(make(&edits)?);
    }
    let moment = match &written {
        None => parsed.content.publish_at.or(parsed.content.date),
        Some(written) => {
            let read = Parsed::of(site, place, &written.bytes).map_err(unreadable)?;
            read.content.publish_at.or(read.content.date)
        }
    };
    let opens = opens(moment, target, now);
    if let Some(at) = opens {
        diff.publish_at(&mut edits, at);
        written = Some(make(&edits)?);
    }
    let Some(mut written) = written else { return Ok(None) };
    written.fields.clone_from(&edits.fields);
    if let Some(field) = edits.impossible.first() {
        return Err(Problem::new(format!(
            "`{field}` was changed, and no key of a Hugo page holds it; the file stays as it was"
        )));
    }
    let read = Parsed::of(site, place, &written.bytes).map_err(unreadable)?;
    let expected = Expected { was: &parsed, target, names: &names, fields: &edits.fields, opens };
    match expected.differs(&read) {
        None => {
            written.plain_body = is_plain(&written.bytes, &read, target);
            Ok(Some(written))
        }
        Some(field) => Err(Problem::new(format!(
            "`{field}` cannot be written so that Hugo reads it as it is here; the file stays as it was"
        ))),
    }
}

fn assemble(
    parsed: &Parsed,
    bytes: &[u8],
    edits: &Edits,
    text: Option<&[u8]>,
    house: &House,
) -> Result<Written, Problem> {
    let (front_matter, old) = bytes.split_at(parsed.body.start.min(bytes.len()));
    let edited = edit::apply(front_matter, &edits.list, house)?;
    let mut all = edited.front_matter;
    all.extend_from_slice(text.unwrap_or(old));
    let rewritten = edited.rewritten;
    Ok(Written { bytes: all, fields: BTreeSet::new(), rewritten, plain_body: false })
}

/// Whether a file ends in the bytes of its article's text.
fn is_plain(bytes: &[u8], read: &Parsed, target: &Target) -> bool {
    bytes.get(read.body.clone()) == Some(target.markdown.as_bytes())
}

fn unreadable(mut problem: Problem) -> Problem {
    problem.message.insert_str(0, "the edited file could not be read again: ");
    problem
}

/// The moment to write down, where the public would see the page at another
/// time than it should; `moment` is when it would.
pub(super) fn opens(
    moment: Option<DateTime<FixedOffset>>,
    target: &Target,
    now: Timestamp,
) -> Option<DateTime<FixedOffset>> {
    let from = target.from.filter(|_| !target.draft)?;
    let opens = moment.map_or(Timestamp::UNDATED, Timestamp::from);
    // What is past makes no difference to anybody.
    if opens == from || (opens <= now && from <= now) {
        return None;
    }
    let offset = moment.map_or_else(|| FixedOffset::east_opt(0), |moment| Some(*moment.offset()));
    offset.map(|offset| from.utc().with_timezone(&offset))
}

fn has_taxonomy(site: &Site, entry: &Entry, taxonomy: &str) -> bool {
    site.config.rules.taxonomies(&entry.language).values().any(|plural| plural == taxonomy)
}

/// The first of an article's taxonomies that the site does not have: to Hugo its terms
/// would be a parameter.
pub fn homeless<'a>(site: &Site, entry: &Entry, content: &'a Content) -> Option<&'a str> {
    let mut named = content.terms.iter().filter(|(_, ids)| !ids.is_empty());
    named.find(|(taxonomy, _)| !has_taxonomy(site, entry, taxonomy)).map(|(name, _)| name.as_str())
}

/// What the file should call the article's terms.
fn names(
    site: &Site,
    entry: &Entry,
    parsed: &Parsed,
    was: &Content,
    is: &Content,
) -> IndexMap<String, Vec<String>> {
    // Terms of sections and terms are their files' alone.
    if !matches!(entry.kind, EntryKind::Content(Kind::Page)) {
        return parsed.terms.clone();
    }
    let rules = &site.config.rules;
    let language = crate::hugo::settings::tag(&site.config, &entry.language);
    let mut taxonomies: Vec<&String> = parsed.terms.keys().collect();
    for taxonomy in is.terms.keys() {
        if !taxonomies.contains(&taxonomy) && has_taxonomy(site, entry, taxonomy) {
            taxonomies.push(taxonomy);
        }
    }
    let nothing: Vec<Uuid> = Vec::new();
    taxonomies
        .into_iter()
        .map(|taxonomy| {
            let before = was.terms.get(taxonomy);
            let now = is.terms.get(taxonomy).unwrap_or(&nothing);
            let names =
                site.terms.names(rules, language, taxonomy, parsed.names(taxonomy), before, now);
            (taxonomy.clone(), names)
        })
        .collect()
}

/// What a file must say that was edited.
struct Expected<'a> {
    was: &'a Parsed,
    target: &'a Target,
    names: &'a IndexMap<String, Vec<String>>,
    fields: &'a BTreeSet<String>,
    /// When it should go live, where that had to be written down.
    opens: Option<DateTime<FixedOffset>>,
}

impl Expected<'_> {
    /// A field that says something else than it should.
    fn differs(&self, read: &Parsed) -> Option<String> {
        let has = |field: &str| self.fields.contains(field);
        if read.draft != self.target.draft {
            return Some("draft".to_owned());
        }
        let text = if has("body") { &self.target.markdown } else { &self.was.markdown };
        if !body::same(text, &read.markdown) {
            return Some("body".to_owned());
        }
        for (taxonomy, names) in self.names {
            let follows = has("authors") && matches!(taxonomy.as_str(), "authors" | "author");
            if read.names(taxonomy) != names.as_slice() && !follows {
                return Some(taxonomy.clone());
            }
        }
        let (was, is) = (diff::fields(&self.was.content), diff::fields(&self.target.content));
        if self.opens.is_some_and(|opens| read.content.publish_at != Some(opens)) {
            return Some("publishAt".to_owned());
        }
        let read = diff::fields(&read.content);
        for (field, value) in &read {
            let expected = if has(field) { is.get(field) } else { was.get(field) };
            let same = expected.is_some_and(|expected| {
                equal(field, expected, value)
                    || field == "params" && self.made_room(expected) == *value
                    || field == "menus" && self.named(expected) == self.named(value)
            });
            let opened = field == "publishAt" && self.opens.is_some();
            if !same && !opened && !self.follows(field) {
                return Some(field.clone());
            }
        }
        None
    }

    /// Places in menus with the names that they have where nothing says one.
    fn named(&self, menus: &Value) -> Value {
        let Target { content, .. } = self.target;
        let title = content.link_title.as_ref().unwrap_or(&content.title);
        let mut menus = menus.clone();
        for place in menus.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            place.entry("name").or_insert_with(|| Value::from(title.as_str()));
        }
        menus
    }

    /// Parameters without the values that no field could take, whose keys are those
    /// of fields that were edited.
    fn made_room(&self, params: &Value) -> Value {
        let mut params = params.clone();
        if let Some(map) = params.as_object_mut() {
            map.retain(|key, _| {
                let names = self.fields.iter().map(|field| field.trim_start_matches("terms."));
                names.into_iter().all(|name| !fold::same(name, key))
            });
        }
        params
    }

    /// Whether a field is made of others that were edited.
    fn follows(&self, field: &str) -> bool {
        let of: &[&str] = match field {
            "address" | "terms" | "directory" | "name" | "bundle" => return true,
            "lastModified" => &["date", "publishAt", "draft"],
            // A page without a date has its last change for one, and goes live with it.
            "publishAt" => &["date", "lastModified"],
            "date" => &["publishAt", "lastModified"],
            "menus" => &["title", "linkTitle", "weight"],
            "aliases" => &["slug", "url", "title", "date", "directory"],
            "translationKey" => &["directory"],
            "source" => &["body", "terms.categories", "terms.tags"],
            "authors" => &["terms.authors", "terms.author"],
            _ => &[],
        };
        // What was asked for itself must be what was asked for.
        !self.fields.contains(field) && of.iter().any(|of| self.fields.contains(*of))
    }
}

/// Dates are moments; everything else is what it is.
fn equal(field: &str, one: &Value, other: &Value) -> bool {
    if one == other {
        return true;
    }
    if !matches!(field, "date" | "lastModified" | "publishAt" | "expireAt") {
        return false;
    }
    let moment =
        |value: &Value| value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    moment(one).is_some() && moment(one) == moment(other)
}
