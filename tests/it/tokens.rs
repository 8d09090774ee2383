//! API tokens: what they give, and how they stop.

use api::policy::{Role, TokenScope};
use serde_json::{Value, json};
use tests::{Client, HOUR, START, on_both};

const CREATE: &str = "mutation($input: CreateApiTokenInput!) { createApiToken(input: $input) {
    token apiToken { id hint } userErrors { field code } } }";

/// A token of somebody who signed in, and its id.
fn token(owner: &Client, input: &Value) -> (String, String) {
    let made = owner.ask(CREATE, json!({ "input": input })).accepted("createApiToken");
    (made.text("/createApiToken/token"), made.text("/createApiToken/apiToken/id"))
}

/// A call that needs each scope, made about a draft of the caller.
fn calls(id: &str) -> Vec<(TokenScope, String)> {
    vec![
        (TokenScope::ContentReadWorking, "{ articles(view: WORKING) { totalCount } }".to_owned()),
        (TokenScope::ContentReadWorking, "{ scheduled { totalCount } }".to_owned()),
        (
            TokenScope::ContentWrite,
            "mutation { createArticle(input: { title: \"x\" }) { userErrors { code } } }"
                .to_owned(),
        ),
        (
            TokenScope::ContentWrite,
            format!("mutation {{ submitArticle(id: {id:?}) {{ userErrors {{ code }} }} }}"),
        ),
        (
            TokenScope::ContentPublish,
            format!("mutation {{ publishArticle(id: {id:?}) {{ userErrors {{ code }} }} }}"),
        ),
        (
            TokenScope::TaxonomyWrite,
            "mutation { createTag(input: { name: \"x\" }) { userErrors { code } } }".to_owned(),
        ),
        (TokenScope::UserManage, "{ auditLog { totalCount } }".to_owned()),
    ]
}

fn name(scope: TokenScope) -> String {
    scope.name().to_uppercase().replace(':', "_")
}

on_both! {
    fn a_token_does_what_its_scopes_say_and_no_more(app) {
        let admin = app.as_role(Role::Admin);
        let id = admin.ask("mutation { createArticle(input: { title: \"d\" }) { article { id } } }", Value::Null)
            .text("/createArticle/article/id");
        for scope in TokenScope::ALL {
            let (secret, _) = token(&admin, &json!({ "name": scope.name(), "scopes": [name(scope)] }));
            let client = app.nobody().with_token(&secret);
            for (needed, call) in calls(&id) {
                let answer = client.run(&call, Value::Null, None);
                let code = answer["errors"][0]["extensions"]["code"].as_str();
                // Reading what a mutation wrote back needs a scope of its own.
                let refused = code == Some("FORBIDDEN");
                assert_eq!(!refused, scope == needed, "{scope:?} {call}: {answer}");
            }
            // What the public reads, everybody reads.
            assert!(client.run("{ articles { totalCount } }", Value::Null, None)["errors"].is_null());
        }
    }

    fn a_token_never_does_more_than_its_owner_now(app) {
        let author = app.as_role(Role::Author);
        let scopes: Vec<_> = TokenScope::ALL.into_iter().map(name).collect();
        let (secret, _) = token(&author, &json!({ "name": "all", "scopes": scopes }));
        let client = app.nobody().with_token(&secret);
        assert_eq!(client.code("{ auditLog { totalCount } }", Value::Null), "FORBIDDEN");
        assert_eq!(client.code("mutation { createTag(input: { name: \"x\" }) { userErrors { code } } }", Value::Null), "FORBIDDEN");
        let create = "mutation { createArticle(input: { title: \"x\" }) { article { id } userErrors { code } } }";
        let _ = client.ask(create, Value::Null).accepted("createArticle");
        app.sql("UPDATE \"user\" SET role = 'VIEWER' WHERE role = 'AUTHOR'");
        assert_eq!(client.code(create, Value::Null), "FORBIDDEN");
        app.sql("UPDATE \"user\" SET active = FALSE WHERE role = 'VIEWER'");
        assert_eq!(client.code(create, Value::Null), "UNAUTHENTICATED");
    }

    fn a_token_is_for_its_languages_and_sections(app) {
        app.import_files(&[
            ("hugo.toml", "defaultContentLanguage = 'en'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n"),
            ("content/news/a.md", "---\ntitle: a\ndraft: true\ntags: [t]\n---\n"),
            ("content/news/a.de.md", "---\ntitle: a-de\ndraft: true\ntags: [t]\n---\n"),
            ("content/blog/b.md", "---\ntitle: b\ndraft: true\ntags: [t]\nmenu: main\n---\n"),
        ]);
        let editor = app.as_role(Role::Editor);
        let (secret, _) = token(&editor, &json!({ "name": "news", "languages": ["en"], "sections": ["news"],
            "scopes": ["CONTENT_READ_WORKING", "CONTENT_WRITE", "CONTENT_PUBLISH"] }));
        let client = app.nobody().with_token(&secret);
        let list = "{ articles(view: WORKING) { totalCount nodes { id title translations { title } } tagCounts { count } }
            tags(view: WORKING) { nodes { articleCount articles { nodes { title } } } }
            site(view: WORKING) { menu(name: \"main\") { items { name } } } }";
        let seen = client.ask(list, Value::Null);
        assert_eq!(seen.each("/articles/nodes", "title"), ["a"]);
        assert_eq!(seen.number("/articles/totalCount"), 1);
        assert_eq!(seen.number("/articles/tagCounts/0/count"), 1);
        assert_eq!(seen.at("/articles/nodes/0/translations"), &json!([]));
        assert_eq!(seen.at("/tags/nodes/0/articles/nodes"), &json!([{ "title": "a" }]));
        assert_eq!(seen.at("/site/menu/items"), &json!([]));
        let id = seen.text("/articles/nodes/0/id");
        let all = editor.ask("{ articles(view: WORKING) { nodes { id title } } }", Value::Null);
        let titles = all.each("/articles/nodes", "title");
        for (other, title) in all.each("/articles/nodes", "id").iter().zip(&titles) {
            let publish = client.ask("mutation($ids: [ID!]!) { tagArticles(ids: $ids, mode: EACH) { succeeded results { userErrors { code } } } }",
                json!({ "ids": [other] }));
            assert_eq!(publish.number("/tagArticles/succeeded") == 1, title == "a", "{title}");
        }
        // Nor can it take an article out of its limits, or make one there.
        let save = "mutation($id: ID!, $input: UpdateArticleInput!) { updateArticle(id: $id, expectedVersion: 1, input: $input) { userErrors { code } } }";
        assert_eq!(client.code(save, json!({ "id": id, "input": { "section": "blog" } })), "FORBIDDEN");
        let create = "mutation($input: CreateArticleInput!) { createArticle(input: $input) { userErrors { code } } }";
        assert_eq!(client.code(create, json!({ "input": { "title": "x", "section": "blog" } })), "FORBIDDEN");
        assert_eq!(client.code(create, json!({ "input": { "title": "x", "section": "news", "language": "de" } })), "FORBIDDEN");
        let _ = client.ask(create, json!({ "input": { "title": "x", "section": "news" } })).accepted("createArticle");
    }

    fn a_token_stops_when_it_is_revoked_or_expires(app) {
        let (editor, admin) = (app.as_role(Role::Editor), app.as_role(Role::Admin));
        let viewer = "{ viewer { role } }";
        let (secret, id) = token(&editor, &json!({ "name": "n", "scopes": ["CONTENT_READ"], "expiresAt": "2026-11-01T02:00:00Z" }));
        let client = app.nobody().with_token(&secret);
        assert_eq!(client.ask(viewer, Value::Null).text("/viewer/role"), "EDITOR");
        app.set_clock(START + HOUR / 8);
        let used = editor.ask("{ apiTokens { name hint scopes lastUsedAt revokedAt } }", Value::Null);
        assert_eq!(used.at("/apiTokens/0/lastUsedAt"), "2026-11-01T00:00:00Z");
        assert!(secret.starts_with(&used.text("/apiTokens/0/hint")));
        // It is written down later, all at once.
        let (_, statements) = app.statements(|| client.ask(viewer, Value::Null));
        assert!(!statements.iter().any(|statement| statement.contains("UPDATE")), "{statements:?}");
        app.block_on(api::worker::tidy(&app.app)).expect("housekeeping");
        let used = editor.ask("{ apiTokens { lastUsedAt } }", Value::Null);
        assert_eq!(used.at("/apiTokens/0/lastUsedAt"), "2026-11-01T00:07:30Z");
        // Nobody ends the token of another but those who manage users.
        let revoke = "mutation($id: ID!) { revokeApiToken(id: $id) { apiToken { revokedAt } userErrors { code } } }";
        let refused = app.as_role(Role::Editor).ask(revoke, json!({ "id": id }));
        assert_eq!(refused.text("/revokeApiToken/userErrors/0/code"), "NOT_FOUND");
        let (other, _) = token(&editor, &json!({ "name": "o", "scopes": ["CONTENT_READ"], "expiresAt": "2026-11-01T02:00:00Z" }));
        let _ = admin.ask(revoke, json!({ "id": id })).accepted("revokeApiToken");
        let gone = client.post(&json!({ "query": viewer }));
        assert_eq!(gone.status, 401);
        assert!(gone.body.contains("revoked"), "{}", gone.body);
        let other = app.nobody().with_token(&other);
        assert_eq!(other.ask(viewer, Value::Null).text("/viewer/role"), "EDITOR");
        app.set_clock(START + 2 * HOUR);
        assert!(other.post(&json!({ "query": viewer })).body.contains("expired"));
    }

    fn a_mistyped_token_costs_no_look_up(app) {
        let editor = app.as_role(Role::Editor);
        let (secret, _) = token(&editor, &json!({ "name": "n", "scopes": ["CONTENT_READ"] }));
        let mut mistyped = secret.clone();
        let last = if mistyped.pop() == Some('0') { '1' } else { '0' };
        mistyped.push(last);
        let client = app.nobody().with_token(&mistyped);
        let (answer, statements) = app.statements(|| client.post(&json!({ "query": "{ viewer { role } }" })));
        assert_eq!((answer.status, statements.len()), (401, 0));
        assert!(answer.body.contains("mistyped"));
        // One that was made up with its check right is unknown all the same.
        let stored = format!("{:?}", app.events());
        assert!(!stored.contains(&secret));
    }

    fn a_token_makes_no_tokens(app) {
        let editor = app.as_role(Role::Editor);
        let scopes: Vec<_> = TokenScope::ALL.into_iter().map(name).collect();
        let (secret, _) = token(&editor, &json!({ "name": "n", "scopes": scopes }));
        let client = app.nobody().with_token(&secret);
        assert_eq!(client.code(CREATE, json!({ "input": { "name": "m", "scopes": ["CONTENT_READ"] } })), "FORBIDDEN");
        for (input, field) in [
            (json!({ "name": " ", "scopes": ["CONTENT_READ"] }), "name"),
            (json!({ "name": "n", "scopes": [] }), "scopes"),
            (json!({ "name": "n", "scopes": ["CONTENT_READ"], "expiresAt": "2020-01-01T00:00:00Z" }), "expiresAt"),
            (json!({ "name": "n", "scopes": ["CONTENT_READ"], "languages": ["tlh"] }), "languages"),
        ] {
            let refused = editor.ask(CREATE, json!({ "input": input }));
            assert_eq!(refused.at("/createApiToken/userErrors/0/field"), &json!(["input", field]));
            assert!(refused.at("/createApiToken/token").is_null());
        }
    }
}
