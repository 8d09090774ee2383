//! What goes out: files that the database wants otherwise than they are.
//!
//! Invariants: a file is looked at once more right before it is written, and
//! left alone if it is not what the decision was made on; it is written first
//! and noted afterwards, so that an interrupted run is found out by its bytes.

use std::collections::HashSet;

use entity::{Timestamp, event, revision, source_file, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::git::{Note, Repository};
use super::look::{Here, Look, There};
use super::rows;
use super::{Action, Change, Report};
use crate::article::content::Content;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::hugo::export::{Data, Folder, Plan, Planned, Wanted, Why};
use crate::hugo::problem::Problem;

pub struct Out<'a> {
    pub ctx: &'a Ctx,
    pub folder: Folder,
    pub git: Option<&'a Repository>,
    pub look: &'a Look,
    pub report: &'a mut Report,
}

impl Out<'_> {
    pub async fn run(&mut self) -> Result<()> {
        let mut plan = match Plan::open(self.ctx, Wanted::default()).await? {
            Ok(plan) => plan,
            Err(problem) => {
                self.report.failures.push(problem);
                return Ok(());
            }
        };
        let mut gone = Vec::new();
        let mut moved = HashSet::new();
        while let Some(chunk) = plan.next().await? {
            for planned in chunk.planned {
                if planned.is_elsewhere() {
                    moved.extend(planned.from.as_ref().map(|(path, _)| path.clone()));
                }
                match self.put(planned).await? {
                    Ok(()) => {}
                    Err(problem) => self.report.failures.push(problem),
                }
            }
            gone.extend(chunk.gone);
        }
        for gone in gone {
            if !moved.contains(&gone.path) {
                self.remove(&gone.path).await?;
            }
        }
        Ok(())
    }

    async fn put(&mut self, planned: Planned) -> Result<std::result::Result<(), Problem>> {
        let from = planned.from.as_ref().map(|(path, _)| path.clone());
        let both = from.as_ref().and_then(|from| self.look.files.get(from));
        let there = match self.folder.hash(&planned.path) {
            Ok(there) => there,
            Err(problem) => return Ok(Err(problem)),
        };
        if there.as_ref() == Some(&planned.hash) {
            return self.found(&planned, both.is_some_and(|both| both.buried)).await.map(Ok);
        }
        let may = match (&from, both) {
            // A new article: its place is free.
            (None, _) => there.is_none(),
            (Some(_), None) => false,
            (Some(path), Some(both)) => {
                let back = both.buried || self.look.disk.is_empty;
                match both.there {
                    There::Same | There::Agrees => {
                        // It is still what it was when it was looked at.
                        let now = self.folder.hash(path).ok().flatten();
                        let was = self.look.disk.files.get(path);
                        now.as_ref() == was && (*path == planned.path || there.is_none())
                    }
                    There::Gone => back && there.is_none(),
                    There::Changed => false,
                }
            }
        };
        if !may {
            if from.is_none() {
                let message =
                    "is the place of a new article, and another file is there; rename one of them";
                return Ok(Err(Problem::new(message).in_file(&planned.path)));
            }
            // A conflict, which was told, or somebody is writing: next time.
            return Ok(Ok(()));
        }
        let (action, fields) = match &planned.why {
            _ if planned.is_elsewhere() => (Action::Moved, Vec::new()),
            Why::Edited { fields, .. } => (Action::Written, fields.clone()),
            Why::New | Why::Kept => (Action::Made, Vec::new()),
        };
        let elsewhere = from.clone().filter(|from| *from != planned.path);
        if let Some(git) = self.git {
            let note = self.note(&planned).await?;
            for path in elsewhere.iter().chain([&planned.path]) {
                let note = Note { path: path.clone(), ..note.clone() };
                if let Err(problem) = git.note(&note) {
                    return Ok(Err(problem));
                }
            }
        }
        let written = match &planned.data {
            Data::Bytes(bytes) => self.folder.write(&planned, bytes),
            Data::Kept { .. } => {
                self.folder.write_kept(self.ctx.app().db().read(), &planned).await?
            }
        };
        if let Err(problem) = written {
            return Ok(Err(problem));
        }
        if let Some(from) = &elsewhere
            && let Err(problem) = self.folder.remove(from)
        {
            return Ok(Err(problem));
        }
        self.report.changes.push(Change {
            file: planned.path.clone(),
            action,
            fields,
            from: elsewhere,
        });
        self.found(&planned, both.is_some_and(|both| both.buried)).await.map(Ok)
    }

    /// The file is what it should be: that is the base from now on.
    async fn found(&self, planned: &Planned, buried: bool) -> Result<()> {
        let base = planned.from.as_ref();
        let same = base.is_some_and(|(path, hash)| *path == planned.path && *hash == planned.hash);
        if same {
            return if buried { rows::unbury(self.ctx, &planned.path).await } else { Ok(()) };
        }
        if let (Data::Bytes(bytes), true) = (&planned.data, planned.kind == "file") {
            return rows::adopt_file(self.ctx, planned, bytes).await;
        }
        let from = base.map(|(path, _)| path.as_str());
        let row = match planned.as_source(self.ctx) {
            Some(row) if planned.kind != "file" => Some(row),
            _ => match from {
                Some(from) => {
                    let db = self.ctx.app().db().read();
                    let row = source_file::Entity::find_by_id(from.to_owned()).one(db).await?;
                    row.map(|row| source_file::Model {
                        path: planned.path.clone(),
                        checked_at: None,
                        ..row
                    })
                }
                // The next import keeps it.
                None => None,
            },
        };
        match row {
            Some(row) => rows::adopt(self.ctx, row, from).await,
            None => Ok(()),
        }
    }

    async fn remove(&mut self, path: &str) -> Result<()> {
        let Some(both) = self.look.files.get(path) else { return Ok(()) };
        if both.there == There::Gone {
            if !both.buried {
                rows::bury(self.ctx, path, both.article_id).await?;
            }
            return Ok(());
        }
        let now = self.folder.hash(path).ok().flatten();
        let untouched = both.there == There::Same
            && now.is_some()
            && now.as_ref() == self.look.disk.files.get(path);
        if !untouched || both.here != Here::Gone {
            return Ok(());
        }
        if let Some(git) = self.git {
            let note = self.farewell(path, both.article_id).await?;
            if let Err(problem) = git.note(&note) {
                self.report.failures.push(problem);
                return Ok(());
            }
        }
        if let Err(problem) = self.folder.remove(path) {
            self.report.failures.push(problem);
            return Ok(());
        }
        let file = path.to_owned();
        self.report.changes.push(Change {
            file,
            action: Action::Removed,
            fields: Vec::new(),
            from: None,
        });
        rows::bury(self.ctx, path, both.article_id).await
    }

    /// Who made a version of an article, when, and what they said of it.
    async fn note(&self, planned: &Planned) -> Result<Note> {
        let db = self.ctx.app().db().read();
        let Some(exported) = planned.article else {
            return Ok(nobodys(&planned.path, self.ctx.now(), format!("Update {}", planned.path)));
        };
        let row = revision::Entity::find_by_id(exported.revision_id).one(db).await?;
        let Some(row) = row else {
            return Ok(nobodys(&planned.path, self.ctx.now(), format!("Update {}", planned.path)));
        };
        let content: Content = serde_json::from_value(row.content.0)?;
        let verb = if planned.why == Why::New { "Add" } else { "Update" };
        let message = row.message.filter(|message| !message.trim().is_empty());
        let message = message.unwrap_or_else(|| format!("{verb} {:?}", content.title));
        self.signed(&planned.path, row.author_id, row.created_at, message).await
    }

    /// Who put an article away, and when.
    async fn farewell(&self, path: &str, article_id: Option<Uuid>) -> Result<Note> {
        let message = format!("Remove {path}");
        let Some(id) = article_id else { return Ok(nobodys(path, self.ctx.now(), message)) };
        let last = event::Entity::find()
            .filter(event::Column::EntityId.eq(id))
            .filter(event::Column::Kind.is_in(["article.trashed", "article.archived"]))
            .order_by_desc(event::Column::Id)
            .one(self.ctx.app().db().read())
            .await?;
        match last {
            Some(last) => self.signed(path, last.actor_id, last.at, message).await,
            None => Ok(nobodys(path, self.ctx.now(), message)),
        }
    }

    async fn signed(
        &self,
        path: &str,
        id: Option<Uuid>,
        at: Timestamp,
        message: String,
    ) -> Result<Note> {
        let nobody = nobodys(path, at, message);
        let Some(id) = id else { return Ok(nobody) };
        let person = user::Entity::find_by_id(id).one(self.ctx.app().db().read()).await?;
        Ok(match person {
            Some(person) => {
                // Git's own marks may be in no name.
                let clean = |text: String| text.replace(['<', '>', '\n'], " ").trim().to_owned();
                Note { author: clean(person.name), email: clean(person.email), ..nobody }
            }
            None => nobody,
        })
    }
}

fn nobodys(path: &str, at: Timestamp, message: String) -> Note {
    Note {
        path: path.to_owned(),
        author: "Broadsheet".to_owned(),
        email: "broadsheet@localhost".to_owned(),
        date: at.utc().to_rfc3339(),
        message,
    }
}

/// What would go out, for whoever only wants to know.
pub fn foreseen(look: &Look) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut push = |file: &str, action, fields: &[String], from: Option<&String>| {
        let (file, fields, from) = (file.to_owned(), fields.to_vec(), from.cloned());
        changes.push(Change { file, action, fields, from });
    };
    for (path, both) in &look.files {
        let back = both.there == There::Gone && (both.buried || look.disk.is_empty);
        match (&both.here, both.there) {
            (Here::Changed { to, fields }, There::Same) if to == path => {
                push(to, Action::Written, fields, None);
            }
            (Here::Changed { to, fields }, There::Same) => {
                push(to, Action::Moved, fields, Some(path));
            }
            (Here::Gone, There::Same) => push(path, Action::Removed, &[], None),
            (Here::Same | Here::Changed { .. }, There::Gone) if back => {
                push(path, Action::Made, &[], None);
            }
            _ => {}
        }
    }
    for path in &look.made {
        if !look.disk.files.contains_key(path) {
            push(path, Action::Made, &[], None);
        }
    }
    changes
}
