//! `broadsheet export hugo`: the site as a Hugo site again.
//!
//! A [`Plan`] says what every file should be; [`Folder`] makes it so; [`run`] is
//! the two together, with a report. Whoever wants to do something else with a
//! plan (look at it, bring it together with a folder that changes, commit it)
//! walks [`Plan::next`] and writes what it likes.
//!
//! **Invariants.** What nobody edited is byte for byte what was imported. What
//! was edited changes the lines of what was edited alone, and was read again by
//! the import's own code before it is given out. An export changes no content in
//! the database: it notes which bytes it has written where, so that they are
//! known when they come back ([`crate::hugo::known`]) and may be removed when
//! their article goes.
//!
//! # What becomes a file
//!
//! | in the database | in the folder |
//! |---|---|
//! | an article that is published, scheduled or expired | its published version, with Hugo's dates |
//! | an article that never was, or is no more | its working copy, with `draft: true` |
//! | an article in the trash or the archive | no file |
//! | a page that could not be read, and any other file | as it was imported |
//!
//! | module | what it does |
//! |---|---|
//! | [`site`] | configuration, names of files, sections: what all pages depend on |
//! | [`plan`] | the files, chunk by chunk |
//! | [`loaded`], [`made`] | what a chunk's pages were and are, and the files made of that |
//! | [`page`], [`parsed`], [`diff`] | one page: read, compared, edited, read again |
//! | [`terms`], [`dates`], [`body`] | how a file calls terms, spells dates, ends lines |
//! | [`place`], [`fresh`], [`new`] | where new articles go and what their files look like |
//! | [`term_files`] | files of terms that say what no article says of them |
//! | [`moves`] | files that lie elsewhere now, or nowhere |
//! | [`configured`] | what was edited of the site, in its configuration |
//! | [`configuration`] | `hugo.toml` of a site that never had one |
//! | [`folder`] | writing |

mod body;
mod configuration;
pub mod configured;
mod dates;
mod diff;
pub mod folder;
mod fresh;
mod loaded;
mod made;
mod moves;
mod new;
mod page;
mod parsed;
mod place;
pub mod plan;
pub mod site;
mod term_files;
mod terms;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use entity::{exported_file, source_file};
use rayon::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, Iterable, QueryFilter};
use serde::Serialize;

pub use folder::Folder;
pub use plan::{Chunk, Data, Exported, Gone, Plan, Planned, Wanted, Why};

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::event::Write;
use crate::hugo::problem::Problem;
pub use crate::hugo::report::{Action, Change};
use crate::hugo::settings;

/// Where to export, and what.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub dir: PathBuf,
    /// Tags of the languages whose pages to write; all where it is empty.
    pub languages: Vec<String>,
    /// Say what would happen, and write nothing.
    pub dry_run: bool,
}

/// What was done.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub dry_run: bool,
    /// Files of the site.
    pub files: usize,
    pub unchanged: usize,
    /// Every change, in order.
    pub changes: Vec<Change>,
    /// What could not be written as it should be.
    pub failures: Vec<Problem>,
    pub warnings: Vec<Problem>,
}

impl Report {
    fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dry_run {
            for change in &self.changes {
                writeln!(f, "{change}")?;
            }
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        for failure in &self.failures {
            writeln!(f, "error: {failure}")?;
        }
        let verb = if self.dry_run { "would be " } else { "" };
        writeln!(
            f,
            "{} files: {} {verb}created, {} {verb}updated, {} {verb}removed, {} unchanged, {} failed",
            self.files,
            self.count(Action::Created),
            self.count(Action::Updated),
            self.count(Action::Removed),
            self.unchanged,
            self.failures.len(),
        )
    }
}

/// Writes the site into a folder.
pub async fn run(ctx: &Ctx, options: Options) -> Result<Report> {
    run_with(ctx, options, &|_, _| ()).await
}

/// The same; `progress` is told how many files of how many are done.
pub async fn run_with(
    ctx: &Ctx,
    options: Options,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Report> {
    let Options { dir, languages, dry_run } = options;
    let mut report = Report { dry_run, ..Report::default() };
    let mut plan = match Box::pin(Plan::open(ctx, Wanted { languages })).await? {
        Ok(plan) => plan,
        Err(problem) => {
            report.failures.push(problem);
            return Ok(report);
        }
    };
    let mut export = Export { ctx, folder: Folder::new(dir), exported: Arc::default(), report };
    if !dry_run {
        export.folder.tidy();
    }
    let mut next = Box::pin(plan.next()).await?;
    while let Some(chunk) = next {
        // While some are written, the next are made.
        let (written, planned) = tokio::join!(Box::pin(export.chunk(chunk)), Box::pin(plan.next()));
        written?;
        next = planned?;
        progress(export.report.files, plan.total());
    }
    if !dry_run {
        export.folder.tidy();
    }
    Ok(export.report)
}

/// What earlier exports wrote of these files that was not what was imported.
async fn exported(
    ctx: &Ctx,
    paths: impl Iterator<Item = &str>,
) -> Result<Arc<HashMap<String, Vec<u8>>>> {
    let rows = exported_file::Entity::find()
        .filter(exported_file::Column::Path.is_in(paths))
        .all(ctx.app().db().read())
        .await?;
    Ok(Arc::new(rows.into_iter().map(|row| (row.path, row.hash)).collect()))
}

struct Export<'a> {
    ctx: &'a Ctx,
    folder: Folder,
    /// Of the files at hand.
    exported: Arc<HashMap<String, Vec<u8>>>,
    report: Report,
}

impl Export<'_> {
    async fn chunk(&mut self, chunk: Chunk) -> Result<()> {
        let Chunk { planned, gone, problems } = chunk;
        self.report.failures.extend(problems);
        let paths = planned.iter().map(|planned| planned.path.as_str());
        let paths = paths.chain(gone.iter().map(|gone| gone.path.as_str()));
        self.exported = exported(self.ctx, paths).await?;
        let folder = self.folder.clone();
        let dry_run = self.report.dry_run;
        let exported = Arc::clone(&self.exported);
        // Bytes in memory are written on all cores, the others one by one.
        let done: Vec<_> = tokio::task::spawn_blocking(move || {
            planned
                .into_par_iter()
                .map(|planned| {
                    let done = put(&folder, &planned, &exported, dry_run);
                    (planned, done)
                })
                .collect()
        })
        .await
        .map_err(Error::internal)?;
        let (mut notes, mut adopted) = (Vec::new(), Vec::new());
        for (planned, done) in done {
            self.report.files += 1;
            let (found, changed) = match done {
                Ok(done) => done,
                Err(problem) => {
                    self.report.failures.push(problem);
                    continue;
                }
            };
            let absent = found == folder::Found::Absent;
            if let (Data::Kept { .. }, false, folder::Found::Absent | folder::Found::Other) =
                (&planned.data, dry_run, found)
                && let Err(problem) =
                    self.folder.write_kept(self.ctx.app().db().read(), &planned).await?
            {
                self.report.failures.push(problem);
                continue;
            }
            // A new file is what its article is measured against from now on; one
            // that was edited stays measured against what was imported.
            if planned.why == Why::New && planned.kind != "file" {
                adopted.extend(planned.as_source(self.ctx));
            } else if (planned.why != Why::Kept || planned.is_elsewhere())
                && self.exported.get(&planned.path) != Some(&planned.hash)
            {
                notes.push(note(self.ctx, &planned));
            }
            if found == folder::Found::Same {
                self.report.unchanged += 1;
                continue;
            }
            if let Some(problem) = changed {
                self.report.warnings.push(problem);
            }
            let action = if absent { Action::Created } else { Action::Updated };
            let fields = match planned.why {
                Why::Edited { fields, .. } => fields,
                Why::Kept | Why::New => Vec::new(),
            };
            self.report.changes.push(Change { file: planned.path, action, fields });
        }
        for gone in gone {
            self.remove(gone);
        }
        if !dry_run {
            remember(self.ctx, notes, adopted).await?;
        }
        Ok(())
    }

    /// Removes the file of an article or term that is gone, if nobody has changed it.
    fn remove(&mut self, gone: Gone) {
        let Gone { path, hash, article_id: _ } = gone;
        let there = match self.folder.hash(&path) {
            Ok(Some(there)) => there,
            Ok(None) => return,
            Err(problem) => {
                self.report.failures.push(problem);
                return;
            }
        };
        if there != hash && self.exported.get(&path) != Some(&there) {
            let message = "what it says is gone, but the file has changed since; remove it by hand \
                           if nobody needs it";
            self.report.warnings.push(Problem::new(message).in_file(&path));
            return;
        }
        if !self.report.dry_run
            && let Err(problem) = self.folder.remove(&path)
        {
            self.report.failures.push(problem);
            return;
        }
        let action = Action::Removed;
        self.report.changes.push(Change { file: path, action, fields: Vec::new() });
    }
}

/// Says that somebody has changed a file which the export replaces.
fn changed(
    folder: &Folder,
    planned: &Planned,
    exported: &HashMap<String, Vec<u8>>,
) -> Option<Problem> {
    let there = folder.hash(&planned.path).ok()??;
    let known = there == planned.hash
        || exported.get(&planned.path) == Some(&there)
        || planned.from.as_ref().is_some_and(|(_, hash)| *hash == there);
    (!known).then(|| {
        let message = "had been changed since it was imported or exported, and is replaced; \
                       import before you export, or look into Git for what it said";
        Problem::new(message).in_file(&planned.path)
    })
}

/// Writes what is in memory; says what was there, and whether somebody may miss it.
fn put(
    folder: &Folder,
    planned: &Planned,
    exported: &HashMap<String, Vec<u8>>,
    dry_run: bool,
) -> std::result::Result<(folder::Found, Option<Problem>), Problem> {
    let found = match folder.look(planned)? {
        folder::Found::Absent => folder::Found::Absent,
        _ if planned.only_if_absent => folder::Found::Same,
        found => found,
    };
    let other = found == folder::Found::Other;
    let changed = other.then(|| changed(folder, planned, exported)).flatten();
    if dry_run {
        return Ok((found, changed));
    }
    match (&planned.data, found) {
        (_, folder::Found::Same) => {}
        (_, folder::Found::OtherMode) => folder.set_mode(planned)?,
        (Data::Bytes(bytes), _) => folder.write(planned, bytes)?,
        (Data::Kept { .. }, _) => {}
    }
    Ok((found, changed))
}

fn note(ctx: &Ctx, planned: &Planned) -> exported_file::Model {
    exported_file::Model {
        path: planned.path.clone(),
        hash: planned.hash.clone(),
        article_id: planned.article.map(|article| article.id),
        article_version: planned.article.map(|article| article.version),
        exported_at: ctx.now(),
    }
}

/// Notes what was written. Of what anybody reads, nothing changes but which articles
/// texts may link to by their files, so nothing else is announced.
async fn remember(
    ctx: &Ctx,
    notes: Vec<exported_file::Model>,
    adopted: Vec<source_file::Model>,
) -> Result<()> {
    use exported_file::Column;
    if notes.is_empty() && adopted.is_empty() {
        return Ok(());
    }
    if !adopted.is_empty() {
        let mut write = Write::begin(ctx).await?;
        write.record(settings::pages_moved(adopted.iter().map(|row| Some(row.path.as_str()))));
        settings::put_files(&write, adopted).await?;
        write.commit().await?;
    }
    if notes.is_empty() {
        return Ok(());
    }
    let txn = ctx.app().db().begin().await?;
    let rows = notes.into_iter().map(|row| row.into_active_model().reset_all());
    exported_file::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::column(Column::Path)
                .update_columns(Column::iter().filter(|column| !matches!(column, Column::Path)))
                .to_owned(),
        )
        .exec_without_returning(&txn)
        .await?;
    txn.commit().await?;
    Ok(())
}
