//! What articles are found by because of their terms: every name in every
//! language, for the search index. Nothing here answers a request.

use std::collections::{BTreeSet, HashMap};

use entity::{View, article_term, term, term_text};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::Taxonomy;
use crate::ctx::Ctx;
use crate::error::Result;

/// A term that a copy carries, with everything that it is called.
#[derive(Debug, Clone)]
pub struct Label {
    pub term: Uuid,
    pub taxonomy: Taxonomy,
    pub names: Vec<String>,
}

/// The terms of articles, in each view that they are carried in.
pub async fn labels(ctx: &Ctx, articles: &[Uuid]) -> Result<HashMap<(View, Uuid), Vec<Label>>> {
    let db = ctx.db_private().orm();
    let carried = article_term::Entity::find()
        .filter(article_term::Column::ArticleId.is_in(articles.iter().copied()))
        .order_by_asc(article_term::Column::View)
        .order_by_asc(article_term::Column::ArticleId)
        .order_by_asc(article_term::Column::Position)
        .order_by_asc(article_term::Column::TermId)
        .all(db)
        .await?;
    let ids: BTreeSet<Uuid> = carried.iter().map(|row| row.term_id).collect();
    let mut names: HashMap<Uuid, Vec<String>> = HashMap::new();
    if !ids.is_empty() {
        let ids = || ids.iter().copied();
        for term in term::Entity::find().filter(term::Column::Id.is_in(ids())).all(db).await? {
            names.entry(term.id).or_default().push(term.name);
        }
        let texts = term_text::Entity::find()
            .filter(term_text::Column::TermId.is_in(ids()))
            .filter(term_text::Column::Name.is_not_null())
            .order_by_asc(term_text::Column::Language)
            .all(db)
            .await?;
        for text in texts {
            let known = names.entry(text.term_id).or_default();
            known.extend(text.name.filter(|name| !known.contains(name)));
        }
    }
    let mut labels: HashMap<(View, Uuid), Vec<Label>> = HashMap::new();
    for row in carried {
        let taxonomy = Taxonomy::named(&row.taxonomy);
        let Some(names) = names.get(&row.term_id) else { continue };
        let label = Label { term: row.term_id, taxonomy, names: names.clone() };
        labels.entry((row.view, row.article_id)).or_default().push(label);
    }
    Ok(labels)
}
