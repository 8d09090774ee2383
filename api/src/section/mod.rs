//! Sections: the folders that articles live in.
//!
//! A section is there when it has a page of its own (`_index.md` in Hugo) or an
//! article that may be seen; the first kind knows its title and says something.

use std::sync::Arc;

use async_graphql::{Context, Object};
use entity::{View, article_copy, section};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::article::filter::{ArticleFilter, ArticleOrder, StringFilter};
use crate::article::{Arguments, ArticleConnection, connect, read};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::feed::{self, FeedLink};
use crate::graphql::ContextExt;
use crate::graphql::scalar::{Json, LanguageTag};
use crate::hugo::address;
use crate::policy::Scope;
use crate::seo::{ListPage, Seo, Which};
use crate::site::{Frame, Language};

/// A folder of articles in one language.
#[derive(Clone)]
pub struct Section {
    pub(crate) row: section::Model,
    pub(crate) scope: Scope,
}

impl Section {
    /// The articles below it.
    pub(crate) fn filter(&self) -> ArticleFilter {
        ArticleFilter {
            language: Some(LanguageTag(self.row.language.clone())),
            section: (!self.row.name.contains('/') && !self.row.name.is_empty()).then(|| {
                StringFilter { eq: Some(self.row.name.clone()), ..StringFilter::default() }
            }),
            path: self.row.name.contains('/').then(|| StringFilter {
                starts_with: Some(self.row.path.clone()),
                ..StringFilter::default()
            }),
            ..ArticleFilter::default()
        }
    }
}

/// The section, or the home page, at a decoded path.
pub async fn at(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Arc<Frame>,
    path: &str,
) -> Result<Option<Section>> {
    let language = frame.language_at(path);
    let mut find = section::Entity::find()
        .filter(section::Column::Path.eq(path))
        .filter(section::Column::Language.eq(language.row.tag.as_str()));
    if scope.view == View::Published {
        find = find.filter(section::Column::Draft.eq(false));
    }
    if let Some(row) = find.one(ctx.app().db().read()).await? {
        return Ok(Some(Section { row, scope: scope.clone() }));
    }
    let prefix = frame.prefix(language);
    let name = path.strip_prefix(prefix.as_str()).unwrap_or(path).trim_matches('/');
    let home = name.is_empty();
    if !home
        && (name.contains('/')
            || !has_articles(ctx, scope, language.row.tag.as_str(), name).await?)
    {
        return Ok(None);
    }
    let title = if home { language.row.title.clone() } else { capitalized(name) };
    Ok(Some(Section {
        row: section::Model {
            language: language.row.tag.clone(),
            name: name.to_owned(),
            path: path.to_owned(),
            title,
            description: None,
            draft: false,
            weight: 0,
            markdown: String::new(),
            html: String::new(),
            params: serde_json::Value::Object(serde_json::Map::new()).into(),
        },
        scope: scope.clone(),
    }))
}

/// The sections that say something of themselves, in all languages.
pub async fn all(ctx: &Ctx, scope: &Scope) -> Result<Vec<section::Model>> {
    let mut find = section::Entity::find();
    if scope.view == View::Published {
        find = find.filter(section::Column::Draft.eq(false));
    }
    Ok(find.order_by_asc(section::Column::Name).all(ctx.app().db().read()).await?)
}

/// Language and name of the section at one of these decoded paths, the deepest.
pub async fn deepest(
    ctx: &Ctx,
    scope: &Scope,
    paths: &[String],
) -> Result<Option<(String, String)>> {
    let mut find = section::Entity::find()
        .filter(section::Column::Path.is_in(paths.iter().map(String::as_str)));
    if scope.view == View::Published {
        find = find.filter(section::Column::Draft.eq(false));
    }
    let found = find.all(ctx.app().db().read()).await?;
    let deepest = found.into_iter().max_by_key(|row| row.path.len());
    Ok(deepest.map(|row| (row.language, row.name)))
}

/// What a section is called and where it lives, whether it says so itself or not.
/// All that do are read once for a request.
pub async fn title_of(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Arc<Frame>,
    language: &str,
    name: &str,
) -> Result<(String, String)> {
    let rows = ctx
        .once()
        .load(format!("sections:{}", scope.key()), || async { all(ctx, scope).await })
        .await?;
    let own = rows.iter().find(|row| row.language == language && row.name == name);
    Ok(own.map_or_else(
        || {
            let prefix = frame.prefix(frame.language_of(language));
            (capitalized(name), format!("{prefix}/{name}/"))
        },
        |row| (row.title.clone(), row.path.clone()),
    ))
}

/// Name, language and decoded path of every section, in each language in which it
/// is there; read once for a request.
pub async fn languages(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
) -> Result<Arc<Vec<(String, String, String)>>> {
    let load = || async {
        let mut found: Vec<_> = all(ctx, scope)
            .await?
            .into_iter()
            .map(|row| (row.name, row.language, row.path))
            .collect();
        for row in read::map::mapped_sections(ctx, scope).await? {
            let known = found
                .iter()
                .any(|(name, language, _)| *name == row.section && *language == row.language);
            if let Some(language) = frame.language(&row.language)
                && !known
            {
                let path = format!("{}/{}/", frame.prefix(language), row.section);
                found.push((row.section, row.language, path));
            }
        }
        Ok(found)
    };
    ctx.once().load(format!("section languages:{}", scope.key()), load).await
}

async fn has_articles(ctx: &Ctx, scope: &Scope, language: &str, name: &str) -> Result<bool> {
    use article_copy::Column;
    use sea_orm::sea_query::{Expr, Query};
    let mut select = Query::select();
    select
        .expr(Expr::val(1))
        .from(article_copy::Entity)
        .cond_where(read::visible(scope, "article_copy"))
        .cond_where(read::within(scope, "article_copy"))
        .cond_where(Column::Language.eq(language))
        .cond_where(Column::Section.eq(name))
        .limit(1);
    Ok(ctx.app().db().read().query_one(&select).await?.is_some())
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A folder of articles in one language; the home page is the one without a name.
#[Object]
impl Section {
    /// Its folder below the language: `news/local`; empty for the home page.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// The address on the site, percent-encoded as in a URL.
    async fn path(&self) -> String {
        address::encode(&self.row.path)
    }

    /// What it is about.
    async fn description(&self) -> Option<&str> {
        self.row.description.as_deref()
    }

    /// Position among the sections.
    async fn weight(&self) -> i32 {
        self.row.weight
    }

    /// What the section says of itself, as it was written.
    async fn markdown(&self) -> &str {
        &self.row.markdown
    }

    /// Rendered and sanitized: safe to put into a page.
    async fn html(&self) -> &str {
        &self.row.html
    }

    /// Every front matter key that no other field holds, as it was written.
    async fn params(&self) -> Json {
        Json(self.row.params.0.clone())
    }

    /// The language that it is written in.
    async fn language(&self, ctx: &Context<'_>) -> async_graphql::Result<Language> {
        Ok(Language::new(ctx.broadsheet().frame().await?, &self.row.language))
    }

    /// What its page says of itself to search engines and to those who share it.
    async fn seo(&self) -> Seo {
        let name = self.row.name.clone();
        Seo::of_list(ListPage {
            title: self.row.title.clone(),
            description: self.row.description.clone(),
            language: self.row.language.as_str().into(),
            path: self.row.path.clone(),
            scope: self.scope.clone(),
            which: if name.is_empty() { Which::Home } else { Which::Section(name) },
        })
    }

    /// Its feeds, for the head of its page.
    async fn feeds(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<FeedLink>> {
        let ctx = ctx.broadsheet();
        let frame = ctx.frame().await?;
        let site = &frame.language_of(&self.row.language).row.title;
        let title = if self.row.name.is_empty() {
            site.clone()
        } else {
            format!("{} – {site}", self.row.title)
        };
        Ok(feed::links(ctx, &frame, &self.row.path, &title))
    }

    /// The articles below it, newest first.
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
        #[graphql(desc = "Which ones; all where it is null.")] filter: Option<ArticleFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<ArticleOrder>,
    ) -> async_graphql::Result<ArticleConnection> {
        let own = ArticleFilter { and: filter.map(|filter| vec![filter]), ..self.filter() };
        let filter = Some(own);
        let arguments = Arguments { first, after, last, before, filter, order_by };
        Ok(connect(ctx, self.scope.clone(), arguments).await?)
    }
}
