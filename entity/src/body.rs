//! Markdown and what was rendered from it when it was saved. Rows change when
//! a newer renderer makes them anew, and never else.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "body")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub markdown: String,
    pub html: String,
    /// `[{id, level, title}]`.
    pub headings: crate::Json,
    /// The summary that Hugo would make of this body.
    pub summary: String,
    pub word_count: i32,
    pub reading_time: i32,
    /// How it was rendered: bits of `render::Options`.
    pub mode: i16,
    /// The renderer's version.
    pub renderer: i16,
    /// `[{to, files}]`: links within the site.
    pub links: crate::Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
