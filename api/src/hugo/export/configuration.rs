//! The configuration of a site that never had one: `hugo.toml` in full.

use entity::menu_entry;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value, json};

use super::plan::Planned;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::site::Frame;

/// The configuration of the site as it is here.
pub async fn write(ctx: &Ctx) -> Result<Vec<u8>> {
    let frame = ctx.frame().await?;
    let entries = menu_entry::Entity::find()
        .filter(menu_entry::Column::ArticleId.is_null())
        .filter(menu_entry::Column::File.is_null())
        .order_by_asc(menu_entry::Column::Menu)
        .order_by_asc(menu_entry::Column::Weight)
        .order_by_asc(menu_entry::Column::Name)
        .all(ctx.app().db().read())
        .await?;
    let text = toml::to_string(&settings(&frame, &entries)).map_err(Error::internal)?;
    Ok(text.into_bytes())
}

pub fn planned(bytes: Vec<u8>) -> Planned {
    Planned::new("hugo.toml".to_owned(), bytes, "file", String::new())
}

/// TOML has values before tables, so the order is that of a Hugo configuration.
fn settings(frame: &Frame, menus: &[menu_entry::Model]) -> Map<String, Value> {
    let rules = &frame.rules;
    let default = frame.default_language();
    let mut all = Map::new();
    all.insert("baseURL".to_owned(), json!(frame.site.base_url));
    all.insert("title".to_owned(), json!(default.row.title));
    all.insert("timeZone".to_owned(), json!(frame.site.time_zone));
    all.insert("defaultContentLanguage".to_owned(), json!(default.row.key));
    for (key, set) in [
        ("defaultContentLanguageInSubdir", rules.default_in_subdir),
        ("disablePathToLower", rules.disable_path_to_lower),
        ("removePathAccents", rules.remove_path_accents),
    ] {
        if set {
            all.insert(key.to_owned(), json!(true));
        }
    }
    if rules.ugly_urls != crate::hugo::address::UglyUrls::default() {
        all.insert("uglyURLs".to_owned(), json!(rules.ugly_urls));
    }
    if !rules.taxonomies.is_empty() {
        all.insert("taxonomies".to_owned(), json!(rules.taxonomies));
    }
    let languages: Map<String, Value> = frame
        .languages
        .iter()
        .map(|language| {
            let row = &language.row;
            let mut own = Map::new();
            own.insert("locale".to_owned(), json!(row.tag));
            own.insert("label".to_owned(), json!(row.name));
            if row.right_to_left {
                own.insert("direction".to_owned(), json!("rtl"));
            }
            own.insert("weight".to_owned(), json!(row.weight));
            own.insert("title".to_owned(), json!(row.title));
            if row.has_cjk {
                own.insert("hasCJKLanguage".to_owned(), json!(true));
            }
            if let Some(copyright) = &row.copyright {
                own.insert("copyright".to_owned(), json!(copyright));
            }
            let params = params(language);
            if !params.is_empty() {
                own.insert("params".to_owned(), Value::Object(params));
            }
            let menus = menus_of(menus, &row.tag);
            if !menus.is_empty() {
                own.insert("menus".to_owned(), Value::Object(menus));
            }
            (row.key.clone(), Value::Object(own))
        })
        .collect();
    all.insert("languages".to_owned(), Value::Object(languages));
    all
}

fn params(language: &crate::site::LanguageFrame) -> Map<String, Value> {
    let row = &language.row;
    let mut params = row.params.0.as_object().cloned().unwrap_or_default();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value
            && !params.contains_key(key)
        {
            params.insert(key.to_owned(), value);
        }
    };
    put("subtitle", row.subtitle.as_ref().map(|text| json!(text)));
    put("description", row.description.as_ref().map(|text| json!(text)));
    let sections = &language.main_sections;
    put("mainSections", (!sections.is_empty()).then(|| json!(sections)));
    // TOML has no null.
    strip_nulls(&mut params);
    params
}

fn strip_nulls(map: &mut Map<String, Value>) {
    map.retain(|_, value| !value.is_null());
    for value in map.values_mut() {
        if let Value::Object(inner) = value {
            strip_nulls(inner);
        }
    }
}

fn menus_of(entries: &[menu_entry::Model], language: &str) -> Map<String, Value> {
    let mut menus = Map::new();
    for entry in entries.iter().filter(|entry| entry.language == language) {
        let mut one = Map::new();
        let identifier = Some(&entry.identifier).filter(|text| **text != entry.name);
        let url = entry.url.as_ref().filter(|url| !url.is_empty());
        for (key, value) in [
            ("identifier", identifier.map(|text| json!(text))),
            ("name", Some(json!(entry.name))),
            ("url", url.map(|text| json!(text))),
            ("parent", entry.parent.as_ref().map(|text| json!(text))),
            ("title", entry.title.as_ref().map(|text| json!(text))),
            ("weight", (entry.weight != 0).then(|| json!(entry.weight))),
        ] {
            if let Some(value) = value {
                one.insert(key.to_owned(), value);
            }
        }
        let mut params = entry.params.0.as_object().cloned().unwrap_or_default();
        for key in ["pre", "post"] {
            if let Some(value) = params.shift_remove(key) {
                one.insert(key.to_owned(), value);
            }
        }
        if !params.is_empty() {
            one.insert("params".to_owned(), Value::Object(params));
        }
        let list = menus.entry(entry.menu.clone()).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(Value::Object(one));
        }
    }
    menus
}
