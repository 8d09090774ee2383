//! The widgets, each with the data that it draws.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};

use crate::article::columns::Columns;
use crate::article::filter::{ArticleFilter, ArticleOrder, StringFilter};
use crate::article::read::{self, List};
use crate::article::{Article, ArticleAuthor, selection};
use crate::error::Result;
use crate::graphql::ContextExt;
use crate::graphql::page::{MAX_SIZE, Page};
use crate::graphql::scalar::{Json, LanguageTag};
use crate::hugo::address;
use crate::menu::{self, Menu};
use crate::site::Language;
use crate::taxonomy::{self, Category, Tag, Taxonomy};
use crate::widget::settings::{Order, Setting};
use crate::widget::social::SocialLink;
use crate::widget::{Kind, count, search, social, title};

/// What Mainroad shows where `recent_num` is not set.
const RECENT: u32 = 10;
/// Related articles where nothing says how many.
const RELATED: u32 = 5;
/// Terms where nothing says how many: the most frequent ones of a site that has more.
const MOST: u64 = 1000;

/// A widget's type with the fields that all have; `$name` documents itself.
macro_rules! widget_type {
    ($name:ident, $doc:literal, { $($fields:tt)* }) => {
        #[doc = $doc]
        pub struct $name(pub(super) Setting);

        #[doc = $doc]
        #[Object]
        impl $name {
            /// What it is.
            pub async fn kind(&self) -> Kind {
                self.0.kind
            }

            /// Its heading, in the page's language.
            pub async fn title(&self) -> String {
                self.0.title()
            }

            /// What was set for this one, as written.
            pub async fn settings(&self) -> Json {
                Json(self.0.written().clone())
            }

            /// The language that it is in.
            pub async fn language(&self) -> Language {
                Language::new(Arc::clone(&self.0.place.frame), &self.0.place.language)
            }

            $($fields)*
        }
    };
}

/// Who answers a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SearchMode {
    /// The site's own page: submit the form there by GET.
    Page,
    /// This server: send the widget's `document` there.
    Graphql,
}

widget_type!(SearchWidget, "A search field.", {
    /// Where the form goes: `search/` below the home page where nothing was set.
    async fn action(&self) -> String {
        search::action(&self.0)
    }

    /// Who answers there: GRAPHQL where the action was set to `/graphql`.
    async fn mode(&self) -> SearchMode {
        if search::is_graphql(&self.0) { SearchMode::Graphql } else { SearchMode::Page }
    }

    /// With the mode GRAPHQL, what to send: it takes the variables `query` and
    /// `language` (that of the widget where it is not given), and answers what
    /// `search` finds as `{ results: { nodes: [{ title url }] } }`.
    async fn document(&self) -> Option<String> {
        search::is_graphql(&self.0).then(|| search::document(&self.0))
    }

    /// Name of the field that holds the query.
    async fn input_name(&self) -> &str {
        self.0.text("inputName").unwrap_or("q")
    }

    /// What the empty field says.
    async fn placeholder(&self) -> String {
        let own = self.0.text("placeholder");
        own.map_or_else(|| title::placeholder(&self.0.place.language), str::to_owned)
    }
});

widget_type!(
    RecentWidget,
    "The newest articles of the main sections, or of those that were set.",
    {
        /// Newest first; as many as were set, else the site's `recent_num`.
        async fn articles(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Article>> {
            Ok(recent(ctx, &self.0, selection(ctx, &[])).await?)
        }
    }
);

async fn recent(ctx: &Context<'_>, setting: &Setting, columns: Columns) -> Result<Vec<Article>> {
    let ctx = ctx.broadsheet();
    let place = &setting.place;
    let language = place.language();
    let count = setting
        .number(&["count", "recent_num"])
        .or(language.widgets.recent_num)
        .unwrap_or(RECENT)
        .min(MAX_SIZE);
    let sections = setting.texts("sections").filter(|sections| !sections.is_empty());
    let key = format!("recent:{}:{count}:{sections:?}:{columns:?}", place.scope_key());
    let articles = ctx
        .once()
        .load(key, || async {
            let sections = sections.as_ref().unwrap_or(&language.main_sections);
            let list = List {
                filter: ArticleFilter {
                    language: Some(LanguageTag(place.language.to_string())),
                    section: (!sections.is_empty()).then(|| StringFilter {
                        one_of: Some(sections.clone()),
                        ..StringFilter::default()
                    }),
                    ..ArticleFilter::default()
                },
                order: ArticleOrder::default(),
            };
            let page = Page { size: count, backward: false, after: None, before: None };
            let slice = read::list(ctx, &place.scope, &list, &page, columns).await?;
            Ok(Article::group(slice.rows, place.scope.clone()))
        })
        .await?;
    Ok((*articles).clone())
}

widget_type!(CategoriesWidget, "The categories that articles of the language are in.", {
    /// Whether to show how many articles each has.
    async fn show_count(&self) -> bool {
        self.0.flag("counter").unwrap_or(self.0.place.language().widgets.categories_counter)
    }

    /// By name, or by how many articles they have where that was set.
    async fn categories(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Category>> {
        let terms = terms(ctx, &self.0, &Taxonomy::Categories).await?;
        Ok(terms.into_iter().map(Category::from).collect())
    }
});

widget_type!(TagListWidget, "The tags that articles of the language carry.", {
    /// Whether to show how many articles each has.
    async fn show_count(&self) -> bool {
        self.0.flag("counter").unwrap_or(self.0.place.language().widgets.tags_counter)
    }

    /// By name, or by how many articles they have where that was set.
    async fn tags(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Tag>> {
        let terms = terms(ctx, &self.0, &Taxonomy::Tags).await?;
        Ok(terms.into_iter().map(Tag::from).collect())
    }
});

async fn terms(
    ctx: &Context<'_>,
    setting: &Setting,
    taxonomy: &Taxonomy,
) -> Result<Vec<taxonomy::Term>> {
    let ctx = ctx.broadsheet();
    let place = &setting.place;
    let by_count = setting.order() == Some(Order::Count);
    let most = setting.number(&["count"]).map_or(MOST, u64::from);
    let key = format!("terms:{}:{by_count}:{most}:{}", taxonomy.plural(), place.scope_key());
    let terms = ctx
        .once()
        .load(key, || {
            taxonomy::most_used(ctx, &place.scope, taxonomy, &place.language, most, by_count)
        })
        .await?;
    Ok((*terms).clone())
}

widget_type!(SideMenuWidget, "The menu for the side of a page.", {
    /// The menu called `side`, or the one that the settings name.
    async fn menu(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The address that entries are active for; the page's own where it is known."
        )]
        active_path: Option<String>,
    ) -> async_graphql::Result<Menu> {
        let place = &self.0.place;
        let name = self.0.text("menu").unwrap_or("side");
        let menu = menu::load(ctx.broadsheet(), &place.scope, &place.language, name).await?;
        Ok(match active_path.as_deref().or(place.path.as_deref()) {
            Some(path) => menu.at(&place.frame, path),
            None => menu,
        })
    }
});

widget_type!(SocialWidget, "Links to the site's accounts elsewhere.", {
    /// In the order configured: the widget's own, else the site's.
    async fn links(&self) -> Vec<SocialLink> {
        social::links(&self.0)
    }
});

widget_type!(LanguagesWidget, "Links to this page in the site's languages.", {
    /// Every language, this one included; where the page has no translation,
    /// the language's home page.
    async fn links(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<LanguageLink>> {
        use entity::article_copy::Column;
        let place = &self.0.place;
        let translations = match &place.article {
            None => Vec::new(),
            Some(article) => {
                let columns = Columns::BASE.with(Columns::of(&[Column::Path]));
                let mut all = article.translations_of(ctx.broadsheet(), columns).await?;
                all.push(article.clone());
                all
            }
        };
        Ok(place
            .frame
            .languages
            .iter()
            .map(|language| {
                let page =
                    translations.iter().find(|article| article.row.language == *language.tag);
                LanguageLink {
                    path: address::encode(&page.map_or_else(
                        || place.frame.home_path(language),
                        |article| article.row.path.clone(),
                    )),
                    language: Language::new(Arc::clone(&place.frame), &language.tag),
                    current: language.tag == place.language,
                    translated: page.is_some() || place.article.is_none(),
                }
            })
            .collect())
    }
});

/// A link to a page in a language.
#[derive(SimpleObject)]
pub struct LanguageLink {
    /// Percent-encoded as in a URL.
    path: String,
    /// The language it leads to.
    language: Language,
    /// Whether it is the language of this page.
    current: bool,
    /// Whether this very page exists there.
    translated: bool,
}

widget_type!(ArchivesWidget, "Years and months with their articles.", {
    /// Whether to show how many articles each has: yes, where nothing was set.
    async fn show_count(&self) -> bool {
        self.0.flag("counter").unwrap_or(true)
    }

    /// Newest first, or as was set; as many as were set.
    async fn years(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ArchivesWidgetYear>> {
        let years = count::archives(ctx.broadsheet(), &self.0).await?;
        let pattern = self.0.text("path");
        Ok(years.into_iter().map(|year| ArchivesWidgetYear::new(year, pattern)).collect())
    }
});

/// A year that has articles.
#[derive(SimpleObject)]
pub struct ArchivesWidgetYear {
    /// As in dates: 2025.
    year: i32,
    /// How many articles bear a date in it.
    article_count: i64,
    /// Where the site shows them: the setting `path` up to its `:month`, with the
    /// year in it; null where nothing was set.
    path: Option<String>,
    /// In the order of the years.
    months: Vec<ArchivesWidgetMonth>,
}

/// A month that has articles.
#[derive(SimpleObject)]
pub struct ArchivesWidgetMonth {
    /// From 1 to 12.
    month: u32,
    /// How many articles bear a date in it.
    article_count: i64,
    /// Where the site shows them: the setting `path`, such as
    /// `/archives/:year/:month/`, filled in; null where nothing was set.
    path: Option<String>,
}

impl ArchivesWidgetYear {
    fn new((year, article_count, months): count::Year, pattern: Option<&str>) -> Self {
        let fill = |pattern: &str, month: u32| {
            let filled = pattern.replace(":year", &year.to_string());
            address::encode(&filled.replace(":month", &format!("{month:02}")))
        };
        let months = months.into_iter().map(|(month, article_count)| ArchivesWidgetMonth {
            month,
            article_count,
            path: pattern.map(|pattern| fill(pattern, month)),
        });
        Self {
            year,
            article_count,
            path: pattern
                .and_then(|pattern| pattern.split(":month").next())
                .map(|pattern| fill(pattern, 0)),
            months: months.collect(),
        }
    }
}

widget_type!(RelatedWidget, "Articles that are close to the page's own.", {
    /// Closest first; empty on a page that is no article.
    async fn articles(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Article>> {
        let count = self.0.number(&["count"]).unwrap_or(RELATED).min(MAX_SIZE);
        match &self.0.place.article {
            Some(article) => article.related(ctx, i32::try_from(count)?).await,
            None => Ok(Vec::new()),
        }
    }
});

widget_type!(AuthorsWidget, "Who wrote the articles.", {
    /// Whether to show how many articles each has: yes, where nothing was set.
    async fn show_count(&self) -> bool {
        self.0.flag("counter").unwrap_or(true)
    }

    /// By name, or by how many articles they have where that was set.
    async fn authors(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ListedAuthor>> {
        let authors = count::authors(ctx.broadsheet(), &self.0).await?;
        let frame = &self.0.place.frame;
        Ok(authors
            .into_iter()
            .map(|(author, article_count)| ListedAuthor {
                author: ArticleAuthor::of(author, frame, &self.0.place.language),
                article_count,
            })
            .collect())
    }
});

/// Somebody who wrote articles, and how many.
#[derive(SimpleObject)]
pub struct ListedAuthor {
    /// Who.
    author: ArticleAuthor,
    /// How many articles are by them, alone or with others.
    article_count: i64,
}

widget_type!(CustomWidget, "A widget that only the frontend knows.", {
    /// The name in the article's or the site's list.
    async fn name(&self) -> &str {
        &self.0.name
    }
});
