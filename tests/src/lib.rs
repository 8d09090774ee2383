//! The harness: a real server on a database of its own, and a client for it.
//!
//! A test says `on_both! { fn rule_it_holds(app) { … } }` and runs on SQLite and
//! on PostgreSQL. The clock stands still until the test turns it. Nothing is
//! shared between tests but a migrated template of each database.
//!
//! PostgreSQL is the server that `BROADSHEET_TEST_POSTGRES` names, else one of
//! the harness's own where its programs are installed; else those tests say that
//! they skip, and fail where `CI` is set. The same holds for the corpora and
//! `BROADSHEET_CORPORA`, and for programs that others wrote ([`tools`]).

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::needless_pass_by_value,
    clippy::print_stdout,
    reason = "a harness stops at the first surprise, says what it skips, and is called for effect"
)]

pub mod abuse;
pub mod bench;
pub mod client;
pub mod forms;
pub mod generate;
pub mod messy;
pub mod oracle;
pub mod peer;
pub mod postgres;
pub mod process;
pub mod tools;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use api::config::{Config, Secret};
use api::ctx::{Actor, App, Ctx};
use api::db::Db;
use api::http::Server;
use api::hugo::export;
use api::hugo::import::{self, Report};
use api::policy::Role;
use entity::Timestamp;
use sea_orm::ConnectionTrait;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub use client::{Answer, Client};

/// 2026-11-01T00:00:00Z: when all tests begin.
pub const START: i64 = 1_793_491_200_000_000;
pub const HOUR: i64 = 3_600_000_000;
const PASSWORD: &str = "correct horse battery";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A server with its database, until it is dropped.
pub struct TestApp {
    pub app: Arc<App>,
    pub backend: Backend,
    pub folder: TempDir,
    server: Option<Server>,
    clock: Arc<AtomicI64>,
    statements: Arc<Mutex<Vec<String>>>,
    database: Option<postgres::Database>,
    runtime: Runtime,
}

/// Defines tests that run on both databases.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($app:ident) $body:block)*) => {
        $(
            $(#[$meta])*
            mod $name {
                #[allow(unused_imports, reason = "not every test needs what is around it")]
                use super::*;

                fn check($app: $crate::TestApp) $body

                #[test]
                fn sqlite() {
                    check($crate::TestApp::sqlite());
                }

                #[test]
                fn postgres() {
                    if let Some(app) = $crate::TestApp::postgres() {
                        check(app);
                    }
                }
            }
        )*
    };
}

impl TestApp {
    #[must_use]
    pub fn sqlite() -> Self {
        Self::configured(Backend::Sqlite, |_| ()).expect("SQLite is always there")
    }

    /// None where PostgreSQL is missing and may be.
    #[must_use]
    pub fn postgres() -> Option<Self> {
        Self::configured(Backend::Postgres, |_| ())
    }

    /// A server whose configuration a test changes.
    pub fn configured(backend: Backend, change: impl FnOnce(&mut Config)) -> Option<Self> {
        let runtime = runtime();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        config.bind = "127.0.0.1:0".parse().expect("an address");
        config.http.workers = 1;
        config.auth.secret = Secret::new("a secret of tests, long enough to be one");
        let database = match backend {
            Backend::Sqlite => {
                std::fs::write(folder.path().join("broadsheet.sqlite"), sqlite_template())
                    .expect("a copy of the template");
                None
            }
            Backend::Postgres => {
                let database = postgres::Database::create(&runtime)?;
                config.database_url = Secret::new(database.url());
                Some(database)
            }
        };
        change(&mut config);
        let clock = Arc::new(AtomicI64::new(START));
        let statements = Arc::new(Mutex::new(Vec::new()));
        let (app, server) = runtime.block_on(async {
            let mut db = Db::connect(&config).await.expect("a database");
            let recorder = Arc::clone(&statements);
            db.observe_statements(move |sql| {
                recorder.lock().expect("the recorder").push(sql.to_owned());
            });
            let time = Arc::clone(&clock);
            let clock: api::ctx::Clock = Arc::new(move || Timestamp(time.load(Ordering::SeqCst)));
            let app = App::with_db(config, clock, db).expect("an application");
            api::site::ensure(&app).await.expect("a site");
            let server = Server::start(&app).expect("a server");
            (app, server)
        });
        Some(Self {
            app,
            backend,
            folder,
            server: Some(server),
            clock,
            statements,
            database,
            runtime,
        })
    }

    #[must_use]
    pub fn url(&self, path: &str) -> String {
        let address = self.server.as_ref().expect("a running server").address();
        format!("http://{address}{path}")
    }

    /// What a reader gets at an address of the server.
    pub fn fetch(&self, path: &str, headers: &[(&str, &str)]) -> client::Raw {
        client::fetch("GET", &self.url(path), headers)
    }

    /// A client that nobody has signed in with.
    #[must_use]
    pub fn nobody(&self) -> Client {
        Client::new(self.url("/graphql"), None)
    }

    /// Somebody new with a role, signed in by the real mutation.
    #[must_use]
    pub fn as_role(&self, role: Role) -> Client {
        Client::new(self.url("/graphql"), Some(self.token(role)))
    }

    /// The access token of somebody new.
    #[must_use]
    pub fn token(&self, role: Role) -> String {
        static NUMBER: AtomicI64 = AtomicI64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let email = format!("{}{number}@example.org", role.name().to_lowercase());
        let ctx = self.ctx();
        self.block_on(api::user::add(&ctx, &email, None, role, PASSWORD.to_owned()))
            .expect("a new user");
        self.access_token(&email)
    }

    #[must_use]
    pub fn sign_in(&self, email: &str) -> Client {
        Client::new(self.url("/graphql"), Some(self.access_token(email)))
    }

    fn access_token(&self, email: &str) -> String {
        let answer = self.nobody().ask(
            "mutation($email: String!, $password: String!) {
               login(input: { email: $email, password: $password }) { session { accessToken } }
             }",
            serde_json::json!({ "email": email, "password": PASSWORD }),
        );
        answer.text("/login/session/accessToken")
    }

    /// Asks as nobody; fails the test on errors.
    pub fn query(&self, document: &str, variables: Value) -> Answer {
        self.nobody().ask(document, variables)
    }

    /// What the system itself does.
    #[must_use]
    pub fn ctx(&self) -> Ctx {
        Ctx::new(Arc::clone(&self.app), Actor::System)
    }

    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    pub fn import(&self, dir: impl Into<PathBuf>) -> Report {
        let options = import::Options { dir: dir.into(), language: None, dry_run: false };
        let ctx = self.ctx();
        self.block_on(import::run(&ctx, options)).expect("an import")
    }

    pub fn export(&self, dir: impl Into<PathBuf>) -> export::Report {
        let options = export::Options { dir: dir.into(), ..export::Options::default() };
        let ctx = self.ctx();
        self.block_on(export::run(&ctx, options)).expect("an export")
    }

    /// Imports files given as path and text, below `content/` unless they say.
    pub fn import_files(&self, files: &[(&str, &str)]) -> Report {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_files(folder.path(), files);
        self.import(folder.path())
    }

    /// Turns the clock, in microseconds since 1970.
    pub fn set_clock(&self, time: i64) {
        self.clock.store(time, Ordering::SeqCst);
    }

    /// The SQL statements that `work` caused. Nothing is answered from memory, and
    /// the cache does not look for what others wrote meanwhile.
    pub fn statements<T>(&self, work: impl FnOnce() -> T) -> (T, Vec<String>) {
        let cache = self.app.cache();
        self.block_on(api::cache::ready(&self.app)).expect("a cache that follows");
        cache.clear();
        cache.set_followed(true);
        self.statements.lock().expect("the recorder").clear();
        let value = work();
        cache.set_followed(false);
        (value, std::mem::take(&mut *self.statements.lock().expect("the recorder")))
    }

    /// The positions in the feed of a PostgreSQL database that nobody serves.
    #[must_use]
    pub fn events_of(url: &str) -> Vec<i64> {
        let config = Config { database_url: Secret::new(url), ..Config::default() };
        runtime().block_on(async {
            use sea_orm::{EntityTrait, QueryOrder};
            let db = Db::connect(&config).await.expect("a database");
            let events = entity::event::Entity::find()
                .order_by_asc(entity::event::Column::Id)
                .all(db.read())
                .await
                .expect("the feed");
            db.close().await;
            events.into_iter().map(|event| event.id).collect()
        })
    }

    /// Runs a statement that no operation would.
    pub fn sql(&self, statement: &str) {
        self.block_on(async {
            let txn = self.app.db().begin().await.expect("a transaction");
            txn.execute_unprepared(statement).await.expect(statement);
            txn.commit().await.expect("a commit");
        });
        // No event tells of it.
        self.app.cache().clear();
    }

    /// The whole feed.
    #[must_use]
    pub fn events(&self) -> Vec<entity::event::Model> {
        let ctx = self.ctx();
        self.block_on(api::event::after(&ctx, 0, 1_000_000)).expect("the feed")
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let (app, server) = (Arc::clone(&self.app), self.server.take());
        self.runtime.block_on(async move {
            if let Some(server) = server {
                server.kill().await;
            }
            app.db().close().await;
        });
        if let Some(database) = self.database.take() {
            database.drop_now(&self.runtime);
        }
    }
}

#[must_use]
pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// The bytes of a migrated SQLite file, made once.
fn sqlite_template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        runtime().block_on(async {
            Db::connect(&config).await.expect("a database").close().await;
        });
        std::fs::read(folder.path().join("broadsheet.sqlite")).expect("the template")
    })
}

pub fn write_files(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
}

/// Whether what is missing fails a test.
#[must_use]
pub fn must_not_skip() -> bool {
    api::config::environment("CI").is_some_and(|value| !value.is_empty())
}

/// The corpora, or none where a test may go without them.
#[must_use]
pub fn corpora() -> Option<PathBuf> {
    let found = api::config::environment("BROADSHEET_CORPORA").map(PathBuf::from);
    if let Some(path) = &found {
        assert!(path.is_dir(), "BROADSHEET_CORPORA names {}, which is no folder", path.display());
    } else {
        assert!(!must_not_skip(), "BROADSHEET_CORPORA is not set, and CI may not skip");
        println!("skipped: BROADSHEET_CORPORA does not name the corpora");
    }
    found
}

/// A contract query and the variables that stand in its first lines.
#[must_use]
pub fn contract(name: &str) -> Option<(String, Value)> {
    let path = corpora()?.parent()?.join("contract").join(format!("{name}.graphql"));
    let document = std::fs::read_to_string(&path).expect("a contract query");
    let variables = document
        .lines()
        .find_map(|line| line.strip_prefix("# variables: "))
        .map_or(Value::Null, |text| serde_json::from_str(text).expect("variables as JSON"));
    Some((document, variables))
}
