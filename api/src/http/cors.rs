//! Cross-origin requests: refused unless the configuration names the origin.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use crate::ctx::App;

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
    let mut response = if preflight {
        let mut answer = HttpResponse::NoContent();
        if allowed.is_some() {
            answer
                .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST"))
                .insert_header((
                    ACCESS_CONTROL_ALLOW_HEADERS,
                    "authorization, content-type, x-broadsheet-csrf, x-request-id",
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
    if let Some(origin) = allowed {
        if origin.as_bytes() != b"*" {
            let headers = response.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    Ok(response)
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
