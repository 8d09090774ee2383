//! `cargo build --release -p tests --bins && target/release/bench-abuse [ARTICLES [WORD]]`:
//! see `tests::bench::abuse`. With a word, the rows that have it in their name.

#[expect(clippy::print_stderr, reason = "it is a program")]
fn main() {
    let articles = std::env::args().nth(1).map_or(Ok(1_000), |count| count.parse());
    let only = std::env::args().nth(2).unwrap_or_default();
    match articles {
        Ok(articles) => tests::bench::abuse::run(articles, &only),
        Err(_) => eprintln!("usage: bench-abuse [NUMBER OF ARTICLES [WORD]]"),
    }
}
