//! A moment at which time alone changes what the public sees of an article,
//! until it has been announced in the feed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "due")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub article_id: Uuid,
    /// Whether the article expires then; else it goes live.
    #[sea_orm(primary_key, auto_increment = false)]
    pub expires: bool,
    pub at: crate::Timestamp,
    pub version: i32,
    pub language: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
