//! What is arranged here, in Hugo's own files: menus, sidebars, languages, and
//! what terms are called.

use std::collections::BTreeSet;
use std::path::Path;

use api::policy::Role;
use serde_json::{Value, json};
use tests::oracle::read;
use tests::{Client, TestApp, on_both, write_files};

use crate::export::differences;

const MENUS: &str = "# Ours\ntitle = 'T'   # so called\n\n[[menus.main]]\n# the first\nname = 'News'\nurl = \"/news/\" # a list\nweight = 10\n\n\
    [[menus.main]]\nname = 'About'\nurl = \"/about/\"\nweight = 20\n\n[params]\nx = 1\n";
const NEWS: &str = "---\ntitle: Newsroom\n---\n";
const PAGE: &str = "---\ntitle: A\ntags: [Go]\n---\n";

/// A site in a folder, imported, and where it goes.
struct Site {
    folder: tempfile::TempDir,
    out: tempfile::TempDir,
    editor: Client,
    admin: Client,
}

impl Site {
    fn of(app: &TestApp, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_files(folder.path(), files);
        assert_eq!(app.import(folder.path()).failures, []);
        let out = tempfile::tempdir().expect("a temporary folder");
        Self { folder, out, editor: app.as_role(Role::Editor), admin: app.as_role(Role::Admin) }
    }

    fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.out.path().join(path)).expect("an exported file")
    }

    /// Exports, once more without a change, and imports it elsewhere.
    fn export(&self, app: &TestApp) -> TestApp {
        let report = app.export(self.out.path());
        assert_eq!((report.failures, report.warnings), (vec![], vec![]));
        assert_eq!(app.export(self.out.path()).changes, []);
        let again = TestApp::configured(app.backend, |_| ()).expect("a server");
        assert_eq!(again.import(self.out.path()).failures, []);
        again
    }

    fn changed(&self) -> Vec<String> {
        let changed = differences(self.folder.path(), self.out.path());
        changed.into_iter().map(|path| path.to_string_lossy().into_owned()).collect()
    }

    fn menu(&self, language: Value, entries: &Value) -> Value {
        let document = "mutation($by: MenuBy!, $version: Int!, $entries: [MenuEntryInput!]) {
            setMenu(by: $by, expectedVersion: $version, entries: $entries) { menuTree { version } userErrors { field message } } }";
        let by = json!({"name": "main", "language": language});
        let tree = self.tree(&by);
        let variables = json!({"by": by, "version": tree["version"], "entries": entries});
        self.editor.ask(document, variables).accepted("setMenu").at("/setMenu").clone()
    }

    fn tree(&self, by: &Value) -> Value {
        let document = "query($by: MenuBy!) { menuTree(by: $by) { version entries { id name } } }";
        self.editor.ask(document, json!({"by": by})).at("/menuTree").clone()
    }

    fn widgets(&self, page: &str, language: Value, input: Value) {
        let document = "mutation($page: PageKind!, $language: LanguageTag, $input: SetWidgetsInput!) {
            setWidgets(page: $page, language: $language, expectedVersion: 0, input: $input) { userErrors { field message } } }";
        let variables = json!({"page": page, "language": language, "input": input});
        let _ = self.editor.ask(document, variables).accepted("setWidgets");
    }

    fn term(&self, name: &str, input: Value) {
        let found = self.editor.ask(
            "query($slug: String!) { tag(by: { slug: $slug }) { id } }",
            json!({"slug": name}),
        );
        let document = "mutation($id: ID!, $input: UpdateTagInput!) { updateTag(id: $id, input: $input) { userErrors { field message } } }";
        let variables = json!({"id": found.at("/tag/id"), "input": input});
        let _ = self.editor.ask(document, variables).accepted("updateTag");
    }
}

/// A menu as everybody sees it.
fn shown(app: &TestApp, language: &str) -> String {
    const ITEM: &str = "identifier name url title weight params";
    let document = format!(
        "{{ menu(name: \"main\", language: \"{language}\") {{ items {{ {ITEM} children {{ {ITEM} }} }} }} }}"
    );
    app.query(&document, Value::Null).at("/menu/items").to_string()
}

fn sidebars(app: &TestApp, language: &str) -> String {
    let document = format!("{{ site(language: \"{language}\") {{ home: sidebar(page: HOME) list: sidebar(page: LIST) single: sidebar(page: SINGLE) }}
        home: widgets(page: HOME, language: \"{language}\") {{ kind settings }} list: widgets(page: LIST, language: \"{language}\") {{ kind settings }}
        single: widgets(page: SINGLE, language: \"{language}\") {{ kind settings }} }}");
    app.query(&document, Value::Null).0.to_string()
}

/// What Hugo makes of a folder: the menu of a language, by name, address and children.
fn hugos_menu(folder: &Path, language: &str) -> Option<Value> {
    let (reading, _) = read(folder, &BTreeSet::new())?;
    Some(reading[&format!("{language} site")]["menus"].clone())
}

on_both! {
    fn a_menu_changes_the_lines_of_its_edited_entries(app) {
        let site = Site::of(&app, &[("hugo.toml", MENUS), ("content/news/_index.md", NEWS), ("content/a.md", PAGE)]);
        let by = json!({"name": "main", "language": "en"});
        let tree = site.tree(&by);
        let (news, about) = (&tree["entries"][0]["id"], &tree["entries"][1]["id"]);
        site.menu(json!("en"), &json!([
            {"id": news, "name": "News", "target": {"section": "news"}, "children": [{"name": "Old", "target": {"url": "/old/"}}]},
            {"id": about, "name": "About us", "title": "Who we are", "target": {"url": "/about/"}},
        ]));
        let again = site.export(&app);
        assert_eq!(site.changed(), ["hugo.toml"]);
        let expected = MENUS
            .replace("name = 'About'\n", "name = 'About us'\n")
            .replace("url = \"/about/\"\nweight = 20\n", "url = \"/about/\"\nweight = 20\nidentifier = 'About'\ntitle = 'Who we are'\n\n\
                [[menus.main]]\nname = 'Old'\nparent = 'News'\nurl = '/old/'\nweight = 1\n");
        assert_eq!(lines(&site.text("hugo.toml")), lines(&expected));
        assert!(site.text("hugo.toml").starts_with("# Ours\ntitle = 'T'   # so called\n\n[[menus.main]]\n# the first\n"));
        assert_eq!(shown(&again, "en"), shown(&app, "en"));
        // And one that goes takes its lines along.
        site.menu(json!("en"), &json!([{"id": about, "name": "About", "target": {"url": "/about/"}}]));
        let again = site.export(&app);
        assert_eq!(shown(&again, "en"), shown(&app, "en"));
        assert!(!site.text("hugo.toml").contains("the first"), "{}", site.text("hugo.toml"));
    }

    fn a_menu_for_all_languages_leads_to_the_pages_of_each(app) {
        let config = "title: T\ndefaultContentLanguage: en\nlanguages:\n  en:\n    weight: 1 # first\n  de:\n    weight: 2\n    title: D\nparams:\n  a: 1\n";
        let site = Site::of(&app, &[
            ("config/_default/hugo.yaml", config), ("content/news/_index.md", NEWS), ("content/news/_index.de.md", "---\ntitle: Nachrichten\n---\n"),
            ("content/news/a.md", PAGE), ("content/news/a.de.md", PAGE),
        ]);
        let id = site.editor.ask("{ article(by: {path: \"/news/a/\"}) { id tags { id } } }", Value::Null);
        site.menu(Value::Null, &json!([
            {"name": "N", "names": [{"language": "de", "name": "Neues"}], "target": {"section": "news"},
                "children": [{"target": {"article": id.at("/article/id")}}]},
            {"name": "Tag", "target": {"tag": id.at("/article/tags/0/id")}},
        ]));
        let again = site.export(&app);
        for language in ["en", "de"] {
            assert_eq!(shown(&again, language), shown(&app, language));
        }
        assert!(shown(&again, "de").contains("/de/news/a/"), "{}", shown(&again, "de"));
        assert_eq!(site.changed(), ["config/_default/hugo.yaml"]);
        let text = site.text("config/_default/hugo.yaml");
        assert!(text.contains("weight: 1 # first\n") && text.ends_with("params:\n  a: 1\n") || text.contains("params:\n  a: 1\n"), "{text}");
        let Some(menu) = hugos_menu(site.out.path(), "de") else { return };
        assert!(menu.to_string().contains("Neues") && menu.to_string().contains("/de/news/a/"), "{menu}");
    }

    fn a_menu_of_a_file_of_its_own_is_edited_there(app) {
        let menus = "# bar\n[[main]]\n  name = \"News\"\n  url = \"/news/\"\n  weight = 1\n\n[[foot]]\n  name = \"X\"\n  url = \"/x/\"\n";
        let site = Site::of(&app, &[
            ("config/_default/hugo.toml", "title = 'T'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n"),
            ("config/_default/menus.en.toml", menus), ("content/a.md", PAGE),
        ]);
        let tree = site.tree(&json!({"name": "main", "language": "en"}));
        site.menu(json!("en"), &json!([{"id": tree["entries"][0]["id"], "name": "New", "target": {"url": "/news/"}}]));
        let again = site.export(&app);
        assert_eq!(site.changed(), ["config/_default/menus.en.toml"]);
        let text = site.text("config/_default/menus.en.toml");
        assert_eq!(text, menus.replace("\"News\"", "\"New\"").replace("weight = 1\n", "weight = 1\n  identifier = \"News\"\n"));
        assert_eq!(shown(&again, "en"), shown(&app, "en"));
    }

    fn sidebars_and_widgets_become_the_themes_parameters(app) {
        let config = "title = 'T'\n[params.sidebar]\n  home = \"right\" # here\n  widgets = [\"search\", \"recent\"]\n  y = 1\n";
        let site = Site::of(&app, &[("hugo.toml", config), ("content/a.md", PAGE)]);
        for page in ["HOME", "LIST", "SINGLE"] {
            site.widgets(page, Value::Null, json!({"widgets": [{"name": "search"}, {"name": "taglist"}]}));
        }
        let again = site.export(&app);
        assert_eq!(site.text("hugo.toml"), config.replace("\"recent\"", "\"taglist\""));
        assert_eq!(sidebars(&again, "en"), sidebars(&app, "en"));
        // What the theme has no word for stands beside it.
        site.widgets("HOME", json!("en"), json!({"sidebar": "NONE", "widgets": [{"name": "recent", "settings": {"count": 3}}]}));
        let again = site.export(&app);
        let text = site.text("hugo.toml");
        assert!(text.contains("home = false # here\n") && text.contains("widgets = [\"search\", \"taglist\"]\n"), "{text}");
        assert_eq!(sidebars(&again, "en"), sidebars(&app, "en"));
    }

    fn a_language_that_was_made_here_is_in_the_configuration(app) {
        let config = "# one\nbaseURL = 'https://example.org/'\nlanguageCode = 'en-GB'\ntitle = 'T'\n";
        let site = Site::of(&app, &[("hugo.toml", config), ("content/posts/a.md", PAGE)]);
        let _ = site.admin.ask("mutation { createLanguage(input: {tag: \"ar\", name: \"العربية\", title: \"ت\"}) { userErrors { message } } }", Value::Null).accepted("createLanguage");
        let made = site.editor.ask("mutation { createArticle(input: {title: \"ب\", language: \"ar\", section: \"posts\", slug: \"b\", body: \"x\"}) { article { id } userErrors { field message } } }", Value::Null).accepted("createArticle");
        let _ = site.editor.ask("mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }", json!({"id": made.at("/createArticle/article/id")})).accepted("publishArticle");
        // A later import of the same files does not take it away.
        std::fs::write(site.folder.path().join("hugo.toml"), config.replace("'T'", "'U'")).expect("a file");
        assert_eq!(app.import(site.folder.path()).failures, []);
        let again = site.export(&app);
        let languages = "{ site(language: \"ar\") { title languages { tag name direction } } route(path: \"/ar/posts/b/\") { ... on Article { path title } } }";
        assert_eq!(again.query(languages, Value::Null).0, app.query(languages, Value::Null).0);
        assert!(site.text("hugo.toml").starts_with(&config.replace("'T'", "'U'")), "{}", site.text("hugo.toml"));
        assert_eq!(site.text("content/posts/a.md"), PAGE);
        let Some((reading, _)) = read(site.out.path(), &BTreeSet::new()) else { return };
        assert!(reading.keys().any(|key| key.starts_with("ar page")), "{:?}", reading.keys());
    }

    fn names_and_descriptions_of_terms_have_files(app) {
        let tag = "+++\ntitle = 'Rust'\n+++\n";
        let site = Site::of(&app, &[("content/posts/a.md", PAGE), ("content/posts/b.md", "---\ntitle: B\ntags: [Go, rust]\n---\n"), ("content/tags/rust/_index.md", tag)]);
        site.term("go", json!({"name": "The Go language", "description": "Of \"Google\""}));
        site.term("rust", json!({"description": "A language"}));
        let again = site.export(&app);
        assert_eq!(site.changed(), ["content/tags/go/_index.md", "content/tags/rust/_index.md"]);
        assert_eq!(site.text("content/tags/go/_index.md"), "+++\ntitle = 'The Go language'\ndescription = 'Of \"Google\"'\n+++\n");
        assert_eq!(site.text("content/tags/rust/_index.md"), tag.replace("'Rust'\n", "'Rust'\ndescription = 'A language'\n"));
        let tags = "{ tags(language: \"en\") { nodes { name slug path description } } articles { nodes { path tags { slug } } } }";
        assert_eq!(again.query(tags, Value::Null).0, app.query(tags, Value::Null).0);
        // Its file follows it from then on.
        site.term("go", json!({"description": "Other"}));
        site.export(&app);
        assert_eq!(site.text("content/tags/go/_index.md"), "+++\ntitle = 'The Go language'\ndescription = 'Other'\n+++\n");
        let Some((reading, _)) = read(site.out.path(), &BTreeSet::new()) else { return };
        assert_eq!(reading["en term /tags/go"]["title"], "The Go language");
    }

    fn lists_that_ask_for_a_place_in_a_menu_have_it(app) {
        let site = Site::of(&app, &[
            ("hugo.toml", MENUS), ("content/_index.md", "---\nmenu: {main: {name: Start, weight: 1}}\n---\n"),
            ("content/news/_index.md", "---\ntitle: Newsroom\nmenus: main\nweight: 15\n---\n"), ("content/posts/a.md", PAGE),
            ("content/tags/go/_index.md", "---\ntitle: Go!\nmenu:\n  main:\n    parent: News\n---\n"),
            ("content/secret/_index.md", "---\ntitle: S\ndraft: true\nmenu: main\n---\n"),
        ]);
        let found = app.query("{ menu(name: \"main\") { items { name url origin children { name url origin } } } }", Value::Null);
        assert_eq!(found.at("/menu/items"), &json!([
            {"name": "Start", "url": "/", "origin": "SECTION", "children": []},
            {"name": "News", "url": "/news/", "origin": "CONFIGURATION", "children": [{"name": "Go!", "url": "/tags/go/", "origin": "SECTION"}]},
            {"name": "Newsroom", "url": "/news/", "origin": "SECTION", "children": []},
            {"name": "About", "url": "/about/", "origin": "CONFIGURATION", "children": []},
        ]));
        // An arranged menu has them beside its own, and the configuration does not.
        site.menu(json!("en"), &json!([{"name": "One", "target": {"url": "/one/"}}]));
        assert!(shown(&app, "en").contains("Newsroom"));
        let again = site.export(&app);
        assert_eq!(site.changed(), ["hugo.toml"]);
        assert_eq!(shown(&again, "en"), shown(&app, "en"));
        // Read again without it, the place is gone.
        write_files(site.folder.path(), &[("content/news/_index.md", NEWS)]);
        app.import(site.folder.path());
        assert!(!shown(&app, "en").contains("Newsroom"));
    }
}

/// The lines of a text, in any order: which lines there are is the rule, where new
/// ones go is the editor's.
fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines
}
