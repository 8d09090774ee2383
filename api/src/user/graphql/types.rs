//! The types of people and their sessions.

use std::sync::Arc;

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::id::{IdKind, encode};
use crate::graphql::page::{Cursor, Key, Page};
use crate::graphql::scalar::DateTime;
use crate::graphql::{ContextExt, UserErrorObject};
use crate::policy::Role;
use crate::user::links::Link;
use crate::user::read::{self, Account, ORDER, Person, PersonFilter};
use crate::user::sessions::{Method, Seat};

/// Somebody who may sign in.
#[derive(Clone)]
pub struct User(pub Person);

/// Where somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum UserStatus {
    /// Was invited and has not come yet.
    Invited,
    /// May sign in.
    Active,
    /// May not sign in any more.
    Deactivated,
}

impl User {
    async fn account(&self, ctx: &Ctx) -> Result<Option<Account>> {
        read::account(ctx, self.0.id).await
    }
}

/// Somebody who may sign in.
#[Object]
impl User {
    /// Opaque, and unique among all nodes.
    pub async fn id(&self) -> ID {
        encode(IdKind::User, self.0.id)
    }

    /// As it is printed.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// In lower case.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// What they may do.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// Where they stand; null to those who neither manage people nor are this one.
    async fn status(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<UserStatus>> {
        Ok(self.account(ctx.broadsheet()).await?.map(|account| {
            match (account.active, account.joined_at) {
                (false, _) => UserStatus::Deactivated,
                (true, None) => UserStatus::Invited,
                (true, Some(_)) => UserStatus::Active,
            }
        }))
    }

    /// When they were added; null as `status` is.
    async fn created_at(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<DateTime>> {
        let account = self.account(ctx.broadsheet()).await?;
        Ok(account.map(|account| DateTime::utc(account.created_at)))
    }

    /// Whether they have a password; null as `status` is. Who signs in at an
    /// OpenID Connect provider may have none.
    async fn has_password(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<bool>> {
        Ok(self.account(ctx.broadsheet()).await?.map(|account| account.has_password))
    }

    /// Whether signing in with a password takes a second factor; null as `status`
    /// is.
    async fn has_second_factor(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<bool>> {
        Ok(self.account(ctx.broadsheet()).await?.map(|account| account.has_totp))
    }
}

pub type UserConnection = Connection<Cursor, User, UserTotals>;

/// What a list of people says beyond its page; costs nothing unless selected.
pub struct UserTotals {
    filter: Arc<PersonFilter>,
}

#[Object]
impl UserTotals {
    /// How many people the whole list has.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i64> {
        Ok(read::count(ctx.broadsheet(), &self.filter).await?)
    }
}

pub async fn connect(ctx: &Ctx, filter: PersonFilter, page: &Page) -> Result<UserConnection> {
    let slice = read::all(ctx, &filter, page).await?;
    let totals = UserTotals { filter: Arc::new(filter) };
    let mut connection =
        Connection::with_additional_fields(slice.has_previous, slice.has_next, totals);
    connection.edges = slice
        .rows
        .into_iter()
        .map(|person| {
            let key = Key::Text(person.name.clone());
            Edge::new(Cursor { order: ORDER, key, id: person.id }, User(person))
        })
        .collect();
    Ok(connection)
}

/// What proves who asks. The tokens are shown once.
#[derive(SimpleObject)]
pub struct Session {
    /// Goes into the header `Authorization: Bearer …`.
    pub access_token: String,
    /// When the access token expires.
    pub expires_at: DateTime,
    /// Good for one `refreshSession`; null where a cookie holds it.
    pub refresh_token: Option<String>,
}

/// A password was right, and a second factor is owed.
#[derive(SimpleObject)]
pub struct SecondFactorChallenge {
    /// For `loginWithTotp`, beside a code.
    pub token: String,
    /// When the token expires.
    pub expires_at: DateTime,
}

/// The session, or why there is none.
#[derive(Default, SimpleObject)]
pub struct SessionPayload {
    /// The tokens; null where nobody signed in.
    pub session: Option<Session>,
    /// Who signed in.
    pub user: Option<User>,
    /// Given in place of a session where the account has a second factor.
    pub second_factor: Option<SecondFactorChallenge>,
    /// Mistakes in the input; empty where all went well.
    pub user_errors: Vec<UserErrorObject>,
}

/// A sign-in that lasts.
pub struct UserSession(pub Seat);

/// A sign-in that lasts, as its owner sees it.
#[Object]
impl UserSession {
    /// For `endSession`.
    async fn id(&self) -> ID {
        encode(IdKind::Session, self.0.row.id)
    }

    /// Whether it is that of this request.
    async fn current(&self) -> bool {
        self.0.current
    }

    /// How it began.
    async fn method(&self) -> Method {
        self.0.method
    }

    /// When it began.
    async fn created_at(&self) -> DateTime {
        DateTime::utc(self.0.row.created_at)
    }

    /// When it was last used, give or take a minute.
    async fn last_used_at(&self) -> DateTime {
        DateTime::utc(self.0.row.used_at)
    }

    /// When it ends unless it is ended before.
    async fn expires_at(&self) -> DateTime {
        DateTime::utc(self.0.row.expires_at)
    }

    /// The IP address that it was last renewed from.
    async fn address(&self) -> Option<&str> {
        self.0.row.address.as_deref()
    }

    /// What the client called itself then.
    async fn user_agent(&self) -> Option<&str> {
        self.0.row.user_agent.as_deref()
    }
}

/// Whether a session ended.
#[derive(SimpleObject)]
pub struct LogoutPayload {
    /// False where there was none.
    pub ended: bool,
}

/// How many sessions ended.
#[derive(SimpleObject)]
pub struct LogoutEverywherePayload {
    /// Those of this request and of all other browsers and programs.
    pub ended: i32,
}

/// Whether a session ended, or why not.
#[derive(SimpleObject)]
pub struct EndSessionPayload {
    /// False where there was none.
    pub ended: bool,
    /// Mistakes in the input; empty where all went well.
    pub user_errors: Vec<UserErrorObject>,
}

/// Somebody as they are now, or why nothing was done.
#[derive(Default, SimpleObject)]
pub struct UserPayload {
    /// The person; null where nothing was done.
    pub user: Option<User>,
    /// Mistakes in the input; empty where all went well.
    pub user_errors: Vec<UserErrorObject>,
}

/// A link that works once. It is shown once, and handed to the person by
/// whoever made it.
#[derive(SimpleObject)]
pub struct UserLink {
    /// For `acceptInvitation` or `resetPassword`.
    pub token: String,
    /// The page of the interface that takes it, where the configuration names one.
    pub url: Option<String>,
    /// When it expires.
    pub expires_at: DateTime,
}

impl From<Link> for UserLink {
    fn from(Link { user: _, token, url, expires }: Link) -> Self {
        Self { token, url, expires_at: DateTime::utc(expires) }
    }
}

/// Somebody and their link, or why there is none.
#[derive(Default, SimpleObject)]
pub struct UserLinkPayload {
    /// Whom it is for; null where nothing was done.
    pub user: Option<User>,
    /// The link; null where nothing was done.
    pub link: Option<UserLink>,
    /// Mistakes in the input; empty where all went well.
    pub user_errors: Vec<UserErrorObject>,
}

/// What an authenticator needs, or why nothing was done.
#[derive(Default, SimpleObject)]
pub struct StartTotpPayload {
    /// In base32, to be typed in. Shown once.
    pub secret: Option<String>,
    /// An `otpauth:` address, to be drawn as a QR code. Shown once.
    pub url: Option<String>,
    /// Mistakes in the input; empty where all went well.
    pub user_errors: Vec<UserErrorObject>,
}

/// Recovery codes, or why there are none.
#[derive(Default, SimpleObject)]
pub struct RecoveryCodesPayload {
    /// Each stands in for a code of the authenticator, once. Shown once; null
    /// where nothing was done.
    pub recovery_codes: Option<Vec<String>>,
    /// Mistakes in the input; empty where all went well.
    pub user_errors: Vec<UserErrorObject>,
}
