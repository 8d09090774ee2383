//! Documents that an operator allows.

use std::collections::HashMap;

use async_graphql::Variables;
use async_graphql::parser::parse_query;
use entity::document::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use serde_json::json;

use super::hash;
use super::manifest::{self, Entry};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::event::{Event, Write};
use crate::graphql::cost::Costs;
use crate::graphql::{self, Schema, limits, tokens};

/// What became of a manifest.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Registered {
    pub added: usize,
    pub unchanged: usize,
}

/// Registers what a manifest names: all of it, or nothing where anything in it
/// cannot run here. An id that stands for another text already is refused, since
/// clients that know the old one are out there.
pub async fn register(ctx: &Ctx, schema: &Schema, bytes: &[u8]) -> Result<Registered> {
    let entries = manifest::read(bytes).map_err(Error::bad_input)?;
    let costs = Costs::read(&graphql::sdl_of(schema));
    let mut mistakes = Vec::new();
    let mut rows = Vec::with_capacity(entries.len());
    for Entry { id, text } in entries {
        match check(ctx, schema, &costs, &id, &text).await {
            Ok(name) => {
                rows.push(Model { hash: hash(&text), id, name, text, registered_at: ctx.now() });
            }
            Err(mistake) => mistakes.push(format!("{id}: {mistake}")),
        }
    }
    let write = Write::begin(ctx).await?;
    let mut known = HashMap::new();
    for ids in rows.chunks(500) {
        let ids = ids.iter().map(|row| row.id.as_str());
        let found = Entity::find().filter(Column::Id.is_in(ids)).all(write.txn()).await?;
        known.extend(found.into_iter().map(|row| (row.id, row.hash)));
    }
    for row in &rows {
        if known.get(&row.id).is_some_and(|hash| *hash != row.hash) {
            mistakes.push(format!("{}: stands for another document already", row.id));
        }
    }
    if !mistakes.is_empty() {
        // The operator reads all of them.
        return Err(Error::BadInput(mistakes.join("\n")));
    }
    let all = rows.len();
    rows.retain(|row| !known.contains_key(&row.id));
    let done = Registered { added: rows.len(), unchanged: all - rows.len() };
    insert(write, rows).await?;
    Ok(done)
}

async fn insert(mut write: Write<'_>, rows: Vec<Model>) -> Result<()> {
    for row in &rows {
        let data = json!({ "id": row.id, "name": row.name });
        write.record(Event { data, ..Event::new("document.registered") });
    }
    for rows in rows.chunks(200) {
        let rows: Vec<ActiveModel> =
            rows.iter().cloned().map(|row| row.into_active_model().reset_all()).collect();
        // Two deployments may register the same at once.
        let already = OnConflict::column(Column::Id).do_nothing().to_owned();
        Entity::insert_many(rows).on_conflict(already).exec_without_returning(write.txn()).await?;
    }
    write.commit().await
}

/// Whether a document can run here; gives the name of its operation.
async fn check(
    ctx: &Ctx,
    schema: &Schema,
    costs: &Costs,
    id: &str,
    text: &str,
) -> Result<Option<String>, String> {
    if id.is_empty() || id.len() > 200 {
        return Err("an id has 1 to 200 bytes".to_owned());
    }
    let bounds = &ctx.app().config().limits;
    tokens::check(text, bounds).map_err(|error| error.to_string())?;
    let parsed = parse_query(text).map_err(|error| error.to_string())?;
    let mut operations = parsed.operations.iter();
    let (Some((name, operation)), None) = (operations.next(), operations.next()) else {
        return Err("a registered document has one operation".to_owned());
    };
    let variables = limits::with_defaults(Variables::default(), &operation.node);
    limits::check(&parsed, &operation.node, &variables, bounds, costs)
        .map_err(|error| error.to_string())?;
    match graphql::validate(schema, &parsed).await.into_iter().next() {
        None => Ok(name.map(ToString::to_string)),
        Some(mistake) => Err(mistake),
    }
}

/// Everything that is registered, by name and id.
pub async fn list(ctx: &Ctx) -> Result<Vec<Model>> {
    let all = Entity::find().order_by_asc(Column::Name).order_by_asc(Column::Id);
    Ok(all.all(ctx.db_private().orm()).await?)
}

/// Forgets a document. Nodes that have used it go on for up to a minute.
pub async fn remove(ctx: &Ctx, id: &str) -> Result<()> {
    let mut write = Write::begin(ctx).await?;
    if Entity::delete_by_id(id).exec(write.txn()).await?.rows_affected == 0 {
        return Err(Error::not_found("document"));
    }
    write.record(Event { data: json!({ "id": id }), ..Event::new("document.removed") });
    write.commit().await
}
