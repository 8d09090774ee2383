//! The demo content: a small Hugo site that the binary carries.

use include_dir::{Dir, include_dir};
use sea_orm::EntityTrait;

use super::import::{self, Options};
use crate::ctx::Ctx;
use crate::error::{Error, Result};

static DEMO: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/demo");

/// Imports the demo content into an empty database; leaves any other alone.
pub async fn fill(ctx: &Ctx) -> Result<()> {
    let any = entity::article::Entity::find().one(ctx.app().db().read()).await?;
    if any.is_some() {
        tracing::info!("the database has articles: the demo content stays out");
        return Ok(());
    }
    let folder = tempfile::tempdir().map_err(Error::internal)?;
    DEMO.extract(folder.path()).map_err(Error::internal)?;
    let options = Options { dir: folder.path().to_owned(), language: None, dry_run: false };
    let report = import::run(ctx, options).await?;
    match report.failures.first() {
        None => Ok(()),
        Some(failure) => Err(Error::internal(format!("the demo content: {failure}"))),
    }
}
