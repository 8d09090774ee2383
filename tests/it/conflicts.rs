//! Two editors at one article: what can be had together is, what cannot is shown,
//! and nothing is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::thread;

use api::policy::Role;
use serde_json::{Map, Value, json};
use tests::{Answer, Backend, Client, on_both};

const CREATE: &str = "mutation($input: CreateArticleInput!) { createArticle(input: $input) {
    article { id } userErrors { code } } }";
const UPDATE: &str = "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
    updateArticle(id: $id, expectedVersion: $version, input: $input) {
        article { version title lead weight path tags { name } aliases authors { name url } params body { markdown } }
        merged { fromVersion fields }
        conflict { currentVersion fields { field base mine theirs mergeable merged } }
        userErrors { field code } } }";

fn create(editor: &Client, input: &Value) -> String {
    editor
        .ask(CREATE, json!({ "input": input }))
        .accepted("createArticle")
        .text("/createArticle/article/id")
}

fn update(editor: &Client, id: &str, version: i64, input: &Value) -> Answer {
    editor.ask(UPDATE, json!({"id": id, "version": version, "input": input}))
}

fn saved(editor: &Client, id: &str, version: i64, input: &Value) -> Answer {
    update(editor, id, version, input).accepted("updateArticle")
}

on_both! {
    fn saves_that_do_not_disagree_are_one_article(app) {
        let (ann, bob) = (app.as_role(Role::Editor), app.as_role(Role::Editor));
        let body = "# 标题\r\n\r\n第一段。\r\n\r\n- a\r\n- b\r\n\r\nLast.";
        let id = create(&ann, &json!({"title": "T", "body": body, "tags": ["a", "b"], "aliases": ["/x/"],
            "authors": [{"name": "Ann"}], "params": {"k": 1, "deep": {"x": 1}}}));
        let _ = saved(&ann, &id, 1, &json!({"title": "Ann's", "body": body.replace("第一段", "改过的第一段"),
            "tags": ["a", "b", "ann"], "params": {"k": 2, "deep": {"x": 1, "ann": 1}}}));
        let both = saved(&bob, &id, 1, &json!({"title": "T", "lead": "Bob's", "body": body.replace("Last.", "Last, by Bob."),
            "tags": ["b", "bob"], "aliases": ["/x/", "/bob/"], "authors": [{"name": "Bob"}, {"name": "Ann"}],
            "params": {"k": 1, "deep": {"x": 1, "bob": 1}, "bob": true}}));
        let article = both.at("/updateArticle/article");
        assert_eq!(article, &json!({"version": 3, "title": "Ann's", "lead": "Bob's", "weight": 0, "path": "/t/",
            "tags": [{"name": "b"}, {"name": "ann"}, {"name": "bob"}], "aliases": ["/x/", "/bob/"],
            "authors": [{"name": "Bob", "url": null}, {"name": "Ann", "url": null}],
            "params": {"k": 2, "deep": {"x": 1, "ann": 1, "bob": 1}, "bob": true},
            "body": {"markdown": "# 标题\r\n\r\n改过的第一段。\r\n\r\n- a\r\n- b\r\n\r\nLast, by Bob."}}));
        assert_eq!(both.at("/updateArticle/merged"),
            &json!({"fromVersion": 1, "fields": ["title", "params", "tags", "body"]}));
        assert_eq!(both.at("/updateArticle/conflict"), &Value::Null);
        let history = ann.ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { revisions { nodes {
            version mergedFrom changes } } } }", json!({ "id": id }));
        assert_eq!(history.at("/article/revisions/nodes/0"), &json!({"version": 3, "mergedFrom": 1,
            "changes": ["lead", "authors", "aliases", "params", "tags", "body"]}));
        // On time nothing is merged, and the same save again is no conflict.
        let on_time = saved(&ann, &id, 3, &json!({"weight": 1}));
        assert_eq!(on_time.at("/updateArticle/merged"), &Value::Null);
        let again = saved(&ann, &id, 3, &json!({"weight": 1}));
        assert_eq!(again.at("/updateArticle/article/version"), 5);
    }

    fn what_disagrees_changes_nothing_and_shows_every_side(app) {
        let (ann, bob) = (app.as_role(Role::Editor), app.as_role(Role::Editor));
        let id = create(&ann, &json!({"title": "T", "body": "one\n\ntwo\n", "tags": ["a", "b"]}));
        let _ = saved(&ann, &id, 1, &json!({"title": "Ann's", "body": "ONE\n\ntwo\n", "tags": ["a", "b", "ann"]}));
        let before = app.events().len();
        let stale = update(&bob, &id, 1, &json!({"title": "Bob's", "body": "One\n\ntwo\n", "lead": "x", "tags": ["b", "bob"],
            "weight": 0}));
        assert_eq!(stale.at("/updateArticle"), &json!({"article": null, "merged": null,
            "conflict": {"currentVersion": 2, "fields": [
                {"field": "title", "base": "T", "mine": "Bob's", "theirs": "Ann's", "mergeable": false, "merged": null},
                {"field": "lead", "base": null, "mine": "x", "theirs": null, "mergeable": true, "merged": "x"},
                {"field": "tags", "base": ["a", "b"], "mine": ["b", "bob"], "theirs": ["a", "b", "ann"],
                    "mergeable": true, "merged": ["b", "ann", "bob"]},
                {"field": "body", "base": "one\n\ntwo\n", "mine": "One\n\ntwo\n", "theirs": "ONE\n\ntwo\n",
                    "mergeable": false, "merged": null},
            ]}, "userErrors": [{"field": ["expectedVersion"], "code": "STALE"}]}));
        assert_eq!(app.events().len(), before);
        let tags = ann.ask("{ tags(view: WORKING) { nodes { name } } }", Value::Null);
        assert_eq!(tags.each("/tags/nodes", "name"), ["a", "ann", "b"], "not even a tag is left of it");
        // With what it was told, the editor's program saves what both want.
        let resolved = saved(&bob, &id, 2, &json!({"title": "Bob's", "body": "ONE\n\ntwo\n", "lead": "x", "tags": ["b", "ann", "bob"]}));
        assert_eq!(resolved.at("/updateArticle/article/version"), 3);
    }

    fn what_is_merged_keeps_the_rules(app) {
        let editor = app.as_role(Role::Editor);
        let _ = create(&editor, &json!({"title": "Other", "section": "b", "slug": "x"}));
        let id = create(&editor, &json!({"title": "T", "section": "a", "slug": "s"}));
        let _ = saved(&editor, &id, 1, &json!({"section": "b", "publishAt": "2027-02-01T00:00:00Z"}));
        for (input, field, code) in [
            (json!({"slug": "x"}), "slug", "TAKEN"),
            (json!({"expireAt": "2027-01-01T00:00:00Z"}), "expireAt", "INVALID"),
        ] {
            let refused = update(&editor, &id, 1, &input);
            assert_eq!(refused.at("/updateArticle/userErrors"), &json!([{"field": ["input", field], "code": code}]));
            assert_eq!(refused.at("/updateArticle/article"), &Value::Null);
        }
        let moved = saved(&editor, &id, 1, &json!({"slug": "y"}));
        assert_eq!(moved.at("/updateArticle/article/path"), "/b/y/");
    }
}

/// What two editors did, for the reckoning.
#[derive(Default)]
struct Log {
    /// For each piece of content the last acknowledged save that put it there or,
    /// its author having seen it, took it away: the version and which of the two.
    pieces: BTreeMap<String, (i64, bool)>,
    merges: usize,
    conflicts: usize,
}

impl Log {
    fn record<'a>(&mut self, version: i64, there: bool, pieces: impl Iterator<Item = &'a String>) {
        for piece in pieces {
            let last = self.pieces.entry(piece.clone()).or_default();
            *last = (*last).max((version, there));
        }
    }
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }
}

/// The pieces of content in a field: words that were used once each.
fn pieces(field: &str, value: &Value) -> BTreeSet<String> {
    let text = value.to_string();
    let words = text.split(|char: char| !char.is_ascii_alphanumeric());
    words.filter(|word| word.starts_with('w')).map(|word| format!("{field} {word}")).collect()
}

/// An article as an input would give it.
fn as_input(article: &Value) -> Map<String, Value> {
    let tags = article["tags"].as_array().expect("tags").iter().map(|tag| tag["name"].clone());
    let fields = json!({"title": article["title"], "lead": article["lead"], "tags": tags.collect::<Vec<_>>(),
        "params": article["params"], "body": article["body"]["markdown"]});
    fields.as_object().expect("a map").clone()
}

/// Changes one field as an editor might, with words that nobody used before.
fn edit(fields: &Map<String, Value>, dice: &mut Dice, word: &str) -> (String, Value) {
    let body = |change: &mut dyn FnMut(&mut Vec<String>, &mut Dice), dice: &mut Dice| {
        let text = fields["body"].as_str().expect("a text");
        let mut blocks: Vec<_> = text.split("\n\n").map(str::to_owned).collect();
        change(&mut blocks, dice);
        ("body".to_owned(), json!(blocks.join("\n\n")))
    };
    match dice.roll(12) {
        0 => ("title".to_owned(), json!(word)),
        1 => ("lead".to_owned(), json!(word)),
        2 | 3 => {
            let mut tags = fields["tags"].as_array().expect("tags").clone();
            if tags.len() > 5 {
                tags.remove(dice.roll(tags.len()));
            }
            tags.insert(dice.roll(tags.len() + 1), json!(word));
            ("tags".to_owned(), json!(tags))
        }
        4 | 5 => {
            let mut params = fields["params"].clone();
            params[format!("k{}", dice.roll(8))] = json!(word);
            ("params".to_owned(), params)
        }
        6 | 7 => body(
            &mut |blocks, dice| {
                if blocks.len() > 16 {
                    blocks.remove(dice.roll(blocks.len()));
                }
                let block =
                    [word.to_owned(), format!("- {word}\n- item"), format!("```\n{word}\n```")]
                        [dice.roll(3)]
                    .clone();
                blocks.insert(dice.roll(blocks.len() + 1), block);
            },
            dice,
        ),
        _ => body(
            &mut |blocks, dice| {
                let place = dice.roll(blocks.len());
                blocks[place] = format!("第{word}段");
            },
            dice,
        ),
    }
}

/// The version that somebody's last save made. The article in the answer may be
/// newer: another save can come between a save and its answer.
fn own_version(article: &Value, me: &str) -> i64 {
    let saves = article["revisions"]["nodes"].as_array().expect("revisions");
    let own = saves.iter().find(|save| save["author"]["email"] == me).expect("a save of mine");
    own["version"].as_i64().expect("a version")
}

/// One editor's day: edits what they have in front of them, saves, and where
/// somebody disagrees looks at both sides and decides.
fn work(editor: &Client, id: &str, who: usize, saves: usize, log: &Mutex<Log>) {
    let mut dice = Dice(who as u64 + 1);
    let reckoned = UPDATE.replace(
        "body { markdown } }",
        "body { markdown } revisions(first: 50) { nodes { version author { email } } } }",
    );
    let me = editor.ask("{ viewer { email } }", Value::Null).text("/viewer/email");
    let first = saved(editor, id, 1, &json!({"weight": 0}));
    let mut article = first.at("/updateArticle/article").clone();
    for number in 0..saves {
        let mut version = article["version"].as_i64().expect("a version");
        let mut base = as_input(&article);
        let mut input = Map::new();
        for part in 0..=dice.roll(2) {
            let mut mine = base.clone();
            mine.extend(input.clone());
            let (field, value) = edit(&mine, &mut dice, &format!("w{who}x{number}x{part}"));
            input.insert(field, value);
        }
        loop {
            let answer =
                editor.ask(&reckoned, json!({"id": id, "version": version, "input": input}));
            let payload = answer.at("/updateArticle");
            let mut log = log.lock().expect("the log");
            if payload["conflict"].is_null() {
                assert_eq!(payload["userErrors"], json!([]));
                let version = own_version(&payload["article"], &me);
                for (field, value) in &input {
                    let (old, new) = (pieces(field, &base[field]), pieces(field, value));
                    log.record(version, true, new.difference(&old));
                    log.record(version, false, old.difference(&new));
                }
                log.merges += usize::from(!payload["merged"].is_null());
                article = payload["article"].clone();
                break;
            }
            log.conflicts += 1;
            drop(log);
            version = payload["conflict"]["currentVersion"].as_i64().expect("a version");
            let mut resolved = Map::new();
            for field in payload["conflict"]["fields"].as_array().expect("fields") {
                let name = field["field"].as_str().expect("a name").to_owned();
                let chosen = match field["mergeable"].as_bool() {
                    Some(true) => "merged",
                    _ => ["mine", "theirs"][dice.roll(2)],
                };
                base.insert(name.clone(), field["theirs"].clone());
                resolved.insert(name, field[chosen].clone());
            }
            input = resolved;
        }
    }
}

on_both! {
    fn of_a_thousand_saves_of_two_editors_nothing_is_lost(app) {
        let editors = [app.as_role(Role::Editor), app.as_role(Role::Editor)];
        // The rules are those of either database; what differs is who waits for whom.
        let saves = if app.backend == Backend::Sqlite { 500 } else { 150 };
        let blocks: Vec<_> = (0..10).map(|number| format!("block {number}")).collect();
        let id = create(&editors[0], &json!({"title": "t", "body": blocks.join("\n\n")}));
        let log = Mutex::new(Log::default());
        thread::scope(|scope| {
            for (who, editor) in editors.iter().enumerate() {
                let (id, log) = (&id, &log);
                scope.spawn(move || work(editor, id, who, saves, log));
            }
        });
        let log = log.into_inner().expect("the log");
        let read = saved(&editors[0], &id, 1, &json!({"weight": 0}));
        let fields = as_input(read.at("/updateArticle/article"));
        let all: BTreeSet<_> = fields.iter().flat_map(|(field, value)| pieces(field, value)).collect();
        let expected = log.pieces.iter().filter(|(_, (_, there))| *there).map(|(piece, _)| piece.clone()).collect();
        let lost: Vec<_> = BTreeSet::difference(&expected, &all).collect();
        assert!(lost.is_empty(), "{lost:?}");
        assert_eq!(all, expected);
        assert!(log.merges > saves / 10 && log.conflicts > saves / 100, "{} merges, {} conflicts", log.merges, log.conflicts);
        assert!(log.pieces.len() > saves * 2, "{}", log.pieces.len());
    }
}
