//! Whether a request need not be validated again.
//!
//! A document that was valid once stays so. What validation says beyond that is of
//! the values of variables: of their types, and of members that an input object
//! does not have. Values of the plain types, each where its own type is declared,
//! leave nothing to say.

use async_graphql::parser::types::{BaseType, OperationDefinition};
use async_graphql::{Value, Variables};

/// Whether no rule could say anything of the values that an operation is given.
#[must_use]
pub fn are_plain(operation: &OperationDefinition, variables: &Variables) -> bool {
    operation.variable_definitions.iter().all(|definition| {
        let definition = &definition.node;
        let declared = &definition.var_type.node;
        let Some(value) = variables.get(&definition.name.node) else {
            return declared.nullable || definition.default_value.is_some();
        };
        let BaseType::Named(declared) = &declared.base else {
            return false;
        };
        match (declared.as_str(), value) {
            ("String" | "ID", Value::String(_)) | ("Boolean", Value::Boolean(_)) => true,
            ("Int", Value::Number(number)) => {
                number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_another_type_are_validated() {
        for (declared, value, expected) in [
            ("", json!({}), true),
            ("($a: String!)", json!({"a": "x"}), true),
            ("($a: String!)", json!({"a": "x", "b": {}}), true),
            ("($a: String!)", json!({}), false),
            ("($a: String)", json!({}), true),
            ("($a: String! = \"x\")", json!({}), true),
            ("($a: String)", json!({"a": null}), false),
            ("($a: String)", json!({"a": 1}), false),
            ("($a: ID!, $b: Int)", json!({"a": "x", "b": 1}), true),
            ("($a: ID!, $b: Int)", json!({"a": "x", "b": 1.5}), false),
            ("($b: Int)", json!({"b": 4_000_000_000_i64}), false),
            ("($b: Int)", json!({"b": "1"}), false),
            ("($b: Boolean)", json!({"b": true}), true),
            ("($b: [String!])", json!({"b": "x"}), false),
            ("($b: ArticleFilter)", json!({"b": {}}), false),
            ("($b: LanguageTag)", json!({"b": "en"}), false),
        ] {
            let document = parse_query(format!("query{declared} {{ x }}")).expect("a document");
            let (_, operation) = document.operations.iter().next().expect("an operation");
            let variables = Variables::from_json(value.clone());
            assert_eq!(are_plain(&operation.node, &variables), expected, "{declared} {value}");
        }
    }
}
