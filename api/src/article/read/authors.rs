//! Who wrote what, as it is printed.

use entity::article_copy::{Column, Entity};
use sea_orm::ColumnTrait;

use super::from;
use crate::cache::{Dependency, Where};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;

/// The lists of authors that articles of a language have, each once, as JSON.
pub async fn author_lists(ctx: &Ctx, scope: &Scope, language: &str) -> Result<Vec<String>> {
    let mut select = from(scope);
    select
        .distinct()
        .column((Entity, Column::Authors))
        .cond_where(Column::Language.eq(language))
        .cond_where(Column::Authors.ne("[]"));
    let list = Where { language: Some(language), ..Where::default() };
    let rows =
        ctx.db_of([Dependency::List(list), Dependency::Titles(list)]).query_all(&select).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}
