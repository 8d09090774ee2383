//! Files that pages show: what lies beside an article, and what lies in `static/`.
//!
//! A file is found as Hugo publishes it: that of a bundle below its page's address
//! (`/news/a/` + `photo.jpg`), one of `static/` at its own path.
//!
//! **Invariants.** A file that belongs to an article is there while everybody may read
//! that article, and no longer. Pages are no files: what a bundle holds in Markdown or
//! HTML is content of its page. Bytes are read part by part.

use entity::article_copy::Column;
use entity::{Timestamp, source_file};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::article::columns::Columns;
use crate::article::read;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::hugo::blobs;
use crate::policy::Scope;

pub use crate::hugo::blobs::PART;

/// What the rows of files that are kept as they are say they are.
const FILE: &str = "file";
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
    if let Some(found) = beside_article(ctx, scope, &parts).await? {
        return Ok(Some(found));
    }
    file(ctx, &format!("{STATIC}/{}", parts.join("/"))).await
}

async fn file(ctx: &Ctx, path: &str) -> Result<Option<Media>> {
    let row = source_file::Entity::find_by_id(path.to_owned())
        .filter(source_file::Column::Kind.eq(FILE))
        .one(ctx.app().db().read())
        .await?;
    Ok(row.map(Media::from))
}

/// The file of the nearest page above that is a bundle.
async fn beside_article(ctx: &Ctx, scope: &Scope, parts: &[&str]) -> Result<Option<Media>> {
    let extension = parts.last().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
    let is_content = |ending: &str| CONTENT.iter().any(|one| one.eq_ignore_ascii_case(ending));
    if extension.is_some_and(is_content) {
        return Ok(None);
    }
    let above: Vec<String> = (0..parts.len())
        .rev()
        .map(|depth| match parts.get(..depth).unwrap_or_default() {
            [] => "/".to_owned(),
            folders => format!("/{}/", folders.join("/")),
        })
        .collect();
    let columns = Columns::BASE.with(Columns::of(&[Column::Path]));
    let mut pages = read::by_paths(ctx, scope, &above, columns).await?;
    pages.sort_by_key(|page| std::cmp::Reverse(page.path.len()));
    let Some(page) = pages.into_iter().next() else {
        return Ok(None);
    };
    let source = source_file::Entity::find()
        .filter(source_file::Column::ArticleId.eq(page.article_id))
        .one(ctx.app().db().read())
        .await?;
    let Some(folder) = source.as_ref().and_then(|source| bundle(&source.path)) else {
        return Ok(None);
    };
    let depth = page.path.trim_matches('/').split('/').filter(|part| !part.is_empty()).count();
    let below = parts.get(depth..).unwrap_or_default().join("/");
    file(ctx, &format!("{folder}/{below}")).await
}

/// The folder of a page that is a bundle: `content/a` of `content/a/index.en.md`.
fn bundle(path: &str) -> Option<&str> {
    let (folder, file) = path.rsplit_once('/')?;
    (file.split('.').next() == Some("index")).then_some(folder)
}

/// One part of a file's bytes, of [`PART`] each but for the last.
pub async fn part(ctx: &Ctx, media: &Media, number: u64) -> Result<Vec<u8>> {
    let number = i32::try_from(number).map_err(Error::internal)?;
    let found = blobs::part(ctx.app().db().read(), &media.hash, number).await?;
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
