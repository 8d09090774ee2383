//! Content from elsewhere: WordPress, Ghost, and feeds.
//!
//! A parser makes [`model::Item`]s of bytes; what becomes of an item does not
//! depend on where it came from. Items are read, converted and rendered in
//! parallel, and written a chunk at a time, each chunk in one transaction, by the
//! same rows as those of a Hugo site: a crash leaves whole chunks, and the next
//! import goes on from there.
//!
//! | module | what it knows |
//! |---|---|
//! | [`wordpress`], [`ghost`], [`feed`] | the formats: pure, bytes in, items out |
//! | [`xml`], [`html`] | a stream of elements; HTML as Markdown, without loss |
//! | [`model`], [`report`] | what all systems have in common; what was done |
//! | [`site`] | a new site takes over language, name and address |
//! | `known` | which article an item became, by its id in its system |
//! | `place`, `content` | addresses that are free; an item as an article's content |
//! | `work` | chunks and transactions |
//! | `menus`, `redirects` | what a system has beside its posts |
//! | `origin` | what was kept of an article's item, for those who edit it |
//!
//! **Invariants.** An item that says what it said is not touched, wherever its
//! article lives now. What was edited, put away or deleted here is never
//! overwritten or made again, unless the caller says so. An article keeps the
//! address that it has here. Nothing that no field holds is lost: it is in
//! `import_item.kept`.
//!
//! To add a system: a module that makes items, and a case of [`From`].

mod content;
pub mod feed;
pub mod ghost;
pub mod html;
mod known;
mod menus;
pub mod model;
mod origin;
mod place;
mod redirects;
pub mod report;
pub mod site;
pub mod wordpress;
mod work;
pub mod xml;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono_tz::Tz;

use self::model::{Item, Origin};
pub use self::origin::{ArticleImport, of_article};
pub use self::report::Report;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::event::Write;
use crate::guard::Guard;
use crate::hugo::problem::Problem;
use crate::site::Frame;

/// Where posts go that do not say.
const SECTION: &str = "posts";

/// What feeds are served as.
const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, \
                      application/xml;q=0.9, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1";

/// What to import from.
#[derive(Debug, Clone)]
pub enum From {
    WordPress(PathBuf),
    Ghost(PathBuf),
    /// An address or a file.
    Feed(String),
}

/// What becomes of an item that has changed there, and its article here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum OnConflict {
    /// The article stays as it is, and the item is reported, each time.
    #[default]
    Report,
    /// The article stays as it is, and the item counts as seen.
    Keep,
    /// The item becomes a new version; what was edited here stays in the history.
    Take,
}

/// What to import and how.
#[derive(Debug, Clone)]
pub struct Options {
    pub from: From,
    /// BCP 47 tag of content that does not say.
    pub language: Option<String>,
    /// Folder for posts.
    pub section: Option<String>,
    /// Entries of feeds go live at once.
    pub publish: bool,
    /// So many entries of a feed at most.
    pub limit: Option<usize>,
    pub on_conflict: OnConflict,
    /// Ghost's redirects, where they do not lie beside its export.
    pub redirects: Option<PathBuf>,
    /// Say what would happen, and write nothing.
    pub dry_run: bool,
}

impl Options {
    #[must_use]
    pub fn new(from: From) -> Self {
        Self {
            from,
            language: None,
            section: None,
            publish: false,
            limit: None,
            on_conflict: OnConflict::default(),
            redirects: None,
            dry_run: false,
        }
    }
}

type Items = Box<dyn Iterator<Item = Result<Item, Problem>> + Send>;

/// A source that was opened.
struct Opened {
    /// `wordpress`, `ghost` or `feed`.
    system: &'static str,
    /// What messages call it.
    name: String,
    origin: Origin,
    items: Items,
    /// How many items there are, as far as that is known.
    total: usize,
    warnings: Vec<Problem>,
}

impl Opened {
    /// What its items are known by, together with their keys.
    fn source(&self) -> String {
        let home = self.origin.home.split_once("://").map_or(&*self.origin.home, |(_, rest)| rest);
        let mut source = format!("{}:{home}", self.system);
        source.truncate(source.floor_char_boundary(500));
        source
    }
}

/// Is told how many of how many are done.
pub type Progress = dyn Fn(usize, usize) + Sync;

/// Imports what the options say.
pub async fn run(ctx: &Ctx, options: Options) -> Result<Report> {
    run_with(ctx, options, &|_, _| ()).await
}

/// The same; `progress` is told how many items of how many are done.
pub async fn run_with(ctx: &Ctx, options: Options, progress: &Progress) -> Result<Report> {
    let mut report = Report { dry_run: options.dry_run, ..Report::default() };
    if let Some(section) = &options.section
        && let Some(message) = place::wrong_section(section)
    {
        return Err(Error::bad_input(message));
    }
    let zone = Frame::load(ctx.app()).await?.zone;
    let guard = Guard::new(&ctx.app().config().fetch);
    let wanted = options.clone();
    let opened = tokio::task::spawn_blocking(move || open(&wanted, &guard, zone))
        .await
        .map_err(Error::internal)?;
    let opened = match opened {
        Ok(opened) => opened,
        Err(problem) => {
            report.failures.push(problem);
            return Ok(report);
        }
    };
    report.source = opened.source();
    if !options.dry_run {
        let mut write = Write::begin(ctx).await?;
        let adopt = opened.system != "feed";
        let language = options.language.as_deref();
        site::settle(&mut write, &opened.origin, language, adopt).await?;
        write.commit().await?;
    }
    let origin = opened.origin.clone();
    let (mut report, language) = work::run(ctx, &options, opened, report, progress).await?;
    if let Some(language) = language.filter(|_| !options.dry_run) {
        menus::write(ctx, &language, &mut report, origin.menus).await?;
    }
    if let From::Ghost(export) = &options.from {
        let given = options.redirects.as_deref();
        redirects::run(ctx, export, given, options.dry_run, &mut report).await?;
    }
    Ok(report)
}

fn open(options: &Options, guard: &Guard, zone: Tz) -> Result<Opened, Problem> {
    match &options.from {
        From::WordPress(path) => {
            let name = shown(path);
            let in_file = |problem: Problem| problem.in_file(&name);
            let survey = wordpress::survey(file(path)?).map_err(in_file)?;
            let left_out = survey.left_out.iter();
            let left_out: Vec<_> = left_out.map(|(kind, n)| format!("{n} {kind}")).collect();
            let warnings = (!left_out.is_empty()).then(|| {
                Problem::new(format!(
                    "no articles were made of: {} (their addresses and texts are used where posts \
                     name them)",
                    left_out.join(", ")
                ))
            });
            let survey = Arc::new(survey);
            let items = wordpress::Posts::new(file(path)?, Arc::clone(&survey), zone);
            let items = items.map_err(in_file)?;
            Ok(Opened {
                system: "wordpress",
                origin: survey.origin.clone(),
                items: Box::new(items),
                total: survey.items,
                warnings: warnings.into_iter().map(in_file).collect(),
                name: name.clone(),
            })
        }
        From::Ghost(path) => {
            let name = shown(path);
            let tables = ghost::survey(file(path)?).map_err(|problem| problem.in_file(&name))?;
            let tables = Arc::new(tables);
            let items = ghost::Posts::new(file(path)?, Arc::clone(&tables));
            let (origin, warnings, total) = (tables.origin(), Vec::new(), tables.posts);
            let items = Box::new(items);
            Ok(Opened { system: "ghost", origin, items, total, warnings, name })
        }
        From::Feed(address) => open_feed(address, options, guard),
    }
}

fn open_feed(address: &str, options: &Options, guard: &Guard) -> Result<Opened, Problem> {
    let mut how = feed::Options {
        publish: options.publish,
        limit: options.limit,
        ..feed::Options::default()
    };
    let is_web = ["http://", "https://", "feed://", "feed:http"]
        .iter()
        .any(|start| address.to_ascii_lowercase().starts_with(start));
    let (name, bytes) = if is_web {
        let url = match address.strip_prefix("feed:") {
            Some(rest) if rest.starts_with("//") => format!("https:{rest}"),
            Some(rest) => rest.to_owned(),
            None => address.to_owned(),
        };
        let fetched =
            guard.get(&url, ACCEPT).map_err(|refusal| Problem::new(refusal.to_string()))?;
        how.content_type = fetched.content_type;
        let mut url = fetched.url;
        // A token in an address is nobody's business.
        let name = {
            url.set_fragment(None);
            let mut shown = url.clone();
            shown.set_query(None);
            shown.to_string()
        };
        how.url = Some(url);
        (name, fetched.body)
    } else {
        let path = Path::new(address);
        let mut bytes = Vec::new();
        file(path)?.read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
        (shown(path), bytes)
    };
    let (origin, items) = feed::read(&bytes, &how).map_err(|problem| problem.in_file(&name))?;
    let total = items.len();
    let items: Items = Box::new(items.into_iter().map(Ok));
    Ok(Opened { system: "feed", name, origin, items, total, warnings: Vec::new() })
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(format!("cannot be read: {error}")).in_file(&shown(path))
}

fn file(path: &Path) -> Result<Box<dyn Read + Send>, Problem> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err(Problem::new("is a folder: name the file of the export").in_file(&shown(path)));
    }
    Ok(Box::new(file))
}
