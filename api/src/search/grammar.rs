//! What people type, taken apart. Nothing they type is a mistake.
//!
//! - Words must all be there: `hangzhou lake`, `杭州 西湖`.
//! - Words in quotes stand side by side: `"west lake"`. An unclosed quote is none.
//! - `-word` or `NOT word`: must not be there.
//! - `one OR other`, `one | other`: either; it binds what stands beside it.
//! - `begin*`: words that begin so.
//! - `title:word`, `tag:word` and the other [`Place`]s: only there. The beginning
//!   of another word is part of that word: `std::fmt` is looked for as it stands.
//!
//! Brackets group nothing, since `OR` binds tightest; they are read over, as is
//! punctuation. What is longer than anybody types is cut short.

/// Letters of a query that count.
const LONGEST: usize = 400;
/// Words and phrases of a query that count.
const MOST: usize = 24;

/// Where to look, if not everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Title,
    Summary,
    Heading,
    Tag,
    Category,
    Author,
}

impl Place {
    fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "title" => Self::Title,
            "summary" => Self::Summary,
            "heading" => Self::Heading,
            "tag" => Self::Tag,
            "category" => Self::Category,
            "author" => Self::Author,
            _ => return None,
        })
    }
}

/// A word or a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    pub place: Option<Place>,
    pub text: String,
    /// As it stands, and not as other forms of the same word.
    pub quoted: bool,
    /// Whether it may go on.
    pub prefix: bool,
}

/// A query: of each group one clause must be there, and none of those excluded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    pub groups: Vec<Vec<Clause>>,
    pub excluded: Vec<Clause>,
}

fn is_quote(char: char) -> bool {
    matches!(char, '"' | '“' | '”' | '„' | '‟' | '＂' | '«' | '»')
}

fn is_space(char: char) -> bool {
    char.is_whitespace() || char.is_control() || matches!(char, '(' | ')' | '（' | '）')
}

impl Query {
    /// Takes any text for a query.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
        let mut rest = text.get(..end).unwrap_or_default();
        let mut query = Self::default();
        let (mut either, mut not) = (false, false);
        for _ in 0..LONGEST {
            rest = rest.trim_start_matches(is_space);
            let Some(first) = rest.chars().next() else {
                break;
            };
            if query.groups.iter().map(Vec::len).sum::<usize>() + query.excluded.len() >= MOST {
                break;
            }
            let after = rest.get(first.len_utf8()..).unwrap_or_default();
            if matches!(first, '-' | '－' | '−') {
                // A dash between words is no sign.
                not = after.chars().next().is_some_and(|next| !is_space(next));
                rest = after;
                continue;
            }
            if first == '|' || first == '｜' {
                either = !query.groups.is_empty();
                rest = after.trim_start_matches(first);
                continue;
            }
            let (clause, behind) = clause(rest);
            rest = behind;
            match clause.text.as_str() {
                "OR" if !clause.quoted => {
                    either = !query.groups.is_empty();
                    continue;
                }
                "AND" | "&&" | "&" if !clause.quoted => continue,
                "NOT" if !clause.quoted => {
                    not = true;
                    continue;
                }
                _ => {}
            }
            if !clause.text.chars().any(char::is_alphanumeric) {
                (either, not) = (false, false);
                continue;
            }
            match (not, either, query.groups.last_mut()) {
                (true, ..) => query.excluded.push(clause),
                (false, true, Some(group)) => group.push(clause),
                (false, ..) => query.groups.push(vec![clause]),
            }
            (either, not) = (false, false);
        }
        query
    }
}

/// The clause that a text begins with, and what is behind it.
fn clause(text: &str) -> (Clause, &str) {
    let (place, text) = place(text);
    let mut chars = text.chars();
    if let Some(first) = chars.next().filter(|first| is_quote(*first)) {
        let inside = chars.as_str();
        if let Some(end) = inside.find(is_quote) {
            let (phrase, close) = inside.split_at(end);
            let behind = close.strip_prefix(is_quote).unwrap_or_default();
            let clause = Clause { place, text: phrase.to_owned(), quoted: true, prefix: false };
            return (clause, behind);
        }
        // Its words, then.
        let text = text.strip_prefix(first).unwrap_or_default();
        let (clause, behind) = word(text, place);
        return (clause, behind);
    }
    word(text, place)
}

fn word(text: &str, place: Option<Place>) -> (Clause, &str) {
    let end = text.find(|char| is_space(char) || is_quote(char)).unwrap_or(text.len());
    let (word, behind) = text.split_at(end);
    let stem = word.trim_end_matches(['*', '＊']);
    let prefix = stem.len() < word.len() && !stem.is_empty();
    (Clause { place, text: stem.to_owned(), quoted: false, prefix }, behind)
}

/// The place that a text names, and what is to be looked for there.
fn place(text: &str) -> (Option<Place>, &str) {
    let found = text.find([':', '：']).and_then(|end| {
        let (name, rest) = text.split_at(end);
        let rest = rest.strip_prefix([':', '：'])?;
        let follows = rest.chars().next().is_some_and(|next| !is_space(next));
        Some((Place::named(name).filter(|_| follows)?, rest))
    });
    found.map_or((None, text), |(place, rest)| (Some(place), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Words, `"phrases"`, `~` before prefixes, `a|b` for alternatives, `!` before
    /// what is excluded.
    fn told(text: &str) -> String {
        let show = |clause: &Clause| {
            let place = clause.place.map_or(String::new(), |place| format!("{place:?}:"));
            let quote = if clause.quoted { "\"" } else { "" };
            let more = if clause.prefix { "~" } else { "" };
            format!("{place}{more}{quote}{}{quote}", clause.text)
        };
        let Query { groups, excluded } = Query::parse(text);
        let groups =
            groups.iter().map(|group| group.iter().map(show).collect::<Vec<_>>().join("|"));
        let excluded = excluded.iter().map(|clause| format!("!{}", show(clause)));
        groups.chain(excluded).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn queries_are_taken_apart() {
        for (text, expected) in [
            ("west lake", "west lake"),
            ("杭州　西湖", "杭州 西湖"),
            ("\"west lake\" tea", "\"west lake\" tea"),
            ("“西湖 龙井”茶", "\"西湖 龙井\" 茶"),
            ("west -lake", "west !lake"),
            ("west - lake", "west lake"),
            ("NOT lake west", "west !lake"),
            ("a OR b c", "a|b c"),
            ("a | b | c", "a|b|c"),
            ("OR a OR", "a"),
            ("a AND b", "a b"),
            ("(a OR b) c", "a|b c"),
            ("perf* data", "~perf data"),
            ("title:lake tag:\"long name\" Author：Li", "Title:lake Tag:\"long name\" Author:Li"),
            ("std::fmt http://a.b", "std::fmt http://a.b"),
            ("title: lake", "title: lake"),
            ("-title:x y", "y !Title:x"),
            ("\"unclosed one", "unclosed one"),
            ("a \"b", "a b"),
            ("C++ -Node.js", "C++ !Node.js"),
            ("", ""),
            ("- * \" | : ( ) ，。", ""),
            ("--x", "!x"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn long_queries_are_cut_short() {
        let query = Query::parse(&"word ".repeat(10_000));
        assert_eq!(query.groups.len(), MOST);
        let query = Query::parse(&"字".repeat(10_000));
        assert_eq!(query.groups[0][0].text.chars().count(), LONGEST);
    }

    proptest! {
        #[test]
        fn anything_is_a_query(text in "\\PC{0,60}|[-\"|:*a ()ORN]{0,40}") {
            let query = Query::parse(&text);
            let clauses = query.groups.iter().flatten().chain(&query.excluded);
            for clause in clauses {
                prop_assert!(clause.text.chars().any(char::is_alphanumeric));
            }
            prop_assert!(query.groups.iter().all(|group| !group.is_empty()));
        }
    }
}
