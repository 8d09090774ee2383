//! From a [`Content`] to the copy that readers see: every field of a revision as one
//! view shows it, with its terms, keywords and places in menus. Nothing here asks the
//! database.

use entity::{Json, Timestamp, View, article_copy, article_keyword, article_term, menu_entry};
use serde_json::Value;
use uuid::Uuid;

use super::build::Build;
use super::content::Content;
use super::{keywords, terms};
use crate::event::Write;
use crate::hugo::address::{Parts, Rules, Sections};
use crate::hugo::tree::Kind;
use crate::site::{Frame, LanguageFrame, Sidebar};

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
pub fn make(
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
