//! Whole sites that nobody here has seen: `BROADSHEET_SITES` names folders, each
//! a site or a folder of sites, as `PATH` does; else it is the corpora.
//!
//! Each site is imported and exported, compared byte for byte and by real Hugo,
//! then every article gets another title and one more term, and only those lines
//! may change. A table says how it went:
//!
//! `BROADSHEET_SITES=/a:/b cargo test -p tests --test it -- corpus --nocapture`

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use api::article::write::{Changes, publish, update};
use api::hugo::address::encode;
use api::hugo::tree::{self, EntryKind, Kind};
use api::hugo::{config, fold, front_matter};
use entity::{View, article, article_copy, section, source_file};
use sea_orm::EntityTrait;
use serde_json::{Map, Value};
use similar::{ChangeTag, TextDiff};
use tests::{TestApp, corpora, oracle};

use crate::export::contents;

/// How it went with one site.
#[derive(Debug, Default)]
struct Outcome {
    documents: usize,
    /// Documents that the import could not read, and carried through.
    unread: usize,
    /// Files whose bytes differ after an export of what nobody edited.
    bytes: Vec<PathBuf>,
    /// Pages that Hugo reads otherwise.
    pages: usize,
    hugo: Vec<String>,
    refused: usize,
    edited: usize,
    /// Edits that could not be written, or not read back.
    lost: Vec<String>,
    /// Files in which other lines changed.
    wide: Vec<String>,
    /// What Hugo reads otherwise after the edits, beyond them.
    beyond: Vec<String>,
    /// Pages and sections that have another address here.
    elsewhere: Vec<String>,
}

pub fn sites() -> Vec<PathBuf> {
    if let Some(list) = api::config::environment("BROADSHEET_SITES") {
        return std::env::split_paths(&list).flat_map(|folder| below(&folder)).collect();
    }
    let names = ["seed-site", "codeit", "toha", "beautifulhugo"];
    corpora().map(|corpora| names.map(|name| corpora.join(name)).to_vec()).unwrap_or_default()
}

/// A site, or the sites in a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let is_site = |folder: &Path| {
        ["content", "config", "hugo.toml", "hugo.yaml", "hugo.json", "config.toml", "config.yaml"]
            .iter()
            .any(|name| folder.join(name).exists())
    };
    if is_site(folder) {
        return vec![folder.to_owned()];
    }
    let inner = std::fs::read_dir(folder).expect("a folder of sites");
    let mut inner: Vec<_> = inner
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir() && is_site(path))
        .collect();
    inner.sort();
    if inner.is_empty() { vec![folder.to_owned()] } else { inner }
}

/// What Git would keep of a site, as the import does.
fn kept(site: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let foreign = [".git", ".hg", ".svn", "node_modules", ".hugo_build.lock"];
    let mut all = contents(site);
    all.retain(|path, _| {
        !path.iter().any(|part| foreign.iter().any(|name| part == *name))
            && !path.starts_with("public")
            && !path.starts_with("resources/_gen")
    });
    all
}

fn check(site: &Path) -> Outcome {
    let app = TestApp::sqlite();
    let mut outcome = Outcome::default();
    let report = app.import(site);
    outcome.documents = report.documents;
    outcome.unread = report.failures.len();
    let before = tempfile::tempdir().expect("a temporary folder");
    let report = app.export(before.path());
    outcome.lost.extend(report.failures.iter().map(ToString::to_string));
    let (original, export) = (kept(site), contents(before.path()));
    let names: BTreeSet<_> = original.keys().chain(export.keys()).collect();
    outcome.bytes = names
        .into_iter()
        .filter(|name| original.get(*name) != export.get(*name))
        .cloned()
        .collect();

    let readable = app.block_on(async {
        source_file::Entity::find().all(app.app.db().read()).await.expect("files")
    });
    let skip: BTreeSet<String> = readable
        .iter()
        .filter(|file| file.kind == "unread")
        .map(|file| file.path.clone())
        .collect();
    let hugo = oracle::try_read(site, &skip).unwrap_or_else(|said| {
        println!("Hugo does not build {}: {said}", site.display());
        None
    });
    let mut wavering = BTreeSet::new();
    if let Some((reading, refused)) = &hugo {
        outcome.pages = reading.len();
        outcome.refused = refused.len() - skip.len();
        let (export, _) = oracle::read(before.path(), refused).expect("Hugo");
        outcome.hugo = oracle::differences(reading, &export).into_keys().collect();
        // Hugo leaves some things to chance, as how a term is called that pages
        // spell in two ways: what wavers from one reading to the next says nothing.
        for _ in 0..6 {
            if outcome.hugo.iter().all(|page| wavering.contains(page)) {
                break;
            }
            let (again, _) = oracle::read(site, refused).expect("Hugo");
            wavering.extend(oracle::differences(reading, &again).into_keys());
        }
        outcome.hugo.retain(|page| !wavering.contains(page));
        outcome.elsewhere = elsewhere(&app, site, reading);
        outcome.elsewhere.retain(|page| !wavering.iter().any(|other| page.starts_with(other)));
    }

    let edited = edit_all(&app, &mut outcome);
    let after = tempfile::tempdir().expect("a temporary folder");
    let report = app.export(after.path());
    outcome.lost.extend(report.failures.iter().map(ToString::to_string));
    for file in readable.iter().filter(|file| file.kind == "article") {
        let Some(taxonomy) = file.article_id.and_then(|id| edited.get(&id)) else { continue };
        let read = |folder: &Path| {
            let path = api::hugo::file_path::to_path(&file.path);
            std::fs::read(folder.join(path)).expect("the file")
        };
        let keys = ["title", taxonomy];
        if let Some(why) = wide(&read(before.path()), &read(after.path()), &keys) {
            outcome.wide.push(format!("{}: {why}", file.path));
        }
    }
    if let Some((reading, refused)) = &hugo {
        let (now, _) = oracle::read(after.path(), refused).expect("Hugo");
        for (page, fields) in oracle::differences(reading, &now) {
            if wavering.contains(&page) {
                continue;
            }
            let beyond: Vec<_> = fields
                .iter()
                .filter(|(field, old, new)| !expected(&page, field, old, new))
                .map(|(field, ..)| field.as_str())
                .collect();
            if !beyond.is_empty() {
                outcome.beyond.push(format!("{page}: {}", beyond.join(", ")));
            }
        }
    }
    outcome
}

/// Pages and sections whose addresses are not those that Hugo gives them.
fn elsewhere(app: &TestApp, site: &Path, reading: &oracle::Reading) -> Vec<String> {
    let config = config::load(site, None).expect("a configuration");
    let tree = tree::walk(site, &config).expect("content");
    let (files, copies, sections) = app.block_on(async {
        let db = app.app.db().read();
        (
            source_file::Entity::find().all(db).await.expect("files"),
            article_copy::Entity::find().all(db).await.expect("copies"),
            section::Entity::find().all(db).await.expect("sections"),
        )
    });
    let articles: BTreeMap<_, _> =
        files.into_iter().filter_map(|file| Some((file.path, file.article_id?))).collect();
    let paths: BTreeMap<_, _> =
        copies.into_iter().map(|copy| (copy.article_id, copy.path)).collect();
    let sections: BTreeMap<_, _> =
        sections.into_iter().filter_map(|row| Some((row.source?, row.path))).collect();
    let mut other = Vec::new();
    for file in &tree.files {
        let Some(entry) = tree.layout.entry(&config, file) else { continue };
        let EntryKind::Content(kind) = &entry.kind else { continue };
        let key = format!("{} {} /{}", entry.language, kind.as_str(), entry.logical);
        let ours = match kind {
            Kind::Page => articles.get(&entry.relative).and_then(|id| paths.get(id)),
            Kind::Section => sections.get(&entry.relative),
            Kind::Home | Kind::Taxonomy { .. } | Kind::Term { .. } => None,
        };
        let hugo = reading.get(&key.replace('"', "")).and_then(|page| page["address"].as_str());
        let (Some(ours), Some(hugo)) = (ours, hugo.filter(|address| !address.is_empty())) else {
            continue;
        };
        let ours = format!("{}{}", config.base_path(), encode(ours));
        if ours != hugo {
            other.push(format!("{key}: {ours} here, {hugo} in Hugo"));
        }
    }
    other
}

/// Whether a field of a page may differ after titles and terms were edited.
fn expected(page: &str, field: &str, old: &Value, new: &Value) -> bool {
    if page.ends_with(" site") {
        return field == "menus";
    }
    // Lists of terms and the new term itself; addresses that are made of titles.
    if !page.contains(" page ") {
        return true;
    }
    if field == "params" {
        let without = |value: &Value| {
            let mut map = value.as_object().cloned().unwrap_or_default();
            map.retain(|key, _| {
                !(key == "title"
                    || key == "menu"
                    || key == "menus"
                    || TERMS.contains(&key.as_str()))
            });
            map
        };
        let terms = |map: &Map<String, Value>| map.clone();
        return terms(&without(old)) == terms(&without(new)) || taxonomy_only(old, new);
    }
    matches!(field, "title" | "linkTitle" | "terms" | "address" | "translations")
}

const TERMS: [&str; 2] = ["tags", "categories"];
const MARK: &str = "broadsheet-check";

/// Whether parameters differ in a list that has got the new term.
fn taxonomy_only(old: &Value, new: &Value) -> bool {
    let nothing = Map::new();
    let (old, new) = (old.as_object().unwrap_or(&nothing), new.as_object().unwrap_or(&nothing));
    new.iter().all(|(key, value)| {
        key == "title" || old.get(key) == Some(value) || value.to_string().contains(MARK)
    }) && old.keys().all(|key| new.contains_key(key))
}

/// Gives every article another title and one more term; says of which taxonomy.
fn edit_all(app: &TestApp, outcome: &mut Outcome) -> BTreeMap<sea_orm::prelude::Uuid, String> {
    let ctx = app.ctx();
    app.block_on(async {
        let frame = ctx.frame().await.expect("a frame");
        let db = app.app.db().read();
        let articles = article::Entity::find().all(db).await.expect("articles");
        let copies = article_copy::Entity::find().all(db).await.expect("copies");
        let published: BTreeSet<_> = copies
            .iter()
            // What is to come is not brought forward.
            .filter(|copy| copy.view == View::Published && copy.visible_from <= ctx.now())
            .map(|copy| copy.article_id)
            .collect();
        let mut edited = BTreeMap::new();
        let mut terms = BTreeMap::new();
        for head in articles {
            let language = frame.language_of(&head.language);
            let taxonomies = frame.rules.taxonomies(&language.row.key);
            let plural = taxonomies.values().find(|plural| *plural == "tags").or_else(|| {
                taxonomies.values().find(|plural| !matches!(plural.as_str(), "authors" | "author"))
            });
            let Some(plural) = plural.cloned() else { continue };
            if !terms.contains_key(&plural) {
                let mut write = api::event::Write::begin(&ctx).await.expect("a transaction");
                let names = [MARK.to_owned()];
                let ids = api::taxonomy::ensure_many(&mut write, &frame, &plural, &names)
                    .await
                    .expect("a term");
                write.commit().await.expect("a commit");
                terms.insert(plural.clone(), ids[MARK]);
            }
            let (id, taxonomy) = (terms[&plural], plural.clone());
            let changes = Changes {
                apply: vec![Box::new(move |content| {
                    content.title = format!("{} «✎: 'neu'»", content.title);
                    let ids = content.terms.entry(taxonomy).or_default();
                    if !ids.contains(&id) {
                        ids.push(id);
                    }
                })],
                ..Changes::default()
            };
            match update(&ctx, head.id, head.version, changes).await {
                Ok(_) => {
                    if published.contains(&head.id)
                        && let Err(error) = publish(&ctx, head.id, None).await
                    {
                        // One that has expired cannot be published again.
                        println!("not published: {error}");
                        continue;
                    }
                    edited.insert(head.id, plural);
                }
                // Two titles may make one address.
                Err(error) => println!("not edited: {error}"),
            }
        }
        outcome.edited = edited.len();
        edited
    })
}

/// Why more has changed than the values of these keys, if so.
pub fn wide(before: &[u8], after: &[u8], keys: &[&str]) -> Option<String> {
    let old = front_matter::split(before).expect("front matter");
    let new = front_matter::split(after).expect("front matter");
    if old.body != new.body {
        return Some("another body".to_owned());
    }
    let parse = |source| front_matter::parse(source).expect("front matter");
    let (mut a, mut b) = (parse(&old), parse(&new));
    for map in [&mut a, &mut b] {
        map.retain(|key, _| !keys.iter().any(|own| fold::same(key, own)));
    }
    if a != b {
        return Some("another value".to_owned());
    }
    if old.format == front_matter::Format::None {
        return None;
    }
    if old.format != new.format {
        return Some("another format".to_owned());
    }
    // Lines are counted: what may go is what the two values took, what may come
    // is as much and an item or a key more.
    let text =
        |source: &front_matter::Source| String::from_utf8_lossy(source.front_matter).into_owned();
    let (old_text, new_text) = (text(&old), text(&new));
    let diff = TextDiff::from_lines(old_text.as_str(), new_text.as_str());
    let (mut gone, mut come) = (Vec::new(), 0);
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Delete => gone.push(change.value().to_owned()),
            ChangeTag::Insert => come += 1,
            ChangeTag::Equal => {}
        }
    }
    let own = lines_of(&old_text, keys);
    let mut spare = own.clone();
    let foreign = gone.iter().filter(|line| {
        let place = spare.iter().position(|own| own == *line);
        place.map(|place| spare.remove(place)).is_none()
    });
    // In JSON and in flow lists a comma may come to the line before.
    let allowed = if old.format == front_matter::Format::Json { 2 } else { 0 };
    if foreign.count() > allowed || come > own.len() + 6 {
        return Some(format!("{} lines became {come}: {gone:?}", gone.len()));
    }
    None
}

/// The lines of some keys at the top, and of what is below them.
fn lines_of(text: &str, keys: &[&str]) -> Vec<String> {
    let mut inside = false;
    let mut lines = Vec::new();
    let first = text.lines().find(|line| line.contains([':', '='])).unwrap_or_default();
    let margin = first.len() - first.trim_start_matches(' ').len();
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        let bare = bare.get(margin..).filter(|_| bare.starts_with(' ')).unwrap_or(bare);
        let key =
            bare.split([':', '=']).next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        let begins = !bare.starts_with([' ', '\t', '-', '#', ']', '}']) && !bare.is_empty();
        if begins || bare.starts_with("---") {
            inside = keys.iter().any(|wanted| fold::same(wanted, key));
        }
        if inside {
            lines.push(line.to_owned());
        }
    }
    lines
}

/// Names of what went wrong, with examples.
fn wrong(name: &str, outcome: Outcome) -> Vec<String> {
    let Outcome { bytes, hugo, lost, wide, beyond, elsewhere, .. } = outcome;
    let mut failed = Vec::new();
    for (what, list) in [
        ("bytes differ", bytes.iter().map(|path| path.display().to_string()).collect()),
        ("Hugo reads otherwise", hugo),
        ("lost", lost),
        ("wide", wide),
        ("Hugo reads beyond the edits", beyond),
        ("elsewhere in Hugo", elsewhere),
    ] {
        let list: Vec<String> = list;
        if !list.is_empty() {
            let shown: Vec<_> = list.iter().take(20).cloned().collect();
            failed.push(format!("{name}: {what}: {}\n  {}", list.len(), shown.join("\n  ")));
        }
    }
    failed
}

const HEAD: &str = "\nsite                      documents unread bytes pages refused hugo edited lost wide beyond elsewhere\n";

fn row(name: &str, outcome: &Outcome) -> String {
    let Outcome {
        documents,
        unread,
        bytes,
        pages,
        hugo,
        refused,
        edited,
        lost,
        wide,
        beyond,
        elsewhere,
    } = outcome;
    format!(
        "{name:<26}{documents:>9}{unread:>7}{:>6}{pages:>6}{refused:>8}{:>5}{edited:>7}{:>5}{:>5}{:>7}{:>10}\n",
        bytes.len(),
        hugo.len(),
        lost.len(),
        wide.len(),
        beyond.len(),
        elsewhere.len(),
    )
}

#[test]
fn a_messy_site_comes_back_and_an_edit_changes_its_lines_alone() {
    let more = api::config::environment("BROADSHEET_SEEDS").and_then(|text| text.parse().ok());
    let (mut failed, mut table) = (Vec::new(), String::from(HEAD));
    for seed in 1..=more.unwrap_or(2) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        tests::messy::site(folder.path(), 150, seed);
        let outcome = check(folder.path());
        table.push_str(&row(&format!("seed {seed}"), &outcome));
        assert!(outcome.unread > 0 && outcome.edited > 100, "{table}");
        failed.extend(wrong(&format!("seed {seed}"), outcome));
    }
    println!("{table}");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn any_site_comes_back_and_an_edit_changes_its_lines_alone() {
    let (mut failed, mut table) = (Vec::new(), String::from(HEAD));
    for site in sites() {
        let name = site.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let outcome = check(&site);
        table.push_str(&row(&name, &outcome));
        failed.extend(wrong(&name, outcome));
    }
    println!("{table}");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
