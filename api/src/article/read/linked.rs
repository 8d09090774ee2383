//! Where the articles are that bodies link to, and the files that they show.

use std::collections::HashMap;

use entity::article_copy::{Column, Entity};
use entity::{picture, redirect, section, source_file};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query, SelectStatement, UnionType};
use uuid::Uuid;

use super::{from_named, rendered};
use crate::cache::Dependency;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::media;
use crate::policy::Scope;

/// Names that one statement looks for; what is beyond stays as it was written.
const NAMES: usize = 5000;
/// Folders that an address of a file may have.
const DEEPEST: usize = 32;

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
        ctx.depends(files.iter().map(|file| Dependency::File(file)));
    }
    if !paths.is_empty() {
        ctx.depends(paths.iter().map(|path| Dependency::Path(path)));
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
        let (which, name, path): (i32, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        ctx.depends([Dependency::Address(row.get(3)?)]);
        match which {
            0 => {
                found.paths.insert(name, path);
            }
            1 => {
                ctx.depends([Dependency::Redirects]);
                found.paths.entry(name).or_insert(path);
            }
            _ => {
                found.files.insert(name, path);
            }
        }
    }
    Ok(found)
}

/// Files by what they are called, with width and height where they are pictures.
pub type Sizes = HashMap<String, Option<(i32, i32)>>;

/// Files of the Hugo site that are no pages, by their paths there: those that are kept.
pub async fn files(ctx: &Ctx, mut wanted: Vec<String>) -> Result<Sizes> {
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
            (row.get(0)?, row.get(1)?, row.get(2)?);
        found.insert(path, width.zip(height).filter(|(width, height)| *width > 0 && *height > 0));
    }
    Ok(found)
}

/// The folders that an address may be below, the nearest first, with what is below each.
fn above(path: &str) -> impl Iterator<Item = (&str, &str)> {
    path.match_indices('/').rev().take(DEEPEST).map(|(at, _)| path.split_at(at + 1))
}

/// Files by the decoded addresses at which they are served: those that belong to articles
/// and sections. It takes a statement, and another where there are such pages.
pub async fn served(ctx: &Ctx, scope: &Scope, mut wanted: Vec<String>) -> Result<Sizes> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    wanted.sort_unstable();
    wanted.truncate(NAMES);
    let mut paths: Vec<&str> =
        wanted.iter().flat_map(|path| above(path)).map(|(folder, _)| folder).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.truncate(NAMES);
    let pages = pages_with_files(ctx, scope, &paths).await?;
    let page = |is_article: bool, folder: &str| pages.get(&(is_article, folder.to_owned()));
    let below = |(_, source): &(Option<Uuid>, String), rest: &str| {
        media::folder(source).map(|folder| format!("{folder}/{rest}"))
    };
    // In the order in which they are served: those of the nearest article come first.
    let file_of = |path: &str| {
        let article = above(path).find_map(|(folder, rest)| Some((page(true, folder)?, rest)));
        // What lies deeper below a section may belong to an article of its own.
        let section = || {
            let (folder, rest) = above(path).next()?;
            Some((page(false, folder)?, rest))
        };
        let (page, rest) = article.or_else(section)?;
        below(page, rest)
    };
    let by_file: HashMap<String, &String> =
        wanted.iter().filter_map(|path| Some((file_of(path)?, path))).collect();
    for (article, _) in pages.values() {
        ctx.depends(article.map(Dependency::Address));
    }
    let found = files(ctx, by_file.keys().cloned().collect()).await?;
    Ok(found
        .into_iter()
        .filter_map(|(file, size)| Some(((*by_file.get(&file)?).clone(), size)))
        .collect())
}

/// Pages by whether they are articles and by their addresses: the id of the article, and
/// the file of the Hugo site.
type Pages = HashMap<(bool, String), (Option<Uuid>, String)>;

async fn pages_with_files(ctx: &Ctx, scope: &Scope, paths: &[&str]) -> Result<Pages> {
    let paths = || paths.iter().copied();
    ctx.depends(paths().map(Dependency::Path));
    let mut articles: SelectStatement = from_named(scope);
    rendered(&mut articles);
    articles
        .expr(Expr::col((Entity, Column::Path)))
        .expr(Expr::col((source_file::Entity, source_file::Column::Path)))
        .expr(Expr::col((Entity, Column::ArticleId)))
        .join(
            JoinType::InnerJoin,
            source_file::Entity,
            Expr::col((source_file::Entity, source_file::Column::ArticleId))
                .equals((Entity, Column::ArticleId)),
        )
        .cond_where(Expr::col((Entity, Column::Path)).is_in(paths()));
    let own = |column| Expr::col((section::Entity, column));
    let mut sections = Query::select();
    sections
        .expr(own(section::Column::Path))
        .expr(own(section::Column::Source))
        .expr(Expr::val(None::<Uuid>))
        .from(section::Entity)
        .cond_where(own(section::Column::Path).is_in(paths()))
        .cond_where(own(section::Column::Source).is_not_null());
    sections.cond_where(crate::section::shown(scope, "section"));
    articles.union(UnionType::All, sections);
    let mut found = HashMap::new();
    for row in ctx.db_of([Dependency::Sections]).query_all(&articles).await? {
        let (path, file): (String, String) = (row.get(0)?, row.get(1)?);
        let article: Option<Uuid> = row.get(2)?;
        found.insert((article.is_some(), path), (article, file));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_above_an_address_are_the_nearest_first() {
        let found: Vec<_> = above("/n/a/b.png").collect();
        assert_eq!(found, [("/n/a/", "b.png"), ("/n/", "a/b.png"), ("/", "n/a/b.png")]);
    }
}
