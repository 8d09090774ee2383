//! Finding and merging the files of a Hugo configuration.
//!
//! Invariants: the result is one map, the files laid over one another in Hugo's
//! order: the main file, then `config/_default`, then `config/production`, each
//! with the folders in it and by name; how Hugo is to merge what themes say
//! (`_merge`) is no setting, and left out.

use std::path::Path;

use serde_json::{Map, Value};

use super::problem::{Problem, line_of};
use super::{file_path, fold, front_matter, toml_value, yaml};

const NAMES: [&str; 2] = ["hugo", "config"];
const EXTENSIONS: [&str; 4] = ["toml", "yaml", "yml", "json"];

/// The merged configuration and the path of its main file, if there is any.
pub(super) fn load(dir: &Path) -> Result<(Map<String, Value>, Option<String>), Problem> {
    let mut root = Map::new();
    let mut main = None;
    for name in NAMES {
        for extension in EXTENSIONS {
            let file = format!("{name}.{extension}");
            if main.is_none() && dir.join(&file).is_file() {
                fold::merge(&mut root, &read(dir, &file)?);
                main = Some(file);
            }
        }
    }
    // A build for readers is one for production, and lays that folder over the defaults.
    for environment in ["config/_default", "config/production"] {
        for file in files(dir, environment)? {
            let stem = file.rsplit_once('/').map_or(file.as_str(), |(_, name)| name);
            let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
            let settings = read(dir, &file)?;
            if NAMES.contains(&stem) && main.is_none() {
                main = Some(file.clone());
            }
            fold::merge(&mut root, &nest(stem, settings));
        }
    }
    without_merges(&mut root);
    if main.is_none() && !root.is_empty() {
        main = Some("config/_default".to_owned());
    }
    Ok((root, main))
}

/// Whether a file, by its path below the site's folder, is part of a configuration.
pub(super) fn is_configuration(path: &str) -> bool {
    let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
    EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str())
        && (NAMES.contains(&stem) || path.starts_with("config/"))
}

/// The configuration files below a folder, in order.
fn files(dir: &Path, folder: &str) -> Result<Vec<String>, Problem> {
    if !dir.join(folder).is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(dir.join(folder)).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            Problem::new(format!("this folder cannot be read: {error}")).in_file(folder)
        })?;
        let path = file_path::to_text(entry.path().strip_prefix(dir).unwrap_or(entry.path()));
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        if entry.file_type().is_file()
            && EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str())
        {
            files.push(path);
        }
    }
    Ok(files)
}

/// A problem of the merged configuration, with the file and the line that it speaks of:
/// where a value that it quotes stands, else where the key does.
pub(super) fn located(dir: &Path, problem: Problem) -> Problem {
    let quoted: Vec<&str> = problem.message.split('`').skip(1).step_by(2).collect();
    let Some((path, values)) = quoted.split_first() else { return problem };
    let key = path.rsplit('.').next().unwrap_or_default();
    let says_value =
        |line: &str| values.iter().any(|value| value.len() > 1 && line.contains(value));
    let mut all: Vec<String> = NAMES
        .iter()
        .flat_map(|name| EXTENSIONS.iter().map(move |extension| format!("{name}.{extension}")))
        .collect();
    for environment in ["config/_default", "config/production"] {
        all.extend(files(dir, environment).unwrap_or_default());
    }
    let texts: Vec<(String, String)> = all
        .into_iter()
        .filter_map(|file| Some((std::fs::read_to_string(dir.join(&file)).ok()?, file)))
        .map(|(text, file)| (file, text))
        .collect();
    let at_value = |(file, text): &(String, String)| {
        let line = text.lines().position(says_value)?;
        Some((file.clone(), u32::try_from(line + 1).ok()))
    };
    let at_key = |(file, text): &(String, String)| Some((file.clone(), line_of(text, key)));
    let found = texts
        .iter()
        .find_map(at_value)
        .or_else(|| texts.iter().filter_map(at_key).find(|(_, line)| line.is_some()));
    match found {
        Some((file, line)) => Problem { line, ..problem.in_file(&file) },
        None => problem,
    }
}

/// Below which keys the settings of a file stand, by its name without extension:
/// `menus` below `menus`, `params.zh` below `languages.zh.params`, and
/// `languages.zh`, like any other name with a language, below `languages.zh`.
pub(super) fn place_of(stem: &str) -> Vec<String> {
    let keys = match stem.rsplit_once('.') {
        _ if NAMES.contains(&stem) => vec![],
        Some(("menu" | "menus", language)) => vec!["languages", language, "menus"],
        Some(("params", language)) => vec!["languages", language, "params"],
        Some((_, language)) => vec!["languages", language],
        None => vec![stem],
    };
    keys.into_iter().map(str::to_owned).collect()
}

/// Settings where their file stands.
fn nest(stem: &str, settings: Map<String, Value>) -> Map<String, Value> {
    place_of(stem)
        .into_iter()
        .rev()
        .fold(settings, |settings, key| Map::from_iter([(key, Value::Object(settings))]))
}

/// Drops what says how Hugo is to merge the settings of themes with these.
fn without_merges(settings: &mut Map<String, Value>) {
    settings.retain(|key, _| !fold::same(key, "_merge"));
    for value in settings.values_mut() {
        if let Value::Object(inner) = value {
            without_merges(inner);
        }
    }
}

fn read(dir: &Path, file: &str) -> Result<Map<String, Value>, Problem> {
    let path = dir.join(file);
    let bytes = std::fs::read(&path).map_err(|error| {
        Problem::new(format!("this file cannot be read: {error}")).in_file(file)
    })?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Problem::new("this file is not UTF-8; save it as UTF-8").in_file(file))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => toml_value::parse(text),
        Some("json") if text.trim().is_empty() => Ok(Value::Null),
        Some("json") => front_matter::parse_json(text),
        _ => yaml::parse(text),
    };
    match parsed.map_err(|problem| problem.in_file(file))? {
        Value::Object(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        _ => Err(Problem::new("a configuration must be a map").in_file(file)),
    }
}
