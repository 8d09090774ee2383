//! What an export would write, file by file.
//!
//! Invariants: a plan reads and never writes; files come in the order of their
//! names, new ones last; the texts of one chunk of pages are in memory at a time,
//! and bytes of other files are fetched by whoever writes them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::{View, article_copy, body, revision, section, source_file, term_text};
use rayon::prelude::*;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::configuration;
use super::fresh::{self, Style};
use super::moves::Moves;
use super::new;
use super::page::{self, Target};
use super::parsed::Parsed;
use super::place::{self, Places};
use super::site::{self, Row, Site};
use crate::article::content::Content;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::hugo::files::PLAIN;
use crate::hugo::problem::Problem;
use crate::hugo::tree::{Entry, EntryKind, Kind};

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
}

impl Planned {
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

/// An export, chunk by chunk.
pub struct Plan<'a> {
    ctx: &'a Ctx,
    site: Arc<Site>,
    rows: std::vec::IntoIter<Row>,
    total: usize,
    wanted: Wanted,
    moves: Arc<Moves>,
    places: Places,
    styles: HashMap<(String, String), Arc<Style>>,
    /// A configuration to be written first, of a site that never had one.
    configuration: Option<Vec<u8>>,
    /// The last new article so far; none before the first.
    after: Option<Uuid>,
}

impl<'a> Plan<'a> {
    /// Reads what all files depend on. A problem is one of the site's
    /// configuration, without which no page can be read.
    pub async fn open(ctx: &'a Ctx, wanted: Wanted) -> Result<std::result::Result<Self, Problem>> {
        let rows = site::rows(ctx).await?;
        // A site that did not come from Hugo gets a configuration.
        let configuration =
            if rows.is_empty() { Some(configuration::write(ctx).await?) } else { None };
        let site = match Site::load(ctx, &rows, configuration.as_deref()).await? {
            Ok(site) => Arc::new(site),
            Err(problem) => return Ok(Err(problem)),
        };
        let moves = Arc::new(Moves::load(ctx, &site, &rows).await?);
        let places = Places::new(&site.entries, &rows);
        let rows: Vec<Row> = rows
            .into_iter()
            .filter(|row| row.kind != "configuration")
            .filter(|row| {
                let page = matches!(row.kind.as_str(), "article" | "section" | "term");
                !page || wanted.languages.is_empty() || wanted.languages.contains(&row.language)
            })
            .collect();
        let total = rows.len();
        Ok(Ok(Self {
            ctx,
            site,
            rows: rows.into_iter(),
            total,
            wanted,
            moves,
            places,
            styles: HashMap::new(),
            configuration,
            after: None,
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
        let rows: Vec<Row> = self.rows.by_ref().take(CHUNK).collect();
        if rows.is_empty() {
            return self.next_new().await;
        }
        let mut chunk = Chunk::default();
        let (pages, others): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .partition(|row| matches!(row.kind.as_str(), "article" | "section" | "term"));
        for row in others {
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
        chunk.planned.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Some(chunk))
    }

    /// Articles that have no file yet, oldest first.
    async fn next_new(&mut self) -> Result<Option<Chunk>> {
        let found = new::load(self.ctx, self.after, CHUNK as u64).await?;
        let Some(last) = found.last() else { return Ok(None) };
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
        let Some(entry) = self.places.give(&site.config, wanted) else {
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
                path: entry.relative,
                hash: Sha256::digest(&bytes).to_vec(),
                data: Data::Bytes(bytes),
                mode: PLAIN,
                why: Why::New,
                article: Some(exported),
                from: None,
                kind: "article".to_owned(),
                language,
                plain_body,
            }
        }))
    }

    /// What the neighbours of a page look like.
    async fn style(&mut self, language: &str, directory: &str) -> Result<Arc<Style>> {
        let section = directory.split('/').next().unwrap_or_default();
        let key = (language.to_owned(), section.to_owned());
        if let Some(style) = self.styles.get(&key) {
            return Ok(Arc::clone(style));
        }
        let paths = self.places.manner(language, directory);
        let paths = paths.map(|manner| manner.paths.clone()).unwrap_or_default();
        let files = site::files(self.ctx, &paths).await?;
        let style = Arc::new(Style::learn(&files));
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
                _ => lists.state(&row.path),
            };
            // Only what is edited needs to know how others do it.
            let edited = match &state {
                State::Article { target, .. } => !target.is_imported_version,
                State::List { .. } => true,
                State::AsItWas | State::Gone => false,
            };
            let was = was.map(|was| was.content.clone());
            let style = match self.site.entries.get(&row.path).cloned() {
                Some(entry) if edited => self.style(&entry.language, &entry.dir).await?,
                _ => Arc::default(),
            };
            let moved = self.moves.page(&row.path).cloned();
            let body = raw_body.or_else(|| text.map(|text| text.clone().into_bytes()));
            pages.push(Page { row, front_matter, body, was, state, style, moved });
        }
        Ok(pages)
    }
}

fn kept(row: &Row) -> Planned {
    Planned {
        path: row.path.clone(),
        data: Data::Kept { size: row.size },
        hash: row.hash.clone(),
        mode: row.mode,
        why: Why::Kept,
        article: None,
        from: Some((row.path.clone(), row.hash.clone())),
        kind: row.kind.clone(),
        language: row.language.clone(),
        plain_body: false,
    }
}

fn gone(row: Row) -> Gone {
    let Row { path, hash, article_id, .. } = row;
    Gone { path, hash, article_id }
}

/// What a page should be now.
enum State {
    Article {
        target: Box<Target>,
        exported: Exported,
    },
    List {
        row: ListRow,
    },
    /// Nothing is known that it should say: as it was.
    AsItWas,
    Gone,
}

struct Page {
    row: Row,
    front_matter: Vec<u8>,
    body: Option<Vec<u8>>,
    was: Option<Content>,
    state: State,
    style: Arc<Style>,
    /// Where it lies now, if it has moved.
    moved: Option<Entry>,
}

enum Made {
    File(Box<Planned>),
    /// What is wrong, and the file as it was if that is known.
    Wrong(Option<Box<Planned>>, Problem),
    Gone(Gone),
}

impl Page {
    fn make(self, site: &Site, now: entity::Timestamp) -> Made {
        let Self { row, front_matter, body, was, state, style, moved } = self;
        if let State::Gone = state {
            return Made::Gone(gone(row));
        }
        let mut original = front_matter;
        original.extend(body.unwrap_or_default());
        if Sha256::digest(&original).as_slice() != row.hash {
            let problem = Problem::new(
                "what the database holds of this file is not what was imported; import it again",
            );
            return Made::Wrong(None, problem.in_file(&row.path));
        }
        let planned = |bytes: Vec<u8>, hash: Vec<u8>, why: Why, article: Option<Exported>| {
            Box::new(Planned {
                path: row.path.clone(),
                plain_body: false,
                data: Data::Bytes(bytes),
                hash,
                mode: row.mode,
                why,
                article,
                from: Some((row.path.clone(), row.hash.clone())),
                kind: row.kind.clone(),
                language: row.language.clone(),
            })
        };
        let Some(entry) = site.entries.get(&row.path) else {
            // The configuration has moved its folder; there is no page to edit.
            return Made::File(planned(original, row.hash.clone(), Why::Kept, None));
        };
        let (target, exported) = match state {
            State::Article { target, exported } => (*target, Some(exported)),
            State::List { row: list } => match site.parse(entry, &original) {
                Ok(parsed) => (list.target(entry, &parsed), None),
                Err(problem) => {
                    let problem = problem.in_file(&row.path);
                    let planned = planned(original, row.hash.clone(), Why::Kept, None);
                    return Made::Wrong(Some(planned), problem);
                }
            },
            State::AsItWas | State::Gone => {
                return Made::File(planned(original, row.hash.clone(), Why::Kept, None));
            }
        };
        let done = page::write(
            site,
            (entry, moved.as_ref()),
            &original,
            was.as_ref(),
            &target,
            now,
            &style.house,
        );
        match done {
            Ok(None) => {
                let mut planned = planned(original, row.hash.clone(), Why::Kept, exported);
                if let Some(moved) = moved {
                    planned.path = moved.relative;
                }
                Made::File(planned)
            }
            Ok(Some(written)) => {
                let hash = Sha256::digest(&written.bytes).to_vec();
                let fields = written.fields.into_iter().collect();
                let why = Why::Edited { fields, rewritten: written.rewritten };
                let mut planned = planned(written.bytes, hash, why, exported);
                planned.plain_body = written.plain_body;
                if let Some(moved) = moved {
                    planned.path = moved.relative;
                }
                Made::File(planned)
            }
            Err(problem) => {
                let planned = planned(original, row.hash.clone(), Why::Kept, None);
                Made::Wrong(Some(planned), problem.in_file(&row.path))
            }
        }
    }
}

struct Saved {
    id: Uuid,
    version: i32,
    content: Content,
    body_id: Uuid,
}

struct Shown {
    view: View,
    revision_id: Uuid,
    from: entity::Timestamp,
}

/// What the articles of a chunk were and are.
#[derive(Default)]
struct Articles {
    shown: HashMap<Uuid, Shown>,
    revisions: HashMap<(Uuid, i32), Saved>,
    by_id: HashMap<Uuid, (Uuid, i32)>,
    bodies: HashMap<Uuid, String>,
}

impl Articles {
    async fn load(ctx: &Ctx, rows: &[Row]) -> Result<Self> {
        let ids: HashSet<Uuid> = rows.iter().filter_map(|row| row.article_id).collect();
        if ids.is_empty() {
            return Ok(Self::default());
        }
        let db = ctx.app().db().read();
        let mut all = Self::default();
        use article_copy::Column as Copy;
        let copies: Vec<(View, Uuid, Uuid, entity::Timestamp)> = article_copy::Entity::find()
            .select_only()
            .columns([Copy::View, Copy::ArticleId, Copy::RevisionId, Copy::VisibleFrom])
            .filter(Copy::ArticleId.is_in(ids.iter().copied()))
            .filter(Copy::View.is_in([View::Published, View::Working]))
            .into_tuple()
            .all(db)
            .await?;
        for (view, id, revision_id, from) in copies {
            // What the public reads, or else what is being written.
            if view == View::Published || !all.shown.contains_key(&id) {
                all.shown.insert(id, Shown { view, revision_id, from });
            }
        }
        use revision::Column as Revision;
        let versions: HashSet<i32> = rows.iter().filter_map(|row| row.article_version).collect();
        let wanted: HashSet<(Uuid, i32)> =
            rows.iter().filter_map(|row| row.article_id.zip(row.article_version)).collect();
        let shown = all.shown.values().map(|shown| shown.revision_id);
        let columns = [
            Revision::Id,
            Revision::ArticleId,
            Revision::Version,
            Revision::Content,
            Revision::BodyId,
        ];
        let find = || revision::Entity::find().select_only().columns(columns);
        type Found = (Uuid, Uuid, i32, entity::Json, Uuid);
        let mut found: Vec<Found> =
            find().filter(Revision::Id.is_in(shown)).into_tuple().all(db).await?;
        let have: HashSet<(Uuid, i32)> =
            found.iter().map(|(_, id, version, ..)| (*id, *version)).collect();
        let missing: Vec<Uuid> = wanted.difference(&have).map(|(id, _)| *id).collect();
        if !missing.is_empty() {
            let more: Vec<Found> = find()
                .filter(Revision::ArticleId.is_in(missing))
                .filter(Revision::Version.is_in(versions))
                .into_tuple()
                .all(db)
                .await?;
            found.extend(
                more.into_iter().filter(|(_, id, version, ..)| wanted.contains(&(*id, *version))),
            );
        }
        let mut bodies: HashSet<Uuid> = HashSet::new();
        for (revision_id, id, version, content, body_id) in found {
            bodies.insert(body_id);
            let content: Content = serde_json::from_value(content.0)?;
            all.by_id.insert(revision_id, (id, version));
            all.revisions
                .insert((id, version), Saved { id: revision_id, version, content, body_id });
        }
        let texts: Vec<(Uuid, String)> = body::Entity::find()
            .select_only()
            .columns([body::Column::Id, body::Column::Markdown])
            .filter(body::Column::Id.is_in(bodies))
            .into_tuple()
            .all(db)
            .await?;
        all.bodies.extend(texts);
        Ok(all)
    }

    fn state(&self, id: Uuid, shown: &Shown, row: &Row, was: Option<&Saved>) -> Result<State> {
        let saved = self.by_id.get(&shown.revision_id).and_then(|key| self.revisions.get(key));
        let saved = saved.ok_or_else(|| Error::internal("a revision is missing"))?;
        let markdown = self.bodies.get(&saved.body_id).cloned();
        let draft = shown.view == View::Working;
        let target = Target {
            content: saved.content.clone(),
            markdown: markdown.ok_or_else(|| Error::internal("a body is missing"))?,
            draft,
            from: (!draft).then_some(shown.from),
            is_imported_version: was.is_some() && row.article_version == Some(saved.version),
        };
        let exported = Exported { id, version: saved.version, revision_id: saved.id };
        Ok(State::Article { target: Box::new(target), exported })
    }
}

/// What the database says of a section or term.
#[derive(Clone)]
struct ListRow {
    title: Option<String>,
    description: Option<String>,
    /// Of sections alone.
    placed: Option<(bool, i32)>,
    markdown: String,
    params: serde_json::Map<String, serde_json::Value>,
}

impl ListRow {
    /// What the file should say: what it says, but for what was edited here.
    fn target(self, entry: &crate::hugo::tree::Entry, parsed: &super::parsed::Parsed) -> Target {
        let Self { title, description, placed, markdown, params } = self;
        let mut content = parsed.content.clone();
        let mut draft = parsed.draft;
        // A section without a title is called after its folder.
        let made_up = parsed.content.title.is_empty()
            && (title.is_none()
                || placed.is_some()
                    && title.as_deref().is_some_and(|title| {
                        entry.dir.is_empty() || entry.dir.rsplit('/').next() == Some(title)
                    }));
        if !made_up {
            content.title = title.unwrap_or_default();
        }
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        if filled(&description) != content.description {
            content.description = filled(&description);
        }
        if let Some((is_draft, weight)) = placed {
            draft = is_draft;
            content.weight = weight;
        }
        // Columns hold no `keywords`, and these parameters do not.
        let keywords = content.params.get("keywords").cloned();
        content.params = params;
        if let Some(keywords) = keywords {
            content.params.entry("keywords").or_insert(keywords);
        }
        Target { content, markdown, draft, from: None, is_imported_version: false }
    }
}

#[derive(Default)]
struct Lists {
    by_path: HashMap<String, ListRow>,
}

impl Lists {
    async fn load(ctx: &Ctx, site: &Site, rows: &[Row]) -> Result<Self> {
        let mut lists = Self::default();
        let wanted: Vec<&Row> =
            rows.iter().filter(|row| matches!(row.kind.as_str(), "section" | "term")).collect();
        if wanted.is_empty() {
            return Ok(lists);
        }
        let db = ctx.app().db().read();
        let (mut sections, mut terms) = (HashMap::new(), HashMap::new());
        for row in wanted {
            let Some(entry) = site.entries.get(&row.path) else { continue };
            if let EntryKind::Content(Kind::Term { taxonomy, term }) = &entry.kind {
                if let Some(id) = site.terms.id(&site.config.rules, taxonomy, term) {
                    terms.insert((id, row.language.clone()), row.path.clone());
                }
            } else {
                sections.insert((row.language.clone(), entry.dir.clone()), row.path.clone());
            }
        }
        let names = sections.keys().map(|(_, name)| name.as_str());
        let found =
            section::Entity::find().filter(section::Column::Name.is_in(names)).all(db).await?;
        for row in found {
            let section::Model {
                language,
                name,
                title,
                description,
                draft,
                weight,
                markdown,
                params,
                ..
            } = row;
            if let Some(path) = sections.remove(&(language, name)) {
                let params = params.0.as_object().cloned().unwrap_or_default();
                let placed = Some((draft, weight));
                let title = Some(title);
                lists
                    .by_path
                    .insert(path, ListRow { title, description, placed, markdown, params });
            }
        }
        let ids = terms.keys().map(|(id, _)| *id);
        let found =
            term_text::Entity::find().filter(term_text::Column::TermId.is_in(ids)).all(db).await?;
        for row in found {
            let term_text::Model { term_id, language, name, description, markdown, params, .. } =
                row;
            if let Some(path) = terms.remove(&(term_id, language)) {
                let params = params.0.as_object().cloned().unwrap_or_default();
                let row = ListRow { title: name, description, placed: None, markdown, params };
                lists.by_path.insert(path, row);
            }
        }
        Ok(lists)
    }

    fn state(&self, path: &str) -> State {
        match self.by_path.get(path) {
            Some(row) => State::List { row: row.clone() },
            None => State::AsItWas,
        }
    }
}
