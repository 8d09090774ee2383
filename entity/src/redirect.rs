//! An address that something used to have.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "redirect")]
pub struct Model {
    /// Decoded, with the language prefix.
    #[sea_orm(primary_key, auto_increment = false)]
    pub path: String,
    /// Where it leads when it follows neither an article nor a term.
    pub target: Option<String>,
    pub article_id: Option<Uuid>,
    pub term_id: Option<Uuid>,
    pub language: String,
    pub permanent: bool,
    pub created_at: crate::Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
