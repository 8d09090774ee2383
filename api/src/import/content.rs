//! An item as an article's content.

use entity::Timestamp;
use indexmap::IndexMap;
use serde_json::Value;

use super::html::{self, Converted};
use super::model::{Item, Release, Text};
use super::{SECTION, place};
use crate::article::content::Content;
use crate::article::projection;
use crate::article::write::body_row;
use crate::error::Result;
use crate::hugo::convert::Draft;
use crate::site::{Frame, LanguageFrame};

/// Everything of an item that does not depend on what else is in the database.
pub struct Made {
    pub draft: Draft,
    pub body: entity::body::Model,
    /// What no field holds.
    pub kept: Value,
}

/// Makes an article's content. `before` is what the article says now: it stays
/// where it is, and keeps what its source cannot say.
pub fn make(
    frame: &Frame,
    language: &LanguageFrame,
    system: &str,
    section: Option<&str>,
    item: &mut Item,
    before: Option<&Content>,
    body_id: uuid::Uuid,
) -> Result<Made> {
    let (text, html) = body(item);
    let math = language.switches.mathjax.unwrap_or(false);
    let options = language.rendering(math, html);
    if item.kept.get("html").and_then(Value::as_str).is_some_and(|html| html.trim() == text.trim())
    {
        item.kept.remove("html");
    }
    let base = before.cloned().unwrap_or_else(|| {
        let directory = item.directory.as_deref().or(section).unwrap_or(SECTION);
        let (directory, name) = (place::directory(frame, directory), place::name(frame, item));
        let own = format!("{system}:{}", super::known::key(item));
        let marked = item.language.is_some() && system != "feed";
        let shared = item.translation_key.as_ref().map(|key| format!("{system}:{key}"));
        let logical = [directory.as_str(), name.as_str()].join("/").trim_matches('/').to_owned();
        let translation_key = shared.unwrap_or(if marked { own } else { logical });
        Content { directory, name, translation_key, ..Content::default() }
    });
    let mut aliases = base.aliases.clone();
    for alias in &item.aliases {
        if !aliases.contains(alias) && alias.len() <= crate::article::content::MAX_KEY {
            aliases.push(alias.clone());
        }
    }
    let content = Content {
        title: if item.title.trim().is_empty() { untitled(item) } else { item.title.clone() },
        summary: item.summary.clone(),
        description: item.description.clone(),
        date: item.date,
        last_modified: item.modified,
        weight: item.weight,
        thumbnail: item.thumbnail.clone(),
        authors: item.authors.clone(),
        terms: IndexMap::new(),
        source: item.origin.clone(),
        canonical_url: item.canonical_url.clone(),
        aliases,
        comments: item.comments,
        params: item.params.clone(),
        ..base
    };
    let release = (item.release == Release::Public).then(|| projection::Release {
        from: item.date.map_or(Timestamp::UNDATED, Timestamp::from),
        until: None,
    });
    let path = projection::path(frame, language, &content);
    let draft = Draft { content, terms: IndexMap::new(), release, path };
    Ok(Made {
        draft,
        body: body_row(body_id, text, options, None)?,
        kept: Value::Object(std::mem::take(&mut item.kept)),
    })
}

/// Every article has a title.
fn untitled(item: &Item) -> String {
    let text = html::plain(item.text.as_str());
    let first: String = text.chars().take(60).collect();
    if first.is_empty() { item.label.clone() } else { first }
}

/// The text, and whether it is HTML and no Markdown.
fn body(item: &mut Item) -> (String, bool) {
    match &item.text {
        Text::Markdown(text) => (text.replace("\r\n", "\n").replace('\0', "\u{fffd}"), false),
        Text::Html(text) => {
            let Converted { text, is_html, html_blocks: _ } = html::convert(text);
            if is_html {
                item.warnings.push(
                    "its text stays HTML as a whole: as Markdown it would show something else"
                        .to_owned(),
                );
            }
            (text.replace('\0', "\u{fffd}"), is_html)
        }
    }
}
