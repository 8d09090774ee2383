//! A PostgreSQL for tests: one cluster a process, a database a test.

use std::io::Write;
use std::os::unix::process::CommandExt;
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
    /// Whether a migrated template is there. A server that is not ours gets none:
    /// nobody would remove it.
    template: bool,
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
        let template = if cluster.template {
            format!(" TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        } else {
            String::new()
        };
        admin(runtime, &cluster.base, &format!("CREATE DATABASE {name}{template}"));
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
        if let Some(url) = api::config::environment("BROADSHEET_TEST_POSTGRES") {
            let base = url.rsplit_once('/').map_or(url.as_str(), |(base, _)| base);
            return Some(Cluster { base: format!("{base}/"), template: false, _alive: None });
        }
        let cluster = start(&programs()?);
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
        let done = command.args(arguments).current_dir("/").stdout(Stdio::null()).status();
        done.expect("a program of PostgreSQL").success()
    };
    let alive = watch(programs, &folder, root);
    let text = |path: PathBuf| path.into_os_string().into_string().expect("a plain path");
    let data = text(folder.join("data"));
    let initdb = |locale: &[&str]| {
        let plain = ["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"];
        run("initdb", &[&plain[..], locale].concat())
    };
    // The locale of a site that never thought of it: what has to sort by code
    // points must say so itself. Without ICU, PostgreSQL's plainest one.
    let icu = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"];
    assert!(initdb(&icu) || initdb(&["--locale=C.UTF-8"]), "initdb failed");
    let socket = text(folder.clone());
    let options = format!(
        "-k {socket} -c listen_addresses= -c fsync=off -c full_page_writes=off \
         -c synchronous_commit=off -c max_connections=300"
    );
    let log = text(folder.join("log"));
    let started = run("pg_ctl", &["-D", &data, "-w", "-o", &options, "-l", &log, "start"]);
    assert!(
        started,
        "PostgreSQL did not start: {}",
        std::fs::read_to_string(&log).unwrap_or_default()
    );
    // No port that another process could take meanwhile: the folder's own socket.
    let host = socket.replace('/', "%2F");
    Cluster {
        base: format!("postgres://postgres@{host}/"),
        template: true,
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
        // What a terminal sends to the tests is not for it.
        .process_group(0)
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
