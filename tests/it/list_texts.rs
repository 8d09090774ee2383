//! What sections and terms say: their links, their files, and rendering them anew.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{TestApp, on_both};

/// A picture of 3 by 2.
const GIF: &str = "GIF89a\u{3}\0\u{2}\0\0\0\0";

const SITE: &[(&str, &str)] = &[
    (
        "hugo.toml",
        "baseURL = 'https://e.org/'\n[params]\nversion = '1.2'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n",
    ),
    ("content/_index.md", "---\ntitle: Home\n---\n[a](news/a.md) ![s](/img/s.gif)\n"),
    (
        "content/news/_index.md",
        "---\ntitle: News\ncolour: blue\n---\n[a](a.md) [ref]({{< ref \"a\" >}}) [gone](gone.md) [draft](d.md) \
         [tag](/tags/river) ![own](cover.gif) ![other](see/p.gif) {{< param colour >}} {{< param version >}}\n",
    ),
    ("content/news/_index.de.md", "---\ntitle: News\n---\n[a](a.md)\n"),
    ("content/news/cover.gif", GIF),
    (
        "content/news/a.md",
        "---\ntitle: A\nslug: ay\ntags: [River]\n---\n![up](../see/p.gif) ![root](/news/see/p.gif) ![section](../cover.gif) \
         ![hidden](../d/p.gif) ![gone](../see/gone.gif) [pdf](../see/x.pdf#page=2)\n",
    ),
    ("content/news/a.de.md", "---\ntitle: A\ntags: [River]\n---\nx\n"),
    ("content/news/c/index.md", "---\ntitle: C\nslug: see\n---\nx\n"),
    ("content/news/c/p.gif", GIF),
    ("content/news/c/x.pdf", "%PDF"),
    ("content/news/d/index.md", "---\ntitle: D\ndraft: true\n---\nx\n"),
    ("content/news/d/p.gif", GIF),
    (
        "content/tags/river/_index.md",
        "---\ntitle: The River\ncolour: green\n---\n[a](/news/ay) [md](/news/a.md) ![map](map.gif) {{< param colour >}}\n",
    ),
    ("content/tags/river/_index.de.md", "---\ntitle: Fluss\n---\n[a](/news/a.md)\n"),
    ("content/tags/river/map.gif", GIF),
    ("static/img/s.gif", GIF),
];

fn site(app: &TestApp) {
    assert_eq!(app.import_files(SITE).failures, []);
}

fn image(path: &str, alt: &str) -> String {
    let size = " width=\"3\" height=\"2\"";
    format!("<img src=\"/media{path}\" alt=\"{alt}\" loading=\"lazy\" decoding=\"async\"{size}>")
}

fn section(app: &TestApp, path: &str) -> String {
    let document = "query($path: String!) { route(path: $path) { ... on Section { html } } }";
    app.query(document, json!({ "path": path })).text("/route/html")
}

fn tag(app: &TestApp, language: &str) -> Value {
    let document = "query($language: LanguageTag) { tag(by: { slug: \"river\" }, language: $language) { name markdown html params } }";
    app.query(document, json!({ "language": language })).at("/tag").clone()
}

/// A rendering of an older version in place of every text.
fn age(app: &TestApp) {
    app.sql("UPDATE body SET html = 'old', renderer = 1, links = '[]'");
    app.sql("UPDATE section SET html = 'old', renderer = 1, links = '[]'");
    app.sql("UPDATE term_text SET html = 'old', renderer = 1, links = '[]'");
}

/// Everything that is rendered.
const ALL: &str = "{ articles(orderBy: { field: TITLE, direction: ASC }) { nodes { body { html } } }
    home: route(path: \"/\") { ... on Section { html } } news: route(path: \"/news/\") { ... on Section { html } }
    tag(by: { slug: \"river\" }) { html } }";

on_both! {
    fn links_in_texts_of_sections_lead_to_where_pages_are(app) {
        site(&app);
        let (own, other) = (image("/news/cover.gif", "own"), image("/news/see/p.gif", "other"));
        assert_eq!(
            section(&app, "/news/"),
            format!("<p><a href=\"/news/ay/\">a</a> <a href=\"https://e.org/news/ay/\">ref</a> <a href=\"gone.md\">gone</a> \
                <a href=\"d.md\">draft</a> <a href=\"/tags/river/\">tag</a> {own} {other} blue 1.2</p>\n")
        );
        assert_eq!(section(&app, "/de/news/"), "<p><a href=\"/de/news/a/\">a</a></p>\n");
        assert_eq!(section(&app, "/"), format!("<p><a href=\"/news/ay/\">a</a> {}</p>\n", image("/img/s.gif", "s")));
        for path in ["/media/news/cover.gif", "/media/news/see/p.gif", "/media/img/s.gif"] {
            assert_eq!(app.fetch(path, &[]).status, 200, "{path}");
        }
    }

    fn links_in_texts_of_terms_lead_to_where_pages_are(app) {
        site(&app);
        let map = image("/tags/river/map.gif", "map");
        let english = tag(&app, "en");
        assert_eq!(english["html"], format!("<p><a href=\"/news/ay/\">a</a> <a href=\"/news/ay/\">md</a> {map} green</p>\n"));
        assert_eq!((&english["name"], &english["params"]), (&json!("The River"), &json!({ "colour": "green" })));
        assert_eq!(tag(&app, "de")["html"], "<p><a href=\"/de/news/a/\">a</a></p>\n");
        assert_eq!(tag(&app, "de")["markdown"], "[a](/news/a.md)\n");
        assert_eq!(app.fetch("/media/tags/river/map.gif", &[]).body, GIF);
    }

    fn pictures_of_other_pages_are_found_by_their_addresses(app) {
        site(&app);
        let html = app.query("{ article(by: { path: \"/news/ay/\" }) { body { html } } }", Value::Null);
        let shown = |alt| image("/news/see/p.gif", alt);
        let plain = |path: &str, alt: &str| format!("<img src=\"{path}\" alt=\"{alt}\" loading=\"lazy\" decoding=\"async\">");
        assert_eq!(
            html.text("/article/body/html"),
            format!("<p>{} {} {} {} {} <a href=\"/media/news/see/x.pdf#page=2\">pdf</a></p>\n", shown("up"), shown("root"),
                image("/news/cover.gif", "section"), plain("../d/p.gif", "hidden"), plain("../see/gone.gif", "gone"))
        );
    }

    fn texts_of_many_sections_take_as_many_statements_as_those_of_one(app) {
        let text = "---\ntitle: More\n---\n[a](/news/a.md) ![s](/img/s.gif) ![p](/news/see/p.gif) [t](/tags/river)\n";
        let article = "---\ntitle: Lakes\ntags: [Lake, Pond, Pool]\n---\nx\n";
        let mut files = SITE.to_vec();
        files.extend([("content/news/lakes.md", article), ("content/more/_index.md", text), ("content/tags/lake/_index.md", text)]);
        let count = |app: &TestApp| {
            let document = "{ sections { title html } tags { nodes { name html } } }";
            app.statements(|| app.query(document, Value::Null)).1.len()
        };
        assert_eq!(app.import_files(&files).failures, []);
        let few = count(&app);
        for path in ["content/most/_index.md", "content/all/_index.md", "content/tags/pond/_index.md", "content/tags/pool/_index.md"] {
            files.push((path, text));
        }
        assert_eq!(app.import_files(&files).failures, []);
        assert_eq!(count(&app), few);
    }

    fn texts_of_an_older_version_are_rendered_anew(app) {
        site(&app);
        let before = app.query(ALL, Value::Null);
        assert!(!before.0.to_string().contains("\"old\""), "{}", before.0);
        age(&app);
        assert_eq!(section(&app, "/news/"), "old");
        let renew = || app.block_on(api::worker::renew(&app.app)).expect("a rendering");
        // Articles, sections and terms with their languages.
        assert_eq!(renew(), 4 + 3 + 2);
        assert_eq!(renew(), 0);
        assert_eq!(app.query(ALL, Value::Null), before);
    }

    fn a_server_that_starts_renders_older_texts_anew(app) {
        site(&app);
        let before = app.query(ALL, Value::Null);
        age(&app);
        let server = app.peer(true, |_| ());
        let began = Instant::now();
        while server.nobody().ask(ALL, Value::Null) != before {
            assert!(began.elapsed() < Duration::from_mins(1), "the texts stay as they were");
        }
    }
}
