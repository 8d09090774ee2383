//! A page to explore the schema with.
//!
//! GraphiQL is in the binary, packed: `api/graphiql` says how it is made. Nothing is
//! loaded from elsewhere. Where it does not run, the page stays a plain editor.

use std::io::Read;
use std::sync::LazyLock;

use actix_web::http::header::{
    AcceptEncoding, CONTENT_ENCODING, ContentEncoding, Encoding, Header, HeaderName, HeaderValue,
};
use actix_web::{HttpRequest, HttpResponse};
use flate2::read::GzDecoder;

use super::conditional::{self, Validators};

const PAGE: &str = include_str!("graphiql.html");
const SCRIPT: &[u8] = include_bytes!("../../graphiql/graphiql.js.gz");
const STYLE: &[u8] = include_bytes!("../../graphiql/graphiql.css.gz");
const VARY: &str = "Accept-Encoding";

/// Everything is from here; GraphiQL writes its styles into the page.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
    script-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/// A file in the binary, with what tells its versions apart.
struct File {
    packed: &'static [u8],
    media: &'static str,
    validators: LazyLock<Validators>,
}

static SCRIPT_FILE: File = File {
    packed: SCRIPT,
    media: "text/javascript; charset=utf-8",
    validators: LazyLock::new(|| Validators::of(&[SCRIPT], None)),
};
static STYLE_FILE: File = File {
    packed: STYLE,
    media: "text/css; charset=utf-8",
    validators: LazyLock::new(|| Validators::of(&[STYLE], None)),
};

pub async fn page(request: HttpRequest) -> HttpResponse {
    let validators = Validators::of(&[PAGE.as_bytes(), POLICY.as_bytes()], None);
    let media = "text/html; charset=utf-8";
    let body = PAGE.as_bytes().to_vec();
    let mut answer = conditional::answer(&request, &validators, "no-cache", VARY, media, body);
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
    ] {
        let name = HeaderName::from_static(name);
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

pub async fn script(request: HttpRequest) -> HttpResponse {
    SCRIPT_FILE.answer(&request)
}

pub async fn style(request: HttpRequest) -> HttpResponse {
    STYLE_FILE.answer(&request)
}

impl File {
    /// As it is, unpacked for the few who cannot.
    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let as_it_is = takes_gzip(request);
        let mut body = Vec::new();
        if as_it_is {
            body.extend_from_slice(self.packed);
        } else if let Err(error) = GzDecoder::new(self.packed).read_to_end(&mut body) {
            tracing::error!(%error, "a file of GraphiQL cannot be unpacked");
            return HttpResponse::InternalServerError().finish();
        }
        let cache = "public, max-age=86400";
        let mut answer =
            conditional::answer(request, &self.validators, cache, VARY, self.media, body);
        if as_it_is && answer.status().is_success() {
            let gzip = HeaderValue::from_static(ContentEncoding::Gzip.as_str());
            answer.headers_mut().insert(CONTENT_ENCODING, gzip);
        }
        answer
    }
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let accepted = AcceptEncoding::parse(request).ok().filter(|accepted| !accepted.is_empty());
    let offered = [Encoding::gzip(), Encoding::identity()];
    accepted.and_then(|accepted| accepted.negotiate(offered.iter())) == Some(Encoding::gzip())
}
