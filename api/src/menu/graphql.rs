//! Menus in GraphQL.

use std::sync::Arc;

use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, OneofObject, SimpleObject,
};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::read::load;
use super::target::{Place, Targets};
use super::tree::{self, Entry, Target};
use super::write::{self, Change, Listed, Spot, Tree, Which};
use super::{Menu, MenuItem, Origin};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::graphql::id::{IdKind, decode_as, encode};
use crate::graphql::scalar::{DateTime, Json, LanguageTag};
use crate::graphql::{ContextExt, Outcome, UserErrorObject, ViewArgument};
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
pub struct MenuTree(Tree);

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
#[derive(SimpleObject, InputObject)]
#[graphql(input_name = "LocalizedNameInput")]
pub struct LocalizedName {
    /// In which language.
    language: LanguageTag,
    /// What to show.
    name: String,
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
            Target::Section(name) => found.section = Some(name),
            Target::Url(url) => found.url = Some(url),
        }
        found
    }
}

/// What an entry is to point at.
#[derive(Debug, Clone, OneofObject)]
pub enum MenuTargetInput {
    /// An article, or its translation in the menu's language; renaming it changes
    /// the entry with it.
    Article(ID),
    /// A tag.
    Tag(ID),
    /// A category.
    Category(ID),
    /// A section's folder below the language: `news/local`; empty for the home page.
    Section(String),
    /// An address, as it is used in `href`: `/about/`, `https://example.org/`.
    Url(String),
}

impl MenuTargetInput {
    fn target(self) -> Result<Target> {
        Ok(match self {
            Self::Article(id) => Target::Article(decode_as(IdKind::Article, &id)?),
            Self::Tag(id) => Target::Tag(decode_as(IdKind::Tag, &id)?),
            Self::Category(id) => Target::Category(decode_as(IdKind::Category, &id)?),
            Self::Section(name) => Target::Section(name.trim_matches('/').to_owned()),
            Self::Url(url) => Target::Url(url),
        })
    }
}

/// An entry with everything below it.
#[derive(Debug, Clone, InputObject)]
pub struct MenuEntryInput {
    /// That of the entry as it was read; none for a new one.
    id: Option<ID>,
    /// What entries of articles name as their parent, unique in the menu; kept, or
    /// made from the name, where it is not given.
    identifier: Option<String>,
    /// What to show; null for what its target is called.
    name: Option<String>,
    /// What to show in single languages, for a menu of all.
    #[graphql(default)]
    names: Vec<LocalizedName>,
    /// What to show when a pointer rests on it.
    title: Option<String>,
    /// What it points at; null for one that only holds others.
    target: Option<MenuTargetInput>,
    /// Further settings, such as Hugo's `pre` and `post`.
    params: Option<Json>,
    /// The entries below, in order.
    #[graphql(default)]
    children: Vec<MenuEntryInput>,
}

impl Clone for LocalizedName {
    fn clone(&self) -> Self {
        Self { language: self.language.clone(), name: self.name.clone() }
    }
}

impl std::fmt::Debug for LocalizedName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.language.0, self.name)
    }
}

fn by_language(names: Vec<LocalizedName>) -> IndexMap<String, String> {
    names.into_iter().map(|LocalizedName { language, name }| (language.0, name)).collect()
}

fn map_of(params: Json) -> Result<Map<String, Value>> {
    match params.0 {
        Value::Object(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        _ => Err(Error::bad_input("`params` is a map of names")),
    }
}

impl MenuEntryInput {
    fn entry(self, ctx: &Ctx) -> Result<Entry> {
        let Self { id, identifier, name, names, title, target, params, children } = self;
        // A new entry is told from one that was read by its weight.
        let (id, weight) = match id {
            Some(id) => (decode_as(IdKind::MenuEntry, &id)?, 0),
            None => (ctx.new_id(), i32::MIN),
        };
        Ok(Entry {
            id,
            identifier: identifier.unwrap_or_default(),
            name,
            names: by_language(names),
            title,
            weight,
            params: params.map(map_of).transpose()?.unwrap_or_default(),
            target: target.map(MenuTargetInput::target).transpose()?,
            children: children.into_iter().map(|child| child.entry(ctx)).collect::<Result<_>>()?,
        })
    }
}

/// Changes of one entry; what is not given stays, and null takes it away.
#[derive(Debug, Clone, InputObject)]
pub struct UpdateMenuEntryInput {
    /// What entries of articles name as their parent, unique in the menu.
    identifier: Option<String>,
    /// What to show; null for what its target is called.
    name: MaybeUndefined<String>,
    /// What to show in single languages: all of them.
    names: Option<Vec<LocalizedName>>,
    /// What to show when a pointer rests on it.
    title: MaybeUndefined<String>,
    /// What it points at; null for one that only holds others.
    target: MaybeUndefined<MenuTargetInput>,
    /// All further settings.
    params: Option<Json>,
}

impl UpdateMenuEntryInput {
    fn change(self) -> Result<Change> {
        let Self { identifier, name, names, title, target, params } = self;
        let target: Option<Option<MenuTargetInput>> = target.into();
        Ok(Change {
            identifier,
            name: name.into(),
            names: names.map(by_language),
            title: title.into(),
            target: target
                .map(|target| target.map(MenuTargetInput::target).transpose())
                .transpose()?,
            params: params.map(map_of).transpose()?,
        })
    }
}

/// Which menu.
#[derive(Debug, Clone, InputObject)]
pub struct MenuBy {
    /// The name by which it is asked for.
    name: String,
    /// In which language; null is the menu for all that have none of their own.
    language: Option<LanguageTag>,
}

impl From<MenuBy> for Which {
    fn from(MenuBy { name, language }: MenuBy) -> Self {
        Self { name, language: language.map(|tag| tag.0) }
    }
}

/// Where an entry is to stand.
#[derive(Debug, Clone, InputObject)]
pub struct MenuSpotInput {
    /// Below this entry; at the top where it is null.
    parent: Option<ID>,
    /// How many of its siblings come before it; last where it is null.
    position: Option<i32>,
}

impl MenuSpotInput {
    fn spot(self) -> Result<Spot> {
        let Self { parent, position } = self;
        Ok(Spot {
            parent: parent.map(|id| decode_as(IdKind::MenuEntry, &id)).transpose()?,
            position: position.map(|position| usize::try_from(position).unwrap_or(0)),
        })
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
        Ok(menus
            .into_iter()
            .map(|Listed { which: Which { name, language }, version, arranged, entries }| {
                MenuSummary {
                    name,
                    language: language.map(LanguageTag),
                    version,
                    origin: if arranged { Origin::Arranged } else { Origin::Configuration },
                    entry_count: entries,
                }
            })
            .collect())
    }
}

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
