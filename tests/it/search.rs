//! Search: what is found, by whom, in which order, and how it is shown.

mod answer;
mod any;
mod contract;
mod find;
mod judged;
mod nodes;
mod operate;
mod recall;
mod scope;

use serde_json::{Value, json};
use tests::{Answer, Client, TestApp};

/// What a search finds, as titles, for whoever asks.
fn titles(client: &Client, query: &str, view: &str) -> Vec<String> {
    found(client, json!({ "query": query, "view": view })).each("/search/nodes", "title")
}

const FOUND: &str = "query($query: String!, $language: LanguageTag, $filter: SearchFilter,
    $orderBy: SearchOrder! = RELEVANCE, $first: Int, $after: String, $last: Int, $before: String, $view: View! = PUBLISHED) {
  search(query: $query, language: $language, filter: $filter, orderBy: $orderBy, first: $first, after: $after,
      last: $last, before: $before, view: $view) {
    totalCount didYouMean
    nodes { id title path version }
    edges { cursor score highlights { field fragments offsets { start end } } }
    facets { tags { tag { name } count } categories { category { name } count } sections { section count }
      languages { language count } months { month count } }
    pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
  }
}";

fn found(client: &Client, variables: Value) -> Answer {
    client.ask(FOUND, variables)
}

/// An article in front matter and Markdown.
fn article(title: &str, more: &str, body: &str) -> String {
    format!("---\ntitle: \"{title}\"\ndate: 2025-03-01T08:00:00Z\n{more}---\n{body}\n")
}

/// Imports articles given as name, title and body.
fn import(app: &TestApp, articles: &[(&str, &str, &str)]) {
    let files: Vec<_> = articles
        .iter()
        .map(|(name, title, body)| (format!("content/{name}.md"), article(title, "", body)))
        .collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let report = app.import_files(&files);
    assert_eq!((report.created, report.failures.len()), (articles.len(), 0));
}
