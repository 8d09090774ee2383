//! The configuration of a Hugo site, merged and typed.
//!
//! Invariants: everything of a [`LanguageConfig`] is final, the root's settings
//! already under it; keys are found in any case and parameters keep theirs; a
//! folder without any configuration is a site with Hugo's defaults.
//!
//! Hugo: config/allconfig, docs "Configuration directory". Themes and modules
//! are not looked into: what they add to a site is not the site's.

use std::path::Path;

use chrono_tz::Tz;
use indexmap::IndexMap;
use regex::RegexSet;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::address::{ListTitles, Rules, UglyUrls};
use super::cascade::Cascades;
use super::mounts::{self, Mount, clean};
use super::permalink::Permalinks;
use super::problem::Problem;
use super::{cast, config_file, fold, menu};

pub use super::menu::MenuEntry;

/// What a Hugo site says about itself.
#[derive(Debug, Clone)]
pub struct SiteConfig {
    pub base_url: String,
    pub time_zone: Tz,
    /// Hugo's key, in lower case.
    pub default_language: String,
    /// What addresses are made by.
    pub rules: Rules,
    /// The enabled languages, by weight; one of them at least.
    pub languages: Vec<LanguageConfig>,
    /// The keys of the languages that are configured and switched off.
    pub disabled_languages: Vec<String>,
    /// Where each of a page's dates comes from.
    pub dates: DateFields,
    /// Hugo's `ignoreFiles`: files to be left out, by their full names.
    pub ignore_files: RegexSet,
    /// What is mounted as content and is there; nothing where the folders of the languages are it.
    pub mounts: Vec<Mount>,
    /// The main file, below the site's folder; none for a bare content folder.
    pub file: Option<String>,
    /// What pages have from the site and from the sections above them; the latter
    /// are noted when they are read.
    pub cascades: Cascades,
    /// What is passed over, and why.
    pub warnings: Vec<Problem>,
    /// Everything, keys as written, for what has no field here.
    pub root: Map<String, Value>,
}

/// One language of a site, everything merged.
#[derive(Debug, Clone)]
pub struct LanguageConfig {
    /// Hugo's key, in lower case: `zh-cn`.
    pub key: String,
    /// The canonical BCP 47 tag: `zh-CN`.
    pub tag: String,
    pub name: String,
    pub direction: Direction,
    pub weight: i32,
    /// Below the site's folder; empty when the folder is the content itself.
    pub content_dir: String,
    /// Whether no other language has this content folder.
    pub own_content_dir: bool,
    pub title: String,
    pub has_cjk: bool,
    pub copyright: Option<String>,
    pub time_zone: Tz,
    pub menus: IndexMap<String, Vec<MenuEntry>>,
    /// The site's parameters, the language's own laid over them.
    pub params: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    #[default]
    Ltr,
    Rtl,
}

/// The front matter keys of each date, in the order in which they are tried,
/// in lower case; `:filename` and its like included.
#[derive(Debug, Clone)]
pub struct DateFields {
    pub date: Vec<String>,
    pub lastmod: Vec<String>,
    pub publish_date: Vec<String>,
    pub expiry_date: Vec<String>,
}

impl SiteConfig {
    /// A language by Hugo's key, in any case.
    #[must_use]
    pub fn language(&self, key: &str) -> Option<&LanguageConfig> {
        self.languages.iter().find(|language| fold::same(&language.key, key))
    }

    /// The path of the base URL without a slash at its end: what Hugo puts
    /// before every address when a site lives in a folder.
    #[must_use]
    pub fn base_path(&self) -> &str {
        let url = self.base_url.as_str();
        let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
        rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default().trim_end_matches('/')
    }
}

/// Reads the configuration of the site in `dir`.
///
/// `language` is for a folder without a configuration: everything in it that
/// says nothing else is in that language. It fails for a file that cannot be
/// read, and for settings without which no address is known.
pub fn load(dir: &Path, language: Option<&str>) -> Result<SiteConfig, Problem> {
    load_with(dir, language, &|source| dir.join(source).exists())
}

/// The same; `is_there` says whether the site has a file or folder that is mounted.
pub(super) fn load_with(
    dir: &Path,
    language: Option<&str>,
    is_there: &dyn Fn(&str) -> bool,
) -> Result<SiteConfig, Problem> {
    let (root, file) = config_file::load(dir)?;
    let content_dir = match fold::get(&root, "contentDir").and_then(cast::text) {
        Some(path) if !path.is_empty() => clean(&path),
        _ if file.is_none() && !dir.join("content").is_dir() => String::new(),
        _ => "content".to_owned(),
    };
    let main = file.clone().unwrap_or_default();
    let placed = |problem: Problem| config_file::located(dir, problem).in_file(&main);
    let (mounts, missing) =
        mounts::read(&root).into_iter().partition::<Vec<_>, _>(|mount| is_there(&mount.source));
    let mut config = build(root, file, &content_dir, language, mounts).map_err(placed)?;
    config.warnings.extend(missing.into_iter().map(|Mount { source, .. }| {
        Problem::new(format!(
            "`module.mounts` has `{source}`, which is not there; it is passed over"
        ))
    }));
    config.warnings = std::mem::take(&mut config.warnings).into_iter().map(placed).collect();
    Ok(config)
}

/// Types a merged configuration, of whose mounts these are there; pure.
pub(super) fn build(
    root: Map<String, Value>,
    file: Option<String>,
    content_dir: &str,
    language: Option<&str>,
    mounts: Vec<Mount>,
) -> Result<SiteConfig, Problem> {
    let text = |key: &str| fold::get(&root, key).and_then(cast::text);
    let flag = |key: &str| fold::get(&root, key).and_then(cast::flag).unwrap_or_default();
    let is_on = |key: &str| fold::get(&root, key).and_then(cast::flag) != Some(false);
    let time_zone = zone(&root)?.unwrap_or(Tz::UTC);
    let named = text("defaultContentLanguage")
        .filter(|key| !key.is_empty())
        .or_else(|| language.map(str::to_owned))
        .map(|key| key.to_lowercase());
    let synthesized = named.clone().unwrap_or_else(|| "en".to_owned());
    let folders = Folders { content: content_dir, mounts: &mounts };
    let (languages, disabled_languages) = languages(&root, &synthesized, folders, time_zone)?;
    // Where nobody names a default it is English, or else the first.
    let has = |key: &str| languages.iter().any(|language| language.key == key);
    let default_language = match (named, languages.first()) {
        (None, Some(first)) if !has(&synthesized) => first.key.clone(),
        (named, _) => named.unwrap_or(synthesized),
    };
    if !has(&default_language) {
        let what = if disabled_languages.contains(&default_language) {
            "is switched off; switch it on"
        } else {
            "`languages` does not have; add it there"
        };
        return Err(Problem::new(format!(
            "`defaultContentLanguage` is `{default_language}`, which {what}, or name another"
        )));
    }
    let mut rules = Rules {
        default_language: default_language.clone(),
        default_in_subdir: flag("defaultContentLanguageInSubdir"),
        disable_path_to_lower: flag("disablePathToLower"),
        remove_path_accents: flag("removePathAccents"),
        list_titles: ListTitles {
            plural: is_on("pluralizeListTitles"),
            capital: is_on("capitalizeListTitles"),
        },
        disabled_kinds: fold::get(&root, "disableKinds")
            .and_then(cast::list)
            .unwrap_or_default()
            .iter()
            .map(|kind| kind.to_lowercase())
            .filter(|kind| ["section", "taxonomy", "term"].contains(&kind.as_str()))
            .collect(),
        ugly_urls: UglyUrls::from_config(fold::get(&root, "uglyURLs")),
        permalinks: Permalinks::from_config(fold::get(&root, "permalinks"))?,
        taxonomies: all_taxonomies(&root),
        language_permalinks: IndexMap::new(),
        language_taxonomies: IndexMap::new(),
    };
    for (key, settings) in fold::map(&root, "languages").into_iter().flatten() {
        let Some(settings) = settings.as_object() else {
            continue;
        };
        let key = key.to_lowercase();
        if let Some(value) = fold::get(settings, "permalinks") {
            let own = Permalinks::from_config(Some(value))?;
            rules.language_permalinks.insert(key.clone(), own);
        }
        if let Some(own) = taxonomies(fold::get(settings, "taxonomies")) {
            rules.language_taxonomies.insert(key, own);
        }
    }
    let mut warnings = Permalinks::unread(fold::get(&root, "permalinks"));
    if languages.len() > 1 {
        warnings.extend(own_hosts(&root, &default_language));
    }
    Ok(SiteConfig {
        base_url: text("baseURL").unwrap_or_default(),
        time_zone,
        default_language,
        rules,
        languages,
        disabled_languages,
        dates: DateFields::from_config(fold::map(&root, "frontmatter")),
        ignore_files: ignore_files(fold::get(&root, "ignoreFiles"))?,
        mounts,
        file,
        cascades: Cascades::from_config(&root),
        warnings,
        root,
    })
}

/// Languages with hosts of their own, on which their addresses have no prefix: here an
/// address names one page of the whole site.
fn own_hosts(root: &Map<String, Value>, default_language: &str) -> Vec<Problem> {
    let languages = fold::map(root, "languages").into_iter().flatten();
    let own = languages.filter(|(key, _)| !fold::same(key, default_language));
    own.filter_map(|(key, settings)| {
        let url = fold::get(settings.as_object()?, "baseURL").and_then(cast::text)?;
        Some(Problem::new(format!(
            "`languages.{key}.baseURL` is `{url}`: no language has a host of its own here, and \
             addresses of this one begin with `/{}/`",
            key.to_lowercase()
        )))
    })
    .collect()
}

fn ignore_files(value: Option<&Value>) -> Result<RegexSet, Problem> {
    let patterns = match value {
        Some(Value::String(pattern)) => vec![pattern.clone()],
        value => value.and_then(cast::list).unwrap_or_default(),
    };
    RegexSet::new(&patterns).map_err(|_| {
        let is_wrong = |pattern: &&String| RegexSet::new([pattern]).is_err();
        let wrong = patterns.iter().find(is_wrong).map_or("", |pattern| pattern.as_str());
        Problem::new(format!(
            "`ignoreFiles` has `{wrong}`, which is no regular expression; correct it"
        ))
    })
}

/// Where the site has its content.
#[derive(Clone, Copy)]
struct Folders<'a> {
    /// That of the languages which name none.
    content: &'a str,
    mounts: &'a [Mount],
}

fn languages(
    root: &Map<String, Value>,
    default_language: &str,
    folders: Folders<'_>,
    time_zone: Tz,
) -> Result<(Vec<LanguageConfig>, Vec<String>), Problem> {
    let switched_off: Vec<String> =
        fold::get(root, "disableLanguages").and_then(cast::list).unwrap_or_default();
    let nothing = Map::new();
    let (mut enabled, mut disabled) = (Vec::new(), Vec::new());
    for (key, settings) in fold::map(root, "languages").unwrap_or(&nothing) {
        let Some(settings) = settings.as_object() else {
            return Err(Problem::new(format!(
                "`languages.{key}` is no table; write its settings below it"
            )));
        };
        let off = fold::get(settings, "disabled").and_then(cast::flag) == Some(true)
            || switched_off.iter().any(|name| fold::same(name, key));
        if off {
            disabled.push(key.to_lowercase());
        } else {
            enabled.push(one_language(root, key, settings, folders, time_zone)?);
        }
    }
    if enabled.is_empty() {
        enabled.push(one_language(root, default_language, &nothing, folders, time_zone)?);
    }
    // A language without a weight comes after those that have one.
    enabled.sort_by(|one, other| {
        let rank = |language: &LanguageConfig| (language.weight == 0, language.weight);
        rank(one).cmp(&rank(other)).then_with(|| one.key.cmp(&other.key))
    });
    tell_apart(&mut enabled);
    let folders: Vec<String> =
        enabled.iter().map(|language| language.content_dir.clone()).collect();
    for language in &mut enabled {
        language.own_content_dir =
            folders.iter().filter(|folder| **folder == language.content_dir).count() == 1;
    }
    Ok((enabled, disabled))
}

fn one_language(
    root: &Map<String, Value>,
    key: &str,
    settings: &Map<String, Value>,
    folders: Folders<'_>,
    time_zone: Tz,
) -> Result<LanguageConfig, Problem> {
    let find = |maps: &[&Map<String, Value>], names: &[&str]| {
        // A language that says nothing of itself, in so many words, has nothing of the root.
        let mut said =
            maps.iter().flat_map(|map| names.iter().filter_map(|name| fold::get(map, name)));
        said.next().and_then(cast::text).filter(|text| !text.is_empty())
    };
    let text = |names: &[&str]| find(&[settings, root], names);
    let own = |names: &[&str]| find(&[settings], names);
    let mut params = fold::map(root, "params").cloned().unwrap_or_default();
    if let Some(over) = fold::map(settings, "params") {
        fold::merge(&mut params, over);
    }
    // The root's code is the code of a site's only language; among several it says nothing.
    let code = if settings.is_empty() {
        text(&["locale", "languageCode"])
    } else {
        own(&["locale", "languageCode"])
    };
    let tag = code
        .as_deref()
        .and_then(canonical_tag)
        .or_else(|| canonical_tag(key))
        .unwrap_or_else(|| key.to_owned());
    let direction = match own(&["direction", "languageDirection"]) {
        Some(text) if text.eq_ignore_ascii_case("rtl") => Direction::Rtl,
        _ => Direction::Ltr,
    };
    // A language with menus has none of the root's.
    let mut menus = menu::from_config(settings)?;
    if menus.is_empty() {
        menus = menu::from_config(root)?;
    }
    Ok(LanguageConfig {
        key: key.to_lowercase(),
        name: own(&["label", "languageName"]).unwrap_or_else(|| tag.clone()),
        tag,
        direction,
        weight: fold::get(settings, "weight")
            .and_then(cast::integer)
            .and_then(|weight| i32::try_from(weight).ok())
            .unwrap_or_default(),
        content_dir: mounts::whole(folders.mounts, key)
            .map(|mount| mount.source.clone())
            .or_else(|| own(&["contentDir"]).map(|path| clean(&path)))
            .unwrap_or_else(|| folders.content.to_owned()),
        own_content_dir: true,
        title: text(&["title"]).unwrap_or_default(),
        has_cjk: text(&["hasCJKLanguage"]).as_deref() == Some("true"),
        copyright: text(&["copyright"]),
        time_zone: zone(settings)?.unwrap_or(time_zone),
        menus,
        params,
    })
}

/// Gives each language a tag of its own. Codes get copied with the settings around
/// them: one that several languages have is left to the one that is called like it.
fn tell_apart(languages: &mut [LanguageConfig]) {
    let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let tags: Vec<String> = languages.iter().map(|language| language.tag.clone()).collect();
    for language in &mut *languages {
        let shared = tags.iter().filter(|tag| **tag == language.tag).count() > 1;
        if shared && primary(&language.tag) != primary(&language.key) {
            language.tag = canonical_tag(&language.key).unwrap_or_else(|| language.key.clone());
        }
    }
    let mut seen: Vec<String> = Vec::new();
    for language in languages {
        if seen.contains(&language.tag) {
            language.tag = canonical_tag(&language.key)
                .filter(|tag| !seen.contains(tag))
                .unwrap_or_else(|| language.key.clone());
        }
        seen.push(language.tag.clone());
    }
}

fn zone(settings: &Map<String, Value>) -> Result<Option<Tz>, Problem> {
    let name = fold::get(settings, "timeZone").and_then(cast::text).unwrap_or_default();
    match name.as_str() {
        "" | "Local" => Ok(None),
        name => name.parse().map(Some).map_err(|_| {
            Problem::new(format!(
                "`timeZone` is `{name}`, which is no time zone; write one like `Europe/Berlin`"
            ))
        }),
    }
}

/// Those of the site, under `taxonomies` or the older `indexes`; without any, Hugo's own.
fn all_taxonomies(root: &Map<String, Value>) -> IndexMap<String, String> {
    let said = ["taxonomies", "indexes"].map(|key| taxonomies(fold::get(root, key)));
    if said.iter().any(Option::is_some) {
        return said.into_iter().flatten().flatten().collect();
    }
    [("category", "categories"), ("tag", "tags")]
        .map(|(one, many)| (one.to_owned(), many.to_owned()))
        .into()
}

/// Singular to plural, both in lower case; `None` when nothing is said.
fn taxonomies(value: Option<&Value>) -> Option<IndexMap<String, String>> {
    let map = value?.as_object()?;
    Some(
        map.iter()
            .filter_map(|(singular, plural)| {
                let plural = cast::text(plural).filter(|plural| !plural.is_empty())?;
                Some((singular.to_lowercase(), plural.to_lowercase()))
            })
            .collect(),
    )
}

impl Default for DateFields {
    fn default() -> Self {
        Self::from_config(None)
    }
}

impl DateFields {
    /// Hugo: resources/page/pagemeta, docs "Configure front matter".
    fn from_config(settings: Option<&Map<String, Value>>) -> Self {
        let field = |name: &str, default: &[&str]| {
            let given =
                settings.and_then(|settings| fold::get(settings, name)).and_then(cast::list);
            let mut keys: Vec<String> = Vec::new();
            let mut add = |key: &str| {
                let synonyms: &[&str] = match key {
                    "lastmod" => &["modified"],
                    "publishdate" => &["pubdate", "published"],
                    "expirydate" => &["unpublishdate"],
                    _ => &[],
                };
                for key in [key].iter().chain(synonyms) {
                    if !keys.iter().any(|known| known == key) {
                        keys.push((*key).to_owned());
                    }
                }
            };
            for key in given.unwrap_or_else(|| vec![":default".to_owned()]) {
                match key.to_lowercase().as_str() {
                    ":default" => default.iter().for_each(|key| add(key)),
                    key => add(key),
                }
            }
            keys
        };
        Self {
            date: field("date", &["date", "publishdate", "lastmod"]),
            lastmod: field("lastmod", &[":git", "lastmod", "date", "publishdate"]),
            publish_date: field("publishDate", &["publishdate", "date"]),
            expiry_date: field("expiryDate", &["expirydate"]),
        }
    }
}

/// The canonical spelling of a language tag (RFC 5646, section 2.1.1), if it
/// has the shape of one.
#[must_use]
pub fn canonical_tag(tag: &str) -> Option<String> {
    let tag = tag.trim().replace('_', "-");
    let mut parts = Vec::new();
    let mut singleton = false;
    for (index, part) in tag.split('-').enumerate() {
        let shaped =
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        let language = part.len() >= 2 && part.bytes().all(|b| b.is_ascii_alphabetic());
        if !shaped || (index == 0 && !language) {
            return None;
        }
        let lower = part.to_ascii_lowercase();
        parts.push(match part.len() {
            2 if index > 0 && !singleton => lower.to_ascii_uppercase(),
            4 if index > 0 && !singleton && language => {
                let (head, tail) = lower.split_at(1);
                head.to_ascii_uppercase() + tail
            }
            _ => lower,
        });
        // Behind `u-`, `x-` and their like everything is in lower case.
        singleton |= part.len() == 1;
    }
    (!singleton || tag.split('-').next_back().is_some_and(|part| part.len() > 1))
        .then(|| parts.join("-"))
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
