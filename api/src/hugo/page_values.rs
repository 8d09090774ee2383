//! What single values of front matter mean to the fields of a page.
//!
//! Invariant: a reader takes a value whole or not at all; what it does not
//! take the caller keeps.

use serde_json::{Map, Value};

use super::menu::MenuEntry;
use super::page::{Author, Sidebar, Thumbnail};
use super::{cast, fold};

pub(super) fn is_absolute(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

pub(super) fn aliases(value: &Value) -> Option<Vec<String>> {
    let mut aliases = cast::list(value)?;
    aliases.retain(|alias| !alias.is_empty());
    Some(aliases)
}

/// One text is one term; nulls and empty texts are none.
pub(super) fn terms(value: &Value) -> Option<Vec<String>> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        value => std::slice::from_ref(value),
    };
    let mut terms: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        let term = cast::text(item)?;
        if !term.is_empty() && !terms.contains(&term) {
            terms.push(term);
        }
    }
    Some(terms)
}

/// Says that a field cannot take a value.
pub(super) struct Unfit;

pub(super) fn sidebar(value: &Value) -> Result<Option<Sidebar>, Unfit> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(false) => Ok(Some(Sidebar::Off)),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "" => Ok(None),
            "left" => Ok(Some(Sidebar::Left)),
            "right" => Ok(Some(Sidebar::Right)),
            "false" | "off" | "none" => Ok(Some(Sidebar::Off)),
            _ => Err(Unfit),
        },
        _ => Err(Unfit),
    }
}

pub(super) type Widgets = Vec<(String, Option<Value>)>;

/// Names, or maps of a name and its settings.
pub(super) fn widgets(value: &Value) -> Result<Option<Widgets>, Unfit> {
    let named = |map: &Map<String, Value>| {
        map.iter()
            .map(|(name, settings)| {
                let settings = Some(settings).filter(|settings| !settings.is_null());
                (name.clone(), settings.cloned())
            })
            .collect::<Widgets>()
    };
    let items = match value {
        Value::Null => return Ok(None),
        Value::Bool(false) => return Ok(Some(Vec::new())),
        Value::Array(items) => items.as_slice(),
        Value::String(text) if text.is_empty() => return Ok(None),
        value => std::slice::from_ref(value),
    };
    let mut widgets = Vec::new();
    for item in items {
        match item {
            Value::Null => {}
            Value::Object(map) => widgets.extend(named(map)),
            Value::String(name) if name.is_empty() => {}
            Value::String(name) => widgets.push((name.clone(), None)),
            _ => return Err(Unfit),
        }
    }
    Ok(Some(widgets))
}

pub(super) fn thumbnail(value: &Value) -> Result<Option<Thumbnail>, Unfit> {
    match value {
        Value::Null => Ok(None),
        Value::String(url) if url.is_empty() => Ok(None),
        Value::String(url) => Ok(Some(Thumbnail { url: url.clone(), alt: None })),
        Value::Object(map) => {
            // Anything else that the map holds would be lost in the field.
            let known = ["url", "src", "alt"];
            if !map.keys().all(|key| known.iter().any(|known| fold::same(known, key))) {
                return Err(Unfit);
            }
            let text = |key: &str| {
                fold::get(map, key).and_then(cast::text).filter(|text| !text.is_empty())
            };
            Ok(Some(Thumbnail {
                url: text("url").or_else(|| text("src")).ok_or(Unfit)?,
                alt: text("alt"),
            }))
        }
        _ => Err(Unfit),
    }
}

/// A map of a name and an address; anything else is a parameter.
pub(super) fn source(value: &Value) -> Option<(String, String)> {
    let map = value.as_object().filter(|map| map.len() == 2)?;
    let text =
        |key: &str| map.get(key)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    Some((text("name")?, text("url")?))
}

pub(super) fn authors(value: &Value) -> Option<Vec<Author>> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        value => std::slice::from_ref(value),
    };
    let mut authors = Vec::with_capacity(items.len());
    for item in items {
        let author = match item {
            Value::Object(map) => author(map)?,
            item => Author { name: cast::text(item)?, ..Author::default() },
        };
        if !author.name.is_empty() && !authors.contains(&author) {
            authors.push(author);
        }
    }
    Some(authors)
}

fn author(map: &Map<String, Value>) -> Option<Author> {
    let mut author = Author::default();
    for (key, value) in map {
        let text = cast::text(value).filter(|text| !text.is_empty());
        let slot = match key.to_lowercase().as_str() {
            "name" => {
                author.name = text?;
                continue;
            }
            "url" | "link" | "website" | "homepage" => &mut author.url,
            "avatar" | "image" | "photo" => &mut author.avatar,
            "bio" | "description" => &mut author.bio,
            _ => {
                author.params.insert(key.clone(), value.clone());
                continue;
            }
        };
        if slot.is_none() && (text.is_some() || value.is_null()) {
            *slot = text;
        } else if !matches!(value, Value::String(text) if text.is_empty()) {
            author.params.insert(key.clone(), value.clone());
        }
    }
    (!author.name.is_empty()).then_some(author)
}

/// A menu's name, several, or a map of names and entries; what an entry does
/// not say it has from the page. An empty name is no menu.
pub(super) fn menus(value: &Value, title: &str, weight: i32) -> Option<Vec<(String, MenuEntry)>> {
    let entry = || MenuEntry { name: title.to_owned(), weight, ..MenuEntry::default() };
    let named = |names: Vec<String>| {
        names.into_iter().filter(|name| !name.is_empty()).map(|name| (name, entry())).collect()
    };
    match value {
        Value::Array(items) => items.iter().map(cast::text).collect::<Option<_>>().map(named),
        Value::Object(map) => map
            .iter()
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, settings)| match settings {
                Value::Null => Some((name.clone(), entry())),
                Value::Object(settings) => Some((name.clone(), entry().read(settings))),
                _ => None,
            })
            .collect(),
        value => cast::text(value).map(|name| named(vec![name])),
    }
}
