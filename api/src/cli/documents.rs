//! `broadsheet documents`: GraphQL documents that clients may send by their ids.

use std::path::PathBuf;

use clap::Subcommand;

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::{document, graphql};

#[derive(Debug, Subcommand)]
pub enum DocumentsCommand {
    /// Register what a manifest of Relay's compiler, Apollo or GraphQL Code
    /// Generator names: all of it, or nothing where anything in it cannot run.
    Register { file: PathBuf },
    /// List what is registered: id and name.
    List,
    /// Forget a document. Running servers notice within a minute.
    Remove { id: String },
}

/// Runs a command, and gives what to print.
pub async fn run(ctx: &Ctx, command: DocumentsCommand) -> Result<String> {
    match command {
        DocumentsCommand::Register { file } => {
            let bytes = std::fs::read(&file)
                .map_err(|error| Error::bad_input(format!("{}: {error}", file.display())))?;
            let schema = graphql::schema();
            let done =
                document::register(ctx, &schema, &bytes).await.map_err(|error| match error {
                    Error::BadInput(message) => {
                        let file = file.display();
                        Error::bad_input(
                            message
                                .lines()
                                .map(|line| format!("{file}: {line}"))
                                .collect::<Vec<_>>()
                                .join("\n"),
                        )
                    }
                    error => error,
                })?;
            Ok(format!("{} registered, {} were already.", done.added, done.unchanged))
        }
        DocumentsCommand::List => {
            let all = document::list(ctx).await?;
            let line = |row: &entity::document::Model| {
                format!("{}  {}", row.id, row.name.as_deref().unwrap_or("(no name)"))
            };
            Ok(all.iter().map(line).collect::<Vec<_>>().join("\n"))
        }
        DocumentsCommand::Remove { id } => {
            document::remove(ctx, &id).await?;
            Ok(format!("{id} is not registered any more."))
        }
    }
}
