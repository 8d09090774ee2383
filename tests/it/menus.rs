//! Menus: what is shown, what follows, and arranging them.

use api::policy::Role;
use serde_json::{Value, json};
use tests::tools::{output, tool};
use tests::{Client, TestApp, on_both};

fn site(app: &TestApp) {
    let report = app.import_files(&[
        ("hugo.toml", "baseURL = 'https://example.org/'\ndefaultContentLanguage = 'en'\n\
            [languages.en]\nlocale = 'en'\nweight = 1\ntitle = 'Post'\n\
            [languages.zh-cn]\nlocale = 'zh-CN'\nweight = 2\ntitle = '报'\n\
            [[languages.en.menus.main]]\nname = 'Home'\nurl = '/'\nweight = 10\n\
            [[languages.en.menus.main]]\nname = 'News'\nidentifier = 'news'\nurl = '/news/'\nweight = 20\npre = '<i>'\n\
            [[languages.en.menus.main]]\nname = 'Old'\nparent = 'news'\nurl = '/old/'\nweight = 1\n"),
        ("content/news/_index.md", "---\ntitle: Newsroom\n---\n"),
        ("content/news/a.md", "---\ntitle: A\ntags: [x]\ncategories: [c]\nmenu: {main: {parent: news, weight: 2}}\n---\n1"),
        ("content/news/b.md", "---\ntitle: B\nlinkTitle: Bee\ndraft: true\ntags: [x]\n---\n2"),
        ("content/news/a.zh-cn.md", "---\ntitle: 甲\ntags: [x]\n---\n3"),
    ]);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
}

/// Names of a menu with those below in brackets, and addresses where asked for.
fn said(items: &Value, with: &[&str]) -> String {
    let each = items.as_array().into_iter().flatten().map(|item| {
        let below = said(&item["children"], with);
        let more: String = with
            .iter()
            .filter(|field| item[**field] != json!(false))
            .map(|field| format!(" {}", item[*field].as_str().unwrap_or(field)))
            .collect();
        let below = if below.is_empty() { below } else { format!("({below})") };
        format!("{}{more}{below}", item["name"].as_str().unwrap_or("-"))
    });
    each.collect::<Vec<_>>().join(", ")
}

const ITEMS: &str = "items { id name url origin active activeTrail activeBelow
    children { id name url origin active activeTrail activeBelow children { name url origin active activeTrail activeBelow } } }";

fn shown(client: &Client, language: &str, view: &str) -> String {
    let document =
        format!("{{ menu(name: \"main\", language: \"{language}\", view: {view}) {{ {ITEMS} }} }}");
    said(client.ask(&document, Value::Null).at("/menu/items"), &["url"])
}

const TREE: &str = "menuTree { version origin changedBy { email } entries { id identifier name names { language name } weight params broken url targetName
    target { article tag category section url } children { id identifier name weight broken params target { url } children { id } } } } userErrors { field code message }";

fn set(client: &Client, language: Value, version: i32, entries: Value) -> Value {
    let document = format!(
        "mutation($by: MenuBy!, $version: Int!, $entries: [MenuEntryInput!]) {{
        setMenu(by: $by, expectedVersion: $version, entries: $entries) {{ {TREE} }} }}"
    );
    let by = json!({"name": "main", "language": language});
    client
        .ask(&document, json!({"by": by, "version": version, "entries": entries}))
        .at("/setMenu")
        .clone()
}

fn ids(app: &TestApp) -> Value {
    let found = app.as_role(Role::Editor).ask(
        "{ a: route(path: \"/news/a/\") { ... on Article { id tags { id } categories { id } } }
        b: route(path: \"/news/b/\", view: WORKING) { ... on Article { id } } }",
        Value::Null,
    );
    json!({"a": found.at("/a/id"), "b": found.at("/b/id"), "tag": found.at("/a/tags/0/id"), "category": found.at("/a/categories/0/id")})
}

fn errors(payload: &Value) -> Vec<String> {
    let each = payload["userErrors"].as_array().expect("errors").iter().map(|error| {
        let path: Vec<_> =
            error["field"].as_array().expect("a path").iter().filter_map(Value::as_str).collect();
        format!("{} {}", path.join("."), error["code"].as_str().unwrap_or_default())
    });
    each.collect()
}

on_both! {
    fn entries_point_at_content_and_follow_it(app) {
        site(&app);
        let (editor, ids) = (app.as_role(Role::Editor), ids(&app));
        assert_eq!(shown(&editor, "en", "PUBLISHED"), "Home /, News /news/(Old /old/, A /news/a/)");
        let done = set(&editor, json!("en"), 0, json!([
            {"target": {"section": "news"}, "children": [{"target": {"article": ids["a"]}}, {"name": "Bees", "target": {"article": ids["b"]},
                "children": [{"name": "Below", "target": {"url": "/below/"}}]}]},
            {"target": {"tag": ids["tag"]}}, {"name": "Cats", "target": {"category": ids["category"]}},
            {"name": "More", "children": [{"name": "Out", "target": {"url": "https://other.example/"}}]},
        ]));
        assert_eq!(errors(&done), [""; 0]);
        assert_eq!(done["menuTree"]["origin"], "ARRANGED");
        assert_eq!(done["menuTree"]["entries"][0]["targetName"], "Newsroom");
        // The article's own entry asks for a parent that is not there any more: as in Hugo one stands in.
        assert_eq!(shown(&app.nobody(), "en", "PUBLISHED"),
            "Newsroom /news/(A /news/a/), x /tags/x/, Cats /categories/c/, More (Out https://other.example/), news (A /news/a/)");
        assert_eq!(shown(&editor, "en", "WORKING"),
            "Newsroom /news/(A /news/a/, Bees /news/b/(Below /below/)), x /tags/x/, Cats /categories/c/, More (Out https://other.example/), news (A /news/a/)");
        assert_eq!(shown(&app.nobody(), "zh-CN", "PUBLISHED"), "", "arranged for another language");

        // Renamed, published, merged, trashed: the menu follows without a change of its own.
        let rename = editor.ask("mutation($a: ID!, $tag: ID!, $b: ID!) {
            updateArticle(id: $a, expectedVersion: 1, input: { title: \"Alpha\", slug: \"alpha\" }) { userErrors { message } }
            publishArticle(id: $a) { userErrors { message } } b: publishArticle(id: $b) { userErrors { message } }
            updateTag(id: $tag, input: { name: \"Xylophones\", slug: \"xylo\" }) { userErrors { message } } }", ids.clone());
        assert_eq!(rename.at("/updateArticle/userErrors"), &json!([]));
        let now = shown(&app.nobody(), "en", "PUBLISHED");
        assert!(now.starts_with("Newsroom /news/(Alpha /news/alpha/, Bees /news/b/(Below /below/)), Xylophones /tags/xylo/"), "{now}");
        let merged = editor.ask("mutation($tag: ID!) { createTag(input: { name: \"Winds\" }) { tag { id } }
            t: updateTag(id: $tag, input: {}) { tag { id } } }", ids.clone());
        let into = merged.text("/createTag/tag/id");
        let _ = editor.ask("mutation($from: [ID!]!, $into: ID!) { mergeTags(ids: $from, into: $into) { userErrors { message } } }",
            json!({"from": [ids["tag"]], "into": into})).accepted("mergeTags");
        let _ = editor.ask("mutation($a: ID!) { trashArticle(id: $a) { userErrors { message } } }", ids.clone()).accepted("trashArticle");
        let now = shown(&app.nobody(), "en", "PUBLISHED");
        assert_eq!(now, "Newsroom /news/(Bees /news/b/(Below /below/)), Winds /tags/winds/, Cats /categories/c/, More (Out https://other.example/)"
            .replace(", Cats /categories/c/", ""), "the category has no article any more");
        let tree = editor.ask(&format!("{{ menuTree(by: {{ name: \"main\", language: \"en\" }}) {{ {} }} }}",
            "entries { broken children { broken } }"), Value::Null);
        assert_eq!(tree.at("/menuTree/entries/0/children/0/broken"), &json!(true));
    }

    fn an_entry_points_at_a_term_of_any_taxonomy(app) {
        let config = "baseURL = 'https://example.org/'\ndefaultContentLanguage = 'en'\n[taxonomies]\nseries = 'series'\n[languages.en]\nweight = 1\n";
        let page = "---\ntitle: A\nseries: [Rivers]\n---\n1";
        assert_eq!(app.import_files(&[("hugo.toml", config), ("content/a.md", page)]).failures, []);
        let editor = app.as_role(Role::Editor);
        let id = app.query("{ term(by: { path: \"/series/rivers/\" }) { id } }", Value::Null).at("/term/id").clone();
        let done = set(&editor, Value::Null, 0, json!([{"target": {"term": id}}]));
        assert_eq!((errors(&done), &done["menuTree"]["entries"][0]["targetName"]), (vec![], &json!("Rivers")));
        assert_eq!(shown(&app.nobody(), "en", "PUBLISHED"), "Rivers /series/rivers/");
        let _ = editor.ask("mutation($id: ID!) { updateTerm(id: $id, input: { name: \"Streams\", slug: \"streams\" }) { userErrors { message } } }",
            json!({ "id": id })).accepted("updateTerm");
        assert_eq!(shown(&app.nobody(), "en", "PUBLISHED"), "Streams /series/streams/");
        let tree = editor.ask("{ menuTree(by: { name: \"main\" }) { entries { target { term tag } } } }", Value::Null);
        assert_eq!(tree.at("/menuTree/entries/0/target"), &json!({"term": id, "tag": null}));
    }

    fn one_menu_serves_all_languages(app) {
        site(&app);
        let (editor, ids) = (app.as_role(Role::Editor), ids(&app));
        let done = set(&editor, Value::Null, 0, json!([
            {"target": {"article": ids["a"]}}, {"target": {"section": ""}, "name": "Start", "names": [{"language": "zh-cn", "name": "首页"}]},
            {"target": {"article": ids["b"]}}, {"names": [{"language": "en", "name": "Only English"}], "target": {"url": "/x/"}},
        ]));
        assert_eq!(errors(&done), [""; 0]);
        assert_eq!(shown(&editor, "zh-CN", "PUBLISHED"), "甲 /zh-cn/news/a/, 首页 /zh-cn/, Only English /x/");
        assert_eq!(shown(&editor, "en", "PUBLISHED"), "A /news/a/, Start /, Only English /x/, news (A /news/a/)", "it goes before the configuration's");
        assert_eq!(shown(&editor, "zh-CN", "WORKING"), "甲 /zh-cn/news/a/, 首页 /zh-cn/, Only English /x/", "b has no translation");
        let _ = set(&editor, json!("zh-CN"), 0, json!([{"name": "自己", "target": {"url": "/own/"}}]));
        assert_eq!(shown(&editor, "zh-CN", "PUBLISHED"), "自己 /own/", "that of the language goes first");
        let menus = editor.ask("{ menus { name language version origin entryCount } }", Value::Null);
        assert_eq!(menus.at("/menus"), &json!([
            {"name": "main", "language": null, "version": 1, "origin": "ARRANGED", "entryCount": 4},
            {"name": "main", "language": "en", "version": 0, "origin": "CONFIGURATION", "entryCount": 3},
            {"name": "main", "language": "zh-CN", "version": 1, "origin": "ARRANGED", "entryCount": 1}]));
    }

    fn single_entries_are_made_moved_changed_and_deleted(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        let by = json!({"name": "main", "language": "en"});
        let tree = editor.ask("{ menuTree(by: { name: \"main\", language: \"en\" }) { version origin entries { id identifier weight params children { id } } } }", Value::Null);
        assert_eq!((tree.at("/menuTree/version"), tree.at("/menuTree/origin")), (&json!(0), &json!("CONFIGURATION")));
        assert_eq!(tree.at("/menuTree/entries/1/params"), &json!({"pre": "<i>"}));
        let (home, news) = (tree.text("/menuTree/entries/0/id"), tree.text("/menuTree/entries/1/id"));
        let old = tree.text("/menuTree/entries/1/children/0/id");
        let run = |mutation: &str, arguments: &str, types: &str, mut variables: Value| {
            variables["by"] = by.clone();
            let document = format!("mutation($by: MenuBy!{types}) {{ {mutation}(by: $by, {arguments}) {{ {TREE} }} }}");
            editor.ask(&document, variables).at(&format!("/{mutation}")).clone()
        };
        let made = run("createMenuEntry", "input: $input, at: $at, expectedVersion: 0", ", $input: MenuEntryInput!, $at: MenuSpotInput",
            json!({"input": {"name": "Home", "target": {"url": "/start/"}}, "at": {"position": 1}}));
        let entries = &made["menuTree"]["entries"];
        assert_eq!((errors(&made), entries[1]["identifier"].as_str()), (vec![], Some("Home-2")));
        let weights: Vec<_> = (0..3).filter_map(|at| entries[at]["weight"].as_i64()).collect();
        assert_eq!(weights, [10, 11, 20], "weights that say the order already stay");
        assert_eq!(entries[0]["id"], home.as_str(), "entries of the configuration keep their ids");
        let new = entries[1]["id"].clone();
        let stale = run("deleteMenuEntry", "id: $id, expectedVersion: 0", ", $id: ID!", json!({"id": new}));
        assert_eq!(errors(&stale), ["expectedVersion STALE"]);
        let moved = run("moveMenuEntry", "id: $id, to: $to", ", $id: ID!, $to: MenuSpotInput!", json!({"id": old, "to": {"position": 0}}));
        assert_eq!(moved["menuTree"]["entries"][0]["id"], old.as_str());
        let below = run("moveMenuEntry", "id: $id, to: $to", ", $id: ID!, $to: MenuSpotInput!", json!({"id": home, "to": {"parent": new}}));
        assert_eq!(below["menuTree"]["version"], 3);
        let circle = run("moveMenuEntry", "id: $id, to: $to", ", $id: ID!, $to: MenuSpotInput!", json!({"id": new, "to": {"parent": home}}));
        assert_eq!(errors(&circle), ["parent NOT_FOUND"]);
        let changed = run("updateMenuEntry", "id: $id, input: $input", ", $id: ID!, $input: UpdateMenuEntryInput!",
            json!({"id": news, "input": {"name": "All news", "params": {"pre": "<b>", "icon": 1}}}));
        assert_eq!(changed["menuTree"]["entries"][2]["params"], json!({"pre": "<b>", "icon": 1}));
        assert_eq!(changed["menuTree"]["entries"][2]["identifier"], "news", "what is not given stays");
        let wrong = run("updateMenuEntry", "id: $id, input: $input", ", $id: ID!, $input: UpdateMenuEntryInput!",
            json!({"id": news, "input": {"target": {"url": "javascript:alert(1)"}}}));
        assert_eq!(errors(&wrong), ["input.target.url INVALID"]);
        assert_eq!(shown(&editor, "en", "PUBLISHED"), "Old /old/, Home /start/(Home /), All news /news/(A /news/a/)");
        let gone = run("deleteMenuEntry", "id: $id", ", $id: ID!", json!({"id": new}));
        assert_eq!(gone["menuTree"]["entries"].as_array().map(Vec::len), Some(2));
        assert_eq!(shown(&editor, "en", "PUBLISHED"), "Old /old/, All news /news/(A /news/a/)");
        let event = app.events().pop().expect("an event");
        assert_eq!((event.kind.as_str(), event.version, event.language.as_deref()), ("menu.arranged", Some(5), Some("en")));
        assert_eq!(event.data.0["before"].as_array().map(Vec::len), Some(3));
        assert_eq!(event.data.0["after"].as_array().map(Vec::len), Some(2));

        // A new configuration changes nothing that was arranged, and is there when it is given back.
        let config = "baseURL = 'https://example.org/'\ndefaultContentLanguage = 'en'\n[languages.en]\nweight = 1\n[languages.zh-cn]\nlocale = 'zh-CN'\nweight = 2\n\
            [[languages.en.menus.main]]\nname = 'New'\nurl = '/new/'\n";
        let _ = app.import_files(&[("hugo.toml", config), ("content/news/_index.md", "---\ntitle: Newsroom\n---\n")]);
        assert_eq!(shown(&editor, "en", "PUBLISHED"), "Old /old/, All news /news/(A /news/a/)");
        let back = set(&editor, json!("en"), 5, Value::Null);
        assert_eq!((&back["menuTree"]["version"], &back["menuTree"]["origin"]), (&json!(6), &json!("CONFIGURATION")));
        assert_eq!(shown(&editor, "en", "PUBLISHED"), "New /new/, news (A /news/a/)");
    }

    fn what_cannot_be_meant_is_named(app) {
        site(&app);
        let (editor, ids) = (app.as_role(Role::Editor), ids(&app));
        for (entries, expected) in [
            (json!([{}]), vec!["entries.0.name REQUIRED"]),
            (json!([{"name": "a", "children": [{"target": {"url": "/x/"}}]}]), vec!["entries.0.children.0.name REQUIRED"]),
            (json!([{"name": "a", "identifier": "i"}, {"name": "b", "identifier": "i"}]), vec!["entries.1.identifier TAKEN"]),
            (json!([{"name": "a", "id": entry_of_another(&app)}]), vec!["entries.0.id NOT_FOUND"]),
            (json!([{"target": {"article": node("a", 7)}}]), vec!["entries NOT_FOUND"]),
            (json!([{"target": {"tag": node("t", 7)}}]), vec!["entries NOT_FOUND"]),
        ] {
            assert_eq!(errors(&set(&editor, json!("en"), 0, entries.clone())), expected, "{entries}");
        }
        assert_eq!(errors(&set(&editor, json!("fr"), 0, json!([]))), ["language NOT_FOUND"]);
        let tag_as_article = json!({"by": {"name": "main"}, "entries": [{"target": {"article": ids["tag"]}}]});
        assert_eq!(editor.code("mutation($by: MenuBy!, $entries: [MenuEntryInput!]) { setMenu(by: $by, expectedVersion: 0, entries: $entries) { userErrors { code } } }",
            tag_as_article), "BAD_USER_INPUT");
        assert_eq!(shown(&editor, "en", "PUBLISHED"), "Home /, News /news/(Old /old/, A /news/a/)", "nothing was done");
    }

    fn the_entry_of_a_page_is_active_as_in_hugo(app) {
        site(&app);
        let active = |path: &str| {
            let document = format!("{{ menu(name: \"main\", language: \"en\", activePath: \"{path}\") {{ {ITEMS} }}
                site(language: \"en\") {{ menu(name: \"main\", activePath: \"{path}\") {{ {ITEMS} }} }} }}");
            let found = app.query(&document, Value::Null);
            assert_eq!(found.at("/menu"), found.at("/site/menu"));
            said(found.at("/menu/items"), &["active", "activeTrail", "activeBelow"])
        };
        assert_eq!(active("/"), "Home active, News(Old, A)");
        assert_eq!(active("/news/"), "Home, News active(Old, A)");
        assert_eq!(active("/news/a"), "Home, News activeTrail activeBelow(Old, A active)");
        assert_eq!(active("/news/z/"), "Home, News activeBelow(Old, A)");
        assert_eq!(active("/elsewhere/"), "Home, News(Old, A)");
        let side = app.query("{ widget(name: \"sidemenu\", settings: { menu: \"main\" }, language: \"en\", path: \"/news/a/\") { ... on SideMenuWidget { menu { items { name active activeTrail } } } } }", Value::Null);
        assert_eq!(side.at("/widget/menu/items/1/activeTrail"), &json!(true), "a widget knows the page that it is on");
    }

    fn a_menu_takes_a_statement_for_each_kind_of_target(app) {
        site(&app);
        let (editor, ids) = (app.as_role(Role::Editor), ids(&app));
        let ask = "{ menu(name: \"main\", language: \"en\") { items { name url children { name url } } } }";
        let count = || app.statements(|| app.query(ask, Value::Null)).1.len();
        assert_eq!(count(), 3, "site, languages, entries");
        let many = |target: Value| Value::Array(vec![json!({"target": target}); 5]);
        for (version, target, expected) in [
            (0, json!({"url": "/x/"}), 3), (1, json!({"article": ids["a"]}), 4), (2, json!({"tag": ids["tag"]}), 4), (3, json!({"section": "news"}), 4),
        ] {
            let entries = if target["url"].is_string() { json!([{"name": "x", "target": target}]) } else { many(target.clone()) };
            assert_eq!(errors(&set(&editor, json!("en"), version, entries)), [""; 0]);
            assert_eq!(count(), expected, "{target}");
        }
    }

    fn only_one_of_two_who_begin_at_once_arranges(app) {
        site(&app);
        let editors = [app.as_role(Role::Editor), app.as_role(Role::Editor)];
        let outcomes = std::thread::scope(|scope| {
            let both = [0, 1].map(|number| {
                let editor = &editors[number];
                scope.spawn(move || set(editor, json!("zh-CN"), 0, json!([{"name": format!("n{number}")}])))
            });
            both.map(|thread| errors(&thread.join().expect("an answer")))
        });
        let refused = outcomes.iter().filter(|errors| **errors == ["expectedVersion STALE"]).count();
        let done = outcomes.iter().filter(|errors| errors.is_empty()).count();
        assert_eq!((done, refused), (1, 1), "{outcomes:?}");
    }
}

/// The id of an entry that is in no menu, and one of an article or a tag that is not there.
fn entry_of_another(_: &TestApp) -> String {
    node("n", 9)
}

fn node(letter: &str, number: u8) -> String {
    use base64::Engine;
    let mut bytes = letter.as_bytes().to_vec();
    bytes.extend([number; 16]);
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

const LAYOUT: &str = "{{ partial \"menu.html\" (dict \"page\" . \"entries\" site.Menus.main) }}";
const PARTIAL: &str = "{{- $page := .page -}}{{- range .entries -}}[{{ .Name }} {{ .URL }}\
    {{- if $page.IsMenuCurrent \"main\" . }} active{{ end -}}\
    {{- if $page.HasMenuCurrent \"main\" . }} trail{{ end -}}\
    {{- with .Children }}{{ partial \"menu.html\" (dict \"page\" $page \"entries\" .) }}{{ end -}}]{{- end -}}";

/// Our menu in the words of the layout above.
fn in_words(items: &Value) -> String {
    let each = items.as_array().into_iter().flatten().map(|item| {
        let flag =
            |field: &str, word: &'static str| if item[field] == json!(true) { word } else { "" };
        format!(
            "[{} {}{}{}{}]",
            item["name"].as_str().unwrap_or_default(),
            item["url"].as_str().unwrap_or_default(),
            flag("active", " active"),
            flag("activeTrail", " trail"),
            in_words(&item["children"]),
        )
    });
    each.collect()
}

#[test]
fn order_nesting_and_what_is_active_are_hugos() {
    let Some(hugo) = tool("hugo") else { return };
    let page = |title: &str, menu: &str| format!("---\ntitle: {title}\n{menu}---\nText.\n");
    let pages = [
        ("content/_index.md", page("Start", "")),
        ("content/news/_index.md", page("News", "")),
        ("content/news/a.md", page("alpha", "menu:\n  main:\n    parent: news\n    weight: 3\n")),
        ("content/news/b.md", page("Beta", "menu:\n  main:\n    parent: news\n    weight: 3\n")),
        ("content/news/c.md", page("Gamma", "menus:\n  main:\n    parent: alpha\n")),
        ("content/about.md", page("about", "menu: main\n")),
        ("content/zoo.md", page("Zoo", "menu: main\n")),
        ("content/last.md", page("Last", "menu:\n  main:\n    parent: nowhere\n    weight: 4\n")),
        ("content/more.md", page("More", "menu:\n  main:\n    parent: nowhere\n")),
        ("content/plain.md", page("Plain", "")),
        ("content/deep/one.md", page("One/Two", "linkTitle: Uno\nurl: /elsewhere/one/\n")),
        ("content/deep/two.md", page("Two", "draft: true\n")),
        ("content/story/x.md", page("X", "")),
        ("content/hidden/_index.md", page("Hidden", "draft: true\n")),
    ];
    let config = "baseURL = 'https://example.org/'\nsectionPagesMenu = 'main'\ndisableKinds = ['taxonomy', 'term', 'rss', 'sitemap']\n\
        [[menus.main]]\nname = 'Home'\npageRef = '/'\nweight = 2\n\
        [[menus.main]]\nname = 'News'\nidentifier = 'news'\npageRef = '/news'\nweight = 1\n\
        [[menus.main]]\nname = 'Early'\nurl = 'https://other.example/'\nweight = -5\n\
        [[menus.main]]\nname = 'Under'\nparent = 'news'\npageRef = '/plain'\n\
        [[menus.main]]\nname = 'Itself'\nparent = 'Itself'\npageRef = '/plain'\n\
        [[menus.main]]\nname = 'back'\nurl = 'https://other.example/b'\nweight = 2\n\
        [[menus.main]]\nname = 'By file'\npageRef = '/deep/one.md'\nweight = 7\n\
        [[menus.main]]\npageRef = '/Deep/One/'\nweight = 7\n\
        [[menus.main]]\nname = 'Both'\nurl = '/wrong/'\npageRef = 'deep/one'\nweight = 7\n\
        [[menus.main]]\nname = 'Draft'\npageRef = '/deep/two'\nweight = 7\n\
        [[menus.main]]\nname = 'Missing'\npageRef = '/nowhere'\nweight = 7\n\
        [[menus.main]]\nname = 'Instead'\npageRef = '/nowhere'\nurl = '/about/'\nweight = 7\n";
    let layouts =
        ["home", "single", "list"].map(|kind| (format!("layouts/{kind}.html"), LAYOUT.to_owned()));
    let mut files: Vec<_> = pages.iter().map(|(path, text)| (*path, text.as_str())).collect();
    files.push(("hugo.toml", config));
    files.push(("layouts/_partials/menu.html", PARTIAL));
    files.extend(layouts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let folder = tempfile::tempdir().expect("a temporary folder");
    tests::write_files(folder.path(), &files);
    let _ = output(std::process::Command::new(hugo).arg("--source").arg(folder.path()));
    let app = TestApp::sqlite();
    assert_eq!(app.import(folder.path()).failures, []);
    for path in [
        "/", "/news/", "/news/a/", "/news/b/", "/news/c/", "/about/", "/zoo/", "/last/", "/more/",
        "/plain/",
    ] {
        let file = folder.path().join(format!("public{path}index.html"));
        let hugos = std::fs::read_to_string(&file).expect("a page of Hugo's");
        let document = format!("{{ menu(name: \"main\", activePath: \"{path}\") {{ {ITEMS} }} }}");
        let ours = in_words(app.query(&document, Value::Null).at("/menu/items"));
        assert_eq!(ours, hugos.trim(), "{path}");
    }
}
