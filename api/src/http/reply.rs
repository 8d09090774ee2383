//! What `/graphql` answers with: results, and what went wrong.
//!
//! **Invariants.** Every error has a code. What is internal is logged and masked. A
//! refusal is kept by no cache.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL};
use actix_web::{HttpResponse, HttpResponseBuilder};
use async_graphql::{ErrorExtensionValues, Response, ServerError};
use serde_json::json;

use crate::error::{self, Error};

pub const JSON: &str = "application/json";
pub const GRAPHQL_JSON: &str = "application/graphql-response+json";
/// Errors that are told at once: one in each row of many lists is not news.
const MOST_ERRORS: usize = 100;

/// What went wrong before a document could run.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: error::short(message.into()) }
    }

    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// Whether the document is to blame, and who sent it: a token that has run out says
    /// nothing of it.
    pub fn is_at_fault(&self) -> bool {
        self.status.is_client_error() && self.status != StatusCode::UNAUTHORIZED
    }

    pub fn too_slow(seconds: u64) -> Self {
        let message = format!("the request took longer than the limit of {seconds} seconds");
        Self::new(StatusCode::OK, "LIMIT_EXCEEDED", message)
    }
}

/// Gives each error its code, and hides and logs what is internal.
pub fn finish(mut response: Response) -> Response {
    response.errors.truncate(MOST_ERRORS);
    for error in &mut response.errors {
        error.message = error::short(std::mem::take(&mut error.message));
        let own = error.source.take().and_then(|source| source.downcast::<Error>().ok());
        match own.as_deref() {
            Some(Error::Internal(internal)) => {
                tracing::error!(error = internal.message, place = %internal.place, "internal error");
                "internal error".clone_into(&mut error.message);
                set_code(error, "INTERNAL_SERVER_ERROR");
            }
            Some(known) => set_code(error, known.code()),
            // Without a path nothing ran: the document is at fault.
            None if error.path.is_empty() => set_code(error, "GRAPHQL_VALIDATION_FAILED"),
            None => set_code(error, "BAD_USER_INPUT"),
        }
    }
    response
}

pub fn coded(mut response: Response, code: &str) -> Response {
    for error in &mut response.errors {
        error.message = error::short(std::mem::take(&mut error.message));
        set_code(error, code);
    }
    response
}

fn set_code(error: &mut ServerError, code: &str) {
    error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", code);
}

pub fn error_of(refusal: &Refusal) -> ServerError {
    let mut error = ServerError::new(refusal.message.clone(), None);
    set_code(&mut error, refusal.code);
    error
}

pub fn failed(errors: Vec<ServerError>) -> Response {
    Response::from_errors(errors)
}

pub fn content_type(media: &str) -> &'static str {
    match media {
        GRAPHQL_JSON => "application/graphql-response+json; charset=utf-8",
        _ => "application/json; charset=utf-8",
    }
}

/// Whether anything of a document was executed: it is valid then.
pub fn ran(response: &Response) -> bool {
    response.errors.is_empty() || response.errors.iter().any(|error| !error.path.is_empty())
}

/// A document that could not run is 400 in the draft's own media type and, for
/// clients that know only JSON, 200 as they expect.
pub fn answer(media: &'static str, response: &Response) -> HttpResponse {
    if !ran(response) {
        let status = if media == GRAPHQL_JSON { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        // The draft: no `data` where nothing ran.
        return HttpResponse::build(status)
            .content_type(content_type(media))
            .json(json!({ "errors": response.errors }));
    }
    let mut answer = HttpResponse::Ok();
    add_headers(&mut answer, response);
    answer.content_type(content_type(media)).json(response)
}

pub fn refuse(media: &'static str, refusal: &Refusal) -> HttpResponse {
    let mut response = HttpResponse::build(refusal.status);
    if refusal.status == StatusCode::METHOD_NOT_ALLOWED {
        response.insert_header((ALLOW, "POST"));
    }
    if refusal.status == StatusCode::UNAUTHORIZED {
        response.insert_header(("www-authenticate", "Bearer"));
    }
    // What is not there yet may be in a moment.
    response.insert_header((CACHE_CONTROL, "no-store"));
    response.content_type(content_type(media)).json(json!({ "errors": [error_of(refusal)] }))
}

/// What resolvers have set: cookies. An answer with one is nobody else's.
pub fn add_headers(answer: &mut HttpResponseBuilder, response: &Response) {
    for (name, value) in &response.http_headers {
        answer.append_header((name.as_str(), value.as_bytes()));
    }
    if !response.http_headers.is_empty() {
        answer.insert_header((CACHE_CONTROL, "no-store"));
    }
}
