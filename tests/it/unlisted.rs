//! Pages that are in no list, and pages that have no address: `headless` and `build`.

use std::process::Command;

use api::policy::Role;
use serde_json::{Value, json};
use tests::tools::{output, tool};
use tests::{TestApp, on_both, write_files};

/// A site in which each page says something else of where it is shown.
fn pages() -> Vec<(String, String)> {
    let page = |name: &str, day: u32, says: &str| {
        let text = format!(
            "---\ntitle: {name}\ndate: 2025-03-{day:02}T08:00:00Z\ntags: [x]\nmenu: main\n{says}\n---\nWords of {name}.\n"
        );
        (format!("content/notes/{name}.md"), text)
    };
    vec![
        ("hugo.toml".to_owned(), "baseURL = 'https://example.org/'\n".to_owned()),
        page("plain", 1, ""),
        page("unlisted", 2, "build:\n  list: never"),
        page("local", 3, "build: {list: local}"),
        page("pageless", 4, "build: {render: never}"),
        page("elsewhere", 5, "build: {render: link}"),
        page("headless", 6, "headless: true"),
        page("old", 7, "_build: {list: false, render: false}"),
        page("unsure", 8, "build: {list: Never, render: maybe}"),
    ]
}

fn import(app: &TestApp) {
    let pages = pages();
    let files: Vec<_> = pages.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(app.import_files(&files).failures, []);
}

const LISTS: &str = "{
    articles { totalCount nodes { title } }
    section: route(path: \"/notes/\") { ... on Section { articleCount articles { nodes { title } } } }
    tag: route(path: \"/tags/x/\") { ... on Tag { articleCount articles { nodes { title } } } }
    archive { count }
    site { menu(name: \"main\") { items { name } } }
    plain: article(by: { path: \"/notes/plain/\" }) { previous { title } next { title } related(first: 20) { title } }
    search(query: \"words\") { totalCount }
}";

const ONE: &str = "query($path: String!) {
    article(by: { path: $path }) { title listed rendered tags { name } previous { title } next { title } body { markdown } }
    route(path: $path) { __typename } }";

/// Titles of a list, joined.
fn titles(list: &Value) -> String {
    let title = |node: &Value| node["title"].as_str().unwrap_or_default().to_owned();
    list.as_array().expect("a list").iter().map(title).collect::<Vec<_>>().join(" ")
}

/// Whether an article is there by its path, listed, rendered, and led to.
fn stands(app: &TestApp, name: &str) -> (bool, bool, bool, bool) {
    let answer = app.query(ONE, json!({ "path": format!("/notes/{name}/") }));
    let has = |at: &str, value: Value| answer.0.pointer(at) == Some(&value);
    let said = |field: &str| has(&format!("/article/{field}"), json!(true));
    let led = has("/route/__typename", json!("Article"));
    (has("/article/title", json!(name)), said("listed"), said("rendered"), led)
}

on_both! {
    fn terms_are_where_their_pages_say(app) {
        let term = |says: &str| format!("---\ntitle: T\n{says}\n---\n");
        let files = [
            ("hugo.toml", "baseURL = 'https://example.org/'\n".to_owned()),
            ("content/a.md", "---\ntitle: A\ndate: 2025-03-01\ntags: [plain, Un Listed, pageless, local, headless]\n---\n".to_owned()),
            ("content/tags/Un Listed/_index.md", term("build: {list: never}")),
            ("content/tags/pageless/_index.md", term("build: {render: never}")),
            ("content/tags/local/_index.md", term("build: {list: local}")),
            ("content/tags/headless/_index.md", term("headless: true")),
        ];
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        assert_eq!(app.import_files(&files).failures, []);
        let lists = "{ tags(orderBy: SLUG) { totalCount nodes { slug } } }";
        let answer = app.query(lists, Value::Null);
        // As in Hugo, `local` is in the list of its taxonomy.
        assert_eq!(answer.each("/tags/nodes", "slug"), ["local", "pageless", "plain"]);
        assert_eq!(answer.at("/tags/totalCount"), &json!(3));
        let slugs = app.as_role(Role::Editor).ask(
            "{ tags(view: WORKING, orderBy: SLUG) { nodes { slug } } }", Value::Null);
        assert_eq!(slugs.each("/tags/nodes", "slug").len(), 5);
        let there = |slug: &str| {
            let document = "query($path: String!) { route(path: $path) { __typename } }";
            let found = app.query(document, json!({ "path": format!("/tags/{slug}/") }));
            found.at("/route").is_object()
        };
        assert!(there("plain") && there("un-listed") && there("local"));
        assert!(!there("pageless") && !there("headless"));
        let map = app.fetch("/sitemap.xml", &[]).body;
        let listed = |slug: &str| map.contains(&format!("/tags/{slug}/"));
        assert!(listed("plain"), "{map}");
        assert!(!listed("un-listed") && !listed("local") && !listed("pageless") && !listed("headless"), "{map}");
        // What a page does not say any more does not hold.
        assert_eq!(app.import_files(&[
            ("hugo.toml", "baseURL = 'https://example.org/'\n"),
            ("content/tags/Un Listed/_index.md", "---\ntitle: T\n---\n"),
        ]).failures, []);
        assert!(app.query(lists, Value::Null).each("/tags/nodes", "slug").contains(&"un-listed".to_owned()));
    }

    fn what_is_not_listed_is_found_by_name_alone(app) {
        import(&app);
        let answer = app.query(LISTS, Value::Null);
        assert_eq!(titles(answer.at("/articles/nodes")), "unsure elsewhere pageless plain");
        assert_eq!(answer.at("/articles/totalCount"), &json!(4));
        assert_eq!(titles(answer.at("/section/articles/nodes")), "unsure elsewhere pageless plain");
        assert_eq!(answer.at("/section/articleCount"), &json!(4));
        // What has no address is in none of its terms.
        assert_eq!(titles(answer.at("/tag/articles/nodes")), "unsure elsewhere plain");
        assert_eq!(answer.at("/tag/articleCount"), &json!(3));
        assert_eq!(answer.at("/archive/0/count"), &json!(4));
        assert_eq!(answer.at("/plain/next/title"), &json!("pageless"));
        let related = titles(answer.at("/plain/related"));
        assert!(!["unlisted", "local", "headless", "old"].iter().any(|name| related.contains(name)), "{related}");
        assert_eq!(answer.at("/search/totalCount"), &json!(4));
        let mut items: Vec<_> = answer.each("/site/menu/items", "name");
        items.sort();
        assert_eq!(items.join(" "), "elsewhere pageless plain unsure");

        let feed = app.fetch("/feed.xml", &[]).body;
        let map = app.fetch("/sitemap.xml", &[]).body;
        for (name, in_feed, on_map) in [("plain", true, true), ("unlisted", false, false), ("local", false, false),
            ("pageless", true, false), ("elsewhere", true, true), ("headless", false, false), ("old", false, false)] {
            assert_eq!(feed.contains(&format!(">{name}<")), in_feed, "{name} in {feed}");
            assert_eq!(map.contains(&format!("/notes/{name}/")), on_map, "{name} in {map}");
        }
        // What has no page has no link to one.
        assert!(feed.contains("/notes/plain/") && !feed.contains("/notes/pageless/"), "{feed}");

        assert_eq!(stands(&app, "plain"), (true, true, true, true));
        assert_eq!(stands(&app, "unlisted"), (true, false, true, true));
        assert_eq!(stands(&app, "local"), (true, false, true, true));
        assert_eq!(stands(&app, "pageless"), (true, true, false, false));
        assert_eq!(stands(&app, "elsewhere"), (true, true, false, false));
        assert_eq!(stands(&app, "headless"), (true, false, false, false));
        let hidden = app.query(ONE, json!({ "path": "/notes/unlisted/" }));
        assert_eq!(hidden.at("/article/tags"), &json!([{ "name": "x" }]));
        assert_eq!(hidden.at("/article/next"), &Value::Null);
        assert_eq!(hidden.at("/article/body/markdown"), &json!("Words of unlisted.\n"));
        // In another spelling as well.
        let route = |path: &str| app.query("query($path: String!) { route(path: $path) { ... on Redirect { target } } }", json!({ "path": path })).at("/route").clone();
        assert_eq!(route("/Notes/Unlisted/"), json!({ "target": "/notes/unlisted/" }));
        assert_eq!(route("/Notes/Headless/"), Value::Null);
    }

    fn editors_see_all_and_what_they_say_is_what_lists_have(app) {
        import(&app);
        let editor = app.as_role(Role::Editor);
        let all = editor.ask("{ articles(view: WORKING) { totalCount } }", Value::Null);
        assert_eq!(all.at("/articles/totalCount"), &json!(8));
        let change = |name: &str, params: Value| {
            let article = editor.ask("query($path: String!) { article(by: { path: $path }, view: WORKING) { id version } }",
                json!({ "path": format!("/notes/{name}/") }));
            let (id, version) = (article.at("/article/id").clone(), article.at("/article/version").clone());
            let _ = editor.ask("mutation($id: ID!, $version: Int!, $params: Json!) {
                updateArticle(id: $id, expectedVersion: $version, input: { params: $params }) { userErrors { message } } }",
                json!({ "id": id, "version": version, "params": params })).accepted("updateArticle");
            let _ = editor.ask("mutation($id: ID!) { publishArticle(id: $id) { article { status publishedAt } userErrors { message } } }",
                json!({ "id": id })).accepted("publishArticle");
        };
        let lists = || {
            let answer = app.query("{ articles { nodes { title publishedAt status } } tag: route(path: \"/tags/x/\") { ... on Tag { articleCount } } }", Value::Null);
            (titles(answer.at("/articles/nodes")), answer.at("/tag/articleCount").clone())
        };
        assert_eq!(lists(), ("unsure elsewhere pageless plain".to_owned(), json!(3)));
        change("unlisted", json!({}));
        assert_eq!(lists(), ("unsure elsewhere pageless unlisted plain".to_owned(), json!(4)));
        change("plain", json!({ "build": { "list": "never" } }));
        assert_eq!(lists(), ("unsure elsewhere pageless unlisted".to_owned(), json!(3)));
        assert_eq!(stands(&app, "plain"), (true, false, true, true));
        change("plain", json!({ "headless": true }));
        assert_eq!(stands(&app, "plain"), (true, false, false, false));
        // It was published when its date says, and stays so.
        let plain = app.query("{ article(by: { path: \"/notes/plain/\" }) { status publishedAt } }", Value::Null);
        assert_eq!(plain.at("/article"), &json!({ "status": "PUBLISHED", "publishedAt": "2025-03-01T08:00:00Z" }));
    }

    fn a_section_may_be_unlisted_or_have_no_page(app) {
        let section = |name: &str, says: &str| {
            (format!("content/{name}/_index.md"), format!("---\ntitle: {name}\n{says}\n---\n"))
        };
        let page = |path: &str| (format!("content/{path}.md"), "---\ntitle: P\n---\n".to_owned());
        let files = [
            section("open", ""), page("open/p"),
            section("open/inner", "build: {list: never}"), section("open/other", ""),
            section("pageless", "build: {render: never}"), page("pageless/p"),
            section("unlisted", "build: {list: never}"), page("unlisted/p"),
            section("headless", "headless: true\ncascade: {build: {list: local, render: never}}"), page("headless/p"),
        ];
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        assert_eq!(app.import_files(&files).failures, []);
        let answer = app.query("{ sections { title sections { title } } articles { nodes { path } } }", Value::Null);
        assert_eq!(titles(answer.at("/sections")), "open pageless");
        assert_eq!(titles(answer.at("/sections/0/sections")), "open/other");
        let mut paths = answer.each("/articles/nodes", "path");
        paths.sort();
        assert_eq!(paths, ["/open/p/", "/pageless/p/", "/unlisted/p/"]);
        let map = app.fetch("/sitemap.xml", &[]).body;
        for (path, led, on_map) in [("/open/", true, true), ("/pageless/", false, false), ("/unlisted/", true, false),
            ("/headless/", false, false), ("/open/inner/", true, false), ("/open/other/", true, true)] {
            let route = app.query("query($path: String!) { route(path: $path) { __typename } }", json!({ "path": path }));
            assert_eq!(route.0.pointer("/route/__typename").is_some(), led, "{path}");
            assert_eq!(map.contains(&format!("{path}</loc>")), on_map, "{path} in {map}");
        }
        let editor = app.as_role(Role::Editor);
        let all = editor.ask("{ sections(view: WORKING) { title } }", Value::Null);
        assert_eq!(titles(all.at("/sections")), "headless open pageless unlisted");
    }

    fn what_is_not_listed_waits_for_its_time_as_well(app) {
        let page = "---\ntitle: later\ndate: 2030-01-02T00:00:00Z\nexpiryDate: 2030-01-03T00:00:00Z\nbuild: {list: never}\n---\n";
        assert_eq!(app.import_files(&[("content/notes/later.md", page)]).failures, []);
        let seen = || stands(&app, "later").0;
        assert!(!seen());
        for (day, expected) in [("2030-01-01T23:59:59Z", false), ("2030-01-02T00:00:01Z", true), ("2030-01-03T00:00:01Z", false)] {
            let time = chrono::DateTime::parse_from_rfc3339(day).expect("a date");
            app.set_clock(time.timestamp_micros());
            assert_eq!(seen(), expected, "{day}");
        }
    }
}

/// What Hugo lists, shows in its menu and maps of the same site.
#[test]
fn hugo_lists_the_same() {
    let Some(hugo) = tool("hugo") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut pages = pages();
    // Today's Hugo knows the old key no more.
    pages.retain(|(path, _)| !path.ends_with("/old.md"));
    let files: Vec<_> = pages.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    write_files(folder.path(), &files);
    let layout = "{{ range .Site.RegularPages.ByDate.Reverse }}{{ .Title }} {{ end }}|\
        {{ range .Site.Menus.main }}{{ .Name }} {{ end }}|\
        {{ range (.GetPage \"/tags/x\").RegularPages.ByDate.Reverse }}{{ .Title }} {{ end }}";
    write_files(folder.path(), &[("layouts/home.html", layout), ("layouts/all.html", "x")]);
    let _ = output(Command::new(hugo).arg("-s").arg(folder.path()).arg("--quiet"));
    let read = |name: &str| {
        std::fs::read_to_string(folder.path().join("public").join(name)).expect("what Hugo wrote")
    };
    let home = read("index.html");
    let lists: Vec<_> = home.split('|').collect();
    assert_eq!(lists[0], "unsure elsewhere pageless plain ");
    // Its own terms list what is local to them.
    assert_eq!(lists[2], "unsure elsewhere local plain ");
    let mut items: Vec<_> = lists[1].split_whitespace().collect();
    items.sort_unstable();
    assert_eq!(items.join(" "), "elsewhere pageless plain unsure");
    let map = read("sitemap.xml");
    for (name, on_map) in
        [("plain", true), ("elsewhere", true), ("pageless", false), ("local", false)]
    {
        assert_eq!(map.contains(&format!("/notes/{name}/")), on_map, "{name}");
    }
    assert!(folder.path().join("public/notes/unlisted/index.html").exists());
    assert!(!folder.path().join("public/notes/pageless").exists());
}
