//! The files of a configuration, and where each of its settings stands.
//!
//! Invariants: a setting is edited in the file from which it was read, the last
//! of them where several have it; a new one goes to the file that has its table.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::hugo::edit::{self, Edit, House};
use crate::hugo::problem::Problem;
use crate::hugo::{config_file, fold, front_matter, toml_value, yaml};

/// One file of the configuration.
#[derive(Debug, Clone)]
struct File {
    path: String,
    bytes: Vec<u8>,
    /// Below what its settings stand: `params` for `config/_default/params.toml`.
    prefix: Vec<String>,
    map: Map<String, Value>,
    edited: bool,
}

/// The files of a configuration, in the order in which they are laid over one
/// another.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    files: Vec<File>,
}

impl Configuration {
    /// Takes files by path; those that are no configuration for readers, or that
    /// cannot be read, are left alone.
    #[must_use]
    pub fn of(files: Vec<(String, Vec<u8>)>) -> Self {
        let mut ranked: Vec<(u8, File)> = Vec::new();
        for (path, bytes) in files {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            let main = matches!(stem, "hugo" | "config");
            let rank = match (folder, main) {
                ("", true) => 0,
                ("config/_default", true) => 1,
                ("config/_default", false) => 2,
                ("config/production", true) => 3,
                ("config/production", false) => 4,
                _ => continue,
            };
            let prefix = config_file::place_of(stem);
            let Some(map) = parse(&path, &bytes) else { continue };
            ranked.push((rank, File { path: path.clone(), bytes, prefix, map, edited: false }));
        }
        ranked.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.path.cmp(&b.path)));
        Self { files: ranked.into_iter().map(|(_, file)| file).collect() }
    }

    /// Whether any file has a value there.
    #[must_use]
    pub fn has(&self, path: &[String]) -> bool {
        self.files.iter().any(|file| file.value(path).is_some())
    }

    /// Sets a value, or takes it away.
    pub fn set(
        &mut self,
        path: &[String],
        value: Option<Value>,
    ) -> std::result::Result<(), Problem> {
        let has = self.files.iter().rposition(|file| file.value(path).is_some());
        let place = has.or_else(|| {
            let fits = self.files.iter().enumerate();
            fits.filter_map(|(place, file)| Some((file.depth(path)?, place)))
                .max_by_key(|(depth, place)| (*depth, std::cmp::Reverse(*place)))
                .map(|(_, place)| place)
        });
        let Some(file) = place.and_then(|place| self.files.get_mut(place)) else {
            return Err(Problem::new(format!("no configuration file has `{}`", path.join("."))));
        };
        let below = path.get(file.prefix.len()..).unwrap_or_default().to_vec();
        let edit = match value {
            Some(value) => Edit::Set { path: below, value },
            None => Edit::Remove { path: below },
        };
        file.apply(&edit).map_err(|problem| problem.in_file(&file.path))
    }

    /// All files, for reading them again.
    #[must_use]
    pub fn all(&self) -> Vec<(String, Vec<u8>)> {
        self.files.iter().map(|file| (file.path.clone(), file.bytes.clone())).collect()
    }

    #[must_use]
    pub fn edited(self) -> HashMap<String, Vec<u8>> {
        let edited = self.files.into_iter().filter(|file| file.edited);
        edited.map(|file| (file.path, file.bytes)).collect()
    }
}

impl File {
    fn value(&self, path: &[String]) -> Option<&Value> {
        let below = self.below(path)?;
        let (first, rest) = below.split_first()?;
        rest.iter()
            .try_fold(fold::get(&self.map, first)?, |value, key| fold::get(value.as_object()?, key))
    }

    /// The part of a path that is inside the file.
    fn below<'a>(&self, path: &'a [String]) -> Option<&'a [String]> {
        let inside = self.prefix.len() < path.len()
            && self.prefix.iter().zip(path).all(|(one, other)| fold::same(one, other));
        inside.then(|| path.get(self.prefix.len()..)).flatten()
    }

    /// How many elements of a path there are already.
    fn depth(&self, path: &[String]) -> Option<usize> {
        self.below(path)?;
        let there = (self.prefix.len() + 1..path.len())
            .rev()
            .find(|length| path.get(..*length).is_some_and(|path| self.value(path).is_some()));
        Some(there.unwrap_or(self.prefix.len()))
    }

    fn apply(&mut self, edit: &Edit) -> std::result::Result<(), Problem> {
        let fence: &[u8] = match extension(&self.path) {
            "json" => b"",
            "toml" => b"+++\n",
            _ => b"---\n",
        };
        let mark: &[u8] =
            if self.bytes.starts_with(b"\xef\xbb\xbf") { b"\xef\xbb\xbf" } else { b"" };
        let text = self.bytes.get(mark.len()..).unwrap_or_default();
        // The closing fence begins a line of its own.
        let closed = text.is_empty() || text.ends_with(b"\n") || fence.is_empty();
        let end: &[u8] = if closed { b"" } else { b"\n" };
        let wrapped = [fence, text, end, fence].concat();
        let whole = front_matter::split(&wrapped)?;
        if !whole.body.is_empty() && !fence.is_empty() {
            return Err(Problem::new("a line of it begins with a delimiter; edit it by hand"));
        }
        let edited = edit::apply(&wrapped, std::slice::from_ref(edit), &House::default())?;
        let inner = edited.front_matter;
        let inner = inner.strip_prefix(fence).unwrap_or(&inner);
        let inner = inner.strip_suffix(fence).unwrap_or(inner);
        let inner = inner.strip_suffix(end).unwrap_or(inner);
        let bytes = [mark, inner].concat();
        self.map = parse(&self.path, &bytes)
            .ok_or_else(|| Problem::new("it cannot be read once it is edited; edit it by hand"))?;
        self.edited |= bytes != self.bytes;
        self.bytes = bytes;
        Ok(())
    }
}

fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn parse(path: &str, bytes: &[u8]) -> Option<Map<String, Value>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = match extension(path) {
        "toml" => toml_value::parse(text),
        "json" => front_matter::parse_json(text),
        "yaml" | "yml" => yaml::parse(text),
        _ => return None,
    };
    match parsed.ok()? {
        Value::Object(map) => Some(map),
        Value::Null => Some(Map::new()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], path: &str, value: Option<Value>, file: &str, expected: &str) {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        let mut configuration = Configuration::of(files.collect());
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        configuration.set(&path, value).unwrap();
        let edited = configuration.edited();
        let texts: Vec<_> = edited
            .iter()
            .map(|(path, bytes)| (path.as_str(), std::str::from_utf8(bytes).unwrap()))
            .collect();
        assert_eq!(texts, [(file, expected)]);
    }

    #[test]
    fn a_setting_is_edited_where_it_stands() {
        let main = "# The site\ntitle = 'Old' # so called\n\n[params]\n  a = 1\n";
        check(
            &[("hugo.toml", main)],
            "title",
            Some(json!("New")),
            "hugo.toml",
            &main.replace("Old", "New"),
        );
        check(
            &[("hugo.toml", main)],
            "params.a",
            Some(json!(2)),
            "hugo.toml",
            &main.replace("a = 1", "a = 2"),
        );
        let split = [
            ("config/_default/hugo.yaml", "title: Old\n"),
            ("config/_default/params.yaml", "a: 1 # one\nb: 2\n"),
            ("config/_default/params.fr.toml", "a = 3"),
        ];
        check(&split, "params.a", Some(json!(9)), split[1].0, "a: 9 # one\nb: 2\n");
        check(&split, "params.b", None, split[1].0, "a: 1 # one\n");
        check(&split, "params.c", Some(json!(1)), split[1].0, "a: 1 # one\nb: 2\nc: 1\n");
        check(&split, "languages.fr.params.a", Some(json!(4)), split[2].0, "a = 4");
        check(&split, "copyright", Some(json!("x")), split[0].0, "title: Old\ncopyright: x\n");
        let languages = [
            ("config/_default/hugo.toml", ""),
            ("config/_default/languages.fr.toml", "label = 'F'\n"),
        ];
        check(&languages, "languages.fr.label", Some(json!("G")), languages[1].0, "label = 'G'\n");
        check(
            &[("config.json", "{\n  \"title\": \"Old\"\n}\n")],
            "title",
            Some(json!("New")),
            "config.json",
            "{\n  \"title\": \"New\"\n}\n",
        );
    }
}
