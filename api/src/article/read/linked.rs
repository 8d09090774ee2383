//! Where the articles are that bodies link to, and the files that they show.

use std::collections::HashMap;

use entity::article_copy::{Column, Entity};
use entity::{picture, redirect, source_file};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query, SelectStatement, UnionType};

use super::{from_named, rendered};
use crate::cache::{Dependency, Where};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::media;
use crate::policy::Scope;

/// Names that one statement looks for; what is beyond stays as it was written.
const NAMES: usize = 5000;

/// What links may mean.
#[derive(Debug, Default)]
pub struct Wanted {
    pub files: Vec<String>,
    /// Decoded addresses.
    pub paths: Vec<String>,
}

/// Addresses of articles, by what links call them.
#[derive(Debug, Default)]
pub struct Places {
    pub files: HashMap<String, String>,
    /// By an address that the article has, or had.
    pub paths: HashMap<String, String>,
}

/// Where the articles are, in one statement; none where nothing is asked for.
pub async fn places(ctx: &Ctx, scope: &Scope, wanted: Wanted) -> Result<Places> {
    let Wanted { mut files, mut paths } = wanted;
    for names in [&mut files, &mut paths] {
        names.sort_unstable();
        names.truncate(NAMES);
    }
    let path = || Expr::col((Entity, Column::Path));
    // Which, what it is called, where it is.
    let part = |which: i32, name: Expr| {
        let mut select: SelectStatement = from_named(scope);
        rendered(&mut select);
        select
            .expr(Expr::val(which))
            .expr(name)
            .expr(path())
            .expr(Expr::col((Entity, Column::ArticleId)));
        select
    };
    let mut parts = Vec::new();
    if !files.is_empty() {
        // Which file an article that is not there yet will come from is not known.
        ctx.depends([Dependency::List(Where::default())]);
    }
    if !paths.is_empty() {
        ctx.depends(paths.iter().map(|path| Dependency::Path(path)));
        ctx.depends([Dependency::Redirects]);
        let mut now = part(0, path());
        now.cond_where(path().is_in(paths.clone()));
        let old = || Expr::col((redirect::Entity, redirect::Column::Path));
        let mut before = part(1, old());
        before
            .join(
                JoinType::InnerJoin,
                redirect::Entity,
                Expr::col((redirect::Entity, redirect::Column::ArticleId))
                    .equals((Entity, Column::ArticleId)),
            )
            .cond_where(old().is_in(paths));
        parts.extend([now, before]);
    }
    if !files.is_empty() {
        let name = || Expr::col((source_file::Entity, source_file::Column::Path));
        let mut of_file = part(2, name());
        of_file
            .join(
                JoinType::InnerJoin,
                source_file::Entity,
                Expr::col((source_file::Entity, source_file::Column::ArticleId))
                    .equals((Entity, Column::ArticleId)),
            )
            .cond_where(name().is_in(files));
        parts.push(of_file);
    }
    let mut found = Places::default();
    let mut parts = parts.into_iter();
    let Some(mut select) = parts.next() else { return Ok(found) };
    for part in parts {
        select.union(UnionType::All, part);
    }
    for row in ctx.db_of([]).query_all(&select).await? {
        let (which, name, path): (i32, String, String) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        ctx.depends([Dependency::Face(row.try_get_by_index(3)?)]);
        match which {
            0 => {
                found.paths.insert(name, path);
            }
            1 => {
                found.paths.entry(name).or_insert(path);
            }
            _ => {
                found.files.insert(name, path);
            }
        }
    }
    Ok(found)
}

/// Files of the Hugo site that are no pages, by their paths there: those that are kept,
/// with width and height where they are pictures.
pub async fn files(
    ctx: &Ctx,
    mut wanted: Vec<String>,
) -> Result<HashMap<String, Option<(i32, i32)>>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    wanted.sort_unstable();
    wanted.truncate(NAMES);
    let file = |column| Expr::col((source_file::Entity, column));
    let side = |column| Expr::col((picture::Entity, column));
    let mut select = Query::select();
    select
        .expr(file(source_file::Column::Path))
        .expr(side(picture::Column::Width))
        .expr(side(picture::Column::Height))
        .from(source_file::Entity)
        .join(
            JoinType::LeftJoin,
            picture::Entity,
            side(picture::Column::Hash).equals((source_file::Entity, source_file::Column::Hash)),
        )
        .cond_where(file(source_file::Column::Path).is_in(wanted))
        .cond_where(file(source_file::Column::Kind).eq(media::FILE));
    let mut found = HashMap::new();
    for row in ctx.db_of([Dependency::Frame]).query_all(&select).await? {
        let (path, width, height): (String, Option<i32>, Option<i32>) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        found.insert(path, width.zip(height).filter(|(width, height)| *width > 0 && *height > 0));
    }
    Ok(found)
}
