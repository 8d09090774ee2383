//! Bytes of files that are no pages, in the database: so that it is the one
//! thing to copy, and every node has them.
//!
//! Invariants: bytes are kept once, under their SHA-256, however many files
//! hold them; no more than a few parts are in memory at a time; a file whose
//! bytes change while it is read is not kept.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use entity::{blob, picture, source_file};
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel,
    QueryFilter, QuerySelect,
};
use sha2::{Digest, Sha256};

use super::problem::Problem;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::event::Write;
use crate::media;

/// Bytes of one part.
pub const PART: usize = 1 << 20;

/// Files that one transaction measures.
const MEASURED: u64 = 20;

/// The SHA-256 of a file, read part by part.
pub fn hash(file: &Path) -> std::io::Result<(Vec<u8>, i64)> {
    let mut file = File::open(file)?;
    let (mut hasher, mut buffer, mut size) = (Sha256::new(), vec![0; PART], 0_i64);
    loop {
        let count = fill(&mut file, &mut buffer)?;
        hasher.update(buffer.get(..count).unwrap_or_default());
        size = size.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
        if count < buffer.len() {
            return Ok((hasher.finalize().to_vec(), size));
        }
    }
}

/// Reads until the buffer is full or the file at its end.
fn fill(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

/// Whether these bytes are kept already.
pub async fn has(db: &impl ConnectionTrait, hash: &[u8]) -> Result<bool> {
    Ok(blob::Entity::find_by_id((hash.to_vec(), 0))
        .select_only()
        .column(blob::Column::Part)
        .into_tuple::<i32>()
        .one(db)
        .await?
        .is_some())
}

/// Keeps bytes that are in memory.
pub async fn put(write: &Write<'_>, hash: Vec<u8>, bytes: Vec<u8>) -> Result<()> {
    if bytes.is_empty() {
        return put_part(write, blob::Model { hash, part: 0, bytes }).await;
    }
    for (part, bytes) in (0..).zip(bytes.chunks(PART)) {
        put_part(write, blob::Model { hash: hash.clone(), part, bytes: bytes.to_vec() }).await?;
    }
    Ok(())
}

async fn put_part(write: &Write<'_>, part: blob::Model) -> Result<()> {
    if part.part == 0 {
        measured(write.txn(), part.hash.clone(), &part.bytes).await?;
    }
    blob::Entity::insert(part.into_active_model().reset_all())
        .on_conflict(
            OnConflict::columns([blob::Column::Hash, blob::Column::Part])
                // Nodes that keep the same bytes at once write the same.
                .update_column(blob::Column::Bytes)
                .to_owned(),
        )
        .exec_without_returning(write.txn())
        .await?;
    Ok(())
}

/// Notes how large a picture is whose bytes begin so; of what is none, that it is none.
async fn measured(db: &impl ConnectionTrait, hash: Vec<u8>, beginning: &[u8]) -> Result<()> {
    let (width, height) = media::size(beginning).unwrap_or_default();
    picture::Entity::insert(picture::Model { hash, width, height }.into_active_model().reset_all())
        .on_conflict(
            OnConflict::column(picture::Column::Hash)
                .update_columns([picture::Column::Width, picture::Column::Height])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Measures some of the files that were kept before pictures were measured, and says
/// how many.
pub async fn measure(ctx: &Ctx) -> Result<usize> {
    let known = Query::select()
        .expr(Expr::val(1))
        .from(picture::Entity)
        .and_where(
            picture::Column::Hash.into_expr().eq(Expr::col((blob::Entity, blob::Column::Hash))),
        )
        .take();
    let rows = blob::Entity::find()
        .filter(blob::Column::Part.eq(0))
        .filter(Expr::exists(known).not())
        .limit(MEASURED)
        .all(ctx.app().db().read())
        .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let txn = ctx.app().db().begin().await?;
    let count = rows.len();
    for blob::Model { hash, part: _, bytes } in rows {
        measured(&txn, hash, &bytes).await?;
    }
    txn.commit().await?;
    Ok(count)
}

/// Keeps a file part by part. Says what is wrong when its bytes are not those
/// that were announced.
pub async fn put_file(
    write: &Write<'_>,
    path: &Path,
    hash: &[u8],
) -> Result<std::result::Result<(), Problem>> {
    let unreadable =
        |error: std::io::Error| Ok(Err(Problem::new(format!("cannot be read: {error}"))));
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return unreadable(error),
    };
    let mut hasher = Sha256::new();
    for part in 0.. {
        let mut bytes = vec![0; PART];
        let read = tokio::task::spawn_blocking(move || {
            let count = fill(&mut file, &mut bytes);
            (file, bytes, count)
        });
        let (back, mut bytes, count) = read.await.map_err(Error::internal)?;
        file = back;
        let count = match count {
            Ok(count) => count,
            Err(error) => return unreadable(error),
        };
        bytes.truncate(count);
        hasher.update(&bytes);
        if count > 0 || part == 0 {
            put_part(write, blob::Model { hash: hash.to_vec(), part, bytes }).await?;
        }
        if count < PART {
            break;
        }
    }
    if hasher.finalize().as_slice() == hash {
        Ok(Ok(()))
    } else {
        Ok(Err(Problem::new("changed while it was read; import it again")))
    }
}

/// One part of what is kept; none behind the last.
pub async fn part(db: &impl ConnectionTrait, hash: &[u8], part: i32) -> Result<Option<Vec<u8>>> {
    Ok(blob::Entity::find_by_id((hash.to_vec(), part)).one(db).await?.map(|row| row.bytes))
}

/// All of it, for what is small enough.
pub async fn whole(db: &impl ConnectionTrait, hash: &[u8]) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    for number in 0.. {
        match part(db, hash, number).await? {
            Some(bytes) => all.extend(bytes),
            None if number == 0 => return Err(Error::internal("the bytes of a file are missing")),
            None => break,
        }
    }
    Ok(all)
}

/// Forgets bytes that are not whole.
pub async fn drop(write: &Write<'_>, hash: &[u8]) -> Result<()> {
    blob::Entity::delete_many().filter(blob::Column::Hash.eq(hash)).exec(write.txn()).await?;
    picture::Entity::delete_many().filter(picture::Column::Hash.eq(hash)).exec(write.txn()).await?;
    Ok(())
}

/// Forgets bytes that no file holds any more.
pub async fn sweep(write: &Write<'_>) -> Result<()> {
    let named = Query::select()
        .expr(Expr::val(1))
        .from(source_file::Entity)
        .and_where(
            source_file::Column::Hash.into_expr().eq(Expr::col((blob::Entity, blob::Column::Hash))),
        )
        .take();
    blob::Entity::delete_many().filter(Expr::exists(named).not()).exec(write.txn()).await?;
    let kept = Query::select().column(blob::Column::Hash).from(blob::Entity).take();
    picture::Entity::delete_many()
        .filter(picture::Column::Hash.not_in_subquery(kept))
        .exec(write.txn())
        .await?;
    Ok(())
}
