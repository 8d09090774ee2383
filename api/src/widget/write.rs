//! Arranging widgets.

use serde_json::json;

use super::settings::mistakes;
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::policy::{self, Action, Subject};
use crate::site::{self, Arranged, PageKind, Sidebar, WidgetSetting};

/// What to arrange; `None` leaves a part as it is, `Some(None)` gives it back.
#[derive(Debug, Clone, Default)]
pub struct Arrangement {
    pub widgets: Option<Option<Vec<WidgetSetting>>>,
    pub sidebar: Option<Option<Sidebar>>,
}

/// Whoever arranges may also see the lists as they are stored.
pub fn may_arrange(ctx: &Ctx, language: Option<&str>) -> Result<()> {
    // A token for some languages is not one for all of them.
    let place = Some((language.unwrap_or_default(), ""));
    policy::check(ctx.actor(), Action::ArrangeSite, Subject { place, ..Subject::default() })
}

/// Arranges the widgets of a kind of page in a language, or in all.
pub async fn set(
    ctx: &Ctx,
    page: PageKind,
    language: Option<&str>,
    expected_version: i32,
    arrangement: Arrangement,
) -> Result<()> {
    may_arrange(ctx, language)?;
    let Arrangement { widgets, sidebar } = arrangement;
    if let Some(Some(list)) = &widgets {
        let errors = mistakes("input.widgets", list);
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
    }
    let mut write = Write::begin(ctx).await?;
    let Some(mut lists) = site::hold_widget_lists(&write, language).await? else {
        let message = format!("the site has no language {}", language.unwrap_or_default());
        return Err(Error::invalid("language", UserErrorCode::NotFound, message));
    };
    let before = lists.page(page).clone();
    if before.version != expected_version {
        return Err(Error::invalid(
            "expectedVersion",
            UserErrorCode::Stale,
            format!("the list is at version {}: read it again", before.version),
        ));
    }
    let after = Arranged {
        widgets: widgets.unwrap_or_else(|| before.widgets.clone()),
        sidebar: sidebar.unwrap_or(before.sidebar),
        version: before.version + 1,
        changed_at: Some(ctx.now()),
        changed_by: ctx.actor().user_id(),
    };
    if (&after.widgets, after.sidebar) == (&before.widgets, before.sidebar) {
        return Ok(());
    }
    let said = |list: &Arranged| json!({ "widgets": list.widgets, "sidebar": list.sidebar });
    write.record(Event {
        version: Some(after.version),
        language: language.map(str::to_owned),
        data: json!({ "page": page.name(), "before": said(&before), "after": said(&after) }),
        ..Event::new("widgets.arranged")
    });
    *lists.page_mut(page) = after;
    site::put_widget_lists(&write, language, &lists).await?;
    write.commit().await
}
