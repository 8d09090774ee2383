//! What is found of the dense scripts is what a scan finds, in both directions.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};
use tests::generate::Numbers;
use tests::{TestApp, corpora};

use super::import;

const TEXTS: &str = "query($after: String) { articles(first: 50, after: $after) {
  nodes { id title summary lead description authors { name } tags { id } categories { id }
    body { plainText } }
  pageInfo { hasNextPage endCursor } } }";

fn names(app: &TestApp) -> HashMap<String, Vec<String>> {
    let languages = app.query("{ site { languages { tag } } }", Value::Null);
    let mut names: HashMap<String, Vec<String>> = HashMap::new();
    for language in languages.each("/site/languages", "tag") {
        for kind in ["tags", "categories"] {
            let answer = app.query(
                &format!("query($l: LanguageTag) {{ {kind}(first: 100, language: $l) {{ nodes {{ id name }} }} }}"),
                json!({ "l": language }),
            );
            for node in answer.at(&format!("/{kind}/nodes")).as_array().expect("terms") {
                let text = |key: &str| node[key].as_str().expect(key).to_owned();
                names.entry(text("id")).or_default().push(text("name"));
            }
        }
    }
    names
}

/// Every article with each text that can be found of it, folded.
fn texts(app: &TestApp) -> Vec<(String, Vec<String>)> {
    let names = names(app);
    let mut texts = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = app.query(TEXTS, json!({ "after": after }));
        for node in page.at("/articles/nodes").as_array().expect("articles") {
            let mut own: Vec<String> = ["title", "summary", "lead", "description"]
                .iter()
                .filter_map(|key| node[*key].as_str().map(str::to_owned))
                .collect();
            own.extend(node["body"]["plainText"].as_str().map(str::to_owned));
            for author in node["authors"].as_array().into_iter().flatten() {
                own.extend(author["name"].as_str().map(str::to_owned));
            }
            for term in
                ["tags", "categories"].iter().flat_map(|kind| node[*kind].as_array()).flatten()
            {
                own.extend(
                    names.get(term["id"].as_str().expect("an id")).into_iter().flatten().cloned(),
                );
            }
            let own = own.iter().map(|text| folded(text)).collect();
            texts.push((node["id"].as_str().expect("an id").to_owned(), own));
        }
        if page.at("/articles/pageInfo/hasNextPage") == &json!(false) {
            return texts;
        }
        after = page.at("/articles/pageInfo/endCursor").clone();
    }
}

fn folded(text: &str) -> String {
    api::search::fold(text).iter().map(|letter| letter.char).collect()
}

fn is_dense(char: char) -> bool {
    matches!(char, '\u{4e00}'..='\u{9fff}' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '가'..='힣')
}

/// A part of a text without anything between its letters.
fn part(numbers: &mut Numbers, texts: &[(String, Vec<String>)]) -> String {
    loop {
        let (_, own) = &texts[pick(numbers, texts.len())];
        let text: Vec<char> = own[pick(numbers, own.len())].chars().collect();
        let length = 1 + pick(numbers, 8);
        if text.len() < length {
            continue;
        }
        let start = pick(numbers, text.len() - length + 1);
        let part = &text[start..start + length];
        if part.iter().all(|char| is_dense(*char)) {
            return part.iter().collect();
        }
    }
}

fn holds(own: &[String], part: &str) -> bool {
    own.iter().any(|text| text.contains(part))
}

/// Two parts of one article.
fn pair(numbers: &mut Numbers, texts: &[(String, Vec<String>)]) -> (String, String) {
    let one = part(numbers, texts);
    let holders: Vec<_> = texts.iter().filter(|(_, own)| holds(own, &one)).collect();
    let (id, own) = holders[pick(numbers, holders.len())];
    let other = part(numbers, &[(id.clone(), own.clone())]);
    (one, other)
}

fn pick(numbers: &mut Numbers, limit: usize) -> usize {
    usize::try_from(numbers.below(limit as u64)).expect("a place")
}

/// The ids of everything that a search finds.
fn searched(app: &TestApp, query: &str) -> BTreeSet<String> {
    let document = "query($query: String!, $after: String) { search(query: $query, first: 100, after: $after) {
        totalCount didYouMean nodes { id } pageInfo { hasNextPage endCursor } } }";
    let mut ids = BTreeSet::new();
    let mut after = Value::Null;
    loop {
        let page = app.query(document, json!({ "query": query, "after": after }));
        assert!(page.at("/search/didYouMean").is_null(), "{query} was taken for something else");
        ids.extend(page.each("/search/nodes", "id"));
        if page.at("/search/pageInfo/hasNextPage") == &json!(false) {
            assert_eq!(
                ids.len(),
                usize::try_from(page.number("/search/totalCount")).expect("a count")
            );
            return ids;
        }
        after = page.at("/search/pageInfo/endCursor").clone();
    }
}

/// Compares so many random parts; each also with other characters that fold to it.
fn compare(app: &TestApp, seed: u64, count: usize) {
    let texts = texts(app);
    let mut numbers = Numbers::new(seed);
    let mut others: HashMap<char, char> = HashMap::new();
    for char in '\u{4e00}'..='\u{9fff}' {
        if let Some(simple) =
            folded(&char.to_string()).chars().next().filter(|simple| *simple != char)
        {
            others.entry(simple).or_insert(char);
        }
    }
    for _ in 0..count {
        let part = part(&mut numbers, &texts);
        let expected: BTreeSet<String> =
            texts.iter().filter(|(_, own)| holds(own, &part)).map(|(id, _)| id.clone()).collect();
        assert!(!expected.is_empty());
        assert_eq!(searched(app, &part), expected, "{part}");
        let traditional: String =
            part.chars().map(|char| others.get(&char).copied().unwrap_or(char)).collect();
        if traditional != part {
            assert_eq!(searched(app, &traditional), expected, "{traditional}");
        }
    }
}

/// Compares so many random pairs: both, one without the other, and either.
fn compare_pairs(app: &TestApp, seed: u64, count: usize) {
    let texts = texts(app);
    let mut numbers = Numbers::new(seed);
    for _ in 0..count {
        let (one, other) = pair(&mut numbers, &texts);
        for (query, wanted) in [
            (format!("\"{one}\" {other}"), (|a, b| a && b) as fn(bool, bool) -> bool),
            (format!("{one} -\"{other}\""), |a, b| a && !b),
            (format!("\"{one}\" OR \"{other}\""), |a, b| a || b),
        ] {
            let expected: BTreeSet<String> = texts
                .iter()
                .filter(|(_, own)| wanted(holds(own, &one), holds(own, &other)))
                .map(|(id, _)| id.clone())
                .collect();
            // Where nothing is found, the search looks for what else was meant.
            if !expected.is_empty() {
                assert_eq!(searched(app, &query), expected, "{query}");
            }
        }
    }
}

#[test]
fn several_parts_are_found_together_apart_and_either() {
    let app = TestApp::sqlite();
    let _ = app.import(concat!(env!("CARGO_MANIFEST_DIR"), "/../api/demo"));
    compare_pairs(&app, 5, 100);
    let Some(corpora) = corpora() else { return };
    let app = TestApp::sqlite();
    let _ = app.import(corpora.join("seed-site"));
    compare_pairs(&app, 6, 60);
}

#[test]
fn parts_of_the_demo_are_found_where_they_are() {
    let app = TestApp::sqlite();
    let _ = app.import(concat!(env!("CARGO_MANIFEST_DIR"), "/../api/demo"));
    compare(&app, 1, 150);
}

#[test]
fn parts_of_the_corpora_are_found_where_they_are() {
    let Some(corpora) = corpora() else { return };
    for (seed, (name, count)) in (2..).zip([("seed-site", 100), ("codeit", 100)]) {
        let app = TestApp::sqlite();
        let _ = app.import(corpora.join(name));
        compare(&app, seed, count);
    }
}

#[test]
fn parts_of_japanese_korean_and_traditional_texts_are_found_where_they_are() {
    let app = TestApp::sqlite();
    import(
        &app,
        &[
            (
                "a",
                "港町の朝",
                "市場では漁師たちがｶﾂｵを並べている。東京都から来た旅行者は、カツオのたたきを食べてから坂道を登った。図書館の窓からは港が見える。",
            ),
            (
                "b",
                "坂の上の図書館",
                "この図書館には漁師の日記が残っている。毎朝の天気と魚の値段、そして東京へ行った息子への手紙が書かれていた。",
            ),
            (
                "c",
                "항구의 아침",
                "시장에서는 어부들이 가다랑어를 늘어놓고 있다. 서울에서 온 여행자는 언덕길을 올라 도서관으로 갔다.",
            ),
            (
                "d",
                "언덕 위의 도서관",
                "이 도서관에는 어부의 일기가 남아 있다. 매일 아침의 날씨와 생선 값이 적혀 있었다.",
            ),
            (
                "e",
                "港口的早晨",
                "市場裡漁夫們擺著鰹魚，從臺北來的遊客爬上山坡，走進圖書館。窗戶外面就是港口，後面是幹道與乾燥的鹽田。",
            ),
            (
                "f",
                "山坡上的图书馆",
                "这个图书馆保存着渔夫的日记，记录每天早晨的天气和鱼的价钱，后来他写信给去了台北的儿子。",
            ),
        ],
    );
    compare(&app, 9, 150);
}
