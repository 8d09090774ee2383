//! A change of tags or categories, with what it takes to undo it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "taxonomy_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `update`, `merge`, `split` or `delete`.
    pub kind: String,
    /// Hugo's plural: `tags`, `categories`.
    pub taxonomy: String,
    /// The term that was changed, that others went into, that was split, or
    /// that is gone.
    pub term_id: Uuid,
    /// A line for people.
    pub summary: String,
    pub article_count: i32,
    pub created_at: crate::Timestamp,
    pub actor_id: Option<Uuid>,
    pub undone_at: Option<crate::Timestamp>,
    pub undone_by: Option<Uuid>,
    /// `taxonomy::change::Record`: what stood before.
    pub data: crate::Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
