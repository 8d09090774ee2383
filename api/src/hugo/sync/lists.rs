//! Pages of sections and terms whose files are gone: what they said goes, too.
//!
//! Invariant: nothing but what the file said. A section stays while articles lie
//! in it, and a term while articles carry it, called as articles call it.

use entity::{section, source_file, term, term_text};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::rows;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::event::{Event, Write};
use crate::hugo::address::Rules;
use crate::hugo::export::site::{Outline, Site};
use crate::hugo::menu_rows;
use crate::hugo::sanitize::normalize;
use crate::hugo::tree::{EntryKind, Kind};

/// Forgets the file of a section, term or home page, and what it said.
pub async fn forget(ctx: &Ctx, path: &str) -> Result<()> {
    let site = Site::load(ctx, &Outline::load(ctx).await?, None).await?;
    let found = source_file::Entity::find_by_id(path.to_owned()).one(ctx.app().db().read()).await?;
    // Without its place it is a file as any other.
    let (Ok(site), Some(file)) = (site, found) else { return rows::forget(ctx, path).await };
    let Some(entry) = site.entry(path) else { return rows::forget(ctx, path).await };
    let mut write = Write::begin(ctx).await?;
    menu_rows::drop_of_file(&mut write, path).await?;
    if let EntryKind::Content(Kind::Term { taxonomy, term }) = &entry.kind {
        let rules = &site.config.rules;
        if let Some(id) = site.terms.id(rules, taxonomy, term) {
            forget_term(&mut write, rules, id, &file.language).await?;
        }
    } else {
        write.record(Event {
            language: Some(file.language.clone()),
            data: json!({ "section": entry.dir }),
            ..Event::new("section.forgotten")
        });
        section::Entity::delete_by_id((file.language.clone(), normalize(&entry.dir)))
            .exec(write.txn())
            .await?;
    }
    write.commit().await?;
    rows::forget(ctx, path).await
}

/// What a term says in a language; and what it says in all, where that came from
/// here and only this file had it.
async fn forget_term(
    write: &mut Write<'_>,
    rules: &Rules,
    id: uuid::Uuid,
    language: &str,
) -> Result<()> {
    let text = term_text::Entity::find_by_id((id, language.to_owned())).one(write.txn()).await?;
    let row = term::Entity::find_by_id(id).one(write.txn()).await?;
    write.record(Event {
        language: Some(language.to_owned()),
        ..Event::of("term.described", id, row.as_ref().map_or(1, |row| row.version))
    });
    if text.is_some() {
        term_text::Entity::delete_by_id((id, language.to_owned())).exec(write.txn()).await?;
        return Ok(());
    }
    let Some(row) = row else { return Ok(()) };
    // A file that was made here said the term's own name, description and weight.
    let named = rules.leads(&row.name, &row.slug);
    let name = if named { row.name } else { row.slug };
    term::Entity::update_many()
        .col_expr(term::Column::Description, Expr::val(None::<String>))
        .col_expr(term::Column::Weight, Expr::val(0))
        .col_expr(term::Column::Name, Expr::val(name))
        .filter(term::Column::Id.eq(id))
        .exec(write.txn())
        .await?;
    Ok(())
}
