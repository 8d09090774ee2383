//! How well the order of what is found is, by a set of judged queries over the demo
//! and the corpora: nDCG@10, printed and held above a floor.

use api::config::Config;
use serde_json::json;
use tests::{Backend, TestApp, corpora};

use super::found;

const JUDGED: &str = include_str!("judged.txt");
const FLOOR: f64 = 0.9;

struct Judged {
    site: &'static str,
    language: &'static str,
    query: &'static str,
    /// Names of articles and what each is worth.
    worth: Vec<(&'static str, f64)>,
}

fn judged() -> Vec<Judged> {
    let lines = JUDGED.lines().filter(|line| !line.starts_with('#'));
    let names = |text: &'static str, worth| {
        text.split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(move |name| (name, worth))
    };
    lines
        .map(|line| {
            let parts: Vec<&'static str> = line.split(" |").map(str::trim).collect();
            let [site, language, query, lead, others] = parts.as_slice() else {
                panic!("{line} does not have five parts");
            };
            let worth = names(lead, 3.0).chain(names(others, 1.0)).collect();
            Judged { site, language, query, worth }
        })
        .collect()
}

fn discounted(worths: impl Iterator<Item = f64>) -> f64 {
    (2_u32..).zip(worths.take(10)).map(|(place, worth)| worth / f64::from(place).log2()).sum()
}

/// nDCG@10 of a query over the paths that it found.
fn ndcg(judged: &Judged, paths: &[String]) -> f64 {
    let mut left = judged.worth.clone();
    let found = paths.iter().map(|path| {
        let place = left.iter().position(|(name, _)| path.contains(name));
        place.map_or(0.0, |place| left.remove(place).1)
    });
    let found: Vec<f64> = found.collect();
    let mut ideal: Vec<f64> = judged.worth.iter().map(|(_, worth)| *worth).collect();
    ideal.sort_by(|a, b| b.total_cmp(a));
    discounted(found.into_iter()) / discounted(ideal.into_iter())
}

fn site(name: &str, change: impl FnOnce(&mut Config)) -> TestApp {
    let app = TestApp::configured(Backend::Sqlite, change).expect("a server");
    if name == "demo" {
        let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/demo");
        let _ = app.import(demo);
    } else {
        let _ = app.import(corpora().expect("the corpora").join(name));
    }
    app
}

/// The mean over all sites, with each query asked as `ask` has it.
fn mean(change: fn(&mut Config), ask: fn(&str) -> String, told: bool) -> f64 {
    let all = judged();
    let mut sum = 0.0;
    for name in ["demo", "seed-site", "beautifulhugo", "codeit"] {
        let app = site(name, change);
        for judged in all.iter().filter(|judged| judged.site == name) {
            let variables =
                json!({"query": ask(judged.query), "language": judged.language, "first": 10});
            let paths = found(&app.nobody(), variables).each("/search/nodes", "path");
            let ndcg = ndcg(judged, &paths);
            if told && ndcg < 0.999 {
                println!("{ndcg:.3} {} {}: {}", judged.site, judged.query, paths.join(" "));
            }
            sum += ndcg;
        }
    }
    sum / f64::from(u32::try_from(all.len()).expect("a number"))
}

/// A query of which each word stands as it is: no other forms, no corrections.
fn quoted(query: &str) -> String {
    if query.contains(['"', ':', '-']) || query.contains(" OR ") {
        return query.to_owned();
    }
    query.split(' ').map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" ")
}

#[test]
fn judged_queries_are_led_by_what_should_lead() {
    if corpora().is_none() {
        return;
    }
    assert!(judged().len() >= 60);
    let as_typed = str::to_owned;
    let default = mean(|_| (), as_typed, true);
    let rows = [
        ("as configured", default),
        ("without forms, words and corrections", mean(|_| (), quoted, false)),
        (
            "places count the same",
            mean(
                |config| {
                    let search = &mut config.search;
                    (search.title, search.summary, search.heading, search.term) =
                        (0.0, 0.0, 0.0, 0.0);
                },
                as_typed,
                false,
            ),
        ),
        ("phrases count nothing", mean(|config| config.search.phrase = 0.0, as_typed, false)),
        ("age counts nothing", mean(|config| config.search.freshness = 0.0, as_typed, false)),
    ];
    for (what, ndcg) in rows {
        println!("nDCG@10 {ndcg:.4}  {what}");
    }
    assert!(default >= FLOOR, "{default}");
}
