//! Real Hugo as the judge of what a site says: every page with all its fields,
//! typed parameters, addresses, terms, menus, translations and hashes of its text.
//!
//! The site is built without its theme, by layouts of ours and by those of its
//! settings that content depends on. Shortcodes are made plain text, since their
//! templates are not there; the same is done to all sites that are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use api::hugo::{config, fold};
use serde_json::{Map, Value, json};

use crate::tools::tool;

/// Settings that content depends on, of the site and of its languages.
const SETTINGS: [&str; 34] = [
    "baseURL",
    "title",
    "languages",
    "languageCode",
    "locale",
    "languageName",
    "label",
    "languageDirection",
    "direction",
    "weight",
    "contentDir",
    "disabled",
    "defaultContentLanguage",
    "defaultContentLanguageInSubdir",
    "disableLanguages",
    "taxonomies",
    "permalinks",
    "params",
    "menus",
    "menu",
    "timeZone",
    "uglyURLs",
    "disablePathToLower",
    "removePathAccents",
    "frontmatter",
    "hasCJKLanguage",
    "capitalizeListTitles",
    "pluralizeListTitles",
    "titleCaseStyle",
    "ignoreFiles",
    "cascade",
    "copyright",
    "mainSections",
    "summaryLength",
];

const HOME: &str = r#"
{{- $pages := slice -}}
{{- range .Site.Pages -}}
{{- $page := . -}}
{{- $terms := dict -}}
{{- range $plural, $_ := .Site.Taxonomies -}}
{{- $names := slice -}}
{{- range $page.GetTerms $plural -}}{{- $names = $names | append (printf "%s %s" .RelPermalink .LinkTitle) -}}{{- end -}}
{{- $terms = merge $terms (dict $plural $names) -}}
{{- end -}}
{{- $translations := slice -}}
{{- range .AllTranslations -}}{{- $translations = $translations | append (printf "%s %s" .Language.Lang .RelPermalink) -}}{{- end -}}
{{- $resources := slice -}}
{{- range .Resources -}}{{- $resources = $resources | append (printf "%s %s" .ResourceType .Name) -}}{{- end -}}
{{- $file := "" -}}
{{- with .File -}}{{- $file = .Path -}}{{- end -}}
{{- $pages = $pages | append (dict
  "path" .Path "file" $file "kind" .Kind "address" .RelPermalink "title" .Title "linkTitle" .LinkTitle
  "date" .Date "lastmod" .Lastmod "publishDate" .PublishDate "expiryDate" .ExpiryDate
  "draft" .Draft "weight" .Weight "description" .Description "keywords" .Keywords
  "aliases" .Aliases "section" .Section "type" .Type "layout" .Layout "params" .Params
  "raw" (sha256 .RawContent) "html" (sha256 .Content) "terms" $terms
  "translations" $translations "resources" $resources) -}}
{{- end -}}
{{- $menus := dict -}}
{{- range $name, $menu := .Site.Menus -}}
{{- $entries := slice -}}
{{- range $menu -}}
{{- $children := slice -}}
{{- range .Children -}}{{- $children = $children | append (printf "%s %s %d" .Name .URL .Weight) -}}{{- end -}}
{{- $entries = $entries | append (dict "name" .Name "url" .URL "weight" .Weight "identifier" .Identifier
  "title" .Title "params" .Params "children" $children) -}}
{{- end -}}
{{- $menus = merge $menus (dict $name $entries) -}}
{{- end -}}
{{- dict "pages" $pages "menus" $menus "params" .Site.Params "title" .Site.Title
  "language" .Site.Language.Lang "data" hugo.Data | jsonify -}}
"#;

/// What Hugo reads in a site: by language, kind and path.
pub type Reading = BTreeMap<String, Value>;

/// Hugo's reading of a site, and the files that had to be left out because Hugo
/// refuses them. None where Hugo is not installed.
///
/// `without` names files, below the site's folder, that are not to be looked at.
pub fn read(site: &Path, without: &BTreeSet<String>) -> Option<(Reading, BTreeSet<String>)> {
    try_read(site, without)
        .unwrap_or_else(|said| panic!("Hugo does not build {}: {said}", site.display()))
}

/// The same; what Hugo says where it refuses more than files.
pub fn try_read(
    site: &Path,
    without: &BTreeSet<String>,
) -> Result<Option<(Reading, BTreeSet<String>)>, String> {
    let Some(hugo) = tool("hugo") else { return Ok(None) };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copy = folder.path().join("site");
    prepare(site, &copy, without)?;
    let mut without = without.clone();
    for _ in 0..200 {
        let output = Command::new(&hugo)
            .args(["--buildDrafts", "--buildFuture", "--buildExpired", "-d"])
            .arg(folder.path().join("out"))
            .arg("-s")
            .arg(&copy)
            .env("HUGO_CACHEDIR", folder.path().join("cache"))
            .output()
            .expect("hugo");
        if output.status.success() {
            return Ok(Some((readings(&folder.path().join("out")), without)));
        }
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        let bad = named(&said, &copy);
        if bad.is_empty() {
            return Err(said);
        }
        for file in bad {
            std::fs::remove_file(copy.join(&file)).expect("a file that Hugo named");
            without.insert(file);
        }
    }
    Err("it refuses too many files".to_owned())
}

/// Files of a site that an error message names.
fn named(message: &str, site: &Path) -> BTreeSet<String> {
    let site = site.to_string_lossy().into_owned();
    let mut files = BTreeSet::new();
    for (at, _) in message.match_indices(site.as_str()) {
        let rest = message[at + site.len()..].trim_start_matches('/');
        // A name may hold spaces and colons: the longest that is a file.
        let line = rest.lines().next().unwrap_or_default();
        let ends = (1..=line.len()).rev().filter(|end| line.is_char_boundary(*end));
        let found = ends.map(|end| &line[..end]).find(|name| Path::new(&site).join(name).is_file());
        // What is ours is not to blame: a layout is named beside the text in it.
        let ours = |name: &&str| *name == "hugo.json" || name.starts_with("layouts/");
        files.extend(found.filter(|name| !ours(name)).map(str::to_owned));
    }
    files
}

fn readings(out: &Path) -> Reading {
    let mut all = Reading::new();
    for entry in walkdir::WalkDir::new(out) {
        let entry = entry.expect("what Hugo wrote");
        if entry.file_name() != "oracle.json" {
            continue;
        }
        let text = std::fs::read(entry.path()).expect("what Hugo wrote");
        let mut site: Value = serde_json::from_slice(&text).expect("JSON");
        let language = site["language"].as_str().expect("a language").to_owned();
        for page in site["pages"].as_array_mut().expect("pages").drain(..) {
            let key = format!("{language} {} {}", page["kind"], page["path"]);
            let mut key = key.replace('"', "");
            // Two pages may have one path: the second gets a mark.
            while all.contains_key(&key) {
                key.push('\'');
            }
            all.insert(key, page);
        }
        let site = site.as_object_mut().expect("a site");
        site.shift_remove("pages");
        all.insert(format!("{language} site"), Value::Object(site.clone()));
    }
    all
}

/// Copies what the oracle looks at.
fn prepare(site: &Path, copy: &Path, without: &BTreeSet<String>) -> Result<(), String> {
    let config = config::load(site, None).map_err(|problem| problem.to_string())?;
    let mut folders: Vec<(String, String)> = config
        .languages
        .iter()
        .map(|language| language.content_dir.clone())
        .map(|folder| {
            (folder.clone(), if folder.is_empty() { "content".to_owned() } else { folder })
        })
        .collect();
    let mounts = mounts(&config.root);
    folders.extend(mounts.iter().map(|mount| {
        let source = mount["source"].as_str().unwrap_or_default().to_owned();
        (source.clone(), source)
    }));
    folders.push(("data".to_owned(), "data".to_owned()));
    folders.push(("i18n".to_owned(), "i18n".to_owned()));
    for (from, to) in folders {
        for entry in walkdir::WalkDir::new(site.join(&from)) {
            let Ok(entry) = entry else { continue };
            let below = entry.path().strip_prefix(site.join(&from)).expect("below");
            let name = entry.path().strip_prefix(site).expect("below").to_string_lossy();
            if !entry.file_type().is_file() || without.contains(name.as_ref()) {
                continue;
            }
            // What is mounted may be a file.
            let mut place = copy.join(&to);
            if !below.as_os_str().is_empty() {
                place.push(below);
            }
            std::fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
            let bytes = std::fs::read(entry.path()).expect("a file");
            std::fs::write(&place, plain(bytes)).expect("a file");
            // Sites may take dates from files, and those of copies say nothing.
            let file = std::fs::File::options().write(true).open(&place).expect("a file");
            file.set_modified(std::time::UNIX_EPOCH).expect("a time");
        }
    }
    let mut settings = only(&config.root);
    if !mounts.is_empty() {
        settings.insert("module".to_owned(), json!({ "mounts": mounts }));
    }
    settings.insert("outputs".to_owned(), json!({ "home": ["html", "oracle"] }));
    settings.insert(
        "outputFormats".to_owned(),
        json!({ "oracle": { "mediaType": "application/json", "baseName": "oracle", "isPlainText": true } }),
    );
    settings.insert("disableKinds".to_owned(), json!(["RSS", "sitemap", "robotsTXT", "404"]));
    settings.insert("security".to_owned(), json!({ "allowContent": [".*"] }));
    std::fs::create_dir_all(copy.join("layouts")).expect("a folder");
    std::fs::write(copy.join("hugo.json"), Value::Object(settings).to_string()).expect("a file");
    std::fs::write(copy.join("layouts/home.oracle.json"), HOME).expect("a file");
    std::fs::write(copy.join("layouts/all.html"), "x").expect("a file");
    Ok(())
}

/// What of the site itself is mounted as content.
fn mounts(root: &Map<String, Value>) -> Vec<Value> {
    let all = fold::map(root, "module").and_then(|module| fold::get(module, "mounts"));
    let text = |mount: &Value, key: &str| mount[key].as_str().unwrap_or_default().to_owned();
    let all = all.and_then(Value::as_array).cloned().unwrap_or_default();
    all.into_iter()
        .filter(|mount| {
            text(mount, "target").starts_with("content") && !text(mount, "source").starts_with('.')
        })
        .collect()
}

/// A text without shortcodes, and with the key of today where Hugo refuses a whole
/// site for one of yesterday.
fn plain(mut bytes: Vec<u8>) -> Vec<u8> {
    const OLD: &[u8] = b"_build";
    while let Some(at) = bytes.windows(OLD.len()).position(|part| part == OLD) {
        bytes.remove(at);
    }
    for at in 2..bytes.len() {
        if matches!(bytes[at], b'<' | b'%') && &bytes[at - 2..at] == b"{{" {
            bytes[at - 2..at].copy_from_slice(b"((");
        }
    }
    bytes
}

fn only(settings: &Map<String, Value>) -> Map<String, Value> {
    let known = |key: &str| SETTINGS.iter().any(|known| known.eq_ignore_ascii_case(key));
    settings
        .iter()
        .filter(|(key, _)| known(key))
        .map(|(key, value)| {
            let value = match value {
                Value::Object(languages) if key.eq_ignore_ascii_case("languages") => languages
                    .iter()
                    .map(|(key, value)| {
                        let own = value.as_object().map(only).unwrap_or_default();
                        (key.clone(), Value::Object(own))
                    })
                    .collect(),
                value => value.clone(),
            };
            (key.clone(), value)
        })
        .collect()
}

/// What two readings say otherwise: by page, the fields with both values.
pub fn differences(
    one: &Reading,
    other: &Reading,
) -> BTreeMap<String, Vec<(String, Value, Value)>> {
    let mut all = BTreeMap::new();
    let nothing = Value::Null;
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    for key in keys {
        let (a, b) = (one.get(key).unwrap_or(&nothing), other.get(key).unwrap_or(&nothing));
        if a == b {
            continue;
        }
        let fields: BTreeSet<&String> =
            [a, b].into_iter().filter_map(Value::as_object).flat_map(Map::keys).collect();
        let mut differ = Vec::new();
        for field in fields {
            if a[field] != b[field] {
                differ.push((field.clone(), a[field].clone(), b[field].clone()));
            }
        }
        if a.is_null() || b.is_null() {
            differ = vec![("page".to_owned(), json!(!a.is_null()), json!(!b.is_null()))];
        }
        all.insert(key.clone(), differ);
    }
    all
}
