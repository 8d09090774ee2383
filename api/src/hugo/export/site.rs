//! The site as its files in the database describe it.
//!
//! Only what every page depends on is in memory: the configuration, terms, and the
//! pages of sections; never the names of all files, and never the text of pages.

use std::collections::HashMap;
use std::path::Path;

use entity::source_file;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::parsed::Parsed;
use super::terms::Terms;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::hugo::address::Sections;
use crate::hugo::config::{self, SiteConfig};
use crate::hugo::known::{self, ROWS};
use crate::hugo::problem::Problem;
use crate::hugo::settings::CONFIGURATION;
use crate::hugo::tree::{Entry, Layout};
use crate::hugo::{blobs, file_path, front_matter, page};

/// A file in the database, without its bytes.
#[derive(Debug, Clone)]
pub struct Row {
    pub path: String,
    pub kind: String,
    pub article_id: Option<Uuid>,
    pub article_version: Option<i32>,
    pub language: String,
    pub hash: Vec<u8>,
    pub size: i64,
    pub mode: i32,
}

#[derive(Debug)]
pub struct Site {
    pub config: SiteConfig,
    pub sections: Sections,
    pub terms: Terms,
    /// What each content file is.
    layout: Layout,
}

/// The files that say something of others, and what is known of all.
#[derive(Debug, Default)]
pub struct Outline {
    /// Those of the configuration, of sections and of terms, by path.
    pub rows: Vec<Row>,
    /// Of every file, in order of their bytes.
    paths: Vec<String>,
}

impl Outline {
    pub async fn load(ctx: &Ctx) -> Result<Self> {
        use source_file::Column;
        let says = Condition::any()
            .add(Column::Kind.is_in(["section", "term", "configuration"]))
            .add(known::is_configuration());
        let paths = source_file::Entity::find().select_only().column(Column::Path);
        let mut paths: Vec<String> = paths.into_tuple().all(ctx.app().db().read()).await?;
        paths.sort_unstable();
        Ok(Self { rows: read(ctx, find().filter(says)).await?, paths })
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Whether there is a file of this path, or one below it.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        let below = format!("{path}/");
        let from = |start: &str| {
            let at = self.paths.partition_point(|path| path.as_str() < start);
            self.paths.get(at)
        };
        from(path).is_some_and(|found| found == path)
            || from(&below).is_some_and(|found| found.starts_with(&below))
    }

    /// The language of what says nothing, as an import was told it.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        let row = self.rows.iter().find(|row| row.path == CONFIGURATION);
        row.map(|row| row.language.as_str()).filter(|tag| !tag.is_empty())
    }
}

/// Everything that was imported, by path.
pub async fn rows(ctx: &Ctx) -> Result<Vec<Row>> {
    let mut all: Vec<Row> = Vec::new();
    // What a database answers is several times as large as what is kept of it.
    loop {
        let last = all.last().map(|row| row.path.as_str()).unwrap_or_default();
        let rows = after(ctx, Condition::all(), last, ROWS).await?;
        if rows.is_empty() {
            return Ok(all);
        }
        all.extend(rows);
    }
}

/// The next so many rows behind a path.
pub async fn after(ctx: &Ctx, which: Condition, last: &str, limit: u64) -> Result<Vec<Row>> {
    let after = source_file::Column::Path.gt(last);
    read(ctx, find().filter(which).filter(after).limit(limit)).await
}

/// The rows of these articles.
pub async fn rows_of(ctx: &Ctx, articles: &[Uuid]) -> Result<Vec<Row>> {
    let mut all = Vec::new();
    for ids in articles.chunks(200) {
        let which = source_file::Column::ArticleId.is_in(ids.iter().copied());
        all.extend(read(ctx, find().filter(which)).await?);
    }
    Ok(all)
}

/// Whether a file has this path.
pub async fn has(ctx: &Ctx, path: &str) -> Result<bool> {
    let is = source_file::Column::Path.eq(path);
    Ok(!read(ctx, find().filter(is).limit(1)).await?.is_empty())
}

fn find() -> Select<source_file::Entity> {
    use source_file::Column;
    source_file::Entity::find()
        .select_only()
        .columns([
            Column::Path,
            Column::Kind,
            Column::ArticleId,
            Column::ArticleVersion,
            Column::Language,
            Column::Hash,
            Column::Size,
            Column::Mode,
        ])
        .order_by_asc(Column::Path)
}

async fn read(ctx: &Ctx, find: Select<source_file::Entity>) -> Result<Vec<Row>> {
    type Tuple = (String, String, Option<Uuid>, Option<i32>, String, Vec<u8>, i64, i32);
    let rows: Vec<Tuple> = find.into_tuple().all(ctx.app().db().read()).await?;
    let row = |(path, kind, article_id, article_version, language, hash, size, mode)| Row {
        path,
        kind,
        article_id,
        article_version,
        language,
        hash,
        size,
        mode,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// The front matter and first lines of files, in the order asked for.
pub async fn files(ctx: &Ctx, paths: &[String]) -> Result<Vec<Vec<u8>>> {
    use source_file::Column;
    type Front = (String, Vec<u8>, Option<Vec<u8>>, Option<Uuid>, Option<i32>);
    let fronts: Vec<Front> = source_file::Entity::find()
        .select_only()
        .columns([
            Column::Path,
            Column::FrontMatter,
            Column::RawBody,
            Column::ArticleId,
            Column::ArticleVersion,
        ])
        .filter(Column::Path.is_in(paths.iter().map(String::as_str)))
        .into_tuple()
        .all(ctx.app().db().read())
        .await?;
    let mut files = HashMap::new();
    for (path, mut bytes, raw_body, id, version) in fronts {
        let body = match (raw_body, id, version) {
            (Some(body), ..) => body,
            (None, Some(id), Some(version)) => {
                text(ctx, id, version).await?.unwrap_or_default().into_bytes()
            }
            _ => Vec::new(),
        };
        bytes.extend(body.iter().take(FIRST));
        files.insert(path, bytes);
    }
    Ok(paths.iter().filter_map(|path| files.remove(path)).collect())
}

/// Bytes of a body that say how it begins.
const FIRST: usize = 200;

/// The Markdown of a version.
async fn text(ctx: &Ctx, id: Uuid, version: i32) -> Result<Option<String>> {
    use entity::{body, revision};
    let db = ctx.app().db().read();
    let body_id: Option<Uuid> = revision::Entity::find()
        .select_only()
        .column(revision::Column::BodyId)
        .filter(revision::Column::ArticleId.eq(id))
        .filter(revision::Column::Version.eq(version))
        .into_tuple()
        .one(db)
        .await?;
    let Some(body_id) = body_id else { return Ok(None) };
    Ok(body::Entity::find_by_id(body_id)
        .select_only()
        .column(body::Column::Markdown)
        .into_tuple()
        .one(db)
        .await?)
}

/// Reads a configuration from the bytes of its files, as the import reads it from
/// a folder.
pub fn configured(
    files: &[(String, Vec<u8>)],
    outline: &Outline,
) -> std::result::Result<SiteConfig, Problem> {
    let wrong = |error: std::io::Error| {
        Problem::new(format!("cannot be put into a temporary folder: {error}"))
    };
    let folder = tempfile::tempdir().map_err(wrong)?;
    for (path, bytes) in files {
        let file = folder.path().join(file_path::to_path(path));
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent).map_err(wrong)?;
        }
        std::fs::write(file, bytes).map_err(wrong)?;
    }
    if outline.has("content") {
        std::fs::create_dir_all(folder.path().join("content")).map_err(wrong)?;
    }
    config::load_with(folder.path(), outline.language(), &|source| outline.has(source))
}

/// Whether a file is part of the configuration.
#[must_use]
pub fn is_configuration(row: &Row) -> bool {
    row.kind == "file" && crate::hugo::config_file::is_configuration(&row.path)
}

impl Site {
    /// Reads the configuration, or takes the one that is given, and what all
    /// pages depend on.
    pub async fn load(
        ctx: &Ctx,
        outline: &Outline,
        configuration: Option<&[u8]>,
    ) -> Result<std::result::Result<Self, Problem>> {
        let db = ctx.app().db().read();
        let mut files = Vec::new();
        for row in outline.rows.iter().filter(|row| is_configuration(row)) {
            files.push((row.path.clone(), blobs::whole(db, &row.hash).await?));
        }
        files.extend(configuration.map(|bytes| ("hugo.toml".to_owned(), bytes.to_vec())));
        let config = match configured(&files, outline) {
            Ok(config) => config,
            Err(problem) => return Ok(Err(problem)),
        };
        Ok(Ok(Self::of(ctx, config).await?))
    }

    /// What all pages depend on, by a configuration.
    pub async fn of(ctx: &Ctx, config: SiteConfig) -> Result<Self> {
        let terms = Terms::load(ctx.app().db().read()).await?;
        let layout = layout(ctx, &config).await?;
        let mut site = Self { config, sections: Sections::default(), terms, layout };
        site.load_sections(ctx).await?;
        Ok(site)
    }

    /// The pages that others' addresses depend on, as they were imported.
    async fn load_sections(&mut self, ctx: &Ctx) -> Result<()> {
        use source_file::Column;
        let fronts: Vec<(String, Vec<u8>)> = source_file::Entity::find()
            .select_only()
            .columns([Column::Path, Column::FrontMatter])
            .filter(Column::Kind.is_in(["section", "term"]))
            .into_tuple()
            .all(ctx.app().db().read())
            .await?;
        let mut maps = Vec::with_capacity(fronts.len());
        for (path, bytes) in fronts {
            let Some(entry) = self.entry(&path) else { continue };
            let map = front_matter::split(&bytes).and_then(|source| front_matter::parse(&source));
            if let Ok(map) = map {
                self.config.cascades.note(&entry, &map);
                maps.push((entry, map));
            }
        }
        for (entry, map) in maps {
            let page = page::read(map, &self.config, &entry);
            if let Ok(page) = page {
                self.sections.note(&entry, &page);
            }
        }
        Ok(())
    }

    /// What the file of a page is, if the configuration has a place for it.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<Entry> {
        self.layout.entry(&self.config, &file_path::to_path(path))
    }

    /// What a file of this site says.
    pub fn parse(&self, entry: &Entry, bytes: &[u8]) -> std::result::Result<Parsed, Problem> {
        Parsed::of(self, entry, bytes)
    }
}

/// What lies in the content folders.
async fn layout(ctx: &Ctx, config: &SiteConfig) -> Result<Layout> {
    use source_file::Column;
    let mut layout = Layout::new(Path::new(""), config);
    let mut last = String::new();
    loop {
        // Other names say nothing of the files beside them.
        let paths: Vec<String> = source_file::Entity::find()
            .select_only()
            .column(Column::Path)
            .filter(Column::Kind.is_not_in(["link", "configuration"]))
            .filter(Expr::expr(Func::lower(Column::Path.into_expr())).like("%index.%"))
            .filter(Column::Path.gt(last.as_str()))
            .order_by_asc(Column::Path)
            .limit(ROWS)
            .into_tuple()
            .all(ctx.app().db().read())
            .await?;
        let Some(path) = paths.last() else { return Ok(layout) };
        last.clone_from(path);
        for path in &paths {
            layout.note(config, &file_path::to_path(path));
        }
    }
}
