//! API tokens in GraphQL.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::api_token;

use super::ops::{self, NewToken};
use crate::error::Result;
use crate::graphql::id::{IdKind, decode_as, encode};
use crate::graphql::scalar::{DateTime, LanguageTag};
use crate::graphql::{ContextExt, Outcome, UserErrorObject};
use crate::policy::{Limits, TokenScope};

/// A token that another program sends as `Authorization: Bearer …`.
pub struct ApiToken {
    row: api_token::Model,
    scopes: Vec<TokenScope>,
    languages: Vec<String>,
    sections: Vec<String>,
}

impl ApiToken {
    fn new(row: api_token::Model) -> Result<Self> {
        let scopes: Vec<String> = serde_json::from_value(row.scopes.0.clone())?;
        Ok(Self {
            scopes: scopes.iter().filter_map(|name| name.parse().ok()).collect(),
            languages: serde_json::from_value(row.languages.0.clone())?,
            sections: serde_json::from_value(row.sections.0.clone())?,
            row,
        })
    }
}

/// A token that another program sends as `Authorization: Bearer …`. It never
/// does more than its owner may at that moment.
#[Object]
impl ApiToken {
    /// Names it in `revokeApiToken`.
    async fn id(&self) -> ID {
        encode(IdKind::ApiToken, self.row.id)
    }

    /// What its owner calls it.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// How it begins: enough to tell it from others, of no use to anybody else.
    async fn hint(&self) -> &str {
        &self.row.hint
    }

    /// What it is for.
    async fn scopes(&self) -> &[TokenScope] {
        &self.scopes
    }

    /// The languages whose articles it is for; empty for all.
    async fn languages(&self) -> Vec<LanguageTag> {
        self.languages.iter().cloned().map(LanguageTag).collect()
    }

    /// The sections whose articles it is for; empty for all.
    async fn sections(&self) -> &[String] {
        &self.sections
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime::utc(self.row.created_at)
    }

    /// When it stops working; null for never.
    async fn expires_at(&self) -> Option<DateTime> {
        self.row.expires_at.map(DateTime::utc)
    }

    /// When it was used last, give or take a minute; null for never.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.row.used_at.map(DateTime::utc)
    }

    /// When it was revoked; null while it works.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.row.revoked_at.map(DateTime::utc)
    }
}

/// What a token is to be.
#[derive(InputObject)]
pub struct CreateApiTokenInput {
    /// By which you will know it.
    name: String,
    /// What it is for.
    scopes: Vec<TokenScope>,
    /// When it stops working; never where it is null.
    expires_at: Option<DateTime>,
    /// Only for articles in these languages; for all where it is empty.
    #[graphql(default)]
    languages: Vec<LanguageTag>,
    /// Only for articles in these sections; for all where it is empty.
    #[graphql(default)]
    sections: Vec<String>,
}

/// The token, or why there is none.
#[derive(Default, SimpleObject)]
pub struct CreateApiTokenPayload {
    /// The token itself. It is shown here and never again.
    token: Option<String>,
    /// What is known of it from now on.
    api_token: Option<ApiToken>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

/// The token as it is now, or why nothing was done.
#[derive(Default, SimpleObject)]
pub struct ApiTokenPayload {
    /// The token; null where nothing was done.
    api_token: Option<ApiToken>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

#[derive(Default)]
pub struct TokenQuery;

#[Object]
impl TokenQuery {
    /// API tokens, newest first: the caller's own, or anybody's for those who
    /// manage users.
    async fn api_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose; the caller's own where it is null.")] user: Option<ID>,
    ) -> async_graphql::Result<Vec<ApiToken>> {
        let user = user.map(|id| decode_as(IdKind::User, &id)).transpose()?;
        let rows = ops::list(ctx.broadsheet(), user).await?;
        Ok(rows.into_iter().map(ApiToken::new).collect::<Result<_>>()?)
    }
}

#[derive(Default)]
pub struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes an API token of the caller, who must have signed in.
    async fn create_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to be.")] input: CreateApiTokenInput,
    ) -> async_graphql::Result<CreateApiTokenPayload> {
        let CreateApiTokenInput { name, scopes, expires_at, languages, sections } = input;
        let new = NewToken {
            name,
            scopes,
            expires_at: expires_at.map(DateTime::timestamp),
            limits: Limits {
                languages: languages.into_iter().map(|tag| tag.0).collect(),
                sections,
            },
        };
        Ok(match Outcome::of(ops::create(ctx.broadsheet(), new).await)? {
            Outcome::Done((token, row)) => CreateApiTokenPayload {
                token: Some(token),
                api_token: Some(ApiToken::new(row)?),
                user_errors: Vec::new(),
            },
            Outcome::Refused(user_errors) => {
                CreateApiTokenPayload { user_errors, ..CreateApiTokenPayload::default() }
            }
        })
    }

    /// Ends an API token: the caller's own, or anybody's for those who manage
    /// users.
    async fn revoke_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> async_graphql::Result<ApiTokenPayload> {
        let id = decode_as(IdKind::ApiToken, &id)?;
        Ok(match Outcome::of(ops::revoke(ctx.broadsheet(), id).await)? {
            Outcome::Done(row) => {
                ApiTokenPayload { api_token: Some(ApiToken::new(row)?), user_errors: Vec::new() }
            }
            Outcome::Refused(user_errors) => ApiTokenPayload { api_token: None, user_errors },
        })
    }
}
