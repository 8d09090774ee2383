use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Which of an article's projections a row belongs to.
///
/// Every query names one, and with it decides what it can see at all.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum View {
    /// What was published last; the public sees it while its time window is open.
    #[sea_orm(num_value = 0)]
    Published,
    /// What was saved last; editors see it always.
    #[sea_orm(num_value = 1)]
    Working,
    /// The working copy of a trashed article.
    #[sea_orm(num_value = 2)]
    Trash,
    /// The working copy of an archived article.
    #[sea_orm(num_value = 3)]
    Archive,
}
