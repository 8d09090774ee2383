//! Pages on their way into the database: read, understood and rendered on all
//! cores, a chunk ahead of the one that is written.
//!
//! Invariants: chunks and what is in them come in the order of the files; no more
//! than two chunks are in memory at a time; nothing here depends on what is
//! written meanwhile.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::config::SiteConfig;
use super::convert;
use super::document::{Document, Outcome, read, render_row};
use super::files::Found;
use super::known::Known;
use super::problem::Problem;
use super::rows::Ready;
use super::sections::Sections;
use super::tree::Entry;
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
    pub known: Arc<HashMap<String, Known>>,
    /// Whether to read files that are as they were, too.
    pub anew: bool,
}

/// A document ready to be written, and what it was warned of.
pub(super) type Prepared = (Ready, Vec<Problem>);

pub(super) struct Ahead<'a> {
    ctx: &'a Ctx,
    by: Arc<By>,
    entries: std::vec::IntoIter<Entry>,
    next: Option<JoinHandle<Vec<Outcome<Prepared>>>>,
}

impl<'a> Ahead<'a> {
    /// Begins to read the first chunk.
    pub fn new(ctx: &'a Ctx, by: By, entries: Vec<Entry>) -> Self {
        let mut ahead = Self { ctx, by: Arc::new(by), entries: entries.into_iter(), next: None };
        ahead.begin();
        ahead
    }

    /// The next chunk; none behind the last. Begins to read the one after it.
    pub async fn next(&mut self) -> Result<Option<Vec<Outcome<Prepared>>>> {
        let Some(task) = self.next.take() else { return Ok(None) };
        let outcomes = task.await.map_err(Error::internal)?;
        self.begin();
        Ok(Some(outcomes))
    }

    fn begin(&mut self) {
        let chunk = self.entries.by_ref().take(CHUNK);
        let chunk: Vec<_> = chunk.map(|entry| (entry, self.ctx.new_id())).collect();
        if chunk.is_empty() {
            return;
        }
        let by = Arc::clone(&self.by);
        self.next = Some(tokio::task::spawn_blocking(move || {
            chunk.into_par_iter().map(|(entry, body_id)| prepare(entry, body_id, &by)).collect()
        }));
    }
}

/// Makes an article of a file.
fn prepare(entry: Entry, body_id: Uuid, by: &By) -> Outcome<Prepared> {
    let By { config, frame, sections, known, anew } = by;
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
    if let Some(what) = draft.too_long() {
        return unread(format!("{what} is longer than {MAX_KEY} bytes"));
    }
    let language = frame.language_of(&file.language);
    let math = draft.content.has_math().or(language.switches.mathjax);
    match render_row(body_id, body, language, math.unwrap_or(false), &file.path) {
        Ok(body) => Outcome::Read((Ready { found: entry.file, file, draft, body }, warnings)),
        Err(error) => unread(error.to_string()),
    }
}
