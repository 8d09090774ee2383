//! Cross-origin requests: refused unless the configuration names the origin, but for
//! reading what everybody may read.
//!
//! A page of any site may have that by a plain GET: it carries neither cookie nor token,
//! it changes nothing, since GraphQL takes no mutation by it, and whoever is not a
//! browser can ask the same. What needs a preflight is refused: so no page can make its
//! visitors try passwords or tokens. `http.public_reads` turns it off for servers that
//! are not on the Internet.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, COOKIE, HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use crate::ctx::App;

/// What a page may read of an answer beside what browsers always show.
const EXPOSED: &str =
    "accept-ranges, content-range, etag, ratelimit, ratelimit-policy, retry-after, x-request-id";

/// Answers preflights and marks answers that a page of an allowed origin may
/// read. Credentials, which is the cookie of a session, are allowed to origins
/// that are named, and never to all.
pub async fn allow(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, Error> {
    let allowed = allowed_origin(&request);
    let preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let configured = request
        .app_data::<Data<App>>()
        .is_some_and(|app| !app.config().http.cors_origins.is_empty());
    let is_public = allowed.is_none() && is_public_read(&request);
    let mut response = if preflight {
        let mut answer = HttpResponse::NoContent();
        if allowed.is_some() {
            answer
                .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST"))
                .insert_header((
                    ACCESS_CONTROL_ALLOW_HEADERS,
                    "authorization, content-type, if-none-match, x-broadsheet-csrf, x-request-id",
                ))
                .insert_header((ACCESS_CONTROL_MAX_AGE, "3600"));
        }
        request.into_response(answer.finish()).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    if configured {
        response.headers_mut().append(VARY, HeaderValue::from_static("origin"));
    }
    if is_public {
        let all = HeaderValue::from_static("*");
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, all);
    }
    if let Some(origin) = allowed {
        if origin.as_bytes() != b"*" {
            let headers = response.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    if !preflight && response.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        let exposed = HeaderValue::from_static(EXPOSED);
        response.headers_mut().insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    Ok(response)
}

/// Whether a request asks as anybody could, wherever it comes from: answers to it are
/// the same for all origins, so that caches need not tell them apart.
fn is_public_read(request: &ServiceRequest) -> bool {
    let headers = request.headers();
    matches!(*request.method(), Method::GET | Method::HEAD)
        && !headers.contains_key(AUTHORIZATION)
        && !headers.contains_key(COOKIE)
        && request.app_data::<Data<App>>().is_some_and(|app| app.config().http.public_reads)
}

fn allowed_origin(request: &ServiceRequest) -> Option<HeaderValue> {
    let origin = request.headers().get(ORIGIN)?;
    let app = request.app_data::<Data<App>>()?;
    let origins = &app.config().http.cors_origins;
    if origins.iter().any(|allowed| allowed == "*") {
        return Some(HeaderValue::from_static("*"));
    }
    origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
}
