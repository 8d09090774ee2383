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
        app.sql("UPDATE body SET html = 'old', plain_text = 'old', summary = 'old', renderer = 0, links = '[]'");
        let renew = || app.block_on(api::worker::renew(&app.app)).expect("a rendering");
        assert_eq!(renew(), 4);
        assert_eq!(renew(), 0);
        let mut after = app.query(all, Value::Null);
        assert_eq!(after.at("/articles/nodes/2/summary"), "own");
        after.0["articles"]["nodes"][2]["summary"] = before.at("/articles/nodes/2/summary").clone();
        assert_eq!(after, before);
    }
}
