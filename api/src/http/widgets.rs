//! `/widgets.js`: the script that any page may load, from any site.

use std::fmt::Write;
use std::sync::LazyLock;

use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, ETAG, EntityTag, Header, IfNoneMatch,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::widget::script::SCRIPT;

/// Tells one version from another.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let hash = Sha256::digest(SCRIPT.as_bytes());
    hash.iter().take(8).fold(String::new(), |mut version, byte| {
        let _ = write!(version, "{byte:02x}");
        version
    })
});

/// With `?v=` and the version that the tag names, the address never changes what
/// it answers.
#[derive(Debug, Deserialize)]
pub struct Asked {
    v: Option<String>,
}

/// The tag is a weak one, since the script is compressed on its way.
pub async fn script(request: HttpRequest, asked: Query<Asked>) -> HttpResponse {
    let tag = EntityTag::new_weak(VERSION.clone());
    let same = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key("if-none-match"),
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut answer = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    let caching = if asked.v.as_ref() == Some(&*VERSION) {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=86400, stale-while-revalidate=604800"
    };
    answer
        .insert_header((ETAG, tag.to_string()))
        .insert_header((CACHE_CONTROL, caching))
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if same {
        return answer.finish();
    }
    answer.content_type("text/javascript; charset=utf-8").body(SCRIPT.as_str())
}
