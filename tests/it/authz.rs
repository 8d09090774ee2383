//! Every root field against every role. A field without a row fails.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Client, TestApp, on_both};

/// Who may: everybody, readers of drafts, or those from a role on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Everybody,
    /// Anybody who signed in.
    SignedIn,
    /// Authors and above; theirs or not does not matter here, since it is not.
    Owners,
    Editors,
    Admins,
    /// Readers of everything: viewers, and editors and above.
    Desk,
    /// Authors and above.
    Authors,
}

/// A call of each root field: as the role asks, about an article of the editor.
const TABLE: &[(&str, &str, Who)] = &[
    ("article", "{ article(by: { id: $id }) { id } }", Who::Everybody),
    ("articles", "{ articles { totalCount } }", Who::Everybody),
    ("tag", "{ tag(by: { slug: \"a\" }) { id } }", Who::Everybody),
    ("tags", "{ tags { totalCount } }", Who::Everybody),
    ("category", "{ category(by: { slug: \"a\" }) { id } }", Who::Everybody),
    ("categories", "{ categories { totalCount } }", Who::Everybody),
    ("route", "{ route(path: \"/\") { __typename } }", Who::Everybody),
    ("widgets", "{ widgets(page: HOME) { kind } }", Who::Everybody),
    ("site", "{ site { title } }", Who::Everybody),
    ("viewer", "{ viewer { id } }", Who::Everybody),
    ("oidc", "{ oidc { startPath } }", Who::Everybody),
    ("node", "{ node(id: $id) { id } }", Who::Everybody),
    ("nodes", "{ nodes(ids: [$id]) { id } }", Who::Everybody),
    ("article", "{ article(by: { id: $id }, view: WORKING) { id } }", Who::SignedIn),
    ("articles", "{ articles(view: TRASH) { totalCount } }", Who::SignedIn),
    ("articles", "{ articles { nodes { revisions { totalCount } } } }", Who::Editors),
    ("tag", "{ tag(by: { slug: \"a\" }, view: WORKING) { id } }", Who::SignedIn),
    ("tags", "{ tags(view: WORKING) { totalCount } }", Who::SignedIn),
    ("category", "{ category(by: { slug: \"a\" }, view: WORKING) { id } }", Who::SignedIn),
    ("categories", "{ categories(view: WORKING) { totalCount } }", Who::SignedIn),
    ("route", "{ route(path: \"/\", view: WORKING) { __typename } }", Who::SignedIn),
    ("widgets", "{ widgets(page: HOME, view: WORKING) { kind } }", Who::SignedIn),
    ("site", "{ site(view: WORKING) { title } }", Who::SignedIn),
    ("node", "{ node(id: $id, view: WORKING) { id } }", Who::SignedIn),
    ("nodes", "{ nodes(ids: [$id], view: WORKING) { id } }", Who::SignedIn),
    (
        "createArticle",
        "{ createArticle(input: { title: \"x\" }) { userErrors { code } } }",
        Who::Owners,
    ),
    (
        "updateArticle",
        "{ updateArticle(id: $id, expectedVersion: 1, input: {}) { userErrors { code } } }",
        Who::Editors,
    ),
    ("publishArticle", "{ publishArticle(id: $id) { userErrors { code } } }", Who::Editors),
    ("unpublishArticle", "{ unpublishArticle(id: $id) { userErrors { code } } }", Who::Editors),
    ("trashArticle", "{ trashArticle(id: $id) { userErrors { code } } }", Who::Editors),
    ("restoreArticle", "{ restoreArticle(id: $id) { userErrors { code } } }", Who::Editors),
    (
        "restoreArticleRevision",
        "{ restoreArticleRevision(id: $id, revisionId: $revision) { userErrors { code } } }",
        Who::Editors,
    ),
    (
        "nameArticleRevision",
        "{ nameArticleRevision(id: $id, revisionId: $revision, name: \"n\") { userErrors { code } } }",
        Who::Editors,
    ),
    ("articleDiff", "{ articleDiff(id: $id, from: $revision) { from { id } } }", Who::Owners),
    ("createTag", "{ createTag(input: { name: \"n\" }) { userErrors { code } } }", Who::Editors),
    (
        "updateTag",
        "{ updateTag(id: $tag, input: { name: \"m\" }) { userErrors { code } } }",
        Who::Editors,
    ),
    ("deleteTag", "{ deleteTag(id: $tag) { userErrors { code } } }", Who::Editors),
    (
        "createCategory",
        "{ createCategory(input: { name: \"n\" }) { userErrors { code } } }",
        Who::Editors,
    ),
    (
        "updateCategory",
        "{ updateCategory(id: $category, input: { name: \"m\" }) { userErrors { code } } }",
        Who::Editors,
    ),
    ("deleteCategory", "{ deleteCategory(id: $category) { userErrors { code } } }", Who::Editors),
    (
        "taxonomyPreview",
        "{ taxonomyPreview(change: { deleteTag: $tag }) { preview { summary } } }",
        Who::Editors,
    ),
    ("translationWork", "{ translationWork(status: MISSING) { totalCount } }", Who::SignedIn),
    ("articles", "{ articles { nodes { translationStatus { status } } } }", Who::SignedIn),
    (
        "createTranslation",
        "{ createTranslation(article: $id, language: \"ja\") { userErrors { code } } }",
        Who::Owners,
    ),
    (
        "markTranslationCurrent",
        "{ markTranslationCurrent(id: $id) { userErrors { code } } }",
        Who::Editors,
    ),
    ("taxonomyChanges", "{ taxonomyChanges { totalCount } }", Who::Editors),
    ("taxonomyChanges", "{ taxonomyChanges { nodes { id } } }", Who::Editors),
    ("mergeTags", "{ mergeTags(ids: [], into: $tag) { userErrors { code } } }", Who::Editors),
    (
        "mergeCategories",
        "{ mergeCategories(ids: [], into: $category) { userErrors { code } } }",
        Who::Editors,
    ),
    (
        "splitTag",
        "{ splitTag(id: $tag, articles: [], input: { name: \"s\" }) { userErrors { code } } }",
        Who::Editors,
    ),
    (
        "splitCategory",
        "{ splitCategory(id: $category, articles: [], input: { name: \"s\" }) { userErrors { code } } }",
        Who::Editors,
    ),
    (
        "undoTaxonomyChange",
        "{ undoTaxonomyChange(id: \"eAAAAAAAAAAAAAAAAAAAAAA\") { userErrors { code } } }",
        Who::Editors,
    ),
    (
        "login",
        "{ login(input: { email: \"x@y\", password: \"z\" }) { userErrors { code } } }",
        Who::Everybody,
    ),
    (
        "refreshSession",
        "{ refreshSession(refreshToken: \"z\") { userErrors { code } } }",
        Who::Everybody,
    ),
    ("loginWithOidc", "{ loginWithOidc(code: \"z\") { userErrors { code } } }", Who::Everybody),
    ("logout", "{ logout { ended } }", Who::Everybody),
    ("scheduled", "{ scheduled { totalCount nodes { at } } }", Who::SignedIn),
    ("articles", "{ articles(view: ARCHIVE) { totalCount } }", Who::SignedIn),
    ("articles", "{ articles { nodes { review { state } } } }", Who::Desk),
    ("articles", "{ articles { nodes { assignments { note } } } }", Who::Desk),
    ("articles", "{ articles { nodes { discussion { text } } } }", Who::Desk),
    ("articles", "{ articles { nodes { allowedActions } } }", Who::Everybody),
    ("auditLog", "{ auditLog { totalCount nodes { kind } } }", Who::Admins),
    ("apiTokens", "{ apiTokens { name } }", Who::SignedIn),
    ("apiTokens", "{ apiTokens(user: $user) { name } }", Who::Admins),
    (
        "createApiToken",
        "{ createApiToken(input: { name: \"n\", scopes: [CONTENT_READ] }) { userErrors { code } } }",
        Who::SignedIn,
    ),
    ("revokeApiToken", "{ revokeApiToken(id: $token) { userErrors { code } } }", Who::SignedIn),
    ("previews", "{ previews(article: $id) { id } }", Who::Desk),
    ("createPreview", "{ createPreview(article: $id) { userErrors { code } } }", Who::Desk),
    ("revokePreview", "{ revokePreview(id: $preview) { userErrors { code } } }", Who::Desk),
    ("submitArticle", "{ submitArticle(id: $id) { userErrors { code } } }", Who::Editors),
    ("withdrawSubmission", "{ withdrawSubmission(id: $id) { userErrors { code } } }", Who::Editors),
    (
        "approveArticle",
        "{ approveArticle(id: $id, expectedVersion: 1) { userErrors { code } } }",
        Who::Editors,
    ),
    (
        "returnArticle",
        "{ returnArticle(id: $id, comment: \"x\") { userErrors { code } } }",
        Who::Editors,
    ),
    ("archiveArticle", "{ archiveArticle(id: $id) { userErrors { code } } }", Who::Editors),
    ("unarchiveArticle", "{ unarchiveArticle(id: $id) { userErrors { code } } }", Who::Editors),
    ("purgeArticle", "{ purgeArticle(id: $id) { userErrors { code } } }", Who::Editors),
    (
        "assignArticle",
        "{ assignArticle(id: $id, input: { user: $user }) { userErrors { code } } }",
        Who::Editors,
    ),
    (
        "unassignArticle",
        "{ unassignArticle(id: $id, user: $user) { userErrors { code } } }",
        Who::Editors,
    ),
    (
        "commentArticle",
        "{ commentArticle(id: $id, input: { text: \"x\" }) { userErrors { code } } }",
        Who::Desk,
    ),
    ("resolveComment", "{ resolveComment(id: $comment) { userErrors { code } } }", Who::Desk),
    ("publishArticles", "{ publishArticles(ids: [$id]) { userErrors { code } } }", Who::Authors),
    (
        "unpublishArticles",
        "{ unpublishArticles(ids: [$id]) { userErrors { code } } }",
        Who::Authors,
    ),
    ("trashArticles", "{ trashArticles(ids: [$id]) { userErrors { code } } }", Who::Owners),
    ("archiveArticles", "{ archiveArticles(ids: [$id]) { userErrors { code } } }", Who::Owners),
    ("tagArticles", "{ tagArticles(ids: [$id]) { userErrors { code } } }", Who::Owners),
    (
        "moveArticles",
        "{ moveArticles(ids: [$id], section: \"s\") { userErrors { code } } }",
        Who::Owners,
    ),
];

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

/// What a caller is told: `allowed`, `forbidden`, `unauthenticated`, or that
/// what it asks about does not exist.
fn verdict(client: &Client, call: &str, ids: &Value) -> String {
    let mut call = call.to_owned();
    for (name, id) in ids.as_object().expect("ids") {
        call = call.replace(&format!("${name}"), &id.to_string());
    }
    let is_mutation = call.contains("userErrors") || call.contains("logout");
    let document = if is_mutation { format!("mutation {call}") } else { call.clone() };
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
    let ids = json!({
        "id": made.text("/createArticle/article/id"),
        "user": me,
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

/// What each role may do to an article by whose it is and where it stands:
/// (Y)es, (F)orbidden, (N)ot found, (U)nauthenticated, or - where there is none.
/// Columns: nobody, VIEWER, CONTRIBUTOR, AUTHOR, EDITOR, ADMIN.
const ARTICLES: &[(&str, &str, &str)] = &[
    ("updateArticle", "own draft", "- - Y Y Y Y"),
    ("updateArticle", "own live", "- - F Y Y Y"),
    ("updateArticle", "other draft", "U F N N Y Y"),
    ("updateArticle", "other live", "U F F F Y Y"),
    ("publishArticle", "own draft", "- - F Y Y Y"),
    ("publishArticle", "own live", "- - F Y Y Y"),
    ("publishArticle", "other draft", "U F F N Y Y"),
    ("publishArticle", "other live", "U F F F Y Y"),
    ("unpublishArticle", "own live", "- - F Y Y Y"),
    ("unpublishArticle", "other live", "U F F F Y Y"),
    ("trashArticle", "own draft", "- - Y Y Y Y"),
    ("trashArticle", "own live", "- - F Y Y Y"),
    ("trashArticle", "other draft", "U F N N Y Y"),
    ("trashArticle", "other live", "U F F F Y Y"),
    ("restoreArticle", "own trashed", "- - Y Y Y Y"),
    ("restoreArticle", "other trashed", "U F N N Y Y"),
    ("submitArticle", "own draft", "- - Y Y Y Y"),
    ("submitArticle", "own live", "- - F Y Y Y"),
    ("submitArticle", "other draft", "U F N N Y Y"),
    ("submitArticle", "other live", "U F F F Y Y"),
    ("approveArticle", "own submitted", "- - F F Y Y"),
    ("approveArticle", "other submitted", "U F F F Y Y"),
    ("archiveArticle", "own draft", "- - Y Y Y Y"),
    ("archiveArticle", "own live", "- - F Y Y Y"),
    ("archiveArticle", "other draft", "U F N N Y Y"),
    ("archiveArticle", "other live", "U F F F Y Y"),
    ("unarchiveArticle", "own archived", "- - Y Y Y Y"),
    ("unarchiveArticle", "other archived", "U F N N Y Y"),
    ("purgeArticle", "own trashed", "- - F F Y Y"),
    ("purgeArticle", "other trashed", "U F F F Y Y"),
    ("commentArticle", "own draft", "- - Y Y Y Y"),
    ("commentArticle", "own live", "- - Y Y Y Y"),
    ("commentArticle", "other draft", "U Y N N Y Y"),
    ("commentArticle", "other live", "U Y F F Y Y"),
    ("restoreArticleRevision", "own draft", "- - Y Y Y Y"),
    ("restoreArticleRevision", "own live", "- - F Y Y Y"),
    ("restoreArticleRevision", "other draft", "U F N N Y Y"),
    ("restoreArticleRevision", "other live", "U F F F Y Y"),
    ("nameArticleRevision", "own draft", "- - Y Y Y Y"),
    ("nameArticleRevision", "own live", "- - F Y Y Y"),
    ("nameArticleRevision", "other draft", "U F N N Y Y"),
    ("nameArticleRevision", "other live", "U F F F Y Y"),
];

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
                if *field == "logout" && role.is_some() {
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

    fn every_root_field_has_a_row(app) {
        let schema = app.query("{ __schema { queryType { fields { name } } mutationType { fields { name } } } }",
            Value::Null);
        let mut fields = schema.each("/__schema/queryType/fields", "name");
        fields.extend(schema.each("/__schema/mutationType/fields", "name"));
        assert!(fields.len() > 20);
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
