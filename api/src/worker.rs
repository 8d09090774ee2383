//! What a serving process does beside answering: announcing what has come due,
//! hearing of peers' events, keeping the search index and the caches, and
//! housekeeping.
//!
//! Every node does all of it; what must be done once is done in a transaction
//! that the others wait for. Nothing here decides what readers see: if no worker
//! ran for a day, nothing would be wrong but the feed's being late.
//!
//! To add a job: an operation that is safe to run twice, called in [`tick`] or
//! in [`tidy`].

use std::sync::Arc;
use std::time::Duration;

use entity::{section, term_text};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::article::{history, rendering, schedule};
use crate::ctx::{Actor, App, Ctx};
use crate::error::Result;
use crate::hugo::blobs;
use crate::{cache, search, token, user};

/// How long a node sleeps at most before it looks again.
const IDLE: Duration = Duration::from_secs(30);
const HOUSEKEEPING: Duration = Duration::from_mins(1);

/// The jobs of a serving process, until they are stopped.
pub struct Worker {
    stop: watch::Sender<bool>,
    jobs: Vec<JoinHandle<()>>,
}

impl Worker {
    #[must_use]
    pub fn start(app: &Arc<App>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let timed = tokio::spawn(timed(Arc::clone(app), stopped.clone()));
        let renewed = tokio::spawn(renew_all(Arc::clone(app), stopped.clone()));
        let heard = tokio::spawn(hear(Arc::clone(app), stopped.clone()));
        let kept = tokio::spawn(cache::follow(Arc::clone(app), stopped.clone()));
        let purged = tokio::spawn(cache::purge(Arc::clone(app), stopped.clone()));
        let indexed = tokio::spawn(search::follow(Arc::clone(app), stopped));
        Self { stop, jobs: vec![timed, renewed, heard, kept, purged, indexed] }
    }

    /// Lets the job that is running end, and starts no other.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        for job in self.jobs {
            if let Err(error) = job.await {
                tracing::error!(%error, "a job failed");
            }
        }
    }
}

/// Everything that has come due. Says how long nothing will.
pub async fn tick(app: &Arc<App>) -> Result<Duration> {
    let ctx = Ctx::new(Arc::clone(app), Actor::System);
    // Every commit wakes this: a look takes nobody's turn to write.
    let mut next = schedule::next(&ctx).await?;
    if next.is_some_and(|next| next <= ctx.now()) {
        schedule::announce(&ctx).await?;
        next = schedule::next(&ctx).await?;
    }
    let until = next.map_or(i64::MAX, |next| next.0.saturating_sub(app.now().0));
    let until = Duration::from_micros(u64::try_from(until).unwrap_or(0));
    Ok(until.clamp(Duration::from_millis(1), IDLE))
}

/// What is done now and then, and once more before the process ends.
pub async fn tidy(app: &Arc<App>) -> Result<()> {
    token::record_uses(app).await?;
    user::tend(app).await?;
    let ctx = Ctx::new(Arc::clone(app), Actor::System);
    history::prune(&ctx).await?;
    Ok(())
}

/// Renders a few of the texts anew that an older version of this program rendered, and
/// measures a few of the pictures that it did not; says how many.
pub async fn renew(app: &Arc<App>) -> Result<usize> {
    let ctx = Ctx::new(Arc::clone(app), Actor::System);
    let bodies = rendering::renew(&ctx).await?;
    let lists = rendering::renew_lists::<section::Entity>(&ctx).await?
        + rendering::renew_lists::<term_text::Entity>(&ctx).await?;
    let count = bodies + lists + blobs::measure(&ctx).await?;
    if count > 0 {
        // No event tells of it.
        app.cache().clear();
    }
    Ok(count)
}

/// The same for all of them, between other writes.
async fn renew_all(app: Arc<App>, stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        match renew(&app).await {
            Ok(0) => return,
            Ok(count) => tracing::info!(count, "texts and pictures were looked at anew"),
            Err(error) => {
                tracing::error!(?error, "rendering anew");
                return;
            }
        }
    }
}

async fn timed(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let mut feed = app.follow();
    let mut tidied = Instant::now();
    while !*stopped.borrow() {
        let pause = tick(&app).await.unwrap_or_else(|error| {
            tracing::error!(?error, "announcing what has come due");
            Duration::from_secs(1)
        });
        if tidied.elapsed() > HOUSEKEEPING {
            tidied = Instant::now();
            report(tidy(&app).await);
        }
        // A schedule may have come or gone with any event.
        tokio::select! {
            _ = stopped.changed() => {}
            _ = timeout(pause, feed.changed()) => {}
        }
    }
    report(tidy(&app).await);
}

fn report(done: Result<()>) {
    if let Err(error) = done {
        tracing::error!(?error, "housekeeping");
    }
}

/// Passes on what peers announce, and comes back when the connection was lost.
async fn hear(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        tokio::select! {
            _ = stopped.changed() => {}
            done = app.db().listen(|position| app.feed_advanced(position)) => {
                if let Err(error) = done {
                    tracing::warn!(?error, "peers are not heard");
                }
                tokio::select! {
                    _ = stopped.changed() => {}
                    () = sleep(Duration::from_secs(1)) => {}
                }
            }
        }
    }
}
