//! Schedules: seen by the clock alone, announced once and in order.

use std::time::{Duration, Instant};

use api::article::schedule;
use api::policy::Role;
use serde_json::{Value, json};
use tests::process::{Process, command, run};
use tests::{Answer, Client, HOUR, START, TestApp, on_both, postgres, runtime};

const PROGRAM: &str = env!("CARGO_BIN_EXE_broadsheet-under-test");
const PASSWORD: &str = "correct horse battery";

fn draft(client: &Client, input: &str) -> String {
    let document = format!(
        "mutation {{ createArticle(input: {{ {input} }}) {{ article {{ id }} userErrors {{ code }} }} }}"
    );
    client.ask(&document, Value::Null).accepted("createArticle").text("/createArticle/article/id")
}

fn publish(client: &Client, id: &str, at: &str) {
    let _ = client.ask("mutation($id: ID!, $at: DateTime) { publishArticle(id: $id, at: $at) { userErrors { code } } }",
        json!({ "id": id, "at": at })).accepted("publishArticle");
}

fn announced(app: &TestApp) -> Vec<String> {
    app.events()
        .into_iter()
        .filter(|event| event.kind == "article.wentLive" || event.kind == "article.expired")
        .map(|event| {
            format!("{} {}", event.kind, event.data.0["path"].as_str().unwrap_or_default())
        })
        .collect()
}

fn scheduled(client: &Client, arguments: &str) -> Answer {
    let document = format!(
        "{{ scheduled{arguments} {{ totalCount nodes {{ at change overdue article {{ title }} }} pageInfo {{ endCursor hasNextPage }} }} }}"
    );
    client.ask(&document, Value::Null)
}

on_both! {
    fn moments_are_announced_once_and_in_order(app) {
        let editor = app.as_role(Role::Editor);
        let late = draft(&editor, "title: \"late\", expireAt: \"2026-11-01T05:00:00Z\"");
        let soon = draft(&editor, "title: \"soon\"");
        publish(&editor, &late, "2026-11-01T03:00:00Z");
        publish(&editor, &soon, "2026-11-01T02:00:00Z");
        let list = scheduled(&editor, "");
        assert_eq!(list.number("/scheduled/totalCount"), 3);
        assert_eq!(list.each("/scheduled/nodes", "change"), ["GOES_LIVE", "GOES_LIVE", "EXPIRES"]);
        assert_eq!(list.text("/scheduled/nodes/0/article/title"), "soon");
        app.block_on(schedule::announce(&app.ctx())).expect("nothing is due");
        assert_eq!(announced(&app), [""; 0]);
        // Readers need no announcement.
        app.set_clock(START + 2 * HOUR);
        assert_eq!(app.query("{ articles { totalCount } }", Value::Null).number("/articles/totalCount"), 1);
        // A node was away for long, and comes back with others.
        app.set_clock(START + 6 * HOUR);
        let editor = app.as_role(Role::Editor);
        let overdue = scheduled(&editor, "(overdue: true)");
        assert_eq!(overdue.number("/scheduled/totalCount"), 3);
        assert_eq!(overdue.at("/scheduled/nodes/0/overdue"), &json!(true));
        let ctx: Vec<_> = (0..4).map(|_| app.ctx()).collect();
        let done = app.block_on(async {
            let (a, b, c, d) = tokio::join!(
                schedule::announce(&ctx[0]), schedule::announce(&ctx[1]),
                schedule::announce(&ctx[2]), schedule::announce(&ctx[3]));
            [a, b, c, d].map(|done| done.expect("an announcement")).iter().sum::<usize>()
        });
        assert_eq!(done, 3);
        assert_eq!(announced(&app), ["article.wentLive /soon/", "article.wentLive /late/", "article.expired /late/"]);
        assert_eq!(scheduled(&editor, "").number("/scheduled/totalCount"), 0);
    }

    fn what_is_taken_back_is_not_announced(app) {
        let editor = app.as_role(Role::Editor);
        let id = draft(&editor, "title: \"t\"");
        publish(&editor, &id, "2026-11-01T02:00:00Z");
        publish(&editor, &id, "2026-11-01T03:00:00Z");
        assert_eq!(scheduled(&editor, "").number("/scheduled/totalCount"), 1);
        let _ = editor.ask("mutation($id: ID!) { unpublishArticle(id: $id) { userErrors { code } } }",
            json!({ "id": id })).accepted("unpublishArticle");
        app.set_clock(START + 4 * HOUR);
        assert_eq!(app.block_on(schedule::announce(&app.ctx())).expect("a look"), 0);
    }

    fn imported_schedules_count_too(app) {
        app.import_files(&[
            ("content/news/a.md", "---\ntitle: a\npublishDate: 2026-11-02\nexpiryDate: 2026-11-03\n---\n"),
            ("content/news/b.md", "---\ntitle: b\ndate: 2026-10-02\n---\n"),
        ]);
        let viewer = app.as_role(Role::Viewer);
        let first = scheduled(&viewer, "(first: 1)");
        assert_eq!(first.text("/scheduled/nodes/0/at"), "2026-11-02T00:00:00Z");
        let cursor = first.text("/scheduled/pageInfo/endCursor");
        let second = scheduled(&viewer, &format!("(first: 1, after: {cursor:?})"));
        assert_eq!(second.text("/scheduled/nodes/0/change"), "EXPIRES");
        assert_eq!(second.at("/scheduled/pageInfo/hasNextPage"), &json!(false));
        let before = scheduled(&viewer, "(until: \"2026-11-02T12:00:00Z\")");
        assert_eq!(before.number("/scheduled/totalCount"), 1);
        // Authors see those of their own.
        assert_eq!(scheduled(&app.as_role(Role::Author), "").number("/scheduled/totalCount"), 0);
    }

    fn an_article_is_seen_from_its_moment_to_its_end_whatever_the_order_of_edits(app) {
        // Moments around now, in every order that makes sense.
        let times: Vec<i64> = vec![-2, -1, 0, 1, 2];
        for from in &times {
            for until in &times {
                if until <= from {
                    continue;
                }
                app.set_clock(START + 100 * HOUR);
                let editor = app.as_role(Role::Editor);
                let stamp = |hour: i64| {
                    let hours = 100 + hour;
                    format!("2026-11-{:02}T{:02}:00:00Z", 1 + hours / 24, hours % 24)
                };
                let id = draft(&editor, &format!("title: \"w{from}{until}\", expireAt: {:?}", stamp(*until)));
                publish(&editor, &id, &stamp(*from));
                for now in [-3, -2, -1, 0, 1, 2, 3] {
                    app.set_clock(START + (100 + now) * HOUR);
                    let seen = app.query("query($id: ID!) { article(by: { id: $id }) { id } }", json!({ "id": id }));
                    let should = *from <= now && now < *until;
                    assert_eq!(!seen.at("/article").is_null(), should, "{from} {until} at {now}");
                    let status = app.as_role(Role::Viewer).ask("query($id: ID!) { article(by: { id: $id }, view: WORKING) { status } }", json!({ "id": id }));
                    let expected = if now < *from { "SCHEDULED" } else if now < *until { "PUBLISHED" } else { "EXPIRED" };
                    assert_eq!(status.text("/article/status"), expected);
                }
            }
        }
    }
}

/// Two nodes look at the same schedules; one of them may die.
#[test]
fn two_nodes_announce_each_moment_once() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let runtime = runtime();
    let Some(database) = postgres::Database::create(&runtime) else { return };
    let url = database.url();
    let node = || {
        let mut command = command(PROGRAM, data.path(), Some(&url));
        command.env("BROADSHEET_AUTH_SECRET", "a secret that both nodes have, long enough");
        command
    };
    let mut add = node();
    add.args(["user", "add", "a@example.org", "--role", "ADMIN", "--password-stdin"]);
    assert!(run(add, PASSWORD).status.success());
    let (mut one, two) = (Process::serve(node()), Process::serve(node()));
    let login = one.nobody().ask(
        "mutation($p: String!) { login(input: { email: \"a@example.org\", password: $p }) { session { accessToken } } }",
        json!({ "p": PASSWORD }),
    );
    let token = login.text("/login/session/accessToken");
    let (first, second) = (one.nobody().with_token(&token), two.nobody().with_token(&token));
    let ids: Vec<_> =
        (0..12).map(|number| draft(&first, &format!("title: \"t{number}\""))).collect();
    let created =
        first.ask("{ articles(view: WORKING, first: 1) { nodes { createdAt } } }", Value::Null);
    let now = created.text("/articles/nodes/0/createdAt");
    let now = chrono::DateTime::parse_from_rfc3339(&now).expect("a time").to_utc();
    for (place, id) in ids.iter().enumerate() {
        let ahead = Duration::from_millis(6000 + 100 * u64::try_from(place).expect("a place"));
        publish(&first, id, &(now + ahead).to_rfc3339());
    }
    let log = "{ auditLog(first: 100, filter: { kind: \"article.wentLive\" }) { totalCount nodes { entityId position } } }";
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut killed = false;
    loop {
        let seen = second.ask(log, Value::Null);
        let count = seen.number("/auditLog/totalCount");
        if count >= 4 && !killed {
            one.kill();
            killed = true;
        }
        if count >= 12 {
            // Oldest first, as they were due.
            let mut order = seen.each("/auditLog/nodes", "entityId");
            order.reverse();
            assert_eq!(order, ids);
            break;
        }
        assert!(Instant::now() < deadline, "{seen:?}");
    }
    assert_eq!(second.ask(log, Value::Null).number("/auditLog/totalCount"), 12);
    drop(two);
    database.drop_now(&runtime);
}
