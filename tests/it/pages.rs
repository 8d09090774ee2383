//! Cursors: every row once, in order, whatever happens meanwhile.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Answer, Client, TestApp, on_both};

/// Thirty articles, many of the same date, title and weight.
fn site(app: &TestApp) {
    let files: Vec<(String, String)> = (0..30)
        .map(|number| {
            let text = format!(
                "---\ntitle: Title {}\ndate: 2026-0{}-01T00:00:00Z\nweight: {}\ntags: [t]\n---\nText.\n",
                number % 4, 1 + number % 3, number % 5
            );
            (format!("content/news/a{number}.md"), text)
        })
        .collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(app.import_files(&files).created, 30);
}

const LIST: &str =
    "query($first: Int, $after: String, $last: Int, $before: String, $order: ArticleOrder) {
  articles(first: $first, after: $after, last: $last, before: $before, orderBy: $order) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { path } }
  }
}";

fn paths(answer: &Answer) -> Vec<String> {
    answer
        .at("/articles/edges")
        .as_array()
        .expect("edges")
        .iter()
        .map(|edge| edge["node"]["path"].as_str().expect("a path").to_owned())
        .collect()
}

/// All rows, page by page, in one direction.
fn walk(client: &Client, order: &Value, size: i32, forward: bool) -> Vec<String> {
    let mut all = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let variables = if forward {
            json!({"first": size, "after": cursor, "order": order})
        } else {
            json!({"last": size, "before": cursor, "order": order})
        };
        let answer = client.ask(LIST, variables);
        let mut page = paths(&answer);
        assert!(page.len() <= usize::try_from(size).expect("a size"));
        let (more, next) =
            if forward { ("hasNextPage", "endCursor") } else { ("hasPreviousPage", "startCursor") };
        if forward {
            all.append(&mut page);
        } else {
            page.append(&mut all);
            all = page;
        }
        if answer.at(&format!("/articles/pageInfo/{more}")) == &json!(false) {
            return all;
        }
        cursor = answer.at(&format!("/articles/pageInfo/{next}")).clone();
    }
}

on_both! {
    fn pages_make_the_list_in_every_order_and_direction(app) {
        site(&app);
        let client = app.nobody();
        for field in ["DATE", "TITLE", "WEIGHT", "LAST_MODIFIED", "CREATED_AT"] {
            for direction in ["ASC", "DESC"] {
                let order = json!({"field": field, "direction": direction});
                let whole = paths(&client.ask(LIST, json!({"first": 100, "order": order})));
                assert_eq!(whole.len(), 30);
                for (size, forward) in [(7, true), (7, false), (30, true), (1, true), (29, false)] {
                    assert_eq!(walk(&client, &order, size, forward), whole, "{order} {size} {forward}");
                }
                let mut unique = whole.clone();
                unique.sort_unstable();
                unique.dedup();
                assert_eq!(unique.len(), 30);
            }
        }
        let up = paths(&client.ask(LIST, json!({"first": 100, "order": {"field": "TITLE", "direction": "ASC"}})));
        let mut down = paths(&client.ask(LIST, json!({"first": 100, "order": {"field": "TITLE", "direction": "DESC"}})));
        down.reverse();
        assert_eq!(up, down);
    }

    fn rows_that_come_meanwhile_move_no_others(app) {
        site(&app);
        let client = app.nobody();
        let first = client.ask(LIST, json!({ "first": 10 }));
        let rest_before = client.ask(LIST, json!({"first": 100, "after": first.at("/articles/pageInfo/endCursor")}));
        let newer = "---\ntitle: New\ndate: 2026-10-20T00:00:00Z\n---\n";
        let older = "---\ntitle: Old\ndate: 2020-01-01T00:00:00Z\n---\n";
        app.import_files(&[("content/news/new.md", newer), ("content/news/old.md", older)]);
        let rest = client.ask(LIST, json!({"first": 100, "after": first.at("/articles/pageInfo/endCursor")}));
        let mut expected = paths(&rest_before);
        expected.push("/news/old/".to_owned());
        assert_eq!(paths(&rest), expected);
    }

    fn both_ends_may_be_given(app) {
        site(&app);
        let client = app.nobody();
        let whole = client.ask(LIST, json!({ "first": 100 }));
        let cursor = |at: usize| whole.at(&format!("/articles/edges/{at}/cursor")).clone();
        let between = client.ask(LIST, json!({"first": 100, "after": cursor(3), "before": cursor(8)}));
        assert_eq!(paths(&between), paths(&whole)[4..8]);
        assert_eq!(between.at("/articles/pageInfo/hasPreviousPage"), &json!(true));
        let none = client.ask(LIST, json!({"first": 0}));
        assert_eq!(none.at("/articles/edges"), &json!([]));
        assert_eq!(none.at("/articles/pageInfo/hasNextPage"), &json!(true));
    }

    fn what_is_no_page_is_refused(app) {
        site(&app);
        let client = app.nobody();
        let cursor = client.ask(LIST, json!({ "first": 1 })).at("/articles/pageInfo/endCursor").clone();
        for variables in [
            json!({"first": 101}), json!({"first": -1}), json!({"last": 101}), json!({"first": 1, "last": 1}),
            json!({"after": "nonsense"}), json!({"after": ""}),
            json!({"after": cursor, "order": {"field": "TITLE"}}),
        ] {
            assert_eq!(client.code(LIST, variables.clone()), "BAD_USER_INPUT", "{variables}");
        }
    }

    fn nested_lists_have_the_same_pages(app) {
        site(&app);
        let nested = "query($first: Int, $after: String) { tag(by: { slug: \"t\" }) {
            articles(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { path } } } }";
        let top = paths(&app.query(LIST, json!({ "first": 100 })));
        let mut all = Vec::new();
        let mut cursor = Value::Null;
        loop {
            let answer = app.query(nested, json!({"first": 8, "after": cursor}));
            assert_eq!(answer.number("/tag/articles/totalCount"), 30);
            all.extend(answer.each("/tag/articles/nodes", "path"));
            if answer.at("/tag/articles/pageInfo/hasNextPage") == &json!(false) {
                break;
            }
            cursor = answer.at("/tag/articles/pageInfo/endCursor").clone();
        }
        assert_eq!(all, top);
        // Several parents share one statement and keep their pages apart.
        let editor = app.as_role(Role::Editor);
        let _ = editor.ask("mutation { createArticle(input: { title: \"x\", tags: [\"u\", \"t\"] }) { userErrors { message } } }", Value::Null);
        let both = editor.ask("{ tags(view: WORKING) { nodes { slug articles(first: 2) { totalCount
            pageInfo { hasNextPage } nodes { title } } } } }", Value::Null);
        assert_eq!(both.at("/tags/nodes/0/articles/totalCount"), &json!(31));
        assert_eq!(both.at("/tags/nodes/0/articles/pageInfo/hasNextPage"), &json!(true));
        assert_eq!(both.at("/tags/nodes/1/articles/pageInfo/hasNextPage"), &json!(false));
        assert_eq!(both.each("/tags/nodes/1/articles/nodes", "title"), ["x"]);
    }

    fn lists_of_terms_have_pages_too(app) {
        let names = (0..25).map(|n| format!("T{n:02}")).collect::<Vec<_>>().join(", ");
        let text = format!("---\ntitle: A\ndate: 2026-01-01\ntags: [{names}]\n---\n");
        app.import_files(&[("content/a.md", &text)]);
        let page = "query($after: String, $before: String, $last: Int) { tags(after: $after, before: $before, last: $last) {
            totalCount pageInfo { hasNextPage endCursor startCursor } nodes { name } } }";
        let first = app.query(page, Value::Null);
        assert_eq!(first.each("/tags/nodes", "name").len(), 20);
        assert_eq!(first.number("/tags/totalCount"), 25);
        let second = app.query(page, json!({ "after": first.at("/tags/pageInfo/endCursor") }));
        assert_eq!(second.each("/tags/nodes", "name"), ["T20", "T21", "T22", "T23", "T24"]);
        let back = app.query(page, json!({"last": 2, "before": second.at("/tags/pageInfo/startCursor")}));
        assert_eq!(back.each("/tags/nodes", "name"), ["T18", "T19"]);
    }
}
