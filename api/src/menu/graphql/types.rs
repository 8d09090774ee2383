//! Menus as they are shown, and as they are arranged.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use serde_json::Value;

use crate::graphql::ContextExt;
use crate::graphql::id::{IdKind, encode};
use crate::graphql::scalar::{DateTime, Json, LanguageTag};
use crate::menu::target::{Place, Targets};
use crate::menu::tree::{self, Entry, Target};
use crate::menu::write::{self, Listed, Tree, Which};
use crate::menu::{Menu, MenuItem, Origin};
use crate::user::{self, User};

/// A menu.
#[Object]
impl Menu {
    /// The name by which it is asked for.
    async fn name(&self) -> &str {
        &self.name
    }

    /// Whether editors arranged it, or the configuration says it.
    async fn origin(&self) -> Origin {
        self.origin
    }

    /// The entries at the top, by weight, those without one last, then by name.
    async fn items(&self) -> &[MenuItem] {
        &self.items
    }
}

/// An entry of a menu.
#[Object]
impl MenuItem {
    /// That of the entry in `menuTree`; opaque.
    async fn id(&self) -> ID {
        encode(IdKind::MenuEntry, self.id)
    }

    /// Where it comes from.
    async fn origin(&self) -> Origin {
        self.origin
    }

    /// What its children name as their parent.
    async fn identifier(&self) -> &str {
        &self.identifier
    }

    /// What to show.
    async fn name(&self) -> &str {
        &self.name
    }

    /// As configured, or the path of what it stands for; empty for an entry that
    /// only holds others.
    async fn url(&self) -> &str {
        &self.url
    }

    /// What to show when a pointer rests on it.
    async fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Position among its siblings; 0 is last.
    async fn weight(&self) -> i32 {
        self.weight
    }

    /// Further settings, such as Hugo's `pre` and `post`.
    async fn params(&self) -> Json {
        Json(Value::Object(self.params.clone()))
    }

    /// Whether it leads to the page at `activePath`: for `aria-current="page"`.
    async fn active(&self) -> bool {
        self.active
    }

    /// Whether an entry below it, at any depth, leads to the page at `activePath`.
    async fn active_trail(&self) -> bool {
        self.active_trail
    }

    /// Whether `activePath` lies below its own address, as an article's does below
    /// its section's; never true of the home page.
    async fn active_below(&self) -> bool {
        self.active_below
    }

    /// The entries below, by weight, those without one last, then by name.
    async fn children(&self) -> &[MenuItem] {
        &self.children
    }
}

/// A menu in the form in which it is arranged: entries whose targets may not be
/// seen are there as well, and those that articles ask for are not.
pub struct MenuTree(pub Tree);

/// A menu in the form in which it is arranged: entries whose targets may not be
/// seen are there as well, and those that articles ask for are not.
#[Object]
impl MenuTree {
    /// The name by which it is asked for.
    async fn name(&self) -> &str {
        &self.0.which.name
    }

    /// In which language; null is the menu for all that have none of their own.
    async fn language(&self) -> Option<LanguageTag> {
        self.0.which.language.clone().map(LanguageTag)
    }

    /// Raised by each change; 0 where it was never arranged. Send it back as
    /// `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Whether editors arranged it, or the configuration says it.
    async fn origin(&self) -> Origin {
        if self.0.arranged { Origin::Arranged } else { Origin::Configuration }
    }

    /// The entries at the top, in order.
    async fn entries(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<MenuEntry>> {
        let ctx = ctx.broadsheet();
        let frame = ctx.frame().await?;
        let language = match &self.0.which.language {
            Some(tag) => frame.language_of(tag),
            None => frame.default_language(),
        };
        let wanted = tree::targets(&self.0.entries);
        let targets = Targets::load(ctx, &write::scope(ctx)?, &frame, language, wanted).await?;
        let targets = Arc::new(targets);
        Ok(self.0.entries.iter().map(|entry| MenuEntry::of(entry, &targets)).collect())
    }

    /// When it was last changed; null where it never was.
    async fn changed_at(&self) -> Option<DateTime> {
        self.0.changed.map(|(at, _)| DateTime::utc(at))
    }

    /// Who changed it last; null for the server itself and for people who are not
    /// there any more.
    async fn changed_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        let Some(id) = self.0.changed.and_then(|(_, by)| by) else {
            return Ok(None);
        };
        Ok(user::people(ctx.broadsheet(), &[id]).await?.remove(&id).map(User))
    }
}

/// An entry as it is arranged.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct MenuEntry {
    /// Opaque. Send it back with the tree, so that the entry stays the same.
    id: ID,
    /// What entries of articles name as their parent; unique in the menu.
    identifier: String,
    /// What to show; null for what its target is called.
    name: Option<String>,
    /// What to show in single languages.
    names: Vec<LocalizedName>,
    /// What to show when a pointer rests on it.
    title: Option<String>,
    /// Position among its siblings; follows from the order in which it was saved.
    weight: i32,
    /// Further settings, such as Hugo's `pre` and `post`.
    params: Json,
    /// What it points at; null for one that only holds others.
    target: Option<MenuTarget>,
    /// The entries below, in order.
    children: Vec<MenuEntry>,
    #[graphql(skip)]
    place: Option<Option<Place>>,
}

#[ComplexObject]
impl MenuEntry {
    /// Where it leads in the menu's language, or the default one; null where its
    /// target is gone or has no translation there.
    async fn url(&self) -> Option<&str> {
        self.place.as_ref()?.as_ref().map(|place| place.url.as_str())
    }

    /// What its target is called there; null where it is not there.
    async fn target_name(&self) -> Option<&str> {
        self.place.as_ref()?.as_ref()?.name.as_deref()
    }

    /// Whether it points at something that is not there: menus leave it out.
    async fn broken(&self) -> bool {
        matches!(self.place, Some(None))
    }
}

impl MenuEntry {
    fn of(entry: &Entry, targets: &Arc<Targets>) -> Self {
        let Entry { id, identifier, name, names, title, weight, params, target, children } =
            entry.clone();
        Self {
            id: encode(IdKind::MenuEntry, id),
            identifier,
            name,
            names: names
                .into_iter()
                .map(|(tag, name)| LocalizedName { language: LanguageTag(tag), name })
                .collect(),
            title,
            weight,
            params: Json(Value::Object(params)),
            place: target.as_ref().map(|target| targets.get(target)),
            target: target.map(MenuTarget::from),
            children: children.iter().map(|child| Self::of(child, targets)).collect(),
        }
    }
}

/// A name in one language.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "LocalizedNameInput")]
pub struct LocalizedName {
    /// In which language.
    pub language: LanguageTag,
    /// What to show.
    pub name: String,
}

/// What an entry points at: one of these.
#[derive(Default, SimpleObject)]
pub struct MenuTarget {
    /// An article.
    article: Option<ID>,
    /// A tag.
    tag: Option<ID>,
    /// A category.
    category: Option<ID>,
    /// A term of another taxonomy.
    term: Option<ID>,
    /// A section's folder below the language: `news/local`; empty for the home page.
    section: Option<String>,
    /// An address.
    url: Option<String>,
}

impl From<Target> for MenuTarget {
    fn from(target: Target) -> Self {
        let mut found = Self::default();
        match target {
            Target::Article(id) => found.article = Some(encode(IdKind::Article, id)),
            Target::Tag(id) => found.tag = Some(encode(IdKind::Tag, id)),
            Target::Category(id) => found.category = Some(encode(IdKind::Category, id)),
            Target::Term(id) => found.term = Some(encode(IdKind::Term, id)),
            Target::Section(name) => found.section = Some(name),
            Target::Url(url) => found.url = Some(url),
        }
        found
    }
}

/// A menu, in short.
#[derive(SimpleObject)]
pub struct MenuSummary {
    /// The name by which it is asked for.
    name: String,
    /// In which language; null is the menu for all that have none of their own.
    language: Option<LanguageTag>,
    /// Raised by each change; 0 where it was never arranged.
    version: i32,
    /// Whether editors arranged it, or the configuration says it.
    origin: Origin,
    /// How many entries it has, at any depth.
    entry_count: i32,
}

impl From<Listed> for MenuSummary {
    fn from(Listed { which, version, arranged, entries }: Listed) -> Self {
        let Which { name, language } = which;
        Self {
            name,
            language: language.map(LanguageTag),
            version,
            origin: if arranged { Origin::Arranged } else { Origin::Configuration },
            entry_count: entries,
        }
    }
}
