//! `/metrics`, in the text format of Prometheus.
//!
//! To add a number: a line in [`metrics`], from the status of the part it is of.

use std::fmt::Write;
use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpResponse, Responder};

use crate::ctx::{Actor, App, Ctx};
use crate::{cache, search};

pub async fn metrics(app: Data<App>) -> impl Responder {
    let ctx = Ctx::new(Arc::clone(&app), Actor::System);
    let mut text = String::new();
    let mut gauge = |name: &str, help: &str, value: i64| {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
    };
    let cache::Numbers { hits, misses, evicted, overtaken, answers, bytes } = app.cache().numbers();
    for (name, help, value) in [
        ("hits", "Answers from memory.", hits),
        ("misses", "Answers that were made and may be kept.", misses),
        ("evictions", "Kept answers that something changed.", evicted),
        ("overtaken", "Answers that something changed while they were made.", overtaken),
        ("answers", "Answers in memory.", answers),
        ("bytes", "Memory that they take.", bytes),
    ] {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        gauge(&format!("broadsheet_cache_{name}"), help, value);
    }
    match search::status(&ctx).await {
        Ok(Some(search::Status { up, position, lag, documents, bytes })) => {
            let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
            gauge("broadsheet_search_up", "Whether searches are answered.", i64::from(up));
            gauge("broadsheet_search_position", "Events that the index has followed.", position);
            gauge("broadsheet_search_lag_events", "Events that it has not followed yet.", lag);
            gauge("broadsheet_search_documents", "Documents in the index.", number(documents));
            gauge("broadsheet_search_bytes", "Size of the index on disk.", number(bytes));
        }
        Ok(None) => gauge("broadsheet_search_up", "Whether searches are answered.", 0),
        Err(error) => {
            tracing::error!(?error, "reading metrics");
            return HttpResponse::ServiceUnavailable().finish();
        }
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body(text)
}
