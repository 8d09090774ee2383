//! What is nested follows the language that was asked for.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{TestApp, on_both};

const CONFIG: &str = "defaultContentLanguage = 'en'\nbaseURL = 'https://example.org/'\n\
[taxonomies]\ntag = 'tags'\ncategory = 'categories'\nseries = 'series'\n\
[languages.en]\nlanguageName = 'English'\nweight = 1\ntitle = 'EN site'\n\
[languages.en.params]\nsubtitle = 'EN subtitle'\ndescription = 'EN description'\nauthor = { name = 'EN author' }\n\
mainSections = ['news']\nsidebar = { widgets = ['search', 'recent', 'categories', 'taglist', 'sidemenu', 'languages'] }\n\
[[languages.en.menus.main]]\nname = 'EN entry'\npageRef = '/news'\n\
[[languages.en.menus.side]]\nname = 'EN side'\nurl = '/en-side/'\n\
[languages.ar]\nlanguageName = 'العربية'\nlanguageDirection = 'rtl'\nweight = 2\ntitle = 'AR site'\n\
[languages.ar.params]\nsubtitle = 'AR subtitle'\ndescription = 'AR description'\nauthor = { name = 'AR author' }\n\
mainSections = ['news']\nsidebar = { widgets = ['search', 'recent', 'categories', 'taglist', 'sidemenu', 'languages'] }\n\
[[languages.ar.menus.main]]\nname = 'AR entry'\npageRef = '/news'\n\
[[languages.ar.menus.side]]\nname = 'AR side'\nurl = '/ar/ar-side/'\n";

/// Two of each in both languages; whatever a text says begins with its language.
fn site(app: &TestApp) {
    let mut files = vec![("hugo.toml".to_owned(), CONFIG.to_owned())];
    for (language, suffix) in [("EN", ""), ("AR", ".ar")] {
        let mut add = |path: &str, front: &str| {
            let path = format!("content/{path}{suffix}.md");
            files.push((
                path,
                format!("---\n{}\n---\n{language} body\n", front.replace('@', language)),
            ));
        };
        add("_index", "title: '@ home'");
        add("news/_index", "title: '@ news'\ndescription: '@ about'");
        add("news/local/_index", "title: '@ local'");
        for (name, day) in [("a", 1), ("b", 2), ("c", 3)] {
            add(
                &format!("news/{name}"),
                &format!(
                    "title: '@ {name}'\ndate: 2026-01-0{day}\ntags: [x, y]\n\
                categories: [top, below]\nseries: [s]\nmenu: main"
                ),
            );
        }
        for term in ["tags/x", "tags/y", "categories/top", "categories/below", "series/s"] {
            add(&format!("{term}/_index"), &format!("title: '@ {term}'\ndescription: '@ term'"));
        }
        add("tags/_index", "title: '@ tags'");
    }
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let report = app.import_files(&files);
    assert_eq!(report.failures, []);
    let id = |slug: &str| {
        app.query(
            "query($slug: String!) { category(by: { slug: $slug }) { id } }",
            json!({ "slug": slug }),
        )
        .text("/category/id")
    };
    let _ = app.as_role(Role::Editor)
        .ask("mutation($id: ID!, $parent: ID!) { updateCategory(id: $id, input: { parent: $parent }) { userErrors { message } } }",
            json!({"id": id("below"), "parent": id("top")}))
        .accepted("updateCategory");
}

/// Everything that has a language, by kind.
const FRAGMENTS: &str = "
fragment Language on Language { tag direction path }
fragment Shallow on Article { title linkTitle path summary language { ...Language } }
fragment Tag on Tag { name description path language { ...Language } }
fragment Category on Category { name description path language { ...Language } }
fragment Term on TaxonomyTerm { name description path language { ...Language } }
fragment Section on Section { title description path language { ...Language } }
fragment Widget on Widget {
  ... on RecentWidget { articles { ...Shallow tags { ...Tag } } }
  ... on CategoriesWidget { categories { ...Category } }
  ... on TagListWidget { tags { ...Tag } }
  ... on SideMenuWidget { menu { items { name url } } }
  ... on SearchWidget { action }
  ... on LanguagesWidget { links { current path } }
}
fragment Period on ArchivePeriod {
  articles(first: 1) { nodes { ...Shallow tags { ...Tag } } sectionCounts(first: 1) { section { ...Section } } }
}
fragment Counts on ArticleConnection {
  tagCounts(first: 1) { tag { ...Tag } } categoryCounts(first: 1) { category { ...Category } }
  termCounts(taxonomy: \"series\", first: 1) { term { ...Term } } sectionCounts(first: 1) { section { ...Section } }
  languageCounts { language { ...Language } } monthCounts { ...Period }
}
fragment Tags on Article {
  tags { ...Tag articles(first: 1) { ...Counts nodes { ...Shallow } } tagCounts(first: 1) { tag { ...Tag } } archive { ...Period } }
}
fragment Categories on Article {
  categories {
    ...Category parent { ...Category children { ...Category } }
    children { ...Category articles(first: 1) { nodes { ...Shallow } } }
    ancestors { ...Category } descendants { ...Category }
    articles(includeDescendants: true, first: 1) { nodes { ...Shallow } }
    tagCounts(first: 1) { tag { ...Tag } } sectionCounts(first: 1) { section { ...Section } }
  }
}
fragment Around on Article {
  terms { ...Term ... on Term { articles(first: 1) { nodes { ...Shallow } } } }
  previous { ...Shallow tags { ...Tag } } next { ...Shallow categories { ...Category } }
  related(first: 2) { ...Shallow tags { ...Tag } }
  translations { path }
}
fragment Site on Site {
  title subtitle description author { name } language { ...Language }
  menu(name: \"main\") { items { name url } }
  sections { ...Section sections { ...Section } articles(first: 1) { nodes { ...Shallow } ...Counts } tagCounts(first: 1) { tag { ...Tag } } }
  taxonomies { path language { ...Language } page { ...Section } terms(first: 2) { nodes { ...Term } } }
  archive { ...Period }
}";

/// What is asked for in a language, in every way there is.
const ASKED: &[&str] = &[
    "site(language: $language) { ...Site }",
    "articles(filter: { language: $language }, first: 3) { nodes { ...Shallow ...Around } ...Counts }",
    "articles(filter: { language: $language }, first: 2) { nodes { ...Shallow ...Categories } }",
    "article(by: { path: \"/news/b/\" }, language: $language) { ...Shallow ...Tags }",
    "article(by: { path: \"/ar/news/b/\" }, language: $language) { ...Shallow ...Around }",
    "article(by: { path: \"/news/b/\" }, language: $language) { widgets { ...Widget } site { ...Site } }",
    "tags(language: $language, first: 2) { nodes { ...Tag articles(first: 2) { nodes { ...Shallow ...Around } ...Counts } categoryCounts(first: 1) { category { ...Category } } } }",
    "categories(language: $language, first: 2) { nodes { ...Category children { ...Category } articles(first: 2) { nodes { ...Shallow } } } }",
    "terms(taxonomy: \"series\", language: $language, first: 2) { nodes { ...Term ... on Term { archive { ...Period } } } }",
    "taxonomies(language: $language) { path page { ...Section } terms(first: 2) { nodes { ...Term } } }",
    "sections(language: $language) { ...Section sections { ...Section } articles(first: 1) { nodes { ...Shallow ...Around } } }",
    "archive(language: $language) { ...Period }",
    "widgets(page: HOME, language: $language) { ...Widget }",
    "tag(by: { slug: \"x\" }, language: $language) { ...Tag articles(first: 2) { nodes { ...Shallow } } }",
    "term(by: { slug: { taxonomy: \"categories\", slug: \"below\" } }, language: $language) { ...Term ... on Category { parent { ...Category } } }",
];

/// The document with the fragments that it uses: an unused one is an error.
fn whole(operation: &str) -> String {
    let all: Vec<_> =
        FRAGMENTS.split("\nfragment ").filter(|part| !part.trim().is_empty()).collect();
    let mut document = operation.to_owned();
    loop {
        let used = |name: &str| {
            let spread = format!("...{name}");
            document.match_indices(&spread).any(|(at, _)| {
                !document[at + spread.len()..].starts_with(|next: char| next.is_alphanumeric())
            })
        };
        let missing = all.iter().find(|part| {
            let name = part.split(' ').next().expect("a name");
            used(name) && !document.contains(&format!("fragment {name} on"))
        });
        let Some(part) = missing else { return document };
        document = format!("{document}\nfragment {part}");
    }
}

/// Fails for every text, address and tag that is of another language.
fn walk(value: &Value, place: &str, language: &str, seen: &mut usize) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let place = format!("{place}/{name}");
                // What leads to another language leads there.
                if name == "links" || name == "translations" {
                    continue;
                }
                match value {
                    Value::String(text) => {
                        *seen += 1;
                        let other = if language == "ar" { "EN " } else { "AR " };
                        let right = match name.as_str() {
                            "tag" => text == language,
                            "direction" => text == if language == "ar" { "RTL" } else { "LTR" },
                            "path" | "url" | "action" => {
                                text.starts_with("/ar/") == (language == "ar")
                            }
                            _ => !text.contains(other),
                        };
                        assert!(right, "{place} is {text:?}, and {language} was asked for");
                        let own = matches!(
                            name.as_str(),
                            "title" | "name" | "description" | "subtitle" | "summary"
                        );
                        assert!(
                            !own || text.contains(&language.to_uppercase()),
                            "{place} is {text:?}"
                        );
                    }
                    value => walk(value, &place, language, seen),
                }
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                walk(value, &format!("{place}/{index}"), language, seen);
            }
        }
        _ => {}
    }
}

on_both! {
    fn everything_nested_follows_the_language_asked_for(app) {
        site(&app);
        for language in ["en", "ar"] {
            let ask = |operation: &str, variables: Value| app.query(&whole(operation), variables).0;
            for operation in ASKED {
                let mut seen = 0;
                let document = format!("query($language: LanguageTag!) {{ {operation} }}");
                walk(&ask(&document, json!({ "language": language })), operation, language, &mut seen);
                assert!(seen > 4, "{operation} answered with {seen} texts");
            }
            // An address says its language.
            let prefix = if language == "ar" { "/ar" } else { "" };
            for path in ["/", "/news/", "/news/local/", "/news/b/", "/tags/", "/tags/x/", "/categories/below/", "/series/s/"] {
                let operation = "query($path: String!) { route(path: $path) { __typename ... on Article { ...Shallow ...Around ...Tags } ... on Tag { ...Tag articles { nodes { ...Shallow } } }
                    ... on Category { ...Category parent { ...Category } } ... on Term { ...Term } ... on Section { ...Section articles(first: 2) { ...Counts nodes { ...Shallow } } }
                    ... on Taxonomy { path language { ...Language } terms(first: 2) { nodes { ...Term } } } } }";
                let mut answer = ask(operation, json!({"path": format!("{prefix}{path}")}));
                let kind = answer["route"].as_object_mut().expect(path).remove("__typename");
                assert!(kind.is_some_and(|kind| kind != "Redirect"), "{path}");
                let mut seen = 0;
                walk(&answer, path, language, &mut seen);
                assert!(seen > 2, "{path}");
            }
        }
    }

    fn what_stands_in_says_so_in_route_and_nested_lists(app) {
        site(&app);
        let folder = [("content/news/only.md", "---\ntitle: EN only\ndate: 2026-02-01\ntags: [x]\nseries: [s]\n---\nEN body\n"),
            ("hugo.toml", CONFIG)];
        assert_eq!(app.import_files(&folder).failures, []);
        let route = |fallback: bool| app.query("query($fallback: Boolean!) { route(path: \"/ar/news/only/\", fallback: $fallback) {
            ... on Article { title language { tag } fallbackFor { tag direction } } } }", json!({ "fallback": fallback }));
        assert!(route(false).at("/route").is_null());
        assert_eq!(route(true).at("/route"), &json!({"title": "EN only", "language": {"tag": "en"},
            "fallbackFor": {"tag": "ar", "direction": "RTL"}}));
        // What is there is answered as it is.
        let there = app.query("{ route(path: \"/ar/news/b/\", fallback: true) { ... on Article { title fallbackFor { tag } } }
            section: route(path: \"/ar/news/\", fallback: true) { ... on Section { title } } }", Value::Null);
        assert_eq!(there.0, json!({"route": {"title": "AR b", "fallbackFor": null}, "section": {"title": "AR news"}}));
        let nested = app.query("query($fallback: Boolean!) {
            tag(by: { slug: \"x\" }, language: \"ar\") { articles(fallback: $fallback) { totalCount nodes { title fallbackFor { tag } } } }
            term(by: { slug: { taxonomy: \"series\", slug: \"s\" } }, language: \"ar\") { ... on Term { articles(fallback: $fallback) { totalCount } } }
            sections(language: \"ar\") { articles(fallback: $fallback) { totalCount nodes { title fallbackFor { tag } } } } }", json!({"fallback": true}));
        for list in ["/tag/articles", "/sections/0/articles"] {
            assert_eq!(nested.number(&format!("{list}/totalCount")), 4);
            assert_eq!(nested.at(&format!("{list}/nodes/0")), &json!({"title": "EN only", "fallbackFor": {"tag": "ar"}}));
            assert_eq!(nested.at(&format!("{list}/nodes/1")), &json!({"title": "AR c", "fallbackFor": null}));
        }
        assert_eq!(nested.number("/term/articles/totalCount"), 4);
        let code = app.nobody().code("{ tag(by: { slug: \"x\" }) { articles(fallback: true) { totalCount } } }", Value::Null);
        assert_eq!(code, "BAD_USER_INPUT");
    }

    fn languages_are_made_and_changed_by_administrators(app) {
        site(&app);
        let admin = app.as_role(Role::Admin);
        let create = "mutation($input: CreateLanguageInput!) { createLanguage(input: $input) {
            language { tag name direction weight path fallback { tag } } userErrors { field code message } } }";
        let update = "mutation($tag: LanguageTag!, $input: UpdateLanguageInput!) { updateLanguage(tag: $tag, input: $input) {
            language { tag name direction weight fallback { tag } } userErrors { field code message } } }";
        let made = admin.ask(create, json!({"input": {"tag": "FA-ir", "name": "فارسی", "fallback": "ar"}}));
        assert_eq!(made.accepted("createLanguage").at("/createLanguage/language"), &json!({"tag": "fa-IR", "name": "فارسی",
            "direction": "RTL", "weight": 3, "path": "/fa-ir/", "fallback": {"tag": "ar"}}));
        let again = admin.ask(create, json!({"input": {"tag": "fa-IR", "name": "x"}}));
        assert_eq!(again.at("/createLanguage/userErrors/0/code"), "TAKEN");
        for (tag, input, field, code) in [
            ("ar", json!({"fallback": "fa-IR"}), "fallback", "INVALID"),
            ("ar", json!({"fallback": "ar"}), "fallback", "INVALID"),
            ("ar", json!({"fallback": "tlh"}), "fallback", "NOT_FOUND"),
            ("ar", json!({"name": " "}), "name", "REQUIRED"),
        ] {
            let refused = admin.ask(update, json!({"tag": tag, "input": input}));
            assert_eq!(refused.at("/updateLanguage/userErrors/0/field"), &json!(["input", field]), "{input}");
            assert_eq!(refused.at("/updateLanguage/userErrors/0/code"), code, "{input}");
        }
        let unknown = admin.ask(update, json!({"tag": "tlh", "input": {}}));
        assert_eq!(unknown.at("/updateLanguage/userErrors/0/field"), &json!(["tag"]));
        let changed = admin.ask(update, json!({"tag": "fa-IR", "input": {"name": "Farsi", "direction": "LTR", "weight": 9, "fallback": null, "title": "Site"}}));
        assert_eq!(changed.accepted("updateLanguage").at("/updateLanguage/language"),
            &json!({"tag": "fa-IR", "name": "Farsi", "direction": "LTR", "weight": 9, "fallback": null}));
        // The next reader sees it, and it stands in where it was asked to.
        let _ = admin.ask(update, json!({"tag": "fa-IR", "input": {"fallback": "ar"}})).accepted("updateLanguage");
        let read = app.query("{ site(language: \"fa-IR\") { title language { name } }
            articles(filter: { language: \"fa-IR\" }, fallback: true) { nodes { title } } }", Value::Null);
        assert_eq!(read.at("/site"), &json!({"title": "Site", "language": {"name": "Farsi"}}));
        assert_eq!(read.at("/articles/nodes/0/title"), "AR c");
        assert_eq!(app.as_role(Role::Editor).code(update, json!({"tag": "ar", "input": {}})), "FORBIDDEN");
        let kinds: Vec<_> = app.events().into_iter().filter(|event| event.kind == "site.configured").collect();
        assert_eq!(kinds.len(), 4);
        // Importing again keeps what stands in.
        assert_eq!(app.import_files(&[("hugo.toml", &CONFIG.replace("EN site", "EN new")), ("content/x.fa-ir.md", "x")]).failures, []);
        let kept = app.query("{ site { title languages { tag fallback { tag } } } }", Value::Null);
        assert_eq!(kept.text("/site/title"), "EN new");
    }
}
