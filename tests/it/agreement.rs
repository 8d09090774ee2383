//! What we make of a site against what Hugo makes of it: addresses, titles, dates,
//! sections, terms, translations and parameters of each page that has a file.
//!
//! `BROADSHEET_SITES` names other sites, as for `corpus`; differences are printed by
//! field, the most frequent first, with examples.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use api::hugo::sanitize::normalize;
use api::hugo::{address, config, fold};
use entity::{Timestamp, View, article_copy, section, source_file};
use sea_orm::EntityTrait;
use sea_orm::prelude::Uuid;
use serde_json::{Map, Value, json};
use tests::{TestApp, oracle};

use crate::corpus::sites;

/// What the two say of one page, by field.
type Fields = BTreeMap<&'static str, Value>;

/// Field, to what differs: page, what Hugo says, what we say.
#[derive(Default)]
struct Differences(BTreeMap<&'static str, Vec<String>>);

impl Differences {
    fn add(&mut self, field: &'static str, text: String) {
        self.0.entry(field).or_default().push(text);
    }

    fn compare(&mut self, page: &str, hugo: &Fields, ours: &Fields) {
        for (field, theirs) in hugo {
            // Where Hugo has no title for a list and no time of a change, we make one up.
            let made_up = (*field == "lastmod" && theirs.is_null())
                || (*field == "title" && *theirs == json!("") && !ours.contains_key("kind"));
            if let Some(own) = ours.get(field).filter(|own| *own != theirs && !made_up) {
                self.add(field, format!("{page}: Hugo {theirs}, here {own}"));
            }
        }
    }

    fn row(&self) -> String {
        let mut counts: Vec<_> = self.0.iter().map(|(field, list)| (list.len(), field)).collect();
        counts.sort_unstable_by(|one, other| other.cmp(one));
        counts
            .iter()
            .map(|(count, field)| format!("{field} {count}"))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// A moment as both write it; none where there is none.
fn moment(value: &Value) -> Value {
    let read = value.as_str().and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
    read.map_or(Value::Null, |date| of_time(Timestamp::from(date)))
}

fn of_time(time: Timestamp) -> Value {
    if time <= Timestamp::UNDATED { Value::Null } else { json!(time.utc().to_rfc3339()) }
}

/// Hugo's view of a page.
fn theirs(page: &Value) -> Fields {
    let text = |field: &str| page[field].as_str().unwrap_or_default().to_owned();
    let mut terms: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (plural, list) in page["terms"].as_object().into_iter().flatten() {
        let mut list: Vec<String> = list
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|term| Some(term.as_str()?.split_once(' ')?.0.to_owned()))
            .collect();
        list.sort();
        if !list.is_empty() {
            terms.insert(plural.clone(), list);
        }
    }
    let mut translations: Vec<String> = page["translations"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|page| Some(page.as_str()?.split_once(' ')?.1.to_owned()))
        .filter(|address| *address != text("address"))
        .collect();
    translations.sort();
    BTreeMap::from([
        ("address", page["address"].clone()),
        ("title", page["title"].clone()),
        ("linkTitle", page["linkTitle"].clone()),
        ("date", moment(&page["date"])),
        ("lastmod", moment(&page["lastmod"])),
        ("published", moment(&page["publishDate"])),
        ("expires", moment(&page["expiryDate"])),
        ("draft", page["draft"].clone()),
        ("weight", page["weight"].clone()),
        ("description", page["description"].clone()),
        ("section", page["section"].clone()),
        ("kind", page["kind"].clone()),
        ("terms", json!(terms)),
        ("translations", json!(translations)),
    ])
}

/// Ours, by file.
fn ours(app: &TestApp, base: &str) -> BTreeMap<String, (Fields, Map<String, Value>)> {
    let encoded = |path: &str| address::encode(&format!("{base}{path}"));
    let (files, copies, sections) = app.block_on(async {
        let db = app.app.db().read();
        (
            source_file::Entity::find().all(db).await.expect("files"),
            article_copy::Entity::find().all(db).await.expect("copies"),
            section::Entity::find().all(db).await.expect("sections"),
        )
    });
    let linked = linked(app, &encoded);
    let copies: HashMap<Uuid, article_copy::Model> = copies
        .into_iter()
        .filter(|copy| copy.view == View::Working)
        .map(|copy| (copy.article_id, copy))
        .collect();
    let mut all = BTreeMap::new();
    for file in files {
        if file.kind == "article"
            && let Some(copy) = file.article_id.and_then(|id| copies.get(&id))
        {
            let (terms, translations) = linked.get(&copy.article_id).cloned().unwrap_or_default();
            let mut fields = BTreeMap::from([
                ("address", json!(encoded(&copy.path))),
                ("title", json!(copy.title)),
                ("linkTitle", json!(copy.link_title.as_ref().unwrap_or(&copy.title))),
                ("date", of_time(copy.date)),
                ("lastmod", of_time(copy.last_modified)),
                ("draft", json!(copy.released_from.is_none())),
                ("weight", json!(copy.weight)),
                ("description", json!(copy.description.clone().unwrap_or_default())),
                ("section", json!(copy.section)),
                ("kind", json!("page")),
                ("terms", terms),
                ("translations", translations),
            ]);
            if let Some(from) = copy.released_from {
                fields.insert("published", of_time(from));
                let until = copy.released_until.filter(|until| *until != Timestamp::NEVER);
                fields.insert("expires", until.map_or(Value::Null, of_time));
            }
            let params = copy.params.as_object().cloned().unwrap_or_default();
            all.insert(file.path, (fields, params));
        }
    }
    for section in sections {
        let fields = BTreeMap::from([
            ("address", json!(encoded(&section.path))),
            ("title", json!(section.title)),
            ("draft", json!(section.draft)),
            ("weight", json!(section.weight)),
            ("description", json!(section.description.clone().unwrap_or_default())),
        ]);
        let params = section.params.as_object().cloned().unwrap_or_default();
        all.insert(format!("{} {}", section.language, section.name), (fields, params));
    }
    all
}

/// Terms and translations of each article.
fn linked(app: &TestApp, encoded: &dyn Fn(&str) -> String) -> HashMap<Uuid, (Value, Value)> {
    let client = app.as_role(api::policy::Role::Viewer);
    let (mut all, mut cursor) = (HashMap::new(), Value::Null);
    loop {
        let answer = client.ask(
            "query($after: String) { articles(first: 100, after: $after, view: WORKING) {
                pageInfo { hasNextPage endCursor }
                nodes { id terms { taxonomy path } translations { path } } } }",
            json!({ "after": cursor }),
        );
        for node in answer.at("/articles/nodes").as_array().expect("nodes") {
            let (_, id) =
                api::graphql::id::decode(node["id"].as_str().expect("an id")).expect("an id");
            let path = |value: &Value| encoded(value["path"].as_str().unwrap_or_default());
            let mut terms: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for term in node["terms"].as_array().into_iter().flatten() {
                let taxonomy = term["taxonomy"].as_str().unwrap_or_default().to_owned();
                terms.entry(taxonomy).or_default().push(path(term));
            }
            for list in terms.values_mut() {
                list.sort();
            }
            let mut translations: Vec<String> =
                node["translations"].as_array().into_iter().flatten().map(path).collect();
            translations.sort();
            all.insert(id, (json!(terms), json!(translations)));
        }
        if answer.at("/articles/pageInfo/hasNextPage") != &json!(true) {
            return all;
        }
        cursor = answer.at("/articles/pageInfo/endCursor").clone();
    }
}

/// A value with all keys in lower case, as Hugo has its parameters.
fn folded(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.to_lowercase(), folded(value))).collect()
        }
        Value::Array(items) => items.iter().map(folded).collect(),
        value => value.clone(),
    }
}

/// What differs in one site, how many pages were compared, or why Hugo refuses it.
fn compare(site: &Path) -> (Differences, usize, Option<String>) {
    let app = TestApp::sqlite();
    let report = app.import(site);
    let mut found = Differences::default();
    let config = match config::load(site, None) {
        Ok(config) => config,
        Err(problem) => {
            found.add("configuration", problem.to_string());
            return (found, 0, None);
        }
    };
    let reading = match oracle::try_read(site, &BTreeSet::new()) {
        Ok(Some((reading, refused))) => {
            for problem in report.failures.iter().filter(|problem| !refused.contains(&problem.file))
            {
                found.add("refused here alone", problem.to_string());
            }
            reading
        }
        Ok(None) => return (found, 0, None),
        Err(said) => return (found, 0, Some(said)),
    };
    let mut ours = ours(&app, config.base_path());
    let mut count = 0;
    for (key, page) in &reading {
        let file = page["file"].as_str().unwrap_or_default();
        if file.is_empty() {
            continue;
        }
        let language = key.split(' ').next().unwrap_or_default();
        let language = config.language(language).expect("a language");
        let kind = page["kind"].as_str().unwrap_or_default();
        let path = if language.content_dir.is_empty() {
            file.to_owned()
        } else {
            format!("{}/{file}", language.content_dir)
        };
        let key = if kind == "page" {
            path.clone()
        } else {
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{} {}", language.tag, normalize(folder))
        };
        count += 1;
        let refused = report.failures.iter().any(|problem| problem.file == path);
        match ours.remove(&key) {
            Some((own, params)) => {
                found.compare(&path, &theirs(page), &own);
                for (key, value) in &params {
                    let (value, theirs) = (folded(value), &page["params"][key.to_lowercase()]);
                    if value != *theirs && !fold::same(key, "keywords") {
                        found.add("params", format!("{path}: `{key}` Hugo {theirs}, here {value}"));
                    }
                }
                for (key, value) in page["params"].as_object().into_iter().flatten() {
                    let mut taxonomies = config.rules.taxonomies(&language.key).values();
                    let taken = TAKEN.contains(&key.as_str())
                        || taxonomies.any(|plural| fold::same(plural, key));
                    if fold::get(&params, key).is_none() && !taken {
                        found.add("params missing", format!("{path}: `{key}` {value}"));
                    }
                }
            }
            None if refused || kind == "term" => {}
            None => found.add("page here missing", format!("{path} ({kind})")),
        }
    }
    for (key, (fields, _)) in ours {
        if fields.contains_key("kind") {
            found.add("page of ours alone", format!("{key} {}", fields["address"]));
        }
    }
    (found, count, None)
}

/// Examples of each difference.
const SHOWN: usize = 25;

/// Keys that fields hold.
const TAKEN: [&str; 40] = [
    "title",
    "linktitle",
    "date",
    "lastmod",
    "publishdate",
    "expirydate",
    "draft",
    "weight",
    "slug",
    "url",
    "aliases",
    "tags",
    "categories",
    "description",
    "summary",
    "keywords",
    "menu",
    "menus",
    "translationkey",
    "author",
    "authors",
    "toc",
    "comments",
    "mathjax",
    "sidebar",
    "widgets",
    "thumbnail",
    "lead",
    "pager",
    "authorbox",
    "canonicalurl",
    "canonical",
    "source",
    "iscjklanguage",
    "type",
    "layout",
    "published",
    "modified",
    "pubdate",
    "unpublishdate",
];

/// The errors among what Hugo says.
fn errors(said: &str) -> String {
    let lines = said.lines().filter(|line| line.contains("ERROR") || line.contains("rror:"));
    lines.collect::<Vec<_>>().join(" | ").chars().take(300).collect()
}

#[test]
fn any_site_is_read_as_hugo_reads_it() {
    let mut all = Differences::default();
    for site in sites() {
        let name = site.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (found, pages, refused) = compare(&site);
        let refused = refused.map(|said| format!("Hugo refuses it: {}", errors(&said)));
        println!("{name:<30}{pages:>6} {}{}", found.row(), refused.unwrap_or_default());
        for (field, list) in found.0 {
            all.0
                .entry(field)
                .or_default()
                .extend(list.iter().map(|text| format!("{name}: {text}")));
        }
    }
    for (field, list) in &all.0 {
        let shown: Vec<_> = list.iter().take(SHOWN).cloned().collect();
        println!("{field}: {}\n  {}", list.len(), shown.join("\n  "));
    }
    assert!(all.0.is_empty(), "{}", all.row());
}
