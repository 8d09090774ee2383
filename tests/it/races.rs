//! Two at once: on PostgreSQL writes run side by side, and the rules still hold.

use std::thread;

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Answer, Client, on_both};

/// Runs `work` on `count` threads at once.
fn at_once<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = std::sync::Barrier::new(count);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|number| {
                let (barrier, work) = (&barrier, &work);
                scope.spawn(move || {
                    barrier.wait();
                    work(number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread")).collect()
    })
}

fn create(editor: &Client, input: &Value) -> Answer {
    editor.ask(
        "mutation($input: CreateArticleInput!) { createArticle(input: $input) {
            article { id path tags { slug } } userErrors { field code } } }",
        json!({ "input": input }),
    )
}

on_both! {
    fn articles_that_name_the_same_new_tag_share_it(app) {
        let editor = app.as_role(Role::Editor);
        for round in 0..5 {
            let tags = json!([format!("new {round}"), format!("other {round}")]);
            at_once(6, |number| {
                create(&editor, &json!({"title": format!("T {round} {number}"), "tags": tags})).accepted("createArticle")
            });
        }
        let tags = editor.ask("{ tags(view: WORKING) { nodes { articleCount } totalCount } }", Value::Null);
        assert_eq!(tags.number("/tags/totalCount"), 10);
        assert!(tags.at("/tags/nodes").as_array().expect("tags").iter().all(|tag| tag["articleCount"] == 6));
    }

    fn articles_of_the_same_title_get_addresses_of_their_own(app) {
        let editor = app.as_role(Role::Editor);
        let mut paths = Vec::new();
        for round in 0..5 {
            let title = format!("Same {round}");
            paths.extend(at_once(6, |_| {
                create(&editor, &json!({ "title": title })).accepted("createArticle").text("/createArticle/article/path")
            }));
        }
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), 30);
    }

    fn an_address_that_two_choose_goes_to_one(app) {
        let editor = app.as_role(Role::Editor);
        let codes = at_once(6, |number| {
            let answer = create(&editor, &json!({"title": number.to_string(), "slug": "one"}));
            answer.0["createArticle"]["userErrors"][0]["code"].as_str().map(str::to_owned)
        });
        assert_eq!(codes.iter().filter(|code| code.is_none()).count(), 1);
        assert_eq!(codes.iter().filter(|code| code.as_deref() == Some("TAKEN")).count(), 5);
    }

    fn moves_at_once_make_no_circle(app) {
        let editor = app.as_role(Role::Editor);
        for round in 0..5 {
            let ids: Vec<Value> = (0..4).map(|number| editor.ask(
                "mutation($name: String!) { createCategory(input: { name: $name }) { category { id } userErrors { code } } }",
                json!({"name": format!("C {round} {number}")})).at("/createCategory/category/id").clone()).collect();
            at_once(4, |number| {
                editor.ask("mutation($id: ID!, $parent: ID!) { updateCategory(id: $id, input: { parent: $parent }) {
                    category { id } userErrors { code } } }",
                    json!({"id": ids[number], "parent": ids[(number + 1) % 4]}))
            });
            for id in &ids {
                let mut above = json!({ "id": id });
                let mut steps = 0;
                while let Some(id) = above.get("id").cloned() {
                    steps += 1;
                    assert!(steps < 6, "a circle");
                    above = editor.ask("query($id: ID!) { category(by: { id: $id }, view: WORKING) { parent { id } } }",
                        json!({ "id": id })).at("/category/parent").clone();
                }
            }
        }
    }

    fn a_tag_is_deleted_or_carried_never_both(app) {
        let editor = app.as_role(Role::Editor);
        for round in 0..8 {
            let name = format!("tag{round}");
            let id = editor.ask("mutation($name: String!) { createTag(input: { name: $name }) { tag { id } userErrors { code } } }",
                json!({ "name": name })).at("/createTag/tag/id").clone();
            at_once(2, |number| {
                if number == 0 {
                    let _ = create(&editor, &json!({"title": name, "tags": [name]})).accepted("createArticle");
                } else {
                    editor.ask("mutation($id: ID!) { deleteTag(id: $id) { deletedId userErrors { code } } }", json!({ "id": id }));
                }
            });
            let path = format!("/{name}/");
            let made = editor.ask("query($path: String!) { article(by: { path: $path }, view: WORKING) { tags { slug } } }",
                json!({ "path": path }));
            assert_eq!(made.each("/article/tags", "slug"), [name]);
        }
    }

    fn a_refresh_token_that_many_use_at_once_has_one_successor(app) {
        let ctx = app.ctx();
        app.block_on(api::user::add(&ctx, "a@example.org", None, Role::Editor, "a long password".to_owned())).expect("a user");
        for _ in 0..3 {
            let token = app.query("mutation { login(input: { email: \"a@example.org\", password: \"a long password\" }) {
                session { refreshToken } } }", Value::Null).text("/login/session/refreshToken");
            let won = at_once(6, |_| {
                let answer = app.query("mutation($token: String!) { refreshSession(refreshToken: $token) {
                    session { refreshToken } userErrors { code } } }", json!({ "token": token }));
                answer.text("/refreshSession/session/refreshToken")
            });
            // A lost answer and a second tab get the same again.
            assert!(won.iter().all(|token| Some(token) == won.first()), "{won:?}");
        }
    }

    fn publishing_trashing_and_saving_at_once_leave_one_state(app) {
        let editor = app.as_role(Role::Editor);
        for round in 0..6 {
            let made = create(&editor, &json!({"title": format!("P {round}"), "tags": ["p"]})).accepted("createArticle");
            let id = made.text("/createArticle/article/id");
            at_once(4, |number| {
                let document = match number {
                    0 => "mutation($id: ID!) { publishArticle(id: $id) { userErrors { code } } }",
                    1 => "mutation($id: ID!) { trashArticle(id: $id) { userErrors { code } } }",
                    2 => "mutation($id: ID!) { updateArticle(id: $id, expectedVersion: 1, input: { tags: [\"q\"] }) { userErrors { code } } }",
                    _ => "mutation($id: ID!) { unpublishArticle(id: $id) { userErrors { code } } }",
                };
                editor.ask(document, json!({ "id": id }))
            });
            // Trashed, whatever else happened before: in the trash and nowhere else.
            let seen = editor.ask("query($id: ID!) {
                p: article(by: { id: $id }) { id } w: article(by: { id: $id }, view: WORKING) { id }
                t: article(by: { id: $id }, view: TRASH) { status } }", json!({ "id": id }));
            assert_eq!(seen.0, json!({"p": null, "w": null, "t": {"status": "TRASHED"}}), "round {round}");
        }
    }

    fn merges_that_cross_leave_one_term(app) {
        let editor = app.as_role(Role::Editor);
        for round in 0..6 {
            let names = [format!("left {round}"), format!("right {round}")];
            let made = create(&editor, &json!({"title": format!("M {round}"), "tags": names})).accepted("createArticle");
            let tags = editor.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { tags { id } } }",
                json!({"id": made.at("/createArticle/article/id")}));
            let ids = [tags.text("/article/tags/0/id"), tags.text("/article/tags/1/id")];
            let codes = at_once(2, |number| {
                let answer = editor.ask("mutation($ids: [ID!]!, $into: ID!) { mergeTags(ids: $ids, into: $into) { userErrors { code } } }",
                    json!({"ids": [ids[number]], "into": ids[1 - number]}));
                answer.0["mergeTags"]["userErrors"][0]["code"].as_str().unwrap_or("done").to_owned()
            });
            assert!(codes.contains(&"done".to_owned()) && codes.contains(&"NOT_FOUND".to_owned()), "{codes:?}");
        }
        let tags = editor.ask("{ tags(view: WORKING) { nodes { articleCount } totalCount } }", Value::Null);
        assert_eq!(tags.number("/tags/totalCount"), 6);
        assert!(tags.at("/tags/nodes").as_array().expect("tags").iter().all(|tag| tag["articleCount"] == 1));
    }

    fn saves_during_a_merge_lose_neither_a_term_nor_a_word(app) {
        let editor = app.as_role(Role::Editor);
        for round in 0..6 {
            let names = json!([format!("old {round}"), format!("new {round}")]);
            let ids: Vec<String> = (0..4).map(|number| create(&editor, &json!({"title": format!("S {round} {number}"), "tags": names}))
                .accepted("createArticle").text("/createArticle/article/id")).collect();
            let tags = editor.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { tags { id } } }", json!({"id": ids[0]}));
            at_once(6, |number| match number {
                0 => { let _ = editor.ask("mutation($ids: [ID!]!, $into: ID!) { mergeTags(ids: $ids, into: $into) { userErrors { code } } }",
                    json!({"ids": [tags.text("/article/tags/0/id")], "into": tags.text("/article/tags/1/id")})).accepted("mergeTags"); }
                1..=3 => { let _ = editor.ask("mutation($id: ID!) { updateArticle(id: $id, expectedVersion: 1, input: { lead: \"x\" }) { userErrors { code } } }",
                    json!({"id": ids[[0, 1, 3][number - 1]]})).accepted("updateArticle"); }
                4 => { let _ = editor.ask("mutation($id: ID!) { publishArticle(id: $id) { userErrors { code } } }", json!({"id": ids[1]})).accepted("publishArticle"); }
                _ => { let _ = editor.ask("mutation($id: ID!) { trashArticle(id: $id) { userErrors { code } } }", json!({"id": ids[2]})); }
            });
            for (number, id) in ids.iter().enumerate() {
                let view = if number == 2 { "TRASH" } else { "WORKING" };
                let seen = editor.ask("query($id: ID!, $view: View!) { article(by: { id: $id }, view: $view) { tags { slug } } }",
                    json!({"id": id, "view": view}));
                assert_eq!(seen.each("/article/tags", "slug"), [format!("new-{round}")], "{number} in round {round}");
            }
        }
    }

    fn a_split_and_its_undo_beside_saves_leave_versions_that_count(app) {
        let editor = app.as_role(Role::Editor);
        for round in 0..4 {
            let name = format!("t {round}");
            let ids: Vec<String> = (0..3).map(|number| create(&editor, &json!({"title": format!("V {round} {number}"), "tags": [name]}))
                .accepted("createArticle").text("/createArticle/article/id")).collect();
            let tag = editor.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { tags { id } } }", json!({"id": ids[0]}))
                .text("/article/tags/0/id");
            let won = at_once(5, |number| {
                if number < 2 {
                    let answer = editor.ask("mutation($id: ID!, $articles: [ID!]!, $name: String!) { splitTag(id: $id, articles: $articles, input: { name: $name }) {
                        tag { id } userErrors { code } } }", json!({"id": tag, "articles": ids, "name": format!("s {round} {number}")}));
                    return !answer.at("/splitTag/tag").is_null();
                }
                let answer = editor.ask("mutation($id: ID!) { updateArticle(id: $id, expectedVersion: 1, input: { lead: \"x\" }) { article { id } userErrors { code } } }",
                    json!({"id": ids[number - 2]}));
                !answer.at("/updateArticle/article").is_null()
            });
            assert_eq!(won[..2].iter().filter(|won| **won).count(), 1, "one split has what the other wanted");
            for (id, saved) in ids.iter().zip(&won[2..]) {
                let seen = editor.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { version tags { slug } revisions { totalCount } } }",
                    json!({ "id": id }));
                let version = if *saved { 3 } else { 2 };
                assert_eq!(seen.number("/article/version"), version);
                assert_eq!(seen.number("/article/revisions/totalCount"), version);
                assert!(seen.text("/article/tags/0/slug").starts_with("s-"));
            }
        }
    }

    fn a_change_is_undone_once(app) {
        let editor = app.as_role(Role::Editor);
        let made = create(&editor, &json!({"title": "U", "tags": ["a", "b"]})).accepted("createArticle");
        let tags = editor.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { tags { id } } }",
            json!({"id": made.at("/createArticle/article/id")}));
        for _ in 0..3 {
            let change = editor.ask("mutation($ids: [ID!]!, $into: ID!) { mergeTags(ids: $ids, into: $into) { change { id } userErrors { code } } }",
                json!({"ids": [tags.text("/article/tags/0/id")], "into": tags.text("/article/tags/1/id")}))
                .accepted("mergeTags").at("/mergeTags/change/id").clone();
            let won = at_once(4, |_| {
                let answer = editor.ask("mutation($id: ID!) { undoTaxonomyChange(id: $id) { change { id } userErrors { code } } }", json!({ "id": change }));
                !answer.at("/undoTaxonomyChange/change").is_null()
            });
            assert_eq!(won.iter().filter(|won| **won).count(), 1);
        }
    }

    fn a_translation_that_two_make_at_once_is_made_once(app) {
        let report = app.import_files(&[
            ("hugo.toml", "defaultContentLanguage = 'en'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n"),
            ("content/_index.md", "---\ntitle: Home\n---\n"),
        ]);
        assert_eq!(report.failures, []);
        let editor = app.as_role(Role::Editor);
        for round in 0..4 {
            let made = create(&editor, &json!({"title": format!("T {round}")})).accepted("createArticle");
            let codes = at_once(4, |_| {
                let answer = editor.ask("mutation($id: ID!) { createTranslation(article: $id, language: \"de\", input: { copyText: true }) { userErrors { code } } }",
                    json!({"id": made.at("/createArticle/article/id")}));
                answer.0["createTranslation"]["userErrors"][0]["code"].as_str().map(str::to_owned)
            });
            assert_eq!(codes.iter().filter(|code| code.is_none()).count(), 1);
            assert_eq!(codes.iter().filter(|code| code.as_deref() == Some("TAKEN")).count(), 3);
        }
    }
}
