//! `broadsheet sync hugo` and `export hugo` as processes: watching, and killed
//! anywhere; on both databases.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tests::process::{Process, command};
use tests::{postgres, runtime, write_files};

use crate::export::{contents, differences};
use crate::sync::{act, at, find, folder, git, page, read, save, write};

const PROGRAM: &str = env!("CARGO_BIN_EXE_broadsheet-under-test");

/// Runs a check with an empty database of its own on PostgreSQL.
fn on_postgres(check: impl FnOnce(Option<&str>)) {
    let runtime = runtime();
    let Some(database) = postgres::Database::create(&runtime) else { return };
    check(Some(&database.url()));
    database.drop_now(&runtime);
}

fn broadsheet(data: &Path, database: Option<&str>, arguments: &[&str]) -> Command {
    let mut command = command(PROGRAM, data, database);
    command.args(arguments);
    command
}

/// A server and a watcher beside it, each with changes for the other.
fn watching_follows_both_sides(database: Option<&str>, commits: bool) {
    let (data, folder) = (tempfile::tempdir().expect("a temporary folder"), folder(&["a", "b"]));
    if commits {
        git(folder.path(), &["init", "-q", "-b", "main"]);
        git(folder.path(), &["add", "."]);
        git(folder.path(), &["commit", "-q", "-m", "Begin"]);
    }
    let mut add = broadsheet(
        data.path(),
        database,
        &["user", "add", "e@example.org", "--role", "EDITOR", "--password-stdin"],
    );
    add.stdin(Stdio::piped());
    assert!(tests::process::run(add, "correct horse battery").status.success());
    let server = Process::serve(broadsheet(data.path(), database, &["serve"]));
    let dir = folder.path().to_str().expect("a name");
    let mut arguments = vec!["sync", "hugo", dir, "--watch", "--json"];
    if commits {
        arguments.push("--git=publish");
    }
    let mut watch = broadsheet(data.path(), database, &arguments)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut lines = BufReader::new(watch.stdout.take().expect("its output")).lines();
    let mut told = |action: &str, file: &str| -> Value {
        loop {
            let line = lines.next().expect("another run").expect("a line");
            let report: Value = serde_json::from_str(&line).expect("JSON");
            assert_eq!(
                (&report["failures"], &report["conflicts"]),
                (&json!([]), &json!([])),
                "{line}"
            );
            let changes = report["changes"].as_array().expect("changes");
            if changes.iter().any(|change| change["action"] == action && change["file"] == file) {
                return report;
            }
        }
    };
    told("read", &at("a"));
    let login = server.nobody().ask(
        "mutation { login(input: { email: \"e@example.org\", password: \"correct horse battery\" }) { session { accessToken } } }",
        Value::Null,
    );
    let editor = server.nobody().with_token(&login.text("/login/session/accessToken"));
    save(&editor, "/posts/a/", json!({ "title": "Here" }));
    act(&editor, "publishArticle", &find(&editor, "/posts/a/")["id"]);
    let report = told("written", &at("a"));
    assert!(read(folder.path(), "a").starts_with("---\ntitle: \"Here\" # the title\n"));
    if commits {
        assert_eq!(report["commits"].as_array().map(Vec::len), Some(1), "{report}");
        let log = git(folder.path(), &["log", "-1", "--format=%an <%ae>|%s", "--name-only"]);
        assert!(log.contains("<e@example.org>|Update \"Here\"") && log.contains(&at("a")), "{log}");
    }
    write(folder.path(), "b", &page("There", "There."));
    let report = told("read", &at("b"));
    assert_eq!(find(&editor, "/posts/b/")["title"], "There");
    if commits {
        // What came in is whoever's wrote it to commit.
        assert_eq!(report["commits"], json!([]), "{report}");
        assert_eq!(git(folder.path(), &["status", "--porcelain"]), format!(" M {}\n", at("b")));
    }
    let stop = Command::new("kill").args(["-TERM", &watch.id().to_string()]).status();
    assert!(stop.is_ok_and(|stop| stop.success()));
    assert!(watch.wait().expect("its end").success());
}

#[test]
fn watching_follows_both_sides_until_it_is_told_to_stop() {
    watching_follows_both_sides(None, false);
}

#[test]
fn watching_follows_a_server_on_postgresql() {
    on_postgres(|database| watching_follows_both_sides(database, false));
}

#[test]
fn watching_commits_what_goes_out_and_nothing_else() {
    watching_follows_both_sides(None, true);
}

fn killed_syncs_are_completed(database: Option<&str>) {
    let data = tempfile::tempdir().expect("a temporary folder");
    let names: Vec<String> = (0..80).map(|number| format!("p{number}")).collect();
    let site = folder(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let copy = tempfile::tempdir().expect("a temporary folder");
    let files = |folder: &Path| {
        let posts = fs::read_dir(folder.join("content/posts"));
        posts.map_or(0, |posts| posts.filter_map(Result::ok).count())
    };
    let dir = |folder: &Path| folder.to_str().expect("a name").to_owned();
    let killed = |folder: &Path, enough: usize| {
        let mut child = broadsheet(data.path(), database, &["sync", "hugo", &dir(folder)])
            .stdout(Stdio::null())
            .spawn()
            .expect("a process");
        while files(copy.path()) < enough && child.try_wait().expect("a state").is_none() {
            std::thread::yield_now();
        }
        child.kill().expect("a kill");
        child.wait().expect("its end");
    };
    let completed = |folder: &Path| {
        let done = broadsheet(data.path(), database, &["sync", "hugo", &dir(folder)]).output();
        let done = done.expect("a run");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    };
    killed(site.path(), 0);
    completed(site.path());
    // From now on the copy is the site's folder.
    for enough in [0, 1, 20, 60] {
        killed(copy.path(), enough);
    }
    completed(copy.path());
    completed(copy.path());
    assert_eq!(differences(site.path(), copy.path()), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_sync_that_is_killed_anywhere_is_completed_by_the_next() {
    killed_syncs_are_completed(None);
}

#[test]
fn a_sync_that_is_killed_anywhere_is_completed_by_the_next_on_postgresql() {
    on_postgres(killed_syncs_are_completed);
}

#[test]
fn an_export_that_is_killed_anywhere_is_completed_by_the_next_on_postgresql() {
    on_postgres(|database| {
        let (data, out) = (tempfile::tempdir(), tempfile::tempdir());
        let (data, out) = (data.expect("a temporary folder"), out.expect("a temporary folder"));
        let site = tempfile::tempdir().expect("a temporary folder");
        let page = |number: usize| (format!("content/news/p{number}.md"), page("P", "Text."));
        let pages: Vec<_> = (0..600).map(page).collect();
        let files: Vec<_> =
            pages.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        write_files(site.path(), &files);
        let run = |what: &str, folder: &Path| {
            let folder = folder.to_str().expect("a name");
            let mut command = broadsheet(data.path(), database, &[what, "hugo", folder]);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        assert!(run("import", site.path()).status().expect("an import").success());
        let there = || fs::read_dir(out.path().join("content/news")).map_or(0, Iterator::count);
        for enough in [1, 200, 500] {
            let mut child = run("export", out.path()).spawn().expect("an export");
            while there() < enough && child.try_wait().expect("a state").is_none() {
                std::thread::yield_now();
            }
            child.kill().expect("a kill");
            child.wait().expect("its end");
            // What is in its place is whole.
            for (name, bytes) in contents(out.path()) {
                if !name.starts_with(".broadsheet-export") {
                    assert!(bytes == fs::read(site.path().join(&name)).expect("a file"));
                }
            }
        }
        assert!(run("export", out.path()).status().expect("an export").success());
        assert_eq!(differences(site.path(), out.path()), Vec::<std::path::PathBuf>::new());
    });
}
