//! What a section (or the home page, or the page of a taxonomy) says of itself
//! in one language: Hugo keeps it in `_index.md`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "section")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: String,
    /// Below the language: empty for home, `news`, `news/local`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Decoded address with the language prefix.
    pub path: String,
    pub title: String,
    pub description: Option<String>,
    pub draft: bool,
    /// When the public sees it: never, where it is a draft.
    pub visible_from: crate::Timestamp,
    pub visible_until: crate::Timestamp,
    pub weight: i32,
    pub markdown: String,
    pub html: String,
    pub params: crate::Json,
    /// The renderer's version.
    pub renderer: i16,
    /// `[{to, files}]`: links within the site, as `body` has them.
    pub links: crate::Json,
    /// The file of the Hugo site that says this.
    pub source: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
