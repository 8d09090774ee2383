//! A line for each request, and an id to find it by.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};
use tracing::{Instrument, Span};

use super::GRAPHQL;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request.
#[derive(Debug, Clone)]
struct Id(String);

/// Gives the request an id, answers with it, and logs method, path, status and
/// duration. Neither query strings nor headers are logged: they hold secrets.
pub async fn request(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    let id = match given {
        Some(id) if plain(id) => id.to_owned(),
        _ => next_id(),
    };
    let header = HeaderValue::from_str(&id);
    let began = std::time::Instant::now();
    // An answer from memory logs nothing, and a span is a good part of what it costs:
    // GraphQL enters its own where it begins to work.
    let span = if request.path() == GRAPHQL {
        request.extensions_mut().insert(Id(id.clone()));
        Span::none()
    } else {
        span_named(&id)
    };
    let mut response = next.call(request).instrument(span).await?;
    if let Ok(header) = header {
        response.headers_mut().insert(HEADER, header);
    }
    if tracing::enabled!(tracing::Level::DEBUG) {
        let (status, asked) = (response.status().as_u16(), response.request());
        let milliseconds = began.elapsed().as_secs_f64() * 1e3;
        span_named(&id).in_scope(|| {
            let (method, path) = (asked.method(), asked.path());
            tracing::debug!(%method, path, status, milliseconds, "answered");
        });
    }
    Ok(response)
}

fn span_named(id: &str) -> Span {
    tracing::info_span!("request", id)
}

/// The span of a request to GraphQL.
pub fn span_of(request: &HttpRequest) -> Span {
    request.extensions().get::<Id>().map_or_else(Span::none, |Id(id)| span_named(id))
}

/// An id that no other request of any process has: one for the process, which takes
/// a call of the system, and a number.
fn next_id() -> String {
    static PROCESS: OnceLock<String> = OnceLock::new();
    static REQUESTS: AtomicU64 = AtomicU64::new(0);
    #[expect(clippy::disallowed_methods, reason = "the id of a request is no content")]
    let process = PROCESS.get_or_init(|| uuid::Uuid::now_v7().simple().to_string());
    let number = REQUESTS.fetch_add(1, Ordering::Relaxed);
    format!("{process}-{number:x}")
}

fn plain(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 64
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
