//! What somebody says of an article's working copy to those who work on it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "article_comment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub article_id: Uuid,
    pub author_id: Option<Uuid>,
    /// The version that the author saw.
    pub version: i32,
    /// The field of the article that it is about, as inputs name it.
    pub field: Option<String>,
    pub text: String,
    pub created_at: crate::Timestamp,
    pub resolved_at: Option<crate::Timestamp>,
    pub resolved_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
