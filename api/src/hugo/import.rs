//! `broadsheet import hugo`: a Hugo site into the database.
//!
//! Files are read and rendered in parallel and written a chunk at a time, each
//! chunk in one transaction: a crash leaves whole chunks, and the next import
//! goes on from there. A file that is as it was when it was imported is not
//! touched, nor is what was edited here since. A changed file becomes a new
//! version of its article; what stood there before is in its history. A file
//! that cannot be read is reported, and the rest goes in.
//!
//! What is no page is kept as it is ([`super::keep`]), a page that cannot be
//! read as well, so that an export gives back the whole site. What is not in the
//! folder any more stays in the database: to import is to add.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use entity::source_file;
use entity::{View, article, body, section, term_text};
use rayon::prelude::*;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::config::{self, SiteConfig};
use super::convert::{self, Draft};
use super::files::{self, Found, Stat, file_clock};
use super::keep::Keep;
use super::known::{Known, Touched};
use super::page::{self, Page};
use super::problem::Problem;
use super::rows::{Before, Ready, Rows};
use super::sections::Sections;
use super::tree::{self, Entry, EntryKind, Kind};
use super::{front_matter, known, settings};
use crate::article::content::MAX_KEY;
use crate::article::write::body_row;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::event::Write;
use crate::render;
use crate::site::Frame;
use crate::taxonomy;

/// Pages in one transaction.
const CHUNK: usize = 400;
/// So many new documents change what the database's planner should expect.
const MANY: usize = 100;

/// What to import and how.
#[derive(Debug, Clone)]
pub struct Options {
    pub dir: PathBuf,
    /// BCP 47 tag of content that does not say.
    pub language: Option<String>,
    /// Say what would happen, and write nothing.
    pub dry_run: bool,
}

/// What was done.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub dry_run: bool,
    /// Content files found.
    pub documents: usize,
    pub created: usize,
    pub updated: usize,
    pub unchanged: usize,
    /// Pages of sections, terms and home among them.
    pub lists: usize,
    /// Files that are no pages, which are kept as they are.
    pub other_files: usize,
    /// Documents that did not go in.
    pub failures: Vec<Problem>,
    /// Values that went into `params` because no field could take them, and files
    /// that were left out.
    pub warnings: Vec<Problem>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        for failure in &self.failures {
            writeln!(f, "error: {failure}")?;
        }
        let verb = if self.dry_run { "would be " } else { "" };
        writeln!(
            f,
            "{} documents: {} {verb}created, {} {verb}updated, {} unchanged, {} failed \
             ({} lists among them); {} other files kept",
            self.documents,
            self.created,
            self.updated,
            self.unchanged,
            self.failures.len(),
            self.lists,
            self.other_files,
        )
    }
}

/// A content file, understood.
struct Document {
    entry: Entry,
    page: Page,
    keywords: Option<Value>,
    body: Body,
    file: source_file::Model,
}

struct Body {
    markdown: String,
    is_html: bool,
}

/// What became of reading a file.
enum Outcome<T> {
    /// It is as it was; its times may be others.
    Same(Option<Touched>),
    Read(T),
    /// It is kept as it is, since nothing can be made of it.
    Unread(Problem, Found),
}

pub async fn run(ctx: &Ctx, options: Options) -> Result<Report> {
    let Options { dir, language, dry_run } = options;
    let mut report = Report { dry_run, ..Report::default() };
    let (folder, given) = (dir.clone(), language.clone());
    let read = tokio::task::spawn_blocking(move || {
        let config = config::load(&folder, given.as_deref())?;
        let tree = tree::walk(&folder, &config)?;
        Ok::<_, Problem>((config, tree))
    })
    .await
    .map_err(Error::internal)?;
    let (config, tree) = match read {
        Ok((config, tree)) => (Arc::new(config), tree),
        Err(problem) => {
            report.failures.push(problem);
            return Ok(report);
        }
    };
    report.failures.extend(tree.problems);
    let (lists, pages) = sort(tree.entries, &mut report);
    let others = others(&dir, &config, &lists, &pages, &mut report).await?;
    let known = known::load(ctx).await?;
    let moved = if dry_run { false } else { configure(ctx, &config, language).await? };
    let frame = Arc::new(Frame::load(ctx.app()).await?);
    let mut import = Import {
        ctx,
        config,
        frame,
        sections: Arc::new(Sections::default()),
        known: Arc::new(known),
        anew: moved,
        paths: HashMap::new(),
        touched: Vec::new(),
        unread: Vec::new(),
        report,
    };
    import.lists(lists).await?;
    import.pages(pages).await?;
    let Import { touched, unread, known, report, .. } = import;
    let report = Keep { ctx, known, touched, report }.run(others, unread).await?;
    if report.created + report.updated >= MANY && !dry_run {
        ctx.app().db().analyze().await?;
    }
    Ok(report)
}

/// The files of the site that are no pages.
async fn others(
    dir: &std::path::Path,
    config: &Arc<SiteConfig>,
    lists: &[Entry],
    pages: &[Entry],
    report: &mut Report,
) -> Result<Vec<Found>> {
    let except: HashSet<String> =
        lists.iter().chain(pages).map(|entry| entry.relative.clone()).collect();
    let (dir, config) = (dir.to_owned(), Arc::clone(config));
    let (found, problems) = tokio::task::spawn_blocking(move || {
        files::walk(&dir, &config, &except.iter().map(String::as_str).collect())
    })
    .await
    .map_err(Error::internal)?;
    report.other_files = found.len();
    // The walk of the content has named its own already.
    let new = |problem: &Problem| !report.failures.contains(problem);
    let problems: Vec<_> = problems.into_iter().filter(new).collect();
    report.failures.extend(problems);
    Ok(found)
}

/// Content that lists other content, and content that is listed.
fn sort(entries: Vec<Entry>, report: &mut Report) -> (Vec<Entry>, Vec<Entry>) {
    let (mut lists, mut pages) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry.kind {
            EntryKind::Content(Kind::Page) => pages.push(entry),
            EntryKind::Content(_) => lists.push(entry),
            EntryKind::Resource | EntryKind::Other => {}
        }
    }
    report.documents = pages.len() + lists.len();
    report.lists = lists.len();
    (lists, pages)
}

async fn configure(ctx: &Ctx, config: &SiteConfig, language: Option<String>) -> Result<bool> {
    let mut write = Write::begin(ctx).await?;
    let moved = settings::store(&mut write, config, language.unwrap_or_default()).await?;
    write.commit().await?;
    Ok(moved)
}

/// Reads a file, unless it is as it was.
fn read(
    entry: Entry,
    config: &SiteConfig,
    before: Option<&Known>,
    skip: bool,
) -> Outcome<Document> {
    let checked = file_clock();
    let named = |message: String| Problem::new(message).in_file(&entry.relative);
    let stat = match std::fs::symlink_metadata(&entry.file) {
        Ok(meta) => Stat::of(&meta),
        Err(error) => {
            // There is nothing that could be kept.
            let found = Found::gone(&entry.file, &entry.relative);
            return Outcome::Unread(named(format!("cannot be read: {error}")), found);
        }
    };
    if skip && before.is_some_and(|before| before.is_as_it_was(&stat)) {
        return Outcome::Same(None);
    }
    let found = || Found { file: entry.file.clone(), path: entry.relative.clone(), stat };
    let bytes = match std::fs::read(&entry.file) {
        Ok(bytes) => bytes,
        Err(error) => return Outcome::Unread(named(format!("cannot be read: {error}")), found()),
    };
    let hash = Sha256::digest(&bytes).to_vec();
    if skip && let Some(before) = before.filter(|before| before.has(&hash)) {
        return Outcome::Same(before.touched(&hash, &entry.relative, stat, checked));
    }
    let understood = || {
        let source = front_matter::split(&bytes)?;
        let map = front_matter::parse(&source)?;
        let keywords = convert::keywords(&map);
        let page = page::read(map, config, &entry.language, &entry.name)?;
        Ok::<_, Problem>((source, keywords, page))
    };
    let (source, keywords, mut page) = match understood() {
        Ok(understood) => understood,
        Err(problem) => return Outcome::Unread(problem.in_file(&entry.relative), found()),
    };
    for warning in &mut page.warnings {
        *warning = std::mem::take(warning).in_file(&entry.relative);
    }
    let markdown = markdown(source.body);
    let is_list = !matches!(entry.kind, EntryKind::Content(Kind::Page));
    let raw_body = (is_list || markdown.as_bytes() != source.body).then(|| source.body.to_vec());
    let file = source_file::Model {
        path: entry.relative.clone(),
        kind: String::new(),
        article_id: None,
        article_version: None,
        language: settings::tag(config, &entry.language).to_owned(),
        format: source.format.as_str().to_owned(),
        front_matter: source.front_matter.to_vec(),
        raw_body,
        hash,
        size: stat.size,
        modified: stat.modified,
        mode: stat.mode,
        changed_at: stat.changed,
        checked_at: Some(checked),
    };
    let is_html = matches!(entry.extension.as_str(), "html" | "htm");
    Outcome::Read(Document { body: Body { markdown, is_html }, entry, page, keywords, file })
}

/// The text of a body. `PostgreSQL` holds no U+0000 in a text; Markdown replaces
/// it anyway.
pub(super) fn markdown(body: &[u8]) -> String {
    String::from_utf8_lossy(body).replace('\0', "\u{fffd}")
}

fn render_row(id: Uuid, body: Body, cjk: bool) -> Result<body::Model> {
    let Body { markdown, is_html } = body;
    let render = if is_html { render::render_html } else { render::render };
    let rendered = render(&markdown, &render::Options { cjk });
    body_row(id, markdown, rendered)
}

/// One import under way.
struct Import<'a> {
    ctx: &'a Ctx,
    config: Arc<SiteConfig>,
    frame: Arc<Frame>,
    sections: Arc<Sections>,
    known: Arc<HashMap<String, Known>>,
    /// Addresses follow other rules than before: every file counts as changed.
    anew: bool,
    /// Addresses given in this import, to the file that has each.
    paths: HashMap<String, String>,
    /// Files that are as they were, at other times.
    touched: Vec<Touched>,
    /// Pages that are kept as they are.
    unread: Vec<Found>,
    report: Report,
}

impl Import<'_> {
    /// Sections, terms and home: read whole, since addresses below depend on
    /// them; written where they changed.
    async fn lists(&mut self, entries: Vec<Entry>) -> Result<()> {
        let (config, known) = (Arc::clone(&self.config), Arc::clone(&self.known));
        let outcomes: Vec<_> = tokio::task::spawn_blocking(move || {
            entries
                .into_par_iter()
                .map(|entry| {
                    let before = known.get(&entry.relative);
                    read(entry, &config, before, false)
                })
                .collect()
        })
        .await
        .map_err(Error::internal)?;
        let mut sections = Sections::default();
        let mut changed = Vec::new();
        for outcome in outcomes {
            match outcome {
                Outcome::Read(mut document) => {
                    sections.note(&document.entry, &document.page);
                    self.report.warnings.append(&mut document.page.warnings);
                    match self.known.get(&document.file.path) {
                        Some(before)
                            if before.is_list()
                                && before.has(&document.file.hash)
                                && !self.anew =>
                        {
                            self.touched.extend(before.touched_as(&document.file));
                            self.report.unchanged += 1;
                        }
                        Some(_) => {
                            self.report.updated += 1;
                            changed.push(document);
                        }
                        None => {
                            self.report.created += 1;
                            changed.push(document);
                        }
                    }
                }
                Outcome::Same(_) => {}
                Outcome::Unread(problem, found) => self.give_up(problem, found),
            }
        }
        self.sections = Arc::new(sections);
        if changed.is_empty() || self.report.dry_run {
            return Ok(());
        }
        let mut write = Write::begin(self.ctx).await?;
        for document in changed {
            self.list(&mut write, document).await?;
        }
        write.commit().await
    }

    /// Reports a page that cannot go in, and keeps its file as it is.
    fn give_up(&mut self, problem: Problem, found: Found) {
        self.report.failures.push(problem);
        self.unread.push(found);
    }

    async fn list(&self, write: &mut Write<'_>, document: Document) -> Result<()> {
        let Document { entry, page, keywords: _, body, mut file } = document;
        let language = self.frame.language_of(&file.language);
        let row = render_row(Uuid::nil(), body, language.row.has_cjk)?;
        if let EntryKind::Content(Kind::Term { taxonomy, term }) = &entry.kind {
            "term".clone_into(&mut file.kind);
            let ids =
                taxonomy::ensure_many(write, &self.frame, taxonomy, std::slice::from_ref(term))
                    .await?;
            if let Some(id) = ids.get(term) {
                let text = term_text::Model {
                    term_id: *id,
                    language: file.language.clone(),
                    name: Some(page.title).filter(|title| !title.is_empty()),
                    description: page.description,
                    markdown: row.markdown,
                    html: row.html,
                    params: Value::Object(page.params).into(),
                };
                settings::put_term_text(write, text, *id).await?;
            }
        } else {
            "section".clone_into(&mut file.kind);
            let parts = super::address::Parts::new(&entry, &page);
            let path = self.config.rules.page_path(&self.sections, &parts);
            let title = if page.title.is_empty() {
                match entry.dir.rsplit('/').next() {
                    Some("") | None => language.row.title.clone(),
                    Some(name) => name.to_owned(),
                }
            } else {
                page.title
            };
            let row = section::Model {
                language: file.language.clone(),
                name: entry.dir.clone(),
                path,
                title,
                description: page.description,
                draft: page.draft,
                weight: page.weight,
                markdown: row.markdown,
                html: row.html,
                params: Value::Object(page.params).into(),
            };
            settings::put_section(write, row).await?;
        }
        settings::put_files(write, vec![file]).await
    }

    async fn pages(&mut self, entries: Vec<Entry>) -> Result<()> {
        let mut entries = entries;
        while !entries.is_empty() {
            let rest = entries.split_off(entries.len().min(CHUNK));
            let chunk = std::mem::replace(&mut entries, rest);
            let ready = self.prepare(chunk).await?;
            let ready = self.refuse_taken(ready).await?;
            if self.report.dry_run {
                for ready in &ready {
                    let known = self.known.get(&ready.file.path);
                    if known.is_some_and(|known| known.article_id.is_some()) {
                        self.report.updated += 1;
                    } else {
                        self.report.created += 1;
                    }
                }
            } else if !ready.is_empty() {
                self.write(ready).await?;
            }
        }
        Ok(())
    }

    /// Reads, understands and renders a chunk on all cores.
    async fn prepare(&mut self, chunk: Vec<Entry>) -> Result<Vec<Ready>> {
        let (config, frame, sections, known, anew) = (
            Arc::clone(&self.config),
            Arc::clone(&self.frame),
            Arc::clone(&self.sections),
            Arc::clone(&self.known),
            self.anew,
        );
        let ids: Vec<_> = chunk.iter().map(|_| self.ctx.new_id()).collect();
        let outcomes: Vec<_> = tokio::task::spawn_blocking(move || {
            chunk
                .into_par_iter()
                .zip(ids)
                .map(|(entry, body_id)| {
                    let before = known.get(&entry.relative);
                    let skip = !anew && before.is_some_and(Known::is_article);
                    let document = match read(entry, &config, before, skip) {
                        Outcome::Read(document) => document,
                        Outcome::Same(touched) => return Outcome::Same(touched),
                        Outcome::Unread(problem, found) => return Outcome::Unread(problem, found),
                    };
                    let Document { entry, mut page, keywords, body, file } = document;
                    let warnings = std::mem::take(&mut page.warnings);
                    let draft = convert::draft(
                        &config.rules,
                        &sections,
                        &entry,
                        page,
                        keywords,
                        &body.markdown,
                    );
                    let unread = |message: String| {
                        let problem = Problem::new(message).in_file(&entry.relative);
                        Outcome::Unread(problem, Found::of(&entry.file, &file))
                    };
                    if let Some(what) = draft.too_long() {
                        return unread(format!("{what} is longer than {MAX_KEY} bytes"));
                    }
                    let has_cjk = frame.language_of(&file.language).row.has_cjk;
                    match render_row(body_id, body, has_cjk) {
                        Ok(body) => Outcome::Read((
                            Ready { found: entry.file, file, draft, body },
                            warnings,
                        )),
                        Err(error) => unread(error.to_string()),
                    }
                })
                .collect()
        })
        .await
        .map_err(Error::internal)?;
        let mut all = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            match outcome {
                Outcome::Read((ready, warnings)) => {
                    self.report.warnings.extend(warnings);
                    all.push(ready);
                }
                Outcome::Same(touched) => {
                    self.touched.extend(touched);
                    self.report.unchanged += 1;
                }
                Outcome::Unread(problem, found) => self.give_up(problem, found),
            }
        }
        Ok(all)
    }

    /// Reports documents whose address another one has.
    async fn refuse_taken(&mut self, ready: Vec<Ready>) -> Result<Vec<Ready>> {
        use entity::article_copy::{Column, Entity};
        let paths: Vec<_> = ready.iter().map(|ready| ready.draft.path.clone()).collect();
        let taken: Vec<(String, Uuid)> = Entity::find()
            .select_only()
            .columns([Column::Path, Column::ArticleId])
            .filter(Column::Path.is_in(paths))
            .filter(Column::View.ne(View::Trash))
            .into_tuple()
            .all(self.ctx.app().db().read())
            .await?;
        let mut owners: HashMap<String, HashSet<Uuid>> = HashMap::new();
        for (path, id) in taken {
            owners.entry(path).or_default().insert(id);
        }
        let mut free = Vec::with_capacity(ready.len());
        for ready in ready {
            let path = &ready.draft.path;
            let own = self.known.get(&ready.file.path).and_then(|known| known.article_id);
            let other = match self.paths.get(path) {
                Some(file) => Some(file.clone()),
                None => owners
                    .get(path)
                    .is_some_and(|ids| ids.iter().any(|id| Some(*id) != own))
                    .then(|| "another article".to_owned()),
            };
            if let Some(other) = other {
                let message =
                    format!("the address {path} is that of {other}, too: give one of them a slug");
                let problem = Problem::new(message).in_file(&ready.file.path);
                self.give_up(problem, Found::of(&ready.found, &ready.file));
            } else {
                self.paths.insert(path.clone(), ready.file.path.clone());
                free.push(ready);
            }
        }
        Ok(free)
    }

    /// Writes a chunk in one transaction.
    async fn write(&mut self, ready: Vec<Ready>) -> Result<()> {
        let mut write = Write::begin(self.ctx).await?;
        // Articles are locked before terms, as everywhere.
        let before = self.before(&write, &ready).await?;
        let terms = self.terms(&mut write, &ready).await?;
        let mut rows = Rows::default();
        for mut ready in ready {
            let Draft { content, terms: names, .. } = &mut ready.draft;
            convert::resolve_terms(content, names, |taxonomy, name| {
                terms.get(taxonomy)?.get(name).copied()
            });
            let known = self.known.get(&ready.file.path).and_then(|known| known.article_id);
            let before = known.and_then(|id| before.get(&id));
            if before.is_some() {
                self.report.updated += 1;
            } else {
                self.report.created += 1;
            }
            rows.add(&mut write, &self.frame, ready, before)?;
        }
        rows.insert(&write, &self.frame).await?;
        write.commit().await
    }

    /// The ids of all terms that a chunk names, by taxonomy and name.
    async fn terms(
        &self,
        write: &mut Write<'_>,
        ready: &[Ready],
    ) -> Result<HashMap<String, HashMap<String, Uuid>>> {
        let mut names: indexmap::IndexMap<&str, indexmap::IndexSet<&String>> =
            indexmap::IndexMap::new();
        for ready in ready {
            for (taxonomy, terms) in &ready.draft.terms {
                names.entry(taxonomy).or_default().extend(terms);
            }
        }
        let mut ids = HashMap::new();
        for (taxonomy, names) in names {
            let names: Vec<_> = names.into_iter().cloned().collect();
            let found = taxonomy::ensure_many(write, &self.frame, taxonomy, &names).await?;
            ids.insert(taxonomy.to_owned(), found);
        }
        Ok(ids)
    }

    /// The articles that files of a chunk were imported as before.
    async fn before(&self, write: &Write<'_>, ready: &[Ready]) -> Result<HashMap<Uuid, Before>> {
        use entity::article_copy::{Column, Entity};
        let ids: Vec<_> =
            ready.iter().filter_map(|ready| self.known.get(&ready.file.path)?.article_id).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let heads = article::Entity::find()
            .filter(article::Column::Id.is_in(ids.iter().copied()))
            .order_by_asc(article::Column::Id)
            .lock_exclusive()
            .all(write.txn())
            .await?;
        let mut paths: HashMap<Uuid, String> = Entity::find()
            .select_only()
            .columns([Column::ArticleId, Column::Path])
            .filter(Column::View.eq(View::Published))
            .filter(Column::ArticleId.is_in(ids))
            .into_tuple::<(Uuid, String)>()
            .all(write.txn())
            .await?
            .into_iter()
            .collect();
        Ok(heads
            .into_iter()
            .map(|head| (head.id, Before { path: paths.remove(&head.id), head }))
            .collect())
    }
}
