//! Documents that want the address of another one.
//!
//! Two articles cannot live at one address. What is published has it: a draft that
//! wants it, too, gets another one (`/a-2/`) and a warning. Of two that are published
//! the second is reported, and its file kept as it is.

use std::collections::HashMap;

use entity::article_copy::{Column, Entity};
use entity::{View, source_file};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::files::Found;
use super::known::ByPath;
use super::problem::Problem;
use super::rows::Ready;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::event::Write;

/// What becomes of the documents of a chunk.
#[derive(Default)]
pub struct Settled {
    /// To be written, each at an address of its own.
    pub free: Vec<Ready>,
    pub refused: Vec<(Problem, Found)>,
    pub warnings: Vec<Problem>,
    /// Drafts in the database that make way, and where they go.
    pub giving_way: Vec<(Uuid, String)>,
}

/// Who has an address in the database.
struct Owner {
    id: Uuid,
    is_draft: bool,
}

/// Gives each document an address of its own. `paths` are those that were given since
/// the last write, with the files that have them.
pub async fn settle(
    ctx: &Ctx,
    known: &ByPath,
    paths: &mut HashMap<String, String>,
    ready: Vec<Ready>,
) -> Result<Settled> {
    let owners = owners(ctx, &ready).await?;
    let own = |file: &str| known.get(file).and_then(|known| known.article_id);
    let mut settled = Settled::default();
    for mut ready in ready {
        let (path, file) = (ready.draft.path.clone(), ready.file.path.clone());
        let id = own(&file);
        let owner = owners.get(&path).into_iter().flatten().find(|owner| Some(owner.id) != id);
        let other = match (paths.get(&path), owner) {
            (Some(other), _) => Some(other.clone()),
            (None, Some(owner)) => Some(file_of(ctx, owner.id).await?),
            (None, None) => None,
        };
        if let Some(other) = other {
            let mut drafts = settled.free.iter_mut();
            if is_draft(&ready) {
                let new = free_path(ctx, paths, &path, id).await?;
                settled.warnings.push(moved(&path, &new, &other).in_file(&file));
                put(&mut ready, new);
            } else if let Some(draft) =
                drafts.find(|other| is_draft(other) && other.draft.path == path)
            {
                let new = free_path(ctx, paths, &path, own(&draft.file.path)).await?;
                settled.warnings.push(moved(&path, &new, &file).in_file(&draft.file.path));
                paths.insert(new.clone(), draft.file.path.clone());
                put(draft, new);
            } else if let Some(owner) = owner.filter(|owner| owner.is_draft)
                && !paths.contains_key(&path)
            {
                let new = free_path(ctx, paths, &path, Some(owner.id)).await?;
                settled.warnings.push(moved(&path, &new, &file).in_file(&other));
                paths.insert(new.clone(), other);
                settled.giving_way.push((owner.id, new));
            } else {
                let problem = refusal(&path, &file, &other).in_file(&file);
                settled.refused.push((problem, Found::of(&ready.found, &ready.file)));
                continue;
            }
        }
        paths.insert(ready.draft.path.clone(), file);
        settled.free.push(ready);
    }
    Ok(settled)
}

/// Moves drafts to other addresses; what they say stays as it is.
pub async fn give_way(write: &Write<'_>, drafts: Vec<(Uuid, String)>) -> Result<()> {
    for (id, path) in drafts {
        Entity::update_many()
            .col_expr(Column::Path, Expr::val(path))
            .filter(Column::ArticleId.eq(id))
            .filter(Column::View.eq(View::Working))
            .exec(write.txn())
            .await?;
    }
    Ok(())
}

fn is_draft(ready: &Ready) -> bool {
    ready.draft.release.is_none()
}

fn put(ready: &mut Ready, path: String) {
    ready.draft.content.address = Some(path.clone());
    ready.draft.path = path;
}

fn moved(path: &str, new: &str, other: &str) -> Problem {
    Problem::new(format!(
        "the address {path} is that of {other}, too: as a draft it is at {new} until one of \
         them has a slug"
    ))
}

fn refusal(path: &str, file: &str, other: &str) -> Problem {
    let page = |file: &str| {
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_lowercase();
        stem.strip_suffix("/index").map(str::to_owned).unwrap_or(stem)
    };
    let remedy = if page(file) == page(other) {
        "to Hugo both are one page; rename or remove one of them"
    } else {
        "give one of them a slug"
    };
    Problem::new(format!("the address {path} is that of {other}, too: {remedy}"))
}

async fn owners(ctx: &Ctx, ready: &[Ready]) -> Result<HashMap<String, Vec<Owner>>> {
    let found: Vec<(String, Uuid, View)> = Entity::find()
        .select_only()
        .columns([Column::Path, Column::ArticleId, Column::View])
        .filter(Column::Path.is_in(ready.iter().map(|ready| ready.draft.path.as_str())))
        .filter(Column::View.ne(View::Trash))
        .into_tuple()
        .all(ctx.app().db().read())
        .await?;
    let mut owners: HashMap<String, Vec<Owner>> = HashMap::new();
    for (path, id, view) in found {
        let owners = owners.entry(path).or_default();
        let is_draft = view == View::Working;
        match owners.iter_mut().find(|owner| owner.id == id) {
            Some(owner) => owner.is_draft &= is_draft,
            None => owners.push(Owner { id, is_draft }),
        }
    }
    Ok(owners)
}

/// The address with the first number behind it that nobody else has.
async fn free_path(
    ctx: &Ctx,
    paths: &HashMap<String, String>,
    path: &str,
    own: Option<Uuid>,
) -> Result<String> {
    let (stem, end) = match path.strip_suffix(".html") {
        Some(stem) => (stem, ".html"),
        None => (path.trim_end_matches('/'), "/"),
    };
    let mut number = 2_u32;
    loop {
        let path = format!("{stem}-{number}{end}");
        let owners: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::ArticleId)
            .filter(Column::Path.eq(&path))
            .filter(Column::View.ne(View::Trash))
            .into_tuple()
            .all(ctx.app().db().read())
            .await?;
        if !paths.contains_key(&path) && owners.iter().all(|owner| Some(*owner) == own) {
            return Ok(path);
        }
        number += 1;
    }
}

/// The file of an article, for whoever has to change it.
async fn file_of(ctx: &Ctx, id: Uuid) -> Result<String> {
    let path = source_file::Entity::find()
        .select_only()
        .column(source_file::Column::Path)
        .filter(source_file::Column::ArticleId.eq(id))
        .order_by_asc(source_file::Column::Path)
        .into_tuple::<String>()
        .one(ctx.app().db().read())
        .await?;
    Ok(path.unwrap_or_else(|| "another article".to_owned()))
}
