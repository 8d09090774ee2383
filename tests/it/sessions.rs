//! Signing in, staying signed in, and what must not work.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{HOUR, START, TestApp, on_both};

const LOGIN: &str = "mutation($email: String!, $password: String!) { login(input: { email: $email, password: $password }) {
    session { accessToken refreshToken expiresAt } user { email } userErrors { message code field } } }";
const REFRESH: &str = "mutation($token: String!) { refreshSession(refreshToken: $token) {
    session { accessToken refreshToken } userErrors { code } } }";
const VIEWER: &str = "{ viewer { email role } }";
const PASSWORD: &str = "planted-secret-password";

fn user(app: &TestApp) {
    let ctx = app.ctx();
    let added = api::user::add(&ctx, "desk@example.org", None, Role::Editor, PASSWORD.to_owned());
    app.block_on(added).expect("a new user");
}

fn login(app: &TestApp) -> tests::Answer {
    app.query(LOGIN, json!({"email": "Desk@example.org", "password": PASSWORD}))
}

on_both! {
    fn a_token_is_good_until_it_expires(app) {
        user(&app);
        let session = login(&app);
        let client = app.nobody().with_token(&session.text("/login/session/accessToken"));
        assert_eq!(client.ask(VIEWER, Value::Null).at("/viewer"),
            &json!({"email": "desk@example.org", "role": "EDITOR"}));
        app.set_clock(START + HOUR / 4 - 1_000_000);
        assert!(!client.ask(VIEWER, Value::Null).at("/viewer").is_null());
        app.set_clock(START + HOUR / 4);
        let expired = client.post(&json!({ "query": VIEWER }));
        assert_eq!((expired.status, expired.header("www-authenticate")), (401, "Bearer"));
        assert!(app.nobody().ask(VIEWER, Value::Null).at("/viewer").is_null());
    }

    fn a_refresh_token_works_once(app) {
        user(&app);
        let token = login(&app).text("/login/session/refreshToken");
        app.set_clock(START + HOUR);
        let renewed = app.query(REFRESH, json!({ "token": token })).accepted("refreshSession");
        let client = app.nobody().with_token(&renewed.text("/refreshSession/session/accessToken"));
        assert!(!client.ask(VIEWER, Value::Null).at("/viewer").is_null());
        let other = login(&app).text("/login/session/refreshToken");
        app.set_clock(START + HOUR + 11_000_000);
        let replayed = app.query(REFRESH, json!({ "token": token }));
        assert_eq!(replayed.text("/refreshSession/userErrors/0/code"), "BAD_CREDENTIALS");
        assert_eq!(client.code(VIEWER, Value::Null), "UNAUTHENTICATED");
        app.set_clock(START + HOUR + 30 * 24 * HOUR);
        let late = app.query(REFRESH, json!({ "token": other }));
        assert_eq!(late.text("/refreshSession/userErrors/0/code"), "BAD_CREDENTIALS");
    }

    fn signing_out_ends_the_token(app) {
        user(&app);
        let client = app.nobody().with_token(&login(&app).text("/login/session/accessToken"));
        let out = client.ask("mutation { logout { ended } }", Value::Null);
        assert_eq!(out.at("/logout/ended"), &json!(true));
        assert_eq!(client.code(VIEWER, Value::Null), "UNAUTHENTICATED");
    }

    fn a_forged_token_is_refused(app) {
        user(&app);
        let token = login(&app).text("/login/session/accessToken");
        let parts: Vec<_> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else { panic!("no JWT: {token}") };
        // {"alg":"none"} and {"alg":"HS512","typ":"JWT"}, as base64.
        let (none, other) = ("eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9");
        for forged in [
            format!("{none}.{claims}."),
            format!("{none}.{claims}.{signature}"),
            format!("{other}.{claims}.{signature}"),
            format!("{header}.{claims}.{}", signature.chars().rev().collect::<String>()),
            format!("{header}.{}.{signature}", claims.replacen('e', "f", 1)),
            "x".to_owned(),
            String::new(),
        ] {
            let client = app.nobody().with_token(&forged);
            assert_eq!(client.code(VIEWER, Value::Null), "UNAUTHENTICATED", "{forged}");
        }
    }

    fn an_unknown_account_and_a_wrong_password_look_the_same(app) {
        user(&app);
        let wrong = app.query(LOGIN, json!({"email": "desk@example.org", "password": "no"}));
        let unknown = app.query(LOGIN, json!({"email": "nobody@example.org", "password": "no"}));
        assert_eq!(wrong, unknown);
        assert!(wrong.at("/login/user").is_null());
    }

    fn no_secret_is_stored_or_told(app) {
        user(&app);
        let session = login(&app);
        let refresh = session.text("/login/session/refreshToken");
        let events = format!("{:?}", app.events());
        for secret in [PASSWORD, &refresh, &session.text("/login/session/accessToken")] {
            assert!(!events.contains(secret));
        }
        let (_, statements) = app.statements(|| login(&app));
        assert!(!statements.join("\n").contains(PASSWORD), "values are bound, never written out");
        let config = format!("{:?}", app.app.config());
        assert!(!config.contains("a secret of tests"));
    }
}
