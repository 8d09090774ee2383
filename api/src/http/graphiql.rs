//! A page to explore the schema with.
//!
//! GraphiQL comes from a public CDN in pinned versions. Where that cannot be
//! reached the page stays a plain editor that works without it.

use actix_web::HttpResponse;

pub async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "no-cache"))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header(("referrer-policy", "no-referrer"))
        .insert_header(("x-frame-options", "DENY"))
        .body(include_str!("graphiql.html"))
}
