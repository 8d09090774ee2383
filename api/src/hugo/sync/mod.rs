//! `broadsheet sync hugo`: a folder and the database, each with what the other
//! has changed.
//!
//! The base is the file as it was at the last sync, which `source_file` holds,
//! and the version of its article that it was.
//!
//! | in the folder | here | what happens |
//! |---|---|---|
//! | changed or new | as it was | it comes in, as an import does |
//! | as it was | changed or new | it goes out, as an export writes it |
//! | changed | changed | they are merged, as saves are, and the result goes out ([`beside`]) |
//! | changed | changed, and they disagree | neither is touched, and it is said until they agree |
//! | renamed | | its article follows, and keeps its id |
//! | | section changed | its file moves to the section's folder; the name of a file never changes by itself |
//! | gone | as it was | its article goes to the trash |
//! | as it was | in the trash or archive | its file is removed, and comes back as it was with the article |
//! | gone | changed | neither is touched, and it is said |
//! | changed | in the trash | the same |
//!
//! A folder with nothing in it is filled, and nothing in it counts as deleted. A
//! database knows one folder: what is missing from another counts as deleted.
//! Sections and terms have their texts from their files: with one that is deleted
//! go its texts and its places in menus, and not the articles below it.
//!
//! **Invariants.** What has not changed is not touched. Files are written beside
//! their place and moved there; the database notes them afterwards, so that a
//! run which was interrupted anywhere is completed by the next. Many deletions
//! at once ask first, and then nothing at all is done.

pub mod beside;
mod disk;
pub mod git;
mod lists;
mod look;
mod out;
mod renames;
mod report;
mod rows;
pub mod watch;

use std::collections::HashSet;
use std::path::PathBuf;

use self::beside::Beside;
use self::git::{Commits, Repository};
use self::look::{Both, Here, Look, There};
use self::out::Out;
use self::renames::Side;
pub use self::report::{Action, Change, Report};
use crate::article::away;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::hugo::config_file::is_configuration;
use crate::hugo::export::{Folder, site};
use crate::hugo::problem::Problem;
use crate::hugo::{config, import};

/// So many deletions never ask.
const FEW: usize = 5;
/// Percent of the files of a site that may be deleted without asking.
pub const SHARE: u8 = 10;

/// Which folder, and how.
#[derive(Debug, Clone)]
pub struct Options {
    pub dir: PathBuf,
    /// Commit what went out.
    pub git: Option<Commits>,
    /// Delete as much as there is to delete.
    pub yes: bool,
    /// Percent of the site that may be deleted without `yes`.
    pub share: u8,
    /// Say what would happen, and write nothing.
    pub dry_run: bool,
}

impl Options {
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), git: None, yes: false, share: SHARE, dry_run: false }
    }
}

/// Brings both sides together, once.
pub async fn run(ctx: &Ctx, options: &Options) -> Result<Report> {
    let mut report = Report { dry_run: options.dry_run, ..Report::default() };
    let git = match options.git.map(|_| Repository::open(&options.dir)).transpose() {
        Ok(git) => git,
        Err(problem) => {
            report.failures.push(problem);
            return Ok(report);
        }
    };
    let look = match Box::pin(look::look(ctx, &options.dir)).await? {
        Ok(look) => look,
        Err(problem) => {
            report.failures.push(problem);
            return Ok(report);
        }
    };
    let mut sync = Sync { ctx, options, git: git.as_ref(), look, report };
    Box::pin(sync.run()).await?;
    Ok(sync.report)
}

struct Sync<'a> {
    ctx: &'a Ctx,
    options: &'a Options,
    git: Option<&'a Repository>,
    look: Look,
    report: Report,
}

impl Sync<'_> {
    async fn run(&mut self) -> Result<()> {
        self.report.failures.append(&mut self.look.disk.problems);
        let renamed = self.renamed().await?;
        let (trash, forget) = self.deleted(&renamed);
        if let Some(refused) = self.asks(trash.len() + forget.len()) {
            self.report.refused = Some(refused);
            return Ok(());
        }
        let skip = self.conflicts(&renamed);
        if self.options.dry_run {
            self.foresee(&renamed, &trash, &forget, &skip);
            return Ok(());
        }
        // What is left of a run that was interrupted.
        let folder = Folder::new(self.options.dir.clone());
        folder.tidy();
        let mut fresh = true;
        for (from, to) in &renamed {
            rows::rename(self.ctx, from, to).await?;
            self.report.note(to, Action::Renamed, Some(from.clone()));
            fresh = false;
        }
        fresh &= !self.read(&renamed, skip).await?;
        for path in trash {
            let Some(both) = self.look.files.get(&path) else { continue };
            if let Some(id) = both.article_id.filter(|_| both.is_article()) {
                away::trash(self.ctx, id).await?;
                self.report.note(&path, Action::Trashed, None);
            }
            rows::bury(self.ctx, &path, both.article_id).await?;
            fresh = false;
        }
        for path in forget {
            match self.look.files.get(&path).map(|both| both.kind.as_str()) {
                Some("section" | "term") => lists::forget(self.ctx, &path).await?,
                _ => rows::forget(self.ctx, &path).await?,
            }
            self.report.note(&path, Action::Forgotten, None);
            fresh = false;
        }
        if !fresh {
            // What came in may have to go out again, merged.
            self.look = match look::look(self.ctx, &self.options.dir).await? {
                Ok(look) => look,
                Err(problem) => {
                    self.report.failures.push(problem);
                    return Ok(());
                }
            };
        }
        for problem in std::mem::take(&mut self.look.problems) {
            if !self.report.failures.contains(&problem) {
                self.report.failures.push(problem);
            }
        }
        if self.look.disk.is_empty {
            self.fill().await?;
        }
        if self.has_to_go_out() {
            let (ctx, git, look) = (self.ctx, self.git, &self.look);
            Out { ctx, folder: folder.clone(), git, look, report: &mut self.report }.run().await?;
            folder.tidy();
            self.reconfigure().await?;
        }
        if let (Some(git), Some(commits)) = (self.git, self.options.git) {
            match git.commit(commits) {
                Ok(made) => self.report.commits = made,
                Err(problem) => self.report.failures.push(problem),
            }
        }
        Ok(())
    }

    /// The configuration that went out is the one that is known from now on: what
    /// is changed in it later is told from what was arranged here.
    async fn reconfigure(&mut self) -> Result<()> {
        let written =
            |change: &Change| change.action == Action::Written && is_configuration(&change.file);
        if !self.report.changes.iter().any(written) {
            return Ok(());
        }
        let outline = site::Outline::load(self.ctx).await?;
        let language = outline.language().map(str::to_owned);
        let (dir, given) = (self.options.dir.clone(), language.clone());
        let read = tokio::task::spawn_blocking(move || config::load(&dir, given.as_deref()))
            .await
            .map_err(Error::internal)?;
        match read {
            Ok(config) => import::configure(self.ctx, &config, language).await.map(drop),
            Err(problem) => {
                self.report.failures.push(problem);
                Ok(())
            }
        }
    }

    /// Notes what is to be made in a folder that has nothing, so that a run
    /// which is interrupted meanwhile is not taken for one that deleted it.
    async fn fill(&mut self) -> Result<()> {
        let mut made = Vec::new();
        for (path, both) in &mut self.look.files {
            if both.here != Here::Gone && !both.buried {
                both.buried = true;
                made.push((path.clone(), both.article_id));
            }
        }
        rows::bury_all(self.ctx, made).await
    }

    fn has_to_go_out(&self) -> bool {
        let open = |both: &Both| {
            both.here != Here::Same
                || both.there == There::Agrees
                || both.there == There::Gone
                || both.buried
        };
        !self.look.made.is_empty() || self.look.files.values().any(open)
    }

    /// Files that lie elsewhere: from where, and where.
    async fn renamed(&self) -> Result<Vec<(String, String)>> {
        let gone: Vec<&String> = self
            .look
            .files
            .iter()
            .filter(|(_, both)| {
                both.is_article()
                    && both.there == There::Gone
                    && !both.buried
                    && both.here != Here::Gone
            })
            .map(|(path, _)| path)
            .collect();
        if gone.is_empty() || self.look.disk.is_empty || self.look.new.is_empty() {
            return Ok(Vec::new());
        }
        let mut before = Vec::with_capacity(gone.len());
        for path in gone {
            let bytes = site::files(self.ctx, std::slice::from_ref(path)).await?;
            let hash = self.look.files.get(path).map(|both| both.hash.clone());
            before.push(Side {
                path: path.clone(),
                hash: hash.unwrap_or_default(),
                bytes: bytes.into_iter().next().unwrap_or_default(),
            });
        }
        let new: Vec<(String, Vec<u8>)> = self
            .look
            .new
            .iter()
            .filter_map(|path| Some((path.clone(), self.look.disk.files.get(path)?.clone())))
            .collect();
        let dir = self.options.dir.clone();
        tokio::task::spawn_blocking(move || {
            let now: Vec<Side> = new
                .into_iter()
                .map(|(path, hash)| {
                    let bytes = std::fs::read(disk::file(&dir, &path)).unwrap_or_default();
                    Side { path, hash, bytes }
                })
                .collect();
            let pairs = renames::pair(&before, &now);
            let path = |sides: &[Side], number: usize| {
                sides.get(number).map(|side| side.path.clone()).unwrap_or_default()
            };
            pairs.into_iter().map(|(from, to)| (path(&before, from), path(&now, to))).collect()
        })
        .await
        .map_err(Error::internal)
    }

    /// Files that are gone and were not renamed: those that go with an article,
    /// and all others.
    fn deleted(&self, renamed: &[(String, String)]) -> (Vec<String>, Vec<String>) {
        let (mut trash, mut forget) = (Vec::new(), Vec::new());
        if self.look.disk.is_empty {
            return (trash, forget);
        }
        let gone =
            |both: &Both| both.there == There::Gone && both.here == Here::Same && !both.buried;
        let mut bundles: Vec<&str> = Vec::new();
        for (path, both) in &self.look.files {
            if gone(both) && both.is_article() && !renamed.iter().any(|(from, _)| from == path) {
                trash.push(path.clone());
                let (folder, name) = path.rsplit_once('/').unwrap_or_default();
                if name.starts_with("index.") {
                    bundles.push(folder);
                }
            }
        }
        for (path, both) in &self.look.files {
            if gone(both) && !both.is_article() {
                let below = |folder: &&&str| {
                    path.strip_prefix(**folder).is_some_and(|rest| rest.starts_with('/'))
                };
                let list = if bundles.iter().any(|folder| below(&folder)) {
                    &mut trash
                } else {
                    &mut forget
                };
                list.push(path.clone());
            }
        }
        (trash, forget)
    }

    /// Why nothing is done until somebody says yes.
    fn asks(&self, gone_there: usize) -> Option<String> {
        let files = &self.look.files;
        let gone_here = files
            .values()
            .filter(|both| both.here == Here::Gone && both.there == There::Same)
            .count();
        let many = |count: usize| {
            count >= FEW && count * 100 > files.len() * usize::from(self.options.share)
        };
        let (count, what, how) = if many(gone_there) {
            (
                gone_there,
                "are gone from the folder, and their articles would go to the trash",
                "put them back",
            )
        } else if many(gone_here) {
            (
                gone_here,
                "would be removed from the folder, as their articles were",
                "restore the articles",
            )
        } else {
            return None;
        };
        (!self.options.yes).then(|| {
            format!("{count} of {} files {what}: say --yes if that is meant, or {how}", files.len())
        })
    }

    /// Tells what was changed on both sides and cannot be merged; such files are
    /// not read.
    fn conflicts(&mut self, renamed: &[(String, String)]) -> HashSet<String> {
        let mut skip = HashSet::new();
        for (path, both) in &self.look.files {
            let message = match (&both.here, both.there) {
                _ if renamed.iter().any(|(from, _)| from == path) || self.look.disk.is_empty => {
                    continue;
                }
                (Here::Gone, There::Changed) if !both.buried => {
                    "was changed, and its article is in the trash or the archive; restore the \
                     article to take the change, or remove the file"
                }
                (Here::Changed { .. }, There::Gone) if !both.buried => {
                    "is gone, and its article was edited since; put the article in the trash, or \
                     put the file back"
                }
                (Here::Changed { .. }, There::Changed) if !both.is_article() => {
                    "was changed on both sides; give both the same text"
                }
                _ => continue,
            };
            skip.insert(path.clone());
            self.report.conflicts.push(Problem::new(message).in_file(path));
        }
        // What is to be removed is not read as new.
        skip
    }

    /// Reads what the folder has changed; says whether there was any.
    async fn read(&mut self, renamed: &[(String, String)], skip: HashSet<String>) -> Result<bool> {
        let mut read: Vec<String> = Vec::new();
        for (path, both) in &self.look.files {
            let back = both.buried && both.there != There::Gone && both.here == Here::Gone;
            if back {
                rows::reread(self.ctx, path).await?;
            }
            let changed = both.there == There::Changed || both.unread && both.there != There::Gone;
            if (changed || back) && !skip.contains(path) {
                read.push(path.clone());
            }
        }
        let to: HashSet<&String> = renamed.iter().map(|(_, to)| to).collect();
        read.extend(self.look.new.iter().filter(|path| !to.contains(path)).cloned());
        if read.is_empty() && renamed.is_empty() {
            return Ok(false);
        }
        let mut beside = Beside { skip, ..Beside::default() };
        // The files of articles that are put away are not those of new ones.
        for (path, both) in &self.look.files {
            if both.here == Here::Gone && !both.buried {
                beside.skip.insert(path.clone());
            }
        }
        let options =
            import::Options { dir: self.options.dir.clone(), language: None, dry_run: false };
        let (done, beside) =
            import::run_beside(self.ctx, options, &|_, _| (), Some(beside)).await?;
        let Beside { skip: _, merged, conflicts } = beside;
        let failed: HashSet<&str> =
            done.failures.iter().chain(&conflicts).map(|problem| problem.file.as_str()).collect();
        for path in read {
            if !failed.contains(path.as_str()) {
                let action = if merged.contains(&path) { Action::Merged } else { Action::Read };
                self.report.note(&path, action, None);
            }
        }
        self.report.conflicts.extend(conflicts);
        self.report.failures.extend(done.failures);
        self.report.warnings.extend(done.warnings);
        Ok(true)
    }

    /// Says what would happen; whether changes of both sides agree shows only
    /// when they are merged.
    fn foresee(
        &mut self,
        renamed: &[(String, String)],
        trash: &[String],
        forget: &[String],
        skip: &HashSet<String>,
    ) {
        for (from, to) in renamed {
            self.report.note(to, Action::Renamed, Some(from.clone()));
        }
        let mut reads = Vec::new();
        for (path, both) in &self.look.files {
            let back = both.buried && both.there != There::Gone && both.here == Here::Gone;
            if (both.there == There::Changed || back) && !skip.contains(path) {
                let merges = matches!(both.here, Here::Changed { .. });
                reads.push((path.clone(), if merges { Action::Merged } else { Action::Read }));
            }
        }
        let new = self.look.new.iter().filter(|path| !renamed.iter().any(|(_, to)| to == *path));
        reads.extend(new.map(|path| (path.clone(), Action::Read)));
        for (path, action) in reads {
            self.report.note(&path, action, None);
        }
        for path in trash {
            self.report.note(path, Action::Trashed, None);
        }
        for path in forget {
            self.report.note(path, Action::Forgotten, None);
        }
        self.report.changes.extend(out::foreseen(&self.look));
    }
}
