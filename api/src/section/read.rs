//! Reading sections.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use entity::{Render, Timestamp, View, article_copy, section};
use sea_orm::sea_query::{Expr, ExprTrait, Query, UnionType};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::{HOME, Section};
use crate::article::build::Build;
use crate::article::filter::{ArticleFilter, StringFilter};
use crate::article::read;
use crate::cache::{By, Dependency};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::hugo::sanitize::normalize;
use crate::policy::Scope;
use crate::site::{Frame, LanguageFrame};

/// Statements in one: SQLite unites 500 at most.
const UNITED: usize = 100;

/// Language and name.
pub type Key = (String, String);

/// The section, or the home page, at a decoded path.
pub async fn at(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Arc<Frame>,
    path: &str,
) -> Result<Option<Section>> {
    let language = frame.language_at(path);
    if !frame.rules.has_pages("section") && path != frame.home_path(language) {
        return Ok(None);
    }
    if let Some(section) = written_at(ctx, scope, &language.tag, path).await? {
        let has_page = build(scope, &section.row).render == Render::Always;
        return Ok(has_page.then_some(section));
    }
    let prefix = frame.prefix(language);
    let below = path.strip_prefix(prefix.as_str()).unwrap_or(path).trim_start_matches('/');
    let name = below.trim_end_matches("index.html").trim_end_matches('/');
    let row = unwritten(frame, language, name);
    // Without its last slash, or with one too many, it is answered as it stands.
    let is_there = row.path.trim_end_matches('/') == path.trim_end_matches('/')
        && (name == HOME
            || !unwritten_among(ctx, scope, language, [name].into_iter()).await?.is_empty());
    if !is_there {
        return Ok(None);
    }
    let row = section::Model { path: path.to_owned(), ..row };
    Ok(Section::group(vec![row], scope).pop())
}

/// The section with a page of its own at a decoded path.
pub async fn written_at(
    ctx: &Ctx,
    scope: &Scope,
    language: &str,
    path: &str,
) -> Result<Option<Section>> {
    let find = written(scope)
        .filter(section::Column::Path.eq(path))
        .filter(section::Column::Language.eq(language));
    let row = find.one(ctx.db_of([Dependency::Sections]).orm()).await?;
    Ok(row.and_then(|row| Section::group(vec![row], scope).pop()))
}

/// Where the public is shown a section, as its page says; editors are shown all.
#[must_use]
pub fn build(scope: &Scope, row: &section::Model) -> Build {
    let params = row.params.0.as_object().filter(|_| scope.view == View::Published);
    params.map(Build::of).unwrap_or_default()
}

/// Sections with pages of their own, as far as they may be seen.
fn written(scope: &Scope) -> sea_orm::Select<section::Entity> {
    let find = section::Entity::find();
    find.filter(shown(scope, "section"))
}

/// What the public sees now of what lists and terms say of themselves, as a condition on
/// their tables. Editors see all.
#[must_use]
pub fn shown(scope: &Scope, table: &'static str) -> Condition {
    if scope.view != View::Published {
        return Condition::all();
    }
    let column = |column: &'static str| Expr::col((table, column));
    Condition::all()
        .add(column("visible_from").lte(scope.now.0))
        .add(column("visible_until").gt(scope.now.0))
}

fn is_shown(scope: &Scope, row: &section::Model) -> bool {
    let now = scope.now;
    scope.view != View::Published || (row.visible_from <= now && now < row.visible_until)
}

/// Of these folders, those that are sections though they say nothing: those at the top
/// that hold articles or sections.
async fn unwritten_among<'a>(
    ctx: &Ctx,
    scope: &Scope,
    language: &LanguageFrame,
    names: impl Iterator<Item = &'a str>,
) -> Result<HashSet<String>> {
    use article_copy::Column;
    let holds_articles = |name: &str| {
        let mut inner = Query::select();
        inner
            .expr(Expr::val(1))
            .from(article_copy::Entity)
            .cond_where(read::visible(scope, "article_copy"))
            .cond_where(read::within(scope, "article_copy"))
            .cond_where(Column::Language.eq(&*language.tag))
            .cond_where(Column::Section.eq(name));
        Query::select().expr(Expr::val(name)).cond_where(Expr::exists(inner)).take()
    };
    let names: Vec<_> = names.filter(|name| !name.contains('/')).collect();
    let mut found = HashSet::new();
    for names in names.chunks(UNITED) {
        let mut each = names.iter().map(|name| holds_articles(name));
        let Some(mut select) = each.next() else { continue };
        for other in each {
            select.union(UnionType::All, other);
        }
        for row in ctx.db_of([]).query_all(&select).await? {
            found.insert(row.get::<String>(0)?);
        }
    }
    for name in &names {
        let section = StringFilter { eq: Some((*name).to_owned()), ..StringFilter::default() };
        let filter = ArticleFilter {
            section: Some(section),
            ..ArticleFilter::in_language(Some(&language.tag))
        };
        read::note_number(ctx, &filter, None);
    }
    if found.len() < names.len() {
        let inner = written(scope)
            .filter(section::Column::Language.eq(&*language.tag))
            .filter(section::Column::Name.like("%/%"));
        let inner = inner.all(ctx.db_of([Dependency::Sections]).orm()).await?;
        let above = inner.iter().filter_map(|row| row.name.split('/').next());
        found.extend(above.filter(|name| names.contains(name)).map(str::to_owned));
    }
    Ok(found)
}

/// A section that says nothing of itself.
fn unwritten(frame: &Frame, language: &LanguageFrame, name: &str) -> section::Model {
    let home = frame.home_path(language);
    section::Model {
        visible_from: Timestamp::ALWAYS,
        visible_until: Timestamp::NEVER,
        language: language.row.tag.clone(),
        name: name.to_owned(),
        path: match name {
            HOME => home,
            name => frame.section_path(language, name),
        },
        title: match name {
            HOME => language.row.title.clone(),
            name => frame.rules.list_title(name),
        },
        description: None,
        draft: false,
        weight: 0,
        markdown: String::new(),
        html: String::new(),
        params: serde_json::Value::Object(serde_json::Map::new()).into(),
        renderer: 0,
        links: entity::Json::default(),
        source: None,
    }
}

/// Sections by language and name, those without a page among them.
pub async fn named(
    ctx: &Ctx,
    scope: &Scope,
    keys: impl Iterator<Item = Key>,
) -> Result<HashMap<Key, Section>> {
    let keys: BTreeSet<Key> = keys.collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let frame = ctx.frame().await?;
    let mut wanted = Condition::any();
    for (language, name) in &keys {
        let own = Condition::all()
            .add(section::Column::Language.eq(language.as_str()))
            .add(section::Column::Name.eq(name.as_str()));
        wanted = wanted.add(own);
    }
    let mut found: HashMap<Key, section::Model> = written(scope)
        .filter(wanted)
        .all(ctx.db_of([Dependency::Sections]).orm())
        .await?
        .into_iter()
        .map(|row| ((row.language.clone(), row.name.clone()), row))
        .collect();
    let row = |key: &Key| {
        let row = found.remove(key);
        row.unwrap_or_else(|| unwritten(&frame, frame.language_of(&key.0), &key.1))
    };
    let rows: Vec<_> = keys.iter().map(row).collect();
    Ok(keys.into_iter().zip(Section::group(rows, scope)).collect())
}

/// Sections by their names, with their paths and titles; one that is a draft is
/// absent where drafts may not be seen. One without a page of its own is called
/// by its folder.
pub async fn linked(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
    language: &LanguageFrame,
    names: Vec<String>,
) -> Result<Vec<(String, String, String)>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let rows = section::Entity::find()
        .filter(section::Column::Language.eq(&*language.tag))
        .filter(section::Column::Name.is_in(names.iter().map(|name| normalize(name))))
        .all(ctx.db_of([Dependency::Sections]).orm())
        .await?;
    let mut found = Vec::new();
    for name in names {
        match rows.iter().find(|row| row.name == normalize(&name)) {
            Some(row) if !is_shown(scope, row) => {}
            Some(row) => found.push((name, row.path.clone(), row.title.clone())),
            None if name.is_empty() => {
                found.push((name, frame.home_path(language), language.row.title.clone()));
            }
            None => {
                let row = unwritten(frame, language, &name);
                found.push((name, row.path, row.title));
            }
        }
    }
    Ok(found)
}

/// The home page, sections and lists of terms by their names, as far as there are such
/// pages.
pub async fn present(
    ctx: &Ctx,
    scope: &Scope,
    language: &LanguageFrame,
    names: &[String],
) -> Result<Vec<section::Model>> {
    let frame = ctx.frame().await?;
    let rows = section::Entity::find()
        .filter(section::Column::Language.eq(&*language.tag))
        .filter(section::Column::Name.is_in(names.iter().map(String::as_str)))
        .all(ctx.db_of([Dependency::Sections]).orm())
        .await?;
    let taxonomies = frame.taxonomies(language);
    let own = |name: &str| rows.iter().find(|row| row.name == name);
    let is_list = |name: &str| taxonomies.iter().any(|(_, plural)| *plural == name);
    let others = names.iter().map(String::as_str);
    let others = others.filter(|name| *name != HOME && own(name).is_none() && !is_list(name));
    let unwritten_ones = unwritten_among(ctx, scope, language, others).await?;
    let mut found = Vec::new();
    for name in names {
        if let Some(row) = own(name) {
            if is_shown(scope, row) && build(scope, row).render == Render::Always {
                found.push(row.clone());
            }
        } else if is_list(name) {
            let path = frame.taxonomy_path(language, name);
            found.push(section::Model { path, ..unwritten(&frame, language, name) });
        } else if name == HOME || unwritten_ones.contains(name) {
            found.push(unwritten(&frame, language, name));
        }
    }
    Ok(found)
}

/// The sections with pages of their own, in all languages.
pub async fn all(ctx: &Ctx, scope: &Scope) -> Result<Vec<section::Model>> {
    let find = written(scope).order_by_asc(section::Column::Name);
    Ok(find.all(ctx.db_of([Dependency::Sections]).orm()).await?)
}

/// The section with a page of its own at one of these decoded paths, the deepest; none
/// where that may not be seen.
pub async fn deepest(ctx: &Ctx, scope: &Scope, paths: &[String]) -> Result<Option<section::Model>> {
    let paths = paths.iter().map(String::as_str);
    let find = section::Entity::find().filter(section::Column::Path.is_in(paths));
    let found = find.all(ctx.db_of([Dependency::Sections]).orm()).await?;
    let deepest = found.into_iter().max_by_key(|row| row.path.len());
    Ok(deepest.filter(|row| is_shown(scope, row)))
}

/// What a section is called and where it lives, whether it says so itself or not.
/// All that do are read once for a request.
pub async fn title_of(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
    language: &str,
    name: &str,
) -> Result<(String, String)> {
    let rows = ctx
        .once()
        .load(format!("sections:{}", scope.key()), || async { all(ctx, scope).await })
        .await?;
    let own = rows.iter().find(|row| row.language == language && row.name == name);
    let row = own.cloned().unwrap_or_else(|| unwritten(frame, frame.language_of(language), name));
    Ok((row.title, row.path))
}

/// Name, language and decoded path of every section, in each language in which it
/// is there; read once for a request.
pub async fn languages(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
) -> Result<Arc<Vec<(String, String, String)>>> {
    let load = || async {
        let mut found: Vec<_> = all(ctx, scope)
            .await?
            .into_iter()
            .map(|row| (row.name, row.language, row.path))
            .collect();
        for row in read::map::mapped_sections(ctx, scope).await? {
            let known = found
                .iter()
                .any(|(name, language, _)| *name == row.section && *language == row.language);
            if let Some(language) = frame.language(&row.language)
                && !known
            {
                let path = unwritten(frame, language, &row.section).path;
                found.push((row.section, row.language, path));
            }
        }
        Ok(found)
    };
    ctx.once().load(format!("section languages:{}", scope.key()), load).await
}

/// The sections at the top of a language: by weight, those without one last, then
/// by title.
pub async fn top(ctx: &Ctx, scope: &Scope, language: &LanguageFrame) -> Result<Vec<Section>> {
    use article_copy::Column;
    let frame = ctx.frame().await?;
    let rows = written(scope)
        .filter(section::Column::Language.eq(&*language.tag))
        .all(ctx.db_of([Dependency::Sections]).orm())
        .await?;
    let mut used = Query::select();
    used.distinct()
        .column((article_copy::Entity, Column::Section))
        .from(article_copy::Entity)
        .cond_where(read::visible(scope, "article_copy"))
        .cond_where(read::within(scope, "article_copy"))
        .cond_where(Column::Language.eq(&*language.tag));
    let filter = ArticleFilter::in_language(Some(&language.tag));
    read::note_numbers(ctx, &By::Place, &filter, None);
    let mut names = HashSet::new();
    for result in ctx.db_of([]).query_all(&used).await? {
        names.insert(result.get::<String>(0)?);
    }
    names.remove(HOME);
    let taxonomies = frame.taxonomies(language);
    let is_taxonomy = |name: &str| taxonomies.iter().any(|(_, plural)| *plural == name);
    let mut sections = Vec::new();
    let top = |row: &section::Model| row.name.split('/').next().map(str::to_owned);
    names.extend(rows.iter().filter_map(top).filter(|name| name != HOME && !is_taxonomy(name)));
    for row in rows {
        let nested = row.name.contains('/') || row.name == HOME;
        let listed =
            (names.remove(&row.name) || !is_taxonomy(&row.name)) && build(scope, &row).listed;
        if !nested && listed {
            sections.push(row);
        }
    }
    sections.extend(names.iter().map(|name| unwritten(&frame, language, name)));
    sort(&mut sections);
    Ok(Section::group(sections, scope))
}

fn sort(sections: &mut [section::Model]) {
    sections.sort_by(|a, b| {
        (a.weight == 0, a.weight, &a.title, &a.name).cmp(&(
            b.weight == 0,
            b.weight,
            &b.title,
            &b.name,
        ))
    });
}

/// The sections directly below each of several, with their pages: by what they
/// are below.
pub async fn below(ctx: &Ctx, scope: &Scope, above: &[Key]) -> Result<HashMap<Key, Vec<Section>>> {
    let languages: BTreeSet<_> = above.iter().map(|(language, _)| language.as_str()).collect();
    let rows = written(scope)
        .filter(section::Column::Language.is_in(languages))
        .filter(section::Column::Name.like("%/%"))
        .all(ctx.db_of([Dependency::Sections]).orm())
        .await?;
    let above: HashSet<_> = above.iter().collect();
    let mut rows: Vec<_> = rows
        .into_iter()
        .filter(|row| owner(row).is_some_and(|owner| above.contains(&owner)))
        .filter(|row| build(scope, row).listed)
        .collect();
    sort(&mut rows);
    let owners: Vec<_> = rows.iter().filter_map(owner).collect();
    let mut groups: HashMap<Key, Vec<Section>> = HashMap::new();
    for (owner, section) in owners.into_iter().zip(Section::group(rows, scope)) {
        groups.entry(owner).or_default().push(section);
    }
    Ok(groups)
}

/// What a section is directly below.
fn owner(row: &section::Model) -> Option<Key> {
    let (above, _) = row.name.rsplit_once('/')?;
    Some((row.language.clone(), above.to_owned()))
}
