//! A line for each request, and an id to find it by.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use tracing::Instrument;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, answers with it, and logs method, path, status and
/// duration. Neither query strings nor headers are logged: they hold secrets.
pub async fn request(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    let id = match given {
        Some(id) if plain(id) => id.to_owned(),
        #[expect(clippy::disallowed_methods, reason = "the id of a request is no content")]
        _ => uuid::Uuid::now_v7().simple().to_string(),
    };
    let header = HeaderValue::from_str(&id);
    let span = tracing::info_span!("request", id);
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let began = std::time::Instant::now();
    let mut response = next.call(request).instrument(span.clone()).await?;
    if let Ok(header) = header {
        response.headers_mut().insert(HEADER, header);
    }
    span.in_scope(|| {
        tracing::debug!(
            %method,
            path,
            status = response.status().as_u16(),
            milliseconds = began.elapsed().as_secs_f64() * 1e3,
            "answered"
        );
    });
    Ok(response)
}

fn plain(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 64
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
