//! Where Hugo would show a page, as its front matter says: `build`, the older
//! `_build`, and `headless`.
//!
//! All of them stay among the parameters, as they were written: this is what they
//! mean. A page that is not listed is in no list, count, menu, feed, map or search, and
//! is found by its id and its path; one that is not rendered has no page of its own
//! on the site, so no route leads to it.
//!
//! `build.list: local` lists a page in its own section and for its terms alone; here an
//! article is not listed, either. A term is in the list of its taxonomy, and not in the
//! map of the site.
//!
//! Hugo: `resources/page/pagemeta`, docs "Build options".

use entity::Render;
use serde_json::{Map, Value};

use crate::hugo::{cast, fold};

/// What a page's front matter says of where it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Build {
    /// Whether it is in lists.
    pub listed: bool,
    /// Whether it is in those of what it lies in alone, to Hugo.
    pub local: bool,
    pub render: Render,
}

impl Default for Build {
    fn default() -> Self {
        Self { listed: true, local: false, render: Render::Always }
    }
}

impl Build {
    /// What the parameters of a page say.
    #[must_use]
    pub fn of(params: &Map<String, Value>) -> Self {
        // It goes before what `build` says.
        if fold::get(params, "headless").and_then(cast::flag) == Some(true) {
            return Self { listed: false, local: false, render: Render::Never };
        }
        let build = fold::get(params, "_build").or_else(|| fold::get(params, "build"));
        let said = |key| build.and_then(Value::as_object).and_then(|build| fold::get(build, key));
        // Words in another case say nothing to Hugo, and neither do others.
        Self {
            listed: !matches!(word(said("list")), "never" | "local"),
            local: word(said("list")) == "local",
            render: match word(said("render")) {
                "never" => Render::Never,
                "link" => Render::Link,
                _ => Render::Always,
            },
        }
    }
}

/// A word; the truth values of old mean two of them.
fn word(value: Option<&Value>) -> &str {
    match value {
        Some(Value::String(text)) if text == "0" => "never",
        Some(Value::String(text)) => text,
        Some(Value::Bool(false)) => "never",
        Some(Value::Number(number)) if number.as_i64() == Some(0) => "never",
        _ => "always",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn build_settings_mean_what_they_mean_to_hugo() {
        let check = |params: Value, listed: bool, render: Render| {
            let map = params.as_object().cloned().unwrap_or_default();
            let build = Build::of(&map);
            assert_eq!((build.listed, build.render), (listed, render), "{params}");
        };
        let (always, link, never) = (Render::Always, Render::Link, Render::Never);
        check(json!({}), true, always);
        check(json!({ "build": { "list": "never" } }), false, always);
        check(json!({ "build": { "list": "local" } }), false, always);
        check(json!({ "build": { "render": "never" } }), true, never);
        check(json!({ "Build": { "Render": "link" } }), true, link);
        check(json!({ "_build": { "list": false, "render": false } }), false, never);
        check(json!({ "_build": {}, "build": { "list": "never" } }), true, always);
        check(json!({ "headless": true }), false, never);
        check(json!({ "headless": "true", "build": { "list": "always" } }), false, never);
        check(json!({ "headless": false }), true, always);
        check(json!({ "build": { "list": "Never", "render": "nope" } }), true, always);
        check(json!({ "build": "never", "headless": null }), true, always);
    }
}
