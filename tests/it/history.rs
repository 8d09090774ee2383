//! History: what each save changed, names, differences, folding and pruning.

use api::article::history;
use api::policy::Role;
use serde_json::{Value, json};
use tests::{Answer, Backend, Client, HOUR, START, TestApp, generate, on_both};

const MINUTE: i64 = HOUR / 60;
const DAY: i64 = 24 * HOUR;

fn create(editor: &Client, input: &Value) -> String {
    editor
        .ask(
            "mutation($input: CreateArticleInput!) { createArticle(input: $input) {
                article { id } userErrors { code } } }",
            json!({ "input": input }),
        )
        .accepted("createArticle")
        .text("/createArticle/article/id")
}

/// Saves what must go through; says the new version.
fn save(editor: &Client, id: &str, version: i64, input: &Value) -> i64 {
    editor
        .ask(
            "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
                updateArticle(id: $id, expectedVersion: $version, input: $input) {
                    article { version } userErrors { code message } } }",
            json!({"id": id, "version": version, "input": input}),
        )
        .accepted("updateArticle")
        .number("/updateArticle/article/version")
}

fn history(editor: &Client, id: &str) -> Value {
    editor
        .ask(
            "query($id: ID!) { article(by: { id: $id }, view: WORKING) { revisions(first: 100) { totalCount
                nodes { id version name changes autosave mergedFrom message createdAt author { role } } } } }",
            json!({ "id": id }),
        )
        .at("/article/revisions")
        .clone()
}

/// The versions that history shows, newest first.
fn versions(editor: &Client, id: &str) -> Vec<i64> {
    let history = history(editor, id);
    let nodes = history["nodes"].as_array().expect("revisions");
    assert_eq!(history["totalCount"], nodes.len());
    nodes.iter().filter_map(|node| node["version"].as_i64()).collect()
}

fn revision(editor: &Client, id: &str, version: i64) -> Value {
    let history = history(editor, id);
    let nodes = history["nodes"].as_array().expect("revisions");
    nodes.iter().find(|node| node["version"] == version).expect("the version")["id"].clone()
}

fn name(editor: &Client, id: &str, revision: &Value, name: Option<&str>) -> Answer {
    editor.ask(
        "mutation($id: ID!, $revision: ID!, $name: String) {
            nameArticleRevision(id: $id, revisionId: $revision, name: $name) {
                revision { id name version } userErrors { field code } } }",
        json!({"id": id, "revision": revision, "name": name}),
    )
}

fn publish(editor: &Client, id: &str) {
    let _ = editor
        .ask(
            "mutation($id: ID!) { publishArticle(id: $id) { userErrors { code } } }",
            json!({ "id": id }),
        )
        .accepted("publishArticle");
}

fn prune(app: &TestApp) -> history::Pruned {
    let ctx = app.ctx();
    app.block_on(history::prune(&ctx)).expect("a pruning")
}

/// Tests that let more time pass than a sign-in lasts by default.
macro_rules! on_both_for_long {
    ($keep_days:expr; $(fn $name:ident($app:ident) $body:block)*) => {
        $(mod $name {
            use super::*;

            fn check($app: TestApp) $body

            fn app(backend: Backend) -> Option<TestApp> {
                TestApp::configured(backend, |config| {
                    config.auth.access_minutes = 80 * 24 * 60;
                    config.auth.refresh_days = 10_000;
                    config.history.keep_days = $keep_days;
                })
            }

            #[test]
            fn sqlite() {
                check(app(Backend::Sqlite).expect("SQLite is always there"));
            }

            #[test]
            fn postgres() {
                if let Some(app) = app(Backend::Postgres) {
                    check(app);
                }
            }
        })*
    };
}

on_both! {
    fn a_revision_says_who_changed_what_and_when(app) {
        let editor = app.as_role(Role::Editor);
        let id = create(&editor, &json!({"title": "T", "body": "one", "tags": ["a"], "section": "s"}));
        app.set_clock(START + MINUTE);
        save(&editor, &id, 1, &json!({"title": "U", "body": "one", "tags": ["a", "b"], "message": "More"}));
        save(&editor, &id, 2, &json!({"body": "two", "section": "t", "lead": null, "params": {"k": 1}}));
        save(&editor, &id, 3, &json!({"title": "U", "body": "two"}));
        let all = history(&editor, &id);
        let changes: Vec<_> = all["nodes"].as_array().expect("revisions").iter().map(|node| node["changes"].clone()).collect();
        assert_eq!(changes, [json!([]), json!(["params", "section", "body"]), json!(["title", "tags"]), Value::Null]);
        let second = &all["nodes"][2];
        assert_eq!(second["message"], "More");
        assert_eq!(second["createdAt"], "2026-11-01T00:01:00Z");
        assert_eq!(second["author"]["role"], "EDITOR");
        assert_eq!((&second["autosave"], &second["mergedFrom"], &second["name"]), (&json!(false), &Value::Null, &Value::Null));
        let first = revision(&editor, &id, 1);
        let _ = editor.ask("mutation($id: ID!, $revision: ID!) { restoreArticleRevision(id: $id, revisionId: $revision) {
            userErrors { code } } }", json!({"id": id, "revision": first})).accepted("restoreArticleRevision");
        assert_eq!(history(&editor, &id)["nodes"][0]["changes"], json!(["title", "params", "section", "tags", "body"]));
    }

    fn a_name_is_given_and_taken_away(app) {
        let editor = app.as_role(Role::Editor);
        let (id, other) = (create(&editor, &json!({"title": "T"})), create(&editor, &json!({"title": "O"})));
        let first = revision(&editor, &id, 1);
        let named = name(&editor, &id, &first, Some("  Für den Druck ")).accepted("nameArticleRevision");
        assert_eq!(named.at("/nameArticleRevision/revision"), &json!({"id": first, "name": "Für den Druck", "version": 1}));
        assert_eq!(history(&editor, &id)["nodes"][0]["name"], "Für den Druck");
        assert_eq!(app.events().last().expect("an event").kind, "article.revision_named");
        for (revision, text, field, code) in [
            (&first, Some(" "), "name", "REQUIRED"),
            (&first, Some("a\nb"), "name", "INVALID"),
            (&first, Some(&*"x".repeat(201)), "name", "INVALID"),
            (&revision(&editor, &other, 1), Some("x"), "revisionId", "NOT_FOUND"),
        ] {
            let refused = name(&editor, &id, revision, text);
            assert_eq!(refused.at("/nameArticleRevision"),
                &json!({"revision": null, "userErrors": [{"field": [field], "code": code}]}), "{text:?}");
        }
        let bare = name(&editor, &id, &first, None).accepted("nameArticleRevision");
        assert_eq!(bare.at("/nameArticleRevision/revision/name"), &Value::Null);
    }

    fn a_difference_is_told_by_field_and_by_word(app) {
        let editor = app.as_role(Role::Editor);
        let long = "很长的一段没有变化的文字。";
        let id = create(&editor, &json!({"title": "灯下的稿子", "body": format!("我们今天见面。\n\n{long}"),
            "tags": ["a", "b"], "thumbnail": {"url": "a.png"}}));
        save(&editor, &id, 1, &json!({"title": "灯下的信", "body": format!("我们明天见面。\n\n{long}"), "tags": ["b", "c"],
            "thumbnail": null, "lead": "A lead"}));
        save(&editor, &id, 2, &json!({"weight": 3}));
        let diff = |from: &Value, to: Option<&Value>| editor.ask("query($id: ID!, $from: ID!, $to: ID) {
            articleDiff(id: $id, from: $from, to: $to) { from { version } to { version author { role } }
                fields { field old new segments { kind text length } } } }",
            json!({"id": id, "from": from, "to": to})).at("/articleDiff").clone();
        let [one, two] = [1, 2].map(|version| revision(&editor, &id, version));
        let change = |kind: &str, text: &str| json!({"kind": kind, "text": text, "length": text.chars().count()});
        let found = diff(&one, Some(&two));
        assert_eq!(found["to"], json!({"version": 2, "author": {"role": "EDITOR"}}));
        let fields: Vec<_> = found["fields"].as_array().expect("fields").iter()
            .map(|field| (field["field"].as_str().expect("a name"), field.clone())).collect();
        assert_eq!(fields.iter().map(|(field, _)| *field).collect::<Vec<_>>(), ["title", "lead", "thumbnail", "tags", "body"]);
        assert_eq!(fields[0].1, json!({"field": "title", "old": "灯下的稿子", "new": "灯下的信", "segments": [
            change("EQUAL", "灯下的"), change("DELETED", "稿子"), change("INSERTED", "信")]}));
        assert_eq!(fields[1].1, json!({"field": "lead", "old": null, "new": "A lead", "segments": [change("INSERTED", "A lead")]}));
        assert_eq!(fields[2].1, json!({"field": "thumbnail", "old": {"url": "a.png"}, "new": null, "segments": null}));
        assert_eq!(fields[3].1, json!({"field": "tags", "old": ["a", "b"], "new": ["b", "c"], "segments": null}));
        assert_eq!(fields[4].1["segments"], json!([change("EQUAL", "我们"), change("DELETED", "今"),
            change("INSERTED", "明"), change("EQUAL", &format!("天见面。\n\n{long}"))]));
        // Backwards, and to where the working copy stands.
        assert_eq!(diff(&two, Some(&one))["fields"][0]["new"], "灯下的稿子");
        let now = diff(&two, None);
        assert_eq!((&now["to"]["version"], &now["fields"]), (&json!(3),
            &json!([{"field": "weight", "old": 0, "new": 3, "segments": null}])));
        let short = editor.ask("query($id: ID!, $from: ID!, $to: ID) { articleDiff(id: $id, from: $from, to: $to) {
            fields { field segments(context: 2) { kind text length } } } }", json!({"id": id, "from": one, "to": two}));
        let body = short.at("/articleDiff/fields/4/segments");
        assert_eq!(body[3], change("EQUAL", "天见"));
        assert_eq!(body[4], json!({"kind": "SKIPPED", "text": "", "length": 4 + long.chars().count()}));
        // What is not there is not told from what may not be seen.
        let other = create(&editor, &json!({"title": "O"}));
        assert_eq!(diff(&revision(&editor, &other, 1), None), Value::Null);
        let author = app.as_role(Role::Author);
        let hidden = author.ask("query($id: ID!, $from: ID!) { articleDiff(id: $id, from: $from) { from { id } } }",
            json!({"id": id, "from": one}));
        assert_eq!(hidden.at("/articleDiff"), &Value::Null);
    }

    fn whoever_began_with_a_folded_revision_can_still_save(app) {
        let (ann, bob) = (app.as_role(Role::Editor), app.as_role(Role::Editor));
        let id = create(&ann, &json!({"title": "T", "body": "one\n\ntwo\n\nthree\n"}));
        save(&ann, &id, 1, &json!({"body": "one!\n\ntwo\n\nthree\n", "autosave": true}));
        save(&ann, &id, 2, &json!({"body": "one!!\n\ntwo\n\nthree\n", "autosave": true}));
        assert_eq!(versions(&ann, &id), [3, 1]);
        assert_eq!(prune(&app), history::Pruned::default(), "it is kept for a while");
        assert_eq!(save(&bob, &id, 2, &json!({"body": "one!\n\ntwo\n\nthree!\n"})), 4);
        let text = ann.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { body { markdown } } }", json!({ "id": id }));
        assert_eq!(text.text("/article/body/markdown"), "one!!\n\ntwo\n\nthree!\n");
        // By its id it can be compared, and named, which shows it again.
        let folded = app.block_on(async {
            use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
            entity::revision::Entity::find().filter(entity::revision::Column::Version.eq(2))
                .one(app.app.db().read()).await.expect("a query").expect("the folded one")
        });
        assert!(folded.folded);
        let folded = json!(api::graphql::id::encode(api::graphql::id::IdKind::Revision, folded.id).as_str());
        let _ = name(&ann, &id, &folded, Some("Halfway")).accepted("nameArticleRevision");
        assert_eq!(versions(&ann, &id), [4, 3, 2, 1]);
    }

}

on_both_for_long! {
    0;
    fn autosaves_of_a_spell_fold_into_one_revision(app) {
        let (ann, bob) = (app.as_role(Role::Editor), app.as_role(Role::Editor));
        let id = create(&ann, &json!({"title": "T", "body": "0"}));
        let mut version = 1;
        let mut clock = START;
        let mut auto = |editor: &Client, minutes: i64, input: Value| {
            clock += minutes * MINUTE;
            app.set_clock(clock);
            let mut input = input;
            input["autosave"] = json!(true);
            version = save(editor, &id, version, &input);
            version
        };
        // A spell goes on while each save follows the one before in time.
        assert_eq!(auto(&ann, 0, json!({"body": "1"})), 2);
        assert_eq!(auto(&ann, 10, json!({"body": "2", "title": "U"})), 3);
        assert_eq!(auto(&ann, 10, json!({"body": "3", "title": "T"})), 4);
        assert_eq!(versions(&ann, &id), [4, 1]);
        let shown = &history(&ann, &id)["nodes"][0];
        assert_eq!((&shown["changes"], &shown["autosave"]), (&json!(["body"]), &json!(true)),
            "against the revision that history shows before it");
        // A pause, another editor and a save by hand each end it.
        assert_eq!(auto(&ann, 11, json!({"body": "4"})), 5);
        assert_eq!(auto(&bob, 1, json!({"lead": "b"})), 6);
        assert_eq!(auto(&ann, 1, json!({"body": "5"})), 7);
        assert_eq!(versions(&ann, &id), [7, 6, 5, 4, 1]);
        version = save(&ann, &id, 7, &json!({"body": "7"}));
        let mut auto = |input: Value| {
            let mut input = input;
            input["autosave"] = json!(true);
            version = save(&ann, &id, version, &input);
        };
        auto(json!({"body": "8"}));
        assert_eq!(versions(&ann, &id), [9, 8, 7, 6, 5, 4, 1]);
        // What is published and what has a name stays as it is.
        publish(&ann, &id);
        auto(json!({"body": "9"}));
        let _ = name(&ann, &id, &revision(&ann, &id, 10), Some("Good")).accepted("nameArticleRevision");
        auto(json!({"body": "10"}));
        assert_eq!(versions(&ann, &id), [11, 10, 9, 8, 7, 6, 5, 4, 1]);
    }

    fn pruning_takes_folded_autosaves_and_no_others_unless_told_to(app) {
        let editor = app.as_role(Role::Editor);
        let id = create(&editor, &json!({"title": "T", "body": "0"}));
        let mut version = 1;
        for number in 1..6 {
            version = save(&editor, &id, version, &json!({"body": number.to_string(), "autosave": true}));
        }
        assert_eq!(prune(&app), history::Pruned::default());
        app.set_clock(START + 24 * HOUR);
        assert_eq!(prune(&app), history::Pruned::default());
        app.set_clock(START + 24 * HOUR + 1);
        let before = app.events().len();
        assert_eq!(prune(&app), history::Pruned { revisions: 4, bodies: 4 });
        assert_eq!(app.events().len(), before + 1);
        assert_eq!(app.events().last().map(|event| event.data.0.clone()), Some(json!({"revisions": 4, "bodies": 4})));
        assert_eq!(versions(&editor, &id), [6, 1]);
        app.set_clock(START + 5000 * DAY);
        assert_eq!(prune(&app), history::Pruned::default(), "by default history is kept for ever");
        assert_eq!(app.events().len(), before + 1);
    }
}

on_both_for_long! {
    30;
    fn retention_keeps_what_is_used_or_named(app) {
        let editor = app.as_role(Role::Editor);
        let id = create(&editor, &json!({"title": "T", "body": "first"}));
        save(&editor, &id, 1, &json!({"body": "named"}));
        save(&editor, &id, 2, &json!({"body": "published"}));
        publish(&editor, &id);
        save(&editor, &id, 3, &json!({"body": "gone"}));
        save(&editor, &id, 4, &json!({"title": "Gone, but its body is not"}));
        save(&editor, &id, 5, &json!({"body": "working"}));
        let bare = save(&editor, &id, 6, &json!({"title": "U"}));
        let first = revision(&editor, &id, 1);
        let _ = name(&editor, &id, &revision(&editor, &id, 2), Some("Keep"))
            .accepted("nameArticleRevision");
        let _ = name(&editor, &id, &revision(&editor, &id, 4), Some("Keep, too"))
            .accepted("nameArticleRevision");
        app.set_clock(START + 30 * DAY);
        assert_eq!(prune(&app), history::Pruned::default());
        app.set_clock(START + 30 * DAY + 1);
        // 1, 5 and 6 go; the body of 5 is 4's, that of 6 is the working one.
        assert_eq!(prune(&app), history::Pruned { revisions: 3, bodies: 1 });
        assert_eq!(versions(&editor, &id), [bare, 4, 3, 2]);
        let read = |client: &Client, view: &str| {
            client
                .ask(
                    "query($id: ID!, $view: View!) { article(by: { id: $id }, view: $view) { title body { markdown html } } }",
                    json!({"id": id, "view": view}),
                )
                .at("/article")
                .clone()
        };
        assert_eq!(read(&app.nobody(), "PUBLISHED")["body"]["markdown"], "published");
        let working =
            json!({"title": "U", "body": {"markdown": "working", "html": "<p>working</p>\n"}});
        assert_eq!(read(&editor, "WORKING"), working);
        for version in [2, 4] {
            let restore = json!({"id": id, "revision": revision(&editor, &id, version)});
            let _ = editor
                .ask(
                    "mutation($id: ID!, $revision: ID!) { restoreArticleRevision(id: $id, revisionId: $revision) {
                        userErrors { code } } }",
                    restore,
                )
                .accepted("restoreArticleRevision");
        }
        assert_eq!(read(&editor, "WORKING")["body"]["markdown"], "gone");
        // Whoever began with what is gone is shown a conflict, and nothing is guessed.
        let stale = editor.ask(
            "mutation($id: ID!) { updateArticle(id: $id, expectedVersion: 1, input: { lead: \"x\", body: \"gone\" }) {
                article { id } conflict { currentVersion fields { field base mine theirs mergeable merged } } userErrors { code } } }",
            json!({ "id": id }),
        );
        assert_eq!(
            stale.at("/updateArticle"),
            &json!({"article": null, "conflict": {"currentVersion": bare + 2, "fields": [
                {"field": "lead", "base": null, "mine": "x", "theirs": null, "mergeable": false, "merged": null},
            ]}, "userErrors": [{"code": "STALE"}]})
        );
        let lost = editor.ask(
            "query($id: ID!, $from: ID!) { articleDiff(id: $id, from: $from) { from { id } } }",
            json!({"id": id, "from": first}),
        );
        assert_eq!(lost.at("/articleDiff"), &Value::Null);
    }

    fn pruning_and_restoring_at_once_leave_what_can_be_read(app) {
        let editor = app.as_role(Role::Editor);
        let ids: Vec<_> = (0..4).map(|number| create(&editor, &json!({"title": format!("T{number}"), "body": "0"}))).collect();
        let mut old = Vec::new();
        for id in &ids {
            for version in 1..12 {
                save(&editor, id, version, &json!({"body": version.to_string()}));
            }
            let nodes = history(&editor, id)["nodes"].clone();
            old.extend(nodes.as_array().expect("revisions").iter().map(|node| (id, node["id"].clone())));
        }
        app.set_clock(START + 31 * DAY);
        let pruned = std::thread::scope(|scope| {
            let prunings: Vec<_> = (0..2).map(|_| scope.spawn(|| prune(&app).revisions)).collect();
            for (id, revision) in &old {
                let answer = editor.ask("mutation($id: ID!, $revision: ID!) { restoreArticleRevision(id: $id, revisionId: $revision) {
                    userErrors { code } } }", json!({"id": id, "revision": revision}));
                let code = &answer.0["restoreArticleRevision"]["userErrors"][0]["code"];
                assert!(code.is_null() || code == "NOT_FOUND", "{code}");
            }
            prunings.into_iter().map(|pruning| pruning.join().expect("a pruning")).sum::<u64>()
        });
        assert!(pruned > 0);
        prune(&app);
        for id in &ids {
            let seen = editor.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { body { markdown } } }", json!({ "id": id }));
            assert!(!seen.text("/article/body/markdown").is_empty());
        }
    }
}

on_both! {
    fn histories_of_many_articles_take_one_statement(app) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        generate::site(folder.path(), 30);
        assert_eq!(app.import(folder.path()).created, 30);
        let editor = app.as_role(Role::Editor);
        let ask = |first: i32| app.statements(|| editor.ask("query($first: Int!) { articles(first: $first, view: WORKING) { nodes {
            revisions(first: 2) { totalCount nodes { version changes name autosave mergedFrom author { name } } } } } }",
            json!({ "first": first }))).1.len();
        assert_eq!(ask(1), ask(20));
        let id = create(&editor, &json!({"title": "T"}));
        let first = revision(&editor, &id, 1);
        for version in 1..4 {
            save(&editor, &id, version, &json!({"title": format!("T{version}"), "tags": [version.to_string()]}));
        }
        let (_, statements) = app.statements(|| editor.ask("query($id: ID!, $from: ID!) { articleDiff(id: $id, from: $from) {
            from { version author { name } } to { version } fields { field old new segments { text } } } }",
            json!({"id": id, "from": first})));
        // Who asks, the article, its section, both revisions as listed, what they hold, bodies, what terms went into, names of terms.
        assert_eq!(statements.len(), 8, "{statements:#?}");
    }
}
