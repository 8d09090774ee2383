//! What the GraphQL types of all domains share, and the schema they make.
//!
//! A domain's `graphql.rs` parses ids, calls one operation, and wraps what comes
//! back; it holds no rule and no SQL. The schema is the same for everybody: who
//! asks decides which rows are seen, never which types exist.

pub mod cost;
pub mod id;
pub mod lean;
pub mod limits;
pub mod node;
pub mod page;
pub mod scalar;
pub mod siblings;
pub mod spread;
pub mod tokens;

use std::collections::HashMap;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition};
use async_graphql::{
    Context, EmptySubscription, Enum, MergedObject, Name, Positioned, Request, SDLExportOptions,
    ServerError, SimpleObject, ValidationMode,
};
use entity::View;
use percent_encoding::percent_decode_str;

use crate::archive::ArchiveQuery;
use crate::article::{
    ArticleMutation, ArticleQuery, HistoryMutation, HistoryQuery, ScheduleQuery,
    TranslationMutation, TranslationQuery, WorkflowMutation,
};
use crate::audit::AuditQuery;
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserError, UserErrorCode};
use crate::menu::{MenuMutation, MenuQuery};
use crate::permalink::{PermalinkMutation, PermalinkQuery};
use crate::policy::{self, Scope};
use crate::preview::{PreviewMutation, PreviewQuery};
use crate::redirect::{RedirectMutation, RedirectQuery};
use crate::route::RouteQuery;
use crate::search::SearchQuery;
use crate::section::SectionQuery;
use crate::site::{LanguageMutation, SiteQuery};
use crate::taxonomy::{TaxonomyMutation, TaxonomyQuery, TaxonomyWorkMutation, TaxonomyWorkQuery};
use crate::token::{TokenMutation, TokenQuery};
use crate::user::{UserMutation, UserQuery};
use crate::widget::{WidgetMutation, WidgetQuery};

/// What can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    ArticleQuery,
    HistoryQuery,
    TranslationQuery,
    TaxonomyQuery,
    TaxonomyWorkQuery,
    SectionQuery,
    ArchiveQuery,
    RouteQuery,
    WidgetQuery,
    MenuQuery,
    SiteQuery,
    UserQuery,
    ScheduleQuery,
    TokenQuery,
    AuditQuery,
    PreviewQuery,
    SearchQuery,
    RedirectQuery,
    PermalinkQuery,
    node::NodeQuery,
);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    ArticleMutation,
    HistoryMutation,
    WorkflowMutation,
    TranslationMutation,
    TaxonomyMutation,
    TaxonomyWorkMutation,
    LanguageMutation,
    TokenMutation,
    PreviewMutation,
    RedirectMutation,
    PermalinkMutation,
    UserMutation,
    WidgetMutation,
    MenuMutation,
);

pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema. Limits are checked in `limits`, before anything executes,
/// and errors are mapped in `http::graphql`: extensions would slow every field.
#[must_use]
pub fn schema() -> Schema {
    build(ValidationMode::Strict)
}

/// The same, for what is known to be valid.
#[must_use]
pub fn trusting_schema() -> Schema {
    build(ValidationMode::Fast)
}

fn build(mode: ValidationMode) -> Schema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .validation_mode(mode)
        .limit_recursive_depth(64)
        .finish()
}

/// The schema in GraphQL's definition language, as `api/schema.graphql` has it, with
/// what fields cost.
#[must_use]
pub fn sdl() -> String {
    sdl_of(&schema())
}

/// The same of a schema that is there already: building one takes a while.
#[must_use]
pub fn sdl_of(schema: &Schema) -> String {
    let options = SDLExportOptions::new().include_specified_by().prefer_single_line_descriptions();
    cost::annotate(&schema.sdl_with_options(options))
}

/// What is wrong with a document, by the rules of the specification; nothing of it
/// runs. The library validates only what it executes: so it executes an operation
/// that asks for nothing, in a document that has this one beside it.
pub async fn validate(schema: &Schema, document: &ExecutableDocument) -> Vec<String> {
    const NOTHING: &str = "BroadsheetAsksForNothing";
    let Ok(nothing) = parse_query(format!("query {NOTHING} {{ __typename }}")) else {
        return Vec::new();
    };
    let mut operations: HashMap<Name, Positioned<OperationDefinition>> = HashMap::new();
    for (name, operation) in document.operations.iter().chain(nothing.operations.iter()) {
        let name = name.cloned().unwrap_or_else(|| Name::new("Nameless"));
        operations.insert(name, operation.clone());
    }
    let mut request = Request::new("").operation_name(NOTHING);
    request.set_parsed_query(ExecutableDocument {
        operations: DocumentOperations::Multiple(operations),
        fragments: document.fragments.clone(),
    });
    let response = schema.execute(request).await;
    let place = |error: &ServerError| {
        error.locations.first().map(|at| format!("{}:{}: ", at.line, at.column))
    };
    let told =
        |error: &ServerError| format!("{}{}", place(error).unwrap_or_default(), error.message);
    response.errors.iter().map(told).collect()
}

/// How a resolver comes to the request.
pub trait ContextExt<'a> {
    fn broadsheet(&self) -> &'a Ctx;
}

impl<'a> ContextExt<'a> for Context<'a> {
    fn broadsheet(&self) -> &'a Ctx {
        self.data_unchecked::<Ctx>()
    }
}

/// Which copies of articles are read, here and in everything nested.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Enum)]
#[graphql(name = "View")]
pub enum ViewArgument {
    /// What was published, while its time lasts: the same for everybody.
    #[default]
    Published,
    /// What editors work on. Needs somebody who may read drafts.
    Working,
    /// What is in the trash. Needs somebody who may read drafts.
    Trash,
    /// What was put aside. Needs somebody who may read drafts.
    Archive,
}

impl ViewArgument {
    #[must_use]
    pub fn view(self) -> View {
        match self {
            Self::Published => View::Published,
            Self::Working => View::Working,
            Self::Trash => View::Trash,
            Self::Archive => View::Archive,
        }
    }

    /// What the actor sees of this view.
    pub fn scope(self, ctx: &Ctx) -> Result<Scope> {
        policy::scope(ctx, self.view())
    }
}

/// A mistake in the input that the caller can mend.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "UserError")]
pub struct UserErrorObject {
    /// Path to the argument or input field, such as `["input", "slug"]`.
    field: Vec<String>,
    /// What is wrong and what would be right.
    message: String,
    /// What kind of mistake it is.
    code: UserErrorCode,
    /// Seconds until another try is allowed; with the code THROTTLED alone.
    retry_after_seconds: Option<i64>,
}

impl From<UserError> for UserErrorObject {
    fn from(UserError { field, message, code, retry_after_seconds }: UserError) -> Self {
        Self { field, message, code, retry_after_seconds }
    }
}

/// What a mutation did, or the mistakes for which it did nothing.
pub enum Outcome<T> {
    Done(T),
    Refused(Vec<UserErrorObject>),
}

impl<T> Outcome<T> {
    /// Tells mistakes, which are data, from errors, which are not.
    pub fn of(done: Result<T>) -> Result<Self> {
        match done {
            Ok(value) => Ok(Self::Done(value)),
            Err(Error::Invalid(errors)) => {
                Ok(Self::Refused(errors.into_iter().map(UserErrorObject::from).collect()))
            }
            Err(error) => Err(error),
        }
    }

    /// The mistakes of an error that is one.
    pub fn errors(error: Error) -> Result<Vec<UserErrorObject>> {
        match Outcome::<T>::of(Err(error))? {
            Outcome::Done(_) => Ok(Vec::new()),
            Outcome::Refused(errors) => Ok(errors),
        }
    }
}

/// A path as it is stored: decoded, without query and fragment, and with a slash
/// at its end unless it names a file (`/a.html`).
#[must_use]
pub fn decode_path(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    // PostgreSQL can look for no text with U+0000 in it.
    let mut path = percent_decode_str(path).decode_utf8_lossy().replace('\0', "\u{fffd}");
    if !path.starts_with('/') {
        path.insert(0, '/');
    }
    let names_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if !path.ends_with('/') && !names_file {
        path.push('/');
    }
    path
}

/// The same with the query as it was written, if there is one: the form in which
/// redirects from WordPress's old addresses (`/?p=11`) are kept.
#[must_use]
pub fn decode_address(address: &str) -> String {
    let path = decode_path(address);
    let query = address.split('#').next().and_then(|address| address.split_once('?'));
    match query {
        Some((_, query)) if !query.is_empty() => {
            format!("{path}?{}", query.replace('\0', "\u{fffd}"))
        }
        _ => path,
    }
}

/// An address as [`decode_address`] gives it, written as in a URL.
#[must_use]
pub fn encode_address(address: &str) -> String {
    let encode = crate::hugo::address::encode;
    match address.split_once('?') {
        // A path that holds a question mark itself ends with a slash.
        Some((path, query)) if decode_path(path) == path && !query.ends_with('/') => {
            format!("{}?{query}", encode(path))
        }
        _ => encode(address).replace('?', "%3F"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_query() {
        for (given, stored) in [
            ("/?p=11", "/?p=11"),
            ("/a%20b?c=%20#d", "/a b/?c=%20"),
            ("/a/?", "/a/"),
            ("/a/#b?c", "/a/"),
            ("/a%3Fb/", "/a?b/"),
        ] {
            assert_eq!(decode_address(given), stored, "{given}");
            assert_eq!(decode_address(&encode_address(stored)), stored, "{given}");
        }
    }

    #[test]
    fn paths_are_taken_in_every_form_they_come_in() {
        for (given, stored) in [
            ("/news/a/", "/news/a/"),
            ("/news/a", "/news/a/"),
            ("news/a?b#c", "/news/a/"),
            ("/tags/%E7%BC%96%E8%BE%91/", "/tags/编辑/"),
            ("/a.html", "/a.html"),
            ("", "/"),
        ] {
            assert_eq!(decode_path(given), stored, "{given}");
        }
    }
}
