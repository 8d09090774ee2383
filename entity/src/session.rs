//! A sign-in that can be renewed until it ends.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    /// SHA-256 of the part that all refresh tokens of the session have.
    pub family_hash: Vec<u8>,
    /// SHA-256 of the refresh token that is valid now.
    pub refresh_hash: Vec<u8>,
    /// That of the one before.
    pub previous_hash: Option<Vec<u8>>,
    /// `PASSWORD`, `SECOND_FACTOR`, `INVITATION`, `RESET` or `OIDC`.
    pub method: String,
    /// The client's IP address and what it calls itself, as of the last renewal.
    pub address: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: crate::Timestamp,
    pub renewed_at: crate::Timestamp,
    /// Written now and then, not with each use.
    pub used_at: crate::Timestamp,
    pub expires_at: crate::Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
