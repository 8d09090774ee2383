//! Markdown and what was rendered from it when it was saved. Rows never change.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "body")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub markdown: String,
    pub html: String,
    pub plain_text: String,
    /// `[{id, level, title}]`.
    pub headings: crate::Json,
    /// The summary that Hugo would make of this body.
    pub summary: String,
    pub word_count: i32,
    pub reading_time: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
