//! The follower: drops what events, and the clock, have touched.
//!
//! [`ready`] is asked before every answer that is to be kept or served. It does
//! nothing while the cache is as far as this process has heard; else whoever asks
//! reads the feed, and the others wait for that. So no answer waits for a task
//! that may be late, and a write here costs its writer nothing. A worker looks
//! besides, for what nobody told: the command line on SQLite, and nodes whose
//! `NOTIFY` was lost. Where no worker runs, every request looks.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use entity::{Timestamp, due, event};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::watch;
use tokio::time::timeout;
use uuid::Uuid;

use super::change::{Change, Touch};
use super::dependency::{Dependency, Tag};
use super::footprint::Footprint;
use super::store::Touched;
use crate::ctx::App;
use crate::error::Result;
use crate::event::EVERYTHING;
use crate::feed::state;

/// Events, or moments, that are read at once.
const CHUNK: u64 = 500;
/// How long what nobody told may stay unnoticed.
const IDLE: Duration = Duration::from_secs(1);

/// How far the cache has followed.
#[derive(Debug, Default)]
pub struct Place {
    /// The last event; none before the first look.
    position: Option<i64>,
    /// The moment up to which time has been accounted for.
    time: i64,
    /// The same before the last time: a write that came between the reading of events
    /// and that of moments has taken its moments away.
    settled: i64,
    /// Moments that were noticed by the clock and are still to be announced.
    noticed: BTreeSet<(Uuid, i64)>,
}

/// Makes sure that nothing is served that this process could know to be old.
pub async fn ready(app: &App) -> Result<()> {
    if app.cache().is_current(app.now()) {
        return Ok(());
    }
    catch_up(app).await
}

/// Follows the feed until it is stopped.
pub async fn follow(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let mut feed = app.follow();
    while !*stopped.borrow() {
        feed.mark_unchanged();
        match look(&app).await {
            Ok(()) => app.cache().set_followed(true),
            Err(error) => {
                // Until it follows again, every request looks by itself.
                app.cache().set_followed(false);
                tracing::error!(?error, "the answer cache does not follow");
            }
        }
        tokio::select! {
            _ = stopped.changed() => {}
            _ = timeout(IDLE, feed.changed()) => {}
        }
    }
    app.cache().set_followed(false);
}

async fn catch_up(app: &App) -> Result<()> {
    let cache = app.cache();
    let mut place = cache.place().await;
    if cache.is_current(app.now()) {
        // Who held the place has looked.
        return Ok(());
    }
    advance(app, &mut place).await
}

/// The same, whatever is known.
async fn look(app: &App) -> Result<()> {
    let mut place = app.cache().place().await;
    advance(app, &mut place).await
}

async fn advance(app: &App, place: &mut Place) -> Result<()> {
    let cache = app.cache();
    let now = app.now();
    let first = place.position.is_none();
    let mut position = if let Some(position) = place.position {
        position
    } else {
        (place.time, place.settled) = (now.0, now.0);
        crate::event::last_position(app.db().read()).await?
    };
    let mut heard = first;
    loop {
        let events = event::Entity::find()
            .filter(event::Column::Id.gt(position))
            .order_by_asc(event::Column::Id)
            .limit(CHUNK)
            .all(app.db().read())
            .await?;
        let Some(last) = events.last() else {
            break;
        };
        heard = true;
        position = last.id;
        let touched = touch(app, place, &events).await?;
        cache.touch(&touched);
        place.position = Some(position);
    }
    place.position = Some(position);
    if heard || now.0 >= cache.due() {
        let before = place.time;
        let next = pass(app, place, now).await?;
        let next = Ord::min(next, pass_lists(app, Timestamp(before), now).await?);
        place.settled = before;
        cache.set_due(next);
    }
    cache.set_position(position);
    Ok(())
}

/// Drops what came or went by time until now; says when something will next.
async fn pass(app: &App, place: &mut Place, now: Timestamp) -> Result<i64> {
    loop {
        let moments = due::Entity::find()
            .filter(due::Column::At.gt(place.time))
            .order_by_asc(due::Column::At)
            .limit(CHUNK)
            .all(app.db().read())
            .await?;
        let full = moments.len() as u64 == CHUNK;
        let next = moments.iter().map(|moment| moment.at.0).find(|at| *at > now.0);
        let come: Vec<_> = moments.into_iter().filter(|moment| moment.at <= now).collect();
        if let Some(last) = come.last() {
            let ids: Vec<_> = come.iter().map(|moment| moment.article_id).collect();
            let footprints = Footprint::read(app.db().read(), &ids).await?;
            let mut touch = Touch::default();
            for id in &ids {
                touch.by_time(*id, footprints.get(id));
            }
            app.cache().touch(&Touched::Some(touch));
            place.time = last.at.0;
            place.noticed.extend(come.iter().map(|moment| (moment.article_id, moment.at.0)));
        }
        if let Some(next) = next {
            place.time = now.0;
            return Ok(next);
        }
        if !full {
            place.time = now.0;
            return Ok(i64::MAX);
        }
    }
}

/// Drops all where a section or a term began or ceased to say something, which is rare;
/// says when one will next.
async fn pass_lists(app: &App, since: Timestamp, now: Timestamp) -> Result<i64> {
    let next = next_of_lists(app, since).await?;
    if next > now.0 {
        return Ok(next);
    }
    app.cache().touch(&Touched::Everything);
    next_of_lists(app, now).await
}

async fn next_of_lists(app: &App, since: Timestamp) -> Result<i64> {
    let mut next = i64::MAX;
    for table in ["section", "term_text"] {
        for column in ["visible_from", "visible_until"].map(|column| (table, column)) {
            let mut first = Query::select();
            first.expr(Expr::col(column).min()).from(table);
            first.cond_where(Expr::col(column).gt(since.0));
            for row in app.db().reader().query_all(&first).await? {
                next = Ord::min(next, row.get::<Option<i64>>(0)?.unwrap_or(i64::MAX));
            }
        }
    }
    Ok(next)
}

/// What events touch.
async fn touch(app: &App, place: &mut Place, events: &[event::Model]) -> Result<Touched> {
    let mut touch = Touch::default();
    let mut come = Vec::new();
    for event in events {
        let noted = match &event.touched {
            None => None,
            Some(noted) if noted.0 == EVERYTHING => return Ok(Touched::Everything),
            Some(noted) => match serde_json::from_value::<Vec<Change>>(noted.0.clone()) {
                Ok(changes) => Some(changes),
                // A newer node tells more than this one understands.
                Err(_) => return Ok(Touched::Everything),
            },
        };
        for change in noted.iter().flatten() {
            touch.change(change, place.settled, event.at);
        }
        let tags = &mut touch.tags;
        if state::is_private(event) {
            continue;
        }
        match (event.entity.as_str(), event.kind.as_str()) {
            (_, "article.wentLive" | "article.expired") => {
                let at = event.data["due"].as_i64().unwrap_or_default();
                if let Some(id) = event.entity_id
                    && !place.noticed.remove(&(id, at))
                {
                    come.push(id);
                }
            }
            ("article", _) => {
                if noted.is_none() {
                    return Ok(Touched::Everything);
                }
            }
            // What nothing carries is not there for the public.
            (_, "term.created") => {}
            ("term", _) => {
                tags.extend(public(Dependency::Terms));
                if moves_terms(event) {
                    // What led to a term's address may lead to another's.
                    let places = [Dependency::TermPlaces, Dependency::Redirects];
                    tags.extend(places.map(Dependency::tag));
                }
                let others = event.data["merged"].as_array().into_iter().flatten();
                let others = others.chain([&event.data["added"]]);
                let others = others.filter_map(|other| other["id"].as_str()?.parse().ok());
                tags.extend(others.chain(event.entity_id).map(|id| Dependency::Term(id).tag()));
            }
            ("site", "site.files_changed") => match event.data["pages"].as_array() {
                Some(pages) => {
                    let files = pages.iter().filter_map(|page| page.as_str());
                    tags.extend(files.flat_map(|file| public(Dependency::File(file))));
                }
                None => return Ok(Touched::Everything),
            },
            ("menu", _) => tags.extend(public(Dependency::Menus)),
            ("section", _) => tags.extend(public(Dependency::Sections)),
            ("redirect", _) => {
                tags.extend(public(Dependency::Redirects));
                match event.data["path"].as_str() {
                    Some(path) => tags.insert(Dependency::Path(path).tag()),
                    None => return Ok(Touched::Everything),
                };
            }
            _ => return Ok(Touched::Everything),
        }
    }
    if !come.is_empty() {
        let footprints = Footprint::read(app.db().read(), &come).await?;
        for id in come {
            touch.by_time(id, footprints.get(&id));
        }
    }
    Ok(Touched::Some(touch))
}

/// Whether an event of a term may have changed more than what is said of it.
fn moves_terms(event: &event::Model) -> bool {
    match event.kind.as_str() {
        "term.described" => false,
        "term.renamed" => {
            let same = |now, before| event.data.get(now) == event.data.get(before);
            let told = event.data.get("parentBefore").is_some();
            !(told && same("slug", "slugBefore") && same("parent", "parentBefore"))
        }
        _ => true,
    }
}

fn public(what: Dependency<'_>) -> [Tag; 2] {
    [what.tag(), Dependency::Anything.tag()]
}
