//! The feed: what was written, in the order in which it was committed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// Position in the feed: 1, 2, 3 … without gaps, in commit order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub at: crate::Timestamp,
    /// `article.published`.
    pub kind: String,
    /// `article`, `term`, `site`, `user`.
    pub entity: String,
    pub entity_id: Option<Uuid>,
    pub version: Option<i32>,
    pub language: Option<String>,
    /// Who did it; null for the system itself.
    pub actor_id: Option<Uuid>,
    /// The sign-in, or the API token, by which they were known.
    pub session_id: Option<Uuid>,
    pub token_id: Option<Uuid>,
    /// The client's IP address.
    pub address: Option<String>,
    /// What a follower needs beyond that, such as the addresses before and after.
    pub data: crate::Json,
    /// What of the published articles it changed, as `cache` reads it; null where
    /// nobody noted that.
    pub touched: Option<crate::Json>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
