//! Full-text search: an index of all articles that lies in the data folder and
//! follows the feed.
mod analyse;
mod collect;
mod find;
mod fold;
mod follow;
mod grammar;
mod graphql;
mod highlight;
mod index;
mod layout;
mod plan;
mod scope;
mod source;
mod stem;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, watch};
use tokio::time::timeout;

use crate::ctx::{Actor, Ctx};
use crate::error::{Error, Result};

use follow::Writer;
pub use follow::follow;
pub use graphql::SearchQuery;
use index::Opened;

/// How long a search waits for what its session wrote, or for the first index.
const PATIENCE: Duration = Duration::from_secs(3);

/// How far the index is, and what answers.
#[derive(Debug, Clone, Default)]
struct Progress {
    position: i64,
    opened: Option<Arc<Opened>>,
    /// Why it does not follow, while it does not.
    failure: Option<Arc<str>>,
}

/// The index of a node. Nothing is opened before something is searched or a
/// worker runs.
#[derive(Default)]
pub struct Search {
    progress: watch::Sender<Progress>,
    writer: Mutex<Option<Writer>>,
    followed: AtomicBool,
}

impl Search {
    async fn writer(&self) -> MutexGuard<'_, Option<Writer>> {
        self.writer.lock().await
    }

    fn update(&self, change: impl FnOnce(&mut Progress)) {
        self.progress.send_modify(change);
    }

    fn set_followed(&self, followed: bool) {
        self.followed.store(followed, Ordering::SeqCst);
    }

    async fn close(&self) {
        *self.writer.lock().await = None;
    }
}

/// An error of the index, as those who search see it; the log has the rest.
fn unavailable(error: impl std::fmt::Display) -> Error {
    tracing::error!(%error, "the search index does not answer");
    out_of_order()
}

fn out_of_order() -> Error {
    Error::SearchUnavailable(
        "search does not answer now; everything else does, and it mends itself: try again later"
            .to_owned(),
    )
}

/// The index, as new as who asks may expect: whoever is signed in finds what was
/// written before, by them or anybody; the public waits for nothing.
async fn ready(ctx: &Ctx) -> Result<Arc<Opened>> {
    let search = ctx.app().search();
    if !search.followed.load(Ordering::SeqCst) {
        follow::catch_up(ctx.app()).await.map_err(|error| match error {
            Error::Internal(internal) => unavailable(&internal.message),
            error => error,
        })?;
    }
    let position = match ctx.actor() {
        Actor::Nobody => 0,
        Actor::User { .. } | Actor::Preview { .. } | Actor::System => {
            crate::event::last(ctx).await?
        }
    };
    let mut progress = search.progress.subscribe();
    let arrived = |progress: &Progress| {
        progress.failure.is_some() || progress.opened.is_some() && progress.position >= position
    };
    // Who has waited long enough is answered from what there is.
    let _ = timeout(PATIENCE, progress.wait_for(arrived)).await;
    let Progress { opened, failure, .. } = progress.borrow().clone();
    match (opened, failure) {
        (_, Some(_)) => Err(out_of_order()),
        (Some(opened), None) => Ok(opened),
        (None, None) => Err(Error::SearchUnavailable(
            "the search index is being built: try again in a moment".to_owned(),
        )),
    }
}
