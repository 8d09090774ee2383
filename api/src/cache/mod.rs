//! The answer cache: what the public was answered, as the bytes to send, until
//! something changes it.
//!
//! **Invariants.**
//! - Only what everybody gets is kept: nobody is signed in, it is a query, and
//!   nothing went wrong. Whatever an answer differs by is in its [`Key`].
//! - An answer carries every [`Dependency`] of every statement that it was made
//!   from. Operations say what a statement reads (`Ctx::db_of`); one that says
//!   nothing (`Ctx::db`) depends on everything public, which is always right.
//! - Nothing is served that is older than what this process knows of the feed, or
//!   than the last moment at which time alone changed something: [`follow`] has
//!   dropped what was touched before. So a write that was acknowledged here is
//!   seen by whoever asks next; what others wrote is heard of by `NOTIFY`, or
//!   within a second.
//! - An answer that was being made while something touched it is not kept, and
//!   nobody who asks after that is given it.
//!
//! What an event touches follows from its [`Change`]s, which `event::Write` notes
//! in the transaction itself: an article as the public had it before and after.
//! Where nobody noted them, everything goes. Of a list an answer may depend only as
//! far as it shows it ([`Watch`]): a page, or a number.
//!
//! To let a new kind of row be cached finely: a [`Dependency`], recorded where it
//! is read, and its events in `follow::touch`. To let a list be told apart by what is
//! shown of it: [`Watch`].

mod answer;
mod change;
mod dependency;
mod follow;
mod footprint;
mod purge;
mod store;
mod watch;

pub use answer::{Answer, Coding};
pub use change::{Change, Noted};
pub use dependency::{Dependency, Known, Reads, Tag, Term, Where};
pub use follow::{follow, ready};
pub use footprint::Footprint;
pub use purge::{Form as PurgeForm, header, purge};
pub use store::{Cache, Entry, Key, Lease, Numbers};
pub use watch::{By, Common, Shown, Shows, Watch};
