//! The second factor: authenticators, recovery codes, and what does not get past.

use api::policy::Role;
use serde_json::{Value, json};
use tests::{Answer, Client, START, TestApp, on_both};
use totp_rs::{Builder, Secret};

const PASSWORD: &str = "correct horse battery";
const SECOND: i64 = 1_000_000;
const LOGIN: &str = "mutation($email: String!, $password: String! = \"correct horse battery\") { login(input: { email: $email, password: $password }) {
    session { accessToken } user { id } secondFactor { token expiresAt } userErrors { code } } }";
const SECOND_LOGIN: &str = "mutation($challenge: String!, $code: String!) { loginWithTotp(challenge: $challenge, code: $code) {
    session { accessToken } user { email } userErrors { field code } } }";
const VIEWER: &str = "{ viewer { id email hasSecondFactor } }";

/// What an authenticator shows at a time.
fn code(secret: &str, time: i64) -> String {
    let secret = Secret::try_from_base32(secret).expect("base32");
    let device = Builder::new().with_secret(secret).build().expect("an authenticator");
    let seconds = u64::try_from(time / SECOND).expect("a time");
    device.generate(seconds).to_string()
}

struct Owner {
    client: Client,
    email: String,
    secret: String,
    recovery: Vec<String>,
}

fn turn_on(app: &TestApp, role: Role) -> Owner {
    let client = app.as_role(role);
    let email = client.ask(VIEWER, Value::Null).text("/viewer/email");
    let started = client.ask(
        "mutation($password: String!) { startTotp(password: $password) { secret url userErrors { code } } }",
        json!({ "password": PASSWORD }),
    ).accepted("startTotp");
    let secret = started.text("/startTotp/secret");
    assert!(started.text("/startTotp/url").contains(&format!("secret={secret}")));
    assert!(challenge(app, &email).is_none(), "it is not asked for before it is confirmed");
    let confirmed = confirm(&client, &code(&secret, START)).accepted("confirmTotp");
    let recovery = confirmed
        .at("/confirmTotp/recoveryCodes")
        .as_array()
        .expect("codes")
        .iter()
        .map(|code| code.as_str().expect("a code").to_owned())
        .collect();
    Owner { client, email, secret, recovery }
}

fn confirm(client: &Client, code: &str) -> Answer {
    client.ask(
        "mutation($code: String!) { confirmTotp(code: $code) { recoveryCodes userErrors { code } } }",
        json!({ "code": code }),
    )
}

/// The challenge after the password; none where one is in.
fn challenge(app: &TestApp, email: &str) -> Option<String> {
    let answer = app.query(LOGIN, json!({ "email": email })).accepted("login");
    let token = answer.0["login"]["secondFactor"]["token"].as_str().map(str::to_owned);
    assert_eq!(answer.at("/login/session").is_null(), token.is_some());
    assert_eq!(answer.at("/login/user").is_null(), token.is_some());
    token
}

/// `in`, or why not.
fn finish(app: &TestApp, challenge: &str, code: &str) -> String {
    let answer = app.query(SECOND_LOGIN, json!({ "challenge": challenge, "code": code }));
    match answer.0["loginWithTotp"]["session"]["accessToken"].as_str() {
        Some(_) => "in".to_owned(),
        None => answer.text("/loginWithTotp/userErrors/0/code"),
    }
}

on_both! {
    fn a_password_alone_is_not_enough(app) {
        let owner = turn_on(&app, Role::Editor);
        assert_eq!(owner.client.ask(VIEWER, Value::Null).at("/viewer/hasSecondFactor"), &json!(true));
        app.set_clock(START + 60 * SECOND);
        let token = challenge(&app, &owner.email).expect("a challenge");
        let client = app.nobody().with_token(&token);
        assert_eq!(client.code(VIEWER, Value::Null), "UNAUTHENTICATED", "a challenge is no access token");
        assert_eq!(finish(&app, &token, "000000"), "BAD_CREDENTIALS");
        assert_eq!(finish(&app, "made up", &code(&owner.secret, START + 60 * SECOND)), "BAD_CREDENTIALS");
        assert_eq!(finish(&app, &token, &code(&owner.secret, START + 60 * SECOND)), "in");
        let started = app.events().into_iter().rev().find(|event| event.kind == "session.started").expect("an event");
        assert_eq!(started.data.0, json!({"method": "SECOND_FACTOR"}));
        app.set_clock(START + 120 * SECOND);
        let token = challenge(&app, &owner.email).expect("a challenge");
        app.set_clock(START + 421 * SECOND);
        assert_eq!(finish(&app, &token, &code(&owner.secret, START + 421 * SECOND)), "BAD_CREDENTIALS", "it came too late");
    }

    fn a_code_works_once(app) {
        let owner = turn_on(&app, Role::Editor);
        let first = code(&owner.secret, START);
        let token = challenge(&app, &owner.email).expect("a challenge");
        assert_eq!(finish(&app, &token, &first), "BAD_CREDENTIALS", "it was used to confirm");
        app.set_clock(START + 60 * SECOND);
        let next = code(&owner.secret, START + 60 * SECOND);
        let codes: Vec<_> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..4).map(|_| scope.spawn(|| finish(&app, &token, &next))).collect();
            tries.into_iter().map(|one| one.join().expect("an answer")).collect()
        });
        assert_eq!(codes.iter().filter(|code| *code == "in").count(), 1, "{codes:?}");
        // The step before is within the allowance for clocks, and older than the last.
        let before = code(&owner.secret, START + 30 * SECOND);
        assert_eq!(finish(&app, &token, &before), "BAD_CREDENTIALS");
    }

    fn a_recovery_code_works_once_and_new_ones_void_the_old(app) {
        let owner = turn_on(&app, Role::Editor);
        assert_eq!(owner.recovery.len(), 10);
        let token = challenge(&app, &owner.email).expect("a challenge");
        let typed = owner.recovery[0].to_uppercase().replace('-', " ");
        assert_eq!(finish(&app, &token, &typed), "in");
        assert_eq!(finish(&app, &token, &typed), "BAD_CREDENTIALS");
        let renew = "mutation($code: String!) { renewRecoveryCodes(code: $code) { recoveryCodes userErrors { code } } }";
        let renewed = owner.client.ask(renew, json!({ "code": owner.recovery[1] })).accepted("renewRecoveryCodes");
        assert_eq!(finish(&app, &token, &owner.recovery[2]), "BAD_CREDENTIALS");
        assert_eq!(finish(&app, &token, &renewed.text("/renewRecoveryCodes/recoveryCodes/0")), "in");
        let other = turn_on(&app, Role::Author);
        assert_eq!(finish(&app, &token, &other.recovery[0]), "BAD_CREDENTIALS", "somebody else's");
    }

    fn guessing_codes_takes_ever_longer(app) {
        let owner = turn_on(&app, Role::Editor);
        app.set_clock(START + 60 * SECOND);
        let token = challenge(&app, &owner.email).expect("a challenge");
        for number in 0..6 {
            assert_eq!(finish(&app, &token, &format!("00000{number}")), "BAD_CREDENTIALS");
        }
        assert_eq!(finish(&app, &token, &code(&owner.secret, START + 60 * SECOND)), "THROTTLED");
        // A new challenge is no new start.
        let token = challenge(&app, &owner.email).expect("a challenge");
        assert_eq!(finish(&app, &token, &owner.recovery[0]), "THROTTLED");
        app.set_clock(START + 61 * SECOND);
        assert_eq!(finish(&app, &token, &owner.recovery[0]), "in");
    }

    fn turning_it_on_takes_the_password_and_off_a_code(app) {
        let client = app.as_role(Role::Editor);
        let start = "mutation($password: String!) { startTotp(password: $password) { secret userErrors { field code } } }";
        let wrong = client.ask(start, json!({"password": "no"}));
        assert_eq!(wrong.at("/startTotp/userErrors/0"), &json!({"field": ["password"], "code": "BAD_CREDENTIALS"}));
        assert_eq!(confirm(&client, "123456").text("/confirmTotp/userErrors/0/code"), "WRONG_STATE");
        let owner = turn_on(&app, Role::Editor);
        let again = owner.client.ask(start, json!({ "password": PASSWORD }));
        assert_eq!(again.text("/startTotp/userErrors/0/code"), "WRONG_STATE");
        let off = "mutation($code: String!) { disableTotp(code: $code) { user { hasSecondFactor } userErrors { code } } }";
        assert_eq!(owner.client.ask(off, json!({"code": "000000"})).text("/disableTotp/userErrors/0/code"), "BAD_CREDENTIALS");
        let done = owner.client.ask(off, json!({"code": owner.recovery[0]})).accepted("disableTotp");
        assert_eq!(done.at("/disableTotp/user/hasSecondFactor"), &json!(false));
        assert!(challenge(&app, &owner.email).is_none());
        let kinds: Vec<_> = app.events().into_iter().map(|event| event.kind).collect();
        for kind in ["user.totpEnabled", "user.totpDisabled"] {
            assert!(kinds.iter().any(|found| found == kind), "{kind}");
        }
    }

    fn an_administrator_takes_a_lost_one_away(app) {
        let owner = turn_on(&app, Role::Editor);
        let admin = app.as_role(Role::Admin);
        let id = owner.client.ask(VIEWER, Value::Null).text("/viewer/id");
        let remove = "mutation($id: ID!) { removeSecondFactor(id: $id) { user { hasSecondFactor } userErrors { code } } }";
        assert_eq!(owner.client.code(remove, json!({ "id": id })), "FORBIDDEN");
        let done = admin.ask(remove, json!({ "id": id })).accepted("removeSecondFactor");
        assert_eq!(done.at("/removeSecondFactor/user/hasSecondFactor"), &json!(false));
        assert!(challenge(&app, &owner.email).is_none());
        let twice = admin.ask(remove, json!({ "id": id }));
        assert_eq!(twice.text("/removeSecondFactor/userErrors/0/code"), "WRONG_STATE");
    }

    fn a_reset_link_does_not_get_past_it(app) {
        let owner = turn_on(&app, Role::Editor);
        let admin = app.as_role(Role::Admin);
        let id = owner.client.ask(VIEWER, Value::Null).text("/viewer/id");
        let before = challenge(&app, &owner.email).expect("a challenge");
        let link = admin.ask("mutation($id: ID!) { createPasswordReset(id: $id) { link { token } } }", json!({ "id": id }));
        let set = app.query(
            "mutation($token: String!) { resetPassword(token: $token, password: \"another password\") { session { accessToken } secondFactor { token } userErrors { code } } }",
            json!({ "token": link.text("/createPasswordReset/link/token") }),
        ).accepted("resetPassword");
        assert!(set.at("/resetPassword/session").is_null());
        assert_eq!(finish(&app, &before, &owner.recovery[0]), "BAD_CREDENTIALS", "the password has changed since");
        assert_eq!(finish(&app, &set.text("/resetPassword/secondFactor/token"), &owner.recovery[0]), "in");
    }

    fn the_secret_is_encrypted_and_the_codes_are_hashed(app) {
        use sea_orm::EntityTrait;
        let owner = turn_on(&app, Role::Editor);
        let bytes = Secret::try_from_base32(&owner.secret).expect("base32").as_bytes().to_vec();
        let users = app.block_on(async { entity::user::Entity::find().all(app.app.db().read()).await.expect("people") });
        let sealed = users.iter().find_map(|user| user.totp_secret.clone()).expect("a secret");
        assert!(!sealed.windows(bytes.len()).any(|part| part == bytes));
        let codes = app.block_on(async { entity::recovery_code::Entity::find().all(app.app.db().read()).await.expect("codes") });
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| code.code_hash.len() == 32));
    }
}
