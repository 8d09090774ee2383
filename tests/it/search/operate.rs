//! The index as operators meet it: built, compared, broken, mended.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use api::policy::Role;
use serde_json::{Value, json};
use tests::process::{Process, command, run};
use tests::{Client, TestApp, generate, on_both};

use super::{found, import, titles};

const PROGRAM: &str = env!("CARGO_BIN_EXE_broadsheet-under-test");
const COUNT: &str = "query($query: String!) { search(query: $query) { totalCount } }";

fn check(data: &Path) -> (bool, String) {
    let mut check = command(PROGRAM, data, None);
    check.args(["search", "check"]);
    let output = run(check, "");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), text + &String::from_utf8_lossy(&output.stderr))
}

/// The folder of the index in use.
fn index(data: &Path) -> PathBuf {
    let root = data.join("search");
    let name = std::fs::read_to_string(root.join("current")).expect("the index in use");
    root.join(name.trim())
}

/// Asks until it is so: what follows the feed comes soon, and not at once.
fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_mins(1), "never: {what}");
        std::thread::yield_now();
    }
}

pub fn count(client: &Client, query: &str) -> i64 {
    client.ask(COUNT, json!({ "query": query })).number("/search/totalCount")
}

fn add_editor(data: &Path) {
    let mut add = command(PROGRAM, data, None);
    add.args(["user", "add", "editor@example.org", "--role", "EDITOR", "--password-stdin"]);
    assert!(run(add, "correct horse battery").status.success());
}

pub fn token(server: &Process) -> String {
    let answer = server.nobody().ask(
        "mutation { login(input: { email: \"editor@example.org\", password: \"correct horse battery\" }) { session { accessToken } } }",
        Value::Null,
    );
    answer.text("/login/session/accessToken")
}

fn sign_in(server: &Process) -> Client {
    server.nobody().with_token(&token(server))
}

pub fn publish(editor: &Client, title: &str) -> bool {
    let create = "mutation($title: String!) { createArticle(input: { title: $title, body: \"kingfisher\" }) { article { id } } }";
    let body = json!({"query": create, "variables": {"title": title}});
    let Some(made) = editor.try_post(&body) else { return false };
    let id = made.json()["data"]["createArticle"]["article"]["id"].clone();
    let publish = "mutation($id: ID!) { publishArticle(id: $id) { article { id } } }";
    editor.try_post(&json!({"query": publish, "variables": {"id": id}})).is_some()
}

#[test]
fn killed_at_any_moment_index_and_database_agree_again() {
    let data = tempfile::tempdir().expect("a temporary folder");
    add_editor(data.path());
    let mut made = 0;
    for round in 0..4_usize {
        let mut server = Process::serve(command(PROGRAM, data.path(), None));
        let editor = sign_in(&server);
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                (0..)
                    .map_while(|number| {
                        publish(&editor, &format!("Bird {round} {number}")).then_some(())
                    })
                    .count()
            });
            let before = made;
            eventually("a few articles are found", || {
                count(&server.nobody(), "kingfisher")
                    > before + i64::try_from(round).expect("a round") * 3
            });
            server.kill();
            made += i64::try_from(writer.join().expect("a writer")).expect("a count");
        });
        let (_, text) = check(data.path());
        assert!(text.contains("agree"), "{text}");
    }
    let server = Process::serve(command(PROGRAM, data.path(), None));
    eventually("everything is found", || count(&server.nobody(), "kingfisher") >= made);
    server.terminate();
    assert!(server.ended_well());
    let (well, text) = check(data.path());
    assert!(well && text.contains(" 0 events to follow: index and database agree"), "{text}");
}

#[test]
fn saves_do_not_write_the_whole_index_anew() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let site = tempfile::tempdir().expect("a temporary folder");
    generate::site(site.path(), 1_000);
    let mut import = command(PROGRAM, data.path(), None);
    import.args(["import", "hugo"]).arg(site.path());
    assert!(run(import, "").status.success());
    add_editor(data.path());
    let server = Process::serve(command(PROGRAM, data.path(), None));
    let editor = sign_in(&server);
    eventually("the index is there", || data.path().join("search/current").exists());
    eventually("the site is indexed", || count(&server.nobody(), "tag:t1") > 0);
    let files = || -> Vec<(u64, PathBuf)> {
        let entries = std::fs::read_dir(index(data.path())).expect("the index");
        let mut files: Vec<_> = entries
            .filter_map(Result::ok)
            .filter_map(|entry| Some((entry.metadata().ok()?.len(), entry.path())))
            .collect();
        files.sort();
        files
    };
    let save = |number: i64| {
        assert!(publish(&editor, &format!("Bird {number}")));
        eventually("it is found", || count(&server.nobody(), "kingfisher") > number);
    };
    // What the import has left in parts is merged first.
    (0..16).for_each(save);
    let (size, largest) = files().pop().expect("a file");
    assert!(size > 100_000, "{size}");
    (16..40).for_each(save);
    assert!(largest.exists(), "{}", largest.display());
    // And what each save adds is merged.
    let segments =
        files().iter().filter(|(_, path)| path.extension() == Some("store".as_ref())).count();
    assert!(segments < 20, "{segments}");
}

#[test]
fn a_published_article_is_found_while_a_rebuild_goes_on_and_after_it() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let site = tempfile::tempdir().expect("a temporary folder");
    generate::site(site.path(), 300);
    let mut bring = command(PROGRAM, data.path(), None);
    bring.args(["import", "hugo"]).arg(site.path());
    assert!(run(bring, "").status.success());
    add_editor(data.path());
    let server = Process::serve(command(PROGRAM, data.path(), None));
    let editor = sign_in(&server);
    eventually("the index is there", || data.path().join("search/current").exists());
    let before = index(data.path());
    let mut rebuild = command(PROGRAM, data.path(), None);
    rebuild.args(["search", "rebuild"]);
    std::thread::scope(|scope| {
        let rebuilding = scope.spawn(|| run(rebuild, ""));
        let mut asked = 0;
        while !rebuilding.is_finished() {
            assert_eq!(count(&editor, "第299号"), 1);
            asked += 1;
        }
        assert!(asked > 0 && rebuilding.join().expect("a rebuild").status.success());
    });
    assert_ne!(index(data.path()), before);
    assert!(publish(&editor, "After"));
    eventually("the server goes over to it", || !before.exists());
    assert_eq!(count(&editor, "kingfisher"), 1);
    let (well, text) = check(data.path());
    assert!(well, "{text}");
}

#[test]
fn a_damaged_or_older_index_is_built_anew() {
    let data = tempfile::tempdir().expect("a temporary folder");
    add_editor(data.path());
    let start = || {
        let server = Process::serve(command(PROGRAM, data.path(), None));
        let editor = sign_in(&server);
        (server, editor)
    };
    let (server, editor) = start();
    assert!(publish(&editor, "Bird"));
    assert_eq!(count(&editor, "kingfisher"), 1);
    drop(server);
    let term_file = |folder: &Path| {
        let files = std::fs::read_dir(folder).expect("a folder").flatten();
        files
            .map(|file| file.path())
            .find(|path| path.extension().is_some_and(|end| end == "term"))
            .expect("terms")
    };
    type Break<'a> = &'a dyn Fn(&Path);
    let breaks: [(&str, Break<'_>); 4] = [
        ("a flipped bit", &|folder| {
            let file = term_file(folder);
            let mut bytes = std::fs::read(&file).expect("a file");
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(&file, bytes).expect("a file");
        }),
        ("a short file", &|folder| {
            let file = term_file(folder);
            let bytes = std::fs::read(&file).expect("a file");
            std::fs::write(&file, &bytes[..bytes.len() / 2]).expect("a file");
        }),
        ("a missing folder", &|folder| std::fs::remove_dir_all(folder).expect("a folder")),
        ("another layout", &|folder| {
            let older = folder.with_file_name("v0-older");
            std::fs::rename(folder, &older).expect("a folder");
            std::fs::write(folder.with_file_name("current"), "v0-older\n").expect("a file");
        }),
    ];
    for (what, damage) in breaks {
        let before = index(data.path());
        damage(&before);
        if what != "another layout" {
            let (well, text) = check(data.path());
            assert!(!well, "{what}: {text}");
        }
        let (server, editor) = start();
        eventually(what, || count(&editor, "kingfisher") == 1);
        drop(server);
        assert_ne!(index(data.path()), before, "{what}");
        let (well, text) = check(data.path());
        assert!(well, "{what}: {text}");
    }
}

on_both! {
    fn without_a_disk_search_alone_fails_and_comes_back(app) {
        import(&app, &[("a", "Bird", "kingfisher")]);
        let folder = app.folder.path().join("search");
        std::fs::write(&folder, "no folder").expect("a file in its place");
        let nobody = app.nobody();
        assert_eq!(nobody.code(COUNT, json!({"query": "kingfisher"})), "SEARCH_UNAVAILABLE");
        let answer = nobody.post(&json!({"query": "{ search(query: \"a\") { totalCount } }"})).json();
        assert!(!answer.to_string().contains(&*folder.to_string_lossy()), "{answer}");
        assert_eq!(app.query("{ articles { totalCount } }", Value::Null).number("/articles/totalCount"), 1);
        let editor = app.as_role(Role::Editor);
        let _ = editor.ask("mutation { createArticle(input: { title: \"x\" }) { userErrors { code } } }", Value::Null).accepted("createArticle");
        std::fs::remove_file(&folder).expect("the file");
        assert_eq!(count(&nobody, "kingfisher"), 1);
    }

    fn a_check_says_what_differs_in_both_directions(app) {
        import(&app, &[("a", "One", "kingfisher"), ("b", "Two", "kingfisher"), ("c", "Three", "kingfisher")]);
        assert_eq!(count(&app.nobody(), "kingfisher"), 3);
        let check = || app.block_on(api::search::check(&app.ctx())).expect("a check");
        assert!(check().agrees());
        // What no event tells of, as if somebody wrote to the database.
        app.sql("UPDATE article_copy SET title = 'Changed' WHERE title = 'One'");
        app.sql("DELETE FROM article_copy WHERE title = 'Two'");
        let checked = check();
        assert_eq!((checked.different.len(), checked.missing.len(), checked.extra.len()), (2, 0, 0), "{checked}");
        app.block_on(api::search::rebuild(&app.ctx())).expect("a rebuild");
        assert!(check().agrees());
        assert_eq!(titles(&app.nobody(), "kingfisher", "PUBLISHED").len(), 2);
        app.sql("INSERT INTO article_copy SELECT * FROM article_copy WHERE 1 = 0");
        let lag = app.block_on(api::search::status(&app.ctx())).expect("a status").expect("an index").lag;
        assert_eq!(lag, 0);
    }

    fn an_index_of_another_database_is_not_taken_for_this_one(app) {
        import(&app, &[("a", "One", "kingfisher")]);
        assert_eq!(count(&app.nobody(), "kingfisher"), 1);
        let other = TestApp::sqlite();
        let _ = other.app.config();
        import(&other, &[("b", "Two", "heron"), ("c", "Three", "heron")]);
        std::fs::rename(app.folder.path().join("search"), other.folder.path().join("search")).expect("a folder");
        assert_eq!(count(&other.nobody(), "kingfisher"), 0);
        assert_eq!(count(&other.nobody(), "heron"), 2);
        let checked = other.block_on(api::search::check(&other.ctx())).expect("a check");
        assert!(checked.agrees(), "{checked}");
        assert_eq!(found(&app.nobody(), json!({"query": "kingfisher"})).number("/search/totalCount"), 1);
    }

    fn metrics_say_how_the_index_does(app) {
        import(&app, &[("a", "One", "kingfisher")]);
        let metrics = || {
            let response = tests::client::agent().get(app.url("/metrics")).call().expect("metrics");
            response.into_body().read_to_string().expect("a text")
        };
        assert!(metrics().contains("broadsheet_search_up 0"));
        assert_eq!(count(&app.nobody(), "kingfisher"), 1);
        let text = metrics();
        for line in ["broadsheet_search_up 1", "broadsheet_search_lag_events 0", "broadsheet_search_documents 1"] {
            assert!(text.lines().any(|own| own == line), "{line} in {text}");
        }
    }
}
