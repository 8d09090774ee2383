//! Input that a database, a parser or a stack could choke on: it is taken or
//! refused with a reason, never an internal error, and the same on both
//! databases.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Client, on_both};

const NUL: &str = "a\0b";

/// A text that no compression makes short.
fn long(characters: u32) -> String {
    let mut number: u32 = 7;
    (0..characters)
        .filter_map(|_| {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from_u32(0x4e00 + (number >> 8) % 20_000)
        })
        .collect()
}

/// The codes of all errors of an answer, userErrors included.
fn codes(answer: &Value) -> Vec<String> {
    let mut codes = Vec::new();
    for error in answer["errors"].as_array().into_iter().flatten() {
        codes.push(error["extensions"]["code"].as_str().unwrap_or("NONE").to_owned());
    }
    for payload in answer["data"].as_object().into_iter().flat_map(serde_json::Map::values) {
        for error in payload["userErrors"].as_array().into_iter().flatten() {
            codes.push(error["code"].as_str().unwrap_or("NONE").to_owned());
        }
    }
    codes
}

/// What a client is told of a call that must not surprise the server.
fn calm(client: &Client, document: &str, variables: &Value) -> Vec<String> {
    let answer = client.run(document, variables.clone(), None);
    let codes = codes(&answer);
    let shown: String = variables.to_string().chars().take(200).collect();
    assert!(
        !codes.iter().any(|code| code == "INTERNAL_SERVER_ERROR" || code == "NONE"),
        "{document} {shown}: {}",
        answer.to_string().chars().take(500).collect::<String>()
    );
    codes
}

const CREATE: &str = "mutation($input: CreateArticleInput!) { createArticle(input: $input) {
    article { id title path tags { slug } body { markdown } } userErrors { field code } } }";
const UPDATE: &str = "mutation($id: ID!, $input: UpdateArticleInput!) {
    updateArticle(id: $id, expectedVersion: 1, input: $input) {
        article { id } conflict { currentVersion } userErrors { field code } } }";

/// Every text that an article's input takes, set to `text`.
fn inputs(text: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("title", json!(text)),
        ("body", json!(text)),
        ("section", json!(text)),
        ("slug", json!(text)),
        ("url", json!(text)),
        ("translationKey", json!(text)),
        ("linkTitle", json!(text)),
        ("summary", json!(text)),
        ("lead", json!(text)),
        ("description", json!(text)),
        ("thumbnail", json!({"url": "a.png", "alt": text})),
        ("authors", json!([{ "name": text }])),
        ("tags", json!([text])),
        ("categories", json!([text])),
        ("source", json!({"name": text, "url": "https://example.org/"})),
        ("canonicalUrl", json!(text)),
        ("aliases", json!([text])),
        ("widgets", json!([{"name": text, "settings": {"title": text}}])),
        ("params", json!({"a": text, text: 1})),
    ]
}

on_both! {
    fn no_text_of_an_article_breaks_a_database(app) {
        let editor = app.as_role(Role::Editor);
        let long = long(1500);
        for text in [NUL, long.as_str(), "\u{1}\u{7f}\u{fffe}\u{202e}", "%_\\'\"`;--", "/../..//", "."] {
            for (number, (field, value)) in inputs(text).into_iter().enumerate() {
                let mut input = json!({"title": format!("T {number} {}", text.len())});
                input[field] = value.clone();
                calm(&editor, CREATE, &json!({ "input": input }));
                let plain = editor.ask(CREATE, json!({"input": {"title": "Plain"}}));
                let id = plain.at("/createArticle/article/id").clone();
                let mut change = json!({});
                change[field] = value;
                calm(&editor, UPDATE, &json!({"id": id, "input": change}));
                calm(&editor, "mutation($id: ID!) { publishArticle(id: $id) { article { id } userErrors { code } } }",
                    &json!({ "id": id }));
            }
        }
        calm(&app.nobody(), "{ articles(first: 100) { nodes { title path summary tags { path } widgets { title } params } } }", &Value::Null);
    }

    fn no_text_that_is_asked_for_breaks_a_database(app) {
        let editor = app.as_role(Role::Editor);
        let many: Vec<String> = (0..70_000).map(|n| format!("s{n}")).collect();
        let long = long(50_000);
        for text in [NUL, "%00", long.as_str(), "%", "\u{202e}"] {
            for (document, variables) in [
                ("query($t: String!) { article(by: { path: $t }) { id } }", json!({ "t": text })),
                ("query($t: String!) { route(path: $t) { __typename } }", json!({ "t": text })),
                ("query($t: String!) { tag(by: { slug: $t }) { id } }", json!({ "t": text })),
                ("query($t: String!) { category(by: { slug: $t }) { id } }", json!({ "t": text })),
                ("query($t: String!) { site { menu(name: $t) { items { name } } } }", json!({ "t": text })),
                ("query($t: ID!) { node(id: $t) { id } }", json!({ "t": text })),
                ("query($t: String!) { articles(after: $t) { totalCount } }", json!({ "t": text })),
                ("mutation($t: String!) { login(input: { email: $t, password: $t }) { userErrors { code } } }", json!({ "t": text })),
                ("mutation($t: String!) { refreshSession(refreshToken: $t) { userErrors { code } } }", json!({ "t": text })),
                ("mutation($t: String!) { createTag(input: { name: $t }) { userErrors { code } } }", json!({ "t": text })),
                ("mutation($t: String!) { createTag(input: { name: \"x\", slug: $t }) { userErrors { code } } }", json!({ "t": text })),
                ("mutation($t: String!) { createCategory(input: { name: \"y\", description: $t }) { userErrors { code } } }", json!({ "t": text })),
            ] {
                calm(&editor, document, &variables);
            }
            for filter in [
                json!({"title": {"contains": text}}), json!({"title": {"eq": text}}), json!({"path": {"startsWith": text}}),
                json!({"section": {"in": [text]}}), json!({"tag": {"slug": text}}), json!({"category": {"slugIn": [text], "includeDescendants": true}}),
            ] {
                calm(&editor, "query($f: ArticleFilter) { articles(filter: $f) { totalCount tagCounts { count } nodes { id } } }",
                    &json!({ "f": filter }));
            }
        }
        for filter in [
            json!({"title": {"in": many}}),
            json!({"tag": {"slugIn": many}}),
            json!({"or": (0..3000).map(|n| json!({"title": {"eq": n.to_string()}})).collect::<Vec<_>>()}),
            json!({"and": (0..3000).map(|_| json!({"section": {"eq": "x"}})).collect::<Vec<_>>()}),
            (0..30).fold(json!({"section": {"eq": "x"}}), |filter, _| json!({"not": {"and": [filter]}})),
        ] {
            calm(&editor, "query($f: ArticleFilter) { articles(filter: $f) { totalCount tagCounts { count } nodes { id } } }",
                &json!({ "f": filter }));
        }
        calm(&editor, CREATE, &json!({"input": {"title": "Many", "tags": &many[..5000], "aliases": &many[..5000]}}));
    }

    fn no_slug_leads_out_of_its_folder(app) {
        let editor = app.as_role(Role::Editor);
        for text in ["..", ".", "/", "a/../b", "a//b"] {
            for input in [json!({ "name": text }), json!({ "name": "x", "slug": text })] {
                for kind in ["Tag", "Category"] {
                    let made = editor.ask(&format!("mutation($i: Create{kind}Input!) {{ made: create{kind}(input: $i) {{ userErrors {{ code }} }} }}"),
                        json!({ "i": input }));
                    assert_eq!(made.at("/made/userErrors/0/code"), "INVALID", "{kind} {input}");
                }
            }
            let answer = editor.ask(CREATE, json!({"input": {"title": "T", "slug": text}}));
            assert_eq!(answer.at("/createArticle/userErrors/0/code"), "INVALID", "{text}");
        }
    }

    fn no_name_of_a_document_breaks_a_database(app) {
        let long = long(5_000);
        for text in [NUL, long.as_str(), "", "sha256:", "sha256:\0", "%00", "\u{202e}"] {
            let hash = json!({ "persistedQuery": { "version": 1, "sha256Hash": text } });
            for (body, code) in [
                (json!({ "documentId": text }), "DOCUMENT_NOT_FOUND"),
                (json!({ "extensions": hash }), "PERSISTED_QUERY_NOT_FOUND"),
                (json!({ "query": "query A { site { title } }", "operationName": text }), "BAD_REQUEST"),
            ] {
                let raw = app.nobody().post(&body);
                assert_eq!(raw.json()["errors"][0]["extensions"]["code"], code, "{body}");
                assert!(raw.body.len() < 2_000, "{}", raw.body.len());
            }
        }
    }

    fn no_address_breaks_a_database(app) {
        let long = format!("/{}/", "a".repeat(3_000));
        for path in ["%00", "a%00b", "%FF", "%", "..%2f..%2f", "a%0ab", long.as_str()] {
            for address in [
                format!("/{path}"), format!("/{path}/feed.xml"), format!("/{path}/feed.json"), format!("/{path}/atom.xml"),
                format!("/media/{path}"), format!("/media/a.png?preview={path}"), format!("/sitemap-{path}.xml"),
                format!("/oembed?url={path}"), format!("/oembed?url=http://x/{path}"),
                format!("/graphql?query={path}"), format!("/graphql?documentId={path}"),
                format!("/graphql?query=%7Bsite%7Btitle%7D%7D&variables={path}"), format!("/{path}/index.xml"),
            ] {
                let raw = app.fetch(&address, &[]);
                assert!(raw.status < 500, "{address}: {} {}", raw.status, raw.body);
            }
        }
    }

    fn nesting_overflows_no_stack(app) {
        let nobody = app.nobody();
        for (open, middle, close) in [
            ("{a", "", "}"),
            ("{site(x:", "1", ")}"),
            ("[", "", "]"),
            ("{x:", "1", "}"),
        ] {
            let (before, after) = match open { "[" | "{x:" => ("{ site(x: ", ") { title } }"), _ => ("", "") };
            for count in [100, 1300, 1900] {
                let document = format!("{before}{}{middle}{}{after}", open.repeat(count), close.repeat(count));
                calm(&nobody, &document, &Value::Null);
            }
        }
        for count in [100, 1900] {
            calm(&nobody, &format!("query($a: {}Int{}) {{ site {{ title }} }}", "[".repeat(count), "]".repeat(count)), &Value::Null);
            calm(&nobody, &format!("{{ {} }}", "... { ".repeat(count) + "site { title }" + &" }".repeat(count)), &Value::Null);
        }
        let body = format!("{{\"query\":\"{{site{{title}}}}\",\"variables\":{{\"a\":{}{}}}}}", "[".repeat(100_000), "]".repeat(100_000));
        let raw = tests::client::raw(tests::client::agent().post(app.url("/graphql")).header("content-type", "application/json").send(body));
        assert_eq!(raw.status, 400);
        assert_eq!(nobody.run("{ site { title } }", Value::Null, None)["data"]["site"]["title"], "Broadsheet");
    }

    fn searching_takes_letters_as_they_are(app) {
        let editor = app.as_role(Role::Editor);
        for title in ["100% wool", "snake_case", "back\\slash", "Ärger", "ärger", "ABC", "杭州"] {
            let made = editor.ask(CREATE, json!({"input": {"title": title}})).accepted("createArticle");
            let _ = editor.ask("mutation($id: ID!) { publishArticle(id: $id) { userErrors { code } } }",
                json!({"id": made.at("/createArticle/article/id")})).accepted("publishArticle");
        }
        for (part, expected) in [
            ("%", vec!["100% wool"]),
            ("_", vec!["snake_case"]),
            ("\\", vec!["back\\slash"]),
            ("Är", vec!["Ärger"]),
            ("är", vec!["ärger"]),
            ("abc", vec!["ABC"]),
            ("aBc", vec!["ABC"]),
            ("州", vec!["杭州"]),
            ("'", vec![]),
        ] {
            let found = app.query("query($t: String!) { articles(filter: { title: { contains: $t } }) { nodes { title } } }",
                json!({ "t": part }));
            assert_eq!(found.each("/articles/nodes", "title"), expected, "{part}");
        }
    }
}
