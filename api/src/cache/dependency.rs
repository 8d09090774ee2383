//! What an answer depends on, and how that is recorded while it is made.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::watch::Watch;

/// Something whose change changes answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependency<'a> {
    /// Whatever is public.
    Anything,
    /// The site, its languages, and what is arranged on it.
    Frame,
    Menus,
    Sections,
    Redirects,
    /// Terms, whichever they are, with all that is said of them.
    Terms,
    /// Which terms there are, their slugs and what is below what; not their names.
    TermPlaces,
    /// One term as those are shown that articles carry.
    Term(Uuid),
    /// Any published article, whatever changes of it.
    Articles,
    /// What is published of one article, all of it.
    Article(Uuid),
    /// The same, as far as a [`Footprint`](super::Footprint) tells it: whether it is
    /// there, its address, title, date, authors and terms.
    Face(Uuid),
    /// The same without title and authors.
    Place(Uuid),
    /// Whether it is there, its address, section, language and translations.
    Address(Uuid),
    /// The same with title and authors.
    Name(Uuid),
    /// That nothing, or no other thing, lives at a decoded address.
    Path(&'a str),
    /// The same, whichever of its letters are capitals.
    PathInAnyCase(&'a str),
    /// That nothing, or no other thing, lies at a place in the tree of content.
    LogicalPath(&'a str),
    /// Which published article comes from a file of the Hugo site, by its path there.
    File(&'a str),
    /// Which articles share a translation key.
    Translations(&'a str),
    /// Which articles are in a list, and their order by date, creation or weight.
    /// What the rows of a list say is [`Dependency::Article`], or a part of `Face`.
    List(Where<'a>),
    /// Titles and authors of the articles in a list: what is sorted or filtered by
    /// them depends on this besides.
    Titles(Where<'a>),
    /// Likewise their keywords.
    Keywords(Where<'a>),
    /// Likewise when they were changed last.
    Modified(Where<'a>),
}

/// The articles that a list can hold; what is absent is no condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Where<'a> {
    pub language: Option<&'a str>,
    pub section: Option<&'a str>,
    pub term: Option<Term<'a>>,
}

/// A term, as lists name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term<'a> {
    Id(Uuid),
    /// By the plural of its taxonomy and its slug.
    Slug(&'a str, &'a str),
}

/// A dependency as a number, the same in every process: it is told to caches
/// outside. Two that share one only make more go than has to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(u64);

impl Tag {
    fn of(text: &str) -> Self {
        // FNV-1a: fixed for ever, and good enough for texts like these.
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(hash)
    }
}

/// As it stands in `Surrogate-Key`: short, and of letters that all caches take.
impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let mut rest = self.0;
        for _ in 0..13 {
            let digit = usize::try_from(rest & 31).unwrap_or(0);
            f.write_char(DIGITS.get(digit).map_or('0', |digit| char::from(*digit)))?;
            rest >>= 5;
        }
        Ok(())
    }
}

impl Dependency<'_> {
    #[must_use]
    pub fn tag(self) -> Tag {
        let text = match self {
            Self::Anything => "anything".to_owned(),
            Self::Frame => "frame".to_owned(),
            Self::Menus => "menus".to_owned(),
            Self::Sections => "sections".to_owned(),
            Self::Redirects => "redirects".to_owned(),
            Self::Terms => "terms".to_owned(),
            Self::TermPlaces => "term places".to_owned(),
            Self::Articles => "articles".to_owned(),
            Self::Term(id) => format!("term {id}"),
            Self::Article(id) => format!("article {id}"),
            Self::Face(id) => format!("face {id}"),
            Self::Place(id) => format!("place {id}"),
            Self::Address(id) => format!("address {id}"),
            Self::Name(id) => format!("name {id}"),
            Self::Path(path) => format!("path {path}"),
            Self::PathInAnyCase(path) => format!("any {}", path.to_lowercase()),
            Self::LogicalPath(path) => format!("logical {path}"),
            Self::File(path) => format!("file {path}"),
            Self::Translations(key) => format!("translations {key}"),
            Self::List(of) => of.text("list"),
            Self::Titles(of) => of.text("titles"),
            Self::Keywords(of) => of.text("keywords"),
            Self::Modified(of) => of.text("modified"),
        };
        Tag::of(&text)
    }
}

impl Where<'_> {
    fn text(self, kind: &str) -> String {
        let Self { language, section, term } = self;
        let mut text = kind.to_owned();
        for part in [language, section] {
            // A name may hold any character but this one.
            text.push('\0');
            text.push_str(part.unwrap_or("\u{1}"));
        }
        let _ = match term {
            None => write!(text, "\0"),
            Some(Term::Id(id)) => write!(text, "\0id {id}"),
            Some(Term::Slug(taxonomy, slug)) => write!(text, "\0{taxonomy}\0{slug}"),
        };
        text
    }
}

/// What has been read for an answer so far.
#[derive(Debug, Default)]
pub struct Reads(Mutex<Recorded>);

#[derive(Debug, Default)]
struct Recorded {
    known: Known,
    never: bool,
}

/// What an answer depends on.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Whatever touches one of these touches the answer.
    pub tags: BTreeSet<Tag>,
    /// Those of the lists that are watched.
    pub watched: BTreeSet<Tag>,
    pub watches: Vec<Watch>,
}

/// Lists that are watched for one answer; of more, whatever touches them counts.
const MOST_WATCHED: usize = 64;

impl Known {
    fn watch(&mut self, tags: impl IntoIterator<Item = Tag>, watch: Watch) {
        if self.watches.len() < MOST_WATCHED {
            self.watched.extend(tags);
            self.watches.push(watch);
        } else {
            self.tags.extend(tags);
        }
    }
}

impl Reads {
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    pub fn record<'a>(&self, what: impl IntoIterator<Item = Dependency<'a>>) {
        let mut recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.known.tags.extend(what.into_iter().map(Dependency::tag));
    }

    /// The same of lists, of which only so much is shown.
    pub fn watch<'a>(&self, lists: impl IntoIterator<Item = Dependency<'a>>, watch: Watch) {
        let mut recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.known.watch(lists.into_iter().map(Dependency::tag), watch);
    }

    /// What is read follows from more than events: it is not kept.
    pub fn never(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).never = true;
    }

    /// All of it; none where the answer is not to be kept.
    #[must_use]
    pub fn known(&self) -> Option<Known> {
        let recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (!recorded.never).then(|| recorded.known.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_do_not_share_a_tag() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let list = |language, section, term| Dependency::List(Where { language, section, term });
        let all = [
            Dependency::Anything,
            Dependency::Articles,
            Dependency::Article(a),
            Dependency::Article(b),
            Dependency::Face(a),
            Dependency::Place(a),
            Dependency::Address(a),
            Dependency::Name(a),
            Dependency::Term(a),
            Dependency::Terms,
            Dependency::TermPlaces,
            Dependency::Titles(Where::default()),
            Dependency::Keywords(Where::default()),
            Dependency::Modified(Where::default()),
            Dependency::Path("/a/"),
            Dependency::PathInAnyCase("/a/"),
            Dependency::LogicalPath("/a/"),
            Dependency::Translations("/a/"),
            list(None, None, None),
            list(Some("en"), None, None),
            list(None, Some("en"), None),
            list(None, Some(""), None),
            list(None, None, Some(Term::Id(a))),
            list(None, None, Some(Term::Slug("tags", "a"))),
        ];
        let tags: BTreeSet<_> = all.iter().map(|one| one.tag().to_string()).collect();
        assert_eq!(tags.len(), all.len());
        assert!(tags.iter().all(|tag| tag.len() == 13), "{tags:?}");
    }

    #[test]
    fn a_tag_is_the_same_in_every_version() {
        // Nodes of different versions purge for each other.
        assert_eq!(Dependency::Frame.tag().0, 0xd8d4_3356_28b3_5226_u64);
    }
}
