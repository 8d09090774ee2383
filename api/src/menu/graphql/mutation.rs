//! Arranging menus.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::input::{MenuBy, MenuEntryInput, MenuSpotInput, UpdateMenuEntryInput};
use super::types::MenuTree;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::id::{IdKind, decode_as};
use crate::graphql::{ContextExt, Outcome, UserErrorObject};
use crate::menu::tree::Entry;
use crate::menu::write::{self, Which};

/// The menu, or why nothing was done.
#[derive(SimpleObject)]
pub struct MenuPayload {
    /// The menu as it is now; null where nothing was done.
    menu_tree: Option<MenuTree>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

async fn payload(
    ctx: &Context<'_>,
    which: Which,
    done: Result<()>,
) -> async_graphql::Result<MenuPayload> {
    Ok(match Outcome::of(done)? {
        Outcome::Done(()) => MenuPayload {
            menu_tree: Some(MenuTree(write::stored(ctx.broadsheet(), which).await?)),
            user_errors: Vec::new(),
        },
        Outcome::Refused(user_errors) => MenuPayload { menu_tree: None, user_errors },
    })
}

#[derive(Default)]
pub struct MenuMutation;

#[Object]
impl MenuMutation {
    /// Arranges a menu as a whole, as a tree editor saves it.
    async fn set_menu(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: MenuBy,
        #[graphql(desc = "The version that the caller saw; 0 for one that was never arranged.")]
        expected_version: i32,
        #[graphql(
            desc = "All entries at the top, in order; null makes it what the configuration says again."
        )]
        entries: Option<Vec<MenuEntryInput>>,
    ) -> async_graphql::Result<MenuPayload> {
        let which = Which::from(by);
        let graph = ctx.broadsheet();
        let entries = entries
            .map(|entries| entries.into_iter().map(|entry| entry.entry(graph)).collect())
            .transpose()?;
        let done = write::set(graph, &which, expected_version, entries).await;
        payload(ctx, which, done).await
    }

    /// Adds an entry to a menu.
    async fn create_menu_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To which menu.")] by: MenuBy,
        #[graphql(desc = "What to add.")] input: MenuEntryInput,
        #[graphql(desc = "Where; last at the top where it is null.")] at: Option<MenuSpotInput>,
        #[graphql(desc = "The version that the caller saw; any, where it is null.")]
        expected_version: Option<i32>,
    ) -> async_graphql::Result<MenuPayload> {
        let which = Which::from(by);
        let graph = ctx.broadsheet();
        let mut entry = input.entry(graph)?;
        fresh(&mut entry, graph);
        let spot = at.map(MenuSpotInput::spot).transpose()?.unwrap_or_default();
        let done = write::create(graph, &which, expected_version, spot, entry).await;
        payload(ctx, which, done).await
    }

    /// Changes one entry of a menu.
    async fn update_menu_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which menu.")] by: MenuBy,
        #[graphql(desc = "Which entry.")] id: ID,
        #[graphql(desc = "What to set.")] input: UpdateMenuEntryInput,
        #[graphql(desc = "The version that the caller saw; any, where it is null.")]
        expected_version: Option<i32>,
    ) -> async_graphql::Result<MenuPayload> {
        let which = Which::from(by);
        let id = decode_as(IdKind::MenuEntry, &id)?;
        let change = input.change()?;
        let done = write::update(ctx.broadsheet(), &which, expected_version, id, change).await;
        payload(ctx, which, done).await
    }

    /// Moves one entry of a menu, with what is below it.
    async fn move_menu_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which menu.")] by: MenuBy,
        #[graphql(desc = "Which entry.")] id: ID,
        #[graphql(desc = "Where to.")] to: MenuSpotInput,
        #[graphql(desc = "The version that the caller saw; any, where it is null.")]
        expected_version: Option<i32>,
    ) -> async_graphql::Result<MenuPayload> {
        let which = Which::from(by);
        let id = decode_as(IdKind::MenuEntry, &id)?;
        let spot = to.spot()?;
        let done = write::place(ctx.broadsheet(), &which, expected_version, id, spot).await;
        payload(ctx, which, done).await
    }

    /// Takes one entry out of a menu, with what is below it.
    async fn delete_menu_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which menu.")] by: MenuBy,
        #[graphql(desc = "Which entry.")] id: ID,
        #[graphql(desc = "The version that the caller saw; any, where it is null.")]
        expected_version: Option<i32>,
    ) -> async_graphql::Result<MenuPayload> {
        let which = Which::from(by);
        let id = decode_as(IdKind::MenuEntry, &id)?;
        let done = write::delete(ctx.broadsheet(), &which, expected_version, id).await;
        payload(ctx, which, done).await
    }
}

/// What is added is new, whatever ids it came with.
fn fresh(entry: &mut Entry, ctx: &Ctx) {
    entry.id = ctx.new_id();
    entry.weight = 0;
    for child in &mut entry.children {
        fresh(child, ctx);
    }
}
