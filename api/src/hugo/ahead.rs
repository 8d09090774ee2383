//! Pages on their way into the database: read, understood and rendered on all
//! cores, a chunk ahead of the one that is written.
//!
//! Invariants: chunks and what is in them come in the order of the files; no more
//! than two chunks are in memory at a time; nothing here depends on what is
//! written meanwhile.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::config::SiteConfig;
use super::convert;
use super::document::{Document, Outcome, read, render_row};
use super::file_path;
use super::files::Found;
use super::known::{self, ByPath, Known};
use super::problem::Problem;
use super::rows::Ready;
use super::sections::Sections;
use super::tree::{Entry, Layout};
use crate::article::content::MAX_KEY;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::site::Frame;

/// Pages in one chunk.
const CHUNK: usize = 400;

/// What pages are read by.
pub(super) struct By {
    pub config: Arc<SiteConfig>,
    pub frame: Arc<Frame>,
    pub sections: Arc<Sections>,
    pub layout: Arc<Layout>,
    /// Whether to read files that are as they were, too.
    pub anew: bool,
}

/// A document ready to be written, and what it was warned of.
pub(super) type Prepared = (Ready, Vec<Problem>);

/// Some pages, and what is known of their files.
pub(super) struct Chunk {
    pub outcomes: Vec<Outcome<Prepared>>,
    pub known: Arc<ByPath>,
}

pub(super) struct Ahead<'a> {
    ctx: &'a Ctx,
    by: Arc<By>,
    pages: std::vec::IntoIter<Box<Path>>,
    next: Option<JoinHandle<Chunk>>,
}

impl<'a> Ahead<'a> {
    /// Begins to read the first chunk.
    pub async fn new(ctx: &'a Ctx, by: By, pages: Vec<Box<Path>>) -> Result<Self> {
        let mut ahead = Self { ctx, by: Arc::new(by), pages: pages.into_iter(), next: None };
        ahead.begin().await?;
        Ok(ahead)
    }

    /// The next chunk; none behind the last. Begins to read the one after it.
    pub async fn next(&mut self) -> Result<Option<Chunk>> {
        let Some(task) = self.next.take() else { return Ok(None) };
        let chunk = task.await.map_err(Error::internal)?;
        self.begin().await?;
        Ok(Some(chunk))
    }

    async fn begin(&mut self) -> Result<()> {
        let pages: Vec<_> = self.pages.by_ref().take(CHUNK).collect();
        if pages.is_empty() {
            return Ok(());
        }
        let paths: Vec<String> = pages.iter().map(|page| file_path::to_text(page)).collect();
        let known = known::of(self.ctx, paths.iter().map(String::as_str)).await?;
        let (by, known) = (Arc::clone(&self.by), Arc::new(known));
        let pages: Vec<_> = pages.into_iter().map(|page| (page, self.ctx.new_id())).collect();
        self.next = Some(tokio::task::spawn_blocking(move || {
            let outcomes = pages.into_par_iter().filter_map(|(page, body_id)| {
                let entry = by.layout.entry(&by.config, &page)?;
                Some(prepare(entry, body_id, &by, &known))
            });
            let outcomes = outcomes.collect();
            Chunk { outcomes, known }
        }));
        Ok(())
    }
}

/// Makes an article of a file.
fn prepare(entry: Entry, body_id: Uuid, by: &By, known: &ByPath) -> Outcome<Prepared> {
    let By { config, frame, sections, layout: _, anew } = by;
    let before = known.get(&entry.relative);
    let skip = !anew && before.is_some_and(Known::is_article);
    let document = match read(entry, config, before, skip) {
        Outcome::Read(document) => document,
        Outcome::Same(touched) => return Outcome::Same(touched),
        Outcome::Unread(problem, found) => return Outcome::Unread(problem, found),
    };
    let Document { entry, mut page, keywords, body, file } = document;
    let warnings = std::mem::take(&mut page.warnings);
    let draft = convert::draft(&config.rules, sections, &entry, page, keywords, &body.markdown);
    let unread = |message: String| {
        let problem = Problem::new(message).in_file(&entry.relative);
        Outcome::Unread(problem, Found::of(&entry.file, &file))
    };
    if sections.has(&entry.language, &entry.logical) {
        let page = &entry.logical;
        return unread(format!(
            "{page} is a section with a page of its own, too: to Hugo both are one page; \
             rename or remove one of them"
        ));
    }
    if let Some(what) = draft.too_long() {
        return unread(format!("{what} is longer than {MAX_KEY} bytes"));
    }
    let options = draft.content.rendering(frame.language_of(&file.language), body.is_html);
    match render_row(body_id, body, options, &file.path) {
        Ok(body) => Outcome::Read((Ready { found: entry.file, file, draft, body }, warnings)),
        Err(error) => unread(error.to_string()),
    }
}
