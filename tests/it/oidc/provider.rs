//! A provider that does what a test tells it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes, Data, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tests::START;

// Two keys of this test, on P-256: a private one, and what is public of it.
pub const KEYS: [(&str, &str, &str); 2] = [
    (
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQ_KRSCw_Wg9vPdudxzshjXvb9lYXgjyhgam4EB0q2M-hRANCAATnfBcAeQev0_2oymbZf01i33XJ4coR_D71VbBL5wMgqEOTAESio0OcEHf_EzpNocYce7b_r51bfDGIUNK6P41k",
        "53wXAHkHr9P9qMpm2X9NYt91yeHKEfw-9VWwS-cDIKg",
        "Q5MARKKjQ5wQd_8TOk2hxhx7tv-vnVt8MYhQ0ro_jWQ",
    ),
    (
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOIkTpxq_GXfE9twkqvvz1KKktmLxbGRLHZD2yoIgB-6hRANCAASEM6SI0f0HxSL_TVNqiVRZEXswMGoCTQop_DoydbhJ0wKNOf_rnYQjNwV0uh_5aU-NLzDrBfGiioamZT4d3Abo",
        "hDOkiNH9B8Ui_01TaolUWRF7MDBqAk0KKfw6MnW4SdM",
        "Ao05_-udhCM3BXS6H_lpT40vMOsF8aKKhqZlPh3cBug",
    ),
];
/// The time, in seconds.
pub const NOW: i64 = START / 1_000_000;

/// What the provider does, changed by a test.
#[derive(Default)]
pub struct Behaviour {
    /// Claims in place of the usual ones; null leaves one out.
    pub claims: HashMap<String, Value>,
    /// Which key signs.
    pub key: usize,
    /// What the keys are called that are published.
    pub published: Vec<(usize, &'static str)>,
    /// The name of the key in the header.
    pub named: Option<&'static str>,
    /// A token in place of one that is signed, made of its claims.
    pub forge: Option<fn(&str) -> String>,
    /// Authorization codes that wait: what was asked with each.
    pub codes: HashMap<String, HashMap<String, String>>,
    /// How often keys were asked for.
    pub asked_keys: usize,
}

#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    pub behaviour: Arc<Mutex<Behaviour>>,
}

pub fn parse(text: &str) -> HashMap<String, String> {
    Query::<HashMap<_, _>>::from_query(text).expect("a query").into_inner()
}

pub fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64")
}

fn sign(behaviour: &Behaviour, claims: &Value) -> String {
    if let Some(forge) = behaviour.forge {
        return forge(&encode(claims.to_string().as_bytes()));
    }
    let der = decode(KEYS[behaviour.key].0);
    let mut header = Header::new(Algorithm::ES256);
    header.kid = behaviour.named.map(str::to_owned);
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_ec_der(&der)).expect("a token")
}

async fn metadata(provider: Data<Provider>) -> HttpResponse {
    let issuer = &provider.issuer;
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
    }))
}

async fn jwks(provider: Data<Provider>) -> HttpResponse {
    let mut behaviour = provider.behaviour.lock().expect("the provider");
    behaviour.asked_keys += 1;
    let keys: Vec<_> = behaviour
        .published
        .iter()
        .map(|(key, kid)| {
            let (_, x, y) = KEYS[*key];
            json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y })
        })
        .collect();
    HttpResponse::Ok().json(json!({ "keys": keys }))
}

async fn token(request: HttpRequest, provider: Data<Provider>, body: Bytes) -> HttpResponse {
    let form = parse(std::str::from_utf8(&body).expect("a form"));
    let mut behaviour = provider.behaviour.lock().expect("the provider");
    let who = BASE64_STANDARD.encode("broadsheet:a%20planted%20client%20secret");
    let given = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let asked = behaviour.codes.remove(&form["code"]);
    let proof = encode(&api::user::fingerprint(&form["code_verifier"]));
    let right = asked.filter(|asked| {
        asked["redirect_uri"] == form["redirect_uri"]
            && asked["code_challenge"] == proof
            && given == Some(&format!("Basic {who}"))
            && form["grant_type"] == "authorization_code"
    });
    let Some(asked) = right else {
        return HttpResponse::BadRequest().json(json!({ "error": "invalid_grant" }));
    };
    let mut claims = json!({
        "iss": provider.issuer, "aud": "broadsheet", "sub": "subject-1", "nonce": asked["nonce"],
        "iat": NOW, "exp": NOW + 300, "email": "Ann@example.org", "email_verified": true,
        "name": "Ann", "groups": ["desk"],
    });
    for (name, value) in &behaviour.claims {
        claims[name] = value.clone();
    }
    if let Some(claims) = claims.as_object_mut() {
        claims.retain(|_, value| !value.is_null());
    }
    HttpResponse::Ok().json(json!({ "access_token": "x", "token_type": "Bearer",
        "id_token": sign(&behaviour, &claims) }))
}

impl Provider {
    /// Serves on any free port, in the runtime that calls it.
    pub fn start() -> (Self, ServerHandle) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let behaviour =
            Behaviour { published: vec![(0, "one")], named: Some("one"), ..Behaviour::default() };
        let provider = Self { issuer, behaviour: Arc::new(Mutex::new(behaviour)) };
        let shared = provider.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(Data::new(shared.clone()))
                .route("/.well-known/openid-configuration", web::get().to(metadata))
                .route("/jwks", web::get().to(jwks))
                .route("/token", web::post().to(token))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .expect("a provider")
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        (provider, handle)
    }
}
