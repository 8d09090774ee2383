//! What one request may ask for: each limit holds at its number, and says so.

use std::fmt::Write;

use api::config::Config;
use sea_orm::TransactionTrait;
use serde_json::{Value, json};
use tests::{Backend, TestApp, on_both};

/// A server with one limit changed.
fn limited(change: impl FnOnce(&mut Config)) -> TestApp {
    TestApp::configured(Backend::Sqlite, change).expect("SQLite")
}

/// `ok`, or the message of the limit that was met.
fn verdict(app: &TestApp, query: &str, variables: Value) -> String {
    let answer = app.nobody().run(query, variables, None);
    match answer["errors"][0]["extensions"]["code"].as_str() {
        None => "ok".to_owned(),
        Some("LIMIT_EXCEEDED") => {
            answer["errors"][0]["message"].as_str().unwrap_or_default().to_owned()
        }
        Some(other) => panic!("{other} for {query}: {answer}"),
    }
}

fn over(limit: &str, asked: usize, allowed: usize) -> String {
    format!("the query is over the limit on {limit}: it has {asked}, and {allowed} are allowed")
}

#[test]
fn each_limit_allows_its_number_and_refuses_one_more() {
    let app = limited(|config| {
        config.limits.depth = 3;
        config.limits.aliases = 2;
        config.limits.directives = 2;
        config.limits.tokens = 30;
        config.limits.cost = 40;
    });
    for (fits, does_not, message) in [
        (
            "{ articles(first: 1) { nodes { title } } }",
            "{ articles(first: 1) { nodes { tags { name } } } }",
            over("depth", 4, 3),
        ),
        (
            "{ a: site { title } b: site { title } }",
            "{ a: site { x: title } b: site { title } }",
            over("aliases", 3, 2),
        ),
        (
            "{ site @skip(if: false) { title @skip(if: false) } }",
            "query @skip(if: false) { site @skip(if: false) { title @skip(if: false) } }",
            over("directives", 3, 2),
        ),
        (
            "{ articles(first: 19) { nodes { id title } } }",
            "{ articles(first: 20) { nodes { id title } } }",
            over("cost", 42, 40),
        ),
    ] {
        assert_eq!(verdict(&app, fits, Value::Null), "ok");
        assert_eq!(verdict(&app, does_not, Value::Null), message);
    }
    let tokens = |count: usize| format!("{{ {} }}", "viewer { id } ".repeat(count));
    assert_eq!(verdict(&app, &tokens(7), Value::Null), "ok");
    assert_eq!(verdict(&app, &tokens(8), Value::Null), over("tokens", 34, 30));
}

#[test]
fn a_limit_cannot_be_hidden_from() {
    let app = limited(|config| config.limits.cost = 900);
    let costs = |query: &str, variables: Value| {
        let message = verdict(&app, query, variables);
        assert!(message.contains("on cost"), "{query}: {message}");
    };
    // In a fragment, in an inline fragment, in a variable and in its default.
    costs(
        "{ articles { ...Rows } } fragment Rows on ArticleConnection { nodes { related { related { related { title } } } } }",
        Value::Null,
    );
    costs(
        "{ articles { ... { nodes { related { related { related { title } } } } } } }",
        Value::Null,
    );
    let counted =
        "query($n: Int) { articles(first: $n) { nodes { id title path tags { name } } } }";
    costs(counted, json!({ "n": 100 }));
    costs(&counted.replace("$n: Int", "$n: Int = 100"), Value::Null);
    costs(
        "query($n: Int) { tag(by: { slug: \"a\" }) { articles(last: $n) { nodes { id title path tags { name } } } } }",
        json!({ "n": 100 }),
    );
    // Lists without pages multiply, too.
    let related = format!(
        "{{ article(by: {{ path: \"/a/\" }}) {}title{} }}",
        "{ related ".repeat(6) + "{ ",
        " }".repeat(7)
    );
    costs(&related, Value::Null);
    let recent = format!(
        "{{ articles(first: 1) {{ nodes {{ {}title{} }} }} }}",
        "widgets { ... on RecentWidget { articles { ".repeat(3),
        " } } }".repeat(3)
    );
    costs(&recent, Value::Null);
    costs("{ nodes(ids: $ids) { id } }".replace("{ nodes", "query($ids: [ID!]!) { nodes").replace("{ id }", "{ ... on Tag { id name slug path articleCount version description id name slug path } }").as_str(),
        json!({ "ids": vec!["x"; 100] }));
}

#[test]
fn what_a_query_costs_is_told_where_it_asks() {
    let app = limited(|config| config.limits.cost = 700);
    let ask = |query: &str, extensions: &Value| {
        app.nobody().post(&json!({ "query": query, "extensions": extensions })).json()
    };
    let (asks, wants) = (
        json!({ "cost": true }),
        |requested: u64| json!({ "cost": { "requested": requested, "limit": 700 } }),
    );
    for (query, requested) in [
        ("{ site { title } }", 2),
        // Three rows of one field, and a count.
        ("{ articles(first: 3) { totalCount nodes { title } } }", 6),
        ("{ articles { edges { cursor node { title } } } }", 62),
        // A list without pages, in a list of as many as by default.
        ("{ articles { nodes { tags { name } } } }", 122),
        ("{ search(query: \"a\", first: 1) { nodes { title } } }", 12),
    ] {
        assert_eq!(ask(query, &asks)["extensions"], wants(requested), "{query}");
        assert_eq!(ask(query, &Value::Null)["extensions"], Value::Null, "{query}");
    }
}

#[test]
fn the_schema_can_be_kept_from_the_public() {
    let app = limited(|config| config.limits.public_schema = false);
    let editor = app.as_role(api::policy::Role::Editor);
    for query in [
        "{ __schema { types { name } } }",
        "{ __type(name: \"Tag\") { name } }",
        "{ ...A } fragment A on Query { __schema { queryType { name } } }",
    ] {
        assert_eq!(app.nobody().code(query, Value::Null), "FORBIDDEN", "{query}");
        let _ = editor.ask(query, Value::Null);
    }
    assert_eq!(app.query("{ site { __typename } }", Value::Null).at("/site/__typename"), "Site");
    let message = |client: &tests::Client| {
        client.run("{ site { titles } }", Value::Null, None)["errors"][0]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert!(!message(&app.nobody()).contains("\"title\""), "{}", message(&app.nobody()));
    assert!(message(&editor).contains("Did you mean"), "{}", message(&editor));
}

#[test]
fn a_client_has_a_budget_and_is_told_of_it() {
    let app = limited(|config| {
        config.limits.anonymous_cost_per_minute = 10;
        config.limits.token_cost_per_minute = 6;
        // What is answered from memory costs less.
        config.cache.megabytes = 0;
    });
    let body = json!({ "query": "{ articles(first: 3) { totalCount nodes { title } } }" });
    let ask = |client: &tests::Client, body: &Value| {
        let raw = client.post(body);
        let headers = ["ratelimit-policy", "ratelimit", "retry-after"]
            .map(|name| raw.header(name).to_owned());
        (
            raw.status,
            headers,
            raw.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let told = |policy: &str, left: &str, wait: &str| {
        [policy.to_owned(), left.to_owned(), wait.to_owned()]
    };
    let editor = app.as_role(api::policy::Role::Editor);
    let start = tests::START + 60_000_000;
    app.set_clock(start);
    let nobody = app.nobody();
    let anonymous = "\"anonymous\";q=10;w=60";
    assert_eq!(
        ask(&nobody, &body),
        (200, told(anonymous, "\"anonymous\";r=4;t=36", ""), String::new())
    );
    assert_eq!(ask(&nobody, &body), (429, told(anonymous, "\"anonymous\";r=4;t=36", "12"),
        "the query is over the limit on cost a minute: it costs 6, and 4 of 10 are left; try again in 12 seconds".to_owned()));
    // One that never fits is not told to wait.
    let large = json!({ "query": "{ articles(first: 20) { nodes { title } } }" });
    assert_eq!(ask(&nobody, &large).1[2], "");
    app.set_clock(start + 12_000_000);
    assert_eq!(ask(&nobody, &body).0, 200);
    assert_eq!(ask(&nobody, &body).0, 429);
    // People who have signed in have no budget, and each token one of its own.
    assert_eq!(ask(&editor, &large), (200, told("", "", ""), String::new()));
    let tokens = ["a", "b"].map(|name| {
        let made = editor.ask("mutation($name: String!) { createApiToken(input: { name: $name, scopes: [CONTENT_READ] }) { token userErrors { message } } }",
            json!({ "name": name })).accepted("createApiToken");
        nobody.with_token(&made.text("/createApiToken/token"))
    });
    for token in &tokens {
        assert_eq!(ask(token, &body).1, told("\"token\";q=6;w=60", "\"token\";r=0;t=60", ""));
        assert_eq!(ask(token, &body).0, 429);
    }
}

#[test]
fn what_is_refused_is_paid_for_as_well() {
    let app = limited(|config| {
        config.limits.anonymous_cost_per_minute = 30;
        config.limits.depth = 3;
    });
    let nobody = app.nobody();
    let ask = |body: &Value| {
        let raw = nobody.post(body);
        let left = raw.header("ratelimit").split(";r=").nth(1).and_then(|it| it.split(';').next());
        let left = left.and_then(|left| left.parse::<i64>().ok());
        let answer = raw.json();
        // Of a batch the first.
        let first = answer.get(0).unwrap_or(&answer);
        let code = first["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned();
        (code, left, raw.header("retry-after").to_owned())
    };
    let refused =
        |code: &str, left: i64, wait: &str| (code.to_owned(), Some(left), wait.to_owned());
    let unreadable = json!({ "query": "{ articles(" });
    let deep = json!({ "query": "{ articles { nodes { tags { name } } } }" });
    assert_eq!(ask(&unreadable), refused("GRAPHQL_PARSE_FAILED", 20, ""));
    assert_eq!(ask(&deep), refused("LIMIT_EXCEEDED", 10, ""));
    // Two in a batch, of which one can be paid.
    assert_eq!(ask(&json!([unreadable, deep])), refused("GRAPHQL_PARSE_FAILED", 0, "20"));
    assert_eq!(ask(&json!({ "query": 1 })), refused("LIMIT_EXCEEDED", 0, "20"));
    assert_eq!(nobody.post(&unreadable).status, 429);
    assert_eq!(nobody.post(&json!({ "query": "{ articles { totalCount } }" })).status, 429);
    // Whoever signs in does not pay for what others in the network send.
    let login = "mutation { login(input: { email: \"a@example.org\", password: \"x\" }) { userErrors { message } } }";
    assert_ne!(nobody.post(&json!({ "query": login })).status, 429);
    app.set_clock(tests::START + 40_000_000);
    // A long document costs more.
    let long = json!({ "query": format!("{{ articles( {}", " ".repeat(10 << 10)) });
    assert_eq!(ask(&long), refused("GRAPHQL_PARSE_FAILED", 0, ""));
    // A token that has run out is no mistake of the document.
    app.set_clock(tests::START + 100_000_000);
    let raw = nobody.with_token("x").post(&json!({ "query": "{ articles { totalCount } }" }));
    assert_eq!((raw.status, raw.header("ratelimit")), (401, ""));
}

#[test]
fn an_answer_from_memory_costs_its_request_alone() {
    let app = limited(|config| config.limits.anonymous_cost_per_minute = 10);
    let nobody = app.nobody();
    let body = json!({ "query": "{ articles(first: 3) { totalCount nodes { title } } }" });
    let path = "/graphql?query=%7B%20articles(first:%203)%20%7B%20totalCount%20nodes%20%7B%20title%20%7D%20%7D%20%7D";
    let left = |raw: &tests::client::Raw| {
        let left = raw.header("ratelimit").split(";r=").nth(1).and_then(|it| it.split(';').next());
        left.and_then(|left| left.parse::<i64>().ok())
    };
    // Made, and known by its bytes.
    for expected in [4, 3] {
        let raw = nobody.post(&body);
        assert_eq!((raw.status, left(&raw)), (200, Some(expected)));
    }
    // Known by its document, and then by its address.
    for expected in [2, 1, 0] {
        let raw = app.fetch(path, &[]);
        assert_eq!((raw.status, left(&raw)), (200, Some(expected)));
    }
    let refused = app.fetch(path, &[]);
    assert_eq!(
        (refused.status, refused.header("retry-after"), refused.header("cache-control")),
        (429, "6", "no-store")
    );
    assert_eq!(nobody.post(&body).status, 429);
    app.set_clock(tests::START + 6_000_000);
    assert_eq!(nobody.post(&body).status, 200);
}

#[test]
fn who_reads_too_much_keeps_nobody_from_signing_in() {
    let app = limited(|config| config.limits.anonymous_cost_per_minute = 10);
    let editor = app.as_role(api::policy::Role::Editor);
    let reads = json!({ "query": "{ articles(first: 3) { totalCount nodes { title } } }" });
    let nobody = app.nobody();
    app.set_clock(tests::START + 60_000_000);
    while nobody.post(&reads).status == 200 {}
    let wrong = json!({ "query": "mutation { login(input: { email: \"a@example.org\", password: \"wrong\" }) { userErrors { code } } }" });
    let told = nobody.post(&wrong);
    assert_eq!((told.status, told.header("ratelimit-policy")), (200, "\"sign-in\";q=10;w=60"));
    // It has a bound as well, and reading is not paid from it.
    while nobody.post(&wrong).status == 200 {}
    assert_eq!(nobody.post(&wrong).status, 429);
    app.set_clock(tests::START + 120_000_000);
    while nobody.post(&wrong).status == 200 {}
    assert_eq!(nobody.post(&reads).status, 200);
    assert_eq!(editor.post(&reads).status, 200);
}

#[test]
fn the_schema_is_told_once_and_not_times_itself() {
    let app = TestApp::sqlite();
    let introspection = include_str!("introspection.graphql");
    assert_eq!(verdict(&app, introspection, Value::Null), "ok");
    let types = format!(
        "{{ __schema {{ types {{ {}name{} }} }} }}",
        "fields { type { ".repeat(3),
        " } }".repeat(3)
    );
    assert_eq!(verdict(&app, &types, Value::Null), over("nested lists of the schema", 3, 2));
}

#[test]
fn a_document_of_several_operations_is_judged_by_the_one_that_runs() {
    let app = limited(|config| config.limits.cost = 50);
    let document =
        "query Small { site { title } } query Large { articles(first: 100) { nodes { id } } }";
    let run = |name: &str| app.nobody().run(document, Value::Null, Some(name));
    assert_eq!(run("Small")["data"]["site"]["title"], "Broadsheet");
    assert_eq!(run("Large")["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
}

#[test]
fn a_request_that_takes_too_long_is_given_up() {
    let app = limited(|config| {
        config.limits.seconds = 0;
        config.database.connections = 1;
    });
    // The only connection is taken, so that nothing that waits for it can be faster
    // than that.
    let held = app.block_on(app.app.db().read().begin()).expect("a transaction");
    let said = verdict(&app, "{ sections { title } }", Value::Null);
    app.block_on(held.rollback()).expect("its end");
    assert_eq!(said, "the request took longer than the limit of 0 seconds");
}

#[test]
fn a_batch_names_its_limit_and_each_of_its_requests_has_its_own() {
    let app = limited(|config| {
        config.limits.batch = 2;
        config.limits.cost = 50;
    });
    let small = json!({"query": "{ site { title } }"});
    let large = json!({"query": "{ articles(first: 100) { nodes { id } } }"});
    let mixed = app.nobody().post(&json!([small, large])).json();
    assert_eq!(mixed[0]["data"]["site"]["title"], "Broadsheet");
    assert_eq!(mixed[1]["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
    let three = app.nobody().post(&json!([small, small, small]));
    assert_eq!(three.status, 400);
    assert_eq!(
        three.json()["errors"][0]["message"],
        "a batch holds 1 to 2 requests, and this has 3"
    );
}

#[test]
fn a_body_over_the_limit_is_413_and_says_the_limit() {
    let app = limited(|config| config.limits.body_bytes = 200);
    let query =
        |bytes: usize| json!({ "query": format!("{{ site {{ title }} }}{}", " ".repeat(bytes)) });
    assert_eq!(app.nobody().post(&query(10)).status, 200);
    let large = app.nobody().post(&query(300));
    assert_eq!(large.status, 413);
    assert_eq!(large.json()["errors"][0]["message"], "the body is over the limit of 200 bytes");
}

on_both! {
    fn filters_are_as_large_as_a_database_takes(app) {
        let ask = |filter: &Value| app.nobody().run(
            "query($f: ArticleFilter) { articles(filter: $f) { totalCount tagCounts { count } } }", json!({ "f": filter }), None);
        let values = |count: usize| json!({"title": {"in": (0..count).map(|n| n.to_string()).collect::<Vec<_>>()}});
        let any = |count: usize| json!({"or": (0..count).map(|n| json!({"title": {"eq": n.to_string()}})).collect::<Vec<_>>()});
        let all = |count: usize| json!({"not": {"and": (0..count).map(|n| json!({
            "section": {"eq": "a", "contains": "b", "startsWith": "c"}, "date": {"gt": "2026-01-01T00:00:00Z"},
            "tag": {"slug": n.to_string()}, "not": {"category": {"slug": "x", "includeDescendants": true}},
            "status": ["PUBLISHED"], "language": "en",
        })).collect::<Vec<_>>()}});
        for filter in [values(299), any(149), all(24)] {
            let answer = ask(&filter);
            assert_eq!(answer["data"]["articles"]["totalCount"], 0, "{answer}");
        }
        for (filter, parts) in [(values(300), 301), (any(150), 301), (all(25), 302), (json!({ "not": values(299) }), 301)] {
            let answer = ask(&filter);
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
            assert_eq!(answer["errors"][0]["message"],
                format!("`filter` has {parts} conditions and values, and 300 are allowed"));
        }
    }

    fn what_a_query_may_cost_at_most_is_answered(app) {
        let tags = (0..30).map(|n| format!("t{n}")).collect::<Vec<_>>().join(", ");
        let files: Vec<_> = (0..60).map(|n| (format!("content/a{n}.md"),
            format!("---\ntitle: A{n}\ndate: 2026-01-01\ntags: [{tags}]\n---\nText.\n"))).collect();
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        assert_eq!(app.import_files(&files).created, 60);
        let mut query = "{ articles(first: 60) { nodes { ".to_owned();
        for number in 0..3 {
            let _ = write!(query, "r{number}: related(first: 20) {{ title tags {{ name articleCount }} }} ");
        }
        query += "} } }";
        let answer = app.query(&query, Value::Null);
        assert_eq!(answer.at("/articles/nodes/59/r2").as_array().map(Vec::len), Some(20));
    }
}
