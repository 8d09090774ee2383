//! One post as an item.

use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::super::html::{plain, wordpress_body};
use super::super::model::{Item, Release, Term, Text, decode, filled, path_of};
use super::super::xml::Element;
use super::{INTERNAL, Survey, dates, languages, meta, number, taxonomy};
use crate::article::content::Author;
use crate::hugo::problem::Problem;

/// Reads a post; none for what is no content of its own.
pub fn read(element: &Element, survey: &Survey, zone: Tz) -> Option<Result<Item, Problem>> {
    let text = |name: &str| element.text_of(name).trim();
    let kind = match text("wp:post_type") {
        "" => "post",
        kind => kind,
    };
    if INTERNAL.contains(&kind) {
        return None;
    }
    let id = number(text("wp:post_id"));
    let line = Some(element.line);
    if id == 0 {
        let message = "an item without wp:post_id: it could not be recognized again; give it one";
        return Some(Err(Problem { line, ..Problem::new(message) }));
    }
    let mut item = Item {
        key: format!("wp:{id}"),
        label: format!("{kind} {id}"),
        line,
        title: plain(text("title")),
        slug: decode(text("wp:post_name")),
        link: filled(text("link")),
        ..Item::default()
    };
    if text("wp:status") == "auto-draft" && item.title == "Auto Draft" {
        return None;
    }
    meta::take(element, &mut item);
    body(element, survey, id, &mut item);
    place(element, survey, kind, &mut item);
    status(element, &mut item);
    when(element, zone, &mut item);
    terms(element, survey, &mut item);
    addresses(element, id, &mut item);
    let login = text("dc:creator");
    if !login.is_empty() {
        let author = survey.authors.get(login).cloned();
        item.authors =
            vec![author.unwrap_or_else(|| Author { name: login.to_owned(), ..Author::default() })];
    }
    item.summary = filled(&plain(element.text_of("excerpt:encoded")));
    match meta::thumbnail(element, survey) {
        Some(Ok(image)) => item.thumbnail = Some(image),
        Some(Err(warning)) => item.warnings.push(warning),
        None => {}
    }
    item.comments = match text("wp:comment_status") {
        "open" => Some(true),
        "closed" => Some(false),
        _ => None,
    };
    if kind == "page" {
        item.weight = text("wp:menu_order").parse().unwrap_or_default();
    }
    comments(element, &mut item);
    Some(Ok(item))
}

fn body(element: &Element, survey: &Survey, id: u64, item: &mut Item) {
    let content = element.text_of("content:encoded");
    let own = || {
        let ids = survey.uploads.get(&id).into_iter().flatten();
        ids.filter_map(|id| survey.media.get(id)).filter(|media| media.image).cloned().collect()
    };
    let html = wordpress_body(
        content,
        &|id| survey.media.get(&id).cloned(),
        &|id| survey.shared.get(&id).cloned(),
        &own,
    );
    item.text = Text::Html(html);
    if !content.trim().is_empty() {
        item.kept.insert("html".to_owned(), json!(content));
    }
}

/// Posts go where posts go; pages below their parents; what plugins add into a
/// folder of its own.
fn place(element: &Element, survey: &Survey, kind: &str, item: &mut Item) {
    let above = survey.directory(number(element.text_of("wp:post_parent")));
    item.directory = match kind {
        "post" => None,
        "page" => Some(above),
        kind if above.is_empty() => Some(kind.to_owned()),
        kind => Some(format!("{kind}/{above}")),
    };
    if !matches!(kind, "post" | "page") {
        meta::note(item, "type", json!(kind));
    }
}

fn status(element: &Element, item: &mut Item) {
    let status = element.text_of("wp:status").trim();
    item.release = match status {
        "publish" | "future" => Release::Public,
        "trash" => Release::Trash,
        _ => Release::Draft,
    };
    if !matches!(status, "publish" | "future" | "draft" | "trash" | "auto-draft" | "") {
        meta::note(item, "status", json!(status));
    }
    if !element.text_of("wp:post_password").trim().is_empty() {
        if item.release == Release::Public {
            item.release = Release::Draft;
            item.warnings.push(
                "it is behind a password in WordPress: it is a draft here, until somebody \
                 publishes it"
                    .to_owned(),
            );
        }
        meta::note(item, "protected", json!(true));
    }
    if element.text_of("wp:is_sticky").trim() == "1" {
        item.params.insert("sticky".to_owned(), json!(true));
    }
}

fn when(element: &Element, zone: Tz, item: &mut Item) {
    let text = |name: &str| element.text_of(name).trim();
    item.date = dates::moment(text("wp:post_date"), text("wp:post_date_gmt"), zone);
    if item.date.is_none() {
        item.date = chrono::DateTime::parse_from_rfc2822(text("pubDate"))
            .ok()
            .filter(|date| date.timestamp() > 0);
    }
    let given = ["wp:post_date", "wp:post_date_gmt"].map(text);
    if item.date.is_none()
        && let Some(wrong) = given.into_iter().find(|given| dates::says_something(given))
    {
        item.warnings.push(format!(
            "{wrong:?} is no date; write it like 2006-01-02 15:04:05. It has none here"
        ));
        meta::note(item, "date", json!(wrong));
    }
    item.modified = dates::moment(text("wp:post_modified"), text("wp:post_modified_gmt"), zone)
        .filter(|modified| Some(modified) != item.date.as_ref());
}

fn terms(element: &Element, survey: &Survey, item: &mut Item) {
    for term in element.all("category") {
        let domain = term.attribute("domain").unwrap_or("category");
        let slug = decode(term.attribute("nicename").unwrap_or_default());
        let name = plain(&term.text);
        match domain {
            "post_format" => {
                let format = slug.strip_prefix("post-format-").unwrap_or(&slug).to_owned();
                meta::note(item, "format", json!(format));
            }
            "post_translations" => item.translation_key = filled(&slug),
            _ => {}
        }
        let Some(taxonomy) = taxonomy(domain) else { continue };
        let known = survey.origin.terms.get(taxonomy).and_then(|terms| {
            terms
                .iter()
                .find(|known| if slug.is_empty() { known.name == name } else { known.slug == slug })
        });
        let found = known.cloned().unwrap_or_else(|| Term { slug, ..Term::named(&name) });
        if found.name.is_empty() {
            continue;
        }
        let all = item.terms.entry(taxonomy.to_owned()).or_default();
        if !all.contains(&found) {
            all.push(found);
        }
    }
    item.language = languages(element).next().map(|(tag, _)| tag);
    if item.translation_key.is_none() {
        item.translation_key =
            meta::value(element, "_wpml_import_translation_group").and_then(filled);
    }
}

fn addresses(element: &Element, id: u64, item: &mut Item) {
    item.queries = vec![format!("/?p={id}"), format!("/?page_id={id}")];
    let urls = [element.text_of("link").trim(), element.text_of("guid").trim()];
    for (number, url) in urls.into_iter().enumerate() {
        let Some((path, query)) = path_of(url) else { continue };
        match query {
            Some(query) => item.queries.push(format!("{path}?{query}")),
            // A guid that is no query is an address only where it is the link.
            None if number == 0 && path != "/" => item.aliases.push(path),
            None => {}
        }
    }
    let old: Vec<_> = meta::values(element, "_wp_old_slug").filter_map(filled).collect();
    if let Some(link) = item.aliases.first().cloned() {
        let trimmed = link.trim_end_matches('/');
        if let Some((folder, _)) = trimmed.rsplit_once('/') {
            for slug in old {
                let end = if link.ends_with('/') { "/" } else { "" };
                item.aliases.push(format!("{folder}/{}{end}", decode(&slug)));
            }
        }
    }
    item.queries.sort_unstable();
    item.queries.dedup();
}

fn comments(element: &Element, item: &mut Item) {
    let comments: Vec<Value> = element
        .all("wp:comment")
        .map(|comment| {
            let mut fields = Map::new();
            for field in &comment.children {
                let name = field.name.trim_start_matches("wp:");
                let name = name.strip_prefix("comment_").unwrap_or(name);
                if field.children.is_empty() {
                    fields.insert(name.to_owned(), json!(field.text));
                } else {
                    let meta = fields.entry("meta").or_insert_with(|| json!({}));
                    if let Value::Object(meta) = meta {
                        let key = field.text_of("wp:meta_key").to_owned();
                        meta.insert(key, json!(field.text_of("wp:meta_value")));
                    }
                }
            }
            Value::Object(fields)
        })
        .collect();
    if !comments.is_empty() {
        item.kept.insert("comments".to_owned(), Value::Array(comments));
    }
}
