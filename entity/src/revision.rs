//! A save, whole and restorable.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub article_id: Uuid,
    /// The version that this save made.
    pub version: i32,
    pub created_at: crate::Timestamp,
    pub author_id: Option<Uuid>,
    pub message: Option<String>,
    /// `article::Content`: every field an editor can set, but the body.
    pub content: crate::Json,
    pub body_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
