//! Sections: the folders that articles live in.
//!
//! A section is there when it has a page of its own (`_index.md` in Hugo) or an
//! article that may be seen; the first kind knows its title and says something.

use std::sync::Arc;

use async_graphql::{Context, Object};
use entity::{View, article_copy, section};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::article::filter::{ArticleFilter, ArticleOrder, StringFilter};
use crate::article::{Arguments, ArticleConnection, connect, read};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::ContextExt;
use crate::graphql::scalar::{Json, LanguageTag};
use crate::hugo::address;
use crate::policy::Scope;
use crate::site::{Frame, Language, LanguageFrame};

/// A folder of articles in one language.
pub struct Section {
    row: section::Model,
    scope: Scope,
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

/// Sections by their names, with their paths and titles; one that is a draft is
/// absent where drafts may not be seen. One without a page of its own is called
/// by its folder.
pub async fn named(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
    language: &LanguageFrame,
    names: Vec<String>,
) -> Result<Vec<(String, String, String)>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let rows = section::Entity::find()
        .filter(section::Column::Language.eq(&*language.tag))
        .filter(section::Column::Name.is_in(names.iter().map(String::as_str)))
        .all(ctx.app().db().read())
        .await?;
    let mut found = Vec::new();
    for name in names {
        match rows.iter().find(|row| row.name == name) {
            Some(row) if row.draft && scope.view == View::Published => {}
            Some(row) => found.push((name, row.path.clone(), row.title.clone())),
            None if name.is_empty() => {
                found.push((name, frame.home_path(language), language.row.title.clone()));
            }
            None => {
                let path = format!("{}{name}/", frame.home_path(language));
                let title = capitalized(name.rsplit('/').next().unwrap_or_default());
                found.push((name, path, title));
            }
        }
    }
    Ok(found)
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
        let own = ArticleFilter {
            language: Some(LanguageTag(self.row.language.clone())),
            section: (!self.row.name.contains('/') && !self.row.name.is_empty()).then(|| {
                StringFilter { eq: Some(self.row.name.clone()), ..StringFilter::default() }
            }),
            path: self.row.name.contains('/').then(|| StringFilter {
                starts_with: Some(self.row.path.clone()),
                ..StringFilter::default()
            }),
            and: filter.map(|filter| vec![filter]),
            ..ArticleFilter::default()
        };
        let filter = Some(own);
        let arguments = Arguments { first, after, last, before, filter, order_by };
        Ok(connect(ctx, self.scope.clone(), arguments).await?)
    }
}
