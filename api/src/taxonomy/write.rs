//! Making, renaming and deleting terms.

use std::collections::{HashMap, HashSet};

use entity::term;
use indexmap::IndexMap;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::change::{self, Before, ChangeKind, Done, Moved, Plan};
use super::merge::lock_rows;
use super::texts::{self, NewText};
use super::{Taxonomy, redirects};
use crate::article::content::MAX_KEY;
use crate::article::read::is_taken;
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::hugo::sanitize::lower;
use crate::policy::{self, Action, Subject};
use crate::site::Frame;

/// Terms in one statement.
const CHUNK: usize = 500;

/// What a mutation sets; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct Rename {
    pub name: Option<String>,
    pub slug: Option<String>,
    pub description: Option<Option<String>>,
    pub weight: Option<i32>,
    pub parent: Option<Option<Uuid>>,
    /// What is said in single languages, of a term that is there.
    pub texts: Vec<NewText>,
}

/// Ids of the terms with these names, in order and without repetition. Terms
/// that do not exist are made: to name a tag in an article is to have it.
pub async fn ensure_all(
    write: &mut Write<'_>,
    frame: &Frame,
    taxonomy: &Taxonomy,
    names: &[String],
) -> Result<Vec<Uuid>> {
    let found = ensure_many(write, frame, taxonomy.plural(), names).await?;
    let mut seen = HashSet::new();
    Ok(names
        .iter()
        .filter_map(|name| found.get(name).copied())
        .filter(|id| seen.insert(*id))
        .collect())
}

/// The id of each name's term; names that make the same address share one.
pub async fn ensure_many(
    write: &mut Write<'_>,
    frame: &Frame,
    taxonomy: &str,
    names: &[String],
) -> Result<HashMap<String, Uuid>> {
    let mut slugs = IndexMap::new();
    for (name, slug) in names.iter().zip(slugs_of(write, frame, taxonomy, names).await?) {
        if !slug.is_empty() {
            slugs.entry(slug).or_insert_with(Vec::new).push(name.clone());
        }
    }
    if let Some(slug) = slugs.keys().find(|slug| slug.len() > MAX_KEY) {
        return Err(Error::invalid(
            match Taxonomy::named(taxonomy) {
                Taxonomy::Tags => "input.tags",
                Taxonomy::Categories => "input.categories",
                Taxonomy::Other(_) => "input.terms",
            },
            UserErrorCode::Invalid,
            format!("a name of {} bytes is too long: {MAX_KEY} are the most", slug.len()),
        ));
    }
    let wanted: Vec<_> = slugs.keys().map(String::as_str).collect();
    let mut ids = ids_of(write, taxonomy, &wanted).await?;
    let mut new: Vec<_> = slugs
        .iter()
        .filter(|(slug, _)| !ids.contains_key(*slug))
        .filter_map(|(slug, names)| Some(blank(write.ctx(), taxonomy, slug, names.first()?.trim())))
        .collect();
    if !new.is_empty() {
        // Whoever makes the same ones waits for us, or we for them: in one order
        // for everybody, so that nobody waits in a circle.
        new.sort_unstable_by(|a, b| a.slug.cmp(&b.slug));
        insert_absent(write, &new).await?;
        let missing: Vec<_> = new.iter().map(|row| row.slug.as_str()).collect();
        ids.extend(ids_of(write, taxonomy, &missing).await?);
        // Those that somebody else made meanwhile are not ours to announce.
        for row in new.iter().filter(|row| ids.get(&row.slug) == Some(&row.id)) {
            write.record(created(row));
        }
    }
    Ok(slugs
        .into_iter()
        .flat_map(|(slug, names)| {
            let id = ids.get(&slug).copied();
            names.into_iter().filter_map(move |name| id.map(|id| (name, id)))
        })
        .collect())
}

/// Ids of the terms with these names that exist.
pub async fn existing(
    write: &Write<'_>,
    frame: &Frame,
    taxonomy: &Taxonomy,
    names: &[String],
) -> Result<HashSet<Uuid>> {
    let slugs = slugs_of(write, frame, taxonomy.plural(), names).await?;
    let slugs: Vec<_> = slugs.iter().map(String::as_str).collect();
    Ok(ids_of(write, taxonomy.plural(), &slugs).await?.into_values().collect())
}

/// The slugs of names. Where addresses keep their case a term is the same in any, and
/// has that of the first who named it.
async fn slugs_of(
    write: &Write<'_>,
    frame: &Frame,
    taxonomy: &str,
    names: &[String],
) -> Result<Vec<String>> {
    let slugs = names.iter().map(|name| frame.rules.term_slug(name));
    if !frame.rules.disable_path_to_lower {
        return Ok(slugs.collect());
    }
    let known: Vec<String> = term::Entity::find()
        .select_only()
        .column(term::Column::Slug)
        .filter(term::Column::Taxonomy.eq(taxonomy))
        .into_tuple()
        .all(write.txn())
        .await?;
    let mut spelled: HashMap<String, String> =
        known.into_iter().map(|slug| (lower(&slug), slug)).collect();
    Ok(slugs.map(|slug| spelled.entry(lower(&slug)).or_insert(slug).clone()).collect())
}

/// Ids of terms by slug. They are held until the transaction ends: what an
/// article names is not deleted under it.
pub(super) async fn ids_of(
    write: &Write<'_>,
    taxonomy: &str,
    slugs: &[&str],
) -> Result<HashMap<String, Uuid>> {
    let mut ids = HashMap::new();
    for chunk in slugs.chunks(CHUNK) {
        let found: Vec<(Uuid, String)> = term::Entity::find()
            .select_only()
            .columns([term::Column::Id, term::Column::Slug])
            .filter(term::Column::Taxonomy.eq(taxonomy))
            .filter(term::Column::Slug.is_in(chunk.iter().copied()))
            .order_by_asc(term::Column::Id)
            .lock_shared()
            .into_tuple()
            .all(write.txn())
            .await?;
        ids.extend(found.into_iter().map(|(id, slug)| (slug, id)));
    }
    Ok(ids)
}

/// Inserts the terms whose slugs are free.
pub(super) async fn insert_absent(write: &Write<'_>, rows: &[term::Model]) -> Result<()> {
    for rows in rows.chunks(CHUNK) {
        let rows = rows.iter().map(|row| row.clone().into_active_model().reset_all());
        term::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::columns([term::Column::Taxonomy, term::Column::Slug])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(write.txn())
            .await?;
    }
    Ok(())
}

pub(super) fn blank(ctx: &Ctx, taxonomy: &str, slug: &str, name: &str) -> term::Model {
    term::Model {
        id: ctx.new_id(),
        taxonomy: taxonomy.to_owned(),
        parent_id: None,
        slug: slug.to_owned(),
        name: name.to_owned(),
        description: None,
        version: 1,
        weight: 0,
        created_at: ctx.now(),
    }
}

pub(super) fn created(row: &term::Model) -> Event {
    Event {
        data: json!({ "taxonomy": row.taxonomy, "slug": row.slug }),
        ..Event::of("term.created", row.id, row.version)
    }
}

pub async fn create(ctx: &Ctx, taxonomy: &Taxonomy, new: Rename) -> Result<Done> {
    policy::check(ctx.actor(), Action::EditTerms, Subject::default())?;
    let mut write = Write::begin(ctx).await?;
    write.lock_terms().await?;
    let frame = Frame::read(write.txn()).await?;
    let row = plan_new(write.txn(), ctx, &frame, taxonomy, new).await?;
    write.record(created(&row));
    let term = row.id;
    // An article may have named it meanwhile.
    row.clone().into_active_model().reset_all().insert(write.txn()).await.map_err(taken(&row))?;
    write.commit().await?;
    Ok(Done { term, change: None })
}

/// Makes a term of a taxonomy that the site names, and that is not one of the
/// typed ones.
pub async fn create_in(ctx: &Ctx, plural: &str, new: Rename) -> Result<Done> {
    policy::check(ctx.actor(), Action::EditTerms, Subject::default())?;
    let message = match known(&*ctx.frame().await?, plural, "input.taxonomy")? {
        Taxonomy::Tags => "tags have a mutation of their own: createTag",
        Taxonomy::Categories => "categories have a mutation of their own: createCategory",
        taxonomy @ Taxonomy::Other(_) => return create(ctx, &taxonomy, new).await,
    };
    Err(Error::invalid("input.taxonomy", UserErrorCode::Invalid, message))
}

/// The taxonomy of this name, if a language of the site has it.
pub fn known(frame: &Frame, plural: &str, field: &str) -> Result<Taxonomy> {
    let all = frame.languages.iter().flat_map(|language| frame.taxonomies(language));
    let mut names: Vec<_> = all.map(|(_, plural)| plural).collect();
    if names.contains(&plural) {
        return Ok(Taxonomy::named(plural));
    }
    names.sort_unstable();
    names.dedup();
    Err(Error::invalid(
        field,
        UserErrorCode::Invalid,
        format!("the site has no taxonomy {plural:?}; it has {}", names.join(", ")),
    ))
}

/// The taxonomy of a term that is none of the typed ones.
pub async fn taxonomy_of(ctx: &Ctx, id: Uuid, field: &str) -> Result<Taxonomy> {
    policy::check(ctx.actor(), Action::EditTerms, Subject::default())?;
    let row = term::Entity::find_by_id(id).one(ctx.db_private().orm()).await?;
    let taxonomy = row.map(|row| Taxonomy::named(&row.taxonomy));
    taxonomy
        .filter(|taxonomy| !Taxonomy::TYPED.contains(taxonomy))
        .ok_or_else(|| Error::invalid(field, UserErrorCode::NotFound, "no such term"))
}

/// A term that is not there yet.
pub async fn plan_new(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    frame: &Frame,
    taxonomy: &Taxonomy,
    new: Rename,
) -> Result<term::Model> {
    let Rename { name, slug, description, weight, parent, texts: _ } = new;
    let name = checked_name(name.as_deref().unwrap_or_default())?;
    let slug = slug.as_deref().map(|slug| frame.rules.urlize(slug));
    let slug = slug.unwrap_or_else(|| frame.rules.term_slug(&name));
    let mut row = blank(ctx, taxonomy.plural(), &slug, &name);
    row.description = description.flatten();
    row.weight = weight.unwrap_or_default();
    row.parent_id = parent.flatten();
    refuse_taken(db, &row).await?;
    refuse_loop(db, &row).await?;
    Ok(row)
}

/// What a change of a term would do, with the term as it is; none where it
/// changes nothing.
pub async fn plan_rename(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    frame: &Frame,
    taxonomy: &Taxonomy,
    id: Uuid,
    change: Rename,
) -> Result<Option<(term::Model, Plan)>> {
    let old = find(db, taxonomy, id).await?;
    let Rename { name, slug, description, weight, parent, texts } = change;
    let mut new = old.clone();
    if let Some(name) = name {
        new.name = checked_name(&name)?;
    }
    if let Some(slug) = slug {
        new.slug = frame.rules.urlize(&slug);
    }
    if let Some(description) = description {
        new.description = description;
    }
    if let Some(weight) = weight {
        new.weight = weight;
    }
    if let Some(parent) = parent {
        new.parent_id = parent;
    }
    let texts = texts::plan(db, frame, id, texts).await?;
    if new == old && texts.is_empty() {
        return Ok(None);
    }
    let is_translated = new == old;
    new.version += 1;
    refuse_taken(db, &new).await?;
    refuse_loop(db, &new).await?;
    let redirects = if new.slug == old.slug {
        Vec::new()
    } else {
        redirects::plan(db, frame, &new, &[&old.slug], &[], ctx.now()).await?
    };
    let moved = if new.parent_id == old.parent_id {
        Vec::new()
    } else {
        vec![Moved { id, before: old.parent_id, after: new.parent_id }]
    };
    let summary = if new.name != old.name {
        format!("Renamed {:?} to {:?}", old.name, new.name)
    } else if new.slug != old.slug {
        format!("Moved {:?} from {:?} to {:?}", old.name, old.slug, new.slug)
    } else if is_translated {
        let languages: Vec<_> = texts.iter().map(|text| text.language.as_str()).collect();
        format!("Said {:?} otherwise in {}", old.name, languages.join(", "))
    } else if moved.is_empty() {
        format!("Described {:?} otherwise", old.name)
    } else {
        format!("Moved {:?} in the tree", old.name)
    };
    let plan = Plan {
        kind: ChangeKind::Update,
        taxonomy: taxonomy.clone(),
        articles: change::carriers(db, &[id]).await?,
        term: new,
        removed: Vec::new(),
        added: None,
        moved,
        redirects,
        summary,
        texts,
    };
    Ok(Some((old, plan)))
}

/// Renames or moves a term; its old address leads to the new one.
pub async fn rename(ctx: &Ctx, taxonomy: &Taxonomy, id: Uuid, change: Rename) -> Result<Done> {
    policy::check(ctx.actor(), Action::EditTerms, Subject::default())?;
    let mut write = Write::begin(ctx).await?;
    write.lock_terms().await?;
    lock_rows(&write, vec![id]).await?;
    let frame = Frame::read(write.txn()).await?;
    let planned = plan_rename(write.txn(), ctx, &frame, taxonomy, id, change).await?;
    let Some((before, plan)) = planned else {
        return Ok(Done { term: id, change: None });
    };
    redirects::apply(&write, &plan.redirects).await?;
    let row = plan.term.clone().into_active_model().reset_all();
    row.update(write.txn()).await.map_err(taken(&plan.term))?;
    for text in &plan.texts {
        texts::put(&write, id, &text.language, &text.after).await?;
    }
    let (after, texts) = (plan.term.clone(), plan.texts.clone());
    let before = Before::Update { before, after, texts };
    let change = Some(change::note(&mut write, &plan, before).await?);
    write.commit().await?;
    Ok(Done { term: id, change })
}

/// What deleting a term would do: refused while an article carries it, in any
/// view, or a term is below.
pub async fn plan_delete(db: &impl ConnectionTrait, taxonomy: &Taxonomy, id: Uuid) -> Result<Plan> {
    let row = find(db, taxonomy, id).await?;
    let articles = change::carriers(db, &[id]).await?;
    let below = term::Entity::find().filter(term::Column::ParentId.eq(id)).count(db).await?;
    if !articles.is_empty() || below > 0 {
        let noun = taxonomy.noun();
        return Err(Error::invalid(
            "id",
            UserErrorCode::WrongState,
            format!(
                "the {noun} is used by {} articles and has {below} below it: take it away from \
                 them first, or merge it into another",
                articles.len()
            ),
        ));
    }
    Ok(Plan {
        kind: ChangeKind::Delete,
        taxonomy: taxonomy.clone(),
        summary: format!("Deleted {:?}", row.name),
        redirects: redirects::lost(db, id).await?,
        removed: vec![row.clone()],
        term: row,
        added: None,
        moved: Vec::new(),
        texts: Vec::new(),
        articles,
    })
}

/// Deletes a term that nothing uses.
pub async fn delete(ctx: &Ctx, taxonomy: &Taxonomy, id: Uuid) -> Result<Done> {
    policy::check(ctx.actor(), Action::EditTerms, Subject::default())?;
    let mut write = Write::begin(ctx).await?;
    write.lock_terms().await?;
    lock_rows(&write, vec![id]).await?;
    let plan = plan_delete(write.txn(), taxonomy, id).await?;
    let terms = change::lost(&write, &plan.removed).await?;
    term::Entity::delete_by_id(id).exec(write.txn()).await?;
    let change = Some(change::note(&mut write, &plan, Before::Delete { terms }).await?);
    write.commit().await?;
    Ok(Done { term: id, change })
}

pub async fn find(db: &impl ConnectionTrait, taxonomy: &Taxonomy, id: Uuid) -> Result<term::Model> {
    term::Entity::find_by_id(id)
        .filter(term::Column::Taxonomy.eq(taxonomy.plural()))
        .one(db)
        .await?
        .ok_or_else(|| {
            Error::invalid("id", UserErrorCode::NotFound, format!("no such {}", taxonomy.noun()))
        })
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.contains('\0') {
        return Err(Error::invalid("input.name", UserErrorCode::Required, "a name is needed"));
    }
    Ok(name.to_owned())
}

pub async fn refuse_taken(db: &impl ConnectionTrait, row: &term::Model) -> Result<()> {
    if row.slug.is_empty() {
        return Err(Error::invalid(
            "input.slug",
            UserErrorCode::Invalid,
            "no address can be made of this: give a slug with letters or digits",
        ));
    }
    // Browsers take these for the address above.
    if row.slug.split('/').any(|part| matches!(part, "" | "." | "..")) {
        let message = "a slug has no empty part, and none of dots alone such as `..`";
        return Err(Error::invalid("input.slug", UserErrorCode::Invalid, message));
    }
    if row.slug.len() > MAX_KEY {
        return Err(Error::invalid(
            "input.slug",
            UserErrorCode::Invalid,
            format!("a slug of {} bytes is too long: {MAX_KEY} are the most", row.slug.len()),
        ));
    }
    let other = term::Entity::find()
        .filter(term::Column::Taxonomy.eq(row.taxonomy.as_str()))
        .filter(term::Column::Slug.eq(row.slug.as_str()))
        .filter(term::Column::Id.ne(row.id))
        .one(db)
        .await?;
    if other.is_some() { Err(slug_taken(row)) } else { Ok(()) }
}

fn slug_taken(row: &term::Model) -> Error {
    Error::invalid(
        "input.slug",
        UserErrorCode::Taken,
        format!("another one has the slug {:?} already", row.slug),
    )
}

/// What a database error says of the term that caused it.
pub fn taken(row: &term::Model) -> impl Fn(DbErr) -> Error {
    |error| if is_taken(&error, "term") { slug_taken(row) } else { error.into() }
}

/// A category may not be below itself, at whatever distance.
pub async fn refuse_loop(db: &impl ConnectionTrait, row: &term::Model) -> Result<()> {
    let mut above = row.parent_id;
    let mut seen = HashSet::from([row.id]);
    while let Some(id) = above {
        if !seen.insert(id) {
            return Err(Error::invalid(
                "input.parent",
                UserErrorCode::Invalid,
                "a category cannot be below itself",
            ));
        }
        above = term::Entity::find_by_id(id)
            .filter(term::Column::Taxonomy.eq(row.taxonomy.as_str()))
            .one(db)
            .await?
            .ok_or_else(|| {
                Error::invalid("input.parent", UserErrorCode::NotFound, "no such parent")
            })?
            .parent_id;
    }
    Ok(())
}
