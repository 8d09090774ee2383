//! What those who work on an article say to each other: comments on the working
//! copy, and who is to do something about it. Nothing of this is ever public.

use std::collections::HashMap;

use entity::{Timestamp, article, article_comment, assignment};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};
use serde_json::json;
use uuid::Uuid;

use super::lock::lock;
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::policy::Action;

/// Characters that a comment or a note has at most.
const MAX_TEXT: usize = 10_000;

/// Adds a comment; a field names what it is about.
pub async fn comment(ctx: &Ctx, id: Uuid, field: Option<String>, text: String) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    let head = lock(&write, id, Action::CommentArticle).await?;
    if text.trim().is_empty() {
        return Err(Error::invalid(
            "input.text",
            UserErrorCode::Required,
            "a comment says something",
        ));
    }
    insert(&mut write, &head, field, text).await?;
    write.commit().await?;
    Ok(id)
}

pub async fn insert(
    write: &mut Write<'_>,
    head: &article::Model,
    field: Option<String>,
    text: String,
) -> Result<()> {
    if text.chars().count() > MAX_TEXT {
        return Err(Error::invalid(
            "input.text",
            UserErrorCode::Invalid,
            format!("a comment has at most {MAX_TEXT} characters"),
        ));
    }
    let row = article_comment::Model {
        id: write.ctx().new_id(),
        article_id: head.id,
        author_id: write.ctx().actor().user_id(),
        version: head.version,
        field,
        text,
        created_at: write.ctx().now(),
        resolved_at: None,
        resolved_by: None,
    };
    write.record(Event {
        language: Some(head.language.clone()),
        data: json!({ "comment": row.id }),
        ..Event::of("article.commented", head.id, head.version)
    });
    article_comment::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(write.txn())
        .await?;
    Ok(())
}

/// Marks a comment as dealt with, or opens it again.
pub async fn resolve(ctx: &Ctx, comment: Uuid, resolved: bool) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    let missing = || Error::invalid("id", UserErrorCode::NotFound, "no such comment");
    let row =
        article_comment::Entity::find_by_id(comment).one(write.txn()).await?.ok_or_else(missing)?;
    let head = lock(&write, row.article_id, Action::CommentArticle).await?;
    if row.resolved_at.is_some() == resolved {
        return Ok(head.id);
    }
    let mut change = row.into_active_model();
    change.resolved_at = Set(resolved.then(|| ctx.now()));
    change.resolved_by = Set(ctx.actor().user_id().filter(|_| resolved));
    change.update(write.txn()).await?;
    let kind = if resolved { "article.commentResolved" } else { "article.commentReopened" };
    write.record(Event {
        language: Some(head.language),
        data: json!({ "comment": comment }),
        ..Event::of(kind, head.id, head.version)
    });
    write.commit().await?;
    Ok(head.id)
}

/// Who is to do what, until when.
pub struct NewAssignment {
    pub user: Uuid,
    pub due: Option<Timestamp>,
    pub note: Option<String>,
}

/// Asks somebody to do something about an article; asking again replaces what
/// was asked before.
pub async fn assign(ctx: &Ctx, id: Uuid, new: NewAssignment) -> Result<Uuid> {
    let NewAssignment { user, due, note } = new;
    let mut write = Write::begin(ctx).await?;
    let head = lock(&write, id, Action::AssignArticle).await?;
    if note.as_ref().is_some_and(|note| note.chars().count() > MAX_TEXT) {
        return Err(Error::invalid(
            "input.note",
            UserErrorCode::Invalid,
            format!("a note has at most {MAX_TEXT} characters"),
        ));
    }
    if !crate::user::is_active(&write, user).await? {
        return Err(Error::invalid("input.user", UserErrorCode::NotFound, "no such user"));
    }
    let row = assignment::Model {
        article_id: id,
        user_id: user,
        assigned_by: ctx.actor().user_id(),
        created_at: ctx.now(),
        due_at: due,
        note,
    };
    assignment::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(
            OnConflict::columns([assignment::Column::ArticleId, assignment::Column::UserId])
                .update_columns([
                    assignment::Column::AssignedBy,
                    assignment::Column::CreatedAt,
                    assignment::Column::DueAt,
                    assignment::Column::Note,
                ])
                .to_owned(),
        )
        .exec_without_returning(write.txn())
        .await?;
    write.record(Event {
        language: Some(head.language),
        data: json!({ "user": user }),
        ..Event::of("article.assigned", id, head.version)
    });
    write.commit().await?;
    Ok(id)
}

/// Takes a request back.
pub async fn unassign(ctx: &Ctx, id: Uuid, user: Uuid) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    let head = lock(&write, id, Action::AssignArticle).await?;
    let done = assignment::Entity::delete_by_id((id, user)).exec(write.txn()).await?;
    if done.rows_affected > 0 {
        write.record(Event {
            language: Some(head.language),
            data: json!({ "user": user }),
            ..Event::of("article.unassigned", id, head.version)
        });
        write.commit().await?;
    }
    Ok(id)
}

/// The comments of several articles, oldest first.
pub async fn comments(
    ctx: &Ctx,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<article_comment::Model>>> {
    let rows = article_comment::Entity::find()
        .filter(article_comment::Column::ArticleId.is_in(ids.iter().copied()))
        .order_by_asc(article_comment::Column::Id)
        .all(ctx.db_private().orm())
        .await?;
    let mut groups: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in rows {
        groups.entry(row.article_id).or_default().push(row);
    }
    Ok(groups)
}

/// The assignments of several articles, oldest first.
pub async fn assignments(ctx: &Ctx, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<assignment::Model>>> {
    let rows = assignment::Entity::find()
        .filter(assignment::Column::ArticleId.is_in(ids.iter().copied()))
        .order_by_asc(Expr::col(assignment::Column::CreatedAt))
        .all(ctx.db_private().orm())
        .await?;
    let mut groups: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in rows {
        groups.entry(row.article_id).or_default().push(row);
    }
    Ok(groups)
}
