//! A token that other programs send in place of a person.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose role bounds what it may do.
    pub user_id: Uuid,
    pub name: String,
    /// SHA-256 of the token.
    #[sea_orm(unique)]
    pub secret_hash: Vec<u8>,
    /// Its first characters, by which people tell tokens apart.
    pub hint: String,
    /// Names of scopes, as a list.
    pub scopes: crate::Json,
    /// Language tags and sections that it is for; empty lists for all.
    pub languages: crate::Json,
    pub sections: crate::Json,
    pub created_at: crate::Timestamp,
    pub expires_at: Option<crate::Timestamp>,
    /// Written now and then, not with each use.
    pub used_at: Option<crate::Timestamp>,
    pub revoked_at: Option<crate::Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::UserId",
        to = "super::user::Column::Id"
    )]
    User,
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::User.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
