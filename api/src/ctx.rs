//! [`App`]: what the process has. [`Ctx`]: what one request has, and the only
//! way from a resolver or a command to the database.

use std::net::IpAddr;
use std::sync::Arc;

use entity::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use crate::cache::{Cache, Dependency, Reads, Watch};
use crate::config::{Config, Secret};
use crate::db::{Db, Reader};
use crate::error::Result;
use crate::graphql::siblings::Siblings;
use crate::policy::{Grant, Role};
use crate::search::Search;
use crate::site::Frame;
use crate::token;
use crate::user::{Keys, Uses, oidc};

/// Where the time comes from. Tests set their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

#[must_use]
pub fn system_clock() -> Clock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    Arc::new(|| Timestamp::from(chrono::Utc::now()))
}

pub struct App {
    db: Db,
    config: Config,
    clock: Clock,
    keys: Keys,
    oidc: oidc::Provider,
    uses: Uses,
    feed: watch::Sender<i64>,
    token_uses: token::Uses,
    search: Search,
    cache: Cache,
}

impl App {
    /// Opens the database and the secrets that `config` names.
    pub async fn open(config: Config, clock: Clock) -> Result<Arc<Self>> {
        let db = Db::connect(&config).await?;
        Self::with_db(config, clock, db)
    }

    pub fn with_db(config: Config, clock: Clock, db: Db) -> Result<Arc<Self>> {
        let keys = Keys::load(&config, clock())?;
        let cache = Cache::new(&config.cache, config.purge.is_on());
        Ok(Arc::new(Self {
            db,
            config,
            clock,
            keys,
            oidc: oidc::Provider::default(),
            uses: Uses::default(),
            feed: watch::Sender::new(0),
            token_uses: token::Uses::default(),
            search: Search::default(),
            cache,
        }))
    }

    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The OpenID Connect provider, where one is configured.
    #[must_use]
    pub fn oidc(&self) -> &oidc::Provider {
        &self.oidc
    }

    /// When sessions were last used, until that is written.
    #[must_use]
    pub fn uses(&self) -> &Uses {
        &self.uses
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    #[must_use]
    pub fn token_uses(&self) -> &token::Uses {
        &self.token_uses
    }

    /// The search index of this node.
    #[must_use]
    pub fn search(&self) -> &Search {
        &self.search
    }

    /// What the public was answered.
    #[must_use]
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Wakes the followers in this process.
    pub fn feed_advanced(&self, position: i64) {
        self.cache.heard(position);
        self.feed.send_if_modified(|last| {
            let newer = position > *last;
            *last = position.max(*last);
            newer
        });
    }

    /// Changes whenever this process has committed events.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<i64> {
        self.feed.subscribe()
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    Nobody,
    User {
        id: Uuid,
        role: Role,
        via: Via,
    },
    /// Whoever holds a link to the working copy of one article.
    Preview {
        id: Uuid,
        article: Uuid,
    },
    /// The server itself: the command line and jobs.
    System,
}

impl Actor {
    #[must_use]
    pub fn user_id(&self) -> Option<Uuid> {
        match self {
            Self::User { id, .. } => Some(*id),
            Self::Nobody | Self::Preview { .. } | Self::System => None,
        }
    }
}

/// How somebody has shown who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// They signed in; this names the session.
    Session(Uuid),
    /// By a token of theirs, which may do less than they may.
    Token(Arc<Grant>),
}

/// What a request says of where it comes from.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// For the audit log, and against guessing.
    pub address: Option<IpAddr>,
    pub user_agent: Option<String>,
    /// The refresh token of a browser, where no other site can have sent it.
    pub refresh_cookie: Option<Secret>,
}

pub struct Ctx {
    app: Arc<App>,
    actor: Actor,
    client: Client,
    now: Timestamp,
    once: Arc<Siblings>,
    reads: Option<Arc<Reads>>,
    /// Whether the frame may come from memory.
    remembers: bool,
}

impl Ctx {
    /// One moment counts for the whole request: whatever it reads agrees.
    #[must_use]
    pub fn new(app: Arc<App>, actor: Actor) -> Self {
        let now = app.now();
        Self {
            app,
            actor,
            client: Client::default(),
            now,
            once: Siblings::new(Vec::new()),
            reads: None,
            remembers: false,
        }
    }

    /// The same, from a client.
    #[must_use]
    pub fn from_client(self, client: Client) -> Self {
        Self { client, ..self }
    }

    /// The same, whose answer may be kept: what it reads is recorded.
    #[must_use]
    pub fn recording(self, reads: Arc<Reads>) -> Self {
        Self { reads: Some(reads), ..self }
    }

    /// The same, which only reads, and for which the cache has just caught up with
    /// the feed: the frame may come from memory.
    #[must_use]
    pub fn remembering(self) -> Self {
        Self { remembers: true, ..self }
    }

    /// Where to read whatever an operation does not tell apart: the answer depends
    /// on everything public. See [`Self::db_of`].
    #[must_use]
    pub fn db(&self) -> &Reader {
        self.db_of([Dependency::Anything])
    }

    /// Where to read what follows from this alone: **nothing that the statement
    /// gives may change but by a change of one of these**.
    #[must_use]
    pub fn db_of<'a>(&self, what: impl IntoIterator<Item = Dependency<'a>>) -> &Reader {
        self.depends(what);
        self.app.db().reader()
    }

    /// Where to read what no public event tells of: accounts, what a desk does.
    /// Such an answer is kept by nobody.
    #[must_use]
    pub fn db_private(&self) -> &Reader {
        self.never_kept();
        self.app.db().reader()
    }

    /// Whether the answer may be kept: else nobody asks what it depends on.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.reads.is_some()
    }

    /// Notes what the answer depends on.
    pub fn depends<'a>(&self, what: impl IntoIterator<Item = Dependency<'a>>) {
        if let Some(reads) = &self.reads {
            reads.record(what);
        }
    }

    /// The same of lists, of which the answer shows only so much.
    pub fn watches<'a>(&self, lists: impl IntoIterator<Item = Dependency<'a>>, watch: Watch) {
        if let Some(reads) = &self.reads {
            reads.watch(lists, watch);
        }
    }

    /// Notes that the answer follows from more than the database.
    pub fn never_kept(&self) {
        if let Some(reads) = &self.reads {
            reads.never();
        }
    }

    /// The same request, by somebody who has just shown who they are.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        let Self { app, actor: _, client, now, once, reads, remembers } = self;
        let (app, client, once) = (Arc::clone(app), client.clone(), Arc::clone(once));
        let (now, remembers) = (*now, *remembers);
        Self { app, actor, client, now, once, reads: reads.clone(), remembers }
    }

    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.client.address
    }

    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What is loaded once for the whole request, whoever asks first. A commit
    /// forgets it, so that what a mutation answers is what it wrote.
    #[must_use]
    pub fn once(&self) -> &Arc<Siblings> {
        &self.once
    }

    /// The site and its languages.
    pub async fn frame(&self) -> Result<Arc<Frame>> {
        self.depends([Dependency::Frame]);
        if let Some(frame) = self.app.cache().frame().filter(|_| self.remembers) {
            return Ok(frame);
        }
        // Seldom, and large: see `Reader::run`.
        Box::pin(self.load_frame()).await
    }

    async fn load_frame(&self) -> Result<Arc<Frame>> {
        let cache = self.app.cache();
        let load = || async {
            let lease = cache.lease();
            let frame = Arc::new(Frame::load(&self.app).await?);
            if self.remembers {
                cache.keep_frame(&frame, lease);
            }
            Ok(frame)
        };
        let frame: Arc<Arc<Frame>> = self.once.load("frame".to_owned(), load).await?;
        Ok(Arc::clone(&frame))
    }

    /// A new id: unique everywhere, and sortable by the time it was made.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        #[expect(clippy::disallowed_methods, reason = "this is where ids come from")]
        Uuid::now_v7()
    }
}
