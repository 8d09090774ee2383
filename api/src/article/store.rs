//! Writing what [`super::read`] reads: projections of a [`Content`] into copies.
//!
//! A copy is never edited in place. A write makes the whole projection of a
//! revision into a view and puts it where the old one was, terms and menu
//! entries included, so that what readers see is always one revision, whole.

use std::collections::{BTreeSet, HashSet};

use entity::{
    Json, Timestamp, View, article, article_copy, article_keyword, article_term, body, due,
    menu_entry, redirect, revision,
};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde_json::Value;
use uuid::Uuid;

use super::build::Build;
use super::content::Content;
use super::read::is_taken;
use super::{keywords, terms};
use crate::error::{Error, Result, UserErrorCode};
use crate::event::Write;
use crate::hugo::address::{self, Parts, Rules, Sections};
use crate::hugo::tree::Kind;
use crate::site::{Frame, LanguageFrame, Sidebar};
use crate::taxonomy;

/// Rows that one statement names.
const CHUNK: usize = 500;

/// What a copy needs to know of the body beside it.
#[derive(Debug, Clone)]
pub struct BodyFacts {
    pub id: Uuid,
    pub summary: String,
    pub word_count: i32,
    pub reading_time: i32,
    /// Whether somebody wrote where its summary ends.
    pub is_divided: bool,
}

/// When the public sees an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

impl Release {
    /// That of a published copy.
    #[must_use]
    pub fn of(copy: &article_copy::Model) -> Self {
        let from = copy.released_from.unwrap_or(copy.visible_from);
        Self { from, until: copy.released_until }
    }
}

/// The identity of what is projected.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    pub article_id: Uuid,
    pub revision_id: Uuid,
    pub owner_id: Option<Uuid>,
    pub version: i32,
    pub language: &'a str,
    pub created_at: Timestamp,
}

/// A copy with everything that follows it.
#[derive(Debug, Clone)]
pub struct Projection {
    pub copy: article_copy::Model,
    pub terms: Vec<article_term::Model>,
    pub keywords: Vec<article_keyword::Model>,
    pub menus: Vec<menu_entry::Model>,
}

/// The decoded address of an article.
#[must_use]
pub fn path(frame: &Frame, language: &LanguageFrame, content: &Content) -> String {
    content.address.clone().unwrap_or_else(|| made_path(frame, language, content))
}

/// The decoded address that the site's rules make from the content.
#[must_use]
pub fn made_path(frame: &Frame, language: &LanguageFrame, content: &Content) -> String {
    path_by(&frame.rules, language, content)
}

/// The same, by any rules.
#[must_use]
pub fn path_by(rules: &Rules, language: &LanguageFrame, content: &Content) -> String {
    rules.page_path(
        &Sections::default(),
        &Parts {
            language: &language.row.key,
            kind: &Kind::Page,
            dir: &content.directory,
            name: &content.name,
            bundle: content.bundle,
            slug: content.slug.as_deref(),
            url: content.url.as_deref(),
            title: &content.title,
            date: content.date,
        },
    )
}

/// Makes the copy of a revision for one view.
///
/// `release` is the article's release as a whole; it opens the window of the
/// published copy, and editors see it on the working one.
#[must_use]
pub fn project(
    write: &Write<'_>,
    frame: &Frame,
    view: View,
    identity: Identity<'_>,
    content: &Content,
    body: &BodyFacts,
    release: Option<Release>,
) -> Projection {
    let language = frame.language_of(identity.language);
    let Content {
        title,
        link_title,
        directory: _,
        name: _,
        slug: _,
        url: _,
        bundle: _,
        address: _,
        translation_key,
        summary,
        lead,
        description,
        date,
        last_modified,
        publish_at,
        expire_at: _,
        weight,
        thumbnail,
        authors,
        terms,
        source,
        canonical_url,
        aliases,
        comments,
        authorbox,
        pager,
        toc,
        mathjax,
        sidebar,
        widgets,
        menus,
        params,
    } = content;
    let path = path(frame, language, content);
    let build = Build::of(params);
    let (visible_from, visible_until) = match (view, release) {
        (View::Published, Some(release)) => {
            let from = if build.listed { release.from } else { Timestamp::NEVER };
            (from, release.until.unwrap_or(Timestamp::NEVER))
        }
        _ => (Timestamp::ALWAYS, Timestamp::NEVER),
    };
    let moment = date.or(*publish_at).or(*last_modified);
    let json = |value: serde_json::Result<Json>| value.unwrap_or_default();
    let copy = article_copy::Model {
        view,
        article_id: identity.article_id,
        revision_id: identity.revision_id,
        body_id: body.id,
        owner_id: identity.owner_id,
        version: identity.version,
        language: identity.language.to_owned(),
        visible_from,
        visible_until,
        released_from: release.map(|release| release.from),
        released_until: release.and_then(|release| release.until),
        section: content.section(),
        slug: last_part(&path).to_owned(),
        path,
        translation_key: translation_key.clone(),
        title: title.clone(),
        link_title: link_title.clone(),
        summary: match summary {
            // As in Hugo, the divider of a body goes before a summary beside it.
            Some(summary) if !body.is_divided => language.text(summary),
            _ => body.summary.clone(),
        },
        lead: lead.clone(),
        description: description.clone(),
        date: date.map_or(Timestamp::UNDATED, Timestamp::from),
        utc_offset: moment.map_or(0, |moment| moment.offset().local_minus_utc()),
        last_modified: last_modified.or(*date).map_or(identity.created_at, Timestamp::from),
        created_at: identity.created_at,
        weight: *weight,
        comments: *comments,
        authorbox: *authorbox,
        pager: *pager,
        toc: *toc,
        mathjax: *mathjax,
        sidebar: sidebar.map(sidebar_name),
        source_name: source.as_ref().map(|source| source.name.clone()),
        source_url: source.as_ref().map(|source| source.url.clone()),
        canonical_url: canonical_url.clone(),
        word_count: body.word_count,
        reading_time: body.reading_time,
        thumbnail: json(Json::of(thumbnail)),
        authors: json(Json::of(authors)),
        aliases: json(Json::of(aliases)),
        widgets: json(Json::of(widgets)),
        params: Value::Object(params.clone()).into(),
        listed: build.listed,
        render: build.render,
        logical_path: content.logical_path(),
    };
    let terms = terms::rows(&copy, terms);
    let menus = menus
        .iter()
        .map(|place| menu_entry::Model {
            id: write.ctx().new_id(),
            view: Some(view),
            article_id: Some(identity.article_id),
            menu: place.menu.clone(),
            language: identity.language.to_owned(),
            identifier: place
                .identifier
                .clone()
                .unwrap_or_else(|| place.name.clone().unwrap_or_else(|| title.clone())),
            parent: place.parent.clone(),
            name: place
                .name
                .clone()
                .unwrap_or_else(|| link_title.clone().unwrap_or_else(|| title.clone())),
            url: None,
            title: place.title.clone(),
            weight: place.weight,
            params: Value::Object(place.params.clone()).into(),
            file: None,
            page_ref: None,
        })
        .collect();
    let keywords = keywords::of(frame, language, view, identity.article_id, params);
    Projection { copy, terms, keywords, menus }
}

/// The last element of a path, without an extension: `a` of `/news/a/`.
pub(super) fn last_part(path: &str) -> &str {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    last.strip_suffix(".html").unwrap_or(last)
}

/// The stored name of a sidebar's place.
#[must_use]
pub fn sidebar_name(sidebar: Sidebar) -> String {
    match sidebar {
        Sidebar::Left => "left",
        Sidebar::Right => "right",
        Sidebar::None => "none",
    }
    .to_owned()
}

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
    write.insert_all(copies).await.map_err(|error| {
        if is_taken(&error) {
            Error::invalid(
                "input.slug",
                UserErrorCode::Taken,
                "another article has this address already",
            )
        } else {
            error.into()
        }
    })?;
    write.insert_all(terms).await?;
    write.insert_all(keywords).await?;
    write.insert_all(menus).await?;
    write.insert_all(due).await?;
    Ok(())
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

/// Which of these addresses an article has, published or not.
pub async fn inhabited(db: &impl ConnectionTrait, paths: &[String]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for paths in paths.chunks(CHUNK) {
        let rows: Vec<String> = article_copy::Entity::find()
            .select_only()
            .column(article_copy::Column::Path)
            .filter(article_copy::Column::Path.is_in(paths.iter().map(String::as_str)))
            .filter(article_copy::Column::View.ne(View::Trash))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
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
            if is_taken(&error) {
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

/// Lets old addresses lead to an article, a term or wherever a row says; what
/// leads to one of them by its address leads there, too.
pub async fn redirect(write: &Write<'_>, redirects: Vec<redirect::Model>) -> Result<()> {
    for rows in redirects.chunks(CHUNK) {
        insert_redirects(write, rows).await?;
        let targets = rows.iter().map(|row| address::encode(&row.path));
        let before = redirect::Entity::find()
            .filter(redirect::Column::Target.is_in(targets))
            .all(write.txn())
            .await?;
        let folded: Vec<_> = before
            .into_iter()
            .filter_map(|old| {
                let to = rows
                    .iter()
                    .find(|row| old.target.as_ref() == Some(&address::encode(&row.path)))?;
                let target = to.target.clone();
                let back = target.as_ref() == Some(&address::encode(&old.path));
                (!back).then_some(redirect::Model {
                    target,
                    article_id: to.article_id,
                    term_id: to.term_id,
                    ..old
                })
            })
            .collect();
        insert_redirects(write, &folded).await?;
    }
    Ok(())
}

async fn insert_redirects(write: &Write<'_>, rows: &[redirect::Model]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.iter().map(|row| row.clone().into_active_model().reset_all());
    redirect::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::column(redirect::Column::Path)
                .update_columns([
                    redirect::Column::Target,
                    redirect::Column::ArticleId,
                    redirect::Column::TermId,
                    redirect::Column::Language,
                    redirect::Column::Permanent,
                ])
                .to_owned(),
        )
        .exec_without_returning(write.txn())
        .await?;
    Ok(())
}

/// What leads to an article that is published at `path`: its aliases, and the
/// address at which the public saw it before.
#[must_use]
pub fn redirects_to(
    write: &Write<'_>,
    content: &Content,
    before: Option<String>,
    path: &str,
    head: &article::Model,
) -> Vec<redirect::Model> {
    content
        .aliases
        .iter()
        .cloned()
        .chain(before)
        .filter(|old| old != path)
        .map(|old| redirect::Model {
            path: old,
            target: None,
            article_id: Some(head.id),
            term_id: None,
            language: head.language.clone(),
            permanent: true,
            created_at: write.ctx().now(),
        })
        .collect()
}

/// Forgets redirects from addresses at which something lives again.
pub async fn drop_redirects(write: &Write<'_>, paths: &[String]) -> Result<()> {
    for paths in paths.chunks(CHUNK) {
        redirect::Entity::delete_many()
            .filter(redirect::Column::Path.is_in(paths.iter().map(String::as_str)))
            .exec(write.txn())
            .await?;
    }
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
