//! A GraphQL document that was registered, so that clients send its id.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub struct Model {
    /// What clients send: what the manifest says, most often a hash.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// SHA-256 of the text, in lower-case hexadecimal.
    pub hash: String,
    /// Of its operation, where it has one.
    pub name: Option<String>,
    pub text: String,
    pub registered_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
