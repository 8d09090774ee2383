//! What a Hugo configuration says, as the site's rows.
//!
//! Mainroad's parameters become settings; every parameter stays in `params` as
//! well. Source: the Mainroad theme's documentation, "Configuration".

use std::collections::HashMap;

use entity::{language, redirect, section, site, source_file, term, term_text};
use indexmap::IndexMap;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, Iterable, PaginatorTrait,
    QueryFilter, QuerySelect,
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::address::TermPlace;
use super::config::{Direction, LanguageConfig, SiteConfig};
use super::{cast, fold, menu_rows, page_values};
use crate::article::keywords;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::event::{Event, Write};
use crate::menu::plain::PlainMenu;
use crate::redirect::store as redirects;
use crate::site::{
    Frame, Markup, PageDefaults, Related, Sidebar, SiteAuthor, Switches, WidgetSetting, Widgets,
};

/// The path under which the configuration's hash is kept.
pub const CONFIGURATION: &str = "(configuration)";

fn text(params: &Map<String, Value>, key: &str) -> Option<String> {
    fold::get(params, key).and_then(cast::text).filter(|text| !text.trim().is_empty())
}

fn table<'a>(params: &'a Map<String, Value>, key: &str) -> Option<&'a Map<String, Value>> {
    fold::get(params, key).and_then(Value::as_object)
}

fn flag(params: &Map<String, Value>, key: &str) -> Option<bool> {
    fold::get(params, key).and_then(Value::as_bool)
}

fn author(params: &Map<String, Value>) -> Option<SiteAuthor> {
    match fold::get(params, "author")? {
        Value::Object(map) => Some(SiteAuthor {
            name: text(map, "name")?,
            bio: text(map, "bio"),
            avatar: text(map, "avatar"),
        }),
        value => Some(SiteAuthor { name: cast::text(value)?, bio: None, avatar: None })
            .filter(|author| !author.name.is_empty()),
    }
}

/// Accounts by network, in order; `custom` ones by their titles.
fn social(params: &Map<String, Value>) -> IndexMap<String, String> {
    let own = table(params, "widgets").and_then(|widgets| table(widgets, "social"));
    let mut links = IndexMap::new();
    for (network, value) in own.or_else(|| table(params, "social")).into_iter().flatten() {
        match value {
            Value::String(value) => {
                links.insert(network.clone(), value.clone());
            }
            Value::Array(custom) => {
                for entry in custom.iter().filter_map(Value::as_object) {
                    if let (Some(title), Some(url)) = (text(entry, "title"), text(entry, "url")) {
                        links.insert(title, url);
                    }
                }
            }
            _ => {}
        }
    }
    links
}

fn sidebar(value: &Value) -> Option<Sidebar> {
    match value {
        Value::String(text) if text.eq_ignore_ascii_case("left") => Some(Sidebar::Left),
        Value::String(text) if text.eq_ignore_ascii_case("right") => Some(Sidebar::Right),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(Sidebar::None),
        Value::Bool(false) => Some(Sidebar::None),
        _ => None,
    }
}

/// A list of widgets below `params.sidebar`: names, or names with settings.
fn widget_list(places: &Map<String, Value>, key: &str) -> Option<Vec<WidgetSetting>> {
    let list = fold::get(places, key).filter(|list| list.is_array())?;
    let list = page_values::widgets(list).ok().flatten()?.into_iter();
    let one = |(name, settings): (String, Option<Value>)| WidgetSetting {
        name,
        settings: settings.unwrap_or_default(),
    };
    Some(list.map(one).collect())
}

/// Mainroad's one list, which holds for every kind of page without one of its own.
#[must_use]
pub fn common_widgets(places: &Map<String, Value>) -> Option<Vec<WidgetSetting>> {
    widget_list(places, "widgets")
}

/// Widgets and sidebars, as parameters say them.
#[must_use]
pub fn widgets(params: &Map<String, Value>) -> Widgets {
    let places = table(params, "sidebar");
    let list = places.and_then(common_widgets).unwrap_or_default();
    let page = |kind: &str| PageDefaults {
        sidebar: places.and_then(|places| fold::get(places, kind)).and_then(sidebar),
        widgets: places
            .and_then(|places| widget_list(places, &format!("{kind}Widgets")))
            .unwrap_or_else(|| list.clone()),
    };
    let own = table(params, "widgets");
    let number = |key: &str| {
        let number = own.and_then(|own| fold::get(own, key)).and_then(cast::integer)?;
        u32::try_from(number).ok()
    };
    let counter = |key: &str| own.and_then(|own| flag(own, key)).unwrap_or(false);
    Widgets {
        home: page("home"),
        list: page("list"),
        single: page("single"),
        recent_num: number("recent_num"),
        tags_counter: counter("tags_counter"),
        categories_counter: counter("categories_counter"),
        settings: own
            .into_iter()
            .flatten()
            .filter(|(_, value)| value.is_object())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    }
}

fn switches(params: &Map<String, Value>) -> Switches {
    Switches {
        comments: flag(params, "comments"),
        authorbox: flag(params, "authorbox"),
        pager: flag(params, "pager"),
        toc: flag(params, "toc"),
        mathjax: flag(params, "mathjax"),
    }
}

fn main_sections(config: &SiteConfig, params: &Map<String, Value>) -> Vec<String> {
    fold::get(params, "mainSections")
        .or_else(|| fold::get(&config.root, "mainSections"))
        .and_then(cast::list)
        .unwrap_or_default()
}

pub fn language_row(config: &SiteConfig, language: &LanguageConfig) -> language::Model {
    let params = &language.params;
    let own = fold::map(&config.root, "languages").and_then(|all| fold::map(all, &language.key));
    language::Model {
        tag: language.tag.clone(),
        key: language.key.clone(),
        name: language.name.clone(),
        right_to_left: language.direction == Direction::Rtl,
        weight: language.weight,
        fallback: None,
        has_cjk: language.has_cjk,
        title: language.title.clone(),
        subtitle: text(params, "subtitle"),
        description: text(params, "description"),
        copyright: language.copyright.clone(),
        author: json(&author(params)),
        social: json(&social(params)),
        main_sections: json(&main_sections(config, params)),
        widgets: json(&widgets(params)),
        switches: json(&switches(params)),
        params: Value::Object(params.clone()).into(),
        widget_lists: entity::Json::default(),
        markup: json(&Markup::from_config(&config.root, own)),
        section_menu: own
            .and_then(|own| text(own, "sectionPagesMenu"))
            .or_else(|| text(&config.root, "sectionPagesMenu")),
    }
}

fn json(value: &impl serde::Serialize) -> entity::Json {
    entity::Json::of(value).unwrap_or_default()
}

/// The tag of a language by Hugo's key.
#[must_use]
pub fn tag<'a>(config: &'a SiteConfig, key: &'a str) -> &'a str {
    config.language(key).map_or(key, |language| &language.tag)
}

/// How the site finds related articles; Hugo's own way compares tags where the
/// site has them.
fn related(config: &SiteConfig) -> Related {
    Related::from_config(&config.root).unwrap_or_else(|| {
        let mut related = Related::default();
        if !config.rules.taxonomies.contains_key("tag") {
            related.indices.retain(|index| index.name != "tags");
        }
        related
    })
}

/// What a configuration says of the site in all languages.
pub fn site_row(config: &SiteConfig) -> Result<site::Model> {
    Ok(site::Model {
        id: 1,
        base_url: match config.base_url.trim_end_matches('/') {
            "" => "http://127.0.0.1:8080/".to_owned(),
            base => format!("{base}/"),
        },
        time_zone: config.time_zone.name().to_owned(),
        default_language: tag(config, &config.default_language).to_owned(),
        rules: entity::Json::of(&config.rules)?,
        related: entity::Json::of(&related(config))?,
        widget_lists: entity::Json::default(),
        term_places: entity::Json::default(),
    })
}

/// Writes site, languages and menus, if they are not the ones written last.
/// Says whether addresses may have changed with them.
///
/// `given` is the language that content is in which does not say.
///
/// `arranged` are the menus that editors arranged, as they are shown.
pub async fn store(
    write: &mut Write<'_>,
    config: &SiteConfig,
    given: String,
    arranged: &[PlainMenu],
) -> Result<bool> {
    let site = site_row(config)?;
    let languages: Vec<_> =
        config.languages.iter().map(|language| language_row(config, language)).collect();
    let menus = menu_rows::of(config);
    let said = json!([
        [site.base_url, site.time_zone, site.default_language, site.rules, site.related],
        languages.iter().map(|language| format!("{language:?}")).collect::<Vec<_>>(),
        menus,
        given,
    ]);
    let hash = Sha256::digest(serde_json::to_vec(&said)?).to_vec();
    let before = source_file::Entity::find_by_id(CONFIGURATION.to_owned()).one(write.txn()).await?;
    if before.is_some_and(|before| before.hash == hash) {
        return Ok(false);
    }
    let old = site::Entity::find_by_id(1).one(write.txn()).await?;
    let moved = old.as_ref().is_some_and(|old| old.rules != site.rules);
    let related = old.is_some_and(|old| old.related != site.related || old.rules != site.rules);
    crate::site::follow_widgets(write, &languages).await?;
    upsert_languages(write, languages).await?;
    site::Entity::insert(site.into_active_model().reset_all())
        .on_conflict(
            OnConflict::column(site::Column::Id)
                // What editors arranged is not the configuration's to change, nor is what
                // pages of terms say.
                .update_columns(site::Column::iter().filter(|c| {
                    !matches!(
                        c,
                        site::Column::Id | site::Column::WidgetLists | site::Column::TermPlaces
                    )
                }))
                .to_owned(),
        )
        .exec_without_returning(write.txn())
        .await?;
    if related {
        let frame = Frame::read(write.txn()).await?;
        keywords::collect(write, &frame).await?;
    }
    menu_rows::replace(write, menus, arranged).await?;
    let file = source_file::Model {
        path: CONFIGURATION.to_owned(),
        kind: "configuration".to_owned(),
        article_id: None,
        article_version: None,
        language: given,
        format: String::new(),
        front_matter: Vec::new(),
        raw_body: None,
        hash,
        size: 0,
        modified: write.ctx().now(),
        mode: 0,
        changed_at: None,
        checked_at: None,
    };
    put_files(write, vec![file]).await?;
    write.record(Event::new("site.configured"));
    Ok(moved)
}

/// Writes where terms are whose pages say so, if that has changed.
pub async fn put_term_places(ctx: &Ctx, places: &[TermPlace]) -> Result<()> {
    let places = entity::Json::of(&places)?;
    let mut write = Write::begin(ctx).await?;
    let site = site::Entity::find_by_id(1).one(write.txn()).await?;
    let none = |places: &entity::Json| places.0.as_array().is_none_or(Vec::is_empty);
    let Some(site) = site
        .filter(|site| site.term_places != places && !(none(&site.term_places) && none(&places)))
    else {
        return Ok(());
    };
    let mut row = site.into_active_model();
    row.term_places = sea_orm::ActiveValue::Set(places);
    row.update(write.txn()).await?;
    write.record(Event::new("site.configured"));
    write.commit().await
}

/// Which of these languages were made or changed by a mutation.
pub async fn made_here(
    db: &impl sea_orm::ConnectionTrait,
    tags: Vec<String>,
) -> Result<Vec<String>> {
    use entity::event::{Column, Entity};
    if tags.is_empty() {
        return Ok(tags);
    }
    Ok(Entity::find()
        .select_only()
        .column(Column::Language)
        .distinct()
        .filter(Column::Kind.eq("site.configured"))
        .filter(Column::Language.is_in(tags))
        .into_tuple()
        .all(db)
        .await?)
}

async fn upsert_languages(write: &Write<'_>, languages: Vec<language::Model>) -> Result<()> {
    let kept: Vec<_> = languages.iter().map(|language| language.tag.clone()).collect();
    let others = language::Entity::find()
        .filter(language::Column::Tag.is_not_in(kept))
        .all(write.txn())
        .await?;
    let tags = others.iter().map(|other| other.tag.clone()).collect();
    let made = made_here(write.txn(), tags).await?;
    for other in others {
        let used = entity::article::Entity::find()
            .filter(entity::article::Column::Language.eq(other.tag.as_str()))
            .count(write.txn())
            .await?;
        // A language with articles stays, whatever the configuration says, and so does
        // one that was made here.
        if used == 0 && !made.contains(&other.tag) {
            language::Entity::delete_by_id(other.tag).exec(write.txn()).await?;
        }
    }
    for language in languages {
        language::Entity::insert(language.into_active_model().reset_all())
            .on_conflict(
                OnConflict::column(language::Column::Tag)
                    .update_columns(
                        // What stands in for a language, and the widgets that were
                        // arranged, are said here and not in Hugo.
                        language::Column::iter().filter(|c| {
                            !matches!(
                                c,
                                language::Column::Tag
                                    | language::Column::Fallback
                                    | language::Column::WidgetLists
                            )
                        }),
                    )
                    .to_owned(),
            )
            .exec_without_returning(write.txn())
            .await?;
    }
    Ok(())
}

/// Forgets which files articles were.
pub async fn forget_files_of(write: &Write<'_>, articles: &[entity::article::Model]) -> Result<()> {
    for articles in articles.chunks(500) {
        source_file::Entity::delete_many()
            .filter(source_file::Column::ArticleId.is_in(articles.iter().map(|head| head.id)))
            .exec(write.txn())
            .await?;
    }
    Ok(())
}

/// Forgets files by path.
pub async fn forget_files(write: &Write<'_>, paths: &[String]) -> Result<()> {
    for paths in paths.chunks(500) {
        source_file::Entity::delete_many()
            .filter(source_file::Column::Path.is_in(paths.iter().map(String::as_str)))
            .exec(write.txn())
            .await?;
    }
    Ok(())
}

/// Remembers files as they are now.
pub async fn put_files(write: &Write<'_>, files: Vec<source_file::Model>) -> Result<()> {
    put_rows(write.txn(), files).await
}

/// Texts link to articles by their files: to others from now on, or to none.
pub fn pages_moved<'a>(files: impl IntoIterator<Item = Option<&'a str>>) -> Event {
    let pages: Vec<_> = files.into_iter().flatten().collect();
    Event { data: json!({ "pages": pages }), ..Event::new("site.files_changed") }
}

pub async fn put_rows(
    db: &impl sea_orm::ConnectionTrait,
    files: Vec<source_file::Model>,
) -> Result<()> {
    let rows: Vec<_> = files.into_iter().map(|file| file.into_active_model().reset_all()).collect();
    for rows in rows.chunks(500) {
        source_file::Entity::insert_many(rows.to_vec())
            .on_conflict(
                OnConflict::column(source_file::Column::Path)
                    .update_columns(
                        source_file::Column::iter()
                            .filter(|c| !matches!(c, source_file::Column::Path)),
                    )
                    .to_owned(),
            )
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// Writes what a section says of itself.
pub async fn put_section(write: &mut Write<'_>, row: section::Model) -> Result<()> {
    use section::Column;
    write.record(Event {
        language: Some(row.language.clone()),
        data: json!({ "path": row.path }),
        ..Event::new("section.saved")
    });
    section::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(
            OnConflict::columns([Column::Language, Column::Name])
                .update_columns(
                    Column::iter().filter(|c| !matches!(c, Column::Language | Column::Name)),
                )
                .to_owned(),
        )
        .exec_without_returning(write.txn())
        .await?;
    Ok(())
}

/// Writes what a term is called where its pages do not say.
pub async fn put_term_name(write: &mut Write<'_>, id: Uuid, name: &str) -> Result<()> {
    write.record(Event::of("term.described", id, 1));
    term::Entity::update_many()
        .col_expr(term::Column::Name, Expr::val(name))
        .filter(term::Column::Id.eq(id))
        .exec(write.txn())
        .await?;
    Ok(())
}

/// Writes where a term stands in lists by weight; its last file says.
pub async fn put_term_weight(write: &Write<'_>, id: Uuid, weight: i32) -> Result<()> {
    term::Entity::update_many()
        .col_expr(term::Column::Weight, Expr::val(weight))
        .filter(term::Column::Id.eq(id))
        .exec(write.txn())
        .await?;
    Ok(())
}

/// Writes what a term is called and says in a language.
pub async fn put_term_text(write: &mut Write<'_>, row: term_text::Model, id: Uuid) -> Result<()> {
    use term_text::Column;
    write.record(Event {
        language: Some(row.language.clone()),
        ..Event::of("term.described", id, 1)
    });
    term_text::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(
            OnConflict::columns([Column::TermId, Column::Language])
                .update_columns(
                    Column::iter().filter(|c| !matches!(c, Column::TermId | Column::Language)),
                )
                .to_owned(),
        )
        .exec_without_returning(write.txn())
        .await?;
    Ok(())
}

/// Where aliases of a section or term lead.
pub struct Lead<'a> {
    pub target: Option<String>,
    pub term: Option<Uuid>,
    pub language: &'a str,
}

/// Lets the aliases of a section or term lead there. What lives at an address stays.
pub async fn put_aliases(write: &mut Write<'_>, paths: Vec<String>, to: &Lead<'_>) -> Result<()> {
    if paths.is_empty() {
        return Ok(());
    }
    let inhabited = redirects::inhabited(write.txn(), &paths).await?;
    let before: HashMap<String, redirect::Model> = redirect::Entity::find()
        .filter(redirect::Column::Path.is_in(paths.iter().map(String::as_str)))
        .all(write.txn())
        .await?
        .into_iter()
        .map(|row| (row.path.clone(), row))
        .collect();
    let mut rows = Vec::new();
    for path in paths {
        let leads = |row: &redirect::Model| (&row.target, row.term_id) == (&to.target, to.term);
        if inhabited.contains(&path) || before.get(&path).is_some_and(leads) {
            continue;
        }
        write.record(Event {
            language: Some(to.language.to_owned()),
            data: json!({ "path": path, "target": to.target, "import": true }),
            ..Event::new("redirect.created")
        });
        rows.push(redirect::Model {
            path,
            target: to.target.clone(),
            article_id: None,
            term_id: to.term,
            language: to.language.to_owned(),
            permanent: true,
            created_at: write.ctx().now(),
        });
    }
    redirects::put(write, rows).await
}
