//! A small load generator: keep-alive connections over loopback.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A request as the bytes to send.
pub struct Request {
    address: String,
    bytes: Vec<u8>,
}

impl Request {
    pub fn get(url: &str) -> Self {
        Self::new("GET", url, "")
    }

    pub fn post(url: &str, body: &str) -> Self {
        Self::new("POST", url, body)
    }

    fn new(method: &str, url: &str, body: &str) -> Self {
        let rest = url.strip_prefix("http://").expect("a plain address");
        let (address, path) = rest.split_once('/').expect("a path");
        let bytes = format!(
            "{method} /{path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        Self { address: address.to_owned(), bytes: bytes.into_bytes() }
    }
}

struct Connection {
    reader: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Connection {
    fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("a socket option");
        Self { reader: BufReader::with_capacity(64 << 10, stream), body: Vec::new() }
    }

    fn send(&mut self, request: &Request) -> &[u8] {
        self.reader.get_mut().write_all(&request.bytes).expect("a request");
        let (mut line, mut length, mut first) = (String::new(), 0, true);
        loop {
            line.clear();
            self.reader.read_line(&mut line).expect("a header");
            if first {
                assert!(line.starts_with("HTTP/1.1 200"), "{line}");
                first = false;
            }
            if line == "\r\n" {
                break;
            }
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        self.body.resize(length, 0);
        self.reader.read_exact(&mut self.body).expect("a body");
        &self.body
    }
}

/// The body of one answer.
pub fn once(request: &Request) -> String {
    let mut connection = Connection::open(&request.address);
    String::from_utf8_lossy(connection.send(request)).into_owned()
}

/// Sends a number of requests, and waits for every answer.
pub fn send(requests: &[Request], connections: usize, count: usize) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                let mut connection = Connection::open(&requests[0].address);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        break;
                    }
                    connection.send(&requests[number % requests.len()]);
                }
            });
        }
    });
}

/// What one round showed.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// Requests a second.
    pub rate: f64,
    /// Milliseconds that half and 99 % of the requests took at most.
    pub p50: f64,
    pub p99: f64,
    /// Microseconds of the process's CPU time a request.
    pub cpu: f64,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, p50, p99, cpu } = self;
        write!(
            f,
            "{rate:>8.0} requests/s  p50 {p50:.2} ms  p99 {p99:.2} ms  {cpu:.0} µs CPU a request"
        )
    }
}

impl Measure {
    /// The median of each number by itself.
    pub fn median(rounds: Vec<Self>) -> Self {
        let of = |field: fn(&Self) -> f64| {
            let mut values: Vec<_> = rounds.iter().map(field).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        Self {
            rate: of(|round| round.rate),
            p50: of(|round| round.p50),
            p99: of(|round| round.p99),
            cpu: of(|round| round.cpu),
        }
    }
}

/// Sends requests for a while, each connection in its own order.
pub fn measure(requests: &[Request], process: u32, connections: usize, time: Duration) -> Measure {
    let before = cpu_microseconds(process);
    let began = Instant::now();
    let mut times: Vec<f64> = thread::scope(|scope| {
        let clients: Vec<_> = (0..connections)
            .map(|client| {
                scope.spawn(move || {
                    let mut connection = Connection::open(&requests[0].address);
                    let mut times = Vec::new();
                    let mut next = client * requests.len() / connections;
                    while began.elapsed() < time {
                        let sent = Instant::now();
                        connection.send(&requests[next % requests.len()]);
                        times.push(sent.elapsed().as_secs_f64() * 1e3);
                        next += 1;
                    }
                    times
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().expect("a client")).collect()
    });
    let seconds = began.elapsed().as_secs_f64();
    let spent = cpu_microseconds(process) - before;
    times.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "a number of requests")]
    let count = times.len() as f64;
    Measure {
        rate: count / seconds,
        p50: times[times.len() / 2],
        p99: times[times.len() * 99 / 100],
        cpu: spent / count,
    }
}

/// User and system time of a process so far, from `/proc`; the kernel counts in
/// hundredths of a second.
pub(super) fn cpu_microseconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("/proc");
    let fields: Vec<_> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().expect("a number");
    (ticks(11) + ticks(12)) * 1e4
}

/// Resident memory of a process in KB.
pub fn resident(process: u32) -> u64 {
    status(process, "VmRSS:")
}

/// A number of KB that `/proc` tells of a process.
pub(super) fn status(process: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("/proc");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect(name);
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
