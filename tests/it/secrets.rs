//! Secrets that are planted everywhere they can be, and searched for everywhere
//! they must not be: the log at its loudest, answers, events, and every table.

use std::fs::File;

use serde_json::{Value, json};
use sqlx::{Column, Row};
use tests::process::{Process, command, run};
use tests::{Client, runtime};

const PROGRAM: &str = env!("CARGO_BIN_EXE_broadsheet-under-test");
const PASSWORD: &str = "planted-secret-password";
const INVITED: &str = "planted-invited-password";
const RESET: &str = "planted-reset-password";
const NEW: &str = "planted-new-password";
const WRONG: &str = "planted-wrong-password";

/// Asks, and keeps what was answered beside what is secret.
struct Planter {
    secrets: Vec<String>,
}

impl Planter {
    fn ask(&mut self, client: &Client, document: &str, variables: Value, secret: &[&str]) -> Value {
        let answer = client.run(document, variables, None);
        for pointer in secret {
            let found = answer.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}: {answer}"));
            match found {
                Value::Array(values) => {
                    self.secrets.extend(values.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                value => self
                    .secrets
                    .push(value.as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()),
            }
        }
        answer
    }
}

/// Every value of every table, as text and as bytes.
fn everything(file: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    runtime().block_on(async {
        let url = format!("sqlite://{}", file.display());
        let pool = sqlx::SqlitePool::connect(&url).await.expect("the database");
        let tables = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table'")
            .fetch_all(&pool)
            .await
            .expect("tables");
        let mut all = Vec::new();
        for table in tables {
            let table: String = table.get(0);
            let sql = format!("SELECT * FROM \"{table}\"");
            for row in sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&pool).await.expect("rows") {
                for column in row.columns() {
                    let at = column.ordinal();
                    let bytes = row
                        .try_get::<Vec<u8>, _>(at)
                        .or_else(|_| row.try_get::<String, _>(at).map(String::into_bytes))
                        .unwrap_or_default();
                    all.push((format!("{table}.{}", column.name()), bytes));
                }
            }
        }
        all
    })
}

#[test]
fn no_secret_is_in_a_log_an_answer_an_event_or_a_table() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let cli = |arguments: &[&str], input: &str| {
        let mut user = command(PROGRAM, data.path(), None);
        user.env("BROADSHEET_LOG_FILTER", "trace").args(arguments);
        let output = run(user, input);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (_, mut said) =
        cli(&["user", "add", "boss@example.org", "--role", "admin", "--password-stdin"], PASSWORD);
    let (printed, log) = cli(&["user", "reset-password", "boss@example.org"], "");
    said += &log;
    let mut planter =
        Planter { secrets: [PASSWORD, INVITED, RESET, NEW, WRONG].map(str::to_owned).to_vec() };
    planter.secrets.push(printed.lines().next().expect("a token").to_owned());

    let mut serve = command(PROGRAM, data.path(), None);
    serve.env("BROADSHEET_LOG_FILTER", "trace").env("BROADSHEET_LOG_FORMAT", "json");
    let file = data.path().join("log");
    let server = Process::serve_logging(serve, File::create(&file).expect("a file"));
    let nobody = server.nobody();
    let login = "mutation($email: String!, $password: String!, $cookie: Boolean! = false) { login(input: { email: $email, password: $password, cookie: $cookie }) {
        session { accessToken refreshToken } secondFactor { token } userErrors { message code field } } }";
    let session = ["/data/login/session/accessToken", "/data/login/session/refreshToken"];
    let refused =
        planter.ask(&nobody, login, json!({"email": "boss@example.org", "password": WRONG}), &[]);
    // A password in the wrong field is no name to be kept.
    let misplaced = planter.ask(&nobody, login, json!({"email": PASSWORD, "password": "x"}), &[]);
    let mut answers = vec![refused, misplaced];
    let signed_in = planter.ask(
        &nobody,
        login,
        json!({"email": "boss@example.org", "password": PASSWORD}),
        &session,
    );
    let boss = nobody.with_token(
        signed_in["data"]["login"]["session"]["accessToken"].as_str().expect("a token"),
    );
    let refresh = &signed_in["data"]["login"]["session"]["refreshToken"];
    let renew = "mutation($token: String!) { refreshSession(refreshToken: $token) { session { accessToken refreshToken } userErrors { message } } }";
    planter.ask(
        &nobody,
        renew,
        json!({ "token": refresh }),
        &["/data/refreshSession/session/accessToken", "/data/refreshSession/session/refreshToken"],
    );
    let cookie = nobody.post(&json!({ "query": login, "variables": {"email": "boss@example.org", "password": PASSWORD, "cookie": true} }));
    let value = cookie.header("set-cookie").split(['=', ';']).nth(1).expect("a cookie").to_owned();
    planter.secrets.push(value);

    let invite = "mutation { inviteUser(input: { email: \"ann@example.org\", role: EDITOR }) { user { id } link { token } userErrors { message } } }";
    let invited = planter.ask(&boss, invite, Value::Null, &["/data/inviteUser/link/token"]);
    let accept = "mutation($token: String!, $password: String!) { acceptInvitation(token: $token, password: $password) { session { accessToken refreshToken } userErrors { message } } }";
    let token = &invited["data"]["inviteUser"]["link"]["token"];
    let accepted = planter.ask(
        &nobody,
        accept,
        json!({ "token": token, "password": INVITED }),
        &["/data/acceptInvitation/session/accessToken"],
    );
    answers.push(planter.ask(&nobody, accept, json!({ "token": token, "password": INVITED }), &[]));
    let reset = planter.ask(
        &boss,
        "mutation($id: ID!) { createPasswordReset(id: $id) { link { token } } }",
        json!({"id": invited["data"]["inviteUser"]["user"]["id"]}),
        &["/data/createPasswordReset/link/token"],
    );
    let set = "mutation($token: String!, $password: String!) { resetPassword(token: $token, password: $password) { session { accessToken } userErrors { message } } }";
    let done = planter.ask(&nobody, set, json!({ "token": reset["data"]["createPasswordReset"]["link"]["token"], "password": RESET }),
        &["/data/resetPassword/session/accessToken"]);
    drop(accepted);
    let ann = nobody.with_token(
        done["data"]["resetPassword"]["session"]["accessToken"].as_str().expect("a token"),
    );
    let change = "mutation($current: String!, $new: String!) { changePassword(current: $current, new: $new) { userErrors { message } } }";
    answers.push(planter.ask(&ann, change, json!({"current": WRONG, "new": NEW}), &[]));
    answers.push(planter.ask(&ann, change, json!({"current": RESET, "new": NEW}), &[]));
    let start = "mutation($password: String!) { startTotp(password: $password) { secret userErrors { message } } }";
    let started = planter.ask(&ann, start, json!({ "password": NEW }), &["/data/startTotp/secret"]);
    let secret = totp_rs::Secret::try_from_base32(
        started["data"]["startTotp"]["secret"].as_str().expect("a secret"),
    )
    .expect("base32");
    let device =
        totp_rs::Builder::new().with_secret(secret.clone()).build().expect("an authenticator");
    #[expect(clippy::disallowed_methods, reason = "the server under test has the system's clock")]
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("a time")
        .as_secs();
    let confirmed = planter.ask(&ann, "mutation($code: String!) { confirmTotp(code: $code) { recoveryCodes userErrors { message } } }",
        json!({ "code": device.generate(now).to_string() }), &["/data/confirmTotp/recoveryCodes"]);
    let challenged = planter.ask(
        &nobody,
        login,
        json!({"email": "ann@example.org", "password": NEW}),
        &["/data/login/secondFactor/token"],
    );
    planter.ask(&nobody, "mutation($challenge: String!, $code: String!) { loginWithTotp(challenge: $challenge, code: $code) { session { accessToken refreshToken } userErrors { message } } }",
        json!({ "challenge": challenged["data"]["login"]["secondFactor"]["token"], "code": confirmed["data"]["confirmTotp"]["recoveryCodes"][0] }),
        &["/data/loginWithTotp/session/accessToken", "/data/loginWithTotp/session/refreshToken"]);
    // Secrets where none belongs, in documents that cannot run.
    for document in [
        format!(
            "mutation {{ login(input: {{ email: \"{PASSWORD}\", password: \"{PASSWORD}\" }} x: 1) {{ user {{ id }} }} }}"
        ),
        format!(
            "mutation {{ changePassword(current: \"{PASSWORD}\", new: 1) {{ userErrors {{ code }} }} }}"
        ),
    ] {
        boss.run(&document, Value::Null, None);
    }
    boss.run("mutation { logout { ended } }", Value::Null, None);
    server.terminate();
    assert!(server.ended_well());
    said += &std::fs::read_to_string(&file).expect("the log");
    assert!(said.contains("answered"), "it logs at all");
    for key in ["access-token.key", "seal.key"] {
        let text = std::fs::read_to_string(data.path().join(key)).expect("the key");
        planter
            .secrets
            .extend(text.lines().filter_map(|line| line.split(' ').next_back()).map(str::to_owned));
    }
    let mut secrets: Vec<Vec<u8>> = planter.secrets.into_iter().map(String::into_bytes).collect();
    assert!(secrets.len() > 30 && secrets.iter().all(|secret| secret.len() > 12), "{secrets:?}");
    for code in confirmed["data"]["confirmTotp"]["recoveryCodes"].as_array().expect("codes") {
        secrets.push(code.as_str().expect("a code").replace('-', "").into_bytes());
    }
    let answers = format!("{answers:?}");
    let find = |place: &[u8], secret: &[u8]| place.windows(secret.len()).any(|part| part == secret);
    for secret in &secrets {
        let text = String::from_utf8_lossy(secret);
        let line = said.lines().find(|line| line.contains(&*text));
        assert_eq!(line, None, "{text}");
        assert!(!answers.contains(&*text), "{text}");
    }
    secrets.push(secret.as_bytes().to_vec());
    let values = everything(&data.path().join("broadsheet.sqlite"));
    assert!(values.len() > 300, "{}", values.len());
    for (place, value) in &values {
        for secret in &secrets {
            assert!(!find(value, secret), "{place} holds {}", String::from_utf8_lossy(secret));
        }
    }
}
