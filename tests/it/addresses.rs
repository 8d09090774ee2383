//! What lives at an address, what leads elsewhere, and what moves.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Client, TestApp, on_both};

const CONFIG: &str = "baseURL = 'https://example.org/'
defaultContentLanguage = 'zh-cn'
[languages.zh-cn]
weight = 1
[languages.en]
weight = 2
";

const ROUTE: &str = "query($path: String!, $fallback: Boolean! = false, $size: Int! = 10) {
  route(path: $path, fallback: $fallback, pageSize: $size) {
    __typename
    ... on Article { path fallbackFor { tag } language { tag } }
    ... on Section { name path language { tag } }
    ... on Tag { slug } ... on Category { slug }
    ... on Redirect { target permanent }
    ... on ListPage { number totalPages totalCount path previousPath nextPath articles { title }
      list { __typename ... on Section { name } ... on Tag { slug } } }
  }
}";

fn route(app: &TestApp, path: &str) -> Value {
    app.query(ROUTE, json!({ "path": path })).at("/route").clone()
}

fn redirect(target: &str) -> Value {
    json!({"__typename": "Redirect", "target": target, "permanent": true})
}

fn create(editor: &Client, input: &Value) -> Value {
    let made = editor.ask(
        "mutation($input: CreateArticleInput!) { createArticle(input: $input) {
            article { id } userErrors { message } } }",
        json!({ "input": input }),
    );
    made.accepted("createArticle").at("/createArticle/article/id").clone()
}

fn publish(editor: &Client, id: &Value) {
    let document = "mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }";
    let _ = editor.ask(document, json!({ "id": id })).accepted("publishArticle");
}

/// `ok`, or the code of the mistake.
fn lead(editor: &Client, path: &str, target: &str) -> String {
    let made = editor.ask(
        "mutation($input: CreateRedirectInput!) { createRedirect(input: $input) {
            redirect { path } userErrors { code } } }",
        json!({ "input": { "path": path, "target": target } }),
    );
    let code = made.at("/createRedirect/userErrors").get(0).map(|error| error["code"].clone());
    code.map_or("ok".to_owned(), |code| code.as_str().unwrap_or_default().to_owned())
}

fn targets(editor: &Client) -> Vec<(String, Value)> {
    let found = editor.ask("{ redirects { nodes { path target } } }", Value::Null);
    let nodes = found.at("/redirects/nodes").as_array().expect("nodes").clone();
    nodes
        .iter()
        .map(|node| (node["path"].as_str().unwrap_or_default().to_owned(), node["target"].clone()))
        .collect()
}

fn moved(app: &TestApp, client: &Client, patterns: &Value, field: &str) -> Value {
    let _ = app;
    let (kind, inner) = match field {
        "preview" => ("query", "permalinksPreview(input: $input) { preview"),
        _ => ("mutation", "updatePermalinks(input: $input) { done"),
    };
    let document = format!(
        "{kind}($input: PermalinksInput!) {{ {inner} {{
        movedCount keptCount moves {{ title from to published }} conflicts {{ path titles }} }}
        userErrors {{ field code message }} }} }}"
    );
    let answer = client.ask(&document, json!({ "input": { "patterns": patterns } }));
    let name = if field == "preview" { "/permalinksPreview" } else { "/updatePermalinks" };
    answer.at(name).clone()
}

on_both! {
    fn a_path_in_another_spelling_leads_to_the_right_one(app) {
        let files = [
            ("hugo.toml", CONFIG),
            ("content/news/one.md", "---\ntitle: One\ndate: 2026-01-01\ntags: [a b]\n---\nx\n"),
            ("content/news/two.md", "---\ntitle: Two\nurl: /Über/Fluß/\ndate: 2026-01-01\n---\nx\n"),
            ("content/page.md", "---\ntitle: Page\nurl: /old/a.html\ndate: 2026-01-01\n---\nx\n"),
        ];
        assert_eq!(app.import_files(&files).failures, []);
        for path in ["/news/one/", "/news/one", "news/one", "/news/one?x=1#y", "/n%65ws/one/"] {
            assert_eq!(route(&app, path)["path"], "/news/one/", "{path}");
        }
        for (path, target) in [
            ("/News/ONE/", "/news/one/"),
            ("/news//one//", "/news/one/"),
            ("/news/one/index.html", "/news/one/"),
            ("/%C3%BCber/fluss/", ""),
            ("/%C3%9CBER/FLU%C3%9F/", "/%C3%9Cber/Flu%C3%9F/"),
            ("/OLD/a.HTML", "/old/a.html"),
            ("/Tags/A-B/", "/tags/a-b/"),
            ("/NEWS/", "/news/"),
            ("/index.html", "/"),
            ("/nothing/", ""),
        ] {
            let expected = if target.is_empty() { Value::Null } else { redirect(target) };
            assert_eq!(route(&app, path), expected, "{path}");
        }
        let home = route(&app, "/en/");
        assert_eq!((&home["__typename"], &home["name"]), (&json!("Section"), &json!("")));
    }

    fn pages_of_lists_are_numbered_as_in_hugo(app) {
        let editor = app.as_role(Role::Editor);
        for n in 0..5 {
            let id = create(&editor, &json!({"title": format!("N{n}"), "section": "news", "tags": ["t"],
                "date": format!("2026-01-0{}T00:00:00Z", n + 1)}));
            publish(&editor, &id);
        }
        let page = |path: &str| app.query(ROUTE, json!({"path": path, "size": 2})).at("/route").clone();
        assert_eq!(page("/news/page/2/"), json!({"__typename": "ListPage", "number": 2, "totalPages": 3, "totalCount": 5,
            "path": "/news/page/2/", "previousPath": "/news/", "nextPath": "/news/page/3/",
            "articles": [{"title": "N2"}, {"title": "N1"}], "list": {"__typename": "Section", "name": "news"}}));
        let last = page("/tags/t/page/3");
        assert_eq!((&last["articles"], &last["nextPath"], &last["list"]["slug"]), (&json!([{"title": "N0"}]), &Value::Null, &json!("t")));
        assert_eq!(page("/page/3/")["list"]["name"], "");
        assert_eq!(page("/news/page/1/"), redirect("/news/"));
        for none in ["/news/page/4/", "/news/page/0/", "/nothing/page/2/", "/news/page/x/", "/tags/none/page/2/"] {
            assert_eq!(page(none), Value::Null, "{none}");
        }
        let refused = app.nobody().code(ROUTE, json!({"path": "/news/page/2/", "size": 0}));
        assert_eq!(refused, "BAD_USER_INPUT");
        let (_, statements) = app.statements(|| page("/news/page/2/"));
        // The article that is not there, site and languages, tag and category are not
        // asked; the redirect, the section's page, its articles; the count, the page.
        assert!(statements.len() <= 10, "{}", statements.join("\n"));
    }

    fn another_language_stands_in_where_it_is_asked_to(app) {
        let files = [
            ("hugo.toml", CONFIG),
            ("content/news/_index.md", "---\ntitle: 新闻\n---\n"),
            ("content/news/a.md", "---\ntitle: 甲\ndate: 2026-01-01\n---\nx\n"),
        ];
        assert_eq!(app.import_files(&files).failures, []);
        assert_eq!(route(&app, "/en/news/a/"), Value::Null);
        let with = |path: &str| app.query(ROUTE, json!({"path": path, "fallback": true})).at("/route").clone();
        assert_eq!(with("/en/news/a/"), json!({"__typename": "Article", "path": "/news/a/",
            "fallbackFor": {"tag": "en"}, "language": {"tag": "zh-CN"}}));
        assert_eq!(with("/en/news/")["language"]["tag"], "zh-CN");
        assert_eq!(with("/news/a/")["fallbackFor"], Value::Null);
        assert_eq!(with("/en/nothing/"), Value::Null);
    }

    fn chains_are_folded_in_whichever_order_they_are_made(app) {
        let editor = app.as_role(Role::Editor);
        assert_eq!(lead(&editor, "/a/", "/b/"), "ok");
        assert_eq!(lead(&editor, "/b/", "/c/"), "ok");
        assert_eq!(lead(&editor, "/z/", "/a/"), "ok");
        let c = json!("/c/");
        assert_eq!(targets(&editor), [("/a/".to_owned(), c.clone()), ("/b/".to_owned(), c.clone()), ("/z/".to_owned(), c)]);
        // What comes to live at the end takes them over, and takes them along.
        let id = create(&editor, &json!({"title": "C", "slug": "c"}));
        publish(&editor, &id);
        let renamed = |slug: &str, version: i32| {
            let _ = editor.ask("mutation($id: ID!, $v: Int!, $slug: String!) {
                updateArticle(id: $id, expectedVersion: $v, input: { slug: $slug }) { userErrors { message } } }",
                json!({"id": id, "v": version, "slug": slug})).accepted("updateArticle");
            publish(&editor, &id);
        };
        renamed("d", 1);
        assert!(targets(&editor).iter().all(|(_, target)| target == "/d/"), "{:?}", targets(&editor));
        assert_eq!(route(&app, "/a/"), redirect("/d/"));
        renamed("e", 2);
        assert_eq!(route(&app, "/z/"), redirect("/e/"));
        assert_eq!(route(&app, "/d/"), redirect("/e/"));
        // Back where it was: nothing leads away from there.
        renamed("c", 3);
        assert_eq!(route(&app, "/c/")["path"], "/c/");
        assert_eq!(route(&app, "/e/"), redirect("/c/"));
    }

    fn loops_and_nonsense_are_refused(app) {
        let editor = app.as_role(Role::Editor);
        let id = create(&editor, &json!({"title": "A", "slug": "a", "tags": ["t"]}));
        publish(&editor, &id);
        assert_eq!(lead(&editor, "/x/", "/y/"), "ok");
        for (path, target, code) in [
            ("/x/", "/z/", "TAKEN"),
            ("/a/", "/z/", "TAKEN"),
            ("/tags/t/", "/z/", "TAKEN"),
            ("/y/", "/y/", "INVALID"),
            ("/y/", "/y/?x=1", "INVALID"),
            ("/y/", "/x/", "INVALID"),
            ("/y", "x", "INVALID"),
            ("/y/", "http://127.0.0.1:8080/x/", "INVALID"),
            ("y/", "/z/", "INVALID"),
            ("//y/", "/z/", "INVALID"),
            ("/y/#a", "/z/", "INVALID"),
            ("/?p=12", "/?p=12", "INVALID"),
            ("/y/", "javascript:alert(1)", "INVALID"),
            ("/y/", "//evil.example/", "INVALID"),
            ("/y/", "", "INVALID"),
        ] {
            assert_eq!(lead(&editor, path, target), code, "{path} → {target}");
        }
        assert_eq!(lead(&editor, "/p/", "/q/?x"), "ok");
        assert_eq!(lead(&editor, "/q/", "/r/"), "ok");
        assert_eq!(lead(&editor, "/r/", "/p/"), "INVALID");
        assert_eq!(targets(&editor).len(), 3);
    }

    fn redirects_are_listed_changed_and_deleted(app) {
        let editor = app.as_role(Role::Editor);
        let id = create(&editor, &json!({"title": "A", "slug": "a", "tags": ["t"]}));
        publish(&editor, &id);
        for (path, target) in [("/1/", "/a"), ("/2/", "/tags/t/"), ("/3/", "https://e.org/?q=1"), ("/4%20/", "/x/#y")] {
            assert_eq!(lead(&editor, path, target), "ok", "{path}");
        }
        let page = editor.ask("{ redirects(first: 2, search: \"/\") { totalCount nodes { path target follows permanent }
            pageInfo { endCursor hasNextPage } } }", Value::Null);
        assert_eq!(page.number("/redirects/totalCount"), 4);
        assert_eq!(page.at("/redirects/nodes"), &json!([
            {"path": "/1/", "target": "/a/", "follows": "ARTICLE", "permanent": true},
            {"path": "/2/", "target": "/tags/t/", "follows": "TERM", "permanent": true}]));
        let next = editor.ask("query($after: String!) { redirects(after: $after) { nodes { path target follows } } }",
            json!({"after": page.at("/redirects/pageInfo/endCursor")}));
        assert_eq!(next.at("/redirects/nodes"), &json!([
            {"path": "/3/", "target": "https://e.org/?q=1", "follows": null},
            {"path": "/4%20/", "target": "/x/#y", "follows": null}]));
        assert_eq!(route(&app, "/3/"), redirect("https://e.org/?q=1"));
        // One under a query is found before what lives at the path.
        assert_eq!(lead(&editor, "/?p=11", "/a/"), "ok");
        assert_eq!(route(&app, "/?p=11"), redirect("/a/"));
        assert_eq!(route(&app, "/?p=12")["__typename"], "Section");
        let gone = editor.ask("mutation { deleteRedirect(path: \"/?p=11\") { deletedPath userErrors { code } } }", Value::Null);
        assert_eq!(gone.text("/deleteRedirect/deletedPath"), "/?p=11");
        let changed = editor.ask("mutation { updateRedirect(path: \"/3/\", input: { permanent: false }) {
            redirect { target permanent } userErrors { code } } }", Value::Null);
        assert_eq!(changed.at("/updateRedirect/redirect"), &json!({"target": "https://e.org/?q=1", "permanent": false}));
        let _ = editor.ask("mutation { updateRedirect(path: \"/3/\", input: { target: \"/a/\" }) { userErrors { code } } }", Value::Null)
            .accepted("updateRedirect");
        assert_eq!(route(&app, "/3/"), json!({"__typename": "Redirect", "target": "/a/", "permanent": false}));
        let gone = editor.ask("mutation { deleteRedirect(path: \"/4%20/\") { deletedPath userErrors { code } } }", Value::Null);
        assert_eq!(gone.text("/deleteRedirect/deletedPath"), "/4%20/");
        assert_eq!(route(&app, "/4%20/"), Value::Null);
        let again = editor.ask("mutation { deleteRedirect(path: \"/4%20/\") { userErrors { code } } }", Value::Null);
        assert_eq!(again.at("/deleteRedirect/userErrors/0/code"), "NOT_FOUND");
        // What follows an article that nobody may read leads nowhere.
        let _ = editor.ask("mutation($id: ID!) { unpublishArticle(id: $id) { userErrors { code } } }", json!({"id": id}));
        assert_eq!(route(&app, "/1/"), Value::Null);
        assert!(app.events().iter().any(|event| event.kind == "redirect.deleted"));
    }

    fn patterns_move_articles_and_leave_redirects(app) {
        let admin = app.as_role(Role::Admin);
        let article = |title: &str, date: &str| create(&admin, &json!({"title": title, "section": "news",
            "date": format!("{date}T00:00:00Z")}));
        let (first, second) = (article("First", "2025-03-04"), article("Second", "2026-05-06"));
        publish(&admin, &first);
        let elsewhere = create(&admin, &json!({"title": "Else", "section": "blog"}));
        publish(&admin, &elsewhere);
        let patterns = json!([{"section": "news", "pattern": "/:year/:month/:slug/"}]);
        let shown = moved(&app, &admin, &patterns, "preview");
        assert_eq!(shown["preview"], json!({"movedCount": 2, "keptCount": 0, "conflicts": [], "moves": [
            {"title": "First", "from": "/news/first/", "to": "/2025/03/first/", "published": true},
            {"title": "Second", "from": "/news/second/", "to": "/2026/05/second/", "published": false}]}));
        assert_eq!(route(&app, "/news/first/")["path"], "/news/first/");
        let done = moved(&app, &admin, &patterns, "done");
        assert_eq!(done["done"], shown["preview"]);
        assert_eq!(route(&app, "/2025/03/first/")["path"], "/2025/03/first/");
        assert_eq!(route(&app, "/news/first/"), redirect("/2025/03/first/"));
        assert_eq!(route(&app, "/blog/else/")["path"], "/blog/else/");
        let moves: Vec<_> = app.events().into_iter().filter(|event| event.kind == "article.moved").collect();
        assert_eq!((moves.len(), moves[0].data.0["path"].clone()), (2, json!("/2025/03/first/")));
        // What is made and published afterwards follows the pattern.
        publish(&admin, &second);
        assert_eq!(route(&app, "/2026/05/second/")["path"], "/2026/05/second/");
        assert_eq!(route(&app, "/news/second/"), Value::Null);
        let rules = app.query("{ permalinks { section pattern kind } }", Value::Null);
        assert_eq!(rules.at("/permalinks"), &json!([{"section": "news", "pattern": "/:year/:month/:slug/", "kind": "page"}]));
        // And back: no redirect leads from where something lives.
        let back = moved(&app, &admin, &json!([]), "done");
        assert_eq!(back["done"]["movedCount"], 2);
        assert_eq!(route(&app, "/news/first/")["path"], "/news/first/");
        assert_eq!(route(&app, "/2025/03/first/"), redirect("/news/first/"));
    }

    fn patterns_that_cannot_be_are_refused(app) {
        let admin = app.as_role(Role::Admin);
        for slug in ["a", "b"] {
            let id = create(&admin, &json!({"title": slug, "section": "news", "date": "2026-01-01T00:00:00Z"}));
            publish(&admin, &id);
        }
        let clash = json!([{"section": "news", "pattern": "/:year/"}]);
        let shown = moved(&app, &admin, &clash, "preview");
        assert_eq!(shown["preview"]["conflicts"], json!([{"path": "/2026/", "titles": ["a", "b"]}]));
        let refused = moved(&app, &admin, &clash, "done");
        assert_eq!((&refused["done"], &refused["userErrors"][0]["code"]), (&Value::Null, &json!("TAKEN")));
        assert_eq!(route(&app, "/news/a/")["path"], "/news/a/");
        for (patterns, field) in [
            (json!([{"section": "news", "pattern": "/:nothing/"}]), "pattern"),
            (json!([{"section": "news", "pattern": "x"}]), "pattern"),
            (json!([{"section": "n*", "pattern": "/:slug/"}]), "section"),
            (json!([{"section": "", "pattern": "/a/:slug/"}, {"section": "/", "pattern": "/b/:slug/"}]), "section"),
        ] {
            let refused = moved(&app, &admin, &patterns, "preview");
            assert_eq!(refused["userErrors"][0]["field"].as_array().and_then(|path| path.last().cloned()), Some(json!(field)), "{refused}");
        }
    }

    fn articles_may_change_places(app) {
        let admin = app.as_role(Role::Admin);
        for (title, slug) in [("b", "a"), ("a", "b")] {
            let id = create(&admin, &json!({"title": title, "slug": slug}));
            publish(&admin, &id);
        }
        let at = |path: &str| app.query("query($p: String!) { article(by: { path: $p }) { title } }", json!({"p": path})).text("/article/title");
        assert_eq!((at("/a/"), at("/b/")), ("b".to_owned(), "a".to_owned()));
        let done = moved(&app, &admin, &json!([{"section": "", "pattern": "/:title/"}]), "done");
        assert_eq!(done["done"]["movedCount"], 2);
        assert_eq!((at("/a/"), at("/b/")), ("a".to_owned(), "b".to_owned()));
        assert_eq!(targets(&admin), []);
    }
}
