//! When something breaks inside: callers learn that it did, and nothing else.

use std::time::Duration;

use sea_orm::sea_query::{Expr, Query};
use serde_json::{Value, json};
use tests::client::{agent, raw};
use tests::{TestApp, on_both};

on_both! {
    fn an_internal_error_is_masked_and_the_rest_goes_on(app) {
        app.sql("DROP TABLE menu_entry");
        let answer = app.nobody().run("{ site { title menu(name: \"main\") { name } } }", Value::Null, None);
        assert_eq!(answer["errors"][0]["message"], "internal error");
        assert_eq!(answer["errors"][0]["extensions"], json!({"code": "INTERNAL_SERVER_ERROR"}));
        assert!(!answer.to_string().contains("menu_entry"), "{answer}");
        assert_eq!(app.query("{ site { title } }", Value::Null).text("/site/title"), "Broadsheet");
    }

    fn a_server_without_its_database_says_that_it_is_unwell(app) {
        let health = || raw(agent().get(app.url("/health")).call());
        assert_eq!(health().status, 200);
        app.block_on(app.app.db().close());
        let unwell = health();
        assert_eq!((unwell.status, unwell.json()), (503, json!({"status": "database unreachable"})));
        let answer = app.nobody().run("{ articles { totalCount } }", Value::Null, None);
        assert_eq!(answer["errors"][0]["message"], "internal error");
    }

    fn what_is_gone_of_a_person_takes_effect_at_once(app) {
        let editor = app.as_role(api::policy::Role::Editor);
        let may_edit = |expected: Option<&str>| {
            let answer = editor.run("mutation { createTag(input: { name: \" \" }) { userErrors { code } } }", Value::Null, None);
            assert_eq!(answer["errors"][0]["extensions"]["code"].as_str(), expected, "{answer}");
        };
        may_edit(None);
        app.sql("UPDATE \"user\" SET role = 'AUTHOR'");
        may_edit(Some("FORBIDDEN"));
        app.sql("UPDATE \"user\" SET active = FALSE");
        may_edit(Some("UNAUTHENTICATED"));
    }
}

#[test]
fn a_database_that_closes_its_connections_is_read_on_new_ones() {
    let Some(app) = TestApp::postgres() else { return };
    app.import_files(&[("content/posts/a.md", "---\ntitle: A\ntags: [x]\n---\nText.\n")]);
    let titles = |number: usize| {
        let fields = "nodes { title tags { name } body { html } }";
        let answer = app.query(&format!("{{ articles {{ {fields} }} }} # {number}"), Value::Null);
        answer.each("/articles/nodes", "title")
    };
    assert_eq!(titles(0), ["A"]);
    app.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    for number in 1..5 {
        assert_eq!(titles(number), ["A"]);
    }
}

#[test]
fn who_leaves_takes_no_connection_along() {
    let Some(app) = TestApp::postgres() else { return };
    let reader = app.app.db().reader();
    let select = |sql: &'static str| Query::select().expr(Expr::cust(sql)).take();
    app.block_on(async {
        for _ in 0..40 {
            let slow = select("pg_sleep(0.2)::text");
            let left =
                tokio::time::timeout(Duration::from_millis(5), reader.query_all(&slow)).await;
            assert!(left.is_err(), "it was answered at once");
        }
        for number in 0..20 {
            let rows = reader.query_all(&select("'an answer'")).await.expect("rows");
            let [row] = &rows[..] else { panic!("{} rows for {number}", rows.len()) };
            assert_eq!(row.get::<String>(0).expect("a text"), "an answer");
        }
    });
}
