//! The site and its languages in GraphQL.

mod language;

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};

pub use self::language::LanguageMutation;
use super::{Frame, LanguageFrame, PageKind, Sidebar, SiteAuthor};
use crate::archive::{self, ArchivePeriod, ArchiveUnit};
use crate::article::Arguments;
use crate::article::filter::ArticleFilter;
use crate::feed::{self, FeedLink};
use crate::graphql::scalar::{Json, LanguageTag, Url};
use crate::graphql::{ContextExt, ViewArgument};
use crate::menu::{self, Menu};
use crate::policy::Scope;
use crate::section::{self, Section};
use crate::seo::{ListPage, Seo, Which};
use crate::taxonomy::TaxonomyObject;
use crate::widget::{self, Widget};

/// The site, in one language.
pub struct Site {
    frame: Arc<Frame>,
    language: Arc<str>,
    scope: Scope,
}

impl Site {
    #[must_use]
    pub fn new(frame: Arc<Frame>, language: &str, scope: Scope) -> Self {
        Self { language: Arc::clone(&frame.language_of(language).tag), frame, scope }
    }

    fn own(&self) -> &LanguageFrame {
        self.frame.language_of(&self.language)
    }
}

/// The site, in one language.
#[Object]
impl Site {
    /// What the site is called.
    async fn title(&self) -> &str {
        &self.own().row.title
    }

    /// The line below the title.
    async fn subtitle(&self) -> Option<&str> {
        self.own().row.subtitle.as_deref()
    }

    /// What the site is about.
    async fn description(&self) -> Option<&str> {
        self.own().row.description.as_deref()
    }

    /// Who holds the rights.
    async fn copyright(&self) -> Option<&str> {
        self.own().row.copyright.as_deref()
    }

    /// Where the site lives, with a slash at its end.
    async fn base_url(&self) -> Url {
        Url(self.frame.site.base_url.clone())
    }

    /// IANA name of the time zone in which dates without one are read.
    async fn time_zone(&self) -> &str {
        self.frame.zone.name()
    }

    /// The language of this answer.
    async fn language(&self) -> Language {
        Language::new(Arc::clone(&self.frame), &self.language)
    }

    /// All languages of the site, by weight.
    async fn languages(&self) -> Vec<Language> {
        self.frame
            .languages
            .iter()
            .map(|language| Language::new(Arc::clone(&self.frame), &language.tag))
            .collect()
    }

    /// Who makes the site.
    async fn author(&self) -> Option<SiteAuthorObject> {
        self.own().author.clone().map(|SiteAuthor { name, bio, avatar }| SiteAuthorObject {
            name,
            bio,
            avatar_url: avatar.map(|avatar| Url(self.frame.asset(&avatar))),
        })
    }

    /// Sections whose articles are news, for lists such as `recent`.
    async fn main_sections(&self) -> &[String] {
        &self.own().main_sections
    }

    /// What the home page says of itself to search engines and to those who share it.
    async fn seo(&self) -> Seo {
        let language = &self.own().row;
        Seo::of_list(ListPage {
            title: language.title.clone(),
            description: language.description.clone(),
            language: Arc::clone(&self.language),
            path: self.frame.home_path(self.own()),
            scope: self.scope.clone(),
            which: Which::Home,
        })
    }

    /// Its feeds in this language, for the head of every page.
    async fn feeds(&self, ctx: &Context<'_>) -> Vec<FeedLink> {
        let home = self.frame.home_path(self.own());
        feed::links(ctx.broadsheet(), &self.frame, &home, &self.own().row.title)
    }

    /// A menu by name; empty where there is none.
    async fn menu(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] name: String,
        #[graphql(desc = "The page's address, for which entries are active.")] active_path: Option<
            String,
        >,
    ) -> async_graphql::Result<Menu> {
        let menu = menu::load(ctx.broadsheet(), &self.scope, &self.language, &name).await?;
        Ok(match active_path {
            Some(path) => menu.at(&self.frame, &path),
            None => menu,
        })
    }

    /// The widgets of a kind of page, with their data.
    async fn widgets(
        &self,
        #[graphql(desc = "For which kind of page.")] page: PageKind,
    ) -> Vec<Widget> {
        widget::of_page(&self.frame, self.own(), page, self.scope.clone())
    }

    /// Where a kind of page shows its sidebar.
    async fn sidebar(
        &self,
        #[graphql(desc = "For which kind of page.")] page: PageKind,
    ) -> Sidebar {
        self.frame.sidebar_of(Some(self.own()), page)
    }

    /// Its sections at the top: by weight, those without one last, then by title.
    async fn sections(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Section>> {
        Ok(section::top(ctx.broadsheet(), &self.scope, self.own()).await?)
    }

    /// The ways in which it sorts its articles.
    async fn taxonomies(&self) -> Vec<TaxonomyObject> {
        TaxonomyObject::all(&self.frame, &self.language, &self.scope)
    }

    /// The years or months of its articles in this language, newest first; those
    /// without a date are in none.
    async fn archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "ArchiveUnit::Month", desc = "By month or by year.")]
        by: ArchiveUnit,
        #[graphql(desc = "Of which articles; of all where it is null.")] filter: Option<
            ArticleFilter,
        >,
    ) -> async_graphql::Result<Vec<ArchivePeriod>> {
        let own = ArticleFilter::in_language(Some(&self.language));
        let filter = own.and(Arguments::checked(filter)?);
        Ok(archive::of(self.scope.clone(), filter).archive(ctx.broadsheet(), by).await?)
    }

    /// Every site parameter, as it was configured.
    async fn params(&self) -> Json {
        Json(self.own().row.params.0.clone())
    }
}

/// Who makes the site.
#[derive(SimpleObject)]
#[graphql(name = "SiteAuthor")]
pub struct SiteAuthorObject {
    /// As it is printed.
    name: String,
    /// A line about them.
    bio: Option<String>,
    /// Their picture, in full.
    avatar_url: Option<Url>,
}

/// Which way a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum TextDirection {
    /// From left to right.
    Ltr,
    /// From right to left.
    Rtl,
}

/// A language of the site.
#[derive(Clone)]
pub struct Language {
    frame: Arc<Frame>,
    tag: Arc<str>,
}

impl Language {
    #[must_use]
    pub fn new(frame: Arc<Frame>, tag: &str) -> Self {
        Self { tag: Arc::clone(&frame.language_of(tag).tag), frame }
    }

    fn own(&self) -> &LanguageFrame {
        self.frame.language_of(&self.tag)
    }
}

/// A language of the site.
#[Object]
impl Language {
    /// BCP 47, for the `lang` attribute.
    async fn tag(&self) -> LanguageTag {
        LanguageTag(self.tag.to_string())
    }

    /// Its own name for itself.
    async fn name(&self) -> &str {
        &self.own().row.name
    }

    /// For the `dir` attribute.
    async fn direction(&self) -> TextDirection {
        if self.own().row.right_to_left { TextDirection::Rtl } else { TextDirection::Ltr }
    }

    /// Position among the languages.
    async fn weight(&self) -> i32 {
        self.own().row.weight
    }

    /// The language that stands in where this one has nothing; the default one
    /// stands in last, whatever this says.
    async fn fallback(&self) -> Option<Language> {
        let tag = self.own().row.fallback.as_deref()?;
        let tag = Arc::clone(&self.frame.language(tag)?.tag);
        Some(Language { frame: Arc::clone(&self.frame), tag })
    }

    /// Where its home page lives, percent-encoded as in a URL.
    async fn path(&self) -> String {
        crate::hugo::address::encode(&self.frame.home_path(self.own()))
    }
}

#[derive(Default)]
pub struct SiteQuery;

#[Object]
impl SiteQuery {
    /// The site.
    async fn site(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The default language where it is null.")] language: Option<LanguageTag>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Site> {
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        let frame = ctx.frame().await?;
        let tag = Arc::clone(&frame.resolve(language.as_ref().map(|tag| tag.0.as_str()))?.tag);
        Ok(Site::new(frame, &tag, scope))
    }
}
