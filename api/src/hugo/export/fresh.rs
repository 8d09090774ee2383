//! The file of an article that was made here: as a colleague would have written
//! it, in the manner of its neighbours.

use chrono::{DateTime, FixedOffset, Timelike};
use chrono_tz::Tz;
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::diff::{
    author_value, fields, menus_value, source_value, thumbnail_value, widgets_value,
};
use super::page::Target;
use super::parsed::Parsed;
use super::site::Site;
use crate::article::content::Content;
use crate::hugo::edit::{self, House};
use crate::hugo::problem::Problem;
use crate::hugo::tree::Entry;
use crate::site::Sidebar;

/// What neighbours look like.
#[derive(Debug, Default)]
pub struct Style {
    pub house: House,
    /// Whether a blank line stands before their bodies.
    blank: bool,
    /// Whether their dates have fractions of seconds.
    fractions: bool,
    /// Whether several authors' key is `authors`.
    authors: bool,
}

impl Style {
    /// Learns from files; those that cannot be read teach nothing. Dates without a zone
    /// are in `zone`.
    #[must_use]
    pub fn learn(files: &[Vec<u8>], zone: Tz) -> Self {
        let house = House::learn(files.iter().map(Vec::as_slice)).in_zone(zone);
        let mut style = Self { house, ..Self::default() };
        let (mut blank, mut seen) = (0, 0);
        for file in files {
            let Ok(source) = crate::hugo::front_matter::split(file) else { continue };
            let Ok(map) = crate::hugo::front_matter::parse(&source) else { continue };
            seen += 1;
            blank +=
                usize::from(source.body.starts_with(b"\n") || source.body.starts_with(b"\r\n"));
            let date = crate::hugo::fold::get(&map, "date").and_then(Value::as_str);
            style.fractions |= date.is_some_and(|date| date.contains('.'));
            style.authors |= crate::hugo::fold::get(&map, "authors").is_some();
        }
        style.blank = seen == 0 || blank * 2 > seen;
        style
    }
}

/// Makes the file. `slug` keeps the address of an article whose name no file can have.
pub fn write(
    site: &Site,
    entry: &Entry,
    target: &Target,
    slug: Option<&str>,
    now: entity::Timestamp,
    style: &Style,
) -> Result<Vec<u8>, Problem> {
    let moment = target.content.publish_at.or(target.content.date);
    let opens = super::page::opens(moment, target, now);
    let entries = entries(site, entry, target, slug, opens, style);
    let mut bytes = edit::fresh(&entries, &style.house);
    let crlf = bytes.windows(2).any(|pair| pair == b"\r\n");
    let end: &str = if crlf { "\r\n" } else { "\n" };
    let text = &target.markdown;
    if !text.is_empty() {
        if style.blank && !text.starts_with(['\n', '\r']) {
            bytes.extend_from_slice(end.as_bytes());
        }
        let text =
            if crlf && !text.contains('\r') { text.replace('\n', end) } else { text.clone() };
        bytes.extend_from_slice(text.as_bytes());
        if !text.ends_with('\n') {
            bytes.extend_from_slice(end.as_bytes());
        }
    }
    let read = Parsed::of(site, entry, &bytes).map_err(|problem| {
        Problem::new(format!("the new file could not be read: {}", problem.message))
    })?;
    match differs(site, entry, target, &read) {
        None => Ok(bytes),
        Some(field) => Err(Problem::new(format!(
            "`{field}` cannot be written so that Hugo reads it as it is here"
        ))),
    }
}

fn entries(
    site: &Site,
    entry: &Entry,
    target: &Target,
    slug: Option<&str>,
    opens: Option<DateTime<FixedOffset>>,
    style: &Style,
) -> IndexMap<String, Value> {
    let content = &target.content;
    let mut all = IndexMap::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            all.insert(key.to_owned(), value);
        }
    };
    let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
    let date = |date: Option<DateTime<FixedOffset>>| {
        let date = date?;
        let date = if style.fractions { date } else { date.with_nanosecond(0).unwrap_or(date) };
        let utc = date.offset().local_minus_utc() == 0;
        Some(json!(date.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, utc)))
    };
    put("title", Some(json!(content.title)));
    put("linkTitle", text(&content.link_title));
    put("date", date(content.date));
    put("lastmod", date(content.last_modified.filter(|moment| Some(*moment) != content.date)));
    let publish = content.publish_at.filter(|moment| Some(*moment) != content.date);
    put("publishDate", date(opens.or(publish)));
    put("expiryDate", date(content.expire_at));
    put("draft", target.draft.then(|| json!(true)));
    put("slug", content.slug.as_deref().or(slug).map(|slug| json!(slug)));
    put("url", text(&content.url));
    put("description", text(&content.description));
    put("summary", text(&content.summary));
    put("lead", text(&content.lead));
    let authors: Vec<Value> = content.authors.iter().map(author_value).collect();
    match authors.as_slice() {
        [] => {}
        [one] if !style.authors && !content.terms.contains_key("authors") => {
            put("author", Some(one.clone()));
        }
        _ => put("authors", Some(Value::Array(authors))),
    }
    for (taxonomy, names) in &target_names(site, entry, content) {
        let written =
            matches!(taxonomy.as_str(), "authors" | "author") && !content.authors.is_empty();
        if !names.is_empty() && !written {
            put(taxonomy, Some(json!(names)));
        }
    }
    let image = content.thumbnail.as_ref();
    put("thumbnail", image.map(|image| thumbnail_value(&image.url, image.alt.as_deref())));
    put("weight", (content.weight != 0).then(|| json!(content.weight)));
    let prefix = format!("/{}", site.config.rules.prefix(&entry.language));
    let aliases: Vec<Value> = content
        .aliases
        .iter()
        .map(|alias| {
            let bare = alias.strip_prefix(prefix.as_str()).filter(|rest| rest.starts_with('/'));
            json!(if prefix == "/" { alias } else { bare.unwrap_or(alias) })
        })
        .collect();
    put("aliases", (!aliases.is_empty()).then_some(Value::Array(aliases)));
    for (key, flag) in [
        ("comments", content.comments),
        ("authorbox", content.authorbox),
        ("pager", content.pager),
        ("toc", content.toc),
        ("mathjax", content.mathjax),
    ] {
        put(key, flag.map(|flag| json!(flag)));
    }
    put(
        "sidebar",
        content.sidebar.map(|place| match place {
            Sidebar::Left => json!("left"),
            Sidebar::Right => json!("right"),
            Sidebar::None => json!(false),
        }),
    );
    put("widgets", content.widgets.as_deref().map(widgets_value));
    put("menus", (!content.menus.is_empty()).then(|| menus_value(content)));
    let key = &content.translation_key;
    put("translationKey", (*key != entry.logical && !key.is_empty()).then(|| json!(key)));
    put("canonicalURL", text(&content.canonical_url));
    // A text that ends in a link to its source says so itself.
    let shown = content.source.as_ref().filter(|source| {
        !target.markdown.trim_end().ends_with(&format!("[{}]({})", source.name, source.url))
    });
    put("source", shown.map(source_value));
    for (key, value) in &content.params {
        put(key, Some(value.clone()));
    }
    all
}

/// The names of an article's terms.
fn target_names(site: &Site, entry: &Entry, content: &Content) -> IndexMap<String, Vec<String>> {
    let language = crate::hugo::settings::tag(&site.config, &entry.language);
    content
        .terms
        .iter()
        .map(|(taxonomy, ids)| {
            let names = site.terms.names(&site.config.rules, language, taxonomy, &[], None, ids);
            (taxonomy.clone(), names)
        })
        .collect()
}

/// A field that the file says otherwise than the article.
fn differs(site: &Site, entry: &Entry, target: &Target, read: &Parsed) -> Option<String> {
    if read.draft != target.draft {
        return Some("draft".to_owned());
    }
    let lines = |text: &str| text.replace("\r\n", "\n").trim_matches('\n').to_owned();
    if lines(&read.markdown) != lines(&target.markdown) {
        return Some("body".to_owned());
    }
    for (taxonomy, names) in target_names(site, entry, &target.content) {
        if read.names(&taxonomy) != names.as_slice() {
            return Some(taxonomy);
        }
    }
    let wanted = fields(&target.content);
    // What follows from others, or from the place; and times, which are cut to
    // seconds and checked as what they open.
    let follows = [
        "address",
        "terms",
        "directory",
        "name",
        "bundle",
        "slug",
        "date",
        "lastModified",
        "publishAt",
        "expireAt",
        "menus",
        "translationKey",
    ];
    fields(&read.content)
        .into_iter()
        .find(|(field, value)| {
            !follows.contains(&field.as_str()) && wanted.get(field).is_some_and(|it| it != value)
        })
        .map(|(field, _)| field)
}
