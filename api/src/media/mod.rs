//! Files that pages show: what lies beside an article, and what lies in `static/`.
//!
//! A file is found as Hugo publishes it: that of a bundle below its page's address
//! (`/news/a/` + `photo.jpg`), one of `static/` at its own path, one beside the page
//! of a section or a term below that page's.
//!
//! **Invariants.** A file that belongs to an article is there while everybody may read
//! that article, and no longer. Pages are no files: what a bundle holds in Markdown or
//! HTML is content of its page. Bytes are read part by part.

mod size;

use entity::article_copy::Column;
use entity::{Timestamp, source_file};
use sea_orm::sea_query::{Condition, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::article::columns::Columns;
use crate::article::read;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::hugo::blobs;
use crate::policy::Scope;
use crate::{section, taxonomy};

pub use crate::hugo::blobs::PART;
pub use size::size;

/// What the rows of files that are kept as they are say they are.
pub const FILE: &str = "file";
/// Folder of what is published as it is.
const STATIC: &str = "static";
/// Folders that an address may have: what lies deeper belongs to no page.
const DEEPEST: usize = 32;
/// Endings of files that Hugo reads as content wherever they are.
const CONTENT: [&str; 11] =
    ["ad", "adoc", "asciidoc", "htm", "html", "markdown", "md", "mdown", "org", "pandoc", "rst"];

/// A file that may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Its last part.
    pub name: String,
    pub hash: Vec<u8>,
    pub size: u64,
    pub modified: Timestamp,
}

impl From<source_file::Model> for Media {
    fn from(row: source_file::Model) -> Self {
        let name = row.path.rsplit('/').next().unwrap_or_default().to_owned();
        let size = u64::try_from(row.size).unwrap_or(0);
        Self { name, hash: row.hash, size, modified: row.modified }
    }
}

/// The file at a decoded path that begins with a slash.
pub async fn find(ctx: &Ctx, scope: &Scope, path: &str) -> Result<Option<Media>> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if parts.len() > DEEPEST || parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
        return Ok(None);
    }
    let above: Vec<String> = (0..parts.len())
        .rev()
        .map(|depth| match parts.get(..depth).unwrap_or_default() {
            [] => "/".to_owned(),
            folders => format!("/{}/", folders.join("/")),
        })
        .collect();
    if let Some(found) = beside_article(ctx, scope, &parts, &above).await? {
        return Ok(Some(found));
    }
    if let Some(found) = file(ctx, &format!("{STATIC}/{}", parts.join("/"))).await? {
        return Ok(Some(found));
    }
    if let Some(found) = beside_section(ctx, scope, &parts, &above).await? {
        return Ok(Some(found));
    }
    beside_term(ctx, &parts, &above).await
}

/// Whether Hugo would make a page of it.
fn is_content(parts: &[&str]) -> bool {
    parts.last().is_some_and(|name| is_page(name))
}

/// Whether Hugo would make a page of a file of this name.
#[must_use]
pub fn is_page(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| CONTENT.iter().any(|one| one.eq_ignore_ascii_case(ending)))
}

/// What lies below an address, as it is written below its page.
fn below(parts: &[&str], page: &str) -> String {
    let depth = page.trim_matches('/').split('/').filter(|part| !part.is_empty()).count();
    parts.get(depth..).unwrap_or_default().join("/")
}

async fn file(ctx: &Ctx, path: &str) -> Result<Option<Media>> {
    let row = source_file::Entity::find_by_id(path.to_owned())
        .filter(source_file::Column::Kind.eq(FILE))
        .one(ctx.db().orm())
        .await?;
    Ok(row.map(Media::from))
}

/// The file of the nearest article above, where that is a bundle.
async fn beside_article(
    ctx: &Ctx,
    scope: &Scope,
    parts: &[&str],
    above: &[String],
) -> Result<Option<Media>> {
    if is_content(parts) {
        return Ok(None);
    }
    let columns = Columns::BASE.with(Columns::of(&[Column::Path]));
    let mut pages = read::by_paths(ctx, scope, above, columns).await?;
    pages.sort_by_key(|page| std::cmp::Reverse(page.path.len()));
    let Some(page) = pages.into_iter().next() else {
        return Ok(None);
    };
    let source = source_file::Entity::find()
        .filter(source_file::Column::ArticleId.eq(page.article_id))
        .one(ctx.db().orm())
        .await?;
    let Some(folder) = source.as_ref().and_then(|source| bundle(&source.path)) else {
        return Ok(None);
    };
    file(ctx, &format!("{folder}/{}", below(parts, &page.path))).await
}

/// The file of the nearest section above that has a page of its own, or of a home
/// page.
async fn beside_section(
    ctx: &Ctx,
    scope: &Scope,
    parts: &[&str],
    above: &[String],
) -> Result<Option<Media>> {
    if is_content(parts) {
        return Ok(None);
    }
    let Some(row) = section::deepest(ctx, scope, above).await? else {
        return Ok(None);
    };
    let Some(folder) = row.source.as_deref().and_then(folder) else {
        return Ok(None);
    };
    let below = below(parts, &row.path);
    if in_bundle(ctx, folder, &below).await? {
        return Ok(None);
    }
    file(ctx, &format!("{folder}/{below}")).await
}

/// The file of the nearest term above that has a page of its own.
async fn beside_term(ctx: &Ctx, parts: &[&str], above: &[String]) -> Result<Option<Media>> {
    if is_content(parts) {
        return Ok(None);
    }
    let Some((page, source)) = taxonomy::source_at(ctx, above).await? else {
        return Ok(None);
    };
    let Some(folder) = folder(&source) else {
        return Ok(None);
    };
    file(ctx, &format!("{folder}/{}", below(parts, &page))).await
}

/// Whether a file below a folder belongs to an article that lies between them: it is
/// that article's, whoever may read it.
async fn in_bundle(ctx: &Ctx, folder: &str, below: &str) -> Result<bool> {
    let mut any = Condition::any();
    for (at, _) in below.match_indices('/') {
        let between = format!("{folder}/{}", below.get(..at).unwrap_or_default());
        // `index.md` and its translations: what begins with `index.`.
        let path = source_file::Column::Path;
        any = any
            .add(path.gte(format!("{between}/index.")).and(path.lt(format!("{between}/index/"))));
    }
    if any.is_empty() {
        return Ok(false);
    }
    let found = source_file::Entity::find()
        .filter(source_file::Column::Kind.is_in(["article", "unread"]))
        .filter(any)
        .count(ctx.db().orm())
        .await?;
    Ok(found > 0)
}

/// The folder of a page that is a bundle: `content/a` of `content/a/index.en.md`.
#[must_use]
pub fn bundle(path: &str) -> Option<&str> {
    let (folder, file) = path.rsplit_once('/')?;
    (file.split('.').next() == Some("index")).then_some(folder)
}

/// The folder whose files belong to a page: that of a bundle, and of the page of a list.
#[must_use]
pub fn folder(path: &str) -> Option<&str> {
    let (folder, file) = path.rsplit_once('/')?;
    matches!(file.split('.').next(), Some("index" | "_index")).then_some(folder)
}

/// One part of a file's bytes, of [`PART`] each but for the last.
pub async fn part(ctx: &Ctx, media: &Media, number: u64) -> Result<Vec<u8>> {
    let number = i32::try_from(number).map_err(Error::internal)?;
    let found = blobs::part(ctx.db().orm(), &media.hash, number).await?;
    found.ok_or_else(|| Error::internal("the bytes of a file are missing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_are_known_by_their_page() {
        assert_eq!(bundle("content/en/a/index.md"), Some("content/en/a"));
        assert_eq!(bundle("content/a/index.zh-cn.md"), Some("content/a"));
        assert_eq!(bundle("content/a/_index.md"), None);
        assert_eq!(bundle("content/a/indexed.md"), None);
        assert_eq!(bundle("content/a.md"), None);
    }
}
