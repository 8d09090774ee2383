//! Sites as people write them: every style, language, encoding and mistake that
//! was seen in public ones, drawn at random, the same for each seed.

#![expect(
    clippy::format_push_string,
    clippy::same_functions_in_if_condition,
    reason = "a line of a document is one statement, and chances stand apart"
)]

use std::path::Path;

use crate::generate::Numbers;

const WORDS: [&str; 12] = [
    "Hello world",
    "第一篇文章：你好",
    "日本語のタイトル",
    "한국어 제목",
    "عنوان عربي",
    "हिन्दी शीर्षक",
    "It's \"quoted\" & <b>",
    "a: b # c",
    "- dash",
    "C++ / C# == F",
    "100%",
    "Ünïcödé – naïve",
];

/// Those that Hugo reads come first.
const DATES: [&str; 24] = [
    "2020-01-02",
    "2020-01-02T03:04:05Z",
    "2020-01-02T03:04:05+08:00",
    "2020-01-02 03:04:05",
    "2020-01-02 03:04:05 +0800",
    "2020-01-02T03:04:05",
    "2020-01-02T03:04:05.123Z",
    "2020-01-02T03:04:05.123456+09:00",
    "\"2020-01-02\"",
    "'2020-01-02 03:04:05'",
    "\"January 2, 2020\"",
    "2020-01-02T03:04:05-0700",
    "",
    "1577934245",
    "2020/01/02",
    "2020-1-2",
    "\"2 Jan 2020\"",
    "2020-01-02 03:04",
    "Thu, 02 Jan 2020 03:04:05 +0000",
    "null",
    "2020-01-02T03:04:05+08",
    "someday",
    "\"\"",
    "~",
];

const BODIES: [&str; 10] = [
    "",
    "\n",
    "Text.\n",
    "\n## Heading\n\nText with `code`.\n\n---\n\nMore.\n",
    "第一段。\n\n第二段。\n\n[qq](https://example.org/a)\n",
    "{{< figure src=\"a.png\" >}}\n\n{{% notice %}}\nInside\n{{% /notice %}}\n",
    "+++\nnot front matter\n+++\n",
    "no end",
    "العربية\n\nहिन्दी\n\n한국어\n",
    "Intro.\n\n<!--more-->\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n    indented\n\t tab\n",
];

struct Writer<'a> {
    numbers: &'a mut Numbers,
    text: String,
}

impl Writer<'_> {
    fn pick<'b>(&mut self, from: &[&'b str]) -> &'b str {
        from[usize::try_from(self.numbers.below(from.len() as u64)).expect("an index")]
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.numbers.below(100) < percent
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        if self.chance(6) && !line.ends_with(['|', '>', ',']) && !line.is_empty() {
            self.text.push_str("  # a comment");
        }
        self.text.push('\n');
    }

    fn quoted(&mut self, word: &str) -> String {
        let special = word.contains([':', '#', '"', '\'', '&', '%', '-', '<']);
        match self.numbers.below(if special { 2 } else { 3 }) {
            0 => format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"")),
            1 => format!("'{}'", word.replace('\'', "''")),
            _ => word.to_owned(),
        }
    }

    fn yaml(&mut self) {
        let key = |writer: &mut Self, name: &str| match writer.numbers.below(20) {
            0 => name.to_uppercase(),
            1 => name[..1].to_uppercase() + &name[1..],
            2 => format!("\"{name}\""),
            _ => name.to_owned(),
        };
        if self.chance(8) {
            self.text.push_str("# a leading comment\n\n");
        }
        if self.chance(95) {
            let name = key(self, "title");
            let word = self.pick(&WORDS);
            let value = match self.numbers.below(16) {
                0 => "2020".to_owned(),
                1 => String::new(),
                2 => "null".to_owned(),
                3 => format!(">-\n  {}\n  more", word.replace(['#', ':'], "")),
                4 => "\"\"".to_owned(),
                5 => "|\n  two\n  lines".to_owned(),
                _ => self.quoted(word),
            };
            if value.starts_with(['>', '|']) {
                self.text.push_str(&format!("{name}: {value}\n"));
            } else {
                self.line(&format!("{name}: {value}"));
            }
        }
        let mut parts: Vec<u64> = (0..12).collect();
        for at in (1..parts.len()).rev() {
            let other = usize::try_from(self.numbers.below(at as u64 + 1)).expect("an index");
            parts.swap(at, other);
        }
        // Hugo refuses some spellings, and with them the page.
        let odd = self.chance(12);
        for part in parts {
            if self.chance(35) {
                continue;
            }
            match part {
                0 => {
                    let (name, date) = (key(self, "date"), self.date(odd));
                    self.line(&format!("{name}: {date}"));
                }
                1 => self.terms("tags"),
                2 => self.terms("categories"),
                3 => {
                    let value = self.pick(&["true", "false", "False", "\"true\"", "no"]);
                    self.line(&format!("draft: {value}"));
                }
                4 => {
                    let value = self.pick(&["5", "-1", "0", "0.5", "\"7\"", ""]);
                    self.line(&format!("weight: {value}"));
                }
                5 => {
                    let value = self.pick(&[
                        "Someone",
                        "\"张三\"",
                        "[A, B]",
                        "\n  - A\n  - name: B\n    url: https://b.example",
                        "{name: X, x: 1}",
                        "",
                    ]);
                    self.text.push_str(&format!("author: {value}\n"));
                }
                6 => {
                    let value = self.pick(&[
                        "main",
                        "",
                        "\n  main:\n    weight: 3\n    name: M",
                        "[main, footer]",
                        "{main: {parent: a}}",
                    ]);
                    self.text.push_str(&format!("menu: {value}\n"));
                }
                7 => {
                    let value = self.pick(&[
                        "text",
                        "\"a \\\"b\\\" c\"",
                        "|\n  several\n  lines",
                        "''",
                        "中文描述。",
                    ]);
                    self.text.push_str(&format!("description: {value}\n"));
                }
                8 => {
                    let value =
                        self.pick(&["\n  - /old/\n  - /older", "[\"/x y/\"]", "/one/", "\n- rel"]);
                    // Aliases of several pages collide; each has its own.
                    let number = self.numbers.next() % 100_000;
                    self.text.push_str(&format!(
                        "aliases: {}\n",
                        value.replace("old", &format!("o{number}"))
                    ));
                }
                9 => {
                    let value = self.pick(&[
                        "nested:\n  a: 1\n  b:\n    c: [1, two, null]\n    d: 2020-02-03",
                        "x-y: 1\n\"a:b\": 2",
                        "शीर्षक: मान",
                        "\"//date\": 2020-01-01",
                        "anchor: &it {a: 1}\ncopy: *it",
                        "empty:\nlist: []\nmap: {}",
                        "Toc: true\nmathjax: false\ncomments: \"true\"",
                        "images:\n  - a.png\n\n  # between\n  - b.png",
                        "long: \"a very long line that somebody wrote without ever breaking it, because they could\"",
                        "n: 0x1F\no: 1_000\nf: 1.50\ne: 1e3",
                    ]);
                    self.text.push_str(value);
                    self.text.push('\n');
                }
                10 => {
                    let date = self.date(odd);
                    let name = self.pick(&["lastmod", "publishDate", "expiryDate", "updated"]);
                    // Nothing expires that is to be edited.
                    let date = if name == "expiryDate" { "2099-01-02" } else { date };
                    self.line(&format!("{name}: {date}"));
                }
                _ => {
                    let value = self.pick(&[
                        "keywords: a, b",
                        "keywords: [a, b]",
                        "type: post\nlayout: wide",
                        "summary: |\n  A *summary*.",
                        "thumbnail: img/a.png",
                        "sidebar: left",
                        "toc: false",
                    ]);
                    self.text.push_str(value);
                    self.text.push('\n');
                }
            }
            if self.chance(5) {
                self.text.push('\n');
            }
        }
    }

    fn date(&mut self, odd: bool) -> &'static str {
        let index = self.numbers.below(if odd { DATES.len() as u64 } else { 14 });
        DATES[usize::try_from(index).expect("an index")]
    }

    fn terms(&mut self, key: &str) {
        let (a, b) = (self.pick(&WORDS), self.pick(&WORDS));
        let (a, b) = (self.quoted(a), self.quoted(b));
        let plain = |text: &str| !text.starts_with(['"', '\'']);
        let flow = !(plain(&a) && a.contains([',', '[', ']', '{', '}']));
        let text = match self.numbers.below(12) {
            0 => format!("{key}: []"),
            1 => format!("{key}:"),
            2 => format!("{key}: [\"\"]"),
            3 => format!("{key}: null"),
            4 => format!("{key}: {a}"),
            5 => format!("{key}: [2020, null, x]"),
            6 => format!("{key}:\n- {a}\n- {b}"),
            7 => format!("{key}:\n    - {a}\n    # in between\n    - {b}"),
            8 if flow => format!("{key}: [ {a} , {b} ]"),
            9 if flow => format!("{key}: [\n  {a},\n  {b},\n]"),
            10 if flow => format!("{key}: [{a}]"),
            _ => format!("{key}:\n  - {a}\n  - {b}"),
        };
        self.text.push_str(&text);
        self.text.push('\n');
    }

    fn toml(&mut self) {
        let word = self.pick(&WORDS).replace('"', "'");
        self.line(&format!("title = \"{word}\""));
        let date = self.pick(&[
            "2020-01-02",
            "2020-01-02T03:04:05Z",
            "2020-01-02T03:04:05+08:00",
            "2020-01-02 03:04:05",
            "\"2020-01-02\"",
        ]);
        self.line(&format!("date = {date}"));
        let tags = self.pick(&[
            "tags = [\"a\", \"b\"]",
            "tags = [\n  \"a\", # one\n  'b',\n]",
            "tags = []",
            "tags = \"solo\"",
            "",
        ]);
        self.text.push_str(tags);
        self.text.push('\n');
        if self.chance(50) {
            self.line("draft = false");
        }
        if self.chance(50) {
            self.text.push_str(
                "\n[menu.main]\n  weight = 3\n\n[params]\nx = 1_000\n  [params.deep]\n  y = 'z'\n",
            );
        } else if self.chance(50) {
            self.text.push_str("[[resources]]\nsrc = 'a.png'\n[[resources]]\nsrc = 'b.png'\n");
        }
    }

    fn json(&mut self) {
        let word = self.pick(&WORDS).replace('"', "\\\"");
        let text = match self.numbers.below(3) {
            0 => format!("{{\"title\": \"{word}\", \"date\": \"2020-01-02\", \"tags\": [\"a\"]}}"),
            1 => format!(
                "{{\n  \"title\": \"{word}\",\n  \"tags\": [\n    \"a\",\n    \"b\"\n  ],\n  \"n\": {{\"x\": 1}}\n}}"
            ),
            _ => {
                format!("{{\n\t\"date\" : \"2020-01-02T03:04:05Z\",\n\t\"title\" : \"{word}\"\n}}")
            }
        };
        self.text.push_str(&text);
    }
}

/// One document, by number.
#[must_use]
pub fn document(seed: u64) -> Vec<u8> {
    document_of(Numbers::new(seed))
}

/// One document, by the numbers that it is drawn with.
#[must_use]
pub fn document_of(mut numbers: Numbers) -> Vec<u8> {
    let kind = numbers.below(100);
    let mut writer = Writer { numbers: &mut numbers, text: String::new() };
    match kind {
        0..80 => {
            writer.text.push_str("---\n");
            writer.yaml();
            let end = writer.pick(&["---\n", "---\n", "---\n", "---\n\n", "--- \n", "----\n"]);
            writer.text.push_str(end);
        }
        80..90 => {
            writer.text.push_str("+++\n");
            writer.toml();
            writer.text.push_str("+++\n");
        }
        90..94 => {
            writer.json();
            writer.text.push('\n');
        }
        // Mistakes, as they are made.
        94 => writer.text.push_str("---\ntitle: never closed\n\nText\n"),
        95 => writer.text.push_str("---\ntitle: A\ntitle: B\n---\nText\n"),
        96 => writer.text.push_str("---\ntitle: @foo\n tags: [a\n---\nText\n"),
        _ => {}
    }
    let body = writer.pick(&BODIES);
    writer.text.push_str(body);
    let mut bytes = writer.text.into_bytes();
    match numbers.below(20) {
        0 | 1 => bytes = String::from_utf8_lossy(&bytes).replace('\n', "\r\n").into_bytes(),
        2 => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let mixed = text.split_inclusive('\n').map(|line| {
                if numbers.below(2) == 0 { line.replace('\n', "\r\n") } else { line.to_owned() }
            });
            bytes = mixed.collect::<String>().into_bytes();
        }
        3 => bytes.extend(b"\xd6\xd0\xce\xc4 no UTF-8\n"),
        4 => bytes.splice(0..0, *b"\xef\xbb\xbf").for_each(drop),
        _ => {}
    }
    bytes
}

/// Writes a site of `count` documents, and what lies around them.
pub fn site(folder: &Path, count: u64, seed: u64) {
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    };
    write(
        "config/_default/hugo.toml",
        b"# The site\nbaseURL = 'https://example.org/'\ntitle = \"Messy\" # so it is\ntheme = 'gone'\n\
          defaultContentLanguage = 'en'\ntimeZone = 'Asia/Tokyo'\n[taxonomies]\ntag = 'tags'\ncategory = 'categories'\nseries = 'series'\n",
    );
    write(
        "config/_default/languages.yaml",
        b"en:\n  weight: 1\nzh-CN:\n  weight: 2\n  contentDir: content\n",
    );
    write("config/_default/params.json", b"{ \"a\": {\"b\": [1, 2]} }\n");
    write("layouts/_default/single.html", b"{{ .Content }}\n");
    write("static/图 片.png", b"\x89PNG\r\n\x1a\n\0\0");
    write("archetypes/default.md", b"---\ntitle: {{ .Name }}\n---\n");
    write(".gitignore", b"public/\r\n");
    write("content/_index.md", b"---\ntitle: Home\n---\n\nWelcome.\n");
    write("content/posts/_index.zh-CN.md", "---\ntitle: 文章\n---\n".as_bytes());
    write("content/tags/a/_index.md", b"---\ntitle: Letter A\n---\nAbout A.\r\n");
    for number in 0..count {
        let name = match number % 9 {
            0 => format!("posts/p {number}.md"),
            1 => format!("posts/文章-{number}.md"),
            2 => format!("posts/{{{{}}}}=={number}+.md"),
            3 => format!("posts/b{number}/index.md"),
            4 => format!("posts/p{number}.zh-CN.md"),
            5 => format!("news/2020/01/p{number}.md"),
            6 => format!("p{number}.markdown"),
            7 => format!("posts/b{number}/index.zh-cn.md"),
            _ => format!("notes/한국 {number}.md"),
        };
        write(&format!("content/{name}"), &document(seed.wrapping_mul(1000) + number));
        if number % 9 == 3 {
            write(&format!("content/posts/b{number}/pic.jpg"), &number.to_le_bytes());
            write(&format!("content/posts/b{number}/inner.md"), b"---\nbroken: [\n---\nno page\n");
        }
    }
}
