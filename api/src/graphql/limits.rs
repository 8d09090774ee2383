//! What one request may ask for, checked on its document before anything runs.
//!
//! A refused document says which limit it met, what it asked for and what is
//! allowed. Cost is about the number of fields that an answer may have: a field
//! counts as often as the lists around it may repeat it, as [`Costs`] say.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType,
    Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Variables};
use async_graphql_value::{ConstValue, Value};

use crate::config::Limits;
use crate::graphql::cost::{Costs, FieldCost, ListSize};
use crate::graphql::spread;

/// Lists of the schema's own types, and how many rows they are reckoned to have.
const TYPE_LISTS: [(&str, usize); 8] = [
    ("args", 3),
    ("directives", 8),
    ("enumValues", 6),
    ("fields", 10),
    ("inputFields", 6),
    ("interfaces", 1),
    ("possibleTypes", 4),
    ("types", 260),
];
/// Those that lead back to such types, many at once.
const TYPE_CIRCLES: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];
/// How many of them may stand in each other, as in graphql-js.
const MAX_TYPE_CIRCLES: usize = 2;
/// Fields of the schema that may be told at once: about three times all that tools ask
/// for.
const MAX_OF_SCHEMA: usize = 1_000_000;
/// So many of them cost as much as a field of anything else: they are in memory.
const OF_SCHEMA_FOR_ONE: usize = 100;
/// What a field costs that its type does not have: validation looks which names are near
/// to it.
const UNKNOWN: usize = 100;
/// Bytes of arguments that cost as much as a field: they are copied for each row.
const ARGUMENT_BYTES_FOR_ONE: usize = 4096;
/// Bytes that a value in a list or an object takes beside its text.
const VALUE_BYTES: usize = 64;

/// Which limit a document does not keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the query is over the limit on {limit}: it has {asked}, and {allowed} are allowed")]
pub struct OverLimit {
    pub limit: &'static str,
    pub asked: usize,
    pub allowed: usize,
}

impl OverLimit {
    pub fn check(limit: &'static str, asked: usize, allowed: usize) -> Result<(), Self> {
        if asked > allowed { Err(Self { limit, asked, allowed }) } else { Ok(()) }
    }
}

/// What an operation asks for, within its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub cost: usize,
    /// Whether it asks about the schema.
    pub introspects: bool,
}

/// Variables that are not given have their defaults: the executor looks at those for
/// arguments, and not for `@skip` and `@include`.
#[must_use]
pub fn with_defaults(mut variables: Variables, operation: &OperationDefinition) -> Variables {
    for definition in &operation.variable_definitions {
        let name = &definition.node.name.node;
        if let Some(default) = &definition.node.default_value
            && !variables.contains_key(name)
        {
            variables.insert(name.clone(), default.node.clone());
        }
    }
    variables
}

/// Checks one operation of a parsed document, whose variables are [`with_defaults`].
pub fn check(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    limits: &Limits,
    costs: &Costs,
) -> Result<Asked, OverLimit> {
    spread::check(document)?;
    let mut walk = Walk {
        fragments: &document.fragments,
        variables,
        sizes: sizes(variables),
        limits,
        costs,
        open: Vec::new(),
        known: HashMap::new(),
        told: HashMap::new(),
    };
    let root = match operation.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    let total = walk.set(&operation.selection_set.node, 0, Place { parent: root, sized: None })?;
    OverLimit::check("depth", total.depth, limits.depth)?;
    OverLimit::check("aliases", total.aliases, limits.aliases)?;
    OverLimit::check(
        "directives",
        total.directives.saturating_add(operation.directives.len()),
        limits.directives,
    )?;
    OverLimit::check("fields of the schema", total.schema, MAX_OF_SCHEMA)?;
    OverLimit::check("cost", total.cost, limits.cost)?;
    Ok(Asked { cost: total.cost, introspects: total.introspects })
}

#[derive(Debug, Clone, Copy, Default)]
struct Total {
    depth: usize,
    cost: usize,
    aliases: usize,
    directives: usize,
    /// Fields about the schema.
    schema: usize,
    introspects: bool,
}

/// Where a selection stands.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    /// The type that it is of.
    parent: &'a str,
    /// How long those of its fields are that the field above says so of.
    sized: Option<(&'a [String], usize)>,
}

impl Total {
    fn add(&mut self, other: Self, times: usize) {
        self.depth = self.depth.max(other.depth);
        self.cost = self.cost.saturating_add(other.cost.saturating_mul(times));
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.schema = self.schema.saturating_add(other.schema.saturating_mul(times));
        self.introspects |= other.introspects;
    }
}

struct Walk<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
    /// Bytes of each variable.
    sizes: HashMap<&'a str, usize>,
    limits: &'a Limits,
    costs: &'a Costs,
    /// Fragments around this place; one that spreads itself ends here and is
    /// refused by validation.
    open: Vec<&'a str>,
    /// Fragments counted already: without this, ten fragments that spread each
    /// other twice would be walked a thousand times. They cost what the list around
    /// them makes of them.
    known: HashMap<(&'a str, usize), Total>,
    /// The same of fragments about the schema, by how many lists are around them.
    told: HashMap<(&'a str, usize), Total>,
}

impl<'a> Walk<'a> {
    fn set(
        &mut self,
        set: &'a SelectionSet,
        level: usize,
        place: Place<'a>,
    ) -> Result<Total, OverLimit> {
        // Nothing deeper is looked at, so that the walk itself stays shallow.
        if !set.items.is_empty() {
            OverLimit::check("depth", level + 1, self.limits.depth)?;
        }
        let mut total = Total::default();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let name = field.name.node.as_str();
                    let introspects = name.starts_with("__");
                    let known = self.costs.of(place.parent, name);
                    let mut own = Total {
                        depth: 1,
                        cost: match known {
                            Some(known) => known.weight,
                            None if introspects || !self.costs.knows(place.parent) => 1,
                            None => UNKNOWN,
                        },
                        introspects: introspects && name != "__typename",
                        aliases: usize::from(field.alias.is_some()),
                        ..Total::default()
                    };
                    own = self.with_directives(own, &field.directives);
                    own.cost = own.cost.saturating_add(self.arguments(&field.arguments));
                    if introspects {
                        let below = self.introspection(&field.selection_set.node, 0)?;
                        own.cost = own.cost.saturating_add(below.schema / OF_SCHEMA_FOR_ONE);
                        own.add(below, 1);
                    } else {
                        let (times, sized) = self.times(field, known, place);
                        let parent = known.map_or("", |known| known.returns.as_str());
                        let below = Place { parent, sized };
                        let below = self.set(&field.selection_set.node, level + 1, below)?;
                        own.add(Total { depth: below.depth + 1, ..below }, times);
                    }
                    total.add(own, 1);
                }
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    let on = fragment.type_condition.as_ref();
                    let parent = on.map_or(place.parent, |on| on.node.on.node.as_str());
                    let place = Place { parent, ..place };
                    let below = self.set(&fragment.selection_set.node, level, place)?;
                    total.add(self.with_directives(below, &fragment.directives), 1);
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let below = self.fragment(name, level, place)?;
                    total.add(self.with_directives(below, &spread.node.directives), 1);
                }
            }
        }
        Ok(total)
    }

    /// Types lead to fields and fields to types: lists in lists in lists of them
    /// would multiply without end, and no tool asks for that.
    fn introspection(&mut self, set: &'a SelectionSet, lists: usize) -> Result<Total, OverLimit> {
        let mut total = Total::default();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let name = field.name.node.as_str();
                    let lists = lists + usize::from(TYPE_CIRCLES.contains(&name));
                    OverLimit::check("nested lists of the schema", lists, MAX_TYPE_CIRCLES)?;
                    let aliases = usize::from(field.alias.is_some());
                    let own = Total { schema: 1, aliases, ..Total::default() };
                    total.add(self.with_directives(own, &field.directives), 1);
                    let below = self.introspection(&field.selection_set.node, lists)?;
                    let rows = TYPE_LISTS.iter().find(|(list, _)| *list == name);
                    total.add(below, rows.map_or(1, |(_, rows)| *rows));
                }
                Selection::InlineFragment(fragment) => {
                    let below = self.introspection(&fragment.node.selection_set.node, lists)?;
                    total.add(self.with_directives(below, &fragment.node.directives), 1);
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let below = self.told_fragment(name, lists)?;
                    total.add(self.with_directives(below, &spread.node.directives), 1);
                }
            }
        }
        Ok(total)
    }

    fn told_fragment(&mut self, name: &'a str, lists: usize) -> Result<Total, OverLimit> {
        if let Some(total) = self.told.get(&(name, lists)) {
            return Ok(*total);
        }
        let Some(fragment) = self.fragments.get(name) else {
            return Ok(Total::default());
        };
        // A circle ends here.
        self.told.insert((name, lists), Total::default());
        let total = self.introspection(&fragment.node.selection_set.node, lists)?;
        self.told.insert((name, lists), total);
        Ok(total)
    }

    fn fragment(
        &mut self,
        name: &'a str,
        level: usize,
        place: Place<'a>,
    ) -> Result<Total, OverLimit> {
        let key = (name, place.sized.map_or(0, |(_, size)| size));
        if let Some(total) = self.known.get(&key) {
            return Ok(*total);
        }
        let Some(fragment) = self.fragments.get(name) else {
            return Ok(Total::default());
        };
        if self.open.contains(&name) {
            return Ok(Total::default());
        }
        self.open.push(name);
        let place = Place { parent: fragment.node.type_condition.node.on.node.as_str(), ..place };
        let total = self.set(&fragment.node.selection_set.node, level, place)?;
        self.open.pop();
        self.known.insert(key, total);
        Ok(total)
    }

    /// How often a field's children may be repeated, and which of its children are
    /// lists of what length.
    fn times(
        &self,
        field: &'a Field,
        known: Option<&'a FieldCost>,
        place: Place<'a>,
    ) -> (usize, Option<(&'a [String], usize)>) {
        let own = field.name.node.as_str();
        if let Some((fields, size)) = place.sized
            && fields.iter().any(|name| name == own)
        {
            return (size, None);
        }
        let Some(size) = known.and_then(|known| known.size.as_ref()) else {
            return (1, None);
        };
        let length = self.length(field, size);
        if size.sized.is_empty() { (length, None) } else { (1, Some((&size.sized, length))) }
    }

    fn length(&self, field: &Field, size: &ListSize) -> usize {
        let said = size.slicing.iter().find_map(|(name, default)| {
            let given = field.arguments.iter().find(|(own, _)| own.node == *name);
            let Some((_, value)) = given else {
                return default.map(|default| default as u64);
            };
            match &value.node {
                Value::Number(number) => Some(number.as_u64().unwrap_or(0)),
                Value::List(ids) => Some(ids.len() as u64),
                Value::Variable(variable) => self.number(variable),
                _ => None,
            }
        });
        said.map_or(size.assumed, |said| usize::try_from(said).unwrap_or(usize::MAX)).max(1)
    }

    /// What a variable holds; none where that is no number.
    fn number(&self, variable: &Name) -> Option<u64> {
        match self.variables.get(variable) {
            Some(ConstValue::Number(number)) => Some(number.as_u64().unwrap_or(0)),
            Some(ConstValue::List(ids)) => Some(ids.len() as u64),
            _ => None,
        }
    }

    fn with_directives(&self, mut total: Total, directives: &[Positioned<Directive>]) -> Total {
        total.directives = total.directives.saturating_add(directives.len());
        for directive in directives {
            total.cost = total.cost.saturating_add(self.arguments(&directive.node.arguments));
        }
        total
    }

    /// What arguments cost that are long.
    fn arguments(&self, arguments: &[(Positioned<Name>, Positioned<Value>)]) -> usize {
        let all = arguments.iter().map(|(_, value)| self.bytes(&value.node));
        all.fold(0_usize, usize::saturating_add) / ARGUMENT_BYTES_FOR_ONE
    }

    fn bytes(&self, value: &Value) -> usize {
        let each = |value| self.bytes(value).saturating_add(VALUE_BYTES);
        match value {
            Value::String(text) => text.len(),
            Value::Variable(name) => self.sizes.get(name.as_str()).copied().unwrap_or(0),
            Value::List(values) => values.iter().map(each).fold(0, usize::saturating_add),
            Value::Object(map) => map.values().map(each).fold(0, usize::saturating_add),
            _ => 0,
        }
    }
}

/// Bytes of each variable.
fn sizes(variables: &Variables) -> HashMap<&str, usize> {
    variables.iter().map(|(name, value)| (name.as_str(), bytes(value))).collect()
}

/// Bytes of a value in memory, about.
fn bytes(value: &ConstValue) -> usize {
    let each = |value| bytes(value).saturating_add(VALUE_BYTES);
    match value {
        ConstValue::String(text) => text.len(),
        ConstValue::List(values) => values.iter().map(each).fold(0, usize::saturating_add),
        ConstValue::Object(map) => map.values().map(each).fold(0, usize::saturating_add),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;
    use crate::config::Config;
    use crate::graphql::cost::annotate;

    const SDL: &str = "type Query {\n\ta(first: Int, last: Int): TConnection!\n\tl(first: Int): [T!]!\n\trelated: [T!]!\n\tx: Int\n}\n\
        type TConnection {\n\tnodes: [T!]!\n\ttotalCount: Int\n\tb: T\n}\ntype T {\n\tb: T\n\tc: T\n\td: T\n\te: T\n\tf: T\n\trelated: [T!]!\n}\n";

    fn verdict(query: &str, change: impl Fn(&mut Limits)) -> String {
        let mut limits = Config::default().limits;
        change(&mut limits);
        let document = parse_query(query).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let costs = Costs::read(&annotate(SDL));
        let variables = with_defaults(Variables::default(), &operation.node);
        match check(&document, &operation.node, &variables, &limits, &costs) {
            Ok(_) => "ok".to_owned(),
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
            ("{ l(first: 10) { b } }", "ok"),
            ("{ l(first: 100) { b } }", "cost 101"),
            ("{ a(last: 50) { nodes { b c } } }", "cost 102"),
            ("{ a(first: 900) { totalCount } }", "ok"),
            ("{ a { nodes { b c d e f } } }", "cost 102"),
            ("{ ...A } fragment A on T { ...A b }", "ok"),
            (
                "{ a { ...R } } fragment R on TConnection { ... { nodes { b c d e f } } }",
                "cost 102",
            ),
            (
                "{ a(first: 1) { ...R } b: a(first: 50) { ...R } } fragment R on TConnection { nodes { b c } }",
                "cost 106",
            ),
            ("query($n: Int = 100) { l(first: $n) { b } }", "cost 101"),
            ("query($n: Int) { a(first: $n) { nodes { b c d e f } } }", "cost 102"),
            ("{ __schema { types { fields { type { fields { name } } } } } }", "cost 315"),
            (
                "{ __type { fields { type { ...F } } } } fragment F on __Type { fields { type { interfaces { name } } } }",
                "nested lists of the schema 3",
            ),
            ("{ __schema { a: types { name } b: types { name } c: types { name } } }", "aliases 3"),
            // All types are about 260, and a hundred fields of them cost as one.
            ("{ __schema { types { name } } x }", "ok"),
            ("{ __schema { types { fields { name type { name kind } } } } }", "cost 107"),
            (
                "{ __schema { types { fields { args { name type { ...N } } } } } } fragment N on __Type { name kind ofType { name kind ofType { name } } possibleTypes { name } }",
                "cost 1121",
            ),
            ("{ related { related { b c d e } } }", "cost 130"),
            ("{ y }", "ok"),
            ("{ y z { a b c } __typename }", "cost 204"),
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
        assert!(verdict(&query, |_| ()).starts_with("selections"));
    }
}
