//! `seo` in GraphQL.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use uuid::Uuid;

use super::json_ld::{self, Crumb, Kind};
use super::{FOUND, Facts, HIDDEN, is_public, of_article, of_site};
use crate::article::Article;
use crate::article::columns::Columns;
use crate::article::read::map;
use crate::ctx::Ctx;
use crate::embed::{self, Form};
use crate::error::Result;
use crate::graphql::ContextExt;
use crate::graphql::scalar::{DateTime, Json, Url};
use crate::graphql::siblings::Siblings;
use crate::policy::Scope;
use crate::section;
use crate::site::Frame;
use crate::taxonomy::Taxonomy;

/// The home page, a section or a term, in a language.
pub struct ListPage {
    pub title: String,
    pub description: Option<String>,
    pub language: Arc<str>,
    /// Decoded.
    pub path: String,
    pub scope: Scope,
    pub which: Which,
}

/// Which list it is: for its other languages.
pub enum Which {
    Home,
    Section(String),
    /// Among those that were read with it.
    Term(Arc<Siblings>, Uuid, Taxonomy, String),
}

enum Subject {
    Article(Box<Article>),
    List(ListPage),
}

/// What a page says of itself to search engines and to those who share it.
pub struct Seo(Subject);

impl Seo {
    #[must_use]
    pub fn of_article(article: Article) -> Self {
        Self(Subject::Article(Box::new(article)))
    }

    #[must_use]
    pub fn of_list(list: ListPage) -> Self {
        Self(Subject::List(list))
    }

    fn facts(&self, frame: &Frame) -> Result<Facts> {
        match &self.0 {
            Subject::Article(article) => of_article(frame, article.scope(), &article.row),
            Subject::List(list) => {
                let url = frame.absolute(&list.path);
                let site = of_site(frame, frame.language_of(&list.language));
                let robots = if is_public(&list.scope) { FOUND } else { HIDDEN };
                Ok(Facts {
                    title: list.title.clone(),
                    description: list.description.clone().or(site.description),
                    canonical: url.clone(),
                    url,
                    robots: robots.to_owned(),
                    ..site
                })
            }
        }
    }

    /// The page in its languages, decoded; by the languages' weights.
    async fn languages(&self, ctx: &Ctx, frame: &Frame) -> Result<Vec<(Arc<str>, String)>> {
        let mut found = match &self.0 {
            Subject::Article(article) => {
                use entity::article_copy::Column;
                let columns =
                    Columns::BASE.with(Columns::of(&[Column::Path, Column::TranslationKey]));
                let others = article.translations_of(ctx, columns).await?;
                std::iter::once(&**article)
                    .chain(&others)
                    .map(|one| (one.row.language.clone(), one.row.path.clone()))
                    .collect()
            }
            Subject::List(list) => list.languages(ctx, frame).await?,
        };
        let mut languages = Vec::new();
        for language in &frame.languages {
            let place = found.iter().position(|(tag, _)| **tag == *language.tag);
            if let Some(place) = place {
                languages.push((Arc::clone(&language.tag), found.swap_remove(place).1));
            }
        }
        Ok(languages)
    }

    /// What the page is, and what it is filed under.
    async fn kind(&self, ctx: &Ctx, frame: &Arc<Frame>) -> Result<Kind> {
        match &self.0 {
            Subject::Article(article) => Ok(Kind::Article {
                section: self.section_page(ctx, frame).await?.map(|(title, _)| title),
                tags: tags(ctx, article).await?,
            }),
            Subject::List(ListPage { which: Which::Home, .. }) => Ok(Kind::Home),
            Subject::List(_) => Ok(Kind::List),
        }
    }

    /// Title and address of the section that an article lies in.
    async fn section_page(&self, ctx: &Ctx, frame: &Arc<Frame>) -> Result<Option<Crumb>> {
        let Subject::Article(article) = &self.0 else {
            return Ok(None);
        };
        let row = &article.row;
        if row.section.is_empty() {
            return Ok(None);
        }
        let (title, path) =
            section::title_of(ctx, article.scope(), frame, &row.language, &row.section).await?;
        Ok(Some((title, frame.absolute(&path))))
    }
}

async fn tags(ctx: &Ctx, article: &Article) -> Result<Vec<String>> {
    let tags = article.term_rows(ctx, &Taxonomy::Tags).await?;
    Ok(tags.iter().map(|term| term.row.name.clone()).collect())
}

impl ListPage {
    async fn languages(&self, ctx: &Ctx, frame: &Frame) -> Result<Vec<(String, String)>> {
        let tag = |language: &crate::site::LanguageFrame| language.row.tag.clone();
        match &self.which {
            Which::Home => Ok(frame
                .languages
                .iter()
                .map(|language| (tag(language), frame.home_path(language)))
                .collect()),
            Which::Section(name) => {
                let found = section::languages(ctx, &self.scope, frame).await?;
                Ok(found
                    .iter()
                    .filter(|(section, _, _)| section == name)
                    .map(|(_, language, path)| (language.clone(), path.clone()))
                    .collect())
            }
            Which::Term(with, id, taxonomy, slug) => {
                let found = with
                    .load("languages".to_owned(), || {
                        map::languages_of_terms(ctx, &self.scope, with.ids())
                    })
                    .await?;
                Ok(found
                    .iter()
                    .filter(|(term, _)| term == id)
                    .filter_map(|(_, tag)| frame.language(tag))
                    .map(|language| {
                        (tag(language), frame.term_path(language, taxonomy.plural(), slug))
                    })
                    .collect())
            }
        }
    }
}

/// The same page in another language.
#[derive(SimpleObject)]
pub struct SeoAlternate {
    /// For `hreflang`: a language's tag, or `x-default` for everybody else.
    language: String,
    /// Its address in full.
    url: Url,
}

/// A picture that stands for a page.
#[derive(SimpleObject)]
pub struct SeoImage {
    /// Its address in full.
    url: Url,
    /// What it shows.
    alt: Option<String>,
}

/// Open Graph, as <https://ogp.me> has it.
#[derive(SimpleObject)]
pub struct OpenGraph {
    /// `og:type`: `article` or `website`.
    #[graphql(name = "type")]
    kind: &'static str,
    /// `og:title`.
    title: String,
    /// `og:description`.
    description: Option<String>,
    /// `og:url`.
    url: Url,
    /// `og:site_name`.
    site_name: String,
    /// `og:locale`, with an underscore: `zh_CN`.
    locale: String,
    /// `og:locale:alternate`: the other languages of the page.
    alternate_locales: Vec<String>,
    /// `og:image` and `og:image:alt`.
    image: Option<SeoImage>,
    /// `article:published_time`.
    published_time: Option<DateTime>,
    /// `article:modified_time`.
    modified_time: Option<DateTime>,
    /// `article:expiration_time`.
    expiration_time: Option<DateTime>,
    /// `article:section`.
    section: Option<String>,
    /// `article:tag`, one for each.
    tags: Vec<String>,
    /// `article:author`: the pages of those who wrote it.
    authors: Vec<Url>,
}

/// The card that X, once Twitter, and others show of a link.
#[derive(SimpleObject)]
pub struct TwitterCard {
    /// `twitter:card`: `summary_large_image` where there is a picture, else `summary`.
    card: &'static str,
    /// `twitter:title`.
    title: String,
    /// `twitter:description`.
    description: Option<String>,
    /// `twitter:image` and `twitter:image:alt`.
    image: Option<SeoImage>,
}

/// Where a page's oEmbed answer is, for `<link rel="alternate">` in its head.
#[derive(SimpleObject)]
pub struct OembedLink {
    /// For the attribute `type`.
    media_type: &'static str,
    /// In full.
    url: Url,
    /// For the attribute `title`.
    title: String,
}

fn image(facts: &Facts) -> Option<SeoImage> {
    facts.image.clone().map(|(url, alt)| SeoImage { url: Url(url), alt })
}

fn moment(text: Option<&String>) -> Option<DateTime> {
    chrono::DateTime::parse_from_rfc3339(text?).ok().map(DateTime)
}

/// What a page says of itself to search engines and to those who share it.
#[Object]
impl Seo {
    /// The page's own title, without the site's.
    async fn title(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
        Ok(self.facts(&*ctx.broadsheet().frame().await?)?.title)
    }

    /// For `<meta name="description">`: the description, else the summary, on one
    /// line; of a list without one, the site's.
    async fn description(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        Ok(self.facts(&*ctx.broadsheet().frame().await?)?.description)
    }

    /// For `<link rel="canonical">`: the address that search engines should take.
    async fn canonical(&self, ctx: &Context<'_>) -> async_graphql::Result<Url> {
        Ok(Url(self.facts(&*ctx.broadsheet().frame().await?)?.canonical))
    }

    /// For `<meta name="robots">`: what front matter says in `robots`, else
    /// `index, follow`; `noindex, nofollow` for whatever is not public.
    async fn robots(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
        Ok(self.facts(&*ctx.broadsheet().frame().await?)?.robots)
    }

    /// The page in all its languages, itself included, for `<link rel="alternate"
    /// hreflang>`; empty where there is one.
    async fn alternates(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<SeoAlternate>> {
        let ctx = ctx.broadsheet();
        let frame = ctx.frame().await?;
        let languages = self.languages(ctx, &frame).await?;
        if languages.len() < 2 {
            return Ok(Vec::new());
        }
        let default = &frame.default_language().tag;
        let alternate = |language: &str, path: &str| SeoAlternate {
            language: language.to_owned(),
            url: Url(frame.absolute(path)),
        };
        let fallback = languages.iter().find(|(tag, _)| tag == default);
        let fallback = fallback.map(|(_, path)| alternate("x-default", path));
        let own = languages.iter().map(|(tag, path)| alternate(tag, path));
        Ok(own.chain(fallback).collect())
    }

    /// For `<meta property="og:…">` and `<meta property="article:…">`.
    async fn open_graph(&self, ctx: &Context<'_>) -> async_graphql::Result<OpenGraph> {
        let look = ctx.look_ahead();
        let asked = |name: &str| look.field(name).exists();
        let ctx = ctx.broadsheet();
        let frame = ctx.frame().await?;
        let facts = self.facts(&frame)?;
        let locale = |tag: &str| tag.replace('-', "_");
        let mut alternate_locales = Vec::new();
        if asked("alternateLocales") {
            let languages = self.languages(ctx, &frame).await?;
            let others = languages.iter().filter(|(tag, _)| *tag != facts.language);
            alternate_locales = others.map(|(tag, _)| locale(tag)).collect();
        }
        let section = if asked("section") { self.section_page(ctx, &frame).await? } else { None };
        let (kind, tags) = match &self.0 {
            Subject::Article(article) if asked("tags") => ("article", tags(ctx, article).await?),
            Subject::Article(_) => ("article", Vec::new()),
            Subject::List(_) => ("website", Vec::new()),
        };
        Ok(OpenGraph {
            kind,
            image: image(&facts),
            published_time: moment(facts.published.as_ref()),
            modified_time: moment(facts.modified.as_ref()),
            expiration_time: moment(facts.expires.as_ref()),
            locale: locale(&facts.language),
            alternate_locales,
            section: section.map(|(title, _)| title),
            tags,
            authors: facts.authors.into_iter().filter_map(|(_, url)| url).map(Url).collect(),
            title: facts.title,
            description: facts.description,
            url: Url(facts.canonical),
            site_name: facts.site_title,
        })
    }

    /// For `<meta name="twitter:…">`.
    async fn twitter(&self, ctx: &Context<'_>) -> async_graphql::Result<TwitterCard> {
        let facts = self.facts(&*ctx.broadsheet().frame().await?)?;
        let image = image(&facts);
        let card = if image.is_some() { "summary_large_image" } else { "summary" };
        Ok(TwitterCard { card, title: facts.title, description: facts.description, image })
    }

    /// schema.org: a `NewsArticle`, `WebSite` or `CollectionPage`, and the way that
    /// leads to it as a `BreadcrumbList`.
    async fn json_ld(&self, ctx: &Context<'_>) -> async_graphql::Result<Json> {
        Ok(Json(self.graph(ctx.broadsheet()).await?))
    }

    /// The same as a text that can be put between `<script
    /// type="application/ld+json">` and `</script>` as it is.
    async fn json_ld_script(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
        Ok(json_ld::script(&self.graph(ctx.broadsheet()).await?))
    }

    /// Where others learn how to embed the page; empty for lists.
    async fn oembed(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<OembedLink>> {
        let Subject::Article(_) = &self.0 else {
            return Ok(Vec::new());
        };
        let ctx = ctx.broadsheet();
        let frame = ctx.frame().await?;
        let facts = self.facts(&frame)?;
        Ok(Form::ALL
            .into_iter()
            .map(|form| OembedLink {
                media_type: form.link_type(),
                url: Url(embed::url(ctx.app(), &frame, &facts.url, form)),
                title: facts.title.clone(),
            })
            .collect())
    }
}

impl Seo {
    async fn graph(&self, ctx: &Ctx) -> Result<serde_json::Value> {
        let frame = ctx.frame().await?;
        let facts = self.facts(&frame)?;
        let kind = self.kind(ctx, &frame).await?;
        let mut way = vec![(facts.site_title.clone(), facts.home_url.clone())];
        way.extend(self.section_page(ctx, &frame).await?);
        if !matches!(kind, Kind::Home) {
            way.push((facts.title.clone(), facts.url.clone()));
        }
        Ok(json_ld::graph(&facts, &kind, &way))
    }
}
