//! How long a document is once its fragments are spread.
//!
//! Few fragments that spread each other twice make a document of billions of
//! selections, and the library walks all of them: of every operation, whichever one
//! runs, and before it validates.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use super::limits::OverLimit;

/// Selections of all operations. A document has a few thousand tokens, and those that
/// tools write name a fragment some ten times.
const MOST: usize = 20_000;

/// Refuses what would be too long.
pub fn check(document: &ExecutableDocument) -> Result<(), OverLimit> {
    let mut spread = Spread { document, known: HashMap::new() };
    let all = document.operations.iter().fold(0_usize, |all, (_, operation)| {
        all.saturating_add(spread.length(&operation.node.selection_set.node))
    });
    OverLimit::check("selections with all fragments spread", all, MOST)
}

struct Spread<'a> {
    document: &'a ExecutableDocument,
    /// The length of each fragment; nothing of one that is being looked at, so that a
    /// circle ends. Validation refuses it.
    known: HashMap<&'a str, usize>,
}

impl<'a> Spread<'a> {
    fn length(&mut self, set: &'a SelectionSet) -> usize {
        let mut all = set.items.len();
        for selection in &set.items {
            let below = match &selection.node {
                Selection::Field(field) => self.length(&field.node.selection_set.node),
                Selection::InlineFragment(fragment) => {
                    self.length(&fragment.node.selection_set.node)
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            };
            all = all.saturating_add(below);
        }
        all
    }

    fn fragment(&mut self, name: &'a str) -> usize {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return 0;
        };
        self.known.insert(name, 0);
        let length = self.length(&fragment.node.selection_set.node);
        self.known.insert(name, length);
        length
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    /// Fragments that spread the next one twice.
    fn doubling(count: usize, on: &str, end: &str) -> String {
        let fragments = (0..count).map(|number| {
            let next = number + 1;
            format!("fragment F{number} on {on} {{ ...F{next} ...F{next} }}")
        });
        let fragments: Vec<_> = fragments.collect();
        format!("{} fragment F{count} on {on} {{ {end} }}", fragments.join(" "))
    }

    fn verdict(document: &str) -> String {
        match check(&parse_query(document).expect("a document")) {
            Ok(()) => "ok".to_owned(),
            Err(over) => format!("{}: {}", over.limit, over.asked),
        }
    }

    #[test]
    fn fragments_that_double_are_too_long_wherever_they_stand() {
        let fragments = doubling(40, "Query", "site { title }");
        for document in [
            format!("{{ ...F0 }} {fragments}"),
            format!("query A {{ site {{ title }} }} query B {{ ...F0 }} {fragments}"),
            format!("{{ ... {{ a {{ b {{ ...F0 }} }} }} }} {fragments}"),
        ] {
            assert!(verdict(&document).starts_with("selections"), "{}", verdict(&document));
        }
        assert_eq!(verdict(&format!("{{ ...F0 }} {}", doubling(10, "Query", "a"))), "ok");
    }

    #[test]
    fn circles_and_what_is_missing_end() {
        assert_eq!(
            verdict("{ ...A ...B } fragment A on T { ...B } fragment B on T { ...A }"),
            "ok"
        );
        assert_eq!(verdict("{ ...A }"), "ok");
    }
}
