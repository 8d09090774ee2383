//! The queries that frontends rely on, unchanged, on the imported seed site.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Client, HOUR, START, TestApp, contract, corpora, on_both};

const REAL: &str = "/news/qq/20250212a03bko00/";
const OURS: &str = "/news/qq/20250213a01/";
const TITLE: &str = "小报编辑手记：一篇稿子的一天";

/// The seed site in a server, or none where the corpora may be missing.
fn seeded(app: &TestApp) -> Option<()> {
    let report = app.import(corpora()?.join("seed-site"));
    assert_eq!((report.created, report.failures.len()), (3, 0));
    Some(())
}

fn editor_of(app: &TestApp) -> Client {
    app.as_role(Role::Editor)
}

on_both! {
    fn article_list_has_terms_counts_and_cursors(app) {
        let Some(()) = seeded(&app) else { return };
        let Some((document, variables)) = contract("article-list") else { return };
        let all = app.query(&document, variables.clone());
        assert_eq!(all.each("/articles/nodes", "path"), [OURS, REAL]);
        assert_eq!(all.number("/articles/totalCount"), 2);
        assert_eq!(all.text("/articles/nodes/0/date"), "2025-02-13T09:00:00+08:00");
        assert_eq!(all.each("/articles/nodes/0/tags", "name"), ["编辑部", "internal"]);
        assert_eq!(all.each("/articles/nodes/0/categories", "path"), ["/categories/qq/"]);
        assert!(all.at("/articles/nodes/0/thumbnail").is_null(), "an empty key says nothing");
        assert!(all.text("/articles/nodes/1/thumbnail/url").starts_with("https://inews.gtimg.com/"));

        let mut one = variables.clone();
        one["first"] = json!(1);
        let first = app.query(&document, one.clone());
        assert_eq!(first.at("/articles/pageInfo/hasNextPage"), &json!(true));
        one["after"] = first.at("/articles/pageInfo/endCursor").clone();
        let second = app.query(&document, one);
        assert_eq!(second.each("/articles/nodes", "path"), [REAL]);
        assert_eq!(second.at("/articles/pageInfo/hasNextPage"), &json!(false));
        assert_eq!(second.at("/articles/pageInfo/hasPreviousPage"), &json!(true));

        let mut english = variables;
        english["language"] = json!("EN");
        assert_eq!(app.query(&document, english).each("/articles/nodes", "path"),
            ["/en/news/qq/20250213a01/"]);
    }

    fn article_page_is_drawn_from_one_answer(app) {
        let Some(()) = seeded(&app) else { return };
        let Some((document, variables)) = contract("article-page") else { return };
        let answer = app.query(&document, variables);
        let at = |pointer: &str| answer.at(&format!("/article{pointer}"));
        for (pointer, expected) in [
            ("/__typename", json!("Article")),
            ("/version", json!(1)),
            ("/status", json!("PUBLISHED")),
            ("/section", json!("news")),
            ("/slug", json!("20250212a03bko00")),
            ("/path", json!(REAL)),
            ("/url", json!("https://example.org/news/qq/20250212a03bko00/")),
            ("/lead", Value::Null),
            ("/date", json!("2025-02-12T10:54:29+08:00")),
            ("/publishedAt", json!("2025-02-12T10:54:29+08:00")),
            ("/language", json!({"tag": "zh-CN", "name": "简体中文", "direction": "LTR"})),
            ("/translations", json!([])),
            ("/authors", json!([])),
            ("/categories", json!([{"name": "qq", "slug": "qq", "path": "/categories/qq/"}])),
            ("/tags", json!([{"name": "qq", "slug": "qq", "path": "/tags/qq/", "articleCount": 1}])),
            ("/comments", json!(false)),
            ("/authorbox", json!(false)),
            ("/pager", json!(true)),
            ("/toc", json!(false)),
            ("/mathjax", json!(false)),
            ("/sidebar", json!("RIGHT")),
            ("/previous", Value::Null),
            ("/next", json!({"path": OURS, "title": TITLE})),
            // The other one is newer, which Hugo relates only where the site says so.
            ("/related", json!([])),
            ("/source", json!({"name": "qq", "url": "https://new.qq.com/rain/a/20250212A03BKO00"})),
            ("/canonicalUrl", Value::Null),
            ("/params", json!({"lang": ["zh-CN"], "translations": ["zh-CN"]})),
            ("/site/title", json!("新闻")),
            ("/site/subtitle", json!("一份小报")),
            ("/site/author", json!({"name": "编辑部", "bio": "写稿的人",
                "avatarUrl": "https://example.org/img/avatar.png"})),
            ("/site/menu/items/1/children", json!([{"name": "腾讯", "url": "/categories/qq/"}])),
        ] {
            assert_eq!(at(pointer), &expected, "{pointer}");
        }
        assert!(answer.text("/article/body/html").starts_with("<p>"));
        assert!(answer.text("/article/body/markdown").contains("**“神秘的东方力量”**"));
        assert!(answer.text("/article/body/html").contains("<strong>“神秘的东方力量”</strong>"));
        assert!(!answer.text("/article/body/plainText").contains("**"));
        assert_eq!(answer.each("/article/widgets", "kind"), ["SEARCH", "RECENT", "TAG_LIST"]);
        assert_eq!(answer.each("/article/widgets", "title"), ["搜索", "最新文章", "标签"]);
        assert_eq!(answer.each("/article/widgets/1/articles", "path"), [OURS, REAL]);
        assert_eq!(answer.at("/article/widgets/2/showCount"), &json!(true));
        assert_eq!(answer.each("/article/widgets/2/tags", "name"), ["internal", "qq", "编辑部"]);
    }

    fn article_page_of_a_translated_article_knows_its_sibling(app) {
        let Some(()) = seeded(&app) else { return };
        let Some((document, _)) = contract("article-page") else { return };
        let ours = app.query(&document, json!({ "path": OURS }));
        assert_eq!(ours.each("/article/translations", "path"), ["/en/news/qq/20250213a01/"]);
        assert_eq!(ours.at("/article/body/tableOfContents"), &json!([
            {"id": "来稿", "level": 2, "title": "来稿", "children": []},
            {"id": "校对", "level": 2, "title": "校对",
             "children": [{"id": "数字", "level": 3, "title": "数字"}]},
            {"id": "发布", "level": 2, "title": "发布", "children": []},
        ]));
        assert_eq!(ours.at("/article/widgets/2"), &json!({"__typename": "CustomWidget",
            "kind": "CUSTOM", "title": "weather", "name": "weather", "settings": null}));
        assert_eq!(ours.text("/article/sidebar"), "LEFT");
        assert_eq!(ours.text("/article/previous/path"), REAL);

        let english = app.query(&document, json!({ "path": "/en/news/qq/20250213a01/" }));
        assert_eq!(english.each("/article/translations", "path"), [OURS]);
        assert_eq!(english.each("/article/widgets", "title"), ["Recent Articles", "Tags"]);
        assert_eq!(english.at("/article/params"),
            &json!({"custom": {"desk": "metro", "shift": {"start": 9, "end": 18}}}));
        assert_eq!(english.each("/article/tags", "path"),
            ["/en/tags/newsroom/", "/en/tags/internal/"]);
        let alias = app.query(
            "{ route(path: \"/en/desk/one-day/\") { ... on Redirect { target permanent } } }",
            Value::Null,
        );
        assert_eq!(alias.at("/route"),
            &json!({"target": "/en/news/qq/20250213a01/", "permanent": true}));
    }

    fn filters_compose_and_count_for_themselves(app) {
        let Some(()) = seeded(&app) else { return };
        let Some((document, variables)) = contract("filtered") else { return };
        let answer = app.query(&document, variables);
        assert_eq!(answer.each("/articles/nodes", "path"), [REAL]);
        assert_eq!(answer.number("/articles/totalCount"), 1);
        assert_eq!(answer.at("/articles/tagCounts"), &json!([{"tag": {"name": "qq"}, "count": 1}]));
        let all = app.query(&document, json!({"in": "qq", "notIn": "nothing"}));
        assert_eq!(all.number("/articles/totalCount"), 3);
        assert_eq!(all.at("/articles/tagCounts/0"), &json!({"tag": {"name": "internal"}, "count": 2}));
    }

    fn route_finds_what_lives_at_an_address(app) {
        let Some(()) = seeded(&app) else { return };
        let Some((document, variables)) = contract("route") else { return };
        let tag = app.query(&document, variables);
        assert_eq!(tag.text("/route/__typename"), "Tag");
        assert_eq!(tag.number("/route/articles/totalCount"), 1);
        for (path, kind) in [
            (REAL, json!("Article")),
            ("/news/qq/20250212a03bko00", json!("Article")),
            ("/tags/%E7%BC%96%E8%BE%91%E9%83%A8/", json!("Tag")),
            ("/tags/编辑部/", json!("Tag")),
            ("/en/tags/newsroom/", json!("Tag")),
            ("/categories/qq/", json!("Category")),
            ("/news/", json!("Section")),
            ("/", json!("Section")),
            ("/nothing/", Value::Null),
            ("/tags/nothing/", Value::Null),
        ] {
            let answer = app.query(&document, json!({ "path": path }));
            let found = answer.0.pointer("/route/__typename").cloned().unwrap_or_default();
            assert_eq!(found, kind, "{path}");
        }
    }

    fn widgets_of_a_page_come_with_their_data(app) {
        let Some(()) = seeded(&app) else { return };
        let Some((document, variables)) = contract("widgets") else { return };
        let answer = app.query(&document, variables);
        assert_eq!(answer.text("/site/title"), "新闻");
        assert_eq!(answer.each("/site/languages", "tag"), ["zh-CN", "en"]);
        assert_eq!(answer.each("/widgets", "kind"),
            ["SEARCH", "RECENT", "CATEGORIES", "TAG_LIST", "LANGUAGES"]);
        assert_eq!(answer.each("/widgets/1/articles", "title").len(), 2);
        assert_eq!(answer.number("/widgets/3/tags/0/articleCount"), 1);
    }

    fn an_article_is_written_saved_published_and_taken_back(app) {
        let Some((document, _)) = contract("authoring") else { return };
        let editor = editor_of(&app);
        let run = |operation: &str, variables: Value| {
            editor.ask_operation(&document, variables, Some(operation))
        };
        let public = |path: &str| {
            app.query("query($path: String!) { article(by: { path: $path }) { title status } }",
                json!({ "path": path })).at("/article").clone()
        };
        let input = json!({"title": "灯下的稿子", "section": "news", "slug": "lamp", "body": "# 一\n\n正文",
            "summary": "短", "tags": ["灯", "夜"], "categories": ["本地"]});
        let created = run("CreateArticle", json!({ "input": input })).accepted("createArticle");
        assert_eq!(created.text("/createArticle/article/status"), "DRAFT");
        assert_eq!(created.number("/createArticle/article/version"), 1);
        assert_eq!(created.text("/createArticle/article/path"), "/news/lamp/");
        assert_eq!(created.each("/createArticle/article/tags", "name"), ["灯", "夜"]);
        assert_eq!(public("/news/lamp/"), Value::Null);
        let id = created.text("/createArticle/article/id");

        let update = |version: i32, input: Value| {
            run("UpdateArticle", json!({"id": id, "expectedVersion": version, "input": input}))
        };
        let saved = update(1, json!({"title": "灯下", "body": "第二稿", "summary": null}))
            .accepted("updateArticle");
        assert_eq!(saved.number("/updateArticle/article/version"), 2);
        assert_eq!(saved.text("/updateArticle/article/summary"), "第二稿", "null takes it away");
        assert_eq!(saved.number("/updateArticle/article/revisions/totalCount"), 2);

        let stale = update(1, json!({"title": "晚了", "body": "第二稿", "lead": "x"}));
        assert!(stale.at("/updateArticle/article").is_null());
        assert_eq!(stale.at("/updateArticle/conflict"), &json!({"currentVersion": 2, "fields": [
            {"field": "title", "mine": "晚了", "theirs": "灯下"},
            {"field": "lead", "mine": "x", "theirs": null},
        ]}));
        assert_eq!(stale.text("/updateArticle/userErrors/0/code"), "STALE");

        let live = run("PublishArticle", json!({ "id": id })).accepted("publishArticle");
        assert_eq!(live.text("/publishArticle/article/status"), "PUBLISHED");
        assert_eq!(public("/news/lamp/"), json!({"title": "灯下", "status": "PUBLISHED"}));

        let third = update(2, json!({"title": "第三稿", "slug": "third"})).accepted("updateArticle");
        assert_eq!(third.text("/updateArticle/article/title"), "第三稿");
        assert_eq!(public("/news/lamp/")["title"], "灯下", "a save is not a publication");
        let _ = run("PublishArticle", json!({ "id": id })).accepted("publishArticle");
        assert_eq!(public("/news/third/")["title"], "第三稿");
        let moved = app.query("{ route(path: \"/news/lamp/\") { ... on Redirect { target } } }",
            Value::Null);
        assert_eq!(moved.text("/route/target"), "/news/third/");

        let refused = run("PublishArticle", json!({"id": id, "at": "2099-01-01T00:00:00Z"}));
        assert_eq!(refused.text("/publishArticle/userErrors/0/code"), "WRONG_STATE");
        let draft = run("UnpublishArticle", json!({ "id": id })).accepted("unpublishArticle");
        assert_eq!(draft.text("/unpublishArticle/article/status"), "DRAFT");
        assert_eq!(public("/news/third/"), Value::Null);

        let later = run("PublishArticle", json!({"id": id, "at": "2026-11-01T02:00:00+00:00"}))
            .accepted("publishArticle");
        assert_eq!(later.text("/publishArticle/article/status"), "SCHEDULED");
        assert_eq!(public("/news/third/"), Value::Null);
        app.set_clock(START + 2 * HOUR);
        assert_eq!(public("/news/third/")["status"], "PUBLISHED", "no job has to run for it");
        app.set_clock(START);
        assert_eq!(public("/news/third/"), Value::Null, "nor to take it back");

        let first = saved.text("/updateArticle/article/revisions/nodes/1/id");
        let restored = run("RestoreArticleRevision", json!({"id": id, "revisionId": first}))
            .accepted("restoreArticleRevision");
        assert_eq!(restored.number("/restoreArticleRevision/article/version"), 4);
        assert_eq!(restored.text("/restoreArticleRevision/article/title"), "灯下的稿子");

        let trashed = run("TrashArticle", json!({ "id": id })).accepted("trashArticle");
        assert_eq!(trashed.text("/trashArticle/article/status"), "TRASHED");
        app.set_clock(START + 2 * HOUR);
        assert_eq!(public("/news/third/"), Value::Null);
        app.set_clock(START);
        let back = editor.ask("mutation($id: ID!) { restoreArticle(id: $id) {
            article { status title } userErrors { message } } }", json!({ "id": id }));
        assert_eq!(back.accepted("restoreArticle").at("/restoreArticle/article"),
            &json!({"status": "DRAFT", "title": "灯下的稿子"}));
    }

    fn login_gives_a_session(app) {
        let Some((document, _)) = contract("login") else { return };
        let ctx = app.ctx();
        let added = api::user::add(&ctx, "Editor@Example.org", Some("Ed".to_owned()), Role::Editor,
            "a long password".to_owned());
        app.block_on(added).expect("a new user");
        let login = |password: &str| app.query(&document,
            json!({"email": "editor@example.org", "password": password}));
        let answer = login("a long password").accepted("login");
        assert_eq!(answer.text("/login/user/role"), "EDITOR");
        assert_eq!(answer.text("/login/user/name"), "Ed");
        assert!(answer.text("/login/session/expiresAt").starts_with("2026-11-01T00:15:00"));
        let wrong = login("another password");
        assert!(wrong.at("/login/session").is_null());
        assert_eq!(wrong.text("/login/userErrors/0/code"), "BAD_CREDENTIALS");
    }
}
