//! `/oembed`: what another site shows of an article, after oembed.com.

use std::sync::Arc;

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use entity::View;
use serde::Deserialize;

use super::conditional::{self, Validators};
use super::failure;
use crate::ctx::{Actor, App, Ctx};
use crate::embed::{self, Form};
use crate::error::{Error, Result};
use crate::policy;

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    url: Option<String>,
    format: Option<String>,
    maxwidth: Option<String>,
    maxheight: Option<String>,
}

pub async fn oembed(request: HttpRequest, app: Data<App>) -> HttpResponse {
    let asked = Query::<Asked>::from_query(request.query_string());
    let asked = asked.map(Query::into_inner).unwrap_or_default();
    answer(&request, Arc::clone(&app), asked).await.unwrap_or_else(|error| failure(&error))
}

async fn answer(request: &HttpRequest, app: Arc<App>, asked: Asked) -> Result<HttpResponse> {
    let Asked { url, format, maxwidth, maxheight } = asked;
    let Some(form) = Form::named(format.as_deref().unwrap_or("json")) else {
        // The specification's own status for this.
        return Ok(HttpResponse::NotImplemented()
            .insert_header(("cache-control", "no-store"))
            .content_type("text/plain; charset=utf-8")
            .body("`format` is json or xml.\n"));
    };
    let url = url.ok_or_else(|| Error::bad_input("name the article's address in `url`"))?;
    let pixels = |name: &str, text: Option<String>| match text {
        None => Ok(None),
        Some(text) => text
            .parse::<u32>()
            .map(Some)
            .map_err(|_| Error::bad_input(format!("`{name}` is a number of pixels"))),
    };
    let size = (pixels("maxwidth", maxwidth)?, pixels("maxheight", maxheight)?);
    let ctx = Ctx::new(app, Actor::Nobody);
    let scope = policy::scope(&ctx, View::Published)?;
    let embed = embed::of(&ctx, &scope, &url, size).await?;
    let body = embed::document(form, &embed).into_bytes();
    let validators = Validators::of(&[&body], None);
    let cache = conditional::cache_control(request, 0);
    Ok(conditional::answer(
        request,
        &validators,
        &cache,
        "Accept-Encoding",
        form.media_type(),
        body,
    ))
}
