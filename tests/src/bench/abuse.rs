//! What abuse takes: of the server's time and memory, and of other clients' patience.
//!
//! Somebody reads articles, quietly first, and then while each kind of abuse goes on at
//! a steady rate. Nothing is asserted: what is refused is looked at by the tests.

#![expect(clippy::disallowed_methods, reason = "a steady rate is kept by sleeping")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::pages::ARTICLE;
use super::{beside, load};
use crate::abuse::{
    CIRCLE, PAGES, TYPES, aliases, deep, doubling, long_argument, long_name, query, repeated,
    schemas, unknown, values,
};
use crate::generate;
use crate::process::{Process, command};

const TIME: Duration = Duration::from_secs(3);
/// Connections that requests are sent on.
const CONNECTIONS: usize = 4;
/// Connections that are held.
const HELD: usize = 200;
/// Requests a second, of most kinds.
const RATE: u32 = 20;

/// How a row is sent.
enum Kind {
    /// So many requests a second, each with its body and more headers.
    Requests(u32, &'static str, Box<dyn Fn(usize) -> Vec<u8> + Sync>),
    /// Bodies of which a byte comes now and then.
    Slow,
    /// Requests whose sender says that nothing more will come: half of them whole.
    HalfClosed,
}

fn rows() -> Vec<(&'static str, Kind)> {
    let same = |body: Value| {
        let bytes = body.to_string().into_bytes();
        Kind::Requests(RATE, "", Box::new(move |_| bytes.clone()))
    };
    let text = |document: &str| same(query(document));
    let site = "site { title }";
    let schema = doubling(30, "__Schema", "queryType { name }");
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; 100 << 20]).expect("zeros");
    let bomb = bomb.finish().expect("zeros");
    vec![
        ("300 aliases", text(&aliases(300))),
        ("10,000 repeated fields", text(&repeated(10_000))),
        ("3,900 repeated fields", text(&repeated(3_900))),
        ("3,900 unknown fields", text(&unknown(3_900))),
        ("60 levels", text(&deep(60))),
        ("first: 10000", text("{ articles(first: 10000) { nodes { title } } }")),
        ("pages of pages of pages", text(PAGES)),
        ("a circle of fragments", text(CIRCLE)),
        ("fragments that double", text(&format!("{{ ...F0 }} {}", doubling(30, "Query", site)))),
        (
            "the same in another operation",
            same(json!({ "operationName": "A", "query": format!(
                "query A {{ {site} }} query B {{ ...F0 }} {}", doubling(30, "Query", site)) })),
        ),
        ("the same in the schema", text(&format!("{{ __schema {{ ...F0 }} }} {schema}"))),
        ("the schema times itself", text(TYPES)),
        ("the schema 40 times", text(&schemas(40))),
        ("the schema once", text(include_str!("../../it/introspection.graphql"))),
        ("a name of 1 MB in 100 rows", text(&long_name(1 << 20))),
        ("an id of 300 KB in 50 fields", same(long_argument(50, 300_000))),
        ("900,000 values", same(values(900_000))),
        ("100,000 values", same(values(99_000))),
        (
            "10 MB of variables",
            same(json!({ "query": "{ site { title } }",
            "variables": { "a": "x".repeat(10 << 20) } })),
        ),
        ("a batch of 1,000", same(Value::Array(vec![query("{ site { title } }"); 1000]))),
        (
            "a compression bomb",
            Kind::Requests(RATE, "content-encoding: gzip\r\n", Box::new(move |_| bomb.clone())),
        ),
        (
            "1,000 distinct documents a second",
            Kind::Requests(
                1000,
                "",
                Box::new(|number| {
                    let text = format!("{{ site {{ t{number}: title }} }}");
                    query(&text).to_string().into_bytes()
                }),
            ),
        ),
        (
            "20 distinct long documents a second",
            Kind::Requests(
                RATE,
                "",
                Box::new(|number| {
                    let text =
                        format!("{{ site {{ t{number}: title {} }} }}", "title ".repeat(3_900));
                    query(&text).to_string().into_bytes()
                }),
            ),
        ),
        ("200 slow bodies", Kind::Slow),
        ("half-closed connections", Kind::HalfClosed),
    ]
}

/// Runs everything and prints it; with a word, the rows that have it in their name.
pub fn run(articles: usize, only: &str) {
    let (site, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("one"));
    generate::site(site.path(), articles);
    let program = beside("broadsheet-under-test");
    let start = |arguments: &[&str]| {
        let mut command = command(program.to_str().expect("a plain path"), data.path(), None);
        command.args(arguments);
        if cfg!(debug_assertions) {
            // Without optimization, the futures of a deep query are large.
            command.env("RUST_MIN_STACK", "67108864");
        }
        command
    };
    let path = site.path().to_str().expect("a plain path");
    let done = start(&["import", "hugo", path]).stdout(std::process::Stdio::null()).status();
    assert!(done.is_ok_and(|done| done.success()), "the import failed");
    let server = Process::serve(start(&[]));
    println!(
        "{:<36} {:>5} {:>6} {:>10} {:>22} {:>18}",
        "", "sent", "answer", "CPU each", "memory, peak, after", "p99, quiet, then"
    );
    let reader = Reader::new(&server, articles);
    reader.read(TIME);
    for (name, kind) in rows().into_iter().filter(|(name, _)| name.contains(only)) {
        measure(&server, &reader, name, &kind);
    }
}

fn measure(server: &Process, reader: &Reader, name: &str, kind: &Kind) {
    let before = load::cpu_microseconds(server.id());
    let quiet = reader.read(TIME);
    let share = (load::cpu_microseconds(server.id()) - before) / quiet.count();
    // The kernel forgets how much it was at most.
    let _ = std::fs::write(format!("/proc/{}/clear_refs", server.id()), "5");
    let memory = load::resident(server.id());
    let before = load::cpu_microseconds(server.id());
    let over = AtomicBool::new(false);
    let ((sent, answer), busy) = thread::scope(|scope| {
        let abuse = scope.spawn(|| abuse(server, kind, &over));
        let busy = reader.read(TIME);
        over.store(true, Ordering::Relaxed);
        (abuse.join().expect("the abuse"), busy)
    });
    let spent = load::cpu_microseconds(server.id()) - before - share * busy.count();
    #[expect(clippy::cast_precision_loss, reason = "a number of requests")]
    let each = spent.max(0.0) / sent.max(1) as f64 / 1e3;
    let (peak, after) =
        (load::status(server.id(), "VmHWM:") / 1024, load::resident(server.id()) / 1024);
    println!(
        "{name:<36} {sent:>5} {answer:>6} {each:>7.2} ms {:>6} {peak:>6} {after:>5} MB {:>7.2} {:>7.2} ms",
        memory / 1024,
        quiet.p99(),
        busy.p99(),
    );
}

/// Somebody who reads articles, one after another.
struct Reader {
    requests: Vec<Vec<u8>>,
    address: String,
}

struct Times(Vec<f64>);

impl Times {
    #[expect(clippy::cast_precision_loss, reason = "a number of requests")]
    fn count(&self) -> f64 {
        self.0.len().max(1) as f64
    }

    fn p99(&self) -> f64 {
        self.0.get(self.0.len() * 99 / 100).copied().unwrap_or_default()
    }
}

impl Reader {
    fn new(server: &Process, articles: usize) -> Self {
        let address = address(server);
        let request = |number: usize| {
            let path = format!("/news/a{number:05}/");
            let body = json!({ "query": ARTICLE, "variables": { "path": path } }).to_string();
            head(&address, "", body.as_bytes())
        };
        Self { requests: (0..articles).map(request).collect(), address }
    }

    /// Reads for a while; a hundred times a second, so that the machine has room.
    fn read(&self, time: Duration) -> Times {
        let (began, mut stream) = (Instant::now(), None);
        let mut times = Vec::new();
        while began.elapsed() < time {
            let sent = Instant::now();
            let request = &self.requests[times.len() % self.requests.len()];
            let status = send(&mut stream, &self.address, request);
            times.push(sent.elapsed().as_secs_f64() * 1e3);
            assert_eq!(status, "200", "a reader was refused");
            thread::sleep(Duration::from_millis(10).saturating_sub(sent.elapsed()));
        }
        times.sort_by(f64::total_cmp);
        Times(times)
    }
}

fn address(server: &Process) -> String {
    server.url("").trim_start_matches("http://").to_owned()
}

fn head(address: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         {more}content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_nodelay(true).expect("a socket option");
    stream.set_read_timeout(Some(Duration::from_mins(2))).expect("a socket option");
    stream
}

/// Sends a request on a connection, a new one where there is none, and gives the status
/// of its answer; `-` where the server hung up.
fn send(open: &mut Option<BufReader<TcpStream>>, address: &str, request: &[u8]) -> String {
    let mut stream = open.take().unwrap_or_else(|| BufReader::new(connect(address)));
    // It may have been refused before all of it was there.
    let whole = stream.get_mut().write_all(request).is_ok();
    let Some((status, closes)) = receive(&mut stream) else {
        return "-".to_owned();
    };
    if whole && !closes {
        *open = Some(stream);
    }
    status
}

/// The status of an answer, and whether the connection ends with it.
fn receive(stream: &mut BufReader<TcpStream>) -> Option<(String, bool)> {
    let (mut line, mut status, mut length, mut closes) = (String::new(), None, 0, false);
    loop {
        line.clear();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if status.is_none() {
            status = Some(line.split(' ').nth(1)?.to_owned());
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        closes |= lower.starts_with("connection: close");
        if line == "\r\n" {
            break;
        }
    }
    std::io::copy(&mut stream.take(length), &mut std::io::sink()).ok()?;
    Some((status?, closes))
}

/// Sends until it is over; how many there were, and what the last was answered.
fn abuse(server: &Process, kind: &Kind, over: &AtomicBool) -> (usize, String) {
    let address = address(server);
    match kind {
        Kind::Requests(rate, more, body) => {
            let make = |number| head(&address, more, &body(number));
            requests(&address, *rate, &make, over)
        }
        Kind::Slow => {
            let mut held: Vec<_> = (0..HELD).map(|_| connect(&address)).collect();
            let begun = head(&address, "", &[b' '; 1000]);
            for stream in &mut held {
                let _ = stream.write_all(&begun[..begun.len() - 1000]);
            }
            while !over.load(Ordering::Relaxed) {
                for stream in &mut held {
                    let _ = stream.write_all(b" ");
                }
                thread::sleep(Duration::from_millis(100));
            }
            (HELD, "-".to_owned())
        }
        Kind::HalfClosed => {
            let whole = head(&address, "", query("{ site { title } }").to_string().as_bytes());
            let (mut sent, mut last) = (0, String::new());
            while !over.load(Ordering::Relaxed) {
                let mut stream = connect(&address);
                let end = if sent % 2 == 0 { whole.len() } else { whole.len() - 5 };
                let _ = stream.write_all(&whole[..end]);
                let _ = stream.shutdown(Shutdown::Write);
                last = receive(&mut BufReader::new(stream))
                    .map_or_else(|| "-".to_owned(), |(status, _)| status);
                sent += 1;
                thread::sleep(Duration::from_millis(10));
            }
            (sent, last)
        }
    }
}

fn requests(
    address: &str,
    rate: u32,
    make: &(impl Fn(usize) -> Vec<u8> + Sync),
    over: &AtomicBool,
) -> (usize, String) {
    let (next, began) = (AtomicUsize::new(0), Instant::now());
    thread::scope(|scope| {
        let senders: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(|| {
                    let (mut stream, mut last) = (None, String::new());
                    while !over.load(Ordering::Relaxed) {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let at = Duration::from_secs(1) / rate * u32::try_from(number).unwrap_or(0);
                        thread::sleep(at.saturating_sub(began.elapsed()));
                        last = send(&mut stream, address, &make(number));
                    }
                    last
                })
            })
            .collect();
        let last = senders.into_iter().map(|sender| sender.join().expect("a sender")).next_back();
        (next.load(Ordering::Relaxed), last.unwrap_or_default())
    })
}
