//! The audit log: who did what, when, from where, to which version.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{HOUR, START, TestApp, on_both};

const LOG: &str = "query($filter: AuditFilter, $first: Int, $after: String) { auditLog(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { endCursor hasNextPage } nodes { position at kind entityId version language address apiTokenId actor { email role } data } } }";

fn kinds(app: &TestApp, filter: &Value) -> Vec<String> {
    let log = app.as_role(Role::Admin).ask(LOG, json!({ "filter": filter, "first": 100 }));
    log.each("/auditLog/nodes", "kind")
}

on_both! {
    fn each_act_names_who_when_and_from_where(app) {
        let (admin, editor) = (app.as_role(Role::Admin), app.as_role(Role::Editor));
        let id = editor.ask("mutation { createArticle(input: { title: \"t\" }) { article { id } } }", Value::Null)
            .text("/createArticle/article/id");
        app.set_clock(START + HOUR / 8);
        let _ = editor.ask("mutation($id: ID!) { publishArticle(id: $id) { userErrors { code } } }", json!({ "id": id }))
            .accepted("publishArticle");
        let log = admin.ask(LOG, json!({ "filter": { "entityId": id } }));
        assert_eq!(log.each("/auditLog/nodes", "kind"), ["article.published", "article.created"]);
        assert_eq!(log.number("/auditLog/totalCount"), 2);
        assert_eq!(log.at("/auditLog/nodes/0/at"), "2026-11-01T00:07:30Z");
        assert_eq!(log.at("/auditLog/nodes/0/version"), &json!(1));
        assert_eq!(log.at("/auditLog/nodes/0/actor/role"), "EDITOR");
        assert_eq!(log.text("/auditLog/nodes/0/entityId"), id);
        assert_eq!(log.text("/auditLog/nodes/0/address"), "127.0.0.1");
    }

    fn the_log_is_filtered_and_paged(app) {
        let (admin, editor) = (app.as_role(Role::Admin), app.as_role(Role::Editor));
        let me = editor.ask("{ viewer { id } }", Value::Null).text("/viewer/id");
        let create = "mutation { createArticle(input: { title: \"t\" }) { userErrors { code } } }";
        for _ in 0..3 {
            let _ = editor.ask(create, Value::Null).accepted("createArticle");
        }
        let _ = admin.ask(create, Value::Null).accepted("createArticle");
        assert_eq!(kinds(&app, &json!({ "actor": me, "kind": "article" })), ["article.created"; 3]);
        assert_eq!(kinds(&app, &json!({ "kind": "article.created" })).len(), 4);
        assert_eq!(kinds(&app, &json!({ "kind": "article.created", "address": "10.0.0.1" })), [""; 0]);
        assert_eq!(kinds(&app, &json!({ "kind": "article", "until": "2026-11-01T00:00:00Z" })), [""; 0]);
        assert_eq!(kinds(&app, &json!({ "kind": "article", "since": "2026-11-01T00:00:00Z" })).len(), 4);
        let filter = json!({ "kind": "article" });
        let mut positions = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = admin.ask(LOG, json!({ "filter": filter, "first": 3, "after": after }));
            for node in page.at("/auditLog/nodes").as_array().expect("a list") {
                positions.push(node["position"].as_i64().expect("a position"));
            }
            after = page.at("/auditLog/pageInfo/endCursor").clone();
            if page.at("/auditLog/pageInfo/hasNextPage") == &json!(false) {
                break;
            }
        }
        assert_eq!(positions.len(), 4);
        assert!(positions.is_sorted_by(|a, b| a > b), "{positions:?}");
    }

    fn what_a_token_does_is_the_tokens_and_its_owners(app) {
        let editor = app.as_role(Role::Editor);
        let made = editor.ask("mutation { createApiToken(input: { name: \"n\", scopes: [CONTENT_WRITE, CONTENT_READ_WORKING] }) { token apiToken { id } } }",
            Value::Null);
        let id = made.text("/createApiToken/apiToken/id");
        let client = app.nobody().with_token(&made.text("/createApiToken/token"));
        let _ = client.ask("mutation { createArticle(input: { title: \"t\" }) { userErrors { code } } }", Value::Null)
            .accepted("createArticle");
        let log = app.as_role(Role::Admin).ask(LOG, json!({ "filter": { "apiTokenId": id } }));
        assert_eq!(log.each("/auditLog/nodes", "kind"), ["article.created"]);
        assert_eq!(log.text("/auditLog/nodes/0/apiTokenId"), id);
        assert_eq!(log.at("/auditLog/nodes/0/actor/role"), "EDITOR");
        assert!(kinds(&app, &json!({ "kind": "apiToken" })).contains(&"apiToken.created".to_owned()));
    }
}
