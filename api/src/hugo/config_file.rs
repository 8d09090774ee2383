//! Finding and merging the files of a Hugo configuration.
//!
//! Invariant: the result is one map, the files laid over one another in Hugo's
//! order: the main file, then `config/_default`, then `config/production`.

use std::path::Path;

use serde_json::{Map, Value};

use super::problem::Problem;
use super::{fold, front_matter, toml_value, yaml};

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
            let settings = if NAMES.contains(&stem) {
                if main.is_none() {
                    main = Some(file.clone());
                }
                settings
            } else {
                nest(stem, settings)
            };
            fold::merge(&mut root, &settings);
        }
    }
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

/// The configuration files of a folder, main files first, in order.
fn files(dir: &Path, folder: &str) -> Result<Vec<String>, Problem> {
    let path = dir.join(folder);
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |error: std::io::Error| {
        Problem::new(format!("this folder cannot be read: {error}")).in_file(folder)
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if let Some(name) = entry.file_name().to_str()
            && let Some((stem, extension)) = name.rsplit_once('.')
            && EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str())
        {
            names.push((!NAMES.contains(&stem), format!("{folder}/{name}")));
        }
    }
    names.sort();
    Ok(names.into_iter().map(|(_, name)| name).collect())
}

/// `params.zh.toml` is `languages.zh.params`; `menus.toml` is `menus`.
fn nest(stem: &str, settings: Map<String, Value>) -> Map<String, Value> {
    let wrap = |key: &str, value: Map<String, Value>| {
        let mut map = Map::new();
        map.insert(key.to_owned(), Value::Object(value));
        map
    };
    match stem.split_once('.') {
        Some((key, language)) => wrap("languages", wrap(language, wrap(key, settings))),
        None => wrap(stem, settings),
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
