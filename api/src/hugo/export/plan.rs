//! What an export would write, file by file.
//!
//! Invariants: a plan reads and never writes; files come in the order of their
//! names, new ones last; the texts of one chunk of pages are in memory at a time,
//! and bytes of other files are fetched by whoever writes them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::source_file;
use rayon::prelude::*;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QuerySelect};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::configuration;
use super::configured::{self, Edited};
use super::fresh::{self, Style};
use super::loaded::{Articles, Lists};
use super::made::{Made, Page, State, edited, gone, kept};
use super::moves::Moves;
use super::new;
use super::page::Target;
use super::parsed::Parsed;
use super::place::{self, Places};
use super::site::{self, Outline, Row, Site};
use super::term_files;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::hugo::files::PLAIN;
use crate::hugo::problem::Problem;
use crate::hugo::tree::Entry;

/// Files in one chunk.
const CHUNK: usize = 256;

/// What a file is made of.
#[derive(Debug)]
pub enum Data {
    Bytes(Vec<u8>),
    /// Kept in the database under their hash.
    Kept {
        size: i64,
    },
}

/// Why a file is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// As it was imported.
    Kept,
    /// These fields were edited; of these keys more had to be written anew.
    Edited { fields: Vec<String>, rewritten: Vec<String> },
    /// It was made here.
    New,
}

/// A file to be written.
#[derive(Debug)]
pub struct Planned {
    /// Below the site's folder, as [`crate::hugo::file_path::to_text`] writes it.
    pub path: String,
    pub data: Data,
    /// SHA-256 of the bytes.
    pub hash: Vec<u8>,
    pub mode: i32,
    pub why: Why,
    /// The article and its version that the file says, and the revision.
    pub article: Option<Exported>,
    /// The file in the database that this one was made from, and its hash.
    pub from: Option<(String, Vec<u8>)>,
    /// `article`, `section`, `term`, or what else `source_file` knows.
    pub kind: String,
    /// The tag of the language of a page.
    pub language: String,
    /// Whether the bytes of the body are those of the version's Markdown.
    pub plain_body: bool,
    /// Stands in for what could not be written: better than no file, and worse than
    /// whatever is there.
    pub only_if_absent: bool,
}

impl Planned {
    /// A file that the folder has not.
    #[must_use]
    pub fn new(path: String, bytes: Vec<u8>, kind: &str, language: String) -> Self {
        Self {
            path,
            hash: Sha256::digest(&bytes).to_vec(),
            data: Data::Bytes(bytes),
            mode: PLAIN,
            why: Why::New,
            article: None,
            from: None,
            kind: kind.to_owned(),
            language,
            plain_body: false,
            only_if_absent: false,
        }
    }

    /// Whether it lies elsewhere than the file it was made from.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        self.from.as_ref().is_some_and(|(path, _)| *path != self.path)
    }

    /// The row by which the file is known as it is now, once it is written.
    ///
    /// Whoever keeps it makes this file the one that later edits are measured
    /// against, and forgets the row of [`Self::from`] where that is another path.
    #[must_use]
    pub fn as_source(&self, ctx: &Ctx) -> Option<source_file::Model> {
        let Data::Bytes(bytes) = &self.data else { return None };
        let source = crate::hugo::front_matter::split(bytes).ok()?;
        Some(source_file::Model {
            path: self.path.clone(),
            kind: self.kind.clone(),
            article_id: self.article.map(|article| article.id),
            article_version: self.article.map(|article| article.version),
            language: self.language.clone(),
            format: source.format.as_str().to_owned(),
            front_matter: source.front_matter.to_vec(),
            raw_body: (!self.plain_body).then(|| source.body.to_vec()),
            hash: self.hash.clone(),
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            modified: ctx.now(),
            mode: self.mode,
            changed_at: None,
            checked_at: None,
        })
    }
}

/// The article that a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    pub id: Uuid,
    pub version: i32,
    pub revision_id: Uuid,
}

/// A file that should not be there any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    pub path: String,
    /// What it was when it was imported.
    pub hash: Vec<u8>,
    pub article_id: Option<Uuid>,
}

/// Some files of a plan.
#[derive(Debug, Default)]
pub struct Chunk {
    pub planned: Vec<Planned>,
    pub gone: Vec<Gone>,
    pub problems: Vec<Problem>,
}

/// What to plan for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only pages in these languages; all where it is empty.
    pub languages: Vec<String>,
}

impl Wanted {
    /// The rows of the files that are wanted.
    fn rows(&self) -> Condition {
        use source_file::Column;
        let files = Condition::all().add(Column::Kind.ne("configuration"));
        if self.languages.is_empty() {
            return files;
        }
        let pages = Column::Kind.is_in(["article", "section", "term"]);
        let spoken = Column::Language.is_in(self.languages.iter().map(String::as_str));
        files.add(Condition::any().add(pages.not()).add(spoken))
    }
}

/// An export, chunk by chunk.
pub struct Plan<'a> {
    ctx: &'a Ctx,
    site: Arc<Site>,
    /// The last path so far.
    last: String,
    total: usize,
    wanted: Wanted,
    moves: Arc<Moves>,
    /// Where files have gone that lay elsewhere: they are not looked at again there.
    gone_to: HashSet<String>,
    /// How pages are named; none before somebody asks.
    places: Option<Places>,
    /// Places that new articles have got.
    taken: HashSet<String>,
    styles: HashMap<(String, String), Arc<Style>>,
    /// A configuration to be written first, of a site that never had one.
    configuration: Option<Vec<u8>>,
    /// Files of the configuration that say something else now.
    settings: HashMap<String, Vec<u8>>,
    problems: Vec<Problem>,
    /// The last new article so far; none before the first.
    after: Option<Uuid>,
    /// Files of terms that have none yet.
    terms: Option<Chunk>,
}

impl<'a> Plan<'a> {
    /// Reads what all files depend on. A problem is one of the site's
    /// configuration, without which no page can be read.
    pub async fn open(ctx: &'a Ctx, wanted: Wanted) -> Result<std::result::Result<Self, Problem>> {
        let outline = Outline::load(ctx).await?;
        // A site that did not come from Hugo gets a configuration.
        let configuration =
            if outline.is_empty() { Some(configuration::write(ctx).await?) } else { None };
        let mut site = match Site::load(ctx, &outline, configuration.as_deref()).await? {
            Ok(site) => site,
            Err(problem) => return Ok(Err(problem)),
        };
        let Edited { files: settings, problems, config } =
            configured::edits(ctx, &site, &outline).await?;
        // Pages in a language that was made here find it in the configuration.
        if config.languages.len() != site.config.languages.len() {
            site = Site::of(ctx, config).await?;
        }
        let site = Arc::new(site);
        let terms = term_files::plan(ctx, &site, &outline.rows, &wanted.languages).await?;
        let moves = Arc::new(Moves::load(ctx, &site, &outline.rows).await?);
        let total =
            source_file::Entity::find().filter(wanted.rows()).count(ctx.app().db().read()).await?;
        Ok(Ok(Self {
            ctx,
            site,
            last: String::new(),
            total: usize::try_from(total).unwrap_or(usize::MAX),
            wanted,
            moves,
            gone_to: HashSet::new(),
            places: None,
            taken: HashSet::new(),
            styles: HashMap::new(),
            configuration,
            settings,
            problems,
            after: None,
            terms: Some(terms),
        }))
    }

    #[must_use]
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// How many files were imported: for a progress bar.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// The next files; none behind the last.
    pub async fn next(&mut self) -> Result<Option<Chunk>> {
        if let Some(bytes) = self.configuration.take() {
            let planned = vec![configuration::planned(bytes)];
            return Ok(Some(Chunk { planned, ..Chunk::default() }));
        }
        let rows = site::after(self.ctx, self.wanted.rows(), &self.last, CHUNK as u64).await?;
        let Some(last) = rows.last() else {
            return self.next_new().await;
        };
        self.last.clone_from(&last.path);
        let rows = rows.into_iter().filter(|row| !self.gone_to.contains(&row.path));
        let problems = std::mem::take(&mut self.problems);
        let mut chunk = Chunk { problems, ..Chunk::default() };
        let (pages, others): (Vec<_>, Vec<_>) =
            rows.partition(|row| matches!(row.kind.as_str(), "article" | "section" | "term"));
        for row in others {
            if let Some(bytes) = self.settings.remove(&row.path) {
                chunk.planned.push(edited(&row, bytes));
                continue;
            }
            let fate = self.moves.fate(&row.path);
            for path in fate.goes {
                chunk.planned.push(Planned { path, ..kept(&row) });
            }
            if fate.stays {
                chunk.planned.push(kept(&row));
            } else {
                chunk.gone.push(gone(row));
            }
        }
        let pages = self.load(pages).await?;
        let (site, now) = (Arc::clone(&self.site), self.ctx.now());
        let made: Vec<_> = tokio::task::spawn_blocking(move || {
            pages.into_par_iter().map(|page| page.make(&site, now)).collect()
        })
        .await
        .map_err(Error::internal)?;
        for made in made {
            match made {
                Made::File(planned) => {
                    let moved = planned.from.as_ref().filter(|(path, _)| *path != planned.path);
                    chunk.gone.extend(moved.map(|(path, hash)| Gone {
                        path: path.clone(),
                        hash: hash.clone(),
                        article_id: planned.article.map(|article| article.id),
                    }));
                    chunk.planned.push(*planned);
                }
                Made::Wrong(planned, problem) => {
                    chunk.planned.extend(planned.map(|planned| *planned));
                    chunk.problems.push(problem);
                }
                Made::Gone(gone) => chunk.gone.push(gone),
            }
        }
        let elsewhere = chunk.planned.iter().filter(|planned| planned.is_elsewhere());
        self.gone_to.extend(elsewhere.map(|planned| planned.path.clone()));
        chunk.planned.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Some(chunk))
    }

    /// Articles that have no file yet, oldest first.
    async fn next_new(&mut self) -> Result<Option<Chunk>> {
        let found = new::load(self.ctx, self.after, CHUNK as u64).await?;
        let Some(last) = found.last() else {
            let terms = self.terms.take();
            return Ok(terms.filter(|it| !it.planned.is_empty() || !it.problems.is_empty()));
        };
        self.after = Some(last.exported.id);
        let mut chunk = Chunk::default();
        for new::New { language, target, exported } in found {
            if !self.wanted.languages.is_empty() && !self.wanted.languages.contains(&language) {
                continue;
            }
            let title = target.content.title.clone();
            match self.make_new(language, target, exported).await? {
                Ok(planned) => chunk.planned.push(planned),
                Err(problem) => {
                    let named = format!("the new article {title:?}");
                    chunk.problems.push(problem.in_file(&named));
                }
            }
        }
        Ok(Some(chunk))
    }

    async fn make_new(
        &mut self,
        language: String,
        target: Target,
        exported: Exported,
    ) -> Result<std::result::Result<Planned, Problem>> {
        let site = Arc::clone(&self.site);
        let Some(key) = site.config.languages.iter().find(|one| one.tag == language) else {
            return Ok(Err(Problem::new(format!(
                "is in {language}, which the site's configuration does not have; add it there"
            ))));
        };
        let content = &target.content;
        let wanted = place::Wanted {
            language: &key.key,
            directory: &content.directory,
            name: &content.name,
            bundle: content.bundle,
        };
        let Some(entry) = self.place(&site, wanted).await? else {
            return Ok(Err(Problem::new(
                "has a section or name that no file can have; change its section",
            )));
        };
        let style = self.style(&entry.language, &entry.dir).await?;
        let slug = (entry.name != content.name).then_some(content.name.as_str());
        let made = fresh::write(&site, &entry, &target, slug, self.ctx.now(), &style);
        Ok(made.map(|bytes| {
            let plain_body = bytes.ends_with(target.markdown.as_bytes())
                && Parsed::of(&site, &entry, &bytes)
                    .is_ok_and(|read| read.markdown == target.markdown);
            Planned {
                article: Some(exported),
                plain_body,
                ..Planned::new(entry.relative, bytes, "article", language)
            }
        }))
    }

    /// A free place for a new article.
    async fn place(&mut self, site: &Site, wanted: place::Wanted<'_>) -> Result<Option<Entry>> {
        let candidates: Vec<Entry> =
            self.places().await?.candidates(&site.config, wanted).collect();
        for entry in candidates {
            if !self.taken.contains(&entry.relative)
                && !site::has(self.ctx, &entry.relative).await?
            {
                self.taken.insert(entry.relative.clone());
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// How pages are named.
    async fn places(&mut self) -> Result<&Places> {
        let places = match self.places.take() {
            Some(places) => places,
            None => Places::load(self.ctx, &self.site).await?,
        };
        Ok(self.places.insert(places))
    }

    /// What the neighbours of a page look like.
    async fn style(&mut self, language: &str, directory: &str) -> Result<Arc<Style>> {
        let section = directory.split('/').next().unwrap_or_default();
        let key = (language.to_owned(), section.to_owned());
        if let Some(style) = self.styles.get(&key) {
            return Ok(Arc::clone(style));
        }
        let paths = self.places().await?.manner(language, directory);
        let paths = paths.map(|manner| manner.paths.clone()).unwrap_or_default();
        let files = site::files(self.ctx, &paths).await?;
        let config = &self.site.config;
        let zone = config.language(language).map_or(config.time_zone, |own| own.time_zone);
        let style = Arc::new(Style::learn(&files, zone));
        self.styles.insert(key, Arc::clone(&style));
        Ok(style)
    }

    /// Reads what pages were and what they are.
    async fn load(&mut self, rows: Vec<Row>) -> Result<Vec<Page>> {
        use source_file::Column;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.ctx.app().db().read();
        let paths = rows.iter().map(|row| row.path.as_str());
        let files: Vec<(String, Vec<u8>, Option<Vec<u8>>)> = source_file::Entity::find()
            .select_only()
            .columns([Column::Path, Column::FrontMatter, Column::RawBody])
            .filter(Column::Path.is_in(paths))
            .into_tuple()
            .all(db)
            .await?;
        let mut files: HashMap<_, _> =
            files.into_iter().map(|(path, front, body)| (path, (front, body))).collect();
        let articles = Articles::load(self.ctx, &rows).await?;
        let lists = Lists::load(self.ctx, &self.site, &rows).await?;
        let mut pages = Vec::with_capacity(rows.len());
        for row in rows {
            let Some((front_matter, raw_body)) = files.remove(&row.path) else { continue };
            let was = row.article_id.zip(row.article_version);
            let was = was.and_then(|key| articles.revisions.get(&key));
            let text = was.and_then(|was| articles.bodies.get(&was.body_id));
            let state = match (row.kind.as_str(), row.article_id) {
                ("article", Some(id)) => match articles.shown.get(&id) {
                    Some(shown) => articles.state(id, shown, &row, was)?,
                    None => State::Gone,
                },
                ("article", None) => State::Gone,
                _ if self.moves.is_gone(&row.path) => State::Gone,
                _ => lists.state(&row.path),
            };
            // Only what is edited needs to know how others do it.
            let edited = match &state {
                State::Article { target, .. } => !target.is_imported_version,
                State::List { .. } | State::Term { .. } => true,
                State::AsItWas | State::Gone => false,
            };
            let was = was.map(|was| was.content.clone());
            let style = match self.site.entry(&row.path).filter(|_| edited) {
                Some(entry) => self.style(&entry.language, &entry.dir).await?,
                None => Arc::default(),
            };
            let moved = self.moves.page(&row.path).cloned();
            let body = raw_body.or_else(|| text.map(|text| text.clone().into_bytes()));
            pages.push(Page { row, front_matter, body, was, state, style, moved });
        }
        Ok(pages)
    }
}
