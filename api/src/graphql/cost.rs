//! What fields cost, as `@cost` and `@listSize` in the schema say.
//!
//! The directives are those of IBM's specification of costs, which Apollo's router
//! reads as well. Two things are our own: a leaf costs 1 like any field, and a slicing
//! argument may be a list of ids, whose length it is.
//!
//! The library writes the schema without them: [`annotate`] gives one to each field
//! that is a list or has one, and [`Costs::read`] reads them back for `limits`. So
//! what clients read is what is reckoned with.
//!
//! To add a list without pages: nothing; or, where it has not about [`ROWS`] rows, a
//! line in [`LISTS`].

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ConstDirective, FieldDefinition, Type, TypeKind, TypeSystemDefinition,
};
use async_graphql_value::ConstValue;

use super::page::DEFAULT_SIZE;

/// Lists without pages, by the names of their fields, and how many rows they are
/// reckoned to have: without this, a few that lead to each other would multiply
/// unseen.
const LISTS: [(&str, usize); 30] = [
    ("ancestors", 3),
    ("archive", 24),
    ("articles", 10),
    ("authorCounts", 20),
    ("authors", 2),
    ("categoryCounts", 20),
    // Of trees, which are asked for level by level.
    ("children", 2),
    ("descendants", 10),
    ("entries", 10),
    ("feeds", 3),
    ("fields", 20),
    ("fragments", 3),
    ("highlights", 3),
    ("monthCounts", 24),
    ("months", 20),
    ("moves", 20),
    ("offsets", 20),
    ("redirects", 10),
    ("results", 20),
    ("sectionCounts", 20),
    ("sections", 10),
    ("suggest", 8),
    ("tagCounts", 20),
    ("taxonomies", 4),
    ("termCounts", 20),
    ("terms", 10),
    ("trail", 5),
    ("userErrors", 1),
    ("warnings", 10),
    ("years", 5),
];

/// Rows of any other list without pages.
const ROWS: usize = 5;

/// Fields that take more than reading a row.
const WEIGHTS: [(&str, usize); 3] = [("search", 10), ("suggest", 10), ("related", 5)];

const DEFINITIONS: &str = r#"
"What a field costs, where that is not 1. What is below it is added, as often as it may be repeated."
directive @cost(
	"A whole number."
	weight: String!
) on FIELD_DEFINITION
"How long a list is reckoned to be, before a query runs."
directive @listSize(
	"As long as this, where no argument says it."
	assumedSize: Int
	"The arguments that say it: by a number, or by as many ids."
	slicingArguments: [String!]
	"The fields of the answer that are so long; none where the field itself is."
	sizedFields: [String!]
	"Whether one of the arguments has to be given."
	requireOneSlicingArgument: Boolean! = false
) on FIELD_DEFINITION
"#;

/// How long a list is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListSize {
    pub assumed: usize,
    /// Names of arguments, each with what it is where it is not given.
    pub slicing: Vec<(String, Option<usize>)>,
    /// Fields of the answer; none where the field itself is the list.
    pub sized: Vec<String>,
}

/// A field of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldCost {
    /// The type that it leads to.
    pub returns: String,
    pub weight: usize,
    pub size: Option<ListSize>,
}

/// What each field of each type costs.
#[derive(Debug, Default)]
pub struct Costs(HashMap<String, HashMap<String, FieldCost>>);

impl Costs {
    /// Reads them from a schema with its directives.
    #[must_use]
    pub fn read(sdl: &str) -> Self {
        let fields = |fields: Vec<FieldDefinition>| {
            fields.iter().map(|field| (field.name.node.to_string(), cost(field))).collect()
        };
        Self(types(sdl).into_iter().map(|(name, all)| (name, fields(all))).collect())
    }

    /// None where the type has no such field: validation says so later.
    #[must_use]
    pub fn of(&self, parent: &str, field: &str) -> Option<&FieldCost> {
        self.0.get(parent)?.get(field)
    }

    /// Whether a type has fields.
    #[must_use]
    pub fn knows(&self, parent: &str) -> bool {
        self.0.contains_key(parent)
    }
}

/// The fields of all types that have some.
fn types(sdl: &str) -> Vec<(String, Vec<FieldDefinition>)> {
    let Ok(document) = parse_schema(sdl) else {
        return Vec::new();
    };
    let types = document.definitions.into_iter().filter_map(|definition| {
        let TypeSystemDefinition::Type(definition) = definition else {
            return None;
        };
        let fields = match definition.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            TypeKind::Union(_) => Vec::new(),
            TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::InputObject(_) => return None,
        };
        let fields = fields.into_iter().map(|field| field.node).collect();
        Some((definition.node.name.node.to_string(), fields))
    });
    types.collect()
}

fn cost(field: &FieldDefinition) -> FieldCost {
    let find = |name: &str| field.directives.iter().find(|it| it.node.name.node == name);
    let weight = find("cost").and_then(|cost| match argument(&cost.node, "weight")? {
        ConstValue::String(weight) => weight.parse().ok(),
        _ => None,
    });
    let size = find("listSize").map(|size| {
        let texts = |name: &str| match argument(&size.node, name) {
            Some(ConstValue::List(texts)) => texts
                .iter()
                .filter_map(|text| match text {
                    ConstValue::String(text) => Some(text.clone()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        let slicing = texts("slicingArguments").into_iter().map(|name| {
            let own = field.arguments.iter().find(|it| it.node.name.node == name);
            let default = own.and_then(|own| own.node.default_value.as_ref());
            let default = default.and_then(|value| number(&value.node));
            (name, default)
        });
        ListSize {
            assumed: argument(&size.node, "assumedSize").and_then(number).unwrap_or(1),
            slicing: slicing.collect(),
            sized: texts("sizedFields"),
        }
    });
    FieldCost { returns: innermost(&field.ty.node).to_owned(), weight: weight.unwrap_or(1), size }
}

fn argument<'a>(directive: &'a ConstDirective, name: &str) -> Option<&'a ConstValue> {
    directive.arguments.iter().find(|(own, _)| own.node == name).map(|(_, value)| &value.node)
}

fn number(value: &ConstValue) -> Option<usize> {
    match value {
        ConstValue::Number(number) => Some(usize::try_from(number.as_u64()?).unwrap_or(usize::MAX)),
        _ => None,
    }
}

/// The type that a list is of, at whatever depth.
fn innermost(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => innermost(inner),
    }
}

/// Writes the directives into a schema that has none.
#[must_use]
pub fn annotate(sdl: &str) -> String {
    let types = types(sdl);
    let composite: BTreeSet<_> = types.iter().map(|(name, _)| name.as_str()).collect();
    let fields: HashMap<_, HashMap<_, _>> = types
        .iter()
        .map(|(name, fields)| {
            let fields = fields.iter().map(|field| (field.name.node.as_str(), field));
            (name.as_str(), fields.collect())
        })
        .collect();
    let mut annotated = String::with_capacity(sdl.len() * 11 / 10);
    let (mut parent, mut open, mut quoted) = ("", "", false);
    for line in sdl.lines() {
        annotated.push_str(line);
        let marks = line.matches("\"\"\"").count();
        if quoted || marks > 0 {
            quoted ^= marks % 2 == 1;
        } else if let Some(field) = line.strip_prefix('\t').filter(|_| !parent.is_empty()) {
            let name = field.split(['(', ':']).next().unwrap_or_default();
            if field.ends_with('(') {
                open = name;
            } else if !field.starts_with(['\t', '"']) {
                let name = if field.starts_with(')') { open } else { name };
                if let Some(field) = fields.get(parent).and_then(|fields| fields.get(name)) {
                    let _ = write!(annotated, "{}", directives(field, &fields, &composite));
                }
            }
        } else {
            let mut words = line.split_whitespace();
            parent = match words.next() {
                Some("type" | "interface") => words.next().unwrap_or_default(),
                _ => "",
            };
        }
        annotated.push('\n');
    }
    annotated.truncate(annotated.trim_end().len());
    annotated + DEFINITIONS
}

/// What stands behind a field.
fn directives(
    field: &FieldDefinition,
    types: &HashMap<&str, HashMap<&str, &FieldDefinition>>,
    composite: &BTreeSet<&str>,
) -> String {
    let name = field.name.node.as_str();
    let returns = innermost(&field.ty.node);
    let mut written = String::new();
    if let Some((_, weight)) = WEIGHTS.iter().find(|(own, _)| *own == name) {
        let _ = write!(written, " @cost(weight: \"{weight}\")");
    }
    let given = |wanted: &str| field.arguments.iter().any(|it| it.node.name.node == wanted);
    let slicing: Vec<_> = ["first", "last", "ids"].into_iter().filter(|name| given(name)).collect();
    let is_list = matches!(field.ty.node.base, BaseType::List(_));
    let sized: Vec<_> = if is_list {
        Vec::new()
    } else {
        let has = |name: &str| types.get(returns).is_some_and(|fields| fields.contains_key(name));
        ["nodes", "edges", "results"].into_iter().filter(|name| has(name)).collect()
    };
    let long =
        (is_list && composite.contains(returns)) || (!slicing.is_empty() && !sized.is_empty());
    if !long || (matches!(name, "nodes" | "edges") && slicing.is_empty()) {
        return written;
    }
    let known = LISTS.iter().find(|(own, _)| *own == name).map(|(_, rows)| *rows);
    let assumed = if slicing.is_empty() { known.unwrap_or(ROWS) } else { DEFAULT_SIZE as usize };
    let _ = write!(written, " @listSize(assumedSize: {assumed}");
    for (argument, names) in [("slicingArguments", slicing), ("sizedFields", sized)] {
        if !names.is_empty() {
            let _ = write!(written, ", {argument}: [\"{}\"]", names.join("\", \""));
        }
    }
    written + ")"
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDL: &str = "type Query {\n\t\"\"\"\n\ttags: no field\n\t\"\"\"\n\tarticles(\n\t\t\"How many.\"\n\t\tfirst: Int,\n\t\tlast: Int\n\
        \t): RowConnection!\n\trelated(first: Int! = 5): [Row!]!\n\twords: [String!]!\n\tnodes(\n\t\tids: [ID!]!\n\t): [Row]!\n}\n\n\
        type RowConnection {\n\tnodes: [Row!]!\n\ttotalCount: Int!\n}\n\ninput In {\n\ttags: [In!]\n}\n\ntype Row {\n\ttags: [Row!]!\n\tterms: [Row!]!\n}\n";

    #[test]
    fn lists_are_told_in_the_schema_and_nothing_else_is() {
        let annotated = annotate(SDL);
        let changed: Vec<_> = annotated.lines().filter(|line| line.contains(" @")).collect();
        assert_eq!(
            changed[..5],
            [
                "\t): RowConnection! @listSize(assumedSize: 20, slicingArguments: [\"first\", \"last\"], sizedFields: [\"nodes\"])",
                "\trelated(first: Int! = 5): [Row!]! @cost(weight: \"5\") @listSize(assumedSize: 20, slicingArguments: [\"first\"])",
                "\t): [Row]! @listSize(assumedSize: 20, slicingArguments: [\"ids\"])",
                "\ttags: [Row!]! @listSize(assumedSize: 5)",
                "\tterms: [Row!]! @listSize(assumedSize: 10)",
            ]
        );
        assert!(
            changed[5..]
                .iter()
                .all(|line| line.starts_with("directive ") || !line.starts_with('\t'))
        );
    }

    #[test]
    fn what_was_told_is_read_back() {
        let costs = Costs::read(&annotate(SDL));
        let related = costs.of("Query", "related").expect("a field");
        assert_eq!((related.returns.as_str(), related.weight), ("Row", 5));
        let slicing = vec![("first".to_owned(), Some(5))];
        assert_eq!(related.size, Some(ListSize { assumed: 20, slicing, sized: Vec::new() }));
        assert_eq!(costs.of("Query", "words").expect("a field").size, None);
        assert_eq!(costs.of("Query", "none"), None);
    }

    #[test]
    fn the_schema_says_of_each_list_how_long_it_is_reckoned_to_be() {
        let types = types(&crate::graphql::sdl());
        let composite: BTreeSet<_> = types.iter().map(|(name, _)| name.as_str()).collect();
        let mut told = 0;
        for (parent, field) in
            types.iter().flat_map(|(name, all)| all.iter().map(move |field| (name, field)))
        {
            let (name, of) = (field.name.node.as_str(), innermost(&field.ty.node));
            let is_list = matches!(field.ty.node.base, BaseType::List(_)) && composite.contains(of);
            // The rows of a page are as many as the field with the page says.
            let is_told = cost(field).size.is_some();
            if (is_list || of.ends_with("Connection")) && !matches!(name, "nodes" | "edges") {
                assert!(is_told, "{parent}.{name}");
            }
            told += usize::from(is_told);
        }
        assert!(told > 100, "{told}");
    }
}
