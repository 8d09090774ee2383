//! The benchmark: this server against hand-written floors, in the same run.
//!
//! Answers that are made anew (`cache.megabytes` is 0) stand beside the same bytes
//! from plain SQL and string building in actix-web, with no GraphQL and no ORM;
//! answers from memory beside the same bytes that lie ready. Both are processes of
//! their own on the same database. What counts is their ratio: rates depend on the
//! machine, and on a small one the load itself takes part of it. CPU is that of the
//! one process; what PostgreSQL itself spends shows in the times alone.

pub mod abuse;
pub mod floor;
pub mod hugo;
pub mod load;
mod pages;
mod report;
pub mod search;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Process, command};
use crate::{Client, generate, postgres, process, runtime};
use load::{Measure, Request};
use pages::{BY_CURSOR, LIST, PAGES};
use report::{Report, Row};

/// Rounds of each measurement, alternating; the median of them counts.
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(1500);
const CONNECTIONS: usize = 8;
/// Requests between two looks at the server's memory, and how many looks.
const MANY: usize = 100_000;
const LOOKS: usize = 10;
const ANEW: &str = "anew";
const KEPT: &str = "from memory";

/// Runs everything, prints it, and writes it into a folder beside the programs.
pub fn run(articles: usize) {
    let site = tempfile::tempdir().expect("a temporary folder");
    println!("Generating {articles} articles of 4 KB …");
    generate::site(site.path(), articles);
    on_one(site.path(), articles, None);
    let runtime = runtime();
    if let Some(database) = postgres::Database::create(&runtime) {
        on_one(site.path(), articles, Some(&database.url()));
        database.drop_now(&runtime);
    }
}

/// A program that was built beside this one.
fn beside(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("this program's path");
    let path = own.with_file_name(name);
    assert!(path.exists(), "build it first: cargo build --release -p tests");
    path
}

/// One database: its servers, one after another, and the floor.
struct Place<'a> {
    program: String,
    data: &'a Path,
    database: Option<&'a str>,
    articles: usize,
    floor: Process,
}

fn on_one(site: &Path, articles: usize, database: Option<&str>) {
    let data = tempfile::tempdir().expect("a temporary folder");
    let program = beside("broadsheet-under-test").to_str().expect("a plain path").to_owned();
    let kind = if database.is_some() { "PostgreSQL" } else { "SQLite" };
    let mut report = Report::new(format!("{kind}, {articles} articles"));
    let began = Instant::now();
    let done = command(&program, data.path(), database)
        .args(["import", "hugo"])
        .arg(site)
        .stdout(Stdio::null())
        .status();
    assert!(done.is_ok_and(|done| done.success()), "the import failed");
    let seconds = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a number of articles")]
    let rate = articles as f64 / seconds;
    report.note(format!("imported in {seconds:.1} s, {rate:.0} documents a second"));

    let mut floor = Command::new(std::env::current_exe().expect("this program's path"));
    floor.arg("floor").arg(match database {
        Some(url) => url.to_owned(),
        None => data.path().join("broadsheet.sqlite").display().to_string(),
    });
    let floor = Process::serve(floor);
    let place = Place { program, data: data.path(), database, articles, floor };
    place.anew(&mut report);
    place.kept(&mut report);
    let folder = beside("bench").with_file_name("measured");
    let table = report.write(&folder, &format!("{}-{articles}", kind.to_lowercase()));
    println!("  written to {}", table.display());
}

/// Waits until the search index has followed everything, so that nothing but the
/// pages is measured.
fn indexed(server: &Process) -> Duration {
    let began = Instant::now();
    let metrics = Request::get(&server.url("/metrics"));
    while !load::once(&metrics).lines().any(|line| line == "broadsheet_search_lag_events 0") {
        #[expect(clippy::disallowed_methods, reason = "it waits for another process")]
        thread::sleep(Duration::from_millis(100));
    }
    began.elapsed()
}

impl Place<'_> {
    fn serve(&self, megabytes: Option<&str>) -> Process {
        let mut command = command(&self.program, self.data, self.database);
        if let Some(megabytes) = megabytes {
            command.env("BROADSHEET_CACHE_MEGABYTES", megabytes);
        }
        Process::serve(command)
    }

    /// Every answer from the database.
    fn anew(&self, report: &mut Report) {
        let began = Instant::now();
        let server = self.serve(Some("0"));
        load::once(&Request::get(&server.url("/health")));
        let healthy = began.elapsed().as_millis();
        let first = server.nobody().ask(LIST, Value::Null);
        assert_eq!(first.at("/articles/nodes").as_array().map(Vec::len), Some(20));
        report.note(format!(
            "from start to /health {healthy} ms, to the first list {} ms",
            began.elapsed().as_millis()
        ));
        report.note(format!("the index had all after {:.1} s", indexed(&server).as_secs_f64()));
        for page in &PAGES {
            let ours = posts(&server, &page.bodies(self.articles));
            let plain = page.floor(self.articles).map(|paths| gets(&self.floor, &paths));
            if let Some(plain) = &plain {
                same(page.name, &ours, plain);
            }
            let (ours, theirs) = alternate(&server, &ours, &self.floor, plain.as_deref());
            let floor = theirs.map(|theirs| ("SQL", theirs));
            report.add(Row { page: page.name.to_owned(), served: ANEW, ours, floor });
        }
        Self::by_cursor(&server, ANEW, report);
    }

    /// Every answer from memory, then with somebody writing.
    fn kept(&self, report: &mut Report) {
        let server = self.serve(None);
        let editor = self.editor(&server);
        let mut all = Vec::new();
        for page in &PAGES {
            let bodies = page.bodies(self.articles);
            let ours = posts(&server, &bodies);
            let ready = self.lay_ready(&ours);
            let (ours, theirs) = alternate(&server, &ours, &self.floor, Some(&ready));
            let floor = theirs.map(|theirs| ("bytes", theirs));
            report.add(Row { page: page.name.to_owned(), served: KEPT, ours, floor });
            all.extend(bodies);
        }
        Self::by_cursor(&server, KEPT, report);
        let all = posts(&server, &shuffled(all));
        let quiet = median(|| load::measure(&all, server.id(), CONNECTIONS, ROUND * 2));
        let mixed = Self::writing(&server, &editor, || {
            median(|| load::measure(&all, server.id(), CONNECTIONS, ROUND * 2))
        });
        let floor = Some(("unwritten", quiet));
        report.add(Row {
            page: "all of them, a write a second".to_owned(),
            served: KEPT,
            ours: mixed,
            floor,
        });
        let mut memory = Vec::new();
        for _ in 0..LOOKS {
            load::send(&all, CONNECTIONS, MANY);
            memory.push((load::resident(server.id()) / 1024).to_string());
        }
        report.note(format!("MB resident, after each {MANY} requests: {}", memory.join(", ")));
    }

    /// Page 1 of a list against page 450.
    fn by_cursor(server: &Process, served: &'static str, report: &mut Report) {
        let client = server.nobody();
        let (mut cursor, mut number) = (Value::Null, 1);
        while number < 450 {
            let answer = client.ask(BY_CURSOR, json!({ "after": cursor }));
            if answer.at("/articles/pageInfo/hasNextPage") == &json!(false) {
                break;
            }
            cursor = answer.at("/articles/pageInfo/endCursor").clone();
            number += 1;
        }
        let request = |after: &Value| {
            posts(
                server,
                &[json!({ "query": BY_CURSOR, "variables": { "after": after } }).to_string()],
            )
        };
        let (deep, first) = (request(&cursor), request(&Value::Null));
        let (ours, first) = alternate(server, &deep, server, Some(&first));
        let floor = first.map(|first| ("page 1", first));
        report.add(Row { page: format!("page {number} of the list"), served, ours, floor });
    }

    /// Puts what the server answers into the floor.
    fn lay_ready(&self, requests: &[Request]) -> Vec<Request> {
        let put = |(number, request): (usize, &Request)| {
            let url = self.floor.url(&format!("/ready/{number}"));
            load::once(&Request::post(&url, &load::once(request)));
            Request::get(&url)
        };
        requests.iter().enumerate().map(put).collect()
    }

    fn editor(&self, server: &Process) -> Client {
        let mut add = command(&self.program, self.data, self.database);
        add.args(["user", "add", "desk@example.org", "--role", "EDITOR", "--password-stdin"]);
        let output = process::run(add, "correct horse battery\n");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let answer = server.nobody().ask(
            "mutation { login(input: { email: \"desk@example.org\", password: \"correct horse battery\" }) { \
                session { accessToken } } }",
            Value::Null,
        );
        server.nobody().with_token(&answer.text("/login/session/accessToken"))
    }

    /// Runs something while somebody rewrites an article a second.
    fn writing<T>(server: &Process, editor: &Client, run: impl FnOnce() -> T) -> T {
        let done = AtomicBool::new(false);
        let ids = server.nobody().ask("{ articles(first: 50) { nodes { id } } }", Value::Null);
        let ids = ids.each("/articles/nodes", "id");
        let save = "mutation($id: ID!, $version: Int!, $body: String!) { \
            updateArticle(id: $id, expectedVersion: $version, input: { body: $body }) { \
            userErrors { message } } }";
        thread::scope(|scope| {
            scope.spawn(|| {
                for (number, id) in ids.iter().cycle().enumerate() {
                    if done.load(Ordering::SeqCst) {
                        break;
                    }
                    let began = Instant::now();
                    let known = editor.ask(
                        "query($id: ID!) { nodes(ids: [$id], view: WORKING) { ... on Article { version } } }",
                        json!({ "id": id }),
                    );
                    let variables = json!({
                        "id": id, "version": known.number("/nodes/0/version"), "body": format!("Text {number}.")
                    });
                    let _ = editor.ask(save, variables).accepted("updateArticle");
                    let publish = "mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }";
                    let _ = editor.ask(publish, json!({ "id": id })).accepted("publishArticle");
                    #[expect(clippy::disallowed_methods, reason = "a write a second is asked for")]
                    thread::sleep(Duration::from_secs(1).saturating_sub(began.elapsed()));
                }
            });
            let result = run();
            done.store(true, Ordering::SeqCst);
            result
        })
    }
}

fn posts(server: &Process, bodies: &[String]) -> Vec<Request> {
    bodies.iter().map(|body| Request::post(&server.url("/graphql"), body)).collect()
}

fn gets(server: &Process, paths: &[String]) -> Vec<Request> {
    paths.iter().map(|path| Request::get(&server.url(path))).collect()
}

/// Each request beside those far from it.
fn shuffled(bodies: Vec<String>) -> Vec<String> {
    let count = bodies.len();
    (0..count).map(|number| bodies[number * 7919 % count].clone()).collect()
}

/// Both answer the same bytes, as far as a look tells.
fn same(name: &str, ours: &[Request], plain: &[Request]) {
    for at in [0, 1, 250, 499].into_iter().filter(|at| *at < ours.len()) {
        let (ours, theirs) = (load::once(&ours[at]), load::once(&plain[at]));
        assert!(ours == theirs, "{name}: the answers differ\n{ours}\n{theirs}");
    }
}

/// Measures one and another by turns; the medians of both.
fn alternate(
    server: &Process,
    ours: &[Request],
    other: &Process,
    theirs: Option<&[Request]>,
) -> (Measure, Option<Measure>) {
    let (mut our, mut their) = (Vec::new(), Vec::new());
    load::measure(ours, server.id(), CONNECTIONS, ROUND / 2);
    for _ in 0..ROUNDS {
        our.push(load::measure(ours, server.id(), CONNECTIONS, ROUND));
        if let Some(theirs) = theirs {
            their.push(load::measure(theirs, other.id(), CONNECTIONS, ROUND));
        }
    }
    (Measure::median(our), theirs.map(|_| Measure::median(their)))
}

fn median(measure: impl Fn() -> Measure) -> Measure {
    Measure::median((0..ROUNDS).map(|_| measure()).collect())
}
