//! What the database says the index should hold.

use std::collections::HashMap;

use entity::article_copy::Model;
use entity::{View, body};
use serde::Deserialize;
use uuid::Uuid;

use super::layout::Document;
use crate::article::content::Author;
use crate::article::read;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::render;
use crate::taxonomy::{self, Label, Taxonomy};

/// Articles that are read at once.
pub const CHUNK: usize = 200;

/// A heading, as `body` keeps it.
#[derive(Deserialize)]
struct Heading {
    title: String,
}

/// The documents of articles. Of an article that is gone there are none.
///
/// What is read here may be newer than the event for which it is: the event of
/// that is still to come, and will find that nothing differs.
pub async fn documents(ctx: &Ctx, ids: &[Uuid]) -> Result<Vec<Document>> {
    let copies = read::copies(ctx, ids).await?;
    let mut labels = taxonomy::labels(ctx, ids).await?;
    let bodies = copies.iter().map(|copy| copy.body_id).collect();
    let bodies = read::bodies(ctx, bodies, &[body::Column::Html, body::Column::Headings]).await?;
    let mut documents: HashMap<Uuid, Vec<(Uuid, Document)>> = HashMap::new();
    for copy in copies {
        let (id, view, revision) = (copy.article_id, copy.view, copy.revision_id);
        let body = bodies.get(&copy.body_id).ok_or_else(|| {
            Error::internal("an article has lost its body; its next event will tell")
        })?;
        let labels = labels.remove(&(view, id)).unwrap_or_default();
        let document = document(copy, body, &labels)?;
        let of = documents.entry(id).or_default();
        // Published copies come first, and it is their window that counts.
        match of.iter_mut().find(|(known, other)| *known == revision && same(other, &document)) {
            Some((_, other)) => other.views.push(view),
            None => of.push((revision, document)),
        }
    }
    let mut documents: Vec<_> = documents.into_values().flatten().collect();
    documents
        .sort_by_key(|(_, document)| (document.id, document.views.first().map(|view| *view as u8)));
    Ok(documents.into_iter().map(|(_, document)| document).collect())
}

/// Whether one document can stand for two copies of the same revision.
fn same(one: &Document, other: &Document) -> bool {
    let timeless = |document: &Document| Document {
        views: Vec::new(),
        visible_from: entity::Timestamp::ALWAYS,
        visible_until: entity::Timestamp::NEVER,
        ..document.clone()
    };
    one.views == [View::Published] && timeless(one) == timeless(other)
}

fn document(copy: Model, body: &body::Model, labels: &[Label]) -> Result<Document> {
    let names = |wanted: Taxonomy| -> Vec<String> {
        let of = labels.iter().filter(|label| label.taxonomy == wanted);
        of.flat_map(|label| label.names.iter().cloned()).collect()
    };
    let ids = |wanted: Taxonomy| -> Vec<Uuid> {
        let of = labels.iter().filter(|label| label.taxonomy == wanted);
        of.map(|label| label.term).collect()
    };
    let authors: Vec<Author> = Vec::deserialize(&copy.authors.0).map_err(Error::internal)?;
    let headings: Vec<Heading> = Vec::deserialize(&body.headings.0).map_err(Error::internal)?;
    let (tags, categories) = (names(Taxonomy::Tags), names(Taxonomy::Categories));
    let summaries = [Some(copy.summary), copy.lead, copy.description];
    Ok(Document {
        id: copy.article_id,
        views: vec![copy.view],
        owner: copy.owner_id,
        language: copy.language,
        section: copy.section,
        tag_ids: ids(Taxonomy::Tags),
        category_ids: ids(Taxonomy::Categories),
        visible_from: copy.visible_from,
        visible_until: copy.visible_until,
        date: copy.date,
        utc_offset: copy.utc_offset,
        last_modified: copy.last_modified,
        title: copy.title,
        summaries: summaries.into_iter().flatten().filter(|text| !text.is_empty()).collect(),
        headings: headings.into_iter().map(|heading| heading.title).collect(),
        tags,
        categories,
        authors: authors.into_iter().map(|author| author.name).collect(),
        body: render::plain_text(&body.html),
    })
}
