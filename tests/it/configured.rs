//! What the configuration of a Hugo site does to addresses, lists and menus; what is
//! expected here is what Hugo 0.168 makes of the same site.

use serde_json::{Value, json};
use tests::{TestApp, on_both};

use crate::export::contents;

/// What lives at an address: its type, with its title, name or target.
fn at(app: &TestApp, path: &str) -> String {
    let document = "query($path: String!) { route(path: $path) { __typename
        ... on Article { title } ... on Section { title } ... on Tag { name } ... on Term { name }
        ... on Taxonomy { name } ... on Redirect { target } } }";
    let answer = app.query(document, json!({ "path": path }));
    let found = answer.at("/route");
    let said = ["title", "name", "target"].into_iter().find_map(|key| found[key].as_str());
    format!("{} {}", found["__typename"].as_str().unwrap_or("nothing"), said.unwrap_or_default())
}

fn import(app: &TestApp, config: &str, pages: &[(&str, &str)]) -> api::hugo::report::Report {
    let config = format!("baseURL = 'https://example.org/'\n{config}");
    let pages: Vec<_> = pages
        .iter()
        .map(|(path, says)| (format!("content/{path}"), format!("---\n{says}\n---\nText.\n")))
        .collect();
    let mut files: Vec<_> =
        pages.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("hugo.toml", &config));
    app.import_files(&files)
}

fn titles(app: &TestApp, document: &str, list: &str) -> Vec<String> {
    app.query(document, Value::Null).each(list, "title")
}

on_both! {
    fn patterns_of_terms_leave_their_list_where_it_is(app) {
        let config = "[permalinks]\ntags = '/tag/:slug/'\n[permalinks.term]\nseries = '/s/:contentbasename/'\n\
            [permalinks.taxonomy]\nseries = '/all/'\n[taxonomies]\ntag = 'tags'\nseries = 'series'\n";
        assert_eq!(import(&app, config, &[("p/a.md", "title: A\ntags: [Two Words, 'A - B']\nseries: [My Own]")]).failures, []);
        let answer = app.query("{ taxonomies { name path } articles { nodes { terms { path } } } }", Value::Null);
        assert_eq!(answer.at("/taxonomies"), &json!([{"name": "tags", "path": "/tags/"}, {"name": "series", "path": "/all/"},
            {"name": "categories", "path": "/categories/"}]));
        assert_eq!(answer.each("/articles/nodes/0/terms", "path"), ["/s/my-own/", "/tag/two-words/", "/tag/a---b/"]);
        for (path, expected) in [
            ("/tags/", "Taxonomy tags"), ("/all/", "Taxonomy series"), ("/tag/two-words/", "Tag Two Words"),
            ("/tag/a---b/", "Tag A - B"), ("/s/my-own/", "Term My Own"), ("/tag/", "nothing "), ("/series/", "nothing "),
        ] {
            assert_eq!(at(&app, path), expected, "{path}");
        }
    }

    fn names_of_terms_keep_their_spaces(app) {
        let report = import(&app, "", &[("p/a.md", "title: A\ntags: ['  a  b ', 'R & D']")]);
        assert_eq!(report.failures, []);
        let terms = app.query("{ articles { nodes { tags { name path } } } }", Value::Null);
        assert_eq!(terms.at("/articles/nodes/0/tags"), &json!([{"name": "a  b", "path": "/tags/--a--b-/"}, {"name": "R & D", "path": "/tags/r--d/"}]));
        let out = tempfile::tempdir().expect("a folder");
        assert_eq!(app.export(out.path()).failures, []);
        let names: Vec<_> = contents(out.path()).into_keys().collect();
        assert_eq!(names, ["content/p/a.md", "hugo.toml"].map(std::path::PathBuf::from));
    }

    fn pages_that_are_files_are_found(app) {
        assert_eq!(import(&app, "uglyURLs = true\n", &[("post/a.md", "title: A\ntags: [x y]")]).failures, []);
        for (path, expected) in [
            ("/post/a.html", "Article A"), ("/tags/x-y.html", "Tag x y"), ("/tags/index.html", "Taxonomy tags"),
            ("/post/index.html", "Section Posts"),
        ] {
            assert_eq!(at(&app, path), expected, "{path}");
        }
    }

    fn kinds_that_are_switched_off_have_no_pages(app) {
        let pages = [("post/a.md", "title: A\ntags: [x]")];
        assert_eq!(import(&app, "disableKinds = ['taxonomy', 'term', 'RSS']\n", &pages).failures, []);
        assert_eq!([at(&app, "/tags/"), at(&app, "/tags/x/"), at(&app, "/post/")], ["nothing ", "nothing ", "Section Posts"]);
        assert_eq!(import(&app, "disableKinds = ['section']\n", &pages).failures, []);
        assert_eq!([at(&app, "/tags/"), at(&app, "/tags/x/"), at(&app, "/post/")], ["Taxonomy tags", "Tag x", "nothing "]);
        assert_eq!(at(&app, "/"), "Section ");
    }

    fn articles_are_in_the_sections_of_their_folders(app) {
        let config = "[permalinks.page]\nblog = '/:year/:slug/'\n";
        assert_eq!(import(&app, config, &[
            ("blog/Old Posts/_index.md", "title: Old"),
            ("blog/Old Posts/a.md", "title: A\ndate: 2020-01-01"),
            ("blog/Old Posts/deep/b.md", "title: B\ndate: 2020-01-03"),
            ("blog/old-posts-too/c.md", "title: C\ndate: 2020-01-02"),
        ]).failures, []);
        let inner = "{ route(path: \"/blog/old-posts/\") { ... on Section { articles { nodes { title path } } } } }";
        let answer = app.query(inner, Value::Null);
        assert_eq!(answer.at("/route/articles/nodes"), &json!([{"title": "B", "path": "/2020/b/"}, {"title": "A", "path": "/2020/a/"}]));
        let around = app.query("{ article(by: { path: \"/2020/a/\" }) { previous { title } next { title } } }", Value::Null);
        assert_eq!(around.at("/article"), &json!({"previous": null, "next": {"title": "B"}}));
        // One that is moved into it is there at once.
        let editor = app.as_role(api::policy::Role::Editor);
        let id = app.query("{ article(by: { path: \"/2020/c/\" }) { id } }", Value::Null).at("/article/id").clone();
        let saved = editor.ask("mutation($id: ID!) { updateArticle(id: $id, expectedVersion: 1, input: { section: \"blog/Old Posts\" }) { userErrors { message } } }",
            json!({ "id": id })).accepted("updateArticle");
        assert_eq!(saved.at("/updateArticle/userErrors"), &json!([]));
        let _ = editor.ask("mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }", json!({ "id": id })).accepted("publishArticle");
        assert_eq!(titles(&app, inner, "/route/articles/nodes"), ["B", "C", "A"]);
    }

    fn neighbours_without_dates_stand_by_title_in_any_case(app) {
        assert_eq!(import(&app, "", &[("d/q.md", "title: Query"), ("d/b.md", "title: bleve"), ("d/s.md", "title: sorting"), ("d/a.md", "title: Äpfel")]).failures, []);
        let around = app.query("{ article(by: { path: \"/d/q/\" }) { previous { title } next { title } } }", Value::Null);
        assert_eq!(around.at("/article"), &json!({"previous": {"title": "sorting"}, "next": {"title": "bleve"}}));
    }

    fn a_folder_is_a_section_without_a_page(app) {
        assert_eq!(import(&app, "", &[
            ("c++-tips/a.md", "title: A"), ("story/a.md", "title: A"), ("people/ada/_index.md", "title: Ada"), ("tags/x/_index.md", "title: X"),
        ]).failures, []);
        assert_eq!([at(&app, "/c++-tips/"), at(&app, "/story/"), at(&app, "/people/")], ["Section C++-Tips", "Section Stories", "Section People"]);
        assert_eq!(titles(&app, "{ sections { title } }", "/sections"), ["C++-Tips", "People", "Stories"]);
        assert_eq!(import(&app, "pluralizeListTitles = false\ncapitalizeListTitles = false\n", &[("story/a.md", "title: A")]).failures, []);
        assert_eq!(at(&app, "/story/"), "Section story");
    }

    fn aliases_of_lists_lead_to_them(app) {
        assert_eq!(import(&app, "", &[
            ("_index.md", "title: Home\naliases: [/home/]"), ("p/_index.md", "title: P\naliases: [/old-p/, ../older/, /p/a/]"),
            ("p/a.md", "title: A\ntags: [x]"), ("tags/x/_index.md", "title: X\naliases: [/old-x/]"),
        ]).failures, []);
        for (path, expected) in [
            ("/home/", "Redirect /"), ("/old-p/", "Redirect /p/"), ("/older/", "Redirect /p/"), ("/old-x/", "Redirect /tags/x/"), ("/p/a/", "Article A"),
        ] {
            assert_eq!(at(&app, path), expected, "{path}");
        }
    }

    fn a_menu_of_pages_takes_as_many_statements_for_each_kind_as_for_all(app) {
        let pages = [
            ("a.md", "title: A\nlinkTitle: Short\ntags: [x, y z]"), ("b.md", "title: B"), ("posts/deep/c.md", "title: C\ncategories: [k]"),
            ("posts/_index.md", "title: All"), ("news/d.md", "title: D"), ("people/ada/_index.md", "title: Ada"), ("e.md", "title: E\ndraft: true"),
        ];
        let menu = |refs: &[&str]| -> String {
            refs.iter().map(|page| format!("[[menus.main]]\npageRef = '{page}'\nidentifier = '{page}'\n")).collect()
        };
        let asked = |refs: &[&str]| {
            assert_eq!(import(&app, &menu(refs), &pages).failures, []);
            let (answer, statements) = app.statements(|| app.query("{ menu(name: \"main\") { items { identifier name url } } }", Value::Null));
            (answer, statements.len())
        };
        let (_, few) = asked(&["/a", "/posts", "/news", "/tags/x", "/nowhere"]);
        let all = ["/", "/a", "/b.md", "/e", "/posts/deep/c", "/posts/", "/news", "/People", "/people/ada", "/tags", "/tags/x", "/tags/Y Z", "/categories/k", "/categories/none", "/nowhere"];
        let (answer, many) = asked(&all);
        assert_eq!(few, many);
        let items = answer.at("/menu/items").as_array().expect("entries").clone();
        let mut said: Vec<String> = items
            .iter()
            .map(|item| ["identifier", "name", "url"].map(|key| item[key].as_str().unwrap_or_default()).join(" "))
            .collect();
        said.sort();
        assert_eq!(said, [
            "/  /", "/People People /people/", "/a Short /a/", "/b.md B /b/", "/categories/k k /categories/k/", "/categories/none  ", "/e  ",
            "/news News /news/", "/nowhere  ", "/people/ada Ada /people/ada/", "/posts/ All /posts/", "/posts/deep/c C /posts/deep/c/",
            "/tags Tags /tags/", "/tags/Y Z y z /tags/y-z/", "/tags/x x /tags/x/",
        ]);
        // One that is published later is there at once, and its entry leads to where it goes.
        let editor = app.as_role(api::policy::Role::Editor);
        let id = editor.ask("{ articles(view: WORKING, filter: { title: { eq: \"E\" } }) { nodes { id } } }", Value::Null).at("/articles/nodes/0/id").clone();
        let _ = editor.ask("mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }", json!({ "id": id })).accepted("publishArticle");
        let urls = app.query("{ menu(name: \"main\") { items { identifier url } } }", Value::Null);
        let entry = urls.at("/menu/items").as_array().and_then(|items| items.iter().find(|item| item["identifier"] == "/e")).cloned();
        assert_eq!(entry.map(|entry| entry["url"].clone()), Some(json!("/e/")));
    }

    fn what_is_published_goes_before_drafts_of_its_address(app) {
        let site = tempfile::tempdir().expect("a folder");
        let write = |name: &str, says: &str| {
            let text = format!("---\ntitle: Same\n{says}---\nText.\n");
            tests::write_files(site.path(), &[(&format!("content/p/{name}.md"), &text)]);
        };
        tests::write_files(site.path(), &[("hugo.toml", "[permalinks]\np = '/:title/'\n")]);
        write("a-draft", "draft: true\n");
        let first = app.import(site.path());
        assert_eq!((first.failures, first.warnings.len()), (vec![], 0));
        // One that is there already makes way, too.
        write("b", "");
        let second = app.import(site.path());
        assert_eq!(second.failures, []);
        assert_eq!(second.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["content/p/a-draft.md: the address /same/ is that of content/p/b.md, too: as a draft it is at /same-2/ until one of them has a slug"]);
        write("c-draft", "draft: true\n");
        write("d", "");
        let third = app.import(site.path());
        assert_eq!(third.failures.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["content/p/d.md: the address /same/ is that of content/p/b.md, too: give one of them a slug"]);
        let paths = app.as_role(api::policy::Role::Editor).ask("{ articles(view: WORKING, orderBy: { field: TITLE }) { nodes { path status } } }", Value::Null);
        let mut paths = paths.each("/articles/nodes", "path");
        paths.sort();
        assert_eq!(paths, ["/same-2/", "/same-3/", "/same/"]);
        assert_eq!(at(&app, "/same/"), "Article Same");
        // Nothing of it is in the files, and all are there.
        let out = tempfile::tempdir().expect("a folder");
        assert_eq!(app.export(out.path()).failures, []);
        assert_eq!(contents(out.path()), contents(site.path()));
        // In one import as well, whichever comes first.
        let other = TestApp::configured(app.backend, |_| ()).expect("a server");
        let all = other.import(site.path());
        assert_eq!((all.failures.len(), all.warnings.len(), at(&other, "/same/")), (1, 2, "Article Same".to_owned()));
    }

    fn a_page_gives_way_to_a_section_of_its_name(app) {
        let report = import(&app, "", &[("docs/year.md", "title: Page"), ("docs/year/_index.md", "title: Section"), ("docs/year/a.md", "title: A")]);
        let said: Vec<_> = report.failures.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["content/docs/year.md: docs/year is a section with a page of its own, too: to Hugo both are one page; \
            rename or remove one of them"]);
        assert_eq!(at(&app, "/docs/year/"), "Section Section");
    }

    fn pages_of_one_name_are_one_page(app) {
        let report = import(&app, "", &[("about.md", "title: A"), ("about/index.md", "title: B")]);
        let said: Vec<_> = report.failures.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["content/about.md: the address /about/ is that of content/about/index.md, too: to Hugo both are one page; \
            rename or remove one of them"]);
    }

    fn taxonomies_are_read_under_older_names_too(app) {
        let config = "[indexes]\ntopic = 'topics'\nkeyword = 'keywords'\n";
        assert_eq!(import(&app, config, &[("a.md", "title: A\ntopics: [T]\nkeywords: [k, l]")]).failures, []);
        let terms = app.query("{ articles { nodes { terms { path } params } } }", Value::Null);
        assert_eq!(terms.each("/articles/nodes/0/terms", "path"), ["/keywords/k/", "/keywords/l/", "/topics/t/"]);
    }

    fn terms_of_a_language_are_those_that_its_articles_carry(app) {
        let config = "defaultContentLanguage = 'en'\n[languages.en]\n[languages.de]\n";
        assert_eq!(import(&app, config, &[("a.md", "title: A\ntags: [both, english]"), ("a.de.md", "title: A\ntags: [both]")]).failures, []);
        let answer = app.query("{ all: tags { totalCount } en: tags(language: \"en\") { totalCount nodes { name } }
            de: tags(language: \"de\") { totalCount nodes { name } } taxonomies(language: \"de\") { name terms { totalCount } } }", Value::Null);
        assert_eq!(answer.at("/all/totalCount"), &json!(2));
        assert_eq!(answer.at("/en"), &json!({"totalCount": 2, "nodes": [{"name": "both"}, {"name": "english"}]}));
        assert_eq!(answer.at("/de"), &json!({"totalCount": 1, "nodes": [{"name": "both"}]}));
        assert_eq!(answer.at("/taxonomies/1"), &json!({"name": "tags", "terms": {"totalCount": 1}}));
    }

    fn what_is_left_out_is_said(app) {
        let report = import(&app, "ignoreFiles = ['README[-]+[a-z]*\\.md$']\n[[module.mounts]]\nsource = 'content'\ntarget = 'content'\n\
            [[module.mounts]]\nsource = 'node_modules/x'\ntarget = 'content/x'\n", &[
            ("a.md", "title: A"), ("README-es.md", "title: no"), ("b.org", "x"), ("c.org", "x"),
        ]);
        assert_eq!((report.failures, report.documents), (vec![], 1));
        assert_eq!(report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(), [
            "hugo.toml:7: `module.mounts` has `node_modules/x`, which is not there; it is passed over",
            "content/b.org: `.org`, and 1 more files of its kind, is kept as it is and becomes no article; convert it to Markdown",
        ]);
        let report = import(&app, "ignoreFiles = ['(']\n", &[("a.md", "title: A")]);
        assert_eq!(report.failures.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["hugo.toml:2: `ignoreFiles` has `(`, which is no regular expression; correct it"]);
    }

    fn a_mounted_folder_that_is_not_there_hides_nothing(app) {
        let config = "[[module.mounts]]\nsource = 'gone'\ntarget = 'content'\n";
        let report = import(&app, config, &[("a.md", "title: A")]);
        assert_eq!((report.failures, report.documents, at(&app, "/a/")), (vec![], 1, "Article A".to_owned()));
        // Nor is anything new put where Hugo would not look for it.
        let editor = app.as_role(api::policy::Role::Editor);
        let _ = editor.ask("mutation($input: CreateArticleInput!) { createArticle(input: $input) { article { id } userErrors { message } } }",
            json!({ "input": { "title": "B", "language": "en", "body": "Text.\n" } })).accepted("createArticle");
        let out = tempfile::tempdir().expect("a folder");
        assert_eq!(app.export(out.path()).failures, []);
        let files: Vec<_> = contents(out.path()).into_keys().map(|path| path.display().to_string()).collect();
        assert_eq!(files, ["content/a.md", "content/b.md", "hugo.toml"]);
    }

    fn a_language_may_have_no_title_and_a_host_of_its_own_is_said(app) {
        let config = "title = 'R'\ndefaultContentLanguage = 'en'\n[languages.en]\ntitle = ''\n[languages.fr]\nbaseURL = 'https://fr.example.org/'\n";
        let report = import(&app, config, &[("a.fr.md", "title: A")]);
        assert_eq!(report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["hugo.toml:7: `languages.fr.baseURL` is `https://fr.example.org/`: no language has a host of its own here, and addresses of this one begin with `/fr/`"]);
        assert_eq!(at(&app, "/fr/a/"), "Article A");
    }

    fn a_key_that_slipped_into_the_patterns_is_passed_over(app) {
        let report = import(&app, "[permalinks]\np = '/:title/'\npaginate = 5\n", &[("p/a.md", "title: A")]);
        assert_eq!((report.failures, at(&app, "/a/")), (vec![], "Article A".to_owned()));
        assert_eq!(report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["hugo.toml:4: `permalinks.paginate` is passed over: it must be a pattern, or a table of patterns for one of page, section, taxonomy, term"]);
    }

    fn what_is_wrong_in_a_configuration_is_said_with_its_line(app) {
        let said = |files: &[(&str, &str)]| app.import_files(files).failures[0].to_string();
        assert_eq!(said(&[("config/_default/hugo.toml", "title = 'T'\n"), ("config/_default/permalinks.yaml", "# ours\nposts: /:nothing/\n")]),
            "config/_default/permalinks.yaml:2: `permalinks` has `/:nothing/` with the unknown token `:nothing`");
        assert_eq!(said(&[("hugo.yaml", "title: T\n\ntimeZone: Nowhere\n")]),
            "hugo.yaml:3: `timeZone` is `Nowhere`, which is no time zone; write one like `Europe/Berlin`");
        assert_eq!(said(&[("config.json", "{\n\"languages\": {\n  \"en\": 1\n}}")]),
            "config.json:3: `languages.en` is no table; write its settings below it");
        assert_eq!(said(&[("hugo.toml", "defaultContentLanguage = 'de'\n[languages.de]\ndisabled = true\n[languages.en]\n")]),
            "hugo.toml:1: `defaultContentLanguage` is `de`, which is switched off; switch it on, or name another");
    }
}
