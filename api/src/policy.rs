//! The only place that says who may see and do what.
//!
//! [`scope`] answers with a filter that becomes part of every query, so what may
//! not be seen is not found. [`check`] decides about a thing that is seen: not
//! allowed is forbidden. Resolvers and SQL hold no rule of their own.

use std::sync::Arc;

use entity::{Timestamp, View};
use uuid::Uuid;

use crate::ctx::{Actor, Ctx, Via};
use crate::error::{Error, Result};

/// What somebody is allowed to do in general.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, async_graphql::Enum)]
pub enum Role {
    /// Reads working copies.
    Viewer,
    /// Writes own drafts, and may not publish.
    Contributor,
    /// Writes and publishes own articles.
    Author,
    /// Writes and publishes everything.
    Editor,
    /// Does everything, users and settings included.
    Admin,
}

impl Role {
    pub const ALL: [Self; 5] =
        [Self::Viewer, Self::Contributor, Self::Author, Self::Editor, Self::Admin];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "VIEWER",
            Self::Contributor => "CONTRIBUTOR",
            Self::Author => "AUTHOR",
            Self::Editor => "EDITOR",
            Self::Admin => "ADMIN",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().rev().map(|role| role.name()).collect();
            format!("no role is called {text:?}; there are {}", names.join(", "))
        })
    }
}

/// Something that is done to content, to people or to the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Make a draft.
    CreateArticle,
    /// Save the working copy, restore a revision, read the history.
    EditArticle,
    /// Ask for a review, or take the question back.
    SubmitArticle,
    /// Say that what was submitted is fit to be published, or what is missing.
    ReviewArticle,
    /// Publish now or at a time.
    PublishArticle,
    /// Take back from the public.
    UnpublishArticle,
    /// Put aside, out of every list, as it is; and take it back.
    ArchiveArticle,
    UnarchiveArticle,
    /// Put in the trash and take out of it.
    TrashArticle,
    RestoreArticle,
    /// Delete for ever.
    PurgeArticle,
    /// Say who is to do something about it.
    AssignArticle,
    /// Say something about the working copy, to those who work on it.
    CommentArticle,
    /// Give somebody without an account a look at the working copy.
    PreviewArticle,
    /// Make, rename, merge, split and delete tags and categories, and undo it.
    EditTerms,
    /// Arrange menus and the widgets of pages.
    ArrangeSite,
    /// Say where readers go from an address at which nothing lives.
    EditRedirects,
    /// Change the site's own settings.
    EditSite,
    /// Invite people, change what they may do, send them away, read the audit log.
    ManageUsers,
}

/// Where an article stands, for what can be done next. One that waits for a
/// review stands there beside what else it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Submitted,
    Draft,
    Scheduled,
    Published,
    Expired,
    Archived,
    Trashed,
}

/// How far a role's word goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    No,
    /// Their own, until the public has it.
    Draft,
    Own,
    All,
}

/// What a row of the table says: an action, the scope that an API token needs
/// for it, how far each role may go, and the steps at which it can be done.
struct Rule {
    action: Action,
    scope: TokenScope,
    viewer: Reach,
    contributor: Reach,
    author: Reach,
    editor: Reach,
    steps: &'static [Step],
}

/// The table. An administrator may do everything. A contributor's word ends
/// where the public reads; authors publish their own without asking.
#[rustfmt::skip]
const RULES: &[Rule] = {
    use Action::{
        ArchiveArticle, ArrangeSite, AssignArticle, CommentArticle, CreateArticle, EditArticle, EditRedirects,
        EditSite, EditTerms,
        ManageUsers, PreviewArticle, PublishArticle, PurgeArticle, RestoreArticle, ReviewArticle,
        SubmitArticle, TrashArticle, UnarchiveArticle, UnpublishArticle,
    };
    use Reach::{All, Draft as D, No, Own};
    use Step::{Archived, Draft, Expired, Published, Scheduled, Submitted, Trashed};
    use TokenScope::{
        ContentPublish, ContentReadWorking, ContentWrite, SiteWrite, TaxonomyWrite, UserManage,
    };
    const fn rule(
        action: Action,
        scope: TokenScope,
        [viewer, contributor, author, editor]: [Reach; 4],
        steps: &'static [Step],
    ) -> Rule {
        Rule { action, scope, viewer, contributor, author, editor, steps }
    }
    const ALIVE: &[Step] = &[Draft, Scheduled, Published, Expired];
    &[
        //   action            token's scope         VIEWER CONTR. AUTHOR EDITOR  at which steps
        rule(CreateArticle,    ContentWrite,        [No,    Own,   Own,   All],   &[]),
        rule(EditArticle,      ContentWrite,        [No,    D,     Own,   All],   ALIVE),
        rule(SubmitArticle,    ContentWrite,        [No,    D,     Own,   All],   ALIVE),
        rule(ReviewArticle,    ContentPublish,      [No,    No,    No,    All],   &[Submitted]),
        rule(PublishArticle,   ContentPublish,      [No,    No,    Own,   All],   ALIVE),
        rule(UnpublishArticle, ContentPublish,      [No,    No,    Own,   All],   &[Scheduled, Published, Expired]),
        rule(ArchiveArticle,   ContentPublish,      [No,    D,     Own,   All],   ALIVE),
        rule(UnarchiveArticle, ContentPublish,      [No,    D,     Own,   All],   &[Archived]),
        rule(TrashArticle,     ContentWrite,        [No,    D,     Own,   All],   &[Draft, Scheduled, Published, Expired, Archived]),
        rule(RestoreArticle,   ContentWrite,        [No,    D,     Own,   All],   &[Trashed]),
        rule(PurgeArticle,     ContentWrite,        [No,    No,    No,    All],   &[Trashed]),
        rule(AssignArticle,    ContentWrite,        [No,    No,    Own,   All],   ALIVE),
        rule(CommentArticle,   ContentWrite,        [All,   Own,   Own,   All],   ALIVE),
        rule(PreviewArticle,   ContentReadWorking,  [All,   Own,   Own,   All],   ALIVE),
        rule(EditTerms,        TaxonomyWrite,       [No,    No,    No,    All],   &[]),
        rule(ArrangeSite,      SiteWrite,           [No,    No,    No,    All],   &[]),
        rule(EditRedirects,    SiteWrite,           [No,    No,    No,    All],   &[]),
        rule(EditSite,         SiteWrite,           [No,    No,    No,    No],    &[]),
        rule(ManageUsers,      UserManage,          [No,    No,    No,    No],    &[]),
    ]
};

impl Rule {
    fn of(action: Action) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.action == action)
    }

    fn reach(&self, role: Role) -> Reach {
        match role {
            Role::Viewer => self.viewer,
            Role::Contributor => self.contributor,
            Role::Author => self.author,
            Role::Editor => self.editor,
            Role::Admin => Reach::All,
        }
    }
}

/// What an API token is for. None gives more than its owner's role has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
#[graphql(name = "ApiTokenScope")]
pub enum TokenScope {
    /// `content:read`: what everybody may read anyway.
    ContentRead,
    /// `content:read:working`: working copies, the archive and the trash.
    ContentReadWorking,
    /// `content:write`: make, save, submit and trash articles.
    ContentWrite,
    /// `content:publish`: publish, schedule, unpublish, review and archive.
    ContentPublish,
    /// `taxonomy:write`: tags and categories.
    TaxonomyWrite,
    /// `media:write`: pictures and other files.
    MediaWrite,
    /// `site:write`: settings, menus and widgets.
    SiteWrite,
    /// `webhook:manage`: who is told of changes.
    WebhookManage,
    /// `user:manage`: people, and the audit log.
    UserManage,
}

impl TokenScope {
    pub const ALL: [Self; 9] = [
        Self::ContentRead,
        Self::ContentReadWorking,
        Self::ContentWrite,
        Self::ContentPublish,
        Self::TaxonomyWrite,
        Self::MediaWrite,
        Self::SiteWrite,
        Self::WebhookManage,
        Self::UserManage,
    ];

    /// As it is stored and written on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ContentRead => "content:read",
            Self::ContentReadWorking => "content:read:working",
            Self::ContentWrite => "content:write",
            Self::ContentPublish => "content:publish",
            Self::TaxonomyWrite => "taxonomy:write",
            Self::MediaWrite => "media:write",
            Self::SiteWrite => "site:write",
            Self::WebhookManage => "webhook:manage",
            Self::UserManage => "user:manage",
        }
    }
}

impl std::str::FromStr for TokenScope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|scope| scope.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("no scope is called {text:?}; there are {names}")
        })
    }
}

/// What an API token lets its holder do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub token: Uuid,
    pub scopes: Vec<TokenScope>,
    pub limits: Limits,
}

/// Which articles a token is for; empty lists are no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    pub languages: Vec<String>,
    pub sections: Vec<String>,
}

impl Limits {
    fn hold(&self, language: &str, section: &str) -> bool {
        let within = |allowed: &[String], value: &str| {
            allowed.is_empty() || allowed.iter().any(|allowed| allowed == value)
        };
        within(&self.languages, language) && within(&self.sections, section)
    }
}

/// What an action is done to: whose it is, whether the public has it, and where
/// it lies.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    pub owner: Option<Uuid>,
    pub released: bool,
    /// Language and section of an article; none where the action is about no
    /// article that is known yet.
    pub place: Option<(&'a str, &'a str)>,
}

/// What rows somebody sees: a view, a moment, and perhaps not all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    pub view: View,
    pub now: Timestamp,
    pub rows: Rows,
}

/// Which rows of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    All,
    /// Those that somebody owns, or within the limits of a token, or both.
    Some {
        owner: Option<Uuid>,
        limits: Option<Arc<Grant>>,
    },
    /// The working copy of one article, or one term that may be of drafts alone,
    /// and of all others what is published.
    Preview(Uuid),
}

impl Scope {
    /// What everybody sees.
    #[must_use]
    pub fn public(ctx: &Ctx) -> Self {
        Self { view: View::Published, now: ctx.now(), rows: Rows::All }
    }

    /// Whether it is the same as another of the same request: for keys.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{:?}:{:?}", self.view, self.rows)
    }
}

fn sign_in() -> Error {
    Error::Unauthenticated("sign in first: send `Authorization: Bearer <accessToken>`".to_owned())
}

/// The rows of a view that the actor may see.
///
/// Published content is the same for everybody. Working copies, the archive and
/// the trash need a signed-in reader; authors and contributors see only their
/// own there, and a token what its limits leave. A preview shows the working
/// copy of one article among what is published.
pub fn scope(ctx: &Ctx, view: View) -> Result<Scope> {
    match (view, ctx.actor()) {
        (View::Working, Actor::Preview { article, .. }) => return Ok(overlay(ctx, *article)),
        (View::Published, _) => return Ok(Scope::public(ctx)),
        (_, Actor::User { via: Via::Token(grant), .. }) => {
            granted(grant, TokenScope::ContentReadWorking)?;
        }
        (_, Actor::Nobody | Actor::Preview { .. } | Actor::User { .. } | Actor::System) => {}
    }
    Ok(Scope { view, now: ctx.now(), rows: rows(ctx.actor())? })
}

/// The working copies that the actor works with: a preview shows, and no more.
pub fn desk(ctx: &Ctx) -> Result<Scope> {
    match ctx.actor() {
        Actor::Preview { .. } => {
            rows(ctx.actor()).map(|rows| Scope { view: View::Working, now: ctx.now(), rows })
        }
        _ => scope(ctx, View::Working),
    }
}

/// What is published, and among it the working copy of one article.
fn overlay(ctx: &Ctx, article: Uuid) -> Scope {
    Scope { view: View::Published, now: ctx.now(), rows: Rows::Preview(article) }
}

/// What somebody who changed an article or a term may see of it: a token that is
/// for writing alone sees what it wrote, among what is published.
pub fn written(ctx: &Ctx, view: View, id: Uuid) -> Result<Scope> {
    match scope(ctx, view) {
        Err(Error::Forbidden(_)) => Ok(overlay(ctx, id)),
        scope => scope,
    }
}

/// Which of the rows that are not public are an actor's to see.
fn rows(actor: &Actor) -> Result<Rows> {
    let (id, role, via) = match actor {
        Actor::System => return Ok(Rows::All),
        Actor::User { id, role, via } => (id, role, via),
        Actor::Preview { .. } => {
            return Err(Error::Forbidden("a preview shows one working copy, no more".to_owned()));
        }
        Actor::Nobody => {
            return Err(Error::Unauthenticated(
                "sign in to read working copies: send `Authorization: Bearer <accessToken>`"
                    .to_owned(),
            ));
        }
    };
    let owner = match role {
        Role::Admin | Role::Editor | Role::Viewer => None,
        Role::Author | Role::Contributor => Some(*id),
    };
    let limits = match via {
        Via::Token(grant) if grant.limits != Limits::default() => Some(Arc::clone(grant)),
        Via::Token(_) | Via::Session(_) => None,
    };
    if owner.is_none() && limits.is_none() {
        return Ok(Rows::All);
    }
    Ok(Rows::Some { owner, limits })
}

/// Whether a thing that is not public is the actor's to know of.
pub fn knows(actor: &Actor, subject: Subject<'_>) -> Result<bool> {
    Ok(among(&rows(actor)?, subject))
}

/// Whether a thing is among the rows of a scope.
#[must_use]
pub fn sees(scope: &Scope, subject: Subject<'_>) -> bool {
    among(&scope.rows, subject)
}

fn among(rows: &Rows, subject: Subject<'_>) -> bool {
    match rows {
        Rows::All => true,
        Rows::Some { owner, limits } => {
            owner.is_none_or(|owner| subject.owner == Some(owner))
                && limits.as_ref().is_none_or(|grant| {
                    subject
                        .place
                        .is_none_or(|(language, section)| grant.limits.hold(language, section))
                })
        }
        Rows::Preview(_) => false,
    }
}

fn granted(grant: &Grant, scope: TokenScope) -> Result<()> {
    if grant.scopes.contains(&scope) {
        return Ok(());
    }
    Err(Error::Forbidden(format!("the token lacks the scope {}", scope.name())))
}

/// Whether the actor may do this to that.
pub fn check(actor: &Actor, action: Action, subject: Subject<'_>) -> Result<()> {
    let (id, role, via) = match actor {
        Actor::System => return Ok(()),
        Actor::Nobody => return Err(sign_in()),
        Actor::Preview { .. } => {
            return Err(Error::Forbidden("a preview is for reading alone".to_owned()));
        }
        Actor::User { id, role, via } => (*id, *role, via),
    };
    let rule = Rule::of(action).ok_or_else(|| Error::internal("an action without a rule"))?;
    let own = subject.owner == Some(id);
    let allowed = match rule.reach(role) {
        Reach::No => false,
        Reach::Draft => own && !subject.released,
        Reach::Own => own,
        Reach::All => true,
    };
    // Who makes a thing will own it.
    let makes = action == Action::CreateArticle && rule.reach(role) == Reach::Own;
    if !allowed && !makes {
        return Err(Error::Forbidden(format!("the role {} does not allow this", role.name())));
    }
    if let Via::Token(grant) = via {
        granted(grant, rule.scope)?;
    }
    subject.place.map_or(Ok(()), |(language, section)| check_place(actor, language, section))
}

/// Whether the limits of the actor's token leave it this place.
pub fn check_place(actor: &Actor, language: &str, section: &str) -> Result<()> {
    let Actor::User { via: Via::Token(grant), .. } = actor else {
        return Ok(());
    };
    if grant.limits.hold(language, section) {
        return Ok(());
    }
    Err(Error::Forbidden(format!("the token is not for the section {section:?} in {language}")))
}

/// Whether an action can be done to an article that stands at these steps.
#[must_use]
pub fn possible(action: Action, at: &[Step]) -> bool {
    Rule::of(action).is_some_and(|rule| rule.steps.iter().any(|step| at.contains(step)))
}

/// What the actor may do to an article now, in the order of the table.
#[must_use]
pub fn allowed(actor: &Actor, subject: Subject<'_>, at: &[Step]) -> Vec<Action> {
    RULES
        .iter()
        .map(|rule| rule.action)
        .filter(|action| possible(*action, at) && check(actor, *action, subject).is_ok())
        .collect()
}

/// Only somebody who signed in with a password changes what signs them in:
/// tokens and previews do not.
pub fn session(actor: &Actor) -> Result<(Uuid, Uuid)> {
    match actor {
        Actor::User { id, via: Via::Session(session), .. } => Ok((*id, *session)),
        Actor::User { .. } | Actor::Preview { .. } => Err(Error::Forbidden(
            "this needs a person who has signed in; a token does not do".to_owned(),
        )),
        Actor::Nobody | Actor::System => Err(sign_in()),
    }
}

/// Links that sign in as somebody, and whatever touches administrators, are made
/// in person or on the command line: a token could make itself more by them.
pub fn in_person(actor: &Actor) -> Result<()> {
    match actor {
        Actor::System => Ok(()),
        actor => session(actor).map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed_in(role: Role) -> Actor {
        Actor::User { id: Uuid::from_u128(1), role, via: Via::Session(Uuid::nil()) }
    }

    #[test]
    fn every_action_has_one_rule() {
        for rule in RULES {
            let same = RULES.iter().filter(|other| other.action == rule.action).count();
            assert_eq!(same, 1, "{:?}", rule.action);
        }
        assert_eq!(RULES.len(), Action::ManageUsers as usize + 1);
    }

    #[test]
    fn a_word_goes_as_far_as_the_role() {
        let mine = Subject { owner: Some(Uuid::from_u128(1)), ..Subject::default() };
        let live = Subject { released: true, ..mine };
        let theirs = Subject { owner: Some(Uuid::from_u128(2)), ..Subject::default() };
        for (role, action, on_mine, on_live, on_theirs) in [
            (Role::Admin, Action::ManageUsers, true, true, true),
            (Role::Editor, Action::ManageUsers, false, false, false),
            (Role::Editor, Action::PublishArticle, true, true, true),
            (Role::Author, Action::PublishArticle, true, true, false),
            (Role::Author, Action::EditTerms, false, false, false),
            (Role::Author, Action::CreateArticle, true, true, true),
            (Role::Contributor, Action::EditArticle, true, false, false),
            (Role::Contributor, Action::PublishArticle, false, false, false),
            (Role::Viewer, Action::EditArticle, false, false, false),
            (Role::Viewer, Action::CommentArticle, true, true, true),
        ] {
            let actor = signed_in(role);
            let may = |subject| check(&actor, action, subject).is_ok();
            assert_eq!(may(mine), on_mine, "{role:?} {action:?} own");
            assert_eq!(may(live), on_live, "{role:?} {action:?} own, live");
            assert_eq!(may(theirs), on_theirs, "{role:?} {action:?} other's");
            assert!(check(&Actor::Nobody, action, mine).is_err());
        }
    }

    #[test]
    fn a_token_takes_away_and_never_adds() {
        let token = |role, scopes: &[TokenScope], sections: &[&str]| Actor::User {
            id: Uuid::from_u128(1),
            role,
            via: Via::Token(Arc::new(Grant {
                token: Uuid::nil(),
                scopes: scopes.to_vec(),
                limits: Limits {
                    languages: Vec::new(),
                    sections: sections.iter().map(|name| (*name).to_owned()).collect(),
                },
            })),
        };
        let there = Subject { place: Some(("en", "news")), ..Subject::default() };
        let may = |actor: &Actor, action| check(actor, action, there).is_ok();
        let writer = token(Role::Editor, &[TokenScope::ContentWrite], &[]);
        assert!(may(&writer, Action::EditArticle));
        assert!(!may(&writer, Action::PublishArticle));
        assert!(!may(&token(Role::Editor, &[TokenScope::UserManage], &[]), Action::ManageUsers));
        assert!(may(&token(Role::Editor, &TokenScope::ALL, &["news"]), Action::EditArticle));
        assert!(!may(&token(Role::Editor, &TokenScope::ALL, &["blog"]), Action::EditArticle));
        assert!(session(&writer).is_err());
    }

    #[test]
    fn roles_and_scopes_are_read_by_their_names() {
        assert_eq!("editor".parse(), Ok(Role::Editor));
        assert!("boss".parse::<Role>().unwrap_err().contains("ADMIN"));
        for scope in TokenScope::ALL {
            assert_eq!(scope.name().parse(), Ok(scope));
        }
        assert!("all".parse::<TokenScope>().unwrap_err().contains("content:read"));
    }
}
