//! Making translations, and keeping up with their sources.
//!
//! A translation is an article of its own: it has its own versions and is
//! published on its own. What it was made from is noted beside it, with the
//! version of the source that it says; [`super::read::Group`] says who is whose
//! source. A source has changed where one of its texts has: other fields are not
//! a translator's.

use std::collections::HashMap;

use entity::{View, article, body, revision, translation};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    QueryTrait,
};
use serde_json::json;
use uuid::Uuid;

use super::check::{refuse_taken, validate};
use super::content::{Content, Image, MenuPlace};
use super::lock::lock;
use super::projection;
use super::read::{self, Group};
use super::store;
use super::write::{Note, insert_body, insert_head, save};
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::policy::{self, Action, Rows, Scope, Subject};
use crate::site::Frame;

/// What a new translation says; what is not given is left to be translated.
#[derive(Debug, Default)]
pub struct NewTranslation {
    pub title: Option<String>,
    pub body: Option<String>,
    pub link_title: Option<String>,
    pub summary: Option<String>,
    pub lead: Option<String>,
    pub description: Option<String>,
    pub slug: Option<String>,
    /// Whether texts that are not given are those of the source.
    pub copy_text: bool,
}

/// Makes a draft of an article in another language.
pub async fn create(ctx: &Ctx, source: Uuid, language: &str, new: NewTranslation) -> Result<Uuid> {
    policy::check(ctx.actor(), Action::CreateArticle, Subject::default())?;
    let mut write = Write::begin(ctx).await?;
    let frame = write.frame().await?;
    let language = frame
        .resolve(Some(language))
        .map_err(|error| Error::invalid("language", UserErrorCode::Invalid, error.to_string()))?;
    let (head, revision, version) = source_of(&write, source).await?;
    let old: Content = serde_json::from_value(revision.content.0)?;
    let group = group(&write, &old.translation_key).await?;
    let tag = language.row.tag.as_str();
    if head.language == tag || group.members.iter().any(|member| member.language == tag) {
        return Err(Error::invalid(
            "language",
            UserErrorCode::Taken,
            format!("the article is there in {tag} already"),
        ));
    }
    let (mut content, markdown) = translated(old, new);
    if let (None, true) = (&markdown, content.title.is_empty()) {
        return Err(Error::invalid(
            "input.title",
            UserErrorCode::Required,
            "an article needs a title: give one, or `copyText: true` to begin with the source's",
        ));
    }
    validate(&content, None)?;
    crate::taxonomy::keep_existing(&write, &mut content.terms).await?;
    let id = ctx.new_id();
    refuse_taken(&write, &projection::path(&frame, language, &content), id).await?;
    let head = insert_head(&write, id, tag).await?;
    let markdown = match markdown {
        Some(markdown) => markdown,
        None => markdown_of(&write, revision.body_id).await?,
    };
    let body_id = insert_body(&write, &frame, &head, &content, markdown).await?;
    save(&mut write, &frame, head, content, body_id, Note::default(), "article.created").await?;
    note(&write, vec![(id, source, version)]).await?;
    write.commit().await?;
    Ok(id)
}

/// The revision of an article that the actor sees, and its version: the working
/// one, else the published one.
async fn source_of(write: &Write<'_>, id: Uuid) -> Result<(article::Model, revision::Model, i32)> {
    let missing = || Error::invalid("article", UserErrorCode::NotFound, "no such article");
    // Two who translate it into one language wait for each other here.
    let head = article::Entity::find_by_id(id)
        .lock_exclusive()
        .one(write.txn())
        .await?
        .ok_or_else(missing)?;
    let places = store::places(write, id).await?;
    let working = places.iter().find(|place| place.view != View::Published);
    let subject = Subject {
        owner: head.owner_id,
        released: false,
        place: working.map(|place| (head.language.as_str(), place.section.as_str())),
    };
    let (revision_id, version) = if policy::knows(write.ctx().actor(), subject)? {
        (head.revision_id, head.version)
    } else {
        let copy = store::copy(write, View::Published, id).await?.ok_or_else(missing)?;
        (copy.revision_id, copy.version)
    };
    if head.trashed_at.is_some() || head.archived_at.is_some() {
        return Err(Error::invalid(
            "article",
            UserErrorCode::WrongState,
            "the article is out of the way: take it back first (restoreArticle, unarchiveArticle)",
        ));
    }
    let revision = revision::Entity::find_by_id(revision_id)
        .one(write.txn())
        .await?
        .ok_or_else(|| Error::internal("the revision of a copy is missing"))?;
    Ok((head, revision, version))
}

/// The content of a translation, and its body where it is not the source's.
///
/// What is no text comes along, and so do the folder and the file's name, by
/// which Hugo finds what belongs together. What is decided for each article
/// alone does not: addresses, aliases, and when it is published.
fn translated(old: Content, new: NewTranslation) -> (Content, Option<String>) {
    let NewTranslation { title, body, link_title, summary, lead, description, slug, copy_text } =
        new;
    let copied = |own: Option<String>, theirs: Option<String>| {
        if copy_text { own.or(theirs) } else { own }
    };
    let Content {
        title: old_title,
        link_title: old_link_title,
        directory,
        name,
        slug: _,
        url: _,
        bundle,
        address: _,
        translation_key,
        summary: old_summary,
        lead: old_lead,
        description: old_description,
        date,
        last_modified: _,
        publish_at: _,
        expire_at: _,
        weight,
        thumbnail,
        authors,
        terms,
        source,
        canonical_url: _,
        aliases: _,
        comments,
        authorbox,
        pager,
        toc,
        mathjax,
        sidebar,
        widgets,
        menus,
        params,
    } = old;
    let thumbnail =
        thumbnail.map(|Image { url, alt }| Image { url, alt: alt.filter(|_| copy_text) });
    let menus = menus
        .into_iter()
        .map(|place| {
            // What children name stays; what it is called follows the title.
            let identifier = place.identifier.or(place.name);
            MenuPlace { identifier, name: None, title: None, ..place }
        })
        .collect();
    let content = Content {
        title: copied(title, Some(old_title)).unwrap_or_default(),
        link_title: copied(link_title, old_link_title),
        directory,
        name,
        slug,
        url: None,
        bundle,
        address: None,
        translation_key,
        summary: copied(summary, old_summary),
        lead: copied(lead, old_lead),
        description: copied(description, old_description),
        date,
        last_modified: None,
        publish_at: None,
        expire_at: None,
        weight,
        thumbnail,
        authors,
        terms,
        source,
        canonical_url: None,
        aliases: Vec::new(),
        comments,
        authorbox,
        pager,
        toc,
        mathjax,
        sidebar,
        widgets,
        menus,
        params,
    };
    let body = if copy_text { body } else { Some(body.unwrap_or_default()) };
    (content, body)
}

async fn markdown_of(write: &Write<'_>, body_id: Uuid) -> Result<String> {
    body::Entity::find_by_id(body_id)
        .select_only()
        .column(body::Column::Markdown)
        .into_tuple()
        .one(write.txn())
        .await?
        .ok_or_else(|| Error::internal("a body is missing"))
}

/// Says that a translation says what a version of its source does; the current
/// one, where none is named.
pub async fn mark_current(ctx: &Ctx, id: Uuid, version: Option<i32>) -> Result<Uuid> {
    let mut write = Write::begin(ctx).await?;
    let head = lock(&write, id, Action::EditArticle).await?;
    let frame = write.frame().await?;
    let default = frame.default_language().row.tag.as_str();
    let copy = store::copy(&write, View::Working, id).await?;
    let copy = copy.ok_or_else(|| Error::internal("a working copy is missing"))?;
    let group = group(&write, &copy.translation_key).await?;
    let own = group.member(id).ok_or_else(|| Error::internal("a group without its own"))?;
    let source = match group.source_of(own, default) {
        Some((source, _)) => Some(source),
        None => group.source(default).filter(|source| source.article_id != id),
    };
    let source = source.ok_or_else(|| {
        Error::invalid(
            "id",
            UserErrorCode::WrongState,
            "the article is no translation: others are made from it, or it has none",
        )
    })?;
    let version = version.unwrap_or(source.version);
    if !(1..=source.version).contains(&version) {
        return Err(Error::invalid(
            "version",
            UserErrorCode::Invalid,
            format!("the source has the versions 1 to {}", source.version),
        ));
    }
    note(&write, vec![(id, source.article_id, version)]).await?;
    write.record(Event {
        language: Some(head.language),
        data: json!({ "source": source.article_id, "sourceVersion": version }),
        ..Event::of("article.translation_marked", id, head.version)
    });
    write.commit().await?;
    Ok(id)
}

/// What a save means for translations: the version that last changed a text of
/// the article, once this is saved, and what it is made from where it comes into
/// another group.
pub async fn follow(
    write: &Write<'_>,
    head: &article::Model,
    content: &Content,
    body_id: Uuid,
) -> Result<i32> {
    let next = head.version + 1;
    let old = revision::Entity::find_by_id(head.revision_id).one(write.txn()).await?;
    let Some(old) = old else {
        join(write, head.id, &content.translation_key).await?;
        return Ok(next);
    };
    let before: Content = serde_json::from_value(old.content.0)?;
    if before.translation_key != content.translation_key {
        translation::Entity::delete_by_id(head.id).exec(write.txn()).await?;
        join(write, head.id, &content.translation_key).await?;
    }
    if texts(&before) != texts(content) {
        return Ok(next);
    }
    let same = old.body_id == body_id
        || markdown_of(write, old.body_id).await? == markdown_of(write, body_id).await?;
    Ok(if same { head.text_version } else { next })
}

/// An article that comes to a group says what the source of the group says now.
async fn join(write: &Write<'_>, id: Uuid, key: &str) -> Result<()> {
    let mut group = group(write, key).await?;
    group.members.retain(|member| member.article_id != id);
    if group.members.is_empty() {
        return Ok(());
    }
    let frame = write.frame().await?;
    match group.source(frame.default_language().row.tag.as_str()) {
        Some(source) => note(write, vec![(id, source.article_id, source.version)]).await,
        None => Ok(()),
    }
}

/// What a translator translates, beside the body.
fn texts(content: &Content) -> [Option<&str>; 6] {
    let thumbnail = content.thumbnail.as_ref();
    [
        Some(&content.title),
        content.link_title.as_deref(),
        content.summary.as_deref(),
        content.lead.as_deref(),
        content.description.as_deref(),
        thumbnail.and_then(|image| image.alt.as_deref()),
    ]
}

/// Translations whose files an import has read say what their sources say now,
/// in whichever order the files came.
pub async fn after_import(write: &Write<'_>, frame: &Frame, keys: Vec<String>) -> Result<()> {
    let default = frame.default_language().row.tag.as_str();
    let mut notes = Vec::new();
    for keys in keys.chunks(500) {
        let groups = groups(write, keys).await?;
        let ids: Vec<_> =
            groups.values().flat_map(|group| &group.members).map(|m| m.article_id).collect();
        let fresh = imported_now(write, &ids).await?;
        for group in groups.values() {
            for member in group.members.iter().filter(|m| fresh.contains_key(&m.article_id)) {
                if let Some((source, said)) = group.source_of(member, default)
                    && said != source.version
                {
                    notes.push((member.article_id, source.article_id, source.version));
                }
            }
        }
    }
    note(write, notes).await
}

/// Those of the articles whose working revision this import has made.
async fn imported_now(write: &Write<'_>, ids: &[Uuid]) -> Result<HashMap<Uuid, Uuid>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(500) {
        let working = article::Entity::find()
            .select_only()
            .column(article::Column::RevisionId)
            .filter(article::Column::Id.is_in(ids.iter().copied()));
        let rows: Vec<(Uuid, Uuid)> = revision::Entity::find()
            .select_only()
            .columns([revision::Column::ArticleId, revision::Column::Id])
            .filter(revision::Column::Id.in_subquery(working.into_query()))
            .filter(revision::Column::CreatedAt.eq(write.ctx().now()))
            .into_tuple()
            .all(write.txn())
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// A group as it is, whoever may see it.
async fn group(write: &Write<'_>, key: &str) -> Result<Group> {
    Ok(groups(write, &[key.to_owned()]).await?.remove(key).unwrap_or_default())
}

async fn groups(write: &Write<'_>, keys: &[String]) -> Result<HashMap<String, Group>> {
    let scope = Scope { view: View::Working, now: write.ctx().now(), rows: Rows::All };
    read::load_groups(write.txn(), &scope, keys).await
}

/// Notes what articles are made from, and which version of it they say.
async fn note(write: &Write<'_>, notes: Vec<(Uuid, Uuid, i32)>) -> Result<()> {
    let rows: Vec<_> = notes
        .into_iter()
        .map(|(article_id, source_id, source_version)| {
            translation::Model { article_id, source_id, source_version }
                .into_active_model()
                .reset_all()
        })
        .collect();
    for rows in rows.chunks(500) {
        translation::Entity::insert_many(rows.to_vec())
            .on_conflict(
                OnConflict::column(translation::Column::ArticleId)
                    .update_columns([
                        translation::Column::SourceId,
                        translation::Column::SourceVersion,
                    ])
                    .to_owned(),
            )
            .exec_without_returning(write.txn())
            .await?;
    }
    Ok(())
}
