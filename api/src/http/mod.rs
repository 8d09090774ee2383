//! HTTP: routes, who is asking, and nothing of content.
//!
//! To add a route: a function here or in a file beside, and a line in [`routes`].

mod actor;
mod allowance;
mod answers;
mod client;
mod conditional;
mod cors;
mod feeds;
mod graphiql;
mod graphql;
mod log;
mod media;
mod metrics;
mod negotiation;
mod oembed;
mod oidc;
mod parameters;
mod reply;
mod sitemap;
mod source;
mod widgets;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::guard::fn_guard;
use actix_web::http::header::{ALLOW, CACHE_CONTROL};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data};
use actix_web::{
    App as ActixApp, FromRequest, Handler, HttpResponse, HttpServer, Resource, Responder,
};
use tokio::task::JoinHandle;

use crate::ctx::App;
use crate::error::{Error, Result};

const GRAPHQL: &str = "/graphql";

/// A server that answers.
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
    running: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Binds and begins to serve. Port 0 takes any free one.
    pub fn start(app: &Arc<App>) -> Result<Self> {
        let config = app.config();
        let bind = config.bind;
        let listener = TcpListener::bind(bind).map_err(|error| {
            Error::internal(format!("cannot listen on {bind} ({error}): choose another --bind"))
        })?;
        let address = listener.local_addr().map_err(Error::internal)?;
        let schema = crate::graphql::schema();
        let endpoint = Data::new(graphql::Endpoint::new(Arc::clone(app), schema));
        let (workers, patience) = (config.http.workers, config.http.shutdown_seconds);
        let shared = Arc::clone(app);
        let mut server = HttpServer::new(move || {
            ActixApp::new()
                .wrap(Compress::default())
                .wrap(from_fn(conditional::tag_codings))
                .wrap(from_fn(cors::allow))
                .wrap(from_fn(log::request))
                .app_data(Data::from(Arc::clone(&shared)))
                .app_data(endpoint.clone())
                .configure(|routes_of| routes(routes_of, &shared))
        })
        .disable_signals()
        .shutdown_timeout(patience);
        if workers > 0 {
            server = server.workers(workers);
        }
        let server = server.listen(listener).map_err(Error::internal)?.run();
        let handle = server.handle();
        Ok(Self { address, handle, running: tokio::spawn(server) })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops at once, whatever is running.
    pub async fn kill(self) {
        self.handle.stop(false).await;
    }

    /// Lets running requests finish, then stops.
    pub async fn stop(self) -> Result<()> {
        self.handle.stop(true).await;
        self.running.await.map_err(Error::internal)?.map_err(Error::internal)
    }
}

fn routes(routes: &mut web::ServiceConfig, app: &App) {
    routes
        .service(
            web::resource(GRAPHQL)
                .wrap(from_fn(allowance::tell))
                .route(web::post().to(graphql::post))
                .route(web::get().to(graphql::get))
                .route(web::head().to(graphql::get))
                .default_service(web::to(graphql::other)),
        )
        .service(readable("/widgets.js", widgets::script))
        .route("/health", web::get().to(health))
        .route("/health", web::head().to(health))
        .route("/metrics", web::get().to(metrics::metrics))
        .service(readable("/sitemap.xml", sitemap::map))
        .service(readable("/sitemap-{part}.xml", sitemap::part))
        .service(readable("/robots.txt", sitemap::robots))
        .service(readable("/media/{file:.*}", media::file))
        .service(readable("/oembed", oembed::oembed))
        .service(readable("/{list:.*}", feeds::feed).guard(fn_guard(feeds::is_feed)));
    if app.config().oidc.is_on() {
        oidc::routes(routes);
    }
    if app.config().http.graphiql {
        routes
            .service(readable("/graphiql", graphiql::page))
            .service(readable("/graphiql/graphiql.js", graphiql::script))
            .service(readable("/graphiql/graphiql.css", graphiql::style));
    }
    routes.default_service(web::to(|| async {
        nothing("Nothing lives here. GraphQL is at /graphql, a page to explore it at /graphiql.\n")
    }));
}

/// A resource that is read, and no more.
fn readable<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args, Output = HttpResponse> + Copy,
    Args: FromRequest + 'static,
{
    web::resource(path)
        .route(web::get().to(handler))
        .route(web::head().to(handler))
        .default_service(web::to(|| async {
            HttpResponse::MethodNotAllowed().insert_header((ALLOW, "GET, HEAD")).finish()
        }))
}

/// Nothing is there now; what is there in a moment no cache may hide.
fn nothing(message: &'static str) -> HttpResponse {
    HttpResponse::NotFound()
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(message)
}

/// What went wrong, in words for whoever asked by an address.
fn failure(error: &Error) -> HttpResponse {
    let mut answer = match error {
        Error::NotFound(_) => HttpResponse::NotFound(),
        Error::BadInput(_) | Error::Invalid(_) => HttpResponse::BadRequest(),
        Error::Unauthenticated(_) => HttpResponse::Unauthorized(),
        Error::Forbidden(_) => HttpResponse::Forbidden(),
        Error::SearchUnavailable(_) => HttpResponse::ServiceUnavailable(),
        Error::Internal(internal) => {
            tracing::error!(error = internal.message, place = %internal.place, "internal error");
            HttpResponse::InternalServerError()
        }
    };
    answer
        .insert_header(("cache-control", "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(format!("{error}\n"))
}

/// 200 once the database answers.
async fn health(app: Data<App>) -> impl Responder {
    let answer = |mut response: actix_web::HttpResponseBuilder, status: &str| {
        response
            .insert_header(("cache-control", "no-store"))
            .json(serde_json::json!({ "status": status }))
    };
    match app.db().read().ping().await {
        Ok(()) => answer(HttpResponse::Ok(), "ok"),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            answer(HttpResponse::ServiceUnavailable(), "database unreachable")
        }
    }
}
