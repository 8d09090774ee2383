//! Sites of any size, the same each time: for counting and for measuring.

use std::fmt::Write;
use std::path::Path;

/// A small generator of numbers (`SplitMix64`): seeded, and without a crate.
pub struct Numbers {
    state: u64,
    /// Those that come first, and then nothing but zero; none: by the state.
    given: Option<std::vec::IntoIter<u64>>,
}

impl Numbers {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed, given: None }
    }

    /// These, and zeros behind them: what is made of fewer and smaller numbers is
    /// simpler, so that a failure can be made small.
    #[must_use]
    pub fn given(numbers: Vec<u64>) -> Self {
        Self { state: 0, given: Some(numbers.into_iter()) }
    }

    pub(crate) fn next(&mut self) -> u64 {
        if let Some(given) = &mut self.given {
            return given.next().unwrap_or_default();
        }
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One that is less.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// Writes a site of `count` articles in one language: bodies of some 4 KB, half
/// Chinese and half Latin, 3 of 200 tags and 1 of 20 categories each.
pub fn site(folder: &Path, count: usize) {
    let content = folder.join("content/news");
    std::fs::create_dir_all(&content).expect("a folder");
    std::fs::write(
        folder.join("hugo.toml"),
        "baseURL = 'https://example.org/'\ntitle = 'Generated'\nhasCJKLanguage = true\n\
         defaultContentLanguage = 'zh-cn'\n[languages.zh-cn]\nlocale = 'zh-CN'\n\
         [params]\nmainSections = ['news']\n[params.sidebar]\nwidgets = ['recent', 'taglist']\n",
    )
    .expect("a file");
    let mut numbers = Numbers::new(1);
    for number in 0..count {
        std::fs::write(content.join(format!("a{number:05}.md")), document(&mut numbers, number))
            .expect("a file");
    }
}

fn document(numbers: &mut Numbers, number: usize) -> String {
    let mut text = String::with_capacity(5000);
    let (day, month, year) = (1 + number % 28, 1 + number / 28 % 12, 2015 + number / 336 % 10);
    let (hour, minute) = (number / 3360 % 24, number / 60 % 60);
    let _ = write!(
        text,
        "---\ntitle: \"第{number}号 {}\"\ndate: \"{year}-{month:02}-{day:02} {hour:02}:{minute:02}:00\"\n\
         categories: [\"c{}\"]\ntags: [",
        han(numbers, 12),
        numbers.below(20),
    );
    let first = numbers.below(200);
    for step in [0, 67, 134] {
        let _ = write!(text, "\"t{}\", ", (first + step) % 200);
    }
    text.push_str("]\n---\n\n");
    while text.len() < 4300 {
        if numbers.below(5) == 0 {
            let _ = writeln!(text, "## {}\n", han(numbers, 6));
        }
        let chinese = han(numbers, 70);
        let _ = writeln!(text, "{chinese}，{}。\n", latin(numbers, 25));
    }
    text
}

fn han(numbers: &mut Numbers, count: usize) -> String {
    (0..count)
        .filter_map(|_| char::from_u32(0x4e00 + u32::try_from(numbers.below(3000)).unwrap_or(0)))
        .collect()
}

fn latin(numbers: &mut Numbers, words: usize) -> String {
    let mut text = String::new();
    for _ in 0..words {
        for _ in 0..2 + numbers.below(8) {
            text.push(char::from(b'a' + u8::try_from(numbers.below(26)).unwrap_or(0)));
        }
        text.push(' ');
    }
    text.trim_end().to_owned()
}
