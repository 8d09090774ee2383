//! Who sends a request.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;

use super::reply::Refusal;
use crate::ctx::{Actor, App};
use crate::error::Error;
use crate::{preview, token, user};

/// Whom a token speaks for.
pub async fn spoken_for(app: &App, token: &str) -> crate::error::Result<Actor> {
    if token.starts_with(token::PREFIX) {
        token::actor(app, token).await
    } else if token.starts_with(preview::PREFIX) {
        preview::actor(app, token).await
    } else {
        user::actor(app, token).await
    }
}

/// The actor of a request: nobody, or whom its bearer token speaks for.
pub async fn of(request: &HttpRequest, app: &App) -> Result<Actor, Refusal> {
    let Some(header) = request.headers().get(AUTHORIZATION) else {
        return Ok(Actor::Nobody);
    };
    let unauthenticated =
        |message: String| Refusal::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message);
    let token = header
        .to_str()
        .ok()
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| unauthenticated("send `Authorization: Bearer <accessToken>`".to_owned()))?;
    match spoken_for(app, token).await {
        Ok(actor) => Ok(actor),
        Err(Error::Unauthenticated(message)) => Err(unauthenticated(message)),
        Err(error) => {
            tracing::error!(?error, "who asks cannot be told");
            Err(Refusal::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "INTERNAL_SERVER_ERROR",
                "internal error",
            ))
        }
    }
}
