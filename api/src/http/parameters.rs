//! What a request to `/graphql` is made of, read from its body or its address.

use std::collections::HashMap;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Payload};
use serde_json::Value;

use super::reply::{JSON, Refusal};
use crate::config::Limits;

/// Values in one body. Each takes some seventy bytes in memory, and may be written
/// with two.
const MOST_VALUES: usize = 100_000;

/// The body of a POST, which must be JSON.
pub async fn read(
    request: &HttpRequest,
    payload: Payload,
    limits: &Limits,
) -> Result<Bytes, Refusal> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = given.unwrap_or_default().split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(JSON));
    let is_utf8 = parts.filter_map(|part| part.split_once('=')).all(|(name, value)| {
        !name.eq_ignore_ascii_case("charset")
            || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if !is_json || !is_utf8 {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "send the request as `content-type: application/json`, in UTF-8",
        ));
    }
    let too_large = || {
        Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "LIMIT_EXCEEDED",
            format!("the body is over the limit of {} bytes", limits.body_bytes),
        )
    };
    // Whoever sends a byte now and then does not hold a connection for ever.
    let patience = Duration::from_secs(limits.seconds.max(1));
    match tokio::time::timeout(patience, payload.to_bytes_limited(limits.body_bytes)).await {
        Ok(Ok(Ok(body))) => Ok(body),
        Ok(Ok(Err(error))) => Err(Refusal::bad(format!("the body cannot be read: {error}"))),
        Ok(Err(_)) => Err(too_large()),
        Err(_) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "LIMIT_EXCEEDED",
            format!("the body took longer than the limit of {} seconds", patience.as_secs()),
        )),
    }
}

/// What a body says.
pub fn parse(body: &[u8]) -> Result<Value, Refusal> {
    check_values(body)?;
    serde_json::from_slice(body)
        .map_err(|error| Refusal::bad(format!("the body is not JSON: {error}")))
}

/// Refuses what would be many times as large once it is read.
fn check_values(json: &[u8]) -> Result<(), Refusal> {
    let values = count_values(json);
    if values <= MOST_VALUES {
        return Ok(());
    }
    let message = format!(
        "the body is over the limit on values: it has {values}, and {MOST_VALUES} are allowed"
    );
    Err(Refusal::new(StatusCode::BAD_REQUEST, "LIMIT_EXCEEDED", message))
}

/// At most so many values are in a JSON text: one, and one more behind each comma and
/// in each list or object.
fn count_values(json: &[u8]) -> usize {
    let (mut count, mut quoted, mut escaped) = (1, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b',' | b'[' | b'{' if !quoted => count += 1,
            _ => {}
        }
    }
    count
}

/// The parameters of a GET.
pub fn query_string(text: &str) -> Result<Value, Refusal> {
    let pairs = actix_web::web::Query::<HashMap<String, String>>::from_query(text)
        .map_err(|error| Refusal::bad(format!("the query string cannot be read: {error}")))?
        .into_inner();
    let mut parameters = serde_json::Map::new();
    for (name, value) in pairs {
        let value = match name.as_str() {
            "query" | "documentId" | "operationName" => Value::String(value),
            "variables" | "extensions" if value.is_empty() => Value::Null,
            "variables" | "extensions" => serde_json::from_str(&value)
                .map_err(|error| Refusal::bad(format!("`{name}` is not JSON: {error}")))?,
            _ => continue,
        };
        parameters.insert(name, value);
    }
    Ok(Value::Object(parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_without_being_read() {
        for (json, count) in [
            ("1", 1),
            ("[1,2]", 3),
            ("{\"a\": [1, {}], \"b\": \"[,{\"}", 6),
            ("\"\\\",\\\\\"", 1),
            ("", 1),
        ] {
            assert_eq!(count_values(json.as_bytes()), count, "{json}");
        }
    }
}
