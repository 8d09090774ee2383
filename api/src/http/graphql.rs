//! The endpoint `/graphql`, after the GraphQL-over-HTTP draft.
//!
//! **Invariants.** GET never writes. A POST must be JSON, which a page of another
//! site cannot send without a preflight. A document is checked against the
//! limits before anything of it runs. Internal errors are logged and masked.
//! Where a document comes from is `document`'s business. What GET answers can be
//! kept by caches; a working view only by who asked for it.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ALLOW, CACHE_CONTROL, HeaderValue};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{Request, Response, Variables};
use serde::Deserialize;
use serde_json::Value;
use tracing::Instrument;

use super::allowance::{self, Budgets};
use super::negotiation::negotiate;
use super::parameters::{parse, query_string, read};
use super::reply::{
    self, JSON, Refusal, add_headers, answer, coded, content_type, failed, finish, ran, refuse,
};
use super::source::{self, Missing, Source, holds_nul};
use super::{actor, answers, client, conditional, log};
use crate::cache::{self, Answer, Entry, Key, Reads};
use crate::ctx::{Actor, App, Ctx};
use crate::document::{Document, Documents, are_plain};
use crate::feed::state;
use crate::graphql::cost::Costs;
use crate::graphql::{Schema, limits};

/// What an answer to GET differs by, beside its address.
const VARY: &str = "Accept, Accept-Encoding, Authorization";

/// The schema, what it runs in, and the documents that are known.
pub struct Endpoint {
    app: Arc<App>,
    schema: Schema,
    /// For documents that were valid before: validating is a third of a short query.
    trusting: Schema,
    documents: Documents,
    costs: Costs,
    budgets: Budgets,
}

impl Endpoint {
    pub fn new(app: Arc<App>, schema: Schema) -> Self {
        let documents = Documents::new(app.config().documents.cache_bytes);
        let costs = Costs::read(&crate::graphql::sdl_of(&schema));
        let trusting = crate::graphql::trusting_schema();
        Self { app, schema, trusting, documents, costs, budgets: Budgets::default() }
    }

    /// What is refused costs its client so many bytes that were read.
    async fn charge(&self, request: &HttpRequest, bytes: usize) -> Result<(), Refusal> {
        allowance::charge_refused(request, (&self.app, &self.budgets), bytes).await
    }

    /// An answer from memory costs its client the request, and not what it took to make.
    fn charge_hit(&self, request: &HttpRequest) -> Result<(), Refusal> {
        allowance::admit_hit(request, (&self.app, &self.budgets))
    }
}

/// One request, as its body or its query string says it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    #[serde(default)]
    query: Option<String>,
    /// What was registered, after the draft's appendix on persisted documents.
    #[serde(default)]
    document_id: Option<String>,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<serde_json::Map<String, Value>>,
    #[serde(default)]
    extensions: Option<serde_json::Map<String, Value>>,
}

/// Queries and mutations as JSON.
pub async fn post(
    request: HttpRequest,
    endpoint: Data<Endpoint>,
    payload: Payload,
) -> HttpResponse {
    let media = match negotiate(&request) {
        Ok(media) => media,
        Err(refusal) => return refuse(JSON, &refusal),
    };
    let body = match read(&request, payload, &endpoint.app.config().limits).await {
        Ok(body) => body,
        Err(refusal) => return refuse(media, &refusal),
    };
    if let Some(entry) = answers::known(&request, &endpoint.app, &body).await {
        if let Err(refusal) = endpoint.charge_hit(&request) {
            return refuse(media, &refusal);
        }
        return answers::post(&request, content_type(media), &entry.answer).await;
    }
    let span = log::span_of(&request);
    make(&request, &endpoint, media, &body).instrument(span).await
}

/// Answers what is not known by its bytes.
async fn make(
    request: &HttpRequest,
    endpoint: &Endpoint,
    media: &'static str,
    body: &[u8],
) -> HttpResponse {
    let parsed = match parse(body) {
        Ok(parsed) => parsed,
        Err(refusal) => {
            let charged = endpoint.charge(request, body.len()).await;
            return refuse(media, &charged.err().unwrap_or(refusal));
        }
    };
    if let Value::Array(batch) = parsed {
        return run_batch(request, endpoint, media, batch).await;
    }
    match ask(request, endpoint, parsed, body, false).await {
        Ok(Asked::Kept(entry)) => answers::post(request, content_type(media), &entry.answer).await,
        Ok(Asked::Own(response)) => answer(media, &response),
        Err(refusal) => refuse(media, &refusal),
    }
}

/// Queries, in the query string.
pub async fn get(request: HttpRequest, endpoint: Data<Endpoint>) -> HttpResponse {
    let media = match negotiate(&request) {
        Ok(media) => media,
        Err(refusal) => return refuse(JSON, &refusal),
    };
    let bytes = request.query_string().as_bytes();
    if let Some(entry) = answers::known(&request, &endpoint.app, bytes).await {
        if let Err(refusal) = endpoint.charge_hit(&request) {
            return uncached(refuse(media, &refusal));
        }
        return from_memory(&request, &endpoint.app, media, &entry).await;
    }
    let parameters = match query_string(request.query_string()) {
        Ok(parameters) => parameters,
        Err(refusal) => return refuse(media, &refusal),
    };
    let span = log::span_of(&request);
    match ask(&request, &endpoint, parameters, bytes, true).instrument(span).await {
        Ok(Asked::Kept(entry)) => from_memory(&request, &endpoint.app, media, &entry).await,
        Ok(Asked::Own(response)) => kept(&request, &endpoint.app, media, &response).await,
        Err(refusal) => uncached(refuse(media, &refusal)),
    }
}

async fn from_memory(
    request: &HttpRequest,
    app: &App,
    media: &'static str,
    entry: &Entry,
) -> HttpResponse {
    let policy = answers::Policy::of_kept(request, app, VARY);
    let media = content_type(media);
    answers::get(request, app, media, &entry.answer, Some(&entry.tags), &policy).await
}

/// An answer that caches may keep and ask about again. One with errors they may
/// not: who asks again may be luckier.
async fn kept(
    request: &HttpRequest,
    app: &Arc<App>,
    media: &'static str,
    response: &Response,
) -> HttpResponse {
    if !response.errors.is_empty() || !response.http_headers.is_empty() {
        return uncached(answer(media, response));
    }
    let Ok(body) = serde_json::to_vec(response) else {
        return uncached(answer(media, response));
    };
    let wanted = app.config().delivery.cache_seconds;
    let seconds = if wanted == 0 {
        0
    } else {
        let ctx = Ctx::new(Arc::clone(app), Actor::Nobody);
        state::now(&ctx).await.map_or(0, |state| state.seconds(ctx.now(), wanted))
    };
    let cache_control = conditional::cache_control(request, seconds);
    let policy = answers::Policy { cache_control, vary: VARY };
    answers::get(request, app, content_type(media), &Answer::new(body), None, &policy).await
}

fn uncached(mut response: HttpResponse) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static(VARY));
    response
}

/// Any other method.
pub async fn other() -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((ALLOW, "GET, HEAD, POST"))
        .content_type("text/plain; charset=utf-8")
        .body("GraphQL is asked by POST, or by GET for queries.\n")
}

async fn run_batch(
    request: &HttpRequest,
    endpoint: &Endpoint,
    media: &'static str,
    batch: Vec<Value>,
) -> HttpResponse {
    let allowed = endpoint.app.config().limits.batch;
    if batch.is_empty() || batch.len() > allowed {
        let message =
            format!("a batch holds 1 to {allowed} requests, and this has {}", batch.len());
        return refuse(media, &Refusal::new(StatusCode::BAD_REQUEST, "LIMIT_EXCEEDED", message));
    }
    let mut responses = Vec::with_capacity(batch.len());
    for parameters in batch {
        responses.push(match run(request, endpoint, parameters, false).await {
            Ok(response) => response,
            Err(refusal) => failed(vec![reply::error_of(&refusal)]),
        });
    }
    let mut answer = HttpResponse::Ok();
    for response in &responses {
        add_headers(&mut answer, response);
    }
    answer.content_type(content_type(media)).json(&responses)
}

/// An answer: one that everybody is given, or who asked alone.
enum Asked {
    Kept(Arc<Entry>),
    Own(Box<Response>),
}

/// What a request comes to, from memory where that is possible; `bytes` are those
/// by which the same request is known again.
async fn ask(
    http: &HttpRequest,
    endpoint: &Endpoint,
    parameters: Value,
    bytes: &[u8],
    only_queries: bool,
) -> Result<Asked, Refusal> {
    let seconds = endpoint.app.config().limits.seconds;
    // What runs is ended at the limit, and told what it cost. This is for who does not
    // get so far: who waits for the database, or for others who ask the same.
    let patience = Duration::from_secs(seconds.saturating_add(1));
    let answer = Box::pin(answer_to(http, endpoint, parameters, bytes, only_queries));
    tokio::time::timeout(patience, answer).await.unwrap_or_else(|_| Err(Refusal::too_slow(seconds)))
}

async fn answer_to(
    http: &HttpRequest,
    endpoint: &Endpoint,
    parameters: Value,
    bytes: &[u8],
    only_queries: bool,
) -> Result<Asked, Refusal> {
    let ready = match prepare(http, endpoint, parameters, only_queries).await? {
        Prepared::Ready(ready) => ready,
        Prepared::Failed(response) => return Ok(Asked::Own(response)),
    };
    let (app, key) = (&endpoint.app, ready.key);
    let Some(key) = key else {
        return execute(http, endpoint, ready, None).await.map(Box::new).map(Asked::Own);
    };
    if let Err(error) = cache::ready(app).await {
        tracing::error!(?error, "the answer cache does not follow");
        return execute(http, endpoint, ready, None).await.map(Box::new).map(Asked::Own);
    }
    let (mut ready, mut own) = (Some(ready), None);
    let entry = app.cache().get(key, async || {
        let reads = Reads::new();
        let response = execute(http, endpoint, ready.take()?, Some(Arc::clone(&reads))).await;
        let kept = response.as_ref().ok().and_then(|response| keep(response, &reads));
        if kept.is_none() {
            own = Some(response);
        }
        kept
    });
    match (entry.await, own, ready) {
        (Some(entry), _, ready) => {
            if ready.is_some() {
                endpoint.charge_hit(http)?;
            }
            app.cache().note_request(bytes, &entry);
            Ok(Asked::Kept(entry))
        }
        (None, Some(own), _) => own.map(Box::new).map(Asked::Own),
        // Another's answer was not for everybody.
        (None, None, Some(ready)) => {
            execute(http, endpoint, ready, None).await.map(Box::new).map(Asked::Own)
        }
        (None, None, None) => Err(Refusal::bad("the request was given up")),
    }
}

/// What can be kept of an answer. One with errors cannot: who asks again may be
/// luckier.
fn keep(response: &Response, reads: &Reads) -> Option<Arc<Entry>> {
    if !response.errors.is_empty() || !response.http_headers.is_empty() {
        return None;
    }
    let known = reads.known()?;
    let body = serde_json::to_vec(response).ok()?;
    Some(Entry::new(Answer::new(body), known))
}

/// One request of a batch.
async fn run(
    http: &HttpRequest,
    endpoint: &Endpoint,
    parameters: Value,
    only_queries: bool,
) -> Result<Response, Refusal> {
    match prepare(http, endpoint, parameters, only_queries).await? {
        Prepared::Ready(ready) => execute(http, endpoint, ready, None).await,
        Prepared::Failed(response) => Ok(*response),
    }
}

/// A request that may run.
struct Ready {
    request: Request,
    document: Arc<Document>,
    /// Whether it is a query.
    reading: bool,
    /// Whether validation could say something.
    doubtful: bool,
    actor: Actor,
    /// Where it asks for what everybody gets.
    key: Option<Key>,
    asked: limits::Asked,
    extensions: Option<serde_json::Map<String, Value>>,
}

enum Prepared {
    Ready(Box<Ready>),
    /// The document cannot be read.
    Failed(Box<Response>),
}

/// Makes a request ready, or charges its client for what cannot run.
async fn prepare(
    http: &HttpRequest,
    endpoint: &Endpoint,
    parameters: Value,
    only_queries: bool,
) -> Result<Prepared, Refusal> {
    let bytes = parameters["query"].as_str().map_or(0, str::len);
    let prepared = try_prepare(http, endpoint, parameters, only_queries).await;
    let is_charged = match &prepared {
        Ok(prepared) => matches!(prepared, Prepared::Failed(_)),
        Err(refusal) => refusal.is_at_fault(),
    };
    if is_charged {
        endpoint.charge(http, bytes).await?;
    }
    prepared
}

async fn try_prepare(
    http: &HttpRequest,
    endpoint: &Endpoint,
    parameters: Value,
    only_queries: bool,
) -> Result<Prepared, Refusal> {
    let limits = &endpoint.app.config().limits;
    let Parameters { query, document_id, operation_name, variables, extensions } =
        serde_json::from_value(parameters).map_err(|error| {
            Refusal::bad(format!(
                "a request has a `query` or a `documentId`, and `variables` is a map: {error}"
            ))
        })?;
    let over = |error: &limits::OverLimit| {
        Refusal::new(StatusCode::BAD_REQUEST, "LIMIT_EXCEEDED", error.to_string())
    };
    let nul = || {
        let message = "no text here can hold the character U+0000";
        Refusal::new(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message)
    };
    if variables.iter().flat_map(serde_json::Map::values).any(holds_nul) {
        return Err(nul());
    }
    let persisted = extensions.as_ref().and_then(|extensions| extensions.get("persistedQuery"));
    let source = Source { query, document_id, persisted };
    let actor = actor::of(http, &endpoint.app).await?;
    let document = match source::find(&endpoint.app, &endpoint.documents, &actor, source).await {
        Ok(document) => document,
        Err(Missing::Refused(refusal)) => return Err(refusal),
        Err(Missing::Unreadable(error)) => {
            let failed = coded(failed(vec![error]), "GRAPHQL_PARSE_FAILED");
            return Ok(Prepared::Failed(Box::new(failed)));
        }
    };
    let variables = variables.map_or(Value::Null, Value::Object);
    let operation = choose(&document.parsed, operation_name.as_deref())?;
    // What it costs is told to who asks for that alone.
    let plain = extensions.as_ref().is_none_or(|extensions| !extensions.contains_key("cost"));
    let everybodys = actor == Actor::Nobody
        && plain
        && operation.ty == OperationType::Query
        && endpoint.app.cache().serves(endpoint.app.now());
    let key = everybodys.then(|| Key::new(&document.hash, operation_name.as_deref(), &variables));
    if only_queries && operation.ty != OperationType::Query {
        return Err(Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            "GET is for queries: send mutations by POST",
        ));
    }
    let variables = limits::with_defaults(Variables::from_json(variables), operation);
    let asked = limits::check(&document.parsed, operation, &variables, limits, &endpoint.costs)
        .map_err(|error| over(&error))?;
    // Copied once it may run.
    let mut request = Request::new("").variables(variables);
    request.set_parsed_query(document.parsed.clone());
    if let Some(name) = operation_name {
        request = request.operation_name(name);
    }
    let doubtful = !document.is_valid() || !are_plain(operation, &request.variables);
    let reading = operation.ty == OperationType::Query;
    let ready = Ready { request, document, reading, doubtful, actor, key, asked, extensions };
    Ok(Prepared::Ready(Box::new(ready)))
}

/// Runs a request that its client may run now, noting in `reads` what its answer
/// depends on.
async fn execute(
    http: &HttpRequest,
    endpoint: &Endpoint,
    ready: Box<Ready>,
    reads: Option<Arc<Reads>>,
) -> Result<Response, Refusal> {
    let Endpoint { app, budgets, .. } = endpoint;
    let limits = &app.config().limits;
    let Ready { request, document, reading, doubtful, actor, key: _, asked, extensions } = *ready;
    let client = client::of(http, &app.config().http);
    let whom = (&actor, &client);
    let what = (asked, !reading);
    let admitted = allowance::admit(http, (app, budgets), whom, what, extensions.as_ref())?;
    let mut ctx = Ctx::new(Arc::clone(app), actor).from_client(client);
    if reading && app.cache().is_followed() && cache::ready(app).await.is_ok() {
        ctx = ctx.remembering();
    }
    if let Some(reads) = reads {
        ctx = ctx.recording(reads);
    }
    let patience = Duration::from_secs(limits.seconds);
    let schema = if doubtful { &endpoint.schema } else { &endpoint.trusting };
    let response = tokio::time::timeout(patience, schema.execute(request.data(ctx))).await;
    let response = finish(response.map_err(|_| Refusal::too_slow(limits.seconds))?);
    if doubtful && ran(&response) {
        document.set_valid();
    }
    Ok(admitted.complete(response))
}

/// The operation that will run.
fn choose<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, Refusal> {
    let mut operations = document.operations.iter();
    match name {
        Some(name) => operations
            .find(|(found, _)| found.is_some_and(|found| found.as_str() == name))
            .map(|(_, operation)| &operation.node)
            .ok_or_else(|| Refusal::bad(format!("the document has no operation {name:?}"))),
        None => match (operations.next(), operations.next()) {
            (Some((_, operation)), None) => Ok(&operation.node),
            (None, _) => Err(Refusal::bad("the document has no operation")),
            (Some(_), Some(_)) => Err(Refusal::bad(
                "the document has several operations: name one in `operationName`",
            )),
        },
    }
}
