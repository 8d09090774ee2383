//! A menu that editors arranged, as a whole; it takes the place of what the
//! configuration says.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "menu")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Tag of a language; empty for a menu of all languages.
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: String,
    /// Raised by each change; one that was given back keeps counting.
    pub version: i32,
    /// The tree: `menu::tree::Entry`. Null where the configuration has it again.
    pub entries: Option<crate::Json>,
    pub changed_at: crate::Timestamp,
    pub changed_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
