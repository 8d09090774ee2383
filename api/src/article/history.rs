//! The history of an article: what each save changed, names, differences, and
//! how long it is kept.
//!
//! **Invariants.** Every save makes a revision, and versions rise by one with
//! each. Autosaves of one spell fold: the last of them stands for all, the others
//! are hidden and kept for a while, because somebody may still work on one. The
//! working revision, the published one, those with a name and those that a file
//! of a Hugo site was imported as are never deleted.

use entity::{Timestamp, article, article_copy, body, revision, source_file};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::content::Content;
use super::fields;
use super::lock::lock;
use super::merge::Fields;
use super::merge::words::{self, Segment};
use super::read::{RevisionRow, bodies, revisions_by_id};
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::policy::{self, Action, Subject};
use crate::taxonomy;

/// Characters of a revision's name.
const MAX_NAME: usize = 200;
/// Revisions that one transaction deletes.
const CHUNK: u64 = 1000;
const MINUTE: i64 = 60_000_000;
/// Fields that are prose: their differences can be told by word.
const PROSE: [&str; 6] = ["title", "linkTitle", "summary", "lead", "description", fields::BODY];

/// A revision with what was saved.
pub struct Stored {
    pub row: revision::Model,
    pub content: Content,
}

impl Stored {
    pub fn of(row: revision::Model) -> Result<Self> {
        let content = serde_json::from_value(row.content.0.clone())?;
        Ok(Self { row, content })
    }
}

/// The revision that a version was, folded or not, while it is kept.
pub async fn at_version(write: &Write<'_>, id: Uuid, version: i32) -> Result<Option<Stored>> {
    revision::Entity::find()
        .filter(revision::Column::ArticleId.eq(id))
        .filter(revision::Column::Version.eq(version))
        .one(write.txn())
        .await?
        .map(Stored::of)
        .transpose()
}

/// The Markdown of a body, while it is kept.
pub async fn text(write: &Write<'_>, body_id: Uuid) -> Result<Option<String>> {
    Ok(body::Entity::find_by_id(body_id)
        .select_only()
        .column(body::Column::Markdown)
        .into_tuple()
        .one(write.txn())
        .await?)
}

/// Names of the fields that a new revision changes against the one before it.
/// Where both are autosaves of one spell, that one is folded into the new one.
pub async fn follow(
    write: &Write<'_>,
    before: &Stored,
    published: Option<Uuid>,
    autosave: bool,
    content: &Content,
    body_id: Uuid,
) -> Result<Vec<String>> {
    let mut earlier = None;
    if autosave && is_of_spell(write.ctx(), &before.row) && published != Some(before.row.id) {
        revision::Entity::update_many()
            .col_expr(revision::Column::Folded, Expr::val(true))
            .filter(revision::Column::Id.eq(before.row.id))
            .exec(write.txn())
            .await?;
        earlier = revision::Entity::find()
            .filter(revision::Column::ArticleId.eq(before.row.article_id))
            .filter(revision::Column::Version.lt(before.row.version))
            .filter(revision::Column::Folded.eq(false))
            .order_by_desc(revision::Column::Version)
            .one(write.txn())
            .await?
            .map(Stored::of)
            .transpose()?;
    }
    let before = earlier.as_ref().unwrap_or(before);
    let mut changes = fields::changed(&fields::of(&before.content)?, &fields::of(content)?);
    if before.row.body_id != body_id {
        changes.push(fields::BODY.to_owned());
    }
    Ok(changes)
}

/// Whether an autosave of the actor now would continue the spell of a revision.
fn is_of_spell(ctx: &Ctx, before: &revision::Model) -> bool {
    let spell = i64::from(ctx.app().config().history.autosave_minutes) * MINUTE;
    before.autosave
        && before.name.is_none()
        && before.author_id.is_some()
        && before.author_id == ctx.actor().user_id()
        && spell > 0
        && ctx.now().0.saturating_sub(before.created_at.0) <= spell
}

/// Gives a revision a name, by which it is kept for ever, or takes it away.
pub async fn name(ctx: &Ctx, id: Uuid, revision_id: Uuid, name: Option<String>) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    let head = lock(&write, id, Action::EditArticle).await?;
    let name = name.map(|name| name.trim().to_owned());
    if let Some(name) = &name {
        let wrong = |code, message: String| Err(Error::invalid("name", code, message));
        if name.is_empty() {
            return wrong(
                UserErrorCode::Required,
                "a name has letters; null takes the name away".to_owned(),
            );
        }
        if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
            return wrong(
                UserErrorCode::Invalid,
                format!("a name is one line of at most {MAX_NAME} characters"),
            );
        }
    }
    let found = revision::Entity::find_by_id(revision_id)
        .filter(revision::Column::ArticleId.eq(id))
        .one(write.txn())
        .await?;
    let Some(row) = found else { return Err(no_such_revision()) };
    revision::Entity::update_many()
        .col_expr(revision::Column::Name, Expr::val(name.clone()))
        // What has a name is worth being seen.
        .col_expr(revision::Column::Folded, Expr::val(row.folded && name.is_none()))
        .filter(revision::Column::Id.eq(revision_id))
        .exec(write.txn())
        .await?;
    write.record(Event {
        language: Some(head.language),
        data: json!({ "revision": revision_id, "version": row.version, "name": name }),
        ..Event::of("article.revision_named", id, head.version)
    });
    write.commit().await?;
    Ok(revision_id)
}

#[must_use]
pub fn no_such_revision() -> Error {
    Error::invalid("revisionId", UserErrorCode::NotFound, "the article has no such revision")
}

/// What changed from one revision to another.
pub struct Diff {
    pub from: RevisionRow,
    pub to: RevisionRow,
    pub fields: Vec<FieldDiff>,
}

pub struct FieldDiff {
    /// Name of the input's field.
    pub field: String,
    pub old: Value,
    pub new: Value,
}

impl FieldDiff {
    /// The difference by word, for prose; with `context` only so many characters
    /// of what did not change stay around each change.
    #[must_use]
    pub fn segments(&self, context: Option<usize>) -> Option<Vec<Segment>> {
        if !PROSE.contains(&self.field.as_str()) {
            return None;
        }
        let (old, new) = (self.old.as_str(), self.new.as_str());
        let segments = words::diff(old.unwrap_or_default(), new.unwrap_or_default());
        Some(match context {
            Some(context) => words::skip(segments, context),
            None => segments,
        })
    }
}

/// The difference of two revisions of an article, `to` being the working one
/// where it is not given. None where there is nothing that may be seen.
pub async fn diff(ctx: &Ctx, id: Uuid, from: Uuid, to: Option<Uuid>) -> Result<Option<Diff>> {
    let own = Subject { owner: ctx.actor().user_id(), ..Subject::default() };
    policy::check(ctx.actor(), Action::EditArticle, own)?;
    let db = ctx.db_private().orm();
    let Some(head) = article::Entity::find_by_id(id).one(db).await? else { return Ok(None) };
    let section: Option<String> = article_copy::Entity::find()
        .select_only()
        .column(article_copy::Column::Section)
        .filter(article_copy::Column::ArticleId.eq(id))
        .filter(article_copy::Column::View.ne(entity::View::Published))
        .into_tuple()
        .one(db)
        .await?;
    let place = section.as_deref().map(|section| (head.language.as_str(), section));
    let subject = Subject { owner: head.owner_id, released: false, place };
    if !policy::knows(ctx.actor(), subject)? {
        return Ok(None);
    }
    policy::check(ctx.actor(), Action::EditArticle, subject)?;
    let to = to.unwrap_or(head.revision_id);
    let mut listed = revisions_by_id(ctx, id, &[from, to]).await?;
    let (Some(from_row), Some(to_row)) = (listed.get(&from).cloned(), listed.remove(&to)) else {
        return Ok(None);
    };
    let rows =
        revision::Entity::find().filter(revision::Column::Id.is_in([from, to])).all(db).await?;
    let wanted = rows.iter().map(|row| row.body_id).collect();
    let texts = bodies(ctx, wanted, &[body::Column::Markdown]).await?;
    let side = |id: Uuid| -> Result<Fields> {
        let row = rows.iter().find(|row| row.id == id);
        let row = row.ok_or_else(|| Error::internal("a revision is missing"))?;
        let content: Content = serde_json::from_value(row.content.0.clone())?;
        let mut all = fields::of(&content)?;
        let text = texts.get(&row.body_id).map(|body| body.markdown.as_str());
        all.insert(fields::BODY.to_owned(), json!(text));
        Ok(all)
    };
    let (old, new) = (side(from)?, side(to)?);
    let ids = [&old, &new].into_iter().flat_map(fields::terms).collect();
    let names = taxonomy::names(db, ids).await?;
    let value = |side: &Fields, field: &str| {
        fields::readable(field, side.get(field).unwrap_or(&Value::Null), &names)
    };
    let fields = fields::changed(&old, &new)
        .into_iter()
        .map(|field| FieldDiff { old: value(&old, &field), new: value(&new, &field), field })
        .collect();
    Ok(Some(Diff { from: from_row, to: to_row, fields }))
}

/// How much a pruning took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    pub revisions: u64,
    pub bodies: u64,
}

/// Deletes what need not be kept any longer, by the settings in `[history]`.
pub async fn prune(ctx: &Ctx) -> Result<Pruned> {
    let mut all = Pruned::default();
    loop {
        let some = prune_some(ctx).await?;
        all.revisions += some.revisions;
        all.bodies += some.bodies;
        if some.revisions == 0 {
            return Ok(all);
        }
    }
}

async fn prune_some(ctx: &Ctx) -> Result<Pruned> {
    use revision::Column as Revision;
    let settings = &ctx.app().config().history;
    let before = |minutes: i64| Timestamp(ctx.now().0.saturating_sub(minutes * MINUTE));
    let mut due = Condition::any().add(
        Condition::all()
            .add(Revision::Folded.eq(true))
            .add(Revision::CreatedAt.lt(before(i64::from(settings.keep_folded_hours) * 60))),
    );
    if settings.keep_days > 0 {
        let age = i64::from(settings.keep_days) * 24 * 60;
        due = due.add(Revision::CreatedAt.lt(before(age)));
    }
    let of_revision = |column: Revision| Expr::col((revision::Entity, column));
    let working = Query::select()
        .expr(Expr::val(1))
        .from(article::Entity)
        .and_where(article::Column::Id.into_expr().eq(of_revision(Revision::ArticleId)))
        .and_where(article::Column::RevisionId.into_expr().eq(of_revision(Revision::Id)))
        .take();
    let shown = Query::select()
        .expr(Expr::val(1))
        .from(article_copy::Entity)
        .and_where(article_copy::Column::RevisionId.into_expr().eq(of_revision(Revision::Id)))
        .take();
    // The text of a file is that of the revision it became.
    let imported = Query::select()
        .expr(Expr::val(1))
        .from(source_file::Entity)
        .and_where(source_file::Column::ArticleId.into_expr().eq(of_revision(Revision::ArticleId)))
        .and_where(
            source_file::Column::ArticleVersion.into_expr().eq(of_revision(Revision::Version)),
        )
        .take();
    let mut write = Write::begin(ctx).await?;
    let found: Vec<(Uuid, Uuid)> = revision::Entity::find()
        .select_only()
        .columns([Revision::Id, Revision::BodyId])
        .filter(due)
        .filter(Revision::Name.is_null())
        .filter(Expr::exists(working).not())
        .filter(Expr::exists(shown).not())
        .filter(Expr::exists(imported).not())
        .limit(CHUNK)
        .into_tuple()
        .all(write.txn())
        .await?;
    if found.is_empty() {
        return Ok(Pruned::default());
    }
    let (ids, bodies): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let revisions = revision::Entity::delete_many()
        .filter(Revision::Id.is_in(ids))
        // Somebody may have named it a moment ago.
        .filter(Revision::Name.is_null())
        .exec(write.txn())
        .await?
        .rows_affected;
    if revisions == 0 {
        // Another node prunes, too.
        return Ok(Pruned::default());
    }
    let of_body = || Expr::col((body::Entity, body::Column::Id));
    let kept = Query::select()
        .expr(Expr::val(1))
        .from(revision::Entity)
        .and_where(of_revision(Revision::BodyId).eq(of_body()))
        .take();
    let read = Query::select()
        .expr(Expr::val(1))
        .from(article_copy::Entity)
        .and_where(article_copy::Column::BodyId.into_expr().eq(of_body()))
        .take();
    let bodies = body::Entity::delete_many()
        .filter(body::Column::Id.is_in(bodies))
        .filter(Expr::exists(kept).not())
        .filter(Expr::exists(read).not())
        .exec(write.txn())
        .await?
        .rows_affected;
    write.record(Event {
        data: json!({ "revisions": revisions, "bodies": bodies }),
        ..Event::new("history.pruned")
    });
    write.commit().await?;
    Ok(Pruned { revisions, bodies })
}
