//! What the example frontends ask: each of their queries runs, and takes no more
//! statements than it asks for kinds of things, however many rows there are.

use std::fs;
use std::path::Path;

use api::policy::Role;
use serde_json::{Value, json};
use tests::TestApp;

use crate::examples::demo;

/// A text in backticks, and the name it was given.
struct Literal {
    name: String,
    text: String,
}

/// The GraphQL texts of a file, without what is put into them.
fn literals(source: &str) -> Vec<Literal> {
    let parts: Vec<_> = source.split('`').collect();
    let named = parts.chunks_exact(2).map(|pair| (pair[0], pair[1]));
    named
        .filter(|(_, text)| {
            let begin = text.trim_start();
            begin.starts_with("query ") || begin.starts_with("fragment ")
        })
        .map(|(before, text)| {
            let before = before.rsplit("const ").next().unwrap_or_default();
            let name = before.split([' ', ':', '=']).next().unwrap_or_default();
            Literal { name: name.to_owned(), text: text.to_owned() }
        })
        .collect()
}

/// A text with the others of its file that stand in it as `${NAME}`.
fn whole(text: &str, all: &[Literal]) -> String {
    let mut parts = text.split("${");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').expect("the end of what is put in");
        let other = all.iter().find(|other| other.name == name);
        whole += &whole_of(other.expect(name), all);
        whole += rest;
    }
    whole
}

fn whole_of(literal: &Literal, all: &[Literal]) -> String {
    whole(&literal.text, all)
}

/// Each query of the examples, with the file that it is from.
fn queries() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker/examples");
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(&folder).sort_by_file_name() {
        let entry = entry.expect("an entry");
        let path = entry.path().strip_prefix(&folder).expect("below").display().to_string();
        let kinds = ["ts", "tsx", "astro", "html"];
        let is_source = entry.path().extension().is_some_and(|it| kinds.iter().any(|k| it == *k));
        if !is_source || path.contains("node_modules") {
            continue;
        }
        let source = fs::read_to_string(entry.path()).expect("a file");
        let all = literals(&source);
        let own = all.iter().filter(|literal| literal.text.trim_start().starts_with("query "));
        found.extend(own.map(|literal| (path.clone(), whole_of(literal, &all))));
    }
    found
}

/// The values of what a query declares, for a page at a path.
fn variables(query: &str, path: &str) -> Value {
    let declares = |name: &str| query.split('{').next().is_some_and(|head| head.contains(name));
    let mut all = serde_json::Map::new();
    for (name, value) in [
        ("path", json!(path)),
        ("language", json!("en")),
        ("query", json!("river")),
        ("search", json!(true)),
        ("searching", json!(false)),
    ] {
        if declares(&format!("${name}:")) {
            all.insert(name.to_owned(), value);
        }
    }
    Value::Object(all)
}

/// One for each kind of thing that is asked for, and for each count.
fn allowed(query: &str) -> usize {
    let counts = ["totalCount", "articleCount", "pageInfo"];
    let counted: usize = counts.iter().map(|name| query.matches(name).count()).sum();
    query.matches('{').count() + counted
}

/// Thirty more articles like those that the demo has.
fn grow(app: &TestApp) {
    let editor = app.as_role(Role::Editor);
    let ids: Vec<_> = (0..30)
        .map(|number| {
            let input = json!({"title": format!("More {number}"), "language": "en", "section": "news",
                "tags": ["river", "bridge"], "categories": ["gazette"], "body": "The river again."});
            let document = "mutation($input: CreateArticleInput!) { createArticle(input: $input) {
                article { id } userErrors { message } } }";
            let made = editor.ask(document, json!({ "input": input })).accepted("createArticle");
            made.at("/createArticle/article/id").clone()
        })
        .collect();
    let document = "mutation($ids: [ID!]!) { publishArticles(ids: $ids) { succeeded userErrors { message } } }";
    let done = editor.ask(document, json!({ "ids": ids }));
    assert_eq!(done.at("/publishArticles/succeeded"), 30);
}

#[test]
fn no_query_of_the_examples_needs_more_statements_than_its_depth_asks() {
    let app = demo();
    let queries = queries();
    let files: std::collections::BTreeSet<_> =
        queries.iter().filter_map(|(path, _)| path.split('/').next()).collect();
    assert_eq!(files.into_iter().collect::<Vec<_>>(), ["astro", "hugo", "next", "plain"]);
    let paths = ["/en/news/rain-gauge-network/", "/en/news/", "/en/tags/river/", "/en/"];
    let count = || {
        let mut counts = Vec::new();
        for (file, query) in &queries {
            for path in paths {
                let ask = || app.query(query, variables(query, path));
                let first = ask();
                let all = first.0.as_object().expect("data");
                assert!(all.values().all(|value| !value.is_null()), "{file}: {}", first.0);
                // The first search has built the index, or brought it up to date.
                let (_, statements) = app.statements(ask);
                let most = allowed(query);
                assert!(
                    statements.len() <= most,
                    "{file} {path}: {} of {most}\n{query}\n{}",
                    statements.len(),
                    statements.join("\n")
                );
                counts.push((file.clone(), path, statements.len()));
            }
        }
        counts
    };
    let few = count();
    grow(&app);
    let many = count();
    for (few, many) in few.iter().zip(&many) {
        // What only more rows show, such as a next page or an article, may add one.
        assert!(many.2 <= few.2 + 1, "{few:?} {many:?}");
    }
}
