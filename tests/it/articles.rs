//! What editors set is what readers get, in every field and every state.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Answer, Client, START, TestApp, on_both};

const MINUTE: i64 = tests::HOUR / 60;

const CREATE: &str = "mutation($input: CreateArticleInput!) { createArticle(input: $input) {
    article { id version path status } userErrors { field code message } } }";
const UPDATE: &str = "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
    updateArticle(id: $id, expectedVersion: $version, input: $input) {
        article { version path } conflict { currentVersion } userErrors { field code } } }";

/// Everything of an article that an input sets, under the input's names.
const READ: &str = "query($id: ID!, $view: View!) { article(by: { id: $id }, view: $view) {
    title section slug path linkTitle summary lead description date lastModified publishedAt expiresAt
    weight thumbnail { url alt } authors { name url } tags { name } categories { name }
    source { name url } canonicalUrl aliases comments authorbox pager toc mathjax sidebar
    widgets { kind title settings } params language { tag } body { markdown } status version } }";

fn create(editor: &Client, input: &Value) -> Value {
    editor
        .ask(CREATE, json!({ "input": input }))
        .accepted("createArticle")
        .at("/createArticle/article/id")
        .clone()
}

fn refused(answer: &Answer, mutation: &str) -> (String, String) {
    let path = format!("/{mutation}/userErrors/0");
    let field = answer.at(&format!("{path}/field")).as_array().cloned().unwrap_or_default();
    let field: Vec<_> = field.iter().filter_map(Value::as_str).collect();
    (field.join("."), answer.text(&format!("{path}/code")))
}

/// Runs a mutation that takes an id alone; says the code of what was refused.
fn act(client: &Client, mutation: &str, id: &Value) -> Option<String> {
    let document =
        format!("mutation($id: ID!) {{ {mutation}(id: $id) {{ userErrors {{ code }} }} }}");
    let answer = client.ask(&document, json!({ "id": id }));
    answer.0[mutation]["userErrors"][0]["code"].as_str().map(str::to_owned)
}

fn read(client: &Client, id: &Value, view: &str) -> Value {
    client.ask(READ, json!({"id": id, "view": view})).at("/article").clone()
}

fn update(client: &Client, id: &Value, version: i64, input: &Value) -> Answer {
    client.ask(UPDATE, json!({"id": id, "version": version, "input": input}))
}

/// What lives at an address: `article`, `redirect …` or `nothing`.
fn route(app: &TestApp, path: &str) -> String {
    let answer = app.query(
        "query($path: String!) { route(path: $path) { __typename ... on Redirect { target } } }",
        json!({ "path": path }),
    );
    let found = answer.at("/route");
    match (found["__typename"].as_str(), found["target"].as_str()) {
        (_, Some(target)) => format!("redirect {target}"),
        (Some(kind), None) => kind.to_lowercase(),
        (None, None) => "nothing".to_owned(),
    }
}

/// Every field of an input, and what is read of it where that is not the same.
fn fields() -> Vec<(&'static str, Value, Value)> {
    let same = |field: &'static str, value: Value| (field, value.clone(), value);
    let names = |names: &[&str]| {
        json!(names.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>())
    };
    vec![
        same("title", json!("标题 “quoted” & <b>")),
        ("body", json!("# One\r\n\r\ntext"), json!({"markdown": "# One\r\n\r\ntext"})),
        same("linkTitle", json!("Short")),
        same("summary", json!("A summary")),
        same("lead", json!("A lead")),
        same("description", json!("A description")),
        same("date", json!("2025-02-12T10:54:29+08:00")),
        same("lastModified", json!("2025-02-13T10:54:29+08:00")),
        same("weight", json!(-7)),
        (
            "thumbnail",
            json!({"url": "img/a.png", "alt": "A"}),
            json!({"url": "http://127.0.0.1:8080/img/a.png", "alt": "A"}),
        ),
        same(
            "authors",
            json!([{"name": "Ann", "url": "https://example.org/ann"}, {"name": "Bob", "url": null}]),
        ),
        ("tags", json!(["B tag", "a tag", "B Tag"]), names(&["B tag", "a tag"])),
        ("categories", json!(["News"]), names(&["News"])),
        same("source", json!({"name": "Wire", "url": "https://wire.example/1"})),
        same("canonicalUrl", json!("https://example.org/original")),
        ("aliases", json!(["/old/", "older"]), json!(["/old/", "/older/"])),
        same("comments", json!(false)),
        same("authorbox", json!(true)),
        same("pager", json!(true)),
        same("toc", json!(true)),
        same("mathjax", json!(true)),
        same("sidebar", json!("LEFT")),
        (
            "widgets",
            json!([{"name": "weather", "settings": {"city": "杭州"}}, {"name": "search"}]),
            json!([{"kind": "CUSTOM", "title": "weather", "settings": {"city": "杭州"}},
                   {"kind": "SEARCH", "title": "Search", "settings": null}]),
        ),
        same("params", json!({"z": 1, "a": {"deep": [1, 2.5, "x", null, true]}})),
    ]
}

on_both! {
    fn every_field_that_is_set_is_read_back(app) {
        let editor = app.as_role(Role::Editor);
        let mut input = json!({"section": "news/local", "slug": "the-slug"});
        for (field, value, _) in fields() {
            input[field] = value;
        }
        let id = create(&editor, &input);
        for view in ["WORKING", "PUBLISHED"] {
            if view == "PUBLISHED" {
                assert_eq!(act(&editor, "publishArticle", &id), None);
            }
            let article = read(&editor, &id, view);
            for (field, _, expected) in fields() {
                assert_eq!(article[field], expected, "{field} in {view}");
            }
            assert_eq!((&article["section"], &article["slug"], &article["path"]),
                (&json!("news"), &json!("the-slug"), &json!("/news/local/the-slug/")));
            // The keys of parameters stay in the order in which they were given.
            assert_eq!(article["params"].to_string(), fields().last().expect("fields").1.to_string());
        }
    }

    fn an_update_sets_what_is_given_and_leaves_the_rest(app) {
        let editor = app.as_role(Role::Editor);
        let id = create(&editor, &json!({"title": "T", "section": "s", "date": "2025-01-01T00:00:00Z"}));
        let mut version = 1;
        let bare = read(&editor, &id, "WORKING");
        for (field, value, expected) in fields() {
            let before = read(&editor, &id, "WORKING");
            let _ = update(&editor, &id, version, &json!({ field: value })).accepted("updateArticle");
            version += 1;
            let mut wanted = before.clone();
            wanted[field] = expected;
            let mut after = read(&editor, &id, "WORKING");
            for follows in ["version", "lastModified", "summary", "linkTitle"] {
                if follows != field {
                    wanted[follows] = after[follows].take();
                }
            }
            for follows in ["version", "lastModified", "summary", "linkTitle"] {
                if follows != field {
                    wanted[follows] = Value::Null;
                }
            }
            assert_eq!(after, wanted, "{field}");
        }
        // Null takes away what may be absent: back to what it was.
        for field in ["linkTitle", "lead", "description", "thumbnail", "source", "canonicalUrl", "comments",
            "authorbox", "pager", "toc", "mathjax", "sidebar", "widgets"] {
            let _ = update(&editor, &id, version, &json!({ field: null })).accepted("updateArticle");
            version += 1;
            let after = read(&editor, &id, "WORKING");
            let expected = if field == "linkTitle" { &after["title"] } else { &bare[field] };
            assert_eq!(&after[field], expected, "{field}");
        }
        for (field, empty) in [("tags", json!([])), ("categories", json!([])), ("authors", json!([])),
            ("aliases", json!([])), ("params", json!({}))] {
            let _ = update(&editor, &id, version, &json!({ field: empty })).accepted("updateArticle");
            version += 1;
            assert_eq!(read(&editor, &id, "WORKING")[field], empty, "{field}");
        }
    }

    fn what_cannot_be_is_refused_by_field(app) {
        let editor = app.as_role(Role::Editor);
        for (input, field, code) in [
            (json!({"title": ""}), "input.title", "REQUIRED"),
            (json!({"title": "t", "slug": "a/b"}), "input.slug", "INVALID"),
            (json!({"title": "t", "slug": " "}), "input.slug", "INVALID"),
            (json!({"title": "t", "section": "../x"}), "input.section", "INVALID"),
            (json!({"title": "t", "language": "xx"}), "input.language", "INVALID"),
            (json!({"title": "t", "publishAt": "2026-02-01T00:00:00Z", "expireAt": "2026-01-01T00:00:00Z"}),
                "input.expireAt", "INVALID"),
            (json!({"title": "t", "tags": ["x".repeat(3000)]}), "input.tags", "INVALID"),
            (json!({"title": "t", "slug": "x".repeat(3000)}), "input.slug", "INVALID"),
            (json!({"title": "t", "translationKey": "x".repeat(3000)}), "input.translationKey", "INVALID"),
        ] {
            let answer = editor.ask(CREATE, json!({ "input": input }));
            assert_eq!(refused(&answer, "createArticle"), (field.to_owned(), code.to_owned()), "{input}");
        }
        let id = create(&editor, &json!({"title": "t"}));
        for (version, input, field, code) in [
            (9, json!({"title": "x"}), "expectedVersion", "INVALID"),
            (1, json!({"title": " "}), "input.title", "REQUIRED"),
            (1, json!({"slug": "a/b"}), "input.slug", "INVALID"),
        ] {
            let answer = update(&editor, &id, version, &input);
            assert_eq!(refused(&answer, "updateArticle"), (field.to_owned(), code.to_owned()), "{input}");
        }
        assert_eq!(read(&editor, &id, "WORKING")["version"], 1);
    }

    fn each_state_allows_what_makes_sense(app) {
        let editor = app.as_role(Role::Editor);
        let make = |state: &str| {
            let id = create(&editor, &json!({"title": state}));
            if state != "draft" {
                assert_eq!(act(&editor, "publishArticle", &id), None);
            }
            if state == "trashed" {
                assert_eq!(act(&editor, "trashArticle", &id), None);
            }
            id
        };
        for (state, mutation, expected) in [
            ("draft", "publishArticle", None),
            ("draft", "unpublishArticle", None),
            ("draft", "trashArticle", None),
            ("draft", "restoreArticle", Some("WRONG_STATE")),
            ("live", "publishArticle", None),
            ("live", "unpublishArticle", None),
            ("live", "trashArticle", None),
            ("live", "restoreArticle", Some("WRONG_STATE")),
            ("trashed", "publishArticle", Some("WRONG_STATE")),
            ("trashed", "unpublishArticle", Some("WRONG_STATE")),
            ("trashed", "trashArticle", None),
            ("trashed", "restoreArticle", None),
        ] {
            let id = make(state);
            assert_eq!(act(&editor, mutation, &id).as_deref(), expected, "{mutation} of {state}");
        }
        let trashed = make("trashed");
        let answer = update(&editor, &trashed, 1, &json!({"title": "x"}));
        assert_eq!(refused(&answer, "updateArticle").1, "WRONG_STATE");
        let nothing = json!("YQAAAAAAAAAAAAAAAAAAAAA");
        for mutation in ["publishArticle", "unpublishArticle", "trashArticle", "restoreArticle"] {
            assert_eq!(act(&editor, mutation, &nothing).as_deref(), Some("NOT_FOUND"), "{mutation}");
        }
    }

    fn a_revision_is_restored_only_into_its_own_article(app) {
        let editor = app.as_role(Role::Editor);
        let (one, other) = (create(&editor, &json!({"title": "one"})), create(&editor, &json!({"title": "other"})));
        let revision = |id: &Value| editor.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) {
            revisions { nodes { id } } } }", json!({ "id": id })).at("/article/revisions/nodes/0/id").clone();
        let restore = |id: &Value, revision: &Value| editor.ask("mutation($id: ID!, $revision: ID!) {
            restoreArticleRevision(id: $id, revisionId: $revision) { article { title } userErrors { field code } } }",
            json!({"id": id, "revision": revision}));
        let foreign = restore(&one, &revision(&other));
        assert_eq!(refused(&foreign, "restoreArticleRevision"), ("revisionId".to_owned(), "NOT_FOUND".to_owned()));
        let _ = restore(&one, &revision(&one)).accepted("restoreArticleRevision");
        assert_eq!(editor.code("mutation($id: ID!) { publishArticle(id: $id) { userErrors { code } } }",
            json!({ "id": revision(&one) })), "BAD_USER_INPUT", "an id of another kind");
    }

    fn a_restored_revision_brings_back_everything(app) {
        let editor = app.as_role(Role::Editor);
        let mut input = json!({"section": "news", "slug": "s"});
        for (field, value, _) in fields() {
            input[field] = value;
        }
        let id = create(&editor, &input);
        let before = read(&editor, &id, "WORKING");
        let revision = editor.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) {
            revisions { nodes { id message author { role } } } } }", json!({ "id": id }));
        let first = revision.at("/article/revisions/nodes/0/id").clone();
        let changed = json!({"title": "New", "body": "new", "tags": ["x"], "categories": [], "params": {}, "section": "else",
            "slug": "new", "widgets": null, "aliases": [], "authors": [], "date": null, "message": "Changed all"});
        let _ = update(&editor, &id, 1, &changed).accepted("updateArticle");
        let message = editor.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) {
            date revisions(first: 1) { totalCount nodes { message version } pageInfo { hasNextPage } } } }", json!({ "id": id }));
        assert_eq!(message.at("/article/revisions"), &json!({"totalCount": 2,
            "nodes": [{"message": "Changed all", "version": 2}], "pageInfo": {"hasNextPage": true}}));
        assert_eq!(message.at("/article/date"), &Value::Null);
        let _ = editor.ask("mutation($id: ID!, $revision: ID!) { restoreArticleRevision(id: $id, revisionId: $revision) {
            userErrors { code } } }", json!({"id": id, "revision": first})).accepted("restoreArticleRevision");
        let mut after = read(&editor, &id, "WORKING");
        assert_eq!(after["version"], 3);
        after["version"] = json!(1);
        assert_eq!(after, before);
    }

    fn an_address_that_was_left_leads_to_where_it_is_now(app) {
        let editor = app.as_role(Role::Editor);
        let id = create(&editor, &json!({"title": "A", "slug": "a", "aliases": ["/alias/"]}));
        assert_eq!((route(&app, "/a/"), route(&app, "/alias/")), ("nothing".to_owned(), "nothing".to_owned()));
        let move_to = |version: i64, slug: &str| {
            let _ = update(&editor, &id, version, &json!({ "slug": slug })).accepted("updateArticle");
            assert_eq!(act(&editor, "publishArticle", &id), None);
        };
        assert_eq!(act(&editor, "publishArticle", &id), None);
        assert_eq!((route(&app, "/a/").as_str(), route(&app, "/alias/").as_str()), ("article", "redirect /a/"));
        move_to(1, "b");
        move_to(2, "c");
        for old in ["/a/", "/b/", "/alias/"] {
            assert_eq!(route(&app, old), "redirect /c/", "{old} leads there in one step");
        }
        move_to(3, "a");
        assert_eq!((route(&app, "/a/").as_str(), route(&app, "/c/").as_str()), ("article", "redirect /a/"));
        // Another article may have an address that was left.
        let other = create(&editor, &json!({"title": "B", "slug": "b"}));
        assert_eq!(act(&editor, "publishArticle", &other), None);
        assert_eq!(route(&app, "/b/"), "article");
        assert_eq!(act(&editor, "trashArticle", &other), None);
        assert_eq!(route(&app, "/b/"), "nothing", "it is not the first one's any more");
        for (mutation, expected) in [("unpublishArticle", "nothing"), ("publishArticle", "redirect /a/"), ("trashArticle", "nothing")] {
            assert_eq!(act(&editor, mutation, &id), None);
            assert_eq!(route(&app, "/c/"), expected, "{mutation}");
        }
    }

    fn a_draft_that_moved_leaves_no_trace(app) {
        let editor = app.as_role(Role::Editor);
        let id = create(&editor, &json!({"title": "A", "slug": "a"}));
        let _ = update(&editor, &id, 1, &json!({"slug": "b"})).accepted("updateArticle");
        assert_eq!(act(&editor, "publishArticle", &id), None);
        assert_eq!(route(&app, "/a/"), "nothing");
    }

    fn translations_share_a_key_and_nothing_else(app) {
        let languages =
            "defaultContentLanguage = 'en'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n";
        let report = app.import_files(&[("hugo.toml", languages), ("content/news/_index.md", "")]);
        assert_eq!(report.failures, []);
        let editor = app.as_role(Role::Editor);
        let ids: Vec<_> = [("en", "Bridge"), ("de", "Brücke")].iter().map(|(language, title)| {
            let id = create(&editor, &json!({"title": title, "language": language, "section": "news", "translationKey": "bridge"}));
            assert_eq!(act(&editor, "publishArticle", &id), None);
            id
        }).collect();
        let _ = create(&editor, &json!({"title": "Elsewhere", "translationKey": "other"}));
        let ask = || app.query("query($id: ID!) { article(by: { id: $id }) { path translations { path language { tag } } } }",
            json!({ "id": ids[0] }));
        assert_eq!(ask().at("/article"), &json!({"path": "/news/bridge/",
            "translations": [{"path": "/de/news/br%C3%BCcke/", "language": {"tag": "de"}}]}));
        assert_eq!(act(&editor, "unpublishArticle", &ids[1]), None);
        assert_eq!(ask().at("/article/translations"), &json!([]));
    }

    fn publication_keeps_its_first_moment_and_ends_with_its_expiry(app) {
        let editor = app.as_role(Role::Editor);
        let id = create(&editor, &json!({"title": "A", "expireAt": "2026-11-01T00:05:00Z"}));
        assert_eq!(act(&editor, "publishArticle", &id), None);
        let first = read(&editor, &id, "PUBLISHED");
        assert_eq!((&first["publishedAt"], &first["expiresAt"]),
            (&json!("2026-11-01T00:00:00Z"), &json!("2026-11-01T00:05:00Z")));
        app.set_clock(START + MINUTE);
        let _ = update(&editor, &id, 1, &json!({"title": "B"})).accepted("updateArticle");
        assert_eq!(act(&editor, "publishArticle", &id), None);
        assert_eq!(read(&editor, &id, "PUBLISHED")["publishedAt"], "2026-11-01T00:00:00Z");
        app.set_clock(START + 5 * MINUTE - 1);
        assert_eq!(read(&app.nobody(), &id, "PUBLISHED")["status"], "PUBLISHED");
        app.set_clock(START + 5 * MINUTE);
        assert_eq!(read(&app.nobody(), &id, "PUBLISHED"), Value::Null);
        assert_eq!(read(&editor, &id, "WORKING")["status"], "EXPIRED");
        assert_eq!(act(&editor, "publishArticle", &id).as_deref(), Some("WRONG_STATE"));
        let _ = update(&editor, &id, 2, &json!({"expireAt": null})).accepted("updateArticle");
        assert_eq!(act(&editor, "publishArticle", &id), None);
        assert_eq!(read(&app.nobody(), &id, "PUBLISHED")["status"], "PUBLISHED");
    }
}
