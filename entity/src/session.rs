//! A sign-in that can be renewed until it ends.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    /// SHA-256 of the refresh token that is valid now.
    #[sea_orm(unique)]
    pub refresh_hash: Vec<u8>,
    pub created_at: crate::Timestamp,
    pub renewed_at: crate::Timestamp,
    pub expires_at: crate::Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
