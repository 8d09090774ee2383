//! `route`: whatever lives at an address.
//!
//! **Invariants.** An article is found before a term, a term before a redirect, a
//! redirect before a section; only what is at none of these is looked for in other
//! spellings. What `redirects` lead to is one step away: chains are folded when they
//! are written.

mod paged;

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject, Union};

use crate::article::filter::ArticleBy;
use crate::article::{Article, columns::Columns, read, selection};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::graphql::page::MAX_SIZE;
use crate::graphql::{ContextExt, ViewArgument, decode_path};
use crate::hugo::address;
use crate::policy::Scope;
use crate::section::{self, Section};
use crate::site::Frame;
use crate::taxonomy::{self, Category, Tag, Taxonomy, Term, TermBy};
use unicode_normalization::UnicodeNormalization;

pub use paged::ListPage;

/// What lives at an address. The home page of a language is the section without a
/// name.
#[derive(Union)]
#[expect(clippy::large_enum_variant, reason = "there is one in a request")]
pub enum Route {
    Article(Article),
    Tag(Tag),
    Category(Category),
    Section(Section),
    ListPage(ListPage),
    Redirect(Redirect),
}

/// Something that is elsewhere now.
#[derive(SimpleObject)]
pub struct Redirect {
    /// A path on the site, or an address in full.
    target: String,
    /// Whether to remember it: 308, else 307.
    permanent: bool,
}

#[derive(Default)]
pub struct RouteQuery;

#[Object]
impl RouteQuery {
    /// Whatever lives at an address: what a frontend's catch-all page asks. Null
    /// where nothing does. A path in another spelling (case, slashes, `index.html`)
    /// is answered with a redirect to the right one.
    async fn route(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Without scheme and host, percent-encoded or not.")] path: String,
        #[graphql(
            default,
            desc = "Whether an article or a section that the language of the address lacks is answered in one that stands in for it; `fallbackFor` and `language` say so."
        )]
        fallback: bool,
        #[graphql(
            default = 10,
            desc = "Articles on each page of a list, for addresses such as /news/page/2/; at most 100. Hugo's default is 10."
        )]
        page_size: i32,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Option<Route>> {
        let columns = selection(ctx, &[]);
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        let page_size =
            u32::try_from(page_size).ok().filter(|size| (1..=MAX_SIZE).contains(size)).ok_or_else(
                || Error::bad_input(format!("`pageSize` must be between 1 and {MAX_SIZE}")),
            )?;
        let path = decode_path(&path);
        // An article needs no more than itself.
        let by = ArticleBy::Path(address::encode(&path));
        if let Some(row) = read::one(ctx, &scope, &by, columns).await? {
            return Ok(Article::group(vec![row], scope).pop().map(Route::Article));
        }
        let asked = Asked { scope: &scope, frame: ctx.frame().await?, columns, page_size };
        Ok(find(ctx, &asked, &path, fallback).await?)
    }
}

/// How an address is looked up.
struct Asked<'a> {
    scope: &'a Scope,
    frame: Arc<Frame>,
    columns: Columns,
    /// Articles of one page of a list.
    page_size: u32,
}

async fn find(ctx: &Ctx, asked: &Asked<'_>, path: &str, fallback: bool) -> Result<Option<Route>> {
    if let Some(found) = no_article_at(ctx, asked, path).await? {
        return Ok(Some(found));
    }
    if let Some(found) = page_of_list(ctx, asked, path).await? {
        return Ok(Some(found));
    }
    if fallback && let Some(found) = elsewhere(ctx, asked, path).await? {
        return Ok(Some(found));
    }
    misspelt(ctx, asked, path).await
}

/// What lives at exactly this path.
async fn at(ctx: &Ctx, asked: &Asked<'_>, path: &str) -> Result<Option<Route>> {
    let by = ArticleBy::Path(address::encode(path));
    if let Some(row) = read::one(ctx, asked.scope, &by, asked.columns).await? {
        return Ok(Article::group(vec![row], asked.scope.clone()).pop().map(Route::Article));
    }
    no_article_at(ctx, asked, path).await
}

async fn no_article_at(ctx: &Ctx, asked: &Asked<'_>, path: &str) -> Result<Option<Route>> {
    let Asked { scope, frame, columns: _, page_size: _ } = asked;
    if let Some((taxonomy, term)) = term_at(ctx, scope, frame, path).await? {
        return Ok(Some(match taxonomy {
            Taxonomy::Tags => Route::Tag(term.into()),
            Taxonomy::Categories => Route::Category(term.into()),
        }));
    }
    if let Some((target, permanent)) = redirected(ctx, scope, frame, path).await? {
        return Ok(Some(Route::Redirect(Redirect { target, permanent })));
    }
    Ok(section::at(ctx, scope, frame, path).await?.map(Route::Section))
}

/// A page of a list, as Hugo numbers them: `/news/page/2/`. The first is the list
/// itself, and one after the last is not there.
async fn page_of_list(ctx: &Ctx, asked: &Asked<'_>, path: &str) -> Result<Option<Route>> {
    let Asked { scope, frame, columns: _, page_size } = asked;
    let Some((list, number)) = paged::split(path) else {
        return Ok(None);
    };
    let found = if let Some((taxonomy, term)) = term_at(ctx, scope, frame, list).await? {
        match taxonomy {
            Taxonomy::Tags => paged::List::Tag(term.into()),
            Taxonomy::Categories => paged::List::Category(term.into()),
        }
    } else if let Some(section) = section::at(ctx, scope, frame, list).await? {
        paged::List::Section(section)
    } else {
        return Ok(None);
    };
    if number == 1 {
        let target = address::encode(list);
        return Ok(Some(Route::Redirect(Redirect { target, permanent: true })));
    }
    let page = ListPage::read(ctx, frame, list, found, number, *page_size).await?;
    Ok(page.map(Route::ListPage))
}

/// The same page in a language that stands in for that of the path.
async fn elsewhere(ctx: &Ctx, asked: &Asked<'_>, path: &str) -> Result<Option<Route>> {
    let Asked { scope, frame, columns, page_size: _ } = asked;
    let by = ArticleBy::Path(address::encode(path));
    if let Some(best) = read::best(ctx, scope, &by, None, true, *columns).await? {
        let articles = Article::group_for(vec![best.row], (*scope).clone(), best.asked);
        return Ok(articles.into_iter().next().map(Route::Article));
    }
    let own = frame.language_at(path);
    let rest = path.strip_prefix(frame.prefix(own).as_str()).unwrap_or(path);
    for tag in frame.chain(own).into_iter().filter(|tag| *tag != own.tag) {
        let there = format!("{}{rest}", frame.prefix(frame.language_of(&tag)));
        if let Some(section) = section::at(ctx, scope, frame, &there).await? {
            return Ok(Some(Route::Section(section)));
        }
    }
    Ok(None)
}

/// Where a path leads that is not written as it should be: in other case, with
/// slashes too many, or with the file that a folder shows. One page has one
/// address, so the answer is a redirect to it.
async fn misspelt(ctx: &Ctx, asked: &Asked<'_>, path: &str) -> Result<Option<Route>> {
    let cleaned = cleaned(path);
    let folded: String = cleaned.nfc().flat_map(char::to_lowercase).collect();
    let mut right = read::path_in_any_case(ctx, asked.scope, [&folded, &cleaned]).await?;
    for spelling in [&cleaned, &folded] {
        if right.is_none() && spelling != path && at(ctx, asked, spelling).await?.is_some() {
            right = Some(spelling.clone());
        }
    }
    Ok(right.filter(|right| right != path).map(|right| {
        Route::Redirect(Redirect { target: address::encode(&right), permanent: true })
    }))
}

fn cleaned(path: &str) -> String {
    let mut cleaned = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !cleaned.ends_with('/') {
            cleaned.push(c);
        }
    }
    match cleaned.strip_suffix("/index.html") {
        Some(folder) => format!("{folder}/"),
        None => cleaned,
    }
}

/// The term whose address in the language at hand is this path.
async fn term_at(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
    path: &str,
) -> Result<Option<(Taxonomy, Term)>> {
    let language = frame.language_at(path);
    for taxonomy in Taxonomy::ALL {
        let Some(slug) = taxonomy::slug_at(frame, language, taxonomy.plural(), path) else {
            continue;
        };
        let by = TermBy::Slug(slug);
        let term = taxonomy::one(ctx, scope, taxonomy, by, Some(&language.tag)).await?;
        return Ok(term.map(|term| (taxonomy, term)));
    }
    Ok(None)
}

/// Where something that lived here is now, if it may be seen, and whether for ever.
pub async fn redirected(
    ctx: &Ctx,
    scope: &Scope,
    frame: &Frame,
    path: &str,
) -> Result<Option<(String, bool)>> {
    use entity::article_copy::Column;
    let Some(row) = read::redirect(ctx, path).await? else {
        return Ok(None);
    };
    let target = match (row.article_id, row.term_id, row.target) {
        (Some(article), _, _) => {
            let columns = Columns::BASE.with(Columns::of(&[Column::Path]));
            let found = read::by_ids(ctx, scope, &[article], columns).await?.pop();
            found.map(|article| address::encode(&article.path))
        }
        (None, Some(term), _) => {
            let language = frame.language_of(&row.language);
            let mut found = None;
            for taxonomy in Taxonomy::ALL {
                let by = TermBy::Id(term);
                if let Some(term) = taxonomy::one(ctx, scope, taxonomy, by, None).await? {
                    let path = frame.term_path(language, taxonomy.plural(), &term.row.slug);
                    found = Some(address::encode(&path));
                }
            }
            found
        }
        (None, None, target) => target,
    };
    Ok(target.map(|target| (target, row.permanent)))
}
