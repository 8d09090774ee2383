use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::import::html::convert;
use crate::import::model::Release;

const SAMPLE: &str = include_str!("../../../../tests/it/elsewhere/feed.xml");

fn at(url: &str) -> Options {
    Options { url: Some(Url::parse(url).unwrap()), ..Options::default() }
}

fn sample() -> (Origin, Vec<Item>) {
    super::read(SAMPLE.as_bytes(), &at("https://hill.example.org/feed.xml")).unwrap()
}

#[test]
fn an_entry_becomes_an_item() {
    let (origin, items) = sample();
    assert_eq!(
        (origin.home.as_str(), origin.title.as_str()),
        ("https://hill.example.org", "Hill & valley")
    );
    let item = &items[0];
    assert_eq!(
        (item.key.as_str(), item.title.as_str(), item.slug.as_str()),
        ("hill-1", "Sheep & goats return", "sheep")
    );
    assert_eq!(item.canonical_url.as_deref(), Some("https://hill.example.org/2026/sheep.html"));
    let source = item.origin.as_ref().unwrap();
    assert_eq!(
        (source.name.as_str(), source.url.as_str()),
        ("Hill & valley", "https://hill.example.org/2026/sheep.html")
    );
    assert_eq!(item.date.unwrap().to_rfc3339(), "2026-01-01T09:00:00+00:00");
    assert_eq!(item.authors[0].name, "Una Hill");
    let tags: Vec<_> = item.terms["tags"].iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(tags, ["Animals", "Hill"]);
    assert_eq!(item.thumbnail.as_ref().unwrap().url, "https://hill.example.org/thumb.jpg");
    assert_eq!(
        item.params["enclosures"][0],
        json!({"url": "https://hill.example.org/sheep.mp3", "type": "audio/mpeg", "length": 123})
    );
    assert_eq!(item.summary.as_deref(), Some("They are back."));
    assert_eq!(
        convert(item.text.as_str()).text,
        "They are [back](https://hill.example.org/where). ![Sheep](https://hill.example.org/2026/sheep.jpg)\n"
    );
}

#[test]
fn entries_are_known_again_without_guids() {
    let (_, items) = sample();
    let again = sample().1;
    assert_eq!(items[1].key, "https://hill.example.org/?id=2");
    assert_eq!(items[1].date, None);
    assert!(items[2].key.starts_with("sha256:"));
    assert_eq!(items[2].title, "Neither title nor link nor guid: a note of a few words.");
    for (a, b) in items.iter().zip(again) {
        assert_eq!((&a.key, &a.text), (&b.key, &b.text));
    }
}

#[test]
fn a_guid_that_all_entries_have_is_none() {
    let item = |link: &str| {
        format!(
            "<item><title>t</title><guid isPermaLink=\"false\">same</guid><link>https://example.org/{link}</link></item>"
        )
    };
    let xml = format!(
        "<rss version=\"2.0\"><channel><title>x</title>{}{}</channel></rss>",
        item("a"),
        item("b")
    );
    let (_, items) = super::read(xml.as_bytes(), &Options::default()).unwrap();
    assert_eq!(items[0].key, "https://example.org/a");
    assert_eq!(items[1].key, "https://example.org/b");
}

#[test]
fn every_kind_of_feed_is_read() {
    for (feed, title, key) in [
        (
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>F</title><id>urn:f</id><updated>2026-01-01T00:00:00Z</updated><entry><title type=\"html\">A &amp;lt;b&amp;gt;</title><id>urn:1</id><link href=\"https://example.org/a\"/><updated>2026-01-01T00:00:00Z</updated><content type=\"html\">&lt;p&gt;x&lt;/p&gt;</content></entry></feed>",
            "A <b>",
            "urn:1",
        ),
        (
            "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\"><channel rdf:about=\"https://example.org/\"><title>F</title><link>https://example.org/</link><description>d</description></channel><item rdf:about=\"https://example.org/a\"><title>日本</title><link>https://example.org/a</link></item></rdf:RDF>",
            "日本",
            "https://example.org/a",
        ),
        (
            "<rss version=\"0.91\"><channel><title>F</title><link>https://example.org/</link><description>d</description><item><title>Old</title><link>https://example.org/o</link></item></channel></rss>",
            "Old",
            "https://example.org/o",
        ),
        (
            "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"F\", \"items\": [{\"id\": \"j1\", \"url\": \"https://example.org/j\", \"title\": \"J\", \"content_html\": \"<p>x</p>\", \"tags\": [\"t\"]}]}",
            "J",
            "j1",
        ),
        (
            "\u{feff}  <rss version=\"2.0\"><channel><title>F</title><item><title>Caf&eacute; &bogus; & co</title><guid>g1</guid></item></channel></rss>",
            "Café &bogus; & co",
            "g1",
        ),
    ] {
        let (_, items) = super::read(feed.as_bytes(), &Options::default())
            .unwrap_or_else(|problem| panic!("{problem}: {feed}"));
        assert_eq!((items[0].title.as_str(), items[0].key.as_str()), (title, key), "{feed}");
    }
}

#[test]
fn encodings_are_believed_in_the_right_order() {
    let feed = |head: &str| {
        format!(
            "{head}<rss version=\"2.0\"><channel><title>F</title><item><title>中文</title><guid>g</guid></item></channel></rss>"
        )
    };
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    for (bytes, kind) in [
        (gbk(&feed("<?xml version=\"1.0\" encoding=\"gb2312\"?>")), None),
        (gbk(&feed("<?xml version=\"1.0\"?>")), Some("text/xml; charset=\"GBK\"")),
        (
            feed("<?xml version=\"1.0\" encoding=\"gb2312\"?>").into_bytes(),
            Some("text/xml; charset=gbk"),
        ),
        (
            feed("").encode_utf16().flat_map(u16::to_be_bytes).fold(
                vec![0xfe, 0xff],
                |mut all, byte| {
                    all.push(byte);
                    all
                },
            ),
            None,
        ),
    ] {
        let options = Options { content_type: kind.map(str::to_owned), ..Options::default() };
        let (_, items) = super::read(&bytes, &options).unwrap();
        assert_eq!(items[0].title, "中文", "{kind:?}");
    }
}

#[test]
fn a_feed_has_a_limit_and_is_published_on_demand() {
    let options = Options { publish: true, limit: Some(1), ..Options::default() };
    let (_, items) = super::read(SAMPLE.as_bytes(), &options).unwrap();
    assert_eq!((items.len(), items[0].release), (1, Release::Public));
    assert_eq!(sample().1[0].release, Release::Draft);
}

#[test]
fn what_is_no_feed_is_said() {
    for (text, part) in [
        ("<!DOCTYPE html><html></html>", "web page"),
        ("", "no feed"),
        ("{}", "no feed"),
        ("<rss", "no feed"),
    ] {
        let problem = super::read(text.as_bytes(), &Options::default()).unwrap_err();
        assert!(problem.message.contains(part), "{text}: {problem}");
    }
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
        let _ = super::read(&all, &Options::default());
    }

    #[test]
    fn no_json_panics(text in "\\{\"version\":\"https://jsonfeed.org/version/1\",[\\[\\]{}\",:a-z0-9 ]{0,80}") {
        let _ = super::read(text.as_bytes(), &Options::default());
    }
}
