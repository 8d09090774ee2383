//! What the database remembers of the folder.
//!
//! Nothing that anybody reads changes here but which pages and files texts link to, so
//! nothing else is announced. A file that went with its article keeps its row, beside a
//! row of `exported_file` with an empty hash: so that its file comes back byte for byte
//! when it is restored.

use std::collections::HashSet;

use entity::{exported_file, menu_entry, source_file, term_text};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::error::Result;
use crate::event::{Event, Write};
use crate::hugo::export::Planned;
use crate::hugo::{blobs, settings};

/// Paths whose files were removed together with their articles.
pub async fn buried(ctx: &Ctx) -> Result<HashSet<String>> {
    use exported_file::Column;
    let paths: Vec<String> = exported_file::Entity::find()
        .select_only()
        .column(Column::Path)
        .filter(Column::Hash.eq(Vec::<u8>::new()))
        .into_tuple()
        .all(ctx.app().db().read())
        .await?;
    Ok(paths.into_iter().collect())
}

async fn forget_export(txn: &DatabaseTransaction, path: &str) -> Result<()> {
    exported_file::Entity::delete_by_id(path.to_owned()).exec(txn).await?;
    Ok(())
}

/// A file lies there that is what the row says; the one that it was made from
/// is not there any more.
pub async fn adopt(ctx: &Ctx, row: source_file::Model, from: Option<&str>) -> Result<()> {
    if from == Some(row.path.as_str()) {
        let txn = ctx.app().db().begin().await?;
        forget_export(&txn, &row.path).await?;
        settings::put_rows(&txn, vec![row]).await?;
        return Ok(txn.commit().await?);
    }
    let mut write = Write::begin(ctx).await?;
    write.record(settings::pages_moved([Some(row.path.as_str()), from]));
    let txn = write.txn();
    forget_export(txn, &row.path).await?;
    if let Some(from) = from {
        forget_export(txn, from).await?;
        source_file::Entity::delete_by_id(from.to_owned()).exec(txn).await?;
        // What a term says, it says in that file from now on.
        term_text::Entity::update_many()
            .col_expr(term_text::Column::Source, Expr::value(row.path.as_str()))
            .filter(term_text::Column::Source.eq(from))
            .exec(txn)
            .await?;
        menu_entry::Entity::update_many()
            .col_expr(menu_entry::Column::File, Expr::value(row.path.as_str()))
            .filter(menu_entry::Column::File.eq(from))
            .exec(txn)
            .await?;
    }
    settings::put_files(&write, vec![row]).await?;
    write.commit().await
}

/// A file of the configuration lies there as it was edited: these bytes are what
/// later edits, here and there, are measured against.
pub async fn adopt_file(ctx: &Ctx, planned: &Planned, bytes: &[u8]) -> Result<()> {
    let mut write = Write::begin(ctx).await?;
    let found = source_file::Entity::find_by_id(planned.path.clone()).one(write.txn()).await?;
    let Some(row) = found else { return Ok(()) };
    if !blobs::has(write.txn(), &planned.hash).await? {
        blobs::put(&write, planned.hash.clone(), bytes.to_vec()).await?;
    }
    forget_export(write.txn(), &planned.path).await?;
    let row = source_file::Model {
        hash: planned.hash.clone(),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        modified: ctx.now(),
        checked_at: None,
        ..row
    };
    settings::put_files(&write, vec![row]).await?;
    write.record(Event::new("site.files_changed"));
    write.commit().await
}

/// A file is gone with its article, and may come back with it.
pub async fn bury(ctx: &Ctx, path: &str, article_id: Option<Uuid>) -> Result<()> {
    let txn = ctx.app().db().begin().await?;
    forget_export(&txn, path).await?;
    let row = exported_file::Model {
        path: path.to_owned(),
        hash: Vec::new(),
        article_id,
        article_version: None,
        exported_at: ctx.now(),
    };
    exported_file::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(&txn)
        .await?;
    Ok(txn.commit().await?)
}

/// Files are to be made in a folder that has none: until each is there, that it
/// is missing does not mean that somebody deleted it.
pub async fn bury_all(ctx: &Ctx, files: Vec<(String, Option<Uuid>)>) -> Result<()> {
    use exported_file::Column;
    let txn = ctx.app().db().begin().await?;
    for files in files.chunks(500) {
        let rows = files.iter().map(|(path, article_id)| {
            let row = exported_file::Model {
                path: path.clone(),
                hash: Vec::new(),
                article_id: *article_id,
                article_version: None,
                exported_at: ctx.now(),
            };
            row.into_active_model().reset_all()
        });
        exported_file::Entity::insert_many(rows)
            .on_conflict(OnConflict::column(Column::Path).update_column(Column::Hash).to_owned())
            .exec_without_returning(&txn)
            .await?;
    }
    Ok(txn.commit().await?)
}

/// The file is back, or never was away.
pub async fn unbury(ctx: &Ctx, path: &str) -> Result<()> {
    let txn = ctx.app().db().begin().await?;
    forget_export(&txn, path).await?;
    Ok(txn.commit().await?)
}

/// A file that is no article's is gone.
pub async fn forget(ctx: &Ctx, path: &str) -> Result<()> {
    let mut write = Write::begin(ctx).await?;
    write.record(Event::new("site.files_changed"));
    forget_export(write.txn(), path).await?;
    source_file::Entity::delete_by_id(path.to_owned()).exec(write.txn()).await?;
    write.commit().await
}

/// A file lies elsewhere, and is to be read again as what it was.
pub async fn rename(ctx: &Ctx, from: &str, to: &str) -> Result<()> {
    use source_file::Column;
    let mut write = Write::begin(ctx).await?;
    write.record(settings::pages_moved([Some(from), Some(to)]));
    let txn = write.txn();
    forget_export(txn, from).await?;
    forget_export(txn, to).await?;
    source_file::Entity::update_many()
        .col_expr(Column::Path, Expr::value(to))
        .col_expr(Column::CheckedAt, Expr::value(Option::<i64>::None))
        .filter(Column::Path.eq(from))
        .exec(txn)
        .await?;
    mark(txn, to).await?;
    write.commit().await
}

/// A file is to be read again, though it is as it was.
pub async fn reread(ctx: &Ctx, path: &str) -> Result<()> {
    let txn = ctx.app().db().begin().await?;
    forget_export(&txn, path).await?;
    mark(&txn, path).await?;
    Ok(txn.commit().await?)
}

async fn mark(txn: &DatabaseTransaction, path: &str) -> Result<()> {
    use source_file::Column;
    source_file::Entity::update_many()
        .col_expr(Column::Hash, Expr::value(Vec::<u8>::new()))
        .col_expr(Column::CheckedAt, Expr::value(Option::<i64>::None))
        .filter(Column::Path.eq(path))
        .exec(txn)
        .await?;
    Ok(())
}
