//! The site as its files in the database describe it.
//!
//! Only what every page depends on is in memory: names of files, configuration,
//! terms and the pages of sections; never the text of pages.

use std::collections::HashMap;

use entity::source_file;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::parsed::Parsed;
use super::terms::Terms;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::hugo::address::Sections;
use crate::hugo::config::{self, SiteConfig};
use crate::hugo::known::ROWS;
use crate::hugo::problem::Problem;
use crate::hugo::settings::CONFIGURATION;
use crate::hugo::tree::{self, Entry};
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
    /// What each content file is, by its path.
    pub entries: HashMap<String, Entry>,
}

/// Everything that was imported, by path.
pub async fn rows(ctx: &Ctx) -> Result<Vec<Row>> {
    use source_file::Column;
    type Tuple = (String, String, Option<Uuid>, Option<i32>, String, Vec<u8>, i64, i32);
    let mut all: Vec<Row> = Vec::new();
    // What a database answers is several times as large as what is kept of it.
    loop {
        let last = all.last().map(|row| row.path.as_str()).unwrap_or_default();
        let rows: Vec<Tuple> = source_file::Entity::find()
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
            .filter(Column::Path.gt(last))
            .order_by_asc(Column::Path)
            .limit(ROWS)
            .into_tuple()
            .all(ctx.app().db().read())
            .await?;
        if rows.is_empty() {
            return Ok(all);
        }
        all.extend(rows.into_iter().map(
            |(path, kind, article_id, article_version, language, hash, size, mode)| Row {
                path,
                kind,
                article_id,
                article_version,
                language,
                hash,
                size,
                mode,
            },
        ));
    }
}

impl Row {
    /// A file that became an article.
    #[cfg(test)]
    #[must_use]
    pub fn article(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            kind: "article".to_owned(),
            article_id: None,
            article_version: None,
            language: String::new(),
            hash: Vec::new(),
            size: 0,
            mode: 0,
        }
    }
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
    rows: &[Row],
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
    if rows.iter().any(|row| row.path.starts_with("content/")) {
        std::fs::create_dir_all(folder.path().join("content")).map_err(wrong)?;
    }
    let given = rows.iter().find(|row| row.path == CONFIGURATION);
    let given = given.map(|row| row.language.as_str()).filter(|tag| !tag.is_empty());
    config::load(folder.path(), given)
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
        rows: &[Row],
        configuration: Option<&[u8]>,
    ) -> Result<std::result::Result<Self, Problem>> {
        let db = ctx.app().db().read();
        let mut files = Vec::new();
        for row in rows.iter().filter(|row| is_configuration(row)) {
            files.push((row.path.clone(), blobs::whole(db, &row.hash).await?));
        }
        files.extend(configuration.map(|bytes| ("hugo.toml".to_owned(), bytes.to_vec())));
        let config = match configured(&files, rows) {
            Ok(config) => config,
            Err(problem) => return Ok(Err(problem)),
        };
        Ok(Ok(Self::of(ctx, rows, config).await?))
    }

    /// What all pages depend on, by a configuration.
    pub async fn of(ctx: &Ctx, rows: &[Row], config: SiteConfig) -> Result<Self> {
        let db = ctx.app().db().read();
        let files =
            rows.iter().filter(|row| !matches!(row.kind.as_str(), "link" | "configuration"));
        let tree = tree::of_paths(&config, files.map(|row| row.path.as_str()));
        let pages = rows
            .iter()
            .filter(|row| matches!(row.kind.as_str(), "article" | "section" | "term" | "unread"));
        let pages: std::collections::HashSet<&str> = pages.map(|row| row.path.as_str()).collect();
        let entries: HashMap<String, Entry> = tree
            .entries
            .into_iter()
            .filter(|entry| pages.contains(entry.relative.as_str()))
            .map(|entry| (entry.relative.clone(), entry))
            .collect();
        let mut site =
            Self { config, sections: Sections::default(), terms: Terms::load(db).await?, entries };
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
            let Some(entry) = self.entries.get(&path) else { continue };
            let map = front_matter::split(&bytes).and_then(|source| front_matter::parse(&source));
            if let Ok(map) = map {
                self.config.cascades.note(entry, &map);
                maps.push((entry, map));
            }
        }
        for (entry, map) in maps {
            let page = page::read(map, &self.config, entry);
            if let Ok(page) = page {
                self.sections.note(entry, &page);
            }
        }
        Ok(())
    }

    /// What a file of this site says.
    pub fn parse(&self, entry: &Entry, bytes: &[u8]) -> std::result::Result<Parsed, Problem> {
        Parsed::of(self, entry, bytes)
    }
}
