//! Whether an ID token is one: signed by a key of the provider, for this server,
//! for this sign-in, and now.
//!
//! Only signatures by public keys count: a token signed with a shared secret, or
//! not at all, is refused before any key is looked at. The time is the clock's of
//! the server.

use entity::Timestamp;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

use crate::user::token::same;

/// Seconds that the provider's clock may be ahead.
const AHEAD: i64 = 60;

const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

pub type Claims = Map<String, Value>;

/// What a token must say.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
}

/// The algorithm of a token, and the name of its key.
pub struct Head {
    algorithm: Algorithm,
    pub key: Option<String>,
}

pub fn head(token: &str) -> Result<Head, String> {
    let header = jsonwebtoken::decode_header(token)
        .map_err(|error| format!("the ID token cannot be read: {error}"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(format!("an ID token is not signed with {:?}", header.alg));
    }
    Ok(Head { algorithm: header.alg, key: header.kid })
}

/// The claims of a token, if all is well with it.
pub fn claims(
    token: &str,
    head: &Head,
    keys: &[Jwk],
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Claims, String> {
    let mut validation = Validation::new(head.algorithm);
    // All that a token says is looked at below, by the server's clock.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = keys
        .iter()
        .filter(|key| meant_for(key, head.algorithm))
        .filter_map(|key| DecodingKey::from_jwk(key).ok())
        .find_map(|key| jsonwebtoken::decode::<Claims>(token, &key, &validation).ok())
        .ok_or("no key of the provider has signed the ID token")?
        .claims;
    check(&claims, expected, now.utc().timestamp())?;
    Ok(claims)
}

/// Whether a key is for this algorithm, where it says what it is for.
fn meant_for(key: &Jwk, algorithm: Algorithm) -> bool {
    key.common.key_algorithm.is_none_or(|named| named.to_string() == format!("{algorithm:?}"))
}

fn check(claims: &Claims, expected: &Expected<'_>, now: i64) -> Result<(), String> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => whole(value).map(Some).ok_or_else(|| format!("{name} is no time")),
    };
    if text("iss") != Some(expected.issuer) {
        return Err("the ID token is another issuer's".to_owned());
    }
    let audience: Vec<_> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !audience.contains(&expected.client_id) {
        return Err("the ID token is for another client".to_owned());
    }
    // Who asked for it, which must be said where it is for several.
    let asked = claims.get("azp").map(Value::as_str);
    if asked.is_some_and(|asked| asked != Some(expected.client_id))
        || (audience.len() > 1 && asked.is_none())
    {
        return Err("another client has asked for the ID token".to_owned());
    }
    if time("exp")?.is_none_or(|expires| expires <= now) {
        return Err("the ID token has expired".to_owned());
    }
    if time("iat")?.is_none_or(|issued| issued > now + AHEAD) {
        return Err("the ID token is from the future, or does not say when it is from".to_owned());
    }
    if time("nbf")?.is_some_and(|from| from > now + AHEAD) {
        return Err("the ID token is not valid yet".to_owned());
    }
    if !text("nonce").is_some_and(|nonce| same(nonce.as_bytes(), expected.nonce.as_bytes())) {
        return Err("the ID token is for another sign-in".to_owned());
    }
    if text("sub").is_none_or(|subject| subject.is_empty() || subject.len() > 255) {
        return Err("the ID token names nobody".to_owned());
    }
    Ok(())
}

/// Seconds, which some providers write with a fraction.
#[expect(clippy::cast_possible_truncation, reason = "what is too large becomes the largest")]
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn outcome(change: &Value) -> Result<(), String> {
        let mut claims = json!({
            "iss": "https://id.example.org", "aud": "broadsheet", "sub": "1", "nonce": "n",
            "iat": NOW - 1, "exp": NOW + 1,
        });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let expected =
            Expected { issuer: "https://id.example.org", client_id: "broadsheet", nonce: "n" };
        check(claims.as_object().unwrap(), &expected, NOW)
    }

    #[test]
    fn each_claim_is_looked_at() {
        for good in [
            json!({}),
            json!({ "aud": ["broadsheet"] }),
            json!({ "aud": ["broadsheet", "x"], "azp": "broadsheet" }),
            json!({ "exp": 1_800_000_001.5, "iat": NOW + AHEAD }),
        ] {
            assert_eq!(outcome(&good), Ok(()), "{good}");
        }
        for bad in [
            json!({ "iss": "https://id.example.org/" }),
            json!({ "iss": null }),
            json!({ "aud": "x" }),
            json!({ "aud": [] }),
            json!({ "aud": null }),
            json!({ "aud": ["broadsheet", "x"] }),
            json!({ "azp": "x" }),
            json!({ "azp": null }),
            json!({ "exp": NOW }),
            json!({ "exp": null }),
            json!({ "exp": "2030" }),
            json!({ "iat": NOW + AHEAD + 1 }),
            json!({ "nbf": NOW + AHEAD + 1 }),
            json!({ "nonce": "m" }),
            json!({ "nonce": null }),
            json!({ "sub": "" }),
            json!({ "sub": 1 }),
        ] {
            assert!(outcome(&bad).is_err(), "{bad}");
        }
    }
}
