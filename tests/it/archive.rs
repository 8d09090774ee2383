//! Archives: months by the site's clock, their counts and their articles.

use serde_json::{Value, json};
use tests::{TestApp, generate, on_both};

/// Articles around the turn of a year in China, one without a date, one ages ago.
fn site(app: &TestApp) {
    let config = "defaultContentLanguage = 'zh-cn'\ntimeZone = 'Asia/Shanghai'\n[languages.zh-cn]\nlocale = 'zh-CN'\nweight = 1\n[languages.en]\nweight = 2\n";
    let page = |date: &str, tags: &str| {
        format!(
            "---\ntitle: \"{date}\"\n{}\ntags: [{tags}]\n---\n",
            if date.is_empty() { String::new() } else { format!("date: {date}") }
        )
    };
    let files = [
        ("hugo.toml", config.to_owned()),
        // Still 2024 in London, and the year after at home.
        ("content/news/a.md", page("2024-12-31T16:00:00Z", "x")),
        ("content/news/b.md", page("2024-12-31T15:59:59Z", "x, y")),
        ("content/news/c.md", page("2025-03-01T00:00:00+08:00", "x")),
        ("content/news/d.md", page("2025-02-28T23:59:59+08:00", "y")),
        ("content/blog/e.md", page("2025-03-31T12:00:00+08:00", "")),
        ("content/blog/f.md", page("", "x")),
        ("content/blog/g.md", page("1066-10-14T12:00:00Z", "y")),
        ("content/news/h.en.md", page("2025-03-02T00:00:00Z", "x")),
    ];
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    assert_eq!(app.import_files(&files).failures, []);
}

fn months(value: &Value) -> String {
    let month =
        |period: &Value| format!("{}-{}:{}", period["year"], period["month"], period["count"]);
    value.as_array().expect("periods").iter().map(month).collect::<Vec<_>>().join(" ")
}

on_both! {
    fn months_are_those_of_the_sites_clock(app) {
        site(&app);
        let answer = app.query("{ archive(language: \"zh-CN\") { year month count start end articles { totalCount nodes { title } } } }", Value::Null);
        assert_eq!(months(answer.at("/archive")), "2025-3:2 2025-2:1 2025-1:1 2024-12:1 1066-10:1");
        assert_eq!(answer.at("/archive/2"), &json!({"year": 2025, "month": 1, "count": 1,
            "start": "2025-01-01T00:00:00+08:00", "end": "2025-02-01T00:00:00+08:00",
            "articles": {"totalCount": 1, "nodes": [{"title": "2024-12-31T16:00:00Z"}]}}));
        // What a period counts is what it holds.
        for period in answer.at("/archive").as_array().expect("periods") {
            assert_eq!(period["count"], period["articles"]["totalCount"], "{period}");
            assert_eq!(period["count"].as_u64(), period["articles"]["nodes"].as_array().map(|nodes| nodes.len() as u64));
        }
    }

    fn years_hold_their_months(app) {
        site(&app);
        let answer = app.query("{ archive(by: YEAR) { year month count months { year month count }
            articles(first: 1, filter: { tag: { slug: \"x\" } }) { totalCount nodes { title } } } }", Value::Null);
        let years: Vec<_> = answer.at("/archive").as_array().expect("years").iter()
            .map(|year| format!("{} {} [{}] {}", year["year"], year["count"], months(&year["months"]), year["articles"]["totalCount"])).collect();
        assert_eq!(years, ["2025 5 [2025-3:3 2025-2:1 2025-1:1] 3", "2024 1 [2024-12:1] 1", "1066 1 [1066-10:1] 0"]);
        assert_eq!(answer.at("/archive/0/articles/nodes/0/title"), &json!("2025-03-02T00:00:00Z"));
    }

    fn an_archive_hangs_on_site_section_and_term(app) {
        site(&app);
        let answer = app.query("{
            site { archive { year month count } }
            english: site(language: \"en\") { archive { year month count } }
            sections { name archive { year month count articles { nodes { title } } } }
            tag(by: { slug: \"x\" }, language: \"zh-CN\") { archive { year month count } years: archive(by: YEAR) { year count } }
            filtered: archive(filter: { tag: { slug: \"y\" } }, language: \"zh-CN\") { year month count }
            articles(filter: { section: { eq: \"blog\" } }) { monthCounts { year month count } } }", Value::Null);
        assert_eq!(months(answer.at("/site/archive")), "2025-3:2 2025-2:1 2025-1:1 2024-12:1 1066-10:1");
        assert_eq!(months(answer.at("/english/archive")), "2025-3:1");
        assert_eq!(answer.at("/sections/1/name"), &json!("news"));
        assert_eq!(months(answer.at("/sections/1/archive")), "2025-3:1 2025-2:1 2025-1:1 2024-12:1");
        assert_eq!(months(answer.at("/sections/0/archive")), "2025-3:1 1066-10:1");
        assert_eq!(answer.at("/sections/0/archive/0/articles/nodes"), &json!([{"title": "2025-03-31T12:00:00+08:00"}]));
        assert_eq!(months(answer.at("/tag/archive")), "2025-3:1 2025-1:1 2024-12:1");
        assert_eq!(answer.at("/tag/years"), &json!([{"year": 2025, "count": 2}, {"year": 2024, "count": 1}]));
        assert_eq!(months(answer.at("/filtered")), "2025-2:1 2024-12:1 1066-10:1");
        assert_eq!(months(answer.at("/articles/monthCounts")), "2025-3:1 1066-10:1");
    }

    fn an_empty_site_has_no_periods(app) {
        assert_eq!(app.query("{ archive { count } }", Value::Null).at("/archive"), &json!([]));
        let code = app.nobody().code("{ archive(language: \"tlh\") { count } }", Value::Null);
        assert_eq!(code, "BAD_USER_INPUT");
    }

    fn an_archive_takes_as_many_statements_for_any_number_of_months(app) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        generate::site(folder.path(), 60);
        assert_eq!(app.import(folder.path()).created, 60);
        let count = |document: &str| app.statements(|| app.query(document, Value::Null)).1.len();
        // Site and languages, the oldest and the newest date, the counts.
        assert_eq!(count("{ archive { year month count } }"), 4);
        assert_eq!(count("{ archive(by: YEAR) { year count months { month count } } }"), 4);
        let nested = "{ archive { count articles(first: 2) { totalCount nodes { title tags { name } } tagCounts(first: 3) { tag { name } count } } } }";
        let filtered = nested.replace("archive {", "archive(filter: { tag: { slug: \"t7\" } }) {");
        assert!(app.query("{ archive { count } }", Value::Null).at("/archive/2").is_object());
        assert_eq!(count(nested), count(&filtered));
        assert_eq!(count(nested), 9);
    }
}
