//! `cargo build --release -p tests && target/release/bench [ARTICLES]`: see
//! `tests::bench`.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["floor", database] => tests::bench::floor::serve(database),
        [] => tests::bench::run(10_000),
        [articles] => match articles.parse() {
            Ok(articles) => tests::bench::run(articles),
            Err(_) => complain(),
        },
        _ => complain(),
    }
}

#[expect(clippy::print_stderr, reason = "it is a program")]
fn complain() {
    eprintln!("usage: bench [NUMBER OF ARTICLES]");
}
