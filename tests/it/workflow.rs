//! Review, archive, trash, assignments, comments, and many articles at once.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Answer, Client, HOUR, START, on_both};

const DESK: &str = "query($id: ID!, $view: View!) { article(by: { id: $id }, view: $view) {
    status version allowedActions review { state version by { name } }
    assignments { user { id } note dueAt assignedBy { name } }
    discussion { id text field version author { name } resolvedAt } } }";

/// Makes a draft; answers its id.
fn draft(client: &Client, title: &str) -> String {
    client
        .ask(
            "mutation($title: String!) { createArticle(input: { title: $title }) { article { id } userErrors { code } } }",
            json!({ "title": title }),
        )
        .accepted("createArticle")
        .text("/createArticle/article/id")
}

/// Runs a mutation of one article, with more arguments as they are written.
fn act(client: &Client, mutation: &str, id: &str, more: &str) -> Answer {
    let document = format!(
        "mutation($id: ID!) {{ {mutation}(id: $id{more}) {{ userErrors {{ field code message }} }} }}"
    );
    client.ask(&document, json!({ "id": id }))
}

fn desk(client: &Client, id: &str, view: &str) -> Answer {
    client.ask(DESK, json!({ "id": id, "view": view }))
}

fn save(client: &Client, id: &str, version: i64) {
    let more = format!(", expectedVersion: {version}, input: {{ lead: \"{version}\" }}");
    let _ = act(client, "updateArticle", id, &more).accepted("updateArticle");
}

fn code(answer: &Answer, mutation: &str) -> String {
    answer.text(&format!("/{mutation}/userErrors/0/code"))
}

on_both! {
    fn a_contributor_submits_and_an_editor_approves_what_they_saw(app) {
        let (carl, editor) = (app.as_role(Role::Contributor), app.as_role(Role::Editor));
        let id = draft(&carl, "t");
        assert_eq!(code(&act(&editor, "approveArticle", &id, ", expectedVersion: 1"), "approveArticle"), "WRONG_STATE");
        let _ = act(&carl, "submitArticle", &id, ", message: \"please\"").accepted("submitArticle");
        let seen = desk(&editor, &id, "WORKING");
        assert_eq!(seen.text("/article/review/state"), "SUBMITTED");
        assert_eq!(seen.text("/article/discussion/0/text"), "please");
        // The author goes on meanwhile: an approval is of what was seen.
        save(&carl, &id, 1);
        let stale = act(&editor, "approveArticle", &id, ", expectedVersion: 1");
        assert_eq!(code(&stale, "approveArticle"), "STALE");
        let _ = act(&editor, "approveArticle", &id, ", expectedVersion: 2").accepted("approveArticle");
        assert_eq!(desk(&carl, &id, "WORKING").text("/article/review/state"), "APPROVED");
        // A save makes it a draft again that nobody approved.
        save(&carl, &id, 2);
        assert!(desk(&carl, &id, "WORKING").at("/article/review").is_null());
    }

    fn what_is_returned_says_why(app) {
        let (carl, editor) = (app.as_role(Role::Contributor), app.as_role(Role::Editor));
        let id = draft(&carl, "t");
        let _ = act(&carl, "submitArticle", &id, "").accepted("submitArticle");
        let silent = act(&editor, "returnArticle", &id, ", comment: \" \"");
        assert_eq!(code(&silent, "returnArticle"), "REQUIRED");
        let _ = act(&editor, "returnArticle", &id, ", comment: \"add a source\"").accepted("returnArticle");
        let seen = desk(&carl, &id, "WORKING");
        assert_eq!(seen.text("/article/review/state"), "RETURNED");
        assert_eq!(seen.text("/article/discussion/0/text"), "add a source");
        let _ = act(&carl, "submitArticle", &id, "").accepted("submitArticle");
        let _ = act(&carl, "withdrawSubmission", &id, "").accepted("withdrawSubmission");
        assert!(desk(&carl, &id, "WORKING").at("/article/review").is_null());
    }

    fn lists_are_filtered_by_review_and_assignment_where_working_copies_are_read(app) {
        let (carl, editor) = (app.as_role(Role::Contributor), app.as_role(Role::Editor));
        let (one, two) = (draft(&carl, "one"), draft(&carl, "two"));
        let me = editor.ask("{ viewer { id } }", Value::Null).text("/viewer/id");
        let _ = act(&carl, "submitArticle", &one, "").accepted("submitArticle");
        let _ = act(&editor, "assignArticle", &two, &format!(", input: {{ user: {me:?}, note: \"n\" }}"))
            .accepted("assignArticle");
        let list = "query($filter: ArticleFilter) { articles(view: WORKING, filter: $filter) { totalCount nodes { title } } }";
        for (filter, titles) in [
            (json!({ "review": ["SUBMITTED"] }), &["one"][..]),
            (json!({ "review": ["APPROVED", "RETURNED"] }), &[]),
            (json!({ "assignedTo": me }), &["two"]),
            (json!({ "not": { "assignedTo": me } }), &["one"]),
        ] {
            let found = editor.ask(list, json!({ "filter": filter }));
            assert_eq!(found.each("/articles/nodes", "title"), titles, "{filter}");
            assert_eq!(found.number("/articles/totalCount"), i64::try_from(titles.len()).expect("few"));
        }
        let public = "{ articles(filter: { review: [SUBMITTED] }) { totalCount } }";
        assert_eq!(editor.code(public, Value::Null), "BAD_USER_INPUT");
        assert_eq!(desk(&editor, &two, "WORKING").text("/article/assignments/0/note"), "n");
        let _ = act(&editor, "unassignArticle", &two, &format!(", user: {me:?}")).accepted("unassignArticle");
        assert_eq!(desk(&editor, &two, "WORKING").at("/article/assignments"), &json!([]));
    }

    fn an_interface_offers_what_may_be_done(app) {
        let (ann, carl, editor) =
            (app.as_role(Role::Author), app.as_role(Role::Contributor), app.as_role(Role::Editor));
        let actions = |client: &Client, id: &str, view: &str| {
            desk(client, id, view).at("/article/allowedActions").clone()
        };
        let id = draft(&carl, "c");
        assert_eq!(actions(&carl, &id, "WORKING"),
            json!(["EDIT", "SUBMIT", "ARCHIVE", "TRASH", "COMMENT", "PREVIEW"]));
        assert_eq!(actions(&editor, &id, "WORKING"), json!(["EDIT", "SUBMIT", "PUBLISH", "ARCHIVE", "TRASH", "ASSIGN", "COMMENT", "PREVIEW"]));
        let _ = act(&carl, "submitArticle", &id, "").accepted("submitArticle");
        assert_eq!(actions(&editor, &id, "WORKING"), json!(["EDIT", "SUBMIT", "REVIEW", "PUBLISH", "ARCHIVE", "TRASH", "ASSIGN", "COMMENT", "PREVIEW"]));
        let _ = act(&editor, "publishArticle", &id, "").accepted("publishArticle");
        // What the public reads is out of a contributor's hands.
        assert_eq!(actions(&carl, &id, "WORKING"), json!(["COMMENT", "PREVIEW"]));
        let own = draft(&ann, "a");
        let _ = act(&ann, "publishArticle", &own, "").accepted("publishArticle");
        assert_eq!(actions(&ann, &own, "PUBLISHED"), json!(["EDIT", "SUBMIT", "PUBLISH", "UNPUBLISH", "ARCHIVE", "TRASH", "ASSIGN", "COMMENT", "PREVIEW"]));
        let public = app.query("query($id: ID!) { article(by: { id: $id }) { allowedActions } }", json!({ "id": own }));
        assert_eq!(public.at("/article/allowedActions"), &json!([]));
        let _ = act(&ann, "trashArticle", &own, "").accepted("trashArticle");
        assert_eq!(actions(&ann, &own, "TRASH"), json!(["RESTORE"]));
        assert_eq!(actions(&editor, &own, "TRASH"), json!(["RESTORE", "PURGE"]));
    }

    fn what_is_archived_is_aside_as_it_was(app) {
        let editor = app.as_role(Role::Editor);
        let id = draft(&editor, "t");
        let _ = act(&editor, "publishArticle", &id, "").accepted("publishArticle");
        let _ = act(&editor, "archiveArticle", &id, "").accepted("archiveArticle");
        let seen = desk(&editor, &id, "ARCHIVE");
        assert_eq!(seen.text("/article/status"), "ARCHIVED");
        for view in ["PUBLISHED", "WORKING", "TRASH"] {
            assert!(desk(&editor, &id, view).at("/article").is_null(), "{view}");
        }
        let locked = act(&editor, "updateArticle", &id, ", expectedVersion: 1, input: { lead: \"x\" }");
        assert_eq!(code(&locked, "updateArticle"), "WRONG_STATE");
        assert!(locked.text("/updateArticle/userErrors/0/message").contains("unarchiveArticle"));
        // Its address is free.
        let other = draft(&editor, "t");
        let path = "query($id: ID!) { article(by: { id: $id }, view: WORKING) { path } }";
        let taken = editor.ask(path, json!({ "id": other })).text("/article/path");
        assert_eq!(taken, "/t/");
        let back = act(&editor, "unarchiveArticle", &id, "");
        assert_eq!(code(&back, "unarchiveArticle"), "TAKEN");
        let _ = act(&editor, "trashArticle", &other, "").accepted("trashArticle");
        let _ = act(&editor, "unarchiveArticle", &id, "").accepted("unarchiveArticle");
        assert_eq!(desk(&editor, &id, "WORKING").text("/article/status"), "DRAFT");
        // Out of the archive into the trash, and back among the drafts.
        let _ = act(&editor, "archiveArticle", &id, "").accepted("archiveArticle");
        let _ = act(&editor, "trashArticle", &id, "").accepted("trashArticle");
        let _ = act(&editor, "restoreArticle", &id, "").accepted("restoreArticle");
        assert_eq!(desk(&editor, &id, "WORKING").text("/article/status"), "DRAFT");
    }

    fn what_is_purged_is_gone_with_its_history(app) {
        let editor = app.as_role(Role::Editor);
        let id = draft(&editor, "t");
        save(&editor, &id, 1);
        let early = act(&editor, "purgeArticle", &id, "");
        assert_eq!(code(&early, "purgeArticle"), "WRONG_STATE");
        let _ = act(&editor, "trashArticle", &id, "").accepted("trashArticle");
        let purged = editor.ask("mutation($id: ID!) { purgeArticle(id: $id) { purgedId userErrors { code } } }",
            json!({ "id": id })).accepted("purgeArticle");
        assert_eq!(purged.text("/purgeArticle/purgedId"), id);
        assert!(desk(&editor, &id, "TRASH").at("/article").is_null());
        let rows = app.block_on(async {
            use sea_orm::{EntityTrait, PaginatorTrait};
            let db = app.app.db().read();
            (
                entity::revision::Entity::find().count(db).await.expect("a count"),
                entity::body::Entity::find().count(db).await.expect("a count"),
            )
        });
        assert_eq!(rows, (0, 0));
        assert_eq!(app.events().last().map(|event| event.kind.clone()).as_deref(), Some("article.purged"));
    }

    fn comments_are_resolved_and_never_public(app) {
        let (ann, viewer) = (app.as_role(Role::Author), app.as_role(Role::Viewer));
        let id = draft(&ann, "t");
        let _ = act(&viewer, "commentArticle", &id, ", input: { text: \"why?\", field: \"title\" }").accepted("commentArticle");
        let empty = act(&viewer, "commentArticle", &id, ", input: { text: \"\" }");
        assert_eq!(code(&empty, "commentArticle"), "REQUIRED");
        let seen = desk(&ann, &id, "WORKING");
        assert_eq!(seen.at("/article/discussion/0/field"), "title");
        let comment = seen.text("/article/discussion/0/id");
        let _ = act(&ann, "resolveComment", &comment, "").accepted("resolveComment");
        assert!(desk(&ann, &id, "WORKING").at("/article/discussion/0/resolvedAt").is_string());
        let open = ann.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { discussion(open: true) { text } } }",
            json!({ "id": id }));
        assert_eq!(open.at("/article/discussion"), &json!([]));
        let _ = act(&ann, "resolveComment", &comment, ", resolved: false").accepted("resolveComment");
        assert!(desk(&ann, &id, "WORKING").at("/article/discussion/0/resolvedAt").is_null());
        let _ = act(&ann, "publishArticle", &id, "").accepted("publishArticle");
        for field in ["discussion { text }", "review { state }", "assignments { note }"] {
            let document = format!("query($id: ID!) {{ article(by: {{ id: $id }}) {{ {field} }} }}");
            assert_eq!(app.nobody().code(&document, json!({ "id": id })), "UNAUTHENTICATED", "{field}");
            assert_eq!(app.as_role(Role::Author).code(&document, json!({ "id": id })), "FORBIDDEN", "{field}");
        }
    }

    fn the_desk_of_a_list_takes_as_many_statements_as_that_of_one(app) {
        let editor = app.as_role(Role::Editor);
        let ids: Vec<_> = (0..6).map(|number| draft(&editor, &format!("t{number}"))).collect();
        for id in &ids {
            let _ = act(&editor, "submitArticle", id, ", message: \"m\"").accepted("submitArticle");
        }
        let list = "query($first: Int) { articles(first: $first, view: WORKING) { nodes {
            allowedActions review { state by { name } } assignments { note } discussion { text author { name } } } } }";
        let count = |first: i32| app.statements(|| editor.ask(list, json!({ "first": first }))).1.len();
        assert_eq!(count(1), count(6));
    }

    fn many_are_published_together_or_not_at_all(app) {
        let editor = app.as_role(Role::Editor);
        let ids: Vec<_> = (0..5).map(|number| draft(&editor, &format!("t{number}"))).collect();
        let _ = act(&editor, "trashArticle", &ids[3], "").accepted("trashArticle");
        let bulk = "mutation($ids: [ID!]!, $mode: BulkMode!) { publishArticles(ids: $ids, mode: $mode) {
            succeeded results { id article { status } userErrors { code } } userErrors { code } } }";
        let refused = editor.ask(bulk, json!({ "ids": ids, "mode": "ALL_OR_NOTHING" }));
        assert_eq!(refused.number("/publishArticles/succeeded"), 0);
        assert_eq!(refused.text("/publishArticles/results/3/userErrors/0/code"), "WRONG_STATE");
        assert_eq!(app.query("{ articles { totalCount } }", Value::Null).number("/articles/totalCount"), 0);
        let each = editor.ask(bulk, json!({ "ids": ids, "mode": "EACH" }));
        assert_eq!(each.number("/publishArticles/succeeded"), 4);
        assert_eq!(each.text("/publishArticles/results/0/article/status"), "PUBLISHED");
        assert_eq!(each.at("/publishArticles/results/3/article"), &Value::Null);
        assert_eq!(each.text("/publishArticles/results/4/id"), ids[4]);
        assert_eq!(app.query("{ articles { totalCount } }", Value::Null).number("/articles/totalCount"), 4);
    }

    fn many_are_tagged_moved_and_put_away(app) {
        let editor = app.as_role(Role::Editor);
        let ids: Vec<_> = (0..3).map(|number| draft(&editor, &format!("t{number}"))).collect();
        let _ = editor.ask("mutation($ids: [ID!]!) { tagArticles(ids: $ids, addTags: [\"a\", \"b\"], addCategories: [\"c\"]) { userErrors { code } } }",
            json!({ "ids": ids })).accepted("tagArticles");
        let _ = editor.ask("mutation($ids: [ID!]!) { tagArticles(ids: $ids, addTags: [\"b\", \"d\"], removeTags: [\"A\", \"unknown\"]) { userErrors { code } } }",
            json!({ "ids": ids })).accepted("tagArticles");
        let moved = editor.ask("mutation($ids: [ID!]!) { moveArticles(ids: $ids, section: \"news/local\") { succeeded results { article { path section version tags { name } categories { name } } } } }",
            json!({ "ids": ids }));
        assert_eq!(moved.at("/moveArticles/results/1/article"), &json!({
            "path": "/news/local/t1/", "section": "news", "version": 4,
            "tags": [{ "name": "b" }, { "name": "d" }], "categories": [{ "name": "c" }],
        }));
        for (mutation, view) in [("archiveArticles", "ARCHIVE"), ("trashArticles", "TRASH")] {
            let document = format!("mutation($ids: [ID!]!) {{ {mutation}(ids: $ids) {{ succeeded results {{ article {{ status }} }} }} }}");
            let done = editor.ask(&document, json!({ "ids": ids }));
            assert_eq!(done.number(&format!("/{mutation}/succeeded")), 3);
            let list = format!("{{ articles(view: {view}) {{ totalCount }} }}");
            assert_eq!(editor.ask(&list, Value::Null).number("/articles/totalCount"), 3);
        }
    }

    fn what_is_not_ones_own_is_refused_one_by_one(app) {
        let (ann, bob) = (app.as_role(Role::Author), app.as_role(Role::Author));
        let (mine, theirs) = (draft(&ann, "mine"), draft(&bob, "theirs"));
        let _ = act(&bob, "publishArticle", &theirs, "").accepted("publishArticle");
        let done = ann.ask("mutation($ids: [ID!]!) { publishArticles(ids: $ids, mode: EACH) { succeeded results { userErrors { code } } } }",
            json!({ "ids": [theirs, mine] }));
        assert_eq!(done.number("/publishArticles/succeeded"), 1);
        assert_eq!(done.text("/publishArticles/results/0/userErrors/0/code"), "FORBIDDEN");
        let many = vec![mine; 501];
        let refused = ann.ask("mutation($ids: [ID!]!) { trashArticles(ids: $ids) { userErrors { code message } } }",
            json!({ "ids": many }));
        assert!(refused.text("/trashArticles/userErrors/0/message").contains("500"));
    }

    fn five_hundred_are_published_in_one_go(app) {
        let files: Vec<_> = (0..500)
            .map(|number| (format!("content/news/a{number}.md"), format!("---\ntitle: t{number}\ndraft: true\n---\nx\n")))
            .collect();
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        assert_eq!(app.import_files(&files).created, 500);
        let editor = app.as_role(Role::Editor);
        let mut ids = Vec::new();
        let mut after = Value::Null;
        while ids.len() < 500 {
            let page = editor.ask("query($after: String) { articles(first: 100, after: $after, view: WORKING) { nodes { id } pageInfo { endCursor } } }",
                json!({ "after": after }));
            ids.extend(page.each("/articles/nodes", "id"));
            after = page.at("/articles/pageInfo/endCursor").clone();
        }
        let done = editor.ask("mutation($ids: [ID!]!) { publishArticles(ids: $ids) { succeeded userErrors { code } } }",
            json!({ "ids": ids }));
        assert_eq!(done.number("/publishArticles/succeeded"), 500);
        app.set_clock(START + HOUR);
        assert_eq!(app.query("{ articles { totalCount } }", Value::Null).number("/articles/totalCount"), 500);
    }
}
