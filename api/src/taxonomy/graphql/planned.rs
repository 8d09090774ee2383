//! What a change of terms would do.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::AnyTerm;
use crate::article::filter::{ArticleFilter, ArticleOrder, Own};
use crate::article::{Arguments, ArticleConnection, connect};
use crate::graphql::id::encode;
use crate::graphql::scalar::LanguageTag;
use crate::graphql::{ContextExt, UserErrorObject, ViewArgument};
use crate::hugo::address;
use crate::policy::Scope;
use crate::taxonomy::by_ids;
use crate::taxonomy::change::{ChangeKind, Plan};

/// A term that a change makes or removes.
#[derive(SimpleObject)]
pub struct PlannedTerm {
    /// Null for one that is not there yet.
    id: Option<ID>,
    /// What it is called.
    name: String,
    /// Unique in its taxonomy; not encoded.
    slug: String,
}

/// An old address and where it would lead.
#[derive(SimpleObject)]
pub struct PlannedRedirect {
    /// The address that is left, percent-encoded.
    from: String,
    /// Where it would lead, percent-encoded.
    to: String,
    /// The language of both.
    language: LanguageTag,
}

/// What a change of terms would do.
pub struct TaxonomyPreview {
    pub(super) plan: Plan,
    pub(super) scope: Scope,
}

/// What a change of terms would do.
#[Object]
impl TaxonomyPreview {
    /// What would be done, in a line of English.
    async fn summary(&self) -> &str {
        &self.plan.summary
    }

    /// How many articles it would touch, drafts and trashed ones included.
    async fn article_count(&self) -> usize {
        self.plan.articles.len()
    }

    /// The articles that it would touch, in the view that was asked for.
    #[expect(clippy::too_many_arguments, reason = "the arguments of every list of articles")]
    async fn articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many, from the start. 20 where neither it nor `last` is given; at most 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which of them; all where it is null.")] filter: Option<ArticleFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<ArticleOrder>,
    ) -> async_graphql::Result<ArticleConnection> {
        let Plan { kind, term, removed, articles, .. } = &self.plan;
        let own = match kind {
            ChangeKind::Split => Own::Ids(articles.iter().copied().collect()),
            ChangeKind::Merge => Own::Carrying(removed.iter().map(|term| term.id).collect()),
            ChangeKind::Update | ChangeKind::Delete => Own::Carrying(vec![term.id]),
        };
        let filter = Some(ArticleFilter {
            own: Some(own),
            and: filter.map(|filter| vec![filter]),
            ..ArticleFilter::default()
        });
        let arguments = Arguments { first, after, last, before, filter, order_by };
        Ok(connect(ctx, self.scope.clone(), arguments).await?)
    }

    /// The terms that would be gone.
    async fn removed(&self) -> Vec<PlannedTerm> {
        let kind = self.plan.taxonomy.id_kind();
        let planned = |term: &entity::term::Model| PlannedTerm {
            id: Some(encode(kind, term.id)),
            name: term.name.clone(),
            slug: term.slug.clone(),
        };
        self.plan.removed.iter().map(planned).collect()
    }

    /// The term that there would be.
    async fn added(&self) -> Option<PlannedTerm> {
        self.plan.added.as_ref().map(|term| PlannedTerm {
            id: None,
            name: term.name.clone(),
            slug: term.slug.clone(),
        })
    }

    /// The categories or terms that would come below another, or to the top.
    async fn moved(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AnyTerm>> {
        let ctx = ctx.broadsheet();
        let scope = ViewArgument::Working.scope(ctx)?;
        let ids: Vec<_> = self.plan.moved.iter().map(|moved| moved.id).collect();
        let mut terms = by_ids(ctx, &scope, &ids, None).await?;
        Ok(ids.iter().filter_map(|id| terms.remove(id)).map(AnyTerm::from).collect())
    }

    /// Old addresses in all languages, and where they would lead.
    async fn redirects(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PlannedRedirect>> {
        let frame = ctx.broadsheet().frame().await?;
        let Plan { taxonomy, term, redirects, .. } = &self.plan;
        let leads = redirects.iter().filter_map(|change| change.after.as_ref());
        Ok(leads
            .map(|row| {
                let language = frame.language_of(&row.language);
                let to = frame.term_path(language, taxonomy.plural(), &term.slug);
                PlannedRedirect {
                    from: address::encode(&row.path),
                    to: address::encode(&to),
                    language: LanguageTag(row.language.clone()),
                }
            })
            .collect())
    }
}

/// What a change would do, or why it would not be done.
#[derive(SimpleObject)]
pub struct TaxonomyPreviewPayload {
    /// Null where it would be refused, or would change nothing.
    pub(super) preview: Option<TaxonomyPreview>,
    /// What the mutation would say.
    pub(super) user_errors: Vec<UserErrorObject>,
}
