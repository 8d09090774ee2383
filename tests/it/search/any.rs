//! Whatever is asked is answered.

use serde_json::{Value, json};
use tests::generate::Numbers;
use tests::on_both;

use super::{found, import};

const PIECES: &[&str] = &[
    "a",
    "lighthouse",
    "杭州",
    "の",
    "한국",
    "ไทย",
    "\"",
    "“",
    "-",
    "OR",
    "NOT",
    "|",
    "*",
    ":",
    "title:",
    "tag:",
    "(",
    ")",
    "C++",
    ".net",
    "\u{1}",
    "\n",
    "\u{202e}",
    "\u{300}",
    "😀",
    "👩‍👩‍👧",
    "\\",
    "'",
    "{",
    "~2",
    "^9",
    "[a TO b]",
    "AND",
    "<mark>",
    "ﬃ",
    "Ǆ",
    "İ",
    "\u{ff9e}",
    "\u{1160}",
    "ｶﾞ",
    "\u{feff}",
    "𠀀",
    "🇨🇳",
    "١٢٣",
    "%",
    "_",
    "--",
    "+",
    "#",
    "1.5",
    "ß",
];

fn random(numbers: &mut Numbers) -> String {
    let below = |numbers: &mut Numbers, limit: u64| {
        usize::try_from(numbers.below(limit)).expect("a number")
    };
    let mut text = String::new();
    for _ in 0..below(numbers, 12) {
        if numbers.below(4) == 0 {
            let code = u32::try_from(numbers.below(0x11_0000)).expect("a code");
            // No text of any request may hold U+0000.
            text.extend(char::from_u32(code).filter(|char| *char != '\0'));
        } else {
            text.push_str(PIECES[below(numbers, PIECES.len() as u64)]);
        }
        if numbers.below(3) == 0 {
            text.push(' ');
        }
    }
    text
}

on_both! {
    fn no_query_is_an_error(app) {
        import(&app, &[
            ("a", "The lighthouse 灯塔", "C++ in 杭州, の한국ไทย ｶﾞ a b c <mark> İ ß 𠀀 1.5 is \\\"quoted\\\"."),
            ("b", "Another", "Nothing of it 😀."),
        ]);
        let nobody = app.nobody();
        let mut numbers = Numbers::new(7);
        let mut answered = 0;
        for _ in 0..250 {
            let query = random(&mut numbers);
            // `ask` fails the test on any error.
            let answer = found(&nobody, json!({"query": query}));
            let count = answer.number("/search/totalCount");
            assert_eq!(answer.each("/search/nodes", "id").len(), usize::try_from(count).expect("a count"), "{query:?}");
            for edge in answer.at("/search/edges").as_array().expect("edges") {
                for fragment in edge["highlights"].as_array().into_iter().flatten().flat_map(|one| one["fragments"].as_array()).flatten() {
                    let text = fragment.as_str().expect("a text").replace("<mark>", "").replace("</mark>", "");
                    assert!(!text.contains(['<', '>', '"', '\'']), "{text} for {query:?}");
                }
            }
            answered += i64::from(count > 0);
            let _ = nobody.ask("query($q: String!) { suggest(query: $q) { text highlighted } }", json!({"q": query}));
        }
        assert!(answered > 20, "{answered}");
        for long in ["x".repeat(100_000), "杭".repeat(100_000), "a OR ".repeat(20_000), "\"".repeat(50_000), "-".repeat(50_000)] {
            let _ = found(&nobody, json!({"query": long}));
        }
        let document = "{ search(query: \"a\", first: 101) { totalCount } }";
        assert_eq!(nobody.code(document, Value::Null), "BAD_USER_INPUT");
    }
}
