//! What is not published is in no public answer, and in every working one.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{HOUR, START, TestApp, on_both};

/// A word that only unpublished content holds.
const SECRET: &str = "Zanzibar";

fn file(extra: &str, body: &str) -> String {
    format!(
        "---\ntitle: {SECRET} article\ndate: 2026-10-02T00:00:00Z\ntags: [shared, {SECRET}]\n\
         categories: [{SECRET}cat]\nmenu: main\nkeywords: {SECRET}\ntranslationKey: key\n\
         aliases: [/old-{SECRET}/]\n{extra}---\n{SECRET} {body}\n"
    )
}

/// A live article with neighbours, and around it everything that is not public.
fn site(app: &TestApp) {
    let live = "---\ntitle: Live\ndate: 2026-10-01T00:00:00Z\ntags: [shared]\ncategories: [c]\n\
                translationKey: key\n---\nLive text.\n";
    let older = "---\ntitle: Older\ndate: 2026-09-01T00:00:00Z\ntags: [shared]\n---\nOld.\n";
    let report = app.import_files(&[
        (
            "hugo.toml",
            "defaultContentLanguage = 'en'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n\
             [params.sidebar]\nwidgets = ['recent', 'categories', 'taglist', 'languages', 'sidemenu']\n",
        ),
        ("content/news/live.md", live),
        ("content/news/older.md", older),
        ("content/news/draft.md", &file("draft: true\n", "")),
        ("content/news/draft.de.md", &file("draft: true\n", "")),
        ("content/news/scheduled.md", &file("publishDate: 2027-01-01\n", "")),
        ("content/news/expired.md", &file("expiryDate: 2026-10-03\n", "")),
    ]);
    assert_eq!((report.created, &report.failures[..]), (6, &[][..]));
}

/// Asks for everything that an article leads to.
const EVERYTHING: &str = "query($view: View!, $path: String!, $tag: String!, $id: ID!) {
  articles(first: 50, view: $view) {
    totalCount
    tagCounts { tag { name slug articleCount } count }
    categoryCounts { category { name } count }
    nodes { ...Around }
  }
  section: route(path: \"/news/\", view: $view) { ... on Section { articles { totalCount nodes { title } } } }
  article(by: { path: $path }, view: $view) { title }
  byId: article(by: { id: $id }, view: $view) { title }
  route(path: $path, view: $view) { __typename }
  alias: route(path: \"/old-zanzibar/\", view: $view) { ... on Redirect { target } }
  tagRoute: route(path: \"/tags/zanzibar/\", view: $view) { __typename }
  node(id: $id) { id }
  nodes(ids: [$id], view: $view) { id }
  tag(by: { slug: $tag }, view: $view) { name articles { totalCount } }
  tags(first: 100, view: $view) { totalCount nodes { name articleCount articles { totalCount nodes { title } } } }
  categories(first: 100, view: $view) { totalCount nodes { name articleCount } }
  widgets(page: HOME, view: $view) {
    ... on RecentWidget { articles { title } }
    ... on TagListWidget { tags { name articleCount } }
    ... on CategoriesWidget { categories { name } }
  }
  site(view: $view) { menu(name: \"main\") { items { name url } } }
}
fragment Around on Article {
  title status summary params body { markdown html plainText }
  tags { name articleCount articles { totalCount nodes { title } } }
  categories { name }
  translations { title path }
  previous { title } next { title } related(first: 20) { title }
  widgets { ... on RecentWidget { articles { title } } ... on LanguagesWidget { links { path translated } } }
  site { menu(name: \"main\") { items { name } } }
}";

/// The id of the draft, which a public caller may have kept from before.
fn draft_id(app: &TestApp) -> String {
    app.as_role(Role::Editor)
        .ask("{ article(by: { path: \"/news/draft/\" }, view: WORKING) { id } }", Value::Null)
        .text("/article/id")
}

fn everything(view: &str, id: &str) -> Value {
    json!({"view": view, "path": "/news/draft/", "tag": "zanzibar", "id": id})
}

on_both! {
    fn nothing_unpublished_is_in_any_public_answer(app) {
        site(&app);
        let id = draft_id(&app);
        let public = app.query(EVERYTHING, everything("PUBLISHED", &id));
        let text = public.0.to_string().to_lowercase();
        assert!(!text.contains(&SECRET.to_lowercase()), "{text}");
        assert_eq!(public.number("/articles/totalCount"), 2);
        assert_eq!(public.at("/articles/tagCounts"),
            &json!([{"tag": {"name": "shared", "slug": "shared", "articleCount": 2}, "count": 2}]));
        assert_eq!(public.number("/section/articles/totalCount"), 2);
        for nothing in ["/article", "/byId", "/route", "/alias", "/tagRoute", "/node", "/nodes/0", "/tag"] {
            assert!(public.at(nothing).is_null(), "{nothing}");
        }
        assert_eq!(public.number("/tags/totalCount"), 1);
        assert_eq!(public.at("/articles/nodes/0/translations"), &json!([]));
        assert!(public.at("/articles/nodes/0/next").is_null());
        // An editor who asks for the public view sees the same.
        let editor = app.as_role(Role::Editor).ask(EVERYTHING, everything("PUBLISHED", &id));
        assert_eq!(editor, public);
    }

    fn no_edit_of_any_kind_changes_a_public_answer_until_it_is_published(app) {
        site(&app);
        let (editor, id) = (app.as_role(Role::Editor), draft_id(&app));
        let all = editor.ask("{ articles(first: 50, view: WORKING) { nodes { id path version } } }", Value::Null);
        let mut articles: Vec<(String, i64)> = all.at("/articles/nodes").as_array().expect("a list").iter()
            .map(|node| (node["id"].as_str().expect("an id").to_owned(), node["version"].as_i64().expect("a version")))
            .collect();
        let before = app.query(EVERYTHING, everything("PUBLISHED", &id));
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = move |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % u64::try_from(below).expect("a number")).expect("a small number")
        };
        let mut kinds = std::collections::BTreeSet::new();
        for round in 0..60 {
            let word = format!("{SECRET} {round}");
            let fields = [
                ("title", json!(word)), ("linkTitle", json!(word)), ("summary", json!(word)),
                ("lead", json!(word)), ("description", json!(word)), ("body", json!(format!("# {word}\n\n{word}\n"))),
                ("tags", json!([word, "shared"])), ("categories", json!([word])), ("aliases", json!([format!("/{SECRET}-{round}/")])),
                ("params", json!({ SECRET: word })), ("section", json!(format!("{SECRET}{round}"))),
                ("slug", json!(format!("{SECRET}-{round}"))), ("date", json!("2026-10-30T00:00:00Z")),
                ("weight", json!(round)), ("comments", json!(false)), ("expireAt", json!("2026-10-30T01:00:00Z")),
            ];
            let mut input = serde_json::Map::new();
            for _ in 0..=random(3) {
                let (name, value) = &fields[random(fields.len())];
                kinds.insert(*name);
                input.insert((*name).to_owned(), value.clone());
            }
            let place = random(articles.len());
            let (article, version) = &mut articles[place];
            let saved = editor.ask("mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
                updateArticle(id: $id, expectedVersion: $version, input: $input) { article { version } userErrors { message } } }",
                json!({ "id": article, "version": version, "input": input }));
            if !saved.at("/updateArticle/article").is_null() {
                *version = saved.number("/updateArticle/article/version");
            }
            assert_eq!(app.query(EVERYTHING, everything("PUBLISHED", &id)), before, "{input:?}");
        }
        assert_eq!(kinds.len(), 16, "every kind of field was edited");
        assert!(articles.iter().map(|(_, version)| version).sum::<i64>() > 50, "most edits were saved");
    }

    fn everything_unpublished_is_in_the_working_view(app) {
        site(&app);
        let id = draft_id(&app);
        let working = app.as_role(Role::Viewer).ask(EVERYTHING, everything("WORKING", &id));
        assert_eq!(working.number("/articles/totalCount"), 6);
        assert_eq!(working.each("/articles/nodes", "status").iter().filter(|s| *s == "DRAFT").count(), 2);
        for status in ["SCHEDULED", "EXPIRED"] {
            assert!(working.each("/articles/nodes", "status").contains(&status.to_owned()), "{status}");
        }
        assert_eq!(working.text("/article/title"), "Zanzibar article");
        assert_eq!(working.text("/route/__typename"), "Article");
        assert_eq!(working.number("/tag/articles/totalCount"), 4);
        assert!(!working.at("/nodes/0").is_null());
        assert!(working.at("/node").is_null());
        assert_eq!(working.at("/site/menu/items").as_array().map(Vec::len), Some(3));
    }

    fn time_alone_opens_and_closes(app) {
        site(&app);
        let titles = || app.query("{ articles { totalCount } tags { totalCount } }", Value::Null);
        let month = 31 * 24 * HOUR;
        assert_eq!(titles().number("/articles/totalCount"), 2);
        app.set_clock(START - month);
        assert_eq!(titles().number("/articles/totalCount"), 2, "the live one was not there yet");
        app.set_clock(START - 30 * 24 * HOUR + HOUR);
        assert_eq!(titles().number("/articles/totalCount"), 3, "what has expired was there");
        app.set_clock(START + 3 * month);
        assert_eq!(titles().number("/articles/totalCount"), 3, "what was scheduled is there");
        assert_eq!(titles().number("/tags/totalCount"), 2, "and its tag with it");
    }

    fn edits_of_a_live_article_wait_for_publication(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        let live = editor.ask(
            "{ article(by: { path: \"/news/live/\" }, view: WORKING) { id version } }", Value::Null);
        let id = live.text("/article/id");
        let saved = editor.ask("mutation($id: ID!) { updateArticle(id: $id, expectedVersion: 1, input: {
              title: \"Zanzibar\", slug: \"zanzibar\", body: \"Zanzibar\", summary: \"Zanzibar\",
              tags: [\"shared\", \"Zanzibar2\"], categories: [\"Zanzibar3\"], params: { x: \"Zanzibar\" }
            }) { article { version } userErrors { message } } }", json!({ "id": id }));
        assert_eq!(saved.accepted("updateArticle").number("/updateArticle/article/version"), 2);
        let public = app.query(EVERYTHING, everything("PUBLISHED", &id));
        assert!(!public.0.to_string().to_lowercase().contains("zanzibar"), "{}", public.0);
        assert_eq!(public.text("/byId/title"), "Live");
        let working = editor.ask(EVERYTHING, everything("WORKING", &id));
        assert_eq!(working.text("/byId/title"), "Zanzibar");
    }

    fn what_is_trashed_is_only_in_the_trash(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        let id = editor.ask("{ article(by: { path: \"/news/live/\" }) { id } }", Value::Null)
            .text("/article/id");
        let _ = editor.ask("mutation($id: ID!) { trashArticle(id: $id) { article { status } userErrors { message } } }",
            json!({ "id": id })).accepted("trashArticle");
        let count = |view: &str| editor.ask("query($view: View!) { articles(view: $view) { totalCount } }",
            json!({ "view": view })).number("/articles/totalCount");
        assert_eq!((count("PUBLISHED"), count("WORKING"), count("TRASH")), (1, 5, 1));
        // Its address is free again.
        let again = editor.ask("mutation { createArticle(input: { title: \"Again\", section: \"news\", slug: \"live\" }) {
            article { path } userErrors { message } } }", Value::Null).accepted("createArticle");
        assert_eq!(again.text("/createArticle/article/path"), "/news/live/");
        let back = editor.ask("mutation($id: ID!) { restoreArticle(id: $id) { article { status } userErrors { code } } }",
            json!({ "id": id }));
        assert_eq!(back.text("/restoreArticle/userErrors/0/code"), "TAKEN");
    }

    fn what_is_hidden_takes_nobodys_place(app) {
        let article = |title: &str, day: u32, extra: &str| format!(
            "---\ntitle: {title}\ndate: 2026-10-{day:02}T00:00:00Z\ntags: [t]\n{extra}---\n");
        let files = [
            ("content/news/a.md", article("A", 1, "")),
            ("content/news/draft.md", article("Draft", 2, "draft: true\n")),
            ("content/news/scheduled.md", article("Scheduled", 2, "publishDate: 2027-01-01\n")),
            ("content/news/expired.md", article("Expired", 2, "expiryDate: 2026-10-03\n")),
            ("content/news/z.md", article("Z", 3, "")),
        ];
        let mut all: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        all.push(("hugo.toml", "[params.sidebar]\nwidgets = ['recent']\n[params.widgets]\nrecent_num = 2\n"));
        assert_eq!(app.import_files(&all).created, 5);
        let around = app.query("{ articles(orderBy: { field: DATE, direction: ASC }) { nodes {
            title previous { title } next { title } related(first: 1) { title } } }
            widgets(page: HOME) { ... on RecentWidget { articles { title } } }
            page: articles(first: 2) { nodes { title } pageInfo { hasNextPage } } }", Value::Null);
        assert_eq!(around.at("/articles/nodes"), &json!([
            {"title": "A", "previous": null, "next": {"title": "Z"}, "related": []},
            {"title": "Z", "previous": {"title": "A"}, "next": null, "related": [{"title": "A"}]},
        ]));
        assert_eq!(around.each("/widgets/0/articles", "title"), ["Z", "A"]);
        assert_eq!(around.at("/page/pageInfo/hasNextPage"), &json!(false));
    }

    fn authors_see_their_own_working_copies_alone(app) {
        site(&app);
        for role in [Role::Author, Role::Contributor] {
            let author = app.as_role(role);
            let before = author.ask("{ articles(view: WORKING) { totalCount } tags(view: WORKING) { totalCount } }",
                Value::Null);
            assert_eq!(before.number("/articles/totalCount"), 0, "{role:?}");
            let _ = author.ask("mutation { createArticle(input: { title: \"Mine\", tags: [\"shared\"] }) {
                article { id } userErrors { message } } }", Value::Null).accepted("createArticle");
            let after = author.ask("{ articles(view: WORKING) { totalCount nodes { title
                related { title } previous { title } tags { articleCount articles { totalCount } } } } }", Value::Null);
            assert_eq!(after.at("/articles"), &json!({"totalCount": 1, "nodes": [{"title": "Mine",
                "related": [], "previous": null, "tags": [{"articleCount": 1, "articles": {"totalCount": 1}}]}]}));
        }
        assert_eq!(app.nobody().code("{ articles(view: WORKING) { totalCount } }", Value::Null),
            "UNAUTHENTICATED");
    }
}
