//! A folder and the database, brought together both ways.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use api::hugo::sync::git::Commits;
use api::hugo::sync::{self, Action, Options, Report};
use api::policy::Role;
use serde_json::{Value, json};
use tests::{Client, TestApp, on_both, write_files};

const SAVE: &str = "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
    updateArticle(id: $id, expectedVersion: $version, input: $input) { article { version } userErrors { message } } }";

pub fn page(title: &str, text: &str) -> String {
    format!("---\ntitle: \"{title}\" # the title\ndate: 2026-01-01\ntags: [x]\n---\n{text}\n")
}

pub fn folder(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_files(
        folder.path(),
        &[("hugo.toml", "title = 'Site'\nbaseURL = 'https://example.org/'\n")],
    );
    for name in names {
        write(folder.path(), name, &page(name, &format!("Text of {name}.\n\nMore of it.")));
    }
    folder
}

pub fn write(folder: &Path, name: &str, text: &str) {
    write_files(folder, &[(&format!("content/posts/{name}.md"), text)]);
}

pub fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(format!("content/posts/{name}.md"))).expect("a file")
}

pub fn run(app: &TestApp, options: &Options) -> Report {
    let ctx = app.ctx();
    app.block_on(sync::run(&ctx, options)).expect("a run")
}

#[track_caller]
pub fn good(app: &TestApp, folder: &Path) -> Vec<(Action, String)> {
    let report = run(app, &Options::new(folder));
    assert!(report.is_good(), "{report}");
    done(&report)
}

pub fn done(report: &Report) -> Vec<(Action, String)> {
    report.changes.iter().map(|change| (change.action, change.file.clone())).collect()
}

pub fn at(name: &str) -> String {
    format!("content/posts/{name}.md")
}

pub fn find(editor: &Client, path: &str) -> Value {
    editor
        .ask(
            "query($path: String!) { article(by: { path: $path }, view: WORKING) {
                id title version body { markdown } tags { name } status } }",
            json!({ "path": path }),
        )
        .at("/article")
        .clone()
}

#[track_caller]
pub fn save(editor: &Client, path: &str, input: Value) {
    let article = find(editor, path);
    let saved = editor
        .ask(SAVE, json!({"id": article["id"], "version": article["version"], "input": input}));
    assert_eq!(saved.at("/updateArticle/userErrors"), &json!([]));
}

#[track_caller]
pub fn act(editor: &Client, mutation: &str, id: &Value) {
    let done = editor.ask(
        &format!("mutation($id: ID!) {{ {mutation}(id: $id) {{ userErrors {{ message }} }} }}"),
        json!({ "id": id }),
    );
    assert_eq!(done.at(&format!("/{mutation}/userErrors")), &json!([]));
}

fn times(folder: &Path) -> BTreeMap<String, SystemTime> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("a readable folder"))
        .filter(|entry| {
            entry.file_type().is_file()
                && !entry.path().components().any(|part| part.as_os_str() == ".git")
        })
        .map(|entry| {
            let time = entry.metadata().expect("times").modified().expect("a time");
            (entry.path().display().to_string(), time)
        })
        .collect()
}

pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let name = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
    tests::tools::output(Command::new("git").arg("-C").arg(folder).args(name).args(arguments))
}

on_both! {
    fn each_side_gets_what_the_other_changed(app) {
        let folder = folder(&["a", "b", "c"]);
        good(&app, folder.path());
        let editor = app.as_role(Role::Editor);
        assert_eq!(find(&editor, "/posts/a/")["title"], "a");
        assert_eq!(good(&app, folder.path()), []);

        // In.
        write(folder.path(), "a", &page("A", "Changed there."));
        assert_eq!(good(&app, folder.path()), [(Action::Read, at("a"))]);
        let article = find(&editor, "/posts/a/");
        assert_eq!((&article["title"], &article["version"]), (&json!("A"), &json!(2)));
        // Out: a save that is not published stays here.
        save(&editor, "/posts/b/", json!({ "title": "B", "tags": ["x", "yy"] }));
        assert_eq!(good(&app, folder.path()), []);
        act(&editor, "publishArticle", &find(&editor, "/posts/b/")["id"]);
        assert_eq!(good(&app, folder.path()), [(Action::Written, at("b"))]);
        assert_eq!(read(folder.path(), "b"), page("B", "Text of b.\n\nMore of it.").replace("[x]", "[x, yy]"));
        // Nothing more.
        let (before, events) = (times(folder.path()), app.events().len());
        assert_eq!(good(&app, folder.path()), []);
        assert_eq!((times(folder.path()), app.events().len()), (before, events));
        // What was written is the base of what comes in next.
        write(folder.path(), "b", &read(folder.path(), "b").replace("More", "Less"));
        assert_eq!(good(&app, folder.path()), [(Action::Read, at("b"))]);
        assert_eq!(find(&editor, "/posts/b/")["title"], "B");
    }

    fn what_both_changed_is_merged_by_field_and_block(app) {
        let folder = folder(&["a", "b"]);
        good(&app, folder.path());
        let editor = app.as_role(Role::Editor);
        save(&editor, "/posts/a/", json!({ "body": "Text of a.\n\nOther here.\n", "tags": ["x", "here"] }));
        act(&editor, "publishArticle", &find(&editor, "/posts/a/")["id"]);
        write(folder.path(), "a", &page("There", "First there.\n\nMore of it.").replace("[x]", "[x, there]"));
        assert_eq!(good(&app, folder.path()), [(Action::Merged, at("a")), (Action::Written, at("a"))]);
        let merged = page("There", "First there.\n\nOther here.").replace("[x]", "[x, there, here]");
        let text = read(folder.path(), "a");
        assert!(text == merged || text == merged.replace("there, here", "here, there"), "{text}");
        let article = find(&editor, "/posts/a/");
        assert_eq!(article["title"], "There");
        assert_eq!(article["body"]["markdown"], "First there.\n\nOther here.\n");
        assert_eq!(good(&app, folder.path()), []);

        // What is not published yet is merged, and stays unpublished.
        save(&editor, "/posts/b/", json!({ "title": "Soon" }));
        write(folder.path(), "b", &page("b", "There.\n\nMore of it."));
        assert_eq!(good(&app, folder.path()), [(Action::Merged, at("b"))]);
        assert_eq!(read(folder.path(), "b"), page("b", "There.\n\nMore of it."));
        let article = find(&editor, "/posts/b/");
        assert_eq!((article["title"].as_str(), article["body"]["markdown"].as_str()), (Some("Soon"), Some("There.\n\nMore of it.\n")));
        let public = app.query("{ article(by: { path: \"/posts/b/\" }) { title } }", Value::Null);
        assert_eq!(public.text("/article/title"), "b");
    }

    fn what_disagrees_touches_neither_side_until_it_agrees(app) {
        let folder = folder(&["a"]);
        good(&app, folder.path());
        let editor = app.as_role(Role::Editor);
        save(&editor, "/posts/a/", json!({ "title": "Here" }));
        act(&editor, "publishArticle", &find(&editor, "/posts/a/")["id"]);
        let there = page("There", "Text of a.\n\nMore of it.");
        write(folder.path(), "a", &there);
        for _ in 0..2 {
            let report = run(&app, &Options::new(folder.path()));
            assert_eq!(report.changes, []);
            let [conflict] = report.conflicts.as_slice() else { panic!("{report}") };
            assert_eq!(conflict.file, at("a"));
            for part in ["`title`", "\"There\"", "\"Here\"", "\"a\""] {
                assert!(conflict.message.contains(part), "{conflict}");
            }
            assert_eq!(read(folder.path(), "a"), there);
            assert_eq!(find(&editor, "/posts/a/")["title"], "Here");
        }
        write(folder.path(), "a", &page("Here", "Text of a.\n\nNew there."));
        good(&app, folder.path());
        assert_eq!(find(&editor, "/posts/a/")["body"]["markdown"], "Text of a.\n\nNew there.\n");
        assert_eq!(read(folder.path(), "a"), page("Here", "Text of a.\n\nNew there."));
        assert_eq!(good(&app, folder.path()), []);
    }

    fn an_article_follows_its_file_and_a_file_its_article(app) {
        let folder = folder(&["a", "b", "c"]);
        write_files(folder.path(), &[("content/notes/n.md", &page("n", "N."))]);
        good(&app, folder.path());
        let editor = app.as_role(Role::Editor);
        let (a, b) = (find(&editor, "/posts/a/"), find(&editor, "/posts/b/"));
        // By the same bytes, and by most of the lines.
        let to = |name: &str| folder.path().join(at(name));
        fs::rename(to("a"), to("moved")).expect("a rename");
        fs::remove_file(to("b")).expect("a removal");
        write(folder.path(), "other", &page("B", "Text of b.\n\nMore of it."));
        let report = good(&app, folder.path());
        assert_eq!(report, [(Action::Renamed, at("moved")), (Action::Renamed, at("other"))]);
        let moved = find(&editor, "/posts/moved/");
        assert_eq!((&moved["id"], &moved["title"]), (&a["id"], &a["title"]));
        let other = find(&editor, "/posts/other/");
        assert_eq!((&other["id"], &other["title"]), (&b["id"], &json!("B")));
        assert_eq!(good(&app, folder.path()), []);

        // A new section takes the file along, byte for byte but for what changed.
        save(&editor, "/posts/c/", json!({ "section": "notes" }));
        act(&editor, "publishArticle", &find(&editor, "/notes/c/")["id"]);
        assert_eq!(good(&app, folder.path()), [(Action::Moved, "content/notes/c.md".to_owned())]);
        assert!(!to("c").exists());
        assert_eq!(good(&app, folder.path()), []);
    }

    fn deletions_go_both_ways_and_come_back(app) {
        let folder = folder(&["a", "b", "c"]);
        good(&app, folder.path());
        let editor = app.as_role(Role::Editor);
        let (a, b) = (find(&editor, "/posts/a/"), find(&editor, "/posts/b/"));
        let text = read(folder.path(), "a");
        fs::remove_file(folder.path().join(at("a"))).expect("a removal");
        assert_eq!(good(&app, folder.path()), [(Action::Trashed, at("a"))]);
        act(&editor, "restoreArticle", &a["id"]);
        act(&editor, "publishArticle", &a["id"]);
        assert_eq!(good(&app, folder.path()), [(Action::Made, at("a"))]);
        assert_eq!(read(folder.path(), "a"), text, "it comes back as it was");

        act(&editor, "trashArticle", &b["id"]);
        assert_eq!(good(&app, folder.path()), [(Action::Removed, at("b"))]);
        assert!(!folder.path().join(at("b")).exists());
        assert_eq!(good(&app, folder.path()), []);
        // Somebody puts the file back.
        write(folder.path(), "b", &page("b", "Text of b.\n\nMore of it."));
        assert_eq!(good(&app, folder.path()), [(Action::Read, at("b"))]);
        assert_eq!(find(&editor, "/posts/b/")["id"], b["id"]);

        // One side deletes what the other edits.
        let c = find(&editor, "/posts/c/");
        act(&editor, "trashArticle", &c["id"]);
        write(folder.path(), "c", &page("C", "Edited."));
        let report = run(&app, &Options::new(folder.path()));
        assert_eq!((report.changes.len(), report.conflicts.len()), (0, 1), "{report}");
        assert!(folder.path().join(at("c")).exists());
    }

    fn many_deletions_ask_first(app) {
        let names: Vec<String> = (0..20).map(|number| format!("p{number}")).collect();
        let folder = folder(&names.iter().map(String::as_str).collect::<Vec<_>>());
        good(&app, folder.path());
        for name in &names[..6] {
            fs::remove_file(folder.path().join(at(name))).expect("a removal");
        }
        write(folder.path(), "p9", &page("New", "New."));
        let mut options = Options::new(folder.path());
        let report = run(&app, &options);
        assert!(report.refused.as_deref().is_some_and(|refused| refused.starts_with("6 of 21 files")), "{report}");
        let editor = app.as_role(Role::Editor);
        assert_eq!(find(&editor, "/posts/p9/")["title"], "p9", "nothing at all was done");
        options.share = 50;
        options.dry_run = true;
        assert_eq!(run(&app, &options).changes.len(), 7);
        options.dry_run = false;
        assert_eq!(run(&app, &options).changes.len(), 7);

        for name in &names[6..12] {
            let id = find(&editor, &format!("/posts/{name}/"))["id"].clone();
            act(&editor, "trashArticle", &id);
        }
        let mut options = Options::new(folder.path());
        assert!(run(&app, &options).refused.is_some());
        options.yes = true;
        assert_eq!(run(&app, &options).changes.len(), 6);
        // A folder with nothing in it is filled.
        let empty = tempfile::tempdir().expect("a temporary folder");
        let filled = run(&app, &Options::new(empty.path()));
        assert!(filled.is_good() && filled.changes.iter().all(|change| change.action == Action::Made), "{filled}");
        assert_eq!(read(empty.path(), "p15"), read(folder.path(), "p15"));
    }

    fn a_new_article_gets_a_file_like_its_neighbours(app) {
        let folder = folder(&["a", "b"]);
        good(&app, folder.path());
        let editor = app.as_role(Role::Editor);
        let made = editor.ask("mutation { createArticle(input: { title: \"New one\", section: \"posts\", tags: [\"x\"], body: \"Text.\\n\" }) {
            article { id } userErrors { message } } }", Value::Null);
        act(&editor, "publishArticle", &json!(made.text("/createArticle/article/id")));
        let report = good(&app, folder.path());
        let [(Action::Made, file)] = report.as_slice() else { panic!("{report:?}") };
        assert!(file.starts_with("content/posts/"), "{file}");
        let text = fs::read_to_string(folder.path().join(file)).expect("a file");
        assert!(text.contains("title: \"New one\"\n") && text.contains("tags: [x]\n"), "{text}");
        assert_eq!(good(&app, folder.path()), []);
        let id = made.text("/createArticle/article/id");
        fs::write(folder.path().join(file), text.replace("New one", "Newer")).expect("a file");
        assert_eq!(good(&app, folder.path()), [(Action::Read, file.clone())]);
        let article = editor.ask("query($id: ID!) { node(id: $id) { ... on Article { title(language: null) version } } }".replace("(language: null)", "").as_str(), json!({ "id": id }));
        assert_eq!(article.at("/node/version"), &json!(2));
    }

    fn what_goes_out_is_committed_and_nothing_else(app) {
        let folder = folder(&["a", "b", "c"]);
        let dir = folder.path();
        let mut options = Options::new(dir);
        options.git = Some(Commits::Publish);
        assert!(run(&app, &options).failures[0].message.contains("git init"));
        git(dir, &["init", "-q", "-b", "main"]);
        git(dir, &["add", "."]);
        git(dir, &["commit", "-q", "-m", "Begin"]);
        good(&app, dir);
        let editor = app.as_role(Role::Editor);
        for name in ["a", "b"] {
            let path = format!("/posts/{name}/");
            save(&editor, &path, json!({ "title": name.to_uppercase(), "message": format!("Louder {name}") }));
            act(&editor, "publishArticle", &find(&editor, &path)["id"]);
        }
        // Somebody is at work, too.
        write_files(dir, &[("content/posts/staged.md", &page("s", "S.")), ("notes.txt", "loose")]);
        git(dir, &["add", "content/posts/staged.md"]);
        let report = run(&app, &options);
        assert!(report.is_good(), "{report}");
        assert_eq!(report.commits.len(), 2);
        let log = git(dir, &["log", "--format=%an <%ae>|%s|%aI", "--name-only", "-2"]);
        for part in ["Louder a", "Louder b", "@example.org>", "content/posts/a.md", "content/posts/b.md"] {
            assert!(log.contains(part), "{log}");
        }
        assert!(!log.contains("staged") && !log.contains("notes.txt"), "{log}");
        assert_eq!(git(dir, &["status", "--porcelain"]), "A  content/posts/staged.md\n?? notes.txt\n");

        // One a run, with a removal and a new file among it.
        options.git = Some(Commits::Run);
        let c = find(&editor, "/posts/c/");
        act(&editor, "trashArticle", &c["id"]);
        let made = editor.ask("mutation { createArticle(input: { title: \"N\", section: \"posts\" }) { article { id } } }", Value::Null);
        act(&editor, "publishArticle", made.at("/createArticle/article/id"));
        let report = run(&app, &options);
        assert_eq!((report.is_good(), report.commits.len()), (true, 1), "{report}");
        assert_eq!(git(dir, &["show", "--format=", "--name-status", "HEAD"]).lines().filter(|line| line.starts_with("D\t") || line.starts_with("A\t")).count(), 2);
        assert_eq!(git(dir, &["status", "--porcelain"]), "A  content/posts/staged.md\n?? notes.txt\n");

        // In the middle of something, nothing is done.
        save(&editor, "/posts/a/", json!({ "title": "Again" }));
        act(&editor, "publishArticle", &find(&editor, "/posts/a/")["id"]);
        for (file, word) in [("MERGE_HEAD", "merge"), ("index.lock", "locked")] {
            let file = dir.join(".git").join(file);
            fs::write(&file, "").expect("a file");
            let report = run(&app, &options);
            assert!(report.changes.is_empty() && report.failures[0].message.contains(word), "{report}");
            fs::remove_file(&file).expect("a removal");
        }
        // What was written by a run that was killed before it could commit.
        let repository = sync::git::Repository::open(dir).expect("a repository");
        let note = sync::git::Note {
            path: at("b"), author: "Ann".to_owned(), email: "ann@example.org".to_owned(),
            date: "2026-05-06T07:08:09+00:00".to_owned(), message: "Late".to_owned(),
        };
        repository.note(&note).expect("a note");
        write(dir, "b", &page("B late", "Text of b."));
        options.git = Some(Commits::Publish);
        let report = run(&app, &options);
        assert_eq!((report.is_good(), report.commits.len()), (true, 2), "{report}");
        assert!(git(dir, &["log", "--format=%an|%s|%aI"]).contains("Ann|Late|2026-05-06T07:08:09"));
    }

    fn a_run_that_was_interrupted_is_completed(app) {
        let folder = folder(&["a", "b", "c"]);
        good(&app, folder.path());
        let editor = app.as_role(Role::Editor);
        save(&editor, "/posts/a/", json!({ "title": "A" }));
        act(&editor, "publishArticle", &find(&editor, "/posts/a/")["id"]);
        // Killed after the file was written, before it was noted.
        write(folder.path(), "a", &page("A", "Text of a.\n\nMore of it."));
        assert_eq!(good(&app, folder.path()), []);
        write(folder.path(), "a", &page("A2", "Text of a.\n\nMore of it."));
        assert_eq!(good(&app, folder.path()), [(Action::Read, at("a"))], "the base had moved on");
        // Killed after a file was removed, before that was noted.
        act(&editor, "trashArticle", &find(&editor, "/posts/b/")["id"]);
        fs::remove_file(folder.path().join(at("b"))).expect("a removal");
        assert_eq!(good(&app, folder.path()), []);
        // Killed after a rename was noted, before the file was read.
        app.sql("UPDATE source_file SET path = 'content/posts/d.md', hash = '', checked_at = NULL WHERE path = 'content/posts/c.md'");
        fs::rename(folder.path().join(at("c")), folder.path().join(at("d"))).expect("a rename");
        let id = find(&editor, "/posts/c/")["id"].clone();
        assert_eq!(good(&app, folder.path()), [(Action::Read, at("d"))]);
        assert_eq!(find(&editor, "/posts/d/")["id"], id);
        assert_eq!(good(&app, folder.path()), []);
    }

    fn a_configuration_that_went_out_can_be_changed_on_either_side(app) {
        let folder = folder(&["a"]);
        let config = || fs::read_to_string(folder.path().join("hugo.toml")).expect("a file");
        good(&app, folder.path());
        let editor = app.as_role(Role::Editor);
        let set = "mutation($version: Int!, $entries: [MenuEntryInput!]) { setMenu(by: {name: \"main\", language: \"en\"}, expectedVersion: $version, entries: $entries) {
            userErrors { message } } }";
        let entries = json!([{"name": "News", "target": {"url": "/news/"}}]);
        let _ = editor.ask(set, json!({"version": 0, "entries": entries})).accepted("setMenu");
        let sidebar = "mutation { setWidgets(page: HOME, expectedVersion: 0, input: { sidebar: LEFT }) { userErrors { message } } }";
        let _ = editor.ask(sidebar, Value::Null).accepted("setWidgets");
        let shown = || editor.ask("{ menu(name: \"main\") { items { name } } site { sidebar(page: HOME) } }", Value::Null).0.to_string();
        assert_eq!(good(&app, folder.path()), [(Action::Written, "hugo.toml".to_owned())]);
        let written = config();
        assert!(written.contains("name = 'News'") && written.contains("home = 'left'"), "{written}");
        assert_eq!(good(&app, folder.path()), []);
        // What somebody changes there counts, though it was arranged here.
        write_files(folder.path(), &[("hugo.toml", &written.replace("'News'", "'Latest'").replace("'left'", "'right'"))]);
        assert_eq!(good(&app, folder.path()), [(Action::Read, "hugo.toml".to_owned())]);
        assert!(shown().contains("Latest") && shown().contains("RIGHT"), "{}", shown());
        assert_eq!(config(), written.replace("'News'", "'Latest'").replace("'left'", "'right'"));
        // And it can be arranged again.
        let entries = json!([{"name": "Third", "target": {"url": "/news/"}}]);
        let _ = editor.ask(set, json!({"version": 2, "entries": entries})).accepted("setMenu");
        assert_eq!(good(&app, folder.path()), [(Action::Written, "hugo.toml".to_owned())]);
        assert!(config().contains("name = 'Third'") && !config().contains("Latest"), "{}", config());
    }

    fn with_the_file_of_a_section_or_term_go_its_texts(app) {
        let folder = folder(&["a"]);
        let (section, term) = ("content/posts/_index.md", "content/tags/x/_index.md");
        write_files(folder.path(), &[
            (section, "---\ntitle: All posts\nmenu: main\n---\nText\n"), (term, "---\ntitle: The x\n---\n"),
        ]);
        good(&app, folder.path());
        let said = || app.query("{ sections { name title } tags(language: \"en\") { nodes { name } } menu(name: \"main\") { items { name } } }", Value::Null).0.to_string();
        assert!(said().contains("All posts") && said().contains("The x"), "{}", said());
        for file in [section, term] {
            fs::remove_file(folder.path().join(file)).expect("a file");
        }
        let forgotten = [section, term].map(|file| (Action::Forgotten, file.to_owned()));
        assert_eq!(good(&app, folder.path()), forgotten);
        assert!(!said().contains("All posts") && !said().contains("The x"), "{}", said());
        assert!(said().contains("\"x\"") && app.query("{ articles { totalCount } }", Value::Null).0.to_string().contains('1'));
        assert_eq!(good(&app, folder.path()), []);
        assert!(!folder.path().join(section).exists() && !folder.path().join(term).exists());
        // The folder of a section that has a file again is what that says.
        write_files(folder.path(), &[(section, "---\ntitle: Again\n---\n")]);
        assert_eq!(good(&app, folder.path()), [(Action::Read, section.to_owned())]);
        assert!(said().contains("Again"), "{}", said());
    }

    fn many_deletions_of_lists_and_other_files_ask_as_those_of_articles_do(app) {
        let folder = folder(&["a", "b"]);
        let names: Vec<String> = (0..8).map(|number| format!("content/s{number}/_index.md")).collect();
        let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "---\ntitle: S\n---\n")).collect();
        write_files(folder.path(), &files);
        good(&app, folder.path());
        for name in &names {
            fs::remove_file(folder.path().join(name)).expect("a file");
        }
        let report = run(&app, &Options::new(folder.path()));
        assert!(report.refused.as_deref().is_some_and(|why| why.contains("8 of 11 files")), "{report}");
        assert_eq!(report.changes, []);
        let sections = || app.query("{ sections { name } }", Value::Null).each("/sections", "name").iter().filter(|name| name.starts_with('s')).count();
        assert_eq!(sections(), 8);
        let report = run(&app, &Options { yes: true, ..Options::new(folder.path()) });
        assert!(report.is_good() && report.changes.len() == 8, "{report}");
        assert_eq!(sections(), 0);
    }
}
