//! Who wrote what, as it is printed.

use entity::article_copy::{Column, Entity};
use sea_orm::ColumnTrait;

use super::{depends, from};
use crate::article::filter::ArticleFilter;
use crate::cache::By;
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
    let filter = ArticleFilter::in_language(Some(language));
    depends::note_numbers(ctx, &By::Authors, &filter, None);
    let rows = ctx.db_of([]).query_all(&select).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}
