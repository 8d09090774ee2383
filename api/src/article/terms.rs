//! Which terms copies carry: those of their revisions, as they are now; and how the
//! names in an input become terms of a content.

use std::collections::{HashMap, HashSet};

use entity::{Json, Render, View, article_copy, article_term, revision};
use indexmap::IndexMap;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

use super::content::{Author, Content};
use crate::error::{Error, Result, UserErrorCode};
use crate::event::Write;
use crate::site::Frame;
use crate::taxonomy::{self, Taxonomy, ensure_all, resolve};

/// Articles that one statement names.
const CHUNK: usize = 500;

/// Taxonomies whose key in front matter is that of the page's authors as well.
const AUTHORS: [&str; 2] = ["authors", "author"];

/// Names of terms, as an input gives them.
#[derive(Debug, Clone, Default)]
pub struct Named {
    pub tags: Option<Vec<String>>,
    pub categories: Option<Vec<String>>,
    /// Of other taxonomies, by the plural that Hugo uses.
    pub others: Vec<(String, Vec<String>)>,
}

/// Gives a content the terms that an input names, and leaves its others alone.
/// Names that do not exist are made.
pub async fn set(
    write: &mut Write<'_>,
    frame: &Frame,
    content: &mut Content,
    named: Named,
    before: &Content,
) -> Result<()> {
    let Named { tags, categories, others } = named;
    let typed = [(Taxonomy::Tags, tags), (Taxonomy::Categories, categories)];
    let mut all: Vec<_> =
        typed.into_iter().filter_map(|(taxonomy, names)| Some((taxonomy, names?))).collect();
    for (plural, names) in others {
        let taxonomy = taxonomy::known(frame, &plural, "input.terms")?;
        match all.iter_mut().find(|(other, _)| *other == taxonomy) {
            Some((_, given)) if given.is_empty() => *given = names,
            Some(_) => return Err(twice(&plural)),
            None => all.push((taxonomy, names)),
        }
    }
    all.extend(as_authors(frame, content, before, &all));
    for (taxonomy, names) in all {
        if AUTHORS.contains(&taxonomy.plural()) {
            content.authors = authors(&content.authors, &names);
        }
        let ids = ensure_all(write, frame, &taxonomy, &names).await?;
        content.terms.insert(taxonomy.plural().to_owned(), ids);
    }
    Ok(())
}

fn twice(plural: &str) -> Error {
    Error::invalid(
        "input.terms",
        UserErrorCode::Invalid,
        format!("{plural:?} is named twice: give all names in one list"),
    )
}

/// The terms that authors are where the site has them as a taxonomy: those who
/// were set as authors. An article whose file names its authors by another key
/// than the taxonomy's has none.
fn as_authors(
    frame: &Frame,
    content: &Content,
    before: &Content,
    given: &[(Taxonomy, Vec<String>)],
) -> Option<(Taxonomy, Vec<String>)> {
    let own = frame.taxonomies(frame.default_language());
    let plural = AUTHORS.into_iter().find(|key| own.iter().any(|(_, plural)| plural == key))?;
    let elsewhere = before.terms.get(plural).is_none_or(Vec::is_empty);
    if content.authors == before.authors
        || (elsewhere && !before.authors.is_empty())
        || given.iter().any(|(taxonomy, _)| taxonomy.plural() == plural)
    {
        return None;
    }
    let names = content.authors.iter().map(|author| author.name.clone()).collect();
    Some((Taxonomy::named(plural), names))
}

/// Those who are named, with what is known of them.
fn authors(known: &[Author], names: &[String]) -> Vec<Author> {
    let author = |name: &String| {
        let known = known.iter().find(|author| author.name == *name);
        known.cloned().unwrap_or_else(|| Author { name: name.clone(), ..Author::default() })
    };
    names.iter().map(author).collect()
}

/// What a copy carries, in the order given.
#[must_use]
pub fn rows(
    copy: &article_copy::Model,
    terms: &IndexMap<String, Vec<Uuid>>,
) -> Vec<article_term::Model> {
    // As in Hugo, what has no address carries none for the public.
    if copy.view == View::Published && copy.render == Render::Never {
        return Vec::new();
    }
    terms
        .iter()
        .flat_map(|(taxonomy, ids)| ids.iter().map(move |id| (taxonomy, *id)))
        .zip(0..)
        .map(|((taxonomy, term_id), position)| article_term::Model {
            view: copy.view,
            article_id: copy.article_id,
            term_id,
            taxonomy: taxonomy.clone(),
            position,
            language: copy.language.clone(),
            visible_from: copy.visible_from,
            visible_until: copy.visible_until,
        })
        .collect()
}

/// Replaces the ids that revisions hold by what they mean now; an article that
/// had both of two terms carries one, where the first of them stood.
pub fn translate(rows: &mut Vec<article_term::Model>, means: &HashMap<Uuid, Uuid>) {
    let mut seen = HashSet::new();
    rows.retain_mut(|row| {
        let Some(id) = means.get(&row.term_id) else {
            return false;
        };
        row.term_id = *id;
        seen.insert((row.view, row.article_id, *id))
    });
}

/// Writes anew what the copies of these articles carry, after what the ids in
/// their revisions mean has changed. The caller has locked the articles.
pub async fn project(write: &Write<'_>, articles: &[Uuid]) -> Result<()> {
    write.note_public(articles).await?;
    for articles in articles.chunks(CHUNK) {
        let ids = || articles.iter().copied();
        let copies = article_copy::Entity::find()
            .filter(article_copy::Column::ArticleId.is_in(ids()))
            .all(write.txn())
            .await?;
        let contents: HashMap<Uuid, Json> = revision::Entity::find()
            .select_only()
            .columns([revision::Column::Id, revision::Column::Content])
            .filter(revision::Column::Id.is_in(copies.iter().map(|copy| copy.revision_id)))
            .into_tuple()
            .all(write.txn())
            .await?
            .into_iter()
            .collect();
        let mut rows = Vec::new();
        for copy in &copies {
            let content = contents
                .get(&copy.revision_id)
                .ok_or_else(|| Error::internal("the revision of a copy is missing"))?;
            let content = Content::deserialize(&content.0)?;
            rows.extend(self::rows(copy, &content.terms));
        }
        let means = resolve(write, rows.iter().map(|row| row.term_id).collect()).await?;
        translate(&mut rows, &means);
        article_term::Entity::delete_many()
            .filter(article_term::Column::ArticleId.is_in(ids()))
            .exec(write.txn())
            .await?;
        write.insert_all(rows).await?;
    }
    Ok(())
}
