//! The only place that says who may see and do what.
//!
//! [`scope`] answers with a filter that becomes part of every query, so what may
//! not be seen is not found. [`check`] decides about a thing that is seen: not
//! allowed is forbidden. Resolvers and SQL hold no rule of their own.

use entity::{Timestamp, View};
use uuid::Uuid;

use crate::ctx::{Actor, Ctx};
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

/// Something that is done to content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Make a draft.
    CreateArticle,
    /// Save the working copy, restore a revision, read the history.
    EditArticle,
    /// Publish, schedule, or take back from the public.
    PublishArticle,
    /// Put in the trash and take out of it.
    TrashArticle,
    /// Make, rename, merge, split and delete tags and categories, and undo it.
    EditTerms,
}

/// Who did the thing an action is about first, and whether the public sees it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject {
    pub owner: Option<Uuid>,
    pub released: bool,
}

/// What rows somebody sees: a view, a moment, and perhaps only their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    pub view: View,
    pub now: Timestamp,
    pub owner: Option<Uuid>,
}

impl Scope {
    /// What everybody sees.
    #[must_use]
    pub fn public(ctx: &Ctx) -> Self {
        Self { view: View::Published, now: ctx.now(), owner: None }
    }
}

/// The rows of a view that the actor may see.
///
/// Published content is the same for everybody. Working copies and the trash
/// need a signed-in reader; authors and contributors see only their own there.
pub fn scope(ctx: &Ctx, view: View) -> Result<Scope> {
    let owner = match (view, ctx.actor()) {
        (View::Published, _) | (_, Actor::System) => None,
        (_, Actor::Nobody) => {
            return Err(Error::Unauthenticated(
                "sign in to read working copies: send `Authorization: Bearer <accessToken>`"
                    .to_owned(),
            ));
        }
        (_, Actor::User { id, role, .. }) => match role {
            Role::Admin | Role::Editor | Role::Viewer => None,
            Role::Author | Role::Contributor => Some(*id),
        },
    };
    Ok(Scope { view, now: ctx.now(), owner })
}

/// Whether the actor may do this to that.
pub fn check(actor: &Actor, action: Action, subject: Subject) -> Result<()> {
    let (id, role) = match actor {
        Actor::System => return Ok(()),
        Actor::Nobody => {
            return Err(Error::Unauthenticated(
                "sign in first: send `Authorization: Bearer <accessToken>`".to_owned(),
            ));
        }
        Actor::User { id, role, .. } => (*id, *role),
    };
    let own = subject.owner == Some(id);
    let allowed = match (role, action) {
        (Role::Admin | Role::Editor, _) => true,
        (Role::Author | Role::Contributor, Action::CreateArticle) => true,
        (Role::Author, Action::EditArticle | Action::PublishArticle | Action::TrashArticle) => own,
        // What the public reads is out of a contributor's hands.
        (Role::Contributor, Action::EditArticle | Action::TrashArticle) => own && !subject.released,
        (Role::Author | Role::Contributor | Role::Viewer, _) => false,
    };
    if allowed {
        Ok(())
    } else {
        Err(Error::Forbidden(format!("the role {} does not allow this", role.name())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_does_what_the_design_says() {
        use Action::{CreateArticle, EditArticle, EditTerms, PublishArticle, TrashArticle};
        let me = Uuid::from_u128(1);
        let mine = Subject { owner: Some(me), released: false };
        let live = Subject { owner: Some(me), released: true };
        let theirs = Subject { owner: Some(Uuid::from_u128(2)), released: false };
        let allowed = |role, action, subject| {
            check(&Actor::User { id: me, role, session: None }, action, subject).is_ok()
        };
        for action in [CreateArticle, EditArticle, PublishArticle, TrashArticle, EditTerms] {
            for (role, on_mine, on_live, on_theirs) in [
                (Role::Admin, true, true, true),
                (Role::Editor, true, true, true),
                (Role::Author, action != EditTerms, action != EditTerms, action == CreateArticle),
                (
                    Role::Contributor,
                    matches!(action, CreateArticle | EditArticle | TrashArticle),
                    action == CreateArticle,
                    action == CreateArticle,
                ),
                (Role::Viewer, false, false, false),
            ] {
                assert_eq!(allowed(role, action, mine), on_mine, "{role:?} {action:?} own");
                assert_eq!(allowed(role, action, live), on_live, "{role:?} {action:?} own, live");
                assert_eq!(allowed(role, action, theirs), on_theirs, "{role:?} {action:?} other's");
            }
            assert!(check(&Actor::Nobody, action, mine).is_err());
        }
    }

    #[test]
    fn roles_are_read_in_any_case() {
        assert_eq!("editor".parse(), Ok(Role::Editor));
        assert!("boss".parse::<Role>().unwrap_err().contains("ADMIN"));
    }
}
