//! What HTML an article may contain. This is the only safety gate: whatever an author wrote and
//! whatever the Markdown renderer made of it passes through [`sanitize`], without exception.
//!
//! **Invariants.** Allow lists only: an element or attribute that is not named here does not exist.
//! No `style`, no `name`, no event handler, no URL but of [`SCHEMES`] or relative. Cleaning twice
//! changes nothing.
//!
//! **Ids and DOM clobbering.** A browser exposes every element with an `id` as `window.<id>` (and
//! some with a `name` as `document.<name>`), so a page's own script can be handed an author's
//! element instead of a missing variable. It becomes dangerous with elements that turn into an
//! author's string (`a`, `area`), that hold others by name (`form`, `object`, collections of equal
//! `name`s) or that load something. Therefore `name` is never kept, and `id` only on headings, as
//! readers link to them, and, with a colon in it so that no script can mean it, on footnotes. The
//! ids of headings are not prefixed: they are addresses that a Hugo site has already published.
//!
//! **Links get no `rel`.** No link opens a window (`target` is dropped), so there is nothing for
//! `noopener` to guard; `noreferrer` would hide an editor's links from those linked to, and
//! `nofollow` is the front end's decision.
//!
//! To allow an element: its name in [`TAGS`], its attributes in [`ATTRIBUTES`], and a line in the
//! tests below.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, Url, UrlRelative};

use super::balance::balance;

/// Elements that may stay; others are dropped and their content kept.
pub(super) const TAGS: &[&str] = &[
    "a",
    "abbr",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

/// Attributes that may stay, by element; `lang`, `dir` and `title` may stay on all.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "hreflang", "class", "role"]),
    ("audio", &["src", "controls", "loop", "muted", "preload"]),
    ("blockquote", &["cite"]),
    ("code", &["class", "data-lang"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("data", &["value"]),
    ("del", &["cite", "datetime"]),
    ("details", &["open", "class"]),
    ("div", &["class", "role", "align", "data-shortcode", "data-params"]),
    ("figure", &["class"]),
    ("h1", &["id"]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("h5", &["id"]),
    ("h6", &["id"]),
    ("iframe", &["src", "title", "loading", "referrerpolicy", "allowfullscreen"]),
    ("img", &["src", "alt", "width", "height", "align", "loading", "decoding"]),
    ("input", &["checked", "disabled"]),
    ("ins", &["cite", "datetime"]),
    ("li", &["id", "value"]),
    ("ol", &["start", "reversed", "type"]),
    ("p", &["align"]),
    ("pre", &["class", "tabindex"]),
    ("q", &["cite"]),
    ("source", &["src", "type", "media"]),
    ("span", &["class", "data-shortcode", "data-params"]),
    ("sup", &["id"]),
    ("table", &["align", "class"]),
    ("td", &["align", "class", "colspan", "rowspan"]),
    ("th", &["align", "colspan", "rowspan", "scope"]),
    ("time", &["datetime"]),
    ("tr", &["align"]),
    ("track", &["src", "kind", "srclang", "label", "default"]),
    (
        "video",
        &[
            "src",
            "poster",
            "controls",
            "loop",
            "muted",
            "playsinline",
            "preload",
            "width",
            "height",
        ],
    ),
];

/// Schemes of links; media are held to `http` and `https`, and `data` is for images that were drawn
/// here. `ref` and `relref` are pages to be looked up.
const SCHEMES: &[&str] = &[
    "http", "https", "ftp", "mailto", "tel", "sms", "geo", "xmpp", "irc", "ircs", "magnet", "data",
    "ref", "relref",
];

/// What may be shown in a frame: players that follow nobody, in the form that asks for it.
const FRAMES: &[&str] =
    &["https://www.youtube-nocookie.com/embed/", "https://player.vimeo.com/video/"];

/// Whether an address may be shown in a frame.
pub(super) fn is_framed(address: &str) -> bool {
    FRAMES.iter().any(|start| address.starts_with(start))
}

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(builder);

fn builder() -> Builder<'static> {
    let set = |names: &[&'static str]| names.iter().copied().collect::<HashSet<_>>();
    let mut builder = Builder::empty();
    builder
        .tags(set(TAGS))
        .clean_content_tags(set(&["script", "style"]))
        .generic_attributes(set(&["lang", "dir", "title"]))
        .tag_attributes(
            ATTRIBUTES.iter().map(|(tag, names)| (*tag, set(names))).collect::<HashMap<_, _>>(),
        )
        // The only control there is: the box of a task list, which does nothing. One value is set,
        // not two, as their order would be that of a hash map.
        .tag_attribute_values(HashMap::from([(
            "input",
            HashMap::from([("type", set(&["checkbox"]))]),
        )]))
        .set_tag_attribute_value("input", "disabled", "")
        .url_schemes(set(SCHEMES))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .strip_comments(true)
        .attribute_filter(filter);
    builder
}

/// Values that may stay where the name alone does not tell.
fn filter<'v>(element: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    let keep = match (element, attribute) {
        ("code", "class") => value
            .strip_prefix("code-inline ")
            .unwrap_or(value)
            .strip_prefix("language-")
            .is_some_and(|name| !name.contains(char::is_whitespace)),
        ("a", "class") => matches!(value, "footnote-ref" | "footnote-backref"),
        ("a", "role") => matches!(value, "doc-noteref" | "doc-backlink"),
        ("div", "class") => has_classes(value, is_block_class),
        ("span", "class") => has_classes(value, is_word_class),
        ("pre", "class") => value == "chroma",
        ("pre", "tabindex") => value == "0",
        ("table", "class") => value == "lntable",
        ("td", "class") => value == "lntd",
        ("figure" | "details", "class") => has_classes(value, is_plain),
        ("iframe", "src") => is_framed(value),
        ("iframe", "referrerpolicy") => value == "strict-origin-when-cross-origin",
        ("img", "src") if is_drawn(value) => true,
        ("div", "role") => value == "doc-endnotes",
        ("li", "id") => value.starts_with("fn:"),
        ("sup", "id") => value.starts_with("fnref") && value.contains(':'),
        (_, "id") => !value.is_empty() && !value.contains(char::is_whitespace),
        (_, "src" | "poster") => is_web(value),
        (_, "href" | "cite") => !is_data(value),
        _ => true,
    };
    keep.then_some(Cow::Borrowed(value))
}

fn has_classes(value: &str, may: fn(&str) -> bool) -> bool {
    !value.is_empty() && value.split(' ').all(may)
}

/// Of a block that was made here.
fn is_block_class(class: &str) -> bool {
    matches!(
        class,
        "footnotes"
            | "highlight"
            | "chroma"
            | "math"
            | "display"
            | "embed"
            | "embed-gist"
            | "embed-instagram"
            | "embed-vimeo"
            | "embed-x"
            | "embed-youtube"
    )
}

/// Of a piece of code or of a formula.
fn is_word_class(class: &str) -> bool {
    let is_short = |class: &str| {
        (1..=3).contains(&class.len())
            && class.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    matches!(class, "line" | "math" | "inline" | "display") || is_short(class)
}

/// A name of an author's own.
fn is_plain(class: &str) -> bool {
    !class.is_empty()
        && class.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// An image that is its own address, of pixels alone.
fn is_drawn(address: &str) -> bool {
    address.strip_prefix("data:image/png;base64,").is_some_and(|data| {
        data.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
    })
}

/// Whether a browser would read the address as one of `data`.
fn is_data(address: &str) -> bool {
    ammonia::Url::parse(address).is_ok_and(|url| url.scheme() == "data")
}

/// Relative, or of the schemes `http` and `https`. Other schemes were dropped before if they are
/// not in [`SCHEMES`], so that only their names are left to compare.
fn is_web(url: &str) -> bool {
    let scheme = url.split([':', '/', '?', '#']).next().unwrap_or_default();
    url.as_bytes().get(scheme.len()) != Some(&b':')
        || scheme.eq_ignore_ascii_case("http")
        || scheme.eq_ignore_ascii_case("https")
}

/// Safe HTML from any HTML: elements, attributes and URLs by allow list, nested and closed
/// properly. Never fails, in linear time.
#[must_use]
pub fn sanitize(html: &str) -> String {
    clean(&SANITIZER, html)
}

/// The same, with relative addresses made absolute: for who shows it elsewhere.
#[must_use]
pub fn sanitize_for(html: &str, base: Url) -> String {
    let mut builder = builder();
    builder.url_relative(UrlRelative::RewriteWithBase(base));
    clean(&builder, html)
}

fn clean(builder: &Builder<'_>, html: &str) -> String {
    let clean = builder.clean(&balance(html)).to_string();
    // The parser takes a leading byte order mark off its input, so leave none for the next time.
    match clean.strip_prefix('\u{feff}') {
        Some(rest) => rest.trim_start_matches('\u{feff}').to_owned(),
        None => clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(sanitize(html), expected, "{html}");
        assert_eq!(sanitize(expected), expected, "cleaning twice");
    }

    #[test]
    fn safe_elements_stay() {
        for html in [
            r#"<figure><img src="a.png" alt="b" width="1" height="2" loading="lazy"><figcaption>c</figcaption></figure>"#,
            "<details open=\"\"><summary>a</summary><p>b</p></details>",
            r#"<div class="embed embed-youtube"><iframe src="https://www.youtube-nocookie.com/embed/x?a=1&amp;b=2" title="t" loading="lazy" referrerpolicy="strict-origin-when-cross-origin" allowfullscreen=""></iframe></div>"#,
            r#"<div class="highlight" data-params="{}"><pre tabindex="0" class="chroma"><code class="language-go" data-lang="go"><span class="line hl"><span class="cl">x</span></span></code></pre></div>"#,
            r#"<div data-shortcode="a" data-params="[&quot;b&quot;]">c</div><span class="math inline">$x$</span>"#,
            r#"<img src="data:image/png;base64,iVBORw0K" alt=""><figure class="a b-c"></figure>"#,
            r#"<a href="ref:a/b.md?lang=fr#x">a</a>"#,
            "<kbd>a</kbd><sup>1</sup><sub>2</sub><mark>m</mark><abbr title=\"t\">x</abbr>",
            r#"<video src="https://e.org/a.mp4" controls="" poster="/p.jpg"></video>"#,
            r#"<audio controls=""><source src="a.mp3" type="audio/mpeg"></audio>"#,
            r#"<table><thead><tr><th align="left" scope="col">a</th></tr></thead><tbody><tr><td colspan="2">b</td></tr></tbody></table>"#,
            r#"<pre><code class="language-c++">a &lt; b</code></pre>"#,
            r##"<ol start="3"><li id="fn:1"><a href="#fnref:1" class="footnote-backref" role="doc-backlink">x</a></li></ol>"##,
            r#"<sup id="fnref1:2">1</sup><h2 id="来稿">来稿</h2><ruby>漢<rt>han</rt></ruby>"#,
            r#"<a href="mailto:a@b.cc">m</a><a href="../x?y#z">r</a><a href="//e.org">p</a>"#,
            r#"<div class="footnotes" role="doc-endnotes"></div>"#,
        ] {
            check(html, html);
        }
    }

    #[test]
    fn only_dead_checkboxes_are_controls() {
        check(
            "<input type=checkbox name=q id=q checked onfocus=x>",
            "<input type=\"checkbox\" checked=\"\" disabled=\"\">",
        );
        check("<input type=text value=x autofocus>", "<input disabled=\"\">");
        check("<input disabled=x type=image src=y>", "<input disabled=\"\">");
        check("<form action=x><button name=a>b</button><select><option>c</select></form>", "bc");
    }

    #[test]
    fn ids_stay_where_they_cannot_clobber() {
        check("<h2 id=a>x</h2>", "<h2 id=\"a\">x</h2>");
        check("<a id=config href=x name=y>x</a>", "<a href=\"x\">x</a>");
        check("<img id=cookie name=cookie src=x>", "<img src=\"x\">");
        check("<div id=app></div><li id=app>x</li>", "<div></div><li>x</li>");
        check("<h2 id=\"a b\" name=q>x</h2>", "<h2>x</h2>");
    }

    #[test]
    fn hostile_html_is_defused() {
        check("<script>alert(1)</script>a<STYLE>b{}</style>", "a");
        check("<b onclick=alert(1) style='x:y' class=z>a</b>", "<b>a</b>");
        check("<a href='jav&#x09;ascript:alert(1)'>a</a>", "<a>a</a>");
        check("<a href=' \u{1}javascript:alert(1)'>a</a>", "<a>a</a>");
        check("<img src=x onerror=alert(1)//>", "<img src=\"x\">");
        check("<img src='data:image/svg+xml,x'><img src='mailto:x'>", "<img><img>");
        check(
            "<a href='data:text/html,x'>a</a><a href=' da\nta:image/png;base64,x'>b</a>",
            "<a>a</a><a>b</a>",
        );
        check(
            "<img src='DATA:image/png;base64,x'><img src='ref:x'><q cite='data:,x'></q>",
            "<img><img><q></q>",
        );
        check("<iframe src=https://evil.example>a</iframe>b", "b");
        check(
            "<iframe src=\"https://player.vimeo.com/video/1\" srcdoc=x onload=y><p>a</iframe>b",
            "<iframe src=\"https://player.vimeo.com/video/1\"></iframe>b",
        );
        check(
            "<div class='modal fixed'>a</div><span class='toolong'>b</span>",
            "<div>a</div><span>b</span>",
        );
        check("<video src='javascript:x' poster='data:x'></video>", "<video></video>");
        check("<svg><script>alert(1)</script></svg>a", "a");
        check("<svg/onload=alert(1)>a", "a");
        check("<math><mi xlink:href=javascript:x>b</mi></math>a", "a");
        check(
            "<iframe srcdoc='<script>x</script>'></iframe><object data=x></object><embed src=x>a",
            "a",
        );
        check("<scr<script>ipt>alert(1)</script>", "ipt&gt;alert(1)");
        check("<base href=//e.org><meta http-equiv=refresh content=0><link rel=x>a", "a");
        check(
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>a",
            "<img src=\"x\">\"&gt;a",
        );
    }
}
