//! The second factor: turned on, asked for, used up, lost.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Client, START, TestApp, on_both};
use totp_rs::{Builder, Secret};

const PASSWORD: &str = "planted-secret-password";
const STEP: i64 = 30_000_000;
const LOGIN: &str = "mutation($password: String!) { login(input: { email: \"a@example.org\", password: $password }) {
    session { accessToken } secondFactor { token } userErrors { code } } }";
const FINISH: &str = "mutation($challenge: String!, $code: String!) { loginWithTotp(challenge: $challenge, code: $code) {
    session { accessToken } userErrors { code } } }";

/// What an authenticator shows at a time.
fn shown(secret: &str, at: i64) -> String {
    let secret = Secret::try_from_base32(secret).expect("a secret");
    let device = Builder::new().with_secret(secret).build().expect("an authenticator");
    device.generate(u64::try_from(at / 1_000_000).expect("a time")).to_string()
}

fn challenge(app: &TestApp) -> String {
    app.query(LOGIN, json!({ "password": PASSWORD })).text("/login/secondFactor/token")
}

fn finish(app: &TestApp, challenge: &str, code: &str) -> Value {
    app.query(FINISH, json!({ "challenge": challenge, "code": code })).at("/loginWithTotp").clone()
}

/// Somebody who has turned it on: their client, the secret, and recovery codes.
fn enrolled(app: &TestApp) -> (Client, String, Vec<String>) {
    let ctx = app.ctx();
    let added = api::user::add(&ctx, "a@example.org", None, Role::Editor, PASSWORD.to_owned());
    app.block_on(added).expect("a new user");
    let session =
        app.query(LOGIN, json!({ "password": PASSWORD })).text("/login/session/accessToken");
    let client = app.nobody().with_token(&session);
    let begin =
        "mutation($p: String!) { startTotp(password: $p) { secret url userErrors { code } } }";
    let wrong = client.ask(begin, json!({ "p": "wrong" }));
    assert_eq!(wrong.text("/startTotp/userErrors/0/code"), "BAD_CREDENTIALS");
    let begun = client.ask(begin, json!({ "p": PASSWORD })).accepted("startTotp");
    let secret = begun.text("/startTotp/secret");
    assert!(begun.text("/startTotp/url").starts_with("otpauth://totp/"));
    // Until a code has been seen, nothing is asked for.
    assert!(!app.query(LOGIN, json!({ "password": PASSWORD })).at("/login/session").is_null());
    let confirm =
        "mutation($c: String!) { confirmTotp(code: $c) { recoveryCodes userErrors { code } } }";
    let confirmed =
        client.ask(confirm, json!({ "c": shown(&secret, START) })).accepted("confirmTotp");
    let codes = confirmed
        .at("/confirmTotp/recoveryCodes")
        .as_array()
        .expect("codes")
        .iter()
        .map(|code| code.as_str().unwrap_or_default().to_owned())
        .collect();
    (client, secret, codes)
}

on_both! {
    fn a_password_alone_is_not_enough_and_a_code_works_once(app) {
        let (_, secret, _) = enrolled(&app);
        let first = challenge(&app);
        assert_eq!(finish(&app, &first, "000000")["userErrors"][0]["code"], "BAD_CREDENTIALS");
        // The code that confirmed it is used up.
        assert_eq!(finish(&app, &first, &shown(&secret, START))["userErrors"][0]["code"], "BAD_CREDENTIALS");
        app.set_clock(START + 2 * STEP);
        let code = shown(&secret, START + 2 * STEP);
        let session = finish(&app, &first, &code)["session"]["accessToken"].as_str().expect("a session").to_owned();
        assert!(!app.nobody().with_token(&session).ask("{ viewer { id } }", Value::Null).at("/viewer").is_null());
        assert_eq!(finish(&app, &challenge(&app), &code)["userErrors"][0]["code"], "BAD_CREDENTIALS");
        // A challenge is no access token, and an access token is no challenge.
        assert_eq!(app.nobody().with_token(&first).code("{ viewer { id } }", Value::Null), "UNAUTHENTICATED");
        assert_eq!(finish(&app, &session, &code)["userErrors"][0]["code"], "BAD_CREDENTIALS");
        app.set_clock(START + 12 * STEP);
        let late = finish(&app, &first, &shown(&secret, START + 12 * STEP));
        assert_eq!(late["userErrors"][0]["code"], "BAD_CREDENTIALS", "a challenge lasts five minutes");
    }

    fn a_recovery_code_works_once(app) {
        let (_, _, codes) = enrolled(&app);
        assert_eq!(codes.len(), 10);
        let code = codes[0].to_uppercase();
        assert!(!finish(&app, &challenge(&app), &code)["session"].is_null());
        assert_eq!(finish(&app, &challenge(&app), &code)["userErrors"][0]["code"], "BAD_CREDENTIALS");
        assert!(!finish(&app, &challenge(&app), &codes[1])["session"].is_null());
    }

    fn it_is_turned_off_with_a_code_or_by_an_administrator(app) {
        let (client, secret, _) = enrolled(&app);
        let disable = "mutation($c: String!) { disableTotp(code: $c) { userErrors { code } } }";
        assert_eq!(client.ask(disable, json!({ "c": "123456" })).text("/disableTotp/userErrors/0/code"), "BAD_CREDENTIALS");
        app.set_clock(START + 2 * STEP);
        let _ = client.ask(disable, json!({ "c": shown(&secret, START + 2 * STEP) })).accepted("disableTotp");
        assert!(!app.query(LOGIN, json!({ "password": PASSWORD })).at("/login/session").is_null());
        let begun = client.ask("mutation($p: String!) { startTotp(password: $p) { secret } }", json!({ "p": PASSWORD })).text("/startTotp/secret");
        let _ = client.ask("mutation($c: String!) { confirmTotp(code: $c) { userErrors { code } } }", json!({ "c": shown(&begun, START + 2 * STEP) })).accepted("confirmTotp");
        let id = client.ask("{ viewer { id } }", Value::Null).text("/viewer/id");
        let _ = app.as_role(Role::Admin).ask("mutation($id: ID!) { removeSecondFactor(id: $id) { userErrors { code } } }", json!({ "id": id }))
            .accepted("removeSecondFactor");
        assert!(!app.query(LOGIN, json!({ "password": PASSWORD })).at("/login/session").is_null());
    }

    fn codes_are_guessed_slowly(app) {
        let (_, secret, _) = enrolled(&app);
        let token = challenge(&app);
        let mut answers = Vec::new();
        for guess in 0..8 {
            answers.push(finish(&app, &token, &format!("00000{guess}"))["userErrors"][0]["code"].clone());
        }
        assert_eq!(answers.last(), Some(&json!("THROTTLED")));
        assert_eq!(finish(&app, &token, &shown(&secret, START + STEP))["userErrors"][0]["code"], "THROTTLED");
    }
}
