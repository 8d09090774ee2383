//! Who sees accounts and who changes them; what people change of themselves.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Answer, Client, HOUR, START, TestApp, on_both};

const PASSWORD: &str = "correct horse battery";
const INVITE: &str = "mutation($email: String!, $role: Role! = AUTHOR) { inviteUser(input: { email: $email, name: \"Ann\", role: $role }) {
    user { id email name role status } link { token url expiresAt } userErrors { field code } } }";
const ACCEPT: &str =
    "mutation($token: String!, $name: String, $password: String! = \"a password of ann\") {
    acceptInvitation(token: $token, name: $name, password: $password) {
      session { accessToken refreshToken } user { name role status } userErrors { field code } } }";
const LOGIN: &str = "mutation($email: String!, $password: String!) { login(input: { email: $email, password: $password }) {
    session { accessToken refreshToken } userErrors { code } } }";
const RESET: &str = "mutation($id: ID!) { createPasswordReset(id: $id) { link { token url } userErrors { field code } } }";
const SET: &str = "mutation($token: String!, $password: String!) { resetPassword(token: $token, password: $password) {
    session { accessToken } userErrors { field code } } }";
const VIEWER: &str = "{ viewer { id name email role status } }";

fn id_of(client: &Client) -> String {
    client.ask(VIEWER, Value::Null).text("/viewer/id")
}

fn role(client: &Client, id: &str, role: &str) -> Answer {
    client.ask(
        "mutation($id: ID!, $role: Role!) { updateUser(id: $id, input: { role: $role }) { user { role } userErrors { field code message } } }",
        json!({ "id": id, "role": role }),
    )
}

fn on(client: &Client, mutation: &str, id: &str) -> Answer {
    let document = format!(
        "mutation($id: ID!) {{ {mutation}(id: $id) {{ user {{ status }} userErrors {{ field code }} }} }}"
    );
    client.ask(&document, json!({ "id": id }))
}

fn sign_in(app: &TestApp, email: &str, password: &str) -> Result<Client, String> {
    let answer = app.query(LOGIN, json!({ "email": email, "password": password }));
    match answer.0["login"]["session"]["accessToken"].as_str() {
        Some(token) => Ok(app.nobody().with_token(token)),
        None => Err(answer.text("/login/userErrors/0/code")),
    }
}

fn event(app: &TestApp, kind: &str) -> entity::event::Model {
    app.events()
        .into_iter()
        .rev()
        .find(|event| event.kind == kind)
        .unwrap_or_else(|| panic!("no {kind}"))
}

on_both! {

    fn one_invitation_lets_one_in(app) {
        let admin = app.as_role(Role::Admin);
        let token = admin.ask(INVITE, json!({"email": "ann@example.org"})).text("/inviteUser/link/token");
        let done: Vec<_> = std::thread::scope(|scope| {
            let tries: Vec<_> =
                (0..6).map(|_| scope.spawn(|| app.query(ACCEPT, json!({ "token": token })))).collect();
            tries.into_iter().map(|one| one.join().expect("an answer")).collect()
        });
        let came = done.iter().filter(|answer| answer.at("/acceptInvitation/session").is_object());
        assert_eq!(came.count(), 1);
    }

    fn whoever_is_deactivated_is_out_at_once(app) {
        let (admin, editor) = (app.as_role(Role::Admin), app.as_role(Role::Editor));
        let me = editor.ask(VIEWER, Value::Null);
        let (id, email) = (me.text("/viewer/id"), me.text("/viewer/email"));
        let session = app.query(LOGIN, json!({ "email": email, "password": PASSWORD }));
        let token = editor.ask("mutation { createApiToken(input: { name: \"n\", scopes: [CONTENT_READ] }) { token userErrors { code } } }", Value::Null);
        let reset = admin.ask(RESET, json!({ "id": id })).text("/createPasswordReset/link/token");
        let gone = on(&admin, "deactivateUser", &id).accepted("deactivateUser");
        assert_eq!(gone.at("/deactivateUser/user/status"), &json!("DEACTIVATED"));
        assert_eq!(editor.code(VIEWER, Value::Null), "UNAUTHENTICATED");
        let token = app.nobody().with_token(&token.text("/createApiToken/token"));
        assert_eq!(token.code(VIEWER, Value::Null), "UNAUTHENTICATED");
        let refresh = "mutation($token: String!) { refreshSession(refreshToken: $token) { userErrors { code } } }";
        let refused = app.query(refresh, json!({ "token": session.text("/login/session/refreshToken") }));
        assert_eq!(refused.text("/refreshSession/userErrors/0/code"), "BAD_CREDENTIALS");
        assert_eq!(sign_in(&app, &email, PASSWORD).err().as_deref(), Some("BAD_CREDENTIALS"));
        let refused = app.query(SET, json!({ "token": reset, "password": "another password" }));
        assert_eq!(refused.text("/resetPassword/userErrors/0/code"), "BAD_CREDENTIALS");
        let refused = admin.ask(RESET, json!({ "id": id }));
        assert_eq!(refused.text("/createPasswordReset/userErrors/0/code"), "WRONG_STATE");
        let back = on(&admin, "reactivateUser", &id).accepted("reactivateUser");
        assert_eq!(back.at("/reactivateUser/user/status"), &json!("ACTIVE"));
        assert_eq!(editor.code(VIEWER, Value::Null), "UNAUTHENTICATED", "old sessions stay ended");
        assert!(sign_in(&app, &email, PASSWORD).is_ok());
        assert_eq!(event(&app, "user.deactivated").entity_id, event(&app, "user.reactivated").entity_id);
    }

    fn somebody_stays_administrator(app) {
        let (one, other) = (app.as_role(Role::Admin), app.as_role(Role::Admin));
        let ids = [id_of(&one), id_of(&other)];
        // An invited one cannot come to help.
        let _ = one.ask(INVITE, json!({"email": "late@example.org", "role": "ADMIN"})).accepted("inviteUser");
        let results: Vec<_> = std::thread::scope(|scope| {
            let first = scope.spawn(|| one.run("mutation($id: ID!) { deactivateUser(id: $id) { userErrors { code } } }", json!({ "id": ids[1] }), None));
            let second = scope.spawn(|| other.run("mutation($id: ID!) { updateUser(id: $id, input: { role: EDITOR }) { userErrors { code } } }", json!({ "id": ids[0] }), None));
            vec![first.join().expect("an answer"), second.join().expect("an answer")]
        });
        let admins = app.block_on(async {
            use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
            entity::user::Entity::find()
                .filter(entity::user::Column::Role.eq("ADMIN"))
                .filter(entity::user::Column::Active.eq(true))
                .filter(entity::user::Column::JoinedAt.is_not_null())
                .all(app.app.db().read()).await.expect("people")
        });
        assert_eq!(admins.len(), 1, "{results:?}");
        let last = if admins[0].email == one.run(VIEWER, Value::Null, None)["data"]["viewer"]["email"] { (&one, &ids[0]) } else { (&other, &ids[1]) };
        let refused = on(last.0, "deactivateUser", last.1);
        assert_eq!(refused.text("/deactivateUser/userErrors/0/code"), "WRONG_STATE");
        let refused = role(last.0, last.1, "EDITOR");
        assert_eq!(refused.text("/updateUser/userErrors/0/code"), "WRONG_STATE");
    }

    fn a_password_is_reset_by_a_link_that_works_once(app) {
        let (admin, editor) = (app.as_role(Role::Admin), app.as_role(Role::Editor));
        let me = editor.ask(VIEWER, Value::Null);
        let (id, email) = (me.text("/viewer/id"), me.text("/viewer/email"));
        let token = admin.ask(RESET, json!({ "id": id })).text("/createPasswordReset/link/token");
        let wrong = app.query(SET, json!({ "token": "wrong", "password": "another password" }));
        assert_eq!(wrong.at("/resetPassword/userErrors/0"), &json!({"field": ["token"], "code": "BAD_CREDENTIALS"}));
        // A link of one kind does nothing as another.
        let wrong = app.query(ACCEPT, json!({ "token": token }));
        assert_eq!(wrong.text("/acceptInvitation/userErrors/0/code"), "BAD_CREDENTIALS");
        let set = app.query(SET, json!({ "token": token, "password": "another password" })).accepted("resetPassword");
        assert!(set.at("/resetPassword/session/accessToken").is_string());
        assert_eq!(editor.code(VIEWER, Value::Null), "UNAUTHENTICATED", "the sessions before are over");
        assert!(sign_in(&app, &email, PASSWORD).is_err());
        assert!(sign_in(&app, &email, "another password").is_ok());
        let twice = app.query(SET, json!({ "token": token, "password": "a third password" }));
        assert_eq!(twice.text("/resetPassword/userErrors/0/code"), "BAD_CREDENTIALS");
        let late = admin.ask(RESET, json!({ "id": id })).text("/createPasswordReset/link/token");
        app.set_clock(START + 24 * HOUR);
        let late = app.query(SET, json!({ "token": late, "password": "a third password" }));
        assert_eq!(late.text("/resetPassword/userErrors/0/code"), "BAD_CREDENTIALS");
    }

    fn people_change_their_password_and_their_profile(app) {
        let editor = app.as_role(Role::Editor);
        let email = editor.ask(VIEWER, Value::Null).text("/viewer/email");
        let other = sign_in(&app, &email, PASSWORD).expect("a second session");
        let change = "mutation($current: String!, $new: String!) { changePassword(current: $current, new: $new) { user { name } userErrors { field code } } }";
        let wrong = editor.ask(change, json!({"current": "no", "new": "another password"}));
        assert_eq!(wrong.at("/changePassword/userErrors/0"), &json!({"field": ["current"], "code": "BAD_CREDENTIALS"}));
        let short = editor.ask(change, json!({"current": PASSWORD, "new": "short"}));
        assert_eq!(short.at("/changePassword/userErrors/0"), &json!({"field": ["new"], "code": "INVALID"}));
        let _ = editor.ask(change, json!({"current": PASSWORD, "new": "another password"})).accepted("changePassword");
        assert!(!editor.ask(VIEWER, Value::Null).at("/viewer").is_null(), "this session goes on");
        assert_eq!(other.code(VIEWER, Value::Null), "UNAUTHENTICATED");
        assert!(sign_in(&app, &email, PASSWORD).is_err());
        assert!(sign_in(&app, &email, "another password").is_ok());
        let profile = "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { user { name email } userErrors { field code } } }";
        let named = editor.ask(profile, json!({"input": {"name": " New Name "}})).accepted("updateProfile");
        assert_eq!(named.at("/updateProfile/user/name"), &json!("New Name"));
        let bare = editor.ask(profile, json!({"input": {"email": "new@example.org"}}));
        assert_eq!(bare.at("/updateProfile/userErrors/0"), &json!({"field": ["input", "currentPassword"], "code": "REQUIRED"}));
        let moved = editor.ask(profile, json!({"input": {"email": "new@example.org", "currentPassword": "another password"}})).accepted("updateProfile");
        assert_eq!(moved.at("/updateProfile/user/email"), &json!("new@example.org"));
        assert!(sign_in(&app, "new@example.org", "another password").is_ok());
    }

    fn who_may_see_whom(app) {
        let (admin, editor, author) = (app.as_role(Role::Admin), app.as_role(Role::Editor), app.as_role(Role::Author));
        let (hers, his) = (id_of(&editor), id_of(&author));
        let one = "query($id: ID!) { user(id: $id) { name status createdAt hasPassword hasSecondFactor } node(id: $id) { __typename id } }";
        for (client, id, seen) in [
            (&admin, &his, true), (&author, &his, true), (&author, &hers, false),
            (&editor, &his, false), (&app.nobody(), &his, false),
        ] {
            let answer = client.ask(one, json!({ "id": id }));
            assert_eq!(answer.at("/user").is_object(), seen);
            assert_eq!(answer.at("/node").is_object(), seen);
            if seen {
                assert_eq!(answer.at("/user/status"), &json!("ACTIVE"));
            }
        }
        // Names stand beside revisions; the account does not.
        let made = editor.ask("mutation { createArticle(input: { title: \"t\" }) { article { revisions { nodes { author { name email status } } } } userErrors { code } } }", Value::Null);
        assert_eq!(made.at("/createArticle/article/revisions/nodes/0/author/status"), &json!("ACTIVE"), "one's own");
        let viewer = app.as_role(Role::Admin);
        let _ = role(&admin, &id_of(&viewer), "EDITOR").accepted("updateUser");
        let seen = viewer.ask("{ articles(view: WORKING) { nodes { revisions { nodes { author { name status } } } } } }", Value::Null);
        assert_eq!(seen.at("/articles/nodes/0/revisions/nodes/0/author/status"), &Value::Null);
    }

    fn people_are_listed_in_pages(app) {
        let admin = app.as_role(Role::Admin);
        for number in 0..7 {
            let ctx = app.ctx();
            let name = Some(format!("Person {}", number % 3));
            let email = format!("p{number}@example.org");
            let added = api::user::add(&ctx, &email, name, Role::Viewer, PASSWORD.to_owned());
            app.block_on(added).expect("a new user");
        }
        let list = "query($first: Int, $after: String, $last: Int, $before: String, $filter: UserFilter) {
            users(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
              totalCount nodes { name email } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } }";
        let whole = admin.ask(list, json!({"filter": {"role": "VIEWER"}}));
        let expected = whole.each("/users/nodes", "email");
        assert_eq!((whole.number("/users/totalCount"), expected.len()), (7, 7));
        let mut forward = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = admin.ask(list, json!({"first": 2, "after": after, "filter": {"role": "VIEWER"}}));
            forward.extend(page.each("/users/nodes", "email"));
            after = page.at("/users/pageInfo/endCursor").clone();
            if page.at("/users/pageInfo/hasNextPage") == &json!(false) {
                break;
            }
        }
        assert_eq!(forward, expected);
        let back = admin.ask(list, json!({"last": 3, "before": after, "filter": {"role": "VIEWER"}}));
        assert_eq!(back.each("/users/nodes", "email"), expected[3..6]);
        let found = admin.ask(list, json!({"filter": {"text": "PERSON 1"}}));
        assert_eq!(found.number("/users/totalCount"), 2);
        let none = admin.ask(list, json!({"filter": {"text": "%"}}));
        assert_eq!(none.number("/users/totalCount"), 0, "no wildcard");
        let gone = admin.ask(list, json!({"filter": {"active": false}}));
        assert_eq!(gone.number("/users/totalCount"), 0);
        let count = |first: i64| app.statements(|| admin.ask("query($first: Int) { users(first: $first) { nodes { name status hasPassword } } }", json!({ "first": first }))).1.len();
        assert_eq!(count(1), count(8), "statements do not follow the rows");
    }

    fn a_token_manages_people_and_not_administrators(app) {
        let admin = app.as_role(Role::Admin);
        let editor = app.as_role(Role::Editor);
        let made = admin.ask("mutation { createApiToken(input: { name: \"n\", scopes: [USER_MANAGE] }) { token userErrors { code } } }", Value::Null);
        let token = app.nobody().with_token(&made.text("/createApiToken/token"));
        let _ = token.ask(INVITE, json!({"email": "ann@example.org"})).accepted("inviteUser");
        let _ = role(&token, &id_of(&editor), "AUTHOR").accepted("updateUser");
        assert_eq!(token.code(INVITE, json!({"email": "boss@example.org", "role": "ADMIN"})), "FORBIDDEN");
        assert_eq!(token.code(RESET, json!({"id": id_of(&editor)})), "FORBIDDEN");
        for (document, id) in [
            ("mutation($id: ID!) { updateUser(id: $id, input: { role: ADMIN }) { userErrors { code } } }", id_of(&editor)),
            ("mutation($id: ID!) { updateUser(id: $id, input: { email: \"x@example.org\" }) { userErrors { code } } }", id_of(&admin)),
            ("mutation($id: ID!) { deactivateUser(id: $id) { userErrors { code } } }", id_of(&app.as_role(Role::Admin))),
            ("mutation($id: ID!) { removeSecondFactor(id: $id) { userErrors { code } } }", id_of(&editor)),
        ] {
            assert_eq!(token.code(document, json!({ "id": id })), "FORBIDDEN", "{document}");
        }
        for own in ["{ sessions { id } }", "mutation { logoutEverywhere { ended } }", "mutation { updateProfile(input: { name: \"x\" }) { userErrors { code } } }"] {
            assert_eq!(token.code(own, Value::Null), "FORBIDDEN", "{own}");
        }
    }

    fn events_say_who_signed_in_and_how(app) {
        let editor = app.as_role(Role::Editor);
        let me = editor.ask(VIEWER, Value::Null);
        let started = event(&app, "session.started");
        assert_eq!(started.actor_id, started.entity_id);
        assert!(started.actor_id.is_some() && started.session_id.is_some());
        assert_eq!(started.data.0, json!({"method": "PASSWORD"}));
        let email = me.text("/viewer/email");
        assert!(sign_in(&app, &email, "wrong").is_err());
        let failed = event(&app, "session.failed");
        assert_eq!((failed.entity_id, failed.actor_id), (started.entity_id, None));
        assert_eq!(failed.address.as_deref(), Some("127.0.0.1"));
        let added = event(&app, "user.added");
        assert_eq!(added.data.0["role"], json!("EDITOR"));
    }
}

#[test]
fn a_link_goes_to_the_page_that_is_configured() {
    let app = TestApp::configured(tests::Backend::Sqlite, |config| {
        "https://desk.example.org/welcome".clone_into(&mut config.auth.link_page);
    })
    .expect("SQLite is always there");
    let invited = app.as_role(Role::Admin).ask(INVITE, json!({"email": "ann@example.org"}));
    let (url, token) =
        (invited.text("/inviteUser/link/url"), invited.text("/inviteUser/link/token"));
    assert_eq!(url, format!("https://desk.example.org/welcome#invitation={token}"));
}
