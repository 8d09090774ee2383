//! Bodies as they are read: their links, parameters and formulas, and rendering anew.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Client, TestApp, on_both};

const SITE: &[(&str, &str)] = &[
    (
        "hugo.toml",
        "baseURL = 'https://e.org/'\ndefaultContentLanguage = 'en'\n[params]\nversion = '1.2'\n[params.deep]\ner = '<3>'\n",
    ),
    (
        "content/news/a.md",
        "---\ntitle: A\ndate: 2026-01-02\ncolour: blue\n---\n\
         [md](b.md#x) [up](../b/?q) [root](/news/b) [bundle](c/index.md) [gone](gone.md) [out](https://x.org/)\n\
         [ref]({{< ref \"b\" >}}) [rel]({{< relref \"/news/c.md#y\" >}}) [lost]({{< relref \"lost.md\" >}})\n\n\
         {{< param version >}} {{< param deep.er >}} {{< param colour >}} {{< param none >}}\n",
    ),
    ("content/news/b.md", "---\ntitle: B\ndate: 2026-01-01\n---\nPlain $x_1$ and $y_1$.\n"),
    (
        "content/news/c/index.md",
        "---\ntitle: C\nslug: see\ndate: 2026-01-01\nmathjax: true\n---\nMaths $x_1$ and $y_1$.\n",
    ),
    ("content/news/d.md", "---\ntitle: D\ndate: 2026-01-01\ndraft: true\n---\n[a](a.md)\n"),
];

const HTML: &str =
    "query($path: String!, $view: View!) { article(by: { path: $path }, view: $view) {
    id version body { html } } }";

fn html(client: &Client, path: &str, view: &str) -> String {
    client.ask(HTML, json!({ "path": path, "view": view })).text("/article/body/html")
}

/// A picture of 3 by 2.
const GIF: &str = "GIF89a\u{3}\0\u{2}\0\0\0\0";

fn lists(app: &TestApp) {
    let files = [
        (
            "hugo.toml",
            "baseURL = 'https://e.org/'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n",
        ),
        (
            "content/news/a.md",
            "---\ntitle: A\ndate: 2026-01-02\ntags: [River]\n---\n\
             [file](/news/_index.md) [here](_index.md) [term]({{< relref \"/tags/river#x\" >}}) [terms](/tags) \
             [home]({{< ref \"/_index.md\" >}}) [bare](/bare) [draft](/hush) [none](/tags/none)\n",
        ),
        (
            "content/news/a.de.md",
            "---\ntitle: A\ndate: 2026-01-02\n---\n[file](/news/_index.md) [home]({{< relref \"/_index.md\" >}})\n",
        ),
        ("content/news/_index.md", "---\ntitle: News\n---\n"),
        ("content/news/_index.de.md", "---\ntitle: News\n---\n"),
        ("content/hush/_index.md", "---\ntitle: Hush\ndraft: true\n---\n"),
        ("content/bare/b.md", "---\ntitle: B\ndate: 2026-01-02\n---\nx\n"),
    ];
    assert_eq!(app.import_files(&files).failures, []);
}

fn pictures(app: &TestApp) {
    let files = [
        ("hugo.toml", "baseURL = 'https://e.org/'\n[markup.goldmark.renderer]\nunsafe = true\n"),
        (
            "content/news/a/index.md",
            "---\ntitle: A\ndate: 2026-01-02\n---\n\
             ![x](a%20b.gif) ![](/img/s.gif) ![](https://x.org/a.gif) ![](gone.gif) [pdf](deep/x.pdf) \
             <img src=\"a b.gif\" width=\"9\">\n\n{{< figure src=\"a b.gif\" >}}\n",
        ),
        ("content/news/a/a b.gif", GIF),
        ("content/news/a/deep/x.pdf", "%PDF"),
        ("static/img/s.gif", GIF),
    ];
    assert_eq!(app.import_files(&files).failures, []);
}

fn site(app: &TestApp) {
    let report = app.import_files(SITE);
    assert_eq!((report.created, &report.failures[..]), (4, &[][..]));
}

/// Changes an article and publishes it.
fn change(editor: &Client, path: &str, input: &Value) {
    let found = editor.ask(HTML, json!({ "path": path, "view": "WORKING" }));
    let (id, version) = (found.text("/article/id"), found.number("/article/version"));
    let _ = editor
        .ask(
            "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
               updateArticle(id: $id, expectedVersion: $version, input: $input) { userErrors { field code } } }",
            json!({ "id": id, "version": version, "input": input }),
        )
        .accepted("updateArticle");
    let _ = editor
        .ask(
            "mutation($id: ID!) { publishArticle(id: $id) { userErrors { code } } }",
            json!({ "id": id }),
        )
        .accepted("publishArticle");
}

on_both! {
    fn links_lead_to_where_articles_are(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        let links = |b: &str| format!(
            "<p><a href=\"{b}#x\">md</a> <a href=\"{b}?q\">up</a> <a href=\"{b}\">root</a> <a href=\"/news/see/\">bundle</a> \
             <a href=\"gone.md\">gone</a> <a href=\"https://x.org/\">out</a>\n\
             <a href=\"https://e.org{b}\">ref</a> <a href=\"/news/see/#y\">rel</a> <a href=\"lost.md\">lost</a></p>\n\
             <p>1.2 &lt;3&gt; blue <span data-shortcode=\"param\" data-params=\"[&quot;none&quot;]\"></span></p>\n"
        );
        assert_eq!(html(&app.nobody(), "/news/a/", "PUBLISHED"), links("/news/b/"));
        // They follow a new address, and the page that holds them may move, too.
        change(&editor, "/news/b/", &json!({ "slug": "bee" }));
        assert_eq!(html(&app.nobody(), "/news/a/", "PUBLISHED"), links("/news/bee/"));
        change(&editor, "/news/a/", &json!({ "slug": "ay" }));
        assert_eq!(html(&app.nobody(), "/news/ay/", "PUBLISHED"), links("/news/bee/"));
    }

    fn links_do_not_tell_of_what_may_not_be_seen(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        change(&editor, "/news/b/", &json!({ "body": "[d](d.md) [d]({{< relref \"d.md\" >}})" }));
        assert_eq!(
            html(&app.nobody(), "/news/b/", "PUBLISHED"),
            "<p><a href=\"d.md\">d</a> <a href=\"d.md\">d</a></p>\n"
        );
        assert_eq!(
            html(&editor, "/news/b/", "WORKING"),
            "<p><a href=\"/news/d/\">d</a> <a href=\"/news/d/\">d</a></p>\n"
        );
    }

    fn links_lead_to_lists(app) {
        lists(&app);
        assert_eq!(
            html(&app.nobody(), "/news/a/", "PUBLISHED"),
            "<p><a href=\"/news/\">file</a> <a href=\"/news/\">here</a> <a href=\"/tags/river/#x\">term</a> <a href=\"/tags/\">terms</a> \
             <a href=\"https://e.org/\">home</a> <a href=\"/bare/\">bare</a> <a href=\"/hush\">draft</a> <a href=\"/tags/none\">none</a></p>\n"
        );
        // A file is looked for in the language of the page.
        assert_eq!(
            html(&app.nobody(), "/de/news/a/", "PUBLISHED"),
            "<p><a href=\"/de/news/\">file</a> <a href=\"/de/\">home</a></p>\n"
        );
    }

    fn links_follow_a_term_to_its_new_name(app) {
        lists(&app);
        let editor = app.as_role(Role::Editor);
        let tag = editor.ask("{ tag(by: { slug: \"river\" }) { id } }", Value::Null);
        let _ = editor
            .ask(
                "mutation($id: ID!) { updateTag(id: $id, input: { slug: \"stream\" }) { userErrors { message } } }",
                json!({ "id": tag.at("/tag/id") }),
            )
            .accepted("updateTag");
        let html = html(&app.nobody(), "/news/a/", "PUBLISHED");
        assert!(html.contains("<a href=\"/tags/stream/#x\">term</a>"), "{html}");
    }

    fn files_are_shown_from_where_they_are_served(app) {
        pictures(&app);
        let expected = |page: &str| format!(
            "<p><img src=\"/media{page}a%20b.gif\" alt=\"x\" loading=\"lazy\" decoding=\"async\" width=\"3\" height=\"2\"> \
             <img src=\"/media/img/s.gif\" alt=\"\" loading=\"lazy\" decoding=\"async\" width=\"3\" height=\"2\"> \
             <img src=\"https://x.org/a.gif\" alt=\"\" loading=\"lazy\" decoding=\"async\"> \
             <img src=\"gone.gif\" alt=\"\" loading=\"lazy\" decoding=\"async\"> \
             <a href=\"/media{page}deep/x.pdf\">pdf</a> \
             <img src=\"/media{page}a%20b.gif\" width=\"9\" loading=\"lazy\"></p>\n\
             <figure><img src=\"/media{page}a%20b.gif\" alt=\"\" loading=\"lazy\" decoding=\"async\" width=\"3\" height=\"2\"></figure>\n"
        );
        let html = |path: &str| html(&app.nobody(), path, "PUBLISHED").replace(" alt=\"\"", "").replace(">\n</figure>\n\n", "></figure>\n");
        let plain = |page: &str| expected(page).replace(" alt=\"\"", "");
        assert_eq!(html("/news/a/"), plain("/news/a/"));
        for path in ["/media/news/a/a%20b.gif", "/media/img/s.gif", "/media/news/a/deep/x.pdf"] {
            assert_eq!(app.fetch(path, &[]).status, 200, "{path}");
        }
        change(&app.as_role(Role::Editor), "/news/a/", &json!({ "slug": "z" }));
        assert_eq!(html("/news/z/"), plain("/news/z/"));
    }

    fn a_tree_has_the_addresses_of_the_html(app) {
        pictures(&app);
        let found = app.query("{ article(by: { path: \"/news/a/\" }) { body { blocks } } }", Value::Null);
        let line = found.at("/article/body/blocks/children/0/children");
        let at = |index: usize| (line[index]["url"].clone(), line[index]["data"]["hProperties"]["width"].clone());
        assert_eq!(at(0), (json!("/media/news/a/a%20b.gif"), json!(3)));
        assert_eq!(at(4), (json!("https://x.org/a.gif"), Value::Null));
        assert_eq!(at(8), (json!("/media/news/a/deep/x.pdf"), Value::Null));
    }

    fn files_are_shown_from_the_server_where_it_has_a_name(app) {
        let app = TestApp::configured(app.backend, |config| {
            "https://cms.example/".clone_into(&mut config.delivery.server_url);
        })
        .expect("a server");
        pictures(&app);
        let html = html(&app.nobody(), "/news/a/", "PUBLISHED");
        assert!(html.contains("<img src=\"https://cms.example/media/img/s.gif\""), "{html}");
    }

    fn files_of_a_list_take_one_statement(app) {
        pictures(&app);
        let count = |query: &str| app.statements(|| app.query(query, Value::Null)).1.len();
        let none = count("{ articles { nodes { title site { title } body { plainText } } } }");
        // Articles that links may mean, files, lists and terms, however many there are.
        let all = count("{ articles { nodes { title site { title } body { html } } } }");
        assert_eq!(all, none + 4);
    }

    fn pictures_that_were_kept_before_are_measured(app) {
        pictures(&app);
        let before = html(&app.nobody(), "/news/a/", "PUBLISHED");
        app.sql("DELETE FROM picture");
        // Nothing tells of what is done to the database itself.
        app.app.cache().clear();
        assert!(!html(&app.nobody(), "/news/a/", "PUBLISHED").contains("height"));
        let renew = || app.block_on(api::worker::renew(&app.app)).expect("a measurement");
        assert!(renew() > 0);
        assert_eq!(renew(), 0);
        assert_eq!(html(&app.nobody(), "/news/a/", "PUBLISHED"), before);
    }

    fn a_divider_goes_before_a_summary(app) {
        let editor = app.as_role(Role::Editor);
        let made = editor
            .ask(
                "mutation($input: CreateArticleInput!) { createArticle(input: $input) { article { id version summary } userErrors { code } } }",
                json!({ "input": { "title": "T", "summary": "written", "body": "one\n\n<!--more-->\n\ntwo" } }),
            )
            .accepted("createArticle");
        let article = made.at("/createArticle/article");
        assert_eq!(article["summary"], "one");
        let saved = editor
            .ask(
                "mutation($id: ID!, $version: Int!) { updateArticle(id: $id, expectedVersion: $version, input: { body: \"one\\n\\ntwo\" }) {
                   article { summary } userErrors { code } } }",
                json!({ "id": article["id"], "version": article["version"] }),
            )
            .accepted("updateArticle");
        assert_eq!(saved.text("/updateArticle/article/summary"), "written");
    }

    fn a_site_says_how_its_markdown_is_read(app) {
        let body = "---\ntitle: A\n---\n\"a\" -- :smile: b\n\nc\n";
        let read = |app: &TestApp, config: &str| {
            assert_eq!(app.import_files(&[("hugo.toml", config), ("content/a.md", body)]).failures, []);
            let found = app.query("{ article(by: { path: \"/a/\" }) { summary body { html } } }", Value::Null);
            (found.text("/article/summary"), found.text("/article/body/html"))
        };
        let said = |summary: &str, html: &str| (summary.to_owned(), html.to_owned());
        assert_eq!(
            read(&app, "summaryLength = 2\nenableEmoji = true\n"),
            said("“a” – 😄 b", "<p>“a” – 😄 b</p>\n<p>c</p>\n")
        );
        let other = TestApp::configured(app.backend, |_| ()).expect("a server");
        let plain = "\"a\" -- :smile: b";
        assert_eq!(
            read(&other, "[markup.goldmark.extensions]\ntypographer = false\n"),
            said(&format!("{plain} c"), &format!("<p>{plain}</p>\n<p>c</p>\n"))
        );
    }

    fn all_links_of_a_list_take_one_statement(app) {
        site(&app);
        let count = |query: &str| app.statements(|| app.query(query, Value::Null)).1.len();
        let none = count("{ articles { nodes { title site { title } body { plainText } } } }");
        assert_eq!(count("{ articles { nodes { title site { title } body { html } } } }"), none + 1);
        let plain = "{ article(by: { path: \"/news/b/\" }) { site { title } body { html } } }";
        let linked = "{ article(by: { path: \"/news/a/\" }) { site { title } body { html } } }";
        assert_eq!(count(plain) + 1, count(linked));
    }

    fn formulas_are_tex_or_mathml(app) {
        site(&app);
        let query = "query($path: String!) { article(by: { path: $path }) {
            body { html(math: MATHML) tex: html blocks } } }";
        let answer = app.query(query, json!({ "path": "/news/see/" }));
        let body = answer.at("/article/body");
        assert!(body["html"].as_str().is_some_and(|html| html.contains("<math display=\"inline\"><msub><mi>")), "{body}");
        assert_eq!(
            body["tex"],
            "<p>Maths <span class=\"math inline\">$x_1$</span> and <span class=\"math inline\">$y_1$</span>.</p>\n"
        );
        let inline = json!({ "type": "inlineMath", "value": "x_1" });
        assert_eq!(body["blocks"]["children"][0]["children"][1], inline);
        let plain = app.query(query, json!({ "path": "/news/b/" }));
        assert_eq!(plain.text("/article/body/html"), "<p>Plain $x_1$ and $y_1$.</p>\n");
    }

    fn a_switch_changes_how_a_body_is_rendered(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        change(&editor, "/news/b/", &json!({ "mathjax": true }));
        let on = html(&app.nobody(), "/news/b/", "PUBLISHED");
        assert!(on.contains("<span class=\"math inline\">$x_1$</span>"), "{on}");
        change(&editor, "/news/b/", &json!({ "mathjax": false }));
        assert_eq!(html(&app.nobody(), "/news/b/", "PUBLISHED"), "<p>Plain $x_1$ and $y_1$.</p>\n");
    }

    fn older_renderings_are_made_anew(app) {
        site(&app);
        let all = "{ articles(orderBy: { field: TITLE, direction: ASC }) { nodes {
            title summary wordCount readingTimeMinutes body { html plainText } } } }";
        let before = app.query(all, Value::Null);
        app.sql("UPDATE article_copy SET summary = 'own' WHERE title = 'C'");
        app.sql("UPDATE article_copy SET word_count = 0, summary = 'old' WHERE title <> 'C'");
        app.sql("UPDATE body SET html = 'old', summary = 'old', renderer = 0, links = '[]'");
        let renew = || app.block_on(api::worker::renew(&app.app)).expect("a rendering");
        assert_eq!(renew(), 4);
        assert_eq!(renew(), 0);
        let mut after = app.query(all, Value::Null);
        assert_eq!(after.at("/articles/nodes/2/summary"), "own");
        after.0["articles"]["nodes"][2]["summary"] = before.at("/articles/nodes/2/summary").clone();
        assert_eq!(after, before);
    }
}
