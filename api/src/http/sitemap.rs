//! `/sitemap.xml`, its parts, and `/robots.txt`.

use std::sync::Arc;

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use entity::View;
use futures_util::stream;

use super::conditional::{self, InPieces, Validators};
use super::failure;
use crate::ctx::{Actor, App, Ctx};
use crate::error::{Error, Result};
use crate::feed::{address, state};
use crate::policy;
use crate::sitemap::{self, END, Part, START, Walk};

const VARY: &str = "Accept-Encoding";
const XML: &str = "application/xml; charset=utf-8";

pub async fn map(request: HttpRequest, app: Data<App>) -> HttpResponse {
    answer(&request, Arc::clone(&app), Part::Whole).await.unwrap_or_else(|error| failure(&error))
}

pub async fn part(request: HttpRequest, app: Data<App>, name: Path<String>) -> HttpResponse {
    let Some(part) = Part::named(&name) else {
        return nothing();
    };
    answer(&request, Arc::clone(&app), part).await.unwrap_or_else(|error| failure(&error))
}

/// A map is told apart by what it follows from, not by its bytes: they are not
/// known before the last of them is sent.
async fn answer(request: &HttpRequest, app: Arc<App>, part: Part) -> Result<HttpResponse> {
    let ctx = Ctx::new(app, Actor::Nobody);
    let scope = policy::scope(&ctx, View::Published)?;
    let state = state::now(&ctx).await?;
    let config = &ctx.app().config().delivery;
    let cache = conditional::cache_control(request, state.seconds(ctx.now(), config.cache_seconds));
    let settings = format!("{}:{}", config.server_url, config.sitemap_entries);
    let version = env!("CARGO_PKG_VERSION");
    let (key, name) = (state.key(), part.name());
    let parts = [version, &settings, &key, &name].map(str::as_bytes);
    let validators = Validators::of(&parts, state.changed);
    if validators.hold(request.headers()) {
        return Ok(conditional::not_modified(&validators, &cache, VARY));
    }
    let frame = ctx.frame().await?;
    let plan = sitemap::plan(&ctx, &scope, &frame).await?;
    let parts = plan.parts();
    if part == Part::Whole && parts != [Part::Whole] {
        let urls = parts.iter().map(|part| sitemap::part_url(&ctx, &frame, part));
        let body = sitemap::index(urls).into_bytes();
        return Ok(conditional::answer(request, &validators, &cache, VARY, XML, body));
    }
    let Some(walk) = Walk::begin(Arc::new(ctx), scope, frame, &plan, &part).await? else {
        return Ok(nothing());
    };
    let mut answer = HttpResponse::Ok();
    conditional::head(&mut answer, &validators, &cache, VARY);
    let mut answer = answer.content_type(XML).streaming(pieces(walk));
    answer.extensions_mut().insert(InPieces);
    Ok(answer)
}

/// How far a document has been sent.
enum Sent {
    Nothing(Walk),
    Start(Walk),
    All,
}

/// The document in pieces, each read when the one before has gone.
fn pieces(walk: Walk) -> impl futures_util::Stream<Item = Result<Bytes, actix_web::Error>> {
    stream::try_unfold(Sent::Nothing(walk), |sent| async move {
        match sent {
            Sent::Nothing(walk) => {
                Ok(Some((Bytes::from_static(START.as_bytes()), Sent::Start(walk))))
            }
            Sent::All => Ok(None),
            Sent::Start(mut walk) => match walk.next().await {
                Ok(Some(piece)) => Ok(Some((Bytes::from(piece), Sent::Start(walk)))),
                Ok(None) => Ok(Some((Bytes::from_static(END.as_bytes()), Sent::All))),
                Err(error) => {
                    tracing::error!(?error, "a sitemap broke off");
                    Err(actix_web::error::ErrorInternalServerError("internal error"))
                }
            },
        }
    })
}

fn nothing() -> HttpResponse {
    super::nothing("The sitemap has no such part: /sitemap.xml lists them.\n")
}

pub async fn robots(request: HttpRequest, app: Data<App>) -> HttpResponse {
    robots_of(&request, Arc::clone(&app)).await.unwrap_or_else(|error| failure(&error))
}

async fn robots_of(request: &HttpRequest, app: Arc<App>) -> Result<HttpResponse> {
    let ctx = Ctx::new(app, Actor::Nobody);
    let rules = ctx.app().config().delivery.robots.trim();
    if rules.is_empty() {
        return Err(Error::not_found("robots.txt"));
    }
    let frame = ctx.frame().await?;
    let map = format!("{}/sitemap.xml", address::server(ctx.app(), &frame));
    let body = format!("{rules}\n\nSitemap: {map}\n").into_bytes();
    let validators = Validators::of(&[&body], None);
    let cache = conditional::cache_control(request, ctx.app().config().delivery.cache_seconds);
    let media = "text/plain; charset=utf-8";
    Ok(conditional::answer(request, &validators, &cache, VARY, media, body))
}
