//! Caches outside: what they are told of answers, and when to drop them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use api::cache::PurgeForm;
use api::config::Secret;
use api::policy::Role;
use serde_json::{Value, json};
use tests::client::fetch;
use tests::tools::tool;
use tests::{Backend, Client, TestApp};

const NEWS: &str =
    "/graphql?query=%7Barticles(filter:%7Bsection:%7Beq:%22news%22%7D%7D)%7Bnodes%7Btitle%7D%7D%7D";
const BLOG: &str =
    "/graphql?query=%7Barticles(filter:%7Bsection:%7Beq:%22blog%22%7D%7D)%7Bnodes%7Btitle%7D%7D%7D";

fn publish(editor: &Client, section: &str, title: &str) {
    let made = editor.ask(
        "mutation($input: CreateArticleInput!) { createArticle(input: $input) { article { id } } }",
        json!({ "input": { "title": title, "section": section } }),
    );
    let _ = editor
        .ask(
            "mutation($id: ID!) { publishArticle(id: $id) { userErrors { message } } }",
            json!({ "id": made.at("/createArticle/article/id") }),
        )
        .accepted("publishArticle");
}

/// A request as a receiver got it: its first line, its headers in small letters,
/// its body.
struct Received {
    line: String,
    headers: Vec<String>,
    body: String,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        found.unwrap_or_default()
    }
}

/// Takes requests and answers the first with 500, the others with 200.
fn receiver() -> (String, mpsc::Receiver<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/purge", listener.local_addr().expect("an address"));
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let status = if number == 0 { "500 Sorry" } else { "200 OK" };
            let Ok(received) = take(&stream.expect("a connection"), status) else { continue };
            if send.send(received).is_err() {
                return;
            }
        }
    });
    (url, receive)
}

fn take(stream: &TcpStream, status: &str) -> std::io::Result<Received> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let header = header.trim();
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').unwrap_or((header, ""));
        let (name, value) = (name.to_ascii_lowercase(), value.trim());
        if name == "content-length" {
            length = value.parse().expect("a length");
        }
        headers.push(format!("{name}: {value}"));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    (&*stream).write_all(answer.as_bytes())?;
    let body = String::from_utf8(body).expect("a text");
    Ok(Received { line: line.trim().to_owned(), headers, body })
}

fn configured(form: PurgeForm, url: &str) -> TestApp {
    TestApp::configured(Backend::Sqlite, |config| {
        config.purge.form = form;
        url.clone_into(&mut config.purge.url);
        config.purge.token = Secret::new("a token of tests");
    })
    .expect("SQLite")
}

#[test]
fn an_answer_names_what_it_depends_on_where_that_is_wanted() {
    let app = TestApp::sqlite();
    assert!(!app.fetch(NEWS, &[]).headers.contains_key("surrogate-key"));
    let app = TestApp::configured(Backend::Sqlite, |config| config.cache.surrogate_keys = true)
        .expect("SQLite");
    publish(&app.as_role(Role::Editor), "news", "A");
    for _ in 0..2 {
        let answer = app.fetch(NEWS, &[]);
        let keys: Vec<_> = answer.header("surrogate-key").split(' ').collect();
        let tags: Vec<_> = answer.header("cache-tag").split(',').collect();
        assert!(keys.len() >= 3 && keys[0] == "broadsheet", "{keys:?}");
        assert_eq!(keys, tags);
    }
    // A client that has the answer is told the same.
    let etag = app.fetch(NEWS, &[]).header("etag").to_owned();
    let again = app.fetch(NEWS, &[("if-none-match", &etag)]);
    assert_eq!((again.status, again.headers.contains_key("surrogate-key")), (304, true));
}

#[test]
fn fastly_is_purged_by_key_until_it_says_so() {
    let (url, received) = receiver();
    let app = configured(PurgeForm::Fastly, &url);
    let keys: Vec<String> =
        app.fetch(NEWS, &[]).header("surrogate-key").split(' ').map(str::to_owned).collect();
    let node = app.peer(true, |_| ());
    // What was touched before is not known: everything goes, again after a failure.
    for _ in 0..2 {
        let first = received.recv().expect("a purge");
        assert_eq!(first.line, "POST /purge HTTP/1.1");
        assert_eq!(first.header("fastly-key"), "a token of tests");
        assert_eq!(first.header("surrogate-key"), "broadsheet");
    }
    publish(&app.as_role(Role::Editor), "news", "A");
    let node_sees = node.nobody().ask("{ articles { totalCount } }", Value::Null);
    assert_eq!(node_sees.number("/articles/totalCount"), 1);
    let purged = received.recv().expect("a purge");
    let purged: Vec<_> = purged.header("surrogate-key").split(' ').collect();
    assert!(keys.iter().any(|key| purged.contains(&key.as_str())), "{keys:?} {purged:?}");
}

#[test]
fn cloudflare_is_purged_by_tags() {
    let (url, received) = receiver();
    let app = configured(PurgeForm::Cloudflare, &url);
    let _node = app.peer(true, |_| ());
    for _ in 0..2 {
        let first = received.recv().expect("a purge");
        assert_eq!(first.line, "POST /purge HTTP/1.1");
        assert_eq!(first.header("authorization"), "Bearer a token of tests");
        assert_eq!(first.body, "{\"tags\":[\"broadsheet\"]}");
    }
    app.import_files(
        &(0..8)
            .map(|n| {
                (["a", "b", "c", "d", "e", "f", "g", "h"][n], "---\ntitle: A\ntags: [x, y]\n---\n")
            })
            .map(|(name, text)| (format!("content/s{name}/{name}.md"), text))
            .collect::<Vec<_>>()
            .iter()
            .map(|(name, text)| (name.as_str(), *text))
            .collect::<Vec<_>>(),
    );
    // Thirty at a time, which is what it takes; a site that was imported is new.
    let next = received.recv().expect("a purge");
    let body: Value = serde_json::from_str(&next.body).expect("JSON");
    assert!((1..=30).contains(&body["tags"].as_array().expect("tags").len()), "{body}");
}

/// A Varnish in front of a server, until it is dropped.
struct Varnish {
    child: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Varnish {
    fn start(port: u16, backend: &str) -> Option<Self> {
        let program = tool("varnishd")?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let vcl = concat!(env!("CARGO_MANIFEST_DIR"), "/../docker/varnish.vcl");
        let vcl = std::fs::read_to_string(vcl).expect("the example");
        assert!(vcl.contains("\"8080\""), "the example has moved its port");
        let file = folder.path().join("default.vcl");
        std::fs::write(&file, vcl.replace("8080", backend)).expect("a file");
        let mut child = Command::new(program)
            .args(["-F", "-j", "none", "-T", "none", "-s", "malloc,16m"])
            .args(["-a", &format!("127.0.0.1:{port}")])
            .arg("-n")
            .arg(folder.path().join("work"))
            .arg("-f")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Varnish");
        let lines = BufReader::new(child.stderr.take().expect("its messages")).lines();
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| println!("{line}"));
        });
        // It compiles its configuration first.
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = child.try_wait().expect("a state");
            assert!(ended.is_none(), "Varnish ended: {ended:?}");
            std::thread::yield_now();
        }
        Some(Self { child, url: format!("http://127.0.0.1:{port}"), _folder: folder })
    }

    /// The titles at an address, and whether Varnish had them.
    fn titles(&self, path: &str) -> (Vec<String>, bool) {
        let answer = fetch("GET", &format!("{}{path}", self.url), &[]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(!answer.headers.contains_key("surrogate-key"));
        // Two transactions: this one, and the one that brought it.
        let kept = answer.header("x-varnish").contains(' ');
        let titles = answer.json()["data"]["articles"]["nodes"].as_array().expect("nodes").clone();
        (
            titles.iter().map(|node| node["title"].as_str().expect("a title").to_owned()).collect(),
            kept,
        )
    }
}

impl Drop for Varnish {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn behind_varnish(form: PurgeForm) {
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("one").port();
    let app = configured(form, &format!("http://127.0.0.1:{port}/"));
    let editor = app.as_role(Role::Editor);
    publish(&editor, "news", "A");
    publish(&editor, "blog", "B");
    let node = app.peer(true, |_| ());
    let backend = node.url("").rsplit(':').next().expect("a port").to_owned();
    let Some(varnish) = Varnish::start(port, &backend) else { return };
    // The purge of everything, with which a node begins, may come in between.
    let settled = |path: &str| (0..500).map(|_| varnish.titles(path)).find(|(_, kept)| *kept);
    for (path, title) in [(NEWS, "A"), (BLOG, "B")] {
        assert_eq!(settled(path).expect("a kept answer").0, [title]);
    }
    // The second purge comes after that with which the node began.
    for (title, count) in [("C", 2), ("D", 3)] {
        assert!(settled(BLOG).is_some());
        publish(&editor, "news", title);
        let changed = (0..5000).any(|_| varnish.titles(NEWS).0.len() == count);
        assert!(changed, "the purge did not arrive");
    }
    if form == PurgeForm::VarnishXkey {
        assert_eq!(
            varnish.titles(BLOG),
            (vec!["B".to_owned()], true),
            "what was not touched stays"
        );
    }
}

#[test]
fn varnish_keeps_an_answer_until_it_is_purged() {
    behind_varnish(PurgeForm::VarnishXkey);
}

#[test]
fn varnish_without_its_module_is_told_by_bans() {
    behind_varnish(PurgeForm::VarnishBan);
}
