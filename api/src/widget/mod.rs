//! Widgets: boxes beside a page, answered with the data that they draw.
//!
//! A page's list is the article's own or the site's for that kind of page. A
//! name that nobody knows is a [`CustomWidget`] and keeps its settings. What a
//! widget shows is loaded once a request for each language, however many pages
//! show it.
//!
//! To add a widget: a [`Kind`], its name in [`Kind::of`], a title in `title.rs`,
//! and a type with its data below.

mod title;

use std::sync::Arc;

use async_graphql::{Context, Enum, Interface, Object, SimpleObject};
use serde_json::Value;

use crate::article::columns::Columns;
use crate::article::filter::{ArticleFilter, ArticleOrder, StringFilter};
use crate::article::read::{self, List};
use crate::article::{Article, selection};
use crate::error::Result;
use crate::graphql::page::{MAX_SIZE, Page};
use crate::graphql::scalar::{Json, LanguageTag, Url};
use crate::graphql::{ContextExt, ViewArgument};
use crate::hugo::address;
use crate::menu::{self, Menu};
use crate::policy::Scope;
use crate::site::{Frame, Language, LanguageFrame, PageKind, WidgetSetting};
use crate::taxonomy::{self, Category, Tag, Taxonomy};

/// What Mainroad shows where `recent_num` is not set.
const RECENT: u32 = 10;

/// What a widget is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "WidgetKind")]
pub enum Kind {
    /// A search field.
    Search,
    /// The newest articles.
    Recent,
    /// The categories.
    Categories,
    /// The tags.
    TagList,
    /// A menu for the side.
    SideMenu,
    /// Links to accounts elsewhere.
    Social,
    /// Links to other languages.
    Languages,
    /// One that only the frontend knows.
    Custom,
}

impl Kind {
    /// By the name that Mainroad's configuration uses.
    fn of(name: &str) -> Self {
        match name {
            "search" => Self::Search,
            "recent" => Self::Recent,
            "categories" => Self::Categories,
            "taglist" => Self::TagList,
            "sidemenu" => Self::SideMenu,
            "social" => Self::Social,
            "languages" => Self::Languages,
            _ => Self::Custom,
        }
    }
}

/// What all widgets of a page share.
#[derive(Clone)]
struct Place {
    frame: Arc<Frame>,
    language: Arc<str>,
    scope: Scope,
    /// The article whose page it is.
    article: Option<Article>,
}

impl Place {
    fn language(&self) -> &LanguageFrame {
        self.frame.language_of(&self.language)
    }

    fn scope_key(&self) -> String {
        format!("{}:{}", self.scope.key(), self.language)
    }
}

/// One widget in its place.
#[derive(Clone)]
struct Setting {
    place: Place,
    kind: Kind,
    name: String,
    settings: Value,
}

impl Setting {
    fn title(&self) -> String {
        let own = self.settings.get("title").and_then(Value::as_str);
        own.map_or_else(
            || match self.kind {
                Kind::Custom => self.name.clone(),
                kind => title::title(kind, &self.place.language).to_owned(),
            },
            str::to_owned,
        )
    }

    fn number(&self, names: &[&str]) -> Option<u32> {
        let number = names.iter().find_map(|name| self.settings.get(name)?.as_u64())?;
        u32::try_from(number).ok()
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.settings.get(name)?.as_bool()
    }
}

/// A box beside a page, with the data that it draws.
#[derive(Interface)]
#[graphql(
    field(name = "kind", ty = "Kind", desc = "What it is."),
    field(name = "title", ty = "String", desc = "Its heading, in the page's language."),
    field(name = "settings", ty = "Json", desc = "What was set for this one, as written.")
)]
pub enum Widget {
    Search(SearchWidget),
    Recent(RecentWidget),
    Categories(CategoriesWidget),
    TagList(TagListWidget),
    SideMenu(SideMenuWidget),
    Social(SocialWidget),
    Languages(LanguagesWidget),
    Custom(CustomWidget),
}

fn build(place: &Place, settings: Vec<WidgetSetting>) -> Vec<Widget> {
    settings
        .into_iter()
        .map(|WidgetSetting { name, settings }| {
            let site = place.language().widgets.settings.get(&name);
            let settings = match (settings, site) {
                (Value::Null, Some(site)) => site.clone(),
                (settings, _) => settings,
            };
            let kind = Kind::of(&name);
            let setting = Setting { place: place.clone(), kind, name, settings };
            match kind {
                Kind::Search => Widget::Search(SearchWidget(setting)),
                Kind::Recent => Widget::Recent(RecentWidget(setting)),
                Kind::Categories => Widget::Categories(CategoriesWidget(setting)),
                Kind::TagList => Widget::TagList(TagListWidget(setting)),
                Kind::SideMenu => Widget::SideMenu(SideMenuWidget(setting)),
                Kind::Social => Widget::Social(SocialWidget(setting)),
                Kind::Languages => Widget::Languages(LanguagesWidget(setting)),
                Kind::Custom => Widget::Custom(CustomWidget(setting)),
            }
        })
        .collect()
}

/// The widgets of an article's page: its own list, else the site's.
#[must_use]
pub fn of_article(
    article: &Article,
    own: Option<Vec<WidgetSetting>>,
    frame: Arc<Frame>,
) -> Vec<Widget> {
    let language = frame.language_of(&article.row.language);
    let settings = own.unwrap_or_else(|| language.widgets.page(PageKind::Single).widgets.clone());
    let place = Place {
        language: Arc::clone(&language.tag),
        scope: article.scope().clone(),
        article: Some(article.clone()),
        frame,
    };
    build(&place, settings)
}

/// A widget's type with the fields that all have; `$name` documents itself.
macro_rules! widget_type {
    ($name:ident, $doc:literal, { $($fields:tt)* }) => {
        #[doc = $doc]
        pub struct $name(Setting);

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
                Json(self.0.settings.clone())
            }

            $($fields)*
        }
    };
}

widget_type!(SearchWidget, "A search field.", {
    /// Where the form goes.
    async fn action(&self) -> String {
        let own = self.0.settings.get("action").and_then(Value::as_str);
        own.map_or_else(
            || {
                let home = self.0.place.frame.home_path(self.0.place.language());
                address::encode(&format!("{home}search/"))
            },
            str::to_owned,
        )
    }

    /// Name of the field that holds the query.
    async fn input_name(&self) -> &str {
        self.0.settings.get("inputName").and_then(Value::as_str).unwrap_or("q")
    }

    /// What the empty field says.
    async fn placeholder(&self) -> String {
        let own = self.0.settings.get("placeholder").and_then(Value::as_str);
        own.map_or_else(|| title::placeholder(&self.0.place.language), str::to_owned)
    }
});

widget_type!(RecentWidget, "The newest articles of the main sections.", {
    /// Newest first; as many as the site's `recent_num`.
    async fn articles(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Article>> {
        Ok(recent(ctx, &self.0, selection(ctx, &[])).await?)
    }
});

async fn recent(ctx: &Context<'_>, setting: &Setting, columns: Columns) -> Result<Vec<Article>> {
    let ctx = ctx.broadsheet();
    let place = &setting.place;
    let language = place.language();
    let count = setting
        .number(&["count", "recent_num"])
        .or(language.widgets.recent_num)
        .unwrap_or(RECENT)
        .min(MAX_SIZE);
    let key = format!("recent:{}:{count}:{columns:?}", place.scope_key());
    let articles = ctx
        .once()
        .load(key, || async {
            let sections = &language.main_sections;
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

    /// By name.
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

    /// By name.
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
    let key = format!("terms:{}:{}", taxonomy.plural(), place.scope_key());
    let terms = ctx
        .once()
        .load(key, || taxonomy::counted(ctx, &place.scope, taxonomy, &place.language))
        .await?;
    Ok((*terms).clone())
}

widget_type!(SideMenuWidget, "The menu for the side of a page.", {
    /// The menu called `side`, or the one that the settings name.
    async fn menu(&self, ctx: &Context<'_>) -> async_graphql::Result<Menu> {
        let name = self.0.settings.get("menu").and_then(Value::as_str).unwrap_or("side");
        let place = &self.0.place;
        Ok(menu::load(ctx.broadsheet(), &place.scope, &place.language, name).await?)
    }
});

widget_type!(SocialWidget, "Links to the site's accounts elsewhere.", {
    /// In the order configured.
    async fn links(&self) -> Vec<SocialLink> {
        let social = &self.0.place.language().social;
        social.iter().filter_map(|(network, value)| SocialLink::new(network, value)).collect()
    }
});

/// A link to an account.
#[derive(SimpleObject)]
pub struct SocialLink {
    /// As configured: `github`, `email`.
    network: String,
    /// How people call the network.
    label: String,
    /// Where it leads.
    url: Url,
}

impl SocialLink {
    /// `value` is an account's name, an address or an e-mail address, as
    /// Mainroad takes it; empty ones are not shown.
    fn new(network: &str, value: &str) -> Option<Self> {
        let value = value.trim();
        if value.is_empty() {
            return None;
        }
        let lower = network.to_lowercase();
        let (label, prefix) = match lower.as_str() {
            "email" => ("E-mail", "mailto:"),
            "github" => ("GitHub", "https://github.com/"),
            "gitlab" => ("GitLab", "https://gitlab.com/"),
            "bitbucket" => ("Bitbucket", "https://bitbucket.org/"),
            "twitter" | "x" => ("X", "https://x.com/"),
            "facebook" => ("Facebook", "https://www.facebook.com/"),
            "instagram" => ("Instagram", "https://www.instagram.com/"),
            "linkedin" => ("LinkedIn", "https://www.linkedin.com/in/"),
            "telegram" => ("Telegram", "https://t.me/"),
            "youtube" => ("YouTube", "https://www.youtube.com/"),
            "vk" => ("VK", "https://vk.com/"),
            "pinterest" => ("Pinterest", "https://www.pinterest.com/"),
            "reddit" => ("Reddit", "https://www.reddit.com/user/"),
            "weibo" => ("微博", "https://weibo.com/"),
            "zhihu" => ("知乎", "https://www.zhihu.com/people/"),
            "bilibili" => ("哔哩哔哩", "https://space.bilibili.com/"),
            _ => (network, ""),
        };
        let url = if value.contains("://") || value.starts_with("mailto:") || value.starts_with('/')
        {
            value.to_owned()
        } else if prefix.is_empty() {
            format!("https://{value}")
        } else {
            format!("{prefix}{value}")
        };
        Some(Self { network: network.to_owned(), label: label.to_owned(), url: Url(url) })
    }
}

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

widget_type!(CustomWidget, "A widget that only the frontend knows.", {
    /// The name in the article's or the site's list.
    async fn name(&self) -> &str {
        &self.0.name
    }
});

#[derive(Default)]
pub struct WidgetQuery;

#[Object]
impl WidgetQuery {
    /// The widgets of a kind of page that is no article.
    async fn widgets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which kind of page.")] page: PageKind,
        #[graphql(desc = "The default language where it is null.")] language: Option<LanguageTag>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Vec<Widget>> {
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        let frame = ctx.frame().await?;
        let language = frame.resolve(language.as_ref().map(|tag| tag.0.as_str()))?;
        let settings = language.widgets.page(page).widgets.clone();
        let place = Place {
            language: Arc::clone(&language.tag),
            scope,
            article: None,
            frame: Arc::clone(&frame),
        };
        Ok(build(&place, settings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn social_links_take_names_and_addresses() {
        for (network, value, expected) in [
            ("github", "example", Some("https://github.com/example")),
            ("email", "desk@example.org", Some("mailto:desk@example.org")),
            ("mastodon", "https://example.social/@desk", Some("https://example.social/@desk")),
            ("unknown", "example.org/desk", Some("https://example.org/desk")),
            ("weibo", "", None),
        ] {
            let link = SocialLink::new(network, value);
            assert_eq!(link.map(|link| link.url.0).as_deref(), expected, "{network}");
        }
    }
}
