//! What editors do to articles. Each operation is one transaction: authorize,
//! validate, write, append the event.
//!
//! A save makes a revision and a new version and touches the working copy alone.
//! Publishing projects the working revision into the published view.

use chrono::{DateTime, FixedOffset};
use entity::{Timestamp, View, article, article_copy, body, revision};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::check::{file_name, find_free_path, is_taken, refuse_taken, validate};
use super::content::Content;
use super::history::{self, Stored};
use super::lock::lock;
use super::projection::{self, BodyFacts, Identity, Release};
use super::rendering;
use super::stale::{self, Conflict, Merged, Stale};
use super::store;
use super::terms::{self, Named};
use super::translation;
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::policy::{self, Action, Subject};
use crate::redirect::store as redirects;
use crate::render;
use crate::site::Frame;

/// How often an address that was made up here is made up again.
const RACES: usize = 8;

/// A new article, as a mutation describes it.
#[derive(Clone)]
pub struct NewArticle {
    pub language: Option<String>,
    pub content: Content,
    pub body: String,
    pub terms: Named,
}

/// What a save did.
pub enum Saved {
    /// The article's id; read it to see it. With what was merged, if others had
    /// saved since the version that the caller saw.
    Done(Uuid, Option<Merged>),
    /// Nothing: what others saved meanwhile disagrees.
    Conflict(Conflict),
}

/// One change of an article's content.
pub type Change = Box<dyn FnOnce(&mut Content) + Send>;

/// What a save changes.
#[derive(Default)]
pub struct Changes {
    /// New values by name, for the report of a conflict.
    pub given: Map<String, Value>,
    pub apply: Vec<Change>,
    pub body: Option<String>,
    pub terms: Named,
    pub message: Option<String>,
    pub autosave: bool,
}

/// What a save says of itself.
#[derive(Default)]
pub(super) struct Note<'a> {
    pub message: Option<String>,
    pub autosave: bool,
    pub merged_from: Option<i32>,
    /// The working revision until now.
    pub before: Option<&'a Stored>,
}

pub async fn create(ctx: &Ctx, new: NewArticle) -> Result<Uuid> {
    policy::check(ctx.actor(), Action::CreateArticle, Subject::default())?;
    let chosen = new.content.slug.is_some() || new.content.url.is_some();
    for _ in 0..RACES {
        match create_once(ctx, new.clone()).await {
            // Somebody took the address that was free when it was made up here.
            Err(error) if !chosen && is_taken(&error) => {}
            done => return done,
        }
    }
    create_once(ctx, new).await
}

async fn create_once(ctx: &Ctx, new: NewArticle) -> Result<Uuid> {
    let NewArticle { language, mut content, body, terms } = new;
    let mut write = Write::begin(ctx).await?;
    let frame = write.frame().await?;
    let language = match frame.resolve(language.as_deref()) {
        Ok(language) => language,
        Err(error) => {
            return Err(Error::invalid(
                "input.language",
                UserErrorCode::Invalid,
                error.to_string(),
            ));
        }
    };
    validate(&content, None)?;
    terms::set(&mut write, &frame, &mut content, terms, &Content::default()).await?;
    let id = ctx.new_id();
    if content.name.is_empty() {
        content.name = file_name(&frame, &content, id);
    }
    find_free_path(&write, &frame, language, &mut content, id).await?;
    if content.translation_key.is_empty() {
        let logical = [content.directory.as_str(), content.name.as_str()].join("/");
        logical.trim_matches('/').clone_into(&mut content.translation_key);
    }
    let head = insert_head(&write, id, &language.row.tag).await?;
    let body_id = insert_body(&write, &frame, &head, &content, body).await?;
    save(&mut write, &frame, head, content, body_id, Note::default(), "article.created").await?;
    write.commit().await?;
    Ok(id)
}

/// Makes the identity of a new article, before its first save.
pub(super) async fn insert_head(
    write: &Write<'_>,
    id: Uuid,
    language: &str,
) -> Result<article::Model> {
    let head = article::Model {
        id,
        language: language.to_owned(),
        owner_id: write.ctx().actor().user_id(),
        version: 0,
        revision_id: Uuid::nil(),
        text_version: 1,
        created_at: write.ctx().now(),
        trashed_at: None,
        archived_at: None,
        review: None,
        review_version: None,
        reviewer_id: None,
        reviewed_at: None,
    };
    head.clone().into_active_model().reset_all().insert(write.txn()).await?;
    Ok(head)
}

/// Saves the working copy, together with what others saved since the version
/// that the caller saw.
pub async fn update(ctx: &Ctx, id: Uuid, expected_version: i32, changes: Changes) -> Result<Saved> {
    let mut write = Write::begin(ctx).await?;
    let head = lock(&write, id, Action::EditArticle).await?;
    let frame = write.frame().await?;
    let now = working(&write, &head).await?;
    if expected_version > head.version {
        return Err(Error::invalid(
            "expectedVersion",
            UserErrorCode::Invalid,
            format!("the article is at version {}", head.version),
        ));
    }
    let (message, autosave) = (changes.message.clone(), changes.autosave);
    let (mut content, body, merged) = if head.version == expected_version {
        let mut content = now.content.clone();
        for change in changes.apply {
            change(&mut content);
        }
        terms::set(&mut write, &frame, &mut content, changes.terms, &now.content).await?;
        (content, changes.body, None)
    } else {
        match stale::merge(&mut write, &frame, &head, &now, expected_version, changes).await? {
            Stale::Conflict(conflict) => return Ok(Saved::Conflict(conflict)),
            Stale::Merged { content, body, merged } => (*content, Some(body), Some(merged)),
        }
    };
    validate(&content, Some(&now.content))?;
    let language = frame.language_of(&head.language);
    if projection::made_path(&frame, language, &content)
        != projection::made_path(&frame, language, &now.content)
    {
        content.address = None;
    }
    refuse_taken(&write, &projection::path(&frame, language, &content), id).await?;
    let body_id =
        keep_or_insert_body(&write, &frame, &head, &content, now.row.body_id, body).await?;
    let note = Note {
        message,
        autosave,
        merged_from: merged.as_ref().map(|merged| merged.from_version),
        before: Some(&now),
    };
    save(&mut write, &frame, head, content, body_id, note, "article.saved").await?;
    write.commit().await?;
    Ok(Saved::Done(id, merged))
}

/// Makes the content of an earlier revision the working copy, as a new save.
pub async fn restore_revision(ctx: &Ctx, id: Uuid, revision_id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    let head = lock(&write, id, Action::EditArticle).await?;
    let old = revision::Entity::find_by_id(revision_id)
        .filter(revision::Column::ArticleId.eq(id))
        // It is not pruned while its body becomes that of another.
        .lock_shared()
        .one(write.txn())
        .await?
        .ok_or_else(history::no_such_revision)?;
    let frame = write.frame().await?;
    let now = working(&write, &head).await?;
    let mut content: Content = serde_json::from_value(old.content.0)?;
    crate::taxonomy::keep_existing(&write, &mut content.terms).await?;
    let language = frame.language_of(&head.language);
    refuse_taken(&write, &projection::path(&frame, language, &content), id).await?;
    let message = Some(format!("Restored version {}", old.version));
    let note = Note { message, before: Some(&now), ..Note::default() };
    save(&mut write, &frame, head, content, old.body_id, note, "article.saved").await?;
    write.commit().await?;
    Ok(id)
}

/// Shows the working copy to the public, now or from `at` on.
pub async fn publish(ctx: &Ctx, id: Uuid, at: Option<DateTime<FixedOffset>>) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    publish_in(&mut write, id, at).await?;
    write.commit().await?;
    Ok(id)
}

pub async fn publish_in(
    write: &mut Write<'_>,
    id: Uuid,
    at: Option<DateTime<FixedOffset>>,
) -> Result<()> {
    let ctx = write.ctx();
    let head = lock(write, id, Action::PublishArticle).await?;
    let frame = write.frame().await?;
    let Stored { row, content } = working(write, &head).await?;
    let before = store::copy(write, View::Published, id).await?;
    let live_since = before
        .as_ref()
        .map(|copy| (Release::of(copy).from, copy.visible_until))
        .filter(|(from, until)| *from <= ctx.now() && *until > ctx.now())
        .map(|(from, _)| from);
    let from = match (at.map(Timestamp::from), live_since) {
        (Some(at), Some(_)) if at > ctx.now() => {
            return Err(Error::invalid(
                "at",
                UserErrorCode::WrongState,
                "the article is live: publish the new version now, or unpublish it first to schedule it",
            ));
        }
        (Some(at), _) => at,
        // What is live stays published since when it was.
        (None, Some(since)) => since,
        (None, None) => ctx.now(),
    };
    let until = content.expire_at.map(Timestamp::from);
    if until.is_some_and(|until| until <= from) {
        return Err(Error::invalid(
            "at",
            UserErrorCode::WrongState,
            "the article would expire before it is published: change its expiry first",
        ));
    }
    let release = Release { from, until };
    let language = frame.language_of(&head.language);
    refuse_taken(write, &projection::path(&frame, language, &content), id).await?;
    let facts = facts(write, row.body_id).await?;
    let projection = projection::make(
        write,
        &frame,
        View::Published,
        identity(&head),
        &content,
        &facts,
        Some(release),
    );
    let path = projection.copy.path.clone();
    let before = before.map(|before| before.path);
    let redirects = redirects::to_article(write, &content, before, &path, &head);
    store::put(write, vec![projection]).await?;
    store::mark_released(write, id, Some(release)).await?;
    redirects::put(write, redirects).await?;
    redirects::forget(write, std::slice::from_ref(&path)).await?;
    let kind = if from > ctx.now() { "article.scheduled" } else { "article.published" };
    write.record(Event {
        language: Some(head.language),
        data: json!({ "path": path }),
        ..Event::of(kind, id, head.version)
    });
    Ok(())
}

pub(super) async fn working(write: &Write<'_>, head: &article::Model) -> Result<Stored> {
    let revision = revision::Entity::find_by_id(head.revision_id)
        .one(write.txn())
        .await?
        .ok_or_else(|| Error::internal("the working revision is missing"))?;
    Stored::of(revision)
}

pub(super) async fn facts(write: &Write<'_>, id: Uuid) -> Result<BodyFacts> {
    let (summary, word_count, reading_time, is_divided) = body::Entity::find_by_id(id)
        .select_only()
        .columns([body::Column::Summary, body::Column::WordCount, body::Column::ReadingTime])
        .column_as(body::Column::Markdown.contains(render::DIVIDER), "is_divided")
        .into_tuple()
        .one(write.txn())
        .await?
        .ok_or_else(|| Error::internal("a body is missing"))?;
    Ok(BodyFacts { id, summary, word_count, reading_time, is_divided })
}

/// A row that is not stored yet, of a body and what is rendered from it. `file`: where
/// it stood in a Hugo site.
pub fn body_row(
    id: Uuid,
    markdown: String,
    options: render::Options,
    file: Option<&str>,
) -> Result<body::Model> {
    let rendered = render::render(&markdown, &options);
    let links = render::links::find(&rendered.html, file);
    Ok(body::Model {
        mode: options.to_bits(),
        renderer: render::VERSION,
        links: entity::Json::of(&links)?,
        id,
        html: rendered.html,
        headings: entity::Json::of(&rendered.headings)?,
        summary: rendered.summary,
        word_count: i32::try_from(rendered.word_count).unwrap_or(i32::MAX),
        reading_time: i32::try_from(rendered.reading_time_minutes).unwrap_or(i32::MAX),
        markdown,
    })
}

#[must_use]
pub fn identity(head: &article::Model) -> Identity<'_> {
    Identity {
        article_id: head.id,
        revision_id: head.revision_id,
        owner_id: head.owner_id,
        version: head.version,
        language: &head.language,
        created_at: head.created_at,
    }
}

/// How a body of an article is rendered.
fn options(frame: &Frame, head: &article::Model, content: &Content) -> render::Options {
    content.rendering(frame.language_of(&head.language), false)
}

/// Renders and stores a new body.
pub(super) async fn insert_body(
    write: &Write<'_>,
    frame: &Frame,
    head: &article::Model,
    content: &Content,
    markdown: String,
) -> Result<Uuid> {
    put_body(write, head, options(frame, head, content), markdown).await
}

async fn put_body(
    write: &Write<'_>,
    head: &article::Model,
    options: render::Options,
    markdown: String,
) -> Result<Uuid> {
    // Links to files start at the article's own: `[a](b.md)`, `![c](d.png)`, `src=e.png`.
    let file = if markdown.contains('.') || markdown.contains("ref ") {
        rendering::file_of(write, head.id).await?
    } else {
        None
    };
    let body = body_row(write.ctx().new_id(), markdown, options, file.as_deref())?;
    let id = body.id;
    body::Entity::insert(body.into_active_model().reset_all())
        .exec_without_returning(write.txn())
        .await?;
    Ok(id)
}

/// The body as it is where the text is the same and rendered the same way, else a
/// new one.
async fn keep_or_insert_body(
    write: &Write<'_>,
    frame: &Frame,
    head: &article::Model,
    content: &Content,
    now: Uuid,
    markdown: Option<String>,
) -> Result<Uuid> {
    let mode = rendering::mode(write, now).await?;
    let before = render::Options::from_bits(mode);
    let options = render::Options { html: before.html, ..options(frame, head, content) };
    let markdown = match markdown {
        None if before == options => return Ok(now),
        given => {
            let old = history::text(write, now).await?;
            if before == options && old == given {
                return Ok(now);
            }
            given.or(old).ok_or_else(|| Error::internal("a body is missing"))?
        }
    };
    put_body(write, head, options, markdown).await
}

/// Keeps a save: a revision, and the head that it moves. `text_version` is the
/// version that last changed what a translator translates. Answers with what is
/// published.
pub(super) async fn revise(
    write: &Write<'_>,
    head: &mut article::Model,
    content: &Content,
    body_id: Uuid,
    note: Note<'_>,
    text_version: i32,
) -> Result<Option<article_copy::Model>> {
    policy::check_place(write.ctx().actor(), &head.language, &content.section())?;
    let Note { message, autosave, merged_from, before } = note;
    let published = store::copy(write, View::Published, head.id).await?;
    let changes = match before {
        Some(before) => {
            let shown = published.as_ref().map(|copy| copy.revision_id);
            Some(history::follow(write, before, shown, autosave, content, body_id).await?)
        }
        None => None,
    };
    head.version += 1;
    head.revision_id = write.ctx().new_id();
    head.text_version = text_version;
    let revision = revision::Model {
        id: head.revision_id,
        article_id: head.id,
        version: head.version,
        created_at: write.ctx().now(),
        author_id: write.ctx().actor().user_id(),
        message,
        content: entity::Json::of(content)?,
        body_id,
        name: None,
        changes: changes.map(|changes| json!(changes).into()),
        merged_from,
        autosave,
        folded: false,
    };
    revision::Entity::insert(revision.into_active_model().reset_all())
        .exec_without_returning(write.txn())
        .await?;
    let mut change = head.clone().into_active_model();
    change.version = Set(head.version);
    change.revision_id = Set(head.revision_id);
    change.text_version = Set(head.text_version);
    change.update(write.txn()).await?;
    Ok(published)
}

pub(super) async fn save(
    write: &mut Write<'_>,
    frame: &Frame,
    mut head: article::Model,
    content: Content,
    body_id: Uuid,
    note: Note<'_>,
    event: &'static str,
) -> Result<()> {
    let text_version = translation::follow(write, &head, &content, body_id).await?;
    let published = revise(write, &mut head, &content, body_id, note, text_version).await?;
    let release = published.as_ref().map(Release::of);
    let facts = facts(write, body_id).await?;
    let projection =
        projection::make(write, frame, View::Working, identity(&head), &content, &facts, release);
    let path = projection.copy.path.clone();
    store::put(write, vec![projection]).await?;
    write.record(Event {
        language: Some(head.language.clone()),
        data: json!({ "path": path }),
        ..Event::of(event, head.id, head.version)
    });
    Ok(())
}
