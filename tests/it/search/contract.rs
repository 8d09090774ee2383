//! The query that frontends rely on, on the seed site.

use serde_json::json;
use tests::{contract, corpora, on_both};

on_both! {
    fn a_chinese_word_of_two_characters_finds_its_articles(app) {
        let Some(corpora) = corpora() else { return };
        let _ = app.import(corpora.join("seed-site"));
        let Some((document, variables)) = contract("search") else { return };
        let answer = app.query(&document, variables);
        let count = answer.number("/search/totalCount");
        assert!(count > 0, "{}", answer.0);
        assert_eq!(answer.at("/search/edges").as_array().map(Vec::len), usize::try_from(count).ok());
        assert!(answer.text("/search/edges/0/highlights/0/fragments/0").contains("<mark>杭州</mark>"),
            "{}", answer.0);
        assert!(answer.at("/search/edges/0/score").as_f64().is_some_and(|score| score > 0.0));
        assert!(answer.number("/search/facets/categories/0/count") > 0);
        let none = app.query(&document, json!({"query": "杭洲", "language": "zh-CN"}));
        assert_eq!(none.number("/search/totalCount"), 0);
        let other = app.query(&document, json!({"query": "杭州", "language": "en"}));
        assert_eq!(other.number("/search/totalCount"), 0);
    }
}
