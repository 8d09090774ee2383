//! Translations in GraphQL: making them, and what is missing or behind.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object};
use uuid::Uuid;

use super::connection::{Arguments, ArticleConnection, connect};
use super::mutation::{ArticlePayload, payload};
use super::types::{Article, selection};
use crate::article::columns::Columns;
use crate::article::filter::{ArticleFilter, ArticleOrder, Own};
use crate::article::read::{self, Group, Member};
use crate::article::translation::{self, NewTranslation};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::id::{IdKind, decode_as};
use crate::graphql::scalar::LanguageTag;
use crate::graphql::{ContextExt, ViewArgument};
use crate::policy;
use crate::site::{Frame, Language};

/// Where an article stands in a language of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum TranslationState {
    /// The others were made from it.
    Source,
    /// It says what its source says.
    Current,
    /// A text of its source has changed since it was last brought up to date.
    Outdated,
    /// There is none.
    Missing,
}

/// Where an article stands in a language of the site.
pub struct TranslationStatus {
    of: Article,
    frame: Arc<Frame>,
    groups: Arc<HashMap<String, Group>>,
    language: Arc<str>,
    member: Option<Member>,
}

impl TranslationStatus {
    /// The languages of the site by weight; an article that stands twice in one
    /// has two entries.
    pub(super) async fn list(ctx: &Ctx, of: &Article) -> Result<Vec<Self>> {
        let frame = ctx.frame().await?;
        let groups = of
            .with()
            .load("groups".to_owned(), || async { read::groups(ctx, &of.translation_keys()).await })
            .await?;
        let members = groups.get(&of.row.translation_key).map(|group| group.members.as_slice());
        let members = members.unwrap_or_default();
        let entry = |language: &Arc<str>, member: Option<&Member>| Self {
            of: of.clone(),
            frame: Arc::clone(&frame),
            groups: Arc::clone(&groups),
            language: Arc::clone(language),
            member: member.cloned(),
        };
        let mut list = Vec::new();
        for language in &frame.languages {
            let tag = &language.tag;
            let before = list.len();
            let there = members.iter().filter(|member| member.language == **tag);
            list.extend(there.map(|member| entry(tag, Some(member))));
            if list.len() == before {
                list.push(entry(tag, None));
            }
        }
        Ok(list)
    }

    /// The source of the translation, and which version of it this says.
    fn made_from(&self) -> Option<(&Member, i32)> {
        let group = self.groups.get(&self.of.row.translation_key)?;
        group.source_of(self.member.as_ref()?, &self.frame.default_language().tag)
    }

    async fn load(&self, ctx: &Ctx, id: Uuid, columns: Columns) -> Result<Option<Article>> {
        let scope = self.of.scope().clone();
        let found = self
            .of
            .with()
            .load(format!("groups:{columns:?}"), || async {
                let members = self.groups.values().flat_map(|group| &group.members);
                let ids: Vec<_> = members.map(|member| member.article_id).collect();
                super::connection::by_id(ctx, &scope, &ids, columns).await
            })
            .await?;
        Ok(found.get(&id).cloned())
    }
}

/// Where an article stands in a language of the site, as those see it who may
/// read drafts.
///
/// The source of a translation is the article it was made from; of imported
/// ones, the article in the site's default language.
#[Object]
impl TranslationStatus {
    /// The language.
    async fn language(&self) -> Language {
        Language::new(Arc::clone(&self.frame), &self.language)
    }

    /// How it stands.
    async fn status(&self) -> TranslationState {
        let Some(member) = &self.member else {
            return TranslationState::Missing;
        };
        match self.made_from() {
            Some((source, said)) if source.text_version > said => TranslationState::Outdated,
            Some(_) => TranslationState::Current,
            None => {
                let group = self.groups.get(&self.of.row.translation_key);
                let source = group
                    .and_then(|group| group.source(&self.frame.default_language().tag))
                    .is_some_and(|source| source.article_id == member.article_id);
                if source { TranslationState::Source } else { TranslationState::Current }
            }
        }
    }

    /// The article in this language; null where the view at hand has none.
    async fn article(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Article>> {
        let Some(member) = &self.member else {
            return Ok(None);
        };
        Ok(self.load(ctx.broadsheet(), member.article_id, selection(ctx, &[])).await?)
    }

    /// What it was made from; null where it is the source, or the view at hand
    /// does not have it.
    async fn source(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Article>> {
        let Some((source, _)) = self.made_from() else {
            return Ok(None);
        };
        Ok(self.load(ctx.broadsheet(), source.article_id, selection(ctx, &[])).await?)
    }

    /// The version of the source that it says.
    async fn translated_version(&self) -> Option<i32> {
        self.made_from().map(|(_, said)| said)
    }

    /// The version that the source has now.
    async fn source_version(&self) -> Option<i32> {
        self.made_from().map(|(source, _)| source.version)
    }
}

/// What a new translation says. What is not given is left to be translated.
#[derive(Default, InputObject)]
pub struct CreateTranslationInput {
    /// What the article is called. Needed, unless `copyText` is true.
    title: Option<String>,
    /// Markdown.
    body: Option<String>,
    /// A shorter title for menus and lists.
    link_title: Option<String>,
    /// Plain text for lists; made from the body where there is none.
    summary: Option<String>,
    /// A paragraph above the text.
    lead: Option<String>,
    /// For search engines and link previews.
    description: Option<String>,
    /// Last part of the address; made from the source's file name where it is not given.
    slug: Option<String>,
    /// Whether texts that are not given begin as those of the source.
    #[graphql(default)]
    copy_text: bool,
}

impl From<CreateTranslationInput> for NewTranslation {
    fn from(input: CreateTranslationInput) -> Self {
        let CreateTranslationInput {
            title,
            body,
            link_title,
            summary,
            lead,
            description,
            slug,
            copy_text,
        } = input;
        Self { title, body, link_title, summary, lead, description, slug, copy_text }
    }
}

/// What translators have to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum TranslationWork {
    /// Articles that are not there in the language: the sources of their groups.
    Missing,
    /// Articles in the language whose source has changed since.
    Outdated,
}

#[derive(Default)]
pub struct TranslationQuery;

#[Object]
impl TranslationQuery {
    /// What translators have to do, among working copies. Needs somebody who may
    /// read drafts.
    #[expect(clippy::too_many_arguments, reason = "the arguments of every list of articles")]
    async fn translation_work(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to list.")] status: TranslationWork,
        #[graphql(desc = "In which language; null means in any of the site's.")] language: Option<
            LanguageTag,
        >,
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
        let scope = policy::desk(ctx.broadsheet())?;
        let frame = ctx.broadsheet().frame().await?;
        let language = match &language {
            Some(LanguageTag(tag)) => Some(Arc::clone(&frame.resolve(Some(tag))?.tag)),
            None => None,
        };
        let default = Arc::clone(&frame.default_language().tag);
        let (own, language) = match (status, language) {
            (TranslationWork::Missing, Some(tag)) => {
                (Own::Untranslated { languages: vec![tag], default }, None)
            }
            (TranslationWork::Missing, None) => {
                let all = frame.languages.iter().map(|language| Arc::clone(&language.tag));
                (Own::Untranslated { languages: all.collect(), default }, None)
            }
            (TranslationWork::Outdated, tag) => (Own::Outdated { default }, tag),
        };
        let filter = Some(ArticleFilter {
            own: Some(own),
            language: language.map(|tag| LanguageTag(tag.to_string())),
            and: filter.map(|filter| vec![filter]),
            ..ArticleFilter::default()
        });
        let arguments = Arguments { first, after, last, before, filter, order_by };
        Ok(connect(ctx, scope, arguments).await?)
    }
}

#[derive(Default)]
pub struct TranslationMutation;

#[Object]
impl TranslationMutation {
    /// Makes a draft of an article in another language: everything that is not
    /// text comes along, and the text is left to be translated.
    async fn create_translation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to translate.")] article: ID,
        #[graphql(desc = "Into which language of the site.")] language: LanguageTag,
        #[graphql(default, desc = "What it says.")] input: CreateTranslationInput,
    ) -> async_graphql::Result<ArticlePayload> {
        let source = decode_as(IdKind::Article, &article)?;
        let done = translation::create(ctx.broadsheet(), source, &language.0, input.into()).await;
        payload(ctx, done, ViewArgument::Working).await
    }

    /// Says that a translation says what its source does.
    async fn mark_translation_current(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The translation.")] id: ID,
        #[graphql(desc = "The version of the source that it says; null for its current one.")]
        version: Option<i32>,
    ) -> async_graphql::Result<ArticlePayload> {
        let id = decode_as(IdKind::Article, &id)?;
        let done = translation::mark_current(ctx.broadsheet(), id, version).await;
        payload(ctx, done, ViewArgument::Working).await
    }
}
