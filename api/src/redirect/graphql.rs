//! Redirects in GraphQL.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Enum, InputObject, MaybeUndefined, Object, SimpleObject};
use uuid::Uuid;

use super::ops::{self, Led};
use crate::error::Result;
use crate::graphql::page::{Cursor, Key, Page};
use crate::graphql::scalar::DateTime;
use crate::graphql::{ContextExt, Outcome, UserErrorObject, encode_address};

/// The order of the list, for its cursors.
const BY_PATH: u8 = b'p';

/// What a redirect follows wherever it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum RedirectFollows {
    /// An article.
    Article,
    /// A tag or a category.
    Term,
}

/// Where readers go from an address at which nothing lives.
pub struct RedirectRule(Led);

/// Where readers go from an address at which nothing lives.
#[Object]
impl RedirectRule {
    /// The address that it leads from, percent-encoded.
    async fn path(&self) -> String {
        encode_address(&self.0.row.path)
    }

    /// Where it leads now: a path on the site, percent-encoded, or an address in
    /// full; null while what it follows is not public.
    async fn target(&self) -> Option<&str> {
        self.0.target.as_deref()
    }

    /// What it follows when that is renamed; null where it leads to an address.
    async fn follows(&self) -> Option<RedirectFollows> {
        let row = &self.0.row;
        match (row.article_id, row.term_id) {
            (Some(_), _) => Some(RedirectFollows::Article),
            (None, Some(_)) => Some(RedirectFollows::Term),
            (None, None) => None,
        }
    }

    /// Whether browsers may remember it: 308, else 307.
    async fn permanent(&self) -> bool {
        self.0.row.permanent
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime::utc(self.0.row.created_at)
    }
}

/// How many redirects there are; costs nothing unless selected.
pub struct RedirectTotals {
    search: Option<String>,
}

#[Object]
impl RedirectTotals {
    /// How many there are in all.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<u64> {
        Ok(ops::count(ctx.broadsheet(), self.search.as_deref()).await?)
    }
}

pub type RedirectConnection = Connection<Cursor, RedirectRule, RedirectTotals>;

#[derive(Default)]
pub struct RedirectQuery;

#[Object]
impl RedirectQuery {
    /// Redirects, made by hand or by renaming, by their paths. Needs an editor.
    async fn redirects(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many, from the start. 20 where neither it nor `last` is given; at most 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only those whose path or target holds this text.")] search: Option<
            String,
        >,
    ) -> async_graphql::Result<RedirectConnection> {
        let page = Page::new(BY_PATH, first, after.as_deref(), last, before.as_deref())?;
        let slice = ops::list(ctx.broadsheet(), search.as_deref(), &page).await?;
        let totals = RedirectTotals { search };
        let mut connection =
            Connection::with_additional_fields(slice.has_previous, slice.has_next, totals);
        let edge = |led: Led| {
            let key = Key::Text(led.row.path.clone());
            Edge::new(Cursor { order: BY_PATH, key, id: Uuid::nil() }, RedirectRule(led))
        };
        connection.edges = slice.rows.into_iter().map(edge).collect();
        Ok(connection)
    }
}

/// A redirect to make.
#[derive(InputObject)]
pub struct CreateRedirectInput {
    /// The path that it leads from, beginning with a slash, without query.
    path: String,
    /// A path on the site, or an address with `http://` or `https://`. That of an
    /// article or a term is followed wherever it goes.
    target: String,
    /// Whether browsers may remember it.
    #[graphql(default = true)]
    permanent: bool,
}

/// What to change of a redirect; what is not given stays.
#[derive(InputObject)]
pub struct UpdateRedirectInput {
    /// Where it leads from now on.
    target: MaybeUndefined<String>,
    /// Whether browsers may remember it.
    permanent: MaybeUndefined<bool>,
}

/// What became of it.
#[derive(SimpleObject)]
pub struct RedirectPayload {
    /// The redirect; null where it was refused.
    redirect: Option<RedirectRule>,
    /// What was wrong with the input.
    user_errors: Vec<UserErrorObject>,
}

/// What became of it.
#[derive(SimpleObject)]
pub struct DeleteRedirectPayload {
    /// The path that leads nowhere now; null where it was refused.
    deleted_path: Option<String>,
    /// What was wrong with the input.
    user_errors: Vec<UserErrorObject>,
}

#[derive(Default)]
pub struct RedirectMutation;

#[Object]
impl RedirectMutation {
    /// Lets an address at which nothing lives lead somewhere. Chains are folded,
    /// loops refused. Needs an editor.
    async fn create_redirect(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "From where to where.")] input: CreateRedirectInput,
    ) -> async_graphql::Result<RedirectPayload> {
        let CreateRedirectInput { path, target, permanent } = input;
        let done = ops::create(ctx.broadsheet(), &path, &target, permanent).await;
        Ok(payload(ctx, done).await?)
    }

    /// Changes where a redirect leads, or whether for ever. Needs an editor.
    async fn update_redirect(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The path that it leads from.")] path: String,
        #[graphql(desc = "What to change.")] input: UpdateRedirectInput,
    ) -> async_graphql::Result<RedirectPayload> {
        let UpdateRedirectInput { target, permanent } = input;
        let (target, permanent) = (target.take(), permanent.take());
        let done = ops::update(ctx.broadsheet(), &path, target.as_deref(), permanent).await;
        Ok(payload(ctx, done).await?)
    }

    /// Lets an address lead nowhere. Needs an editor.
    async fn delete_redirect(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The path that it leads from.")] path: String,
    ) -> async_graphql::Result<DeleteRedirectPayload> {
        Ok(match Outcome::of(ops::delete(ctx.broadsheet(), &path).await)? {
            Outcome::Done(path) => DeleteRedirectPayload {
                deleted_path: Some(encode_address(&path)),
                user_errors: Vec::new(),
            },
            Outcome::Refused(user_errors) => {
                DeleteRedirectPayload { deleted_path: None, user_errors }
            }
        })
    }
}

async fn payload(ctx: &Context<'_>, done: Result<String>) -> Result<RedirectPayload> {
    Ok(match Outcome::of(done)? {
        Outcome::Done(path) => {
            let led = ops::one(ctx.broadsheet(), &encode_address(&path)).await?;
            RedirectPayload { redirect: led.map(RedirectRule), user_errors: Vec::new() }
        }
        Outcome::Refused(user_errors) => RedirectPayload { redirect: None, user_errors },
    })
}
