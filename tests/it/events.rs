//! The feed: every write, in commit order, without gaps.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};

use api::policy::Role;
use serde_json::{Value, json};
use tests::on_both;

const CREATE: &str =
    "mutation($title: String!) { createArticle(input: { title: $title, tags: [$title] }) {
    article { id } userErrors { message } } }";

on_both! {
    fn a_follower_misses_nothing_of_many_writers(app) {
        let editor = app.as_role(Role::Editor);
        let before = app.events().len();
        let done = AtomicBool::new(false);
        let followed = thread::scope(|scope| {
            let follower = scope.spawn(|| {
                let (mut position, mut seen) = (0, Vec::new());
                loop {
                    let last_round = done.load(Ordering::SeqCst);
                    let ctx = app.ctx();
                    let events = app.block_on(api::event::after(&ctx, position, 7)).expect("events");
                    if let Some(last) = events.last() {
                        position = last.id;
                    }
                    let none = events.is_empty();
                    seen.extend(events.into_iter().map(|event| event.id));
                    if none && last_round {
                        return seen;
                    }
                }
            });
            let writers: Vec<_> = (0..6)
                .map(|writer| {
                    let editor = editor.clone();
                    scope.spawn(move || {
                        for number in 0..8 {
                            let title = format!("Title {writer} {number}");
                            let _ = editor.ask(CREATE, json!({ "title": title })).accepted("createArticle");
                        }
                    })
                })
                .collect();
            let written: Vec<_> = writers.into_iter().map(ScopedJoinHandle::join).collect();
            // The follower ends whatever became of the writers.
            done.store(true, Ordering::SeqCst);
            let followed = follower.join().expect("a follower");
            assert!(written.iter().all(Result::is_ok), "a writer failed");
            followed
        });
        // A term and an article a write.
        let total = before + 6 * 8 * 2;
        let expected: Vec<i64> = (1..=i64::try_from(total).expect("a number")).collect();
        assert_eq!(followed, expected);
    }

    fn an_event_says_what_who_and_which_version(app) {
        let editor = app.as_role(Role::Editor);
        let made = editor.ask(CREATE, json!({ "title": "A" })).accepted("createArticle");
        let id = json!({ "id": made.text("/createArticle/article/id") });
        let _ = editor.ask("mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }", id.clone());
        let _ = editor.ask("mutation($id: ID!) { trashArticle(id: $id) { userErrors { message } } }", id);
        let events = app.events();
        let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["user.added", "session.started", "term.created", "article.created", "article.published",
            "article.unpublished", "article.trashed"]);
        let published = &events[4];
        assert_eq!(published.entity, "article");
        assert_eq!(published.version, Some(1));
        assert_eq!(published.language.as_deref(), Some("en"));
        assert_eq!(published.actor_id, events[0].entity_id);
        assert_eq!(published.data["path"], "/a/");
    }

    fn what_is_refused_leaves_no_event(app) {
        let editor = app.as_role(Role::Editor);
        let made = editor.ask(CREATE, json!({ "title": "A" })).accepted("createArticle");
        let id = made.text("/createArticle/article/id");
        let before = app.events().len();
        let stale = "mutation($id: ID!) { updateArticle(id: $id, expectedVersion: 0, input: { tags: [\"new\"] }) { userErrors { code } } }";
        let _ = editor.ask(stale, json!({ "id": id }));
        let taken = "mutation { createArticle(input: { title: \"B\", slug: \"a\", tags: [\"other\"] }) { userErrors { code } } }";
        assert_eq!(editor.ask(taken, Value::Null).text("/createArticle/userErrors/0/code"), "TAKEN");
        let empty = "mutation { createArticle(input: { title: \" \" }) { userErrors { code field } } }";
        assert_eq!(editor.ask(empty, Value::Null).at("/createArticle/userErrors/0"),
            &json!({"code": "REQUIRED", "field": ["input", "title"]}));
        assert_eq!(app.events().len(), before);
        let tags = editor.ask("{ tags(view: WORKING) { nodes { name } } }", Value::Null);
        assert_eq!(tags.each("/tags/nodes", "name"), ["A"], "nor a half-written tag");
    }

    fn two_saves_of_one_version_cannot_both_win(app) {
        let editor = app.as_role(Role::Editor);
        let made = editor.ask(CREATE, json!({ "title": "A" })).accepted("createArticle");
        let id = made.text("/createArticle/article/id");
        let save = "mutation($id: ID!, $lead: String!) { updateArticle(id: $id, expectedVersion: 1, input: { lead: $lead }) {
            article { version } conflict { currentVersion } userErrors { code } } }";
        let won = thread::scope(|scope| {
            let saves: Vec<_> = (0..8)
                .map(|number| {
                    let (editor, id) = (editor.clone(), id.clone());
                    scope.spawn(move || {
                        let answer = editor.ask(save, json!({"id": id, "lead": number.to_string()}));
                        !answer.at("/updateArticle/article").is_null()
                    })
                })
                .collect();
            saves.into_iter().map(|save| save.join().expect("a save")).filter(|won| *won).count()
        });
        assert_eq!(won, 1);
    }
}
