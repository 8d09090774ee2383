//! Signing in at an OpenID Connect provider, which the test itself is.

mod provider;

use std::collections::HashMap;

use api::config::{Config, MaybeRole, Oidc, RoleOf, Secret};
use api::policy::Role;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use provider::{Behaviour, KEYS, NOW, Provider, decode, encode, parse};
use sea_orm::prelude::Uuid;
use serde_json::{Value, json};
use tests::client::{Raw, raw};
use tests::{Answer, Backend, START, TestApp};

const SECRET: &str = "a planted client secret";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Of the verifier, by the example of RFC 7636, appendix B.
const START_PATH: &str = "/auth/oidc/start?challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const PAGE: &str = "https://desk.example.org/signed-in";
const LOGIN: &str = "mutation($code: String!, $verifier: String!) {
    loginWithOidc(code: $code, verifier: $verifier) {
    session { accessToken refreshToken } user { email name role } secondFactor { token }
    userErrors { code } } }";

/// The program under test, and its provider.
struct Stage {
    app: TestApp,
    provider: Provider,
    server: actix_web::dev::ServerHandle,
    runtime: tokio::runtime::Runtime,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.runtime.block_on(self.server.stop(false));
    }
}

fn stage(backend: Backend, change: impl FnOnce(&mut Oidc)) -> Option<Stage> {
    let runtime = tests::runtime();
    let (provider, server) = runtime.block_on(async { Provider::start() });
    let app = TestApp::configured(backend, |config: &mut Config| {
        let oidc = &mut config.oidc;
        oidc.issuer.clone_from(&provider.issuer);
        "broadsheet".clone_into(&mut oidc.client_id);
        oidc.client_secret = Secret::new(SECRET);
        "https://cms.example.org/".clone_into(&mut oidc.server_url);
        PAGE.clone_into(&mut oidc.return_page);
        "groups".clone_into(&mut oidc.role_claim);
        oidc.roles = ["desk=EDITOR", "chiefs=ADMIN", "guests=VIEWER"]
            .map(|text| RoleOf::try_from(text.to_owned()).expect("a mapping"))
            .into();
        change(oidc);
        *config = config.clone().checked().expect("a configuration");
    })?;
    Some(Stage { app, provider, server, runtime })
}

impl Stage {
    fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.provider.behaviour.lock().expect("the provider"));
    }

    fn claim(&self, name: &str, value: Value) {
        self.behave(|behaviour| {
            behaviour.claims.insert(name.to_owned(), value);
        });
    }

    fn get(&self, path: &str, cookie: &str) -> Raw {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .into();
        raw(agent.get(self.app.url(path)).header("cookie", cookie).call())
    }

    /// What the browser sends to the provider, and the cookie that it keeps.
    fn begin(&self) -> (HashMap<String, String>, String) {
        let start = self.get(START_PATH, "");
        assert_eq!((start.status, start.header("cache-control")), (302, "no-store"));
        let cookie = start.header("set-cookie");
        for part in
            ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/auth/oidc", "; Max-Age=600"]
        {
            assert!(cookie.contains(part), "{cookie}");
        }
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        let (endpoint, query) = start.header("location").split_once('?').expect("a query");
        assert_eq!(endpoint, format!("{}/authorize", self.provider.issuer));
        (parse(query), cookie)
    }

    /// The provider lets them in: where the browser goes back to.
    fn authorize(&self, asked: HashMap<String, String>) -> String {
        let state = asked["state"].clone();
        self.behave(|behaviour| {
            behaviour.codes.insert("a-code".to_owned(), asked);
        });
        format!("/auth/oidc/callback?code=a-code&state={state}")
    }

    /// The whole way: what stands behind the page's address.
    fn come(&self) -> String {
        let (asked, cookie) = self.begin();
        let back = self.authorize(asked);
        self.back(&back, &cookie)
    }

    fn back(&self, path: &str, cookie: &str) -> String {
        let back = self.get(path, cookie);
        assert_eq!(back.status, 302);
        assert!(back.header("set-cookie").starts_with("broadsheet_oidc=; "));
        let fragment = back.header("location").strip_prefix(&format!("{PAGE}#"));
        fragment.expect("the page of the interface").to_owned()
    }

    fn code(&self) -> String {
        let fragment = self.come();
        fragment.strip_prefix("code=").unwrap_or_else(|| panic!("{fragment}")).to_owned()
    }

    fn exchange(&self, code: &str) -> Answer {
        self.app.query(LOGIN, json!({ "code": code, "verifier": VERIFIER }))
    }

    fn login(&self) -> Value {
        let answer = self.exchange(&self.code()).accepted("loginWithOidc");
        assert!(!answer.text("/loginWithOidc/session/refreshToken").is_empty());
        answer.at("/loginWithOidc/user").clone()
    }

    fn kinds(&self) -> Vec<String> {
        self.app.events().into_iter().map(|event| event.kind).collect()
    }

    fn add(&self, email: &str, role: Role) -> Uuid {
        let (ctx, email, password) =
            (self.app.ctx(), email.to_owned(), "a long password".to_owned());
        self.app
            .block_on(async move { api::user::add(&ctx, &email, None, role, password).await })
            .expect("a new user")
    }
}

/// A test of both databases, with settings of its own.
macro_rules! on_stage {
    ($($name:ident($stage:ident, $change:expr) $body:block)*) => {
        $(mod $name {
            use super::*;

            fn check($stage: Stage) $body

            #[test]
            fn sqlite() {
                check(stage(Backend::Sqlite, $change).expect("SQLite is always there"));
            }

            #[test]
            fn postgres() {
                if let Some(stage) = stage(Backend::Postgres, $change) {
                    check(stage);
                }
            }
        })*
    };
}

fn as_it_is(_: &mut Oidc) {}

fn match_email(oidc: &mut Oidc) {
    oidc.match_email = true;
}

on_stage! {
    somebody_new_comes_in_with_the_role_of_the_claim(stage, as_it_is) {
        let offered = stage.app.query("{ oidc { label startPath } }", Value::Null);
        assert_eq!(offered.at("/oidc"),
            &json!({ "label": "Single sign-on", "startPath": "/auth/oidc/start" }));
        let (asked, cookie) = stage.begin();
        assert_eq!((asked["response_type"].as_str(), asked["scope"].as_str()), ("code", "openid email profile"));
        assert_eq!((asked["code_challenge_method"].as_str(), asked["client_id"].as_str()), ("S256", "broadsheet"));
        assert_eq!(asked["redirect_uri"], "https://cms.example.org/auth/oidc/callback");
        let back = stage.authorize(asked);
        let code = stage.back(&back, &cookie);
        let answer = stage.exchange(code.strip_prefix("code=").expect("a code")).accepted("loginWithOidc");
        assert_eq!(answer.at("/loginWithOidc/user"),
            &json!({ "email": "ann@example.org", "name": "Ann", "role": "EDITOR" }));
        let client = stage.app.nobody().with_token(&answer.text("/loginWithOidc/session/accessToken"));
        let seats = client.ask("{ sessions { method current } viewer { hasPassword } }", Value::Null);
        assert_eq!(seats.at("/sessions"), &json!([{ "method": "OIDC", "current": true }]));
        assert_eq!(seats.at("/viewer/hasPassword"), &json!(false));
        assert_eq!(stage.kinds(), ["user.added", "session.started"]);
        let events = stage.app.events();
        assert_eq!(events[0].data, json!({ "role": "EDITOR", "method": "OIDC" }).into());
        assert_eq!(events[1].data, json!({ "method": "OIDC" }).into());
        // The next time it is the same account, whatever the address is now.
        stage.claim("email", json!("ann.new@example.org"));
        assert_eq!(stage.login()["email"], "ann@example.org");
        assert_eq!(stage.kinds()[2..], ["session.started"]);
        assert!(!format!("{:?}", stage.app.app.config()).contains(SECRET));
    }

    a_code_is_good_for_the_browser_that_set_out_alone(stage, as_it_is) {
        let code = stage.code();
        let other = json!({ "code": code, "verifier": VERIFIER.replace('d', "e") });
        let refused = stage.app.query(LOGIN, other);
        assert!(refused.at("/loginWithOidc/session").is_null());
        assert_eq!(refused.text("/loginWithOidc/userErrors/0/code"), "BAD_CREDENTIALS");
        let _ = stage.exchange(&code).accepted("loginWithOidc");
    }

    setting_out_needs_a_challenge(stage, as_it_is) {
        for path in ["", "?challenge=", "?challenge=short", "?challenge=%0d", "?challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"] {
            let start = stage.get(&format!("/auth/oidc/start{path}"), "");
            assert_eq!(start.header("location"), format!("{PAGE}#error=challenge"), "{path}");
        }
    }

    a_code_is_good_once_and_soon(stage, as_it_is) {
        let code = stage.code();
        let _ = stage.exchange(&code).accepted("loginWithOidc");
        let refused = |code: &str| {
            let answer = stage.exchange(code);
            assert!(answer.at("/loginWithOidc/session").is_null());
            answer.text("/loginWithOidc/userErrors/0/code")
        };
        assert_eq!(refused(&code), "BAD_CREDENTIALS");
        assert_eq!(refused("x"), "BAD_CREDENTIALS");
        let late = stage.code();
        stage.app.set_clock(START + 60_000_000);
        assert_eq!(refused(&late), "BAD_CREDENTIALS");
        assert_eq!(stage.kinds().iter().filter(|kind| *kind == "session.failed").count(), 3);
    }

    a_token_that_cannot_be_believed_lets_nobody_in(stage, as_it_is) {
        for (name, value) in [
            ("nonce", json!("another")), ("nonce", Value::Null),
            ("aud", json!("another")), ("aud", json!(["broadsheet", "another"])), ("azp", json!("another")),
            ("iss", json!("https://id.example.org")), ("sub", Value::Null),
            ("exp", json!(NOW)), ("exp", Value::Null), ("iat", json!(NOW + 3600)), ("nbf", json!(NOW + 3600)),
        ] {
            stage.claim(name, value.clone());
            assert_eq!(stage.come(), "error=token", "{name} {value}");
            stage.behave(|behaviour| behaviour.claims.clear());
        }
        // {"alg":"none"}, and HS256 with what is public.
        let forgeries: [fn(&str) -> String; 4] = [
            |claims| format!("eyJhbGciOiJub25lIn0.{claims}."),
            |claims| {
                let mut header = Header::new(Algorithm::HS256);
                header.kid = Some("one".to_owned());
                let claims: Value = serde_json::from_slice(&decode(claims)).expect("claims");
                jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(KEYS[0].1.as_bytes())).expect("a token")
            },
            |claims| format!("{}.{claims}.{}", encode(br#"{"alg":"ES256","kid":"one"}"#), encode(&[7; 64])),
            |_| "nonsense".to_owned(),
        ];
        for forge in forgeries {
            stage.behave(|behaviour| behaviour.forge = Some(forge));
            assert_eq!(stage.come(), "error=token");
        }
        stage.behave(|behaviour| (behaviour.forge, behaviour.key) = (None, 1));
        assert_eq!(stage.come(), "error=token", "signed by another key of that name");
        let kinds = stage.kinds();
        assert_eq!((kinds.len(), kinds.iter().all(|kind| kind == "session.failed")), (16, true));
        stage.behave(|behaviour| behaviour.key = 0);
        assert_eq!(stage.login()["role"], "EDITOR");
    }

    a_browser_brings_back_what_it_was_sent_with(stage, as_it_is) {
        let (asked, cookie) = stage.begin();
        let back = stage.authorize(asked.clone());
        assert_eq!(stage.back("/auth/oidc/callback?code=a-code&state=x", &cookie), "error=state");
        assert_eq!(stage.back("/auth/oidc/callback?code=a-code", &cookie), "error=state");
        assert_eq!(stage.back("/auth/oidc/callback?state=%FF&state=x", &cookie), "error=state");
        let foreign = format!("{back}&iss=https%3A%2F%2Fid.example.org");
        assert_eq!(stage.back(&foreign, &cookie), "error=state");
        let denied = format!("/auth/oidc/callback?error=access_denied&state={}", asked["state"]);
        assert_eq!(stage.back(&denied, &cookie), "error=denied");
        assert_eq!(stage.back(&back, ""), "error=expired");
        assert_eq!(stage.back(&back, "broadsheet_oidc=x"), "error=expired");
        let (_, other) = stage.begin();
        assert_eq!(stage.back(&back, &other), "error=state", "another sign-in's cookie");
        stage.app.set_clock(START + 600_000_000);
        assert_eq!(stage.back(&back, &cookie), "error=expired");
        stage.app.set_clock(START);
        let done = stage.back(&back, &cookie);
        assert!(done.starts_with("code="), "{done}");
        assert_eq!(stage.back(&back, &cookie), "error=token", "the provider's code is used up");
    }

    nobody_comes_in_without_a_verified_address_or_a_role(stage, |oidc: &mut Oidc| {
        oidc.allowed_domains = vec!["example.org".to_owned()];
    }) {
        for (name, value, error) in [
            ("email_verified", json!(false), "email"), ("email_verified", Value::Null, "email"),
            ("email", json!("ann@example.com"), "email"), ("email", json!("ann@sub.example.org"), "email"),
            ("groups", json!(["others"]), "role"), ("groups", Value::Null, "role"),
        ] {
            stage.claim(name, value.clone());
            assert_eq!(stage.come(), format!("error={error}"), "{name} {value}");
            stage.behave(|behaviour| behaviour.claims.clear());
        }
        let users: usize = stage.kinds().iter().filter(|kind| *kind == "user.added").count();
        assert_eq!(users, 0);
        stage.claim("email_verified", json!("true"));
        assert_eq!(stage.login()["role"], "EDITOR");
        // Who has an account comes no more when the role has gone.
        stage.claim("groups", json!([]));
        assert_eq!(stage.come(), "error=role");
    }

    a_role_follows_the_claim_and_the_last_administrator_stays_one(stage, as_it_is) {
        stage.claim("groups", json!(["guests", "chiefs"]));
        assert_eq!(stage.login()["role"], "ADMIN");
        stage.claim("groups", json!("guests"));
        assert_eq!(stage.login()["role"], "ADMIN", "there is no other");
        stage.add("other@example.org", Role::Admin);
        assert_eq!(stage.login()["role"], "VIEWER");
        assert!(stage.kinds().contains(&"user.roleChanged".to_owned()));
    }

    a_default_role_is_for_those_without_another(stage, |oidc: &mut Oidc| {
        oidc.default_role = MaybeRole(Some(Role::Contributor));
        oidc.role_claim.clear();
        oidc.roles.clear();
    }) {
        assert_eq!(stage.login()["role"], "CONTRIBUTOR");
        stage.app.sql("UPDATE \"user\" SET role = 'AUTHOR'");
        assert_eq!(stage.login()["role"], "AUTHOR", "without a claim, roles are given here");
    }

    an_account_of_that_address_is_not_signed_in_to_unless_that_is_configured(stage, as_it_is) {
        stage.add("ann@example.org", Role::Author);
        assert_eq!(stage.come(), "error=taken");
    }

    a_verified_address_leads_to_its_account(stage, match_email) {
        let id = stage.add("ann@example.org", Role::Editor);
        stage.claim("email_verified", json!(false));
        assert_eq!(stage.come(), "error=email");
        stage.behave(|behaviour| behaviour.claims.clear());
        assert_eq!(stage.login()["email"], "ann@example.org");
        let linked = stage.app.events().into_iter().find(|event| event.kind == "user.identityLinked");
        assert_eq!(linked.expect("the event").entity_id, Some(id));
        // The address has been given to somebody else there.
        stage.claim("sub", json!("subject-2"));
        assert_eq!(stage.come(), "error=taken");
    }

    whoever_is_invited_comes_by_the_provider_too(stage, match_email) {
        let ctx = stage.app.ctx();
        stage.app.block_on(api::user::invite(&ctx, "ann@example.org", None, Role::Editor)).expect("an invitation");
        assert_eq!(stage.login()["role"], "EDITOR");
        assert_eq!(stage.kinds(), ["user.invited", "user.identityLinked", "user.added", "session.started"]);
    }

    whoever_is_deactivated_stays_out(stage, as_it_is) {
        let _ = stage.login();
        let code = stage.code();
        let ctx = stage.app.ctx();
        let id = stage.app.events()[0].entity_id.expect("a user");
        stage.app.block_on(api::user::deactivate(&ctx, id)).expect("a deactivation");
        assert_eq!(stage.come(), "error=deactivated");
        assert_eq!(stage.exchange(&code).text("/loginWithOidc/userErrors/0/code"), "BAD_CREDENTIALS");
    }

    a_new_key_is_asked_for_and_not_too_often(stage, as_it_is) {
        let _ = stage.login();
        stage.behave(|behaviour| {
            behaviour.published = vec![(1, "two")];
            (behaviour.key, behaviour.named) = (1, Some("two"));
        });
        assert_eq!(stage.come(), "error=token", "keys were asked for just now");
        stage.app.set_clock(START + 31_000_000);
        let _ = stage.login();
        let _ = stage.login();
        stage.behave(|behaviour| assert_eq!(behaviour.asked_keys, 2));
    }

    a_provider_that_is_away_is_said_so(stage, as_it_is) {
        stage.runtime.block_on(stage.server.stop(false));
        let start = stage.get(START_PATH, "");
        assert_eq!((start.status, start.header("location")), (302, &*format!("{PAGE}#error=provider")));
    }
}

tests::on_both! {
    fn without_a_provider_there_is_nothing(app) {
        assert!(app.query("{ oidc { label } }", Value::Null).at("/oidc").is_null());
        for path in ["/auth/oidc/start", "/auth/oidc/callback"] {
            assert_eq!(raw(tests::client::agent().get(app.url(path)).call()).status, 404);
        }
        let refused = app.query(LOGIN, json!({ "code": "x", "verifier": VERIFIER }));
        assert_eq!(refused.text("/loginWithOidc/userErrors/0/code"), "BAD_CREDENTIALS");
    }
}
