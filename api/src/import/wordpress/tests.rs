use std::io::Cursor;
use std::sync::Arc;

use chrono_tz::Tz;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::import::model::Release;

const SAMPLE: &str = include_str!("../../../../tests/it/elsewhere/wordpress.xml");

fn read(bytes: &[u8]) -> Result<(Survey, Vec<Result<Item, Problem>>), Problem> {
    let source = || Box::new(Cursor::new(bytes.to_vec()));
    let survey = Arc::new(survey(source())?);
    let items = Posts::new(source(), Arc::clone(&survey), Tz::Asia__Shanghai)?.collect();
    Ok((Arc::into_inner(survey).unwrap(), items))
}

fn sample() -> Vec<Item> {
    read(SAMPLE.as_bytes()).unwrap().1.into_iter().map(Result::unwrap).collect()
}

fn post(id: u32) -> Item {
    sample().into_iter().find(|item| item.key == format!("wp:{id}")).unwrap()
}

#[test]
fn a_survey_knows_what_posts_refer_to() {
    let (survey, items) = read(SAMPLE.as_bytes()).unwrap();
    assert_eq!(survey.origin.title, "河边小报 & friends");
    assert_eq!(survey.origin.home, "https://old.example.org");
    assert_eq!(survey.origin.language.as_deref(), Some("zh-CN"));
    assert_eq!(survey.origin.languages.get("en").map(String::as_str), Some("English"));
    let categories = &survey.origin.terms["categories"];
    assert_eq!(categories[0].name, "Town & river");
    assert_eq!(
        (categories[1].slug.as_str(), categories[1].parent.as_deref()),
        ("河", Some("town"))
    );
    assert_eq!(
        survey.left_out,
        IndexMap::from([("attachment".to_owned(), 2), ("wp_block".to_owned(), 1)])
    );
    assert_eq!((survey.items, items.len()), (11, 11));
}

#[test]
fn a_post_becomes_an_item() {
    let item = post(11);
    assert_eq!(item.title, "Tom & the “river” today");
    assert_eq!((item.slug.as_str(), item.line), ("河边", Some(26)));
    assert_eq!(item.date.unwrap().to_rfc3339(), "2026-01-02T09:00:00+08:00");
    assert_eq!(item.modified.unwrap().to_rfc3339(), "2026-01-03T09:30:00+08:00");
    assert_eq!(item.authors[0].name, "林小河");
    assert_eq!(item.thumbnail.as_ref().unwrap().alt.as_deref(), Some("The river at dawn"));
    assert_eq!(item.summary.as_deref(), Some("Short & good"));
    assert_eq!(item.description.as_deref(), Some("What the river does"));
    assert_eq!(item.aliases, ["/2026/01/河边/", "/2026/01/river-old/"]);
    assert_eq!(item.queries, ["/?p=11", "/?page_id=11"]);
    assert_eq!(item.terms["tags"][0].name, "C++");
    assert_eq!(item.terms.keys().collect::<Vec<_>>(), ["categories", "tags", "series"]);
    assert_eq!(item.translation_key.as_deref(), Some("pll_1"));
    assert_eq!(
        json!(item.params),
        json!({"mood": "calm", "wordpress": {"title": "a field called title", "format": "image"}, "sticky": true})
    );
    assert_eq!(item.kept["comments"][0]["content"], json!("好!"));
    assert_eq!(item.kept["meta"]["_edit_lock"], json!("1767315600:1"));
    let text = item.text.as_str();
    assert!(text.contains("with ]]> here"), "{text}");
    assert!(text.contains("Shared by all"), "{text}");
    assert!(text.contains("uploads/bridge.png"), "{text}");
}

#[test]
fn what_was_not_public_stays_so() {
    for (id, release, status) in [
        (11, Release::Public, None),
        (15, Release::Draft, Some("pending")),
        (16, Release::Draft, Some("private")),
        (17, Release::Draft, None),
        (18, Release::Trash, None),
        (19, Release::Public, None),
    ] {
        let item = post(id);
        assert_eq!(item.release, release, "{id}");
        let own = item.params.get("wordpress").and_then(|own| own.get("status")?.as_str());
        assert_eq!(own, status, "{id}");
        assert!(!json!(item.params).to_string().contains("sesame"));
        assert!(!json!(item.kept).to_string().contains("sesame"));
    }
    assert!(post(17).warnings[0].contains("password"));
}

#[test]
fn odd_posts_say_what_is_wrong() {
    let item = post(15);
    assert_eq!((item.date, item.warnings.len()), (None, 2));
    assert!(item.warnings[0].contains("not a date"), "{:?}", item.warnings);
    assert!(item.warnings[1].contains("attachment 999"), "{:?}", item.warnings);
    assert_eq!(post(13).date.unwrap().to_rfc3339(), "2025-01-01T00:00:00+08:00");
    assert_eq!(post(14).directory.as_deref(), Some("about"));
    assert_eq!(post(33).directory.as_deref(), Some("recipe"));
    assert_eq!(post(12).language.as_deref(), Some("en"));
}

#[test]
fn what_is_no_export_or_was_cut_off_is_said() {
    let problem = read(b"<rss><channel><title>x</title></channel></rss>").unwrap_err();
    assert!(problem.message.contains("no WordPress export"), "{problem}");
    let problem = read(b"PK\x03\x04").unwrap_err();
    assert!(problem.message.contains("no WordPress export"), "{problem}");
    let cut = &SAMPLE[..SAMPLE.find("<title>About").unwrap()];
    let (_, items) = read(cut.as_bytes()).unwrap();
    assert_eq!(items.len(), 3);
    let problem = items[2].as_ref().unwrap_err();
    assert!(problem.message.contains("cut off") && problem.line.is_some(), "{problem}");
}

#[test]
fn parents_in_a_circle_end() {
    let page = |id: u32, parent: u32| {
        format!(
            "<item><wp:post_id>{id}</wp:post_id><wp:post_type>page</wp:post_type><wp:post_parent>{parent}</wp:post_parent><wp:post_name>p{id}</wp:post_name></item>"
        )
    };
    let xml = format!(
        "<rss><channel><wp:wxr_version>1.2</wp:wxr_version>{}{}</channel></rss>",
        page(1, 2),
        page(2, 1)
    );
    let (_, items) = read(xml.as_bytes()).unwrap();
    assert_eq!(items[0].as_ref().unwrap().directory.as_deref(), Some("p1/p2"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_panic(at in 0..SAMPLE.len(), bytes in prop::collection::vec(any::<u8>(), 0..20), cut in any::<bool>()) {
        let mut all = SAMPLE.as_bytes()[..at].to_vec();
        all.extend(bytes);
        if !cut {
            all.extend(&SAMPLE.as_bytes()[at..]);
        }
        let _ = read(&all);
    }
}
