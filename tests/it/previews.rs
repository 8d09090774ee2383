//! Previews: one working copy among what is published, and nothing else.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Answer, Backend, Client, HOUR, START, TestApp, on_both};

/// A word that only the drafts which are not previewed hold.
const SECRET: &str = "Zanzibar";

/// What an article leads to, in the working view.
const PAGE: &str = "query($path: String!) { article(by: { path: $path }, view: WORKING) {
    id title status version body { html plainText } path
    translations { title body { plainText } }
    previous { title } next { title } related(first: 10) { title body { plainText } }
    tags { name articleCount articles(first: 50) { totalCount nodes { title body { plainText } } } }
    categories { name children { name } }
    widgets { ... on RecentWidget { articles { title } } ... on TagListWidget { tags { name articleCount } }
      ... on SideMenuWidget { menu { items { name url } } } ... on CategoriesWidget { categories { name articleCount } } }
    site { menu(name: \"main\") { items { name } } } } }";

/// Ways to ask for more than that.
const MORE: &[&str] = &[
    "{ articles(first: 100, view: WORKING) { totalCount tagCounts { tag { name } count } categoryCounts { category { name } } nodes { title summary body { markdown } params } } }",
    "{ articles(first: 100, view: WORKING, filter: { status: [DRAFT] }) { nodes { title body { markdown } } } }",
    "{ articles(first: 100, view: WORKING, filter: { not: { title: { eq: \"x\" } } }, orderBy: { field: TITLE, direction: ASC }) { nodes { title } } }",
    "{ articles(first: 100, view: WORKING, filter: { title: { contains: \"anziba\" } }) { totalCount nodes { title } } }",
    "{ article(by: { path: \"/news/secret/\" }, view: WORKING) { title body { markdown } } }",
    "{ article(by: { path: \"/de/news/shown/\" }, view: WORKING) { title body { markdown } } }",
    "{ route(path: \"/news/secret/\", view: WORKING) { ... on Article { title } } }",
    "{ tags(first: 100, view: WORKING) { nodes { name articles { nodes { title } } } } }",
    "{ tag(by: { slug: \"zanzibar\" }, view: WORKING) { name } }",
    "{ categories(first: 100, view: WORKING) { nodes { name articles { nodes { title } } } } }",
    "{ widgets(page: HOME, view: WORKING) { ... on RecentWidget { articles { title } } ... on TagListWidget { tags { name } } } }",
    "{ site(view: WORKING) { menu(name: \"main\") { items { name } } } }",
    "{ articles(first: 100) { nodes { title } } }",
    "{ nodes(ids: [$secret], view: WORKING) { ... on Article { title } } }",
    "{ nodes(ids: [$secret], view: WORKING) { ... on Article { title body { markdown } } } }",
    "{ article(by: { id: $secret }, view: WORKING) { title } }",
];

/// Ways that are closed altogether.
const CLOSED: &[&str] = &[
    "{ articles(view: TRASH) { nodes { title } } }",
    "{ articles(view: ARCHIVE) { nodes { title } } }",
    "{ article(by: { id: $shown }, view: WORKING) { revisions { nodes { id } } } }",
    "{ article(by: { id: $shown }, view: WORKING) { discussion { text } } }",
    "{ article(by: { id: $shown }, view: WORKING) { review { state } } }",
    "{ scheduled { totalCount } }",
    "{ auditLog { totalCount } }",
    "{ apiTokens { name } }",
    "{ previews(article: $shown) { id } }",
    "mutation { createArticle(input: { title: \"x\" }) { userErrors { code } } }",
    "mutation { updateArticle(id: $shown, expectedVersion: 1, input: { title: \"x\" }) { userErrors { code } } }",
    "mutation { publishArticle(id: $shown) { userErrors { code } } }",
    "mutation { createPreview(article: $shown) { userErrors { code } } }",
    "mutation { createApiToken(input: { name: \"n\", scopes: [CONTENT_READ] }) { userErrors { code } } }",
    "mutation { createTag(input: { name: \"x\" }) { userErrors { code } } }",
];

fn site(app: &TestApp) {
    let secret = format!(
        "title: {SECRET} text\ntags: [shared, {SECRET}]\ncategories: [{SECRET}]\nmenu: main\ndraft: true\n---\n{SECRET}\n"
    );
    let report = app.import_files(&[
        ("hugo.toml", "defaultContentLanguage = 'en'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n\
          [params.sidebar]\nwidgets = ['recent', 'categories', 'taglist', 'sidemenu']\n"),
        ("content/news/shown.md", "---\ntitle: Shown\ndate: 2026-10-02\ntags: [shared, fresh]\nmenu: main\ndraft: true\n---\nNew text.\n"),
        ("content/news/shown.de.md", &format!("---\ndate: 2026-10-02\n{secret}")),
        ("content/news/secret.md", &format!("---\ndate: 2026-10-01\n{secret}")),
        ("content/news/live.md", "---\ntitle: Live\ndate: 2026-09-01\ntags: [shared]\n---\nOld.\n"),
    ]);
    assert_eq!((report.created, &report.failures[..]), (4, &[][..]));
}

fn id_of(editor: &Client, path: &str) -> String {
    editor
        .ask(
            "query($path: String!) { article(by: { path: $path }, view: WORKING) { id } }",
            json!({ "path": path }),
        )
        .text("/article/id")
}

fn preview(client: &Client, article: &str) -> Answer {
    client
        .ask(
            "mutation($id: ID!) { createPreview(article: $id, expiresIn: 7200) { token url preview { id expiresAt } userErrors { code } } }",
            json!({ "id": article }),
        )
        .accepted("createPreview")
}

on_both! {
    fn a_preview_reads_one_working_copy_among_what_is_published(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        let (shown, secret) = (id_of(&editor, "/news/shown/"), id_of(&editor, "/news/secret/"));
        // A save after the link was made is seen by it.
        let made = preview(&editor, &shown);
        let _ = editor.ask("mutation($id: ID!) { updateArticle(id: $id, expectedVersion: 1, input: { title: \"Shown again\" }) { userErrors { code } } }",
            json!({ "id": shown })).accepted("updateArticle");
        let holder = app.nobody().with_token(&made.text("/createPreview/token"));
        let page = holder.ask(PAGE, json!({ "path": "/news/shown/" }));
        assert_eq!(page.text("/article/title"), "Shown again");
        assert_eq!(page.text("/article/body/plainText"), "New text.");
        assert_eq!(page.each("/article/tags", "name"), ["shared", "fresh"]);
        assert_eq!(page.number("/article/tags/0/articleCount"), 2);
        assert_eq!(page.text("/article/previous/title"), "Live");
        assert_eq!(page.each("/article/related", "title"), ["Live"]);
        assert_eq!(page.each("/article/site/menu/items", "name"), ["Shown"]);
        assert!(!page.0.to_string().contains(SECRET), "{page:?}");
        for document in MORE {
            let document = document.replace("$secret", &format!("{secret:?}"));
            let answer = holder.run(&document, Value::Null, None).to_string();
            assert!(!answer.contains(SECRET), "{document}: {answer}");
            assert!(answer.starts_with("{\"data\""), "{document}: {answer}");
        }
        for document in CLOSED {
            let document = document.replace("$shown", &format!("{shown:?}"));
            assert_eq!(holder.code(&document, Value::Null), "FORBIDDEN", "{document}");
        }
        // Without the view, and for everybody else, nothing has changed.
        let public = "query($path: String!) { article(by: { path: $path }) { title } }";
        assert!(holder.ask(public, json!({ "path": "/news/shown/" })).at("/article").is_null());
        let list = holder.ask("{ articles(view: WORKING, orderBy: { field: TITLE, direction: ASC }) { nodes { title status } totalCount } }", Value::Null);
        assert_eq!(list.at("/articles/nodes"), &json!([{ "title": "Live", "status": "PUBLISHED" }, { "title": "Shown again", "status": "DRAFT" }]));
        assert_eq!(list.number("/articles/totalCount"), 2);
    }

    fn a_preview_ends(app) {
        site(&app);
        let (author, editor) = (app.as_role(Role::Author), app.as_role(Role::Editor));
        let view = "{ viewer { id } articles(view: WORKING) { totalCount } }";
        let shown = id_of(&editor, "/news/shown/");
        let made = preview(&editor, &shown);
        let token = made.text("/createPreview/token");
        let holder = app.nobody().with_token(&token);
        assert!(holder.ask(view, Value::Null).at("/viewer").is_null());
        let _ = editor.ask("mutation($id: ID!) { revokePreview(id: $id) { preview { revokedAt } userErrors { code } } }",
            json!({ "id": made.text("/createPreview/preview/id") })).accepted("revokePreview");
        assert!(holder.post(&json!({ "query": view })).body.contains("revoked"));
        let listed = editor.ask("query($id: ID!) { previews(article: $id) { id createdBy { name } revokedAt } }", json!({ "id": shown }));
        assert_eq!(listed.at("/previews").as_array().map(Vec::len), Some(1));
        // With its time.
        let second = app.nobody().with_token(&preview(&editor, &shown).text("/createPreview/token"));
        let _ = second.ask(view, Value::Null);
        // With the access of whoever made it.
        let own = author.ask("mutation { createArticle(input: { title: \"own\" }) { article { id } } }", Value::Null)
            .text("/createArticle/article/id");
        let third = app.nobody().with_token(&preview(&author, &own).text("/createPreview/token"));
        let _ = third.ask(view, Value::Null);
        app.sql("UPDATE article SET owner_id = NULL");
        assert_eq!(third.post(&json!({ "query": view })).status, 401);
        app.sql("UPDATE \"user\" SET active = FALSE WHERE role = 'EDITOR'");
        assert_eq!(second.post(&json!({ "query": view })).status, 401);
        app.sql("UPDATE \"user\" SET active = TRUE");
        let _ = second.ask(view, Value::Null);
        app.set_clock(START + 2 * HOUR);
        assert!(second.post(&json!({ "query": view })).body.contains("expired"));
        // Neither another kind of token nor a changed one is taken for it.
        for forged in [format!("bshp_{}", &token[6..]), format!("{token}x"), token.replacen("bshp_", "", 1), "bshp_".to_owned()] {
            assert_eq!(app.nobody().with_token(&forged).post(&json!({ "query": view })).status, 401, "{forged}");
        }
    }

    fn an_author_previews_their_own_and_a_viewer_what_they_read(app) {
        let (ann, bob, viewer) = (app.as_role(Role::Author), app.as_role(Role::Author), app.as_role(Role::Viewer));
        let id = ann.ask("mutation { createArticle(input: { title: \"t\" }) { article { id } } }", Value::Null)
            .text("/createArticle/article/id");
        let create = "mutation($id: ID!, $seconds: Int) { createPreview(article: $id, expiresIn: $seconds) { userErrors { field code } } }";
        let refused = bob.ask(create, json!({ "id": id, "seconds": 60 }));
        assert_eq!(refused.text("/createPreview/userErrors/0/code"), "NOT_FOUND");
        let _ = viewer.ask(create, json!({ "id": id, "seconds": 60 })).accepted("createPreview");
        for seconds in [0, -1, 100_000_000] {
            let refused = ann.ask(create, json!({ "id": id, "seconds": seconds }));
            assert_eq!(refused.at("/createPreview/userErrors/0/field"), &json!(["expiresIn"]));
        }
    }
}

#[test]
fn a_frontend_is_told_where_it_shows_previews() {
    let app = TestApp::configured(Backend::Sqlite, |config| {
        "https://example.org{path}?preview={token}".clone_into(&mut config.preview.url);
    })
    .expect("SQLite is always there");
    let editor = app.as_role(Role::Editor);
    let id = editor
        .ask(
            "mutation { createArticle(input: { title: \"杭州\" }) { article { id } } }",
            Value::Null,
        )
        .text("/createArticle/article/id");
    let made = preview(&editor, &id);
    let token = made.text("/createPreview/token");
    assert_eq!(
        made.text("/createPreview/url"),
        format!("https://example.org/%E6%9D%AD%E5%B7%9E/?preview={token}")
    );
}
