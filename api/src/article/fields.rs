//! Content field by field, under the names that an input has for them: the form
//! in which saves are compared and merged.
//!
//! Terms are ids here, by taxonomy. What editors do not set has no place: the
//! file's name, whether it is a bundle, and the address, which follows from the
//! rest. The body stands apart from [`Content`] and is added by who has it.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::content::Content;
use super::merge::Fields;
use crate::error::{Error, Result};
use crate::taxonomy::Taxonomy;

const DERIVED: [&str; 3] = ["name", "bundle", "address"];

pub const BODY: &str = "body";

/// The fields of a content, without its body.
pub fn of(content: &Content) -> Result<Fields> {
    let mut fields = object(content)?;
    for name in DERIVED {
        fields.shift_remove(name);
    }
    let section = fields.shift_remove("directory").unwrap_or_default();
    fields.insert("section".to_owned(), section);
    for taxonomy in Taxonomy::TYPED {
        let plural = taxonomy.plural();
        let terms = fields.get_mut("terms").and_then(Value::as_object_mut);
        let ids = terms.and_then(|terms| terms.shift_remove(plural));
        fields.insert(plural.to_owned(), ids.unwrap_or_else(|| json!([])));
    }
    Ok(fields)
}

/// Puts fields where those of a content are; its body is left out.
pub fn put(mut fields: Fields, content: &Content) -> Result<Content> {
    let mut all = object(content)?;
    fields.shift_remove(BODY);
    if let Some(section) = fields.shift_remove("section") {
        fields.insert("directory".to_owned(), section);
    }
    for taxonomy in Taxonomy::TYPED {
        let ids = fields.shift_remove(taxonomy.plural());
        let terms = fields.entry("terms").or_insert_with(|| json!({})).as_object_mut();
        let (Some(ids), Some(terms)) = (ids, terms) else { continue };
        let has_any = ids.as_array().is_some_and(|ids| !ids.is_empty());
        // A content that never had any does not say so.
        if has_any || content.terms.contains_key(taxonomy.plural()) {
            terms.insert(taxonomy.plural().to_owned(), ids);
        }
    }
    all.extend(fields);
    Ok(serde_json::from_value(Value::Object(all))?)
}

fn object(content: &Content) -> Result<Fields> {
    match serde_json::to_value(content)? {
        Value::Object(fields) => Ok(fields),
        _ => Err(Error::internal("content is not a map")),
    }
}

/// Names of the fields in which two states differ.
#[must_use]
pub fn changed(before: &Fields, after: &Fields) -> Vec<String> {
    let names = after.keys().chain(before.keys().filter(|name| !after.contains_key(*name)));
    names.filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

/// The ids of all terms that fields name.
#[must_use]
pub fn terms(fields: &Fields) -> Vec<Uuid> {
    Taxonomy::TYPED
        .iter()
        .filter_map(|taxonomy| fields.get(taxonomy.plural()))
        .chain(fields.get("terms").and_then(Value::as_object).into_iter().flat_map(Map::values))
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(id)
        .collect()
}

fn id(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}

/// A field as an input would give it: terms by name. Those that have been
/// deleted since have none and are left out.
#[must_use]
pub fn readable(field: &str, value: &Value, names: &HashMap<Uuid, String>) -> Value {
    match value {
        Value::Array(ids) if Taxonomy::TYPED.iter().any(|taxonomy| taxonomy.plural() == field) => {
            json!(ids.iter().filter_map(|value| names.get(&id(value)?)).collect::<Vec<_>>())
        }
        // Those of other taxonomies, by taxonomy.
        Value::Object(terms) if field == "terms" => Value::Object(
            terms
                .iter()
                .map(|(plural, ids)| (plural.clone(), readable("tags", ids, names)))
                .collect(),
        ),
        value => value.clone(),
    }
}

/// Of terms by taxonomy, those of the taxonomies that somebody asked about; any
/// other field as it is.
#[must_use]
pub fn only(value: Value, asked: &Value, field: &str) -> Value {
    match (value, asked) {
        (Value::Object(mut terms), Value::Object(asked)) if field == "terms" => {
            let mut of = |plural: &String| terms.shift_remove(plural).unwrap_or_else(|| json!([]));
            Value::Object(asked.keys().map(|plural| (plural.clone(), of(plural))).collect())
        }
        (value, _) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        Content {
            title: "T".to_owned(),
            directory: "news/local".to_owned(),
            name: "file".to_owned(),
            bundle: true,
            address: Some("/x/".to_owned()),
            date: chrono::DateTime::parse_from_rfc3339("2025-02-12T10:54:29.5+08:00").ok(),
            terms: [("tags", 1_u128), ("series", 2)]
                .map(|(taxonomy, id)| (taxonomy.to_owned(), vec![Uuid::from_u128(id)]))
                .into(),
            params: [("z".to_owned(), json!(1)), ("a".to_owned(), json!(null))]
                .into_iter()
                .collect(),
            ..Content::default()
        }
    }

    #[test]
    fn content_comes_back_from_its_fields() {
        let content = content();
        let fields = of(&content).unwrap();
        assert_eq!(fields["section"], "news/local");
        assert_eq!(fields["tags"], json!([Uuid::from_u128(1)]));
        assert_eq!(fields["categories"], json!([]));
        assert!(
            ["name", "address", "directory", "bundle"]
                .iter()
                .all(|name| !fields.contains_key(*name))
        );
        assert_eq!(put(fields.clone(), &content).unwrap(), content);
        let mut other = fields;
        other.insert("title".to_owned(), json!("U"));
        other.insert("section".to_owned(), json!("moved"));
        other.insert("tags".to_owned(), json!([]));
        other.insert("categories".to_owned(), json!([Uuid::from_u128(3)]));
        let changed = put(other, &content).unwrap();
        assert_eq!((changed.title.as_str(), changed.name.as_str()), ("U", "file"));
        assert_eq!(changed.directory, "moved");
        assert_eq!(changed.terms["categories"], [Uuid::from_u128(3)]);
        assert_eq!(changed.terms["series"], content.terms["series"]);
        assert!(changed.terms["tags"].is_empty());
    }

    #[test]
    fn what_differs_is_named_and_terms_are_read_by_name() {
        let before = of(&content()).unwrap();
        let after =
            of(&Content { lead: Some("L".to_owned()), directory: String::new(), ..content() })
                .unwrap();
        assert_eq!(changed(&before, &after), ["lead", "section"]);
        let names = HashMap::from([(Uuid::from_u128(1), "One".to_owned())]);
        let ids = json!([Uuid::from_u128(1), Uuid::from_u128(9)]);
        assert_eq!(readable("tags", &ids, &names), json!(["One"]));
        assert_eq!(readable("aliases", &ids, &names), ids);
    }
}
