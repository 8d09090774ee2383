use proptest::prelude::*;

use super::*;
use crate::render;

const HTML: render::Options = render::Options {
    cjk: false,
    math: false,
    html: true,
    typographer: false,
    emoji: false,
    summary_length: 0,
    numbers: crate::render::Numbers::None,
};

/// HTML and the Markdown that it becomes.
const CASES: &[(&str, &str)] = &[
    ("<p>One <strong>two</strong> <em>three</em></p>", "One **two** *three*\n"),
    ("<h2 class=\"wp-block-heading\">新闻</h2><p>正文</p>", "## 新闻\n\n正文\n"),
    ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c\n"),
    ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n<!-- -->\n\n- b\n"),
    (
        "<p><a href=\"https://example.org/?a=1&amp;b=2\">x</a></p>",
        "[x](https://example.org/?a=1&b=2)\n",
    ),
    (
        "<pre><code class=\"language-rust\">fn a() {}\n\nb\n</code></pre>",
        "```rust\nfn a() {}\n\nb\n```\n",
    ),
    ("<p>a</p><!--more--><p>b</p>", "a\n\n<!--more-->\n\nb\n"),
    ("<!-- wp:paragraph {\"x\":1} --><p>a</p><!-- /wp:paragraph -->", "a\n"),
    (
        "<figure class=\"wp-block-image size-large\"><img src=\"/a.png\" alt=\"A\" width=\"9\" class=\"wp-image-1\"/></figure>",
        "![A](/a.png)\n",
    ),
    ("<div class=\"wp-block-group\"><div><p>a</p><p>b</p></div></div>", "a\n\nb\n"),
    (
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
        "| a |\n| - |\n| 1 |\n",
    ),
    ("<p>https://example.org/watch?v=1&amp;x</p>", "https://example.org/watch?v=1&x\n"),
    (
        "<p>See www.example.org or <a href=\"https://example.org/\">this</a></p>",
        "See www.example.org or [this](https://example.org/)\n",
    ),
    ("plain &amp; text", "plain & text\n"),
    ("", ""),
];

#[test]
fn what_markdown_can_say_becomes_markdown() {
    for (html, expected) in CASES {
        let found = convert(html);
        assert!(!found.is_html, "{html}");
        // Tables are padded as their writer likes.
        let squeezed = |text: &str| text.replace(['-', ' '], "");
        if html.starts_with("<table") {
            assert_eq!(squeezed(&found.text), squeezed(expected), "{html}");
        } else {
            assert_eq!(found.text, *expected, "{html}");
        }
        assert_eq!(found.html_blocks, 0, "{html}");
    }
}

#[test]
fn what_it_cannot_say_stays_html() {
    for html in [
        "<p>H<sub>2</sub>O</p>",
        "<figure><img src=\"/a.png\"><figcaption>A <em>b</em></figcaption></figure>",
        "<table><tr><td colspan=\"2\">a</td></tr><tr><td>b</td><td>c</td></tr></table>",
        "<iframe src=\"https://example.org/embed\"></iframe>",
        "<p><video controls src=\"/a.mp4\"></video></p>",
        "<pre>a\n\n\nb  c</pre>",
        "<div align=\"center\">\n\n<p>a</p>\n\n<pre>x\n\n y</pre></div>",
        "<p lang=\"ja\">日本</p>",
        "<details><summary>s</summary><p>*a*</p>\n\n<p>b</p></details>",
    ] {
        let found = convert(html);
        assert_eq!((found.is_html, found.html_blocks), (false, 1), "{html}: {}", found.text);
        let shown = render::render(&found.text, &render::Options::default());
        let meant = render::render(html, &HTML);
        assert!(compare::same(&shown.html, &meant.html), "{html}\n{}\n{}", found.text, shown.html);
        for word in ["iframe", "video", "colspan"] {
            assert_eq!(found.text.contains(word), html.contains(word), "{html}");
        }
    }
}

#[test]
fn text_that_looks_like_markdown_stays_text() {
    for text in [
        "*a*",
        "# a",
        "1. a",
        "a_b_c",
        "[a](b)",
        "&lt;b&gt;",
        "> a",
        "`x`",
        "- a",
        "a\\b",
        "| a |",
        "[^1]: x",
        "===",
        "{{&lt; x &gt;}}",
    ] {
        let html = format!("<p>{text}</p>");
        let found = convert(&html);
        let shown = render::render(&found.text, &render::Options::default());
        assert_eq!(
            render::plain_text(&shown.html).trim(),
            text.replace("&lt;", "<").replace("&gt;", ">"),
            "{text}: {}",
            found.text
        );
    }
}

#[test]
fn blank_lines_make_paragraphs() {
    for (text, expected) in [
        ("a\nb\n\nc", "<p>a<br>\nb</p>\n<p>c</p>\n"),
        ("<h2>x</h2>\na", "<h2>x</h2><p>a</p>\n"),
        ("<pre>a\n\nb</pre>", "<pre>a\n\nb</pre>"),
        ("<ul>\n<li>a</li>\n</ul>", "<ul>\n<li>a</li>\n</ul>"),
        ("<blockquote>a\n\nb</blockquote>", "<blockquote><p>a</p>\n<p>b</p>\n</blockquote>"),
    ] {
        assert_eq!(paragraphs(text), expected, "{text}");
    }
}

#[test]
fn shortcodes_of_wordpress_are_written_out() {
    let media = |id| {
        (id < 3).then(|| Media {
            url: format!("https://example.org/{id}.jpg"),
            alt: Some("A \"b\"".to_owned()),
            image: true,
            ..Media::default()
        })
    };
    let body = |text: &str| wordpress_body(text, &media, &|_| None, &Vec::new);
    let caption = body(
        "[caption id=\"x\" align=\"alignleft\" width=\"300\"]<a href=\"/b\"><img src=\"/a.jpg\" alt=\"\" /></a> Say <em>it</em>[/caption]\n\nnext",
    );
    assert!(caption.contains("<figcaption>Say <em>it</em></figcaption></figure>"), "{caption}");
    assert!(caption.contains("<p>next</p>"), "{caption}");
    let gallery = convert(&body("[gallery ids=\"1, 2\"]")).text;
    assert_eq!(
        gallery,
        "![A \\\"b\\\"](https://example.org/1.jpg)\n\n![A \\\"b\\\"](https://example.org/2.jpg)\n"
    );
    assert_eq!(
        body("[gallery ids=\"1,9\"]").trim(),
        "<p>[gallery ids=\"1,9\"]</p>",
        "a file is missing"
    );
    assert_eq!(body("[contact-form to=\"a\"]").trim(), "<p>[contact-form to=\"a\"]</p>");
    assert_eq!(body("[[gallery]]").trim(), "<p>[gallery]</p>");
    assert!(body("[embed]https://example.org/v[/embed]").contains("<p>https://example.org/v</p>"));
    assert!(body("[audio mp3=\"/a.mp3\"][/audio]").contains("<audio controls src=\"/a.mp3\">"));
    let shared = wordpress_body(
        "<!-- wp:block {\"ref\":7} /-->",
        &media,
        &|id| (id == 7).then(|| "<p>shared</p>".to_owned()),
        &Vec::new,
    );
    assert_eq!(shared, "<p>shared</p>");
}

#[test]
fn depth_and_size_are_survived() {
    for html in [
        "<div>".repeat(20_000),
        format!("{}a{}", "<b>".repeat(5_000), "</b>".repeat(5_000)),
        format!("{}a{}", "<blockquote>".repeat(2_000), "</blockquote>".repeat(2_000)),
        "<ul><li>".repeat(2_000),
        "[caption]".repeat(5_000),
        "<!--".repeat(5_000),
    ] {
        let _ = convert(&wordpress_body(&html, &|_| None, &|_| None, &Vec::new));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_is_lost(parts in prop::collection::vec(prop::sample::select(vec![
        "<p>", "</p>", "a *b*", "\n\n", "<ul>", "<li>", "</li>", "</ul>", "<b>", "</b>", "<br>", "新",
        "<h2>", "</h2>", "<pre>", "</pre>", "<div>", "</div>", "<table><tr><td>", "</td></tr></table>",
        " ", "&amp;", "<sup>", "</sup>", "<!--x-->", "<a href=\"/x y\">", "</a>", "[x]", "1. ", "# ", "`",
        "<blockquote>", "</blockquote>", "<code>", "</code>", "<em>", "</em>", "    ", "\\",
    ]), 0..14)) {
        let html = parts.concat();
        let found = convert(&html);
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let rendered = if found.is_html { render::render(&found.text, &HTML) }
            else { render::render(&found.text, &render::Options::default()) };
        let meant = render::render(&html, &HTML);
        prop_assert_eq!(letters(&render::plain_text(&rendered.html)), letters(&render::plain_text(&meant.html)), "{}\n{}", html, found.text);
    }
}
