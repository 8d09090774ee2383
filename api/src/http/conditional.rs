//! Conditional requests and what caches may keep, after RFC 9110 and RFC 9111.
//!
//! **Invariants.** Entity tags are strong: they are made of the bytes of an answer,
//! or of everything that the bytes follow from, and an answer that is compressed
//! has a tag of its own, which is weak where it is compressed piece by piece. What was
//! asked for with an `Authorization` is for no shared cache. `If-None-Match` is heard
//! before `If-Modified-Since`.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, ETAG, HeaderMap, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, HttpResponseBuilder};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDateTime, Utc};
use entity::Timestamp;
use sha2::{Digest, Sha256};

/// The codings that `Compress` knows, as they stand behind a tag.
const CODINGS: [&str; 4] = ["-br", "-gzip", "-deflate", "-zstd"];

/// What an answer is told apart by.
#[derive(Debug, Clone)]
pub struct Validators {
    /// In quotes; empty where only the date is known yet.
    pub etag: String,
    /// When what it is made of last changed.
    pub modified: Option<Timestamp>,
}

impl Validators {
    /// Those of bytes.
    pub fn of(parts: &[&[u8]], modified: Option<Timestamp>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        let tag = BASE64_URL_SAFE_NO_PAD.encode(digest.get(..16).unwrap_or(&digest));
        Self { etag: format!("\"{tag}\""), modified }
    }

    /// Whether the client has what it would get.
    pub fn hold(&self, headers: &HeaderMap) -> bool {
        if headers.contains_key(IF_NONE_MATCH) {
            return headers
                .get_all(IF_NONE_MATCH)
                .filter_map(|value| value.to_str().ok())
                .any(|value| matches(value, &self.etag));
        }
        self.unmodified(headers)
    }

    /// The same, by the date alone: for who has not made the answer yet.
    pub fn unmodified(&self, headers: &HeaderMap) -> bool {
        let since = headers.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
        match (since.and_then(parse_date), self.modified) {
            (Some(since), Some(modified)) => seconds(modified) <= since,
            _ => false,
        }
    }

    fn add(&self, answer: &mut HttpResponseBuilder) {
        if !self.etag.is_empty() {
            answer.insert_header((ETAG, self.etag.as_str()));
        }
        if let Some(date) = self.modified.and_then(http_date) {
            answer.insert_header((LAST_MODIFIED, date));
        }
    }
}

/// Whether a list of tags has this one: compared weakly, as `If-None-Match` asks,
/// whatever coding the client's copy has.
fn matches(list: &str, etag: &str) -> bool {
    let bare = etag.trim_matches('"');
    tags(list).any(|tag| tag == "*" || is_coded(tag, bare))
}

/// The tags of a list, without quotes and weakness.
fn tags(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).map(|tag| {
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag)
    })
}

/// Whether a tag is this one, in whatever coding.
fn is_coded(tag: &str, bare: &str) -> bool {
    tag == bare
        || CODINGS.iter().any(|coding| tag.strip_suffix(coding).is_some_and(|tag| tag == bare))
}

/// The tag that a client has of an answer that it need not get again: a cache finds its
/// copy by it, which may be in another coding than the one that this answer would have.
fn own_tag(headers: &HeaderMap, etag: &str) -> Option<HeaderValue> {
    let bare = etag.trim_matches('"');
    let lists = headers.get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    let mut all = lists.flat_map(|list| list.split(',').map(str::trim).zip(tags(list)));
    let (given, tag) = all.find(|(_, tag)| is_coded(tag, bare))?;
    let weak = if given.starts_with("W/") { "W/" } else { "" };
    HeaderValue::from_str(&format!("{weak}\"{tag}\"")).ok()
}

/// Marks an answer that is sent in pieces: how these are packed depends on when each of them
/// comes, so that bytes in a coding are not the same each time.
pub struct InPieces;

fn seconds(time: Timestamp) -> i64 {
    time.0.div_euclid(1_000_000)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http_date(time: Timestamp) -> Option<String> {
    let date = DateTime::<Utc>::from_timestamp(seconds(time), 0)?;
    (1900..10_000)
        .contains(&chrono::Datelike::year(&date))
        .then(|| date.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

/// Seconds since 1970 of a date in any of the three forms that RFC 9110 knows.
pub fn parse_date(text: &str) -> Option<i64> {
    ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text.trim(), format).ok())
        .map(|date| date.and_utc().timestamp())
}

/// Who may keep an answer, and how long before asking whether it still holds.
pub fn cache_control(request: &HttpRequest, seconds: u64) -> String {
    let who = if request.headers().contains_key(AUTHORIZATION) { "private" } else { "public" };
    // Somebody's own answer may change with what they may do: it is always asked about.
    let seconds = if who == "private" { 0 } else { seconds };
    format!("{who}, max-age={seconds}, must-revalidate")
}

/// A whole answer, or 304 where the client has it.
pub fn answer(
    request: &HttpRequest,
    validators: &Validators,
    cache: &str,
    vary: &'static str,
    content_type: &str,
    body: Vec<u8>,
) -> HttpResponse {
    if validators.hold(request.headers()) {
        return not_modified(validators, cache, vary);
    }
    let mut answer = HttpResponse::Ok();
    head(&mut answer, validators, cache, vary);
    answer.content_type(content_type).body(body)
}

/// The headers that 200 and 304 share.
pub fn head(
    answer: &mut HttpResponseBuilder,
    validators: &Validators,
    cache: &str,
    vary: &'static str,
) {
    validators.add(answer);
    answer
        .insert_header((CACHE_CONTROL, cache))
        .insert_header((VARY, vary))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
}

pub fn not_modified(validators: &Validators, cache: &str, vary: &'static str) -> HttpResponse {
    let mut answer = HttpResponse::NotModified();
    head(&mut answer, validators, cache, vary);
    answer.finish()
}

/// One `Vary` that names each header once.
fn say_once(headers: &mut HeaderMap) {
    let mut named: Vec<String> = Vec::new();
    for name in headers.get_all(VARY).filter_map(|value| value.to_str().ok()) {
        for name in name.split(',').map(str::trim) {
            if !named.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                named.push(name.to_owned());
            }
        }
    }
    if let Ok(value) = HeaderValue::from_str(&named.join(", ")) {
        headers.insert(VARY, value);
    }
}

/// Gives a compressed answer a tag of its own: a strong tag names bytes. That nothing has
/// changed is said of the client's own copy.
pub async fn tag_codings(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    if response.status() == StatusCode::NOT_MODIFIED {
        let etag = response.headers().get(ETAG).and_then(|value| value.to_str().ok());
        let own = etag.and_then(|etag| own_tag(response.request().headers(), etag));
        if let Some(own) = own {
            response.headers_mut().insert(ETAG, own);
        }
        return Ok(response);
    }
    let in_pieces = response.response().extensions().get::<InPieces>().is_some();
    let weak = if in_pieces { "W/" } else { "" };
    let headers = response.headers_mut();
    if headers.get_all(VARY).nth(1).is_some() {
        say_once(headers);
    }
    let coding = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let coding = coding.map(str::to_owned);
    if coding.as_deref() == Some("identity") {
        // It was there to say that this is not to be compressed.
        headers.remove(CONTENT_ENCODING);
    } else if let Some(coding) = coding
        && let Some(etag) = headers.get(ETAG).and_then(|value| value.to_str().ok())
        && let Some(bare) = etag.strip_suffix('"')
        && let Ok(value) = HeaderValue::from_str(&format!("{weak}{bare}-{coding}\""))
    {
        headers.insert(ETAG, value);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name = actix_web::http::header::HeaderName::from_static(name);
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn tags_are_heard_before_dates() {
        let own = Validators {
            etag: "\"abc\"".to_owned(),
            modified: Some(Timestamp(784_111_777_500_000)),
        };
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        for (pairs, held) in [
            (&[][..], false),
            (&[("if-none-match", "\"abc\"")], true),
            (&[("if-none-match", "W/\"abc\"")], true),
            (&[("if-none-match", "\"x\", \"abc-br\"")], true),
            (&[("if-none-match", "\"x\""), ("if-none-match", "\"abc-gzip\"")], true),
            (&[("if-none-match", "*")], true),
            (&[("if-none-match", "\"abcd\"")], false),
            (&[("if-none-match", "\"x\""), ("if-modified-since", date)], false),
            (&[("if-modified-since", date)], true),
            (&[("if-modified-since", "Sunday, 06-Nov-94 08:49:37 GMT")], true),
            (&[("if-modified-since", "Sun Nov  6 08:49:37 1994")], true),
            (&[("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT")], false),
            (&[("if-modified-since", "yesterday")], false),
        ] {
            assert_eq!(own.hold(&headers(pairs)), held, "{pairs:?}");
        }
        let known = |list| own_tag(&headers(&[("if-none-match", list)]), "\"abc\"");
        let known = |list| known(list).map(|tag| tag.to_str().unwrap().to_owned());
        assert_eq!(known("\"x-br\", W/\"abc-br\"").as_deref(), Some("W/\"abc-br\""));
        assert_eq!(known("\"abc-gzip\"").as_deref(), Some("\"abc-gzip\""));
        assert_eq!(known("\"abcd-br\", *"), None);
        assert_eq!(http_date(Timestamp(784_111_777_500_000)).as_deref(), Some(date));
        assert_eq!(http_date(Timestamp::NEVER), None);
    }

    #[test]
    fn tags_tell_bytes_apart() {
        let tag = |parts: &[&[u8]]| Validators::of(parts, None).etag;
        assert_eq!(tag(&[b"a", b"b"]), tag(&[b"a", b"b"]));
        assert_ne!(tag(&[b"a", b"b"]), tag(&[b"ab", b""]));
        assert_eq!(tag(&[b"a"]).len(), 24);
    }
}
