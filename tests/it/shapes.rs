//! Sites of every shape that Hugo takes: how their configuration is split, where
//! their content lies and what their languages are called.

use serde_json::{Value, json};
use tests::{Client, TestApp, on_both};

/// What it is, its files, and where its pages are.
type Shape = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

const PAGE: &str = "---\ntitle: A\n---\n";

const SHAPES: &[Shape] = &[
    (
        "a file of settings for each language",
        &[
            ("config/_default/config.toml", "defaultContentLanguage = 'zh-cn'\n"),
            ("config/_default/languages.zh-cn.toml", "label = '中'\nweight = 1\n"),
            ("config/_default/languages.en.toml", "label = 'E'\nweight = 2\n"),
            ("content/a.md", PAGE),
            ("content/a.en.md", PAGE),
        ],
        &["en /en/a/", "zh-CN /a/"],
    ),
    (
        "settings in folders of folders",
        &[
            ("config/_default/hugo.toml", ""),
            ("config/_default/more/permalinks.yaml", "posts: /p/:contentbasename/\n"),
            ("content/posts/a.md", PAGE),
        ],
        &["en /p/a/"],
    ),
    (
        "advice on how to merge what themes say",
        &[
            (
                "hugo.yaml",
                "languages:\n  _merge: deep\n  en:\n    weight: 1\ntaxonomies:\n  _merge: shallow\n  tag: tags\n",
            ),
            ("content/a.md", PAGE),
        ],
        &["en /a/"],
    ),
    (
        "languages with hosts of their own",
        &[
            (
                "hugo.toml",
                "[languages.en]\nbaseURL = 'https://en.example.org'\n\
                 [languages.fr]\nbaseURL = 'https://fr.example.org'\n",
            ),
            ("content/a.md", PAGE),
            ("content/a.fr.md", PAGE),
        ],
        &["en /a/", "fr /fr/a/"],
    ),
    (
        "content that is mounted for each language",
        &[
            (
                "hugo.yaml",
                "languages:\n  en: {weight: 1}\n  de: {weight: 2}\nmodule:\n  mounts:\n\
                 \x20 - {source: text/english, target: content, lang: en}\n\
                 \x20 - {source: text/german, target: content, sites: {matrix: {languages: [d*]}}}\n\
                 \x20 - {source: node_modules/x, target: assets}\n",
            ),
            ("text/english/a.md", PAGE),
            ("text/german/a.md", PAGE),
        ],
        &["de /de/a/", "en /a/"],
    ),
    ("no content at all", &[("hugo.toml", "title = 'T'\n"), ("static/a.txt", "a")], &[]),
    (
        "a time in the name of a file",
        &[
            ("hugo.toml", "[frontmatter]\ndate = [':filename']\n"),
            ("content/2020-01-06T10-11-12-late.md", PAGE),
            ("content/2020-01-06_101112-odd.md", PAGE),
        ],
        &["en /101112-odd/ 2020-01-06T00:00:00Z", "en /late/ 2020-01-06T10:11:12Z"],
    ),
    (
        "spaces at the end of a pattern",
        &[
            ("hugo.toml", "[permalinks]\nposts = '/p/:title/'\n"),
            ("content/posts/a.md", "---\ntitle: C++\n---\n"),
        ],
        &["en /p/c/"],
    ),
];

/// Changes an article and publishes it.
fn edit(editor: &Client, path: &str, input: &Value) {
    let found = editor.ask(
        "query($path: String!) { article(by: { path: $path }, view: WORKING) { id version } }",
        json!({ "path": path }),
    );
    let answer = editor.ask(
        "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
            updateArticle(id: $id, expectedVersion: $version, input: $input) { userErrors { message } }
            publishArticle(id: $id) { userErrors { message } } }",
        json!({
            "id": found.at("/article/id"), "version": found.at("/article/version"), "input": input }),
    );
    let _ = answer.accepted("updateArticle").accepted("publishArticle");
}

/// A site whose sections hand values down.
const CASCADING: [(&str, &str); 5] = [
    (
        "hugo.toml",
        "[[cascade]]\ncolour = 'red'\n[cascade.params]\nfrom = 'site'\n\
         [cascade.target]\npath = '{/posts/**}'\n",
    ),
    (
        "content/posts/_index.md",
        "---\ntitle: Posts\ncascade:\n- params: {from: section}\n  tags: [handed]\n  draft: true\n  \
         target: {kind: section}\n- description: D\n  tags: [handed]\n  from: section\n---\n",
    ),
    ("content/posts/a.md", "---\ntitle: A\n---\nText\n"),
    ("content/posts/b.md", "---\ntitle: B # so\ntags: [own]\nFrom: me\n---\nText\n"),
    ("content/other.md", "---\ntitle: C\n---\n"),
];

on_both! {
    fn pages_have_what_their_sections_hand_down(app) {
        assert_eq!(app.import_files(&CASCADING).failures, []);
        let answer = app.query(
            "{ articles(orderBy: { field: TITLE, direction: ASC }) { nodes { description tags { name } params } } }",
            Value::Null,
        );
        assert_eq!(answer.at("/articles/nodes"), &json!([
            { "description": "D", "tags": [{ "name": "handed" }], "params": { "from": "section", "colour": "red" } },
            { "description": "D", "tags": [{ "name": "own" }], "params": { "From": "me", "colour": "red" } },
            { "description": null, "tags": [], "params": {} },
        ]));
    }

    fn terms_of_a_section_stay_in_its_file(app) {
        let section = "---\ntitle: S\ntags: [x, y]\ncategories: z\n---\n";
        let report = app.import_files(&[
            ("content/s/_index.md", section),
            ("content/tags/x/_index.md", section),
            ("content/s/a.md", "---\ntitle: A\ntags: [x, y]\ncategories: z\n---\n"),
        ]);
        assert_eq!(report.failures, []);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let report = app.export(folder.path());
        assert_eq!(report.failures, []);
        for path in ["content/s/_index.md", "content/tags/x/_index.md"] {
            let text = std::fs::read_to_string(folder.path().join(path)).expect("a file");
            assert_eq!(text, section, "{path}");
        }
    }

    fn a_value_that_no_field_could_take_makes_room_for_one_that_is_edited(app) {
        app.import_files(&[("content/a.md", "---\ntitle: [A]\nslug: a\n---\n")]);
        let editor = app.as_role(api::policy::Role::Editor);
        edit(&editor, "/a/", &json!({ "title": "B" }));
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(app.export(folder.path()).failures, []);
        let text = std::fs::read_to_string(folder.path().join("content/a.md")).expect("a file");
        assert_eq!(text, "---\ntitle: B\nslug: a\n---\n");
    }

    fn what_is_handed_down_is_not_written_into_files(app) {
        app.import_files(&CASCADING);
        let editor = app.as_role(api::policy::Role::Editor);
        edit(&editor, "/posts/a/", &json!({ "title": "A2" }));
        edit(&editor, "/posts/b/", &json!({ "description": "Own" }));
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(app.export(folder.path()).failures, []);
        let read = |path: &str| std::fs::read_to_string(folder.path().join(path)).expect("a file");
        assert_eq!(read("content/posts/a.md"), "---\ntitle: A2\n---\nText\n");
        assert_eq!(
            read("content/posts/b.md"),
            "---\ntitle: B # so\ntags: [own]\nFrom: me\ndescription: Own\n---\nText\n"
        );
        assert_eq!(read("content/posts/_index.md"), CASCADING[1].1);
    }

    fn a_site_of_any_shape_goes_in(app) {
        for (shape, files, expected) in SHAPES {
            let app = TestApp::configured(app.backend, |_| ()).expect("a server");
            let report = app.import_files(files);
            assert_eq!(report.failures, [], "{shape}");
            let answer = app.query(
                "{ articles(first: 100) { nodes { path date language { tag } } } }",
                Value::Null,
            );
            let mut found: Vec<String> = answer
                .at("/articles/nodes")
                .as_array()
                .expect("nodes")
                .iter()
                .map(|node| {
                    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                    let all = [text(&node["language"]["tag"]), text(&node["path"]), text(&node["date"])];
                    all.join(" ").trim_end().to_owned()
                })
                .collect();
            found.sort();
            assert_eq!(json!(found), json!(expected), "{shape}");
        }
    }
}
