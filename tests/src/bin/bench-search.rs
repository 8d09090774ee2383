//! `cargo build --release -p tests --bins && target/release/bench-search [ARTICLES]`:
//! see `tests::bench::search`.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::print_stderr, reason = "it is a program")]
fn main() {
    let articles = std::env::args().nth(1).map_or(Ok(100_000), |count| count.parse());
    match articles {
        Ok(articles) => tests::bench::search::run(articles),
        Err(_) => eprintln!("usage: bench-search [NUMBER OF ARTICLES]"),
    }
}
