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
use crate::article::projection::{self, BodyFacts, Projection, Release};
use crate::article::store;
use crate::article::translation;
use crate::article::write::identity;
use crate::error::Result;
use crate::event::{Event, Write};
use crate::redirect::store as redirects;
use crate::render;
use crate::site::Frame;

/// Where a document comes from, as it is remembered beside the article.
pub trait Origin: Sized {
    fn language(&self) -> &str;

    /// What the article's history says of it.
    fn name(&self) -> String;

    /// Notes what it became.
    fn became(&mut self, article: Uuid, version: i32);

    /// Whether an article that was published is taken back when the document is
    /// a draft.
    fn withdraws(&self) -> bool {
        true
    }

    /// Whether it was thrown away where it comes from.
    fn trashed(&self) -> bool {
        false
    }

    /// Forgets by which names these articles were known before.
    fn forget(_: &Write<'_>, _: &[article::Model]) -> impl Future<Output = Result<()>> {
        std::future::ready(Ok(()))
    }

    fn put(write: &Write<'_>, origins: Vec<Self>) -> impl Future<Output = Result<()>>;
}

impl Origin for source_file::Model {
    fn language(&self) -> &str {
        &self.language
    }

    fn name(&self) -> String {
        self.path.clone()
    }

    fn became(&mut self, article: Uuid, version: i32) {
        "article".clone_into(&mut self.kind);
        self.article_id = Some(article);
        self.article_version = Some(version);
    }

    async fn forget(write: &Write<'_>, changed: &[article::Model]) -> Result<()> {
        // A file that was moved is not known by its old name any more.
        settings::forget_files_of(write, changed).await
    }

    async fn put(write: &Write<'_>, files: Vec<Self>) -> Result<()> {
        settings::put_files(write, files).await
    }
}

/// A document ready to be written.
pub struct Ready<O = source_file::Model> {
    /// Where it lies; empty where it is no file.
    pub found: std::path::PathBuf,
    pub file: O,
    pub draft: Draft,
    pub body: body::Model,
}

/// An article that a document was imported as before.
pub struct Before {
    pub head: article::Model,
    /// The address at which the public sees it.
    pub path: Option<String>,
    /// When the public sees it.
    pub released: Option<Release>,
}

pub struct Rows<O = source_file::Model> {
    new: Vec<article::Model>,
    changed: Vec<article::Model>,
    bodies: Vec<body::Model>,
    revisions: Vec<revision::Model>,
    projections: Vec<Projection>,
    files: Vec<O>,
    redirects: Vec<redirect::Model>,
    /// Addresses at which something lives now.
    paths: Vec<String>,
    /// Articles that are drafts now.
    withdrawn: Vec<Uuid>,
    /// Articles that are in the trash now.
    trashed: Vec<Uuid>,
}

impl<O> Default for Rows<O> {
    fn default() -> Self {
        Self {
            new: Vec::new(),
            changed: Vec::new(),
            bodies: Vec::new(),
            revisions: Vec::new(),
            projections: Vec::new(),
            files: Vec::new(),
            redirects: Vec::new(),
            paths: Vec::new(),
            withdrawn: Vec::new(),
            trashed: Vec::new(),
        }
    }
}

impl<O: Origin> Rows<O> {
    /// Adds a document, as a new article or as a new version of one; answers
    /// with the article's id.
    pub fn add(
        &mut self,
        write: &mut Write<'_>,
        frame: &Frame,
        ready: Ready<O>,
        before: Option<&Before>,
    ) -> Result<Uuid> {
        let Ready { found: _, mut file, draft, body } = ready;
        let Draft { content, terms: _, release, path } = draft;
        let old = before.map(|before| &before.head);
        let head = article::Model {
            id: old.map_or_else(|| write.ctx().new_id(), |old| old.id),
            language: file.language().to_owned(),
            owner_id: old.and_then(|old| old.owner_id),
            version: old.map_or(0, |old| old.version) + 1,
            revision_id: write.ctx().new_id(),
            text_version: old.map_or(0, |old| old.version) + 1,
            created_at: old.map_or(write.ctx().now(), |old| old.created_at),
            trashed_at: file.trashed().then(|| write.ctx().now()),
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
            is_divided: body.markdown.contains(render::DIVIDER),
        };
        let withdraws = file.withdraws();
        let stays = before.and_then(|before| before.released).filter(|_| !withdraws);
        let mut project = |view| {
            let (identity, release) = (identity(&head), release.or(stays));
            self.projections
                .push(projection::make(write, frame, view, identity, &content, &facts, release));
        };
        project(if file.trashed() { View::Trash } else { View::Working });
        if release.is_some() {
            project(View::Published);
            let left = before.and_then(|before| before.path.clone());
            self.redirects.extend(redirects::to_article(write, &content, left, &path, &head));
            self.paths.push(path.clone());
        } else if before.is_some() && withdraws {
            self.withdrawn.push(head.id);
        }
        if file.trashed() && before.is_some() {
            self.trashed.push(head.id);
        }
        self.revisions.push(revision::Model {
            id: head.revision_id,
            article_id: head.id,
            version: head.version,
            created_at: write.ctx().now(),
            author_id: None,
            message: Some(format!("Imported from {}", file.name())),
            content: entity::Json::of(&content)?,
            body_id: body.id,
            name: None,
            changes: None,
            merged_from: None,
            autosave: false,
            folded: false,
        });
        self.bodies.push(body);
        file.became(head.id, head.version);
        self.files.push(file);
        record(write, &head, release, &path);
        let id = head.id;
        if before.is_some() {
            self.changed.push(head);
        } else {
            self.new.push(head);
        }
        Ok(id)
    }

    /// Lets an address lead to an article.
    pub fn lead(&mut self, redirect: redirect::Model) {
        self.redirects.push(redirect);
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
            trashed,
        } = self;
        let keys = projections.iter().map(|projection| projection.copy.translation_key.clone());
        let keys: HashSet<_> = keys.collect();
        let mut restored = Vec::new();
        O::forget(write, &changed).await?;
        for head in changed {
            restored.push(head.id);
            head.into_active_model().reset_all().update(write.txn()).await?;
        }
        let articles = write.inserts(new).chain(write.inserts(bodies));
        write.run_all(articles.chain(write.inserts(revisions))).await?;
        store::remove(write, View::Trash, &restored).await?;
        store::remove(write, View::Working, &trashed).await?;
        store::remove(write, View::Published, &withdrawn).await?;
        store::put(write, projections).await?;
        translation::after_import(write, frame, keys.into_iter().collect()).await?;
        unique_by_path(&mut redirects);
        redirects::put(write, redirects).await?;
        redirects::forget(write, &paths).await?;
        O::put(write, files).await
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
