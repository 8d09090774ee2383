//! `broadsheet import hugo`: a Hugo site into the database.
//!
//! Files are read and rendered on all cores ([`super::ahead`]) and written a chunk
//! at a time, each chunk in one transaction: a crash leaves whole chunks, and the
//! next import goes on from there. A file that is as it was when it was imported is not
//! touched, nor is what was edited here since. A changed file becomes a new
//! version of its article; what stood there before is in its history. A file
//! that cannot be read is reported, and the rest goes in.
//!
//! What is no page is kept as it is ([`super::keep`]), a page that cannot be
//! read as well, so that an export gives back the whole site. What is not in the
//! folder any more stays in the database: to import is to add.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use entity::{Timestamp, View, article, section, source_file, term_text};
use rayon::prelude::*;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::address::{Parts, encode};
use super::ahead::{Ahead, By, Chunk, Prepared};
use super::config::{self, SiteConfig};
use super::convert::{self, Draft};
pub(super) use super::document::markdown;
use super::document::{self, Document, Outcome, read, render_row};
use super::files::Found;
use super::keep::Keep;
use super::known::{ByPath, Touched};
use super::page::Page;
use super::problem::Problem;
use super::report::Action;
pub use super::report::Report;
use super::rows::{Before, Ready, Rows};
use super::sanitize::normalize;
use super::sections::Sections;
use super::settings::{self, Lead};
use super::sync::beside::{Beside, Verdict};
use super::taken::{self, Settled};
use super::tree::{self, Entry, EntryKind, Kind, Layout, Tree};
use super::{file_path, known, menu_rows};
use crate::article::projection::Release;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::event::Write;
use crate::site::Frame;
use crate::taxonomy::{self, Taxonomy};

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

/// Is told how many of how many are done.
pub type Progress = dyn Fn(usize, usize) + Sync;

pub async fn run(ctx: &Ctx, options: Options) -> Result<Report> {
    run_with(ctx, options, &|_, _| ()).await
}

/// The same; `progress` is told how many documents of how many are done.
pub async fn run_with(ctx: &Ctx, options: Options, progress: &Progress) -> Result<Report> {
    Ok(Box::pin(run_beside(ctx, options, progress, None)).await?.0)
}

/// The same, for files that were changed while their articles were, too: they
/// are merged as `beside` says.
pub async fn run_beside(
    ctx: &Ctx,
    options: Options,
    progress: &Progress,
    beside: Option<Beside>,
) -> Result<(Report, Beside)> {
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
            return Ok((report, beside.unwrap_or_default()));
        }
    };
    let Tree { layout, files, problems } = tree;
    report.failures.extend(problems);
    report.warnings.extend(config.warnings.iter().cloned());
    let (lists, mut pages) = sort(&config, &layout, files, &mut report);
    if let Some(beside) = &beside {
        pages.retain(|page| !beside.skip.contains(&file_path::to_text(page)));
    }
    let moved = if dry_run { false } else { configure(ctx, &config, language).await? };
    let frame = Arc::new(Frame::load(ctx.app()).await?);
    let mut import = Import {
        ctx,
        config,
        frame,
        layout: Arc::new(layout),
        sections: Arc::new(Sections::default()),
        known: Arc::default(),
        anew: moved,
        paths: HashMap::new(),
        giving_way: Vec::new(),
        touched: Vec::new(),
        unread: Vec::new(),
        unnamed: HashSet::new(),
        created: HashSet::new(),
        beside,
        report,
        progress,
    };
    import.lists(lists).await?;
    Box::pin(import.pages(pages)).await?;
    let Import { touched, unread, created, report, config, layout, beside, .. } = import;
    // A sync looks after each file by itself.
    let configured = beside.is_none() && config.file.is_some();
    let skip = beside.as_ref().map(|beside| beside.skip.clone()).unwrap_or_default();
    let keep = Keep { ctx, config, layout, skip, touched, created, report, configured };
    let report = keep.run(&dir, unread).await?;
    if report.created + report.updated >= MANY && !dry_run {
        ctx.app().db().analyze().await?;
    }
    Ok((report, beside.unwrap_or_default()))
}

/// Content that lists other content, and the files of what is listed.
fn sort(
    config: &SiteConfig,
    layout: &Layout,
    files: Vec<Box<Path>>,
    report: &mut Report,
) -> (Vec<Entry>, Vec<Box<Path>>) {
    let (mut lists, mut pages) = (Vec::new(), files);
    // In other languages of markup, by the extension: how many, and the first.
    let mut foreign: BTreeMap<String, (usize, String)> = BTreeMap::new();
    pages.retain(|file| match layout.entry(config, file) {
        Some(Entry { kind: EntryKind::Content(Kind::Page), .. }) => true,
        Some(entry) if matches!(entry.kind, EntryKind::Content(_)) => {
            lists.push(entry);
            false
        }
        Some(entry) => {
            if entry.is_foreign() {
                let (count, _) = foreign.entry(entry.extension).or_insert((0, entry.relative));
                *count += 1;
            }
            false
        }
        None => false,
    });
    for (extension, (count, first)) in foreign {
        let others = match count - 1 {
            0 => String::new(),
            others => format!(", and {others} more files of its kind,"),
        };
        let message = format!(
            "`.{extension}`{others} is kept as it is and becomes no article; convert it to Markdown"
        );
        report.warnings.push(Problem::new(message).in_file(&first));
    }
    report.documents = pages.len() + lists.len();
    report.lists = lists.len();
    (lists, pages)
}

/// Stores what a configuration says; says whether addresses may have changed.
pub async fn configure(ctx: &Ctx, config: &SiteConfig, language: Option<String>) -> Result<bool> {
    let arranged = crate::menu::plain::load(ctx).await?;
    let mut write = Write::begin(ctx).await?;
    let language = language.unwrap_or_default();
    let moved = settings::store(&mut write, config, language, &arranged).await?;
    write.commit().await?;
    Ok(moved)
}

/// One import under way.
struct Import<'a> {
    ctx: &'a Ctx,
    config: Arc<SiteConfig>,
    frame: Arc<Frame>,
    layout: Arc<Layout>,
    sections: Arc<Sections>,
    /// What is known of the files at hand.
    known: Arc<ByPath>,
    /// Addresses follow other rules than before: every file counts as changed.
    anew: bool,
    /// Addresses given in this import that nobody has yet in the database, to the file
    /// that has each.
    paths: HashMap<String, String>,
    /// Drafts in the database that make way for what is published, and where they go.
    giving_way: Vec<(Uuid, String)>,
    /// Files that are as they were, at other times.
    touched: Vec<Touched>,
    /// Pages that are kept as they are.
    unread: Vec<Found>,
    /// Terms that were made of their folders, whose names the first article tells.
    unnamed: HashSet<Uuid>,
    /// Articles that were made in this import.
    created: HashSet<Uuid>,
    /// What to do where the article was changed as well; none: the file counts.
    beside: Option<Beside>,
    report: Report,
    progress: &'a Progress,
}

impl Import<'_> {
    /// Sections, terms and home: read whole, since addresses below depend on
    /// them; written where they changed.
    async fn lists(&mut self, entries: Vec<Entry>) -> Result<()> {
        let paths = entries.iter().map(|entry| entry.relative.as_str());
        self.known = Arc::new(known::of(self.ctx, paths).await?);
        let (mut config, known) = (Arc::clone(&self.config), Arc::clone(&self.known));
        let (config, outcomes): (_, Vec<_>) = tokio::task::spawn_blocking(move || {
            document::note_cascades(Arc::make_mut(&mut config), &entries);
            let outcomes = entries
                .into_par_iter()
                .map(|entry| {
                    let before = known.get(&entry.relative);
                    read(entry, &config, before, false)
                })
                .collect();
            (config, outcomes)
        })
        .await
        .map_err(Error::internal)?;
        self.config = config;
        let mut sections = Sections::default();
        let mut changed = Vec::new();
        for outcome in outcomes {
            match outcome {
                Outcome::Read(mut document) => {
                    sections.note(&document.entry, &document.page);
                    self.report.warnings.append(&mut document.page.warnings);
                    let beside = self.beside.as_ref();
                    match self.known.get(&document.file.path) {
                        _ if beside
                            .is_some_and(|beside| beside.skip.contains(&document.file.path)) => {}
                        Some(before)
                            if before.is_list()
                                && before.has(&document.file.hash)
                                && !self.anew =>
                        {
                            self.touched.extend(before.touched_as(&document.file));
                            self.report.unchanged += 1;
                        }
                        Some(_) => {
                            self.report.counts(Action::Updated, &document.file.path);
                            changed.push(document);
                        }
                        None => {
                            self.report.counts(Action::Created, &document.file.path);
                            changed.push(document);
                        }
                    }
                }
                Outcome::Same(_) => {}
                Outcome::Unread(problem, found) => self.give_up(problem, found),
            }
        }
        let places = sections.term_places(&self.config.rules);
        self.sections = Arc::new(sections);
        if self.report.dry_run {
            return Ok(());
        }
        // Content beside a site says nothing of its terms.
        if self.config.file.is_some() || !places.is_empty() {
            settings::put_term_places(self.ctx, &places).await?;
        }
        if changed.is_empty() {
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

    async fn list(&mut self, write: &mut Write<'_>, document: Document) -> Result<()> {
        let Document { entry, mut page, keywords: _, body, mut file } = document;
        let language = self.frame.language_of(&file.language);
        let own = self.config.rules.page_path(&self.sections, &Parts::new(&entry, &page));
        let alias = |alias: &String| self.config.rules.alias_path(&entry.language, &own, alias);
        let aliases: Vec<_> = page.aliases.iter().map(alias).collect();
        self.menus(write, &entry, &mut page, &file, &own).await?;
        let (visible_from, visible_until) = match convert::release(&page) {
            None => (Timestamp::NEVER, Timestamp::NEVER),
            Some(Release { from, until }) => (from, until.unwrap_or(Timestamp::NEVER)),
        };
        let mut leads = Lead { target: Some(encode(&own)), term: None, language: &language.tag };
        let options = language.rendering(false, body.is_html);
        let row = render_row(Uuid::nil(), body, options, &file.path)?;
        if let EntryKind::Content(Kind::Term { taxonomy, term }) = &entry.kind {
            "term".clone_into(&mut file.kind);
            let named = std::slice::from_ref(term);
            let kind = Taxonomy::named(taxonomy);
            let is_new = taxonomy::existing(write, &self.frame, &kind, named).await?.is_empty();
            let ids = taxonomy::ensure_many(write, &self.frame, taxonomy, named).await?;
            if is_new {
                self.unnamed.extend(ids.values());
            }
            if let Some(id) = ids.get(term) {
                leads = Lead { target: None, term: Some(*id), ..leads };
                if page.weight != 0 {
                    settings::put_term_weight(write, *id, page.weight).await?;
                }
                let text = term_text::Model {
                    term_id: *id,
                    language: file.language.clone(),
                    name: Some(page.title).filter(|title| !title.is_empty()),
                    description: page.description,
                    markdown: row.markdown,
                    html: row.html,
                    params: Value::Object(page.params).into(),
                    renderer: row.renderer,
                    links: row.links,
                    source: Some(file.path.clone()),
                    visible_from,
                    visible_until,
                };
                settings::put_term_text(write, text, *id).await?;
            }
        } else {
            "section".clone_into(&mut file.kind);
            let path = own;
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
                name: normalize(&entry.dir),
                path,
                title,
                description: page.description,
                draft: page.draft,
                visible_from,
                visible_until,
                weight: page.weight,
                markdown: row.markdown,
                html: row.html,
                params: Value::Object(page.params).into(),
                renderer: row.renderer,
                links: row.links,
                source: Some(file.path.clone()),
            };
            settings::put_section(write, row).await?;
        }
        settings::put_aliases(write, aliases, &leads).await?;
        settings::put_files(write, vec![file]).await
    }

    /// The places in menus that a list page asks for.
    async fn menus(
        &self,
        write: &mut Write<'_>,
        entry: &Entry,
        page: &mut Page,
        file: &source_file::Model,
        path: &str,
    ) -> Result<()> {
        let mut menus = std::mem::take(&mut page.menus);
        if page.draft {
            menus.clear();
        }
        for (_, place) in menus.iter_mut().filter(|(_, place)| place.name.is_empty()) {
            let own = entry.dir.rsplit('/').next().filter(|name| !name.is_empty());
            let language = self.frame.language_of(&file.language);
            own.unwrap_or(&language.row.title).clone_into(&mut place.name);
        }
        menu_rows::put_of_file(write, &file.path, &file.language, &encode(path), menus).await
    }

    async fn pages(&mut self, pages: Vec<Box<Path>>) -> Result<()> {
        let (total, mut done) = (pages.len(), 0);
        let by = By {
            config: Arc::clone(&self.config),
            frame: Arc::clone(&self.frame),
            sections: Arc::clone(&self.sections),
            layout: Arc::clone(&self.layout),
            anew: self.anew,
        };
        let mut ahead = Ahead::new(self.ctx, by, pages).await?;
        while let Some(Chunk { outcomes, known }) = ahead.next().await? {
            self.known = known;
            done += outcomes.len();
            let ready = self.sort_out(outcomes);
            let ready = self.settle(ready).await?;
            if self.report.dry_run {
                for ready in &ready {
                    let known = self.known.get(&ready.file.path);
                    let before = known.is_some_and(|known| known.article_id.is_some());
                    let action = if before { Action::Updated } else { Action::Created };
                    self.report.counts(action, &ready.file.path);
                }
            } else {
                if !ready.is_empty() {
                    self.write(ready).await?;
                }
                known::note(self.ctx, &std::mem::take(&mut self.touched)).await?;
            }
            (self.progress)(done, total);
        }
        Ok(())
    }

    /// Counts what is as it was and what cannot be read; what is left is to be
    /// written.
    fn sort_out(&mut self, outcomes: Vec<Outcome<Prepared>>) -> Vec<Ready> {
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
        all
    }

    /// Sees to it that each document has an address of its own.
    async fn settle(&mut self, ready: Vec<Ready>) -> Result<Vec<Ready>> {
        let known = Arc::clone(&self.known);
        let settled = taken::settle(self.ctx, &known, &mut self.paths, ready).await?;
        let Settled { free, refused, warnings, giving_way } = settled;
        for (problem, found) in refused {
            self.give_up(problem, found);
        }
        self.report.warnings.extend(warnings);
        self.giving_way = giving_way;
        Ok(free)
    }

    /// Writes a chunk in one transaction.
    async fn write(&mut self, ready: Vec<Ready>) -> Result<()> {
        let mut write = Write::begin(self.ctx).await?;
        taken::give_way(&write, std::mem::take(&mut self.giving_way)).await?;
        // Articles are locked before terms, as everywhere.
        let before = self.before(&write, &ready).await?;
        let terms = self.terms(&mut write, &ready).await?;
        let mut rows = Rows::default();
        let mut merges = Vec::new();
        for mut ready in ready {
            let Draft { content, terms: names, .. } = &mut ready.draft;
            convert::resolve_terms(content, names, |taxonomy, name| {
                terms.get(taxonomy)?.get(name).copied()
            });
            let known = self.known.get(&ready.file.path);
            let version = known.and_then(|known| known.article_version);
            let before = known.and_then(|known| before.get(&known.article_id?));
            if let (Some(beside), Some(before)) = (&mut self.beside, before) {
                match beside.judge(&write, &self.config, &ready, before, version).await? {
                    Verdict::Plain => {}
                    Verdict::Merge(merge) => merges.push((before.head.id, *merge)),
                    Verdict::Conflict => continue,
                }
            }
            let action = if before.is_some() { Action::Updated } else { Action::Created };
            self.report.counts(action, &ready.file.path);
            let is_new = before.is_none();
            let id = rows.add(&mut write, &self.frame, ready, before)?;
            if is_new {
                self.created.insert(id);
            }
        }
        rows.insert(&write, &self.frame).await?;
        for (id, merge) in merges {
            merge.save(&mut write, id).await?;
        }
        write.commit().await?;
        self.paths.clear();
        Ok(())
    }

    /// The ids of all terms that a chunk names, by taxonomy and name.
    async fn terms(
        &mut self,
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
            for name in &names {
                let id = found.get(name).filter(|id| self.unnamed.remove(*id));
                if let Some(id) = id {
                    settings::put_term_name(write, *id, name.trim()).await?;
                }
            }
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
            .map(|head| (head.id, Before { path: paths.remove(&head.id), released: None, head }))
            .collect())
    }
}
