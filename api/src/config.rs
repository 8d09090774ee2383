//! Configuration: defaults ← file ← environment ← command line.
//!
//! The defaults are the commented file `api/broadsheet.toml`, so that what is
//! documented is what is used. Nothing outside this module reads the
//! environment, and there are no globals: whoever needs a value is given it.
//!
//! To add an option: a field below and a commented line in that file.

mod oidc;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::cache::PurgeForm;
use crate::network::Network;
use crate::user;

pub use oidc::{MaybeRole, Oidc, RoleOf, is_safe};

/// The file with every default, as `broadsheet config` prints it.
pub const DEFAULTS: &str = include_str!("../broadsheet.toml");

const PREFIX: &str = "BROADSHEET";

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub bind: SocketAddr,
    pub data_dir: PathBuf,
    /// Empty for the SQLite file in the data folder. May hold a password.
    pub database_url: Secret,
    pub database: Database,
    pub log: Log,
    pub http: Http,
    pub auth: Auth,
    pub oidc: Oidc,
    pub preview: Preview,
    pub delivery: Delivery,
    pub cache: Cache,
    pub purge: Purge,
    pub limits: Limits,
    pub documents: Documents,
    pub history: History,
    pub hugo: Hugo,
    pub search: Search,
    pub fetch: Fetch,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub connections: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Auto,
    Text,
    Json,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    pub workers: usize,
    pub cors_origins: Vec<String>,
    pub public_reads: bool,
    pub trusted_proxies: Vec<Network>,
    pub shutdown_seconds: u64,
    pub graphiql: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    pub access_minutes: i64,
    pub refresh_days: i64,
    pub secret: Secret,
    pub previous_secrets: Vec<Secret>,
    pub rotate_days: i64,
    pub invitation_days: i64,
    pub reset_hours: i64,
    pub link_page: String,
    pub cookie_secure: CookieSecure,
}

/// Whether browsers send the cookie over HTTPS alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CookieSecure {
    /// Where the site's address begins with `https`.
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    pub url: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    pub server_url: String,
    pub feed_entries: u32,
    pub feed_content: FeedContent,
    pub sitemap_entries: u32,
    pub robots: String,
    pub cache_seconds: u64,
}

/// Answers of the public in memory.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    pub megabytes: u64,
    pub surrogate_keys: bool,
}

/// Caches outside, and how they are told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purge {
    pub form: PurgeForm,
    pub url: String,
    pub token: Secret,
}

impl Purge {
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.form != PurgeForm::None
    }

    fn check(&self) -> Result<(), ConfigError> {
        let Self { form, url, token } = self;
        if !self.is_on() {
            return Ok(());
        }
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(ConfigError(
                "purge.url must start with https:// or http:// where purge.form is set".to_owned(),
            ));
        }
        let keyed = matches!(form, PurgeForm::Fastly | PurgeForm::Cloudflare);
        if keyed && token.reveal().is_empty() {
            return Err(ConfigError("purge.token is needed for this purge.form".to_owned()));
        }
        Ok(())
    }
}

/// What feeds hold of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedContent {
    Full,
    Summary,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub depth: usize,
    pub cost: usize,
    pub aliases: usize,
    pub tokens: usize,
    pub directives: usize,
    pub batch: usize,
    pub body_bytes: usize,
    pub seconds: u64,
    pub anonymous_cost_per_minute: u32,
    pub token_cost_per_minute: u32,
    pub public_schema: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Documents {
    pub registered_only: bool,
    pub automatic: bool,
    pub cache_bytes: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    pub keep_days: u32,
    pub autosave_minutes: u32,
    pub keep_folded_hours: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hugo {
    pub max_file_bytes: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    pub heap_megabytes: usize,
    pub title: f32,
    pub summary: f32,
    pub heading: f32,
    pub term: f32,
    pub phrase: f32,
    pub freshness: f32,
    pub half_life_days: f32,
}

impl Search {
    fn check(&self) -> Result<(), ConfigError> {
        let Self {
            heap_megabytes,
            title,
            summary,
            heading,
            term,
            phrase,
            freshness,
            half_life_days,
        } = self;
        if !(16..=4096).contains(heap_megabytes) {
            return Err(ConfigError("search.heap_megabytes must be from 16 to 4096".to_owned()));
        }
        for (name, weight) in [
            ("title", title),
            ("summary", summary),
            ("heading", heading),
            ("term", term),
            ("phrase", phrase),
            ("freshness", freshness),
        ] {
            if !(0.0..=1000.0).contains(weight) {
                return Err(ConfigError(format!("search.{name} must be from 0 to 1000")));
            }
        }
        if !(0.01..=100_000.0).contains(half_life_days) {
            return Err(ConfigError(
                "search.half_life_days must be from 0.01 to 100000 (freshness = 0 turns it off)"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

/// Going out to other sites.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fetch {
    pub allow: Vec<String>,
    pub seconds: u64,
    pub megabytes: u64,
}

/// A text that no log or error may show.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "\"\"" } else { "\"…\"" })
    }
}

/// A configuration that cannot be used, with its place and the remedy.
#[derive(Debug, thiserror::Error)]
#[error("configuration: {0}")]
pub struct ConfigError(String);

/// Reads an environment variable: the only place that does.
#[must_use]
pub fn environment(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the place it is allowed in")]
    std::env::var(name).ok()
}

impl Config {
    /// Reads the configuration.
    ///
    /// `file` must exist when given; else `broadsheet.toml` in the working
    /// folder is read when it is there.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let text = if let Some(path) = file {
            Some((path, read(path)?))
        } else {
            let path = Path::new("broadsheet.toml");
            path.exists().then(|| read(path).map(|text| (path, text))).transpose()?
        };
        Self::from_parts(text.as_ref().map(|(path, text)| (*path, text.as_str())), environment)
    }

    fn from_parts(
        file: Option<(&Path, &str)>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let mut table: toml::Table =
            DEFAULTS.parse().map_err(|error| ConfigError(format!("defaults: {error}")))?;
        if let Some((path, text)) = file {
            let given: toml::Table = text
                .parse()
                .map_err(|error| ConfigError(format!("{}: {error}", path.display())))?;
            overlay(&mut table, given);
        }
        apply_environment(&mut table, PREFIX, &variable)?;
        let config: Self = table
            .try_into()
            .map_err(|error: toml::de::Error| ConfigError(error.message().to_owned()))?;
        config.checked()
    }

    /// The configuration, if its values make sense together.
    pub fn checked(self) -> Result<Self, ConfigError> {
        let url = self.database_url.reveal();
        if !url.is_empty() && !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(ConfigError(
                "database_url must start with postgres:// (leave it empty for SQLite in data_dir)"
                    .to_owned(),
            ));
        }
        let preview = &self.preview.url;
        let holds = |what| preview.is_empty() || preview.contains(what);
        if !holds("{path}") || !holds("{token}") {
            return Err(ConfigError(
                "preview.url must hold {path} and {token}, as https://example.org{path}?preview={token} \
                 does (or be empty)"
                    .to_owned(),
            ));
        }
        let server = &self.delivery.server_url;
        if !server.is_empty() && !server.starts_with("http://") && !server.starts_with("https://") {
            return Err(ConfigError(
                "delivery.server_url must start with https:// or http:// (or be empty, where it is \
                 the site's base URL)"
                    .to_owned(),
            ));
        }
        if !(1..=100).contains(&self.delivery.feed_entries) {
            return Err(ConfigError("delivery.feed_entries must be from 1 to 100".to_owned()));
        }
        if !(1..=50_000).contains(&self.delivery.sitemap_entries) {
            return Err(ConfigError(
                "delivery.sitemap_entries must be from 1 to 50000, which is what the protocol allows"
                    .to_owned(),
            ));
        }
        // At 24, answers take less than half of the stack that a thread has.
        if !(1..=24).contains(&self.limits.depth) {
            return Err(ConfigError("limits.depth must be from 1 to 24".to_owned()));
        }
        let secret = self.auth.secret.reveal();
        if !secret.is_empty() && secret.len() < 32 {
            return Err(ConfigError(
                "auth.secret must have at least 32 characters (or be empty, to have one made)"
                    .to_owned(),
            ));
        }
        if self.history.keep_folded_hours == 0 {
            return Err(ConfigError(
                "history.keep_folded_hours must be at least 1: editors still work on what is folded"
                    .to_owned(),
            ));
        }
        if !(1..=user::LONGEST_DAYS * 24 * 60).contains(&self.auth.access_minutes) {
            return Err(ConfigError(format!(
                "auth.access_minutes must be from 1 to {} days' worth",
                user::LONGEST_DAYS
            )));
        }
        if self.auth.previous_secrets.iter().any(|secret| secret.reveal().len() < 32) {
            return Err(ConfigError(
                "each of auth.previous_secrets has at least 32 characters".to_owned(),
            ));
        }
        self.oidc.check()?;
        self.purge.check()?;
        self.search.check()?;
        Ok(self)
    }
}

impl Default for Config {
    /// The documented defaults, whatever file or environment there is.
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "the embedded file is checked by a test")]
        Self::from_parts(None, |_| None).expect("the defaults are valid")
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path)
        .map_err(|error| ConfigError(format!("cannot read {}: {error}", path.display())))
}

fn overlay(table: &mut toml::Table, given: toml::Table) {
    for (key, value) in given {
        match (table.get_mut(&key), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(value)) => overlay(inner, value),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

/// Sets each value whose variable is present; its type is that of the default.
fn apply_environment(
    table: &mut toml::Table,
    prefix: &str,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<(), ConfigError> {
    for (key, value) in table.iter_mut() {
        let name = format!("{prefix}_{}", key.to_uppercase());
        if let toml::Value::Table(inner) = value {
            apply_environment(inner, &name, variable)?;
            continue;
        }
        let Some(text) = variable(&name) else {
            continue;
        };
        let wrong = |kind: &str| ConfigError(format!("{name} must be {kind}"));
        *value = match value {
            toml::Value::Integer(_) => {
                toml::Value::Integer(text.parse().map_err(|_| wrong("a whole number"))?)
            }
            toml::Value::Float(_) => {
                toml::Value::Float(text.parse().map_err(|_| wrong("a number"))?)
            }
            toml::Value::Boolean(_) => {
                toml::Value::Boolean(text.parse().map_err(|_| wrong("true or false"))?)
            }
            toml::Value::Array(_) => toml::Value::Array(
                text.split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .map(|part| toml::Value::String(part.to_owned()))
                    .collect(),
            ),
            _ => toml::Value::String(text),
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        Config::from_parts(Some((Path::new("broadsheet.toml"), file)), |name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
        .map_err(|error| error.to_string())
    }

    #[test]
    fn environment_wins_over_file_and_file_over_defaults() {
        let config = load(
            "bind = '0.0.0.0:1'\n[limits]\ndepth = 3\ncost = 7",
            &[("BROADSHEET_LIMITS_DEPTH", "4"), ("BROADSHEET_HTTP_CORS_ORIGINS", "a, b")],
        )
        .unwrap();
        assert_eq!(config.bind.port(), 1);
        assert_eq!(config.limits.depth, 4);
        assert_eq!(config.limits.cost, 7);
        assert_eq!(config.http.cors_origins, ["a", "b"]);
        assert_eq!(config.limits.aliases, Config::default().limits.aliases);
    }

    #[test]
    fn mistakes_name_their_place() {
        let message = |file, variables: &[_]| load(file, variables).unwrap_err();
        assert!(message("[limits]\ndepht = 3", &[]).contains("depht"));
        assert!(message("[limits]\ndepth = 25", &[]).contains("limits.depth"));
        assert!(message("bind = ", &[]).contains("broadsheet.toml"));
        assert!(message("", &[("BROADSHEET_LIMITS_COST", "x")]).contains("BROADSHEET_LIMITS_COST"));
        assert!(message("[auth]\nsecret = 'short'", &[]).contains("auth.secret"));
        assert!(message("database_url = 'mysql://x'", &[]).contains("database_url"));
        assert!(message("[history]\nkeep_folded_hours = 0", &[]).contains("keep_folded_hours"));
    }

    #[test]
    fn secrets_are_not_printed() {
        let config = load("database_url = 'postgres://u:hunter2@h/d'", &[]).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
