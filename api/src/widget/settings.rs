//! What was set for a widget: reading it, and refusing what cannot be meant.
//!
//! Settings are JSON, as configurations and front matter have them. Those below
//! are read here; all others are the frontend's, and are kept.

use serde_json::Value;

use super::{Kind, Place, title};
use crate::error::{UserError, UserErrorCode};
use crate::graphql::page::MAX_SIZE;
use crate::hugo::config::canonical_tag;
use crate::site::WidgetSetting;

/// Widgets in one list, and bytes of settings in one widget.
const MOST: usize = 50;
const BYTES: usize = 20_000;

/// One widget in its place.
#[derive(Clone)]
pub struct Setting {
    pub place: Place,
    pub kind: Kind,
    pub name: String,
    /// What was set for this one.
    own: Value,
    /// What the configuration sets for all of this name.
    site: Value,
}

/// In which order a widget shows what it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Name,
    Count,
    Newest,
    Oldest,
}

impl Setting {
    pub fn new(place: &Place, WidgetSetting { name, settings }: WidgetSetting) -> Self {
        let site = place.language().widgets.settings.get(&name).cloned().unwrap_or_default();
        Self { place: place.clone(), kind: Kind::of(&name), name, own: settings, site }
    }

    /// As written: its own, else what the configuration has for its name.
    pub fn written(&self) -> &Value {
        if self.own.is_null() { &self.site } else { &self.own }
    }

    /// What was set for this one alone.
    pub fn own(&self) -> &Value {
        &self.own
    }

    /// A setting by name: its own, else the configuration's.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.own.get(name).or_else(|| self.site.get(name))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Its heading: the one for the language, or for one that stands in for it,
    /// else what widgets of its kind are called.
    pub fn title(&self) -> String {
        let given = self.get("title").and_then(|title| match title {
            Value::String(title) => Some(title.as_str()),
            Value::Object(titles) => {
                let chain = self.place.frame.chain(self.place.language());
                chain.iter().find_map(|tag| titles.get(&**tag)?.as_str())
            }
            _ => None,
        });
        given.map_or_else(
            || match self.kind {
                Kind::Custom => self.name.clone(),
                kind => title::title(kind, &self.place.language).to_owned(),
            },
            str::to_owned,
        )
    }

    pub fn number(&self, names: &[&str]) -> Option<u32> {
        let number = names.iter().find_map(|name| self.get(name)?.as_u64())?;
        u32::try_from(number).ok()
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    pub fn order(&self) -> Option<Order> {
        match self.text("order")? {
            "name" => Some(Order::Name),
            "count" => Some(Order::Count),
            "newest" => Some(Order::Newest),
            "oldest" => Some(Order::Oldest),
            _ => None,
        }
    }

    pub fn texts(&self, name: &str) -> Option<Vec<String>> {
        let list = self.get(name)?.as_array()?;
        Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }
}

/// What a setting must be to be read.
enum Form {
    /// From 1 to [`MAX_SIZE`].
    Count,
    Flag,
    Text,
    /// A text, or one for each of several languages.
    Title,
    OneOf(&'static [&'static str]),
    Texts,
}

fn form(kind: Kind, name: &str) -> Option<Form> {
    use Kind::{Archives, Authors, Categories, Custom, Recent, Related, Search, SideMenu, TagList};
    Some(match (name, kind) {
        ("title", _) => Form::Title,
        // Hugo's themes cache what is drawn; here it means nothing and is kept.
        (_, Custom) => return None,
        ("count", Recent | Related | Categories | TagList | Authors | Archives)
        | ("recent_num", Recent) => Form::Count,
        ("counter", Categories | TagList | Authors | Archives) => Form::Flag,
        ("order", Categories | TagList | Authors) => Form::OneOf(&["name", "count"]),
        ("order", Archives) => Form::OneOf(&["newest", "oldest"]),
        ("sections", Recent | Archives | Authors) => Form::Texts,
        ("path", Archives) | ("menu", SideMenu) => Form::Text,
        ("action" | "inputName" | "placeholder", Search) => Form::Text,
        _ => return None,
    })
}

/// What is wrong with a list of widgets; `field` is where it stands.
pub fn mistakes(field: &str, list: &[WidgetSetting]) -> Vec<UserError> {
    let mut errors = Vec::new();
    let mut refuse = |field: String, message: String| {
        errors.push(UserError::new(&field, UserErrorCode::Invalid, message));
    };
    if list.len() > MOST {
        refuse(field.to_owned(), format!("a list holds {MOST} widgets at most"));
    }
    for (at, WidgetSetting { name, settings }) in list.iter().enumerate().take(MOST) {
        let here = format!("{field}.{at}");
        if name.trim().is_empty() || name.chars().any(char::is_control) || name.len() > 200 {
            refuse(format!("{here}.name"), "a widget needs a name of one line".to_owned());
        }
        if settings.to_string().len() > BYTES {
            let message = format!("settings of one widget are {BYTES} bytes of JSON at most");
            refuse(format!("{here}.settings"), message);
        }
        let map = match settings {
            Value::Null => continue,
            Value::Object(map) => map,
            _ => {
                refuse(format!("{here}.settings"), "settings are a map of names".to_owned());
                continue;
            }
        };
        for (setting, value) in map {
            let wrong = form(Kind::of(name), setting).and_then(|form| misfit(&form, value));
            if let Some(wrong) = wrong {
                refuse(
                    format!("{here}.settings.{setting}"),
                    format!("`{setting}` of {name} {wrong}"),
                );
            }
        }
    }
    errors
}

fn misfit(form: &Form, value: &Value) -> Option<String> {
    let line = |value: &Value| value.as_str().is_some_and(|text| !text.contains(char::is_control));
    match form {
        Form::Count => (!value.as_u64().is_some_and(|n| (1..=MAX_SIZE.into()).contains(&n)))
            .then(|| format!("is a number from 1 to {MAX_SIZE}")),
        Form::Flag => (!value.is_boolean()).then(|| "is true or false".to_owned()),
        Form::Text => (!line(value)).then(|| "is a text of one line".to_owned()),
        Form::Title => match value {
            Value::Object(titles) => titles
                .iter()
                .find(|(tag, title)| {
                    canonical_tag(tag).as_deref() != Some(tag.as_str()) || !line(title)
                })
                .map(|(tag, _)| {
                    format!("has a text for each language tag, and {tag:?} is not one with a text")
                }),
            value => {
                (!line(value)).then(|| "is a text, or a map from language tags to texts".to_owned())
            }
        },
        Form::OneOf(known) => (!value.as_str().is_some_and(|text| known.contains(&text)))
            .then(|| format!("is one of {}", known.join(", "))),
        Form::Texts => {
            let fits = value.as_array().is_some_and(|list| list.iter().all(line));
            (!fits).then(|| "is a list of texts".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_refused_by_name_and_unknown_ones_are_kept() {
        for (name, settings, wrong) in [
            ("recent", json!({"count": 5, "cached": true, "shade": ["x"]}), ""),
            ("recent", json!({"count": 0}), "count"),
            ("recent", json!({"count": 101}), "count"),
            ("recent", json!({"count": "5"}), "count"),
            ("taglist", json!({"order": "count", "counter": true, "title": {"zh-CN": "标签"}}), ""),
            ("taglist", json!({"order": "newest"}), "order"),
            ("taglist", json!({"counter": 1}), "counter"),
            ("taglist", json!({"title": {"zh_cn": "标签"}}), "title"),
            ("taglist", json!({"title": 3}), "title"),
            ("archives", json!({"order": "oldest", "path": "/archive/:year/:month/"}), ""),
            ("recent", json!({"sections": ["news", 1]}), "sections"),
            ("weather", json!({"count": "many", "order": 1}), ""),
            ("weather", json!([1]), "settings"),
            ("", json!(null), "name"),
        ] {
            let list = [WidgetSetting { name: name.to_owned(), settings: settings.clone() }];
            let found: Vec<_> = mistakes("input.widgets", &list)
                .into_iter()
                .map(|error| error.field.last().cloned().unwrap_or_default())
                .collect();
            assert_eq!(found.join(" "), wrong, "{name} {settings}");
        }
    }
}
