//! Every root field against every role. A field without a row fails.

use api::policy::{Role, TokenScope};
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
    ("users", "{ users { totalCount } }", Who::Admins),
    ("user", "{ user(id: $user) { id } }", Who::Everybody),
    ("sessions", "{ sessions { id } }", Who::SignedIn),
    ("logoutEverywhere", "{ logoutEverywhere { ended } }", Who::SignedIn),
    ("endSession", "{ endSession(id: $session) { userErrors { code } } }", Who::SignedIn),
    (
        "loginWithTotp",
        "{ loginWithTotp(challenge: \"x\", code: \"1\") { userErrors { code } } }",
        Who::Everybody,
    ),
    (
        "acceptInvitation",
        "{ acceptInvitation(token: \"x\", password: \"12345678\") { userErrors { code } } }",
        Who::Everybody,
    ),
    (
        "resetPassword",
        "{ resetPassword(token: \"x\", password: \"12345678\") { userErrors { code } } }",
        Who::Everybody,
    ),
    (
        "inviteUser",
        "{ inviteUser(input: { email: \"x@y\", role: VIEWER }) { userErrors { code } } }",
        Who::Admins,
    ),
    ("updateUser", "{ updateUser(id: $user, input: {}) { userErrors { code } } }", Who::Admins),
    (
        "createPasswordReset",
        "{ createPasswordReset(id: $user) { userErrors { code } } }",
        Who::Admins,
    ),
    (
        "removeSecondFactor",
        "{ removeSecondFactor(id: $user) { userErrors { code } } }",
        Who::Admins,
    ),
    ("deactivateUser", "{ deactivateUser(id: $user) { userErrors { code } } }", Who::Admins),
    ("reactivateUser", "{ reactivateUser(id: $user) { userErrors { code } } }", Who::Admins),
    ("updateProfile", "{ updateProfile(input: {}) { userErrors { code } } }", Who::SignedIn),
    (
        "changePassword",
        "{ changePassword(current: \"x\", new: \"12345678\") { userErrors { code } } }",
        Who::SignedIn,
    ),
    ("startTotp", "{ startTotp(password: \"x\") { userErrors { code } } }", Who::SignedIn),
    ("confirmTotp", "{ confirmTotp(code: \"1\") { userErrors { code } } }", Who::SignedIn),
    ("disableTotp", "{ disableTotp(code: \"1\") { userErrors { code } } }", Who::SignedIn),
    (
        "renewRecoveryCodes",
        "{ renewRecoveryCodes(code: \"1\") { userErrors { code } } }",
        Who::SignedIn,
    ),
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

/// What a call needs of the API token that makes it, its owner being an
/// administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// What nobody in particular may do.
    Nothing,
    Scope(TokenScope),
    /// Somebody who has signed in; no token does.
    Person,
}

/// By field; a mutation without a line here fails.
const NEEDS: &[(&[&str], Needs)] = {
    use TokenScope::{ContentPublish, ContentReadWorking, ContentWrite, TaxonomyWrite, UserManage};
    &[
        (
            &[
                "createArticle",
                "updateArticle",
                "submitArticle",
                "withdrawSubmission",
                "trashArticle",
                "trashArticles",
                "restoreArticle",
                "restoreArticleRevision",
                "purgeArticle",
                "assignArticle",
                "unassignArticle",
                "commentArticle",
                "resolveComment",
                "tagArticles",
                "moveArticles",
                "nameArticleRevision",
                "articleDiff",
                "createTranslation",
                "markTranslationCurrent",
            ],
            Needs::Scope(ContentWrite),
        ),
        (
            &[
                "publishArticle",
                "publishArticles",
                "unpublishArticle",
                "unpublishArticles",
                "approveArticle",
                "returnArticle",
                "archiveArticle",
                "archiveArticles",
                "unarchiveArticle",
            ],
            Needs::Scope(ContentPublish),
        ),
        (
            &["scheduled", "previews", "createPreview", "revokePreview", "translationWork"],
            Needs::Scope(ContentReadWorking),
        ),
        (
            &[
                "createTag",
                "updateTag",
                "deleteTag",
                "mergeTags",
                "splitTag",
                "createCategory",
                "updateCategory",
                "deleteCategory",
                "mergeCategories",
                "splitCategory",
                "undoTaxonomyChange",
                "taxonomyChanges",
            ],
            Needs::Scope(TaxonomyWrite),
        ),
        (
            &[
                "auditLog",
                "users",
                "inviteUser",
                "updateUser",
                "deactivateUser",
                "reactivateUser",
                "revokeApiToken",
            ],
            Needs::Scope(UserManage),
        ),
        (
            &[
                "createApiToken",
                "sessions",
                "endSession",
                "logoutEverywhere",
                "createPasswordReset",
                "removeSecondFactor",
                "updateProfile",
                "changePassword",
                "startTotp",
                "confirmTotp",
                "disableTotp",
                "renewRecoveryCodes",
            ],
            Needs::Person,
        ),
        (
            &[
                "login",
                "loginWithTotp",
                "loginWithOidc",
                "acceptInvitation",
                "resetPassword",
                "refreshSession",
                "logout",
            ],
            Needs::Nothing,
        ),
    ]
};

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
    let ids = json!({
        "id": made.text("/createArticle/article/id"),
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
