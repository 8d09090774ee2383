//! Answers that are kept: from memory, coded as the client takes them, with what
//! caches outside need to know.
//!
//! **Invariants.** Who sends `Authorization` is never answered from memory. Each
//! coding and each media type has a tag of its own. `Surrogate-Key` and
//! `Cache-Tag` name everything that an answer depends on, or something coarser
//! that is purged whenever any of that is.

use std::sync::Arc;

use actix_web::http::header::{
    AUTHORIZATION, AcceptEncoding, CONTENT_ENCODING, CONTENT_TYPE, ContentEncoding, Encoding,
    Header, HeaderName, HeaderValue, VARY,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::conditional::{self, Validators};
use crate::cache::{self, Answer, Coding, Entry};
use crate::ctx::App;

const SURROGATE_KEY: HeaderName = HeaderName::from_static("surrogate-key");
const CACHE_TAG: HeaderName = HeaderName::from_static("cache-tag");

/// The answer to a request with these bytes, if everybody gets it and it is there.
/// The rest of the request has been looked at.
pub async fn known(request: &HttpRequest, app: &App, bytes: &[u8]) -> Option<Arc<Entry>> {
    if request.headers().contains_key(AUTHORIZATION) || !app.cache().serves(app.now()) {
        return None;
    }
    if let Err(error) = cache::ready(app).await {
        tracing::error!(?error, "the answer cache does not follow");
        return None;
    }
    app.cache().of_request(bytes)
}

/// What a cache outside may do with an answer.
pub struct Policy {
    pub cache_control: String,
    pub vary: &'static str,
}

impl Policy {
    /// For an answer that stays as it is until an event, or the clock, changes it.
    pub fn of_kept(request: &HttpRequest, app: &App, vary: &'static str) -> Self {
        let left = app.cache().due().saturating_sub(app.now().0) / 1_000_000;
        let left = u64::try_from(left).unwrap_or(0);
        let seconds = Ord::min(app.config().delivery.cache_seconds, left);
        Self { cache_control: conditional::cache_control(request, seconds), vary }
    }
}

/// The answer to a GET: whole, or 304 where the client has it.
pub async fn get(
    request: &HttpRequest,
    app: &App,
    media: &str,
    answer: &Answer,
    tags: Option<&[cache::Tag]>,
    policy: &Policy,
) -> HttpResponse {
    let Policy { cache_control, vary } = policy;
    let validators = Validators::of(&[media.as_bytes(), answer.digest()], None);
    let mut response = if validators.hold(request.headers()) {
        conditional::not_modified(&validators, cache_control, vary)
    } else {
        let mut response = HttpResponse::Ok();
        conditional::head(&mut response, &validators, cache_control, vary);
        body(request, media, answer, response).await
    };
    let config = app.config();
    if let Some(tags) = tags
        && (config.cache.surrogate_keys || config.purge.is_on())
    {
        for (name, separator) in [(SURROGATE_KEY, ' '), (CACHE_TAG, ',')] {
            if let Ok(value) = HeaderValue::from_str(&cache::header(tags, separator)) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    response
}

/// The answer to a POST, which no cache keeps.
pub async fn post(request: &HttpRequest, media: &str, answer: &Answer) -> HttpResponse {
    body(request, media, answer, HttpResponse::Ok()).await
}

async fn body(
    request: &HttpRequest,
    media: &str,
    answer: &Answer,
    mut response: HttpResponseBuilder,
) -> HttpResponse {
    let (coding, bytes) = answer.coded(wanted(request)).await;
    let coding = match coding {
        Coding::Plain => None,
        Coding::Gzip => Some(ContentEncoding::Gzip),
        Coding::Brotli => Some(ContentEncoding::Brotli),
    };
    if let Some(coding) = coding {
        response.insert_header((CONTENT_ENCODING, coding.as_str()));
    }
    let mut response = response.insert_header((CONTENT_TYPE, media)).body(bytes);
    if coding.is_some() && !response.headers().contains_key(VARY) {
        response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}

/// The coding that the client likes best of those that are kept.
fn wanted(request: &HttpRequest) -> Coding {
    let Ok(accepted) = AcceptEncoding::parse(request) else {
        return Coding::Plain;
    };
    if accepted.is_empty() {
        return Coding::Plain;
    }
    let kept = [Encoding::brotli(), Encoding::gzip(), Encoding::identity()];
    match accepted.negotiate(kept.iter()) {
        Some(Encoding::Known(ContentEncoding::Brotli)) => Coding::Brotli,
        Some(Encoding::Known(ContentEncoding::Gzip)) => Coding::Gzip,
        _ => Coding::Plain,
    }
}
