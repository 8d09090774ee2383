//! The example frontends, built and run against the demo content, and looked at
//! in a browser.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use actix_web::{App, HttpResponse, HttpServer, dev::ServerHandle, web};
use tests::TestApp;
use tests::client::{Raw, agent, raw};
use tests::tools::{self, output, tool};

pub fn demo() -> TestApp {
    let app = TestApp::sqlite();
    let ctx = app.ctx();
    app.block_on(api::hugo::demo::fill(&ctx)).expect("the demo content");
    app
}

/// A copy of an example to build in, with its packages; none where they may be
/// missing.
fn example(name: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker/examples").join(name);
    let folder = tools::folder().join("examples").join(name);
    if here.join("package.json").exists() && !folder.join("node_modules").is_dir() {
        assert!(!tests::must_not_skip(), "the packages of {name} are missing, and CI may not skip");
        println!("skipped: the packages of {name} are missing (tests/tools/install brings them)");
        return None;
    }
    fs::create_dir_all(&folder).expect("a folder");
    for old in fs::read_dir(&folder).expect("the folder").flatten() {
        match old.file_type().expect("a type").is_dir() {
            _ if old.file_name() == "node_modules" => {}
            true => fs::remove_dir_all(old.path()).expect("an old folder goes"),
            false => fs::remove_file(old.path()).expect("an old file goes"),
        }
    }
    for entry in walkdir::WalkDir::new(&here).min_depth(1) {
        let entry = entry.expect("an entry");
        let to = folder.join(entry.path().strip_prefix(&here).expect("below"));
        if entry.path().components().any(|part| part.as_os_str() == "node_modules") {
            continue;
        }
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).expect("a folder");
        } else {
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
    Some(folder)
}

/// A program of Node's packages, run by the Node that was pinned.
fn node(folder: &Path, program: &str) -> Option<Command> {
    let mut command = Command::new(tool("node")?);
    command
        .arg(folder.join("node_modules").join(program))
        .current_dir(folder)
        .env("ASTRO_TELEMETRY_DISABLED", "1")
        .env("NEXT_TELEMETRY_DISABLED", "1");
    Some(command)
}

fn get(url: &str) -> Raw {
    raw(agent().get(url).call())
}

/// What a browser makes of a page, scripts and all.
fn browse(url: &str) -> Option<String> {
    let chromium = tool("chromium")?;
    let profile = tempfile::tempdir().expect("a folder");
    Some(output(
        Command::new(chromium)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(["--dump-dom", url])
            .stderr(Stdio::null()),
    ))
}

/// A folder of pages, served as any static server would.
struct Pages {
    address: String,
    server: ServerHandle,
    runtime: tokio::runtime::Runtime,
}

impl Pages {
    fn serve(folder: PathBuf) -> Self {
        let runtime = tests::runtime();
        let (server, address) = runtime.block_on(async {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(web::Data::new(folder.clone()))
                    .route("/{path:.*}", web::get().to(page))
            })
            .workers(1)
            .bind("127.0.0.1:0")
            .expect("a port");
            let address = server.addrs()[0].to_string();
            let server = server.run();
            let handle = server.handle();
            tokio::spawn(server);
            (handle, address)
        });
        Self { address, server, runtime }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.runtime.block_on(self.server.stop(false));
    }
}

async fn page(folder: web::Data<PathBuf>, path: web::Path<String>) -> HttpResponse {
    let mut file = folder.join(path.trim_end_matches('/'));
    if file.is_dir() {
        file = file.join("index.html");
    }
    let kind = match file.extension().and_then(|extension| extension.to_str()) {
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        _ => "text/html; charset=utf-8",
    };
    match fs::read(file) {
        Ok(bytes) => HttpResponse::Ok().content_type(kind).body(bytes),
        Err(_) => HttpResponse::NotFound().finish(),
    }
}

/// What each frontend must show of the demo content, wherever it draws it.
fn assert_site(page: impl Fn(&str) -> String) {
    let has = |path: &str, wanted: &[&str]| {
        let html = page(path);
        for wanted in wanted {
            assert!(html.contains(wanted), "{path} lacks {wanted}\n{html}");
        }
    };
    // A list with the menu, the widgets and the way to the other language.
    has(
        "/",
        &[
            "灯溪报",
            r#"href="/ferry/""#,
            "灯溪渡船时刻（秋冬）",
            "最新文章",
            "镇务",
            r#"href="/en/""#,
            r#"lang="zh-CN""#,
        ],
    );
    has("/en/", &["The Lantern Creek Post", "Recent Articles", "Town Hall", r#"lang="en""#]);
    // An article with its translation, terms and neighbours.
    has(
        "/en/news/rain-gauge-network/",
        &[
            "Twenty households, twenty rain gauges",
            r#"href="/news/rain-gauge-network/""#,
            r#"href="/en/tags/weather/""#,
            r#"rel="prev""#,
        ],
    );
    // A tag, by an address that is not its name.
    has(
        "/en/tags/river/",
        &["The river", "After thirteen months, the old covered bridge is open again"],
    );
    has("/tags/%E6%96%B9%E8%A8%80/", &["方言本子：灯溪话里的雨"]);
    has("/en/culture/", &["The arithmetic of lanterns"]);
}

/// The page of a static site, from its folder.
fn on_disk(folder: &Path) -> impl Fn(&str) -> String {
    move |path| {
        let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        let file = folder.join(path.trim_matches('/')).join("index.html");
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }
}

/// The search page finds in the reader's browser.
fn assert_search(url: &str) {
    let Some(html) = browse(url) else { return };
    assert!(html.contains("灯溪渡船时刻（秋冬）</a>"), "{html}");
    assert!(html.contains("<mark>渡船</mark>"), "{html}");
}

#[test]
fn astro_builds_the_demo() {
    let Some(folder) = example("astro") else { return };
    let app = demo();
    let Some(mut build) = node(&folder, "astro/bin/astro.mjs") else { return };
    output(build.arg("build").env("BROADSHEET_URL", app.url("")));
    let dist = folder.join("dist");
    assert_site(on_disk(&dist));
    assert_search(&Pages::serve(dist).url("/search/?q=渡船"));
}

#[test]
fn hugo_builds_the_demo() {
    let Some(folder) = example("hugo") else { return };
    let Some(hugo) = tool("hugo") else { return };
    let app = demo();
    let built = output(
        Command::new(hugo)
            .args(["--noBuildLock", "--cleanDestinationDir", "--panicOnWarning"])
            .current_dir(&folder)
            // The server of the test is on this machine.
            .env("HUGO_SECURITY_HTTP_URLS", ".*")
            .env("HUGO_PARAMS_BROADSHEET", app.url(""))
            .env("HUGO_CACHEDIR", app.folder.path().join("hugo")),
    );
    assert!(built.contains("Total in"), "{built}");
    let public = folder.join("public");
    assert_site(on_disk(&public));
    assert_search(&Pages::serve(public).url("/search/?q=渡船"));
}

/// A server of Node's that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn next_serves_the_demo() {
    let Some(folder) = example("next") else { return };
    let app = demo();
    let next = || node(&folder, "next/dist/bin/next");
    let Some(mut build) = next() else { return };
    output(build.arg("build").env("BROADSHEET_URL", app.url("")));
    let mut start = next().expect("as before");
    start.args(["start", "--hostname", "127.0.0.1", "--port", "0"]);
    start.env("BROADSHEET_URL", app.url("")).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Running(start.spawn().expect("Next"));
    let mut lines = BufReader::new(server.0.stdout.take().expect("its output")).lines();
    let address = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| Some(format!("http://{}", line.split_once("http://")?.1)))
        .expect("an address");
    let address = address.trim();
    // The rest is read, so that the server never waits for a reader.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    assert_site(|path| {
        let page = get(&format!("{address}{path}"));
        assert_eq!(page.status, 200, "{path}");
        page.body
    });
    assert_eq!(get(&format!("{address}/nothing/here/")).status, 404);
    // Files that pages show come from Broadsheet.
    assert_eq!(get(&format!("{address}/media/images/bridge.svg")).status, 200);
    // An old address leads to the new one.
    assert!(get(&format!("{address}/boat/")).body.contains("灯溪渡船时刻（秋冬）"));
    assert_search(&format!("{address}/search/?q=渡船"));
}

#[test]
fn a_plain_page_draws_the_demo() {
    let Some(folder) = example("plain") else { return };
    let app = demo();
    let pages = Pages::serve(folder);
    let page = |query: &str| browse(&pages.url(&format!("/?server={}&{query}", app.url(""))));
    let Some(list) = page("path=/") else { return };
    for wanted in ["灯溪渡船时刻（秋冬）", "新闻", "English", "<broadsheet-widget"] {
        assert!(list.contains(wanted), "the list lacks {wanted}\n{list}");
    }
    let article = page("path=/en/news/rain-gauge-network/").expect("a browser");
    for wanted in ["Twenty households, twenty rain gauges", "#weather", r#"lang="en""#, "简体中文"]
    {
        assert!(article.contains(wanted), "the article lacks {wanted}\n{article}");
    }
    let tag = page("path=/en/tags/river/").expect("a browser");
    assert!(tag.contains("After thirteen months, the old covered bridge is open again"), "{tag}");
    let shown = page("path=/en/culture/shadow-puppets/").expect("a browser");
    let picture = app.url("/media/en/culture/shadow-puppets/puppets.svg");
    assert!(shown.contains(&format!("src=\"{picture}\"")), "{shown}");
    let moved = page("path=/boat/").expect("a browser");
    assert!(moved.contains("<h1>灯溪渡船时刻（秋冬）</h1>"), "{moved}");
    let found = page("path=/&q=渡船").expect("a browser");
    assert!(
        found.contains("灯溪渡船时刻（秋冬）</a>") && found.contains("<mark>渡船</mark>"),
        "{found}"
    );
}
