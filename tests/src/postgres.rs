//! A PostgreSQL for tests: one cluster a process, a database a test.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use api::config::{Config, Secret};
use api::db::Db;
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const TEMPLATE: &str = "broadsheet_template";

/// Stops the server and removes its folder when its standard input ends, which
/// happens whenever the process that holds the other end does.
const WATCHDOG: &str = r#"
cat >/dev/null
"$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1
rm -rf "$2"
"#;

struct Cluster {
    /// Address without a database's name.
    base: String,
    /// Keeps the watchdog waiting.
    _alive: Option<Mutex<ChildStdin>>,
}

/// A database of one test.
pub struct Database {
    name: String,
    base: &'static str,
}

impl Database {
    /// A copy of the migrated template; none where PostgreSQL is missing.
    #[must_use]
    pub fn create(runtime: &Runtime) -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let cluster = cluster()?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("broadsheet_{}_{number}", std::process::id());
        let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        admin(runtime, &cluster.base, &format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
        Some(Self { name, base: &cluster.base })
    }

    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{}", self.base, self.name)
    }

    pub fn drop_now(&self, runtime: &Runtime) {
        admin(runtime, self.base, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn admin(runtime: &Runtime, base: &str, statement: &str) {
    runtime.block_on(async {
        let mut connection = PgConnection::connect(&format!("{base}postgres"))
            .await
            .expect("a connection to PostgreSQL");
        connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement))).await.expect(statement);
        connection.close().await.expect("a closed connection");
    });
}

fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(|| {
        let cluster = match api::config::environment("BROADSHEET_TEST_POSTGRES") {
            Some(url) => {
                let base = url.rsplit_once('/').map_or(url.as_str(), |(base, _)| base);
                Cluster { base: format!("{base}/"), _alive: None }
            }
            None => start(&programs()?),
        };
        migrate_template(&cluster.base);
        Some(cluster)
    });
    if cluster.is_none() {
        assert!(!crate::must_not_skip(), "PostgreSQL is not installed, and CI may not skip it");
        println!("skipped: PostgreSQL's initdb is not on this machine");
    }
    cluster.as_ref()
}

/// The folder of `initdb` and `pg_ctl`: on the path, or where Debian has them.
fn programs() -> Option<PathBuf> {
    let path = api::config::environment("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    folders
        .into_iter()
        .find(|folder| folder.join("pg_ctl").exists() && folder.join("initdb").exists())
}

fn start(programs: &Path) -> Cluster {
    let folder = TempDir::with_prefix("broadsheet-postgres").expect("a folder").keep();
    // PostgreSQL refuses to run as root.
    let root = is_root();
    if root {
        let done = Command::new("chown").arg("postgres").arg(&folder).status();
        assert!(done.is_ok_and(|done| done.success()), "there is no user called postgres");
    }
    let run = |program: &str, arguments: &[&str]| {
        let program = programs.join(program);
        let mut command = if root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        let done = command
            .args(arguments)
            .current_dir("/")
            .stdout(Stdio::null())
            .status()
            .expect("a program of PostgreSQL");
        assert!(done.success(), "{command:?}");
    };
    let data = folder.join("data");
    let data = data.to_str().expect("a plain path");
    run(
        "initdb",
        &[
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C.UTF-8",
        ],
    );
    let port = free_port();
    let socket = folder.to_str().expect("a plain path");
    let options = format!(
        "-p {port} -k {socket} -c listen_addresses=127.0.0.1 -c fsync=off \
         -c full_page_writes=off -c synchronous_commit=off -c max_connections=300"
    );
    let log = folder.join("log");
    let alive = watch(programs, &folder, root);
    run(
        "pg_ctl",
        &["-D", data, "-w", "-o", &options, "-l", log.to_str().expect("a path"), "start"],
    );
    Cluster {
        base: format!("postgres://postgres@127.0.0.1:{port}/"),
        _alive: Some(Mutex::new(alive)),
    }
}

#[expect(clippy::zombie_processes, reason = "it outlives this process on purpose")]
fn watch(programs: &Path, folder: &Path, root: bool) -> ChildStdin {
    let mut command = if root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    let mut watchdog = command
        .args(["-c", WATCHDOG, "sh"])
        .arg(programs)
        .arg(folder)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a watchdog");
    let mut alive = watchdog.stdin.take().expect("its standard input");
    alive.flush().expect("a pipe");
    alive
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("who runs this");
    id.stdout.trim_ascii() == b"0"
}

#[must_use]
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn migrate_template(base: &str) {
    let runtime = crate::runtime();
    admin(&runtime, base, &format!("DROP DATABASE IF EXISTS {TEMPLATE}"));
    admin(&runtime, base, &format!("CREATE DATABASE {TEMPLATE}"));
    let config =
        Config { database_url: Secret::new(format!("{base}{TEMPLATE}")), ..Config::default() };
    runtime.block_on(async {
        Db::connect(&config).await.expect("a migrated template").close().await;
    });
}
