//! Edits of the configuration: what the site says of itself here, in the files
//! that say it.
//!
//! Invariants: only what is said otherwise here is edited; the files are read
//! again by the import's own code after each edit, and say what was meant and
//! nothing else that is new, or stay as they were.
//!
//! | module | what it knows |
//! |---|---|
//! | [`files`] | in which file a setting stands, and how it is edited there |
//! | [`languages`] | names, weights and directions; languages that were made here |
//! | [`menus`] | menus that editors arranged, for all languages or for each |
//! | [`sidebars`] | widgets and sidebars that editors arranged, as parameters |
//!
//! To add a setting: say in [`wanted`] where it stands and what it should be.

mod files;
mod languages;
mod menus;
mod sidebars;

use std::collections::HashMap;

use entity::{language, site as site_table};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

pub use self::files::Configuration;
use self::menus::Menus;
use super::site::{self, Outline, Site};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::hugo::blobs;
use crate::hugo::config::SiteConfig;
use crate::hugo::problem::Problem;
use crate::hugo::settings;
use crate::site::Frame;

/// A setting that the configuration does not say as it is.
#[derive(Debug, Clone, PartialEq)]
struct Setting {
    /// Hugo's key of the language for which it holds, of one that may stand among
    /// the site's own; none where the path says everything.
    language: Option<String>,
    path: Vec<String>,
    /// None: no longer said.
    value: Option<Value>,
    /// Whether it makes a language, of which there is more to say then.
    makes_language: bool,
}

impl Setting {
    fn at(path: &[&str], value: Option<Value>) -> Self {
        let path = path.iter().map(|key| (*key).to_owned()).collect();
        Self { language: None, path, value, makes_language: false }
    }

    fn of(language: &str, path: &[&str], value: Option<Value>) -> Self {
        Self { language: Some(language.to_owned()), ..Self::at(path, value) }
    }

    fn is(&self, other: &Self) -> bool {
        self.language == other.language && self.path == other.path
    }
}

/// What the site says here.
struct State {
    site: Option<site_table::Model>,
    languages: Vec<language::Model>,
    /// Tags of languages that were made here.
    made: Vec<String>,
    menus: Menus,
}

impl State {
    async fn load(ctx: &Ctx, site: &Site) -> Result<Self> {
        let db = ctx.app().db().read();
        let frame = Frame::load(ctx.app()).await?;
        let mut rows = language::Entity::find().all(db).await?;
        for row in &mut rows {
            sidebars::arrange(&frame, row);
        }
        let unknown = rows
            .iter()
            .filter(|row| !site.config.languages.iter().any(|language| language.tag == row.tag));
        let made = settings::made_here(db, unknown.map(|row| row.tag.clone()).collect()).await?;
        Ok(Self {
            site: site_table::Entity::find_by_id(1).one(db).await?,
            languages: rows,
            made,
            menus: Menus::load(ctx).await?,
        })
    }
}

/// What became of a configuration.
pub struct Edited {
    /// The files that say something else now.
    pub files: HashMap<String, Vec<u8>>,
    /// What cannot be said.
    pub problems: Vec<Problem>,
    /// What it says now.
    pub config: SiteConfig,
}

/// Edits the configuration of a site as far as it says something else here.
pub async fn edits(ctx: &Ctx, site: &Site, outline: &Outline) -> Result<Edited> {
    let config = site.config.clone();
    let as_it_is = |config| Edited { files: HashMap::new(), problems: Vec::new(), config };
    if config.file.is_none() {
        return Ok(as_it_is(config));
    }
    let now = State::load(ctx, site).await?;
    if wanted(&config, &now).is_empty() {
        return Ok(as_it_is(config));
    }
    let db = ctx.app().db().read();
    let mut files = Vec::new();
    for row in outline.rows.iter().filter(|row| site::is_configuration(row)) {
        files.push((row.path.clone(), blobs::whole(db, &row.hash).await?));
    }
    Ok(edit(&now, Configuration::of(files), config, outline))
}

/// Makes one edit after the other; each is read back before the next.
fn edit(
    now: &State,
    mut files: Configuration,
    mut config: SiteConfig,
    outline: &Outline,
) -> Edited {
    let (mut problems, mut failed) = (Vec::new(), Vec::<Setting>::new());
    loop {
        let all = wanted(&config, now);
        let open = all.iter().filter(|one| !failed.iter().any(|other| other.is(one)));
        let Some((setting, means)) = next(&open.collect::<Vec<_>>(), &files, &config) else {
            break;
        };
        let mut edited = files.clone();
        let done = edited
            .set(&setting.path, setting.value.clone())
            .and_then(|()| site::configured(&edited.all(), outline))
            .and_then(|read| {
                let still = wanted(&read, now);
                let unsaid = still.iter().any(|one| means.iter().any(|meant| meant.is(one)));
                // A table that is made may leave more to be said in it; nothing else may.
                let spoiled = !setting.makes_language && still.len() >= all.len();
                if unsaid || spoiled {
                    let name = setting.path.join(".");
                    let message = format!("`{name}` cannot be set so that Hugo reads it so");
                    return Err(Problem::new(message));
                }
                Ok(read)
            });
        match done {
            Ok(read) => (files, config) = (edited, read),
            Err(problem) => {
                let file = config.file.clone().unwrap_or_default();
                problems.push(problem.in_file(&file));
                failed.extend(means);
            }
        }
    }
    Edited { files: files.edited(), problems, config }
}

/// The next setting, with the path at which it stands or should, and what of
/// the wanted ones it says: what all languages want alike the site says once.
fn next(
    wanted: &[&Setting],
    files: &Configuration,
    config: &SiteConfig,
) -> Option<(Setting, Vec<Setting>)> {
    let first = (*wanted.first()?).clone();
    let Some(language) = first.language.clone() else {
        return Some((first.clone(), vec![first]));
    };
    let own = |language: &str| {
        let above = ["languages".to_owned(), language.to_owned()];
        above.iter().chain(&first.path).cloned().collect::<Vec<_>>()
    };
    let alike: Vec<Setting> = wanted
        .iter()
        .filter(|one| one.path == first.path && one.value == first.value && one.language.is_some())
        .map(|one| (*one).clone())
        .collect();
    let is_shared = alike.len() == config.languages.len()
        && !config.languages.iter().any(|language| files.has(&own(&language.key)));
    if is_shared {
        return Some((Setting { language: None, ..first }, alike));
    }
    let path = own(&language);
    // What all languages share and one says otherwise now is said by that one.
    let among = config.languages.len() > 1 && files.has(path.get(..2).unwrap_or_default());
    let path = if files.has(&path) || among { path } else { first.path.clone() };
    Some((Setting { path, ..first.clone() }, vec![first]))
}

/// Settings that are others than the configuration says.
fn wanted(config: &SiteConfig, now: &State) -> Vec<Setting> {
    let mut wanted = languages::wanted(config, &now.languages, &now.made);
    if let (Some(site), Ok(was)) = (&now.site, settings::site_row(config)) {
        if site.base_url != was.base_url {
            wanted.push(Setting::at(&["baseURL"], Some(json!(site.base_url))));
        }
        if site.time_zone != was.time_zone {
            wanted.push(Setting::at(&["timeZone"], Some(json!(site.time_zone))));
        }
    }
    for language in &config.languages {
        let was = settings::language_row(config, language);
        let Some(is) = now.languages.iter().find(|row| row.tag == was.tag) else { continue };
        let mut text = |path: &[&str], was: Option<&String>, is: Option<&String>| {
            let filled = |text: Option<&String>| text.filter(|text| !text.is_empty()).cloned();
            if filled(was) != filled(is) {
                let value = filled(is).map(Value::String);
                wanted.push(Setting::of(&language.key, path, value));
            }
        };
        text(&["title"], Some(&was.title), Some(&is.title));
        text(&["copyright"], was.copyright.as_ref(), is.copyright.as_ref());
        text(&["params", "subtitle"], was.subtitle.as_ref(), is.subtitle.as_ref());
        text(&["params", "description"], was.description.as_ref(), is.description.as_ref());
        deeper(&mut wanted, &language.key, &["params"], &was.params, &is.params);
    }
    wanted.extend(now.menus.wanted(config));
    wanted
}

/// Parameters that differ, as deep as they do.
fn deeper(wanted: &mut Vec<Setting>, language: &str, path: &[&str], was: &Value, is: &Value) {
    let (Some(before), Some(after)) = (was.as_object(), is.as_object()) else {
        if was != is {
            wanted.push(Setting::of(language, path, Some(is.clone())));
        }
        return;
    };
    for key in before.keys().chain(after.keys().filter(|key| !before.contains_key(*key))) {
        let path: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
        match (before.get(key), after.get(key)) {
            (Some(was), Some(is)) => deeper(wanted, language, &path, was, is),
            (_, is) => wanted.push(Setting::of(language, &path, is.cloned())),
        }
    }
}
