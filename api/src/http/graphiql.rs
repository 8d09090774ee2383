//! A page to explore the schema with.
//!
//! GraphiQL is in the binary, packed: `api/graphiql` says how it is made. Nothing is
//! loaded from elsewhere. Where it does not run, the page stays a plain editor.

use std::io::Read;

use actix_web::http::header::{ACCEPT_ENCODING, VARY};
use actix_web::{HttpRequest, HttpResponse};
use flate2::read::GzDecoder;

const SCRIPT: &[u8] = include_bytes!("../../graphiql/graphiql.js.gz");
const STYLE: &[u8] = include_bytes!("../../graphiql/graphiql.css.gz");

/// Everything is from here; GraphiQL writes its styles into the page.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
    script-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

pub async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "no-cache"))
        .insert_header(("content-security-policy", POLICY))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header(("referrer-policy", "no-referrer"))
        .insert_header(("x-frame-options", "DENY"))
        .body(include_str!("graphiql.html"))
}

pub async fn script(request: HttpRequest) -> HttpResponse {
    packed(&request, SCRIPT, "text/javascript; charset=utf-8")
}

pub async fn style(request: HttpRequest) -> HttpResponse {
    packed(&request, STYLE, "text/css; charset=utf-8")
}

/// A packed file, unpacked for the few who cannot.
fn packed(request: &HttpRequest, bytes: &'static [u8], kind: &str) -> HttpResponse {
    let accepted = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let mut response = HttpResponse::Ok();
    response
        .content_type(kind)
        .insert_header(("cache-control", "public, max-age=86400"))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header((VARY, "Accept-Encoding"));
    if accepted.is_some_and(|accepted| accepted.contains("gzip")) {
        return response.insert_header(("content-encoding", "gzip")).body(bytes);
    }
    let mut text = Vec::new();
    match GzDecoder::new(bytes).read_to_end(&mut text) {
        Ok(_) => response.body(text),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
