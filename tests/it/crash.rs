//! Killed at any moment, nothing that was acknowledged is lost and nothing is
//! half-written.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::Row;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tests::process::{Process, command, run};
use tests::{Client, TestApp, generate, postgres, runtime};

const PROGRAM: &str = env!("CARGO_BIN_EXE_broadsheet-under-test");
const PASSWORD: &str = "correct horse battery";

/// Each must find nothing: what one table says, another must say as well.
const HALF_WRITTEN: &[(&str, &str)] = &[
    (
        "an article without its revision",
        "SELECT count(*) FROM article a LEFT JOIN revision r ON r.id = a.revision_id AND r.version = a.version WHERE r.id IS NULL",
    ),
    (
        "a revision without its body",
        "SELECT count(*) FROM revision r LEFT JOIN body b ON b.id = r.body_id WHERE b.id IS NULL",
    ),
    (
        "an article without its working copy",
        "SELECT count(*) FROM article a LEFT JOIN article_copy c ON c.article_id = a.id AND c.view = 1 AND c.revision_id = a.revision_id WHERE c.article_id IS NULL",
    ),
    (
        "a copy of which the feed knows nothing",
        "SELECT count(*) FROM article_copy c WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.entity_id = c.article_id)",
    ),
    (
        "a copy without its terms",
        "SELECT count(*) FROM article_copy c WHERE NOT EXISTS (SELECT 1 FROM article_term t WHERE t.article_id = c.article_id AND t.view = c.view)",
    ),
    ("a gap in the feed", "SELECT count(*) - coalesce(max(id), 0) FROM event"),
    (
        "two articles of one file",
        "SELECT count(*) - count(DISTINCT article_id) FROM source_file WHERE article_id IS NOT NULL",
    ),
];

fn number(file: &Path, sql: &'static str) -> i64 {
    runtime().block_on(async {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(false);
        let mut database = SqliteConnection::connect_with(&options).await.expect("the database");
        let row = sqlx::query(sql).fetch_one(&mut database).await.expect(sql);
        row.get(0)
    })
}

fn assert_whole(data: &Path) {
    let file = data.join("broadsheet.sqlite");
    for (what, sql) in HALF_WRITTEN {
        assert_eq!(number(&file, sql), 0, "{what}");
    }
}

#[test]
fn a_killed_import_goes_on_where_it_was() {
    let site = tempfile::tempdir().expect("a temporary folder");
    let data = tempfile::tempdir().expect("a temporary folder");
    generate::site(site.path(), 1500);
    let import = || {
        let mut import = command(PROGRAM, data.path(), None);
        import
            .args(["import", "hugo"])
            .arg(site.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        import
    };
    let database = data.path().join("broadsheet.sqlite");
    let mut killed = 0;
    for number_of_articles in [1, 400, 800] {
        let mut child = import().spawn().expect("an import");
        // Killed as soon as so many are there, wherever it is then.
        let began = Instant::now();
        let mut count = 0;
        while count < number_of_articles
            && began.elapsed() < Duration::from_mins(1)
            && child.try_wait().expect("a status").is_none()
        {
            count = if database.exists() { articles(&database) } else { 0 };
        }
        if child.try_wait().expect("a status").is_none() {
            killed += 1;
        }
        child.kill().expect("a process to kill");
        child.wait().expect("its end");
        assert_whole(data.path());
    }
    assert!(killed > 0, "the import was too fast to be killed");
    let done = import().status().expect("an import");
    assert!(done.success());
    assert_whole(data.path());
    assert_eq!(number(&database, "SELECT count(*) FROM article"), 1500);
    assert_eq!(number(&database, "SELECT count(*) FROM article_copy WHERE view = 0"), 1500);
}

#[test]
fn a_killed_export_goes_on_where_it_was() {
    let site = tempfile::tempdir().expect("a temporary folder");
    let data = tempfile::tempdir().expect("a temporary folder");
    let out = tempfile::tempdir().expect("a temporary folder");
    generate::site(site.path(), 1500);
    let broadsheet = |what: &str, folder: &Path| {
        let mut command = command(PROGRAM, data.path(), None);
        command.args([what, "hugo"]).arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    assert!(broadsheet("import", site.path()).status().expect("an import").success());
    let mut killed = 0;
    for number_of_files in [1, 500, 1000] {
        let mut child = broadsheet("export", out.path()).spawn().expect("an export");
        let began = Instant::now();
        while count_files(out.path()) < number_of_files
            && began.elapsed() < Duration::from_mins(1)
            && child.try_wait().expect("a status").is_none()
        {}
        if child.try_wait().expect("a status").is_none() {
            killed += 1;
        }
        child.kill().expect("a process to kill");
        child.wait().expect("its end");
        // What is in its place is whole.
        for (name, bytes) in crate::export::contents(out.path()) {
            if !name.starts_with(".broadsheet-export") {
                assert!(bytes == std::fs::read(site.path().join(&name)).expect("a file"));
            }
        }
    }
    assert!(killed > 0, "the export was too fast to be killed");
    assert!(broadsheet("export", out.path()).status().expect("an export").success());
    assert_eq!(
        crate::export::differences(site.path(), out.path()),
        Vec::<std::path::PathBuf>::new()
    );
}

fn count_files(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("content/news")).map_or(0, Iterator::count)
}

/// How many articles there are; none while there is no table yet.
fn articles(file: &Path) -> i64 {
    runtime().block_on(async {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(false);
        let Ok(mut database) = SqliteConnection::connect_with(&options).await else { return 0 };
        sqlx::query("SELECT count(*) FROM article")
            .fetch_one(&mut database)
            .await
            .map_or(0, |row| row.get(0))
    })
}

fn add_user(data: &Path, database: Option<&str>) {
    let mut add = command(PROGRAM, data, database);
    add.args(["user", "add", "a@example.org", "--role", "EDITOR", "--password-stdin"]);
    assert!(run(add, PASSWORD).status.success());
}

fn sign_in(server: &Process) -> Client {
    let login = server.nobody().ask(
        "mutation($p: String!) { login(input: { email: \"a@example.org\", password: $p }) { session { accessToken } } }",
        json!({ "p": PASSWORD }),
    );
    server.nobody().with_token(&login.text("/login/session/accessToken"))
}

/// Saves from several clients until the server is killed; counts what was
/// acknowledged, and checks that it is there afterwards.
fn saves_outlive_a_kill(data: &Path, database: Option<&str>) {
    add_user(data, database);
    let serve = || Process::serve(command(PROGRAM, data, database));
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..2 {
        let mut server = serve();
        let editor = sign_in(&server);
        let (stop, count) = (AtomicBool::new(false), AtomicUsize::new(0));
        let (stop, count) = (&stop, &count);
        thread::scope(|scope| {
            let writers: Vec<_> = (0..4)
                .map(|writer| {
                    let editor = editor.clone();
                    scope.spawn(move || {
                        let mut done = Vec::new();
                        for number in 0.. {
                            if stop.load(Ordering::SeqCst) {
                                break;
                            }
                            let title = format!("R{round}W{writer}N{number}");
                            if save(&editor, &title) {
                                done.push(title);
                                count.fetch_add(1, Ordering::SeqCst);
                            }
                        }
                        done
                    })
                })
                .collect();
            while count.load(Ordering::SeqCst) < 40 {
                thread::yield_now();
            }
            server.kill();
            stop.store(true, Ordering::SeqCst);
            for writer in writers {
                acknowledged.extend(writer.join().expect("a writer"));
            }
        });
    }
    assert!(acknowledged.len() >= 80);
    let server = serve();
    let editor = sign_in(&server);
    for title in acknowledged {
        let found = editor.ask(
            "query($title: String!) { articles(view: WORKING, filter: { title: { eq: $title } }) { nodes { tags { name } body { markdown } } } }",
            json!({ "title": title }),
        );
        assert_eq!(
            found.at("/articles/nodes"),
            &json!([{"tags": [{"name": title}], "body": {"markdown": title}}])
        );
    }
}

/// Whether the server acknowledged a new article.
fn save(editor: &Client, title: &str) -> bool {
    let body = json!({
        "query": "mutation($t: String!) { createArticle(input: { title: $t, body: $t, tags: [$t] }) { article { id } userErrors { message } } }",
        "variables": { "t": title },
    });
    editor
        .try_post(&body)
        .is_some_and(|raw| raw.json()["data"]["createArticle"]["article"]["id"].is_string())
}

#[test]
fn acknowledged_saves_outlive_a_kill_on_sqlite() {
    let data = tempfile::tempdir().expect("a temporary folder");
    saves_outlive_a_kill(data.path(), None);
    assert_whole(data.path());
}

#[test]
fn acknowledged_saves_outlive_a_kill_on_postgresql() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let runtime = runtime();
    let Some(database) = postgres::Database::create(&runtime) else { return };
    saves_outlive_a_kill(data.path(), Some(&database.url()));
    let feed = TestApp::events_of(&database.url());
    let expected: Vec<i64> = (1..=i64::try_from(feed.len()).expect("a number")).collect();
    assert_eq!(feed, expected, "no gap in the feed");
    database.drop_now(&runtime);
}

/// A request of which the server has all but the last byte: it said so itself.
fn begin_request(address: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a socket option");
    let (start, _) = body.split_at(body.len() - 1);
    write!(
        stream,
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
        body.len()
    )
    .expect("a head");
    let mut line = [0; 25];
    stream.read_exact(&mut line).expect("the word to go on");
    assert_eq!(&line, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(start.as_bytes()).expect("a body");
    stream
}

#[test]
fn a_server_that_is_told_to_stop_answers_first() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let server = Process::serve(command(PROGRAM, data.path(), None));
    let address = server.url("").replace("http://", "");
    let mut stream = begin_request(&address, r#"{"query":"{ site { title } }"}"#);
    server.terminate();
    let began = Instant::now();
    while TcpStream::connect(&address).is_ok() {
        assert!(began.elapsed() < Duration::from_mins(1), "it takes new connections still");
    }
    stream.write_all(b"}").expect("the last byte");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with(r#"{"data":{"site":{"title":"Broadsheet"}}}"#), "{answer}");
    assert!(server.ended_well());
    let log = std::fs::metadata(data.path().join("broadsheet.sqlite-wal"));
    assert_eq!(log.map_or(0, |log| log.len()), 0, "it is folded into the file");
}

#[test]
fn a_second_server_on_the_same_port_says_so() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let server = Process::serve(command(PROGRAM, data.path(), None));
    let address = server.url("").replace("http://", "");
    let mut second = command(PROGRAM, data.path(), None);
    second.args(["serve", "--bind", &address]);
    let output = run(second, "");
    assert!(!output.status.success());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains(&address) && message.contains("--bind"), "{message}");
    let health = server.nobody().ask("{ site { title } }", Value::Null);
    assert_eq!(health.text("/site/title"), "Broadsheet");
}
