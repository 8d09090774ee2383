//! Widgets in GraphQL.

mod list;
mod types;

use std::sync::Arc;

use async_graphql::{Context, Interface, Object};
use serde_json::Value;

pub use list::WidgetMutation;
use list::{WidgetList, stored};
pub use types::{
    ArchivesWidget, AuthorsWidget, CategoriesWidget, CustomWidget, LanguagesWidget, RecentWidget,
    RelatedWidget, SearchWidget, SideMenuWidget, SocialWidget, TagListWidget,
};

use super::settings::{Setting, mistakes};
use super::write::may_arrange;
use super::{Kind, Place, article_at};
use crate::article::Article;
use crate::error::Error;
use crate::graphql::scalar::{Json, LanguageTag};
use crate::graphql::{ContextExt, ViewArgument, decode_path};
use crate::policy::Scope;
use crate::site::{Frame, Language, LanguageFrame, PageKind, WidgetSetting};

/// A box beside a page, with the data that it draws.
#[derive(Interface)]
#[graphql(
    field(name = "kind", ty = "Kind", desc = "What it is."),
    field(name = "title", ty = "String", desc = "Its heading, in the page's language."),
    field(name = "settings", ty = "Json", desc = "What was set for this one, as written."),
    field(name = "language", ty = "Language", desc = "The language that it is in.")
)]
pub enum Widget {
    Search(SearchWidget),
    Recent(RecentWidget),
    Categories(CategoriesWidget),
    TagList(TagListWidget),
    SideMenu(SideMenuWidget),
    Social(SocialWidget),
    Languages(LanguagesWidget),
    Archives(ArchivesWidget),
    Related(RelatedWidget),
    Authors(AuthorsWidget),
    Custom(CustomWidget),
}

fn build(place: &Place, setting: WidgetSetting) -> Widget {
    let setting = Setting::new(place, setting);
    match setting.kind {
        Kind::Search => Widget::Search(SearchWidget(setting)),
        Kind::Recent => Widget::Recent(RecentWidget(setting)),
        Kind::Categories => Widget::Categories(CategoriesWidget(setting)),
        Kind::TagList => Widget::TagList(TagListWidget(setting)),
        Kind::SideMenu => Widget::SideMenu(SideMenuWidget(setting)),
        Kind::Social => Widget::Social(SocialWidget(setting)),
        Kind::Languages => Widget::Languages(LanguagesWidget(setting)),
        Kind::Archives => Widget::Archives(ArchivesWidget(setting)),
        Kind::Related => Widget::Related(RelatedWidget(setting)),
        Kind::Authors => Widget::Authors(AuthorsWidget(setting)),
        Kind::Custom => Widget::Custom(CustomWidget(setting)),
    }
}

fn build_all(place: &Place, settings: &[WidgetSetting]) -> Vec<Widget> {
    settings.iter().map(|setting| build(place, setting.clone())).collect()
}

/// The widgets of an article's page: its own list, else the site's.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "whoever asks has made them for this")]
pub fn of_article(
    article: &Article,
    own: Option<Vec<WidgetSetting>>,
    frame: Arc<Frame>,
) -> Vec<Widget> {
    let language = frame.language_of(&article.row.language);
    let place = Place {
        language: Arc::clone(&language.tag),
        scope: article.scope().clone(),
        article: Some(article.clone()),
        path: Some(article.row.path.clone()),
        frame: Arc::clone(&frame),
    };
    let site = frame.widgets_of(Some(language), PageKind::Single).1;
    build_all(&place, own.as_deref().unwrap_or(site))
}

/// The widgets of a kind of page.
#[must_use]
pub fn of_page(
    frame: &Arc<Frame>,
    language: &LanguageFrame,
    page: PageKind,
    scope: Scope,
) -> Vec<Widget> {
    let place = Place {
        frame: Arc::clone(frame),
        language: Arc::clone(&language.tag),
        scope,
        article: None,
        path: (page == PageKind::Home).then(|| frame.home_path(language)),
    };
    build_all(&place, frame.widgets_of(Some(language), page).1)
}

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
        Ok(of_page(&frame, language, page, scope))
    }

    /// One widget with settings of the caller's own, whatever lists say: for a
    /// page that places its widgets itself, on this site or another.
    async fn widget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As in lists, such as `recent`; one that nobody knows is a custom one.")]
        name: String,
        #[graphql(desc = "What to set, as in lists.")] settings: Option<Json>,
        #[graphql(desc = "That of the page at `path`, or the default one, where it is null.")]
        language: Option<LanguageTag>,
        #[graphql(
            desc = "The page's address, without scheme and host, for widgets that follow it."
        )]
        path: Option<String>,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Widget> {
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        let settings = settings.map_or(Value::Null, |settings| settings.0);
        let setting = WidgetSetting { name, settings };
        if let Some(error) = mistakes("", std::slice::from_ref(&setting)).into_iter().next() {
            return Err(Error::bad_input(error.message).into());
        }
        let frame = ctx.frame().await?;
        let path = path.as_deref().map(decode_path);
        let article = match &path {
            Some(path) => article_at(ctx, &scope, path).await?,
            None => None,
        };
        let language = match (&language, &article, &path) {
            (Some(tag), ..) => frame.resolve(Some(&tag.0))?,
            (None, Some(article), _) => frame.language_of(&article.row.language),
            (None, None, Some(path)) => frame.language_at(path),
            (None, None, None) => frame.default_language(),
        };
        let language = Arc::clone(&language.tag);
        Ok(build(&Place { frame, language, scope, article, path }, setting))
    }

    /// The widgets of a kind of page as they are arranged, for whoever arranges
    /// them.
    async fn widget_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which kind of page.")] page: PageKind,
        #[graphql(desc = "For which language; null is the list for all that have none.")]
        language: Option<LanguageTag>,
    ) -> async_graphql::Result<WidgetList> {
        let ctx = ctx.broadsheet();
        let language = language.map(|tag| tag.0);
        may_arrange(ctx, language.as_deref())?;
        Ok(stored(ctx, page, language).await?)
    }
}
