//! What a query may have meant to which nothing answers as it stands.
//!
//! Only words that are nowhere to be seen are touched, and quoted ones never. A
//! run of Chinese becomes those of the words that a dictionary finds in it which
//! are somewhere, all of them or else any; a word of four letters or more becomes
//! the nearest one that some visible article has; what nothing stands for is left
//! out, if something is left. Whether
//! it is visible is asked of the index for each, since its dictionary knows the
//! words of drafts as well.

use std::cmp::Reverse;
use std::sync::OnceLock;

use jieba_rs::Jieba;
use tantivy::Term;
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Occur, Query};

use super::find::{Engine, Narrow};
use super::fold::fold;
use super::grammar::{self, Clause};
use super::plan::Needle;
use super::{analyse, unavailable};
use crate::error::Result;

/// Shorter words are not corrected.
const SHORTEST: usize = 4;
/// Words from this length on may have two mistakes.
const LONG: usize = 8;
/// Longer ones are nobody's slip of the pen.
const LONGEST: usize = 32;
/// Near words of which the index is asked.
const CANDIDATES: usize = 24;

/// Chinese words; read when they are first needed.
fn jieba() -> &'static Jieba {
    static WORDS: OnceLock<Jieba> = OnceLock::new();
    WORDS.get_or_init(Jieba::new)
}

/// The words of a run of dense letters, each with the shorter ones in it.
fn words(text: &str) -> Vec<(String, Vec<String>)> {
    let text: String = fold(text).iter().map(|letter| letter.char).collect();
    let cut = jieba().cut(&text, false);
    let cut = cut.into_iter().map(|token| token.word);
    let spelled = cut.filter(|word| word.chars().any(char::is_alphanumeric));
    spelled
        .map(|word| {
            let parts = jieba().cut_for_search(word, false).into_iter().map(|token| token.word);
            let parts = parts.filter(|part| *part != word && part.chars().count() > 1);
            (word.to_owned(), parts.map(str::to_owned).collect())
        })
        .collect()
}

/// The words of two letters and more of dense scripts in a text.
pub fn dense_words(text: &str) -> Vec<String> {
    let words = words(text).into_iter().map(|(word, _)| word);
    words
        .filter(|word| word.chars().nth(1).is_some() && word.chars().all(analyse::is_dense))
        .collect()
}

/// What becomes of a clause of a query that finds nothing.
enum Instead {
    /// It stays: it is somewhere, or quoted.
    Itself,
    /// The word that was meant, or the words that it is made of.
    Others(Vec<Clause>),
    Nothing,
}

impl Engine {
    /// Other queries for one that finds nothing, to be tried in order, and how each
    /// reads. Words that are nowhere are left out, if others are left.
    pub fn relax(&self, query: &grammar::Query) -> Result<Vec<(grammar::Query, String)>> {
        let (mut all, mut any) = (Vec::new(), Vec::new());
        let (mut changed, mut cut) = (false, false);
        for group in &query.groups {
            let instead = match group.as_slice() {
                [clause] => self.instead(clause)?,
                _ => Instead::Itself,
            };
            changed |= !matches!(instead, Instead::Itself);
            match instead {
                Instead::Itself => {
                    all.push(group.clone());
                    any.push(group.clone());
                }
                Instead::Others(clauses) => {
                    cut |= clauses.len() > 1;
                    all.extend(clauses.iter().map(|clause| vec![clause.clone()]));
                    any.push(clauses);
                }
                Instead::Nothing => {}
            }
        }
        if !changed || all.is_empty() {
            return Ok(Vec::new());
        }
        let mut tries = vec![all];
        // One of the words of a run, where no article has all of them.
        tries.extend(cut.then_some(any));
        let relaxed = tries.into_iter().map(|groups| {
            let relaxed = grammar::Query { groups, ..query.clone() };
            let text = written(&relaxed);
            (relaxed, text)
        });
        Ok(relaxed.collect())
    }

    /// What to look for in place of a clause that is nowhere.
    fn instead(&self, clause: &Clause) -> Result<Instead> {
        let Some(needle) = Needle::of(clause).filter(|_| !clause.quoted && !clause.prefix) else {
            return Ok(Instead::Itself);
        };
        if self.is_seen(needle.query(&self.opened.fields, self.opened.fields.text))? {
            return Ok(Instead::Itself);
        }
        let texts = if needle.is_word() {
            self.nearest(&needle.parts[0].text)?.into_iter().collect()
        } else if clause.text.chars().filter(|char| analyse::is_dense(*char)).count() > 2 {
            self.seen(words(&clause.text))?
        } else {
            Vec::new()
        };
        let clauses = texts.into_iter().filter(|text| *text != clause.text);
        let clauses: Vec<_> = clauses.map(|text| Clause { text, ..clause.clone() }).collect();
        Ok(if clauses.is_empty() { Instead::Nothing } else { Instead::Others(clauses) })
    }

    /// Those of words that are somewhere, or what of them is; those of one letter only
    /// where there are no others, since most of them are particles.
    fn seen(&self, words: Vec<(String, Vec<String>)>) -> Result<Vec<String>> {
        let (longer, single): (Vec<_>, Vec<_>) =
            words.into_iter().partition(|(word, _)| word.chars().nth(1).is_some());
        let seen = self.seen_of(longer)?;
        if seen.is_empty() { self.seen_of(single) } else { Ok(seen) }
    }

    fn seen_of(&self, words: Vec<(String, Vec<String>)>) -> Result<Vec<String>> {
        let mut seen: Vec<String> = Vec::new();
        for (word, parts) in words {
            let before = seen.len();
            for text in std::iter::once(word).chain(parts) {
                if seen.len() > before && seen[before..].iter().any(|whole| whole.contains(&text)) {
                    continue;
                }
                let clause = Clause { place: None, text, quoted: true, prefix: false };
                if let Some(needle) = Needle::of(&clause)
                    && self.is_seen(needle.query(&self.opened.fields, self.opened.fields.text))?
                {
                    seen.push(clause.text);
                }
            }
        }
        seen.dedup();
        Ok(seen)
    }

    /// Whether anything that may be seen answers to a query.
    pub fn is_seen(&self, query: Box<dyn Query>) -> Result<bool> {
        let mut parts = self.filters(&Narrow::default());
        parts.push((Occur::Must, query));
        self.finds(&BooleanQuery::new(parts))
    }

    /// The word nearest to one that is nowhere.
    fn nearest(&self, word: &str) -> Result<Option<String>> {
        let letters: Vec<char> = word.chars().collect();
        let spelled = |char: char| char.is_alphabetic() && char < '\u{590}';
        if !(SHORTEST..=LONGEST).contains(&letters.len()) || !letters.iter().all(|c| spelled(*c)) {
            return Ok(None);
        }
        let allowed = if letters.len() < LONG { 1 } else { 2 };
        let field = self.opened.fields.text;
        let fuzzy = FuzzyTermQuery::new(Term::from_field_text(field, word), allowed, true);
        let mut near: Vec<(String, u32)> = Vec::new();
        for segment in self.searcher.segment_readers() {
            let inverted = segment.inverted_index(field).map_err(unavailable)?;
            let automaton = fuzzy.automaton().map_err(unavailable)?;
            // Behind these letters lie the pairs of all dense scripts.
            let stream = inverted.terms().search(automaton).ge("a").lt("\u{590}");
            let mut stream = stream.into_stream().map_err(unavailable)?;
            while let Some((key, info)) = stream.next() {
                let Ok(term) = std::str::from_utf8(key) else {
                    continue;
                };
                match near.iter_mut().find(|(known, _)| known == term) {
                    Some((_, count)) => *count += info.doc_freq,
                    None => near.push((term.to_owned(), info.doc_freq)),
                }
            }
        }
        near.retain(|(term, _)| term.chars().all(spelled));
        near.sort_by_cached_key(|(term, count)| {
            let other: Vec<char> = term.chars().collect();
            (
                edits(&letters, &other),
                letters.first() != other.first(),
                Reverse(*count),
                term.clone(),
            )
        });
        for (term, _) in near.into_iter().take(CANDIDATES) {
            let query = super::scope::condition(Term::from_field_text(field, &term));
            if self.is_seen(query)? {
                return Ok(Some(term));
            }
        }
        Ok(None)
    }
}

/// How many letters were added, left out, mistaken or swapped.
fn edits(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut next = vec![i + 1; other.len() + 1];
        for (j, b) in other.iter().enumerate() {
            let mut least = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            next[j + 1] = least;
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(0)
}

/// A query as one would type it.
fn written(query: &grammar::Query) -> String {
    let clause = |clause: &Clause| {
        let quote = if clause.quoted { "\"" } else { "" };
        let more = if clause.prefix { "*" } else { "" };
        let place = clause
            .place
            .map_or(String::new(), |place| format!("{}:", format!("{place:?}").to_lowercase()));
        format!("{place}{quote}{}{quote}{more}", clause.text)
    };
    let groups =
        query.groups.iter().map(|group| group.iter().map(clause).collect::<Vec<_>>().join(" OR "));
    let excluded = query.excluded.iter().map(|excluded| format!("-{}", clause(excluded)));
    groups.chain(excluded).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (one, other, expected) in [
            ("server", "server", 0),
            ("serevr", "server", 1),
            ("servr", "server", 1),
            ("serverr", "server", 1),
            ("zerver", "server", 1),
            ("", "ab", 2),
        ] {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(edits(&letters(one), &letters(other)), expected, "{one} {other}");
        }
    }

    #[test]
    fn runs_of_chinese_fall_into_words() {
        let told = |text: &str| -> Vec<String> {
            let told = |(word, parts): &(String, Vec<String>)| format!("{word}{parts:?}");
            words(text).iter().map(told).collect()
        };
        assert_eq!(told("杭州西湖的旅遊攻略"), ["杭州[]", "西湖[]", "的[]", "旅游[]", "攻略[]"]);
        assert_eq!(told("皮影戏班子"), ["皮影戏[\"皮影\", \"影戏\"]", "班子[]"]);
        assert_eq!(told("几点开船"), ["几点[]", "开船[]"]);
        assert_eq!(told("的了"), ["的[]", "了[]"]);
    }
}
