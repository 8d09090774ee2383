//! Synchronizing again whenever either side changes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

use super::{Options, Report, run};
use crate::ctx::{Actor, App, Ctx};
use crate::error::{Error, Result};
use crate::event;

/// How long it must be quiet before a run, and how long to wait for that.
const QUIET: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the feed is looked at: another process may write to it.
const LOOK: Duration = Duration::from_secs(1);

/// Runs until `stop` ends, and tells each run that did anything or could not.
pub async fn watch(
    app: &Arc<App>,
    options: &Options,
    stop: impl Future<Output = ()>,
    mut tell: impl FnMut(&Report),
) -> Result<()> {
    tokio::pin!(stop);
    let (sender, mut changes) = mpsc::channel::<()>(1);
    let root = options.dir.canonicalize().unwrap_or_else(|_| options.dir.clone());
    let below = root.clone();
    let mut watcher = notify::recommended_watcher(move |seen: notify::Result<notify::Event>| {
        let counts = match seen {
            Ok(seen) => {
                !seen.kind.is_access() && seen.paths.iter().any(|path| counts(&below, path))
            }
            // What was missed is found by looking.
            Err(_) => true,
        };
        if counts {
            // One that waits stands for all.
            let _ = sender.try_send(());
        }
    })
    .map_err(Error::internal)?;
    std::fs::create_dir_all(&root).map_err(Error::internal)?;
    watcher.watch(&root, RecursiveMode::Recursive).map_err(Error::internal)?;
    let mut said = String::new();
    loop {
        let ctx = Ctx::new(Arc::clone(app), Actor::System);
        // What happens meanwhile is for the next run.
        let position = event::last(&ctx).await?;
        while changes.try_recv().is_ok() {}
        let report = run(&ctx, options).await?;
        // The same conflict is told once.
        let text = report.to_string();
        if !report.changes.is_empty() || text != said {
            tell(&report);
        }
        said = text;
        tokio::select! {
            () = &mut stop => return Ok(()),
            done = next(&ctx, &mut changes, position) => done?,
        }
    }
}

/// Waits for a change of either side, and until it is quiet.
async fn next(ctx: &Ctx, changes: &mut mpsc::Receiver<()>, position: i64) -> Result<()> {
    loop {
        if timeout(LOOK, changes.recv()).await.is_ok() {
            break;
        }
        if event::last(ctx).await? != position {
            break;
        }
    }
    let patience = Instant::now() + PATIENCE;
    loop {
        let until = patience.min(Instant::now() + QUIET);
        if timeout_at(until, changes.recv()).await.is_err() {
            return Ok(());
        }
    }
}

/// Whether a path may be part of the site.
fn counts(root: &Path, path: &Path) -> bool {
    let path: PathBuf = path.strip_prefix(root).unwrap_or(path).to_owned();
    !path.components().any(|part| {
        let name = part.as_os_str().as_encoded_bytes();
        name == b".git" || name.starts_with(b".broadsheet-") || name == b".hugo_build.lock"
    })
}
