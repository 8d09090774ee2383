//! Translations: made, followed, and read in the best language there is.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Answer, Client, START, TestApp, on_both};

const CONFIG: &str = "defaultContentLanguage = 'en'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n\
    [languages.fr]\nweight = 3\n[languages.pt]\nweight = 4\n";
const TRANSLATE: &str =
    "mutation($id: ID!, $language: LanguageTag!, $input: CreateTranslationInput) {
    createTranslation(article: $id, language: $language, input: $input) {
        article { id path status version language { tag } } userErrors { field code message } } }";
const MARK: &str =
    "mutation($id: ID!, $version: Int) { markTranslationCurrent(id: $id, version: $version) {
    article { version } userErrors { field code } } }";

fn site(app: &TestApp, files: &[(&str, &str)]) -> Client {
    let files = [&[("hugo.toml", CONFIG)], files].concat();
    assert_eq!(app.import_files(&files).failures, []);
    app.as_role(Role::Editor)
}

fn empty(app: &TestApp) -> Client {
    site(app, &[("content/_index.md", "---\ntitle: Home\n---\n")])
}

fn create(editor: &Client, input: &Value) -> Value {
    editor
        .ask(
            "mutation($input: CreateArticleInput!) { createArticle(input: $input) {
            article { id } userErrors { message } } }",
            json!({ "input": input }),
        )
        .accepted("createArticle")
        .at("/createArticle/article/id")
        .clone()
}

fn act(editor: &Client, mutation: &str, id: &Value) {
    let document =
        format!("mutation($id: ID!) {{ {mutation}(id: $id) {{ userErrors {{ message }} }} }}");
    let _ = editor.ask(&document, json!({ "id": id })).accepted(mutation);
}

fn save(editor: &Client, id: &Value, version: i64, input: &Value) {
    let _ = editor
        .ask(
            "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
        updateArticle(id: $id, expectedVersion: $version, input: $input) {
        article { version } userErrors { code } } }",
            json!({"id": id, "version": version, "input": input}),
        )
        .accepted("updateArticle");
}

fn translate(editor: &Client, id: &Value, language: &str, input: &Value) -> Answer {
    editor.ask(TRANSLATE, json!({"id": id, "language": language, "input": input}))
}

fn translated(editor: &Client, id: &Value, language: &str) -> Value {
    translate(editor, id, language, &json!({"title": language}))
        .accepted("createTranslation")
        .at("/createTranslation/article/id")
        .clone()
}

fn refusal(answer: &Answer, mutation: &str) -> (Value, String) {
    let error = answer.at(&format!("/{mutation}/userErrors/0"));
    (error["field"].clone(), error["code"].as_str().unwrap_or_default().to_owned())
}

/// The status in each language: `en SOURCE, de CURRENT 1/1`.
fn status(client: &Client, id: &Value) -> String {
    let answer = client.ask(
        "query($id: ID!) { article(by: { id: $id }, view: WORKING) { translationStatus {
        language { tag } status translatedVersion sourceVersion } } }",
        json!({ "id": id }),
    );
    let lines: Vec<_> = answer
        .at("/article/translationStatus")
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| {
            let version =
                match (entry["translatedVersion"].as_i64(), entry["sourceVersion"].as_i64()) {
                    (Some(said), Some(now)) => format!(" {said}/{now}"),
                    _ => String::new(),
                };
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            format!("{} {}{version}", text(&entry["language"]["tag"]), text(&entry["status"]))
        })
        .collect();
    lines.join(", ")
}

/// Titles of what is to be done.
fn work(client: &Client, arguments: &str) -> Vec<String> {
    let answer = client.ask(
        &format!("{{ translationWork({arguments}, orderBy: {{ field: TITLE, direction: ASC }}) {{ totalCount nodes {{ title }} }} }}"),
        Value::Null,
    );
    let titles = answer.each("/translationWork/nodes", "title");
    assert_eq!(
        answer.number("/translationWork/totalCount"),
        i64::try_from(titles.len()).expect("few")
    );
    titles
}

const WHOLE: &str = "query($id: ID!) { article(by: { id: $id }, view: WORKING) {
    date weight thumbnail { url alt } authors { name url } tags { slug } categories { slug } section
    source { name url } comments authorbox pager toc mathjax sidebar widgets { kind settings } params
    title linkTitle summary lead description canonicalUrl aliases expiresAt body { markdown } } }";

on_both! {
    fn a_translation_takes_along_what_is_no_text(app) {
        let editor = empty(&app);
        let source = create(&editor, &json!({"title": "The bridge", "section": "news/local", "slug": "bridge", "body": "# Text",
            "linkTitle": "Bridge", "summary": "S", "lead": "L", "description": "D", "date": "2025-02-12T10:54:29+08:00", "weight": 7,
            "thumbnail": {"url": "img/a.png", "alt": "A bridge"}, "authors": [{"name": "Ann", "url": "https://example.org/ann"}],
            "tags": ["River", "Town"], "categories": ["News"], "source": {"name": "Wire", "url": "https://wire.example/1"},
            "canonicalUrl": "https://example.org/original", "aliases": ["/old/"], "comments": false, "authorbox": true, "pager": true,
            "toc": true, "mathjax": true, "sidebar": "LEFT", "widgets": [{"name": "weather", "settings": {"city": "X"}}],
            "params": {"z": 1}, "expireAt": "2099-01-01T00:00:00Z"}));
        act(&editor, "publishArticle", &source);
        let (field, code) = refusal(&translate(&editor, &source, "de", &json!({})), "createTranslation");
        assert_eq!((field, code.as_str()), (json!(["input", "title"]), "REQUIRED"));
        let made = translate(&editor, &source, "de", &json!({"title": "Die Brücke"})).accepted("createTranslation");
        let article = made.at("/createTranslation/article");
        assert_eq!(article["path"], "/de/news/local/bridge/");
        assert_eq!((&article["status"], &article["version"], &article["language"]["tag"]), (&json!("DRAFT"), &json!(1), &json!("de")));
        let (old, new) = (editor.ask(WHOLE, json!({ "id": source })), editor.ask(WHOLE, json!({"id": article["id"]})));
        for field in ["date", "weight", "authors", "tags", "categories", "section", "source", "comments", "authorbox", "pager",
            "toc", "mathjax", "sidebar", "widgets", "params"] {
            assert_eq!(old.at("/article")[field], new.at("/article")[field], "{field}");
        }
        assert_eq!(new.at("/article/thumbnail"), &json!({"url": "http://127.0.0.1:8080/img/a.png", "alt": null}));
        for (field, expected) in [("title", json!("Die Brücke")), ("linkTitle", json!("Die Brücke")), ("summary", json!("")), ("lead", Value::Null),
            ("description", Value::Null), ("canonicalUrl", Value::Null), ("aliases", json!([])), ("expiresAt", Value::Null), ("body", json!({"markdown": ""}))] {
            assert_eq!(new.at("/article")[field], expected, "{field}");
        }
        // Texts come along where they are asked for; what is given wins.
        let copied = translate(&editor, &source, "fr", &json!({"lead": "Fr", "copyText": true, "slug": "pont"})).accepted("createTranslation");
        assert_eq!(copied.text("/createTranslation/article/path"), "/fr/news/local/pont/");
        let copied = editor.ask(WHOLE, json!({"id": copied.at("/createTranslation/article/id")}));
        for (field, expected) in [("title", "The bridge"), ("linkTitle", "Bridge"), ("summary", "S"), ("lead", "Fr"), ("description", "D")] {
            assert_eq!(copied.at("/article")[field], expected, "{field}");
        }
        assert_eq!(copied.text("/article/body/markdown"), "# Text");
        assert_eq!(copied.text("/article/thumbnail/alt"), "A bridge");
        // The public has the one that is published alone.
        let public = app.query("query($id: ID!) { article(by: { id: $id }) { translations { path } } }", json!({ "id": source }));
        assert_eq!(public.at("/article/translations"), &json!([]));
        act(&editor, "publishArticle", &article["id"]);
        let public = app.query("query($id: ID!) { article(by: { id: $id }) { translations { path } } }", json!({ "id": source }));
        assert_eq!(public.each("/article/translations", "path"), ["/de/news/local/bridge/"]);
    }

    fn a_translation_that_is_there_is_not_made_twice(app) {
        let editor = empty(&app);
        let source = create(&editor, &json!({"title": "One"}));
        let german = translated(&editor, &source, "de");
        let events = app.events().len();
        for (id, language, input, field, code) in [
            (&source, "de", json!({"title": "x"}), json!(["language"]), "TAKEN"),
            (&source, "en", json!({"title": "x"}), json!(["language"]), "TAKEN"),
            (&german, "en", json!({"title": "x"}), json!(["language"]), "TAKEN"),
            (&source, "ja", json!({"title": "x"}), json!(["language"]), "INVALID"),
            (&source, "fr", json!({"title": " "}), json!(["input", "title"]), "REQUIRED"),
        ] {
            assert_eq!(refusal(&translate(&editor, id, language, &input), "createTranslation"), (field, code.to_owned()), "{language}");
        }
        assert_eq!(app.events().len(), events);
        // A draft that somebody may not see is no article to them; a published one is.
        let author = app.as_role(Role::Author);
        assert_eq!(refusal(&translate(&author, &source, "fr", &json!({"title": "x"})), "createTranslation"),
            (json!(["article"]), "NOT_FOUND".to_owned()));
        act(&editor, "publishArticle", &source);
        save(&editor, &source, 1, &json!({"weight": 9, "lead": "secret"}));
        let made = translate(&author, &source, "fr", &json!({"title": "Un", "copyText": true})).accepted("createTranslation");
        let french = author.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { weight lead } }",
            json!({"id": made.at("/createTranslation/article/id")}));
        assert_eq!(french.at("/article"), &json!({"weight": 0, "lead": null}), "made of what its author may see");
        act(&editor, "trashArticle", &source);
        assert_eq!(refusal(&translate(&editor, &source, "pt", &json!({"title": "x"})), "createTranslation").1, "WRONG_STATE");
    }

    fn a_translation_is_behind_when_a_text_of_its_source_changed(app) {
        let editor = empty(&app);
        let source = create(&editor, &json!({"title": "One", "body": "text", "tags": ["a"]}));
        assert_eq!(status(&editor, &source), "en SOURCE, de MISSING, fr MISSING, pt MISSING");
        let german = translated(&editor, &source, "de");
        let french = translated(&editor, &german, "fr");
        assert_eq!(status(&editor, &source), "en SOURCE, de CURRENT 1/1, fr CURRENT 1/1, pt MISSING");
        // What is no text, and a text that is the same, is not a translator's.
        save(&editor, &source, 1, &json!({"tags": ["b"], "weight": 3, "body": "text", "title": "One"}));
        assert_eq!(status(&editor, &german), "en SOURCE, de CURRENT 1/2, fr CURRENT 1/1, pt MISSING");
        assert_eq!(work(&editor, "status: OUTDATED"), Vec::<String>::new());
        save(&editor, &source, 2, &json!({"body": "other"}));
        assert_eq!(status(&editor, &german), "en SOURCE, de OUTDATED 1/3, fr CURRENT 1/1, pt MISSING");
        assert_eq!(work(&editor, "status: OUTDATED"), ["de"]);
        assert_eq!(work(&editor, "status: OUTDATED, language: \"fr\""), Vec::<String>::new());
        // Saving a translation does not say that it is up to date; saying so does.
        save(&editor, &german, 1, &json!({"body": "anders"}));
        assert_eq!(status(&editor, &german), "en SOURCE, de OUTDATED 1/3, fr OUTDATED 1/2, pt MISSING");
        for (id, version, field, code) in [(&german, 4, "version", "INVALID"), (&german, 0, "version", "INVALID"), (&source, 1, "id", "WRONG_STATE")] {
            assert_eq!(refusal(&editor.ask(MARK, json!({"id": id, "version": version})), "markTranslationCurrent"), (json!([field]), code.to_owned()));
        }
        let _ = editor.ask(MARK, json!({"id": german, "version": 2})).accepted("markTranslationCurrent");
        assert_eq!(status(&editor, &german), "en SOURCE, de OUTDATED 2/3, fr OUTDATED 1/2, pt MISSING");
        let events = app.events().len();
        let marked = editor.ask(MARK, json!({"id": german, "version": null})).accepted("markTranslationCurrent");
        assert_eq!(marked.number("/markTranslationCurrent/article/version"), 2, "no save");
        let events = app.events().split_off(events);
        assert_eq!(events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["article.translation_marked"]);
        assert_eq!(events[0].data["sourceVersion"], 3);
        assert_eq!(status(&editor, &german), "en SOURCE, de CURRENT 3/3, fr OUTDATED 1/2, pt MISSING");
        // A source that is gone leaves no one behind, and the group one to begin with.
        act(&editor, "trashArticle", &source);
        assert_eq!(status(&editor, &french), "en MISSING, de SOURCE, fr OUTDATED 1/2, pt MISSING");
        act(&editor, "trashArticle", &german);
        assert_eq!(status(&editor, &french), "en MISSING, de MISSING, fr SOURCE, pt MISSING");
        assert_eq!(work(&editor, "status: OUTDATED"), Vec::<String>::new());
    }

    fn merging_and_splitting_terms_leaves_no_translation_behind(app) {
        let editor = empty(&app);
        let source = create(&editor, &json!({"title": "One", "tags": ["a"]}));
        let _ = translated(&editor, &source, "de");
        let tag = editor.ask("{ tag(by: { slug: \"a\" }, view: WORKING) { id } }", Value::Null).at("/tag/id").clone();
        let _ = editor.ask("mutation($tag: ID!, $id: ID!) { splitTag(id: $tag, articles: [$id], input: { name: \"b\" }) { userErrors { code } } }",
            json!({"tag": tag, "id": source})).accepted("splitTag");
        assert_eq!(status(&editor, &source), "en SOURCE, de CURRENT 1/2, fr MISSING, pt MISSING");
    }

    fn what_is_missing_and_behind_is_listed_and_paged(app) {
        let editor = empty(&app);
        let mut sources = Vec::new();
        for number in 0..5 {
            sources.push(create(&editor, &json!({"title": format!("S{number}"), "date": format!("2026-01-0{}T00:00:00Z", number + 1)})));
        }
        let german = translated(&editor, &sources[0], "de");
        let _ = translated(&editor, &sources[1], "fr");
        let _ = create(&editor, &json!({"title": "Only German", "language": "de"}));
        assert_eq!(work(&editor, "status: MISSING, language: \"de\""), ["S1", "S2", "S3", "S4"]);
        assert_eq!(work(&editor, "status: MISSING, language: \"en\""), ["Only German"]);
        assert_eq!(work(&editor, "status: MISSING").len(), 6);
        for language in ["fr", "pt"] {
            let _ = translated(&editor, &german, language);
        }
        assert_eq!(work(&editor, "status: MISSING").len(), 5, "one that is everywhere is not missing");
        assert_eq!(work(&editor, "status: MISSING, language: \"de\", filter: { title: { in: [\"S2\", \"S0\"] } }"), ["S2"]);
        let page = |arguments: &str| editor.ask(&format!("{{ translationWork(status: MISSING, language: \"de\", first: 3{arguments}) {{
            pageInfo {{ hasNextPage endCursor }} nodes {{ title }} }} }}"), Value::Null);
        let first = page("");
        assert_eq!(first.each("/translationWork/nodes", "title"), ["S4", "S3", "S2"]);
        let next = page(&format!(", after: {}", first.at("/translationWork/pageInfo/endCursor")));
        assert_eq!(next.each("/translationWork/nodes", "title"), ["S1"]);
        for source in &sources[..2] {
            save(&editor, source, 1, &json!({"lead": "new"}));
        }
        assert_eq!(work(&editor, "status: OUTDATED"), ["de", "fr"]);
        // Authors have their own to do; nobody who may not read drafts is told.
        assert_eq!(work(&app.as_role(Role::Author), "status: MISSING"), Vec::<String>::new());
        let nobody = app.nobody();
        assert_eq!(nobody.code("{ translationWork(status: MISSING) { totalCount } }", Value::Null), "UNAUTHENTICATED");
        act(&editor, "publishArticle", &sources[0]);
        assert_eq!(nobody.code("{ articles { nodes { translationStatus { status } } } }", Value::Null), "UNAUTHENTICATED");
        let statements = |first: usize| app.statements(|| editor.ask("query($first: Int!) { articles(first: $first, view: WORKING, orderBy: { field: TITLE, direction: ASC }) { nodes {
            title translationStatus { status language { tag } article { title tags { name } } source { path } } } } }", json!({ "first": first }))).1.len();
        assert_eq!(statements(2), statements(9));
        let statements = |first: usize| app.statements(|| editor.ask("query($first: Int!) { translationWork(status: MISSING, first: $first) {
            totalCount nodes { title } } }", json!({ "first": first }))).1.len();
        assert_eq!(statements(1), statements(5));
    }

    fn imported_groups_are_up_to_date_until_their_source_changes(app) {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |files: &[(&str, &str)]| tests::write_files(folder.path(), files);
        write(&[("hugo.toml", CONFIG), ("content/a.md", "---\ntitle: A\n---\nx\n"), ("content/a.de.md", "---\ntitle: DA\n---\nx\n"),
            ("content/b.fr.md", "---\ntitle: FB\n---\nx\n"), ("content/b.de.md", "---\ntitle: DB\n---\nx\n")]);
        assert_eq!(app.import(folder.path()).failures, []);
        let editor = app.as_role(Role::Editor);
        let id = |path: &str| editor.ask("query($path: String!) { article(by: { path: $path }, view: WORKING) { id } }", json!({ "path": path }))
            .at("/article/id").clone();
        let (a, b) = (id("/a/"), id("/de/b/"));
        assert_eq!(status(&editor, &a), "en SOURCE, de CURRENT 1/1, fr MISSING, pt MISSING");
        assert!(["en MISSING, de SOURCE, fr CURRENT, pt MISSING", "en MISSING, de CURRENT, fr SOURCE, pt MISSING"].contains(&status(&editor, &b).as_str()));
        assert_eq!(work(&editor, "status: MISSING, language: \"en\"").len(), 1, "a group without a default has one to begin with");
        save(&editor, &a, 1, &json!({"lead": "new"}));
        assert_eq!(status(&editor, &a), "en SOURCE, de OUTDATED 1/2, fr MISSING, pt MISSING");
        assert_eq!(work(&editor, "status: OUTDATED"), ["DA"]);
        let _ = editor.ask(MARK, json!({"id": id("/de/a/")})).accepted("markTranslationCurrent");
        assert_eq!(status(&editor, &a), "en SOURCE, de CURRENT 2/2, fr MISSING, pt MISSING");
        // A changed file of the source leaves its translations behind, both do not.
        app.set_clock(START + 1);
        write(&[("content/a.md", "---\ntitle: A\n---\ny\n")]);
        assert_eq!(app.import(folder.path()).updated, 1);
        assert_eq!(status(&editor, &a), "en SOURCE, de OUTDATED 2/3, fr MISSING, pt MISSING");
        app.set_clock(START + 2);
        write(&[("content/a.md", "---\ntitle: A\n---\nz\n"), ("content/a.de.md", "---\ntitle: DA\n---\nz\n"), ("content/a.fr.md", "---\ntitle: FA\n---\nz\n")]);
        let report = app.import(folder.path());
        assert_eq!((report.updated, report.created), (2, 1));
        assert_eq!(status(&editor, &a), "en SOURCE, de CURRENT 4/4, fr CURRENT 4/4, pt MISSING");
    }

    fn an_article_that_comes_to_a_group_says_what_its_source_says(app) {
        let editor = empty(&app);
        let german = create(&editor, &json!({"title": "DA", "language": "de", "translationKey": "k"}));
        save(&editor, &german, 1, &json!({"lead": "x"}));
        let english = create(&editor, &json!({"title": "A", "translationKey": "k"}));
        assert_eq!(status(&editor, &english), "en CURRENT 2/2, de SOURCE, fr MISSING, pt MISSING");
        save(&editor, &german, 2, &json!({"lead": "y"}));
        assert_eq!(status(&editor, &english), "en OUTDATED 2/3, de SOURCE, fr MISSING, pt MISSING");
        save(&editor, &english, 1, &json!({"translationKey": "other"}));
        assert_eq!(status(&editor, &english), "en SOURCE, de MISSING, fr MISSING, pt MISSING");
        save(&editor, &english, 2, &json!({"translationKey": "k"}));
        assert_eq!(status(&editor, &english), "en CURRENT 3/3, de SOURCE, fr MISSING, pt MISSING");
    }

    fn a_list_has_each_group_once_in_the_best_language(app) {
        let editor = empty(&app);
        app.sql("UPDATE language SET fallback = 'fr' WHERE tag = 'pt'");
        app.sql("UPDATE language SET fallback = 'pt' WHERE tag = 'fr'");
        let make = |title: &str, languages: &[&str], day: usize| {
            for (index, language) in languages.iter().enumerate() {
                let id = create(&editor, &json!({"title": format!("{title} {language}"), "language": language, "translationKey": title,
                    "tags": [title, language], "date": format!("2026-01-{:02}T0{index}:00:00Z", day)}));
                act(&editor, "publishArticle", &id);
            }
        };
        make("all", &["en", "de", "fr", "pt"], 1);
        make("both", &["en", "fr"], 2);
        make("default", &["en"], 3);
        make("german", &["de"], 4);
        // A draft is not there for the public.
        let draft = create(&editor, &json!({"title": "default pt", "language": "pt", "translationKey": "default"}));
        let list = |client: &Client, arguments: &str| client.ask(&format!("{{ articles(fallback: true, {arguments}) {{ totalCount
            tagCounts {{ tag {{ slug }} count }} pageInfo {{ endCursor hasNextPage }}
            nodes {{ title language {{ tag }} fallbackFor {{ tag }} }} }} }}"), Value::Null);
        let nobody = app.nobody();
        let pt = list(&nobody, "filter: { language: \"pt\" }");
        assert_eq!(pt.each("/articles/nodes", "title"), ["default en", "both fr", "all pt"]);
        assert_eq!(pt.number("/articles/totalCount"), 3);
        assert_eq!(pt.at("/articles/nodes/1"), &json!({"title": "both fr", "language": {"tag": "fr"}, "fallbackFor": {"tag": "pt"}}));
        assert_eq!(pt.at("/articles/nodes/2/fallbackFor"), &Value::Null);
        let counted = pt.at("/articles/tagCounts").as_array().expect("counts").clone();
        assert!(counted.contains(&json!({"tag": {"slug": "fr"}, "count": 1})), "{counted:?}");
        assert!(!counted.iter().any(|count| count["tag"]["slug"] == "de"));
        let de = list(&nobody, "filter: { language: \"de\" }");
        assert_eq!(de.each("/articles/nodes", "title"), ["german de", "default en", "both en", "all de"]);
        let en = list(&nobody, "filter: { language: \"en\" }");
        assert_eq!(en.each("/articles/nodes", "title"), ["default en", "both en", "all en"]);
        // Editors' view has the draft; filters are about what is chosen.
        let working = list(&editor, "filter: { language: \"pt\" }, view: WORKING");
        assert!(working.each("/articles/nodes", "title").contains(&"default pt".to_owned()));
        assert_eq!(list(&nobody, "filter: { language: \"pt\", tag: { slug: \"en\" } }").each("/articles/nodes", "title"), ["default en"]);
        act(&editor, "publishArticle", &draft);
        assert_eq!(list(&nobody, "filter: { language: \"pt\", title: { startsWith: \"default\" } }").each("/articles/nodes", "title"), ["default pt"]);
        // Pages, backwards too.
        let first = list(&nobody, "filter: { language: \"de\" }, first: 2");
        assert_eq!(first.each("/articles/nodes", "title"), ["german de", "default en"]);
        let next = list(&nobody, &format!("filter: {{ language: \"de\" }}, first: 2, after: {}", first.at("/articles/pageInfo/endCursor")));
        assert_eq!(next.each("/articles/nodes", "title"), ["both en", "all de"]);
        assert_eq!(next.at("/articles/pageInfo/hasNextPage"), &json!(false));
        assert_eq!(list(&nobody, "filter: { language: \"de\" }, last: 1").each("/articles/nodes", "title"), ["all de"]);
        let plain = nobody.ask("{ articles(filter: { language: \"pt\" }) { nodes { title fallbackFor { tag } } } }", Value::Null);
        assert_eq!(plain.at("/articles/nodes").as_array().map(Vec::len), Some(2));
        for wrong in ["fallback: true", "fallback: true, filter: { language: \"ja\" }"] {
            assert_eq!(nobody.code(&format!("{{ articles({wrong}) {{ totalCount }} }}"), Value::Null), "BAD_USER_INPUT");
        }
        // Site and languages, and the page.
        let document = "query($first: Int!) { articles(first: $first, fallback: true, filter: { language: \"de\" }) { nodes { title } } }";
        for first in [1, 4] {
            assert_eq!(app.statements(|| nobody.ask(document, json!({ "first": first }))).1.len(), 3);
        }
    }

    fn one_article_is_found_in_the_best_language(app) {
        let editor = empty(&app);
        app.sql("UPDATE language SET fallback = 'fr' WHERE tag = 'pt'");
        let source = create(&editor, &json!({"title": "One", "section": "news"}));
        act(&editor, "publishArticle", &source);
        let find = |client: &Client, arguments: &str| {
            let answer = client.ask(&format!("{{ article({arguments}) {{ title language {{ tag }} fallbackFor {{ tag }} }} }}"), Value::Null);
            let article = answer.at("/article");
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            if article.is_null() { return "nothing".to_owned(); }
            format!("{} for {}", text(&article["language"]["tag"]), text(&article["fallbackFor"]["tag"]))
        };
        let nobody = app.nobody();
        let by_id = format!("by: {{ id: {source} }}");
        assert_eq!(find(&nobody, "by: { path: \"/pt/news/one/\" }"), "nothing");
        assert_eq!(find(&nobody, "by: { path: \"/pt/news/one/\" }, fallback: true"), "en for pt");
        assert_eq!(find(&nobody, &format!("{by_id}, language: \"pt\"")), "nothing");
        assert_eq!(find(&nobody, &format!("{by_id}, language: \"pt\", fallback: true")), "en for pt");
        assert_eq!(find(&nobody, &format!("{by_id}, fallback: true")), "en for ");
        let french = translate(&editor, &source, "fr", &json!({"title": "Un", "slug": "un"})).accepted("createTranslation")
            .at("/createTranslation/article/id").clone();
        assert_eq!(find(&nobody, "by: { path: \"/pt/news/one/\" }, fallback: true"), "en for pt", "a draft is not there");
        assert_eq!(find(&editor, "by: { path: \"/pt/news/one/\" }, fallback: true, view: WORKING"), "fr for pt");
        act(&editor, "publishArticle", &french);
        assert_eq!(find(&nobody, "by: { path: \"/pt/news/one/\" }, fallback: true"), "fr for pt", "wherever it lives");
        assert_eq!(find(&nobody, "by: { path: \"/fr/news/one/\" }, fallback: true"), "fr for ");
        assert_eq!(find(&nobody, "by: { path: \"/fr/news/un/\" }"), "fr for ");
        assert_eq!(find(&nobody, "by: { path: \"/news/one/\" }, language: \"fr\""), "fr for ");
        assert_eq!(find(&nobody, "by: { path: \"/news/one/\" }, language: \"de\", fallback: true"), "en for de");
        let german = create(&editor, &json!({"title": "Nur", "language": "de", "section": "news"}));
        act(&editor, "publishArticle", &german);
        assert_eq!(find(&nobody, &format!("by: {{ id: {german} }}, language: \"pt\", fallback: true")), "nothing", "German is not in the chain");
        assert_eq!(find(&nobody, "by: { path: \"/news/nur/\" }, fallback: true"), "nothing");
        assert_eq!(nobody.code("{ article(by: { path: \"/news/one/\" }, language: \"ja\") { id } }", Value::Null), "BAD_USER_INPUT");
        let tags = nobody.ask("{ site { languages { tag fallback { tag } } } }", Value::Null);
        assert_eq!(tags.at("/site/languages/3"), &json!({"tag": "pt", "fallback": {"tag": "fr"}}));
    }

    fn a_translation_of_an_imported_file_pairs_with_it(app) {
        let editor = site(&app, &[
            ("content/news/bundle/index.md", "---\ntitle: Bundle\ndate: 2026-01-01\n---\nx\n"),
            ("content/news/plain.en.md", "---\ntitle: Plain\ndate: 2026-01-01\nslug: other\ntranslationKey: key\ntags: [gone]\n\
                menu:\n  main:\n    name: Shown\n    weight: 3\n---\nx\n"),
        ]);
        for (path, expected) in [("/news/bundle/", "/de/news/bundle/"), ("/news/other/", "/de/news/plain/")] {
            let id = app.query("query($path: String!) { article(by: { path: $path }) { id } }", json!({ "path": path })).at("/article/id").clone();
            let made = translate(&editor, &id, "de", &json!({"title": "Deutsch"})).accepted("createTranslation");
            assert_eq!(made.text("/createTranslation/article/path"), expected);
            act(&editor, "publishArticle", made.at("/createTranslation/article/id"));
            let back = app.query("query($path: String!) { article(by: { path: $path }) { translations { path } } }", json!({ "path": expected }));
            assert_eq!(back.each("/article/translations", "path"), [path]);
        }
        let menu = app.query("{ site(language: \"de\") { menu(name: \"main\") { items { name weight } } } }", Value::Null);
        assert_eq!(menu.at("/site/menu/items"), &json!([{"name": "Deutsch", "weight": 3}]));
        // Both are one group for Hugo, too: the same folder, and the same name or key.
        let names = app.block_on(async {
            use sea_orm::EntityTrait;
            let rows = entity::revision::Entity::find().all(app.app.db().read()).await.expect("revisions");
            let of = |row: &entity::revision::Model| json!([row.content["directory"], row.content["name"], row.content["bundle"], row.content["translationKey"]]);
            let mut names: Vec<_> = rows.iter().map(|row| of(row).to_string()).collect();
            names.sort_unstable();
            names
        });
        assert_eq!(names.len(), 4);
        assert_eq!((&names[0], &names[2]), (&names[1], &names[3]));
    }
}
