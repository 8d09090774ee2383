//! Menus that editors arranged.
//!
//! Invariants: entries of a menu are told apart by their identifiers; one that
//! stays keeps its lines and every key that was not arranged otherwise. An entry
//! that leads to something of this site names it by its path, so that Hugo knows
//! when it is active; its address is said as well where it does not follow from
//! that path.

use serde_json::{Map, Value, json};

use super::Setting;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::hugo::config::{LanguageConfig, SiteConfig};
use crate::hugo::fold;
use crate::hugo::menu::MenuEntry;
use crate::hugo::menu_rows::{self, Entry, leads, same};
use crate::menu::plain::{self, PlainEntry, PlainMenu};

/// Names of menus, and their lists as they should be.
type Changed<'a> = Vec<(&'a str, Vec<Value>)>;

/// What was arranged.
#[derive(Debug, Default)]
pub(super) struct Menus {
    menus: Vec<PlainMenu>,
}

impl Menus {
    pub(super) async fn load(ctx: &Ctx) -> Result<Self> {
        Ok(Self { menus: plain::load(ctx).await? })
    }

    pub(super) fn wanted(&self, config: &SiteConfig) -> Vec<Setting> {
        if self.menus.is_empty() {
            return Vec::new();
        }
        let (mut own_ones, mut sharing) = (Vec::new(), Vec::new());
        for language in &config.languages {
            let own = fold::map(&config.root, "languages")
                .and_then(|table| fold::map(table, &language.key))
                .filter(|own| has_menus(own));
            let changed = self.changed(config, language, own.unwrap_or(&config.root));
            let Some(own) = own else {
                sharing.push((language, changed));
                continue;
            };
            for (name, list) in changed {
                let path = ["languages", language.key.as_str(), key_of(own, name), name];
                own_ones.push(Setting::at(&path, value(list)));
            }
        }
        own_ones.extend(shared(config, &sharing));
        own_ones
    }

    /// The menus that a language shows otherwise than the configuration says,
    /// made of what stands at a level of it.
    fn changed<'a>(
        &'a self,
        config: &SiteConfig,
        language: &LanguageConfig,
        level: &Map<String, Value>,
    ) -> Changed<'a> {
        let configured = menu_rows::of_language(language);
        self.menus
            .iter()
            .filter(|menu| menu.language == language.tag)
            .filter(|menu| {
                let was = configured.iter().filter(|entry| entry.menu == menu.name);
                !same(&was.collect::<Vec<_>>(), &menu.entries)
            })
            .map(|menu| (menu.name.as_str(), list(config, language, level, menu)))
            .collect()
    }
}

/// A menu's list as it should be: what stays in its order, then what is new.
fn list(
    config: &SiteConfig,
    language: &LanguageConfig,
    level: &Map<String, Value>,
    menu: &PlainMenu,
) -> Vec<Value> {
    let mut left: Vec<&PlainEntry> = menu.entries.iter().collect();
    let mut list = Vec::new();
    for map in entries_of(level, &menu.name).iter().filter_map(Value::as_object) {
        let read = MenuEntry::default().read(map);
        let was = Entry::of(language, &menu.name, &read);
        let Some(at) = left.iter().position(|is| was.is_known_as(is)) else {
            continue;
        };
        list.push(entry(config, language, map.clone(), &was, left.remove(at)));
    }
    let nothing = Entry::of(language, &menu.name, &MenuEntry::default());
    let new = left.into_iter();
    list.extend(new.map(|is| entry(config, language, Map::new(), &nothing, is)));
    list
}

/// One entry: the keys that it has, and those of what is otherwise now.
fn entry(
    config: &SiteConfig,
    language: &LanguageConfig,
    mut map: Map<String, Value>,
    was: &Entry,
    is: &PlainEntry,
) -> Value {
    let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
    // Without an identifier an entry is known by its name.
    let named = if is.identifier == is.name { None } else { Some(json!(is.identifier)) };
    if !was.is_called_as(is) {
        if fold::get(&map, "identifier").is_none() {
            put(&mut map, "identifier", named);
        }
        put(&mut map, "name", Some(json!(is.name)));
    }
    if !was.leads_as(is) {
        let page = is.page.as_ref().map(|page| format!("/{page}"));
        let follows = page
            .as_ref()
            .is_some_and(|page| leads(&menu_rows::page_url(config, &language.key, page), &is.url));
        put(&mut map, "pageRef", page.map(|page| json!(page)));
        let url = (!follows && !is.url.is_empty()).then(|| json!(is.url));
        put(&mut map, "url", url);
    }
    if was.parent != is.parent {
        put(&mut map, "parent", text(&is.parent));
    }
    if was.title != is.title {
        put(&mut map, "title", text(&is.title));
    }
    if was.weight != is.weight {
        put(&mut map, "weight", (is.weight != 0).then(|| json!(is.weight)));
    }
    if was.params != is.params {
        let mut params = is.params.clone();
        for key in ["pre", "post"] {
            put(&mut map, key, params.shift_remove(key));
        }
        put(&mut map, "params", (!params.is_empty()).then_some(Value::Object(params)));
    }
    Value::Object(map)
}

/// What languages without menus of their own should find: among the site's own
/// where all want the same, else among their own. Those hide all of the site's,
/// and so they hold all that the language shows.
fn shared(config: &SiteConfig, sharing: &[(&LanguageConfig, Changed<'_>)]) -> Vec<Setting> {
    let mut settings = Vec::new();
    let of = |changed: &[(&str, Vec<Value>)], name: &str| {
        changed.iter().find(|(other, _)| *other == name).map(|(_, list)| list.clone())
    };
    let Some((_, first)) = sharing.first() else { return settings };
    let mut together = Vec::new();
    for (name, list) in first {
        if sharing.iter().all(|(_, changed)| of(changed, name).as_ref() == Some(list)) {
            together.push(*name);
            let path = [key_of(&config.root, name), name];
            settings.push(Setting::at(&path, value(list.clone())));
        }
    }
    for (language, changed) in sharing {
        let mut apart =
            changed.iter().filter(|(name, _)| !together.contains(name)).cloned().peekable();
        if apart.peek().is_none() {
            continue;
        }
        let mut all = Map::new();
        for key in ["menu", "menus"] {
            all.extend(fold::map(&config.root, key).cloned().into_iter().flatten());
        }
        for (name, list) in apart {
            put(&mut all, name, value(list));
        }
        let path = ["languages", language.key.as_str(), "menus"];
        settings.push(Setting::at(&path, Some(Value::Object(all))));
    }
    settings
}

fn value(list: Vec<Value>) -> Option<Value> {
    (!list.is_empty()).then_some(Value::Array(list))
}

fn has_menus(level: &Map<String, Value>) -> bool {
    ["menu", "menus"].iter().any(|key| fold::map(level, key).is_some_and(|menus| !menus.is_empty()))
}

/// `menus`, or `menu` where that is what is used.
fn key_of(level: &Map<String, Value>, name: &str) -> &'static str {
    let has = |key| fold::map(level, key).is_some_and(|menus| fold::get(menus, name).is_some());
    let newer = fold::map(level, "menus").is_some();
    let older = fold::map(level, "menu").is_some();
    if has("menus") || (!has("menu") && (newer || !older)) { "menus" } else { "menu" }
}

fn entries_of<'a>(level: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    let menu = fold::map(level, key_of(level, name)).and_then(|menus| fold::get(menus, name));
    match menu {
        Some(Value::Array(entries)) => entries,
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    }
}

fn put(map: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    let spelled = map.keys().find(|name| fold::same(name, key)).cloned();
    let key = spelled.unwrap_or_else(|| key.to_owned());
    match value {
        Some(value) => drop(map.insert(key, value)),
        None => drop(map.shift_remove(&key)),
    }
}
