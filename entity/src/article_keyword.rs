//! What a copy says for an index of related content that is no taxonomy and no
//! date: the values of a front matter key such as `keywords`.
//!
//! Rows follow their copy: the database moves and deletes them with it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "article_keyword")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub view: crate::View,
    #[sea_orm(primary_key, auto_increment = false)]
    pub article_id: Uuid,
    /// Of the index, in lower case: `keywords`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// As it is compared.
    #[sea_orm(primary_key, auto_increment = false)]
    pub value: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
