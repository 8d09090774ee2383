//! What the copies of articles have in common with others, beside terms and dates:
//! the values of front matter by which Hugo relates articles.

use entity::{Json, View, article_copy, article_keyword};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::content::MAX_KEY;
use crate::error::Result;
use crate::event::Write;
use crate::site::{Frame, LanguageFrame};

/// Rows in one statement.
const CHUNK: usize = 500;

/// What a copy has in common with others, beside terms and dates.
#[must_use]
pub fn of(
    frame: &Frame,
    language: &LanguageFrame,
    view: View,
    article_id: Uuid,
    params: &Map<String, Value>,
) -> Vec<article_keyword::Model> {
    let row = |(name, value)| article_keyword::Model { view, article_id, name, value };
    let found = frame.keywords(language, params).into_iter().map(row);
    found.filter(|row| row.value.len() <= MAX_KEY && !row.value.contains('\0')).collect()
}

/// Collects anew what all copies have in common with others, after what is
/// compared has changed.
pub async fn collect(write: &Write<'_>, frame: &Frame) -> Result<()> {
    use article_copy::Column;
    article_keyword::Entity::delete_many().exec(write.txn()).await?;
    let mut last: Option<(View, Uuid)> = None;
    loop {
        let mut find = article_copy::Entity::find()
            .select_only()
            .columns([Column::View, Column::ArticleId, Column::Language, Column::Params])
            .order_by_asc(Column::View)
            .order_by_asc(Column::ArticleId)
            .limit(CHUNK as u64);
        if let Some((view, id)) = last {
            let further = Column::View.eq(view).and(Column::ArticleId.gt(id));
            find = find.filter(Column::View.gt(view).or(further));
        }
        let found: Vec<(View, Uuid, String, Json)> = find.into_tuple().all(write.txn()).await?;
        let mut rows = Vec::new();
        for (view, id, language, params) in &found {
            let Some(params) = params.as_object() else { continue };
            rows.extend(of(frame, frame.language_of(language), *view, *id, params));
        }
        write.insert_all(rows).await?;
        last = found.last().map(|(view, id, ..)| (*view, *id));
        if found.len() < CHUNK {
            return Ok(());
        }
    }
}
