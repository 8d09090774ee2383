//! Telling caches outside what to drop: Varnish, Fastly or Cloudflare.
//!
//! Every answer names its tags in `Surrogate-Key` and `Cache-Tag` (see
//! `http::answers`); what the follower drops here is purged there by the same
//! tags, whether this process keeps such an answer or not. A purge that failed is
//! sent again, together with what has come since, until it arrives. What was
//! touched while no process ran is not known: a start purges everything. Each
//! node purges for itself, which is safe and costs a few requests more.
//!
//! To add a form: a line of [`Form`] and of [`requests`].

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use ureq::Agent;

use super::dependency::{Dependency, Tag};
use crate::ctx::App;
use crate::{config, outgoing};

/// How long a purge may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait after the first failure; twice as long after each that follows.
const RETRY: Duration = Duration::from_millis(200);
const LONGEST_RETRY: Duration = Duration::from_secs(30);
/// Tags after which everything goes: what waits is bounded.
const MOST: usize = 5_000;

/// The tag that every answer has.
pub const EVERY: &str = "broadsheet";

/// How a cache is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    #[default]
    None,
    /// `PURGE` with a header `xkey-purge`, for Varnish's module xkey.
    VarnishXkey,
    /// `BAN` with an expression over `Surrogate-Key`, for Varnish as it is.
    VarnishBan,
    /// `POST /service/ID/purge` with a header `Surrogate-Key`.
    Fastly,
    /// `POST /zones/ID/purge_cache` with a list of tags.
    Cloudflare,
}

/// What is to be purged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purge {
    Everything,
    Tags(BTreeSet<Tag>),
}

impl Purge {
    /// Whether an answer with these tags is to be purged.
    #[must_use]
    pub fn has(&self, tags: &[Tag]) -> bool {
        match self {
            Self::Everything => true,
            Self::Tags(purged) => tags.iter().any(|tag| purged.contains(tag)),
        }
    }
}

/// What has not been purged yet.
#[derive(Debug)]
pub struct Pending {
    on: bool,
    waiting: Mutex<Option<Purge>>,
    more: Notify,
}

impl Pending {
    pub fn new(on: bool) -> Self {
        Self { on, waiting: Mutex::new(on.then_some(Purge::Everything)), more: Notify::new() }
    }

    #[must_use]
    pub fn is_on(&self) -> bool {
        self.on
    }

    pub fn add(&self, purge: Purge) {
        if !self.on {
            return;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting = Some(match (waiting.take(), purge) {
            (None, purge) => purge,
            (Some(Purge::Tags(mut tags)), Purge::Tags(more)) => {
                tags.extend(more);
                if tags.len() > MOST { Purge::Everything } else { Purge::Tags(tags) }
            }
            (Some(_), _) => Purge::Everything,
        });
        drop(waiting);
        self.more.notify_one();
    }

    fn take(&self) -> Option<Purge> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Purges until it is stopped.
pub async fn purge(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let pending = app.cache().purges();
    if !pending.is_on() {
        return;
    }
    let agent = outgoing::client(PATIENCE).allow_non_standard_methods(true).build().into();
    let mut pause = RETRY;
    while !*stopped.borrow() {
        let Some(purge) = pending.take() else {
            tokio::select! {
                _ = stopped.changed() => {}
                () = pending.more.notified() => {}
            }
            continue;
        };
        match send(&agent, app.config().purge.clone(), purge.clone()).await {
            Ok(()) => pause = RETRY,
            Err(error) => {
                tracing::warn!(error, "caches outside cannot be purged: trying again");
                pending.add(purge);
                let _ = timeout(pause, stopped.changed()).await;
                pause = Ord::min(pause * 2, LONGEST_RETRY);
            }
        }
    }
}

async fn send(agent: &Agent, config: config::Purge, purge: Purge) -> Result<(), String> {
    let agent = agent.clone();
    let work = move || {
        requests(&config, &purge)?.into_iter().try_for_each(|request| {
            // What goes wrong is told without what was sent: it holds the token.
            let answer = agent.run(request).map_err(|error| format!("{}: {error}", config.url))?;
            let status = answer.status();
            if status.is_success() {
                return Ok(());
            }
            Err(format!("{} answers {status}", config.url))
        })
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())?
}

/// The requests that a purge takes.
fn requests(
    config: &config::Purge,
    purge: &Purge,
) -> Result<Vec<ureq::http::Request<String>>, String> {
    let config::Purge { form, url, token } = config;
    let tags: Vec<String> = match purge {
        Purge::Everything => vec![EVERY.to_owned()],
        Purge::Tags(tags) => tags.iter().map(Tag::to_string).collect(),
    };
    // Fastly takes 256 keys, Cloudflare 30; headers of Varnish end at 8 KB.
    let most = if *form == Form::Cloudflare { 30 } else { 200 };
    let requests = tags.chunks(most).map(|tags| {
        let request = ureq::http::Request::builder().uri(url);
        match form {
            Form::None => Err("purge.form is not set".to_owned()),
            Form::VarnishXkey => request
                .method("PURGE")
                .header("xkey-purge", tags.join(" "))
                .body(String::new())
                .map_err(|error| error.to_string()),
            Form::VarnishBan => request
                .method("BAN")
                // No tag is part of two others side by side, nor of another.
                .header("surrogate-key-ban", tags.join("|"))
                .body(String::new())
                .map_err(|error| error.to_string()),
            Form::Fastly => request
                .method("POST")
                .header("fastly-key", token.reveal())
                .header("accept", "application/json")
                .header("surrogate-key", tags.join(" "))
                .body(String::new())
                .map_err(|_| "purge.token cannot stand in a header".to_owned()),
            Form::Cloudflare => request
                .method("POST")
                .header("authorization", format!("Bearer {}", token.reveal()))
                .header("content-type", "application/json")
                .body(json!({ "tags": tags }).to_string())
                .map_err(|_| "purge.token cannot stand in a header".to_owned()),
        }
    });
    requests.collect()
}

/// The tags of an answer as `separator` parts them: all of them, or coarser ones
/// that every change purges, where all would be too long for a header.
#[must_use]
pub fn header(tags: &[Tag], separator: char) -> String {
    const MOST: usize = 500;
    let mut text = EVERY.to_owned();
    let coarse = [Dependency::Anything.tag()];
    for tag in if tags.len() > MOST { &coarse } else { tags } {
        let _ = write!(text, "{separator}{tag}");
    }
    text
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_header_is_complete_or_coarser() {
        let tags = |count: u128| -> Vec<_> {
            (0..count).map(|id| Dependency::Article(Uuid::from_u128(id)).tag()).collect()
        };
        let few = header(&tags(500), ' ');
        assert_eq!(few.split(' ').count(), 501);
        assert!(few.len() < 8_000, "{}", few.len());
        let anything = Dependency::Anything.tag();
        assert_eq!(header(&tags(501), ','), format!("{EVERY},{anything}"));
    }

    #[test]
    fn what_waits_is_bounded() {
        let pending = Pending::new(true);
        assert_eq!(pending.take(), Some(Purge::Everything));
        let tags = |from: u128, to: u128| {
            let tags = (from..to).map(|id| Dependency::Article(Uuid::from_u128(id)).tag());
            Purge::Tags(tags.collect())
        };
        pending.add(tags(0, 10));
        pending.add(tags(5, 20));
        assert_eq!(pending.take(), Some(tags(0, 20)));
        pending.add(tags(0, 4_000));
        pending.add(tags(4_000, 8_000));
        assert_eq!(pending.take(), Some(Purge::Everything));
    }
}
