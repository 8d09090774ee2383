//! The places of all values, whatever the format.

use super::super::front_matter::Format;
use super::node::Node;
use super::{json_tree, toml_tree, yaml_tree};

/// None where the text has no values, or their places cannot be told.
pub(super) fn read(format: Format, text: &str) -> Option<Node> {
    match format {
        Format::Yaml => yaml_tree::read(text),
        Format::Toml => toml_tree::read(text),
        Format::Json => json_tree::read(text),
        Format::None => None,
    }
}
