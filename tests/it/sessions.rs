//! Signing in, staying signed in, and what must not work.

use api::policy::Role;
use serde_json::{Value, json};
use tests::client::Raw;
use tests::{Answer, Client, HOUR, START, TestApp, on_both};

const LOGIN: &str = "mutation($email: String!, $password: String!, $cookie: Boolean! = false) { login(input: { email: $email, password: $password, cookie: $cookie }) {
    session { accessToken refreshToken expiresAt } user { email } userErrors { message code field retryAfterSeconds } } }";
const REFRESH: &str = "mutation($token: String) { refreshSession(refreshToken: $token) {
    session { accessToken refreshToken } userErrors { code } } }";
const VIEWER: &str = "{ viewer { email role } }";
const PASSWORD: &str = "planted-secret-password";
const SECOND: i64 = 1_000_000;

fn user(app: &TestApp) {
    let ctx = app.ctx();
    let added = api::user::add(&ctx, "desk@example.org", None, Role::Editor, PASSWORD.to_owned());
    app.block_on(added).expect("a new user");
}

fn login(app: &TestApp) -> Answer {
    app.query(LOGIN, json!({"email": "Desk@example.org", "password": PASSWORD}))
}

fn guess(client: &Client, email: &str, password: &str) -> (String, i64) {
    let answer = client.ask(LOGIN, json!({ "email": email, "password": password }));
    let error = &answer.0["login"]["userErrors"][0];
    let code = error["code"].as_str().unwrap_or("right").to_owned();
    (code, error["retryAfterSeconds"].as_i64().unwrap_or(0))
}

fn refresh(app: &TestApp, token: &str) -> Result<(String, String), String> {
    let answer = app.query(REFRESH, json!({ "token": token }));
    let session = &answer.0["refreshSession"]["session"];
    match (session["accessToken"].as_str(), session["refreshToken"].as_str()) {
        (Some(access), Some(refresh)) => Ok((access.to_owned(), refresh.to_owned())),
        _ => Err(answer.text("/refreshSession/userErrors/0/code")),
    }
}

fn kinds(app: &TestApp) -> Vec<String> {
    app.events().into_iter().map(|event| event.kind).collect()
}

/// Name and value of the cookie that an answer sets.
fn cookie_of(answer: &Raw) -> String {
    let header = answer.header("set-cookie");
    header.split(';').next().unwrap_or_default().to_owned()
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
        let (access, next) = refresh(&app, &token).expect("a new token");
        let client = app.nobody().with_token(&access);
        assert!(!client.ask(VIEWER, Value::Null).at("/viewer").is_null());
        assert_ne!(token, next);
        app.set_clock(START + 31 * 24 * HOUR);
        assert_eq!(refresh(&app, &next), Err("BAD_CREDENTIALS".to_owned()));
    }

    fn a_replayed_refresh_token_ends_its_session(app) {
        user(&app);
        let (mine, other) = (login(&app), login(&app));
        let stolen = mine.text("/login/session/refreshToken");
        app.set_clock(START + 60 * SECOND);
        let (access, newest) = refresh(&app, &stolen).expect("a new token");
        let client = app.nobody().with_token(&access);
        app.set_clock(START + 71 * SECOND);
        assert!(!client.ask(VIEWER, Value::Null).at("/viewer").is_null());
        assert_eq!(refresh(&app, &stolen), Err("BAD_CREDENTIALS".to_owned()));
        assert_eq!(client.code(VIEWER, Value::Null), "UNAUTHENTICATED", "the whole family");
        assert_eq!(refresh(&app, &newest), Err("BAD_CREDENTIALS".to_owned()));
        assert!(refresh(&app, &other.text("/login/session/refreshToken")).is_ok(), "not another");
        let replayed = app.events().into_iter().filter(|event| event.kind == "session.replayed");
        assert_eq!(replayed.count(), 1);
    }

    fn an_old_token_of_the_family_ends_it_too(app) {
        user(&app);
        let first = login(&app).text("/login/session/refreshToken");
        let (_, second) = refresh(&app, &first).expect("a second");
        let (access, third) = refresh(&app, &second).expect("a third");
        // At once, but two steps behind: nobody's lost answer.
        assert_eq!(refresh(&app, &first), Err("BAD_CREDENTIALS".to_owned()));
        assert_eq!(refresh(&app, &third), Err("BAD_CREDENTIALS".to_owned()));
        assert_eq!(app.nobody().with_token(&access).code(VIEWER, Value::Null), "UNAUTHENTICATED");
    }

    fn a_lost_answer_and_a_second_tab_get_the_same_token(app) {
        user(&app);
        let token = login(&app).text("/login/session/refreshToken");
        app.set_clock(START + 60 * SECOND);
        let (_, one) = refresh(&app, &token).expect("a new token");
        app.set_clock(START + 69 * SECOND);
        let (access, other) = refresh(&app, &token).expect("the same again");
        assert_eq!(one, other);
        assert!(!app.nobody().with_token(&access).ask(VIEWER, Value::Null).at("/viewer").is_null());
        assert!(refresh(&app, &one).is_ok());
    }

    fn a_made_up_refresh_token_ends_nothing(app) {
        user(&app);
        let token = login(&app).text("/login/session/refreshToken");
        let mut bytes = token.clone().into_bytes();
        // Within the part that all tokens of a session share.
        bytes[30] = if bytes[30] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(bytes).expect("text");
        for forged in [forged.as_str(), "", "x", &"A".repeat(86)] {
            assert_eq!(refresh(&app, forged), Err("BAD_CREDENTIALS".to_owned()));
        }
        assert!(refresh(&app, &token).is_ok());
    }

    fn many_tabs_at_once_stay_signed_in(app) {
        user(&app);
        let token = login(&app).text("/login/session/refreshToken");
        let tabs: Vec<_> = std::thread::scope(|scope| {
            let tabs: Vec<_> = (0..8).map(|_| scope.spawn(|| refresh(&app, &token))).collect();
            tabs.into_iter().map(|tab| tab.join().expect("a tab")).collect()
        });
        let mut tokens: Vec<_> = tabs.into_iter().map(|tab| tab.expect("a token").1).collect();
        tokens.dedup();
        assert_eq!(tokens.len(), 1);
    }

    fn signing_out_ends_the_token(app) {
        user(&app);
        let client = app.nobody().with_token(&login(&app).text("/login/session/accessToken"));
        let out = client.ask("mutation { logout { ended } }", Value::Null);
        assert_eq!(out.at("/logout/ended"), &json!(true));
        assert_eq!(client.code(VIEWER, Value::Null), "UNAUTHENTICATED");
        assert_eq!(kinds(&app)[1..], ["session.started", "session.ended"]);
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

    fn a_token_of_another_key_or_another_kind_is_refused(app) {
        use api::config::{Config, Secret};
        use api::user::{Keys, Purpose};
        user(&app);
        let (now, later) = (entity::Timestamp(START), entity::Timestamp(START + HOUR));
        let session = login(&app);
        let client = app.nobody().with_token(&session.text("/login/session/accessToken"));
        let seen = client.ask("{ sessions { id } viewer { id } }", Value::Null);
        let claims = {
            use sea_orm::EntityTrait;
            assert_eq!(seen.at("/sessions").as_array().map(Vec::len), Some(1));
            let row = app.block_on(async {
                entity::session::Entity::find().one(app.app.db().read()).await.expect("a row")
            }).expect("a session");
            json!({ "sub": row.user_id, "sid": row.id })
        };
        let mut config = Config::default();
        config.auth.secret = Secret::new("another secret, which is as long as one must be");
        let other = Keys::load(&config, now).expect("keys");
        let ask = |token: String| app.nobody().with_token(&token).code(VIEWER, Value::Null);
        let sign = |keys: &Keys, purpose| keys.sign_claims(purpose, &claims, now, later).expect("a token");
        assert_eq!(ask(sign(app.app.keys(), Purpose::Access)), "", "such claims are good");
        assert_eq!(ask(sign(&other, Purpose::Access)), "UNAUTHENTICATED");
        assert_eq!(ask(sign(app.app.keys(), Purpose::SecondFactor)), "UNAUTHENTICATED");
        assert_eq!(ask(sign(app.app.keys(), Purpose::Preview)), "UNAUTHENTICATED");
    }

    fn an_unknown_account_and_a_wrong_password_look_the_same(app) {
        user(&app);
        let wrong = app.query(LOGIN, json!({"email": "desk@example.org", "password": "no"}));
        let unknown = app.query(LOGIN, json!({"email": "nobody@example.org", "password": "no"}));
        assert_eq!(wrong, unknown);
        assert!(wrong.at("/login/user").is_null());
        let known = |email, password| app.statements(|| guess(&app.nobody(), email, password)).1;
        assert_eq!(known("desk@example.org", "no"), known("nobody@example.org", "no"));
    }

    fn guessing_at_an_account_takes_ever_longer(app) {
        user(&app);
        let from = || app.nobody();
        let mut now = START;
        for email in ["nobody@example.org", "desk@example.org"] {
            for _ in 0..5 {
                assert_eq!(guess(&from(), email, "wrong"), ("BAD_CREDENTIALS".to_owned(), 0));
            }
            for seconds in [1, 2, 4, 8] {
                assert_eq!(guess(&from(), email, "wrong").0, "BAD_CREDENTIALS");
                let refused = guess(&from(), email, PASSWORD);
                assert_eq!(refused, ("THROTTLED".to_owned(), seconds), "right or wrong");
                now += seconds * SECOND;
                app.set_clock(now - 1);
                assert_eq!(guess(&from(), email, PASSWORD), ("THROTTLED".to_owned(), 1));
                app.set_clock(now);
            }
        }
        assert_eq!(guess(&from(), "desk@example.org", PASSWORD).0, "right");
        for _ in 0..5 {
            assert_eq!(guess(&from(), "desk@example.org", "wrong").0, "BAD_CREDENTIALS", "it is forgotten");
        }
    }

    fn a_hundred_guesses_at_once_are_a_hundred_guesses(app) {
        user(&app);
        let codes: Vec<_> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..20)
                .map(|_| scope.spawn(|| guess(&app.nobody(), "desk@example.org", "wrong").0))
                .collect();
            tries.into_iter().map(|one| one.join().expect("an answer")).collect()
        });
        let looked_at = codes.iter().filter(|code| *code == "BAD_CREDENTIALS").count();
        assert!(looked_at <= 6, "{looked_at} passwords were looked at");
    }

    fn guessing_from_an_address_takes_ever_longer(app) {
        user(&app);
        let client = app.nobody();
        for number in 0..31 {
            let email = format!("guess{number}@example.org");
            assert_eq!(guess(&client, &email, "wrong").0, "BAD_CREDENTIALS", "{number}");
        }
        assert_eq!(guess(&client, "desk@example.org", PASSWORD).0, "THROTTLED");
        // Nobody trusts this header here: it is no way around.
        let elsewhere = client.with_header("x-forwarded-for", "192.0.2.77");
        assert_eq!(guess(&elsewhere, "desk@example.org", PASSWORD).0, "THROTTLED");
        app.set_clock(START + SECOND);
        assert_eq!(guess(&client, "desk@example.org", PASSWORD).0, "right");
        let failed: Vec<_> =
            app.events().into_iter().filter(|event| event.kind == "session.failed").collect();
        assert_eq!(failed.len(), 31);
        assert_eq!(failed[0].address.as_deref(), Some("127.0.0.1"));
        assert_eq!(failed[0].entity_id, None);
    }

    fn own_sessions_are_listed_and_ended(app) {
        user(&app);
        let desk = app.nobody().with_header("user-agent", "Desk/1.0");
        let signed_in = |client: &Client| {
            let answer = client.ask(LOGIN, json!({"email": "desk@example.org", "password": PASSWORD}));
            client.with_token(&answer.text("/login/session/accessToken"))
        };
        let one = signed_in(&desk);
        app.set_clock(START + SECOND);
        let other = signed_in(&app.nobody());
        app.set_clock(START + 60 * SECOND);
        let list = "{ sessions { id current method createdAt lastUsedAt address userAgent } }";
        let seen = one.ask(list, Value::Null);
        assert_eq!(seen.at("/sessions/1/current"), &json!(true));
        assert_eq!(seen.text("/sessions/1/userAgent"), "Desk/1.0");
        assert_eq!(seen.text("/sessions/1/address"), "127.0.0.1");
        assert_eq!(seen.text("/sessions/1/method"), "PASSWORD");
        assert_eq!(seen.text("/sessions/1/lastUsedAt"), "2026-11-01T00:01:00Z");
        assert_eq!(seen.text("/sessions/0/lastUsedAt"), "2026-11-01T00:00:01Z");
        let end = "mutation($id: ID!) { endSession(id: $id) { ended userErrors { code } } }";
        let id = json!({ "id": seen.text("/sessions/0/id") });
        let stranger = app.as_role(Role::Admin);
        assert_eq!(stranger.ask(end, id.clone()).at("/endSession/ended"), &json!(false));
        assert_eq!(one.ask(end, id).at("/endSession/ended"), &json!(true));
        assert_eq!(other.code(VIEWER, Value::Null), "UNAUTHENTICATED");
        let another = signed_in(&app.nobody());
        let all = one.ask("mutation { logoutEverywhere { ended } }", Value::Null);
        assert_eq!(all.number("/logoutEverywhere/ended"), 2);
        for client in [&one, &another] {
            assert_eq!(client.code(VIEWER, Value::Null), "UNAUTHENTICATED");
        }
    }

    fn last_use_is_written_now_and_then(app) {
        user(&app);
        let client = app.nobody().with_token(&login(&app).text("/login/session/accessToken"));
        app.set_clock(START + 5 * SECOND);
        let (_, statements) = app.statements(|| client.ask(VIEWER, Value::Null));
        assert!(!statements.iter().any(|sql| sql.starts_with("UPDATE")), "{statements:?}");
        app.block_on(api::user::tend(&app.app)).expect("housekeeping");
        let used = app.block_on(async {
            use sea_orm::EntityTrait;
            entity::session::Entity::find().one(app.app.db().read()).await.expect("a row")
        }).expect("a session").used_at;
        assert_eq!(used.0, START + 5 * SECOND);
        app.set_clock(START + 31 * 24 * HOUR);
        app.block_on(api::user::tend(&app.app)).expect("housekeeping");
        let left = app.block_on(async {
            use sea_orm::EntityTrait;
            entity::session::Entity::find().one(app.app.db().read()).await.expect("a row")
        });
        assert!(left.is_none(), "what is over is forgotten");
    }

    fn a_browser_holds_the_refresh_token_where_scripts_cannot_read_it(app) {
        user(&app);
        let body = |document: &str, variables: Value| json!({ "query": document, "variables": variables });
        let sign_in = body(LOGIN, json!({"email": "desk@example.org", "password": PASSWORD, "cookie": true}));
        let answer = app.nobody().post(&sign_in);
        let header = answer.header("set-cookie").to_owned();
        for part in ["HttpOnly", "SameSite=Strict", "Path=/graphql", "Max-Age=2592000"] {
            assert!(header.contains(part), "{header}");
        }
        assert!(!header.contains("Secure"), "the site is not https");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.json()["data"]["login"]["session"]["refreshToken"].is_null());
        let cookie = cookie_of(&answer);
        let origin = app.url("");
        let browser = |cookie: &str| app.nobody().with_header("cookie", cookie);
        let renew = body(REFRESH, Value::Null);
        let code = |answer: &Raw| answer.json()["data"]["refreshSession"]["userErrors"][0]["code"].clone();
        // A page of another site, and a request that does not say.
        for foreign in [
            browser(&cookie).with_header("origin", "https://evil.example"),
            browser(&cookie).with_header("sec-fetch-site", "cross-site"),
            browser(&cookie),
        ] {
            assert_eq!(code(&foreign.post(&renew)), json!("REQUIRED"));
        }
        let own = browser(&cookie).with_header("origin", &origin);
        let renewed = own.post(&renew);
        assert!(renewed.json()["data"]["refreshSession"]["session"]["accessToken"].is_string());
        assert!(renewed.json()["data"]["refreshSession"]["session"]["refreshToken"].is_null());
        let next = cookie_of(&renewed);
        assert_ne!(cookie, next);
        let program = browser(&next).with_header("x-broadsheet-csrf", "1");
        let again = program.post(&renew);
        let last = cookie_of(&again);
        let out = browser(&last).with_header("sec-fetch-site", "same-origin")
            .post(&body("mutation { logout { ended } }", Value::Null));
        assert_eq!(out.json()["data"]["logout"]["ended"], json!(true));
        assert!(out.header("set-cookie").contains("broadsheet_refresh=;"));
        assert!(out.header("set-cookie").contains("Max-Age=0"));
        let over = browser(&last).with_header("origin", &origin).post(&renew);
        assert_eq!(code(&over), json!("BAD_CREDENTIALS"));
        assert!(over.header("set-cookie").contains("Max-Age=0"));
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

#[test]
fn a_proxy_that_is_trusted_says_where_guesses_come_from() {
    let app = TestApp::configured(tests::Backend::Sqlite, |config| {
        config.http.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    })
    .expect("SQLite is always there");
    user(&app);
    let from = |address: &str| app.nobody().with_header("x-forwarded-for", address);
    for number in 0..31 {
        guess(&from("198.51.100.1"), &format!("guess{number}@example.org"), "wrong");
    }
    assert_eq!(guess(&from("198.51.100.1"), "desk@example.org", PASSWORD).0, "THROTTLED");
    assert_eq!(guess(&from("198.51.100.2"), "desk@example.org", PASSWORD).0, "right");
}

#[test]
fn a_named_origin_may_send_its_cookie_and_all_origins_may_not() {
    let ask = |origins: &[&str]| {
        let app = TestApp::configured(tests::Backend::Sqlite, |config| {
            config.http.cors_origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
        })
        .expect("SQLite is always there");
        let client = app.nobody().with_header("origin", "https://desk.example.org");
        let answer = client.post(&json!({ "query": "{ site { title } }" }));
        answer.header("access-control-allow-credentials").to_owned()
    };
    assert_eq!(ask(&["https://desk.example.org"]), "true");
    assert_eq!(ask(&["*"]), "");
    assert_eq!(ask(&["https://other.example.org"]), "");
}
