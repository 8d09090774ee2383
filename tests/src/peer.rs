//! A second server on the database of a test, with the same clock.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use api::config::Config;
use api::ctx::App;
use api::db::Db;
use api::http::Server;
use api::worker::Worker;
use entity::Timestamp;
use tempfile::TempDir;

use crate::{Client, TestApp};

/// Stops when it is dropped; before the database of the test goes.
pub struct Peer<'a> {
    pub app: Arc<App>,
    owner: &'a TestApp,
    server: Option<Server>,
    worker: Option<Worker>,
    /// Of a peer on PostgreSQL, which shares no files.
    _folder: TempDir,
}

impl TestApp {
    /// Starts one whose configuration a test changes; `working` says whether it
    /// hears of events by itself.
    pub fn peer(&self, working: bool, change: impl FnOnce(&mut Config)) -> Peer<'_> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = self.app.config().clone();
        if !config.database_url.reveal().is_empty() {
            folder.path().clone_into(&mut config.data_dir);
        }
        change(&mut config);
        let time = Arc::clone(&self.clock);
        let clock: api::ctx::Clock = Arc::new(move || Timestamp(time.load(Ordering::SeqCst)));
        let (app, server, worker) = self.block_on(async {
            let db = Db::connect(&config).await.expect("a database");
            let app = App::with_db(config, clock, db).expect("an application");
            let server = Server::start(&app).expect("a server");
            let worker = working.then(|| Worker::start(&app));
            (app, server, worker)
        });
        Peer { app, owner: self, server: Some(server), worker, _folder: folder }
    }
}

impl Peer<'_> {
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        let address = self.server.as_ref().expect("a running server").address();
        format!("http://{address}{path}")
    }

    #[must_use]
    pub fn nobody(&self) -> Client {
        Client::new(self.url("/graphql"), None)
    }
}

impl Drop for Peer<'_> {
    fn drop(&mut self) {
        let (app, server, worker) = (Arc::clone(&self.app), self.server.take(), self.worker.take());
        self.owner.block_on(async move {
            if let Some(server) = server {
                server.kill().await;
            }
            if let Some(worker) = worker {
                worker.stop().await;
            }
            app.db().close().await;
        });
    }
}
