//! Reading what a feed holds: which list it is of, and its newest articles.

use std::sync::Arc;

use chrono::{DateTime, Datelike, FixedOffset};
use entity::article_copy::{Column, Model};
use entity::{Render, Timestamp, body};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::content::{absolute, join};
use super::{Entry, Feed, FeedKind, Label, Person, address};
use crate::article::columns::Columns;
use crate::article::content::{Author, Image};
use crate::article::filter::{ArticleFilter, ArticleOrder, Own};
use crate::article::links::Linked;
use crate::article::read::{self, List as Articles, Parents};
use crate::config::FeedContent;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::graphql::page::Page;
use crate::graphql::scalar::{DateTime as Moment, LanguageTag};
use crate::hugo::address::encode;
use crate::policy::Scope;
use crate::section;
use crate::site::{Frame, LanguageFrame};
use crate::taxonomy::{self, Taxonomy, TermBy};

/// A list that has feeds.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one in a request")]
pub enum List {
    Home,
    Section { filter: ArticleFilter, name: String, title: String, about: Option<String> },
    Term { id: Uuid, name: String, about: Option<String> },
    Author { name: String, stored: Vec<String> },
}

/// A list in a language, with its decoded address.
#[derive(Debug, Clone)]
pub struct Found {
    pub list: List,
    pub language: Arc<str>,
    pub path: String,
}

/// The list at a decoded path.
pub async fn find(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Arc<Frame>,
    path: &str,
) -> Result<Option<Found>> {
    let language = frame.language_at(path);
    let found =
        |list| Ok(Some(Found { list, language: Arc::clone(&language.tag), path: path.to_owned() }));
    // The root is the default language's, also where that has a folder of its own.
    if path == "/" || path == frame.home_path(language) {
        return found(List::Home);
    }
    for (_, plural) in frame.taxonomies(language) {
        let Some(slug) = taxonomy::slug_at(frame, language, plural, path) else {
            continue;
        };
        let of = Taxonomy::named(plural);
        let term =
            taxonomy::one(ctx, scope, Some(&of), TermBy::Slug(slug), Some(&language.tag)).await?;
        if let Some(term) = term {
            let row = &term.row;
            return found(List::Term {
                id: row.id,
                name: row.name.clone(),
                about: row.description.clone(),
            });
        }
    }
    let authors = address::author_path(frame, language, "");
    if path.starts_with(authors.trim_end_matches('/'))
        && let Some((name, stored)) = author_at(ctx, scope, frame, language, path).await?
    {
        return found(List::Author { name, stored });
    }
    match section::at(ctx, scope, frame, path).await? {
        None => Ok(None),
        Some(section) => found(List::Section {
            filter: section.filter(),
            name: section.row.name.clone(),
            title: section.row.title.clone(),
            about: section.row.description.clone(),
        }),
    }
}

/// The author whose page would be at a path, and the lists of authors as they are
/// stored that name them.
async fn author_at(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
    language: &LanguageFrame,
    path: &str,
) -> Result<Option<(String, Vec<String>)>> {
    let mut name = None;
    let mut stored = Vec::new();
    for list in read::author_lists(ctx, scope, &language.tag).await? {
        let authors: Vec<Author> = serde_json::from_str(&list)?;
        let this = authors
            .into_iter()
            .find(|author| address::author_path(frame, language, &author.name) == path);
        if let Some(this) = this {
            name.get_or_insert(this.name);
            stored.push(list);
        }
    }
    Ok(name.map(|name| (name, stored)))
}

impl Found {
    async fn articles(&self, ctx: &Ctx, scope: &Scope, columns: Columns) -> Result<Vec<Model>> {
        let page = Page {
            size: ctx.app().config().delivery.feed_entries,
            backward: false,
            after: None,
            before: None,
        };
        let mut filter = match &self.list {
            List::Section { filter, .. } => filter.clone(),
            List::Author { stored, .. } => ArticleFilter {
                own: Some(Own::Authors(stored.clone())),
                ..ArticleFilter::default()
            },
            List::Home | List::Term { .. } => ArticleFilter::default(),
        };
        filter.language = Some(LanguageTag(self.language.to_string()));
        let list = Articles { filter, order: ArticleOrder::default() };
        if let List::Term { id, .. } = &self.list {
            let parents = Parents::Terms { ids: vec![*id], below: false };
            let mut lists =
                read::list_by_parent(ctx, scope, &parents, &list, &page, columns).await?;
            return Ok(lists.remove(id).unwrap_or_default().rows);
        }
        Ok(read::list(ctx, scope, &list, &page, columns).await?.rows)
    }

    /// What the feed's own id is made of: for terms what no renaming changes.
    fn identity(&self) -> String {
        match &self.list {
            List::Home => "home".to_owned(),
            List::Section { name, .. } => format!("section:{name}"),
            List::Term { id, .. } => format!("term:{id}"),
            List::Author { name, .. } => format!("author:{name}"),
        }
    }
}

const COLUMNS: Columns = Columns::of(&[
    Column::Path,
    Column::Title,
    Column::Summary,
    Column::Date,
    Column::UtcOffset,
    Column::LastModified,
    Column::ReleasedFrom,
    Column::Authors,
    Column::Thumbnail,
    Column::BodyId,
    Column::Params,
    Column::Render,
]);

/// The feed of a list.
pub async fn read_feed(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
    found: &Found,
    kind: FeedKind,
) -> Result<Feed> {
    let rows = found.articles(ctx, scope, Columns::BASE.with(COLUMNS)).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.article_id).collect();
    let mut terms = taxonomy::of_articles(ctx, scope, &ids).await?;
    let full = ctx.app().config().delivery.feed_content == FeedContent::Full;
    let bodies = if full {
        let ids = rows.iter().map(|row| row.body_id).collect();
        read::bodies(ctx, ids, &[body::Column::Html, body::Column::Links]).await?
    } else {
        std::collections::HashMap::new()
    };
    let texts = rows.iter().filter_map(|row| Some((row.into(), &bodies.get(&row.body_id)?.links)));
    let linked = Linked::read(ctx, scope, texts).await?;
    let language = frame.language_of(&found.language);
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let labels = Taxonomy::TYPED
            .into_iter()
            .rev()
            .flat_map(|taxonomy| terms.remove(&(taxonomy, row.article_id)).unwrap_or_default())
            .map(|term| Label { slug: term.row.slug.clone(), name: term.row.name.clone() })
            .collect();
        let body = bodies.get(&row.body_id);
        let html =
            body.map(|body| linked.html((&row).into(), &body.html, &body.links)).transpose()?;
        entries.push(entry(frame, &row, labels, html.as_deref())?);
    }
    let site = language.row.title.clone();
    let (title, about) = match &found.list {
        List::Home => (site.clone(), language.row.description.clone()),
        List::Section { title, about, .. } => (format!("{title} – {site}"), about.clone()),
        List::Term { name, about, .. } => (format!("{name} – {site}"), about.clone()),
        List::Author { name, .. } => (format!("{name} – {site}"), None),
    };
    let author = language.author.as_ref();
    Ok(Feed {
        id: feed_id(frame, found),
        title,
        description: about.or_else(|| language.row.subtitle.clone()),
        home_url: frame.absolute(&found.path),
        own_url: address::url(ctx.app(), frame, &found.path, kind),
        language: found.language.to_string(),
        copyright: language.row.copyright.clone(),
        author: Person {
            name: author.map_or(site, |author| author.name.clone()),
            url: None,
            avatar: author
                .and_then(|author| author.avatar.as_ref())
                .map(|avatar| frame.asset(avatar)),
        },
        updated: entries.iter().map(|entry| entry.updated).max().unwrap_or_default(),
        entries,
    })
}

/// The same for as long as the site and the list are there.
fn feed_id(frame: &Frame, found: &Found) -> String {
    let parts = [&frame.site.base_url, &*found.language, &found.identity()];
    let hash = Sha256::digest(parts.join("\n"));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = hashed);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().urn().to_string()
}

/// A moment that the formats can say: they have four digits for a year.
#[must_use]
pub fn calendar(time: Timestamp, offset: i32) -> Option<DateTime<FixedOffset>> {
    let time = Moment::at_offset(time, offset).0;
    (1..=9999).contains(&time.year()).then_some(time)
}

fn entry(frame: &Frame, row: &Model, labels: Vec<Label>, html: Option<&str>) -> Result<Entry> {
    let url = frame.absolute(&row.path);
    let published = Some(row.date)
        .filter(|date| *date != Timestamp::UNDATED)
        .or(row.released_from)
        .and_then(|at| calendar(at, row.utc_offset))
        .filter(|at| at.year() > 1);
    let updated = calendar(row.last_modified, row.utc_offset).or(published).unwrap_or_default();
    let authors: Vec<Author> = serde_json::from_value(row.authors.0.clone())?;
    let authors = authors.into_iter().map(|author| {
        let Author { name, url: page, avatar, bio: _, params: _ } = author;
        Person {
            name,
            url: page.and_then(|page| join(&url, &page)),
            avatar: avatar.map(|avatar| frame.asset(&avatar)),
        }
    });
    let authors = authors.collect();
    let image: Option<Image> =
        serde_json::from_value(row.thumbnail.0.clone()).map_err(Error::internal)?;
    Ok(Entry {
        id: row.article_id.urn().to_string(),
        title: row.title.clone(),
        summary: row.summary.clone(),
        html: html.map(|html| absolute(html, &url)),
        published,
        updated,
        authors,
        labels,
        image: image.and_then(|image| join(&url, &encode(&frame.asset(&image.url)))),
        url: (row.render != Render::Never || html.is_none()).then_some(url),
    })
}
