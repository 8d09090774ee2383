use std::io::Cursor;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::import::html::convert;
use crate::import::model::{Release, Text};

const SAMPLE: &str = include_str!("../../../../tests/it/elsewhere/ghost.json");

fn read(bytes: &[u8]) -> Result<Vec<Result<Item, Problem>>, Problem> {
    let source = || Box::new(Cursor::new(bytes.to_vec()));
    let tables = Arc::new(survey(source())?);
    Ok(Posts::new(source(), tables).collect())
}

fn post(key: &str) -> Item {
    let items = read(SAMPLE.as_bytes()).unwrap();
    items.into_iter().filter_map(Result::ok).find(|item| item.key == key).unwrap()
}

#[test]
fn a_post_becomes_an_item() {
    let item = post("u-1");
    assert_eq!(item.title, "春天来了 & more");
    assert_eq!(item.date.unwrap().to_rfc3339(), "2026-02-02T08:00:00+08:00");
    assert_eq!(item.aliases, ["/spring/"]);
    assert_eq!(item.thumbnail.as_ref().unwrap().url, "/content/images/f.jpg");
    assert_eq!(item.thumbnail.as_ref().unwrap().alt.as_deref(), Some("Blossom"));
    let names: Vec<_> = item.authors.iter().map(|author| author.name.as_str()).collect();
    assert_eq!(names, ["Ana", "Bo"]);
    assert_eq!(item.authors[0].avatar.as_deref(), Some("/content/images/ana.png"));
    let tags: Vec<_> = item.terms["tags"].iter().map(|tag| tag.slug.as_str()).collect();
    assert_eq!(tags, ["main", "news"]);
    assert_eq!(
        (item.summary.as_deref(), item.description.as_deref()),
        (Some("Short"), Some("Described"))
    );
    assert_eq!(item.canonical_url.as_deref(), Some("https://other.example.org/spring"));
    assert_eq!(
        json!(item.params),
        json!({
            "ghost": {"internalTags": ["#hidden"], "template": "wide"}, "featured": true,
            "seo": {"title": "Spring for machines", "ogTitle": "OG"}, "thumbnailCaption": "By us",
        })
    );
    assert_eq!(item.kept["codeinjection_head"], json!("<script>steal()</script>"));
    let text = convert(item.text.as_str()).text;
    assert!(text.contains("Spring is *here*: [about](/about/)"), "{text}");
    assert!(text.contains("<iframe src=\"https://v.example.com/1\">"), "{text}");
    assert!(text.contains("<figcaption>"), "{text}");
}

#[test]
fn what_only_members_read_is_no_public_article() {
    for (key, release) in [
        ("u-1", Release::Public),
        ("u-2", Release::Draft),
        ("u-3", Release::Public),
        ("u-4", Release::Draft),
        ("u-6", Release::Draft),
    ] {
        assert_eq!(post(key).release, release, "{key}");
    }
    assert!(post("u-2").warnings[0].contains("paid"));
    let all = format!("{:?}", read(SAMPLE.as_bytes()).unwrap());
    assert!(!all.contains("$2a$") && !all.contains("@example.org"), "{all}");
}

#[test]
fn texts_without_html_are_made_of_their_documents() {
    let lexical = convert(post("u-3").text.as_str()).text;
    assert!(lexical.starts_with("## Head\n\n**bold** and [link](https://example.org/)\n\n1. one\n\n```rust\nfn a() {}\n```\n\n<!-- ghost:signup"), "{lexical}");
    assert!(!lexical.contains("Join --"), "a comment cannot hold its end: {lexical}");
    assert_eq!(post("u-4").text, Text::Markdown("# Hi\n\n* a\n".to_owned()));
    let mobiledoc = document::mobiledoc(&json!({"markups": [["a", ["href", "/x"]], ["em"]], "atoms": [["soft-return", "", {}]], "cards": [["hr", {}]],
        "sections": [[1, "h2", [[0, [], 0, "T"]]], [1, "p", [[0, [0, 1], 2, "y"], [1, [], 0, 0], [0, [], 0, "z"]]], [10, 0], [3, "ul", [[[0, [], 0, "i"]]]]]}).to_string()).unwrap();
    assert_eq!(
        mobiledoc,
        "<h2>T</h2>\n<p><a href=\"/x\"><em>y</em></a><br>z</p>\n<hr>\n<ul><li>i</li></ul>\n"
    );
}

#[test]
fn what_is_wrong_is_said() {
    let wrong: Vec<_> = read(SAMPLE.as_bytes())
        .unwrap()
        .into_iter()
        .filter_map(Result::err)
        .map(|problem| problem.message)
        .collect();
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(wrong[0].contains("post 7") && wrong[1].contains("uuid"), "{wrong:?}");
    assert!(read(b"{\"a\": 1}").unwrap_err().message.contains("no Ghost export"));
    let problem = read(&SAMPLE.as_bytes()[..2000]).unwrap_err();
    assert!(problem.line.is_some() && problem.message.contains("too early"), "{problem}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_panic(at in 0..SAMPLE.len(), bytes in prop::collection::vec(any::<u8>(), 0..20)) {
        let mut all = SAMPLE.as_bytes()[..at].to_vec();
        all.extend(bytes);
        all.extend(&SAMPLE.as_bytes()[at..]);
        let _ = read(&all);
    }

    #[test]
    fn no_document_panics(text in "[\\[\\]{}\",:a-z0-9 ]{0,80}") {
        let _ = (document::lexical(&text), document::mobiledoc(&text), document::markdown(&text));
    }
}
