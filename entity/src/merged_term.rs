//! The id of a term that went into another: revisions still name it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merged_term")]
pub struct Model {
    /// What it was.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The term that it means now; never one that is merged itself.
    pub term_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
