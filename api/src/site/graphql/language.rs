//! Mutations of languages.

use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};

use super::{Language, TextDirection};
use crate::error::Result;
use crate::graphql::scalar::LanguageTag;
use crate::graphql::{ContextExt, Outcome, UserErrorObject};
use crate::site::languages::{self, LanguageChange};

/// A new language.
#[derive(InputObject)]
pub struct CreateLanguageInput {
    /// Its addresses begin with this in lower case.
    tag: LanguageTag,
    /// Its own name for itself.
    name: String,
    /// That of its script where it is not given.
    direction: Option<TextDirection>,
    /// Position among the languages; last where it is not given.
    weight: Option<i32>,
    /// The language that stands in where this one has nothing.
    fallback: Option<LanguageTag>,
    /// What the site is called in it; as in the default language where it is not given.
    title: Option<String>,
}

/// Changes of a language; what is not given stays.
#[derive(InputObject)]
pub struct UpdateLanguageInput {
    /// Its own name for itself.
    name: Option<String>,
    /// Which way it is written.
    direction: Option<TextDirection>,
    /// Position among the languages.
    weight: Option<i32>,
    /// The language that stands in where this one has nothing; null for none but
    /// the default one.
    fallback: MaybeUndefined<LanguageTag>,
    /// What the site is called in it.
    title: Option<String>,
    /// Whether words are counted as in Chinese, Japanese and Korean, in what is
    /// saved from now on.
    cjk: Option<bool>,
}

/// The language, or why nothing was done.
#[derive(SimpleObject)]
pub struct LanguagePayload {
    /// The language as it is now; null where nothing was done.
    language: Option<Language>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

#[derive(Default)]
pub struct LanguageMutation;

#[Object]
impl LanguageMutation {
    /// Makes a language.
    async fn create_language(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to set.")] input: CreateLanguageInput,
    ) -> async_graphql::Result<LanguagePayload> {
        let CreateLanguageInput { tag, name, direction, weight, fallback, title } = input;
        let change = LanguageChange {
            name: Some(name),
            right_to_left: direction.map(|direction| direction == TextDirection::Rtl),
            weight,
            fallback: Some(fallback.map(|tag| tag.0)),
            title,
            has_cjk: None,
        };
        let done = languages::create(ctx.broadsheet(), &tag.0, change).await;
        payload(ctx, &tag, done).await
    }

    /// Changes what a language is called, how it is written, where it stands, and
    /// which one stands in for it.
    async fn update_language(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] tag: LanguageTag,
        #[graphql(desc = "What to set.")] input: UpdateLanguageInput,
    ) -> async_graphql::Result<LanguagePayload> {
        let UpdateLanguageInput { name, direction, weight, fallback, title, cjk } = input;
        let change = LanguageChange {
            name,
            right_to_left: direction.map(|direction| direction == TextDirection::Rtl),
            weight,
            fallback: match fallback {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(tag) => Some(Some(tag.0)),
            },
            title,
            has_cjk: cjk,
        };
        let done = languages::update(ctx.broadsheet(), &tag.0, change).await;
        payload(ctx, &tag, done).await
    }
}

async fn payload(
    ctx: &Context<'_>,
    tag: &LanguageTag,
    done: Result<()>,
) -> async_graphql::Result<LanguagePayload> {
    Ok(match Outcome::of(done)? {
        Outcome::Done(()) => {
            let frame = ctx.broadsheet().frame().await?;
            let language = Some(Language::new(Arc::clone(&frame), &tag.0));
            LanguagePayload { language, user_errors: Vec::new() }
        }
        Outcome::Refused(user_errors) => LanguagePayload { language: None, user_errors },
    })
}
