//! Feeds: RSS, Atom and JSON Feed below the address of each list.

use std::sync::Arc;

use actix_web::guard::GuardContext;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use entity::View;

use super::conditional::{self, Validators};
use super::failure;
use crate::ctx::{Actor, App, Ctx};
use crate::error::Result;
use crate::feed::{self, address, read, state};
use crate::graphql::decode_path;
use crate::{policy, route};

/// What a feed's answer differs by, beside its address.
const VARY: &str = "Accept-Encoding";

/// Whether a path is one that a feed may have.
pub fn is_feed(ctx: &GuardContext<'_>) -> bool {
    address::split(&decode_path(ctx.head().uri.path())).is_some()
}

pub async fn feed(request: HttpRequest, app: Data<App>) -> HttpResponse {
    answer(&request, Arc::clone(&app)).await.unwrap_or_else(|error| failure(&error))
}

async fn answer(request: &HttpRequest, app: Arc<App>) -> Result<HttpResponse> {
    let ctx = Ctx::new(app, Actor::Nobody);
    let path = decode_path(request.uri().path());
    let Some((list, kind)) = address::split(&path) else {
        return Ok(nothing());
    };
    let scope = policy::scope(&ctx, View::Published)?;
    let state = state::now(&ctx).await?;
    let cache = conditional::cache_control(
        request,
        state.seconds(ctx.now(), ctx.app().config().delivery.cache_seconds),
    );
    let by_date = Validators { etag: String::new(), modified: state.changed };
    let tagged = request.headers().contains_key(actix_web::http::header::IF_NONE_MATCH);
    let frame = ctx.frame().await?;
    let Some(found) = read::find(&ctx, &scope, &frame, list).await? else {
        // A term that was renamed has taken its feeds with it.
        return Ok(match route::redirected(&ctx, &scope, &frame, list).await? {
            Some((target, permanent)) if target.starts_with('/') && target.ends_with('/') => {
                let base = address::server(ctx.app(), &frame);
                let mut moved = if permanent {
                    HttpResponse::PermanentRedirect()
                } else {
                    HttpResponse::TemporaryRedirect()
                };
                // It may lead elsewhere, or be a feed again.
                moved.insert_header((CACHE_CONTROL, &*cache));
                moved.insert_header((LOCATION, format!("{base}{target}{}", kind.file()))).finish()
            }
            _ => nothing(),
        });
    };
    if !tagged && by_date.unmodified(request.headers()) {
        // Without the tag, which only the bytes know.
        return Ok(conditional::not_modified(&by_date, &cache, VARY));
    }
    let feed = read::read_feed(&ctx, &scope, &frame, &found, kind).await?;
    let body = feed::document(kind, &feed).into_bytes();
    let validators = Validators::of(&[&body], state.changed);
    let media = format!("{}; charset=utf-8", kind.media_type());
    Ok(conditional::answer(request, &validators, &cache, VARY, &media, body))
}

fn nothing() -> HttpResponse {
    super::nothing("No list has this feed.\n")
}
