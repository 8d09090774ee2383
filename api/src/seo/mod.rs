//! What a page says of itself to search engines and to those who share it: titles,
//! Open Graph, Twitter's card, schema.org as JSON-LD, and its other languages.
//!
//! [`Facts`] are what all of these are made of; [`json_ld`] is pure. Every page says
//! the same things in the same way, an article only more of them.
//!
//! **Invariants.** A page that not everybody may read is never to be found. What goes
//! into a script element cannot leave it.
//!
//! To add a vocabulary: a field of `Seo` in [`graphql`], made of [`Facts`].

mod graphql;
mod json_ld;

use std::sync::Arc;

use entity::View;
use entity::article_copy::{Column, Model};
use serde_json::{Map, Value};

use crate::article::columns::Columns;
use crate::article::content::{Author, Image};
use crate::error::{Error, Result};
use crate::feed::read::calendar;
use crate::hugo::fold;
use crate::policy::{Rows, Scope};
use crate::site::{Frame, LanguageFrame};

pub use graphql::{ListPage, Seo, Which};
pub use json_ld::script;

/// What `seo` of an article is made of.
pub const COLUMNS: Columns = Columns::of(&[
    Column::Path,
    Column::Title,
    Column::Summary,
    Column::Description,
    Column::Date,
    Column::UtcOffset,
    Column::LastModified,
    Column::ReleasedFrom,
    Column::ReleasedUntil,
    Column::Section,
    Column::TranslationKey,
    Column::Thumbnail,
    Column::Authors,
    Column::CanonicalUrl,
    Column::Params,
    Column::WordCount,
]);

/// What is known of a page.
#[derive(Debug, Clone)]
pub struct Facts {
    pub title: String,
    pub description: Option<String>,
    /// Of this page, and of the one that search engines should take for it.
    pub url: String,
    pub canonical: String,
    pub robots: String,
    pub language: Arc<str>,
    pub site_title: String,
    pub home_url: String,
    pub image: Option<(String, Option<String>)>,
    /// RFC 3339.
    pub published: Option<String>,
    pub modified: Option<String>,
    pub expires: Option<String>,
    /// Name and page.
    pub authors: Vec<(String, Option<String>)>,
    pub words: i32,
}

/// What robots are told of a page where its front matter does not say.
const FOUND: &str = "index, follow";
const HIDDEN: &str = "noindex, nofollow";

/// What front matter says to robots: as text in `robots`, or by the switches that
/// themes read, `robotsNoIndex` and `noindex`.
fn robots(params: &Map<String, Value>) -> Option<String> {
    let text = fold::get(params, "robots").and_then(Value::as_str).map(str::trim);
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        return Some(text.to_owned());
    }
    let hidden = ["robotsNoIndex", "noindex"]
        .into_iter()
        .any(|key| fold::get(params, key).and_then(Value::as_bool) == Some(true));
    hidden.then(|| "noindex".to_owned())
}

fn hides(robots: &str) -> bool {
    robots
        .split(',')
        .map(str::trim)
        .any(|word| word.eq_ignore_ascii_case("noindex") || word.eq_ignore_ascii_case("none"))
}

/// Whether front matter, as JSON, keeps its page off the map: by Hugo's
/// `sitemap.disable`, or because robots are told not to index it.
pub fn is_hidden(params: &str) -> Result<bool> {
    // Few articles say anything of this, and most of reading would be in vain.
    let lower = params.to_ascii_lowercase();
    if !lower.contains("\"sitemap\"") && !lower.contains("robots") && !lower.contains("noindex") {
        return Ok(false);
    }
    let params: Value = serde_json::from_str(params)?;
    let Some(params) = params.as_object() else {
        return Ok(false);
    };
    let disabled = fold::map(params, "sitemap")
        .and_then(|sitemap| fold::get(sitemap, "disable"))
        .and_then(Value::as_bool);
    Ok(disabled == Some(true) || robots(params).is_some_and(|robots| hides(&robots)))
}

/// Whether everybody may read what a scope shows.
fn is_public(scope: &Scope) -> bool {
    scope.view == View::Published && scope.rows == Rows::All
}

/// What is known of an article, of which [`COLUMNS`] were read.
pub fn of_article(frame: &Frame, scope: &Scope, row: &Model) -> Result<Facts> {
    let language = frame.language_of(&row.language);
    let url = frame.absolute(&row.path);
    let image: Option<Image> =
        serde_json::from_value(row.thumbnail.0.clone()).map_err(Error::internal)?;
    let authors: Vec<Author> = serde_json::from_value(row.authors.0.clone())?;
    let own = row.params.as_object().and_then(robots);
    let robots =
        if is_public(scope) { own.unwrap_or_else(|| FOUND.to_owned()) } else { HIDDEN.to_owned() };
    let moment = |time| calendar(time, row.utc_offset).map(|time| time.to_rfc3339());
    let published = Some(row.date)
        .filter(|date| *date != entity::Timestamp::UNDATED)
        .or(row.released_from.filter(|from| *from > entity::Timestamp::UNDATED));
    Ok(Facts {
        title: row.title.clone(),
        description: described(row.description.as_deref().unwrap_or(&row.summary)),
        canonical: row.canonical_url.as_ref().map_or_else(|| url.clone(), |own| frame.asset(own)),
        url,
        robots,
        image: image.map(|image| (frame.asset(&image.url), image.alt)),
        published: published.and_then(moment),
        modified: moment(row.last_modified),
        expires: row.released_until.and_then(moment),
        authors: authors.into_iter().map(|author| (author.name, author.url)).collect(),
        words: row.word_count,
        ..of_site(frame, language)
    })
}

/// What is known of the home page of a language.
#[must_use]
pub fn of_site(frame: &Frame, language: &LanguageFrame) -> Facts {
    let home_url = frame.absolute(&frame.home_path(language));
    let row = &language.row;
    Facts {
        title: row.title.clone(),
        description: row.description.as_deref().or(row.subtitle.as_deref()).and_then(described),
        url: home_url.clone(),
        canonical: home_url.clone(),
        robots: FOUND.to_owned(),
        language: Arc::clone(&language.tag),
        site_title: row.title.clone(),
        home_url,
        image: None,
        published: None,
        modified: None,
        expires: None,
        authors: Vec::new(),
        words: 0,
    }
}

/// A description on one line; none where there is nothing to say.
fn described(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_keeps_pages_off_the_map() {
        for (params, hidden) in [
            ("{}", false),
            ("{\"sitemap\":{\"disable\":true}}", true),
            ("{\"Sitemap\":{\"Disable\":true}}", true),
            ("{\"sitemap\":{\"priority\":0.5}}", false),
            ("{\"robots\":\"noindex, follow\"}", true),
            ("{\"robots\":\"NONE\"}", true),
            ("{\"robots\":\"nofollow\"}", false),
            ("{\"robotsNoIndex\":true}", true),
            ("{\"noindex\":false}", false),
            ("{\"robotic\":\"noindex\"}", false),
            ("{\"a\":\"sitemap\",\"sitemap\":3}", false),
        ] {
            assert_eq!(is_hidden(params).unwrap(), hidden, "{params}");
        }
    }
}
