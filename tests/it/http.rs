//! The endpoint as a client sees it: media types, methods, limits, CORS.

use api::policy::Role;
use serde_json::{Value, json};
use tests::client::{Raw, agent, raw};
use tests::{Backend, TestApp, on_both};

fn post(app: &TestApp, headers: &[(&str, &str)], body: &str) -> Raw {
    let mut request = agent().post(app.url("/graphql"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    raw(request.send(body))
}

fn get(app: &TestApp, path: &str) -> Raw {
    raw(agent().get(app.url(path)).call())
}

const JSON: (&str, &str) = ("content-type", "application/json");
const SITE: &str = r#"{"query":"{ site { title } }"}"#;

fn code(raw: &Raw) -> String {
    raw.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

on_both! {
    fn answers_come_in_the_media_type_asked_for(app) {
        for (accept, media) in [
            (None, "application/json; charset=utf-8"),
            (Some("*/*"), "application/json; charset=utf-8"),
            (Some("application/json"), "application/json; charset=utf-8"),
            (Some("application/graphql-response+json"), "application/graphql-response+json; charset=utf-8"),
            (Some("application/graphql-response+json;q=0.5, application/json"), "application/json; charset=utf-8"),
            (Some("text/html, application/graphql-response+json, application/json;q=0.9"),
             "application/graphql-response+json; charset=utf-8"),
        ] {
            let mut headers = vec![JSON];
            headers.extend(accept.map(|accept| ("accept", accept)));
            let answer = post(&app, &headers, SITE);
            assert_eq!((answer.status, answer.header("content-type")), (200, media), "{accept:?}");
            assert_eq!(answer.json(), json!({"data": {"site": {"title": "Broadsheet"}}}));
        }
        assert_eq!(post(&app, &[JSON, ("accept", "text/html")], SITE).status, 406);
    }

    fn what_a_foreign_page_could_send_is_refused(app) {
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
            "application/json; charset=latin1"] {
            assert_eq!(post(&app, &[("content-type", content_type)], SITE).status, 415, "{content_type}");
        }
        assert_eq!(post(&app, &[("content-type", "Application/JSON; charset=UTF-8")], SITE).status, 200);
    }

    fn get_is_for_queries(app) {
        let ok = get(&app, "/graphql?query=%7Bsite%7Btitle%7D%7D");
        assert_eq!((ok.status, ok.json()["data"]["site"]["title"].clone()), (200, json!("Broadsheet")));
        let variables = get(&app, "/graphql?query=query(%24l:LanguageTag)%7Bsite(language:%24l)%7Btitle%7D%7D&variables=%7B%22l%22:%22en%22%7D");
        assert_eq!(variables.status, 200);
        let mutation = get(&app, "/graphql?query=mutation%7Blogout%7Bended%7D%7D");
        assert_eq!((mutation.status, mutation.header("allow")), (405, "POST"));
        assert_eq!(get(&app, "/graphql").status, 400);
        let put = raw(agent().put(app.url("/graphql")).send(SITE));
        assert_eq!((put.status, put.header("allow")), (405, "GET, HEAD, POST"));
    }

    fn malformed_requests_say_what_is_wrong(app) {
        for (body, part) in [
            ("", "not JSON"),
            ("{", "not JSON"),
            ("{}", "query"),
            (r#"{"query":1}"#, "query"),
            (r#"{"query":"{a}","variables":[]}"#, "variables"),
            (r#"{"query":"query A{site{title}} query B{site{title}}"}"#, "operationName"),
            (r#"{"query":"{site{title}}","operationName":"X"}"#, "X"),
        ] {
            let answer = post(&app, &[JSON], body);
            assert_eq!(answer.status, 400, "{body}");
            let message = answer.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
            assert!(message.contains(part), "{body}: {message}");
        }
        // The document is at fault: 400 in the draft's media type, 200 in JSON's.
        for query in ["{", "{ nothing }", "{ site(language: 1) { title } }"] {
            let body = json!({ "query": query }).to_string();
            assert_eq!(post(&app, &[JSON], &body).status, 200, "{query}");
            let draft = post(&app, &[JSON, ("accept", "application/graphql-response+json")], &body);
            assert_eq!(draft.status, 400, "{query}");
            assert!(draft.json().get("data").is_none(), "nothing ran");
            assert!(code(&draft).starts_with("GRAPHQL_"), "{query}");
        }
    }

    fn each_limit_is_named_with_what_was_asked(app) {
        let deep = format!("{{ articles {}{{ nodes {{ title }} }} {} }}",
            "{ nodes { related ".repeat(8), "} }".repeat(8));
        let aliases = (0..51).map(|n| format!("a{n}: site {{ title }}")).collect::<Vec<_>>().join(" ");
        let directives = format!("{{ site {} {{ title }} }}", "@skip(if: false) ".repeat(51));
        let tokens = format!("{{ {} }}", "site { title } ".repeat(1100));
        let costly = "{ articles(first: 100) { nodes { tags { articles(first: 100) { nodes { related(first: 100) { title } } } } } } }";
        for (query, limit) in [(deep.as_str(), "depth"), (&format!("{{ {aliases} }}"), "aliases"),
            (&directives, "directives"), (&tokens, "tokens"), (costly, "cost")] {
            let answer = post(&app, &[JSON], &json!({ "query": query }).to_string());
            let message = answer.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
            assert_eq!((answer.status, code(&answer)), (400, "LIMIT_EXCEEDED".to_owned()), "{message}");
            assert!(message.contains(limit) && message.contains("allowed"), "{limit}: {message}");
        }
        let large = format!(r#"{{"query":"{}"}}"#, " ".repeat(3 << 20));
        assert_eq!(post(&app, &[JSON], &large).status, 413);
        let introspection = include_str!("introspection.graphql");
        assert!(app.query(introspection, Value::Null).at("/__schema/types").is_array(),
            "introspection is within the limits");
    }

    fn batches_are_answered_in_order_and_capped(app) {
        let one: Value = serde_json::from_str(SITE).expect("JSON");
        let batch = |size: usize| post(&app, &[JSON], &Value::Array(vec![one.clone(); size]).to_string());
        assert_eq!(batch(3).json().as_array().map(Vec::len), Some(3));
        assert_eq!(batch(0).status, 400);
        let many = batch(11);
        assert_eq!((many.status, code(&many)), (400, "LIMIT_EXCEEDED".to_owned()));
    }

    fn errors_hold_no_internals(app) {
        let editor = app.as_role(Role::Editor);
        for query in ["{ article(by: { id: \"x\" }) { id } }", "{ node(id: \"\") { id } }",
            "{ articles(first: -1) { totalCount } }", "{ articles(after: \"x\") { totalCount } }",
            "{ site(language: \"xx\") { title } }", "{ tags(first: 1000) { totalCount } }"] {
            let answer = editor.run(query, Value::Null, None);
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{query}: {answer}");
            let text = answer.to_string();
            assert!(!text.contains("SELECT") && !text.contains("sqlx") && !text.contains(".rs"), "{text}");
        }
    }

    fn other_pages_are_where_they_should_be(app) {
        let health = get(&app, "/health");
        assert_eq!((health.status, health.json()), (200, json!({"status": "ok"})));
        let graphiql = get(&app, "/graphiql");
        assert_eq!((graphiql.status, graphiql.header("content-type")), (200, "text/html; charset=utf-8"));
        assert_eq!(get(&app, "/nothing").status, 404);
    }

    fn a_request_keeps_its_id(app) {
        let own = post(&app, &[JSON, ("x-request-id", "abc-1")], SITE);
        assert_eq!(own.header("x-request-id"), "abc-1");
        let made = [0, 1].map(|_| {
            let made = post(&app, &[JSON, ("x-request-id", "no good: \"\"")], SITE);
            made.header("x-request-id").to_owned()
        });
        assert!(made[0].len() > 32 && made[0] != made[1], "{made:?}");
    }
}

#[test]
fn other_origins_are_refused_unless_named() {
    let preflight = |app: &TestApp, origin: &str| {
        let request = ureq::http::Request::builder()
            .method("OPTIONS")
            .uri(app.url("/graphql"))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .body(())
            .expect("a request");
        raw(agent().run(request))
    };
    let allowed = |raw: &Raw| raw.header("access-control-allow-origin").to_owned();

    let closed = TestApp::sqlite();
    assert_eq!(allowed(&preflight(&closed, "https://a.example")), "");
    assert_eq!(allowed(&post(&closed, &[JSON, ("origin", "https://a.example")], SITE)), "");

    let open = TestApp::configured(Backend::Sqlite, |config| {
        config.http.cors_origins = vec!["https://a.example".to_owned()];
    })
    .expect("SQLite");
    let answer = preflight(&open, "https://a.example");
    assert_eq!((answer.status, allowed(&answer).as_str()), (204, "https://a.example"));
    assert!(answer.header("access-control-allow-headers").contains("authorization"));
    assert_eq!(allowed(&preflight(&open, "https://b.example")), "");
    assert_eq!(
        allowed(&post(&open, &[JSON, ("origin", "https://a.example")], SITE)),
        "https://a.example"
    );

    let all = TestApp::configured(Backend::Sqlite, |config| {
        config.http.cors_origins = vec!["*".to_owned()];
    })
    .expect("SQLite");
    assert_eq!(allowed(&preflight(&all, "https://b.example")), "*");
}

#[test]
fn any_page_reads_what_everybody_may_read() {
    let allowed = |raw: &Raw| raw.header("access-control-allow-origin").to_owned();
    let asked = |app: &TestApp, path: &str, headers: &[(&str, &str)]| {
        let headers = [&[("origin", "https://a.example")], headers].concat();
        allowed(&app.fetch(path, &headers))
    };
    let query = "/graphql?query=%7Bsite%7Btitle%7D%7D";
    let app = TestApp::sqlite();
    for path in [query, "/feed.xml", "/widgets.js"] {
        assert_eq!(asked(&app, path, &[]), "*", "{path}");
        // So that a cache may keep one answer for all.
        assert_eq!(allowed(&app.fetch(path, &[])), "*", "{path}");
    }
    for credentials in [("authorization", "Bearer x"), ("cookie", "session=x")] {
        assert_eq!(asked(&app, query, &[credentials]), "", "{credentials:?}");
    }
    assert_eq!(allowed(&post(&app, &[JSON, ("origin", "https://a.example")], SITE)), "");
    // What it needs to ask again: browsers hide all other headers.
    let exposed = app.fetch(query, &[("origin", "https://a.example")]);
    for header in ["etag", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id"] {
        let all = exposed.header("access-control-expose-headers");
        assert!(all.split(", ").any(|name| name == header), "{header} in {all:?}");
    }
    let closed = TestApp::configured(Backend::Sqlite, |config| config.http.public_reads = false)
        .expect("SQLite");
    assert_eq!(asked(&closed, query, &[]), "");
    assert_eq!(asked(&closed, "/widgets.js", &[]), "*");
    let hidden = closed.fetch(query, &[("origin", "https://a.example")]);
    assert_eq!(hidden.header("access-control-expose-headers"), "");
}
