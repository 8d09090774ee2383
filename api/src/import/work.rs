//! Chunks of items, each written in one transaction.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use entity::{View, article, import_item, redirect, revision};
use indexmap::IndexMap;
use rayon::prelude::*;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::content::{self, Made};
use super::known::{self, Known, Ledger, Noted};
use super::model::{Item, Origin, Release, Term};
use super::place::Taken;
use super::report::{Change, Report};
use super::{Items, OnConflict, Opened, Options, Progress, site};
use crate::article::content::{Content, MAX_KEY};
use crate::article::projection;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::event::Write;
use crate::hugo::problem::Problem;
use crate::hugo::rows::{Before, Ready, Rows};
use crate::site::Frame;
use crate::taxonomy::{self, NewTerm};

/// Items in one transaction, and bytes of their texts.
const CHUNK: usize = 300;
const CHUNK_BYTES: usize = 16 << 20;
/// So many new documents change what the database's planner should expect.
const MANY: usize = 100;
/// Numbers that are tried behind a name that is taken.
const NUMBERS: usize = 1000;

/// An item that has changed since it was last seen, or is new.
struct Changed {
    item: Item,
    key: String,
    hash: Vec<u8>,
    /// Tag of the language that it goes into.
    language: String,
    known: Option<Known>,
    before: Option<Stored>,
}

/// An article as it is.
struct Stored {
    head: article::Model,
    content: Content,
}

/// A changed item, ready to be written.
struct Prepared {
    item: Item,
    known: Option<Known>,
    seen_version: Option<i32>,
    ready: Ready<Noted>,
}

/// Imports all items; says the language of those that do not say.
pub async fn run(
    ctx: &Ctx,
    options: &Options,
    opened: Opened,
    mut report: Report,
    progress: &Progress,
) -> Result<(Report, Option<String>)> {
    let source = opened.source();
    let Opened { system, name, origin, items, total, warnings } = opened;
    report.warnings.extend(warnings);
    let ledger = Ledger::load(ctx, system, &source).await?;
    let frame = Arc::new(Frame::load(ctx.app()).await?);
    let mut import = Import {
        ctx,
        options,
        system,
        source,
        name,
        frame,
        ledger,
        language: String::new(),
        taken: Taken::default(),
        keys: HashSet::new(),
        report,
    };
    if !import.choose_language(&origin) {
        return Ok((import.report, None));
    }
    if !options.dry_run {
        import.all_terms(&origin).await?;
    }
    let mut items = items;
    loop {
        let (rest, chunk, ended) = tokio::task::spawn_blocking(move || next_chunk(items))
            .await
            .map_err(Error::internal)?;
        items = rest;
        import.chunk(chunk).await?;
        let done = import.report.documents;
        // What was announced may have been counted otherwise.
        progress(done, if ended { done } else { total.max(done + 1) });
        if ended {
            break;
        }
    }
    if import.report.created + import.report.updated >= MANY && !options.dry_run {
        ctx.app().db().analyze().await?;
    }
    Ok((import.report, Some(import.language)))
}

/// The next items, as many as a transaction takes; and whether they were the last.
fn next_chunk(mut items: Items) -> (Items, Vec<Result<Item, Problem>>, bool) {
    let mut chunk = Vec::new();
    let mut bytes = 0;
    while chunk.len() < CHUNK && bytes < CHUNK_BYTES {
        let Some(item) = items.next() else { return (items, chunk, true) };
        bytes += item.as_ref().map_or(0, |item| item.text.as_str().len());
        chunk.push(item);
    }
    (items, chunk, false)
}

/// One import under way.
struct Import<'a> {
    ctx: &'a Ctx,
    options: &'a Options,
    system: &'static str,
    source: String,
    name: String,
    frame: Arc<Frame>,
    ledger: Ledger,
    /// Tag of the language of what does not say.
    language: String,
    taken: Taken,
    /// Keys that this import has met.
    keys: HashSet<String>,
    report: Report,
}

impl Import<'_> {
    fn fail(&mut self, problem: Problem) {
        self.report.failures.push(problem.in_file(&self.name));
    }

    fn warn(&mut self, problem: Problem) {
        self.report.warnings.push(problem.in_file(&self.name));
    }

    fn tags(&self) -> String {
        let tags: Vec<_> = self.frame.languages.iter().map(|language| &*language.tag).collect();
        tags.join(", ")
    }

    /// The language of what does not say; false where there is none.
    fn choose_language(&mut self, origin: &Origin) -> bool {
        let frame = Arc::clone(&self.frame);
        let default = frame.default_language();
        let found = match (&self.options.language, &origin.language) {
            (Some(wanted), _) => match site::resolve(&frame, wanted) {
                Some(language) => language,
                // A dry run of a new site: the import would make the language.
                None if self.options.dry_run && site::tag(wanted).is_some() => default,
                None => {
                    let tags = self.tags();
                    self.fail(Problem::new(format!(
                        "the site has no language {wanted}: give --language one of {tags}"
                    )));
                    return false;
                }
            },
            (None, Some(said)) => {
                let found = site::resolve(&frame, said);
                if found.is_none() && !self.options.dry_run {
                    self.warn(Problem::new(format!(
                        "it is written in {said}, which the site does not have: it goes into {}; \
                         choose with --language",
                        default.tag
                    )));
                }
                found.unwrap_or(default)
            }
            (None, None) => default,
        };
        self.language = found.tag.to_string();
        true
    }

    /// The language that an item goes into.
    fn language_of(&self, item: &Item) -> Result<String, Problem> {
        let Some(said) = &item.language else { return Ok(self.language.clone()) };
        match site::resolve(&self.frame, said) {
            Some(language) => Ok(language.tag.to_string()),
            // Feeds say it by habit; and a dry run makes no languages.
            None if self.system == "feed" || self.options.dry_run => Ok(self.language.clone()),
            None => Err(item.problem(format!(
                "it is written in {said}, and the site has {}: give the site that language first",
                self.tags()
            ))),
        }
    }

    async fn all_terms(&self, origin: &Origin) -> Result<()> {
        if origin.terms.is_empty() {
            return Ok(());
        }
        let mut write = Write::begin(self.ctx).await?;
        for (name, terms) in &origin.terms {
            let terms = terms.iter().filter_map(|term| new_term(&self.frame, term)).collect();
            taxonomy::bring(&mut write, name, terms).await?;
        }
        write.commit().await
    }

    async fn chunk(&mut self, chunk: Vec<Result<Item, Problem>>) -> Result<()> {
        let changed = self.changed(chunk).await?;
        if changed.is_empty() {
            return Ok(());
        }
        let made = self.make(changed).await?;
        let prepared = self.place(made).await?;
        if self.options.dry_run {
            for Prepared { item, seen_version, ready, .. } in prepared {
                let action = if seen_version.is_some() { "update" } else { "create" };
                self.count(seen_version.is_some());
                let (path, title) = (ready.draft.path, ready.draft.content.title);
                self.report.changes.push(Change { action, path, title, key: item.key });
            }
            return Ok(());
        }
        self.write(prepared).await
    }

    fn count(&mut self, update: bool) {
        if update {
            self.report.updated += 1;
        } else {
            self.report.created += 1;
        }
    }

    /// The items that have to be written, each with its article as it is.
    async fn changed(&mut self, chunk: Vec<Result<Item, Problem>>) -> Result<Vec<Changed>> {
        let mut changed = Vec::new();
        for item in chunk {
            let mut item = match item {
                Ok(item) => item,
                Err(problem) => {
                    self.fail(problem);
                    continue;
                }
            };
            self.report.documents += 1;
            let key = known::key(&item);
            if !self.keys.insert(key.clone()) {
                let message = format!("{} is there twice: the first was taken", item.key);
                self.warn(item.problem(message));
                self.report.left += 1;
                continue;
            }
            let language = match self.language_of(&item) {
                Ok(language) => language,
                Err(problem) => {
                    self.fail(problem);
                    continue;
                }
            };
            let hash = known::hash(&mut item, self.system == "feed")?;
            let known = self.ledger.find(&key, known::link(&item).as_deref()).cloned();
            if known.as_ref().is_some_and(|known| known.hash == hash) {
                self.report.unchanged += 1;
                continue;
            }
            changed.push(Changed { item, key, hash, language, known, before: None });
        }
        self.meet(changed).await
    }

    /// Looks at the articles of changed items: what was edited, put away or
    /// deleted here stays, unless the caller said otherwise.
    async fn meet(&mut self, changed: Vec<Changed>) -> Result<Vec<Changed>> {
        let ids = changed.iter().filter_map(|changed| changed.known.as_ref()?.article_id);
        let mut stored = stored(self.ctx, ids.collect()).await?;
        let mut kept = Vec::with_capacity(changed.len());
        let mut seen = Vec::new();
        for mut changed in changed {
            let Some(known) = &changed.known else {
                kept.push(changed);
                continue;
            };
            let found = known.article_id.and_then(|id| stored.remove(&id));
            let what = match &found {
                None => Some("deleted"),
                Some(found) if found.head.trashed_at.is_some() => Some("put into the trash"),
                Some(found) if found.head.archived_at.is_some() => Some("archived"),
                Some(found) if found.head.version != known.version => Some("edited"),
                Some(_) => None,
            };
            // What was in the trash there is in it here.
            let own_trash = found.as_ref().is_some_and(|found| {
                found.head.trashed_at.is_some() && found.head.version == known.version
            }) && changed.item.release == Release::Trash;
            match (what, self.options.on_conflict) {
                (Some(what), OnConflict::Report | OnConflict::Keep) if !own_trash => {
                    self.report.left += 1;
                    let message = format!(
                        "it has changed there, and its article was {what} here: the article stays \
                         as it is; --on-conflict take makes a new version of it, keep settles it"
                    );
                    let problem = changed.item.problem(message);
                    if self.options.on_conflict == OnConflict::Keep {
                        seen.push((known.clone(), changed.hash));
                    } else if what == "edited" {
                        self.fail(problem);
                    } else {
                        self.warn(problem);
                    }
                    continue;
                }
                _ => {}
            }
            changed.before = found;
            kept.push(changed);
        }
        if !seen.is_empty() && !self.options.dry_run {
            let mut write = Write::begin(self.ctx).await?;
            known::seen(&write, &seen).await?;
            write.record(crate::event::Event {
                data: serde_json::json!({ "source": self.source, "count": seen.len() }),
                ..crate::event::Event::new("import.settled")
            });
            write.commit().await?;
        }
        Ok(kept)
    }

    /// Converts and renders on all cores.
    async fn make(&self, changed: Vec<Changed>) -> Result<Vec<(Changed, Made)>> {
        let (frame, system) = (Arc::clone(&self.frame), self.system);
        let section = self.options.section.clone();
        let ids: Vec<_> = changed.iter().map(|_| self.ctx.new_id()).collect();
        tokio::task::spawn_blocking(move || {
            changed
                .into_par_iter()
                .zip(ids)
                .map(|(mut changed, id)| {
                    let language = frame.language_of(&changed.language);
                    let before = changed.before.as_ref().map(|before| &before.content);
                    let item = &mut changed.item;
                    let section = section.as_deref();
                    let made = content::make(&frame, language, system, section, item, before, id)?;
                    Ok((changed, made))
                })
                .collect()
        })
        .await
        .map_err(Error::internal)?
    }

    /// Finds an address for each that nobody has.
    async fn place(&mut self, made: Vec<(Changed, Made)>) -> Result<Vec<Prepared>> {
        let frame = Arc::clone(&self.frame);
        self.taken
            .look(self.ctx, made.iter().map(|(_, made)| made.draft.path.clone()).collect())
            .await?;
        let mut prepared = Vec::with_capacity(made.len());
        for (changed, made) in made {
            let Changed { mut item, key, hash, language, known, before } = changed;
            let Made { mut draft, body, kept } = made;
            for warning in std::mem::take(&mut item.warnings) {
                let problem = item.problem(warning);
                self.warn(problem);
            }
            let own = before.as_ref().map(|before| before.head.id);
            let thrown = item.release == Release::Trash;
            if !thrown && !self.taken.is_free(&draft.path, own) {
                let wanted = draft.path.clone();
                let name = draft.content.name.clone();
                let content = &mut draft.content;
                let followed = content.translation_key.ends_with(&name);
                for number in 2..NUMBERS {
                    content.name = format!("{name}-{number}");
                    draft.path =
                        projection::made_path(&frame, frame.language_of(&language), content);
                    self.taken.look(self.ctx, vec![draft.path.clone()]).await?;
                    if self.taken.is_free(&draft.path, own) {
                        break;
                    }
                }
                if followed {
                    let key = [content.directory.as_str(), content.name.as_str()].join("/");
                    key.trim_matches('/').clone_into(&mut content.translation_key);
                }
                let message = format!("the address {wanted} is taken: it has {} here", draft.path);
                self.warn(item.problem(message));
            }
            draft.content.aliases.retain(|alias| *alias != draft.path);
            if let Some(what) = draft.too_long() {
                self.fail(
                    item.problem(format!(
                        "{what} is longer than {MAX_KEY} bytes: shorten it there"
                    )),
                );
                continue;
            }
            if !thrown {
                self.taken.give(draft.path.clone());
            }
            let (source, key) = match &known {
                Some(known) => (known.source.clone(), known.key.clone()),
                None => (self.source.clone(), key),
            };
            let host = self.source.split_once(':').map_or("", |(_, host)| host);
            let noted = Noted {
                row: import_item::Model {
                    source,
                    key,
                    link: known::link(&item),
                    article_id: None,
                    article_version: 0,
                    hash,
                    kept: kept.into(),
                },
                language,
                name: format!("{host} {}", item.label).trim().to_owned(),
                withdraws: self.system != "feed",
                trashed: thrown,
            };
            let seen_version = before.as_ref().map(|before| before.head.version);
            let ready = Ready { found: PathBuf::new(), file: noted, draft, body };
            prepared.push(Prepared { item, known, seen_version, ready });
        }
        Ok(prepared)
    }

    /// Writes a chunk in one transaction.
    async fn write(&mut self, prepared: Vec<Prepared>) -> Result<()> {
        let mut write = Write::begin(self.ctx).await?;
        // Articles are locked before terms, as everywhere.
        let before = before(&write, &prepared).await?;
        let terms = self.terms(&mut write, &prepared).await?;
        let mut rows: Rows<Noted> = Rows::default();
        for Prepared { item, known, seen_version, mut ready } in prepared {
            let own = known.and_then(|known| known.article_id).filter(|_| seen_version.is_some());
            let before = own.and_then(|id| before.get(&id));
            if before.map(|before| before.head.version) != seen_version {
                let message = "somebody has just edited its article: import again";
                self.fail(item.problem(message));
                continue;
            }
            let content = &mut ready.draft.content;
            for (taxonomy, names) in &item.terms {
                let found = terms.get(taxonomy.as_str());
                let mut ids: Vec<Uuid> = Vec::new();
                for term in names {
                    let id = new_term(&self.frame, term)
                        .and_then(|term| found?.get(&term.slug).copied());
                    ids.extend(id.filter(|id| !ids.contains(id)));
                }
                content.terms.insert(taxonomy.clone(), ids);
            }
            self.count(before.is_some());
            let language = ready.file.language.clone();
            let id = rows.add(&mut write, &self.frame, ready, before)?;
            for path in item.queries {
                rows.lead(redirect::Model {
                    path,
                    target: None,
                    article_id: Some(id),
                    term_id: None,
                    language: language.clone(),
                    permanent: true,
                    created_at: write.ctx().now(),
                });
            }
        }
        rows.insert(&write, &self.frame).await?;
        write.commit().await
    }

    /// The ids of all terms that a chunk names, by taxonomy and slug.
    async fn terms(
        &self,
        write: &mut Write<'_>,
        prepared: &[Prepared],
    ) -> Result<HashMap<String, HashMap<String, Uuid>>> {
        let mut wanted: IndexMap<&str, IndexMap<String, NewTerm>> = IndexMap::new();
        for prepared in prepared {
            for (taxonomy, terms) in &prepared.item.terms {
                let all = wanted.entry(taxonomy).or_default();
                for term in terms.iter().filter_map(|term| new_term(&self.frame, term)) {
                    all.entry(term.slug.clone()).or_insert(term);
                }
            }
        }
        let mut ids = HashMap::new();
        for (taxonomy, terms) in wanted {
            let terms = terms.into_values().collect();
            ids.insert(taxonomy.to_owned(), taxonomy::bring(write, taxonomy, terms).await?);
        }
        Ok(ids)
    }
}

/// A term as the site writes addresses; none where that leaves nothing.
fn new_term(frame: &Frame, term: &Term) -> Option<NewTerm> {
    let own = |text: &str| Some(frame.rules.urlize(text.trim())).filter(|slug| !slug.is_empty());
    let slug = own(&term.slug).or_else(|| own(&term.name))?;
    if slug.len() > MAX_KEY || term.name.len() > MAX_KEY {
        return None;
    }
    let parent = term.parent.as_deref().and_then(own).filter(|parent| *parent != slug);
    let (name, description) = (term.name.clone(), term.description.clone());
    Some(NewTerm { slug, name, description, parent })
}

/// Articles with their working content.
async fn stored(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Stored>> {
    let db = ctx.app().db().read();
    let heads = article::Entity::find().filter(article::Column::Id.is_in(ids)).all(db).await?;
    let revisions = heads.iter().map(|head| head.revision_id);
    let mut revisions: HashMap<Uuid, Content> = revision::Entity::find()
        .filter(revision::Column::Id.is_in(revisions))
        .all(db)
        .await?
        .into_iter()
        .map(|row| Ok((row.id, serde_json::from_value(row.content.0)?)))
        .collect::<Result<_>>()?;
    Ok(heads
        .into_iter()
        .filter_map(|head| {
            let content = revisions.remove(&head.revision_id)?;
            Some((head.id, Stored { head, content }))
        })
        .collect())
}

/// Id, address and window of what the public sees.
type Shown = (Uuid, String, Option<entity::Timestamp>, Option<entity::Timestamp>);

/// The articles of a chunk, locked.
async fn before(write: &Write<'_>, prepared: &[Prepared]) -> Result<HashMap<Uuid, Before>> {
    use entity::article_copy::{Column, Entity};
    let ids: Vec<_> =
        prepared.iter().filter_map(|prepared| prepared.known.as_ref()?.article_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let heads = article::Entity::find()
        .filter(article::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(article::Column::Id)
        .lock_exclusive()
        .all(write.txn())
        .await?;
    let rows: Vec<Shown> = Entity::find()
        .select_only()
        .columns([Column::ArticleId, Column::Path, Column::ReleasedFrom, Column::ReleasedUntil])
        .filter(Column::View.eq(View::Published))
        .filter(Column::ArticleId.is_in(ids))
        .into_tuple()
        .all(write.txn())
        .await?;
    let mut shown: HashMap<Uuid, (String, projection::Release)> = rows
        .into_iter()
        .map(|(id, path, from, until)| {
            let from = from.unwrap_or(entity::Timestamp::ALWAYS);
            (id, (path, projection::Release { from, until }))
        })
        .collect();
    Ok(heads
        .into_iter()
        .map(|head| {
            let (path, released) = shown.remove(&head.id).unzip();
            (head.id, Before { head, path, released })
        })
        .collect())
}
