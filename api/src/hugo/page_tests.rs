use super::*;
use serde_json::json;

fn config(root: Value) -> SiteConfig {
    let Value::Object(root) = root else {
        panic!("a configuration is a map");
    };
    super::super::config::build(root, None, "content", None, Vec::new()).unwrap()
}

fn page_in(config: &SiteConfig, name: &str, front_matter: Value) -> Page {
    let Value::Object(map) = front_matter else {
        panic!("front matter is a map");
    };
    let entries = super::super::tree::of_paths(config, [format!("content/{name}.md").as_str()]);
    read(map, config, &entries[0]).unwrap()
}

fn page(front_matter: Value) -> Page {
    page_in(&config(json!({})), "p", front_matter)
}

#[test]
fn a_title_is_the_text_of_a_scalar() {
    let title = |value: Value| page(json!({ "Title": value })).title;
    assert_eq!(title(json!("A")), "A");
    assert_eq!(title(json!(2020)), "2020");
    assert_eq!(title(json!(1.1)), "1.1");
    assert_eq!(title(json!(null)), "");
}

#[test]
fn what_a_field_cannot_take_is_kept() {
    let page = page(json!({
        "Title": {"a": "b"}, "draft": "falstrue", "weight": 0.1, "toc": {"x": 1},
        "date": "soon", "url": "https://other.org/", "tags": [["x"]],
    }));
    assert_eq!(
        Value::Object(page.params.clone()),
        json!({
            "Title": {"a": "b"}, "draft": "falstrue", "weight": 0.1, "toc": {"x": 1},
            "date": "soon", "url": "https://other.org/", "tags": [["x"]],
        })
    );
    assert_eq!(page.warnings.len(), 7);
    assert_eq!((page.title.as_str(), page.draft, page.weight, page.url), ("", false, 0, None));
}

#[test]
fn unknown_keys_are_parameters_as_written() {
    let page = page(json!({
        "title": "A", "//date": 1, "标题": [1, null], "a b": {"C": 1.5}, "type": "x", "lang": ["zh-CN"],
        "params": {"lead": "L", "extra": true, "title": "inner"},
    }));
    assert_eq!(
        Value::Object(page.params).to_string(),
        json!({"//date": 1, "标题": [1, null], "a b": {"C": 1.5}, "type": "x", "lang": ["zh-CN"], "extra": true})
            .to_string()
    );
    assert_eq!(page.lead.as_deref(), Some("L"));
    assert_eq!(page.title, "A");
}

#[test]
fn terms_are_texts() {
    let terms = |value: Value| page(json!({ "Tags": value })).terms_of("tags").to_vec();
    assert_eq!(terms(json!("x y")), ["x y"]);
    assert_eq!(terms(json!(5)), ["5"]);
    assert_eq!(terms(json!(["a", null, 1, true, "", "a"])), ["a", "1", "true"]);
    assert_eq!(terms(json!([""])), [""; 0]);
    assert_eq!(terms(json!(null)), [""; 0]);
    let config = config(json!({"taxonomies": {"series": "series", "author": "authors"}}));
    let page = page_in(&config, "p", json!({"series": ["s"], "tags": ["t"], "authors": ["a"]}));
    assert_eq!(page.terms_of("series"), ["s"]);
    assert_eq!(page.terms_of("authors"), ["a"]);
    assert_eq!(page.authors[0].name, "a");
    assert_eq!(page.params["tags"], json!(["t"]));
}

#[test]
fn authors_are_names_or_maps() {
    let authors = |front_matter: Value| page(front_matter).authors;
    let names = |front_matter: Value| {
        authors(front_matter).into_iter().map(|author| author.name).collect::<Vec<_>>()
    };
    assert_eq!(names(json!({"author": "A B"})), ["A B"]);
    assert_eq!(names(json!({"author": ["A", "B"], "Authors": ["B", "C"]})), ["B", "C", "A"]);
    assert_eq!(names(json!({"author": ""})), [""; 0]);
    let author = authors(json!({"author": {"name": "A", "link": "/a", "x": 1}})).remove(0);
    assert_eq!(author.url.as_deref(), Some("/a"));
    assert_eq!(Value::Object(author.params), json!({"x": 1}));
    assert_eq!(page(json!({"author": {"x": 1}})).params["author"], json!({"x": 1}));
}

#[test]
fn menus_have_three_forms() {
    let menus = |value: Value| page(json!({"title": "T", "weight": 3, "menu": value})).menus;
    assert_eq!(menus(json!("")), []);
    assert_eq!(menus(json!(null)), []);
    let [(name, entry)] = menus(json!("main")).try_into().unwrap();
    assert_eq!((name.as_str(), entry.name.as_str(), entry.weight), ("main", "T", 3));
    assert_eq!(menus(json!(["main", "foot"])).len(), 2);
    let [(_, entry)] =
        menus(json!({"main": {"Name": "N", "weight": "7", "parent": "p"}})).try_into().unwrap();
    assert_eq!((entry.name.as_str(), entry.weight), ("N", 7));
    assert_eq!(entry.parent.as_deref(), Some("p"));
    assert_eq!(page(json!({"menu": {"main": 5}})).params["menu"], json!({"main": 5}));
}

#[test]
fn switches_and_lists_of_themes_are_typed() {
    let page = page(json!({
        "comments": false, "authorbox": "true", "pager": null, "toc": 1, "Sidebar": "Left",
        "widgets": ["search", {"recent": {"num": 5}}], "thumbnail": {"src": "/a.png", "alt": "A"},
        "canonicalURL": "https://a", "linktitle": "L", "keywords": "a, b",
    }));
    assert_eq!(
        (page.comments, page.authorbox, page.pager, page.toc, page.mathjax),
        (Some(false), Some(true), None, Some(true), None)
    );
    assert_eq!(page.sidebar, Some(Sidebar::Left));
    assert_eq!(
        page.widgets,
        Some(vec![("search".into(), None), ("recent".into(), Some(json!({"num": 5})))])
    );
    assert_eq!(page.thumbnail.unwrap().alt.as_deref(), Some("A"));
    assert_eq!(page.canonical_url.as_deref(), Some("https://a"));
    assert_eq!(page.link_title.as_deref(), Some("L"));
    assert_eq!(page.keywords, ["a,", "b"]);
    assert!(page.params.is_empty() && page.warnings.is_empty());
}

#[test]
fn a_slug_has_no_hyphens_at_its_ends() {
    assert_eq!(page(json!({"slug": "-a-"})).slug.as_deref(), Some("a"));
    assert_eq!(page(json!({"slug": 123})).slug.as_deref(), Some("123"));
    assert_eq!(page(json!({"slug": ""})).slug, None);
}

#[test]
fn an_alias_on_another_site_is_kept_aside() {
    let page = page(json!({"aliases": ["/a/", "https://other.org/b/", ""]}));
    assert_eq!(page.aliases, ["/a/"]);
    assert_eq!(page.params["aliases"], json!(["/a/", "https://other.org/b/", ""]));
    assert_eq!(page.warnings.len(), 1);
}

#[test]
fn dates_stand_in_for_one_another() {
    let dates = |front_matter: Value| {
        let page = page(front_matter);
        [page.date, page.lastmod, page.publish_date, page.expiry_date]
            .map(|date| date.map(|date| date.format("%F").to_string()).unwrap_or_default())
    };
    assert_eq!(
        dates(json!({"date": "2020-01-01"})),
        ["2020-01-01", "2020-01-01", "2020-01-01", ""]
    );
    assert_eq!(
        dates(json!({"Modified": "2020-01-02"})),
        ["2020-01-02", "2020-01-02", "2020-01-02", ""]
    );
    assert_eq!(
        dates(
            json!({"date": "2020-01-01", "lastMod": "2020-01-02", "pubdate": "2020-01-03", "unpublishdate": "2020-01-04"})
        ),
        ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"]
    );
    assert_eq!(
        dates(json!({"date": "", "published": "2020-01-03"})),
        ["2020-01-03", "2020-01-03", "2020-01-03", ""]
    );
    assert!(page(json!({"date": "2020-01-01"})).params.is_empty());
}

#[test]
fn published_may_be_a_flag() {
    assert!(page(json!({"published": false})).draft);
    let page = page(json!({"published": true}));
    assert!(!page.draft && page.params.is_empty() && page.warnings.is_empty());
}

#[test]
fn a_file_name_may_hold_a_date_and_a_slug() {
    let config = config(json!({"frontmatter": {"date": [":filename", ":default"]}}));
    let page = page_in(&config, "2020-01-02-a-slug", json!({"date": "2021-01-01"}));
    assert_eq!(page.date.unwrap().format("%F").to_string(), "2020-01-02");
    assert_eq!(page.slug.as_deref(), Some("a-slug"));
    let page = page_in(&config, "no-date", json!({"date": "2021-01-01"}));
    assert_eq!(page.date.unwrap().format("%F").to_string(), "2021-01-01");
}

#[test]
fn the_last_of_two_spellings_counts_and_the_other_stays() {
    let page = page(json!({"Title": "A", "title": "B"}));
    assert_eq!(page.title, "B");
    assert_eq!(Value::Object(page.params), json!({"Title": "A"}));
}
