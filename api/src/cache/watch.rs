//! What of a list an answer shows, told apart from the rest of the list.
//!
//! A [`Dependency`](super::Dependency) names a list by language, section and term,
//! and caches outside are told no more. A [`Watch`] says besides which articles the
//! list holds, by all of its filter, and what of them is shown: their number, their
//! numbers by something, or the page between two places of an order.
//!
//! **Invariants.**
//! - What cannot be told here is [`Said::Unknown`], with all that it may depend on: of
//!   two footprints it says the same only where that is the same.
//! - A filter is watched only if it says of each article by itself whether the list
//!   has it; where translations compete (`Own::Fallback`) it does not.
//! - What the rows of a list say is not watched: that is `Dependency::Article`.
//!
//! To watch by a new condition: a line of [`said`], and its column in the footprint.

use std::fmt::Debug;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use uuid::Uuid;

use super::change::Step;
use super::footprint::Footprint;
use crate::article::filter::{
    ArticleFilter, ArticleOrderField, ArticleStatus, DateTimeFilter, Own, StringFilter, TermFilter,
};
use crate::graphql::id;
use crate::graphql::page::Key;
use crate::taxonomy::Taxonomy;

/// A list as an answer shows it.
#[derive(Debug, Clone)]
pub struct Watch {
    /// All of them hold of what the list has.
    pub filters: Vec<Arc<ArticleFilter>>,
    /// What it has carries this term, or one below it.
    pub below: Option<Uuid>,
    pub shows: Shows,
}

#[derive(Debug, Clone)]
pub enum Shows {
    /// How many articles there are, or whether there are any.
    Number,
    /// How many there are by what.
    Numbers(By),
    Page(Shown),
    /// Which articles are next to one, in the order of a section: with it, these.
    Beside(Vec<Uuid>),
    /// Which articles have how much in common with one.
    Related(Common),
}

/// What an article may have in common with another.
#[derive(Debug, Clone)]
pub struct Common {
    pub language: String,
    pub terms: Vec<Uuid>,
    /// Those that are shown.
    pub shown: Vec<Uuid>,
    /// Whether keywords count as well, and when articles were changed, and titles.
    pub keywords: bool,
    pub modified: bool,
    pub titles: bool,
}

/// What articles are counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Those of a taxonomy, by its plural, or of all.
    Terms(Option<Box<str>>),
    /// Language and section.
    Place,
    Authors,
    Date,
}

/// A place in an order.
pub type Place = (Key, Uuid);

/// The part of a list that is shown, the smaller end first, whichever way it goes.
#[derive(Debug, Clone)]
pub struct Shown {
    pub field: ArticleOrderField,
    pub span: (Bound<Place>, Bound<Place>),
    /// The article beyond it by which it is known that there are more.
    pub beyond: Option<Uuid>,
}

/// What a filter says of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    No,
    Yes,
    /// It follows from this.
    Unknown(String),
}

impl From<bool> for Said {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

impl Said {
    fn unknown(from: &impl Debug) -> Self {
        Self::Unknown(format!("{from:?}"))
    }

    fn all(parts: &[Self]) -> Self {
        if parts.contains(&Self::No) {
            Self::No
        } else if parts.iter().all(|part| *part == Self::Yes) {
            Self::Yes
        } else {
            let unknown = parts.iter().filter_map(|part| match part {
                Self::Unknown(from) => Some(from.as_str()),
                Self::Yes | Self::No => None,
            });
            Self::Unknown(unknown.collect::<Vec<_>>().join("\n"))
        }
    }

    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Yes => Self::No,
            Self::Unknown(from) => Self::Unknown(from),
        }
    }

    fn any(parts: impl Iterator<Item = Self>) -> Self {
        Self::all(&parts.map(Self::not).collect::<Vec<_>>()).not()
    }
}

impl Watch {
    /// Bytes that it takes, or some more.
    #[must_use]
    pub fn weight(&self) -> u64 {
        let texts = self.filters.iter().map(|filter| format!("{filter:?}").len());
        let key = match &self.shows {
            Shows::Page(Shown { span: (start, end), .. }) => format!("{start:?}{end:?}").len(),
            Shows::Beside(ids) => size_of_val(ids.as_slice()),
            Shows::Related(common) => {
                size_of_val(common.terms.as_slice()) + size_of_val(common.shown.as_slice())
            }
            Shows::Number | Shows::Numbers(_) => 0,
        };
        let fixed = size_of::<Self>() + self.filters.len() * size_of::<ArticleFilter>();
        (fixed + key + texts.sum::<usize>()) as u64
    }

    /// Whether what is shown may have changed.
    #[must_use]
    pub fn is_touched(&self, step: &Step) -> bool {
        let Step { id, was, is } = step;
        let (was, is) = (was.as_ref(), is.as_ref());
        let (had, has) = (self.has(*id, was), self.has(*id, is));
        match &self.shows {
            Shows::Number => had != has,
            Shows::Numbers(by) => by.counted(had, was) != by.counted(has, is),
            Shows::Beside(ids) => {
                let stays = had == has && was.zip(is).is_some_and(|(was, is)| was.is_beside(is));
                !stays && (has != Said::No || ids.contains(id))
            }
            Shows::Related(common) => {
                let has = |of: Option<&Footprint>| of.is_some_and(|of| common.has(of));
                let same = was.zip(is).is_some_and(|(was, is)| common.same(was, is));
                // What was too far down to be shown is not missed.
                !same && (has(is) || has(was) && common.shown.contains(id))
            }
            Shows::Page(shown) => {
                let place = |footprint: Option<&Footprint>| {
                    footprint.map(|footprint| (key(footprint, shown.field), *id))
                };
                let (before, now) = (place(was), place(is));
                if had == has && (before == now || had == Said::No) {
                    return false;
                }
                let inside = |said: &Said, place: &Option<Place>| {
                    *said != Said::No
                        && place.as_ref().is_some_and(|place| shown.span.contains(place))
                };
                shown.beyond == Some(*id) || inside(&had, &before) || inside(&has, &now)
            }
        }
    }

    /// Whether the list has an article.
    fn has(&self, id: Uuid, footprint: Option<&Footprint>) -> Said {
        let Some(footprint) = footprint.filter(|footprint| footprint.listed) else {
            return Said::No;
        };
        let mut parts: Vec<_> =
            self.filters.iter().map(|filter| said(filter, id, footprint)).collect();
        if let Some(below) = self.below {
            let mut terms = footprint.terms.iter().chain(&footprint.above);
            parts.push(terms.any(|(id, ..)| *id == below).into());
        }
        Said::all(&parts)
    }
}

impl Common {
    /// Whether an article may have something of it.
    fn has(&self, of: &Footprint) -> bool {
        let keyed = self.keywords && !of.keywords.is_empty();
        let tagged = || of.terms.iter().any(|(id, ..)| self.terms.contains(id));
        of.listed && of.language == self.language && (keyed || tagged())
    }

    /// Whether an article has as much of it as it had.
    fn same(&self, was: &Footprint, is: &Footprint) -> bool {
        !was.moved(is)
            && (!self.keywords || was.keywords == is.keywords)
            && (!self.modified || was.modified == is.modified)
            && (!self.titles || was.title == is.title)
    }
}

impl By {
    /// What an article adds to the numbers; nothing where it adds to none.
    fn counted(&self, has: Said, footprint: Option<&Footprint>) -> Option<(Said, String)> {
        let footprint = footprint.filter(|_| has != Said::No)?;
        let of = match self {
            Self::Terms(taxonomy) => {
                let counts = |plural: &str| taxonomy.as_deref().is_none_or(|it| it == plural);
                let terms = footprint.terms.iter().filter(|(_, plural, _)| counts(plural));
                let mut ids: Vec<_> = terms.map(|(id, ..)| id).collect();
                ids.sort_unstable();
                if ids.is_empty() {
                    return None;
                }
                format!("{ids:?}")
            }
            Self::Place => format!("{:?}", (&footprint.language, &footprint.section)),
            Self::Authors => footprint.authors.clone(),
            Self::Date => format!("{:?}", (footprint.date, footprint.utc_offset)),
        };
        Some((has, of))
    }
}

fn key(footprint: &Footprint, field: ArticleOrderField) -> Key {
    match field {
        ArticleOrderField::Date => Key::Number(footprint.date),
        ArticleOrderField::LastModified => Key::Number(footprint.modified),
        ArticleOrderField::CreatedAt => Key::Number(footprint.created),
        ArticleOrderField::Title => Key::Text(footprint.title.clone()),
        ArticleOrderField::Weight => Key::Number(footprint.weight.into()),
    }
}

/// What `read::condition` makes of a filter, of an article that the public sees.
fn said(filter: &ArticleFilter, article: Uuid, of: &Footprint) -> Said {
    let ArticleFilter {
        and,
        or,
        not,
        language,
        section,
        title,
        path,
        date,
        last_modified,
        tag,
        category,
        term,
        status,
        review,
        assigned_to,
        own,
    } = filter;
    let mut parts: Vec<_> = and.iter().flatten().map(|part| said(part, article, of)).collect();
    if let Some(or) = or {
        parts.push(Said::any(or.iter().map(|part| said(part, article, of))));
    }
    parts.extend(not.as_ref().map(|not| said(not, article, of).not()));
    parts.extend(language.as_ref().map(|language| Said::from(language.0 == of.language)));
    for (filter, text) in [(section, &of.section), (title, &of.title), (path, &of.path)] {
        parts.extend(filter.as_ref().map(|filter| text_said(filter, text)));
    }
    for (filter, time) in [(date, of.date), (last_modified, of.modified)] {
        parts.extend(filter.as_ref().map(|filter| time_said(filter, time)));
    }
    for (taxonomy, filter) in [(Taxonomy::Tags, tag), (Taxonomy::Categories, category)] {
        parts.extend(filter.as_ref().map(|filter| term_said(&taxonomy, filter, of)));
    }
    if let Some(term) = term {
        let (taxonomy, filter) = term.of_one();
        parts.push(term_said(&taxonomy, &filter, of));
    }
    // All that the public sees is published.
    let published = |all: &Vec<_>| Said::from(all.contains(&ArticleStatus::Published));
    parts.extend(status.as_ref().map(published));
    if review.is_some() || assigned_to.is_some() {
        parts.push(Said::unknown(of));
    }
    parts.extend(own.as_ref().map(|own| own_said(own, article, of)));
    Said::all(&parts)
}

fn own_said(own: &Own, article: Uuid, of: &Footprint) -> Said {
    match own {
        Own::Ids(ids) => ids.contains(&article).into(),
        Own::Below(folder) => {
            of.logical.strip_prefix(folder).is_some_and(|below| below.starts_with('/')).into()
        }
        Own::Authors(_) => Said::unknown(&of.authors),
        Own::Carrying(ids) => of.terms.iter().any(|(id, ..)| ids.contains(id)).into(),
        Own::Fallback(_) | Own::Untranslated { .. } | Own::Outdated { .. } => Said::unknown(of),
    }
}

/// Databases may fold more letters than those of ASCII: of texts with such it is not known.
fn text_said(filter: &StringFilter, text: &str) -> Said {
    let StringFilter { eq, one_of, contains, starts_with } = filter;
    let has_no_case =
        |of: char| of.to_lowercase().all(|it| it == of) && of.to_uppercase().all(|it| it == of);
    let plain =
        |text: &str| text.chars().all(|of| of != '\0' && (of.is_ascii() || has_no_case(of)));
    let folded = |part: &String, holds: fn(&str, &str) -> bool| {
        if plain(part) && plain(text) {
            holds(&text.to_ascii_lowercase(), &part.to_ascii_lowercase()).into()
        } else {
            Said::unknown(&text)
        }
    };
    let mut parts = Vec::new();
    parts.extend(eq.as_ref().map(|eq| Said::from(eq == text)));
    parts.extend(one_of.as_ref().map(|all| Said::from(all.iter().any(|one| one == text))));
    parts.extend(contains.as_ref().map(|part| folded(part, |text, part| text.contains(part))));
    let starts = |part| folded(part, |text, part| text.starts_with(part));
    parts.extend(starts_with.as_ref().map(starts));
    Said::all(&parts)
}

fn time_said(filter: &DateTimeFilter, time: i64) -> Said {
    let DateTimeFilter { gt, gte, lt, lte } = filter;
    let holds = gt.as_ref().is_none_or(|at| time > at.timestamp().0)
        && gte.as_ref().is_none_or(|at| time >= at.timestamp().0)
        && lt.as_ref().is_none_or(|at| time < at.timestamp().0)
        && lte.as_ref().is_none_or(|at| time <= at.timestamp().0);
    holds.into()
}

fn term_said(taxonomy: &Taxonomy, filter: &TermFilter, of: &Footprint) -> Said {
    let TermFilter { id, slug, slug_in, include_descendants } = filter;
    let id = id.as_ref().map(|id| id::decode_as(taxonomy.id_kind(), id)).transpose();
    let Ok(id) = id else {
        return Said::unknown(of);
    };
    let named = |(term, plural, name): &(Uuid, String, String)| {
        plural == taxonomy.plural()
            && id.is_none_or(|id| id == *term)
            && slug.as_ref().is_none_or(|slug| slug == name)
            && slug_in.as_ref().is_none_or(|slugs| slugs.contains(name))
    };
    let above = of.above.iter().filter(|_| *include_descendants);
    of.terms.iter().chain(above).any(named).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(5);

    fn tag(id: u128, slug: &str) -> (Uuid, String, String) {
        (Uuid::from_u128(id), "tags".to_owned(), slug.to_owned())
    }

    fn article(title: &str, date: i64) -> Footprint {
        let terms = vec![tag(7, "ash")];
        Footprint { title: title.to_owned(), date, terms, ..Footprint::default() }
    }

    fn touched(shows: Shows, was: Option<Footprint>, is: Option<Footprint>) -> bool {
        let watch = Watch { filters: Vec::new(), below: None, shows };
        watch.is_touched(&Step { id: ID, was, is })
    }

    /// By date, latest first: those of the days 9 to 5 are shown, and there are more.
    fn page(beyond: u128) -> Shows {
        let place = (Key::Number(5), Uuid::from_u128(1));
        let span = (Bound::Included(place), Bound::Unbounded);
        let field = ArticleOrderField::Date;
        Shows::Page(Shown { field, span, beyond: Some(Uuid::from_u128(beyond)) })
    }

    #[test]
    fn a_page_goes_with_what_enters_leaves_or_moves_in_it() {
        for (was, is, expected) in [
            (Some(6), None, true),
            (None, Some(6), true),
            (Some(6), Some(7), true),
            (Some(3), Some(6), true),
            (Some(6), Some(3), true),
            (Some(6), Some(6), false),
            (Some(3), None, false),
            (None, Some(4), false),
            (Some(3), Some(4), false),
            // A tie: the greater id comes first.
            (None, Some(5), true),
        ] {
            let (before, now) = (was.map(|day| article("A", day)), is.map(|day| article("B", day)));
            assert_eq!(touched(page(99), before, now), expected, "{was:?} {is:?}");
        }
        // By this one it is known that there are more.
        assert!(touched(page(5), Some(article("A", 3)), None));
        assert!(!touched(page(5), Some(article("A", 3)), Some(article("B", 3))));
        let unlisted = Footprint { listed: false, ..article("A", 6) };
        assert!(touched(page(99), Some(unlisted.clone()), Some(article("A", 6))));
        assert!(!touched(page(99), Some(unlisted), None));
    }

    #[test]
    fn numbers_go_with_what_they_count() {
        let number = |was, is| touched(Shows::Number, was, is);
        assert!(!number(Some(article("A", 1)), Some(article("B", 2))));
        assert!(number(Some(article("A", 1)), None));
        let by = |by, is: Footprint| touched(Shows::Numbers(by), Some(article("A", 1)), Some(is));
        let moved = Footprint { section: "news".to_owned(), ..article("A", 1) };
        let tagged = Footprint { terms: vec![tag(8, "birch")], ..article("A", 1) };
        let written = Footprint { authors: "somebody".to_owned(), ..article("A", 1) };
        for (is, touched) in [
            (article("B", 1), None),
            (article("A", 2), Some(By::Date)),
            (moved, Some(By::Place)),
            (tagged, Some(By::Terms(None))),
            (written, Some(By::Authors)),
        ] {
            for kind in [By::Date, By::Place, By::Terms(None), By::Authors] {
                let expected = touched.as_ref() == Some(&kind);
                assert_eq!(by(kind.clone(), is.clone()), expected, "{kind:?} {is:?}");
            }
        }
        let without = Footprint { terms: Vec::new(), ..article("A", 1) };
        assert!(!touched(Shows::Numbers(By::Terms(None)), None, Some(without)));
    }

    #[test]
    fn what_is_beside_or_related_goes_with_what_could_be() {
        let other = Uuid::from_u128(9);
        for (ids, was, is, expected) in [
            (vec![other], Some(article("A", 1)), None, false),
            (vec![other, ID], Some(article("A", 1)), None, true),
            (vec![other], None, Some(article("A", 1)), true),
            (vec![ID], Some(article("A", 1)), Some(article("A", 1)), false),
            (vec![other], Some(article("A", 1)), Some(article("B", 1)), true),
        ] {
            assert_eq!(touched(Shows::Beside(ids.clone()), was, is), expected, "{ids:?}");
        }
        let common = |shown: &[Uuid], titles| Common {
            language: String::new(),
            terms: vec![Uuid::from_u128(7)],
            shown: shown.to_vec(),
            keywords: true,
            modified: false,
            titles,
        };
        let related =
            |shown: &[Uuid], was, is| touched(Shows::Related(common(shown, false)), was, is);
        let strange = Footprint { terms: Vec::new(), ..article("A", 1) };
        let keyed = Footprint { keywords: "some".to_owned(), ..strange.clone() };
        assert!(!related(&[ID], None, Some(strange.clone())));
        assert!(related(&[], None, Some(keyed)));
        assert!(related(&[], Some(strange.clone()), Some(article("A", 1))));
        assert!(!related(&[other], Some(article("A", 1)), Some(strange.clone())));
        assert!(related(&[ID], Some(article("A", 1)), Some(strange)));
        assert!(!related(&[ID], Some(article("A", 1)), Some(article("B", 1))));
        let tied = Shows::Related(common(&[ID], true));
        assert!(touched(tied, Some(article("A", 1)), Some(article("B", 1))));
    }

    fn says(filter: &ArticleFilter, of: &Footprint) -> Said {
        said(filter, ID, of)
    }

    #[test]
    fn a_filter_says_what_the_database_says() {
        let of = Footprint {
            path: "/news/a/".to_owned(),
            logical: "news/a".to_owned(),
            section: "news".to_owned(),
            ..article("50% New", 5)
        };
        let text = |contains: &str| StringFilter {
            contains: Some(contains.to_owned()),
            ..StringFilter::default()
        };
        let title = |contains| ArticleFilter { title: Some(text(contains)), ..<_>::default() };
        assert_eq!(says(&ArticleFilter::default(), &of), Said::Yes);
        for (contains, expected) in [("0% n", Said::Yes), ("0_", Said::No), ("", Said::Yes)] {
            assert_eq!(says(&title(contains), &of), expected, "{contains}");
        }
        // What letters a database folds beyond those of ASCII is its own affair.
        assert_eq!(says(&title("É"), &of), Said::unknown(&"50% New"));
        let tagged = |slug: &str, below| ArticleFilter {
            tag: Some(TermFilter {
                slug: Some(slug.to_owned()),
                include_descendants: below,
                ..TermFilter::default()
            }),
            ..ArticleFilter::default()
        };
        assert_eq!(says(&tagged("ash", false), &of), Said::Yes);
        assert_eq!(says(&tagged("birch", false), &of), Said::No);
        assert_eq!(says(&tagged("birch", true), &of), Said::No);
        let below = Footprint { above: vec![tag(8, "birch")], ..of.clone() };
        assert_eq!(says(&tagged("birch", true), &below), Said::Yes);
        assert_eq!(says(&tagged("birch", false), &below), Said::No);
        let not = |filter| ArticleFilter { not: Some(Box::new(filter)), ..<_>::default() };
        let or = |or| ArticleFilter { or: Some(or), ..ArticleFilter::default() };
        assert_eq!(says(&not(title("new")), &of), Said::No);
        assert_eq!(says(&or(Vec::new()), &of), Said::No);
        assert_eq!(says(&or(vec![title("x"), tagged("ash", false)]), &of), Said::Yes);
        assert_eq!(says(&or(vec![title("x"), tagged("birch", false)]), &of), Said::No);
        for (own, expected) in [
            (Own::Ids(vec![ID]), true),
            (Own::Ids(Vec::new()), false),
            (Own::Below("news".to_owned()), true),
            (Own::Below("new".to_owned()), false),
            (Own::Below("news/a".to_owned()), false),
            (Own::Carrying(vec![Uuid::from_u128(7)]), true),
        ] {
            let filter = ArticleFilter { own: Some(own.clone()), ..ArticleFilter::default() };
            assert_eq!(says(&filter, &of), expected.into(), "{own:?}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_the_same_only_where_all_of_it_is() {
        let own = Some(Own::Authors(vec!["[]".to_owned()]));
        let filters = vec![Arc::new(ArticleFilter { own, ..ArticleFilter::default() })];
        let watch = Watch { filters, below: None, shows: Shows::Number };
        let touched = |was, is| watch.is_touched(&Step { id: ID, was: Some(was), is: Some(is) });
        assert!(!touched(article("A", 1), article("B", 2)));
        let other = Footprint { authors: "somebody".to_owned(), ..article("A", 1) };
        assert!(touched(article("A", 1), other));
    }

    #[test]
    fn letters_without_case_are_compared_as_they_are() {
        let contains = |part: &str, title: &str| {
            let part = Some(part.to_owned());
            text_said(&StringFilter { contains: part, ..StringFilter::default() }, title)
        };
        assert_eq!(contains("杭州 a", "去杭州 ABC"), Said::Yes);
        assert_eq!(contains("新", "Title"), Said::No);
        assert_eq!(contains("a", "É"), Said::unknown(&"É"));
    }
}
