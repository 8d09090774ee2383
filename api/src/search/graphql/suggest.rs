//! What a search box offers, in GraphQL.

use async_graphql::{Enum, SimpleObject};

use crate::article::columns::Columns;
use crate::article::{Article, read};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;
use crate::search::suggest::{self, Suggested};
use crate::search::{fold, highlight};
use crate::taxonomy::{self, Category, Tag};

/// Terms of each taxonomy that are offered.
const TERMS: usize = 3;

/// What a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SuggestionKind {
    /// A tag with such a name.
    Tag,
    /// A category with such a name.
    Category,
    /// An article with such a title.
    Article,
    /// A query: what was typed, with its last word at its end.
    Query,
}

/// Something that a search box offers.
#[derive(SimpleObject)]
pub struct Suggestion {
    /// What it is.
    kind: SuggestionKind,
    /// Its name, its title, or the query.
    text: String,
    /// The text as HTML in which everything is escaped but `<mark>` around what was
    /// typed.
    highlighted: String,
    /// The tag, where it is one.
    tag: Option<Tag>,
    /// The category, where it is one.
    category: Option<Category>,
    /// The article, where it is one.
    article: Option<Article>,
}

pub async fn suggest(
    ctx: &Ctx,
    scope: &Scope,
    text: String,
    language: Option<String>,
    count: usize,
    columns: Columns,
) -> Result<Vec<Suggestion>> {
    let Suggested { articles, tags, categories, words, plan } =
        suggest::suggest(ctx, scope, text, language.clone(), count).await?;
    let language = language.as_deref();
    let new = |kind, text: &str| {
        let marked = highlight::mark(text, &plan, true);
        let fragment = marked.and_then(|marked| marked.fragments.into_iter().next());
        // Terms have many names, of which another may hold what was typed.
        Some(Suggestion {
            kind,
            text: text.to_owned(),
            highlighted: fragment?,
            tag: None,
            category: None,
            article: None,
        })
    };
    let mut suggestions = Vec::new();
    let tags = taxonomy::with_counts(ctx, scope, tags, language).await?;
    let tags = tags.into_iter().filter_map(|(term, _)| {
        let suggestion = new(SuggestionKind::Tag, &term.row.name)?;
        Some(Suggestion { tag: Some(Tag::from(term)), ..suggestion })
    });
    suggestions.extend(tags.take(TERMS));
    let categories = taxonomy::with_counts(ctx, scope, categories, language).await?;
    let categories = categories.into_iter().filter_map(|(term, _)| {
        let suggestion = new(SuggestionKind::Category, &term.row.name)?;
        Some(Suggestion { category: Some(Category::from(term)), ..suggestion })
    });
    suggestions.extend(categories.take(TERMS));
    let rows = read::by_ids(ctx, scope, &articles, columns).await?;
    let rows = Article::group(rows, scope.clone());
    let queries = words.len().min(count / 3);
    let room = count.saturating_sub(suggestions.len() + queries);
    let titles = articles.iter().filter_map(|id| {
        let article = rows.iter().find(|article| article.row.article_id == *id)?;
        let suggestion = new(SuggestionKind::Article, &article.row.title)?;
        Some(Suggestion { article: Some(article.clone()), ..suggestion })
    });
    suggestions.extend(titles.take(room));
    let known: Vec<_> = suggestions.iter().map(|known: &Suggestion| folded(&known.text)).collect();
    let words = words.iter().filter(|word| !known.contains(&folded(word)));
    suggestions.extend(words.filter_map(|word| new(SuggestionKind::Query, word)));
    suggestions.truncate(count);
    Ok(suggestions)
}

fn folded(text: &str) -> String {
    fold(text).iter().map(|letter| letter.char).collect()
}
