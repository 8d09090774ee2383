//! `broadsheet search`: what operators do about the index.

use clap::Subcommand;

use crate::ctx::Ctx;
use crate::error::Result;
use crate::search;

#[derive(Debug, Subcommand)]
pub enum SearchCommand {
    /// Build the index anew; a running server answers from the old one until it is
    /// done, and goes over to the new one by itself.
    Rebuild,
    /// Compare index and database, in both directions. Exits with 1 where they differ.
    Check,
}

/// What to say, and whether all is well.
pub async fn run(ctx: &Ctx, command: &SearchCommand) -> Result<(String, bool)> {
    match command {
        SearchCommand::Rebuild => {
            let documents = search::rebuild(ctx).await?;
            Ok((format!("Built a new index of {documents} documents."), true))
        }
        SearchCommand::Check => {
            let checked = search::check(ctx).await?;
            Ok((checked.to_string(), checked.agrees()))
        }
    }
}
