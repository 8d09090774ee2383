//! Forms of the same word, by the Snowball stemmers.
//!
//! The index holds words as they are written. A search asks its dictionary which
//! words have the stem of the one that was typed: so texts need no language when
//! they are indexed, a phrase is what was written, and a better stemmer needs no
//! new index.

use frostem::{Algorithm, Stemmer};
use tantivy::Searcher;
use tantivy::schema::Field;

use super::unavailable;
use crate::error::Result;

/// Shorter words have one form.
const SHORTEST: usize = 3;
/// Forms of a word that are looked for.
const MOST: usize = 64;

/// The stemmers that a search goes by.
pub struct Stems(Vec<Stemmer>);

impl Stems {
    /// Those of languages; English where they have none, since its words stand in
    /// texts of all languages.
    #[must_use]
    pub fn of<'a>(languages: impl Iterator<Item = &'a str>) -> Self {
        let mut algorithms: Vec<Algorithm> = Vec::new();
        for language in languages {
            let algorithm = match language.split('-').next().unwrap_or_default() {
                "da" => Algorithm::Danish,
                "de" => Algorithm::German,
                "el" => Algorithm::Greek,
                "es" => Algorithm::Spanish,
                "fi" => Algorithm::Finnish,
                "fr" => Algorithm::French,
                "hu" => Algorithm::Hungarian,
                "it" => Algorithm::Italian,
                "nb" | "nn" | "no" => Algorithm::Norwegian,
                "nl" => Algorithm::Dutch,
                "pt" => Algorithm::Portuguese,
                "ro" => Algorithm::Romanian,
                "ru" => Algorithm::Russian,
                "sv" => Algorithm::Swedish,
                "tr" => Algorithm::Turkish,
                _ => Algorithm::English,
            };
            if !algorithms.contains(&algorithm) {
                algorithms.push(algorithm);
            }
        }
        Self(algorithms.into_iter().map(Stemmer::new).collect())
    }

    /// Other words of the index with the stem of this one.
    pub fn forms(&self, searcher: &Searcher, field: Field, word: &str) -> Result<Vec<String>> {
        let letters = word.chars().count();
        let inflected = |char: char| char.is_alphabetic() && char < '\u{500}';
        if letters < SHORTEST || !word.chars().all(inflected) {
            return Ok(Vec::new());
        }
        let mut forms: Vec<String> = Vec::new();
        for stemmer in &self.0 {
            let stem = stemmer.stem(word).into_owned();
            // The last letter of a stem may differ from those of its words: happi.
            let kept = stem.chars().count().saturating_sub(1).max(SHORTEST);
            let begin: String = word.chars().take(kept).collect();
            for segment in searcher.segment_readers() {
                let inverted = segment.inverted_index(field).map_err(unavailable)?;
                let (low, high) = range(&begin);
                let stream = inverted.terms().range().ge(low).lt(high);
                let mut stream = stream.into_stream().map_err(unavailable)?;
                while let Some((key, _)) = stream.next() {
                    let Ok(form) = std::str::from_utf8(key) else {
                        continue;
                    };
                    if forms.len() < MOST
                        && form != word
                        && stemmer.stem(form) == stem
                        && !forms.iter().any(|known| known == form)
                    {
                        forms.push(form.to_owned());
                    }
                }
            }
        }
        Ok(forms)
    }
}

/// What begins with a text lies from the first of these up to the second.
#[must_use]
pub fn range(begin: &str) -> (Vec<u8>, Vec<u8>) {
    // Behind every text in UTF-8, whose bytes are never 0xff.
    (begin.as_bytes().to_vec(), [begin.as_bytes(), &[0xff]].concat())
}
