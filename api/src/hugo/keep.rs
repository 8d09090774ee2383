//! The last step of an import: files that are no pages, kept byte for byte.
//!
//! Invariants: what is in memory at a time is bounded, however large and however
//! many the files are; each transaction leaves whole files; pages that could not
//! be read are among them, and stay known as such.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::iter::Peekable;
use std::path::Path;
use std::sync::Arc;

use entity::{article, source_file};
use rayon::prelude::*;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::config::SiteConfig;
use super::config_file::is_configuration;
use super::files::{self, Found, LINK, file_clock};
use super::import::Report;
use super::known::{self, Known, Touched};
use super::problem::Problem;
use super::report::Action;
use super::tree::{EntryKind, Layout};
use super::{blobs, file_path, settings};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::event::{Event, Write};
use crate::media;

/// Files and bytes that one transaction takes in.
const FILES: usize = 400;
const BYTES: i64 = 16 << 20;
/// A file above this is read part by part.
const SMALL: i64 = 4 << 20;

pub struct Keep<'a> {
    pub ctx: &'a Ctx,
    pub config: Arc<SiteConfig>,
    pub layout: Arc<Layout>,
    /// Files that are left alone.
    pub skip: HashSet<String>,
    pub touched: Vec<Touched>,
    /// Articles that were made in this import: nobody has known their files.
    pub created: HashSet<Uuid>,
    pub report: Report,
    /// Whether the folder has a configuration.
    pub configured: bool,
}

/// The files that are no pages, as they are come upon.
type Walk = Peekable<Box<dyn Iterator<Item = Result<Found, Problem>> + Send>>;

/// A file with its bytes, where they are few.
struct Read {
    found: Found,
    row: source_file::Model,
    bytes: Option<Vec<u8>>,
}

enum Outcome {
    Same(Option<Touched>),
    Read(Box<Read>),
    Wrong(Problem),
}

impl Keep<'_> {
    pub async fn run(mut self, dir: &Path, unread: Vec<Found>) -> Result<Report> {
        let mut replaced = false;
        if self.configured && !self.report.dry_run {
            replaced = self.forget_stale(dir).await?;
        }
        let mut walk = self.others(dir);
        loop {
            let task = tokio::task::spawn_blocking(move || {
                let chunk = chunk(&mut walk);
                (walk, chunk)
            });
            let (back, found) = task.await.map_err(Error::internal)?;
            walk = back;
            if found.is_empty() {
                break;
            }
            let found = self.take(found);
            replaced |= self.keep(found, false).await?;
        }
        let unread: Box<dyn Iterator<Item = _> + Send> = Box::new(unread.into_iter().map(Ok));
        let mut unread = unread.peekable();
        while unread.peek().is_some() {
            let found = chunk(&mut unread).into_iter().filter_map(Result::ok).collect();
            replaced |= self.keep(found, true).await?;
        }
        if self.report.dry_run {
            return Ok(self.report);
        }
        known::note(self.ctx, &self.touched).await?;
        if replaced {
            let mut write = Write::begin(self.ctx).await?;
            blobs::sweep(&write).await?;
            write.record(Event::new("site.files_swept"));
            write.commit().await?;
        }
        Ok(self.report)
    }

    /// Forgets a configuration that is not there any more, which would be laid over
    /// the new one; says whether there was any.
    async fn forget_stale(&self, dir: &Path) -> Result<bool> {
        let known = configuration_files(self.ctx).await?;
        let is_there = |path: &String| dir.join(file_path::to_path(path)).is_file();
        let stale: Vec<String> = known.into_iter().filter(|path| !is_there(path)).collect();
        if stale.is_empty() {
            return Ok(false);
        }
        let mut write = Write::begin(self.ctx).await?;
        settings::forget_files(&write, &stale).await?;
        write.record(Event::new("site.files_changed"));
        write.commit().await?;
        Ok(true)
    }

    /// Walks over what is no page.
    fn others(&self, dir: &Path) -> Walk {
        let (config, layout) = (Arc::clone(&self.config), Arc::clone(&self.layout));
        let below = dir.to_owned();
        let is_page = move |found: &Found| {
            let path = found.file.strip_prefix(&below).unwrap_or(&found.file);
            found.stat.mode != LINK
                && layout
                    .entry(&config, path)
                    .is_some_and(|entry| matches!(entry.kind, EntryKind::Content(_)))
        };
        let walk = files::walk(dir, &self.config);
        let walk = walk.filter(move |found| !found.as_ref().is_ok_and(&is_page));
        let walk: Box<dyn Iterator<Item = Result<Found, Problem>> + Send> = Box::new(walk);
        walk.peekable()
    }

    /// Counts files, and leaves out what is too large.
    fn take(&mut self, found: Vec<Result<Found, Problem>>) -> Vec<Found> {
        let limit = self.ctx.app().config().hugo.max_file_bytes;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut fit = Vec::with_capacity(found.len());
        for found in found {
            let found = match found {
                Ok(found) if self.skip.contains(&found.path) => continue,
                Ok(found) => found,
                // The walk of the content has named its own already.
                Err(problem) if self.report.failures.contains(&problem) => continue,
                Err(problem) => {
                    self.report.failures.push(problem);
                    continue;
                }
            };
            if found.stat.size > limit {
                let message = format!(
                    "is left out: it has {} bytes, and hugo.max_file_bytes is {limit}; raise that \
                     to keep it",
                    found.stat.size
                );
                self.report.warnings.push(Problem::new(message).in_file(&found.path));
                continue;
            }
            self.report.other_files += 1;
            fit.push(found);
        }
        fit
    }

    /// Keeps some; says whether bytes were replaced that nobody may need now.
    async fn keep(&mut self, chunk: Vec<Found>, is_page: bool) -> Result<bool> {
        let paths = chunk.iter().map(|found| found.path.as_str());
        let known = Arc::new(known::of(self.ctx, paths).await?);
        let by = Arc::clone(&known);
        let outcomes: Vec<Outcome> = tokio::task::spawn_blocking(move || {
            chunk
                .into_par_iter()
                .map(|found| {
                    let before = by.get(&found.path);
                    read(found, before, is_page)
                })
                .collect()
        })
        .await
        .map_err(Error::internal)?;
        let mut reads = Vec::new();
        for outcome in outcomes {
            match outcome {
                Outcome::Same(touched) => self.touched.extend(touched),
                Outcome::Read(read) => reads.push(*read),
                // That a page cannot be read has been said.
                Outcome::Wrong(problem) if !is_page => self.report.failures.push(problem),
                Outcome::Wrong(_) => {}
            }
        }
        if self.touched.len() >= FILES && !self.report.dry_run {
            known::note(self.ctx, &std::mem::take(&mut self.touched)).await?;
        }
        if reads.is_empty() {
            return Ok(false);
        }
        if self.report.dry_run {
            for read in reads {
                let there = known.contains_key(&read.found.path);
                let action = if there { Action::Updated } else { Action::Created };
                self.report.would(action, &read.found.path);
            }
            return Ok(false);
        }
        let replaced = reads.iter().any(|read| known.contains_key(&read.found.path));
        let mut write = Write::begin(self.ctx).await?;
        let mut rows = Vec::with_capacity(reads.len());
        for Read { found, row, bytes } in reads {
            if !blobs::has(write.txn(), &row.hash).await? {
                match bytes {
                    Some(bytes) => blobs::put(&write, row.hash.clone(), bytes).await?,
                    None => {
                        if let Err(problem) =
                            blobs::put_file(&write, &found.file, &row.hash).await?
                        {
                            self.report.failures.push(problem.in_file(&found.path));
                            blobs::drop(&write, &row.hash).await?;
                            continue;
                        }
                    }
                }
            }
            rows.push(row);
        }
        let count = rows.len();
        let paths: Vec<String> = rows.iter().map(|row| row.path.clone()).collect();
        settings::put_files(&write, rows).await?;
        if !is_page {
            tell_articles(&mut write, &self.created, &paths).await?;
        }
        write.record(Event { data: json!({ "files": count }), ..Event::new("site.files_changed") });
        write.commit().await?;
        Ok(replaced)
    }
}

/// Says of the articles whose files these are that they have changed: a picture has
/// another size, and who keeps a copy of the article has an old one.
async fn tell_articles(
    write: &mut Write<'_>,
    created: &HashSet<Uuid>,
    paths: &[String],
) -> Result<()> {
    let above: HashSet<&str> = paths.iter().flat_map(|path| folders(path)).collect();
    let above: Vec<&str> = above.into_iter().collect();
    let pages = known::in_bundles(write.txn(), &above).await?;
    let mut bundles: HashMap<&str, Vec<Uuid>> = HashMap::new();
    for (page, id) in &pages {
        if let Some(folder) = media::bundle(page).filter(|_| !created.contains(id)) {
            bundles.entry(folder).or_default().push(*id);
        }
    }
    // A file is that of the nearest page.
    let owners = paths.iter().filter_map(|path| folders(path).find_map(|it| bundles.get(it)));
    let ids: BTreeSet<Uuid> = owners.flatten().copied().collect();
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    write.note_public(&ids).await?;
    let heads: Vec<(Uuid, i32, String)> = article::Entity::find()
        .select_only()
        .columns([article::Column::Id, article::Column::Version, article::Column::Language])
        .filter(article::Column::Id.is_in(ids))
        .order_by_asc(article::Column::Id)
        .into_tuple()
        .all(write.txn())
        .await?;
    for (id, version, language) in heads {
        write.record(Event {
            language: Some(language),
            ..Event::of("article.filesChanged", id, version)
        });
    }
    Ok(())
}

/// The files of the configuration that are known.
async fn configuration_files(ctx: &Ctx) -> Result<Vec<String>> {
    use source_file::Column;
    let paths: Vec<String> = source_file::Entity::find()
        .select_only()
        .column(Column::Path)
        .filter(known::is_configuration())
        .order_by_asc(Column::Path)
        .into_tuple()
        .all(ctx.app().db().read())
        .await?;
    Ok(paths.into_iter().filter(|path| is_configuration(path)).collect())
}

/// Some files of a walk, as many as one transaction takes in.
fn chunk(walk: &mut Walk) -> Vec<Result<Found, Problem>> {
    let (mut chunk, mut bytes) = (Vec::new(), 0_i64);
    let size = |found: &Result<Found, Problem>| found.as_ref().map_or(0, |found| found.stat.size);
    while let Some(one) = walk.next_if(|one| {
        chunk.is_empty() || (chunk.len() < FILES && bytes.saturating_add(size(one)) <= BYTES)
    }) {
        bytes = bytes.saturating_add(size(&one));
        chunk.push(one);
    }
    chunk
}

/// The folders that a file lies in, the nearest first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').rev().map(|(at, _)| path.split_at(at).0)
}

fn read(found: Found, before: Option<&Known>, is_page: bool) -> Outcome {
    let checked = file_clock();
    let kind = match (is_page, found.stat.mode == LINK) {
        (true, _) => "unread",
        (false, true) => "link",
        (false, false) => "file",
    };
    let before = before.filter(|before| before.is(kind) || is_page);
    if before.is_some_and(|before| before.is(kind) && before.is_as_it_was(&found.stat)) {
        return Outcome::Same(None);
    }
    let bytes = if found.stat.mode == LINK {
        files::link_target(&found.file).map(Some)
    } else if found.stat.size <= SMALL {
        std::fs::read(&found.file).map(Some)
    } else {
        Ok(None)
    };
    let hashed = bytes.and_then(|bytes| match bytes {
        Some(bytes) => {
            use sha2::{Digest, Sha256};
            let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            Ok((Sha256::digest(&bytes).to_vec(), size, Some(bytes)))
        }
        None => blobs::hash(&found.file).map(|(hash, size)| (hash, size, None)),
    });
    let (hash, size, bytes) = match hashed {
        Ok(hashed) => hashed,
        Err(error) => {
            let problem = Problem::new(format!("cannot be read: {error}"));
            return Outcome::Wrong(problem.in_file(&found.path));
        }
    };
    if let Some(before) = before
        && before.is(kind)
        && before.has(&hash)
    {
        return Outcome::Same(before.touched(&hash, &found.path, found.stat, checked));
    }
    let row = source_file::Model {
        path: found.path.clone(),
        kind: kind.to_owned(),
        // The article that it was, before it could not be read any more.
        article_id: before.and_then(|before| before.article_id),
        article_version: before.and_then(|before| before.article_version),
        language: String::new(),
        format: String::new(),
        front_matter: Vec::new(),
        raw_body: None,
        hash,
        size,
        modified: found.stat.modified,
        mode: found.stat.mode,
        changed_at: found.stat.changed,
        checked_at: Some(checked),
    };
    Outcome::Read(Box::new(Read { found, row, bytes }))
}
