//! Patterns of addresses in GraphQL.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::ops::{self, Pattern, Wanted, section_of};
use crate::article::relocate::Plan;
use crate::error::Result;
use crate::graphql::id::{IdKind, encode};
use crate::graphql::scalar::LanguageTag;
use crate::graphql::{ContextExt, Outcome, UserErrorObject};
use crate::hugo::address;
use crate::hugo::permalink::Permalink;

/// How many moves and conflicts are shown one by one.
const SHOWN: usize = 100;

/// A rule by which addresses are made.
#[derive(SimpleObject)]
#[graphql(name = "Permalink")]
pub struct PermalinkObject {
    /// The section whose pages it is for, such as `news`; empty for every page, null
    /// where `paths` says it another way.
    section: Option<String>,
    /// Hugo's pattern of the logical paths that it is for; empty for all.
    paths: String,
    /// Hugo's pattern of the kinds of pages that it is for, such as `page`; empty
    /// for all. Articles are pages.
    kind: String,
    /// Such as `/:year/:month/:slug/`, with Hugo's tokens.
    pattern: String,
}

impl From<Permalink> for PermalinkObject {
    fn from(rule: Permalink) -> Self {
        let section = section_of(&rule).map(str::to_owned);
        let Permalink { kind, path, pattern } = rule;
        Self { section, paths: path, kind, pattern }
    }
}

/// A pattern for the articles of a section.
#[derive(InputObject)]
pub struct PermalinkInput {
    /// The section below the language, such as `news` or `news/local`; empty for
    /// every article. The longest one that fits counts.
    section: String,
    /// Such as `/:year/:month/:slug/`, with Hugo's tokens.
    pattern: String,
}

/// The patterns that articles are addressed by from now on; those that are not
/// named are no longer.
#[derive(InputObject)]
pub struct PermalinksInput {
    /// For articles; rules for other pages that were imported stay.
    patterns: Vec<PermalinkInput>,
    /// For one language alone; null for those without patterns of their own.
    language: Option<LanguageTag>,
}

impl From<PermalinksInput> for Wanted {
    fn from(input: PermalinksInput) -> Self {
        let PermalinksInput { patterns, language } = input;
        let patterns = patterns
            .into_iter()
            .map(|PermalinkInput { section, pattern }| Pattern { section, pattern });
        Self { patterns: patterns.collect(), language: language.map(|tag| tag.0) }
    }
}

/// An article that goes to another address.
#[derive(SimpleObject)]
pub struct PermalinkMove {
    /// The article.
    article: ID,
    /// What it is called.
    title: String,
    /// Where it is now, percent-encoded.
    from: String,
    /// Where it would be, percent-encoded.
    to: String,
    /// Whether the public sees it at the one and will at the other, with a redirect.
    published: bool,
}

/// An address that several articles would have.
#[derive(SimpleObject)]
pub struct PermalinkConflict {
    /// Percent-encoded.
    path: String,
    /// What they are called.
    titles: Vec<String>,
}

/// What patterns would change.
#[derive(SimpleObject)]
pub struct PermalinksPreview {
    /// How many articles would move.
    moved_count: usize,
    /// How many would not, though the pattern is for them: they were imported with
    /// an address that depends on the slugs of their sections.
    kept_count: usize,
    /// The first hundred of those that would.
    moves: Vec<PermalinkMove>,
    /// The first hundred addresses that would have several articles: with any, the
    /// patterns are refused.
    conflicts: Vec<PermalinkConflict>,
}

impl From<Plan> for PermalinksPreview {
    fn from(plan: Plan) -> Self {
        let moves = plan.articles().take(SHOWN).map(|one| PermalinkMove {
            article: encode(IdKind::Article, one.article_id),
            title: one.title.clone(),
            from: address::encode(&one.from),
            to: address::encode(&one.to),
            published: one.view == entity::View::Published,
        });
        let conflicts = plan.conflicts.iter().take(SHOWN).map(|(path, titles)| PermalinkConflict {
            path: address::encode(path),
            titles: titles.clone(),
        });
        Self {
            moved_count: plan.articles().count(),
            kept_count: plan.kept,
            moves: moves.collect(),
            conflicts: conflicts.collect(),
        }
    }
}

/// What patterns would change, or what is wrong with them.
#[derive(SimpleObject)]
pub struct PermalinksPreviewPayload {
    /// Null where the input was refused.
    preview: Option<PermalinksPreview>,
    /// What was wrong with the input.
    user_errors: Vec<UserErrorObject>,
}

/// What became of it.
#[derive(SimpleObject)]
pub struct UpdatePermalinksPayload {
    /// What was changed; null where it was refused.
    done: Option<PermalinksPreview>,
    /// What was wrong with the input.
    user_errors: Vec<UserErrorObject>,
}

fn taken_apart(done: Result<Plan>) -> Result<(Option<PermalinksPreview>, Vec<UserErrorObject>)> {
    Ok(match Outcome::of(done)? {
        Outcome::Done(plan) => (Some(plan.into()), Vec::new()),
        Outcome::Refused(errors) => (None, errors),
    })
}

#[derive(Default)]
pub struct PermalinkQuery;

#[Object]
impl PermalinkQuery {
    /// The rules by which addresses are made, as Hugo's `permalinks`: the first that
    /// fits a page counts; where none does, its path in the content folder.
    async fn permalinks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The default language where it is null.")] language: Option<LanguageTag>,
    ) -> async_graphql::Result<Vec<PermalinkObject>> {
        let language = language.as_ref().map(|tag| tag.0.as_str());
        let rules = ops::list(ctx.broadsheet(), language).await?;
        Ok(rules.into_iter().map(PermalinkObject::from).collect())
    }

    /// What `updatePermalinks` would move. Needs an administrator.
    async fn permalinks_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the patterns would be.")] input: PermalinksInput,
    ) -> async_graphql::Result<PermalinksPreviewPayload> {
        let plan = ops::preview(ctx.broadsheet(), &input.into()).await;
        let (preview, user_errors) = taken_apart(plan)?;
        Ok(PermalinksPreviewPayload { preview, user_errors })
    }
}

#[derive(Default)]
pub struct PermalinkMutation;

#[Object]
impl PermalinkMutation {
    /// Sets the patterns of articles' addresses, moves the articles, and lets their
    /// old addresses lead to the new ones. Needs an administrator.
    async fn update_permalinks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the patterns are from now on.")] input: PermalinksInput,
    ) -> async_graphql::Result<UpdatePermalinksPayload> {
        let plan = ops::set(ctx.broadsheet(), &input.into()).await;
        let (done, user_errors) = taken_apart(plan)?;
        Ok(UpdatePermalinksPayload { done, user_errors })
    }
}
