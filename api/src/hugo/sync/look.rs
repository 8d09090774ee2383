//! Both sides as they are, and what each has changed since the last sync.
//!
//! Invariant: nothing is written here.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use uuid::Uuid;

use super::disk::{self, Disk};
use super::rows;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::hugo::export::site::{self, Row};
use crate::hugo::export::{Plan, Wanted, Why};
use crate::hugo::known::{self, Known};
use crate::hugo::problem::Problem;
use crate::hugo::settings::CONFIGURATION;

/// What the database wants of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Here {
    /// As it was at the last sync.
    Same,
    /// Something else, or elsewhere.
    Changed { to: String, fields: Vec<String> },
    /// No file.
    Gone,
}

/// What the folder has of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum There {
    Same,
    Changed,
    /// It is already what the database wants.
    Agrees,
    Gone,
}

/// One file that was there at the last sync.
#[derive(Debug)]
pub struct Both {
    pub kind: String,
    pub article_id: Option<Uuid>,
    pub hash: Vec<u8>,
    pub here: Here,
    pub there: There,
    /// It went with its article.
    pub buried: bool,
    /// It is to be read again whatever it holds.
    pub unread: bool,
}

/// Everything.
#[derive(Debug, Default)]
pub struct Look {
    pub disk: Disk,
    pub files: BTreeMap<String, Both>,
    /// Files of articles that have none yet.
    pub made: Vec<String>,
    /// Files that were not there at the last sync.
    pub new: Vec<String>,
    pub problems: Vec<Problem>,
}

pub async fn look(ctx: &Ctx, dir: &Path) -> Result<std::result::Result<Look, Problem>> {
    let known = known::load(ctx).await?;
    let rows = site::rows(ctx).await?;
    let language = rows.iter().find(|row| row.path == CONFIGURATION);
    let language = language.map(|row| row.language.clone()).filter(|tag| !tag.is_empty());
    let folder = dir.to_owned();
    let (disk, known) = tokio::task::spawn_blocking(move || {
        (disk::scan(&folder, &known, language.as_deref()), known)
    })
    .await
    .map_err(Error::internal)?;
    let disk = match disk {
        Ok(disk) => disk,
        Err(problem) => return Ok(Err(problem)),
    };
    let buried = rows::buried(ctx).await?;
    let mut look = Look::default();
    let mut wants = Wants::default();
    // A site that is not there yet comes in before anything goes out.
    if !rows.is_empty() || disk.is_empty {
        match wants.read(ctx, &mut look).await? {
            Ok(()) => {}
            Err(problem) => return Ok(Err(problem)),
        }
    }
    for row in rows {
        if row.path != CONFIGURATION {
            let both = wants.both(&row, &disk, known.get(&row.path), &buried);
            look.files.insert(row.path, both);
        }
    }
    let new = disk.files.keys().filter(|path| !look.files.contains_key(*path));
    let made: HashSet<&String> = look.made.iter().collect();
    look.new = new.filter(|path| !made.contains(path)).cloned().collect();
    look.disk = disk;
    Ok(Ok(look))
}

#[derive(Default)]
struct Wants {
    /// Where each file goes, its bytes and what was edited.
    files: HashMap<String, (String, Vec<u8>, Vec<String>)>,
    gone: HashSet<String>,
}

impl Wants {
    async fn read(
        &mut self,
        ctx: &Ctx,
        look: &mut Look,
    ) -> Result<std::result::Result<(), Problem>> {
        let mut plan = match Plan::open(ctx, Wanted::default()).await? {
            Ok(plan) => plan,
            Err(problem) => return Ok(Err(problem)),
        };
        while let Some(chunk) = plan.next().await? {
            look.problems.extend(chunk.problems);
            for planned in chunk.planned {
                let fields = match planned.why {
                    Why::Edited { fields, .. } => fields,
                    Why::Kept | Why::New => Vec::new(),
                };
                match planned.from {
                    Some((from, _)) => {
                        self.files.insert(from, (planned.path, planned.hash, fields));
                    }
                    None => look.made.push(planned.path),
                }
            }
            self.gone.extend(chunk.gone.into_iter().map(|gone| gone.path));
        }
        Ok(Ok(()))
    }

    fn both(
        &self,
        row: &Row,
        disk: &Disk,
        known: Option<&Known>,
        buried: &HashSet<String>,
    ) -> Both {
        let there = disk.files.get(&row.path);
        let wanted = self.files.get(&row.path);
        let here = match wanted {
            Some((to, hash, _)) if *to == row.path && *hash == row.hash => Here::Same,
            Some((to, _, fields)) => Here::Changed { to: to.clone(), fields: fields.clone() },
            None if self.gone.contains(&row.path) => Here::Gone,
            // What is wrong with it is a problem of its own.
            None => Here::Same,
        };
        let there = match there {
            None => There::Gone,
            Some(hash) if known.is_some_and(|known| known.has(hash)) => There::Same,
            Some(hash)
                if wanted.is_some_and(|(to, wanted, _)| *to == row.path && wanted == hash) =>
            {
                There::Agrees
            }
            Some(_) => There::Changed,
        };
        Both {
            kind: row.kind.clone(),
            article_id: row.article_id,
            hash: row.hash.clone(),
            here,
            there,
            buried: buried.contains(&row.path),
            unread: row.hash.is_empty(),
        }
    }
}

impl Both {
    #[must_use]
    pub fn is_article(&self) -> bool {
        self.kind == "article" && self.article_id.is_some()
    }
}
