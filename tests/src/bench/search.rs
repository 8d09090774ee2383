//! The benchmark of search: many articles of 4 KB, one server, four clients.
//!
//! The text is made of words with the frequencies of a language (Zipf's law), half
//! Chinese of two letters mostly and half of a Latin alphabet, so that its index is
//! as large and its queries find as much as with real text. Every query is another
//! one, and nothing caches answers.

use std::fmt::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use api::search::FREQUENT_HAN;
use serde_json::{Value, json};

use super::beside;
use super::load::{self, Request};
use crate::generate::Numbers;
use crate::process::{Process, command, run as run_command};

type Query<'a> = Box<dyn Fn(&mut Numbers) -> String + 'a>;

const CLIENTS: usize = 4;
const ROUND: Duration = Duration::from_secs(5);
/// Different queries of each kind.
const QUERIES: usize = 2000;
const PUBLISHED: usize = 30;

const SEARCH: &str = "query($q: String!) { search(query: $q, first: 10) { totalCount edges { score \
    highlights { field fragments } node { path title } } facets { tags { tag { name } count } } } }";
const PLAIN: &str =
    "query($q: String!) { search(query: $q, first: 10) { totalCount nodes { path title } } }";
const SUGGEST: &str = "query($q: String!) { suggest(query: $q) { kind text } }";

/// How many of 1000 letters of Chinese are among its so many most frequent ones, by the
/// counts of jieba's dictionary.
const SHARES: [(usize, u64); 10] = [
    (50, 244),
    (100, 358),
    (200, 506),
    (300, 603),
    (400, 674),
    (500, 727),
    (600, 768),
    (1000, 871),
    (2000, 960),
    (3000, 1000),
];

/// Words by frequency, the most frequent first.
struct Language {
    words: Vec<String>,
    /// Of each word and all before it.
    sums: Vec<u64>,
    between: &'static str,
}

impl Language {
    fn new(words: Vec<String>, between: &'static str) -> Self {
        let mut sum = 0;
        let sums = (1..=words.len() as u64).map(|rank| {
            sum += 1_000_000_000 / (rank + 2);
            sum
        });
        Self { sums: sums.collect(), words, between }
    }

    /// Chinese: few letters make most words, as often as in jieba's dictionary.
    fn chinese(numbers: &mut Numbers) -> Self {
        let mut letters: Vec<char> = FREQUENT_HAN.chars().collect();
        let others = ('一'..).filter(|char| !FREQUENT_HAN.contains(*char));
        letters.extend(others.take(3000 - letters.len()));
        let letter = |numbers: &mut Numbers| {
            let share = numbers.below(1000);
            let next = SHARES.iter().position(|(_, below)| share < *below).unwrap_or(0);
            let begin = next.checked_sub(1).map_or(0, |before| SHARES[before].0);
            letters[begin + pick(numbers, SHARES[next].0 - begin)]
        };
        let words = (0..40_000).map(|rank| {
            let length = if rank < 60 { 1 } else { [2, 2, 2, 3, 4][pick(numbers, 5)] };
            (0..length).map(|_| letter(numbers)).collect()
        });
        Self::new(words.collect(), "")
    }

    fn latin(numbers: &mut Numbers) -> Self {
        let words = (0..30_000).map(|rank| {
            let length = if rank < 100 { 2 + pick(numbers, 3) } else { 3 + pick(numbers, 8) };
            (0..length)
                .map(|at| {
                    let letters: &[u8] = if at % 2 == 0 { b"bcdfghklmnprstvw" } else { b"aeiou" };
                    char::from(letters[pick(numbers, letters.len())])
                })
                .collect()
        });
        Self::new(words.collect(), " ")
    }

    fn word(&self, numbers: &mut Numbers) -> &str {
        let end = self.sums.last().copied().unwrap_or(1);
        let at = numbers.below(end);
        &self.words[self.sums.partition_point(|sum| *sum <= at)]
    }

    fn sentence(&self, numbers: &mut Numbers, words: usize) -> String {
        let words: Vec<_> = (0..words).map(|_| self.word(numbers)).collect();
        words.join(self.between)
    }
}

fn pick(numbers: &mut Numbers, limit: usize) -> usize {
    usize::try_from(numbers.below(limit as u64)).unwrap_or(0)
}

/// Writes the site; answers with the bytes of its text.
fn write(folder: &Path, count: usize, languages: &[Language; 2], numbers: &mut Numbers) -> u64 {
    let news = folder.join("content/news");
    std::fs::create_dir_all(&news).expect("a folder");
    std::fs::write(
        folder.join("hugo.toml"),
        "baseURL = 'https://example.org/'\ntitle = 'Generated'\nhasCJKLanguage = true\n\
         defaultContentLanguage = 'zh-cn'\n[languages.zh-cn]\nlocale = 'zh-CN'\n",
    )
    .expect("a file");
    let [chinese, latin] = languages;
    let mut bytes = 0;
    for number in 0..count {
        let title = chinese.sentence(numbers, 6);
        let mut body = String::with_capacity(4300);
        while body.len() < 4096 {
            let (one, other) = (chinese.sentence(numbers, 40), latin.sentence(numbers, 36));
            let _ = writeln!(body, "{one}。{other}.\n");
        }
        bytes += (title.len() + body.len()) as u64;
        let (day, month, year) = (1 + number % 28, 1 + number / 28 % 12, 2015 + number / 336 % 10);
        let tag = number % 200;
        let text = format!(
            "---\ntitle: \"{title}\"\ndate: {year}-{month:02}-{day:02}\ntags: [t{tag}, t{}]\ncategories: [c{}]\n---\n\n{body}",
            (tag + 67) % 200,
            number % 20
        );
        std::fs::write(news.join(format!("a{number:06}.md")), text).expect("a file");
    }
    bytes
}

/// Runs everything and prints it.
pub fn run(articles: usize) {
    let (site, data) = (tempfile::tempdir(), tempfile::tempdir());
    let (site, data) = (site.expect("a temporary folder"), data.expect("a temporary folder"));
    let mut numbers = Numbers::new(1);
    let languages = [Language::chinese(&mut numbers), Language::latin(&mut numbers)];
    println!("Generating {articles} articles of 4 KB …");
    let text = write(site.path(), articles, &languages, &mut numbers);
    let program = beside("broadsheet-under-test");
    let program = program.to_str().expect("a plain path");
    let timed = |arguments: &[&str]| {
        let began = Instant::now();
        let mut command = command(program, data.path(), None);
        command.args(arguments).stdout(Stdio::null());
        let output = run_command(command, "");
        assert!(output.status.success(), "{arguments:?}");
        began.elapsed().as_secs_f64()
    };
    let folder = site.path().display().to_string();
    println!("import: {:.1} s", timed(&["import", "hugo", &folder]));
    println!("index: {:.1} s", timed(&["search", "rebuild"]));
    println!("check: {:.1} s", timed(&["search", "check"]));
    let mut add = command(program, data.path(), None);
    add.args(["user", "add", "editor@example.org", "--role", "EDITOR", "--password-stdin"]);
    assert!(run_command(add, "correct horse battery").status.success());

    let server = Process::serve(command(program, data.path(), None));
    while server.nobody().run(PLAIN, json!({ "q": "x" }), None)["data"].is_null() {}
    let index = index_bytes(data.path());
    println!(
        "index: {} MB of {} MB of text, {} %",
        index / 1_000_000,
        text / 1_000_000,
        index * 100 / text
    );
    println!("resident memory: {} MB", load::resident(server.id()) / 1024);
    let [chinese, latin] = &languages;
    let cut = |text: &str, letters: usize| text.chars().take(letters).collect::<String>();
    let kinds: Vec<(&str, &str, Query<'_>)> = vec![
        ("a Chinese word", PLAIN, Box::new(|numbers| chinese.word(numbers).to_owned())),
        (
            "two Chinese words",
            PLAIN,
            Box::new(|numbers| format!("{} {}", chinese.word(numbers), chinese.word(numbers))),
        ),
        ("Chinese run together", PLAIN, Box::new(|numbers| chinese.sentence(numbers, 3))),
        ("a Latin word", PLAIN, Box::new(|numbers| latin.word(numbers).to_owned())),
        ("three Latin words", PLAIN, Box::new(|numbers| latin.sentence(numbers, 3))),
        (
            "a Latin word with a slip",
            PLAIN,
            Box::new(|numbers| format!("{}q", latin.word(numbers))),
        ),
        ("a word, marks and facets", SEARCH, Box::new(|numbers| chinese.word(numbers).to_owned())),
        ("suggest, Chinese", SUGGEST, Box::new(|numbers| cut(chinese.word(numbers), 2))),
        ("suggest, Latin", SUGGEST, Box::new(|numbers| cut(latin.word(numbers), 3))),
    ];
    let mut all = Vec::new();
    for (name, document, query) in &kinds {
        let requests: Vec<_> = (0..QUERIES)
            .map(|_| {
                let body = json!({ "query": document, "variables": { "q": query(&mut numbers) } });
                Request::post(&server.url("/graphql"), &body.to_string())
            })
            .collect();
        println!("{name}\n    {}", load::measure(&requests, server.id(), CLIENTS, ROUND));
        if *document == PLAIN {
            all.extend(requests);
        }
    }
    // In another order than they were made in.
    all.sort_by_cached_key(|_| numbers.below(u64::MAX));
    println!("all kinds of search\n    {}", load::measure(&all, server.id(), CLIENTS, 2 * ROUND));
    publish(&server);
    println!("resident memory at the end: {} MB", load::resident(server.id()) / 1024);
}

fn index_bytes(data: &Path) -> u64 {
    let root = data.join("search");
    let name = std::fs::read_to_string(root.join("current")).expect("the index in use");
    let files = std::fs::read_dir(root.join(name.trim())).expect("its folder").flatten();
    files.filter_map(|file| file.metadata().ok()).map(|meta| meta.len()).sum()
}

/// From the answer of a publication to the public's finding it.
fn publish(server: &Process) {
    let login = "mutation { login(input: { email: \"editor@example.org\", password: \"correct horse battery\" }) { session { accessToken } } }";
    let token = server.nobody().ask(login, Value::Null).text("/login/session/accessToken");
    let editor = server.nobody().with_token(&token);
    let mut times = Vec::new();
    for number in 0..PUBLISHED {
        let word = format!("kingfisher{number}");
        let create = "mutation($t: String!) { createArticle(input: { title: $t, body: \"New.\" }) { article { id } } }";
        let id = editor.ask(create, json!({ "t": word })).text("/createArticle/article/id");
        let publish = "mutation($id: ID!) { publishArticle(id: $id) { article { id } } }";
        let _ = editor.ask(publish, json!({ "id": id }));
        let began = Instant::now();
        while server.nobody().ask(PLAIN, json!({ "q": word })).number("/search/totalCount") == 0 {}
        times.push(began.elapsed());
    }
    times.sort_unstable();
    println!(
        "publish to findable: median {} ms, longest {} ms",
        times[PUBLISHED / 2].as_millis(),
        times[PUBLISHED - 1].as_millis()
    );
}
