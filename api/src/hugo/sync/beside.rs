//! Files that come in beside articles that were changed here.
//!
//! The base is the file of the last sync and the version that it was. What the
//! file changed since is laid on that version, and merged with what the file
//! would say now (what is published, or else the working copy). Changes that are
//! not published yet are then merged on top, and stay unpublished.
//!
//! **Invariants.** A disagreement changes neither side. What the file says is a
//! version of its own before what is merged is one, so that both are in the
//! history, and so that an export writes the merged fields and no others.

use std::collections::HashSet;

use entity::{Timestamp, View, source_file};
use sea_orm::EntityTrait;
use serde_json::Value;
use uuid::Uuid;

use crate::article::projection::Release;
use crate::article::store;
use crate::article::together::{self, Disagreement, State, Together};
use crate::error::Result;
use crate::event::Write;
use crate::hugo::config::SiteConfig;
use crate::hugo::convert::{self, Draft};
use crate::hugo::problem::Problem;
use crate::hugo::rows::{Before, Ready};
use crate::hugo::sections::Sections;
use crate::hugo::{front_matter, import, page, tree};

/// How an import treats what was changed on both sides.
#[derive(Debug, Default)]
pub struct Beside {
    /// Files that are left alone.
    pub skip: HashSet<String>,
    /// Files that were merged.
    pub merged: Vec<String>,
    /// What disagrees, file by file.
    pub conflicts: Vec<Problem>,
}

/// What becomes of one file.
pub enum Verdict {
    /// Nothing was changed here: the file counts.
    Plain,
    Merge(Box<Merge>),
    Conflict,
}

/// What is saved on top of what the file says.
pub struct Merge {
    file: String,
    version: i32,
    shown: Option<Together>,
    working: Option<Together>,
    draft: bool,
    /// When the public saw the article first, if it does.
    from: Option<Timestamp>,
}

impl Beside {
    /// Decides on a file whose terms are known; its article is locked.
    pub async fn judge(
        &mut self,
        write: &Write<'_>,
        config: &SiteConfig,
        ready: &Ready,
        before: &Before,
        version: Option<i32>,
    ) -> Result<Verdict> {
        let head = &before.head;
        let away = head.trashed_at.is_some() || head.archived_at.is_some();
        let published = store::copy(write, View::Published, head.id).await?;
        let Some(version) = version.filter(|version| *version != head.version && !away) else {
            return Ok(Verdict::Plain);
        };
        let file = &ready.file.path;
        let working = State::working(write, head).await?;
        let shown = match &published {
            Some(copy) => State::published(write, copy).await?,
            None => working.clone(),
        };
        let base = State::at(write, head.id, version).await?;
        let old = self.base_file(write, config, file, base.as_ref()).await?;
        let (Some(base), Some((old, old_text))) = (base, old) else {
            let message = "was changed here as well, and the version that both began with is not \
                           kept; make the article say what the file says, or the file what the \
                           article says";
            self.conflicts.push(Problem::new(message).in_file(file));
            return Ok(Verdict::Conflict);
        };
        let Draft { content, terms, release, .. } = &ready.draft;
        let same_terms = |taxonomy: &str| old.terms.get(taxonomy) == terms.get(taxonomy);
        let text = &ready.body.markdown;
        let mine = base.with_changes((&old.content, &old_text), (content, text), same_terms)?;
        let was_draft = old.release.is_none();
        let is_draft = release.is_none();
        let draft = if is_draft == was_draft { published.is_none() } else { is_draft };
        let merged = match together::merge(write, &base, &mine, &shown).await? {
            Ok(merged) => merged,
            Err(disagreements) => return Ok(self.conflict(file, disagreements)),
        };
        let now = merged.state(content, shown.version)?;
        let pending = working.version != shown.version;
        let working = if pending {
            match together::merge(write, &shown, &working, &now).await? {
                Ok(merged) => Some(merged),
                Err(disagreements) => return Ok(self.conflict(file, disagreements)),
            }
        } else {
            None
        };
        let follows = shown.version != version || draft != is_draft;
        self.merged.push(file.clone());
        Ok(Verdict::Merge(Box::new(Merge {
            file: file.clone(),
            version,
            shown: follows.then_some(merged),
            working,
            draft,
            from: published.as_ref().map(|copy| Release::of(copy).from),
        })))
    }

    /// What the file of the last sync said, read as it is read today.
    async fn base_file(
        &self,
        write: &Write<'_>,
        config: &SiteConfig,
        path: &str,
        base: Option<&State>,
    ) -> Result<Option<(Draft, String)>> {
        let row = source_file::Entity::find_by_id(path.to_owned()).one(write.txn()).await?;
        let (Some(row), Some(base)) = (row, base) else { return Ok(None) };
        let read = || {
            let source = front_matter::split(&row.front_matter).ok()?;
            let map = front_matter::parse(&source).ok()?;
            let entry = tree::of_paths(config, [path]).pop()?;
            let keywords = convert::keywords(&map);
            let page = page::read(map, config, &entry).ok()?;
            let text = match &row.raw_body {
                Some(body) => import::markdown(body),
                None => base.text.clone(),
            };
            let sections = Sections::default();
            let draft = convert::draft(&config.rules, &sections, &entry, page, keywords, &text);
            Some((draft, text))
        };
        Ok(read())
    }

    fn conflict(&mut self, file: &str, disagreements: Vec<Disagreement>) -> Verdict {
        for Disagreement { field, base, mine, theirs } in disagreements {
            self.conflicts.push(
                Problem::new(format!(
                    "`{field}` was changed on both sides: {} in the file and {} here (it was {}); \
                     neither was touched. Give both the same value, in the file or in the article",
                    shown(&mine),
                    shown(&theirs),
                    shown(&base),
                ))
                .in_file(file),
            );
        }
        Verdict::Conflict
    }
}

/// A value, short enough to be read.
fn shown(value: &Value) -> String {
    const LONG: usize = 120;
    let text = value.to_string();
    if text.chars().count() <= LONG {
        return text;
    }
    let mut short: String = text.chars().take(LONG).collect();
    short.push('…');
    short
}

impl Merge {
    /// Saves it; the file is the working copy by now.
    pub async fn save(self, write: &mut Write<'_>, id: Uuid) -> Result<()> {
        let Self { file, version, shown, working, draft, from } = self;
        if let Some(shown) = shown {
            shown.save(write, id, format!("Merged with {file}"), version).await?;
            let live = store::copy(write, View::Published, id).await?;
            // What is live stays so since when it was; what the file withdrew
            // and is shown all the same is shown since then.
            let scheduled = live.as_ref().map(|copy| Release::of(copy).from);
            let at = match (scheduled, from) {
                (Some(at), _) if at > write.ctx().now() => Some(at),
                (Some(_), _) => None,
                (None, from) => from,
            };
            let at = at.map(|at| at.utc().fixed_offset());
            together::release(write, id, draft, at).await?;
        }
        if let Some(working) = working {
            working.save(write, id, format!("Kept beside {file}"), version).await?;
        }
        Ok(())
    }
}
