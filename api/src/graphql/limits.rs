//! What one request may ask for, checked on its document before anything runs.
//!
//! A refused document says which limit it met, what it asked for and what is
//! allowed. Cost is the number of fields that an answer may have: a field counts
//! as often as the lists around it may repeat it: by `first` or `last`, by the
//! page's default where a connection has neither, and by [`PLAIN_LISTS`] where a
//! list has no pages.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection,
    SelectionSet,
};
use async_graphql::{Name, Positioned, Variables};
use async_graphql_value::{ConstValue, Value};

use crate::config::Limits;
use crate::graphql::page::{DEFAULT_SIZE, MAX_SIZE};

/// Lists without pages, and how many rows each counts as: without this, a few
/// that lead to each other would multiply unseen.
const PLAIN_LISTS: [(&str, usize); 39] = [
    ("alternates", 5),
    ("ancestors", 3),
    ("archive", 24),
    ("articles", 10),
    ("authorCounts", 20),
    ("authors", 2),
    ("categories", 5),
    ("categoryCounts", 20),
    ("children", 5),
    ("descendants", 10),
    ("entries", 10),
    ("feeds", 3),
    ("fragments", 3),
    ("highlights", 3),
    ("items", 5),
    ("languageCounts", 5),
    ("languages", 5),
    ("links", 5),
    ("monthCounts", 24),
    ("months", 20),
    ("moved", 5),
    ("moves", 20),
    ("offsets", 20),
    ("permalinks", 5),
    ("redirects", 10),
    ("related", 5),
    ("removed", 5),
    ("sectionCounts", 20),
    ("sections", 10),
    ("suggest", 8),
    ("tagCounts", 20),
    ("tags", 5),
    ("taxonomies", 4),
    ("termCounts", 20),
    ("terms", 10),
    ("translationStatus", 5),
    ("translations", 5),
    ("widgets", 5),
    ("years", 5),
];

/// Fields of the schema's own types that lead back to such types, many at once.
const TYPE_LISTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];
/// How many of them may stand in each other, as in graphql-js.
const MAX_TYPE_LISTS: usize = 2;

/// Which limit a document does not keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the query is over the limit on {limit}: it has {asked}, and {allowed} are allowed")]
pub struct OverLimit {
    pub limit: &'static str,
    pub asked: usize,
    pub allowed: usize,
}

impl OverLimit {
    fn check(limit: &'static str, asked: usize, allowed: usize) -> Result<(), Self> {
        if asked > allowed { Err(Self { limit, asked, allowed }) } else { Ok(()) }
    }
}

/// Counts lexical tokens without making them, and stops at the limit: long
/// documents are refused before they are parsed. Comments, commas and white
/// space are no tokens (GraphQL specification, section 2.1).
pub fn check_tokens(document: &str, limits: &Limits) -> Result<(), OverLimit> {
    OverLimit::check("tokens", count_tokens(document), limits.tokens)
}

fn count_tokens(document: &str) -> usize {
    let mut count = 0;
    let mut rest = document;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                count += 1;
                string_length(rest)
            }
            c if c.is_alphanumeric() || c == '_' => {
                count += 1;
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            c if c.is_whitespace() || c == ',' || c == '\u{feff}' => c.len_utf8(),
            '.' => {
                count += 1;
                rest.find(|c| c != '.').unwrap_or(rest.len())
            }
            c => {
                count += 1;
                c.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    count
}

fn string_length(text: &str) -> usize {
    if let Some(block) = text.strip_prefix("\"\"\"") {
        let mut from = 0;
        while let Some(end) = block.get(from..).and_then(|rest| rest.find("\"\"\"")) {
            let end = from + end;
            if block.get(..end).is_some_and(|before| before.ends_with('\\')) {
                from = end + 3;
            } else {
                return end + 6;
            }
        }
        return text.len();
    }
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\n' => return at,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Checks one operation of a parsed document.
pub fn check(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    limits: &Limits,
) -> Result<(), OverLimit> {
    let mut walk = Walk {
        fragments: &document.fragments,
        operation,
        variables,
        limits,
        open: Vec::new(),
        known: HashMap::new(),
        walked: HashMap::new(),
    };
    let total = walk.set(&operation.selection_set.node, 0)?;
    OverLimit::check("depth", total.depth, limits.depth)?;
    OverLimit::check("aliases", total.aliases, limits.aliases)?;
    OverLimit::check(
        "directives",
        total.directives.saturating_add(operation.directives.len()),
        limits.directives,
    )?;
    OverLimit::check("cost", total.cost, limits.cost)
}

#[derive(Debug, Clone, Copy, Default)]
struct Total {
    depth: usize,
    cost: usize,
    aliases: usize,
    directives: usize,
}

impl Total {
    fn add(&mut self, other: Self, times: usize) {
        self.depth = self.depth.max(other.depth);
        self.cost = self.cost.saturating_add(other.cost.saturating_mul(times));
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
    }
}

struct Walk<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    limits: &'a Limits,
    /// Fragments around this place; one that spreads itself ends here and is
    /// refused by validation.
    open: Vec<&'a str>,
    /// Fragments counted already: without this, ten fragments that spread each
    /// other twice would be walked a thousand times.
    known: HashMap<&'a str, Total>,
    /// Fragments about the schema, and in how many lists they were looked at.
    walked: HashMap<&'a str, usize>,
}

impl<'a> Walk<'a> {
    fn set(&mut self, set: &'a SelectionSet, level: usize) -> Result<Total, OverLimit> {
        // Nothing deeper is looked at, so that the walk itself stays shallow.
        OverLimit::check("depth", level, self.limits.depth.saturating_add(1))?;
        let mut total = Total::default();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let introspects = field.name.node.starts_with("__");
                    let mut own = Total {
                        depth: 1,
                        cost: 1,
                        aliases: usize::from(field.alias.is_some()),
                        directives: field.directives.len(),
                    };
                    if introspects {
                        own.add(self.introspection(&field.selection_set.node, 0)?, 1);
                    } else {
                        let below = self.set(&field.selection_set.node, level + 1)?;
                        let times = self.times(field);
                        own.add(Total { depth: below.depth + 1, ..below }, times);
                    }
                    total.add(own, 1);
                }
                Selection::InlineFragment(fragment) => {
                    let below = self.set(&fragment.node.selection_set.node, level)?;
                    total.add(with_directives(below, &fragment.node.directives), 1);
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let below = self.fragment(name, level)?;
                    total.add(with_directives(below, &spread.node.directives), 1);
                }
            }
        }
        Ok(total)
    }

    /// Types lead to fields and fields to types: lists in lists in lists of them
    /// would multiply without end, and no tool asks for that. Aliases and
    /// directives count here, too; cost does not, since it is bounded by this.
    fn introspection(&mut self, set: &'a SelectionSet, lists: usize) -> Result<Total, OverLimit> {
        let mut total = Total::default();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let lists = lists + usize::from(TYPE_LISTS.contains(&field.name.node.as_str()));
                    OverLimit::check("nested lists of the schema", lists, MAX_TYPE_LISTS)?;
                    total.aliases += usize::from(field.alias.is_some());
                    total.directives += field.directives.len();
                    total.add(self.introspection(&field.selection_set.node, lists)?, 1);
                }
                Selection::InlineFragment(fragment) => {
                    let below = self.introspection(&fragment.node.selection_set.node, lists)?;
                    total.add(with_directives(below, &fragment.node.directives), 1);
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let mut below = Total::default();
                    // Walked again only where it stands deeper than before.
                    let deepest = self.walked.get(name).copied();
                    if let Some(fragment) = self.fragments.get(name)
                        && deepest.is_none_or(|deepest| lists > deepest)
                    {
                        self.walked.insert(name, lists);
                        below = self.introspection(&fragment.node.selection_set.node, lists)?;
                    }
                    total.add(with_directives(below, &spread.node.directives), 1);
                }
            }
        }
        Ok(total)
    }

    fn fragment(&mut self, name: &'a str, level: usize) -> Result<Total, OverLimit> {
        if let Some(total) = self.known.get(name) {
            return Ok(*total);
        }
        let Some(fragment) = self.fragments.get(name) else {
            return Ok(Total::default());
        };
        if self.open.contains(&name) {
            return Ok(Total::default());
        }
        self.open.push(name);
        let total = self.set(&fragment.node.selection_set.node, level)?;
        self.open.pop();
        self.known.insert(name, total);
        Ok(total)
    }

    /// How often a field's children may be repeated.
    fn times(&self, field: &'a Field) -> usize {
        let given = field.arguments.iter().find_map(|(name, value)| {
            let name = name.node.as_str();
            match (name, &value.node) {
                ("first" | "last", Value::Number(number)) => Some(number.as_u64().unwrap_or(0)),
                ("first" | "last", Value::Variable(variable)) => self.number(variable),
                ("ids", Value::List(ids)) => Some(ids.len() as u64),
                ("ids", Value::Variable(_)) => Some(MAX_SIZE.into()),
                _ => None,
            }
        });
        let name = field.name.node.as_str();
        match given {
            Some(given) => usize::try_from(given).unwrap_or(usize::MAX).max(1),
            None if self.has_rows(&field.selection_set.node, &mut Vec::new()) => {
                DEFAULT_SIZE as usize
            }
            None => PLAIN_LISTS.iter().find(|(list, _)| *list == name).map_or(1, |(_, rows)| *rows),
        }
    }

    /// What a variable holds, or its default; none where that is no number.
    fn number(&self, variable: &Name) -> Option<u64> {
        let value = self.variables.get(variable).or_else(|| {
            let definitions = &self.operation.variable_definitions;
            let found = definitions.iter().find(|found| found.node.name.node == *variable)?;
            Some(&found.node.default_value.as_ref()?.node)
        });
        match value {
            Some(ConstValue::Number(number)) => Some(number.as_u64().unwrap_or(0)),
            _ => None,
        }
    }

    /// Whether a selection is that of a connection, whatever fragments hide it.
    fn has_rows(&self, set: &'a SelectionSet, seen: &mut Vec<&'a str>) -> bool {
        set.items.iter().any(|selection| match &selection.node {
            Selection::Field(field) => {
                matches!(field.node.name.node.as_str(), "nodes" | "edges")
            }
            Selection::InlineFragment(fragment) => {
                self.has_rows(&fragment.node.selection_set.node, seen)
            }
            Selection::FragmentSpread(spread) => {
                let name = spread.node.fragment_name.node.as_str();
                if seen.contains(&name) {
                    return false;
                }
                seen.push(name);
                self.fragments
                    .get(name)
                    .is_some_and(|found| self.has_rows(&found.node.selection_set.node, seen))
            }
        })
    }
}

fn with_directives(mut total: Total, directives: &[Positioned<Directive>]) -> Total {
    total.directives = total.directives.saturating_add(directives.len());
    total
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;
    use crate::config::Config;

    fn verdict(query: &str, change: impl Fn(&mut Limits)) -> String {
        let mut limits = Config::default().limits;
        change(&mut limits);
        let document = parse_query(query).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        match check(&document, &operation.node, &Variables::default(), &limits) {
            Ok(()) => "ok".to_owned(),
            Err(over) => format!("{} {}", over.limit, over.asked),
        }
    }

    #[test]
    fn each_limit_is_met_at_its_number() {
        for (query, expected) in [
            ("{ a { b { c } } }", "ok"),
            ("{ a { b { c { d } } } }", "depth 4"),
            ("{ a { ...F } } fragment F on T { b { c { d } } }", "depth 4"),
            ("{ a: x b: x c: x }", "aliases 3"),
            ("{ a @skip(if: true) @skip(if: true) @skip(if: true) }", "directives 3"),
            ("{ a(first: 10) { b } }", "ok"),
            ("{ a(first: 100) { b } }", "cost 101"),
            ("{ a(last: 50) { b c } }", "cost 101"),
            ("{ a { nodes { b c d e } } }", "cost 101"),
            ("{ ...A } fragment A on T { ...A b }", "ok"),
            ("{ a { ...R } } fragment R on T { ... { nodes { b c d e } } }", "cost 101"),
            ("query($n: Int = 100) { a(first: $n) { b } }", "cost 101"),
            ("query($n: Int) { a(first: $n) { nodes { b c d e } } }", "cost 101"),
            ("{ __schema { types { fields { type { fields { name } } } } } }", "ok"),
            (
                "{ __type { fields { type { ...F } } } } fragment F on __Type { fields { type { interfaces { name } } } }",
                "nested lists of the schema 3",
            ),
            ("{ __schema { a: types { name } b: types { name } c: types { name } } }", "aliases 3"),
            ("{ related { related { b c d e } } }", "cost 106"),
        ] {
            let found = verdict(query, |limits| {
                *limits =
                    Limits { depth: 3, cost: 100, aliases: 2, directives: 2, ..limits.clone() };
            });
            assert_eq!(found, expected, "{query}");
        }
    }

    #[test]
    fn fragments_that_multiply_are_counted_quickly() {
        let doubling: Vec<_> = (0..40)
            .map(|number| (number, number + 1))
            .map(|(number, next)| format!("fragment F{number} on T {{ ...F{next} ...F{next} }}"))
            .collect();
        let query = format!("{{ ...F0 }} {} fragment F40 on T {{ a }}", doubling.join(" "));
        assert!(verdict(&query, |_| ()).starts_with("cost"));
    }

    #[test]
    fn tokens_are_counted_as_the_specification_does() {
        for (document, count) in [
            ("{ a }", 3),
            ("{a(b:\"c d\\\" e\",f:1)}# g", 11),
            ("query($a:Int!){...F}", 12),
            ("{ a(b: \"\"\"c \" d \\\"\"\" e\"\"\") }", 8),
            ("\"unterminated", 1),
            (",,, \u{feff}\n", 0),
        ] {
            assert_eq!(count_tokens(document), count, "{document}");
        }
    }
}
