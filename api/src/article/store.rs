//! Writing what [`super::read`] reads: copies, as [`super::projection`] makes them.
//!
//! A copy is never edited in place. A write makes the whole projection of a
//! revision into a view and puts it where the old one was, terms and menu
//! entries included, so that what readers see is always one revision, whole.

use std::collections::BTreeSet;

use entity::{
    Timestamp, View, article, article_copy, article_term, body, due, menu_entry, revision,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::projection::{Projection, Release};
use super::read::{COPY, is_taken};
use super::terms;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::Write;
use crate::taxonomy;

/// Rows that one statement names.
const CHUNK: usize = 500;

/// Puts projections where older ones of the same article and view were.
///
/// Terms come first: who merges them waits for us, or we for them, before either
/// touches what articles carry.
pub async fn put(write: &Write<'_>, mut projections: Vec<Projection>) -> Result<()> {
    let named = projections.iter().flat_map(|projection| &projection.terms);
    let named = named.map(|row| row.term_id).collect();
    let means = taxonomy::resolve(write, named).await?;
    for projection in &mut projections {
        terms::translate(&mut projection.terms, &means);
    }
    for view in [View::Published, View::Working, View::Trash, View::Archive] {
        let ids: Vec<_> = projections
            .iter()
            .filter(|projection| projection.copy.view == view)
            .map(|projection| projection.copy.article_id)
            .collect();
        remove(write, view, &ids).await?;
    }
    let mut copies = Vec::with_capacity(projections.len());
    let mut terms = Vec::new();
    let mut keywords = Vec::new();
    let mut menus = Vec::new();
    let mut due = Vec::new();
    for projection in projections {
        due.extend(moments(&projection.copy, write.ctx().now()));
        copies.push(projection.copy);
        terms.extend(projection.terms);
        keywords.extend(projection.keywords);
        menus.extend(projection.menus);
    }
    let beside = write.inserts(terms).chain(write.inserts(keywords)).chain(write.inserts(menus));
    let all = write.inserts(copies).chain(beside).chain(write.inserts(due));
    write.run_all(all).await.map_err(|error| {
        if is_taken(&error, COPY) {
            Error::invalid(
                "input.slug",
                UserErrorCode::Taken,
                "another article has this address already",
            )
        } else {
            error.into()
        }
    })
}

/// The moments to come at which time alone changes what the public sees.
fn moments(copy: &article_copy::Model, now: Timestamp) -> Vec<due::Model> {
    let moment = |expires, at| due::Model {
        article_id: copy.article_id,
        expires,
        at,
        version: copy.version,
        language: copy.language.clone(),
    };
    let bounds = [(false, Release::of(copy).from), (true, copy.visible_until)];
    let public = copy.view == View::Published;
    bounds
        .into_iter()
        .filter(|(_, at)| public && *at > now && *at != Timestamp::NEVER)
        .map(|(expires, at)| moment(expires, at))
        .collect()
}

/// Locks articles until the transaction ends, in one order for everybody.
pub async fn lock(write: &Write<'_>, articles: &BTreeSet<Uuid>) -> Result<()> {
    let articles: Vec<_> = articles.iter().copied().collect();
    for articles in articles.chunks(CHUNK) {
        article::Entity::find()
            .select_only()
            .column(article::Column::Id)
            .filter(article::Column::Id.is_in(articles.iter().copied()))
            .order_by_asc(article::Column::Id)
            .lock_exclusive()
            .into_tuple::<Uuid>()
            .all(write.txn())
            .await?;
    }
    Ok(())
}

/// Removes what a view shows of these articles.
pub async fn remove(write: &Write<'_>, view: View, ids: &[Uuid]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    if view == View::Published {
        write.note_public(ids).await?;
    }
    let txn = write.txn();
    for ids in ids.chunks(CHUNK) {
        let ids = || ids.iter().copied();
        article_term::Entity::delete_many()
            .filter(article_term::Column::View.eq(view))
            .filter(article_term::Column::ArticleId.is_in(ids()))
            .exec(txn)
            .await?;
        menu_entry::Entity::delete_many()
            .filter(menu_entry::Column::View.eq(view))
            .filter(menu_entry::Column::ArticleId.is_in(ids()))
            .exec(txn)
            .await?;
        article_copy::Entity::delete_many()
            .filter(article_copy::Column::View.eq(view))
            .filter(article_copy::Column::ArticleId.is_in(ids()))
            .exec(txn)
            .await?;
        if view == View::Published {
            due::Entity::delete_many()
                .filter(due::Column::ArticleId.is_in(ids()))
                .exec(txn)
                .await?;
        }
    }
    Ok(())
}

/// Moves what one view shows of an article to another view, as it is.
pub async fn shift(write: &Write<'_>, id: Uuid, from: View, to: View) -> Result<()> {
    let txn = write.txn();
    if from == View::Published {
        write.note_public(&[id]).await?;
    }
    remove(write, to, &[id]).await?;
    article_copy::Entity::update_many()
        .col_expr(article_copy::Column::View, Expr::val(to as i16))
        .filter(article_copy::Column::View.eq(from))
        .filter(article_copy::Column::ArticleId.eq(id))
        .exec(txn)
        .await
        .map_err(|error| {
            if is_taken(&error, COPY) {
                Error::invalid(
                    "id",
                    UserErrorCode::Taken,
                    "another article has taken this article's address meanwhile",
                )
            } else {
                error.into()
            }
        })?;
    article_term::Entity::update_many()
        .col_expr(article_term::Column::View, Expr::val(to as i16))
        .filter(article_term::Column::View.eq(from))
        .filter(article_term::Column::ArticleId.eq(id))
        .exec(txn)
        .await?;
    menu_entry::Entity::update_many()
        .col_expr(menu_entry::Column::View, Expr::val(Some(to as i16)))
        .filter(menu_entry::Column::View.eq(from))
        .filter(menu_entry::Column::ArticleId.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Says on the working copy what is released.
pub async fn mark_released(write: &Write<'_>, id: Uuid, release: Option<Release>) -> Result<()> {
    article_copy::Entity::update_many()
        .col_expr(article_copy::Column::ReleasedFrom, Expr::val(release.map(|r| r.from.0)))
        .col_expr(
            article_copy::Column::ReleasedUntil,
            Expr::val(release.and_then(|r| r.until).map(|until| until.0)),
        )
        .filter(article_copy::Column::View.ne(View::Published))
        .filter(article_copy::Column::ArticleId.eq(id))
        .exec(write.txn())
        .await?;
    Ok(())
}

/// The copy of an article in a view, if there is one.
pub async fn copy(write: &Write<'_>, view: View, id: Uuid) -> Result<Option<article_copy::Model>> {
    Ok(article_copy::Entity::find_by_id((view, id)).one(write.txn()).await?)
}

/// Where a copy of an article lies, and when it is released.
pub struct Placed {
    pub view: View,
    pub section: String,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Where the copies of an article lie, whatever their view.
pub async fn places(write: &Write<'_>, id: Uuid) -> Result<Vec<Placed>> {
    use article_copy::Column;
    let found: Vec<(View, String, Option<Timestamp>, Timestamp)> = article_copy::Entity::find()
        .select_only()
        .columns([Column::View, Column::Section, Column::ReleasedFrom, Column::VisibleUntil])
        .filter(Column::ArticleId.eq(id))
        .into_tuple()
        .all(write.txn())
        .await?;
    Ok(found
        .into_iter()
        .map(|(view, section, from, until)| Placed {
            view,
            section,
            from: from.unwrap_or(Timestamp::ALWAYS),
            until,
        })
        .collect())
}

/// Deletes an article with its revisions, and the bodies that only they used.
pub async fn forget(write: &Write<'_>, id: Uuid) -> Result<()> {
    let bodies: Vec<Uuid> = revision::Entity::find()
        .select_only()
        .column(revision::Column::BodyId)
        .filter(revision::Column::ArticleId.eq(id))
        .into_tuple()
        .all(write.txn())
        .await?;
    article::Entity::delete_by_id(id).exec(write.txn()).await?;
    let used = |table: &'static str| {
        Query::select()
            .column("body_id")
            .from(table)
            .cond_where(Expr::col((table, "body_id")).is_in(bodies.iter().copied()))
            .take()
    };
    body::Entity::delete_many()
        .filter(body::Column::Id.is_in(bodies.iter().copied()))
        .filter(body::Column::Id.not_in_subquery(used("revision")))
        .filter(body::Column::Id.not_in_subquery(used("article_copy")))
        .exec(write.txn())
        .await?;
    Ok(())
}
