//! Translations.

use entity::{article, body, revision};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::content::Content;
use crate::error::Result;
use crate::event::Write;

/// The version that last changed what a translator translates, once this is
/// saved: the next one where a text differs, else what it was.
pub async fn text_version(
    write: &Write<'_>,
    head: &article::Model,
    content: &Content,
    body_id: Uuid,
) -> Result<i32> {
    let next = head.version + 1;
    let Some(old) = revision::Entity::find_by_id(head.revision_id).one(write.txn()).await? else {
        return Ok(next);
    };
    let before: Content = serde_json::from_value(old.content.0)?;
    if texts(&before) != texts(content) {
        return Ok(next);
    }
    if old.body_id == body_id {
        return Ok(head.text_version);
    }
    let bodies: Vec<String> = body::Entity::find()
        .select_only()
        .column(body::Column::Markdown)
        .filter(body::Column::Id.is_in([old.body_id, body_id]))
        .into_tuple()
        .all(write.txn())
        .await?;
    let same = bodies.windows(2).all(|pair| pair.first() == pair.last());
    Ok(if same { head.text_version } else { next })
}

/// What a translator translates, beside the body.
fn texts(content: &Content) -> [Option<&str>; 6] {
    let thumbnail = content.thumbnail.as_ref();
    [
        Some(&content.title),
        content.link_title.as_deref(),
        content.summary.as_deref(),
        content.lead.as_deref(),
        content.description.as_deref(),
        thumbnail.and_then(|image| image.alt.as_deref()),
    ]
}
