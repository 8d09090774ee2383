//! The last step of an import: files that are no pages, kept byte for byte.
//!
//! Invariants: what is in memory at a time is bounded, however large and however
//! many the files are; each transaction leaves whole files; pages that could not
//! be read are among them, and stay known as such.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use entity::{article, source_file};
use rayon::prelude::*;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::blobs;
use super::config_file::is_configuration;
use super::files::{self, Found, LINK, file_clock};
use super::import::Report;
use super::known::{self, Known, Touched};
use super::problem::Problem;
use super::report::Action;
use super::settings;
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
    pub known: Arc<HashMap<String, Known>>,
    pub touched: Vec<Touched>,
    pub report: Report,
    /// Whether the folder has a configuration.
    pub configured: bool,
}

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
    pub async fn run(mut self, others: Vec<Found>, unread: Vec<Found>) -> Result<Report> {
        let limit = self.ctx.app().config().hugo.max_file_bytes;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let (fit, large): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|found| found.stat.size <= limit);
        for found in &large {
            self.report.other_files -= 1;
            let message = format!(
                "is left out: it has {} bytes, and hugo.max_file_bytes is {limit}; raise that to \
                 keep it",
                found.stat.size
            );
            self.report.warnings.push(Problem::new(message).in_file(&found.path));
        }
        let mut replaced = false;
        // A configuration that is not there any more would be laid over the new one.
        let there: HashSet<&str> = fit.iter().map(|found| found.path.as_str()).collect();
        let stale: Vec<String> = self
            .known
            .iter()
            .filter(|(path, known)| {
                known.is("file") && is_configuration(path) && !there.contains(path.as_str())
            })
            .map(|(path, _)| path.clone())
            .collect();
        if self.configured && !stale.is_empty() && !self.report.dry_run {
            let mut write = Write::begin(self.ctx).await?;
            settings::forget_files(&write, &stale).await?;
            write.record(Event::new("site.files_changed"));
            write.commit().await?;
            replaced = true;
        }
        for (found, is_page) in [(fit, false), (unread, true)] {
            let mut found = found.into_iter().peekable();
            while found.peek().is_some() {
                let (mut chunk, mut bytes) = (Vec::new(), 0_i64);
                while let Some(one) = found.next_if(|one| {
                    chunk.is_empty() || (chunk.len() < FILES && bytes + one.stat.size <= BYTES)
                }) {
                    bytes = bytes.saturating_add(one.stat.size);
                    chunk.push(one);
                }
                replaced |= self.keep(chunk, is_page).await?;
            }
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

    /// Keeps some; says whether bytes were replaced that nobody may need now.
    async fn keep(&mut self, chunk: Vec<Found>, is_page: bool) -> Result<bool> {
        let known = Arc::clone(&self.known);
        let outcomes: Vec<Outcome> = tokio::task::spawn_blocking(move || {
            chunk
                .into_par_iter()
                .map(|found| {
                    let before = known.get(&found.path);
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
        if reads.is_empty() {
            return Ok(false);
        }
        if self.report.dry_run {
            for read in reads {
                let there = self.known.contains_key(&read.found.path);
                let action = if there { Action::Updated } else { Action::Created };
                self.report.would(action, &read.found.path);
            }
            return Ok(false);
        }
        let replaced = reads.iter().any(|read| self.known.contains_key(&read.found.path));
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
            tell_articles(&mut write, &self.known, &paths).await?;
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
    known: &HashMap<String, Known>,
    paths: &[String],
) -> Result<()> {
    let above: HashSet<&str> = paths.iter().flat_map(|path| folders(path)).collect();
    let mut bundles: HashMap<&str, Vec<Uuid>> = HashMap::new();
    for (page, known) in known.iter().filter(|(_, known)| known.is_article()) {
        if let Some(folder) = media::bundle(page).filter(|folder| above.contains(folder)) {
            bundles.entry(folder).or_default().extend(known.article_id);
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
