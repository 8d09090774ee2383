//! Ghost's `redirects.json` and `redirects.yaml`.
//!
//! Ghost matches addresses by patterns; those that are one address written as a
//! pattern (`^/old/?$`) become redirects, the others are reported.
//!
//! Invariant: an address at which something lives, or which leads somewhere
//! already, stays as it is.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::report::Report;
use crate::ctx::Ctx;
use crate::error::{Error, Result, UserErrorCode};
use crate::hugo::problem::Problem;
use crate::hugo::yaml;
use crate::redirect;

/// Names that Ghost gives the file, the newer first.
const NAMES: [&str; 2] = ["redirects.yaml", "redirects.json"];

/// One line of the file.
#[derive(Debug, PartialEq, Eq)]
struct Redirect {
    from: String,
    to: String,
    permanent: bool,
}

/// Makes the redirects of a file that is given, or that lies beside the export.
pub async fn run(
    ctx: &Ctx,
    export: &Path,
    given: Option<&Path>,
    dry_run: bool,
    report: &mut Report,
) -> Result<()> {
    let beside = || {
        let folder = export.parent()?;
        NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file())
    };
    let Some(path) = given.map(PathBuf::from).or_else(beside) else { return Ok(()) };
    let name = path.to_string_lossy().into_owned();
    let all = std::fs::read_to_string(&path)
        .map_err(|error| Problem::new(format!("cannot be read: {error}")))
        .and_then(|text| read(&text));
    let all = match all {
        Ok(all) => all,
        Err(problem) => {
            report.failures.push(problem.in_file(&name));
            return Ok(());
        }
    };
    for Redirect { from, to, permanent } in all {
        let Some(path) = plain(&from) else {
            let message = format!(
                "{from:?} is a pattern for more than one address: make a redirect for each that \
                 is in use"
            );
            report.warnings.push(Problem::new(message).in_file(&name));
            continue;
        };
        if dry_run {
            report.redirects += 1;
            continue;
        }
        match redirect::create(ctx, &path, &to, permanent).await {
            Ok(_) => report.redirects += 1,
            Err(Error::Invalid(errors)) => {
                // One that came in before is no news.
                let known = errors.iter().all(|error| error.code == UserErrorCode::Taken)
                    && redirect::leads(ctx, &path, &to).await?;
                let said: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
                if !known {
                    let message = format!("{from:?} is left out: {}", said.join("; "));
                    report.warnings.push(Problem::new(message).in_file(&name));
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn read(text: &str) -> std::result::Result<Vec<Redirect>, Problem> {
    let wrong = || {
        Problem::new(
            "this is no list of redirects: export it in Ghost under Settings → Labs, as JSON or \
             YAML",
        )
    };
    // YAML reads JSON as well.
    let mut all = Vec::new();
    match yaml::parse(text)? {
        Value::Array(list) => {
            for one in &list {
                let field = |key: &str| one.get(key).and_then(Value::as_str).map(str::to_owned);
                let (from, to) = field("from").zip(field("to")).ok_or_else(wrong)?;
                let permanent = one.get("permanent").and_then(Value::as_bool).unwrap_or_default();
                all.push(Redirect { from, to, permanent });
            }
        }
        Value::Object(map) => {
            for (status, list) in &map {
                let permanent = match status.as_str() {
                    "301" => true,
                    "302" => false,
                    _ => return Err(wrong()),
                };
                for (from, to) in list.as_object().into_iter().flatten() {
                    let to = to.as_str().ok_or_else(wrong)?.to_owned();
                    all.push(Redirect { from: from.clone(), to, permanent });
                }
            }
        }
        Value::Null => {}
        _ => return Err(wrong()),
    }
    Ok(all)
}

/// The one address that a pattern stands for.
fn plain(pattern: &str) -> Option<String> {
    let inner = pattern.strip_prefix('^').unwrap_or(pattern);
    let inner = inner.strip_suffix('$').unwrap_or(inner);
    let slash = ["(/)?", "(\\/)?", "\\/?", "/?"].iter().find_map(|end| inner.strip_suffix(end));
    let inner = slash.map_or_else(|| inner.to_owned(), |inner| format!("{inner}/"));
    let mut path = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(next) = rest.next() {
        match next {
            '\\' => path.push(rest.next().filter(|next| !next.is_alphanumeric())?),
            '.' if pattern.starts_with('^') && pattern.ends_with('$') => path.push('.'),
            '(' | ')' | '[' | ']' | '*' | '+' | '|' | '?' | '{' | '}' | '^' | '$' => return None,
            next => path.push(next),
        }
    }
    path.starts_with('/').then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_one_address_are_told_from_others() {
        for (pattern, path) in [
            ("/old", Some("/old")),
            ("^/old/?$", Some("/old/")),
            ("^\\/old\\/$", Some("/old/")),
            ("/old(/)?", Some("/old/")),
            ("^/a\\.html$", Some("/a.html")),
            ("/news/(.*)", None),
            ("^/\\d+/$", None),
            ("old", None),
        ] {
            assert_eq!(plain(pattern).as_deref(), path, "{pattern}");
        }
    }

    #[test]
    fn both_formats_are_read() {
        let one = |permanent| Redirect { from: "/a".to_owned(), to: "/b".to_owned(), permanent };
        for (text, permanent) in [
            (r#"[{"from": "/a", "to": "/b", "permanent": true}]"#, true),
            (r#"[{"from": "/a", "to": "/b"}]"#, false),
            ("301:\n  /a: /b\n302:\n", true),
            ("302:\n  /a: /b\n", false),
        ] {
            assert_eq!(read(text).unwrap(), [one(permanent)], "{text}");
        }
        assert!(read("[1]").is_err() && read("x: {a: b}").is_err());
    }
}
