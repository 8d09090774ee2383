//! `cargo build --release -p tests --bins && target/release/bench-hugo [DOCUMENTS]`:
//! see `tests::bench::hugo`.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::print_stderr, reason = "it is a program")]
fn main() {
    let documents = std::env::args().nth(1).map_or(Ok(10_000), |count| count.parse());
    match documents {
        Ok(documents) => tests::bench::hugo::run(documents),
        Err(_) => eprintln!("usage: bench-hugo [NUMBER OF DOCUMENTS]"),
    }
}
