//! Full-text search: an index of all articles that lies in the data folder and
//! follows the feed.
//!
//! **Invariants.**
//! - The index is a copy: it can be deleted at any time, and is built from the
//!   database again. Index and position in the feed are one commit.
//! - Whoever searches finds what they may read and nothing else: a
//!   [`Scope`](crate::policy::Scope) is part of every query (`scope`), of counts,
//!   facets, corrections and suggestions as well; and what is shown is read from
//!   the database under the same scope.
//! - No text is a mistake (`grammar`). What goes wrong with the index is an error of
//!   search alone, with a code of its own.
//! - Nothing is opened, and no dictionary is read, before something needs it.
//!
//! The way of an article: `source` reads what the index should hold of it, `layout`
//! makes a document of that, `analyse` (over `fold`) takes its text apart, `follow`
//! decides when, and `index` is the folder where. The way of a search: `grammar`
//! takes the query apart, `plan` (with `stem`) makes it one of the index, `collect`
//! (with `segment`, `open`, `known`, `count` and `best`) goes through what is found, `relax`
//! asks what else was meant, `highlight` marks.
//!
//! To make something else searchable: a text in `layout::Document` and its print, a
//! line of `source::document`, and a new `LAYOUT`; nodes then build a new index and
//! answer from the old one meanwhile.
//!
//! # Why the analysis is as it is
//!
//! The 98 judged queries of `tests/it/search/judged.txt` have an nDCG@10 of 0.99 as
//! configured. Without forms of words, corrections and the dictionary of Chinese
//! words it is 0.81; where a title counts as a body does, 0.97; without the gain of
//! phrases or of new articles it stays, for the sites are small. So:
//!
//! - Letters in a row find exactly what a scan finds (500 random parts of texts, in
//!   both scripts of Chinese, are a test). A dictionary of Chinese words is asked
//!   where a query finds nothing as it stands, and not for the index: there it would
//!   lose what it cuts otherwise in text and query, and every node would read it.
//! - Stems are of the query, not of the index: see `stem`.
//! - What was found of a phrase in a segment is kept (`known`), in 16 MB: comparing
//!   positions is most of what a search of Chinese takes, and words are looked for
//!   as often as they are written, a few of them most of the time.
//! - Letters are terms, and not pairs of them: an index of 100,000 articles of 4 KB,
//!   half of them Chinese, is 63 % of its text instead of 127 %, and is built in a
//!   third of the time. Positions take most of that.

mod analyse;
mod best;
mod check;
mod collect;
mod count;
mod find;
mod fold;
mod follow;
mod frequent;
mod grammar;
mod graphql;
mod highlight;
mod index;
mod known;
mod layout;
mod open;
mod plan;
mod relax;
mod scope;
mod segment;
mod similar;
mod source;
mod stem;
mod suggest;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, watch};
use tokio::time::timeout;

use crate::ctx::{Actor, Ctx};
use crate::error::{Error, Result};

pub use check::{Checked, check};
pub use fold::{Letter, fold};
use follow::Writer;
pub use follow::{follow, rebuild};
pub use frequent::HAN as FREQUENT_HAN;
pub use graphql::SearchQuery;
use index::Opened;
pub use similar::similar;

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
    /// Whether it failed to answer, and is to be looked at as if newly found.
    doubted: AtomicBool,
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

    fn take_doubt(&self) -> bool {
        self.doubted.swap(false, Ordering::SeqCst)
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

/// What a search came to. After one that failed the follower looks whether the
/// files are whole.
fn answered<T>(ctx: &Ctx, done: Result<T>) -> Result<T> {
    done.map_err(|error| {
        ctx.app().search().doubted.store(true, Ordering::SeqCst);
        match error {
            Error::Internal(internal) => unavailable(&internal.message),
            error => error,
        }
    })
}

/// How the index of a node does.
#[derive(Debug, Clone, Copy)]
pub struct Status {
    /// Whether searches are answered.
    pub up: bool,
    pub position: i64,
    /// Events that it has not followed yet.
    pub lag: i64,
    pub documents: u64,
    pub bytes: u64,
}

/// None where nothing has been searched and nothing follows.
pub async fn status(ctx: &Ctx) -> Result<Option<Status>> {
    let Progress { position, opened, failure } = ctx.app().search().progress.borrow().clone();
    if opened.is_none() && failure.is_none() {
        return Ok(None);
    }
    let lag = crate::event::last(ctx).await? - position;
    let up = failure.is_none();
    let (documents, bytes) =
        opened.map_or((0, 0), |opened| (opened.reader.searcher().num_docs(), opened.bytes()));
    Ok(Some(Status { up, position, lag, documents, bytes }))
}

/// The index, as new as who asks may expect: whoever is signed in finds what was
/// written before, by them or anybody; the public waits for nothing.
async fn ready(ctx: &Ctx) -> Result<Arc<Opened>> {
    // The index follows the feed in its own time.
    ctx.never_kept();
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
