//! Custom fields of posts.
//!
//! Those that an author made become parameters under their own names. Those
//! that begin with `_` are the business of WordPress and its plugins: what means
//! something here is named below, the rest is kept with the item.

use serde_json::{Map, Value, json};

use super::super::html::plain;
use super::super::model::{Item, filled};
use super::super::xml::Element;
use crate::article::content::Image;

/// Keys of front matter that fields hold: a parameter of that name would be read
/// as the field.
const FIELDS: &[&str] = &[
    "title",
    "linktitle",
    "date",
    "publishdate",
    "pubdate",
    "published",
    "lastmod",
    "modified",
    "expirydate",
    "unpublishdate",
    "draft",
    "slug",
    "url",
    "aliases",
    "weight",
    "summary",
    "description",
    "lead",
    "thumbnail",
    "images",
    "authors",
    "author",
    "tags",
    "categories",
    "keywords",
    "menu",
    "menus",
    "translationkey",
    "comments",
    "authorbox",
    "pager",
    "toc",
    "mathjax",
    "sidebar",
    "widgets",
    "canonicalurl",
    "type",
    "layout",
    "kind",
    "lang",
    "markup",
    "outputs",
    "headless",
    "cascade",
    "resources",
    "build",
    "params",
    "source",
    "sticky",
    "seo",
    "wordpress",
    "ghost",
    "enclosures",
];

/// The pairs of a post.
fn pairs(element: &Element) -> impl Iterator<Item = (&str, &str)> {
    element
        .all("wp:postmeta")
        .map(|pair| (pair.text_of("wp:meta_key").trim(), pair.text_of("wp:meta_value")))
        .filter(|(key, _)| !key.is_empty())
}

/// The first value of a key that says something.
#[must_use]
pub fn value<'a>(element: &'a Element, wanted: &str) -> Option<&'a str> {
    pairs(element)
        .find(|(key, value)| *key == wanted && !value.trim().is_empty())
        .map(|(_, value)| value)
}

pub fn values<'a>(element: &'a Element, wanted: &str) -> impl Iterator<Item = &'a str> {
    pairs(element).filter(move |(key, _)| *key == wanted).map(|(_, value)| value)
}

/// Adds a value to those that a key has already.
fn add(map: &mut Map<String, Value>, key: &str, value: Value) {
    match map.get_mut(key) {
        None => {
            map.insert(key.to_owned(), value);
        }
        Some(Value::Array(all)) => all.push(value),
        Some(one) => *one = json!([one.take(), value]),
    }
}

/// Puts custom fields where they belong.
pub fn take(element: &Element, item: &mut Item) {
    let mut seo = Map::new();
    let mut own = Map::new();
    let mut private = Map::new();
    for (key, value) in pairs(element) {
        if key.starts_with('_') || key.starts_with("rank_math_") {
            add(&mut private, key, json!(value));
        } else if FIELDS.contains(&key.to_ascii_lowercase().as_str()) {
            add(&mut own, key, json!(value));
        } else {
            add(&mut item.params, key, json!(value));
        }
    }
    let text = |keys: &[&str]| {
        keys.iter().find_map(|key| {
            let value = value(element, key)?;
            // Templates (`%%title%%`) mean nothing outside their plugin.
            filled(&plain(value)).filter(|text| !text.contains("%%") && !text.contains("%title%"))
        })
    };
    for (name, keys) in [
        (
            "title",
            &["_yoast_wpseo_title", "rank_math_title", "_aioseo_title", "_aioseop_title"][..],
        ),
        ("focus", &["_yoast_wpseo_focuskw", "rank_math_focus_keyword"]),
        ("ogTitle", &["_yoast_wpseo_opengraph-title", "rank_math_facebook_title"]),
        (
            "ogDescription",
            &["_yoast_wpseo_opengraph-description", "rank_math_facebook_description"],
        ),
        ("ogImage", &["_yoast_wpseo_opengraph-image", "rank_math_facebook_image"]),
        ("twitterTitle", &["_yoast_wpseo_twitter-title", "rank_math_twitter_title"]),
        (
            "twitterDescription",
            &["_yoast_wpseo_twitter-description", "rank_math_twitter_description"],
        ),
        ("twitterImage", &["_yoast_wpseo_twitter-image", "rank_math_twitter_image"]),
    ] {
        if let Some(text) = text(keys) {
            seo.insert(name.to_owned(), json!(text));
        }
    }
    if value(element, "_yoast_wpseo_meta-robots-noindex").is_some_and(|flag| flag.trim() == "1") {
        seo.insert("noindex".to_owned(), json!(true));
    }
    item.description = text(&[
        "_yoast_wpseo_metadesc",
        "rank_math_description",
        "_aioseo_description",
        "_aioseop_description",
    ]);
    item.canonical_url = text(&["_yoast_wpseo_canonical", "rank_math_canonical_url"])
        .filter(|url| url.starts_with("http"));
    if let Some(template) = text(&["_wp_page_template"]).filter(|name| name != "default") {
        own.insert("template".to_owned(), json!(template));
    }
    for (name, map) in [("seo", seo), ("wordpress", own)] {
        if !map.is_empty() {
            item.params.insert(name.to_owned(), Value::Object(map));
        }
    }
    if !private.is_empty() {
        item.kept.insert("meta".to_owned(), Value::Object(private));
    }
}

/// Notes something of WordPress's own among the parameters.
pub fn note(item: &mut Item, key: &str, value: Value) {
    let own = item.params.entry("wordpress").or_insert_with(|| json!({}));
    if let Value::Object(own) = own {
        own.insert(key.to_owned(), value);
    }
}

/// The featured image.
#[must_use]
pub fn thumbnail(element: &Element, survey: &super::Survey) -> Option<Result<Image, String>> {
    let id = value(element, "_thumbnail_id")?.trim();
    let found = id.parse().ok().and_then(|id| survey.media.get(&id));
    Some(match found {
        Some(media) if !media.url.is_empty() => {
            Ok(Image { url: media.url.clone(), alt: media.alt.clone() })
        }
        _ => Err(format!(
            "its featured image (attachment {id}) is not in the file: export all content, or give \
             it a thumbnail here"
        )),
    })
}
