//! Patterns of addresses: `/:year/:month/:slug/`.
//!
//! Hugo: resources/page/permalinks.go. Invariants: the first rule that matches
//! wins; where Hugo leaves the order to chance (its map of sections), the
//! longer section comes first; an unknown token is a problem when the
//! configuration is read, never later.

use chrono::{DateTime, Datelike, FixedOffset};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::problem::Problem;
use super::{cast, fold, glob, go_date};

/// The rules of a site, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Permalinks(pub Vec<Permalink>);

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Permalink {
    /// A pattern of kinds; empty for any.
    #[serde(default)]
    pub kind: String,
    /// A pattern of logical paths; empty for any.
    #[serde(default)]
    pub path: String,
    pub pattern: String,
}

const KINDS: [&str; 4] = ["page", "section", "taxonomy", "term"];

impl Permalinks {
    /// Reads `permalinks` in each of its three forms: a list of rules, a map
    /// of sections for each kind, a map of sections alone.
    pub fn from_config(value: Option<&Value>) -> Result<Self, Problem> {
        let rules = match value {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items.iter().map(rule).collect::<Result<_, _>>()?,
            Some(Value::Object(map)) => sections(map)?,
            Some(_) => return Err(Problem::new("`permalinks` must be a table or a list")),
        };
        for rule in &rules {
            for token in tokens(&rule.pattern) {
                if !is_known(token) {
                    return Err(Problem::new(format!(
                        "`permalinks` has `{}` with the unknown token `:{token}`",
                        rule.pattern
                    )));
                }
            }
        }
        Ok(Self(rules))
    }

    /// What is no pattern, and is passed over: a key that slipped in from the lines
    /// above, most likely.
    #[must_use]
    pub fn unread(value: Option<&Value>) -> Vec<Problem> {
        let map = value.and_then(Value::as_object).into_iter().flatten();
        let is_read = |key: &str, value: &Value| {
            value.is_string()
                || (value.is_object() && KINDS.iter().any(|kind| fold::same(kind, key)))
        };
        let wrong = map.filter(|(key, value)| !is_read(key, value));
        wrong
            .map(|(key, _)| {
                Problem::new(format!(
                    "`permalinks.{key}` is passed over: it must be a pattern, or a table of \
                     patterns for one of {}",
                    KINDS.join(", ")
                ))
            })
            .collect()
    }

    /// The pattern for a page of this kind at this logical path.
    #[must_use]
    pub fn pattern(&self, kind: &str, logical: &str) -> Option<&str> {
        if self.0.is_empty() {
            return None;
        }
        let path = format!("/{logical}");
        self.0
            .iter()
            .find(|rule| {
                (rule.kind.is_empty() || glob::matches(&rule.kind, kind))
                    && (rule.path.is_empty() || glob::matches(&rule.path, &path))
            })
            .map(|rule| rule.pattern.as_str())
            .filter(|pattern| !pattern.is_empty())
    }
}

fn rule(value: &Value) -> Result<Permalink, Problem> {
    let wrong = || Problem::new("each of `permalinks` needs a `pattern`, which is a text");
    let map = value.as_object().ok_or_else(wrong)?;
    let pattern = fold::get(map, "pattern").and_then(Value::as_str);
    let target = fold::map(map, "target");
    let text = |key: &str| {
        target
            .and_then(|target| fold::get(target, key))
            .and_then(cast::text)
            .unwrap_or_default()
            .to_lowercase()
    };
    Ok(Permalink {
        kind: text("kind"),
        path: text("path"),
        pattern: pattern.ok_or_else(wrong)?.to_owned(),
    })
}

fn sections(map: &Map<String, Value>) -> Result<Vec<Permalink>, Problem> {
    let mut rules: Vec<(String, Permalink)> = Vec::new();
    let mut add = |kinds: &[&str], section: &str, pattern: &str| {
        let section = section.trim_matches([' ', '/']).to_lowercase();
        for kind in kinds {
            let path = if section.is_empty() {
                "/*".to_owned()
            } else {
                format!("/{{{section},{section}/**}}")
            };
            let rule = Permalink { kind: (*kind).to_owned(), path, pattern: pattern.to_owned() };
            rules.push((section.clone(), rule));
        }
    };
    for (key, value) in map {
        let kind = KINDS.iter().find(|kind| fold::same(kind, key));
        match (value, kind) {
            (Value::String(pattern), _) => add(&["page", "term"], key, pattern),
            (Value::Object(map), Some(kind)) => {
                for (section, pattern) in map {
                    let pattern = pattern.as_str().ok_or_else(|| {
                        Problem::new(format!("`permalinks.{key}.{section}` must be a text"))
                    })?;
                    add(&[kind], section, pattern);
                }
            }
            // [`Permalinks::unread`] says so.
            _ => {}
        }
    }
    rules.sort_by_key(|(section, _)| std::cmp::Reverse(section.len()));
    Ok(rules.into_iter().map(|(_, rule)| rule).collect())
}

/// What tokens are filled with; every text is sanitized already.
pub(super) struct Fill<'a> {
    pub date: Option<DateTime<FixedOffset>>,
    pub section: &'a str,
    pub sections: &'a [String],
    pub section_slugs: &'a dyn Fn() -> Vec<String>,
    pub title: String,
    pub slug: Option<String>,
    /// Of the file; empty for pages that list others.
    pub name: String,
    /// The last part of the logical path.
    pub base: String,
}

/// The pattern with its tokens filled in.
pub(super) fn expand(pattern: &str, fill: &Fill<'_>) -> String {
    // An escaped colon is no token; it is hidden while tokens are looked for.
    let pattern = pattern.replace("\\:", "\0");
    let mut expanded = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.as_str();
    while let Some((before, after)) = rest.split_once(':') {
        expanded.push_str(before);
        let length = token_length(after);
        let (token, behind) = after.split_at_checked(length).unwrap_or((after, ""));
        if let Some(value) = value(token, fill) {
            expanded.push_str(&value);
        } else {
            expanded.push(':');
            expanded.push_str(token);
        }
        rest = behind;
    }
    expanded.push_str(rest);
    expanded.replace('\0', ":")
}

fn value(token: &str, fill: &Fill<'_>) -> Option<String> {
    let date = || fill.date.unwrap_or_else(go_date::zero);
    Some(match token {
        "" => return None,
        "year" => date().year().to_string(),
        "month" => format!("{:02}", date().month()),
        "monthname" => go_date::format(date(), "January"),
        "day" => format!("{:02}", date().day()),
        "weekday" => date().weekday().num_days_from_sunday().to_string(),
        "weekdayname" => go_date::format(date(), "Monday"),
        "yearday" => date().ordinal().to_string(),
        "section" => fill.section.to_owned(),
        "sections" => fill.sections.join("/"),
        "sectionslug" => (fill.section_slugs)().into_iter().next().unwrap_or_default(),
        "sectionslugs" => (fill.section_slugs)().join("/"),
        "title" => fill.title.clone(),
        "slug" => fill.slug.clone().unwrap_or_else(|| fill.title.clone()),
        "filename" => fill.name.clone(),
        "contentbasename" => fill.base.clone(),
        "slugorfilename" => fill.slug.clone().unwrap_or_else(|| fill.name.clone()),
        "slugorcontentbasename" => fill.slug.clone().unwrap_or_else(|| fill.base.clone()),
        token => {
            if let Some(cut) = token.strip_prefix("sections[") {
                slice(fill.sections, cut).join("/")
            } else if let Some(cut) = token.strip_prefix("sectionslugs[") {
                slice(&(fill.section_slugs)(), cut).join("/")
            } else if go_date::is_layout(token) {
                go_date::format(date(), token)
            } else {
                return None;
            }
        }
    })
}

/// `1]`, `last]`, `1:]`, `:last]` of a list, lenient where it is too short.
fn slice<'a>(list: &'a [String], cut: &str) -> &'a [String] {
    let cut = cut.trim_end_matches(']').to_ascii_lowercase();
    let index = |text: &str, empty: usize| match text.trim() {
        "" => Some(empty),
        "last" => list.len().checked_sub(1),
        number => Some(number.parse().unwrap_or(0)),
    };
    let range = match cut.split_once(':') {
        None => index(&cut, 0).map(|at| at..at.saturating_add(1)),
        Some((low, high)) => {
            index(low, 0).zip(index(high, list.len())).map(|(low, high)| low..high.min(list.len()))
        }
    };
    range.and_then(|range| list.get(range)).unwrap_or_default()
}

fn token_length(text: &str) -> usize {
    let word =
        text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let rest = text.get(word..).unwrap_or_default();
    match rest.find(']') {
        Some(end) if word > 0 && rest.starts_with('[') && end > 1 => word + end + 1,
        _ => word,
    }
}

fn tokens(pattern: &str) -> Vec<&str> {
    pattern
        .match_indices(':')
        .filter(|(at, _)| !pattern.get(..*at).is_some_and(|before| before.ends_with('\\')))
        .filter_map(|(at, _)| {
            let after = pattern.get(at + 1..)?;
            after.get(..token_length(after))
        })
        // The colon of a slice, `[1:last]`, begins no token: it stands inside one.
        .filter(|token| !token.is_empty())
        .collect()
}

fn is_known(token: &str) -> bool {
    const NAMES: [&str; 17] = [
        "year",
        "month",
        "monthname",
        "day",
        "weekday",
        "weekdayname",
        "yearday",
        "section",
        "sectionslug",
        "sections",
        "sectionslugs",
        "title",
        "slug",
        "slugorfilename",
        "filename",
        "contentbasename",
        "slugorcontentbasename",
    ];
    NAMES.contains(&token)
        || token.starts_with("sections[")
        || token.starts_with("sectionslugs[")
        || token == "last"
        || token.bytes().all(|byte| byte.is_ascii_digit())
        || go_date::is_layout(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(pattern: &str, expected: &str) {
        let sections = ["posts".to_owned(), "nested".to_owned(), "deep".to_owned()];
        let fill = Fill {
            date: DateTime::parse_from_rfc3339("2021-03-04T05:06:07Z").ok(),
            section: "posts",
            sections: &sections,
            section_slugs: &|| vec!["articles".to_owned(), "n".to_owned()],
            title: "a-title".to_owned(),
            slug: None,
            name: "name".to_owned(),
            base: "base".to_owned(),
        };
        assert_eq!(expand(pattern, &fill), expected, "{pattern}");
    }

    #[test]
    fn tokens_are_filled_in() {
        check("/:year/:month/:day/:title/", "/2021/03/04/a-title/");
        check("/:slug-:slugorfilename/", "/a-title-name/");
        check("/:filename/:contentbasename/:slugorcontentbasename/", "/name/base/base/");
        check("/:section/:sections/", "/posts/posts/nested/deep/");
        check("/:sections[0]/:sections[last]/:sections[1:]", "/posts/deep/nested/deep");
        check("/:sections[7]/:sections[:last]/:sections[5:9]", "//posts/nested/");
        check("/:sectionslug/:sectionslugs[1:]", "/articles/n");
        check("/:monthname/:weekday/:weekdayname/:yearday", "/March/4/Thursday/63");
        check("/:06/:1/:2/:Jan", "/21/3/4/Mar");
        check("/a\\:b/:title.html", "/a:b/a-title.html");
        check("/time/:nothing", "/time/:nothing");
    }

    #[test]
    fn all_three_forms_are_read() {
        let pattern = |config: Value, kind: &str, path: &str| {
            Permalinks::from_config(Some(&config)).unwrap().pattern(kind, path).map(str::to_owned)
        };
        let short = json!({"Posts": "/a/:slug", "posts/x": "/b/:slug", "/": "/r/:slug"});
        assert_eq!(pattern(short.clone(), "page", "posts/p").as_deref(), Some("/a/:slug"));
        assert_eq!(pattern(short.clone(), "page", "posts/x/p").as_deref(), Some("/b/:slug"));
        assert_eq!(pattern(short.clone(), "page", "p").as_deref(), Some("/r/:slug"));
        assert_eq!(pattern(short.clone(), "section", "posts"), None);
        assert_eq!(pattern(short, "page", "other/p"), None);
        let kinds = json!({"section": {"posts": "/s/:title"}});
        assert_eq!(pattern(kinds, "section", "posts/x").as_deref(), Some("/s/:title"));
        let list = json!([{"pattern": "/l/:slug", "target": {"kind": "{term,page}", "path": "/Posts/**"}}]);
        assert_eq!(pattern(list, "page", "posts/a/b").as_deref(), Some("/l/:slug"));
    }

    #[test]
    fn an_unknown_token_is_said() {
        let config = json!({"posts": "/:nothing/"});
        assert!(Permalinks::from_config(Some(&config)).unwrap_err().message.contains(":nothing"));
        let config = json!({"posts": "/:sections[1:last]/"});
        assert!(Permalinks::from_config(Some(&config)).is_ok());
    }
}
