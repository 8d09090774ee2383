//! Rules that concern the whole of rendering: what becomes of a document. What Hugo 0.168 makes of the
//! same one was looked up by running it.

use super::{Numbers, Options, plain_text, render, render_html, sanitize};

const CJK: Options = Options {
    cjk: true,
    math: false,
    html: false,
    typographer: false,
    emoji: false,
    summary_length: 0,
    numbers: Numbers::None,
};

#[test]
fn markdown_becomes_html() {
    for (markdown, html) in [
        ("# A\n\n## 来稿\n", "<h1 id=\"a\">A</h1>\n<h2 id=\"来稿\">来稿</h2>\n"),
        ("one  \ntwo\n\n---\n", "<p>one<br>\ntwo</p>\n<hr>\n"),
        (
            "~~a~~ https://x.y/z",
            "<p><del>a</del> <a href=\"https://x.y/z\">https://x.y/z</a></p>\n",
        ),
        (
            "![a *b*](c.png \"t\")",
            "<p><img src=\"c.png\" alt=\"a b\" title=\"t\" loading=\"lazy\" decoding=\"async\"></p>\n",
        ),
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
            "```zzz\nx < \"y\"\n```\n",
            "<div class=\"highlight\"><pre tabindex=\"0\" class=\"chroma\"><code class=\"language-zzz\" data-lang=\"zzz\">\
             <span class=\"line\"><span class=\"cl\">x &lt; \"y\"\n</span></span></code></pre></div>\n",
        ),
        ("5) a\n", "<ol start=\"5\">\n<li>a</li>\n</ol>\n"),
        ("<figure>\n\n*a*\n\n</figure>\n", "<figure>\n<p><em>a</em></p>\n</figure>\n"),
        (
            "{{< x >}} {{% y %}}",
            "<p><span data-shortcode=\"x\" data-params=\"[]\"></span> <span data-shortcode=\"y\" data-params=\"[]\"></span></p>\n",
        ),
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
    let rendered = render_html("<p>a</p>\n<!--more-->\n<p>b</p>", CJK);
    assert_eq!((&*rendered.summary, rendered.truncated, rendered.word_count), ("a", true, 2));
    assert!(!rendered.html.contains('\u{fdd0}'));
}

#[test]
fn html_bodies_have_the_same_values() {
    let rendered = render_html("<h2 id=x>T</h2><p onclick=x>你好 <b>world", CJK);
    assert_eq!(rendered.html, "<h2 id=\"x\">T</h2><p>你好 <b>world</b></p>");
    assert_eq!((&*plain_text(&rendered.html), rendered.word_count), ("T\n你好 world", 4));
    assert_eq!(rendered.headings.len(), 1);
    assert_eq!(rendered.headings[0].id, "x");
}

/// HTML of a document with formulas.
fn html(markdown: &str) -> String {
    let html = render(markdown, &Options { math: true, ..Options::default() }).html;
    assert_eq!(sanitize(&html), html, "cleaning again: {markdown}");
    html
}

#[test]
fn formulas_stay_as_they_are() {
    for (markdown, expected) in [
        (
            "a $x_1 * y_1 < z$ *b*",
            "<p>a <span class=\"math inline\">$x_1 * y_1 &lt; z$</span> <em>b</em></p>\n",
        ),
        (
            "$$\na \\\\\nb\n$$\n\nc",
            "<div class=\"math display\">$$\na \\\\\nb\n$$</div>\n<p>c</p>\n",
        ),
        ("a $$b$$ c", "<p>a <span class=\"math display\">$$b$$</span> c</p>\n"),
        ("\\\\(a_b\\\\)", "<p><span class=\"math inline\">\\(a_b\\)</span></p>\n"),
        (
            "`$a$` [b $c$](d)",
            "<p><code>$a$</code> <a href=\"d\">b <span class=\"math inline\">$c$</span></a></p>\n",
        ),
        (
            "## The $x^2$ law",
            "<h2 id=\"the--law\">The <span class=\"math inline\">$x^2$</span> law</h2>\n",
        ),
    ] {
        assert_eq!(html(markdown), expected, "{markdown}");
    }
    let plain = render("a $x_1$ b $y_1$", &CJK);
    assert_eq!(plain.html, "<p>a $x_1$ b $y_1$</p>\n");
}

#[test]
fn unknown_shortcodes_are_kept() {
    for (markdown, expected) in [
        (
            "a {{< icon \"x\" >}} b",
            "<p>a <span data-shortcode=\"icon\" data-params=\"[&quot;x&quot;]\"></span> b</p>\n",
        ),
        (
            "{{< note title=\"T\" open=true >}}\n**a** <b>c</b>\n{{< /note >}}\n\nd",
            "<div data-shortcode=\"note\" data-params=\"{&quot;title&quot;:&quot;T&quot;,&quot;open&quot;:true}\">\n**a** <b>c</b>\n</div>\n<p>d</p>\n",
        ),
        (
            "{{% note %}}\n## A\n\n*b*\n{{% /note %}}\n\nc",
            "<div data-shortcode=\"note\" data-params=\"[]\">\n<h2 id=\"a\">A</h2>\n<p><em>b</em></p>\n</div>\n<p>c</p>\n",
        ),
        (
            "a {{% y %}}*b*{{% /y %}} c",
            "<p>a <span data-shortcode=\"y\" data-params=\"[]\"><em>b</em></span> c</p>\n",
        ),
        (
            "- a\n\n  {{% y %}}\n  - b\n  {{% /y %}}\n\n- c",
            "<ul>\n<li>\n<p>a</p>\n<div data-shortcode=\"y\" data-params=\"[]\">\n<ul>\n<li>b</li>\n</ul>\n</div>\n</li>\n<li>\n<p>c</p>\n</li>\n</ul>\n",
        ),
        (
            "{{< tabs >}}{{< tab \"a\" >}}b{{< /tab >}}{{< /tabs >}}",
            "<div data-shortcode=\"tabs\" data-params=\"[]\"><div data-shortcode=\"tab\" data-params=\"[&quot;a&quot;]\">b</div></div>\n",
        ),
        (
            "{{</* a \"b\" */>}} `{{</* c */>}}`",
            "<p>{{&lt; a \"b\" &gt;}} <code>{{&lt; c &gt;}}</code></p>\n",
        ),
        ("`{{< a >}}` {{< a", "<p><code>{{&lt; a &gt;}}</code> {{&lt; a</p>\n"),
        ("```\n{{< a >}}\n```", "<pre tabindex=\"0\"><code>{{&lt; a &gt;}}\n</code></pre>\n"),
        ("[a]({{< b >}})", "<p><a href=\"{{&lt; b &gt;}}\">a</a></p>\n"),
    ] {
        assert_eq!(html(markdown), expected, "{markdown}");
    }
}

#[test]
fn shortcodes_are_what_hugo_makes_of_them() {
    for (markdown, expected) in [
        (
            "{{< figure src=\"a.jpg\" title=\"T\" caption=\"C *i*\" link=\"/l\" class=\"c\" width=\"1\" >}}",
            "<figure class=\"c\"><a href=\"/l\"><img src=\"a.jpg\" alt=\"C i\" width=\"1\" loading=\"lazy\" decoding=\"async\"></a>\
             <figcaption>\n<h4>T</h4><p>C <em>i</em></p>\n</figcaption>\n</figure>\n\n",
        ),
        (
            "{{< youtube dQw4 >}}",
            "<div class=\"embed embed-youtube\"><iframe src=\"https://www.youtube-nocookie.com/embed/dQw4?autoplay=0&amp;controls=1&amp;end=0&amp;loop=0&amp;mute=0&amp;start=0\" \
             title=\"YouTube video\" loading=\"lazy\" referrerpolicy=\"strict-origin-when-cross-origin\" allowfullscreen=\"\"></iframe></div>\n\n",
        ),
        (
            "{{< vimeo id=1 title=\"a\" >}}",
            "<div class=\"embed embed-vimeo\"><iframe src=\"https://player.vimeo.com/video/1?dnt=1\" title=\"a\" loading=\"lazy\" \
             referrerpolicy=\"strict-origin-when-cross-origin\" allowfullscreen=\"\"></iframe></div>\n\n",
        ),
        (
            "{{< x user=\"a\" id=\"1\" >}}",
            "<div class=\"embed embed-x\"><a href=\"https://x.com/a/status/1\">Post by @a on X</a></div>\n\n",
        ),
        (
            "{{< gist a 1 \"b.go\" >}}",
            "<div class=\"embed embed-gist\"><a href=\"https://gist.github.com/a/1#file-b-go\">Gist by a: b.go</a></div>\n\n",
        ),
        (
            "{{< instagram Cx >}}",
            "<div class=\"embed embed-instagram\"><a href=\"https://www.instagram.com/p/Cx\">View this post on Instagram</a></div>\n\n",
        ),
        (
            "{{< details summary=\"S *t*\" open=true >}}\n**a** {{< icon >}}\n{{< /details >}}",
            "<details open=\"\">\n<summary>S <em>t</em></summary>\n<p><strong>a</strong> \
             <span data-shortcode=\"icon\" data-params=\"[]\"></span></p>\n</details>\n\n",
        ),
        (
            "[a]({{< ref \"b.md#c\" >}}) [d]({{% relref path=\"/e\" lang=\"fr\" %}})",
            "<p><a href=\"ref:b.md#c\">a</a> <a href=\"relref:/e?lang=fr\">d</a></p>\n",
        ),
        (
            "a {{< param \"x.y\" >}} b",
            "<p>a <span data-shortcode=\"param\" data-params=\"[&quot;x.y&quot;]\"></span> b</p>\n",
        ),
        (
            "{{< highlight zzz \"linenos=inline,hl_lines=2\" >}}\na\nb\n{{< /highlight >}}",
            "<div class=\"highlight\"><pre tabindex=\"0\" class=\"chroma\"><code class=\"language-zzz\" data-lang=\"zzz\">\
             <span class=\"line\"><span class=\"ln\">1</span><span class=\"cl\">a\n</span></span>\
             <span class=\"line hl\"><span class=\"ln\">2</span><span class=\"cl\">b</span></span></code></pre></div>\n",
        ),
        (
            "a {{< highlight zzz \"hl_inline=true\" >}}b<{{< /highlight >}}",
            "<p>a <code class=\"code-inline language-zzz\">b&lt;</code></p>\n",
        ),
    ] {
        assert_eq!(html(markdown), expected, "{markdown}");
    }
    let code = html("{{< qr text=\"https://gohugo.io\" alt=\"A\" />}}");
    assert!(
        code.starts_with("<img src=\"data:image/png;base64,") && code.contains("width=\"132\"")
    );
}

#[test]
fn how_a_body_is_rendered_is_kept_in_bits() {
    for numbers in [Numbers::None, Numbers::Table, Numbers::Inline] {
        for summary_length in [0, 70, Options::LONGEST_SUMMARY] {
            for flag in [false, true] {
                let options = Options {
                    cjk: flag,
                    math: !flag,
                    html: flag,
                    typographer: !flag,
                    emoji: flag,
                    summary_length,
                    numbers,
                };
                assert_eq!(Options::from_bits(options.to_bits()), options);
            }
        }
    }
}

#[test]
fn a_site_may_number_the_lines_of_its_code() {
    let with = |numbers, markdown: &str| render(markdown, &Options { numbers, ..CJK });
    let fence = "```go\na b\nc\n```\n";
    assert_eq!(with(Numbers::None, fence).word_count, 3);
    let table = with(Numbers::Table, fence);
    assert!(table.html.contains("<span class=\"lnt\">2\n</span>"), "{}", table.html);
    assert!(with(Numbers::Inline, fence).html.contains("<span class=\"ln\">2</span>"));
    for own in ["```go {linenos=false}\na\n```\n", "```\na\n```\n", "    a\n"] {
        let html = with(Numbers::Table, own).html;
        assert!(!html.contains("lnt"), "{html}");
    }
    let short = "{{< highlight go >}}a{{< /highlight >}}";
    assert!(with(Numbers::Table, short).html.contains("lnt"));
}
