//! Pages of lists by their numbers, as Hugo's pagination has them.

use async_graphql::{Context, Object, Union};

use crate::article::filter::{ArticleFilter, ArticleOrder, Own};
use crate::article::read::{self, List as Articles};
use crate::article::{Article, selection};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::ContextExt;
use crate::graphql::scalar::LanguageTag;
use crate::hugo::address;
use crate::policy::Scope;
use crate::section::Section;
use crate::site::Frame;
use crate::taxonomy::{Category, Tag, TermObject};

/// What a list page is a page of.
#[derive(Clone, Union)]
#[graphql(name = "ArticleList")]
pub enum List {
    Section(Section),
    Tag(Tag),
    Category(Category),
    Term(TermObject),
}

/// The list and the number that a decoded path names.
#[must_use]
pub fn split(path: &str) -> Option<(&str, u64)> {
    let (rest, number) = path.strip_suffix('/')?.rsplit_once('/')?;
    let list = rest.strip_suffix("page").filter(|list| list.ends_with('/'))?;
    let plain = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
    Some((list, number.parse().ok().filter(|_| plain)?))
}

/// A numbered page of a list.
pub struct ListPage {
    list: List,
    /// Decoded.
    path: String,
    number: u64,
    size: u64,
    total: u64,
    articles: Articles,
    scope: Scope,
}

impl ListPage {
    /// None where the list has not so many pages.
    pub async fn read(
        ctx: &Ctx,
        frame: &Frame,
        path: &str,
        list: List,
        number: u64,
        size: u32,
    ) -> Result<Option<Self>> {
        let language = || Some(LanguageTag(frame.language_at(path).row.tag.clone()));
        let carrying = |id| ArticleFilter {
            language: language(),
            own: Some(Own::Carrying(vec![id])),
            ..ArticleFilter::default()
        };
        let (filter, scope) = match &list {
            List::Section(section) => (section.filter(), section.scope().clone()),
            List::Tag(tag) => (carrying(tag.term().row.id), tag.term().scope.clone()),
            List::Category(one) => (carrying(one.term().row.id), one.term().scope.clone()),
            List::Term(one) => (carrying(one.term().row.id), one.term().scope.clone()),
        };
        let articles = Articles { filter, order: ArticleOrder::default() };
        let total = u64::try_from(read::count(ctx, &scope, &articles).await?).unwrap_or(0);
        let size = u64::from(size);
        let path = path.to_owned();
        let page = Self { list, path, number, size, total, articles, scope };
        Ok((number <= page.pages()).then_some(page))
    }

    fn pages(&self) -> u64 {
        self.total.div_ceil(self.size)
    }

    fn path_of(&self, number: u64) -> String {
        let list = address::encode(&self.path);
        if number == 1 { list } else { format!("{list}page/{number}/") }
    }
}

/// A page of a list by its number, as Hugo has them: `/news/page/2/`.
#[Object]
impl ListPage {
    /// The list.
    async fn list(&self) -> List {
        self.list.clone()
    }

    /// 2 or more: the first page is the list itself.
    async fn number(&self) -> u64 {
        self.number
    }

    /// How many pages there are.
    async fn total_pages(&self) -> u64 {
        self.pages()
    }

    /// How many articles the whole list has.
    async fn total_count(&self) -> u64 {
        self.total
    }

    /// The articles of this page, newest first.
    async fn articles(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Article>> {
        let columns = selection(ctx, &[]);
        let skip = (self.number - 1).saturating_mul(self.size);
        let (ctx, scope) = (ctx.broadsheet(), &self.scope);
        let rows = read::numbered(ctx, scope, &self.articles, skip, self.size, columns).await?;
        Ok(Article::group(rows, scope.clone()))
    }

    /// Where this page lives, percent-encoded as in a URL.
    async fn path(&self) -> String {
        self.path_of(self.number)
    }

    /// Where the page before this lives.
    async fn previous_path(&self) -> String {
        self.path_of(self.number - 1)
    }

    /// Where the page after this lives; null on the last one.
    async fn next_path(&self) -> Option<String> {
        (self.number < self.pages()).then(|| self.path_of(self.number + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_numbered_as_in_hugo() {
        for (path, expected) in [
            ("/page/2/", Some(("/", 2))),
            ("/news/page/17/", Some(("/news/", 17))),
            ("/en/tags/a/page/1/", Some(("/en/tags/a/", 1))),
            ("/news/page/0/", None),
            ("/news/page/02/", None),
            ("/news/page/+2/", None),
            ("/news/page/x/", None),
            ("/news/page/", None),
            ("/homepage/2/", None),
            ("/page/2", None),
            ("/page/99999999999999999999/", None),
        ] {
            assert_eq!(split(path), expected, "{path}");
        }
    }
}
