//! In which form a client is answered.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT;

use super::reply::{GRAPHQL_JSON, JSON, Refusal};

/// The media type to answer in. Without an `Accept` header that is
/// `application/json`: Hugo's fetcher sends none and takes nothing else.
pub fn negotiate(request: &HttpRequest) -> Result<&'static str, Refusal> {
    let Some(accept) = request.headers().get(ACCEPT) else {
        return Ok(JSON);
    };
    let accept = accept.to_str().unwrap_or_default();
    let mut best: Option<(f32, &'static str)> = None;
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts
            .filter_map(|part| part.strip_prefix("q="))
            .find_map(|quality| quality.parse::<f32>().ok())
            .unwrap_or(1.0);
        let offered = match name.as_str() {
            GRAPHQL_JSON => GRAPHQL_JSON,
            JSON | "application/*" | "*/*" => JSON,
            _ => continue,
        };
        if quality > 0.0 && best.is_none_or(|(known, _)| quality > known) {
            best = Some((quality, offered));
        }
    }
    best.map(|(_, offered)| offered).ok_or_else(|| {
        Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            format!("answers come as {GRAPHQL_JSON} or {JSON}"),
        )
    })
}
