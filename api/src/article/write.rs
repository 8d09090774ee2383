//! What editors do to articles. Each operation is one transaction: authorize,
//! validate, write, append the event.
//!
//! A save makes a revision and a new version and touches the working copy alone.
//! Publishing projects the working revision into the published view.

use chrono::{DateTime, FixedOffset};
use entity::{Timestamp, View, article, body, revision};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::bulk::Retag;
use super::check::{file_name, find_free_path, is_taken, refuse_taken, validate};
use super::content::Content;
use super::review::ReviewState;
use super::store::{self, BodyFacts, Identity, Release};
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::policy::{self, Action, Step, Subject};
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
    pub tags: Vec<String>,
    pub categories: Vec<String>,
}

/// What a save did.
pub enum Saved {
    /// The article's id; read it to see it.
    Done(Uuid),
    /// Nothing: somebody else saved since the version that the caller saw.
    Conflict(Conflict),
}

/// Both sides of a save that was refused.
pub struct Conflict {
    pub current_version: i32,
    pub fields: Vec<ConflictField>,
}

pub struct ConflictField {
    /// Name of the input's field.
    pub field: String,
    pub mine: Value,
    pub theirs: Value,
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
    pub tags: Option<Vec<String>>,
    pub categories: Option<Vec<String>>,
    pub message: Option<String>,
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
    let NewArticle { language, mut content, body, tags, categories } = new;
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
    validate(&content)?;
    set_terms(&mut write, &frame, &mut content, Some(tags), Some(categories)).await?;
    let id = ctx.new_id();
    if content.name.is_empty() {
        content.name = file_name(&frame, &content, id);
    }
    find_free_path(&write, &frame, language, &mut content, id).await?;
    if content.translation_key.is_empty() {
        let logical = [content.directory.as_str(), content.name.as_str()].join("/");
        logical.trim_matches('/').clone_into(&mut content.translation_key);
    }
    let head = article::Model {
        id,
        language: language.row.tag.clone(),
        owner_id: ctx.actor().user_id(),
        version: 0,
        revision_id: Uuid::nil(),
        created_at: ctx.now(),
        trashed_at: None,
        archived_at: None,
        review: None,
        review_version: None,
        reviewer_id: None,
        reviewed_at: None,
    };
    head.clone().into_active_model().reset_all().insert(write.txn()).await?;
    let body_id = insert_body(&write, &frame, &head, body).await?;
    save(&mut write, &frame, head, content, body_id, None, "article.created").await?;
    write.commit().await?;
    Ok(id)
}

/// Saves the working copy, if it is still the one that the caller saw.
pub async fn update(ctx: &Ctx, id: Uuid, expected_version: i32, changes: Changes) -> Result<Saved> {
    let mut write = Write::begin(ctx).await?;
    let head = lock(&write, id, Action::EditArticle).await?;
    let frame = write.frame().await?;
    let (mut content, body_id) = working(&write, &head).await?;
    let Changes { given, apply, body, tags, categories, message } = changes;
    if head.version != expected_version {
        if expected_version > head.version {
            return Err(Error::invalid(
                "expectedVersion",
                UserErrorCode::Invalid,
                format!("the article is at version {}", head.version),
            ));
        }
        let theirs = readable(&write, &content, body_id).await?;
        let fields = given
            .into_iter()
            .filter_map(|(field, mine)| {
                let theirs = theirs.get(&field).cloned().unwrap_or_default();
                (mine != theirs).then_some(ConflictField { field, mine, theirs })
            })
            .collect();
        return Ok(Saved::Conflict(Conflict { current_version: head.version, fields }));
    }
    let language = frame.language_of(&head.language);
    let made_before = store::made_path(&frame, language, &content);
    for change in apply {
        change(&mut content);
    }
    validate(&content)?;
    if store::made_path(&frame, language, &content) != made_before {
        content.address = None;
    }
    set_terms(&mut write, &frame, &mut content, tags, categories).await?;
    refuse_taken(&write, &store::path(&frame, language, &content), id).await?;
    let body_id = match body {
        Some(markdown) => insert_body(&write, &frame, &head, markdown).await?,
        None => body_id,
    };
    save(&mut write, &frame, head, content, body_id, message, "article.saved").await?;
    write.commit().await?;
    Ok(Saved::Done(id))
}

/// Adds terms to the working copy and takes others away, as a save.
pub async fn retag_in(
    write: &mut Write<'_>,
    id: Uuid,
    tags: &Retag,
    categories: &Retag,
) -> Result<()> {
    use crate::taxonomy::{Taxonomy, ensure_all, existing};
    let head = lock(write, id, Action::EditArticle).await?;
    let frame = write.frame().await?;
    let (mut content, body_id) = working(write, &head).await?;
    let before = content.clone();
    for (taxonomy, Retag { add, remove }) in
        [(Taxonomy::Tags, tags), (Taxonomy::Categories, categories)]
    {
        if add.is_empty() && remove.is_empty() {
            continue;
        }
        let gone = existing(write, &frame, taxonomy, remove).await?;
        let new = ensure_all(write, &frame, taxonomy, add).await?;
        let terms = content.terms.entry(taxonomy.plural().to_owned()).or_default();
        terms.retain(|term| !gone.contains(term));
        terms.extend(new.into_iter().filter(|term| !before_has(&before, taxonomy, *term)));
    }
    if content == before {
        return Ok(());
    }
    save(write, &frame, head, content, body_id, None, "article.saved").await
}

fn before_has(content: &Content, taxonomy: crate::taxonomy::Taxonomy, term: Uuid) -> bool {
    content.terms.get(taxonomy.plural()).is_some_and(|terms| terms.contains(&term))
}

/// Moves the working copy to another section, as a save.
pub async fn move_in(write: &mut Write<'_>, id: Uuid, section: &str) -> Result<()> {
    let head = lock(write, id, Action::EditArticle).await?;
    let frame = write.frame().await?;
    let (mut content, body_id) = working(write, &head).await?;
    let directory = section.trim_matches('/');
    if content.directory == directory {
        return Ok(());
    }
    directory.clone_into(&mut content.directory);
    content.address = None;
    validate(&content)?;
    let path = store::path(&frame, frame.language_of(&head.language), &content);
    refuse_taken(write, &path, id).await?;
    save(write, &frame, head, content, body_id, None, "article.saved").await
}

/// Makes the content of an earlier revision the working copy, as a new save.
pub async fn restore_revision(ctx: &Ctx, id: Uuid, revision_id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    let head = lock(&write, id, Action::EditArticle).await?;
    let old = revision::Entity::find_by_id(revision_id)
        .filter(revision::Column::ArticleId.eq(id))
        .one(write.txn())
        .await?
        .ok_or_else(|| {
            Error::invalid(
                "revisionId",
                UserErrorCode::NotFound,
                "the article has no such revision",
            )
        })?;
    let frame = write.frame().await?;
    let mut content: Content = serde_json::from_value(old.content.0)?;
    crate::taxonomy::keep_existing(&write, &mut content.terms).await?;
    let language = frame.language_of(&head.language);
    refuse_taken(&write, &store::path(&frame, language, &content), id).await?;
    let message = Some(format!("Restored version {}", old.version));
    save(&mut write, &frame, head, content, old.body_id, message, "article.saved").await?;
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
    let (content, body_id) = working(write, &head).await?;
    let before = store::copy(write, View::Published, id).await?;
    let live_since = before
        .as_ref()
        .filter(|copy| copy.visible_from <= ctx.now() && copy.visible_until > ctx.now())
        .map(|copy| copy.visible_from);
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
    refuse_taken(write, &store::path(&frame, language, &content), id).await?;
    let facts = facts(write, body_id).await?;
    let projection = store::project(
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
    let redirects = store::redirects_to(write, &content, before, &path, &head);
    store::put(write, vec![projection]).await?;
    store::mark_released(write, id, Some(release)).await?;
    store::redirect(write, redirects).await?;
    store::drop_redirects(write, std::slice::from_ref(&path)).await?;
    let kind = if from > ctx.now() { "article.scheduled" } else { "article.published" };
    write.record(Event {
        language: Some(head.language),
        data: json!({ "path": path }),
        ..Event::of(kind, id, head.version)
    });
    Ok(())
}

/// Takes an article back from the public; the working copy stays.
pub async fn unpublish(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    unpublish_in(&mut write, id).await?;
    write.commit().await?;
    Ok(id)
}

pub async fn unpublish_in(write: &mut Write<'_>, id: Uuid) -> Result<()> {
    let locked = lock_anywhere(write, id, Action::UnpublishArticle).await?;
    // A draft is unpublished already.
    if !locked.is(Step::Draft) {
        locked.refuse_step(Action::UnpublishArticle)?;
    }
    withdraw(write, &locked.head).await
}

/// Puts an article in the trash, and takes it back from the public.
pub async fn trash(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    put_away(&mut write, id, Away::TRASH).await?;
    write.commit().await?;
    Ok(id)
}

/// Puts an article in the archive, and takes it back from the public.
pub async fn archive(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    put_away(&mut write, id, Away::ARCHIVE).await?;
    write.commit().await?;
    Ok(id)
}

/// Takes an article out of the trash, as a draft.
pub async fn restore(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    take_back(&mut write, id, Away::TRASH).await?;
    write.commit().await?;
    Ok(id)
}

/// Takes an article out of the archive, as a draft.
pub async fn unarchive(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    take_back(&mut write, id, Away::ARCHIVE).await?;
    write.commit().await?;
    Ok(id)
}

/// A place for what is out of the way.
#[derive(Clone, Copy)]
pub struct Away {
    view: View,
    step: Step,
    put: Action,
    put_event: &'static str,
    take: Action,
    take_event: &'static str,
}

impl Away {
    pub const TRASH: Self = Self {
        view: View::Trash,
        step: Step::Trashed,
        put: Action::TrashArticle,
        put_event: "article.trashed",
        take: Action::RestoreArticle,
        take_event: "article.restored",
    };
    pub const ARCHIVE: Self = Self {
        view: View::Archive,
        step: Step::Archived,
        put: Action::ArchiveArticle,
        put_event: "article.archived",
        take: Action::UnarchiveArticle,
        take_event: "article.unarchived",
    };

    fn stamp(self, head: &mut article::ActiveModel, at: Option<Timestamp>) {
        match self.view {
            View::Archive => head.archived_at = Set(at),
            _ => head.trashed_at = Set(at),
        }
    }
}

pub async fn put_away(write: &mut Write<'_>, id: Uuid, away: Away) -> Result<()> {
    let locked = lock_anywhere(write, id, away.put).await?;
    if locked.is(away.step) {
        return Ok(());
    }
    locked.refuse_step(away.put)?;
    let head = &locked.head;
    withdraw(write, head).await?;
    // What is trashed out of the archive does not come back there.
    let from = if locked.is(Step::Archived) { View::Archive } else { View::Working };
    store::shift(write, id, from, away.view).await?;
    let mut change = head.clone().into_active_model();
    change.archived_at = Set(None);
    away.stamp(&mut change, Some(write.ctx().now()));
    change.update(write.txn()).await?;
    write.record(Event {
        language: Some(head.language.clone()),
        ..Event::of(away.put_event, id, head.version)
    });
    Ok(())
}

pub async fn take_back(write: &mut Write<'_>, id: Uuid, away: Away) -> Result<()> {
    let head = lock(write, id, away.take).await?;
    store::shift(write, id, away.view, View::Working).await?;
    let mut change = head.clone().into_active_model();
    away.stamp(&mut change, None);
    change.update(write.txn()).await?;
    write.record(Event {
        language: Some(head.language),
        ..Event::of(away.take_event, id, head.version)
    });
    Ok(())
}

/// Deletes an article that is in the trash, with its history, for ever.
pub async fn purge(ctx: &Ctx, id: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    let head = lock(&write, id, Action::PurgeArticle).await?;
    store::remove(&write, View::Trash, &[id]).await?;
    store::forget(&write, id).await?;
    write.record(Event {
        language: Some(head.language),
        ..Event::of("article.purged", id, head.version)
    });
    write.commit().await?;
    Ok(id)
}

/// Removes the published copy, if there is one.
async fn withdraw(write: &mut Write<'_>, head: &article::Model) -> Result<()> {
    let Some(copy) = store::copy(write, View::Published, head.id).await? else {
        return Ok(());
    };
    store::remove(write, View::Published, &[head.id]).await?;
    store::mark_released(write, head.id, None).await?;
    write.record(Event {
        language: Some(head.language.clone()),
        data: json!({ "path": copy.path }),
        ..Event::of("article.unpublished", head.id, head.version)
    });
    Ok(())
}

/// Reads an article for writing, locked until the transaction ends, if the
/// actor may do this to it and where it stands allows it.
pub async fn lock(write: &Write<'_>, id: Uuid, action: Action) -> Result<article::Model> {
    let locked = lock_anywhere(write, id, action).await?;
    locked.refuse_step(action)?;
    Ok(locked.head)
}

/// An article that nobody else changes until the transaction ends.
pub struct Locked {
    pub head: article::Model,
    pub steps: Vec<Step>,
}

impl Locked {
    fn is(&self, step: Step) -> bool {
        self.steps.contains(&step)
    }

    fn refuse_step(&self, action: Action) -> Result<()> {
        if policy::possible(action, &self.steps) {
            return Ok(());
        }
        let why = if self.is(Step::Trashed) {
            "the article is in the trash: take it out first (restoreArticle)"
        } else if self.is(Step::Archived) {
            "the article is in the archive: take it out first (unarchiveArticle)"
        } else if action == Action::RestoreArticle {
            "the article is not in the trash"
        } else if action == Action::UnarchiveArticle {
            "the article is not in the archive"
        } else if action == Action::PurgeArticle {
            "only what is in the trash is deleted for ever: trash it first (trashArticle)"
        } else if action == Action::ReviewArticle {
            "the article has not been submitted for review (submitArticle)"
        } else {
            "where the article stands does not allow this: see its allowedActions"
        };
        Err(Error::invalid("id", UserErrorCode::WrongState, why))
    }
}

/// Like [`lock`], wherever the article stands.
pub async fn lock_anywhere(write: &Write<'_>, id: Uuid, action: Action) -> Result<Locked> {
    let missing = || Error::invalid("id", UserErrorCode::NotFound, "no such article");
    let head = article::Entity::find_by_id(id)
        .lock_exclusive()
        .one(write.txn())
        .await?
        .ok_or_else(missing)?;
    let (ctx, actor) = (write.ctx(), write.ctx().actor());
    // Who may do nothing at all is told so before anything about the article.
    let own = Subject { owner: actor.user_id(), ..Subject::default() };
    policy::check(actor, action, own)?;
    let copies = store::places(write, id).await?;
    let released = copies.iter().find(|copy| copy.view == View::Published);
    let working = copies.iter().find(|copy| copy.view != View::Published);
    let subject = Subject {
        owner: head.owner_id,
        released: released.is_some(),
        place: working.map(|copy| (head.language.as_str(), copy.section.as_str())),
    };
    if !policy::knows(actor, subject)? && released.is_none() {
        return Err(missing());
    }
    policy::check(actor, action, subject)?;
    let steps = steps(&head, released, ctx.now());
    Ok(Locked { head, steps })
}

/// Where an article stands.
#[must_use]
pub fn steps(head: &article::Model, released: Option<&store::Placed>, now: Timestamp) -> Vec<Step> {
    let mut steps = vec![match released {
        _ if head.trashed_at.is_some() => Step::Trashed,
        _ if head.archived_at.is_some() => Step::Archived,
        None => Step::Draft,
        Some(copy) if copy.visible_from > now => Step::Scheduled,
        Some(copy) if copy.visible_until <= now => Step::Expired,
        Some(_) => Step::Published,
    }];
    if super::review::state(head) == Some(ReviewState::Submitted) {
        steps.push(Step::Submitted);
    }
    steps
}

async fn working(write: &Write<'_>, head: &article::Model) -> Result<(Content, Uuid)> {
    let revision = revision::Entity::find_by_id(head.revision_id)
        .one(write.txn())
        .await?
        .ok_or_else(|| Error::internal("the working revision is missing"))?;
    Ok((serde_json::from_value(revision.content.0)?, revision.body_id))
}

/// The content as an input would give it, to show what differs.
async fn readable(
    write: &Write<'_>,
    content: &Content,
    body_id: Uuid,
) -> Result<Map<String, Value>> {
    let Value::Object(mut fields) = serde_json::to_value(content)? else {
        return Err(Error::internal("content is not a map"));
    };
    let terms = crate::taxonomy::names(write, &content.terms).await?;
    for taxonomy in crate::taxonomy::Taxonomy::ALL {
        let names = terms.get(taxonomy.plural()).cloned().unwrap_or_default();
        fields.insert(taxonomy.plural().to_owned(), json!(names));
    }
    fields.insert("section".to_owned(), json!(content.directory));
    let markdown: Option<String> = body::Entity::find_by_id(body_id)
        .select_only()
        .column(body::Column::Markdown)
        .into_tuple()
        .one(write.txn())
        .await?;
    fields.insert("body".to_owned(), json!(markdown));
    Ok(fields)
}

async fn facts(write: &Write<'_>, id: Uuid) -> Result<BodyFacts> {
    let (summary, word_count, reading_time) = body::Entity::find_by_id(id)
        .select_only()
        .columns([body::Column::Summary, body::Column::WordCount, body::Column::ReadingTime])
        .into_tuple()
        .one(write.txn())
        .await?
        .ok_or_else(|| Error::internal("a body is missing"))?;
    Ok(BodyFacts { id, summary, word_count, reading_time })
}

/// A row that is not stored yet, of a body and what was rendered from it.
pub fn body_row(id: Uuid, markdown: String, rendered: render::Rendered) -> Result<body::Model> {
    Ok(body::Model {
        id,
        html: rendered.html,
        plain_text: rendered.plain_text,
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

/// Renders and stores a new body.
async fn insert_body(
    write: &Write<'_>,
    frame: &Frame,
    head: &article::Model,
    markdown: String,
) -> Result<Uuid> {
    let cjk = frame.language_of(&head.language).row.has_cjk;
    let rendered = render::render(&markdown, &render::Options { cjk });
    let body = body_row(write.ctx().new_id(), markdown, rendered)?;
    let id = body.id;
    body::Entity::insert(body.into_active_model().reset_all())
        .exec_without_returning(write.txn())
        .await?;
    Ok(id)
}

async fn save(
    write: &mut Write<'_>,
    frame: &Frame,
    mut head: article::Model,
    content: Content,
    body_id: Uuid,
    message: Option<String>,
    event: &'static str,
) -> Result<()> {
    policy::check_place(write.ctx().actor(), &head.language, content.section())?;
    head.version += 1;
    head.revision_id = write.ctx().new_id();
    let revision = revision::Model {
        id: head.revision_id,
        article_id: head.id,
        version: head.version,
        created_at: write.ctx().now(),
        author_id: write.ctx().actor().user_id(),
        message,
        content: entity::Json::of(&content)?,
        body_id,
    };
    revision::Entity::insert(revision.into_active_model().reset_all())
        .exec_without_returning(write.txn())
        .await?;
    let mut change = head.clone().into_active_model();
    change.version = Set(head.version);
    change.revision_id = Set(head.revision_id);
    change.update(write.txn()).await?;
    let release = store::copy(write, View::Published, head.id)
        .await?
        .map(|copy| Release { from: copy.visible_from, until: copy.released_until });
    let facts = facts(write, body_id).await?;
    let projection =
        store::project(write, frame, View::Working, identity(&head), &content, &facts, release);
    let path = projection.copy.path.clone();
    store::put(write, vec![projection]).await?;
    write.record(Event {
        language: Some(head.language.clone()),
        data: json!({ "path": path }),
        ..Event::of(event, head.id, head.version)
    });
    Ok(())
}

async fn set_terms(
    write: &mut Write<'_>,
    frame: &Frame,
    content: &mut Content,
    tags: Option<Vec<String>>,
    categories: Option<Vec<String>>,
) -> Result<()> {
    use crate::taxonomy::{Taxonomy, ensure_all};
    for (taxonomy, names) in [(Taxonomy::Tags, tags), (Taxonomy::Categories, categories)] {
        if let Some(names) = names {
            let ids = ensure_all(write, frame, taxonomy, &names).await?;
            content.terms.insert(taxonomy.plural().to_owned(), ids);
        }
    }
    Ok(())
}
