//! A link that somebody can follow once, to set a password; or a code to sign in with.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    /// `INVITATION`, `RESET` or `OIDC`.
    pub kind: String,
    /// SHA-256 of the token in the link, or of the code.
    #[sea_orm(unique)]
    pub secret_hash: Vec<u8>,
    /// Null for the command line.
    pub created_by: Option<Uuid>,
    pub created_at: crate::Timestamp,
    pub expires_at: crate::Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
