//! A [`Scope`] as a condition on the index: what `article::read::visible` and
//! `within` are in SQL. The window of time is looked at document by document, by
//! [`Window`].

use entity::{Timestamp, View};
use tantivy::Term;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use uuid::Uuid;

use super::layout::Fields;
use crate::policy::{Limits, Rows, Scope};

pub type Parts = Vec<(Occur, Box<dyn Query>)>;

/// A condition that adds nothing to the score.
#[must_use]
pub fn condition(term: Term) -> Box<dyn Query> {
    let query = TermQuery::new(term, IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(query), 0.0))
}

/// One of several.
#[must_use]
pub fn any(terms: impl Iterator<Item = Term>) -> Box<dyn Query> {
    Box::new(BooleanQuery::new(terms.map(|term| (Occur::Should, condition(term))).collect()))
}

#[must_use]
pub fn any_text<'a>(field: Field, texts: impl Iterator<Item = &'a String>) -> Box<dyn Query> {
    any(texts.map(|text| Term::from_field_text(field, text)))
}

/// Which documents a scope lets through, whatever the time.
#[must_use]
pub fn parts(scope: &Scope, fields: &Fields) -> Parts {
    let view = |view: View| condition(Term::from_field_u64(fields.view, view as u64));
    let Scope { view: of, now: _, rows } = scope;
    let mut parts: Parts = Vec::new();
    match rows {
        Rows::All => parts.push((Occur::Must, view(*of))),
        Rows::Some { owner, limits } => {
            parts.push((Occur::Must, view(*of)));
            if let Some(owner) = owner {
                let term = Term::from_field_bytes(fields.owner, owner.as_bytes());
                parts.push((Occur::Must, condition(term)));
            }
            if let Some(grant) = limits {
                let Limits { languages, sections } = &grant.limits;
                for (field, values) in [(fields.language, languages), (fields.section, sections)] {
                    if !values.is_empty() {
                        parts.push((Occur::Must, any_text(field, values.iter())));
                    }
                }
            }
        }
        Rows::Preview(article) => {
            let own = || condition(super::layout::id_term(fields, *article));
            let shown: Parts = vec![(Occur::Must, view(View::Working)), (Occur::Must, own())];
            let others: Parts = vec![(Occur::Must, view(View::Published)), (Occur::MustNot, own())];
            let either = [shown, others]
                .map(|parts| (Occur::Should, Box::new(BooleanQuery::new(parts)) as Box<dyn Query>));
            parts.push((Occur::Must, Box::new(BooleanQuery::new(either.into()))));
        }
    }
    parts
}

/// When what is found must be there to be seen; working copies always are.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub now: Timestamp,
    /// The article whose working copy is seen, among what is published.
    pub except: Option<Uuid>,
}

#[must_use]
pub fn window(scope: &Scope) -> Option<Window> {
    let except = match &scope.rows {
        Rows::Preview(article) => Some(*article),
        Rows::All | Rows::Some { .. } => None,
    };
    (scope.view == View::Published).then_some(Window { now: scope.now, except })
}
