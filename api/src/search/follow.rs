//! The follower: whatever the feed tells is in the index shortly after.
//!
//! It reads events, looks up which articles they are about, reads those as they
//! are now, and replaces their documents where anything differs. Doing so twice
//! changes nothing, so an index that is behind, after a crash or a rebuild, takes
//! the same way as one that is up to date. A commit holds as many events as had
//! come meanwhile: one alone is found at once, and an import in large steps.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use entity::event;
use sha2::{Digest, Sha256};
use tantivy::indexer::LogMergePolicy;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, IndexWriter, Searcher, TERMINATED, Term};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::index::{self, Opened, Place, cannot};
use super::layout::{self, Document, Fields};
use super::source::{self, CHUNK};
use super::{Progress, unavailable};
use crate::article::read;
use crate::ctx::{Actor, App, Ctx};
use crate::error::{Error, Result};
use crate::taxonomy::change;

/// Documents of a segment that is merged with any other that is as small.
const SMALL: u32 = 250;
/// Events that are read at once.
pub const EVENTS: u64 = 1000;
/// How long changes may wait for a commit while more are coming.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long to wait before trying again what has failed.
const RETRY: Duration = Duration::from_secs(2);
/// How long a node sleeps at most before it looks again.
const IDLE: Duration = Duration::from_secs(5);

/// The index and the one who writes it.
pub struct Writer {
    opened: Arc<Opened>,
    inner: IndexWriter,
    /// How far the documents are that were added last.
    place: Place,
    /// Articles whose documents were replaced since the last commit.
    pending: HashSet<Uuid>,
    since: Option<Instant>,
}

/// Follows the feed until it is stopped.
pub async fn follow(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let mut feed = app.follow();
    app.search().set_followed(true);
    while !*stopped.borrow() {
        feed.mark_unchanged();
        let pause = match catch_up(&app).await {
            Ok(()) => IDLE,
            Err(error) => {
                tracing::error!(?error, "the search index does not follow");
                RETRY
            }
        };
        tokio::select! {
            _ = stopped.changed() => {}
            _ = timeout(pause, feed.changed()) => {}
        }
    }
    app.search().set_followed(false);
    app.search().close().await;
}

/// Brings the index to the end of the feed; makes it where there is none.
pub async fn catch_up(app: &Arc<App>) -> Result<()> {
    let ctx = Ctx::new(Arc::clone(app), Actor::System);
    let search = app.search();
    let mut held = search.writer().await;
    let done = advance(&ctx, &mut held).await;
    if let Err(error) = &done {
        // What was added and not committed is added again.
        *held = None;
        search.update(|progress| progress.failure = Some(Arc::from(explain(error))));
    }
    done
}

fn explain(error: &Error) -> String {
    match error {
        Error::Internal(internal) => internal.message.clone(),
        error => error.to_string(),
    }
}

async fn advance(ctx: &Ctx, held: &mut Option<Writer>) -> Result<()> {
    let root = root(ctx.app());
    // Somebody may have built a new one: `broadsheet search rebuild`.
    let replaced = |writer: &Writer| index::current(&root).as_ref() != Some(&writer.opened.name);
    if ctx.app().search().take_doubt() || held.as_ref().is_some_and(replaced) {
        *held = None;
    }
    let mut writer = match held.take() {
        Some(writer) => writer,
        None => open_or_build(ctx, &root).await?,
    };
    loop {
        let events = crate::event::after(ctx, writer.place.position, EVENTS).await?;
        let Some(last) = events.last() else {
            break;
        };
        let place = Place { position: last.id, mark: mark(last) };
        let mut ids = touched(ctx, &writer.opened, &events).await?;
        if events.iter().any(|event| event.entity == "term") {
            // They may carry a term of which the index does not know it yet.
            ids.extend(writer.pending.iter().copied());
        }
        for ids in ids.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
            let documents = source::documents(ctx, ids).await?;
            writer = writer.replace(ids.to_vec(), documents).await?;
        }
        writer.place = place;
        if writer.since.is_some_and(|since| since.elapsed() > PATIENCE) {
            writer = writer.commit().await?;
        }
    }
    if !writer.pending.is_empty() {
        writer = writer.commit().await?;
    }
    let (opened, position) = (Arc::clone(&writer.opened), writer.place.position);
    ctx.app().search().update(|progress| {
        *progress = Progress { position, opened: Some(opened), failure: None };
    });
    *held = Some(writer);
    Ok(())
}

/// The folder of the indexes.
#[must_use]
pub fn root(app: &App) -> PathBuf {
    app.config().data_dir.join("search")
}

/// What identifies an event beyond its number.
fn mark(event: &event::Model) -> String {
    let mut hash = Sha256::new();
    hash.update(event.at.0.to_le_bytes());
    hash.update(event.entity_id.unwrap_or_default().as_bytes());
    hash.update(&event.kind);
    let digest: [u8; 32] = hash.finalize().into();
    digest.iter().take(8).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

async fn place_now(ctx: &Ctx) -> Result<Place> {
    let position = crate::event::last(ctx).await?;
    place_at(ctx, position).await?.ok_or_else(|| Error::internal("the last event is missing"))
}

/// The place of a position, if the feed has it.
async fn place_at(ctx: &Ctx, position: i64) -> Result<Option<Place>> {
    if position == 0 {
        return Ok(Some(Place { position, mark: String::new() }));
    }
    let event = crate::event::after(ctx, position - 1, 1).await?.into_iter().next();
    let event = event.filter(|event| event.id == position);
    Ok(event.map(|event| Place { position, mark: mark(&event) }))
}

/// Opens the index in use if it can go on from where it is, else builds one;
/// meanwhile the old one answers, if it can.
async fn open_or_build(ctx: &Ctx, root: &Path) -> Result<Writer> {
    if let Some(name) = index::current(root) {
        match open(ctx, root, name).await {
            Ok((opened, Some(place))) if opened.is_current() => {
                let writer = Writer::new(ctx, opened, place)?;
                index::sweep(root);
                return Ok(writer);
            }
            Ok((opened, Some(_))) => {
                tracing::info!(name = opened.name, "the search index is of another layout");
                let search = ctx.app().search();
                search.update(|progress| progress.opened = Some(opened));
            }
            Ok((opened, None)) => {
                tracing::warn!(name = opened.name, "the search index is of another database");
            }
            Err(error) => tracing::warn!(?error, "the search index is built anew"),
        }
    }
    build(ctx, root).await
}

/// An index, and its place in the feed if that is the feed it was made from.
async fn open(ctx: &Ctx, root: &Path, name: String) -> Result<(Arc<Opened>, Option<Place>)> {
    let folder = root.to_owned();
    let nonce = ctx.new_id();
    let opened = blocking(move || Opened::at(&folder, name, nonce)).await?;
    let place = match opened.place()? {
        Some(place) => place_at(ctx, place.position).await?.filter(|known| *known == place),
        None => None,
    };
    Ok((Arc::new(opened), place))
}

/// Builds an index anew, whatever there is, for `broadsheet search rebuild`. A
/// server that runs goes over to it by itself.
pub async fn rebuild(ctx: &Ctx) -> Result<u64> {
    let opened = build(ctx, &root(ctx.app())).await?.finish().await?;
    Ok(opened.reader.searcher().num_docs())
}

/// Builds an index from the database, in a folder of its own, and makes it the one
/// in use.
async fn build(ctx: &Ctx, root: &Path) -> Result<Writer> {
    // What is written from here on is told by events behind this.
    let place = place_now(ctx).await?;
    let began = Instant::now();
    std::fs::create_dir_all(root).map_err(|error| cannot(root, error))?;
    let id = ctx.new_id();
    let (folder, name) = (root.to_owned(), index::new_name(id));
    let path = root.join(&name);
    let built = async {
        let opened = blocking(move || Opened::create(&folder, name, id)).await?;
        fill(ctx, Writer::new(ctx, Arc::new(opened), place)?).await
    };
    let writer = match built.await {
        Ok(writer) => writer,
        Err(error) => {
            // Half an index is of no use, and its disk may be full.
            let _ = std::fs::remove_dir_all(path);
            return Err(error);
        }
    };
    index::make_current(root, &writer.opened.name)?;
    index::sweep(root);
    tracing::info!(seconds = began.elapsed().as_secs_f32(), "built the search index");
    Ok(writer)
}

/// Adds every article to an empty index.
async fn fill(ctx: &Ctx, mut writer: Writer) -> Result<Writer> {
    let mut after = Uuid::nil();
    loop {
        let ids = read::all_after(ctx, after, CHUNK as u64).await?;
        let Some(last) = ids.last() else {
            break;
        };
        after = *last;
        let documents = source::documents(ctx, &ids).await?;
        writer = writer.add(documents).await?;
    }
    writer.commit().await
}

/// Which segments become one. Each save makes a small one: these are merged with
/// each other, and a large one only with what is about as large, or where many of
/// its documents are gone. By default all below 10,000 documents are alike, and a
/// site's whole index would be written anew with every eighth save.
fn merging() -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_min_layer_size(SMALL);
    policy.set_del_docs_ratio_before_merge(0.3);
    policy
}

impl Writer {
    fn new(ctx: &Ctx, opened: Arc<Opened>, place: Place) -> Result<Self> {
        let heap = ctx.app().config().search.heap_megabytes * 1_000_000;
        let inner = opened
            .index
            .writer_with_num_threads(1, heap)
            .map_err(|error| cannot(&opened.folder, error))?;
        inner.set_merge_policy(Box::new(merging()));
        Ok(Self { opened, inner, place, pending: HashSet::new(), since: None })
    }

    async fn add(self, documents: Vec<Document>) -> Result<Self> {
        blocking(move || {
            for document in &documents {
                self.put(document)?;
            }
            Ok(self)
        })
        .await
    }

    fn put(&self, document: &Document) -> Result<()> {
        let document = document.indexed(&self.opened.fields);
        self.inner
            .add_document(document)
            .map_err(|error| cannot(&self.opened.folder, error))
            .map(drop)
    }

    /// Makes `documents` those of the articles `ids`.
    async fn replace(mut self, ids: Vec<Uuid>, documents: Vec<Document>) -> Result<Self> {
        blocking(move || {
            let searcher = self.opened.reader.searcher();
            for id in ids {
                let own: Vec<_> = documents.iter().filter(|document| document.id == id).collect();
                let mut prints: Vec<_> = own.iter().map(|document| document.print()).collect();
                prints.sort_unstable();
                if !self.pending.contains(&id)
                    && held(&searcher, &self.opened.fields, id)? == prints
                {
                    continue;
                }
                self.inner.delete_term(layout::id_term(&self.opened.fields, id));
                for document in own {
                    self.put(document)?;
                }
                self.pending.insert(id);
                self.since.get_or_insert_with(Instant::now);
            }
            Ok(self)
        })
        .await
    }

    /// Keeps what was added, together with its place in the feed, and shows it.
    async fn commit(mut self) -> Result<Self> {
        blocking(move || {
            let wrong = |error: tantivy::TantivyError| cannot(&self.opened.folder, error);
            let payload = serde_json::to_string(&self.place)?;
            let mut prepared = self.inner.prepare_commit().map_err(wrong)?;
            prepared.set_payload(&payload);
            prepared.commit().map_err(wrong)?;
            self.opened.reader.reload().map_err(wrong)?;
            self.pending.clear();
            self.since = None;
            Ok(self)
        })
        .await
    }

    /// Ends what goes on in the background.
    pub async fn finish(self) -> Result<Arc<Opened>> {
        blocking(move || {
            let Self { opened, inner, .. } = self;
            inner.wait_merging_threads().map_err(|error| cannot(&opened.folder, error))?;
            opened.reader.reload().map_err(|error| cannot(&opened.folder, error))?;
            Ok(opened)
        })
        .await
    }
}

/// Runs what takes its time where it holds up nobody. A panic there is an error.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

/// The prints of an article's documents, in order.
fn held(searcher: &Searcher, fields: &Fields, id: Uuid) -> Result<Vec<u64>> {
    let mut prints = Vec::new();
    each(searcher, &layout::id_term(fields, id), |segment, doc| {
        let column = searcher.segment_reader(segment).fast_fields().u64("print")?;
        prints.extend(column.first(doc));
        Ok(())
    })?;
    prints.sort_unstable();
    Ok(prints)
}

/// Every living document that has a term.
pub fn each(
    searcher: &Searcher,
    term: &Term,
    mut visit: impl FnMut(u32, u32) -> tantivy::Result<()>,
) -> Result<()> {
    for (segment, reader) in (0..).zip(searcher.segment_readers()) {
        let inverted = reader.inverted_index(term.field()).map_err(unavailable)?;
        let postings = inverted.read_postings(term, IndexRecordOption::Basic);
        let Some(mut postings) = postings.map_err(unavailable)? else {
            continue;
        };
        while postings.doc() != TERMINATED {
            let alive = reader.alive_bitset().is_none_or(|alive| alive.is_alive(postings.doc()));
            if alive {
                visit(segment, postings.doc()).map_err(unavailable)?;
            }
            postings.advance();
        }
    }
    Ok(())
}

/// The articles that events are about. What happens to a term happens to all who
/// carry it, or did when they were indexed.
pub async fn touched(
    ctx: &Ctx,
    opened: &Opened,
    events: &[event::Model],
) -> Result<BTreeSet<Uuid>> {
    let mut articles = BTreeSet::new();
    let mut terms = BTreeSet::new();
    for event in events {
        match event.entity.as_str() {
            "article" => articles.extend(event.entity_id),
            "term" => {
                terms.extend(event.entity_id);
                let others = event.data["merged"].as_array().into_iter().flatten();
                for other in others.chain([&event.data["added"]]) {
                    terms.extend(other["id"].as_str().and_then(|id| Uuid::parse_str(id).ok()));
                }
            }
            _ => {}
        }
    }
    if terms.is_empty() {
        return Ok(articles);
    }
    let terms: Vec<_> = terms.into_iter().collect();
    for terms in terms.chunks(CHUNK) {
        articles.extend(change::carriers(ctx.db_private().orm(), terms).await?);
    }
    let (searcher, fields) = (opened.reader.searcher(), opened.fields);
    for term in terms.into_iter().flat_map(|term| layout::carries(&fields, term)) {
        each(&searcher, &term, |segment, doc| {
            articles.extend(id_of(&searcher, segment, doc)?);
            Ok(())
        })?;
    }
    Ok(articles)
}

/// The article that a document is of.
fn id_of(searcher: &Searcher, segment: u32, doc: u32) -> tantivy::Result<Option<Uuid>> {
    let columns = searcher.segment_reader(segment).fast_fields();
    let (high, low) = (columns.u64("id_high")?.first(doc), columns.u64("id_low")?.first(doc));
    Ok(high.zip(low).map(|(high, low)| layout::id(high, low)))
}
