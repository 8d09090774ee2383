//! Widgets and sidebars that editors arranged, and which a page has.
//!
//! For each kind of page, what was arranged for its language comes first, then
//! what was arranged for all languages, then the configuration. Widgets and the
//! sidebar's place are looked up each by itself. A new configuration changes
//! nothing of what was arranged, but for what it had taken over by then: that is
//! the configuration's again, as what was given back is.

use entity::{Timestamp, language};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Frame, LanguageFrame, PageKind, Sidebar, WidgetSetting, Widgets};
use crate::error::Result;
use crate::event::{Event, Write};

/// What was arranged, by kind of page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WidgetLists {
    pub home: Arranged,
    pub list: Arranged,
    pub single: Arranged,
}

/// What was arranged for one kind of page; none is what stands behind it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Arranged {
    /// Counts all changes, those that gave everything back as well.
    pub version: i32,
    pub sidebar: Option<Sidebar>,
    pub widgets: Option<Vec<WidgetSetting>>,
    pub changed_at: Option<Timestamp>,
    pub changed_by: Option<Uuid>,
}

impl WidgetLists {
    #[must_use]
    pub fn page(&self, page: PageKind) -> &Arranged {
        match page {
            PageKind::Home => &self.home,
            PageKind::List => &self.list,
            PageKind::Single => &self.single,
        }
    }

    pub fn page_mut(&mut self, page: PageKind) -> &mut Arranged {
        match page {
            PageKind::Home => &mut self.home,
            PageKind::List => &mut self.list,
            PageKind::Single => &mut self.single,
        }
    }
}

/// Where the widgets of a page come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "WidgetListOrigin")]
pub enum Origin {
    /// They were arranged for the language.
    Language,
    /// They were arranged for all languages.
    AllLanguages,
    /// They are the configuration's.
    Configuration,
}

impl Frame {
    /// What was arranged for a language, or for all.
    #[must_use]
    pub fn arranged<'a>(
        &'a self,
        language: Option<&'a LanguageFrame>,
        page: PageKind,
    ) -> &'a Arranged {
        language.map_or(&self.widget_lists, |language| &language.widget_lists).page(page)
    }

    /// The widgets of a kind of page in a language, or in those that have none of
    /// their own, and where they come from.
    #[must_use]
    pub fn widgets_of<'a>(
        &'a self,
        language: Option<&'a LanguageFrame>,
        page: PageKind,
    ) -> (Origin, &'a [WidgetSetting]) {
        if let Some(language) = language
            && let Some(own) = &self.arranged(Some(language), page).widgets
        {
            return (Origin::Language, own);
        }
        if let Some(all) = &self.arranged(None, page).widgets {
            return (Origin::AllLanguages, all);
        }
        let language = language.unwrap_or_else(|| self.default_language());
        (Origin::Configuration, &language.widgets.page(page).widgets)
    }

    /// Where a kind of page shows its sidebar; on the right where nothing says.
    #[must_use]
    pub fn sidebar_of(&self, language: Option<&LanguageFrame>, page: PageKind) -> Sidebar {
        let configured = language.unwrap_or_else(|| self.default_language());
        language
            .and_then(|language| self.arranged(Some(language), page).sidebar)
            .or(self.arranged(None, page).sidebar)
            .or(configured.widgets.page(page).sidebar)
            .unwrap_or(Sidebar::Right)
    }
}

/// Gives back what was arranged and has gone out, where the configuration that is
/// about to be stored says it otherwise than the one before: it was changed there.
pub async fn follow_widgets(write: &mut Write<'_>, new: &[language::Model]) -> Result<()> {
    let frame = Frame::read(write.txn()).await?;
    let pairs: Vec<(&LanguageFrame, Widgets)> = new
        .iter()
        .filter_map(|row| Some((frame.language(&row.tag)?, super::read_json(&row.widgets).ok()?)))
        .collect();
    let scopes = std::iter::once(None).chain(pairs.iter().map(|(language, _)| Some(*language)));
    for scope in scopes {
        // What was arranged for all is what each language has to say.
        let of_scope: Vec<_> = pairs
            .iter()
            .filter(|(language, _)| scope.is_none_or(|one| one.tag == language.tag))
            .map(|(language, now)| (&language.widgets, now))
            .collect();
        let mut lists =
            scope.map_or(&frame.widget_lists, |language| &language.widget_lists).clone();
        let mut given_back = false;
        for page in [PageKind::Home, PageKind::List, PageKind::Single] {
            let arranged = lists.page_mut(page);
            let each = || of_scope.iter().map(|(was, now)| (was.page(page), now.page(page)));
            let widgets = arranged.widgets.as_ref().is_some_and(|own| {
                each().all(|(was, _)| was.widgets == *own)
                    && each().any(|(was, now)| was.widgets != now.widgets)
            });
            let sidebar = arranged.sidebar.is_some_and(|own| {
                each().all(|(was, _)| was.sidebar == Some(own))
                    && each().any(|(was, now)| was.sidebar != now.sidebar)
            });
            if widgets {
                arranged.widgets = None;
            }
            if sidebar {
                arranged.sidebar = None;
            }
            if widgets || sidebar {
                arranged.version += 1;
                given_back = true;
            }
        }
        if given_back {
            let tag = scope.map(|language| language.tag.to_string());
            write.record(Event { language: tag.clone(), ..Event::new("widgets.arranged") });
            super::put_widget_lists(write, tag.as_deref(), &lists).await?;
        }
    }
    Ok(())
}
