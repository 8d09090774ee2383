//! Out to a Hugo site again: what nobody edited byte for byte, what was edited
//! line by line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use api::hugo::export::{Options, Report};
use api::policy::Role;
use serde_json::{Value, json};
use tests::{Client, TestApp, corpora, on_both, write_files};

/// Every file and link below a folder, with what is in it.
pub fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("a readable folder"))
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| {
            let bytes = if entry.path_is_symlink() {
                let target = std::fs::read_link(entry.path()).expect("a link");
                [b"link to ", target.as_os_str().as_encoded_bytes()].concat()
            } else {
                std::fs::read(entry.path()).expect("a readable file")
            };
            (entry.path().strip_prefix(folder).expect("below").to_owned(), bytes)
        })
        .collect()
}

/// Names of files that differ, or that only one has.
pub fn differences(one: &Path, other: &Path) -> Vec<PathBuf> {
    let (one, other) = (contents(one), contents(other));
    let names: std::collections::BTreeSet<_> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

on_both! {
    fn a_site_comes_back_byte_for_byte(app) {
        let Some(corpora) = corpora() else { return };
        let site = corpora.join(["seed-site", "codeit", "toha", "beautifulhugo"][usize::from(app.backend == tests::Backend::Postgres)]);
        app.import(&site);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let report = app.export(folder.path());
        assert_eq!(report.failures, []);
        assert_eq!(differences(&site, folder.path()), Vec::<PathBuf>::new());
        let again = app.export(folder.path());
        assert_eq!((again.changes, again.unchanged), (vec![], report.files));
    }
}

/// A site with one article, and what is asked of it.
pub struct Site {
    pub folder: tempfile::TempDir,
    pub out: tempfile::TempDir,
    pub editor: Client,
}

impl Site {
    pub fn of(app: &TestApp, files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, bytes) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, bytes).expect("a file");
        }
        app.import(folder.path());
        let out = tempfile::tempdir().expect("a temporary folder");
        Self { folder, out, editor: app.as_role(Role::Editor) }
    }

    pub fn article(&self, path: &str) -> Value {
        let found = self.editor.ask(
            "query($path: String!) { article(by: { path: $path }, view: WORKING) { id version } }",
            json!({ "path": path }),
        );
        found.at("/article").clone()
    }

    /// Runs a mutation of one article by its id alone.
    pub fn act(&self, mutation: &str, path: &str) {
        let id = self.article(path)["id"].clone();
        let document = format!(
            "mutation($id: ID!) {{ {mutation}(id: $id) {{ userErrors {{ field message }} }} }}"
        );
        let _ = self.editor.ask(&document, json!({ "id": id })).accepted(mutation);
    }

    pub fn save(&self, path: &str, input: Value) {
        let article = self.article(path);
        let _ = self
            .editor
            .ask(
                "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
                updateArticle(id: $id, expectedVersion: $version, input: $input) { userErrors { field message } } }",
                json!({ "id": article["id"], "version": article["version"], "input": input }),
            )
            .accepted("updateArticle");
    }

    pub fn edit(&self, path: &str, input: Value) {
        let id = self.article(path)["id"].clone();
        self.save(path, input);
        let _ = self
            .editor
            .ask(
                "mutation($id: ID!) { publishArticle(id: $id) { userErrors { field message } } }",
                json!({ "id": id }),
            )
            .accepted("publishArticle");
    }

    pub fn export(&self, app: &TestApp) -> Report {
        app.export(self.out.path())
    }

    pub fn text(&self, path: &str) -> String {
        let bytes = std::fs::read(self.out.path().join(path)).expect("an exported file");
        String::from_utf8(bytes).expect("UTF-8")
    }
}

const PAGE: &str = "---\n# who wrote this\ntitle: 'Old'   # a comment\ndate: 2020-01-02 03:04:05\n\
tags: [b, \"a\"]\ncategories:\n  - One\n  # between\n  - Two\nparams:\n  deep:\n    x: 1\n    y: 2\nDescription: \"d\"\n---\n\nText.\n";

on_both! {
    fn an_edit_changes_the_lines_of_what_was_edited(app) {
        let site = Site::of(&app, &[("content/posts/p.md", PAGE.as_bytes())]);
        let check = |input: Value, old: &str, new: &str| {
            site.edit("/posts/p/", input);
            let report = site.export(&app);
            assert_eq!(report.failures, [], "{old} to {new}");
            let expected = PAGE.replace(old, new);
            assert_ne!(expected, PAGE, "{old:?}");
            assert_eq!(site.text("content/posts/p.md"), expected);
        };
        check(json!({ "title": "It's new" }), "'Old'", "'It''s new'");
        site.edit("/posts/p/", json!({ "title": "Old" }));
        check(json!({ "date": "2021-05-06T07:08:09Z" }), "2020-01-02 03:04:05", "2021-05-06 07:08:09");
        site.edit("/posts/p/", json!({ "date": "2020-01-02T03:04:05Z" }));
        check(json!({ "tags": ["b", "a", "c d"] }), "[b, \"a\"]", "[b, \"a\", c d]");
        site.edit("/posts/p/", json!({ "tags": ["b", "a"] }));
        check(json!({ "categories": ["Two"] }), "  - One\n", "");
        site.edit("/posts/p/", json!({ "categories": ["One", "Two"] }));
        check(json!({ "description": null }), "Description: \"d\"\n", "");
        site.edit("/posts/p/", json!({ "description": "d" }));
        check(json!({ "params": { "deep": { "x": 1, "y": 3 } } }), "    y: 2", "    y: 3");
        site.edit("/posts/p/", json!({ "params": { "deep": { "x": 1, "y": 2 } } }));
        check(json!({ "body": "\nText.\n\nMore.\n" }), "\nText.\n", "\nText.\n\nMore.\n");
        site.edit("/posts/p/", json!({ "body": "\nText.\n" }));
        assert_eq!(site.export(&app).failures, []);
        assert_eq!(site.text("content/posts/p.md"), PAGE, "what was taken back leaves no trace");
    }

    fn a_working_copy_is_not_exported_before_it_is_published(app) {
        let site = Site::of(&app, &[("content/p.md", PAGE.as_bytes())]);
        site.save("/p/", json!({ "title": "Unpublished" }));
        site.export(&app);
        assert_eq!(site.text("content/p.md"), PAGE);
        site.act("unpublishArticle", "/p/");
        assert_eq!(site.export(&app).failures, []);
        let text = site.text("content/p.md");
        assert!(text.contains("draft: true\n") && text.contains("'Unpublished'"), "{text}");
        site.act("publishArticle", "/p/");
        site.export(&app);
        assert_eq!(site.text("content/p.md"), PAGE.replace("'Old'", "'Unpublished'"));
    }

    fn a_schedule_is_hugos(app) {
        let site = Site::of(&app, &[("content/p.md", b"---\ntitle: A\ndate: 2020-01-02\ndraft: true\n---\n")]);
        let id = site.article("/p/")["id"].clone();
        let _ = site.editor.ask("mutation($id: ID!) { publishArticle(id: $id, at: \"2030-01-01T00:00:00Z\") {
            userErrors { field message } } }", json!({ "id": id })).accepted("publishArticle");
        assert_eq!(site.export(&app).failures, []);
        let text = site.text("content/p.md");
        assert!(text.contains("draft: false\n") && text.contains("publishDate: 2030-01-01"), "{text}");
        // It comes back as it went.
        let again = TestApp::configured(app.backend, |_| ()).expect("a server");
        again.import(site.out.path());
        let status = again.as_role(Role::Editor).ask("{ article(by: { path: \"/p/\" }, view: WORKING) { status publishedAt } }", Value::Null);
        assert_eq!(status.text("/article/status"), "SCHEDULED");
    }

    fn a_renamed_or_merged_term_changes_the_lines_that_name_it(app) {
        let (a, b) = ("---\ntitle: A\ntags: [Go, x]\n---\n", "---\ntitle: B\ntags:\n- GO\n- y\n---\n");
        let c = "---\ntitle: C\ntags: [y]\n---\n";
        let site = Site::of(&app, &[("content/a.md", a.as_bytes()), ("content/b.md", b.as_bytes()), ("content/c.md", c.as_bytes())]);
        site.export(&app);
        assert_eq!(site.text("content/b.md"), b, "another case is the same term");
        let tags = site.editor.ask("{ tags(first: 9) { nodes { id name } } }", Value::Null);
        let id = |name: &str| {
            let nodes = tags.at("/tags/nodes").as_array().expect("tags").clone();
            nodes.iter().find(|tag| tag["name"] == name).expect("a tag")["id"].clone()
        };
        let _ = site.editor.ask("mutation($id: ID!) { updateTag(id: $id, input: { name: \"Golang\", slug: \"golang\" }) {
            userErrors { field message } } }", json!({ "id": id("Go") })).accepted("updateTag");
        assert_eq!(site.export(&app).failures, []);
        assert_eq!(site.text("content/a.md"), a.replace("Go", "Golang"));
        assert_eq!(site.text("content/b.md"), b.replace("GO", "Golang"));
        assert_eq!(site.text("content/c.md"), c);
        let _ = site.editor.ask("mutation($from: [ID!]!, $into: ID!) { mergeTags(ids: $from, into: $into) {
            userErrors { field message } } }", json!({ "from": [id("y")], "into": id("x") })).accepted("mergeTags");
        assert_eq!(site.export(&app).failures, []);
        assert_eq!(site.text("content/b.md"), b.replace("GO", "Golang").replace("- y", "- x"));
        assert_eq!(site.text("content/c.md"), c.replace('y', "x"));
    }

    fn a_new_article_is_written_as_its_neighbours_are(app) {
        let neighbour = "+++\ntitle = \"N\"\ndate = 2020-01-02T03:04:05Z\ntags = [\"x\"]\n+++\n\nText.\n";
        let site = Site::of(&app, &[
            ("hugo.toml", b"defaultContentLanguage = 'en'\n[languages.en]\n[languages.zh-CN]\n"),
            ("content/news/n.md", neighbour.as_bytes()),
            ("content/news/n.zh-CN.md", neighbour.as_bytes()),
        ]);
        let created = site.editor.ask("mutation($input: CreateArticleInput!) { createArticle(input: $input) {
            article { id } userErrors { field message } } }", json!({ "input": {
                "title": "Fresh \"news\"", "section": "news", "language": "zh-CN", "body": "Body.\n", "tags": ["x", "z"],
                "date": "2024-05-06T07:08:09Z" } })).accepted("createArticle");
        site.export(&app);
        let path = "content/news/fresh-news.zh-CN.md";
        assert!(site.text(path).contains("draft = true\n"));
        let id = created.at("/createArticle/article/id").clone();
        let _ = site.editor.ask("mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }",
            json!({ "id": id })).accepted("publishArticle");
        let report = site.export(&app);
        assert_eq!(report.failures, []);
        let text = site.text(path);
        assert!(text.starts_with("+++\ntitle = ") && text.ends_with("+++\n\nBody.\n"), "{text}");
        assert!(text.contains("date = 2024-05-06T07:08:09Z\n") && text.contains("tags = [\"x\", \"z\"]\n"), "{text}");
        // Its file is known when it comes back.
        let again = app.import(site.out.path());
        assert_eq!((again.created, again.updated, again.failures), (0, 0, vec![]));
        std::fs::write(site.out.path().join(path), text.replace("Body", "Other")).expect("a file");
        assert_eq!(app.import(site.out.path()).updated, 1);
    }

    fn files_of_articles_that_are_gone_go_unless_somebody_changed_them(app) {
        let site = Site::of(&app, &[
            ("content/a.md", b"---\ntitle: A\n---\n"), ("content/b.md", b"---\ntitle: B\n---\n"),
            ("content/c/index.md", b"---\ntitle: C\n---\n"), ("content/c/pic.jpg", b"jpg"),
        ]);
        site.edit("/a/", json!({ "title": "A2" }));
        site.export(&app);
        std::fs::write(site.out.path().join("content/b.md"), "mine").expect("a file");
        std::fs::write(site.out.path().join("content/unknown.md"), "mine").expect("a file");
        site.act("trashArticle", "/a/");
        site.act("trashArticle", "/b/");
        site.act("archiveArticle", "/c/");
        let report = site.export(&app);
        assert_eq!(report.failures, []);
        assert_eq!(report.warnings.len(), 1, "{:?}", report.warnings);
        assert!(report.warnings[0].to_string().starts_with("content/b.md: what it says is gone"));
        let left: Vec<_> = contents(site.out.path()).into_keys().collect();
        assert_eq!(left, [PathBuf::from("content/b.md"), PathBuf::from("content/unknown.md")]);
    }

    fn what_is_no_utf8_keeps_its_bytes_when_the_front_matter_is_edited(app) {
        let site = Site::of(&app, &[("content/p.md", b"---\r\ntitle: A\r\n---\r\n\xd6\xd0\r\nb\r\n")]);
        site.edit("/p/", json!({ "title": "B" }));
        site.export(&app);
        let bytes = std::fs::read(site.out.path().join("content/p.md")).expect("a file");
        assert_eq!(bytes, b"---\r\ntitle: B\r\n---\r\n\xd6\xd0\r\nb\r\n");
        site.edit("/p/", json!({ "body": "\u{fffd}\u{fffd}\nb\nc\n" }));
        site.export(&app);
        let bytes = std::fs::read(site.out.path().join("content/p.md")).expect("a file");
        assert_eq!(bytes, b"---\r\ntitle: B\r\n---\r\n\xd6\xd0\r\nb\r\nc\r\n");
    }

    fn a_file_that_is_no_page_is_carried_through_and_reported_each_time(app) {
        let broken = b"---\ntitle: A\ntags: [a\n---\n";
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_files(folder.path(), &[("content/good.md", "---\ntitle: G\n---\n"), ("content/bad.md", "---\ntitle: A\ntags: [a\n---\n")]);
        for _ in 0..2 {
            let report = app.import(folder.path());
            assert_eq!(report.failures.len(), 1);
            assert_eq!((report.failures[0].file.as_str(), report.failures[0].line.is_some()), ("content/bad.md", true));
        }
        let out = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(app.export(out.path()).failures, []);
        assert_eq!(std::fs::read(out.path().join("content/bad.md")).expect("a file"), broken);
        // An article whose file breaks stays, and its file is what it is.
        write_files(folder.path(), &[("content/good.md", "---\ntitle: [\n---\n")]);
        assert_eq!(app.import(folder.path()).failures.len(), 2);
        app.export(out.path());
        assert_eq!(differences(folder.path(), out.path()), Vec::<PathBuf>::new());
        write_files(folder.path(), &[("content/good.md", "---\ntitle: Better\n---\n")]);
        let report = app.import(folder.path());
        assert_eq!((report.updated, report.created, report.failures.len()), (1, 0, 1));
    }

    fn a_folder_moves_with_its_article(app) {
        let site = Site::of(&app, &[
            ("content/old/b/index.md", b"---\ntitle: B\n---\n![](pic.jpg)\n"), ("content/old/b/pic.jpg", b"jpg"),
            ("content/old/stays.md", b"---\ntitle: S\n---\n"),
        ]);
        site.export(&app);
        site.edit("/old/b/", json!({ "section": "new/deep" }));
        let report = site.export(&app);
        assert_eq!((report.failures, report.warnings), (vec![], vec![]));
        let left: Vec<_> = contents(site.out.path()).into_keys().collect();
        assert_eq!(left, ["content/new/deep/b/index.md", "content/new/deep/b/pic.jpg", "content/old/stays.md"].map(PathBuf::from));
        assert_eq!(site.text("content/new/deep/b/index.md"), "---\ntitle: B\n---\n![](pic.jpg)\n");
        let again = app.import(site.out.path());
        assert_eq!((again.created, again.updated, again.failures), (0, 0, vec![]));
    }

    fn a_site_that_never_was_hugos_gets_a_configuration(app) {
        let editor = app.as_role(Role::Editor);
        let created = editor.ask("mutation($input: CreateArticleInput!) { createArticle(input: $input) {
            article { id } userErrors { field message } } }", json!({ "input": {
                "title": "First", "section": "news", "body": "Text.\n", "tags": ["x"], "params": { "n": 1 },
                "source": { "name": "qq", "url": "https://example.org/a" }, "date": "2024-05-06T07:08:09Z" } })).accepted("createArticle");
        let _ = editor.ask("mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }",
            json!({ "id": created.at("/createArticle/article/id") })).accepted("publishArticle");
        let out = tempfile::tempdir().expect("a temporary folder");
        let report = app.export(out.path());
        assert_eq!(report.failures, []);
        let again = TestApp::configured(app.backend, |_| ()).expect("a server");
        assert_eq!(again.import(out.path()).failures, []);
        let query = "{ site { title languages { tag path } } articles { nodes { path title date params
            source { name url } tags { name } body { markdown } } } }";
        let (one, other) = (app.query(query, Value::Null), again.query(query, Value::Null));
        let lines = |answer: &tests::Answer| answer.at("/articles").to_string().replace("\\n", "");
        assert_eq!(one.at("/site"), other.at("/site"));
        assert_eq!(lines(&one), lines(&other));
        // And what it has written it knows.
        assert_eq!(app.export(out.path()).changes, []);
    }

    fn a_dry_run_says_what_would_change_and_changes_nothing(app) {
        let site = Site::of(&app, &[("content/a.md", b"---\ntitle: A\n---\n"), ("content/b.md", b"---\ntitle: B\n---\n")]);
        site.export(&app);
        site.edit("/a/", json!({ "title": "A2" }));
        let before = contents(site.out.path());
        let options = Options { dir: site.out.path().to_owned(), dry_run: true, ..Options::default() };
        let ctx = app.ctx();
        let report = app.block_on(api::hugo::export::run(&ctx, options)).expect("a report");
        assert!(report.to_string().starts_with("update content/a.md (title)\n2 files: 0 would be created, 1 would be updated"), "{report}");
        assert_eq!(contents(site.out.path()), before);
    }

    fn pruning_keeps_what_files_are_measured_against(app) {
        let app = TestApp::configured(app.backend, |config| config.history.keep_days = 1).expect("a server");
        let site = Site::of(&app, &[("content/p.md", PAGE.as_bytes())]);
        site.edit("/p/", json!({ "body": "\nOther.\n" }));
        site.edit("/p/", json!({ "body": "\nThird.\n" }));
        app.set_clock(tests::START + 24 * 40 * tests::HOUR);
        let ctx = app.ctx();
        let pruned = app.block_on(api::article::history::prune(&ctx)).expect("a pruning");
        assert_eq!(pruned.revisions, 1, "the one in between");
        assert_eq!(site.export(&app).failures, []);
        assert_eq!(site.text("content/p.md"), PAGE.replace("Text.", "Third."));
    }

    fn one_language_can_be_exported_alone(app) {
        let site = Site::of(&app, &[
            ("hugo.toml", b"defaultContentLanguage = 'en'\n[languages.en]\n[languages.fr]\n"),
            ("content/a.md", b"---\ntitle: A\n---\n"), ("content/a.fr.md", b"---\ntitle: A\n---\n"),
        ]);
        let options = Options { dir: site.out.path().to_owned(), languages: vec!["fr".to_owned()], dry_run: false };
        let ctx = app.ctx();
        app.block_on(api::hugo::export::run(&ctx, options)).expect("a report");
        let left: Vec<_> = contents(site.out.path()).into_keys().collect();
        assert_eq!(left, ["content/a.fr.md", "hugo.toml"].map(PathBuf::from));
    }

    fn a_change_within_the_same_moment_is_seen(app) {
        let site = Site::of(&app, &[("content/a.md", b"---\ntitle: A\n---\n")]);
        let file = site.folder.path().join("content/a.md");
        let time = std::fs::metadata(&file).and_then(|meta| meta.modified()).expect("a time");
        // As long, and as old.
        std::fs::write(&file, b"---\ntitle: B\n---\n").expect("a file");
        std::fs::File::options().write(true).open(&file).and_then(|file| file.set_modified(time)).expect("a time");
        assert_eq!(app.import(site.folder.path()).updated, 1);
    }

    fn large_files_are_named_and_left_out(app) {
        let app = TestApp::configured(app.backend, |config| config.hugo.max_file_bytes = 2_000_000).expect("a server");
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_files(folder.path(), &[("content/a.md", "---\ntitle: A\n---\n"), ("static/empty", "")]);
        let bytes: Vec<u8> = (0..1_900_000_u32).flat_map(|number| [number.to_le_bytes()[0]]).collect();
        std::fs::write(folder.path().join("static/fits"), &bytes).expect("a file");
        std::fs::write(folder.path().join("static/film"), vec![0; 2_000_001]).expect("a file");
        let report = app.import(folder.path());
        assert_eq!(report.failures, []);
        assert!(report.warnings[0].to_string().starts_with("static/film: is left out: it has 2000001 bytes"), "{:?}", report.warnings);
        let out = tempfile::tempdir().expect("a temporary folder");
        app.export(out.path());
        assert_eq!(differences(folder.path(), out.path()), [PathBuf::from("static/film")]);
    }

    fn links_modes_and_names_are_kept_and_what_is_made_is_not(app) {
        use std::os::unix::ffi::OsStrExt;
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = |name: &[u8]| folder.path().join(std::ffi::OsStr::from_bytes(name));
        write_files(folder.path(), &[
            ("hugo.toml", "title = 'T'\n"), ("content/a.md", "---\ntitle: A\n---\n"), ("bin/run", "#!/bin/sh\n"),
            ("public/index.html", "made"), ("resources/_gen/x", "made"), (".git/HEAD", "ref"), ("node_modules/m/x", "x"),
            ("themes/sub/.git", "gitdir: x"), ("themes/sub/theme.toml", "x"), ("themes/own/theme.toml", "kept"),
            (".gitignore", "public\n"),
        ]);
        std::fs::set_permissions(place(b"bin/run"), std::fs::Permissions::from_mode(0o755)).expect("a mode");
        symlink("../../etc/passwd", place(b"content/link.md")).expect("a link");
        symlink("../themes/own", place(b"content/folder")).expect("a link");
        std::fs::write(place(b"content/\xff\xfe.txt"), "odd").expect("a file");
        std::fs::write(place(b"content/\xd6\xd0.md"), "---\ntitle: Odd\n---\n").expect("a file");
        assert_eq!(app.import(folder.path()).failures, []);
        let out = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(app.export(out.path()).failures, []);
        let gone: Vec<_> = differences(folder.path(), out.path());
        let expected = [".git/HEAD", "node_modules/m/x", "public/index.html", "resources/_gen/x", "themes/sub/.git", "themes/sub/theme.toml"];
        assert_eq!(gone, expected.map(PathBuf::from));
        let mode = |name: &str| std::fs::metadata(out.path().join(name)).expect("a file").permissions().mode() & 0o777;
        assert_eq!((mode("bin/run"), mode("hugo.toml")), (0o755, 0o644));
        std::fs::set_permissions(place(b"bin/run"), std::fs::Permissions::from_mode(0o644)).expect("a mode");
        app.import(folder.path());
        app.export(out.path());
        assert_eq!(mode("bin/run"), 0o644);
    }

    fn what_sections_and_terms_say_goes_into_their_files(app) {
        let (section, term) = ("---\ntitle: Posts # all\nweight: 2\nx: 1\n---\nText.\r\n", "+++\ntitle = \"Go\"\n+++\n");
        let site = Site::of(&app, &[("content/posts/_index.md", section.as_bytes()), ("content/tags/go/_index.md", term.as_bytes()),
            ("content/posts/_index.fr.md", b"---\ntitle: x\n---\n"), ("content/posts/a.md", b"---\ntitle: A\ntags: [go]\n---\n")]);
        site.export(&app);
        assert_eq!((site.text("content/posts/_index.md").as_str(), site.text("content/tags/go/_index.md").as_str()), (section, term));
        app.sql("UPDATE section SET title = 'All posts', markdown = 'Other.' || char(10) WHERE name = 'posts'"
            .replace("char", if app.backend == tests::Backend::Sqlite { "char" } else { "chr" }).as_str());
        app.sql("UPDATE term_text SET description = 'A language'");
        let report = site.export(&app);
        assert_eq!(report.failures, []);
        assert_eq!(site.text("content/posts/_index.md"), section.replace("Posts", "All posts").replace("Text.", "Other."));
        assert_eq!(site.text("content/tags/go/_index.md"), "+++\ntitle = \"Go\"\ndescription = \"A language\"\n+++\n");
    }

    fn what_the_site_says_goes_into_its_configuration(app) {
        let main = "# Ours\nbaseURL = 'https://example.org/'\ntitle = 'Old' # so called\n[params]\nsubtitle = 's'\n[params.deep]\nx = 1\n";
        let site = Site::of(&app, &[("hugo.toml", main.as_bytes()), ("content/a.md", b"---\ntitle: A\n---\n")]);
        site.export(&app);
        assert_eq!(site.text("hugo.toml"), main);
        app.sql("UPDATE language SET title = 'New', params = '{\"subtitle\":\"s\",\"deep\":{\"x\":2}}'");
        app.sql("UPDATE site SET base_url = 'https://example.com/'");
        let report = site.export(&app);
        assert_eq!(report.failures, []);
        assert_eq!(site.text("hugo.toml"), main.replace("Old", "New").replace("x = 1", "x = 2").replace("example.org", "example.com"));
    }

    fn terms_of_any_taxonomy_come_in_and_go_out(app) {
        let text = "---\ntitle: A\nseries: [One, Two]\nAuthors:\n  - Ann\ntags: t\n---\n";
        let site = Site::of(&app, &[
            ("config.yaml", b"taxonomies:\n  series: series\n  author: authors\n  tag: tags\n"),
            ("content/a.md", text.as_bytes()),
        ]);
        let terms = app.block_on(async {
            use sea_orm::{EntityTrait, QueryOrder};
            entity::term::Entity::find().order_by_asc(entity::term::Column::Slug).all(app.app.db().read()).await.expect("terms")
        });
        let names: Vec<_> = terms.iter().map(|term| (term.taxonomy.as_str(), term.name.as_str())).collect();
        assert_eq!(names, [("authors", "Ann"), ("series", "One"), ("tags", "t"), ("series", "Two")]);
        site.edit("/a/", json!({ "tags": ["t", "u"] }));
        assert_eq!(site.export(&app).failures, []);
        assert_eq!(site.text("content/a.md"), text.replace("tags: t", "tags: [t, u]"));
    }

    fn long_texts_and_many_keys_pass(app) {
        let keys: String = (0..5000).map(|number| format!("key{number}: {number}\n")).collect();
        let text = format!("---\ntitle: A\n{keys}---\n{}", "Line of text.\n".repeat(45_000));
        let site = Site::of(&app, &[("content/a.md", text.as_bytes())]);
        site.export(&app);
        assert!(site.text("content/a.md") == text);
        site.edit("/a/", json!({ "title": "B" }));
        assert_eq!(site.export(&app).failures, []);
        assert!(site.text("content/a.md") == text.replace("title: A", "title: B"));
    }

    fn nothing_is_written_outside_the_folder(app) {
        use std::os::unix::fs::symlink;
        let site = Site::of(&app, &[("content/posts/a.md", b"---\ntitle: A\n---\n")]);
        let outside = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(site.out.path().join("content")).expect("a folder");
        symlink(outside.path(), site.out.path().join("content/posts")).expect("a link");
        let report = site.export(&app);
        assert_eq!(report.failures.len(), 1);
        assert!(report.failures[0].to_string().contains("behind a link"), "{:?}", report.failures);
        assert!(contents(outside.path()).is_empty());
    }
}
