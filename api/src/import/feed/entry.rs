//! One entry of a feed as an item.

use feed_rs::model::{Category, Entry, Feed, Link, Person};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::super::html::{absolute, plain};
use super::super::model::{Item, Origin, Release, Term, Text, decode, filled};
use super::Options;
use crate::article::content::{Author, Image, Source};

/// What names a kind of file at the end of an address.
const ENDINGS: [&str; 6] = [".html", ".htm", ".php", ".aspx", ".shtml", ".md"];

pub fn read(entry: &Entry, feed: &Feed, origin: &Origin, options: &Options, number: usize) -> Item {
    let link = address(entry, options.url.as_ref());
    let title = entry.title.as_ref().map(|title| plain(&title.content)).unwrap_or_default();
    let mut item = Item {
        label: format!("entry {number}"),
        slug: link.as_deref().map(slug).unwrap_or_default(),
        language: entry.language.as_deref().and_then(filled),
        release: if options.publish { Release::Public } else { Release::Draft },
        canonical_url: link.clone(),
        origin: link.clone().map(|url| Source { name: name(origin, &url), url }),
        link: link.clone(),
        authors: authors(entry, feed),
        ..Item::default()
    };
    if !title.is_empty() {
        item.label = format!("entry {number} ({})", title.chars().take(60).collect::<String>());
    }
    texts(entry, link.as_deref().or(entry.base.as_deref()), &mut item);
    item.title = if title.is_empty() { untitled(&item) } else { title };
    let date = |moment: chrono::DateTime<chrono::Utc>| moment.fixed_offset();
    item.date = entry.published.or(entry.updated).map(date);
    item.modified = entry.updated.map(date).filter(|moment| Some(moment) != item.date.as_ref());
    if item.date.is_none() {
        item.warnings.push("it has no date that can be read".to_owned());
    }
    let mut names: Vec<Term> = Vec::new();
    categories(&entry.categories, &mut names);
    if !names.is_empty() {
        item.terms.insert("tags".to_owned(), names);
    }
    media(entry, &mut item);
    item.key = filled(&entry.id).or(link).unwrap_or_else(|| hash(&item));
    item
}

/// What an entry is known by that has neither guid nor address.
pub fn hash(item: &Item) -> String {
    let said = format!("{}\n{:?}\n{}", item.title, item.date, item.text.as_str());
    let digest = Sha256::digest(said.as_bytes());
    digest.iter().take(16).fold(String::from("sha256:"), |text, byte| format!("{text}{byte:02x}"))
}

/// The entry's own page.
fn address(entry: &Entry, base: Option<&Url>) -> Option<String> {
    let is = |link: &&Link, wanted: &str| link.rel.as_deref() == Some(wanted);
    let found = entry
        .links
        .iter()
        .find(|link| link.rel.is_none() || is(link, "alternate"))
        .map(|link| link.href.trim().to_owned())
        // A guid is an address where nothing says otherwise.
        .or_else(|| Some(entry.id.trim().to_owned()))?;
    let url = Url::parse(&found)
        .ok()
        .or_else(|| base?.join(&found).ok().filter(|_| !entry.links.is_empty()))?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

fn name(origin: &Origin, link: &str) -> String {
    if !origin.title.is_empty() {
        return origin.title.clone();
    }
    let host = Url::parse(link).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| origin.home.clone())
}

/// The last part of an address, without what names a kind of file.
fn slug(link: &str) -> String {
    let Ok(url) = Url::parse(link) else { return String::new() };
    if url.query().is_some() {
        return String::new();
    }
    let last = decode(url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default());
    let last = ENDINGS.iter().find_map(|end| last.strip_suffix(end)).unwrap_or(&last).to_owned();
    if last.eq_ignore_ascii_case("index") { String::new() } else { last }
}

/// A title for an entry without one: what it says first.
fn untitled(item: &Item) -> String {
    let text = plain(item.text.as_str());
    let first: String = text.chars().take(80).collect();
    if first.is_empty() {
        item.link.clone().unwrap_or_else(|| item.label.clone())
    } else if first.len() < text.len() {
        format!("{}…", first.trim_end())
    } else {
        first
    }
}

fn authors(entry: &Entry, feed: &Feed) -> Vec<Author> {
    let own = if entry.authors.is_empty() { &feed.authors } else { &entry.authors };
    let mut authors: Vec<Author> = Vec::new();
    for Person { name, uri, .. } in own {
        let Some(name) = name.as_deref().map(plain) else { continue };
        // RSS: `a@example.org (A Name)`.
        let name = match name.split_once('(') {
            Some((address, rest)) if address.contains('@') => {
                rest.trim_end_matches(')').trim().to_owned()
            }
            _ => name,
        };
        if !name.is_empty() && !authors.iter().any(|author| author.name == name) {
            let url = uri.as_deref().and_then(filled);
            authors.push(Author { name, url, ..Author::default() });
        }
    }
    authors
}

/// The text, and the summary where there are both.
fn texts(entry: &Entry, base: Option<&str>, item: &mut Item) {
    let content = entry.content.as_ref().and_then(|content| {
        let body = content.body.as_deref().filter(|body| !body.trim().is_empty())?;
        Some((body, content.content_type.subty().as_str()))
    });
    let summary = entry
        .summary
        .as_ref()
        .filter(|summary| !summary.content.trim().is_empty())
        .map(|summary| (summary.content.as_str(), summary.content_type.subty().as_str()));
    let (body, teaser) = match (content, summary) {
        (Some(content), Some(summary)) if content.0.trim() != summary.0.trim() => {
            (Some(content), Some(summary))
        }
        (content, summary) => (content.or(summary), None),
    };
    item.summary = teaser.and_then(|(text, _)| filled(&plain(text)));
    let Some((body, kind)) = body else { return };
    // Much that says it is plain text is not.
    let markup = kind != "plain" || body.contains("</") || body.contains("<br");
    let html = if markup {
        body.to_owned()
    } else {
        super::super::html::paragraphs(&quick_xml::escape::escape(body))
    };
    let base = base.and_then(|base| Url::parse(base).ok());
    let html = base.map_or_else(|| html.clone(), |base| absolute(&html, &base));
    item.text = Text::Html(html);
    item.kept.insert("html".to_owned(), json!(body));
}

fn categories(list: &[Category], names: &mut Vec<Term>) {
    for Category { term, label, subcategories, .. } in list {
        let name = plain(label.as_deref().filter(|label| !label.trim().is_empty()).unwrap_or(term));
        if !name.is_empty() && !names.iter().any(|known| known.name == name) {
            names.push(Term::named(&name));
        }
        // Feeds nest one level: what nests further is hostile.
        for Category { term, label, .. } in subcategories {
            let name = plain(label.as_deref().unwrap_or(term));
            if !name.is_empty() && !names.iter().any(|known| known.name == name) {
                names.push(Term::named(&name));
            }
        }
    }
}

/// Enclosures, and a picture for lists.
fn media(entry: &Entry, item: &mut Item) {
    let mut enclosures: Vec<Value> = Vec::new();
    let mut picture = None;
    let mut add = |url: &str, kind: Option<String>, length: Option<u64>| {
        if !enclosures.iter().any(|known| known.get("url").and_then(Value::as_str) == Some(url)) {
            let mut fields = Map::from_iter([("url".to_owned(), json!(url))]);
            fields.extend(kind.map(|kind| ("type".to_owned(), json!(kind))));
            fields.extend(length.map(|length| ("length".to_owned(), json!(length))));
            enclosures.push(Value::Object(fields));
        }
    };
    for object in &entry.media {
        let alt = object.title.as_ref().map(|title| plain(&title.content)).and_then(|t| filled(&t));
        for thumbnail in &object.thumbnails {
            let url = thumbnail.image.uri.clone();
            picture.get_or_insert(Image { url, alt: alt.clone() });
        }
        for content in &object.content {
            let Some(url) = &content.url else { continue };
            let kind = content.content_type.as_ref().map(ToString::to_string);
            let path = url.path().to_ascii_lowercase();
            let image = match &kind {
                Some(kind) => kind.starts_with("image/"),
                None => [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"]
                    .iter()
                    .any(|ending| path.ends_with(ending)),
            };
            if image && picture.is_none() {
                picture = Some(Image { url: url.to_string(), alt: alt.clone() });
            }
            add(url.as_str(), kind, content.size);
        }
    }
    for link in entry.links.iter().filter(|link| link.rel.as_deref() == Some("enclosure")) {
        add(&link.href, link.media_type.clone(), link.length);
    }
    if let Some(Image { url, .. }) = &picture {
        enclosures.retain(|known| known.get("url").and_then(Value::as_str) != Some(url));
    }
    item.thumbnail = picture;
    if !enclosures.is_empty() {
        item.params.insert("enclosures".to_owned(), Value::Array(enclosures));
    }
}
