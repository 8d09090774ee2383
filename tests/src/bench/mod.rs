//! The benchmark: this server against a hand-written floor, in the same run.
//!
//! The floor answers the same bytes from plain SQL and string building in
//! actix-web, with no GraphQL and no ORM. Both are processes of their own on the
//! same database. What counts is their ratio: rates depend on the machine, and
//! on a small one the load itself takes part of it. CPU is that of the one
//! process; what PostgreSQL itself spends shows in the times alone.

pub mod floor;
pub mod hugo;
pub mod load;
pub mod search;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Process, command};
use crate::{generate, postgres, runtime};
use load::{Measure, Request};

/// Rounds of each measurement, alternating; the median of them is printed.
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(1500);
const CONNECTIONS: usize = 8;
/// Requests after which the server's memory is read.
const MANY: usize = 10_000;

/// One article with everything that a page shows of it.
pub const ARTICLE: &str = "query($path: String!) { article(by: { path: $path }) { \
    path title date body { html } tags { name path } categories { name path } } }";
/// A list page without counts.
pub const LIST: &str = "{ articles(first: 20, filter: { language: \"zh-CN\" }) { nodes { \
    path title date summary tags { name path } categories { name path } } } }";

/// The same with the count of all.
pub const COUNTED: &str = "{ articles(first: 20, filter: { language: \"zh-CN\" }) { totalCount nodes { \
    path title date summary tags { name path } categories { name path } } } }";

/// Runs everything and prints it.
pub fn run(articles: usize) {
    let site = tempfile::tempdir().expect("a temporary folder");
    println!("Generating {articles} articles of 4 KB …");
    generate::site(site.path(), articles);
    println!("\nSQLite");
    on_one(site.path(), articles, None);
    let runtime = runtime();
    if let Some(database) = postgres::Database::create(&runtime) {
        println!("\nPostgreSQL");
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

fn on_one(site: &Path, articles: usize, database: Option<&str>) {
    let data = tempfile::tempdir().expect("a temporary folder");
    let program = beside("broadsheet-under-test");
    let program = program.to_str().expect("a plain path");
    let began = Instant::now();
    let done = command(program, data.path(), database)
        .args(["import", "hugo"])
        .arg(site)
        .stdout(Stdio::null())
        .status();
    assert!(done.is_ok_and(|done| done.success()), "the import failed");
    let seconds = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a number of articles")]
    let rate = articles as f64 / seconds;
    println!("  import: {seconds:.1} s, {rate:.0} documents/s");

    let began = Instant::now();
    let server = Process::serve(command(program, data.path(), database));
    load::once(&Request::get(&server.url("/health")));
    let healthy = began.elapsed();
    let first = server.nobody().ask(LIST, Value::Null);
    println!(
        "  start to /health: {} ms, to the first list: {} ms",
        healthy.as_millis(),
        began.elapsed().as_millis()
    );
    assert_eq!(first.at("/articles/nodes").as_array().map(Vec::len), Some(20));

    let mut floor = Command::new(std::env::current_exe().expect("this program's path"));
    floor.arg("floor").arg(match database {
        Some(url) => url.to_owned(),
        None => data.path().join("broadsheet.sqlite").display().to_string(),
    });
    let floor = Process::serve(floor);

    let article = |number: usize| {
        let path = format!("/news/a{:05}/", number * 7919 % articles);
        let floor = format!("/article?path={path}");
        (json!({ "query": ARTICLE, "variables": { "path": path } }), floor)
    };
    let list = |_| (json!({ "query": LIST }), "/list".to_owned());
    let counted = |_| (json!({ "query": COUNTED }), "/counted".to_owned());

    let both: Vec<_> = (0..500)
        .flat_map(|number| [article(number).0, list(number).0])
        .map(|body| Request::post(&server.url("/graphql"), &body.to_string()))
        .collect();
    load::send(&both, CONNECTIONS, MANY);
    println!("  resident memory after {MANY} requests: {} MB", load::resident(server.id()) / 1024);

    compare("article", &server, &floor, article);
    compare("list of 20", &server, &floor, list);
    compare("list of 20 and totalCount", &server, &floor, counted);
    pages(&server);
    println!("  resident memory at the end: {} MB", load::resident(server.id()) / 1024);
}

fn compare(
    name: &str,
    server: &Process,
    floor: &Process,
    request: impl Fn(usize) -> (Value, String),
) {
    let requests: Vec<_> = (0..500).map(request).collect();
    let graphql: Vec<_> = requests
        .iter()
        .map(|(body, _)| Request::post(&server.url("/graphql"), &body.to_string()))
        .collect();
    let plain: Vec<_> = requests.iter().map(|(_, path)| Request::get(&floor.url(path))).collect();
    for at in [0, 1, 250, 499] {
        let (ours, theirs) = (load::once(&graphql[at]), load::once(&plain[at]));
        assert!(ours == theirs, "{name}: the answers differ\n{ours}\n{theirs}");
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    load::measure(&graphql, server.id(), CONNECTIONS, ROUND / 2);
    load::measure(&plain, floor.id(), CONNECTIONS, ROUND / 2);
    for _ in 0..ROUNDS {
        ours.push(load::measure(&graphql, server.id(), CONNECTIONS, ROUND));
        theirs.push(load::measure(&plain, floor.id(), CONNECTIONS, ROUND));
    }
    let (ours, theirs) = (Measure::median(ours), Measure::median(theirs));
    println!("  {name}");
    println!("    server  {ours}");
    println!("    floor   {theirs}");
    println!(
        "    ratio   {:.2} of its requests/s, {:.2} of its CPU a request",
        ours.rate / theirs.rate,
        ours.cpu / theirs.cpu
    );
}

/// Page 1 against page 450 of the list, by cursor.
fn pages(server: &Process) {
    let client = server.nobody();
    let page = "query($after: String) { articles(first: 20, after: $after) { \
        pageInfo { hasNextPage endCursor } nodes { path title } } }";
    let mut cursor = Value::Null;
    let mut last = 1;
    while last < 450 {
        let answer = client.ask(page, json!({ "after": cursor }));
        if answer.at("/articles/pageInfo/hasNextPage") == &json!(false) {
            break;
        }
        cursor = answer.at("/articles/pageInfo/endCursor").clone();
        last += 1;
    }
    let request = |after: &Value| {
        let body = json!({ "query": page, "variables": { "after": after } }).to_string();
        [Request::post(&server.url("/graphql"), &body)]
    };
    let (first, deep) = (request(&Value::Null), request(&cursor));
    let (mut firsts, mut deeps) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        firsts.push(load::measure(&first, server.id(), 1, ROUND / 3));
        deeps.push(load::measure(&deep, server.id(), 1, ROUND / 3));
    }
    let (first, deep) = (Measure::median(firsts), Measure::median(deeps));
    println!(
        "  page {last} takes {:.2} of the time of page 1 and {:.2} of its CPU",
        deep.p50 / first.p50,
        deep.cpu / first.cpu
    );
}
