//! The number of SQL statements follows a query's depth, never its rows.

use serde_json::{Value, json};
use tests::{TestApp, contract, generate, on_both};

/// Forty generated articles.
fn generated(app: &TestApp) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    generate::site(folder.path(), 40);
    assert_eq!(app.import(folder.path()).created, 40);
}

fn count(app: &TestApp, document: &str, variables: &Value) -> usize {
    app.statements(|| app.query(document, variables.clone())).1.len()
}

/// Everything that a list of articles can hang below each of its rows.
const DEEP: &str = "query($first: Int!) {
  articles(first: $first) {
    totalCount
    tagCounts(first: 5) { tag { name articleCount } count }
    nodes {
      title url
      body { html tableOfContents { id } }
      translations { path tags { name } }
      tags { name articleCount articles(first: 2) { totalCount nodes { title tags { name } } } }
      categories { name parent { name } children { name } }
      previous { title tags { name } } next { title }
      related(first: 3) { title categories { name } }
      widgets {
        ... on RecentWidget { articles { title } }
        ... on TagListWidget { tags { name articleCount } }
        ... on LanguagesWidget { links { path } }
      }
      site { title menu(name: \"main\") { items { name } } }
    }
  }
}";

/// The address of an article with neighbours and related ones.
fn surrounded(app: &TestApp) -> String {
    let all = app.query(
        "{ articles(first: 40) { nodes { path previous { id } next { id } related(first: 1) { id } } } }",
        Value::Null,
    );
    let nodes = all.at("/articles/nodes").as_array().expect("nodes");
    let found = nodes.iter().find(|node| {
        node["previous"].is_object() && node["next"].is_object() && node["related"][0].is_object()
    });
    found.expect("an article")["path"].as_str().expect("a path").to_owned()
}

on_both! {
    fn a_list_takes_as_many_for_one_row_as_for_twenty(app) {
        generated(&app);
        let Some((list, _)) = contract("article-list") else { return };
        for document in [list.as_str(), DEEP] {
            let counts: Vec<_> = [1, 3, 20]
                .map(|first| count(&app, document, &json!({"first": first, "language": "zh-CN"})))
                .into();
            assert_eq!(counts[1], counts[2], "{document}");
            // The newest article has no next one, whose row need not be read.
            assert!(counts[0] <= counts[1], "{counts:?} for {document}");
        }
    }

    fn each_contract_query_keeps_its_number(app) {
        generated(&app);
        for (name, variables, expected) in [
            // Site and languages, the page, its count, terms.
            ("article-list", json!({"first": 20, "language": "zh-CN"}), 5),
            // The article with its body, site and languages, translations, terms,
            // counts of the tags; for the widgets: recent articles, the
            // most frequent tags with their counts, their names; who is near and the
            // rows of the two; who is related, by what others could be, and their rows;
            // the menu.
            ("article-page", json!({"path": surrounded(&app)}), 16),
            // The page, its count, counts of tags, their names.
            ("filtered", json!({"in": "c1", "notIn": "t1"}), 4),
            // Not an article, site and languages, the tag, its page, its count.
            ("route", json!({"path": "/tags/t1/"}), 6),
            ("widgets", json!({"language": "zh-CN"}), 5),
        ] {
            let Some((document, _)) = contract(name) else { return };
            let ((), statements) = app.statements(|| {
                let answer = app.query(&document, variables.clone());
                assert!(answer.0.as_object().is_some_and(|data| data.values().all(|v| !v.is_null())),
                    "{name}: {}", answer.0);
            });
            assert_eq!(statements.len(), expected, "{name}:\n{}", statements.join("\n"));
        }
    }

    fn an_article_and_its_body_are_read_at_once(app) {
        generated(&app);
        let by = format!("by: {{ path: \"{}\" }}", surrounded(&app));
        let one = format!("{{ article({by}) {{ title body {{ html markdown }} }} }}");
        assert_eq!(count(&app, &one, &Value::Null), 1);
        // Asked for in parts, in another language or beside another: the same, if not as fast.
        let parts = format!("{{ article({by}) {{ title a: body {{ html }} ...More }} \
            fallback: article({by}, fallback: true) {{ body {{ html markdown }} }} }} fragment More on Article {{ b: body {{ markdown }} }}");
        let (one, parts) = (app.query(&one, Value::Null), app.query(&parts, Value::Null));
        let body = one.at("/article/body");
        assert!(body["html"].as_str().is_some_and(|html| html.starts_with('<')), "{body}");
        assert_eq!(parts.at("/article/a/html"), &body["html"]);
        assert_eq!(parts.at("/article/b/markdown"), &body["markdown"]);
        assert_eq!(parts.at("/fallback/body"), body);
        assert_eq!(parts.at("/article/title"), one.at("/article/title"));
    }

    fn a_list_without_bodies_reads_none(app) {
        generated(&app);
        let Some((list, _)) = contract("article-list") else { return };
        let variables = json!({"first": 20, "language": "zh-CN"});
        let (_, statements) = app.statements(|| app.query(&list, variables));
        for statement in &statements {
            assert!(!statement.contains("\"body\""), "{statement}");
        }
        let (_, statements) =
            app.statements(|| app.query("{ articles { nodes { title } } }", Value::Null));
        assert_eq!(statements.len(), 1, "{statements:?}");
        for unasked in ["\"summary\"", "\"params\"", "\"widgets\"", "\"thumbnail\""] {
            assert!(!statements[0].contains(unasked), "{unasked} in {}", statements[0]);
        }
    }

    fn a_list_says_the_same_however_it_is_selected(app) {
        generated(&app);
        let list = |selection: &str| {
            let document = format!(
                "query($yes: Boolean!, $no: Boolean! = false, $more: Boolean = true) {{ \
                   articles(first: 7) {{ nodes {{ {selection} }} edges @include(if: $yes) {{ node {{ title }} }} }} \
                   tags(first: 3) {{ nodes {{ __typename name articleCount }} }} \
                   used: articles(first: 1) @skip(if: $no) @include(if: $more) {{ \
                     nodes {{ ...Any ...Tags }} }} }} \
                 fragment Tags on Article {{ tags {{ slug }} }} fragment Any on Node {{ id }}"
            );
            app.query(&document, json!({"yes": true})).0.to_string()
        };
        let plain = list("__typename id title tags { __typename name slug path } categories { name }");
        for (has, place) in [(r#""__typename":"Article","id":"#, 7), (r#""__typename":"Tag","name":"#, 24)] {
            assert_eq!(plain.matches(has).count(), place, "{plain}");
        }
        assert!(plain.contains("\"used\":{"), "a variable has its default in directives, too: {plain}");
        for same in [
            // Objects that are selected in parts, as fields and by fragments.
            "__typename ...Any title tags { __typename name } ...Tags tags { path } categories { name }",
            "... { __typename id } ... on Article { title tags { ... on Tag { __typename name slug path } } } categories { name }",
            "__typename id id title tags { __typename name slug path } ...Tags categories { name } title",
            "__typename id title @skip(if: $no) tags @include(if: $yes) { __typename name slug path } \
             categories { name slug @skip(if: $yes) } summary @include(if: $no)",
        ] {
            assert_eq!(list(same), plain, "{same}");
        }
        let aliased = list("__typename id title: title tags { __typename name slug path } categories { name: slug }");
        assert_eq!(aliased, plain, "slugs of c1 and the like are their names");
        // One that cannot be resolved says in which row, and leaves nothing out silently.
        let answer = app.nobody().run(
            "{ articles(first: 2) { nodes { title articles: related(first: -1) { id } } } }",
            json!({}), None);
        assert_eq!(answer["errors"][0]["path"], json!(["articles", "nodes", 0]), "{answer}");
    }

    fn counts_cost_nothing_unless_selected(app) {
        generated(&app);
        assert_eq!(count(&app, "{ articles { nodes { title } } }", &Value::Null), 1);
        assert_eq!(count(&app, "{ articles { totalCount } }", &Value::Null), 1);
        assert_eq!(count(&app, "{ articles { totalCount nodes { title } } }", &Value::Null), 2);
    }
}
