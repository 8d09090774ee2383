//! How a site has its Markdown read, as far as Hugo can be told.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::LanguageFrame;
use crate::hugo::{cast, fold};
use crate::render::{self, Numbers};

/// Settings of Hugo's that change what a body says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Markup {
    /// `markup.goldmark.extensions.typographer`: on unless a site says otherwise.
    pub typographer: bool,
    /// `enableEmoji`.
    pub emoji: bool,
    /// `summaryLength` in words; 0 for Hugo's own.
    pub summary_length: u16,
    /// `markup.highlight.lineNos`, and `lineNumbersInTable` with it.
    pub numbers: Numbers,
}

impl Default for Markup {
    fn default() -> Self {
        Self { typographer: true, emoji: false, summary_length: 0, numbers: Numbers::None }
    }
}

impl Markup {
    /// From Hugo's configuration; what a language has of its own goes before.
    #[must_use]
    pub fn from_config(root: &Map<String, Value>, language: Option<&Map<String, Value>>) -> Self {
        let setting = |key: &str| {
            language.and_then(|own| fold::get(own, key)).or_else(|| fold::get(root, key))
        };
        let markup = |path: &[&str]| {
            path.iter()
                .try_fold(setting("markup")?, |value, key| fold::get(value.as_object()?, key))
        };
        let typographer = markup(&["goldmark", "extensions", "typographer"]);
        let typographer = match typographer {
            // Its quotes of other languages are not known here.
            Some(Value::Object(own)) => {
                !fold::get(own, "disable").and_then(cast::flag).unwrap_or(false)
            }
            other => other.and_then(cast::flag).unwrap_or(true),
        };
        let highlight = |key| markup(&["highlight", key]).and_then(cast::flag);
        let numbers = match (highlight("lineNos"), highlight("lineNumbersInTable")) {
            (Some(true), Some(false)) => Numbers::Inline,
            (Some(true), _) => Numbers::Table,
            _ => Numbers::None,
        };
        let length = setting("summaryLength").and_then(cast::integer).unwrap_or_default();
        Self {
            typographer,
            emoji: setting("enableEmoji").and_then(cast::flag).unwrap_or(false),
            summary_length: u16::try_from(length.max(0)).unwrap_or(u16::MAX),
            numbers,
        }
    }
}

impl LanguageFrame {
    /// How a body in this language is rendered. `math`: it has formulas; `html`: it is no Markdown.
    #[must_use]
    pub fn rendering(&self, math: bool, html: bool) -> render::Options {
        let Markup { typographer, emoji, summary_length, numbers } = self.markup;
        let cjk = self.row.has_cjk;
        render::Options { cjk, math, html, typographer, emoji, summary_length, numbers }
    }

    /// A line of front matter as text: where the typographer is on it is taken for
    /// Markdown, as Hugo takes a summary.
    #[must_use]
    pub fn text(&self, line: &str) -> String {
        let options = self.rendering(false, false);
        // Most have nothing in them that would change.
        if !options.typographer || !["...", "--", "\"", "'"].iter().any(|sign| line.contains(sign))
        {
            return line.to_owned();
        }
        render::plain_text(&render::render(line, &options).html).trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_hugos() {
        let read = |root: Value, own: Value| {
            Markup::from_config(root.as_object().expect("a map"), own.as_object())
        };
        let default = Markup::default();
        assert_eq!(read(json!({}), Value::Null), default);
        let off = json!({"markup": {"goldmark": {"extensions": {"typographer": false}}}});
        assert_eq!(read(off, Value::Null), Markup { typographer: false, ..default });
        let off =
            json!({"Markup": {"goldmark": {"extensions": {"typographer": {"disable": true}}}}});
        assert_eq!(read(off, Value::Null), Markup { typographer: false, ..default });
        let numbered = |highlight: Value| {
            read(json!({"markup": {"highlight": highlight}}), Value::Null).numbers
        };
        let table = json!({"lineNos": true, "lineNumbersInTable": true});
        assert_eq!(numbered(table), Numbers::Table);
        assert_eq!(numbered(json!({"lineNos": true})), Numbers::Table);
        let inline = json!({"lineNos": true, "lineNumbersInTable": false});
        assert_eq!(numbered(inline), Numbers::Inline);
        assert_eq!(numbered(json!({"lineNumbersInTable": true})), Numbers::None);
        let root = json!({"enableEmoji": true, "summaryLength": 30});
        let own = json!({"summarylength": 20});
        assert_eq!(read(root, own), Markup { emoji: true, summary_length: 20, ..default });
    }
}
