//! What hostile authors try, and what no input may cost.
//!
//! To add an attack: a line in [`ATTACKS`]. It is tried alone, in pieces, in Markdown and in HTML, and
//! next to every other one.

use std::time::{Duration, Instant};

use super::{Numbers, Options, Rendered, render, sanitize};

const CJK: Options = Options {
    cjk: true,
    math: true,
    html: false,
    typographer: true,
    emoji: true,
    summary_length: 0,
    numbers: Numbers::None,
};
const HTML: Options = Options { math: false, html: true, ..CJK };

/// What authors may try; none of it may leave more than text and dead links.
const ATTACKS: &[&str] = &[
    "<script>evil()</script>",
    "<SCRIPT SRC=//evil.example></SCRIPT>",
    "<scr<script></script>ipt>evil()</script>",
    "<img src=x onerror=evil()>",
    "<img/src=x/onerror=evil()>",
    "<img src=\"x\"\nonerror\n=\n\"evil()\">",
    "<img src='x' title='\"onerror=evil()'onerror=evil()>",
    "<svg onload=evil()><animate onbegin=evil() attributeName=x>",
    "<svg><a xlink:href=javascript:evil()><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src onerror=evil()>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=evil()>",
    "<a href=javascript:evil()>x</a>",
    "<a href=\"java\tscript:evil()\">x</a>",
    "<a href=\"&#106;avascript&colon;evil()\">x</a>",
    "<a href=\"\u{1}javascript:evil()\">x</a>",
    "<a href=\"vbscript:evil()\">x</a><a href=\"data:text/html,<script>evil()</script>\">x</a>",
    "[x](javascript:evil())",
    "[x](<java\tscript:evil()>)",
    "[x](JaVaScRiPt:evil())",
    "[x](javascript&colon;evil())",
    "[x](\\javascript:evil())",
    "![x](javascript:evil())",
    "![x\" onerror=\"evil()](y)",
    "![x](y \"\\\" onerror=\\\"evil()\")",
    "[x](y '\" onclick=\"evil()')",
    "<javascript:evil()>",
    "[x]\n\n[x]: javascript:evil() \"t\"",
    "```\"onclick=evil()\nx\n```",
    "```\"><script>evil()</script>\nx\n```",
    "# x {#a\"onclick=evil()}",
    "# x {onclick=evil()}",
    "[^\"onclick=evil()]\n\n[^\"onclick=evil()]: x",
    "<details open ontoggle=evil()>x</details>",
    "<video src=x onerror=evil()><source src=javascript:evil() onerror=evil()></video>",
    "<audio src=data:text/html,x onloadstart=evil()></audio>",
    "<iframe src=javascript:evil()></iframe><iframe srcdoc=\"<script>evil()</script>\"></iframe>",
    "<object data=javascript:evil()></object><embed src=javascript:evil()>",
    "<base href=javascript:evil()//><link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content=\"0;url=javascript:evil()\">",
    "<form action=javascript:evil()><button formaction=javascript:evil()>x</button></form>",
    "<input type=image src=x onerror=evil()><input autofocus onfocus=evil()>",
    "<p style=\"background:url(javascript:evil())\">x</p><style>@import '//evil.example'</style>",
    "<a id=config name=config href=//evil.example>x</a><img name=cookie><form id=x name=y></form>",
    "<template><script>evil()</script></template><noscript><img src=x onerror=evil()></noscript>",
    "<textarea><img title=\"</textarea><img src=x onerror=evil()>\">",
    "<xmp><p title=\"</xmp><img src=x onerror=evil()>\">",
    "<!--><img src=x onerror=evil()>-->",
    "<!--a--!><img src=x onerror=evil()>-->",
    "<![CDATA[><img src=x onerror=evil()>]]>",
    "<?xml ?><img src=x onerror=evil()>",
    "<<img src=x onerror=evil()>",
    "<img src=x onerror=evil()//",
    "<a href=\"x\" title=\"</a><img src=x onerror=evil()>",
    "<x onclick=evil()>y</x><p\u{0}onclick=evil()>z</p>",
    "<table background=javascript:evil()><tr><td background=javascript:evil()>x</table>",
    "<select><style></select><img src=x onerror=evil()></style>",
    "{{< x onclick=\"evil()\" >}}<!--more--><script>evil()</script>",
    "{{< y a=`\"><script>evil()</script>` >}}<img src=x onerror=evil()>{{< /y >}}",
    "{{% y `' onclick=evil()` %}}\n<img src=x onerror=evil()>\n{{% /y %}}",
    "{{< figure src=\"javascript:evil()\" link=\"javascript:evil()\" caption=\"<img src=x onerror=evil()>\" >}}",
    "{{< figure src=`x\" onerror=\"evil()` class=`a\" onclick=\"evil()` width=`1\" onload=\"evil()` >}}",
    "{{< youtube `x\" onload=\"evil()` >}}{{< vimeo `../../\"><script>evil()</script>` >}}",
    "{{< details summary=`<script>evil()</script>` open=`\" ontoggle=evil()` >}}<script>evil()</script>{{< /details >}}",
    "{{< highlight `js\" onclick=\"evil()` `class=a\\\" onclick=evil()` >}}<img src=x onerror=evil()>{{< /highlight >}}",
    "[x]({{< ref `javascript:evil()` >}}) [y](relref:javascript:evil()) {{< param `\"><script>evil()</script>` >}}",
    "```js {class=\"x\\\" onclick=evil()\" onclick=evil()}\n<img src=x onerror=evil()>\n```",
    "$\\text{<img src=x onerror=evil()>}$ $$<script>evil()</script>$$ \\(\"onclick=evil()\\)",
    "{{</* \"><script>evil()</script> */>}}",
];

/// Fails if the HTML, which is well-formed, has an element, attribute or scheme that acts.
fn assert_harmless(html: &str, source: &str) {
    for tag in html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag) {
        let tag = format!("{tag} ");
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default();
        assert!(super::sanitize::TAGS.contains(&name), "{name}: {source} -> {html}");
        // Attributes with their values cut out.
        let names: String = tag.split('"').step_by(2).collect();
        for name in names.split_whitespace().skip(1) {
            let bad = name.starts_with("on")
                || matches!(name, "style=" | "name=" | "srcdoc=" | "background=");
            assert!(!bad, "{name}: {source} -> {html}");
        }
        for value in tag.split('"').skip(1).step_by(2) {
            let value = value.to_ascii_lowercase();
            assert!(
                !value.starts_with("javascript:") && !value.starts_with("data:"),
                "{source} -> {html}"
            );
        }
    }
}

fn check_harmless(source: &str) {
    for rendered in [render(source, &CJK), render(source, &HTML)] {
        assert_harmless(&rendered.html, source);
        assert_eq!(sanitize(&rendered.html), rendered.html, "cleaning again: {source}");
    }
}

#[test]
fn attacks_are_defused() {
    for attack in ATTACKS {
        check_harmless(attack);
        for wrapped in [
            format!("> - {attack}\n\n{attack}"),
            format!("<div>\n\n{attack}\n\n</div>"),
            format!("x `{attack}` y"),
        ] {
            check_harmless(&wrapped);
        }
    }
}

#[test]
fn attacks_are_defused_in_pairs_and_in_pieces() {
    for first in ATTACKS {
        for second in ATTACKS {
            check_harmless(&format!("{first}{second}"));
        }
        for (at, _) in first.char_indices() {
            check_harmless(&first[at..]);
            check_harmless(&first[..at]);
        }
    }
}

/// A small generator of numbers, so that failures can be repeated.
fn numbers(mut state: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 40).ok()
    })
}

#[test]
fn random_input_renders() {
    const PIECES: &[&str] = &[
        "<",
        ">",
        "\"",
        "'",
        "=",
        "/",
        "!",
        "--",
        "&",
        ";",
        "#",
        "[",
        "]",
        "(",
        ")",
        "*",
        "_",
        "`",
        "~",
        "|",
        "-",
        ":",
        "\n",
        "\n\n",
        "    ",
        "\0",
        "\r",
        "\u{fdd0}",
        "\u{feff}",
        "中",
        "é",
        "😀",
        "a",
        "1.",
        "{#",
        "}",
        "^",
        "\\",
        "<p>",
        "</p>",
        "<td>",
        "<table>",
        "</table>",
        "<a href=",
        "<b ",
        "<script>",
        "<svg>",
        "<li>",
        "<!--more-->",
        "http://",
        "{{< ",
        "{{% ",
        " >}}",
        " %}}",
        "{{</* ",
        " */>}}",
        "details",
        "figure src=",
        "{{< /details >}}",
        "$",
        "$$",
        "\\(",
        "\\)",
        "```go {",
        "<iframe src=\"https://player.vimeo.com/video/",
    ];
    let mut numbers = numbers(7);
    for _ in 0..2000 {
        let length = numbers.next().unwrap() % 60;
        let source: String =
            numbers.by_ref().take(length).map(|n| PIECES[n % PIECES.len()]).collect();
        check_harmless(&source);
        let bytes: Vec<u8> = numbers.by_ref().take(length).map(|n| n.to_le_bytes()[0]).collect();
        check_harmless(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn no_input_takes_more_than_linear_time() {
    // Quadratic behaviour takes minutes here; linear takes a second or so for each, unoptimized.
    const SIZE: usize = 100_000;
    let nested = format!("{}a{}", "- ".repeat(SIZE / 4), "\n".repeat(SIZE / 2));
    let mixed = format!("{}a{}", "> - ".repeat(SIZE / 8), "\n>".repeat(SIZE / 4));
    let bold = (0..SIZE / 20).fold(String::new(), |all, n| all + &format!("<b a={n}>"));
    let formatting = bold + &"<p>".repeat(SIZE / 6);
    let long = [nested, mixed, formatting];
    let repeated = [
        "[",
        "![",
        "*",
        "_",
        ">",
        "`",
        "#",
        "<",
        "&",
        "~",
        "|",
        "\0",
        "\t",
        "<a ",
        "<a b=\"",
        "<!--",
        "</",
        "<div>",
        "<script>",
        "<svg>",
        "<table><i></i>",
        "<p><b>x",
        "[^a]",
        "[a](",
        "**a ",
        "# a\n",
        "a@b.c ",
        "中文",
        "\\",
        "<?",
        "{{<",
        "{{< a >}}",
        "{{< a `",
        "{{< a \"",
        "{{</*",
        "{{< details >}}",
        "{{% a %}}\n",
        "{{< a >}}b{{< /a >}}",
        "{{% a %}}b{{% /a %}}",
        "{{< /a >}}",
        "$",
        "$a",
        "$a$ ",
        "\\(",
        "\\(a\\) ",
        "`$",
        "```\n$",
        "```go\n\"/*",
    ];
    for source in repeated.iter().map(|piece| piece.repeat(SIZE / piece.len())).chain(long) {
        let start = Instant::now();
        let rendered: [Rendered; 2] = [render(&source, &CJK), render(&source, &HTML)];
        let name: String = source.chars().take(20).collect();
        assert!(start.elapsed() < Duration::from_secs(10), "{name}: {:?}", start.elapsed());
        assert!(rendered.iter().all(|rendered| rendered.html.len() < 20 * SIZE), "{name}");
    }
}
