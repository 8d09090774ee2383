//! One article in the best language that there is.

use std::sync::Arc;

use entity::article_copy::{Column, Model};
use sea_orm::ColumnTrait;

use super::{one, rows, select_named, translations};
use crate::article::columns::Columns;
use crate::article::filter::ArticleBy;
use crate::cache::Dependency;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::decode_path;
use crate::policy::Scope;
use crate::site::Frame;

/// What was found, and the language that was asked for.
#[derive(Debug)]
pub struct Best {
    pub row: Model,
    pub asked: Option<Arc<str>>,
}

/// An article in a language, or with `fallback` in the first language of the
/// chain in which it is there.
///
/// The language is the one that is named, else that of the address. An address
/// at which nothing is stands for the same page in the other languages of the
/// chain.
pub async fn best(
    ctx: &Ctx,
    scope: &Scope,
    by: &ArticleBy,
    language: Option<&str>,
    fallback: bool,
    columns: Columns,
) -> Result<Option<Best>> {
    if language.is_none() && !fallback {
        let row = one(ctx, scope, by, columns).await?;
        return Ok(row.map(|row| Best { row, asked: None }));
    }
    let columns = columns.with(Columns::of(&[Column::TranslationKey, Column::Path]));
    let frame = ctx.frame().await?;
    let named = language.map(|tag| frame.resolve(Some(tag))).transpose()?;
    let (anchor, asked) = match by {
        ArticleBy::Id(_) => {
            let Some(row) = one(ctx, scope, by, columns).await? else {
                return Ok(None);
            };
            let asked = named.unwrap_or_else(|| frame.language_of(&row.language));
            (row, asked)
        }
        ArticleBy::Path(path) => {
            let path = decode_path(path);
            let asked = named.unwrap_or_else(|| frame.language_at(&path));
            let paths = if fallback { counterparts(&frame, &path) } else { vec![path.clone()] };
            let mut select = select_named(scope, columns);
            select.cond_where(Column::Path.is_in(paths.iter().map(String::as_str)));
            let what = paths.iter().map(|path| Dependency::Path(path));
            let found = rows(ctx, &select, columns, what).await?;
            let place = |row: &Model| paths.iter().position(|path| *path == row.path);
            let Some(row) = found.into_iter().min_by_key(place) else {
                return Ok(None);
            };
            if named.is_none() && row.path == path {
                return Ok(Some(Best { row, asked: None }));
            }
            (row, asked)
        }
    };
    let asked_tag = Some(Arc::clone(&asked.tag));
    if anchor.language == *asked.tag {
        return Ok(Some(Best { row: anchor, asked: asked_tag }));
    }
    let chain = if fallback { frame.chain(asked) } else { vec![Arc::clone(&asked.tag)] };
    let keys = [anchor.translation_key.clone()];
    let found = translations(ctx, scope, &keys, columns).await?;
    let place = |row: &Model| chain.iter().position(|tag| **tag == row.language);
    let row = found.into_iter().filter(|row| place(row).is_some()).min_by_key(place);
    Ok(row.map(|row| Best { row, asked: asked_tag }))
}

/// The addresses of the same page in the languages of the chain of its own.
fn counterparts(frame: &Frame, path: &str) -> Vec<String> {
    let own = frame.language_at(path);
    let rest = path.strip_prefix(frame.prefix(own).as_str()).unwrap_or(path);
    let chain = frame.chain(own);
    let there = chain.iter().filter_map(|tag| frame.language(tag));
    there.map(|language| format!("{}{rest}", frame.prefix(language))).collect()
}
