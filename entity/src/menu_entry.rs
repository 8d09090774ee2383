//! An entry of a named menu: the site’s own, or one that an article asks for.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "menu_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Null for the site's own entries; else the view of the article's copy.
    pub view: Option<crate::View>,
    pub article_id: Option<Uuid>,
    pub menu: String,
    pub language: String,
    /// What children name as their parent.
    pub identifier: String,
    pub parent: Option<String>,
    pub name: String,
    /// Null where it follows from the article.
    pub url: Option<String>,
    pub title: Option<String>,
    pub weight: i32,
    pub params: crate::Json,
    /// The `_index.md` that asks for it, below the site's folder; null for those of
    /// the configuration and of articles.
    pub file: Option<String>,
    /// The page that it leads to, as Hugo's `pageRef` has it; where that is there, its
    /// address takes the place of `url`, and its title that of a missing name.
    pub page_ref: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
