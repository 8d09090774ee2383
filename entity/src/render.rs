//! Whether an article has a page, and an address.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Whether the site has a page of an article.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Render {
    /// It has one at its address.
    #[sea_orm(num_value = 0)]
    Always,
    /// Its address is good, but something else answers there.
    #[sea_orm(num_value = 1)]
    Link,
    /// It has neither a page nor an address.
    #[sea_orm(num_value = 2)]
    Never,
}
