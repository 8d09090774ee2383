//! `/widgets.js` in a real browser, in pages of another origin.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tests::TestApp;
use tests::client::{agent, raw};
use tests::tools::tool;

const HOSTILE: &str =
    "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=2</script> & \"quotes\"";

/// A site whose titles, names and addresses are what an attacker would write.
fn site(app: &TestApp) {
    let yaml = |text: &str| serde_json::to_string(text).expect("a text");
    let config = "baseURL = 'https://example.org/'\ndefaultContentLanguage = 'en'\n\
        [languages.en]\nlocale = 'en'\nweight = 1\nlanguageName = 'English'\n\
        [languages.ar]\nlocale = 'ar'\nweight = 2\nlanguageName = 'العربية'\nlanguageDirection = 'rtl'\n\
        [params]\nmainSections = ['news']\n[params.sidebar]\nwidgets = ['recent', 'taglist']\n\
        [params.widgets]\ncategories_counter = true\ntags_counter = true\n\
        [params.widgets.weather]\nstation = '<b>Weir</b>'\n\
        [params.widgets.social]\ngithub = 'post'\nbad = 'javascript://x/%0awindow.pwned=3'\n\
        [[languages.en.menus.side]]\nname = 'Top'\nidentifier = 'top'\nurl = '/top/'\nweight = 1\n\
        [[languages.en.menus.side]]\nname = 'Below'\nparent = 'top'\nurl = '/news/a1/'\n\
        [[languages.en.menus.side]]\nname = 'Evil'\nurl = 'javascript:window.pwned=4'\nweight = 2\n";
    let mut files = vec![("hugo.toml".to_owned(), config.to_owned())];
    for number in 1..=8 {
        let title = if number == 8 { HOSTILE.to_owned() } else { format!("Article {number}") };
        files.push((
            format!("content/news/a{number}.md"),
            format!(
                "---\ntitle: {}\ndate: 2025-0{number}-01\ntags: [common, {}]\ncategories: [c{number}]\nauthors: [{}]\n---\nText.",
                yaml(&title), yaml("t<i>"), yaml("Ann <b>")
            ),
        ));
    }
    files.push((
        "content/news/a1.ar.md".to_owned(),
        "---\ntitle: خبر\ndate: 2025-01-01\n---\nنص".to_owned(),
    ));
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let report = app.import_files(&files);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
}

fn app() -> TestApp {
    // As it is configured out of the box.
    let app = TestApp::sqlite();
    site(&app);
    app
}

/// Serves one page at an origin of its own, and takes what it says of itself.
fn serve(page: String) -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, said) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (page, sender) = (page.clone(), sender.clone());
            std::thread::spawn(move || answer(stream, &page, &sender));
        }
    });
    (format!("http://{address}/page"), said)
}

fn answer(mut stream: TcpStream, page: &str, sender: &Sender<Value>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        head.push_str(&line);
    }
    if head.starts_with("POST /said") {
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("what the page says");
        let _ = sender.send(serde_json::from_slice(&body).expect("JSON"));
    }
    let body = if head.starts_with("GET /page") { page } else { "" };
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
}

/// What the page at hand says of itself once every element has been answered:
/// each element's shadow tree, the layout shift, and whether anything ran.
const HOOK: &str = r#"<script>
  const said = { shift: 0, events: [], extra: {} };
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => { said.shift += entry.value; }))
    .observe({ type: "layout-shift", buffered: true });
  const flat = (node) => [...node.childNodes].map((child) => child.nodeType === 3 ? child.data
    : `<${[child.localName, ...[...child.attributes].filter((a) => !/^(class|id|role|title|aria-labelledby)$/.test(a.name)).map((a) => `${a.name}=${a.value}`)].join(" ")}>${flat(child)}`).join("|");
  const finish = () => {
    const elements = [...document.querySelectorAll("broadsheet-widget")];
    said.drawn = elements.map((element) => flat(element.shadowRoot));
    said.heights = elements.map((element) => Math.round(element.getBoundingClientRect().height));
    said.busy = elements.filter((element) => element.hasAttribute("aria-busy")).length;
    said.requests = performance.getEntriesByType("resource").filter((entry) => entry.name.includes("/graphql")).length;
    said.pwned = window.pwned === undefined ? null : window.pwned;
    fetch("/said", { method: "POST", body: JSON.stringify(said) });
  };
  const settle = () => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(finish, 200)));
  const note = (event) => {
    said.events.push(event.type.slice(11));
    if (window.each) window.each(event);
    if (said.events.length === EXPECTED) (window.last || settle)(settle);
  };
  addEventListener("broadsheet-load", note);
  addEventListener("broadsheet-error", note);
</script>"#;

/// Opens a page with these elements in it and waits for so many answers.
fn open(app: &TestApp, script: &str, elements: &str, expected: usize) -> Option<Value> {
    let browser = tool("chromium")?;
    let script = script.replace("$CMS", app.url("").trim_end_matches('/'));
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>x</title>{script}\n\
         {}\n{}\n<p>After.</p></html>",
        HOOK.replace("EXPECTED", &expected.to_string()),
        elements.replace("$CMS", app.url("").trim_end_matches('/')),
    );
    let profile = tempfile::tempdir().expect("a temporary folder");
    let (address, said) = serve(page);
    let mut running = Command::new(browser)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
        ])
        .args(["--no-first-run", "--disable-component-update", "--window-size=800,2400"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(address)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a browser");
    let said = said.recv_timeout(Duration::from_mins(2));
    running.kill().expect("a browser that stops");
    running.wait().expect("a browser that stopped");
    Some(said.expect("an answer to every element"))
}

const CLASSIC: &str = "<script src=\"$CMS/widgets.js\"></script>";

/// One of each kind, in the order of `drawn`.
const ALL: &str = "<broadsheet-widget kind=\"search\"></broadsheet-widget>
<broadsheet-widget kind=\"recent\" count=\"3\" language=\"en\" title=\"Fresh &lt;b&gt;\"></broadsheet-widget>
<broadsheet-widget kind=\"categories\" rows=\"8\"></broadsheet-widget>
<broadsheet-widget kind=\"taglist\"></broadsheet-widget>
<broadsheet-widget kind=\"sidemenu\" path=\"/news/a1/\" language=\"en\"></broadsheet-widget>
<broadsheet-widget kind=\"social\"></broadsheet-widget>
<broadsheet-widget kind=\"languages\" path=\"/news/a1/\"></broadsheet-widget>
<broadsheet-widget kind=\"archives\" level=\"3\"></broadsheet-widget>
<broadsheet-widget kind=\"related\" path=\"/news/a8/\" count=\"2\"></broadsheet-widget>
<broadsheet-widget kind=\"authors\" counter=\"false\"></broadsheet-widget>
<broadsheet-widget kind=\"weather\" language=\"ar\"></broadsheet-widget>";

#[test]
fn every_kind_is_drawn_as_text_in_one_request_without_a_shift() {
    let app = app();
    // Put in at once: a parser may pause between any two of them, and those that
    // came before the pause ask by themselves.
    let at_once = format!(
        "<template id=\"all\">{ALL}</template><div id=\"here\"></div>\
         <script>here.append(all.content.cloneNode(true));</script>"
    );
    let Some(said) = open(&app, CLASSIC, &at_once, 11) else { return };
    let drawn: Vec<_> =
        said["drawn"].as_array().expect("elements").iter().filter_map(Value::as_str).collect();
    for (at, part) in [
        (0, "<form part=form method=get aria-label=Search action=https://example.org/search/>"),
        (0, "<input part=input type=search required= name=q placeholder=Search… autocomplete=off>"),
        (1, "<section part=box lang=en dir=ltr><h2 part=title>Fresh <b>"),
        (1, &format!("<a part=link href=https://example.org/news/a8/>{HOSTILE}")),
        (1, "<time part=date datetime=2025-08-01T00:00:00Z>Aug 1"),
        (2, "<nav part=box lang=en dir=ltr><h2 part=title>Categories"),
        (2, "<a part=link href=https://example.org/categories/c1/>c1|<span part=count>1"),
        (3, "<a part=link href=https://example.org/tags/common/>common|<span part=count>8"),
        (3, "t<i>|<span part=count>8"),
        (4, "<a part=link href=https://example.org/top/ aria-current=true>Top"),
        (4, "<a part=link href=https://example.org/news/a1/ aria-current=page>Below"),
        (4, "<span part=text>Evil"),
        (5, "<a part=link href=https://github.com/post rel=me noopener>GitHub"),
        (6, "hreflang=en lang=en aria-current=true>English"),
        (6, "href=https://example.org/ar/news/a1/ hreflang=ar lang=ar>العربية"),
        (
            7,
            "<h3 part=title>Archives|<div part=body><h4 part=heading><span part=text>2025|<span part=count>8",
        ),
        (7, "<span part=text>Aug|<span part=count>1"),
        (8, "<h2 part=title>Related Articles"),
        (9, "<span part=text>Ann <b>"),
        (10, "<section part=box lang=ar dir=rtl><h2 part=title>weather"),
        (10, "<span part=text>station|<span part=count><b>Weir</b>"),
    ] {
        assert!(drawn[at].contains(part), "{part} is not in {}", drawn[at]);
    }
    assert_eq!(drawn[1].matches("<li").count(), 3, "as many as were asked for");
    assert_eq!(drawn[8].matches("<li").count(), 2);
    assert!(!drawn[9].contains("part=count"), "no counter");
    assert!(drawn.iter().all(|drawn| !drawn.contains("href=javascript")), "{drawn:?}");
    assert_eq!(said["pwned"], Value::Null, "nothing that an author wrote has run");
    assert_eq!((&said["requests"], &said["busy"]), (&json!(2), &json!(0)), "ten to a request");
    assert_eq!(said["shift"].as_f64(), Some(0.0), "{said}");
}

#[test]
fn a_shift_would_have_been_seen() {
    let app = app();
    // The same page, with a box that grows when it is answered.
    let page = "<broadsheet-widget kind=\"recent\"></broadsheet-widget><p>Moved.</p><script>\
         window.each = (event) => { event.target.style.paddingBottom = '300px'; };</script>"
        .to_owned();
    let Some(said) = open(&app, CLASSIC, &page, 1) else { return };
    assert!(said["shift"].as_f64().is_some_and(|shift| shift > 0.0), "{said}");
}

#[test]
fn boxes_keep_their_size_with_few_and_without_any() {
    let app = app();
    let elements = "<broadsheet-widget kind=\"recent\" count=\"5\"></broadsheet-widget>
        <broadsheet-widget kind=\"recent\" count=\"5\" language=\"ar\"></broadsheet-widget>
        <broadsheet-widget kind=\"related\" count=\"5\"></broadsheet-widget>
        <broadsheet-widget kind=\"recent\" count=\"5\" language=\"fr\" error-text=\"Sorry\"></broadsheet-widget>
        <broadsheet-widget kind=\"recent\" count=\"5\" src=\"http://127.0.0.1:9/\"></broadsheet-widget>";
    // The one in a language that the site lacks costs the others nothing but time.
    let Some(said) = open(&app, CLASSIC, elements, 5) else { return };
    let heights = said["heights"].as_array().expect("heights");
    assert!(
        heights.iter().all(|height| height == &heights[0] && height != &json!(0)),
        "{heights:?}"
    );
    let mut events: Vec<_> =
        said["events"].as_array().expect("events").iter().filter_map(Value::as_str).collect();
    events.sort_unstable();
    assert_eq!(events, ["error", "error", "load", "load", "load"]);
    let drawn = |at: usize| said["drawn"][at].as_str().unwrap_or_default().to_owned();
    assert!(drawn(1).contains("dir=rtl") && drawn(1).contains("خبر"), "{}", drawn(1));
    assert!(drawn(2).contains("<p part=message>Nothing here yet"), "{}", drawn(2));
    assert!(drawn(3).contains("<p part=message>Sorry"), "{}", drawn(3));
    assert!(drawn(4).contains("<p part=message>This could not be loaded"), "{}", drawn(4));
    assert_eq!(said["shift"].as_f64(), Some(0.0), "{said}");
}

#[test]
fn attributes_are_followed_and_lists_of_editors_are_drawn() {
    let app = app();
    let elements = "<broadsheet-widget id=\"one\" kind=\"recent\" count=\"2\"></broadsheet-widget>
        <broadsheet-widget page=\"home\" language=\"en\"></broadsheet-widget>
        <script>let turned = false; window.last = (settle) => {
          if (turned) return settle();
          turned = true; said.events.length = 1;
          said.extra.before = flat(document.getElementById('one').shadowRoot);
          document.getElementById('one').setAttribute('kind', 'authors');
        };</script>";
    let Some(said) = open(&app, CLASSIC, elements, 2) else { return };
    assert!(
        said["extra"]["before"].as_str().is_some_and(|before| before.contains("Recent Articles"))
    );
    assert!(
        said["drawn"][0]
            .as_str()
            .is_some_and(|now| now.contains("Authors") && !now.contains("Recent")),
        "{said}"
    );
    let list = said["drawn"][1].as_str().unwrap_or_default();
    assert!(list.contains("Recent Articles") && list.contains("Tags"), "{list}");
}

#[test]
fn the_script_works_as_a_module_and_with_a_search_of_its_own() {
    let app = app();
    let script = "<script type=\"module\">import '$CMS/widgets.js';</script>";
    let elements =
        "<broadsheet-widget kind=\"search\" action=\"/graphql\" src=\"$CMS\"></broadsheet-widget>
        <script>window.last = (settle) => {
          const root = document.querySelector('broadsheet-widget').shadowRoot;
          root.querySelector('input').value = 'Article 3';
          root.querySelector('button').click();
          const wait = () => root.querySelector('li') ? settle() : setTimeout(wait, 20);
          wait();
        };</script>";
    let Some(said) = open(&app, script, elements, 1) else { return };
    let drawn = said["drawn"][0].as_str().unwrap_or_default();
    assert!(drawn.contains("<a part=link href=https://example.org/news/a3/>Article 3"), "{drawn}");
}

#[test]
fn the_file_is_small_and_cached_and_anybodys() {
    let app = app();
    let get = |path: &str, known: Option<&str>| {
        let mut request = agent().get(app.url(path)).header("origin", "https://other.example");
        if let Some(known) = known {
            request = request.header("if-none-match", known);
        }
        raw(request.call())
    };
    let file = get("/widgets.js", None);
    assert_eq!((file.status, file.header("content-type")), (200, "text/javascript; charset=utf-8"));
    assert_eq!(file.header("access-control-allow-origin"), "*");
    assert_eq!(file.header("cross-origin-resource-policy"), "cross-origin");
    assert!(file.header("cache-control").starts_with("public, max-age=86400"));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(file.body.as_bytes()).expect("memory");
    let size = gzip.finish().expect("memory").len();
    assert!(size < 8000, "{size} bytes compressed");

    let tag = file.header("etag").to_owned();
    let same = get("/widgets.js", Some(&tag));
    assert_eq!((same.status, same.body.as_str(), same.header("etag")), (304, "", tag.as_str()));
    assert_eq!(get("/widgets.js", Some("W/\"other\"")).status, 200);
    assert!(!tag.starts_with("W/"), "{tag}");
    let version = tag.trim_matches('"').trim_end_matches("-gzip");
    assert!(
        get(&format!("/widgets.js?v={version}"), None)
            .header("cache-control")
            .contains("immutable")
    );
    assert!(!get("/widgets.js?v=old", None).header("cache-control").contains("immutable"));
    let head = raw(agent().head(app.url("/widgets.js")).call());
    assert_eq!((head.status, head.header("etag")), (200, tag.as_str()));
}
