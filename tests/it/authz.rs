//! Every root field against every role. A field without a row fails.

mod table;

use api::policy::{Role, TokenScope};
use serde_json::{Value, json};
use table::{ARTICLES, NEEDS, Needs, TABLE, Who};
use tests::{Client, TestApp, on_both};

fn allowed(who: Who, role: Option<Role>) -> bool {
    match (who, role) {
        (Who::Everybody, _) | (Who::SignedIn, Some(_)) => true,
        (_, None) => false,
        (Who::Admins, Some(role)) => role == Role::Admin,
        (Who::Desk, Some(role)) => role == Role::Viewer || role >= Role::Editor,
        (Who::Authors, Some(role)) => role >= Role::Author,
        (Who::Owners, Some(role)) => role >= Role::Contributor,
        (Who::Editors, Some(role)) => role >= Role::Editor,
    }
}

fn needs(field: &str, call: &str) -> Needs {
    let reads = [
        "WORKING",
        "TRASH",
        "ARCHIVE",
        "review {",
        "assignments {",
        "discussion {",
        "translationStatus {",
    ];
    if let Some((_, needs)) = NEEDS.iter().find(|(fields, _)| fields.contains(&field)) {
        return *needs;
    }
    match field {
        "apiTokens" if call.contains("user:") => Needs::Scope(TokenScope::UserManage),
        "apiTokens" => Needs::Person,
        _ if call.contains("revisions {") => Needs::Scope(TokenScope::ContentWrite),
        _ if reads.iter().any(|part| call.contains(part)) => {
            Needs::Scope(TokenScope::ContentReadWorking)
        }
        _ => Needs::Nothing,
    }
}

fn is_mutation(call: &str) -> bool {
    call.contains("userErrors") || call.contains("logout")
}

/// What a caller is told: `allowed`, `forbidden`, `unauthenticated`, or that
/// what it asks about does not exist.
fn verdict(client: &Client, call: &str, ids: &Value) -> String {
    let mut call = call.to_owned();
    for (name, id) in ids.as_object().expect("ids") {
        call = call.replace(&format!("${name}"), &id.to_string());
    }
    let document = if is_mutation(&call) { format!("mutation {call}") } else { call.clone() };
    let answer = client.run(&document, Value::Null, None);
    match answer["errors"][0]["extensions"]["code"].as_str() {
        None => "allowed".to_owned(),
        Some("FORBIDDEN") => "forbidden".to_owned(),
        Some("UNAUTHENTICATED") => "unauthenticated".to_owned(),
        Some(other) => panic!("{other} for {document}: {answer}"),
    }
}

/// An article, a revision, a tag and a category, of the editor, published.
fn ids(app: &TestApp) -> Value {
    let editor = app.as_role(Role::Editor);
    let made = editor.ask("mutation { createArticle(input: { title: \"t\", tags: [\"a\"], categories: [\"a\"] }) {
        article { id tags { id } categories { id } revisions { nodes { id } } } userErrors { message } } }", Value::Null);
    let session = editor.ask("{ sessions { id } }", Value::Null).text("/sessions/0/id");
    let me = editor.ask("{ viewer { id } }", Value::Null).text("/viewer/id");
    let commented = editor.ask(
        "mutation($id: ID!) { commentArticle(id: $id, input: { text: \"c\" }) { article { discussion { id } } } }",
        json!({ "id": made.text("/createArticle/article/id") }),
    );
    let preview = editor.ask(
        "mutation($id: ID!) { createPreview(article: $id) { preview { id } } }",
        json!({ "id": made.text("/createArticle/article/id") }),
    );
    let token = editor.ask(
        "mutation { createApiToken(input: { name: \"n\", scopes: [CONTENT_READ] }) { apiToken { id } } }",
        Value::Null,
    );
    let menu = editor.ask(
        "mutation { setMenu(by: { name: \"m\" }, expectedVersion: 0, entries: [{ name: \"n\" }]) {
            menuTree { entries { id } } } }",
        Value::Null,
    );
    let ids = json!({
        "id": made.text("/createArticle/article/id"),
        "entry": menu.text("/setMenu/menuTree/entries/0/id"),
        "user": me,
        "session": session,
        "preview": preview.text("/createPreview/preview/id"),
        "token": token.text("/createApiToken/apiToken/id"),
        "comment": commented.text("/commentArticle/article/discussion/0/id"),
        "tag": made.text("/createArticle/article/tags/0/id"),
        "category": made.text("/createArticle/article/categories/0/id"),
        "revision": made.text("/createArticle/article/revisions/nodes/0/id"),
    });
    let _ = editor
        .ask(
            "mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }",
            json!({ "id": ids["id"] }),
        )
        .accepted("publishArticle");
    ids
}

/// An article in a state, and its revision.
fn article(owner: &Client, editor: &Client, state: &str) -> Value {
    let made = owner.ask(
        "mutation { createArticle(input: { title: \"t\" }) { article { id revisions { nodes { id } } } userErrors { code } } }",
        Value::Null,
    );
    let ids = json!({
        "id": made.text("/createArticle/article/id"),
        "revision": made.text("/createArticle/article/revisions/nodes/0/id"),
    });
    let mutation = match state {
        "live" => "publishArticle",
        "trashed" => "trashArticle",
        "archived" => "archiveArticle",
        "submitted" => "submitArticle",
        _ => return ids,
    };
    let document =
        format!("mutation($id: ID!) {{ {mutation}(id: $id) {{ userErrors {{ code }} }} }}");
    let _ = editor.ask(&document, json!({ "id": ids["id"] })).accepted(mutation);
    ids
}

/// What a caller of a mutation of an article is told, as a letter.
fn letter(client: &Client, mutation: &str, ids: &Value) -> &'static str {
    let more = match mutation {
        "updateArticle" => ", expectedVersion: 1, input: { lead: \"x\" }",
        "approveArticle" => ", expectedVersion: 1",
        "commentArticle" => ", input: { text: \"x\" }",
        "restoreArticleRevision" => ", revisionId: $revision",
        "nameArticleRevision" => ", revisionId: $revision, name: \"n\"",
        _ => "",
    };
    let variables = if more.contains("$revision") { ", $revision: ID!" } else { "" };
    let document = format!(
        "mutation($id: ID!{variables}) {{ {mutation}(id: $id{more}) {{ userErrors {{ code }} }} }}"
    );
    let answer = client.run(&document, ids.clone(), None);
    let error = answer["errors"][0]["extensions"]["code"].as_str();
    match (error, answer["data"][mutation]["userErrors"][0]["code"].as_str()) {
        (None, None) => "Y",
        (Some("FORBIDDEN"), _) => "F",
        (Some("UNAUTHENTICATED"), _) => "U",
        (None, Some("NOT_FOUND")) => "N",
        _ => panic!("{document}: {answer}"),
    }
}

on_both! {
    fn each_role_acts_on_articles_as_the_table_says(app) {
        let (other, editor) = (app.as_role(Role::Author), app.as_role(Role::Editor));
        let roles = [Role::Viewer, Role::Contributor, Role::Author, Role::Editor, Role::Admin];
        let mut clients = vec![app.nobody()];
        clients.extend(roles.map(|role| app.as_role(role)));
        for (mutation, which, expected) in ARTICLES {
            let (whose, state) = which.split_once(' ').expect("whose and where");
            for (client, expected) in clients.iter().zip(expected.split(' ')) {
                if expected == "-" {
                    continue;
                }
                let owner = if whose == "own" { client } else { &other };
                let ids = article(owner, &editor, state);
                assert_eq!(letter(client, mutation, &ids), expected, "{mutation} of {which}: {expected}");
            }
        }
    }

    fn each_role_is_told_what_the_table_says(app) {
        let ids = ids(&app);
        let nobody = std::iter::once((None, app.nobody()));
        let roles = Role::ALL.map(|role| (Some(role), app.as_role(role)));
        for (role, client) in nobody.chain(roles) {
            for (field, call, who) in TABLE {
                // Signing out would change who asks for the rest of the table.
                if field.starts_with("logout") && role.is_some() {
                    continue;
                }
                let expected = match (allowed(*who, role), role) {
                    (true, _) => "allowed",
                    (false, None) => "unauthenticated",
                    (false, Some(_)) => "forbidden",
                };
                assert_eq!(verdict(&client, call, &ids), expected, "{role:?} {call}");
            }
        }
    }

    fn each_token_and_preview_is_told_what_the_table_says(app) {
        let (ids, admin) = (ids(&app), app.as_role(Role::Admin));
        let restored = "mutation($id: ID!) { restoreArticle(id: $id) { userErrors { code } }
            unarchiveArticle(id: $id) { userErrors { code } } publishArticle(id: $id) { userErrors { code } } }";
        for scope in TokenScope::ALL {
            let name = scope.name().to_uppercase().replace(':', "_");
            let document = format!("mutation {{ createApiToken(input: {{ name: \"n\", scopes: [{name}] }}) {{ token }} }}");
            let token = admin.ask(&document, Value::Null).text("/createApiToken/token");
            let client = app.nobody().with_token(&token);
            // Reads first: what is written here puts the article out of sight.
            let _ = admin.ask(restored, json!({ "id": ids["id"] }));
            let (writes, reads): (Vec<_>, Vec<_>) = TABLE.iter().partition(|(_, call, _)| is_mutation(call));
            for &(field, call, _) in reads.into_iter().chain(writes) {
                // A plan is made as a reader of drafts, who may change it.
                if field == "taxonomyPreview" {
                    continue;
                }
                let expected = match needs(field, call) {
                    Needs::Nothing => "allowed",
                    Needs::Scope(needed) if needed == scope => "allowed",
                    Needs::Scope(_) | Needs::Person => "forbidden",
                };
                assert_eq!(verdict(&client, call, &ids), expected, "{scope:?} {call}");
            }
        }
        let id = json!({ "id": ids["id"] });
        let _ = admin.ask(restored, id.clone());
        let made = admin.ask("mutation($id: ID!) { createPreview(article: $id) { token userErrors { code } } }", id);
        let holder = app.nobody().with_token(&made.text("/createPreview/token"));
        for (field, call, _) in TABLE {
            let expected = match needs(field, call) {
                Needs::Nothing => "allowed",
                Needs::Scope(_) if call.contains("view: WORKING") => "allowed",
                Needs::Scope(_) | Needs::Person => "forbidden",
            };
            if *field != "taxonomyPreview" {
                assert_eq!(verdict(&holder, call, &ids), expected, "preview: {call}");
            }
        }
    }

    fn every_root_field_has_a_row(app) {
        let schema = app.query("{ __schema { queryType { fields { name } } mutationType { fields { name } } } }",
            Value::Null);
        let mut fields = schema.each("/__schema/queryType/fields", "name");
        fields.extend(schema.each("/__schema/mutationType/fields", "name"));
        assert!(fields.len() > 20);
        for field in schema.each("/__schema/mutationType/fields", "name") {
            assert!(NEEDS.iter().any(|(named, _)| named.contains(&field.as_str())), "{field} says not what a token needs");
        }
        for field in fields {
            assert!(TABLE.iter().any(|(name, ..)| *name == field), "{field} has no row");
        }
    }

    fn authors_act_on_their_own_alone(app) {
        let (ann, bob) = (app.as_role(Role::Author), app.as_role(Role::Author));
        let made = ann.ask("mutation { createArticle(input: { title: \"Ann's\" }) { article { id } userErrors { message } } }",
            Value::Null);
        let id = json!({ "id": made.text("/createArticle/article/id") });
        let publish = "mutation($id: ID!) { publishArticle(id: $id) { article { status } userErrors { code } } }";
        let save = "mutation($id: ID!) { updateArticle(id: $id, expectedVersion: 1, input: { lead: \"x\" }) { userErrors { code } } }";
        // What may not be seen is not found.
        for mutation in [publish, save] {
            let refused = bob.ask(mutation, id.clone());
            let name = if mutation == publish { "publishArticle" } else { "updateArticle" };
            assert_eq!(refused.text(&format!("/{name}/userErrors/0/code")), "NOT_FOUND");
        }
        let _ = ann.ask(publish, id.clone()).accepted("publishArticle");
        // What may be seen and not done is forbidden.
        assert_eq!(bob.code(publish, id.clone()), "FORBIDDEN");
        assert_eq!(bob.code(save, id.clone()), "FORBIDDEN");
        let _ = ann.ask(save, id).accepted("updateArticle");
    }

    fn contributors_may_not_publish(app) {
        let carl = app.as_role(Role::Contributor);
        let made = carl.ask("mutation { createArticle(input: { title: \"Carl's\" }) { article { id } userErrors { message } } }",
            Value::Null);
        let id = json!({ "id": made.text("/createArticle/article/id") });
        let publish = "mutation($id: ID!) { publishArticle(id: $id) { userErrors { code } } }";
        let save = "mutation($id: ID!, $version: Int!) { updateArticle(id: $id, expectedVersion: $version, input: { lead: \"x\" }) { userErrors { code } } }";
        assert_eq!(carl.code(publish, id.clone()), "FORBIDDEN");
        let _ = carl.ask(save, json!({"id": id["id"], "version": 1})).accepted("updateArticle");
        let _ = app.as_role(Role::Editor).ask(publish, id.clone()).accepted("publishArticle");
        assert_eq!(carl.code(save, json!({"id": id["id"], "version": 2})), "FORBIDDEN",
            "what the public reads is out of a contributor's hands");
    }
}
