//! The rows that a chunk of imported documents becomes.
//!
//! Rows are collected first and inserted many at a time: an import is as fast
//! as the database takes rows, not as fast as it answers statements.

use std::collections::HashSet;

use entity::{View, article, body, redirect, revision, source_file};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use super::convert::Draft;
use super::settings;
use crate::article::store::{self, BodyFacts, Projection, Release};
use crate::article::translation;
use crate::article::write::identity;
use crate::error::Result;
use crate::event::{Event, Write};
use crate::site::Frame;

/// A document ready to be written.
pub struct Ready {
    /// Where it lies.
    pub found: std::path::PathBuf,
    pub file: source_file::Model,
    pub draft: Draft,
    pub body: body::Model,
}

/// An article that a document was imported as before.
pub struct Before {
    pub head: article::Model,
    /// The address at which the public sees it.
    pub path: Option<String>,
}

#[derive(Default)]
pub struct Rows {
    new: Vec<article::Model>,
    changed: Vec<article::Model>,
    bodies: Vec<body::Model>,
    revisions: Vec<revision::Model>,
    projections: Vec<Projection>,
    files: Vec<source_file::Model>,
    redirects: Vec<redirect::Model>,
    /// Addresses at which something lives now.
    paths: Vec<String>,
    /// Articles that are drafts now.
    withdrawn: Vec<Uuid>,
}

impl Rows {
    /// Adds a document, as a new article or as a new version of one.
    pub fn add(
        &mut self,
        write: &mut Write<'_>,
        frame: &Frame,
        ready: Ready,
        before: Option<&Before>,
    ) -> Result<()> {
        let Ready { found: _, mut file, draft, body } = ready;
        let Draft { content, terms: _, release, path } = draft;
        let old = before.map(|before| &before.head);
        let head = article::Model {
            id: old.map_or_else(|| write.ctx().new_id(), |old| old.id),
            language: file.language.clone(),
            owner_id: old.and_then(|old| old.owner_id),
            version: old.map_or(0, |old| old.version) + 1,
            revision_id: write.ctx().new_id(),
            text_version: old.map_or(0, |old| old.version) + 1,
            created_at: old.map_or(write.ctx().now(), |old| old.created_at),
            trashed_at: None,
            archived_at: None,
            review: None,
            review_version: None,
            reviewer_id: None,
            reviewed_at: None,
        };
        let facts = BodyFacts {
            id: body.id,
            summary: body.summary.clone(),
            word_count: body.word_count,
            reading_time: body.reading_time,
        };
        let mut project = |view| {
            let identity = identity(&head);
            self.projections
                .push(store::project(write, frame, view, identity, &content, &facts, release));
        };
        project(View::Working);
        if release.is_some() {
            project(View::Published);
            let left = before.and_then(|before| before.path.clone());
            self.redirects.extend(store::redirects_to(write, &content, left, &path, &head));
            self.paths.push(path.clone());
        } else if before.is_some() {
            self.withdrawn.push(head.id);
        }
        self.revisions.push(revision::Model {
            id: head.revision_id,
            article_id: head.id,
            version: head.version,
            created_at: write.ctx().now(),
            author_id: None,
            message: Some(format!("Imported from {}", file.path)),
            content: entity::Json::of(&content)?,
            body_id: body.id,
            name: None,
            changes: None,
            merged_from: None,
            autosave: false,
            folded: false,
        });
        self.bodies.push(body);
        "article".clone_into(&mut file.kind);
        file.article_id = Some(head.id);
        file.article_version = Some(head.version);
        self.files.push(file);
        record(write, &head, release, &path);
        if before.is_some() {
            self.changed.push(head);
        } else {
            self.new.push(head);
        }
        Ok(())
    }

    /// Writes everything that was added.
    pub async fn insert(self, write: &Write<'_>, frame: &Frame) -> Result<()> {
        let Self {
            new,
            changed,
            bodies,
            revisions,
            projections,
            files,
            mut redirects,
            paths,
            withdrawn,
        } = self;
        let keys = projections.iter().map(|projection| projection.copy.translation_key.clone());
        let keys: HashSet<_> = keys.collect();
        let mut trashed = Vec::new();
        // A file that was moved is not known by its old name any more.
        settings::forget_files_of(write, &changed).await?;
        for head in changed {
            trashed.push(head.id);
            head.into_active_model().reset_all().update(write.txn()).await?;
        }
        write.insert_all(new).await?;
        write.insert_all(bodies).await?;
        write.insert_all(revisions).await?;
        store::remove(write, View::Trash, &trashed).await?;
        store::remove(write, View::Published, &withdrawn).await?;
        store::put(write, projections).await?;
        translation::after_import(write, frame, keys.into_iter().collect()).await?;
        unique_by_path(&mut redirects);
        store::redirect(write, redirects).await?;
        store::drop_redirects(write, &paths).await?;
        settings::put_files(write, files).await
    }
}

fn record(write: &mut Write<'_>, head: &article::Model, release: Option<Release>, path: &str) {
    let event = |kind| Event {
        language: Some(head.language.clone()),
        data: json!({ "path": path, "import": true }),
        ..Event::of(kind, head.id, head.version)
    };
    write.record(event(if head.version == 1 { "article.created" } else { "article.saved" }));
    if let Some(release) = release {
        let later = release.from > write.ctx().now();
        write.record(event(if later { "article.scheduled" } else { "article.published" }));
    }
}

/// Two pages may claim the same alias; as in Hugo, the last one has it.
fn unique_by_path(redirects: &mut Vec<redirect::Model>) {
    let mut seen = HashSet::new();
    redirects.reverse();
    redirects.retain(|redirect| seen.insert(redirect.path.clone()));
}
