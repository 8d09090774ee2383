//! People: invited, changed, sent away; their sessions, cookies and keys; and
//! how guessing at them is slowed down.

use api::config::Secret;
use api::policy::Role;
use serde_json::{Value, json};
use tests::client::{Raw, agent, raw};
use tests::process::{Process, command, run};
use tests::{Answer, Backend, HOUR, START, TestApp, on_both};

const PROGRAM: &str = env!("CARGO_BIN_EXE_broadsheet-under-test");
const PASSWORD: &str = "planted-secret-password";
const VIEWER: &str = "{ viewer { email role } }";
const LOGIN: &str = "mutation($email: String!, $password: String!) { login(input: { email: $email, password: $password }) {
    session { accessToken refreshToken } userErrors { code retryAfterSeconds } } }";
const REFRESH: &str = "mutation($token: String) { refreshSession(refreshToken: $token) {
    session { accessToken refreshToken } userErrors { code } } }";
const SECOND: i64 = 1_000_000;

fn user(app: &TestApp, email: &str, role: Role) {
    let ctx = app.ctx();
    let added = api::user::add(&ctx, email, None, role, PASSWORD.to_owned());
    app.block_on(added).expect("a new user");
}

fn login(app: &TestApp, email: &str, password: &str) -> Answer {
    app.query(LOGIN, json!({ "email": email, "password": password }))
}

fn access(answer: &Answer, mutation: &str) -> String {
    answer.text(&format!("/{mutation}/session/accessToken"))
}

fn code(answer: &Answer, mutation: &str) -> String {
    answer.text(&format!("/{mutation}/userErrors/0/code"))
}

/// A request with headers, as a browser sends it.
fn post(app: &TestApp, document: &str, variables: &Value, headers: &[(&str, &str)]) -> Raw {
    let mut request = agent().post(app.url("/graphql"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    raw(request.send_json(json!({ "query": document, "variables": variables })))
}

on_both! {
    fn somebody_is_invited_once_and_comes(app) {
        let admin = app.as_role(Role::Admin);
        let invite = "mutation { inviteUser(input: { email: \"New@example.org\", role: AUTHOR }) { user { id } link { token expiresAt } userErrors { code } } }";
        let first = admin.ask(invite, Value::Null).accepted("inviteUser").text("/inviteUser/link/token");
        // Asking again makes the old link void.
        let token = admin.ask(invite, Value::Null).accepted("inviteUser").text("/inviteUser/link/token");
        let accept = "mutation($token: String!, $password: String!) { acceptInvitation(token: $token, name: \"Neu\", password: $password) {
            session { accessToken } user { name email role } userErrors { code } } }";
        assert_eq!(code(&app.query(accept, json!({ "token": first, "password": PASSWORD })), "acceptInvitation"), "BAD_CREDENTIALS");
        assert_eq!(code(&app.query(accept, json!({ "token": token, "password": "short" })), "acceptInvitation"), "INVALID");
        assert_eq!(code(&login(&app, "new@example.org", PASSWORD), "login"), "BAD_CREDENTIALS");
        let come = app.query(accept, json!({ "token": token, "password": PASSWORD })).accepted("acceptInvitation");
        assert_eq!(come.at("/acceptInvitation/user"), &json!({ "name": "Neu", "email": "new@example.org", "role": "AUTHOR" }));
        let client = app.nobody().with_token(&access(&come, "acceptInvitation"));
        assert_eq!(client.ask(VIEWER, Value::Null).text("/viewer/role"), "AUTHOR");
        assert_eq!(code(&app.query(accept, json!({ "token": token, "password": PASSWORD })), "acceptInvitation"), "BAD_CREDENTIALS");
        let again = admin.ask(invite, Value::Null);
        assert_eq!(code(&again, "inviteUser"), "TAKEN");
    }

    fn an_invitation_expires(app) {
        let admin = app.as_role(Role::Admin);
        let token = admin.ask("mutation { inviteUser(input: { email: \"late@example.org\", role: VIEWER }) { link { token } userErrors { code } } }", Value::Null)
            .text("/inviteUser/link/token");
        app.set_clock(START + 7 * 24 * HOUR);
        let late = app.query("mutation($t: String!, $p: String!) { acceptInvitation(token: $t, password: $p) { userErrors { code } } }",
            json!({ "t": token, "p": PASSWORD }));
        assert_eq!(code(&late, "acceptInvitation"), "BAD_CREDENTIALS");
    }

    fn a_role_changes_at_once_and_the_last_admin_stays(app) {
        user(&app, "a@example.org", Role::Author);
        user(&app, "boss@example.org", Role::Admin);
        let author = app.nobody().with_token(&access(&login(&app, "a@example.org", PASSWORD), "login"));
        let boss = app.nobody().with_token(&access(&login(&app, "boss@example.org", PASSWORD), "login"));
        let list = boss.ask("{ users(filter: { role: AUTHOR }) { totalCount nodes { id email role } } }", Value::Null);
        let id = list.text("/users/nodes/0/id");
        let update = "mutation($id: ID!, $role: Role!) { updateUser(id: $id, input: { role: $role }) { user { role } userErrors { field code } } }";
        let _ = boss.ask(update, json!({ "id": id, "role": "VIEWER" })).accepted("updateUser");
        assert_eq!(author.ask(VIEWER, Value::Null).text("/viewer/role"), "VIEWER");
        assert_eq!(author.code("mutation { createArticle(input: { title: \"x\" }) { userErrors { code } } }", Value::Null), "FORBIDDEN");
        let me = boss.ask("{ viewer { id } }", Value::Null).text("/viewer/id");
        let last = boss.ask(update, json!({ "id": me, "role": "EDITOR" }));
        assert_eq!(code(&last, "updateUser"), "WRONG_STATE");
        let gone = boss.ask("mutation($id: ID!) { deactivateUser(id: $id) { userErrors { code } } }", json!({ "id": me }));
        assert_eq!(code(&gone, "deactivateUser"), "WRONG_STATE");
        let log = boss.ask("{ auditLog(filter: { kind: \"user.roleChanged\" }) { nodes { data actor { email } } } }", Value::Null);
        assert_eq!(log.at("/auditLog/nodes/0/data"), &json!({ "before": "AUTHOR", "after": "VIEWER" }));
        assert_eq!(log.text("/auditLog/nodes/0/actor/email"), "boss@example.org");
    }

    fn who_is_sent_away_is_out_at_once(app) {
        user(&app, "a@example.org", Role::Editor);
        let admin = app.as_role(Role::Admin);
        let session = login(&app, "a@example.org", PASSWORD);
        let client = app.nobody().with_token(&access(&session, "login"));
        let token = client.ask("mutation { createApiToken(input: { name: \"n\", scopes: [CONTENT_READ] }) { token } }", Value::Null)
            .text("/createApiToken/token");
        let id = client.ask("{ viewer { id } }", Value::Null).text("/viewer/id");
        let _ = admin.ask("mutation($id: ID!) { deactivateUser(id: $id) { userErrors { code } } }", json!({ "id": id })).accepted("deactivateUser");
        for held in [access(&session, "login"), token] {
            assert_eq!(app.nobody().with_token(&held).code(VIEWER, Value::Null), "UNAUTHENTICATED");
        }
        let refresh = app.query(REFRESH, json!({ "token": session.text("/login/session/refreshToken") }));
        assert_eq!(code(&refresh, "refreshSession"), "BAD_CREDENTIALS");
        assert_eq!(code(&login(&app, "a@example.org", PASSWORD), "login"), "BAD_CREDENTIALS");
        let _ = admin.ask("mutation($id: ID!) { reactivateUser(id: $id) { userErrors { code } } }", json!({ "id": id })).accepted("reactivateUser");
        assert!(!login(&app, "a@example.org", PASSWORD).at("/login/session").is_null());
    }

    fn a_forgotten_password_is_set_anew_by_a_link(app) {
        user(&app, "a@example.org", Role::Editor);
        let admin = app.as_role(Role::Admin);
        let session = access(&login(&app, "a@example.org", PASSWORD), "login");
        let id = app.nobody().with_token(&session).ask("{ viewer { id } }", Value::Null).text("/viewer/id");
        let token = admin.ask("mutation($id: ID!) { createPasswordReset(id: $id) { link { token } userErrors { code } } }", json!({ "id": id }))
            .accepted("createPasswordReset").text("/createPasswordReset/link/token");
        let reset = "mutation($t: String!, $p: String!) { resetPassword(token: $t, password: $p) { session { accessToken } userErrors { code } } }";
        let _ = app.query(reset, json!({ "t": token, "p": "another secret password" })).accepted("resetPassword");
        assert_eq!(app.nobody().with_token(&session).code(VIEWER, Value::Null), "UNAUTHENTICATED");
        assert_eq!(code(&app.query(reset, json!({ "t": token, "p": PASSWORD })), "resetPassword"), "BAD_CREDENTIALS");
        assert_eq!(code(&login(&app, "a@example.org", PASSWORD), "login"), "BAD_CREDENTIALS");
        assert!(!login(&app, "a@example.org", "another secret password").at("/login/session").is_null());
    }

    fn sessions_are_seen_and_ended(app) {
        user(&app, "a@example.org", Role::Editor);
        let (one, two, three) = (login(&app, "a@example.org", PASSWORD), login(&app, "a@example.org", PASSWORD), login(&app, "a@example.org", PASSWORD));
        let client = |answer: &Answer| app.nobody().with_token(&access(answer, "login"));
        app.set_clock(START + 60 * SECOND);
        let list = client(&three).ask("{ sessions { id current method lastUsedAt address } }", Value::Null);
        assert_eq!(list.at("/sessions").as_array().map(Vec::len), Some(3));
        assert_eq!(list.at("/sessions/0/current"), &json!(true));
        assert_eq!(list.text("/sessions/0/lastUsedAt"), "2026-11-01T00:01:00Z");
        assert_eq!(list.text("/sessions/1/address"), "127.0.0.1");
        let ended = client(&three).ask("mutation($id: ID!) { endSession(id: $id) { ended userErrors { code } } }", json!({ "id": list.text("/sessions/1/id") }));
        assert_eq!(ended.at("/endSession/ended"), &json!(true));
        assert_eq!(client(&two).code(VIEWER, Value::Null), "UNAUTHENTICATED");
        // A new password leaves this session alone.
        let change = "mutation($c: String!, $n: String!) { changePassword(current: $c, new: $n) { userErrors { code } } }";
        assert_eq!(code(&client(&three).ask(change, json!({ "c": "wrong", "n": "another secret password" })), "changePassword"), "BAD_CREDENTIALS");
        let _ = client(&three).ask(change, json!({ "c": PASSWORD, "n": "another secret password" })).accepted("changePassword");
        assert_eq!(client(&one).code(VIEWER, Value::Null), "UNAUTHENTICATED");
        let out = client(&three).ask("mutation { logoutEverywhere { ended } }", Value::Null);
        assert_eq!(out.number("/logoutEverywhere/ended"), 1);
        assert_eq!(client(&three).code(VIEWER, Value::Null), "UNAUTHENTICATED");
    }

    fn a_replayed_refresh_token_ends_its_family(app) {
        user(&app, "a@example.org", Role::Editor);
        let first = login(&app, "a@example.org", PASSWORD).text("/login/session/refreshToken");
        let refresh = |token: &str| app.query(REFRESH, json!({ "token": token }));
        let second = refresh(&first).accepted("refreshSession");
        // A second tab, or a client whose answer was lost, gets the same again.
        let same = refresh(&first).accepted("refreshSession");
        assert_eq!(same.text("/refreshSession/session/refreshToken"), second.text("/refreshSession/session/refreshToken"));
        app.set_clock(START + 11 * SECOND);
        let second = second.text("/refreshSession/session/refreshToken");
        let third = refresh(&second).accepted("refreshSession");
        let client = app.nobody().with_token(&access(&third, "refreshSession"));
        assert!(!client.ask(VIEWER, Value::Null).at("/viewer").is_null());
        assert_eq!(code(&refresh(&first), "refreshSession"), "BAD_CREDENTIALS");
        assert_eq!(client.code(VIEWER, Value::Null), "UNAUTHENTICATED", "thief and owner are out");
        assert_eq!(code(&refresh(&third.text("/refreshSession/session/refreshToken")), "refreshSession"), "BAD_CREDENTIALS");
        assert!(app.events().iter().any(|event| event.kind == "session.replayed"));
    }

    fn a_browser_holds_its_session_in_a_cookie_that_no_other_site_uses(app) {
        user(&app, "a@example.org", Role::Editor);
        let sign_in = "mutation($email: String!, $password: String!) { login(input: { email: $email, password: $password, cookie: true }) {
            session { accessToken refreshToken } userErrors { code } } }";
        let signed = post(&app, sign_in, &json!({ "email": "a@example.org", "password": PASSWORD }), &[]);
        let cookie = signed.header("set-cookie").to_owned();
        for part in ["HttpOnly", "SameSite=Strict", "Path=/graphql"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(signed.json()["data"]["login"]["session"]["refreshToken"], Value::Null);
        assert_eq!(signed.header("cache-control"), "no-store");
        let pair = cookie.split(';').next().expect("a cookie").to_owned();
        let refresh = "mutation { refreshSession { session { accessToken refreshToken } userErrors { code } } }";
        for (headers, works) in [
            (&[("origin", "https://evil.example")][..], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[], false),
            (&[("x-broadsheet-csrf", "1")], true),
        ] {
            let mut all = vec![("cookie", pair.as_str())];
            all.extend(headers);
            let answer = post(&app, refresh, &Value::Null, &all);
            let session = &answer.json()["data"]["refreshSession"]["session"];
            assert_eq!(!session.is_null(), works, "{headers:?}");
        }
        let out = post(&app, "mutation { logout { ended } }", &Value::Null, &[("cookie", &pair), ("x-broadsheet-csrf", "1")]);
        assert!(out.header("set-cookie").contains("Max-Age=0"), "{}", out.header("set-cookie"));
        assert_eq!(post(&app, refresh, &Value::Null, &[("cookie", &pair), ("x-broadsheet-csrf", "1")]).json()["data"]["refreshSession"]["session"], Value::Null);
    }

    fn guessing_is_slowed_down_for_accounts_that_exist_and_those_that_do_not(app) {
        user(&app, "a@example.org", Role::Editor);
        for email in ["a@example.org", "nobody@example.org"] {
            for _ in 0..6 {
                assert_eq!(code(&login(&app, email, "wrong"), "login"), "BAD_CREDENTIALS", "{email}");
            }
            let throttled = login(&app, email, PASSWORD);
            assert_eq!(code(&throttled, "login"), "THROTTLED", "{email}");
            assert!(throttled.number("/login/userErrors/0/retryAfterSeconds") >= 1);
        }
        app.set_clock(START + 2 * SECOND);
        assert!(!login(&app, "a@example.org", PASSWORD).at("/login/session").is_null());
        let failed = app.events().iter().filter(|event| event.kind == "session.failed").count();
        assert_eq!(failed, 12);
    }
}

/// A server that keeps its keys in its data folder, as most do.
fn with_own_keys() -> TestApp {
    TestApp::configured(Backend::Sqlite, |config| config.auth.secret = Secret::new(""))
        .expect("SQLite is always there")
}

#[test]
fn signing_keys_rotate_and_nobody_is_signed_out() {
    let app = with_own_keys();
    user(&app, "a@example.org", Role::Editor);
    let kid = |token: &str| token.split('.').next().map(str::to_owned);
    let before = access(&login(&app, "a@example.org", PASSWORD), "login");
    app.app.keys().rotate(app.app.now()).expect("a new key");
    let after = access(&login(&app, "a@example.org", PASSWORD), "login");
    assert_ne!(kid(&before), kid(&after));
    for token in [&before, &after] {
        let client = app.nobody().with_token(token);
        assert!(!client.ask(VIEWER, Value::Null).at("/viewer").is_null());
    }
    // Another server's key signs nothing here.
    let other = with_own_keys();
    assert_eq!(other.nobody().with_token(&after).code(VIEWER, Value::Null), "UNAUTHENTICATED");
}

/// Everything secret that a life of an account makes is looked for in every
/// table, in the log at its loudest, and in the feed.
#[test]
fn no_secret_is_kept_or_logged_in_clear() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let log = data.path().join("log");
    let mut serve = command(PROGRAM, data.path(), None);
    serve.env("BROADSHEET_LOG_FILTER", "trace");
    let mut add = command(PROGRAM, data.path(), None);
    add.args(["user", "add", "a@example.org", "--role", "ADMIN", "--password-stdin"]);
    assert!(run(add, PASSWORD).status.success());
    let file = std::fs::File::create(&log).expect("a log");
    let server = Process::serve_logging(serve, file);
    let nobody = server.nobody();
    let session = nobody.ask(LOGIN, json!({ "email": "a@example.org", "password": PASSWORD }));
    let refresh = session.text("/login/session/refreshToken");
    let client = nobody.with_token(&access(&session, "login"));
    let _ = nobody
        .ask(LOGIN, json!({ "email": "a@example.org", "password": "planted-wrong-password" }));
    let renewed = nobody.ask(REFRESH, json!({ "token": refresh }));
    let made = client.ask(
        "mutation { createApiToken(input: { name: \"n\", scopes: [CONTENT_READ] }) { token } }",
        Value::Null,
    );
    let invited = client.ask("mutation { inviteUser(input: { email: \"b@example.org\", role: VIEWER }) { link { token } } }", Value::Null);
    let article = client
        .ask("mutation { createArticle(input: { title: \"t\" }) { article { id } } }", Value::Null);
    let preview = client.ask(
        "mutation($id: ID!) { createPreview(article: $id) { token } }",
        json!({ "id": article.text("/createArticle/article/id") }),
    );
    let _ = nobody.with_token(&preview.text("/createPreview/token")).run(
        "{ articles(view: WORKING) { totalCount } }",
        Value::Null,
        None,
    );
    let totp = client.ask(
        "mutation($p: String!) { startTotp(password: $p) { secret } }",
        json!({ "p": PASSWORD }),
    );
    let secrets = [
        PASSWORD.to_owned(),
        "planted-wrong-password".to_owned(),
        access(&session, "login"),
        refresh,
        access(&renewed, "refreshSession"),
        renewed.text("/refreshSession/session/refreshToken"),
        made.text("/createApiToken/token"),
        invited.text("/inviteUser/link/token"),
        preview.text("/createPreview/token"),
        totp.text("/startTotp/secret"),
    ];
    server.terminate();
    assert!(server.ended_well());
    let mut searched = 0;
    for entry in walkdir::WalkDir::new(data.path()).into_iter().map(|entry| entry.expect("a file"))
    {
        if !entry.file_type().is_file() {
            continue;
        }
        let bytes = std::fs::read(entry.path()).expect("a file");
        searched += bytes.len();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in {}", entry.path().display());
        }
    }
    assert!(searched > 100_000, "the database and the log were read");
    assert!(std::fs::metadata(&log).expect("a log").len() > 1000, "something was logged");
}
