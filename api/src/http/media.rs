//! `/media/…`: files of published articles and of `static/`, whole or in ranges.
//!
//! With a token, files of working copies are there as well. Pictures are asked for without
//! headers: what is previewed has addresses with a token of their own in its HTML, as
//! `?preview=…`, where that of the preview is taken, too.
//!
//! A browser that opens one of them runs nothing of it: what could be a page or a
//! program is offered for saving and has no rights; as a picture in a page it works.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::http::header::{
    self, ACCEPT_RANGES, AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue, IF_RANGE, RANGE,
};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use entity::View;
use futures_util::stream;

use super::actor::spoken_for;
use super::conditional::{self, InPieces, Validators, http_date};
use super::failure;
use crate::ctx::{Actor, App, Ctx};
use crate::error::{Error, Result};
use crate::feed::state;
use crate::graphql::decode_path;
use crate::media::{self, Media, PART};
use crate::{policy, preview};

const VARY: &str = "Accept-Encoding";
/// Between the parts of an answer with several ranges.
const BOUNDARY: &str = "broadsheet-range-Zy8bQm3xT0";
/// Ranges that one answer has at most: who wants more gets the whole.
const MOST_RANGES: usize = 16;

pub async fn file(request: HttpRequest, app: Data<App>) -> HttpResponse {
    answer(&request, Arc::clone(&app)).await.unwrap_or_else(|error| failure(&error))
}

async fn answer(request: &HttpRequest, app: Arc<App>) -> Result<HttpResponse> {
    let actor = actor(request, &app).await?;
    let is_public = matches!(actor, Actor::Nobody);
    let ctx = Ctx::new(app, actor);
    let path = decode_path(request.uri().path());
    let path = path.strip_prefix("/media").unwrap_or_default().trim_end_matches('/');
    let mut media = None;
    if !is_public && let Ok(scope) = policy::scope(&ctx, View::Working) {
        media = media::find(&ctx, &scope, path).await?;
    }
    if media.is_none() {
        let scope = policy::scope(&ctx, View::Published)?;
        media = media::find(&ctx, &scope, path).await?;
    }
    let media = media.ok_or_else(|| Error::not_found("file"))?;
    let wanted = ctx.app().config().delivery.cache_seconds;
    let seconds = match wanted {
        0 => 0,
        wanted => state::now(&ctx).await?.seconds(ctx.now(), wanted),
    };
    let cache = if is_public {
        conditional::cache_control(request, seconds)
    } else {
        "private, max-age=0, must-revalidate".to_owned()
    };
    let etag = format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&media.hash));
    let validators = Validators { etag, modified: Some(media.modified) };
    if validators.hold(request.headers()) {
        return Ok(conditional::not_modified(&validators, &cache, VARY));
    }
    let media_type = media_type(&media.name);
    let ranges = if request.method() == Method::GET {
        ranges(request.headers(), &validators, media.size)
    } else {
        Ranges::Whole
    };
    let status = match &ranges {
        Ranges::Whole => StatusCode::OK,
        Ranges::Some(_) => StatusCode::PARTIAL_CONTENT,
        Ranges::Beyond => StatusCode::RANGE_NOT_SATISFIABLE,
    };
    let mut answer = HttpResponse::build(status);
    conditional::head(&mut answer, &validators, &cache, VARY);
    answer.insert_header((ACCEPT_RANGES, "bytes"));
    if is_active(&media_type) {
        answer
            .insert_header((
                CONTENT_SECURITY_POLICY,
                "sandbox; default-src 'none'; style-src 'unsafe-inline'",
            ))
            .insert_header((CONTENT_DISPOSITION, disposition(&media.name)));
    }
    if status != StatusCode::OK || !is_text(&media_type) {
        // Ranges are those of the file; and pictures do not get smaller.
        answer.insert_header((CONTENT_ENCODING, "identity"));
    }
    let ctx = Arc::new(ctx);
    Ok(match ranges {
        Ranges::Whole => {
            answer.content_type(media_type);
            let size = media.size;
            send(&mut answer, ctx, media, vec![Piece::File(0..size)])
        }
        Ranges::Beyond => answer
            .insert_header((CONTENT_RANGE, format!("bytes */{}", media.size)))
            .content_type("text/plain; charset=utf-8")
            .body("The file does not reach so far.\n"),
        Ranges::Some(ranges) => match ranges.as_slice() {
            [one] => {
                answer
                    .content_type(media_type)
                    .insert_header((CONTENT_RANGE, content_range(one, media.size)));
                send(&mut answer, ctx, media, vec![Piece::File(one.clone())])
            }
            several => {
                let pieces = multipart(several, &media_type, media.size);
                let whole = format!("multipart/byteranges; boundary={BOUNDARY}");
                answer.content_type(whole);
                send(&mut answer, ctx, media, pieces)
            }
        },
    })
}

/// Who asks, by a token in the header or in the address.
async fn actor(request: &HttpRequest, app: &App) -> Result<Actor> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|header| {
        let (scheme, token) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    if let Some(token) = token {
        return spoken_for(app, &token).await;
    }
    let pairs = Query::<HashMap<String, String>>::from_query(request.query_string()).ok();
    let token = pairs.and_then(|pairs| pairs.into_inner().remove("preview"));
    match token {
        Some(token) if token.starts_with(preview::FILES_PREFIX) => {
            preview::reader(app, &token).await
        }
        Some(token) if token.starts_with(preview::PREFIX) => spoken_for(app, &token).await,
        _ => Ok(Actor::Nobody),
    }
}

/// What of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Ranges {
    Whole,
    /// Some bytes, in the order asked for.
    Some(Vec<Range<u64>>),
    /// Nothing that the file has.
    Beyond,
}

fn ranges(headers: &HeaderMap, validators: &Validators, size: u64) -> Ranges {
    let Some(asked) = headers.get(RANGE).and_then(|value| value.to_str().ok()) else {
        return Ranges::Whole;
    };
    if headers.get(IF_RANGE).is_some_and(|value| !is_same(value, validators)) {
        return Ranges::Whole;
    }
    // What cannot be read is no range, and is not heard.
    let Ok(header::Range::Bytes(asked)) = asked.parse() else {
        return Ranges::Whole;
    };
    if asked.is_empty() || asked.len() > MOST_RANGES {
        return Ranges::Whole;
    }
    let found: Vec<_> = asked
        .iter()
        .filter_map(|range| range.to_satisfiable_range(size))
        .map(|(first, last)| first..last + 1)
        .collect();
    let total: u64 = found.iter().map(|range| range.end - range.start).sum();
    if found.is_empty() {
        Ranges::Beyond
    } else if found.len() > 1 && total > size {
        // They overlap: the whole is less.
        Ranges::Whole
    } else {
        Ranges::Some(found)
    }
}

/// Whether the client's part is of this very file: by a strong tag, or by the date
/// to the letter.
fn is_same(value: &HeaderValue, validators: &Validators) -> bool {
    let Ok(value) = value.to_str() else {
        return false;
    };
    value == validators.etag
        || validators.modified.and_then(http_date).is_some_and(|date| value == date)
}

fn content_range(range: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1))
}

/// A stretch of an answer.
#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    File(Range<u64>),
}

fn multipart(ranges: &[Range<u64>], media_type: &str, size: u64) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(2 * ranges.len() + 1);
    for range in ranges {
        pieces.push(Piece::Text(format!(
            "\r\n--{BOUNDARY}\r\ncontent-type: {media_type}\r\ncontent-range: {}\r\n\r\n",
            content_range(range, size)
        )));
        pieces.push(Piece::File(range.clone()));
    }
    pieces.push(Piece::Text(format!("\r\n--{BOUNDARY}--\r\n")));
    pieces
}

/// Sends pieces one after the other, a part of the file in memory at a time.
fn send(
    answer: &mut HttpResponseBuilder,
    ctx: Arc<Ctx>,
    media: Media,
    mut pieces: Vec<Piece>,
) -> HttpResponse {
    let length = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.len() as u64,
            Piece::File(range) => range.end - range.start,
        })
        .sum();
    pieces.reverse();
    let body = stream::try_unfold((ctx, media, pieces), |(ctx, media, mut pieces)| async move {
        let bytes = match pieces.pop() {
            None => return Ok(None),
            Some(Piece::Text(text)) => Bytes::from(text),
            Some(Piece::File(range)) if range.is_empty() => Bytes::new(),
            Some(Piece::File(range)) => {
                let (bytes, rest) = stretch(&ctx, &media, range).await.map_err(|error| {
                    tracing::error!(?error, "a file broke off");
                    actix_web::error::ErrorInternalServerError("internal error")
                })?;
                if !rest.is_empty() {
                    pieces.push(Piece::File(rest));
                }
                bytes
            }
        };
        Ok::<_, actix_web::Error>(Some((bytes, (ctx, media, pieces))))
    });
    let mut answer = answer.body(SizedStream::new(length, body));
    answer.extensions_mut().insert(InPieces);
    answer
}

/// The beginning of a range, as far as one part has it, and what is left of it.
async fn stretch(ctx: &Ctx, media: &Media, range: Range<u64>) -> Result<(Bytes, Range<u64>)> {
    let part = PART as u64;
    let number = range.start / part;
    let bytes = Bytes::from(media::part(ctx, media, number).await?);
    let from = usize::try_from(range.start % part).map_err(Error::internal)?;
    let wanted = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
    let to = from.saturating_add(wanted).min(bytes.len());
    if from >= to {
        return Err(Error::internal("a file is shorter than it was"));
    }
    let next = range.start + (to - from) as u64;
    Ok((bytes.slice(from..to), next..range.end))
}

fn media_type(name: &str) -> String {
    let media = mime_guess::from_path(name).first_or_octet_stream();
    if media.type_() == mime_guess::mime::TEXT {
        format!("{media}; charset=utf-8")
    } else {
        media.to_string()
    }
}

fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or(media_type)
}

/// What a browser would run, or show as a page of this site.
fn is_active(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence.ends_with("+xml")
        || matches!(
            essence,
            "text/html"
                | "text/xml"
                | "application/xml"
                | "application/x-shockwave-flash"
                | "text/xsl"
                | "text/cache-manifest"
                | "multipart/x-mixed-replace"
        )
}

/// What gets smaller when it is compressed.
fn is_text(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence.starts_with("text/")
        || essence.ends_with("+xml")
        || essence.ends_with("+json")
        || matches!(essence, "application/json" | "application/xml" | "application/javascript")
}

/// RFC 6266: a name of ASCII for the old, the real one for all others.
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' })
        .collect();
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&'static str, &'static str)]) -> Ranges {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(header::HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let modified = Some(entity::Timestamp(784_111_777_000_000));
        ranges(&headers, &Validators { etag: "\"e\"".to_owned(), modified }, 10)
    }

    fn some(ranges: &[(u64, u64)]) -> Ranges {
        Ranges::Some(ranges.iter().map(|(from, to)| *from..*to).collect())
    }

    #[test]
    fn ranges_are_those_that_the_file_has() {
        for (value, expected) in [
            ("bytes=0-3", some(&[(0, 4)])),
            ("bytes=8-99", some(&[(8, 10)])),
            ("bytes=-3", some(&[(7, 10)])),
            ("bytes=9-", some(&[(9, 10)])),
            ("bytes=0-0, 5-6", some(&[(0, 1), (5, 7)])),
            ("bytes=0-0,20-30", some(&[(0, 1)])),
            ("bytes=10-", Ranges::Beyond),
            ("bytes=0-8,0-8", Ranges::Whole),
            ("bytes=x", Ranges::Whole),
            ("bytes=3-1", Ranges::Whole),
            ("lines=1-2", Ranges::Whole),
            (
                "bytes=0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0",
                Ranges::Whole,
            ),
        ] {
            assert_eq!(asked(&[("range", value)]), expected, "{value}");
        }
        assert_eq!(asked(&[]), Ranges::Whole);
    }

    #[test]
    fn a_range_of_another_file_is_answered_with_the_whole() {
        let range = ("range", "bytes=1-1");
        for (same, value) in [
            (true, "\"e\""),
            (true, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (false, "W/\"e\""),
            (false, "\"f\""),
            (false, "Sun, 06 Nov 1994 08:49:38 GMT"),
        ] {
            let expected = if same { some(&[(1, 2)]) } else { Ranges::Whole };
            assert_eq!(asked(&[range, ("if-range", value)]), expected, "{value}");
        }
    }

    #[test]
    fn what_could_run_is_known() {
        for (name, active) in [
            ("a.svg", true),
            ("a.SVG", true),
            ("a.html", true),
            ("a.xhtml", true),
            ("a.xml", true),
            ("a.png", false),
            ("a.pdf", false),
            ("a.mp4", false),
            ("a.txt", false),
            ("a", false),
        ] {
            assert_eq!(is_active(&media_type(name)), active, "{name}: {}", media_type(name));
        }
        assert_eq!(
            disposition("渡 \"x\".svg"),
            "attachment; filename=\"_ _x_.svg\"; filename*=UTF-8''%E6%B8%A1%20%22x%22%2Esvg"
        );
    }
}
