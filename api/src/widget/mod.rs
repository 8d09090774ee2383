//! Widgets: boxes beside a page, answered with the data that they draw.
//!
//! A page's list is the article's own, or what was arranged for its kind of page
//! (`site::lists` says which). A name that nobody knows is a custom widget and
//! keeps its settings, as every widget keeps settings that nobody knows. What a
//! widget shows is loaded once a request for each language, however many pages
//! show it.
//!
//! - `settings`: reading what was set, and refusing what cannot be meant.
//! - `write`: arranging lists. `count`: what archives and authors are made of.
//! - `script`: the file that draws widgets in pages of other sites.
//!
//! To add a widget: a [`Kind`], its name in [`Kind::NAMES`], a title in
//! `title.rs`, its settings in `settings.rs`, a type with its data in
//! `graphql/types.rs`, and how `script/widgets.js` draws it.

mod count;
mod graphql;
pub mod script;
mod search;
mod settings;
mod social;
mod title;
mod write;

use std::sync::Arc;

use async_graphql::Enum;

pub use graphql::{Widget, WidgetMutation, WidgetQuery, of_article, of_page};

use crate::article::Article;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::policy::Scope;
use crate::site::{Frame, LanguageFrame};

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
    /// Years and months with their articles.
    Archives,
    /// Articles that are close to the page's own.
    Related,
    /// Who wrote the articles.
    Authors,
    /// One that only the frontend knows.
    Custom,
}

impl Kind {
    /// Names in configurations and front matter: Mainroad's, and beyond them.
    const NAMES: [(&'static str, Self); 10] = [
        ("search", Self::Search),
        ("recent", Self::Recent),
        ("categories", Self::Categories),
        ("taglist", Self::TagList),
        ("sidemenu", Self::SideMenu),
        ("social", Self::Social),
        ("languages", Self::Languages),
        ("archives", Self::Archives),
        ("related", Self::Related),
        ("authors", Self::Authors),
    ];

    fn of(name: &str) -> Self {
        Self::NAMES.iter().find(|(known, _)| *known == name).map_or(Self::Custom, |(_, kind)| *kind)
    }
}

/// What all widgets of a page share.
#[derive(Clone)]
pub struct Place {
    frame: Arc<Frame>,
    language: Arc<str>,
    scope: Scope,
    /// The article whose page it is.
    article: Option<Article>,
    /// The page's address, decoded, where it is known.
    path: Option<String>,
}

impl Place {
    fn language(&self) -> &LanguageFrame {
        self.frame.language_of(&self.language)
    }

    fn scope_key(&self) -> String {
        format!("{}:{}", self.scope.key(), self.language)
    }
}

/// The article at a decoded address, once a request; none where another thing,
/// or nothing, lives there.
async fn article_at(ctx: &Ctx, scope: &Scope, path: &str) -> Result<Option<Article>> {
    use entity::article_copy::Column;

    use crate::article::columns::Columns;
    use crate::article::filter::ArticleBy;
    use crate::article::read;
    use crate::hugo::address;
    let key = format!("widget:{}:{path}", scope.key());
    let found = ctx
        .once()
        .load(key, || async {
            let columns = Columns::BASE.with(Columns::of(&[
                Column::Path,
                Column::TranslationKey,
                Column::Widgets,
            ]));
            let by = ArticleBy::Path(address::encode(path));
            let row = read::one(ctx, scope, &by, columns).await?;
            Ok(Article::group(row.into_iter().collect(), scope.clone()).pop())
        })
        .await?;
    Ok((*found).clone())
}
