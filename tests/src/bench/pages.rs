//! The pages that are measured, each as a query and, where it is short enough to be
//! written by hand, as an address of the floor.

use serde_json::{Value, json};

/// One article with everything that a page shows of it.
pub const ARTICLE: &str = "query($path: String!) { article(by: { path: $path }) { \
    path title date body { html } tags { name path } categories { name path } } }";
/// A list page without counts.
pub const LIST: &str = "{ articles(first: 20, filter: { language: \"zh-CN\" }) { nodes { \
    path title date summary tags { name path } categories { name path } } } }";
/// The same with the count of all.
const COUNTED: &str = "{ articles(first: 20, filter: { language: \"zh-CN\" }) { totalCount nodes { \
    path title date summary tags { name path } categories { name path } } } }";
/// The tags of the site, each with the number of its articles.
const CLOUD: &str = "{ tags(first: 50) { nodes { name path articleCount } } }";
/// Everything that a theme draws on the page of an article.
const WHOLE: &str = include_str!("whole.graphql");
/// A page of the list by its cursor.
pub const BY_CURSOR: &str = "query($after: String) { articles(first: 20, after: $after) { \
    pageInfo { hasNextPage endCursor } nodes { path title } } }";

/// A page, in as many variants as there are articles, or one.
pub struct Page {
    pub name: &'static str,
    pub variants: usize,
    body: fn(&str) -> Value,
    floor: Option<fn(&str) -> String>,
}

pub const PAGES: [Page; 5] = [
    Page {
        name: "article with body",
        variants: 500,
        body: |path| json!({ "query": ARTICLE, "variables": { "path": path } }),
        floor: Some(|path| format!("/article?path={path}")),
    },
    Page {
        name: "list of 20 with terms",
        variants: 1,
        body: |_| json!({ "query": LIST }),
        floor: Some(|_| "/list".to_owned()),
    },
    Page {
        name: "the same and totalCount",
        variants: 1,
        body: |_| json!({ "query": COUNTED }),
        floor: Some(|_| "/counted".to_owned()),
    },
    Page {
        name: "50 tags with counts",
        variants: 1,
        body: |_| json!({ "query": CLOUD }),
        floor: Some(|_| "/cloud".to_owned()),
    },
    Page {
        name: "whole article page",
        variants: 500,
        body: |path| json!({ "query": WHOLE, "variables": { "path": path } }),
        floor: None,
    },
];

impl Page {
    /// The bodies of its requests, of a site of so many articles.
    pub fn bodies(&self, articles: usize) -> Vec<String> {
        self.paths(articles).map(|path| (self.body)(&path).to_string()).collect()
    }

    /// The same as addresses of the floor.
    pub fn floor(&self, articles: usize) -> Option<Vec<String>> {
        self.floor.map(|floor| self.paths(articles).map(|path| floor(&path)).collect())
    }

    fn paths(&self, articles: usize) -> impl Iterator<Item = String> {
        (0..self.variants).map(move |number| format!("/news/a{:05}/", number * 7919 % articles))
    }
}
