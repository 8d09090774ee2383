//! The site that an import meets: a new one takes over language, name and
//! address from what comes in, any other stays as it is.

use entity::{article, language, source_file};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, PaginatorTrait};
use serde_json::Value;

use super::model::Origin;
use crate::error::Result;
use crate::event::{Event, Write};
use crate::hugo::address::Rules;
use crate::site::{Frame, LanguageFrame};

/// A tag as BCP 47 writes it: `zh_CN` and `zh-cn` are `zh-CN`. None for what is
/// no tag.
#[must_use]
pub fn tag(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.trim().split(['-', '_']).collect();
    let sound = |part: &&str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let first = parts.first().filter(|first| {
        (2..=3).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphabetic())
    })?;
    if !parts.iter().all(sound) {
        return None;
    }
    let mut tag = first.to_ascii_lowercase();
    for part in parts.iter().skip(1) {
        tag.push('-');
        tag.push_str(&match part.len() {
            2 => part.to_ascii_uppercase(),
            4 => {
                let (first, rest) = part.split_at(1);
                first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
            }
            _ => part.to_ascii_lowercase(),
        });
    }
    Some(tag)
}

/// The language of the site that a tag means: itself, else the one whose first
/// part is the same.
#[must_use]
pub fn resolve<'a>(frame: &'a Frame, wanted: &str) -> Option<&'a LanguageFrame> {
    let wanted = tag(wanted)?;
    let main = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let exact = frame.languages.iter().find(|known| known.tag.eq_ignore_ascii_case(&wanted));
    exact.or_else(|| frame.languages.iter().find(|known| main(&known.tag) == main(&wanted)))
}

/// Whether nobody has done anything with the site yet.
async fn is_blank(write: &Write<'_>, frame: &Frame) -> Result<bool> {
    let articles = article::Entity::find().count(write.txn()).await?;
    let files = source_file::Entity::find().count(write.txn()).await?;
    Ok(articles == 0 && files == 0 && frame.languages.len() == 1)
}

/// Gives a new site the language of what comes in; `adopt`: its name and address
/// as well. Says nothing where the site is not new.
pub async fn settle(
    write: &mut Write<'_>,
    origin: &Origin,
    language: Option<&str>,
    adopt: bool,
) -> Result<()> {
    let frame = Frame::read(write.txn()).await?;
    if !is_blank(write, &frame).await? {
        return Ok(());
    }
    let main = language.or(origin.language.as_deref()).and_then(tag);
    let main = main.unwrap_or_else(|| frame.site.default_language.clone());
    let mut site = frame.site.clone();
    let mut rules: Rules = frame.rules.clone();
    let model = frame.default_language().row.clone();
    let mut rows = vec![row(&model, &main, "", 1)];
    for (number, (other, name)) in origin.languages.iter().enumerate() {
        if let Some(other) = tag(other) {
            match rows.iter_mut().find(|row| row.tag == other) {
                Some(row) if !name.is_empty() => row.name.clone_from(name),
                Some(_) => {}
                None => {
                    let weight = i32::try_from(number).unwrap_or_default() + 2;
                    rows.push(row(&model, &other, name, weight));
                }
            }
        }
    }
    if adopt {
        for row in &mut rows {
            if !origin.title.is_empty() {
                row.title.clone_from(&origin.title);
            }
            row.description = Some(origin.description.clone()).filter(|text| !text.is_empty());
        }
        if origin.home.starts_with("http://") || origin.home.starts_with("https://") {
            site.base_url = format!("{}/", origin.home.trim_end_matches('/'));
        }
    }
    rules.default_language = main.to_lowercase();
    site.default_language.clone_from(&main);
    site.rules = entity::Json::of(&rules)?;
    if site == frame.site && rows.len() == 1 && rows.first() == Some(&model) {
        return Ok(());
    }
    for row in rows {
        language::Entity::delete_by_id(row.tag.clone()).exec(write.txn()).await?;
        row.into_active_model().reset_all().insert(write.txn()).await?;
    }
    site.into_active_model().reset_all().update(write.txn()).await?;
    if !main.eq_ignore_ascii_case(&model.tag)
        && !origin.languages.keys().filter_map(|key| tag(key)).any(|tag| tag == model.tag)
    {
        language::Entity::delete_by_id(model.tag).exec(write.txn()).await?;
    }
    write.record(Event { data: Value::Null, ..Event::new("site.configured") });
    Ok(())
}

fn row(model: &language::Model, tag: &str, name: &str, weight: i32) -> language::Model {
    if tag == model.tag && name.is_empty() {
        return language::Model { weight, ..model.clone() };
    }
    let main = tag.split('-').next().unwrap_or_default();
    language::Model {
        tag: tag.to_owned(),
        key: tag.to_lowercase(),
        name: if name.is_empty() { tag.to_owned() } else { name.to_owned() },
        right_to_left: matches!(main, "ar" | "fa" | "he" | "ur" | "yi" | "ps" | "sd" | "ug" | "dv"),
        has_cjk: matches!(main, "zh" | "ja" | "ko"),
        weight,
        ..model.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_one_spelling() {
        for (text, expected) in [
            ("zh_CN", Some("zh-CN")),
            ("zh-hans-cn", Some("zh-Hans-CN")),
            ("EN", Some("en")),
            ("en-us", Some("en-US")),
            ("", None),
            ("english please", None),
            ("e", None),
        ] {
            assert_eq!(tag(text).as_deref(), expected, "{text}");
        }
    }
}
