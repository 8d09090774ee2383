//! What has to be edited in a file so that it says what an article says.
//!
//! Invariants: a field that did not change asks for no edit; an edit names the
//! key from which the import takes the field, in the file's own spelling, or the
//! key that Hugo documents where there was none.
//!
//! A new field of [`Content`] gets a line in [`Diff::field`]; one that is
//! missing there is reported with the first article that changes it.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::dates::spelled;
use super::parsed::Parsed;
use crate::article::content::{Content, MenuPlace, Source};
use crate::hugo::config::SiteConfig;
use crate::hugo::date::parse_date;
use crate::hugo::edit::Edit;
use crate::hugo::page::Author;
use crate::hugo::tree::Entry;
use crate::hugo::{cast, fold};
use crate::site::{Sidebar, WidgetSetting};

/// What one file says, and what it should say.
pub struct Diff<'a> {
    pub config: &'a SiteConfig,
    pub entry: &'a Entry,
    pub parsed: &'a Parsed,
    /// What the article said when it was last what the file says.
    pub was: &'a Content,
    pub is: &'a Content,
    /// The names of its terms, as they should be written.
    pub names: &'a IndexMap<String, Vec<String>>,
    pub draft: bool,
}

/// Edits, and the fields that they are for.
#[derive(Debug, Default)]
pub struct Edits {
    pub list: Vec<Edit>,
    pub fields: BTreeSet<String>,
    /// Fields for which Hugo has no key.
    pub impossible: Vec<String>,
}

impl Edits {
    fn set(&mut self, path: Vec<String>, value: Value) {
        self.list.push(Edit::Set { path, value });
    }

    fn remove(&mut self, path: Vec<String>) {
        self.list.push(Edit::Remove { path });
    }
}

/// A content field by field, under the names of its JSON.
pub fn fields(content: &Content) -> Map<String, Value> {
    match serde_json::to_value(content) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

impl Diff<'_> {
    /// `whole`: all fields; else the terms and whether it is a draft alone.
    #[must_use]
    pub fn edits(&self, whole: bool) -> Edits {
        let mut edits = Edits::default();
        if whole {
            let (was, is) = (fields(self.was), fields(self.is));
            for (name, value) in &is {
                if was.get(name) != Some(value) && self.field(&mut edits, name) {
                    edits.fields.insert(name.clone());
                }
            }
        }
        self.terms(&mut edits);
        if self.draft != self.parsed.draft {
            edits.fields.insert("draft".to_owned());
            self.set_draft(&mut edits);
        }
        edits
    }

    /// The spelling of a key in the file, if it has it: at the top, or in the
    /// table `params`, which is laid open.
    fn spelling(&self, key: &str) -> Option<Vec<String>> {
        let find =
            |map: &Map<String, Value>| map.keys().rev().find(|name| fold::same(name, key)).cloned();
        let map = &self.parsed.map;
        if let Some(name) = find(map) {
            return Some(vec![name]);
        }
        let params = find(map).is_none().then(|| self.params_table()).flatten()?;
        let inner = map.get(&params).and_then(Value::as_object)?;
        find(inner).map(|name| vec![params, name])
    }

    /// The key of Hugo's own table of parameters.
    fn params_table(&self) -> Option<String> {
        let map = &self.parsed.map;
        let key = map.keys().find(|key| fold::same(key, "params"))?;
        map.get(key).filter(|value| value.is_object()).map(|_| key.clone())
    }

    fn value(&self, path: &[String]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.parsed.map.get(first)?, |value, key| value.get(key))
    }

    /// The first of these keys that the file has, else the first of them.
    fn key(&self, keys: &[&str]) -> Vec<String> {
        keys.iter()
            .find_map(|key| self.spelling(key))
            .unwrap_or_else(|| vec![keys.first().copied().unwrap_or_default().to_owned()])
    }

    fn text(&self, edits: &mut Edits, keys: &[&str], text: Option<&String>) {
        let path = self.key(keys);
        match text {
            Some(text) if !text.is_empty() => edits.set(path, json!(text)),
            _ => edits.remove(path),
        }
    }

    fn flag(&self, edits: &mut Edits, key: &str, flag: Option<bool>) {
        let path = self.key(&[key]);
        match flag {
            Some(flag) => {
                // Templates that write `"true"` go on reading texts.
                let text =
                    matches!(self.value(&path), Some(Value::String(text)) if !text.is_empty());
                edits.set(path, if text { json!(flag.to_string()) } else { json!(flag) });
            }
            None => edits.remove(path),
        }
    }

    /// Adds the edits of a field; false for one that is no part of the file's text.
    fn field(&self, edits: &mut Edits, name: &str) -> bool {
        let is = self.is;
        match name {
            "title" => self.text(edits, &["title"], Some(&is.title)),
            "linkTitle" => self.text(edits, &["linkTitle"], is.link_title.as_ref()),
            "slug" => self.text(edits, &["slug"], is.slug.as_ref()),
            "url" => self.text(edits, &["url"], is.url.as_ref()),
            "summary" => self.text(edits, &["summary"], is.summary.as_ref()),
            "lead" => self.text(edits, &["lead"], is.lead.as_ref()),
            "description" => self.text(edits, &["description"], is.description.as_ref()),
            "canonicalUrl" => self.text(
                edits,
                &["canonicalURL", "canonical", "canonical_url"],
                is.canonical_url.as_ref(),
            ),
            "translationKey" => {
                let derived = is.translation_key == self.entry.logical;
                let key = Some(&is.translation_key).filter(|_| !derived);
                self.text(edits, &["translationKey"], key);
            }
            "date" => self.date(edits, Dated::Date),
            "lastModified" => self.date(edits, Dated::LastModified),
            "publishAt" => self.date(edits, Dated::PublishAt),
            "expireAt" => self.date(edits, Dated::ExpireAt),
            "weight" => {
                let path = self.key(&["weight"]);
                if is.weight == 0 && self.value(&path).is_none_or(|old| !old.is_number()) {
                    edits.remove(path);
                } else {
                    edits.set(path, json!(is.weight));
                }
            }
            "thumbnail" => self.thumbnail(edits),
            "authors" => self.authors(edits),
            "aliases" => self.aliases(edits),
            "comments" => self.flag(edits, name, is.comments),
            "authorbox" => self.flag(edits, name, is.authorbox),
            "pager" => self.flag(edits, name, is.pager),
            "toc" => self.flag(edits, name, is.toc),
            "mathjax" => self.flag(edits, name, is.mathjax),
            "sidebar" => {
                let path = self.key(&["sidebar"]);
                match is.sidebar {
                    Some(Sidebar::Left) => edits.set(path, json!("left")),
                    Some(Sidebar::Right) => edits.set(path, json!("right")),
                    Some(Sidebar::None) => edits.set(path, json!(false)),
                    None => edits.remove(path),
                }
            }
            "widgets" => {
                let path = self.key(&["widgets"]);
                match &is.widgets {
                    Some(widgets) => edits.set(path, widgets_value(widgets)),
                    None => edits.remove(path),
                }
            }
            "menus" => {
                for key in ["menus", "menu"] {
                    if let Some(path) = self.spelling(key).filter(|path| path.len() == 1) {
                        edits.remove(path);
                    }
                }
                if !is.menus.is_empty() {
                    edits.set(self.key(&["menus", "menu"]), menus_value(is));
                }
            }
            "params" => self.params(edits),
            "source" => {
                let path = self.key(&["source"]);
                match &is.source {
                    Some(source) => edits.set(path, source_value(source)),
                    None => edits.remove(path),
                }
            }
            // The file's place, or what follows from it; terms are told by name.
            "directory" | "name" | "bundle" | "address" | "terms" => return false,
            other => edits.impossible.push(other.to_owned()),
        }
        true
    }

    fn set_draft(&self, edits: &mut Edits) {
        let published = self
            .spelling("published")
            .filter(|path| self.value(path).is_some_and(Value::is_boolean));
        let draft = self.spelling("draft");
        match (draft, published) {
            // Both may say so; each is set to say the same.
            (draft, Some(published)) => {
                edits.set(published, json!(!self.draft));
                if let Some(draft) = draft {
                    edits.set(draft, json!(self.draft));
                }
            }
            (Some(draft), None) => edits.set(draft, json!(self.draft)),
            (None, None) => edits.set(vec!["draft".to_owned()], json!(true)),
        }
    }

    fn zone(&self) -> Tz {
        let language = self.config.language(&self.entry.language);
        language.map_or(self.config.time_zone, |language| language.time_zone)
    }

    fn date(&self, edits: &mut Edits, which: Dated) {
        let date = match which {
            Dated::Date => self.is.date,
            Dated::LastModified => self.is.last_modified,
            Dated::PublishAt => self.is.publish_at,
            Dated::ExpireAt => self.is.expire_at,
        };
        let zone = self.zone();
        let keys = which.keys(self.config);
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let path = keys
            .iter()
            .filter_map(|key| self.spelling(key))
            .find(|path| self.value(path).is_some_and(|value| parse_date(value, zone).is_ok()))
            .unwrap_or_else(|| self.key(&keys));
        match date {
            Some(date) => {
                // Where there is none of its own, it is written as another date is.
                let like = self.value(&path).or_else(|| {
                    ["date", "lastmod", "publishDate"]
                        .iter()
                        .find_map(|key| self.value(&self.spelling(key)?))
                });
                edits.set(path, spelled(date, like, zone));
            }
            None => edits.remove(path),
        }
    }

    /// Lets the public see the page from this moment on.
    pub fn publish_at(&self, edits: &mut Edits, at: chrono::DateTime<chrono::FixedOffset>) {
        let is = Content { publish_at: Some(at), ..self.is.clone() };
        let with = Diff { is: &is, ..*self };
        with.date(edits, Dated::PublishAt);
        edits.fields.insert("publishAt".to_owned());
    }

    fn thumbnail(&self, edits: &mut Edits) {
        let path = self.key(&["thumbnail"]);
        let Some(image) = &self.is.thumbnail else {
            edits.remove(path);
            return;
        };
        if let Some(Value::Object(map)) = self.value(&path) {
            let key = |names: &[&str]| {
                let found = map.keys().find(|key| names.iter().any(|name| fold::same(name, key)));
                let name = found.cloned().unwrap_or_else(|| names[0].to_owned());
                path.iter().cloned().chain([name]).collect::<Vec<_>>()
            };
            let old = self.was.thumbnail.as_ref();
            if old.is_none_or(|old| old.url != image.url) {
                edits.set(key(&["url", "src"]), json!(image.url));
            }
            if old.is_none_or(|old| old.alt != image.alt) {
                match &image.alt {
                    Some(alt) => edits.set(key(&["alt"]), json!(alt)),
                    None => edits.remove(key(&["alt"])),
                }
            }
        } else {
            edits.set(path, thumbnail_value(&image.url, image.alt.as_deref()));
        }
    }

    fn authors(&self, edits: &mut Edits) {
        let paths: Vec<_> =
            ["authors", "author"].iter().filter_map(|key| self.spelling(key)).collect();
        let mut paths = paths.into_iter();
        let named = self.is.terms.get("authors").is_some_and(|ids| !ids.is_empty());
        let key = if named { "authors" } else { "author" };
        let path = paths.next().unwrap_or_else(|| self.key(&[key]));
        for other in paths {
            edits.remove(other);
        }
        let old = self.value(&path);
        if self.is.authors.is_empty() {
            edits.remove(path);
            return;
        }
        let items: Vec<Value> = self
            .is
            .authors
            .iter()
            .map(|author| written(old, &author.name).unwrap_or_else(|| author_value(author)))
            .collect();
        // A list stays one; else one author is one value.
        let plural = path.last().is_some_and(|key| fold::same(key, "authors"));
        let listed = old.is_some_and(|old| old.is_array() || (plural && !is_said(old)));
        edits.set(path, one_or_list(items, !listed));
    }

    fn aliases(&self, edits: &mut Edits) {
        let path = self.key(&["aliases"]);
        if self.is.aliases.is_empty() {
            edits.remove(path);
            return;
        }
        let mut items = self.alias_list();
        let one = matches!(self.value(&path), Some(Value::String(_))) && items.len() == 1;
        let value = if one { items.pop().unwrap_or_default() } else { Value::Array(items) };
        edits.set(path, value);
    }

    /// The aliases as they are written, or else below the language.
    fn alias_list(&self) -> Vec<Value> {
        let rules = &self.config.rules;
        let (language, own) = (&self.entry.language, &self.parsed.path);
        self.is
            .aliases
            .iter()
            .map(|alias| {
                let leads = |text: &str| rules.alias_path(language, own, text) == *alias;
                let prefix = format!("/{}", rules.prefix(language));
                let bare = alias.strip_prefix(prefix.as_str()).filter(|rest| rest.starts_with('/'));
                let kept = self.parsed.aliases.iter().find(|text| leads(text));
                let text = kept.map(String::as_str).or_else(|| bare.filter(|bare| leads(bare)));
                json!(text.unwrap_or(alias))
            })
            .collect()
    }

    fn params(&self, edits: &mut Edits) {
        let nothing = Map::new();
        let table = self.params_table();
        // A site that keeps its parameters in Hugo's table goes on doing so.
        let home = table.filter(|table| {
            let inner = self.parsed.map.get(table).and_then(Value::as_object).unwrap_or(&nothing);
            !inner.is_empty()
        });
        for (key, value) in &self.is.params {
            match self.was.params.get(key) {
                Some(old) if old == value => {}
                old => {
                    let path = self
                        .spelling(key)
                        .unwrap_or_else(|| home.iter().cloned().chain([key.clone()]).collect());
                    nested(edits, path, old, value);
                }
            }
        }
        for key in self.was.params.keys() {
            if !self.is.params.contains_key(key)
                && let Some(path) = self.spelling(key)
            {
                edits.remove(path);
            }
        }
    }

    fn terms(&self, edits: &mut Edits) {
        for (taxonomy, names) in self.names {
            let old = self.parsed.names(taxonomy);
            if old == names {
                continue;
            }
            edits.fields.insert(format!("terms.{taxonomy}"));
            // One key holds both.
            if matches!(taxonomy.as_str(), "authors" | "author") && edits.fields.contains("authors")
            {
                continue;
            }
            let path = self.key(&[taxonomy]);
            let written = self.value(&path);
            if names.is_empty() {
                edits.remove(path);
                continue;
            }
            let items: Vec<Value> = names
                .iter()
                .map(|name| self::written(written, name).unwrap_or_else(|| json!(name)))
                .collect();
            // One that stands there by itself gives way to one; a key that says nothing, to a list.
            let alone = written.is_some_and(|value| !value.is_array() && is_said(value));
            edits.set(path, one_or_list(items, alone));
        }
    }
}

/// Whether a value is there, and is no empty text.
fn is_said(value: &Value) -> bool {
    !value.is_null() && cast::text(value).is_none_or(|text| !text.trim().is_empty())
}

/// A list, or what is alone in it.
fn one_or_list(items: Vec<Value>, alone: bool) -> Value {
    match <[Value; 1]>::try_from(items) {
        Ok([only]) if alone => only,
        Ok([only]) => json!([only]),
        Err(items) => Value::Array(items),
    }
}

/// The item of a list that is called so, as it was written.
fn written(list: Option<&Value>, name: &str) -> Option<Value> {
    let items = match list? {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    items
        .iter()
        .find(|item| match item {
            Value::Object(map) => {
                fold::get(map, "name").and_then(cast::text).is_some_and(|text| text == name)
            }
            item => cast::text(item).is_some_and(|text| text == name),
        })
        .cloned()
}

/// Edits of what differs, as deep as it does.
fn nested(edits: &mut Edits, path: Vec<String>, old: Option<&Value>, new: &Value) {
    let (Some(Value::Object(before)), Value::Object(after)) = (old, new) else {
        edits.set(path, new.clone());
        return;
    };
    let below = |key: &String| path.iter().chain([key]).cloned().collect::<Vec<_>>();
    for (key, value) in after {
        if before.get(key) != Some(value) {
            nested(edits, below(key), before.get(key), value);
        }
    }
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        edits.remove(below(key));
    }
}

pub fn source_value(source: &Source) -> Value {
    json!({ "name": source.name, "url": source.url })
}

pub fn thumbnail_value(url: &str, alt: Option<&str>) -> Value {
    match alt {
        Some(alt) => json!({ "url": url, "alt": alt }),
        None => json!(url),
    }
}

pub fn author_value(author: &Author) -> Value {
    let Author { name, url, avatar, bio, params } = author;
    if url.is_none() && avatar.is_none() && bio.is_none() && params.is_empty() {
        return json!(name);
    }
    let mut map = Map::from_iter([("name".to_owned(), json!(name))]);
    for (key, value) in [("url", url), ("avatar", avatar), ("bio", bio)] {
        if let Some(value) = value {
            map.insert(key.to_owned(), json!(value));
        }
    }
    map.extend(params.clone());
    Value::Object(map)
}

pub fn widgets_value(widgets: &[WidgetSetting]) -> Value {
    widgets
        .iter()
        .map(|widget| match &widget.settings {
            Value::Null => json!(widget.name),
            settings => Value::Object(Map::from_iter([(widget.name.clone(), settings.clone())])),
        })
        .collect()
}

/// Menus by name where the page says nothing else, and else as a map.
pub fn menus_value(content: &Content) -> Value {
    let title = content.link_title.as_ref().unwrap_or(&content.title);
    let plain = |place: &MenuPlace| {
        let MenuPlace { menu: _, identifier, parent, name, title: over, weight, params } = place;
        identifier.is_none()
            && parent.is_none()
            && name.as_ref().is_none_or(|name| name == title)
            && over.is_none()
            && *weight == content.weight
            && params.is_empty()
    };
    if content.menus.iter().all(plain) {
        return match content.menus.as_slice() {
            [one] => json!(one.menu),
            all => all.iter().map(|place| json!(place.menu)).collect(),
        };
    }
    let entry = |place: &MenuPlace| {
        let MenuPlace { menu: _, identifier, parent, name, title: over, weight, params } = place;
        let mut params = params.clone();
        let pre = params.shift_remove("pre");
        let post = params.shift_remove("post");
        let mut map = Map::new();
        let name = name.as_ref().filter(|name| *name != title).map(|name| json!(name));
        let weight = (*weight != content.weight).then(|| json!(weight));
        let params = (!params.is_empty()).then_some(Value::Object(params));
        for (key, value) in [
            ("identifier", identifier.as_ref().map(|text| json!(text))),
            ("name", name),
            ("parent", parent.as_ref().map(|text| json!(text))),
            ("title", over.as_ref().map(|text| json!(text))),
            ("weight", weight),
            ("pre", pre),
            ("post", post),
            ("params", params),
        ] {
            if let Some(value) = value {
                map.insert(key.to_owned(), value);
            }
        }
        Value::Object(map)
    };
    let entries = content.menus.iter().map(|place| (place.menu.clone(), entry(place)));
    Value::Object(entries.collect())
}

#[derive(Debug, Clone, Copy)]
enum Dated {
    Date,
    LastModified,
    PublishAt,
    ExpireAt,
}

impl Dated {
    /// The keys that say this date and no other, as they are to be written.
    fn keys(self, config: &SiteConfig) -> Vec<String> {
        let dates = &config.dates;
        let all = [&dates.date, &dates.lastmod, &dates.publish_date, &dates.expiry_date];
        let own: [&[&str]; 4] = [
            &["date"],
            &["lastmod", "modified"],
            &["publishDate", "pubdate", "published"],
            &["expiryDate", "unpublishdate"],
        ];
        let place = self as usize;
        let is_of = |key: &str, place: usize| {
            own.get(place).is_some_and(|own| own.iter().any(|own| fold::same(own, key)))
        };
        let chain = all.get(place).copied();
        let keys: Vec<String> = chain
            .into_iter()
            .flatten()
            .filter(|key| {
                !key.starts_with(':') && (0..4).all(|other| other == place || !is_of(key, other))
            })
            .map(|key| {
                let names = own.get(place).copied().unwrap_or_default();
                let name = names.iter().find(|name| fold::same(name, key));
                name.map_or_else(|| key.clone(), |name| (*name).to_owned())
            })
            .collect();
        if keys.is_empty() {
            let name = own.get(place).and_then(|own| own.first()).copied().unwrap_or_default();
            return vec![name.to_owned()];
        }
        keys
    }
}
