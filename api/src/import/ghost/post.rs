//! One post of Ghost as an item.

use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::super::html::plain;
use super::super::model::{Item, Release, Text, filled};
use super::document;
use super::tables::{Tables, Tag, User, id};
use crate::article::content::{Author, Image};
use crate::hugo::date::parse_date;
use crate::hugo::problem::Problem;

/// What stands for the site's own address in an export.
const SITE: &str = "__GHOST_URL__";

/// Reads a post; `number` counts from one.
pub fn read(value: Value, tables: &Tables, number: usize) -> Result<Item, Problem> {
    let Value::Object(post) = value else {
        return Err(Problem::new(format!("post {number} is no object")));
    };
    let text = |key: &str| post.get(key).and_then(Value::as_str).and_then(own);
    let own_id = post.get("id").map(id).unwrap_or_default();
    let slug = text("slug").unwrap_or_default();
    let Some(key) = text("uuid").or_else(|| filled(&own_id)) else {
        return Err(Problem::new(format!(
            "post {number} has neither uuid nor id: it could not be recognized again; give it one"
        )));
    };
    let page = text("type").as_deref() == Some("page") || post.get("page").is_some_and(is_true);
    let noun = if page { "page" } else { "post" };
    let mut item = Item {
        key,
        label: format!("{noun} {number} ({slug})"),
        title: plain(&text("title").unwrap_or_default()),
        directory: page.then(String::new),
        aliases: filled(&slug).map(|slug| format!("/{slug}/")).into_iter().collect(),
        slug,
        canonical_url: text("canonical_url").filter(|url| url.starts_with("http")),
        summary: text("custom_excerpt"),
        language: text("locale"),
        ..Item::default()
    };
    let empty = Map::new();
    let meta = tables.meta(&own_id).unwrap_or(&empty);
    // Before version 4 these stood in the post itself.
    let said = |key: &str| {
        let value = meta.get(key).filter(|value| !value.is_null()).or_else(|| post.get(key))?;
        value.as_str().and_then(own)
    };
    item.thumbnail = text("feature_image")
        .or_else(|| text("image"))
        .map(|url| Image { url, alt: said("feature_image_alt") });
    item.description = said("meta_description");
    bylines(&post, tables, &own_id, &mut item);
    tags(tables, &own_id, &mut item);
    status(&post, meta, &mut item);
    dates(&post, tables, &mut item);
    body(&post, &mut item);
    params(&said, &post, &mut item);
    Ok(item)
}

/// A text of an export: addresses of its own site are relative to this one.
fn own(text: &str) -> Option<String> {
    filled(&text.replace(SITE, ""))
}

fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_i64().is_some_and(|number| number != 0))
}

fn author(user: &User) -> Author {
    let text = |text: &Option<String>| text.as_deref().and_then(own);
    Author {
        name: user.name.clone(),
        url: text(&user.website),
        avatar: text(&user.profile_image),
        bio: text(&user.bio),
        ..Author::default()
    }
}

fn bylines(post: &Map<String, Value>, tables: &Tables, own_id: &str, item: &mut Item) {
    let mut users = tables.authors(own_id);
    if users.is_empty() {
        users.extend(post.get("author_id").and_then(|author| tables.user(&id(author))));
    }
    item.authors = users.into_iter().filter(|user| !user.name.is_empty()).map(author).collect();
}

fn note(item: &mut Item, key: &str, value: Value) {
    if let Value::Object(own) = item.params.entry("ghost").or_insert_with(|| json!({})) {
        own.insert(key.to_owned(), value);
    }
}

/// The first is the primary one.
fn tags(tables: &Tables, own_id: &str, item: &mut Item) {
    let (internal, public): (Vec<_>, Vec<_>) =
        tables.tags(own_id).into_iter().partition(|tag| tag.is_internal());
    let public: Vec<_> = public.into_iter().map(Tag::term).collect();
    if !public.is_empty() {
        item.terms.insert("tags".to_owned(), public);
    }
    if !internal.is_empty() {
        let names: Vec<_> = internal.into_iter().map(|tag| tag.name.clone()).collect();
        note(item, "internalTags", json!(names));
    }
}

fn status(post: &Map<String, Value>, meta: &Map<String, Value>, item: &mut Item) {
    let text = |key: &str| post.get(key).and_then(Value::as_str).unwrap_or_default();
    let status = text("status");
    let visibility = text("visibility");
    let mailed = status == "sent" || meta.get("email_only").is_some_and(is_true);
    let open = matches!(visibility, "" | "public");
    item.release = match status {
        "published" | "scheduled" if open && !mailed => Release::Public,
        _ => Release::Draft,
    };
    if !open {
        note(item, "visibility", json!(visibility));
        if status == "published" || status == "scheduled" {
            item.warnings.push(format!(
                "it is for {visibility} only in Ghost: it is a draft here, until somebody \
                 publishes it"
            ));
        }
    }
    if mailed {
        note(item, "emailOnly", json!(true));
    }
    if post.get("featured").is_some_and(is_true) {
        item.params.insert("featured".to_owned(), json!(true));
    }
}

fn dates(post: &Map<String, Value>, tables: &Tables, item: &mut Item) {
    let zone: Tz = tables
        .setting("timezone")
        .or_else(|| tables.setting("active_timezone"))
        .and_then(|name| name.parse().ok())
        .unwrap_or(Tz::UTC);
    let mut wrong = Vec::new();
    let mut read = |key: &str| match moment(post.get(key)?, zone) {
        Ok(date) => date,
        Err(message) => {
            wrong.push(format!("`{key}`: {message}; it has none here"));
            None
        }
    };
    item.date = read("published_at").or_else(|| read("created_at"));
    item.modified = read("updated_at").filter(|modified| Some(modified) != item.date.as_ref());
    item.warnings.append(&mut wrong);
}

fn moment(value: &Value, zone: Tz) -> Result<Option<DateTime<FixedOffset>>, String> {
    let date = match value.as_i64() {
        // Milliseconds in the oldest exports.
        Some(millis) => DateTime::from_timestamp_millis(millis).map(|date| date.fixed_offset()),
        // Dates without an offset are in UTC.
        None => parse_date(value, Tz::UTC)?,
    };
    Ok(date.map(|date| date.with_timezone(&zone).fixed_offset()))
}

fn body(post: &Map<String, Value>, item: &mut Item) {
    let text = |key: &str| post.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let made = text("lexical")
        .and_then(document::lexical)
        .or_else(|| text("mobiledoc").and_then(document::mobiledoc));
    // An old post that is one card of Markdown is what its author wrote.
    let markdown = text("markdown").map(str::to_owned);
    let markdown = markdown.or_else(|| text("mobiledoc").and_then(document::markdown));
    item.text = match (markdown, text("html"), made) {
        (Some(markdown), _, _) => Text::Markdown(markdown.replace(SITE, "")),
        (None, Some(html), _) => Text::Html(html.replace(SITE, "")),
        (None, None, Some(html)) => Text::Html(html.replace(SITE, "")),
        (None, None, None) => Text::default(),
    };
    for key in ["html", "lexical", "mobiledoc"] {
        if let Some(text) = text(key) {
            item.kept.insert(key.to_owned(), json!(text));
        }
    }
}

fn params(said: &dyn Fn(&str) -> Option<String>, post: &Map<String, Value>, item: &mut Item) {
    let mut seo = Map::new();
    for (name, key) in [
        ("title", "meta_title"),
        ("ogTitle", "og_title"),
        ("ogDescription", "og_description"),
        ("ogImage", "og_image"),
        ("twitterTitle", "twitter_title"),
        ("twitterDescription", "twitter_description"),
        ("twitterImage", "twitter_image"),
    ] {
        if let Some(text) = said(key) {
            seo.insert(name.to_owned(), json!(text));
        }
    }
    if !seo.is_empty() {
        item.params.insert("seo".to_owned(), Value::Object(seo));
    }
    if let Some(caption) = said("feature_image_caption") {
        item.params.insert("thumbnailCaption".to_owned(), json!(caption));
    }
    for (name, key) in [
        ("template", "custom_template"),
        ("emailSubject", "email_subject"),
        ("frontmatter", "frontmatter"),
    ] {
        if let Some(text) = said(key) {
            note(item, name, json!(text));
        }
    }
    if post.get("show_title_and_feature_image").is_some_and(|shown| !is_true(shown)) {
        note(item, "showTitleAndFeatureImage", json!(false));
    }
    for key in ["codeinjection_head", "codeinjection_foot"] {
        if let Some(code) = post.get(key).and_then(Value::as_str).and_then(filled) {
            item.kept.insert(key.to_owned(), json!(code));
        }
    }
}
