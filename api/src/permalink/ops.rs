//! Reading and setting patterns.

use entity::site;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, QuerySelect};
use serde_json::{Map, Value, json};

use crate::article::relocate::{self, Plan};
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::hugo::address::Rules;
use crate::hugo::permalink::{Permalink, Permalinks};
use crate::policy::{self, Action, Subject};
use crate::site::Frame;

/// The kind of pages whose patterns are set here.
const PAGE: &str = "page";
/// Bytes of a pattern or a section's name.
const LONGEST: usize = 500;

/// A pattern for the articles of a section, or of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Below the language: `news`, `news/local`; empty for every article.
    pub section: String,
    pub pattern: String,
}

/// Patterns to set.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub patterns: Vec<Pattern>,
    /// For one language; else for those without patterns of their own.
    pub language: Option<String>,
}

fn authorize(ctx: &Ctx) -> Result<()> {
    policy::check(ctx.actor(), Action::EditSite, Subject::default())
}

/// The rules of a language, as its articles are addressed by.
pub async fn list(ctx: &Ctx, language: Option<&str>) -> Result<Vec<Permalink>> {
    let frame = ctx.frame().await?;
    let language = frame.resolve(language)?;
    let own = frame.rules.language_permalinks.get(&language.row.key);
    Ok(own.unwrap_or(&frame.rules.permalinks).0.clone())
}

/// What would move.
pub async fn preview(ctx: &Ctx, wanted: &Wanted) -> Result<Plan> {
    authorize(ctx)?;
    let frame = ctx.frame().await?;
    let rules = changed(&frame, wanted)?;
    relocate::plan(ctx.db_private().orm(), &frame, &rules).await
}

/// Sets the patterns and moves what they move.
pub async fn set(ctx: &Ctx, wanted: &Wanted) -> Result<Plan> {
    authorize(ctx)?;
    let mut write = Write::begin(ctx).await?;
    relocate::lock(&write).await?;
    let row = site::Entity::find_by_id(1)
        .lock_exclusive()
        .one(write.txn())
        .await?
        .ok_or_else(|| Error::internal("the site's row is missing"))?;
    let frame = Frame::read(write.txn()).await?;
    let rules = changed(&frame, wanted)?;
    let plan = relocate::plan(write.txn(), &frame, &rules).await?;
    refuse_conflicts(&plan)?;
    let mut row: site::ActiveModel = row.into();
    row.rules = Set(entity::Json::of(&rules)?);
    row.update(write.txn()).await?;
    let data = json!({ "permalinks": rules.permalinks, "languages": rules.language_permalinks });
    write.record(Event { data, ..Event::new("site.permalinksChanged") });
    relocate::apply(&mut write, &plan).await?;
    write.commit().await?;
    Ok(plan)
}

fn refuse_conflicts(plan: &Plan) -> Result<()> {
    let Some((path, titles)) = plan.conflicts.first() else {
        return Ok(());
    };
    Err(Error::invalid(
        "input.patterns",
        UserErrorCode::Taken,
        format!(
            "{} addresses would be those of several articles, such as {path} of {}: tell them apart, as :slug or :year do",
            plan.conflicts.len(),
            titles.join(" and ")
        ),
    ))
}

/// The site's rules with these patterns. What Hugo's configuration says of pages
/// that are no articles stays.
fn changed(frame: &Frame, wanted: &Wanted) -> Result<Rules> {
    let mut rules = frame.rules.clone();
    let language =
        wanted.language.as_deref().map(|tag| frame.resolve(Some(tag))).transpose().map_err(
            |error| Error::invalid("input.language", UserErrorCode::Invalid, error.to_string()),
        )?;
    let patterns = parsed(&wanted.patterns)?;
    let with = |old: &Permalinks| {
        let others = old.0.iter().filter(|rule| rule.kind != PAGE).cloned();
        Permalinks(patterns.iter().cloned().chain(others).collect())
    };
    match language {
        None => rules.permalinks = with(&rules.permalinks),
        Some(language) => {
            let old = rules.language_permalinks.get(&language.row.key);
            let new = with(old.unwrap_or(&rules.permalinks));
            rules.language_permalinks.insert(language.row.key.clone(), new);
        }
    }
    Ok(rules)
}

fn parsed(patterns: &[Pattern]) -> Result<Vec<Permalink>> {
    let mut sections = Map::new();
    for (index, Pattern { section, pattern }) in patterns.iter().enumerate() {
        let wrong = |field: &str, message: String| {
            let field = format!("input.patterns.{index}.{field}");
            Error::invalid(&field, UserErrorCode::Invalid, message)
        };
        let section = section.trim_matches([' ', '/']).to_lowercase();
        if section.len() > LONGEST || section.contains(['*', '?', '[', ']', '{', '}', ',', '\\']) {
            return Err(wrong("section", "write a section's path, such as news/local".to_owned()));
        }
        let fits = pattern.starts_with('/') && pattern.len() <= LONGEST;
        if !fits || pattern.chars().any(char::is_control) {
            return Err(wrong(
                "pattern",
                format!("write a path that begins with a slash, at most {LONGEST} bytes"),
            ));
        }
        let one = json!({ PAGE: { section.as_str(): pattern } });
        Permalinks::from_config(Some(&one)).map_err(|problem| wrong("pattern", problem.message))?;
        if sections.insert(section.clone(), Value::String(pattern.clone())).is_some() {
            let name = if section.is_empty() { "every article" } else { section.as_str() };
            return Err(wrong("section", format!("there are two patterns for {name}")));
        }
    }
    let all = json!({ PAGE: sections });
    Ok(Permalinks::from_config(Some(&all)).map_err(|problem| Error::internal(problem.message))?.0)
}

/// The section of a rule that [`parsed`] or a short form in Hugo made; none where it
/// is a pattern of paths.
#[must_use]
pub fn section_of(rule: &Permalink) -> Option<&str> {
    match rule.path.as_str() {
        "" | "/*" => Some(""),
        path => {
            let (section, below) =
                path.strip_prefix("/{")?.strip_suffix("/**}")?.split_once(',')?;
            (section == below).then_some(section)
        }
    }
}
