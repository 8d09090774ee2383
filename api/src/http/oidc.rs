//! The two addresses of signing in at a provider: where a browser sets out from,
//! and where it comes back to.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE};
use actix_web::web::{self, Data, Query};
use actix_web::{HttpRequest, HttpResponse};

use super::client;
use crate::ctx::{Actor, App, Ctx};
use crate::user::oidc::{self, CALLBACK_PATH, COOKIE, Callback, Redirect, START_PATH, Start};

pub fn routes(routes: &mut web::ServiceConfig) {
    routes.route(START_PATH, web::get().to(start)).route(CALLBACK_PATH, web::get().to(callback));
}

fn context(request: &HttpRequest, app: &Data<App>) -> Ctx {
    let client = client::of(request, &app.config().http);
    Ctx::new(Arc::clone(app), Actor::Nobody).from_client(client)
}

async fn start(request: HttpRequest, app: Data<App>) -> HttpResponse {
    // What cannot be read has no challenge, and is refused for that.
    let query = Query::<Start>::from_query(request.query_string());
    let query = query.map(Query::into_inner).unwrap_or_default();
    answer(oidc::begin(&context(&request, &app), query).await)
}

async fn callback(request: HttpRequest, app: Data<App>) -> HttpResponse {
    // What cannot be read has no state, and is refused for that.
    let query = Query::<Callback>::from_query(request.query_string());
    let query = query.map(Query::into_inner).unwrap_or_default();
    let kept = client::cookie(request.headers(), COOKIE);
    let kept = kept.as_ref().map(crate::config::Secret::reveal);
    answer(oidc::finish(&context(&request, &app), query, kept).await)
}

fn answer(redirect: Redirect) -> HttpResponse {
    let Redirect { location, cookie } = redirect;
    let mut answer = HttpResponse::Found();
    answer
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"));
    if let Some(cookie) = cookie {
        answer.insert_header((SET_COOKIE, cookie));
    }
    answer.finish()
}
