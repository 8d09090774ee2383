//! Files beside articles and in `static/`: who gets them, and how.

use api::policy::Role;
use serde_json::{Value, json};
use tests::client::{Raw, fetch};
use tests::{HOUR, START, TestApp, on_both, write_files};

/// A picture of 3 by 2.
const GIF: &str = "GIF89a\u{3}\0\u{2}\0\0\0\0";
const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

fn site(app: &TestApp) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_files(
        folder.path(),
        &[
            (
                "hugo.toml",
                "baseURL = 'https://example.org/'\n[languages.en]\nweight = 1\n[languages.de]\nweight = 2\n",
            ),
            ("content/news/a/index.md", "---\ntitle: A\ndate: 2026-01-01\nslug: renamed\n---\nx\n"),
            ("content/news/a/index.de.md", "---\ntitle: A\ndate: 2026-01-01\n---\nx\n"),
            ("content/news/a/photo one.txt", "0123456789"),
            ("content/news/a/deep/drawing.svg", SVG),
            ("content/news/a/notes.md", "---\ntitle: Notes\n---\nsecret notes\n"),
            ("content/news/draft/index.md", "---\ntitle: D\ndraft: true\n---\nx\n"),
            ("content/news/draft/secret.txt", "secret"),
            ("content/news/later/index.md", "---\ntitle: L\ndate: 2026-11-01T01:00:00Z\n---\nx\n"),
            ("content/news/later/soon.txt", "soon"),
            ("content/news/_index.md", "---\ntitle: News\n---\n"),
            ("content/news/cover.txt", "cover"),
            ("content/hush/_index.md", "---\ntitle: Hush\ndraft: true\n---\n"),
            ("content/hush/cover.txt", "hush"),
            ("static/css/site.css", "body { color: red }"),
            ("static/empty.bin", ""),
            ("static/page.html", "<script>alert(1)</script>"),
            ("layouts/x.html", "{{ secret }}"),
        ],
    );
    let large: String = (0..300_000).map(|n| format!("{n:07}\n")).collect();
    std::fs::write(folder.path().join("static/large.txt"), large).expect("a file");
    assert_eq!(app.import(folder.path()).failures, []);
}

fn ranged(app: &TestApp, path: &str, range: &str) -> Raw {
    app.fetch(path, &[("range", range)])
}

on_both! {
    fn files_are_where_hugo_publishes_them(app) {
        site(&app);
        for (path, media, body) in [
            ("/media/css/site.css", "text/css; charset=utf-8", "body { color: red }"),
            ("/media/news/renamed/photo%20one.txt", "text/plain; charset=utf-8", "0123456789"),
            ("/media/de/news/a/photo%20one.txt", "text/plain; charset=utf-8", "0123456789"),
            ("/media/news/renamed/deep/drawing.svg", "image/svg+xml", SVG),
            ("/media/news/cover.txt", "text/plain; charset=utf-8", "cover"),
            ("/media/empty.bin", "application/octet-stream", ""),
        ] {
            let found = app.fetch(path, &[]);
            assert_eq!((found.status, found.header("content-type"), &*found.body), (200, media, body), "{path}");
            assert_eq!(found.header("x-content-type-options"), "nosniff");
            assert_eq!((found.header("accept-ranges"), found.header("cache-control")), ("bytes", "public, max-age=0, must-revalidate"));
            let again = app.fetch(path, &[("if-none-match", found.header("etag"))]);
            assert_eq!((again.status, again.header("etag")), (304, found.header("etag")), "{path}");
            assert_eq!(app.fetch(path, &[("if-modified-since", found.header("last-modified"))]).status, 304, "{path}");
            let head = fetch("HEAD", &app.url(path), &[("range", "bytes=0-0")]);
            assert_eq!((head.status, head.header("content-length")), (200, &*body.len().to_string()), "{path}");
        }
    }

    fn what_nobody_may_read_has_no_files(app) {
        site(&app);
        for path in ["/media/news/draft/secret.txt", "/media/news/later/soon.txt", "/media/news/renamed/notes.md",
            "/media/news/renamed/index.md", "/media/layouts/x.html", "/media/hugo.toml", "/media/../hugo.toml", "/media/%2e%2e/hugo.toml",
            "/media/content/news/draft/secret.txt", "/media/news/renamed/../draft/secret.txt", "/media/", "/media/css/", "/media/css",
            "/media/hush/cover.txt", "/media/news/a/photo%20one.txt", "/media/static/css/site.css"] {
            assert_eq!(app.fetch(path, &[]).status, 404, "{path}");
        }
        app.set_clock(START + 2 * HOUR);
        assert_eq!(app.fetch("/media/news/later/soon.txt", &[]).body, "soon");
        let editor = app.as_role(Role::Editor);
        let id = editor.ask("{ article(by: { path: \"/news/renamed/\" }) { id } }", Value::Null);
        let _ = editor.ask("mutation($id: ID!) { unpublishArticle(id: $id) { userErrors { message } } }",
            json!({"id": id.at("/article/id")})).accepted("unpublishArticle");
        assert_eq!(app.fetch("/media/news/renamed/photo%20one.txt", &[]).status, 404);
        assert_eq!(app.fetch("/media/de/news/a/photo%20one.txt", &[]).status, 200);
    }

    fn a_preview_shows_the_files_of_its_working_copy(app) {
        site(&app);
        let editor = app.as_role(Role::Editor);
        let preview = |path: &str| {
            let id = editor.ask("query($path: String!) { article(by: { path: $path }, view: WORKING) { id } }", json!({"path": path}));
            let made = editor.ask("mutation($id: ID!) { createPreview(article: $id) { token userErrors { code } } }",
                json!({"id": id.at("/article/id")})).accepted("createPreview");
            made.text("/createPreview/token")
        };
        let token = preview("/news/draft/");
        let path = "/media/news/draft/secret.txt";
        let by_address = app.fetch(&format!("{path}?preview={token}"), &[]);
        assert_eq!((by_address.status, &*by_address.body, by_address.header("cache-control")),
            (200, "secret", "private, max-age=0, must-revalidate"));
        assert_eq!(app.fetch(path, &[("authorization", &format!("Bearer {token}"))]).body, "secret");
        // Another's preview shows what everybody sees, and no more.
        let other = preview("/news/later/");
        assert_eq!(app.fetch(&format!("{path}?preview={other}"), &[]).status, 404);
        assert_eq!(app.fetch(&format!("/media/css/site.css?preview={other}"), &[]).status, 200);
        assert_eq!(app.fetch(&format!("{path}?preview={}", &token[..token.len() - 2]), &[]).status, 401);
    }

    fn a_preview_has_addresses_that_show_its_files(app) {
        let files = [
            ("hugo.toml", "baseURL = 'https://example.org/'\n"),
            ("content/news/draft/index.md", "---\ntitle: D\ndraft: true\n---\n![p](p.gif) ![s](/s.gif) [t](notes.txt#x) ![o](../other/o.gif)\n"),
            ("content/news/draft/p.gif", GIF),
            ("content/news/draft/notes.txt", "secret"),
            ("content/news/other/index.md", "---\ntitle: O\ndraft: true\n---\n![o](o.gif)\n"),
            ("content/news/other/o.gif", GIF),
            ("static/s.gif", GIF),
        ];
        assert_eq!(app.import_files(&files).failures, []);
        let editor = app.as_role(Role::Editor);
        let id = |path: &str| editor.ask("query($path: String!) { article(by: { path: $path }, view: WORKING) { id } }",
            json!({"path": path})).text("/article/id");
        let made = editor.ask("mutation($id: ID!) { createPreview(article: $id) { token preview { id } userErrors { code } } }",
            json!({"id": id("/news/draft/")})).accepted("createPreview");
        let holder = app.nobody().with_token(&made.text("/createPreview/token"));
        let html = |client: &tests::Client, path: &str| client.run(
            "query($path: String!) { article(by: { path: $path }, view: WORKING) { body { html blocks } } }",
            json!({"path": path}), None)["data"]["article"]["body"].clone();
        let shown = html(&holder, "/news/draft/");
        let text = shown["html"].as_str().expect("HTML").to_owned();
        let addresses: Vec<_> = text.split(['"']).filter(|part| part.starts_with("/media/")).map(str::to_owned).collect();
        let [picture, fixed, notes] = &addresses[..] else { panic!("{text}") };
        assert!(picture.starts_with("/media/news/draft/p.gif?preview=bshf_"), "{text}");
        assert!(notes.ends_with("#x") && shown["blocks"].to_string().contains(picture.as_str()), "{shown}");
        assert_eq!(fixed, "/media/s.gif");
        let own = html(&editor, "/news/draft/").to_string();
        assert!(own.contains("/media/news/draft/p.gif") && !own.contains("preview="), "{own}");
        assert_eq!(app.fetch(picture, &[]).body, GIF);
        let found = app.fetch(notes.trim_end_matches("#x"), &[]);
        assert_eq!((&*found.body, found.header("cache-control")), ("secret", "private, max-age=0, must-revalidate"));
        // The same for an hour, for a day at most, and for nothing else.
        app.set_clock(START + HOUR / 2);
        assert_eq!(html(&holder, "/news/draft/"), shown);
        let token = picture.split('=').next_back().expect("a token").to_owned();
        assert_eq!(app.fetch(&format!("/media/news/other/o.gif?preview={token}"), &[]).status, 404);
        let outside = app.nobody().with_token(&token);
        assert_eq!(outside.post(&json!({ "query": "{ site { title } }" })).status, 401);
        assert_eq!(app.fetch("/media/s.gif", &[("authorization", &format!("Bearer {token}"))]).status, 401);
        app.set_clock(START + 25 * HOUR);
        assert_eq!(app.fetch(picture, &[]).status, 401);
        let renewed = html(&holder, "/news/draft/")["html"].as_str().expect("HTML").to_owned();
        let renewed = renewed.split('"').find(|part| part.starts_with("/media/news/draft/p.gif")).expect("an address").to_owned();
        assert_eq!(app.fetch(&renewed, &[]).status, 200);
        // They end with the preview.
        let _ = app.as_role(Role::Editor).ask("mutation($id: ID!) { revokePreview(id: $id) { userErrors { code } } }",
            json!({"id": made.at("/createPreview/preview/id")})).accepted("revokePreview");
        assert_eq!(app.fetch(&renewed, &[]).status, 401);
    }

    fn a_file_that_changes_alone_changes_its_article(app) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let page = "---\ntitle: A\ndate: 2026-01-01\n---\n![p](p.gif)\n";
        write_files(folder.path(), &[("hugo.toml", "baseURL = 'https://example.org/'\n[languages.en]\n[languages.de]\n"),
            ("content/news/a/index.md", page), ("content/news/a/index.de.md", page), ("content/news/a/deep/p.gif", GIF),
            ("content/news/a/p.gif", GIF), ("content/news/b.md", page), ("static/s.gif", GIF)]);
        assert_eq!(app.import(folder.path()).failures, []);
        let html = || app.query("{ article(by: { path: \"/news/a/\" }) { body { html } } }", Value::Null).text("/article/body/html");
        assert!(html().contains("width=\"3\""), "{}", html());
        let events = || app.events().into_iter().map(|event| (event.kind, event.language.unwrap_or_default())).collect::<Vec<_>>();
        let changed = |path: &str, bytes: &str| {
            let before = events().len();
            write_files(folder.path(), &[(path, bytes)]);
            let report = app.import(folder.path());
            assert_eq!((report.created, report.updated, &report.failures[..]), (0, 0, &[][..]));
            let mut own: Vec<_> = events().split_off(before).into_iter()
                .filter(|(kind, _)| kind.starts_with("article.")).map(|(kind, language)| format!("{kind} {language}")).collect();
            own.sort();
            own
        };
        let both = ["article.filesChanged de", "article.filesChanged en"];
        assert_eq!(changed("content/news/a/p.gif", "GIF89a\u{7}\0\u{5}\0\0\0\0"), both);
        assert!(html().contains("width=\"7\" height=\"5\""), "{}", html());
        assert_eq!(changed("content/news/a/deep/p.gif", "GIF89a\u{7}\0\u{5}\0\0\0\0"), both);
        assert_eq!(changed("content/news/a/new.gif", GIF), both);
        assert_eq!(changed("static/s.gif", "GIF89a\u{7}\0\u{5}\0\0\0\0"), [""; 0]);
        assert_eq!(changed("content/news/loose.txt", "x"), [""; 0]);
    }

    fn what_could_run_cannot(app) {
        site(&app);
        for path in ["/media/page.html", "/media/news/renamed/deep/drawing.svg"] {
            let found = app.fetch(path, &[]);
            assert!(found.header("content-security-policy").starts_with("sandbox;"), "{path}");
            assert!(found.header("content-disposition").starts_with("attachment;"), "{path}");
        }
        let plain = app.fetch("/media/css/site.css", &[]);
        assert_eq!((plain.header("content-security-policy"), plain.header("content-disposition")), ("", ""));
    }

    fn ranges_are_answered_across_parts(app) {
        site(&app);
        let path = "/media/large.txt";
        let whole = app.fetch(path, &[]).body;
        assert_eq!(whole.len(), 2_400_000);
        for (range, from, to) in [
            ("bytes=0-7", 0, 8),
            ("bytes=1048570-1048585", 1_048_570, 1_048_586),
            ("bytes=8-2399999", 8, 2_400_000),
            ("bytes=-9", 2_399_991, 2_400_000),
        ] {
            let part = ranged(&app, path, range);
            assert_eq!((part.status, part.header("content-range")), (206, &*format!("bytes {from}-{}/2400000", to - 1)));
            assert_eq!((&*part.body, part.header("content-encoding")), (&whole[from..to], ""), "{range}");
            assert_eq!(part.header("content-length"), (to - from).to_string());
        }
        let beyond = ranged(&app, path, "bytes=2400000-");
        assert_eq!((beyond.status, beyond.header("content-range")), (416, "bytes */2400000"));
        let several = ranged(&app, path, "bytes=0-6,2399992-2399998");
        let kind = several.header("content-type").to_owned();
        let boundary = kind.strip_prefix("multipart/byteranges; boundary=").expect("a boundary");
        let part = |range: &str, text: &str| format!("\r\n--{boundary}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-range: bytes {range}/2400000\r\n\r\n{text}");
        assert_eq!((several.status, several.body.as_str()), (206, &*format!("{}{}\r\n--{boundary}--\r\n",
            part("0-6", "0000000"), part("2399992-2399998", "0299999"))));
        assert_eq!(several.header("content-length"), several.body.len().to_string());
        let etag = app.fetch(path, &[]).header("etag").to_owned();
        for (condition, status) in [(&*etag, 206), ("\"other\"", 200)] {
            let answer = app.fetch(path, &[("range", "bytes=0-6"), ("if-range", condition)]);
            assert_eq!(answer.status, status, "{condition}");
        }
        // A part is not compressed: it is of the file, not of what was packed.
        let packed = fetch("HEAD", &app.url(path), &[("accept-encoding", "gzip")]);
        assert_eq!(packed.header("content-encoding"), "gzip");
        let part = app.fetch(path, &[("accept-encoding", "gzip"), ("range", "bytes=0-6")]);
        assert_eq!((part.status, &*part.body, part.header("etag")), (206, "0000000", &*etag));
    }

    fn a_picture_of_a_published_article_costs_few_statements(app) {
        site(&app);
        let (_, statements) = app.statements(|| app.fetch("/media/news/renamed/photo%20one.txt", &[]));
        // The page, its source, the file, its bytes.
        assert_eq!(statements.len(), 4, "{}", statements.join("\n"));
    }
}
