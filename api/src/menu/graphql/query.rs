//! Asking for menus.

use async_graphql::{Context, Object};

use super::input::MenuBy;
use super::types::{MenuSummary, MenuTree};
use crate::graphql::scalar::LanguageTag;
use crate::graphql::{ContextExt, ViewArgument};
use crate::menu::read::load;
use crate::menu::{Menu, write};

#[derive(Default)]
pub struct MenuQuery;

#[Object]
impl MenuQuery {
    /// A menu as it is shown in a language; empty where there is none.
    async fn menu(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] name: String,
        #[graphql(desc = "The default language where it is null.")] language: Option<LanguageTag>,
        #[graphql(desc = "The page's address, for which entries are active.")] active_path: Option<
            String,
        >,
        #[graphql(default, desc = "Which copies to read, here and in everything nested.")]
        view: ViewArgument,
    ) -> async_graphql::Result<Menu> {
        let ctx = ctx.broadsheet();
        let scope = view.scope(ctx)?;
        let frame = ctx.frame().await?;
        let language = frame.resolve(language.as_ref().map(|tag| tag.0.as_str()))?;
        let menu = load(ctx, &scope, &language.tag, &name).await?;
        Ok(match active_path {
            Some(path) => menu.at(&frame, &path),
            None => menu,
        })
    }

    /// A menu in the form in which it is arranged, for whoever arranges it; one
    /// that was never arranged is as the configuration has it.
    async fn menu_tree(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: MenuBy,
    ) -> async_graphql::Result<MenuTree> {
        Ok(MenuTree(write::stored(ctx.broadsheet(), by.into()).await?))
    }

    /// The menus that can be arranged, by name and language, for whoever arranges
    /// them.
    async fn menus(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<MenuSummary>> {
        let menus = write::list(ctx.broadsheet()).await?;
        Ok(menus.into_iter().map(MenuSummary::from).collect())
    }
}
