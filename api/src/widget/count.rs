//! What archives and authors are made of: one grouped statement each, once a
//! request for each language.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike};

use super::settings::{Order, Setting};
use crate::article::content::Author;
use crate::article::filter::{ArticleFilter, StringFilter};
use crate::article::read;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::graphql::scalar::LanguageTag;

/// A year, how many articles it has, and the same of its months.
pub type Year = (i32, i64, Vec<(u32, i64)>);

/// The articles of the widget's language, of the sections that it names.
fn filter(setting: &Setting) -> ArticleFilter {
    let sections = setting.texts("sections").filter(|sections| !sections.is_empty());
    ArticleFilter {
        language: Some(LanguageTag(setting.place.language.to_string())),
        section: sections
            .map(|names| StringFilter { one_of: Some(names), ..StringFilter::default() }),
        ..ArticleFilter::default()
    }
}

/// Years and months that have articles, by the dates that they bear.
pub async fn archives(ctx: &Ctx, setting: &Setting) -> Result<Vec<Year>> {
    let filter = filter(setting);
    let key = format!("archives:{}:{:?}", setting.place.scope_key(), filter.section);
    let years = ctx
        .once()
        .load(key, || async {
            let days = read::count_by_day(ctx, &setting.place.scope, &filter).await?;
            Ok(by_month(&days))
        })
        .await?;
    let mut years = years.to_vec();
    if setting.order() != Some(Order::Oldest) {
        years.reverse();
        for (_, _, months) in &mut years {
            months.reverse();
        }
    }
    if let Some(count) = setting.number(&["count"]) {
        years.truncate(count as usize);
    }
    Ok(years)
}

/// Oldest first; days are counted from 1970-01-01.
fn by_month(days: &[(i64, i64)]) -> Vec<Year> {
    let mut years: BTreeMap<i32, BTreeMap<u32, i64>> = BTreeMap::new();
    for (day, count) in days {
        if let Some(date) = DateTime::from_timestamp(day.saturating_mul(86_400), 0) {
            *years.entry(date.year()).or_default().entry(date.month()).or_default() += count;
        }
    }
    years
        .into_iter()
        .map(|(year, months)| (year, months.values().sum(), months.into_iter().collect()))
        .collect()
}

/// Those who are printed as authors, with how many articles each has; one who is
/// spelled the same is the same.
pub async fn authors(ctx: &Ctx, setting: &Setting) -> Result<Vec<(Author, i64)>> {
    let filter = filter(setting);
    let key = format!("authors:{}:{:?}", setting.place.scope_key(), filter.section);
    let counted: Arc<Vec<(Author, i64)>> = ctx
        .once()
        .load(key, || async {
            let printed = read::count_by_authors(ctx, &setting.place.scope, &filter).await?;
            let mut counted: BTreeMap<String, (Author, i64)> = BTreeMap::new();
            for (authors, count) in printed {
                let mut named = std::collections::HashSet::new();
                for author in authors {
                    if named.insert(author.name.clone()) {
                        let known =
                            counted.entry(author.name.clone()).or_insert((author.clone(), 0));
                        known.1 += count;
                        // Any article may say more of them than the others.
                        fill(&mut known.0, author);
                    }
                }
            }
            Ok(counted.into_values().collect())
        })
        .await?;
    let mut authors = counted.to_vec();
    // By name already; the most prolific are chosen before they are sorted again.
    let limit = setting.number(&["count"]).map_or(usize::MAX, |count| count as usize);
    if authors.len() > limit || setting.order() == Some(Order::Count) {
        authors.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        authors.truncate(limit);
    }
    if setting.order() != Some(Order::Count) {
        authors.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    }
    Ok(authors)
}

fn fill(known: &mut Author, other: Author) {
    let Author { name: _, url, avatar, bio, params: _ } = other;
    known.url = known.url.take().or(url);
    known.avatar = known.avatar.take().or(avatar);
    known.bio = known.bio.take().or(bio);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_make_months_and_years() {
        // 1969-12-31, 1970-01-01, 2024-02-29, 2024-03-01.
        let days = [(-1, 1), (0, 2), (19_782, 4), (19_783, 8)];
        assert_eq!(
            by_month(&days),
            [(1969, 1, vec![(12, 1)]), (1970, 2, vec![(1, 2)]), (2024, 12, vec![(2, 4), (3, 8)])]
        );
        assert!(by_month(&[(i64::MAX, 1)]).is_empty());
    }
}
