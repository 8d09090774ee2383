//! `broadsheet import wordpress`, `ghost` and `feed`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::{explain, open, progress, say};
use crate::config::Config;
use crate::ctx::{Actor, Ctx};
use crate::import::{self, From, OnConflict, Options};

#[derive(Debug, Subcommand)]
pub enum Elsewhere {
    /// A WordPress export (Tools → Export, or `wp export`): posts, pages, terms,
    /// authors, drafts, comments and old addresses.
    Wordpress {
        file: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// A Ghost export (Settings → Export).
    Ghost {
        file: PathBuf,
        /// Its redirects [default: redirects.yaml or redirects.json beside FILE]
        #[arg(long, value_name = "FILE")]
        redirects: Option<PathBuf>,
        #[command(flatten)]
        how: How,
    },
    /// A feed: RSS, Atom or JSON Feed. New entries become drafts.
    Feed {
        /// Its address, or a file.
        #[arg(value_name = "URL|FILE")]
        address: String,
        /// Publish entries at once.
        #[arg(long)]
        publish: bool,
        /// At most so many entries, from the feed's beginning.
        #[arg(long, value_name = "NUMBER")]
        limit: Option<usize>,
        #[command(flatten)]
        how: How,
    },
}

/// What all of them take.
#[derive(Debug, Args)]
pub struct How {
    /// Language of content that does not say (BCP 47).
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Folder for posts and entries, such as news/local [default: posts]
    #[arg(long, value_name = "FOLDER")]
    section: Option<String>,
    /// What happens to an item that has changed there while its article was
    /// edited here: it is reported, or one of the two wins.
    #[arg(long, value_enum, default_value_t)]
    on_conflict: OnConflict,
    /// Say what would happen, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Report as JSON on standard output.
    #[arg(long)]
    json: bool,
}

pub async fn run(config: Config, command: Elsewhere) -> Result<ExitCode, String> {
    let mut beside = None;
    let (from, publish, limit, how) = match command {
        Elsewhere::Wordpress { file, how } => (From::WordPress(file), false, None, how),
        Elsewhere::Ghost { file, redirects, how } => {
            beside = redirects;
            (From::Ghost(file), false, None, how)
        }
        Elsewhere::Feed { address, publish, limit, how } => {
            (From::Feed(address), publish, limit, how)
        }
    };
    let How { language, section, on_conflict, dry_run, json } = how;
    let redirects = beside;
    let options =
        Options { from, language, section, publish, limit, on_conflict, redirects, dry_run };
    let app = open(config).await?;
    let ctx = Ctx::new(Arc::clone(&app), Actor::System);
    let bar = progress::bar("Importing");
    let done = import::run_with(&ctx, options, &*bar).await;
    app.db().close().await;
    let report = done.map_err(explain)?;
    if json {
        say(&serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?);
    } else {
        say(report.to_string().trim_end());
    }
    Ok(if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
