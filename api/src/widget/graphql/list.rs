//! Lists of widgets as they are arranged, and arranging them.

use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};

use crate::article::WidgetInput;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::scalar::{DateTime, Json, LanguageTag};
use crate::graphql::{ContextExt, Outcome, UserErrorObject};
use crate::site::{Arranged, Frame, Origin, PageKind, Sidebar, WidgetSetting};
use crate::user::{self, User};
use crate::widget::Kind;
use crate::widget::write::{Arrangement, set};

/// What a kind of page shows beside its content, as it is arranged.
pub struct WidgetList {
    frame: Arc<Frame>,
    page: PageKind,
    language: Option<String>,
}

/// The list as it is now.
pub async fn stored(ctx: &Ctx, page: PageKind, language: Option<String>) -> Result<WidgetList> {
    let frame = ctx.frame().await?;
    if let Some(tag) = &language {
        frame.resolve(Some(tag))?;
    }
    Ok(WidgetList { frame, page, language })
}

impl WidgetList {
    fn arranged(&self) -> &Arranged {
        let language = self.language.as_deref().and_then(|tag| self.frame.language(tag));
        self.frame.arranged(language, self.page)
    }

    fn of_pages(&self) -> (Origin, &[WidgetSetting]) {
        let language = self.language.as_deref().and_then(|tag| self.frame.language(tag));
        self.frame.widgets_of(language, self.page)
    }
}

fn listed(settings: &[WidgetSetting]) -> Vec<ListedWidget> {
    settings
        .iter()
        .map(|WidgetSetting { name, settings }| ListedWidget {
            kind: Kind::of(name),
            name: name.clone(),
            settings: Json(settings.clone()),
        })
        .collect()
}

/// What a kind of page shows beside its content, as it is arranged.
#[Object]
impl WidgetList {
    /// For which kind of page.
    async fn page(&self) -> PageKind {
        self.page
    }

    /// For which language; null is the list for all that have none of their own.
    async fn language(&self) -> Option<LanguageTag> {
        self.language.clone().map(LanguageTag)
    }

    /// Raised by each change; 0 where there was none. Send it back as
    /// `expectedVersion`.
    async fn version(&self) -> i32 {
        self.arranged().version
    }

    /// What was arranged here; null where what stands behind it is shown.
    async fn widgets(&self) -> Option<Vec<ListedWidget>> {
        self.arranged().widgets.as_deref().map(listed)
    }

    /// Where the sidebar was put here; null where what stands behind it holds.
    async fn sidebar(&self) -> Option<Sidebar> {
        self.arranged().sidebar
    }

    /// What pages show: this list, else what stands behind it.
    async fn shown(&self) -> Vec<ListedWidget> {
        listed(self.of_pages().1)
    }

    /// Where the shown widgets come from.
    async fn origin(&self) -> Origin {
        self.of_pages().0
    }

    /// Where pages show their sidebar.
    async fn shown_sidebar(&self) -> Sidebar {
        let language = self.language.as_deref().and_then(|tag| self.frame.language(tag));
        self.frame.sidebar_of(language, self.page)
    }

    /// When it was last changed; null where it never was.
    async fn changed_at(&self) -> Option<DateTime> {
        self.arranged().changed_at.map(DateTime::utc)
    }

    /// Who changed it last; null for the server itself and for people who are not
    /// there any more.
    async fn changed_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        let Some(id) = self.arranged().changed_by else {
            return Ok(None);
        };
        Ok(user::people(ctx.broadsheet(), &[id]).await?.remove(&id).map(User))
    }
}

/// A widget in a list, as it is arranged.
#[derive(SimpleObject)]
pub struct ListedWidget {
    /// As in configurations: `recent`, `taglist`.
    name: String,
    /// What it is.
    kind: Kind,
    /// What was set for it in this list, as written; null where nothing was.
    settings: Json,
}

/// What to arrange. What is not given stays as it is; null gives it back to what
/// stands behind: the list for all languages, then the configuration.
#[derive(Debug, Clone, InputObject)]
pub struct SetWidgetsInput {
    /// All of them, in order; an empty list shows none. Settings that are read
    /// here: `title` (a text, or one a language tag), `count`, `counter`, `order`
    /// (`name` or `count`; of archives `newest` or `oldest`), `sections`; of a side
    /// menu `menu`; of a search `action`, `inputName` and `placeholder`; of
    /// archives `path`. All others are kept.
    widgets: MaybeUndefined<Vec<WidgetInput>>,
    /// Where pages show their sidebar.
    sidebar: MaybeUndefined<Sidebar>,
}

impl From<SetWidgetsInput> for Arrangement {
    fn from(SetWidgetsInput { widgets, sidebar }: SetWidgetsInput) -> Self {
        let widgets =
            widgets.map(|list| list.map(|list| list.into_iter().map(Into::into).collect()));
        Self { widgets: widgets.into(), sidebar: sidebar.into() }
    }
}

/// The list, or why nothing was done.
#[derive(SimpleObject)]
pub struct WidgetListPayload {
    /// The list as it is now; null where nothing was done.
    widget_list: Option<WidgetList>,
    /// Mistakes in the input; empty where all went well.
    user_errors: Vec<UserErrorObject>,
}

#[derive(Default)]
pub struct WidgetMutation;

#[Object]
impl WidgetMutation {
    /// Arranges the widgets of a kind of page in a language, or in all that have
    /// no list of their own. Articles with widgets of their own keep them.
    async fn set_widgets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which kind of page.")] page: PageKind,
        #[graphql(desc = "For which language; null is the list for all that have none.")]
        language: Option<LanguageTag>,
        #[graphql(desc = "The version that the caller saw; 0 for one that was never arranged.")]
        expected_version: i32,
        #[graphql(desc = "What to arrange.")] input: SetWidgetsInput,
    ) -> async_graphql::Result<WidgetListPayload> {
        let ctx = ctx.broadsheet();
        let language = language.map(|tag| tag.0);
        let done = set(ctx, page, language.as_deref(), expected_version, input.into()).await;
        Ok(match Outcome::of(done)? {
            Outcome::Done(()) => WidgetListPayload {
                widget_list: Some(stored(ctx, page, language).await?),
                user_errors: Vec::new(),
            },
            Outcome::Refused(user_errors) => WidgetListPayload { widget_list: None, user_errors },
        })
    }
}
