//! `/widgets.js`: the script that any page may load, from any site.

use std::fmt::Write;
use std::sync::LazyLock;

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, HeaderName, HeaderValue};
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::conditional::{self, Validators};
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

pub async fn script(request: HttpRequest, asked: Query<Asked>) -> HttpResponse {
    let cache = if asked.v.as_ref() == Some(&*VERSION) {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=86400, stale-while-revalidate=604800"
    };
    let validators = Validators { etag: format!("\"{}\"", *VERSION), modified: None };
    let mut answer = conditional::answer(
        &request,
        &validators,
        cache,
        "Accept-Encoding",
        "text/javascript; charset=utf-8",
        SCRIPT.clone().into_bytes(),
    );
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}
