//! Feeds: RSS 0.9 to 2.0, Atom and JSON Feed, as `feed-rs` reads them.
//!
//! Many feeds are not quite what they say. Bytes become UTF-8 first, by their
//! byte order mark, the declaration or what the server said; and where the
//! reader refuses, the text is mended (references that only HTML knows, lone
//! ampersands, control characters) and read once more.
//!
//! **Invariants.** Pure: bytes in, items out. An entry's key is the same in each
//! reading: its guid, else its address, else a hash of what it says.

mod entry;
mod mend;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use encoding_rs::Encoding;
use feed_rs::model::Feed;
use feed_rs::parser;
use url::Url;

use super::html::plain;
use super::model::{Item, Origin, filled};
use super::xml;
use crate::hugo::problem::Problem;

/// How entries become items.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where the feed was found.
    pub url: Option<Url>,
    /// What the server said that it is.
    pub content_type: Option<String>,
    /// Live at once, from their dates on; else drafts.
    pub publish: bool,
    /// The newest entries of the feed, as it orders them.
    pub limit: Option<usize>,
}

/// Reads a feed.
pub fn read(bytes: &[u8], options: &Options) -> Result<(Origin, Vec<Item>), Problem> {
    let text = decoded(bytes, options.content_type.as_deref());
    let text = mend::thumbnails(&text);
    let feed = parse(&text, options.url.as_ref())
        .or_else(|error| parse(&mend::mend(&text), options.url.as_ref()).map_err(|_| error))
        .map_err(|error| {
            let hint = if text.trim_start().to_ascii_lowercase().starts_with("<!doctype html") {
                "; it is a web page: give the address of the feed that it names"
            } else {
                ""
            };
            Problem::new(format!(
                "this is no feed (RSS, Atom or JSON Feed) that can be read: {error}{hint}"
            ))
        })?;
    let origin = origin(&feed, options.url.as_ref());
    let entries = feed.entries.iter().take(options.limit.unwrap_or(usize::MAX));
    let mut items: Vec<Item> = entries
        .enumerate()
        .map(|(number, found)| entry::read(found, &feed, &origin, options, number + 1))
        .collect();
    tell_apart(&mut items);
    Ok((origin, items))
}

/// A guid that several entries have names none of them, nor does an address: some
/// feeds put the site's own into each.
fn tell_apart(items: &mut [Item]) {
    let count = |of: &dyn Fn(&Item) -> Option<String>| {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for value in items.iter().filter_map(of) {
            *counts.entry(value).or_default() += 1;
        }
        counts
    };
    let keys = count(&|item| Some(item.key.clone()));
    let links = count(&|item| item.link.clone());
    for item in items {
        if item.link.as_ref().is_some_and(|link| links.get(link).is_some_and(|n| *n > 1)) {
            item.link = None;
        }
        if keys.get(&item.key).is_some_and(|count| *count > 1) {
            item.key = item.link.clone().unwrap_or_else(|| entry::hash(item));
        }
    }
}

fn parse(text: &str, url: Option<&Url>) -> Result<Feed, parser::ParseFeedError> {
    parser::Builder::new()
        .base_uri(url.map(Url::as_str))
        // What has no id is known by what it says: see `entry`.
        .id_generator(|_, _, _| String::new())
        .build()
        .parse(text.as_bytes())
}

/// The text of a feed, so that nothing below has to know encodings.
fn decoded(bytes: &[u8], content_type: Option<&str>) -> String {
    let said = || {
        let (_, charset) = content_type?.split_once("charset=")?;
        Encoding::for_label(charset.split(';').next()?.trim_matches(['"', '\'', ' ']).as_bytes())
    };
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        // A declaration that does not fit what follows is a common mistake.
        None if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8,
        None => xml::encoding(bytes).or_else(said).unwrap_or(encoding_rs::UTF_8),
    };
    let (text, ..) = encoding.decode(bytes);
    // The text is UTF-8 now, whatever it says of itself.
    let text = text.trim_start();
    match text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest.trim_start().to_owned(),
        None => text.to_owned(),
    }
}

fn origin(feed: &Feed, url: Option<&Url>) -> Origin {
    let link = feed
        .links
        .iter()
        .find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"))
        .and_then(|link| filled(&link.href));
    let home = link.or_else(|| filled(&feed.id)).or_else(|| url.map(ToString::to_string));
    let title = feed.title.as_ref().map(|title| plain(&title.content)).unwrap_or_default();
    let home = home.unwrap_or_else(|| title.clone());
    Origin {
        home: home.trim_end_matches('/').to_owned(),
        title,
        description: feed.description.as_ref().map(|text| plain(&text.content)).unwrap_or_default(),
        language: feed.language.as_deref().and_then(filled),
        ..Origin::default()
    }
}
