//! Rules that concern the whole of rendering: what becomes of a document. What Hugo 0.168 makes of the
//! same one was looked up by running it.

use super::{Options, render, render_html, sanitize};

const CJK: Options = Options { cjk: true };

#[test]
fn markdown_becomes_html() {
    for (markdown, html) in [
        ("# A\n\n## 来稿\n", "<h1 id=\"a\">A</h1>\n<h2 id=\"来稿\">来稿</h2>\n"),
        ("one  \ntwo\n\n---\n", "<p>one<br>\ntwo</p>\n<hr>\n"),
        (
            "~~a~~ https://x.y/z",
            "<p><del>a</del> <a href=\"https://x.y/z\">https://x.y/z</a></p>\n",
        ),
        ("![a *b*](c.png \"t\")", "<p><img src=\"c.png\" alt=\"a b\" title=\"t\"></p>\n"),
        (
            "- [x] a\n- [ ] b\n",
            "<ul>\n<li><input checked=\"\" disabled=\"\" type=\"checkbox\"> a</li>\n\
             <li><input disabled=\"\" type=\"checkbox\"> b</li>\n</ul>\n",
        ),
        ("a\n: b\n", "<dl>\n<dt>a</dt>\n<dd>b</dd>\n</dl>\n"),
        (
            "|a|b|\n|-|:-:|\n|c|d|\n",
            "<table>\n<thead>\n<tr>\n<th>a</th>\n<th align=\"center\">b</th>\n</tr>\n</thead>\n\
             <tbody>\n<tr>\n<td>c</td>\n<td align=\"center\">d</td>\n</tr>\n</tbody>\n</table>\n",
        ),
        (
            "```go\nx < \"y\"\n```\n",
            "<pre><code class=\"language-go\">x &lt; \"y\"\n</code></pre>\n",
        ),
        ("5) a\n", "<ol start=\"5\">\n<li>a</li>\n</ol>\n"),
        ("<figure>\n\n*a*\n\n</figure>\n", "<figure>\n<p><em>a</em></p>\n</figure>\n"),
        ("{{< x >}} {{% y %}}", "<p>{{&lt; x &gt;}} {{% y %}}</p>\n"),
        (
            "a[^x] b[^x]\n\n[^x]: *n*\n",
            "<p>a<sup id=\"fnref:1\"><a href=\"#fn:1\" class=\"footnote-ref\" role=\"doc-noteref\">1</a></sup> \
             b<sup id=\"fnref1:1\"><a href=\"#fn:1\" class=\"footnote-ref\" role=\"doc-noteref\">1</a></sup></p>\n\
             <div class=\"footnotes\" role=\"doc-endnotes\">\n<hr>\n<ol>\n<li id=\"fn:1\">\n<p><em>n</em>&nbsp;\
             <a href=\"#fnref:1\" class=\"footnote-backref\" role=\"doc-backlink\">↩︎</a>&nbsp;\
             <a href=\"#fnref1:1\" class=\"footnote-backref\" role=\"doc-backlink\">↩︎</a></p>\n</li>\n</ol>\n</div>\n",
        ),
    ] {
        let rendered = render(markdown, &CJK);
        assert_eq!(rendered.html, html, "{markdown}");
        assert_eq!(sanitize(html), html, "cleaning again: {markdown}");
    }
}

#[test]
fn dividers_end_summaries_as_in_hugo() {
    for (markdown, summary, truncated, html) in [
        ("a\n\n<!--more-->\n\nb\n", "a", true, "<p>a</p>\n<p>b</p>\n"),
        ("a <!--more--> b\n", "a", true, "<p>a</p>\n<p>b</p>\n"),
        ("a\n<!--more-->", "a", false, "<p>a</p>\n"),
        ("<!--more-->\nb\n", "", true, "<p>b</p>\n"),
        (
            "- a\n<!--more-->\n- b\n",
            "a",
            true,
            "<ul>\n<li>a</li>\n</ul>\n<ul>\n<li>b</li>\n</ul>\n",
        ),
        ("a\n\n<!-- more -->\n\nb\n", "a b", false, "<p>a</p>\n\n<p>b</p>\n"),
        (
            "a\n\n<!--more-->\n\nb\n\n<!--more-->\n\nc\n",
            "a",
            true,
            "<p>a</p>\n<p>b</p>\n\n<p>c</p>\n",
        ),
        ("<div>\n\n<!--more-->\n\n</div>\n\nb", "", true, "<div>\n</div>\n<p>b</p>\n"),
        ("a\u{fdd0}\n\n<!--more-->\n\nb &#xfdd0;", "a", true, "<p>a</p>\n<p>b </p>\n"),
    ] {
        let rendered = render(markdown, &CJK);
        let seen = (&*rendered.summary, rendered.truncated, &*rendered.html);
        assert_eq!(seen, (summary, truncated, html), "{markdown}");
    }
    let rendered = render_html("<p>a</p>\n<!--more-->\n<p>b</p>", &CJK);
    assert_eq!((&*rendered.summary, rendered.truncated, rendered.word_count), ("a", true, 2));
    assert!(!rendered.html.contains('\u{fdd0}'));
}

#[test]
fn html_bodies_have_the_same_values() {
    let rendered = render_html("<h2 id=x>T</h2><p onclick=x>你好 <b>world", &CJK);
    assert_eq!(rendered.html, "<h2 id=\"x\">T</h2><p>你好 <b>world</b></p>");
    assert_eq!((&*rendered.plain_text, rendered.word_count), ("T\n你好 world", 4));
    assert_eq!(rendered.headings.len(), 1);
    assert_eq!(rendered.headings[0].id, "x");
}
