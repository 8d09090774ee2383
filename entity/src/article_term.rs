//! Which terms an article carries, in which view, and in which order.
//!
//! The visibility columns repeat those of the copy, so that counting articles a
//! term reads one index and no table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "article_term")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub view: crate::View,
    #[sea_orm(primary_key, auto_increment = false)]
    pub article_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub term_id: Uuid,
    pub taxonomy: String,
    pub position: i32,
    pub language: String,
    pub visible_from: crate::Timestamp,
    pub visible_until: crate::Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
