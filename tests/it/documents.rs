//! Documents by their ids: what was registered, and what clients leave by a hash.

use api::document;
use api::error::Error;
use api::policy::Role;
use serde_json::{Value, json};
use tests::client::{Raw, agent, raw};
use tests::{Backend, TestApp, on_both};

const TITLE: &str = "query Title { site { title } }";

fn register(app: &TestApp, manifest: &Value) -> Result<document::Registered, Error> {
    let (ctx, schema) = (app.ctx(), api::graphql::schema());
    app.block_on(document::register(&ctx, &schema, manifest.to_string().as_bytes()))
}

fn code(answer: &Raw) -> (u16, String) {
    let code = answer.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or("").to_owned();
    (answer.status, code)
}

fn by_hash(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

fn registered_only(backend: Backend) -> Option<TestApp> {
    TestApp::configured(backend, |config| config.documents.registered_only = true)
}

on_both! {
    fn a_registered_document_runs_by_its_id(app) {
        app.import_files(&[("hugo.toml", "title = 'Paper'\n"), ("content/news/one.md", "One.\n")]);
        let greet = "query Greet($t: LanguageTag) { site(language: $t) { title language { tag } } }";
        let manifest = json!({ "title-1": TITLE, "greet": greet });
        assert_eq!(register(&app, &manifest).expect("a manifest").added, 2);
        let client = app.nobody();
        assert_eq!(client.post(&json!({ "documentId": "title-1" })).json(),
            json!({ "data": { "site": { "title": "Paper" } } }));
        let hash = document::hash(TITLE);
        for id in [hash.clone(), hash.to_uppercase()] {
            let answer = client.post(&json!({ "documentId": format!("sha256:{id}") }));
            assert_eq!(answer.json()["data"]["site"]["title"], "Paper");
        }
        let variables = client.post(&json!({ "documentId": "greet", "variables": { "t": "en" } }));
        assert_eq!(variables.json()["data"]["site"]["language"]["tag"], "en");
        let get = raw(agent().get(app.url("/graphql?documentId=title-1")).call());
        assert_eq!((get.status, &get.json()["data"]["site"]["title"]), (200, &json!("Paper")));
        // Apollo's clients find it by its hash, without leaving it first.
        let known = client.post(&json!({ "extensions": by_hash(&hash) }));
        assert_eq!(known.json()["data"]["site"]["title"], "Paper");
    }

    fn what_is_not_registered_is_not_found(app) {
        let client = app.nobody();
        let unknown = client.post(&json!({ "documentId": "none" }));
        assert_eq!(code(&unknown), (404, "DOCUMENT_NOT_FOUND".to_owned()));
        // The answer says so once, and not to a cache.
        assert_eq!(unknown.header("cache-control"), "no-store");
        register(&app, &json!({ "none": TITLE })).expect("a manifest");
        assert_eq!(client.post(&json!({ "documentId": "none" })).status, 200);
        let both = client.post(&json!({ "documentId": "none", "query": TITLE }));
        assert_eq!(code(&both), (400, "BAD_REQUEST".to_owned()));
        assert_eq!(code(&client.post(&json!({ "variables": {} }))), (400, "BAD_REQUEST".to_owned()));
        let ctx = app.ctx();
        app.block_on(document::remove(&ctx, "none")).expect("a document");
        app.set_clock(tests::START + 61_000_000);
        assert_eq!(client.post(&json!({ "documentId": "none" })).status, 404);
        assert!(app.block_on(document::remove(&ctx, "none")).is_err());
        let kinds: Vec<_> = app.events().into_iter().map(|event| event.kind).collect();
        assert_eq!(kinds, ["document.registered", "document.removed"]);
    }

    fn a_manifest_goes_in_whole_or_not_at_all(app) {
        let refused = |manifest: Value| register(&app, &manifest).expect_err("a mistake").to_string();
        let message = refused(json!({
            "good": TITLE, "field": "{ site { nothing } }", "syntax": "{ site {", "two": "query A { site { title } } query B { site { title } }",
            "variable": "query($n: Int!) { articles(first: $n, after: $m) { totalCount } }", "": TITLE,
        }));
        for part in ["field: 1:10: Unknown field \"nothing\"", "syntax: ", "two: a registered document has one operation",
            "variable: ", ": an id has 1 to 200 bytes"] {
            assert!(message.contains(part), "{message} lacks {part}");
        }
        assert!(!message.contains("good"), "{message}");
        let ctx = app.ctx();
        assert_eq!(app.block_on(document::list(&ctx)).expect("a list"), []);
        assert!(app.events().is_empty());
        assert_eq!(register(&app, &json!({ "a": TITLE })).expect("a manifest").added, 1);
        assert_eq!(register(&app, &json!({ "a": TITLE, "b": TITLE })).expect("a manifest"),
            document::Registered { added: 1, unchanged: 1 });
        assert_eq!(refused(json!({ "a": "{ site { subtitle } }" })), "a: stands for another document already");
        let deep = format!("{{ articles {{ nodes {} }} }}", "{ translations ".repeat(20) + "{ id }" + &"}".repeat(20));
        assert!(refused(json!({ "deep": deep })).contains("over the limit on depth"));
    }

    fn a_client_leaves_a_document_by_its_hash(app) {
        let client = app.nobody();
        let hash = document::hash(TITLE);
        let missing = client.post(&json!({ "extensions": by_hash(&hash) }));
        assert_eq!(code(&missing), (200, "PERSISTED_QUERY_NOT_FOUND".to_owned()));
        assert_eq!(missing.json()["errors"][0]["message"], "PersistedQueryNotFound");
        let wrong = client.post(&json!({ "query": TITLE, "extensions": by_hash(&document::hash("{ x }")) }));
        assert_eq!(code(&wrong), (400, "BAD_REQUEST".to_owned()));
        assert!(client.post(&json!({ "query": TITLE, "extensions": by_hash(&hash) })).json()["errors"].is_null());
        assert!(client.post(&json!({ "extensions": by_hash(&hash.to_uppercase()) })).json()["errors"].is_null());
        // By GET, as Apollo's clients send it behind a CDN.
        let get = raw(agent().get(app.url("/graphql")).query("extensions", by_hash(&hash).to_string()).call());
        assert!(get.json()["errors"].is_null(), "{}", get.body);
        for broken in [json!({ "version": 2, "sha256Hash": hash }), json!({ "version": 1 }), json!("x")] {
            let answer = client.post(&json!({ "query": TITLE, "extensions": { "persistedQuery": broken } }));
            assert_eq!(code(&answer), (400, "BAD_REQUEST".to_owned()));
        }
        // A mutation that was left cannot be run by GET.
        let change = "mutation { logout { userErrors { code } } }";
        client.post(&json!({ "query": change, "extensions": by_hash(&document::hash(change)) }));
        let get = raw(agent().get(app.url("/graphql")).query("extensions", by_hash(&document::hash(change)).to_string()).call());
        assert_eq!(get.status, 405);
    }
}

fn the_public_runs_what_was_registered(app: TestApp) {
    register(&app, &json!({ "title": TITLE })).expect("a manifest");
    let client = app.nobody();
    let other = "{ site { subtitle } }";
    let closed = client.post(&json!({ "query": other }));
    assert_eq!(code(&closed), (403, "DOCUMENT_NOT_REGISTERED".to_owned()));
    // Nor by leaving it first, nor because somebody signed in has sent it.
    client.post(&json!({ "query": other, "extensions": by_hash(&document::hash(other)) }));
    let ctx = app.ctx();
    let (email, password) = ("desk@example.org".to_owned(), "a long password".to_owned());
    app.block_on(api::user::add(&ctx, &email, None, Role::Editor, password)).expect("somebody");
    let left = client.post(&json!({ "extensions": by_hash(&document::hash(other)) }));
    assert_eq!(code(&left), (200, "PERSISTED_QUERY_NOT_FOUND".to_owned()));
    for open in [json!({ "documentId": "title" }), json!({ "query": TITLE })] {
        assert_eq!(client.post(&open).status, 200, "{open}");
    }
    // Reading a working view is refused by what is asked, not by the document.
    let login = json!({ "login": "mutation L($e: String!, $p: String!) { login(input: { email: $e, password: $p }) { session { accessToken } } }" });
    register(&app, &login).expect("a manifest");
    let answer = client.post(
        &json!({ "documentId": "login", "variables": { "e": email, "p": "a long password" } }),
    );
    let token = answer.json()["data"]["login"]["session"]["accessToken"]
        .as_str()
        .expect("a token")
        .to_owned();
    assert_eq!(client.with_token(&token).post(&json!({ "query": other })).status, 200);
}

#[test]
fn the_public_runs_what_was_registered_on_sqlite() {
    the_public_runs_what_was_registered(registered_only(Backend::Sqlite).expect("SQLite"));
}

#[test]
fn the_public_runs_what_was_registered_on_postgres() {
    if let Some(app) = registered_only(Backend::Postgres) {
        the_public_runs_what_was_registered(app);
    }
}

#[test]
fn the_command_line_registers_a_manifest() {
    let data = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        let program = env!("CARGO_BIN_EXE_broadsheet-under-test");
        let mut command = tests::process::command(program, data.path(), None);
        let done = command.arg("documents").args(arguments).output().expect("a process");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        (done.status.success(), text(&done.stdout), text(&done.stderr))
    };
    let file = data.path().join("manifest.json");
    let name = file.to_str().expect("a path");
    let apollo = json!({ "format": "apollo-persisted-query-manifest", "version": 1,
        "operations": [{ "id": "t1", "name": "Title", "type": "query", "body": TITLE }] });
    std::fs::write(&file, apollo.to_string()).expect("a file");
    let registered = run(&["register", name]);
    assert_eq!(
        (registered.0, &*registered.1),
        (true, "1 registered, 0 were already."),
        "{}",
        registered.2
    );
    assert_eq!(run(&["list"]).1, "t1  Title");
    std::fs::write(&file, r#"{"a": "{ nothing }"}"#).expect("a file");
    let refused = run(&["register", name]);
    assert!(
        !refused.0 && refused.2.contains(&format!("{name}: a: 1:3: Unknown field")),
        "{}",
        refused.2
    );
    assert_eq!(run(&["remove", "t1"]).1, "t1 is not registered any more.");
    assert!(!run(&["remove", "t1"]).0);
}

/// A document that ran is not validated again; the values of its variables are.
#[test]
fn variables_of_a_document_that_ran_are_refused_as_they_were_before() {
    let app = TestApp::sqlite();
    app.import_files(&[("content/news/one.md", "---\ntitle: One\n---\nOne.\n")]);
    let list = "query($first: Int = 5, $section: String, $filter: ArticleFilter) { \
        a: articles(first: $first, filter: { section: { eq: $section } }) { totalCount } \
        b: articles(filter: $filter) { totalCount } }";
    let refused = [
        json!({ "first": "1" }),
        json!({ "first": 1.5 }),
        json!({ "first": 5_000_000_000_i64 }),
        json!({ "section": 1 }),
        json!({ "filter": { "sectoin": { "eq": "news" } } }),
        json!({ "filter": [1] }),
        json!({ "filter": { "section": { "eq": true } } }),
    ];
    // Spaces make it another document, which never ran.
    let fresh = |number: usize| format!("{}{list}", " ".repeat(number + 1));
    let first: Vec<_> = refused
        .iter()
        .enumerate()
        .map(|(number, variables)| app.nobody().run(&fresh(number), variables.clone(), None))
        .collect();
    for variables in [json!({}), json!({ "first": 1, "section": "news" })] {
        let answer = app.nobody().ask(list, variables);
        assert_eq!(answer.number("/a/totalCount"), 1);
    }
    for (variables, first) in refused.into_iter().zip(first) {
        let answer = app.nobody().run(list, variables.clone(), None);
        let told = |answer: &Value| {
            let error = &answer["errors"][0];
            (error["message"].clone(), error["extensions"]["code"].clone())
        };
        assert!(answer["errors"].is_array(), "{variables}");
        assert_eq!(told(&answer), told(&first), "{variables}");
    }
}
