//! No stale answer: random writes, and every kept answer against one that is made
//! anew by a server without a cache.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use api::policy::Role;
use serde_json::{Value, json};
use tests::peer::Peer;
use tests::{Backend, Client, HOUR, START, TestApp, on_both};

#[path = "freshness/questions.rs"]
mod questions;

use questions::questions;

const MINUTE: i64 = HOUR / 60;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        // Xorshift, after Marsaglia.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % below
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }
}

const SECTIONS: [&str; 3] = ["news", "blog", "notes"];
const LANGUAGES: [&str; 2] = ["en", "zh-CN"];
const TAGS: [&str; 4] = ["ash", "birch", "cedar", "date"];
const CATEGORIES: [&str; 2] = ["one", "two"];

fn site(app: &TestApp) {
    let mut files = vec![
        (
            "hugo.toml".to_owned(),
            "baseURL = 'https://example.org/'\ndefaultContentLanguage = 'en'\n\
             [languages.en]\nlocale = 'en'\nweight = 1\ntitle = 'Post'\n\
             [languages.zh-cn]\nlocale = 'zh-CN'\nweight = 2\ntitle = '报'\n\
             [[languages.en.menus.main]]\nname = 'Home'\nurl = '/'\n\
             [[languages.en.menus.main]]\nname = 'A'\npageRef = '/news/a0'\n"
                .to_owned(),
        ),
        ("content/news/_index.md".to_owned(), "---\ntitle: Newsroom\n---\n".to_owned()),
    ];
    for number in 0..12 {
        let (section, tag) = (SECTIONS[number % 3], TAGS[number % 4]);
        let category = CATEGORIES[number % 2];
        let menu = if number == 3 { "menu: {main: {weight: 5}}\n" } else { "" };
        for suffix in ["", ".zh-cn"] {
            files.push((
                format!("content/{section}/a{number}{suffix}.md"),
                format!(
                    "---\ntitle: A{number}{suffix}\ndate: 2026-01-{:02}\ntags: [{tag}]\n\
                     categories: [{category}]\n{menu}---\nText [b](/news/a0/) {number}",
                    number + 1
                ),
            ));
        }
    }
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let report = app.import_files(&files);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
}

fn ask(client: &Client, question: &str) -> Value {
    let answer = client.run(question, Value::Null, None);
    if let Some(message) = answer["errors"][0]["message"].as_str() {
        assert!(message.contains("search"), "{question}: {message}");
    }
    answer
}

/// An editor whose token outlives what the clock does.
fn lasting_editor(app: &TestApp) -> Client {
    let token = app.as_role(Role::Editor).ask(
        "mutation { createApiToken(input: { name: \"n\", scopes: [CONTENT_READ_WORKING, CONTENT_WRITE, CONTENT_PUBLISH, TAXONOMY_WRITE, SITE_WRITE] }) { token } }",
        Value::Null,
    );
    app.nobody().with_token(&token.text("/createApiToken/token"))
}

/// The articles that an editor can write to, by their ids.
fn working(editor: &Client) -> Vec<(String, i64)> {
    let answer = editor.ask(
        "{ articles(view: WORKING, first: 100, orderBy: { field: CREATED_AT, direction: ASC }) { nodes { id version } } }",
        Value::Null,
    );
    let nodes = answer.at("/articles/nodes").as_array().expect("nodes");
    let one = |node: &Value| {
        (node["id"].as_str().expect("an id").to_owned(), node["version"].as_i64().expect("one"))
    };
    nodes.iter().map(one).collect()
}

/// The article with a title, and its version.
fn titled(editor: &Client, title: &str) -> (String, i64) {
    let answer = editor.ask(
        "query($title: String!) { articles(view: WORKING, filter: { title: { eq: $title } }) { nodes { id version } } }",
        json!({ "title": title }),
    );
    let node = answer.at("/articles/nodes/0");
    (node["id"].as_str().expect("an id").to_owned(), node["version"].as_i64().expect("one"))
}

/// A mutation may refuse; that it cannot be read is a mistake of the test.
fn change(editor: &Client, document: &str, variables: Value) -> Value {
    let answer = editor.run(document, variables, None);
    let code = &answer["errors"][0]["extensions"]["code"];
    let known = ["NOT_FOUND", "FORBIDDEN"].map(Value::from);
    assert!(code.is_null() || known.contains(code), "{document}: {answer}");
    answer
}

fn save(editor: &Client, (id, version): &(String, i64), input: &Value) {
    change(
        editor,

        "mutation($id: ID!, $version: Int!, $input: UpdateArticleInput!) {
           updateArticle(id: $id, expectedVersion: $version, input: $input) { userErrors { message } } }",
        json!({ "id": id, "version": version, "input": input }),
    );
}

fn publish(editor: &Client, id: &str, at: Option<String>) {
    change(
        editor,
        "mutation($id: ID!, $at: DateTime) { publishArticle(id: $id, at: $at) { userErrors { message } } }",
        json!({ "id": id, "at": at }),
    );
}

fn by_id(editor: &Client, mutation: &str, id: &str) {
    let document =
        format!("mutation($id: ID!) {{ {mutation}(id: $id) {{ userErrors {{ message }} }} }}");
    change(editor, &document, json!({ "id": id }));
}

fn at(time: i64) -> String {
    let seconds = (time - START) / 1_000_000;
    format!("2026-11-01T{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// One thing that somebody does; says what. `now` is the clock, which may move, and
/// `look` is called where the public could see something else in between.
fn act(
    app: &TestApp,
    editor: &Client,
    dice: &mut Dice,
    now: &mut i64,
    step: u64,
    mut look: impl FnMut(),
) -> String {
    let all = working(editor);
    let one = dice.pick(&all).clone();
    let kind = dice.roll(31);
    match kind {
        0..=4 => {
            save(editor, &one, &json!({ "title": format!("Title {step}") }));
            publish(editor, &one.0, None);
            "retitled"
        }
        5..=8 => {
            save(editor, &one, &json!({ "body": format!("Another text, {step}.") }));
            publish(editor, &one.0, None);
            "rewritten"
        }
        9..=11 => {
            save(editor, &one, &json!({ "body": format!("Not yet, {step}."), "title": "Draft" }));
            "saved"
        }
        12..=14 => {
            let input = json!({
                "title": format!("new {step}"), "body": "New text.", "slug": format!("new-{}", dice.roll(4)),
                "section": dice.pick(&SECTIONS), "language": dice.pick(&LANGUAGES),
                "tags": [dice.pick(&TAGS)], "date": at(*now), "aliases": [format!("/old-{}/", dice.roll(3))],
            });
            let made = change(
        editor,

                "mutation($input: CreateArticleInput!) { createArticle(input: $input) { article { id } } }",
                json!({ "input": input }),
            );
            if let Some(id) = made["data"]["createArticle"]["article"]["id"].as_str() {
                publish(editor, id, None);
            }
            "made"
        }
        15 => {
            by_id(editor, "unpublishArticle", &one.0);
            "unpublished"
        }
        16 => {
            by_id(editor, if step.is_multiple_of(2) { "trashArticle" } else { "archiveArticle" }, &one.0);
            "put away"
        }
        17 | 18 => {
            by_id(editor, "unpublishArticle", &one.0);
            publish(editor, &one.0, Some(at(*now + 3 * MINUTE)));
            "scheduled"
        }
        19 => {
            save(editor, &one, &json!({ "expireAt": at(*now + 4 * MINUTE) }));
            publish(editor, &one.0, None);
            "expiring"
        }
        20 | 21 => {
            *now += 2 * MINUTE;
            app.set_clock(*now);
            "waited"
        }
        22 => {
            save(editor, &one, &json!({ "tags": [dice.pick(&TAGS)], "section": dice.pick(&SECTIONS) }));
            publish(editor, &one.0, None);
            "moved"
        }
        23 => {
            let tags = change(
        editor,
"{ tags(view: WORKING) { nodes { id } } }", Value::Null);
            let tags = tags["data"]["tags"]["nodes"].as_array().cloned().unwrap_or_default();
            if let Some(tag) = tags.get(dice.roll(4)) {
                change(
        editor,

                    "mutation($id: ID!, $name: String!) { updateTag(id: $id, input: { name: $name }) { userErrors { message } } }",
                    json!({ "id": tag["id"], "name": format!("Tree {step}") }),
                );
            }
            "renamed a tag"
        }
        24 => {
            let path = format!("/old-{}/", dice.roll(3));
            change(
        editor,

                "mutation($path: String!) { createRedirect(input: { path: $path, target: \"/news/\" }) { userErrors { message } } }",
                json!({ "path": path }),
            );
            "led elsewhere"
        }
        25 => {
            save(editor, &one, &json!({ "date": format!("2026-01-{:02}T12:00:00Z", 1 + dice.roll(12)) }));
            publish(editor, &one.0, None);
            "dated anew"
        }
        26 => {
            save(editor, &one, &json!({ "weight": dice.roll(4), "authors": [{ "name": dice.pick(&TAGS) }] }));
            publish(editor, &one.0, None);
            "weighed"
        }
        27 => {
            let list = if dice.roll(2) == 0 { "never" } else { "always" };
            save(editor, &one, &json!({ "params": { "build": { "list": list } } }));
            publish(editor, &one.0, None);
            "listed or not"
        }
        28 => {
            // Nobody looks while an article goes and comes back as another.
            save(editor, &one, &json!({ "expireAt": at(*now + MINUTE) }));
            publish(editor, &one.0, None);
            app.block_on(api::cache::ready(&app.app)).expect("a cache that follows");
            *now += 2 * MINUTE;
            app.set_clock(*now);
            look();
            let input = json!({ "expireAt": null, "section": dice.pick(&SECTIONS), "tags": [dice.pick(&TAGS)] });
            save(editor, &(one.0.clone(), one.1 + 1), &input);
            publish(editor, &one.0, None);
            "gone and back"
        }
        29 => {
            save(editor, &one, &json!({ "title": format!("新 {step}"), "linkTitle": "L" }));
            publish(editor, &one.0, None);
            "retitled"
        }
        _ => {
            change(
        editor,

                "mutation($id: ID!) { commentArticle(id: $id, input: { text: \"Well.\" }) { userErrors { message } } }",
                json!({ "id": one.0 }),
            );
            "commented"
        }
    }
    .to_owned()
}

/// Lets `steps` things happen. After each, every answer is that of a server
/// without a cache. Says how many kept answers went, and how many had to.
fn follow(app: &TestApp, seed: u64, steps: u64) -> (u64, u64) {
    site(app);
    let editor = lasting_editor(app);
    let plain = app.peer(false, |config| config.cache.megabytes = 0);
    let (kept, anew) = (app.nobody(), plain.nobody());
    let (mut dice, mut now) = (Dice(seed), START);
    let questions = questions(&anew);
    let mut before: HashMap<&str, Value> = HashMap::new();
    for question in &questions {
        before.insert(question, ask(&anew, question));
    }
    let (mut went, mut had_to) = (0, 0);
    let mut by_act: HashMap<String, (u64, u64)> = HashMap::new();
    let mut needless: HashMap<(String, &str), u64> = HashMap::new();
    for step in 0..steps {
        for question in &questions {
            ask(&kept, question);
        }
        let evicted = app.app.cache().numbers().evicted;
        let mut between: HashMap<&str, Value> = HashMap::new();
        let look = || between.extend(questions.iter().map(|asked| (&**asked, ask(&anew, asked))));
        let what = act(app, &editor, &mut dice, &mut now, step, look);
        app.block_on(api::cache::ready(&app.app)).expect("a cache that follows");
        let gone = app.app.cache().numbers().evicted - evicted;
        let mut changed = 0;
        for question in &questions {
            let right = ask(&anew, question);
            let misses = app.app.cache().numbers().misses;
            // Search follows in its own time, and nothing of it is kept.
            if !question.contains("search") {
                assert_eq!(
                    ask(&kept, question),
                    right,
                    "seed {seed}, step {step}, {what}: {question}"
                );
                let was = &before[question.as_str()];
                let differed = between.get(question.as_str()).is_some_and(|then| then != was);
                let has_changed = *was != right || differed;
                changed += u64::from(has_changed);
                if !has_changed && app.app.cache().numbers().misses > misses {
                    *needless.entry((what.clone(), question)).or_default() += 1;
                }
            }
            before.insert(question, right);
        }
        went += gone;
        had_to += changed;
        let sum = by_act.entry(what).or_default();
        *sum = (sum.0 + gone, sum.1 + changed);
    }
    let mut by_act: Vec<_> = by_act.into_iter().collect();
    by_act.sort();
    let mut needless: Vec<_> = needless.into_iter().collect();
    needless.sort();
    for ((what, question), count) in needless {
        println!("needlessly {count} {what}: {question}");
    }
    println!("seed {seed}: {went} kept answers went, {had_to} had to; {by_act:?}");
    (went, had_to)
}

/// A number that the environment may give.
fn asked(name: &str, usual: u64) -> u64 {
    api::config::environment(name).and_then(|text| text.parse().ok()).unwrap_or(usual)
}

on_both! {
    fn every_answer_is_that_of_a_server_without_a_cache(app) {
        let seed = if app.backend == Backend::Sqlite { 7 } else { 1_000_003 };
        let (seed, steps) = (asked("BROADSHEET_SEED", seed), asked("BROADSHEET_STEPS", 40));
        let (went, had_to) = follow(&app, seed, steps);
        assert!(had_to > 3 * steps && went >= had_to, "{went} went and {had_to} had to");
        assert!(went <= had_to * 13 / 10, "{went} went and {had_to} had to");
    }

    fn a_page_goes_with_what_it_shows_alone(app) {
        site(&app);
        let (editor, nobody) = (lasting_editor(&app), app.nobody());
        let filter = "filter: { language: \"en\" }";
        let questions = [
            format!("{{ articles(first: 2, {filter}) {{ nodes {{ title }} pageInfo {{ hasNextPage }} }} }}"),
            format!("{{ articles(last: 1, {filter}) {{ nodes {{ path }} }} }}"),
            format!("{{ articles({filter}) {{ totalCount }} }}"),
        ];
        // Whether each is answered from memory.
        let kept = || {
            questions.each_ref().map(|question| {
                let misses = app.app.cache().numbers().misses;
                ask(&nobody, question);
                misses == app.app.cache().numbers().misses
            })
        };
        let change = |title: &str, input: &Value| {
            let one = titled(&editor, title);
            save(&editor, &one, input);
            publish(&editor, &one.0, None);
        };
        assert_eq!(kept(), [false; 3]);
        assert_eq!(kept(), [true; 3]);
        // The oldest has another title, which only its path could show.
        change("A0", &json!({ "title": "Z0" }));
        assert_eq!(kept(), [true; 3]);
        change("A10", &json!({ "title": "Z10" }));
        assert_eq!(kept(), [false, true, true]);
        // One between the pages moves, and goes.
        change("A5", &json!({ "date": "2026-01-07T12:00:00Z" }));
        assert_eq!(kept(), [true; 3]);
        by_id(&editor, "unpublishArticle", &titled(&editor, "A5").0);
        assert_eq!(kept(), [true, true, false]);
        // Into one page, and out of the other.
        change("Z0", &json!({ "date": "2026-02-01T12:00:00Z" }));
        assert_eq!(kept(), [false, false, true]);
    }

    fn what_goes_by_time_and_comes_back_elsewhere_is_nowhere_twice(app) {
        site(&app);
        let (editor, nobody) = (lasting_editor(&app), app.nobody());
        let (id, version) = titled(&editor, "A3");
        save(&editor, &(id.clone(), version), &json!({ "expireAt": at(START + MINUTE) }));
        publish(&editor, &id, None);
        let question = "{ articles(filter: { language: \"en\", section: { eq: \"news\" } }) { totalCount } }";
        let count = || ask(&nobody, question)["data"]["articles"]["totalCount"].clone();
        assert_eq!(count(), 4);
        // Nobody looks while it is gone.
        app.set_clock(START + 2 * MINUTE);
        save(&editor, &titled(&editor, "A3"), &json!({ "expireAt": null, "section": "blog" }));
        publish(&editor, &id, None);
        assert_eq!(count(), 3);
    }

    fn what_was_acknowledged_is_seen_by_whoever_asks_next(app) {
        site(&app);
        let editor = lasting_editor(&app);
        let all = working(&editor);
        let published: Vec<AtomicU64> = (0..4).map(|_| AtomicU64::new(0)).collect();
        let done = AtomicU64::new(0);
        let question = |id: &str| format!("{{ node(id: \"{id}\") {{ ... on Article {{ title }} }} }}");
        let number = |answer: &Value| -> u64 {
            let title = answer["data"]["node"]["title"].as_str().unwrap_or_default();
            title.strip_prefix('N').and_then(|number| number.parse().ok()).unwrap_or(0)
        };
        thread::scope(|scope| {
            let (published, app, all, done) = (&published, &app, &all, &done);
            for writer in 0..2 {
                let editor = lasting_editor(app);
                scope.spawn(move || {
                    let mut versions: HashMap<usize, i64> = HashMap::new();
                    for round in 1..=15_u64 {
                        for article in [writer * 2, writer * 2 + 1] {
                            let (id, first) = &all[article];
                            let version = versions.entry(article).or_insert(*first);
                            save(&editor, &(id.clone(), *version), &json!({ "title": format!("N{round}") }));
                            *version += 1;
                            publish(&editor, id, None);
                            published[article].store(round, Ordering::SeqCst);
                        }
                    }
                    done.fetch_add(1, Ordering::SeqCst);
                });
            }
            for reader in 0..3 {
                let client = app.nobody();
                scope.spawn(move || {
                    let mut dice = Dice(reader + 11);
                    while done.load(Ordering::SeqCst) < 2 {
                        let article = dice.roll(4);
                        let known = published[article].load(Ordering::SeqCst);
                        let answer = ask(&client, &question(&all[article].0));
                        assert!(number(&answer) >= known, "{known} was acknowledged: {answer}");
                    }
                });
            }
        });
        for (article, published) in published.iter().enumerate() {
            let last = ask(&app.nobody(), &question(&all[article].0));
            assert_eq!((number(&last), published.load(Ordering::SeqCst)), (15, 15));
        }
        assert!(app.app.cache().numbers().hits > 0);
    }
}

/// Asks a node until it has followed the feed as far as it goes.
fn arrive(node: &Peer<'_>, app: &TestApp) {
    let ctx = app.ctx();
    let last = app.block_on(api::event::last(&ctx)).expect("a position");
    let mut feed = node.app.follow();
    app.block_on(async {
        while *feed.borrow_and_update() < last {
            feed.changed().await.expect("a feed");
        }
    });
}

#[test]
fn a_node_sees_what_another_wrote_once_it_has_heard_of_it() {
    let Some(app) = TestApp::postgres() else { return };
    site(&app);
    let plain = app.peer(false, |config| config.cache.megabytes = 0);
    let nodes = [app.peer(true, |_| ()), app.peer(true, |_| ())];
    let editor = lasting_editor(&app);
    let (mut dice, mut now) = (Dice(5), START);
    let questions = questions(&plain.nobody());
    for step in 0..25 {
        let what = act(&app, &editor, &mut dice, &mut now, step, || ());
        for node in &nodes {
            arrive(node, &app);
        }
        for _ in 0..12 {
            let question = dice.pick(&questions);
            if !question.contains("search") {
                let right = ask(&plain.nobody(), question);
                for node in &nodes {
                    assert_eq!(
                        ask(&node.nobody(), question),
                        right,
                        "step {step}, {what}: {question}"
                    );
                }
            }
        }
    }
    assert!(nodes.iter().all(|node| node.app.cache().numbers().hits > 0));
}
