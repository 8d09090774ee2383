use super::*;
use serde_json::json;

fn rules(config: Value) -> Rules {
    let Value::Object(root) = config else {
        panic!("a configuration is a map");
    };
    super::super::config::build(root, None, "content", None, Vec::new()).unwrap().rules
}

fn page<'a>(dir: &'a str, name: &'a str) -> Parts<'a> {
    Parts {
        language: "en",
        kind: &Kind::Page,
        dir,
        name,
        bundle: false,
        slug: None,
        url: None,
        title: "C++ & D#: 50%",
        date: DateTime::parse_from_rfc3339("2021-03-04T05:06:07Z").ok(),
    }
}

#[track_caller]
fn check(rules: &Rules, parts: &Parts<'_>, expected: &str) {
    assert_eq!(rules.page_path(&Sections::default(), parts), expected);
}

#[test]
fn a_page_is_where_its_file_is() {
    let rules = rules(json!({}));
    check(&rules, &page("Post", "My  File"), "/post/my--file/");
    check(&rules, &page("", "About Me"), "/about-me/");
    check(&rules, &page("Post", "a==b+c"), "/post/ab+c/");
    check(&rules, &page("post", "{{x}} y"), "/post/x-y/");
    check(&rules, &page("a/b c/D", "中文 名"), "/a/b-c/d/中文-名/");
}

#[test]
fn a_slug_replaces_the_name() {
    let rules = rules(json!({}));
    let slug = |slug| Parts { slug: Some(slug), ..page("post", "p") };
    check(&rules, &slug("Some Slug/With  It!"), "/post/some-slug/with-it/");
    check(&rules, &slug("/abs/slug/"), "/post/abs/slug/");
    check(&rules, &slug("ÄB c#d?"), "/post/äb-c#d/");
    check(&rules, &slug("  "), "/post/");
    check(&rules, &slug("index"), "/post/");
    check(&rules, &slug(""), "/post/p/");
}

#[test]
fn a_url_replaces_everything() {
    let rules = rules(json!({"languages": {"en": {}, "fr": {}}}));
    let url = |language, url| Parts {
        language,
        url: Some(url),
        slug: Some("Sl ug"),
        ..page("post", "p")
    };
    check(&rules, &url("fr", "/Some Url/X"), "/Some Url/X/");
    check(&rules, &url("fr", "rel/X.html"), "/fr/rel/X.html");
    check(&rules, &url("en", "rel/dir"), "/rel/dir/");
    check(&rules, &url("en", "/:year/:slug/"), "/2021/sl-ug/");
    check(&rules, &url("en", "/q?x=1#f"), "/q?x=1#f/");
    check(&rules, &url("en", "../up"), "/up/");
    check(&rules, &url("en", "/a//b"), "/a/b/");
    check(&rules, &url("en", "/x.y/z"), "/x.y/z");
    check(&rules, &url("en", "/d/index.html"), "/d/");
    check(&rules, &url("en", "/"), "/");
}

#[test]
fn languages_have_folders_except_the_default() {
    let french = Parts { language: "fr", ..page("post", "p") };
    let two = json!({"languages": {"en": {}, "fr": {}}});
    check(&rules(two.clone()), &page("post", "p"), "/post/p/");
    check(&rules(two), &french, "/fr/post/p/");
    let all = json!({"defaultContentLanguageInSubdir": true, "languages": {"en": {}, "fr": {}}});
    check(&rules(all), &page("post", "p"), "/en/post/p/");
    // What stands before an address is not in it: without folders two articles had one.
    let hosts =
        json!({"languages": {"en": {"baseURL": "https://a"}, "fr": {"baseURL": "https://b"}}});
    check(&rules(hosts), &french, "/fr/post/p/");
}

#[test]
fn ugly_addresses_are_files() {
    let all = rules(json!({"uglyURLs": true}));
    check(&all, &page("post", "p"), "/post/p.html");
    let home = Parts { kind: &Kind::Home, ..page("", "") };
    check(&all, &home, "/index.html");
    let section = Parts { kind: &Kind::Section, ..page("post", "") };
    check(&all, &section, "/post/index.html");
    let none = Sections::default();
    assert_eq!(all.term_path(&none, "en", "tags", "x y"), "/tags/x-y.html");
    assert_eq!(all.taxonomy_path(&none, "en", "tags"), "/tags/index.html");
    let some = rules(json!({"uglyURLs": {"Post": true}}));
    check(&some, &page("post", "p"), "/post/p.html");
    check(&some, &page("other", "p"), "/other/p/");
}

#[test]
fn case_and_accents_follow_the_settings() {
    let keep = rules(json!({"disablePathToLower": true}));
    check(&keep, &page("Post Dir", "My  File"), "/Post-Dir/My-File/");
    let plain = rules(json!({"removePathAccents": true}));
    check(&plain, &page("é", "Ünï"), "/e/uni/");
}

#[test]
fn slugs_of_sections_stand_in_the_addresses_below() {
    let mut sections = Sections::default();
    sections.insert("en", "Posts", Some("Post Slug"), None, "The Posts");
    sections.insert("en", "Posts/Nested Sec", None, Some("/elsewhere/"), "Nested & Title");
    sections.insert("en", "tags/c#", Some("csharp"), None, "CSharp");
    sections.insert("en", "tags/x y", None, Some("/my-xy/"), "XY");
    let check = |rules: &Rules, parts: &Parts<'_>, expected: &str| {
        assert_eq!(rules.page_path(&sections, parts), expected);
    };
    let bare = rules(json!({}));
    check(&bare, &page("Posts/Nested Sec/Deep", "Bun dle"), "/post-slug/nested-sec/deep/bun-dle/");
    assert_eq!(bare.term_path(&sections, "en", "tags", "C#"), "/tags/csharp/");
    assert_eq!(bare.term_path(&sections, "en", "tags", "X Y"), "/my-xy/");
    let patterns = rules(json!({"permalinks": {
        "posts": "/:sectionslugs/:sections/:slugorcontentbasename",
        "tags": "/t/:slug/"
    }}));
    check(
        &patterns,
        &page("Posts/Nested Sec/Deep", "Bun dle"),
        "/post-slug/nested-title/posts/nested-sec/bun-dle/",
    );
    assert_eq!(patterns.term_path(&sections, "en", "tags", "C#"), "/t/csharp/");
    assert_eq!(patterns.term_path(&sections, "en", "tags", "New"), "/t/new/");
    assert_eq!(patterns.taxonomy_path(&sections, "en", "tags"), "/tags/");
    let names = rules(json!({"permalinks": {
        "term": {"tags": "/t/:contentbasename/:filename"},
        "taxonomy": {"tags": "/topics/"},
        "page": {"posts": "/:filename/:contentbasename/:title"}
    }}));
    assert_eq!(names.term_path(&sections, "en", "tags", "New One"), "/t/new-one/");
    assert_eq!(names.taxonomy_path(&sections, "en", "tags"), "/topics/");
    check(
        &names,
        &Parts { title: "A/b\\c", ..page("Posts", "Bun  dle") },
        "/bun-dle/bun-dle/a-b-c/",
    );
}

#[test]
fn patterns_make_addresses() {
    let rules =
        rules(json!({"permalinks": {"posts": "/:year/:month/:title", "/": "/root/:filename"}}));
    check(&rules, &page("posts", "x"), "/2021/03/c-d#-50/");
    check(&rules, &page("", "x"), "/root/x/");
    let undated = Parts { date: None, ..page("posts", "x") };
    check(&rules, &undated, "/1/01/c-d#-50/");
}

#[test]
fn terms_have_addresses() {
    let rules = rules(json!({}));
    assert_eq!(rules.term_slug("News - Local  X"), "news---local--x");
    assert_eq!(rules.urlize("News - Local  X"), "news-local-x");
    let check = |term: &str, expected: &str| {
        let path = rules.term_path(&Sections::default(), "en", "tags", term);
        assert_eq!(path, expected, "{term}");
    };
    check("C#", "/tags/c#/");
    check("a/b", "/tags/a/b/");
    check("x  y", "/tags/x--y/");
    check("A&B", "/tags/ab/");
    check(" lead", "/tags/-lead/");
    check("tab\tb", "/tags/tab-b/");
    check("中文 标签", "/tags/中文-标签/");
}

#[test]
fn aliases_are_relative_to_the_folder_of_the_page() {
    let two = rules(json!({"languages": {"en": {}, "fr": {}}}));
    let check = |language: &str, page: &str, alias: &str, expected: &str| {
        assert_eq!(two.alias_path(language, page, alias), expected, "{alias}");
    };
    check("en", "/post/al/", "/Old/", "/Old/");
    check("en", "/post/al/", "rel", "/post/rel/");
    check("en", "/post/al/", "x.html", "/post/x.html");
    check("en", "/post/al/", "../up", "/up/");
    check("en", "/post/al/", "/a b/", "/a b/");
    check("en", "/post/al/", ".", "/post/");
    check("en", "/post/al/", "/x/index.html", "/x/");
    check("en", "/about/", "old", "/old/");
    check("fr", "/fr/post/al/", "rel", "/fr/post/rel/");
    check("fr", "/fr/post/al/", "/old", "/fr/old/");
    check("fr", "/fr/", "old", "/old/");
    let ugly = rules(json!({"uglyURLs": true}));
    assert_eq!(ugly.alias_path("en", "/post/al.html", "rel"), "/post/rel.html");
}

#[test]
fn rules_can_be_stored() {
    let rules = rules(json!({"uglyURLs": {"a": true}, "permalinks": {"posts": "/:slug"}}));
    let stored = serde_json::to_string(&rules).unwrap();
    assert_eq!(serde_json::from_str::<Rules>(&stored).unwrap(), rules);
}
