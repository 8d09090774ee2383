//! Pages that the entries of a configuration name by their place in the tree of
//! content, as Hugo's `pageRef` does: looked up for a whole menu at once.

use std::collections::HashMap;

use entity::article_copy::Column;

use super::target::Place;
use super::tree::Target;
use crate::article::columns::Columns;
use crate::article::read;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::hugo::{address, sanitize};
use crate::policy::Scope;
use crate::section;
use crate::site::LanguageFrame;
use crate::taxonomy::{self, Taxonomy, Term};

/// Where a `pageRef` leads in the tree of content: without slashes at its ends and
/// without the extension of a file. Empty for the home page.
#[must_use]
pub fn logical(page: &str) -> String {
    let path = sanitize::normalize(page);
    let stem = [".md", ".markdown", ".html"].iter().find_map(|end| path.strip_suffix(end));
    let stem = stem.unwrap_or(&path);
    match stem.rsplit_once('/').unwrap_or(("", stem)) {
        (above, "index" | "_index") => above.to_owned(),
        _ => stem.to_owned(),
    }
}

/// The pages that are there of those that are named, by [`logical`].
pub async fn find(
    ctx: &Ctx,
    scope: &Scope,
    language: &LanguageFrame,
    mut wanted: Vec<String>,
) -> Result<HashMap<String, (Target, Place)>> {
    let mut found = HashMap::new();
    if wanted.is_empty() {
        return Ok(found);
    }
    let frame = ctx.frame().await?;
    let place = |page: &str, path: &str, name: String| Place {
        url: address::encode(path),
        name: Some(name),
        page: Some(page.to_owned()),
    };
    for row in section::present(ctx, scope, language, &wanted).await? {
        let place = place(&row.name, &row.path, row.title);
        found.insert(row.name.clone(), (Target::Section(row.name), place));
    }
    wanted.retain(|page| !found.contains_key(page));
    let taxonomies = frame.taxonomies(language);
    let slug = |page: &String| {
        taxonomies.iter().find_map(|(_, plural)| {
            let slug = frame.rules.term_slug(page.strip_prefix(*plural)?.strip_prefix('/')?);
            frame.term_has_page(language, plural, &slug).then_some((*plural, slug))
        })
    };
    let slugs: Vec<_> = wanted.iter().filter_map(slug).collect();
    let terms = taxonomy::by_slugs(ctx, scope, &slugs, &language.tag).await?;
    for page in &wanted {
        let Some((plural, slug)) = slug(page) else { continue };
        let is_it = |term: &&Term| (term.row.taxonomy.plural(), &term.row.slug) == (plural, &slug);
        if let Some(term) = terms.iter().find(is_it) {
            let path = frame.term_path(language, plural, &slug);
            let target = match &term.row.taxonomy {
                Taxonomy::Tags => Target::Tag(term.row.id),
                Taxonomy::Categories => Target::Category(term.row.id),
                Taxonomy::Other(_) => Target::Term(term.row.id),
            };
            found.insert(page.clone(), (target, place(page, &path, term.row.name.clone())));
        }
    }
    wanted.retain(|page| !found.contains_key(page));
    let columns =
        Columns::of(&[Column::Path, Column::Title, Column::LinkTitle, Column::LogicalPath]);
    let columns = Columns::BASE.with(columns);
    for row in read::by_logical_paths(ctx, scope, &language.tag, &wanted, columns).await? {
        let name = row.link_title.unwrap_or(row.title);
        let place = place(&row.logical_path, &row.path, name);
        found.insert(row.logical_path, (Target::Article(row.article_id), place));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_named_in_many_ways() {
        for (page, expected) in [
            ("/", ""),
            ("/_index.md", ""),
            ("posts", "posts"),
            ("/Posts/", "posts"),
            ("/posts/_index.md", "posts"),
            ("/posts/My Trip.md", "posts/my-trip"),
            ("/posts/trip/index.md", "posts/trip"),
            ("/tags/One Two", "tags/one-two"),
        ] {
            assert_eq!(logical(page), expected, "{page}");
        }
    }
}
