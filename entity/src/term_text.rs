//! What a term is called, and what its page says, in one language.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "term_text")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub term_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub markdown: String,
    pub html: String,
    pub params: crate::Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
