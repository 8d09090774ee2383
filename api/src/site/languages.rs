//! Making languages and changing what is true of them.

use entity::language;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use super::Frame;
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::event::{Event, Write};
use crate::policy::{self, Action, Subject};

/// What a mutation sets of a language; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct LanguageChange {
    pub name: Option<String>,
    pub right_to_left: Option<bool>,
    pub weight: Option<i32>,
    pub fallback: Option<Option<String>>,
    pub title: Option<String>,
    pub has_cjk: Option<bool>,
}

/// Makes a language; its addresses begin with the tag in lower case.
pub async fn create(ctx: &Ctx, tag: &str, change: LanguageChange) -> Result<()> {
    policy::check(ctx.actor(), Action::EditSite, Subject::default())?;
    let mut write = Write::begin(ctx).await?;
    let frame = Frame::read(write.txn()).await?;
    let key = tag.to_lowercase();
    let taken = |language: &super::LanguageFrame| *language.tag == *tag || language.row.key == key;
    if frame.languages.iter().any(taken) {
        let message = format!("the site has the language {tag} already");
        return Err(Error::invalid("input.tag", UserErrorCode::Taken, message));
    }
    // What a new language says of the site is what the default one says.
    let default = &frame.default_language().row;
    let last = frame.languages.iter().map(|language| language.row.weight).max();
    let blank = language::Model {
        tag: tag.to_owned(),
        key,
        name: tag.to_owned(),
        right_to_left: is_right_to_left(tag),
        weight: last.unwrap_or_default().saturating_add(1),
        fallback: None,
        has_cjk: matches!(tag.split('-').next(), Some("zh" | "ja" | "ko")),
        ..default.clone()
    };
    let row = apply(&frame, blank, change)?;
    row.into_active_model().reset_all().insert(write.txn()).await?;
    write.record(configured(tag));
    write.commit().await
}

/// Changes what is true of a language.
pub async fn update(ctx: &Ctx, tag: &str, change: LanguageChange) -> Result<()> {
    policy::check(ctx.actor(), Action::EditSite, Subject::default())?;
    let mut write = Write::begin(ctx).await?;
    let frame = Frame::read(write.txn()).await?;
    let old = found(&frame, tag, "tag")?.row.clone();
    let new = apply(&frame, old.clone(), change)?;
    if new == old {
        return Ok(());
    }
    new.into_active_model().reset_all().update(write.txn()).await?;
    write.record(configured(tag));
    write.commit().await
}

fn configured(tag: &str) -> Event {
    Event { language: Some(tag.to_owned()), ..Event::new("site.configured") }
}

fn found<'a>(frame: &'a Frame, tag: &str, field: &str) -> Result<&'a super::LanguageFrame> {
    frame.language(tag).ok_or_else(|| {
        let tags: Vec<_> = frame.languages.iter().map(|language| &*language.tag).collect();
        let message = format!("the site has no language {tag}; it has {}", tags.join(", "));
        Error::invalid(field, UserErrorCode::NotFound, message)
    })
}

fn apply(
    frame: &Frame,
    mut row: language::Model,
    change: LanguageChange,
) -> Result<language::Model> {
    let LanguageChange { name, right_to_left, weight, fallback, title, has_cjk } = change;
    if let Some(name) = name {
        let name = name.trim();
        if name.is_empty() || name.contains('\0') {
            let message = "a language needs a name, such as English";
            return Err(Error::invalid("input.name", UserErrorCode::Required, message));
        }
        name.clone_into(&mut row.name);
    }
    if let Some(fallback) = fallback {
        if let Some(tag) = &fallback {
            refuse_loop(frame, &row.tag, tag)?;
        }
        row.fallback = fallback;
    }
    row.right_to_left = right_to_left.unwrap_or(row.right_to_left);
    row.weight = weight.unwrap_or(row.weight);
    row.title = title.unwrap_or(row.title);
    row.has_cjk = has_cjk.unwrap_or(row.has_cjk);
    Ok(row)
}

/// A language may not stand in for itself, at whatever distance.
fn refuse_loop(frame: &Frame, own: &str, fallback: &str) -> Result<()> {
    let field = "input.fallback";
    let mut next = Some(fallback.to_owned());
    for _ in 0..=frame.languages.len() {
        let Some(tag) = next.take() else {
            return Ok(());
        };
        if tag == own {
            break;
        }
        next.clone_from(&found(frame, &tag, field)?.row.fallback);
    }
    let message = format!("{own} would stand in for itself: name another language");
    Err(Error::invalid(field, UserErrorCode::Invalid, message))
}

/// Whether a language is written from right to left, by its script where the tag
/// says it, else by the language. Source: CLDR, `characterOrder`.
fn is_right_to_left(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    match parts.find(|part| part.len() == 4 && !part.starts_with(char::is_numeric)) {
        Some(script) => {
            matches!(script, "Arab" | "Hebr" | "Thaa" | "Nkoo" | "Syrc" | "Adlm" | "Rohg" | "Mand")
        }
        None => matches!(
            language,
            "ar" | "arc"
                | "ckb"
                | "dv"
                | "fa"
                | "he"
                | "ks"
                | "lrc"
                | "mzn"
                | "nqo"
                | "pnb"
                | "ps"
                | "sd"
                | "syr"
                | "ug"
                | "ur"
                | "yi"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn direction_follows_script_and_language() {
        for (tag, expected) in [
            ("ar", true),
            ("fa-IR", true),
            ("he", true),
            ("en", false),
            ("uz-Arab", true),
            ("ar-Latn", false),
            ("zh-Hant-HK", false),
            ("de-1996", false),
        ] {
            assert_eq!(is_right_to_left(tag), expected, "{tag}");
        }
    }
}
