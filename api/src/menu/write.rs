//! Arranging menus: a whole tree at once, or one entry of it.
//!
//! A menu that was never arranged begins as the configuration has it. Each change
//! is one event, with the tree before and after.

use std::collections::{BTreeMap, HashSet};

use entity::menu::{self, Column};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::read::{arrangeable, find};
use super::target::Targets;
use super::tree::{self, Entry, Target};
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::event::{Event, Write};
use crate::policy::{self, Action, Scope, Subject};

/// Bytes of a menu's name.
const LONGEST: usize = 200;

/// Which menu: its name, and its language or all.
#[derive(Debug, Clone)]
pub struct Which {
    pub name: String,
    pub language: Option<String>,
}

/// Where to put an entry: below another or at the top, at a position or last.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spot {
    pub parent: Option<Uuid>,
    pub position: Option<usize>,
}

/// What to set of one entry; `None` leaves a part as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub identifier: Option<String>,
    pub name: Option<Option<String>>,
    pub names: Option<indexmap::IndexMap<String, String>>,
    pub title: Option<Option<String>>,
    pub target: Option<Option<Target>>,
    pub params: Option<serde_json::Map<String, Value>>,
}

/// A menu in the form in which it is arranged.
pub struct Tree {
    pub which: Which,
    /// 0 where it was never arranged.
    pub version: i32,
    /// Whether editors arranged it, or the configuration says it.
    pub arranged: bool,
    pub entries: Vec<Entry>,
    pub changed: Option<(entity::Timestamp, Option<Uuid>)>,
}

/// Whoever arranges may also see trees as they are stored.
pub fn may_arrange(ctx: &Ctx, language: Option<&str>) -> Result<()> {
    // A token for some languages is not one for all of them.
    let place = Some((language.unwrap_or_default(), ""));
    policy::check(ctx.actor(), Action::ArrangeSite, Subject { place, ..Subject::default() })
}

/// What whoever arranges may point at: working copies, or with a token that is
/// for writing alone what is published.
pub fn scope(ctx: &Ctx) -> Result<Scope> {
    match policy::scope(ctx, entity::View::Working) {
        Err(Error::Forbidden(_)) => Ok(Scope::public(ctx)),
        scope => scope,
    }
}

/// The menu as it is now.
pub async fn stored(ctx: &Ctx, which: Which) -> Result<Tree> {
    may_arrange(ctx, which.language.as_deref())?;
    let language = which.language.as_deref().unwrap_or_default();
    let row = menu::Entity::find_by_id((which.name.clone(), language.to_owned()))
        .one(ctx.db().orm())
        .await?;
    let version = row.as_ref().map_or(0, |row| row.version);
    let changed =
        row.as_ref().filter(|row| row.version > 0).map(|row| (row.changed_at, row.changed_by));
    let arranged = row.and_then(|row| row.entries);
    let (arranged, entries) = match arranged {
        Some(entries) => (true, serde_json::from_value(entries.0)?),
        None => (false, configured(ctx, &which).await?),
    };
    Ok(Tree { which, version, arranged, entries, changed })
}

/// What the configuration says of a menu in a language; nothing says one for all.
async fn configured(ctx: &Ctx, which: &Which) -> Result<Vec<Entry>> {
    let Some(language) = &which.language else {
        return Ok(Vec::new());
    };
    let found = find(ctx, &Scope::public(ctx), language, &which.name).await?;
    Ok(arrangeable(found.configured))
}

/// A menu in short: how many entries it has at any depth.
pub struct Listed {
    pub which: Which,
    pub version: i32,
    pub arranged: bool,
    pub entries: i32,
}

/// All menus, arranged or configured, by name and language.
pub async fn list(ctx: &Ctx) -> Result<Vec<Listed>> {
    use entity::menu_entry::{Column as Configured, Entity};
    may_arrange(ctx, None)?;
    let db = ctx.db().orm();
    let configured: Vec<(String, String)> = Entity::find()
        .select_only()
        .columns([Configured::Menu, Configured::Language])
        .filter(Configured::ArticleId.is_null())
        .filter(Configured::File.is_null())
        .into_tuple()
        .all(db)
        .await?;
    // Name and language: version, whether it is arranged, entries.
    let mut menus: BTreeMap<(String, String), (i32, bool, i32)> = BTreeMap::new();
    for key in configured {
        menus.entry(key).or_default().2 += 1;
    }
    for row in menu::Entity::find().all(db).await? {
        let menu = menus.entry((row.name, row.language)).or_default();
        menu.0 = row.version;
        if let Some(entries) = row.entries {
            let entries: Vec<Entry> = serde_json::from_value(entries.0)?;
            (menu.1, menu.2) = (true, 0);
            tree::walk(&entries, &mut |_, _| menu.2 += 1);
        }
    }
    Ok(menus
        .into_iter()
        .filter(|(_, (_, arranged, entries))| *arranged || *entries > 0)
        .map(|((name, language), (version, arranged, entries))| Listed {
            which: Which { name, language: Some(language).filter(|tag| !tag.is_empty()) },
            version,
            arranged,
            entries,
        })
        .collect())
}

/// Arranges a menu as a whole; without entries it is the configuration's again.
pub async fn set(
    ctx: &Ctx,
    which: &Which,
    expected_version: i32,
    entries: Option<Vec<Entry>>,
) -> Result<()> {
    let given = entries.as_deref().map(tree::targets).unwrap_or_default();
    change(ctx, which, Some(expected_version), given, "entries", |old| {
        let Some(mut entries) = entries else {
            return Ok(None);
        };
        keep(&mut entries, old)?;
        Ok(Some(entries))
    })
    .await
}

/// Looks at each entry for [`keep`].
fn each(entries: &mut [Entry], old: &[Entry], field: &str, errors: &mut Vec<UserError>) {
    for (at, entry) in entries.iter_mut().enumerate() {
        let here = format!("{field}.{at}");
        let mut before = None;
        tree::walk(old, &mut |old, _| {
            if old.id == entry.id {
                before = Some(old);
            }
        });
        match before {
            Some(before) => {
                entry.weight = before.weight;
                if entry.identifier.is_empty() {
                    entry.identifier.clone_from(&before.identifier);
                }
            }
            // New entries have a weight below every other until they are weighed.
            None if entry.weight == i32::MIN => {}
            None => errors.push(UserError::new(
                &format!("{here}.id"),
                UserErrorCode::NotFound,
                "the menu has no such entry: leave the id out for a new one",
            )),
        }
        each(&mut entry.children, old, &format!("{here}.children"), errors);
    }
}

/// What an entry that stays does not say is what it was: its identifier and
/// weight. An id that is none of the menu's is refused.
fn keep(entries: &mut [Entry], old: &[Entry]) -> Result<()> {
    let mut errors = Vec::new();
    each(entries, old, "entries", &mut errors);
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Adds an entry.
pub async fn create(
    ctx: &Ctx,
    which: &Which,
    expected: Option<i32>,
    spot: Spot,
    entry: Entry,
) -> Result<()> {
    let given = entry.target.iter().cloned().collect();
    change(ctx, which, expected, given, "input", |old| {
        let mut entries = old.to_vec();
        tree::put(&mut entries, spot.parent, spot.position, entry).map_err(|_| no_parent())?;
        Ok(Some(entries))
    })
    .await
}

/// Changes an entry where it stands.
pub async fn update(
    ctx: &Ctx,
    which: &Which,
    expected: Option<i32>,
    id: Uuid,
    what: Change,
) -> Result<()> {
    let given = what.target.iter().flatten().cloned().collect();
    change(ctx, which, expected, given, "input", |old| {
        let mut entries = old.to_vec();
        let entry = tree::find_mut(&mut entries, id).ok_or_else(no_entry)?;
        let Change { identifier, name, names, title, target, params } = what;
        if let Some(identifier) = identifier {
            entry.identifier = identifier;
        }
        if let Some(name) = name {
            entry.name = name;
        }
        if let Some(names) = names {
            entry.names = names;
        }
        if let Some(title) = title {
            entry.title = title;
        }
        if let Some(target) = target {
            entry.target = target;
        }
        if let Some(params) = params {
            entry.params = params;
        }
        Ok(Some(entries))
    })
    .await
}

/// Moves an entry with what is below it.
pub async fn place(
    ctx: &Ctx,
    which: &Which,
    expected: Option<i32>,
    id: Uuid,
    spot: Spot,
) -> Result<()> {
    change(ctx, which, expected, Vec::new(), "parent", |old| {
        let mut entries = old.to_vec();
        let entry = tree::take(&mut entries, id).ok_or_else(no_entry)?;
        tree::put(&mut entries, spot.parent, spot.position, entry).map_err(|_| no_parent())?;
        Ok(Some(entries))
    })
    .await
}

/// Takes an entry away with what is below it.
pub async fn delete(ctx: &Ctx, which: &Which, expected: Option<i32>, id: Uuid) -> Result<()> {
    change(ctx, which, expected, Vec::new(), "id", |old| {
        let mut entries = old.to_vec();
        tree::take(&mut entries, id).ok_or_else(no_entry)?;
        Ok(Some(entries))
    })
    .await
}

fn no_entry() -> Error {
    Error::invalid("id", UserErrorCode::NotFound, "the menu has no such entry")
}

fn no_parent() -> Error {
    let message = "the menu has no such entry, or it is the entry itself or below it";
    Error::invalid("parent", UserErrorCode::NotFound, message)
}

/// One change of a menu: `edit` makes the new tree from the old. `given` is what
/// entries are newly made to point at, and `field` where that was said.
async fn change(
    ctx: &Ctx,
    which: &Which,
    expected: Option<i32>,
    given: Vec<Target>,
    field: &str,
    edit: impl FnOnce(&[Entry]) -> Result<Option<Vec<Entry>>>,
) -> Result<()> {
    let Which { name, language } = which;
    may_arrange(ctx, language.as_deref())?;
    check_name(name)?;
    let frame = ctx.frame().await?;
    if let Some(tag) = language
        && frame.language(tag).is_none()
    {
        let message = format!("the site has no language {tag}");
        return Err(Error::invalid("language", UserErrorCode::NotFound, message));
    }
    // What can be read is read before the transaction, which holds the only
    // connection that writes.
    let reader = frame.language_of(language.as_deref().unwrap_or(&frame.site.default_language));
    let known = Targets::exist(ctx, &scope(ctx)?, &frame, reader, given).await?;
    let configured = configured(ctx, which).await?;
    let mut write = Write::begin(ctx).await?;
    let row = hold(&write, which).await?;
    if let Some(expected) = expected
        && expected != row.version
    {
        return Err(Error::invalid(
            "expectedVersion",
            UserErrorCode::Stale,
            format!("the menu is at version {}: read it again", row.version),
        ));
    }
    let arranged: Option<Vec<Entry>> =
        row.entries.map(|entries| serde_json::from_value(entries.0)).transpose()?;
    let before = arranged.as_deref().unwrap_or(&configured);
    let mut after = edit(before)?;
    if let Some(entries) = &mut after {
        refuse(entries, before, &known, field)?;
        tree::identify(entries);
        tree::weigh(entries);
    }
    if after == arranged {
        return Ok(());
    }
    write.record(Event {
        version: Some(row.version + 1),
        language: language.clone(),
        data: json!({ "name": name, "before": arranged, "after": after }),
        ..Event::new("menu.arranged")
    });
    let entries = after.as_ref().map(entity::Json::of).transpose()?;
    let row = menu::Model {
        name: name.clone(),
        language: language.clone().unwrap_or_default(),
        version: row.version + 1,
        entries,
        changed_at: ctx.now(),
        changed_by: ctx.actor().user_id(),
    };
    row.into_active_model().reset_all().update(write.txn()).await?;
    write.commit().await
}

fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() || name.len() > LONGEST || name.contains(char::is_control) {
        let message = format!("a menu has a name of one line, {LONGEST} bytes at most");
        return Err(Error::invalid("name", UserErrorCode::Invalid, message));
    }
    Ok(())
}

/// What is wrong with a new tree. An entry may keep pointing at what is gone, so
/// that others can be saved; it may not be made to.
fn refuse(entries: &[Entry], before: &[Entry], known: &HashSet<Target>, field: &str) -> Result<()> {
    let mut errors = tree::mistakes(entries);
    if field != "entries" {
        for error in &mut errors {
            error.field = within(field, &error.field);
        }
    }
    let old: HashSet<_> = tree::targets(before).into_iter().collect();
    let missing = tree::targets(entries)
        .into_iter()
        .find(|target| !known.contains(target) && !old.contains(target));
    if let Some(target) = missing {
        let noun = match target {
            Target::Article(_) => "article",
            Target::Tag(_) => "tag",
            Target::Category(_) => "category",
            Target::Term(_) => "term",
            Target::Section(_) | Target::Url(_) => "place",
        };
        errors.push(UserError::new(field, UserErrorCode::NotFound, format!("no such {noun}")));
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// The place of a mistake in the argument that one entry was given by: without
/// that entry's own place in the tree.
fn within(argument: &str, place: &[String]) -> Vec<String> {
    let of_tree = |part: &&String| {
        *part == "entries" || *part == "children" || part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let rest = place.iter().skip_while(of_tree).cloned();
    std::iter::once(argument.to_owned()).chain(rest).collect()
}

/// The menu's row, made where there is none, held until the transaction ends.
async fn hold(write: &Write<'_>, which: &Which) -> Result<menu::Model> {
    let Which { name, language } = which;
    let blank = menu::Model {
        name: name.clone(),
        language: language.clone().unwrap_or_default(),
        version: 0,
        entries: None,
        changed_at: write.ctx().now(),
        changed_by: None,
    };
    let key = (blank.name.clone(), blank.language.clone());
    menu::Entity::insert(blank.into_active_model().reset_all())
        .on_conflict(OnConflict::columns([Column::Name, Column::Language]).do_nothing().to_owned())
        .exec_without_returning(write.txn())
        .await?;
    menu::Entity::find_by_id(key)
        .lock_exclusive()
        .one(write.txn())
        .await?
        .ok_or_else(|| Error::internal("a menu's row is missing"))
}
