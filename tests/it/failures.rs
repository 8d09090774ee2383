//! When something breaks inside: callers learn that it did, and nothing else.

use serde_json::{Value, json};
use tests::client::{agent, raw};
use tests::on_both;

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
