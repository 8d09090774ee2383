//! What hostile authors write, in a browser: nothing of it runs.
//!
//! `attacks.txt` holds an attack a line, by the kinds of OWASP's filter evasion list; `\n` and `\t` in it
//! are what they stand for. Each calls `evil()`. To add one: a line there.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use tests::TestApp;
use tests::tools::{output, tool};

const ATTACKS: &str = include_str!("attacks.txt");

/// What an attack reaches, and whoever visits the page touches: every element and every link.
const VICTIM: &str = "<script>
function evil() { document.title = 'executed'; }
addEventListener('load', () => {
  for (const element of document.querySelectorAll('body *')) {
    for (const name of ['mouseover', 'mouseenter', 'focus', 'click', 'error', 'load', 'toggle', 'input']) {
      try { element.dispatchEvent(new Event(name, { bubbles: true, cancelable: true })); } catch {}
    }
    const href = String(element.href?.baseVal ?? element.href ?? element.action ?? '');
    if (/^\\s*(javascript|vbscript|data):/i.test(href)) document.title = 'executed';
    for (const { name } of element.attributes) if (/^on/i.test(name)) document.title = 'executed';
  }
});
</script>";

fn attacks() -> Vec<String> {
    let lines = ATTACKS.lines().filter(|line| !line.is_empty() && !line.starts_with("// "));
    lines.map(|line| line.replace("\\n", "\n").replace("\\t", "\t")).collect()
}

/// The title that a page has when it has been looked at.
fn title(chromium: &std::path::Path, html: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = folder.path().join("page.html");
    fs::write(
        &page,
        format!("<!doctype html><html><head><meta charset=\"utf-8\"><title>calm</title>{VICTIM}</head><body>{html}</body></html>"),
    )
    .expect("a page");
    let dom = output(
        Command::new(chromium)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom"])
            .args(["--virtual-time-budget=4000", "--host-resolver-rules=MAP * ~NOTFOUND"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .arg(format!("file://{}", page.display())),
    );
    let title = dom.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    title.map(|(title, _)| title.to_owned()).unwrap_or_default()
}

/// The same with frames that lead nowhere: there is no network, and a frame that looks for
/// it in vain costs a browser more than all the rest. Frames of other schemes stay.
fn offline(html: &str) -> String {
    let mut parts = html.split("<iframe");
    let before = parts.next().unwrap_or_default().to_owned();
    parts.fold(before, |whole, part| {
        let (tag, rest) = part.split_at(part.find('>').unwrap_or(part.len()));
        format!("{whole}<iframe{}{rest}", tag.replace("src=\"https:", "src=\"about:blank#"))
    })
}

/// Everything of an article that is HTML, with formulas both ways.
fn rendered(app: &TestApp) -> Vec<String> {
    let query = "query($after: String) { articles(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor } nodes { body { html mathml: html(math: MATHML) } } } }";
    let (mut found, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let answer = app.query(query, json!({ "after": cursor }));
        for node in answer.at("/articles/nodes").as_array().expect("nodes") {
            let html = |name: &str| node["body"][name].as_str().expect("HTML").to_owned();
            let (plain, mathml) = (html("html"), html("mathml"));
            if mathml != plain {
                found.push(mathml);
            }
            found.push(plain);
        }
        if answer.at("/articles/pageInfo/hasNextPage") == &json!(false) {
            return found;
        }
        cursor = answer.at("/articles/pageInfo/endCursor").clone();
    }
}

#[test]
fn nothing_that_authors_write_runs_in_a_browser() {
    let attacks = attacks();
    assert!(attacks.len() > 100, "{}", attacks.len());
    let app = TestApp::sqlite();
    let quoted = |text: &str| serde_json::to_string(text).expect("JSON");
    let files: Vec<_> = attacks
        .iter()
        .enumerate()
        .flat_map(|(index, attack)| {
            let line = attack.replace('\n', " ").replace('"', "\\\"");
            let raw = attack.replace('`', "'");
            // Front matter, Markdown, HTML, parameters, formulas.
            let front = format!(
                "---\ntitle: {0}\nsummary: {0}\nmathjax: true\nevil: {0}\ndate: 2026-01-01\n---\n",
                quoted(attack)
            );
            [
                (
                    format!("content/news/m{index}.md"),
                    format!(
                        "{front}{attack}\n\n> - {attack}\n\n`{attack}`\n\n# {attack} {{#x}}\n\n[a]({attack}) ![{attack}](x)\n\n\
                         ${attack}$ $\\text{{{attack}}}$\n\n$$\n{attack}\n$$\n\n```{line}\n{attack}\n```\n\n{{{{< param evil >}}}}\n"
                    ),
                ),
                (
                    format!("content/news/s{index}.md"),
                    format!(
                        "{front}{{{{< figure src=\"{line}\" alt=\"{line}\" title=\"{line}\" caption=\"{line}\" link=\"{line}\" class=\"{line}\" width=\"{line}\" >}}}}\n\n\
                         {{{{< youtube id=\"{line}\" title=\"{line}\" >}}}}\n\n{{{{< vimeo id=\"{line}\" >}}}}\n\n\
                         {{{{< x user=\"{line}\" id=\"{line}\" >}}}}\n\n{{{{< gist `{raw}` `{raw}` `{raw}` >}}}}\n\n\
                         {{{{< details summary=\"{line}\" class=\"{line}\" >}}}}{attack}{{{{< /details >}}}}\n\n\
                         {{{{< highlight \"{line}\" \"{line}\" >}}}}{attack}{{{{< /highlight >}}}}\n\n\
                         {{{{< any a=\"{line}\" >}}}}{attack}{{{{< /any >}}}}\n\n{{{{% any `{raw}` %}}}}\n{attack}\n{{{{% /any %}}}}\n\n\
                         [a]({{{{< ref \"{line}\" >}}}}) {{{{< qr text=\"{line}\" alt=\"{line}\" />}}}}\n"
                    ),
                ),
                (format!("content/news/h{index}.html"), format!("{front}{attack}<p>{attack}")),
            ]
        })
        .collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let report = app.import_files(&files);
    assert_eq!(report.failures, []);
    let outputs = rendered(&app);
    assert!(outputs.len() > files.len() && outputs.len() <= 2 * files.len(), "{}", outputs.len());
    let Some(chromium) = tool("chromium") else { return };
    // The page can be harmed at all.
    assert_eq!(title(&chromium, "<img src=x onerror=evil()>"), "executed");
    assert_eq!(
        title(&chromium, &offline("<iframe src='javascript:parent.evil()'></iframe>")),
        "executed"
    );
    assert_eq!(title(&chromium, &offline(&outputs.concat())), "calm");
}
