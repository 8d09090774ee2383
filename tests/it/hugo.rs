//! Hugo sites, whole.

use std::collections::BTreeMap;
use std::path::Path;

use api::policy::Role;
use entity::source_file;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{TestApp, corpora, on_both, write_files};

/// Name, articles a language, lists and warnings.
type Site = (&'static str, &'static [(&'static str, usize)], usize, usize);

const SITES: &[Site] = &[
    ("seed-site", &[("en", 1), ("zh-CN", 2)], 0, 0),
    ("codeit", &[("en", 7), ("fr", 7), ("zh-CN", 7)], 7, 6),
    ("toha", &[("bn", 8), ("en", 9)], 16, 0),
    ("beautifulhugo", &[("en", 25)], 1, 0),
];

/// A site and an address a line: `hugo list all` of Hugo 0.168, pages alone.
const ADDRESSES: &str = include_str!("addresses.txt");

fn articles(app: &TestApp) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut cursor = Value::Null;
    let editor = app.as_role(Role::Viewer);
    loop {
        let answer = editor.ask(
            "query($after: String) { articles(first: 100, after: $after, view: WORKING) {
            pageInfo { hasNextPage endCursor } nodes { language { tag } } } }",
            json!({ "after": cursor }),
        );
        for node in answer.at("/articles/nodes").as_array().expect("nodes") {
            *counts
                .entry(node["language"]["tag"].as_str().expect("a tag").to_owned())
                .or_default() += 1;
        }
        if answer.at("/articles/pageInfo/hasNextPage") == &json!(false) {
            return counts;
        }
        cursor = answer.at("/articles/pageInfo/endCursor").clone();
    }
}

/// The addresses that Hugo gives a site's pages.
fn hugos(site: &str) -> Vec<String> {
    let lines = ADDRESSES.lines().filter_map(|line| line.split_once(' '));
    let mut found: Vec<_> =
        lines.filter(|(name, _)| *name == site).map(|(_, url)| url.to_owned()).collect();
    found.sort_unstable();
    found
}

/// The addresses that we give its articles, drafts included.
fn addresses(app: &TestApp) -> Vec<String> {
    let answer = app
        .as_role(Role::Viewer)
        .ask("{ articles(first: 100, view: WORKING) { nodes { url } } }", Value::Null);
    let mut found = answer.each("/articles/nodes", "url");
    found.sort_unstable();
    found
}

/// Every imported page, written out again: how many.
pub fn assert_bytes_are_kept(app: &TestApp, site: &Path) -> usize {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = app.export(folder.path());
    assert_eq!(report.failures, []);
    let files = app.block_on(async {
        source_file::Entity::find().all(app.app.db().read()).await.expect("files")
    });
    let mut checked = 0;
    for file in files.iter().filter(|file| file.kind != "configuration") {
        let read = |dir: &Path| std::fs::read(dir.join(&file.path)).expect("the file");
        assert!(read(folder.path()) == read(site), "{}", file.path);
        checked += usize::from(matches!(file.kind.as_str(), "article" | "section" | "term"));
    }
    checked
}

on_both! {
    fn whole_sites_go_in(app) {
        let Some(corpora) = corpora() else { return };
        for (site, languages, lists, warnings) in SITES {
            let app = if *site == "seed-site" { None } else {
                TestApp::configured(app.backend, |_| ())
            }.unwrap_or_else(|| TestApp::configured(app.backend, |_| ()).expect("a server"));
            let report = app.import(corpora.join(site));
            assert_eq!(report.failures, [], "{site}");
            assert_eq!((report.lists, report.warnings.len()), (*lists, *warnings), "{site}: {:?}", report.warnings);
            let expected: BTreeMap<_, _> = languages.iter().map(|(tag, count)| ((*tag).to_owned(), *count)).collect();
            assert_eq!(articles(&app), expected, "{site}");
            assert_eq!(assert_bytes_are_kept(&app, &corpora.join(site)), report.documents, "{site}");
            assert_eq!(addresses(&app), hugos(site), "{site}");

            let (events, versions) = (app.events().len(), "{ articles(first: 100) { nodes { id version } } }");
            let before = app.query(versions, Value::Null);
            let again = app.import(corpora.join(site));
            assert_eq!((again.created, again.updated, again.unchanged), (0, 0, report.documents), "{site}");
            assert_eq!(app.events().len(), events, "{site}: nothing happened");
            assert_eq!(app.query(versions, Value::Null), before);
        }
    }

    fn a_site_brings_its_frame(app) {
        let Some(corpora) = corpora() else { return };
        app.import(corpora.join("codeit"));
        let site = app.query("{ site(language: \"fr\") { title description copyright language { name } languages { tag path }
            menu(name: \"main\") { items { identifier name url } } params }
            route(path: \"/zh-cn/categories/documentation/\") { ... on Category { name } } }", Value::Null);
        assert_eq!(site.text("/site/description"), "À propos du thème CodeIT");
        assert_eq!(site.at("/site/languages"), &json!([{"tag": "en", "path": "/"},
            {"tag": "zh-CN", "path": "/zh-cn/"}, {"tag": "fr", "path": "/fr/"}]));
        assert_eq!(site.each("/site/menu/items", "name"),
            ["Postes", "Balises", "Catégories", "Docs", "À propos", ""]);
        assert_eq!(site.at("/site/params/home/posts/paginate"), &json!(6));
        let translations = app.query("{ article(by: { path: \"/emoji-support/\" }) { translations { path } } }", Value::Null);
        assert_eq!(translations.each("/article/translations", "path"),
            ["/fr/emoji-support/", "/zh-cn/emoji-support/"]);
    }

    fn a_changed_file_is_a_new_version_of_its_article_alone(app) {
        let site = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, title: &str, slug: &str| write_files(site.path(), &[(
            &format!("content/{name}.md"),
            &format!("---\ntitle: {title}\ndate: 2026-01-01\nslug: {slug}\ntags: [x]\n---\nText of {title}.\n"),
        )]);
        write("a", "A", "a");
        write("b", "B", "b");
        assert_eq!(app.import(site.path()).created, 2);
        let versions = || {
            let answer = app.query("{ articles(orderBy: { field: TITLE, direction: ASC }) { nodes { title version } } }", Value::Null);
            answer.at("/articles/nodes").clone()
        };
        // Somebody edits one of them here.
        let editor = app.as_role(Role::Editor);
        let id = app.query("{ article(by: { path: \"/b/\" }) { id } }", Value::Null).text("/article/id");
        let _ = editor.ask("mutation($id: ID!) { updateArticle(id: $id, expectedVersion: 1, input: { title: \"B2\" }) {
            userErrors { message } } }", json!({ "id": id })).accepted("updateArticle");
        write("a", "A2", "moved");
        let before = app.events().len();
        let report = app.import(site.path());
        assert_eq!((report.created, report.updated, report.unchanged), (0, 1, 1));
        assert_eq!(versions(), json!([{"title": "A2", "version": 2}, {"title": "B", "version": 1}]));
        assert_eq!(app.events().len(), before + 2, "saved and published");
        let working = editor.ask("{ article(by: { path: \"/b/\" }, view: WORKING) { title version } }", Value::Null);
        assert_eq!(working.at("/article"), &json!({"title": "B2", "version": 2}), "an edit of an unchanged file stays");
        let moved = app.query("{ route(path: \"/a/\") { ... on Redirect { target } } }", Value::Null);
        assert_eq!(moved.text("/route/target"), "/moved/");
        let history = editor.ask("{ article(by: { path: \"/moved/\" }) { revisions { nodes { version message } } } }", Value::Null);
        assert_eq!(history.at("/article/revisions/nodes/1"), &json!({"version": 1, "message": "Imported from content/a.md"}));

        write_files(site.path(), &[("content/a.md", "---\ntitle: A3\ndraft: true\n---\n")]);
        app.import(site.path());
        assert_eq!(versions(), json!([{"title": "B", "version": 1}]), "a draft is not public any more");
    }

    fn a_broken_file_keeps_nobody_out(app) {
        let report = app.import_files(&[
            ("content/good.md", "---\ntitle: Good\n---\n"),
            ("content/broken.md", "---\ntitle: A\ntags: [a\n---\n"),
            ("content/same.md", "---\ntitle: Same\nurl: /good/\n---\n"),
        ]);
        assert_eq!(report.created, 1);
        let failures: Vec<_> = report.failures.iter().map(ToString::to_string).collect();
        assert_eq!(failures.len(), 2, "{failures:?}");
        assert!(failures.iter().any(|text| text.starts_with("content/broken.md:")), "{failures:?}");
        assert!(failures.iter().any(|text| text.contains("/good/") && text.contains("slug")), "{failures:?}");
    }

    fn odd_bytes_are_kept(app) {
        let site = tempfile::tempdir().expect("a temporary folder");
        let content = site.path().join("content");
        std::fs::create_dir_all(&content).expect("a folder");
        for (name, bytes) in [
            ("bom.md", &b"\xef\xbb\xbf---\r\ntitle: A\r\n---\r\n\r\nText\r\n"[..]),
            ("mixed.md", b"\n\n---\ntitle: B\r\n---   \nText\r\n\nno end"),
            ("gbk.md", b"---\ntitle: C\n---\n\xd6\xd0\xce\xc4\n"),
            ("nul.md", b"+++\ntitle = 'D'\n+++\na\0b\n"),
            ("none.md", b"# E\n"),
            ("after.md", b"---\ntitle: F\n---text\nmore"),
            ("json.md", b"{\"title\": \"G\"}Body\n"),
            ("empty.md", b""),
        ] {
            std::fs::write(content.join(name), bytes).expect("a file");
        }
        let report = app.import(site.path());
        assert_eq!(report.failures, []);
        assert_eq!(assert_bytes_are_kept(&app, site.path()), 8);
    }

    fn a_dry_run_writes_nothing(app) {
        let site = tempfile::tempdir().expect("a temporary folder");
        write_files(site.path(), &[("content/a.md", "---\ntitle: A\ntags: [x]\n---\n")]);
        let ctx = app.ctx();
        let options = api::hugo::import::Options { dir: site.path().to_owned(), language: None, dry_run: true };
        let report = app.block_on(api::hugo::import::run(&ctx, options)).expect("a report");
        assert_eq!((report.created, report.dry_run), (1, true));
        assert_eq!(app.events(), []);
        assert!(articles(&app).is_empty());
    }

    fn a_bare_folder_of_content_takes_the_language_given(app) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_files(folder.path(), &[("news/a.md", "---\ntitle: 甲\ndate: 2026-01-01\n---\n")]);
        let ctx = app.ctx();
        let options = api::hugo::import::Options {
            dir: folder.path().to_owned(), language: Some("zh-CN".to_owned()), dry_run: false };
        app.block_on(api::hugo::import::run(&ctx, options)).expect("a report");
        let answer = app.query("{ articles { nodes { path language { tag } } } }", Value::Null);
        assert_eq!(answer.at("/articles/nodes"), &json!([{"path": "/news/a/", "language": {"tag": "zh-CN"}}]));
    }
}
