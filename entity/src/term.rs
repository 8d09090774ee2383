//! A tag, a category, or a term of any other taxonomy.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "term")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Hugo's plural: `tags`, `categories`.
    pub taxonomy: String,
    pub parent_id: Option<Uuid>,
    /// Unique within the taxonomy; the last part of its address.
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    pub version: i32,
    /// Position in lists that are sorted by it; 0 is last, as in Hugo.
    #[serde(default)]
    pub weight: i32,
    pub created_at: crate::Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
