//! Widgets: which a page has, what they answer with, and arranging them.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Client, TestApp, on_both};

/// A site in two languages whose configuration places widgets.
fn site(app: &TestApp) {
    let report = app.import_files(&[
        ("hugo.toml", "baseURL = 'https://example.org/'\ndefaultContentLanguage = 'en'\n\
            [languages.en]\nlocale = 'en'\nweight = 1\ntitle = 'Post'\n\
            [languages.zh-cn]\nlocale = 'zh-CN'\nweight = 2\ntitle = '报'\n\
            [languages.zh-cn.params.sidebar]\nhome = 'left'\nwidgets = ['recent']\n\
            [params]\nmainSections = ['news']\n\
            [params.sidebar]\nhome = 'right'\nlist = false\nwidgets = ['search', 'recent', 'weather']\n\
            [params.widgets]\nrecent_num = 2\ntags_counter = true\n\
            [params.widgets.weather]\nstation = 'Weir'\n\
            [params.widgets.social]\ncached = true\ngithub = 'post'\n\
            [[params.widgets.social.custom]]\ntitle = 'Shop'\nurl = 'https://shop.example/'\nicon = 's.svg'\n"),
        ("content/news/a.md", "---\ntitle: A\ndate: 2025-02-28T23:30:00+08:00\ntags: [x, y]\nauthor: Ann\n---\nOne."),
        ("content/news/b.md", "---\ntitle: B\ndate: 2025-03-01T00:30:00+08:00\ntags: [x]\nauthors: [Ann, Bob]\n---\nTwo."),
        ("content/blog/c.md", "---\ntitle: C\ndate: 2024-12-31\ntags: [z]\nauthor: Bob\n---\nThree."),
        ("content/news/d.md", "---\ntitle: D\ndate: 2024-01-01\ntags: [x]\ndraft: true\nauthor: Dora\n---\nFour."),
        ("content/about.md", "---\ntitle: About\nwidgets: [authors]\n---\nUs."),
        ("content/news/a.zh-cn.md", "---\ntitle: 甲\ndate: 2023-05-05\ntags: [x]\n---\n一。"),
    ]);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
}

fn widget(app: &TestApp, name: &str, settings: &Value, more: &str, selection: &str) -> Value {
    let document = format!(
        "query($settings: Json) {{ widget(name: \"{name}\", settings: $settings{more}) {{ {selection} }} }}"
    );
    app.query(&document, json!({ "settings": settings })).at("/widget").clone()
}

fn names(app: &TestApp, page: &str, language: &str) -> Vec<String> {
    let document = format!("{{ widgets(page: {page}, language: \"{language}\") {{ kind }} }}");
    app.query(&document, Value::Null).each("/widgets", "kind")
}

const SET: &str = "mutation($page: PageKind!, $language: LanguageTag, $version: Int!, $input: SetWidgetsInput!) {
  setWidgets(page: $page, language: $language, expectedVersion: $version, input: $input) {
    widgetList { version origin sidebar shownSidebar widgets { name settings } shown { name kind } changedBy { email } changedAt }
    userErrors { field code message } } }";

fn set(client: &Client, page: &str, language: Value, version: i32, input: Value) -> Value {
    let variables = json!({"page": page, "language": language, "version": version, "input": input});
    client.ask(SET, variables).at("/setWidgets").clone()
}

on_both! {
    fn a_list_of_a_language_goes_before_one_for_all_and_the_configuration(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        assert_eq!(names(&app, "HOME", "en"), ["SEARCH", "RECENT", "CUSTOM"]);
        assert_eq!(names(&app, "HOME", "zh-CN"), ["RECENT"]);
        let sidebars = |app: &TestApp| {
            let found = app.query("{ en: site(language: \"en\") { home: sidebar(page: HOME) list: sidebar(page: LIST) single: sidebar(page: SINGLE) }
                zh: site(language: \"zh-CN\") { home: sidebar(page: HOME) list: sidebar(page: LIST) }
                article(by: { path: \"/news/a/\" }) { sidebar } }", Value::Null);
            found.0.to_string()
        };
        assert_eq!(sidebars(&app), r#"{"en":{"home":"RIGHT","list":"NONE","single":"RIGHT"},"zh":{"home":"LEFT","list":"NONE"},"article":{"sidebar":"RIGHT"}}"#);

        // For all languages, then for one, then given back.
        let all = set(&editor, "HOME", Value::Null, 0, json!({"widgets": [{"name": "taglist"}, {"name": "authors"}]}));
        assert_eq!((&all["widgetList"]["version"], &all["widgetList"]["origin"]), (&json!(1), &json!("ALL_LANGUAGES")));
        assert!(all["widgetList"]["changedBy"]["email"].is_string() && all["widgetList"]["changedAt"].is_string());
        assert_eq!(names(&app, "HOME", "en"), ["TAG_LIST", "AUTHORS"]);
        assert_eq!(names(&app, "HOME", "zh-CN"), ["TAG_LIST", "AUTHORS"]);
        let own = set(&editor, "HOME", json!("zh-cn"), 0, json!({"widgets": [], "sidebar": "NONE"}));
        assert_eq!(own["widgetList"]["origin"], "LANGUAGE");
        assert_eq!(names(&app, "HOME", "zh-CN"), [""; 0]);
        assert_eq!(names(&app, "HOME", "en"), ["TAG_LIST", "AUTHORS"]);
        assert_eq!(names(&app, "LIST", "en"), ["SEARCH", "RECENT", "CUSTOM"], "of another kind of page");
        // What is not given stays; null gives it back.
        let kept = set(&editor, "HOME", json!("zh-CN"), 1, json!({"widgets": null}));
        assert_eq!(kept["widgetList"]["sidebar"], "NONE");
        assert_eq!(names(&app, "HOME", "zh-CN"), ["TAG_LIST", "AUTHORS"]);
        let _ = set(&editor, "HOME", Value::Null, 1, json!({"widgets": null}));
        assert_eq!(names(&app, "HOME", "zh-CN"), ["RECENT"]);
        let _ = set(&editor, "SINGLE", Value::Null, 0, json!({"sidebar": "LEFT"}));
        assert_eq!(sidebars(&app), r#"{"en":{"home":"RIGHT","list":"NONE","single":"LEFT"},"zh":{"home":"NONE","list":"NONE"},"article":{"sidebar":"LEFT"}}"#);
        assert_eq!(names(&app, "SINGLE", "en"), ["SEARCH", "RECENT", "CUSTOM"], "a sidebar's place changes no widgets");
        let site = app.query("{ site(language: \"zh-CN\") { widgets(page: HOME) { kind title } } }", Value::Null);
        assert_eq!(site.at("/site/widgets"), &json!([{"kind": "RECENT", "title": "最新文章"}]));
    }

    fn a_new_configuration_changes_nothing_that_was_arranged(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        let _ = set(&editor, "HOME", json!("en"), 0, json!({"widgets": [{"name": "taglist"}]}));
        let config = "baseURL = 'https://example.org/'\ndefaultContentLanguage = 'en'\n[languages.en]\nweight = 1\n\
            [languages.zh-cn]\nlocale = 'zh-CN'\nweight = 2\n[params.sidebar]\nwidgets = ['social']\n";
        let _ = app.import_files(&[("hugo.toml", config), ("content/_index.md", "---\ntitle: Home\n---\n")]);
        assert_eq!(names(&app, "HOME", "en"), ["TAG_LIST"]);
        assert_eq!(names(&app, "LIST", "en"), ["SOCIAL"]);
        let _ = set(&editor, "HOME", json!("en"), 1, json!({"widgets": null}));
        assert_eq!(names(&app, "HOME", "en"), ["SOCIAL"]);
    }

    fn a_stale_list_is_refused_and_an_event_says_what_was(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        let first = json!({"widgets": [{"name": "recent", "settings": {"count": 3, "cached": true, "shade": {"deep": [1]}}}]});
        let done = set(&editor, "LIST", json!("en"), 0, first.clone());
        assert_eq!(done["widgetList"]["widgets"], first["widgets"], "unknown settings are kept");
        let before = app.events().len();
        let stale = set(&editor, "LIST", json!("en"), 0, json!({"widgets": []}));
        assert_eq!(stale["userErrors"][0]["code"], "STALE");
        assert_eq!(stale["widgetList"], Value::Null);
        // Saying the same again is no change.
        let same = set(&editor, "LIST", json!("en"), 1, first.clone());
        assert_eq!(same["widgetList"]["version"], 1);
        assert_eq!(app.events().len(), before);
        let _ = set(&editor, "LIST", json!("en"), 1, json!({"widgets": []}));
        let event = app.events().pop().expect("an event");
        assert_eq!((event.kind.as_str(), event.language.as_deref(), event.version), ("widgets.arranged", Some("en"), Some(2)));
        assert_eq!(event.data.0["before"]["widgets"], first["widgets"]);
        assert_eq!(event.data.0["after"], json!({"widgets": [], "sidebar": null}));
        assert_eq!(event.data.0["page"], "list");
        // One that was given back keeps counting.
        let _ = set(&editor, "LIST", json!("en"), 2, json!({"widgets": null}));
        assert_eq!(set(&editor, "LIST", json!("en"), 0, first)["userErrors"][0]["code"], "STALE");
    }

    fn what_cannot_be_meant_is_named(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        let wrong = json!({"widgets": [{"name": "recent", "settings": {"count": 0}}, {"name": " "},
            {"name": "taglist", "settings": {"order": "loud", "title": {"xx_1": "t"}}}]});
        let refused = set(&editor, "HOME", Value::Null, 0, wrong);
        let fields: Vec<_> = refused["userErrors"].as_array().expect("errors").iter()
            .map(|error| error["field"].as_array().expect("a path").iter().filter_map(Value::as_str).collect::<Vec<_>>().join("."))
            .collect();
        assert_eq!(fields, ["input.widgets.0.settings.count", "input.widgets.1.name",
            "input.widgets.2.settings.order", "input.widgets.2.settings.title"]);
        let nowhere = set(&editor, "HOME", json!("fr"), 0, json!({"widgets": []}));
        assert_eq!(nowhere["userErrors"][0]["code"], "NOT_FOUND");
        assert_eq!(editor.code("{ widget(name: \"recent\", settings: { count: 1000 }) { kind } }", Value::Null), "BAD_USER_INPUT");
    }

    fn every_widget_answers_with_what_it_draws(app) {
        site(&app);
        let none = Value::Null;
        let recent = |settings: Value| widget(&app, "recent", &settings, "", "... on RecentWidget { articles { title } }")["articles"].to_string();
        assert_eq!(recent(none.clone()), r#"[{"title":"B"},{"title":"A"}]"#, "the configuration's number, of main sections");
        assert_eq!(recent(json!({"count": 1})), r#"[{"title":"B"}]"#);
        assert_eq!(recent(json!({"sections": ["blog"]})), r#"[{"title":"C"}]"#);
        let tags = |settings: Value| widget(&app, "taglist", &settings, "", "... on TagListWidget { showCount tags { name articleCount } }");
        assert_eq!(tags(none.clone()), json!({"showCount": true, "tags": [{"name": "x", "articleCount": 2}, {"name": "y", "articleCount": 1}, {"name": "z", "articleCount": 1}]}));
        assert_eq!(tags(json!({"counter": false, "count": 1})), json!({"showCount": false, "tags": [{"name": "x", "articleCount": 2}]}));
        assert_eq!(tags(json!({"order": "count"}))["tags"][0]["name"], "x");

        // Days are those of where an article was written, and drafts do not count.
        let archives = |settings: Value| widget(&app, "archives", &settings, "",
            "title ... on ArchivesWidget { showCount years { year articleCount path months { month articleCount path } } }");
        assert_eq!(archives(json!({"path": "/archives/:year/:month/"})), json!({"title": "Archives", "showCount": true, "years": [
            {"year": 2025, "articleCount": 2, "path": "/archives/2025/", "months": [
                {"month": 3, "articleCount": 1, "path": "/archives/2025/03/"}, {"month": 2, "articleCount": 1, "path": "/archives/2025/02/"}]},
            {"year": 2024, "articleCount": 1, "path": "/archives/2024/", "months": [{"month": 12, "articleCount": 1, "path": "/archives/2024/12/"}]}]}));
        assert_eq!(archives(json!({"order": "oldest", "count": 1}))["years"][0]["year"], 2024);
        assert_eq!(archives(json!({"sections": ["news"]}))["years"].as_array().map(Vec::len), Some(1));
        let chinese = widget(&app, "archives", &none, ", language: \"zh-CN\"", "title language { tag direction } ... on ArchivesWidget { years { year path } }");
        assert_eq!(chinese, json!({"title": "归档", "language": {"tag": "zh-CN", "direction": "LTR"}, "years": [{"year": 2023, "path": null}]}));

        let authors = |settings: Value| widget(&app, "authors", &settings, "", "... on AuthorsWidget { authors { author { name } articleCount } }")["authors"].to_string();
        assert_eq!(authors(none.clone()), r#"[{"author":{"name":"Ann"},"articleCount":2},{"author":{"name":"Bob"},"articleCount":2}]"#);
        assert_eq!(authors(json!({"sections": ["news"], "order": "count"})), r#"[{"author":{"name":"Ann"},"articleCount":2},{"author":{"name":"Bob"},"articleCount":1}]"#);

        let related = |more: &str| widget(&app, "related", &none, more, "language { tag } ... on RelatedWidget { articles { title } }");
        assert_eq!(related(", path: \"/news/b/\""), json!({"language": {"tag": "en"}, "articles": [{"title": "A"}]}));
        assert_eq!(related(", path: \"/\"")["articles"], json!([]));
        assert_eq!(related(", path: \"/zh-cn/news/a/\"")["language"]["tag"], "zh-CN", "the page's own language");

        let languages = widget(&app, "languages", &none, ", path: \"/news/a/\"", "... on LanguagesWidget { links { path current translated } }");
        assert_eq!(languages["links"], json!([{"path": "/news/a/", "current": true, "translated": true},
            {"path": "/zh-cn/news/a/", "current": false, "translated": true}]));
        let social = |settings: Value| widget(&app, "social", &settings, "", "... on SocialWidget { links { network url } }")["links"].to_string();
        assert_eq!(social(none.clone()), r#"[{"network":"github","url":"https://github.com/post"},{"network":"Shop","url":"https://shop.example/"}]"#);
        assert_eq!(social(json!({"title": "Us", "email": "a@example.org"})), r#"[{"network":"email","url":"mailto:a@example.org"}]"#);
        let custom = widget(&app, "weather", &none, "", "kind title settings ... on CustomWidget { name }");
        assert_eq!(custom, json!({"kind": "CUSTOM", "title": "weather", "settings": {"station": "Weir"}, "name": "weather"}));
        let about = app.query("{ article(by: { path: \"/about/\" }) { widgets { kind ... on AuthorsWidget { authors { author { name } } } } } }", none);
        assert_eq!(about.at("/article/widgets"), &json!([{"kind": "AUTHORS", "authors": [{"author": {"name": "Ann"}}, {"author": {"name": "Bob"}}]}]),
            "an article's own list stays");
    }

    fn drafts_are_counted_in_the_working_view_alone(app) {
        site(&app);
        let document = "query($view: View!) { widget(name: \"authors\", view: $view) { ... on AuthorsWidget { authors { author { name } } } }
            a: widget(name: \"archives\", view: $view) { ... on ArchivesWidget { years { articleCount } } } }";
        let published = app.query(document, json!({"view": "PUBLISHED"})).0.to_string();
        let working = app.as_role(Role::Viewer).ask(document, json!({"view": "WORKING"})).0.to_string();
        assert!(!published.contains("Dora") && working.contains("Dora"), "{published} {working}");
        assert!(published.contains(r#"[{"articleCount":2},{"articleCount":1}]"#) && working.contains(r#"[{"articleCount":2},{"articleCount":2}]"#));
    }

    fn titles_are_those_of_the_language(app) {
        site(&app);
        let title = |settings: Value, language: &str| {
            widget(&app, "recent", &settings, &format!(", language: \"{language}\""), "title")["title"].as_str().unwrap_or_default().to_owned()
        };
        let titles = json!({"title": {"en": "Fresh", "zh-CN": "新鲜"}});
        assert_eq!([title(titles.clone(), "en"), title(titles, "zh-CN")], ["Fresh", "新鲜"]);
        assert_eq!(title(json!({"title": {"en": "Fresh"}}), "zh-CN"), "Fresh", "the default language stands in");
        assert_eq!(title(json!({"title": {"zh-CN": "新鲜"}}), "en"), "Recent Articles");
        assert_eq!(title(json!({"title": "Now"}), "zh-CN"), "Now");
    }

    fn a_search_goes_to_a_page_or_to_this_server(app) {
        site(&app);
        let ask = |settings: Value, more: &str| widget(&app, "search", &settings, more,
            "... on SearchWidget { action mode document inputName placeholder }");
        assert_eq!(ask(Value::Null, ", language: \"zh-CN\""), json!({"action": "/zh-cn/search/", "mode": "PAGE", "document": null,
            "inputName": "q", "placeholder": "搜索…"}));
        let here = ask(json!({"action": "/graphql", "placeholder": "Find"}), "");
        assert_eq!((&here["mode"], &here["placeholder"]), (&json!("GRAPHQL"), &json!("Find")));
        let document = here["document"].as_str().expect("a document");
        // It stands in the text alone, and in English alone.
        let found = app.query(document, json!({"query": "four"}));
        assert_eq!(found.at("/results/nodes"), &json!([]), "a draft");
        let found = app.query(document, json!({"query": "two"}));
        assert_eq!(found.each("/results/nodes", "title"), ["B"], "{}", found.0);
        assert_eq!(app.query(document, json!({"query": "two", "language": "zh-CN"})).at("/results/nodes"), &json!([]));
        let chinese = widget(&app, "search", &json!({"action": "/graphql"}), ", language: \"zh-CN\"", "... on SearchWidget { document }");
        let chinese = chinese["document"].as_str().expect("a document");
        assert_eq!(app.query(chinese, json!({"query": "two"})).at("/results/nodes"), &json!([]));
        assert_eq!(app.query(chinese, json!({"query": "一"})).each("/results/nodes", "title"), ["甲"]);
        assert_eq!(found.at("/results/nodes/0/url").as_str().map(|url| url.starts_with("https://example.org/")), Some(true));
    }

    fn widgets_take_one_statement_for_each_thing_they_show(app) {
        site(&app);
        let count = |document: &str| app.statements(|| app.query(document, Value::Null)).1.len();
        // Site and languages, then what is shown.
        assert_eq!(count("{ widgets(page: HOME) { kind title settings } site { sidebar(page: HOME) } }"), 2);
        for (name, selection, expected) in [
            ("archives", "... on ArchivesWidget { years { year months { month articleCount } } }", 3),
            ("authors", "... on AuthorsWidget { authors { author { name } articleCount } }", 3),
            ("recent", "... on RecentWidget { articles { title url } }", 3),
            // Which with their counts, their names.
            ("taglist", "... on TagListWidget { tags { name path articleCount } }", 4),
            ("social", "... on SocialWidget { links { url } }", 2),
            ("sidemenu", "... on SideMenuWidget { menu { items { name children { name } } } }", 3),
        ] {
            let document = format!("{{ widget(name: \"{name}\") {{ {selection} }} }}");
            assert_eq!(count(&document), expected, "{name}");
            // The same again in the same request costs nothing.
            let twice = format!("{{ a: widget(name: \"{name}\") {{ {selection} }} b: widget(name: \"{name}\") {{ {selection} }} }}");
            assert_eq!(count(&twice), expected, "{name} twice");
        }
        // The page's article once; who is related, by what others could be, and their rows.
        assert_eq!(count("{ widget(name: \"related\", path: \"/news/b/\") { ... on RelatedWidget { articles { title } } }
            b: widget(name: \"languages\", path: \"/news/b/\") { kind } }"), 6);
        let all = json!([{"name": "recent"}, {"name": "authors"}, {"name": "related"}, {"name": "archives"}]);
        let _ = set(&app.as_role(Role::Editor), "SINGLE", Value::Null, 0, json!({ "widgets": all }));
        let list = |first: usize| count(&format!("{{ articles(first: {first}, filter: {{ language: \"en\" }}) {{ nodes {{ sidebar widgets {{
            ... on RecentWidget {{ articles {{ title }} }} ... on ArchivesWidget {{ years {{ year }} }}
            ... on AuthorsWidget {{ authors {{ articleCount }} }} ... on RelatedWidget {{ articles {{ title }} }} }} }} }} }}"));
        // The list, site and languages, recent ones, authors, who is related, by what others
        // could be, and their rows, days.
        assert_eq!((list(2), list(3)), (9, 9));
    }

    fn a_token_for_some_languages_arranges_those_alone(app) {
        site(&app);
        let admin = app.as_role(Role::Admin);
        let made = admin.ask("mutation { createApiToken(input: { name: \"n\", scopes: [SITE_WRITE], languages: [\"en\"] }) { token userErrors { message } } }", Value::Null);
        let token = app.nobody().with_token(&made.text("/createApiToken/token"));
        let call = |language: Value| token.run(SET, json!({"page": "HOME", "language": language, "version": 0, "input": {"widgets": []}}), None);
        assert_eq!(call(json!("en"))["data"]["setWidgets"]["widgetList"]["version"], 1);
        for language in [json!("zh-CN"), Value::Null] {
            assert_eq!(call(language)["errors"][0]["extensions"]["code"], "FORBIDDEN");
        }
    }
}
