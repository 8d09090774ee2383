//! Answers in memory: found by their key, dropped by their tags.
//!
//! One lock orders what is kept and what is touched. An answer says as of which
//! touch it was begun ([`Lease`]); it is kept only if nothing since has touched
//! what it depends on, lists as a whole. Finding one takes no lock but that of a part of the map.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use entity::Timestamp;
use quick_cache::sync::Cache as Map;
use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::answer::Answer;
use super::change::Touch;
use super::dependency::{Dependency, Known, Tag};
use super::follow::Place;
use super::purge::{Pending, Purge};
use super::watch::Watch;
use crate::config;
use crate::site::Frame;

/// Touches that are remembered for answers that are being made.
const REMEMBERED: usize = 256;
/// Bytes that a tag of an answer takes, here and there, and the answer itself beside
/// its bytes.
const TAG_BYTES: u64 = 128;
const ENTRY_BYTES: u64 = 512;
/// Articles that change at once beyond which lists are not watched: each would be
/// held against each answer.
const MOST_STEPS: usize = 32;
/// How far apart, in microseconds, the clock may be for requests at one time.
const APART: i64 = 2_000_000;
/// The longest request that is known by its bytes.
const LONGEST_REQUEST: usize = 8 << 10;

/// Whatever an answer of the public differs by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 16]);

impl Key {
    /// `document` is the hash of its text. Members of objects count whatever order
    /// they are in; what is sorted here is equal.
    #[must_use]
    pub fn new(document: &str, operation: Option<&str>, variables: &Value) -> Self {
        let mut hash = Sha256::new();
        for part in [Some(document), operation] {
            hash.update([u8::from(part.is_some())]);
            let part = part.unwrap_or_default();
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        add(&mut hash, variables);
        let digest: [u8; 32] = hash.finalize().into();
        let mut key = [0; 16];
        key.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self(key)
    }
}

fn add(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_unstable_by_key(|(name, _)| name.as_str());
            hash.update(b"{");
            for (name, value) in members {
                hash.update(name.len().to_be_bytes());
                hash.update(name);
                add(hash, value);
            }
            hash.update(b"}");
        }
        Value::Array(values) => {
            hash.update(b"[");
            for value in values {
                add(hash, value);
            }
            hash.update(b"]");
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            // As JSON, which tells `1` from `"1"`.
            let text = value.to_string();
            hash.update(text.len().to_be_bytes());
            hash.update(text);
        }
    }
}

/// An answer in the cache, for as long as it holds.
#[derive(Debug)]
pub struct Entry {
    pub answer: Answer,
    /// All that it depends on, those of the lists that are watched among them.
    pub tags: Box<[Tag]>,
    known: Known,
    /// Bytes of it.
    weight: u64,
    holds: AtomicBool,
}

impl Entry {
    #[must_use]
    pub fn new(answer: Answer, known: Known) -> Arc<Self> {
        let tags = known.tags.union(&known.watched).copied().collect();
        let watches: u64 = known.watches.iter().map(Watch::weight).sum();
        let count = known.tags.len() + known.watched.len();
        let weight = answer.weight() + count as u64 * TAG_BYTES + watches + ENTRY_BYTES;
        Arc::new(Self { answer, tags, known, weight, holds: AtomicBool::new(true) })
    }

    /// Whether an answer that has one of the tags is touched indeed.
    fn is_touched(&self, Touch { tags, steps }: &Touch) -> bool {
        let Known { tags: own, watched, watches } = &self.known;
        if own.iter().any(|tag| tags.contains(tag)) {
            return true;
        }
        if steps.len() > MOST_STEPS {
            return watched.iter().any(|tag| tags.contains(tag));
        }
        watches.iter().any(|watch| steps.iter().any(|step| watch.is_touched(step)))
    }
}

/// What goes.
#[derive(Debug, Clone)]
pub enum Touched {
    Some(Touch),
    Everything,
}

/// The number of the last touch that had been seen when something began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease(u64);

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Arc<Entry>> for Weight {
    fn weight(&self, _: &Key, entry: &Arc<Entry>) -> u64 {
        entry.weight
    }
}

impl Weighter<Box<[u8]>, Weak<Entry>> for Weight {
    fn weight(&self, request: &Box<[u8]>, _: &Weak<Entry>) -> u64 {
        request.len() as u64 + ENTRY_BYTES
    }
}

/// Collects what had to go for want of room.
#[derive(Debug, Clone)]
struct Leaving;

impl Lifecycle<Key, Arc<Entry>> for Leaving {
    type RequestState = Vec<(Key, Arc<Entry>)>;

    fn on_evict(&self, state: &mut Self::RequestState, key: Key, entry: Arc<Entry>) {
        state.push((key, entry));
    }
}

#[derive(Debug, Default)]
struct Touches {
    /// Which answers have a tag.
    by_tag: HashMap<Tag, HashSet<Key>>,
    /// How many there have been.
    number: u64,
    /// The last ones, the newest at the end.
    last: VecDeque<Purge>,
}

impl Touches {
    /// Whether something since has touched these, as far as is remembered.
    fn since(&self, Lease(number): Lease, tags: &[Tag]) -> bool {
        let newer = usize::try_from(self.number - number).unwrap_or(usize::MAX);
        newer > self.last.len() || self.last.iter().rev().take(newer).any(|one| one.has(tags))
    }

    fn forget(&mut self, key: &Key, entry: &Entry) {
        for tag in &entry.tags {
            if let Some(keys) = self.by_tag.get_mut(tag) {
                keys.remove(key);
                if keys.is_empty() {
                    self.by_tag.remove(tag);
                }
            }
        }
    }
}

/// What the cache did since the process began.
#[derive(Debug, Clone, Copy, Default)]
pub struct Numbers {
    pub hits: u64,
    pub misses: u64,
    /// Answers that something touched.
    pub evicted: u64,
    /// Answers that were touched while they were made.
    pub overtaken: u64,
    pub answers: u64,
    pub bytes: u64,
}

/// An execution that others wait for.
type Flight = (u64, Weak<OnceCell<Option<Arc<Entry>>>>);

pub struct Cache {
    answers: Option<Map<Key, Arc<Entry>, Weight, DefaultHashBuilder, Leaving>>,
    /// Requests by their bytes: who asks the same again is not read again.
    requests: Map<Box<[u8]>, Weak<Entry>, Weight>,
    touches: Mutex<Touches>,
    flights: Mutex<HashMap<Key, Flight>>,
    frame: Mutex<Option<Arc<Frame>>>,
    place: tokio::sync::Mutex<Place>,
    /// The latest moment at which anybody asked.
    latest: AtomicI64,
    /// How far the feed goes, as far as this process knows.
    known: AtomicI64,
    position: AtomicI64,
    due: AtomicI64,
    followed: AtomicBool,
    hits: AtomicU64,
    misses: AtomicU64,
    evicted: AtomicU64,
    overtaken: AtomicU64,
    purge: Pending,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cache {
    #[must_use]
    pub fn new(config: &config::Cache, purge: bool) -> Self {
        let bytes = config.megabytes * 1_000_000;
        let items = usize::try_from(bytes / 8_000).unwrap_or(usize::MAX).max(64);
        // One shard for a small cache: each takes but its share of the bytes.
        let shards = usize::try_from(config.megabytes / 16).unwrap_or(1).clamp(1, 16);
        let options = OptionsBuilder::new()
            .estimated_items_capacity(items)
            .weight_capacity(bytes)
            .shards(shards)
            .build();
        let answers = options.ok().filter(|_| bytes > 0).map(|options| {
            Map::with_options(options, Weight, DefaultHashBuilder::default(), Leaving)
        });
        Self {
            answers,
            requests: Map::with_weighter(items, (bytes / 8).max(1), Weight),
            touches: Mutex::default(),
            flights: Mutex::default(),
            frame: Mutex::default(),
            place: tokio::sync::Mutex::default(),
            latest: AtomicI64::new(i64::MIN),
            known: AtomicI64::new(0),
            position: AtomicI64::new(-1),
            due: AtomicI64::new(i64::MAX),
            followed: AtomicBool::new(false),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            evicted: AtomicU64::new(0),
            overtaken: AtomicU64::new(0),
            purge: Pending::new(purge),
        }
    }

    #[must_use]
    pub fn is_on(&self) -> bool {
        self.answers.is_some()
    }

    /// Notes that the feed goes so far.
    pub fn heard(&self, position: i64) {
        self.known.fetch_max(position, Ordering::SeqCst);
    }

    /// Whether a worker of this process follows the feed.
    #[must_use]
    pub fn is_followed(&self) -> bool {
        self.followed.load(Ordering::SeqCst)
    }

    pub fn set_followed(&self, followed: bool) {
        self.followed.store(followed, Ordering::SeqCst);
    }

    /// Whether all that is known has been accounted for.
    #[must_use]
    pub fn is_current(&self, now: Timestamp) -> bool {
        self.is_followed()
            && self.position.load(Ordering::SeqCst) >= self.known.load(Ordering::SeqCst)
            && now.0 < self.due()
    }

    /// Whether answers are kept and served at a moment. They are not while the clock is
    /// behind what it was: the moments in between have been passed and forgotten.
    #[must_use]
    pub fn serves(&self, now: Timestamp) -> bool {
        let latest = self.latest.fetch_max(now.0, Ordering::SeqCst);
        // Requests that began at one time may come in any order.
        let is_behind = now.0 < latest.saturating_sub(APART);
        if is_behind {
            // What was made later is no answer when that time comes again.
            self.clear();
        }
        self.is_on() && !is_behind
    }

    pub async fn place(&self) -> tokio::sync::MutexGuard<'_, Place> {
        self.place.lock().await
    }

    /// When time alone changes something next.
    #[must_use]
    pub fn due(&self) -> i64 {
        self.due.load(Ordering::SeqCst)
    }

    pub fn set_due(&self, at: i64) {
        self.due.store(at, Ordering::SeqCst);
    }

    pub fn set_position(&self, position: i64) {
        self.position.store(position, Ordering::SeqCst);
    }

    /// To be taken before an answer is begun.
    #[must_use]
    pub fn lease(&self) -> Lease {
        Lease(locked(&self.touches).number)
    }

    /// The site and its languages, unless something changed them.
    #[must_use]
    pub fn frame(&self) -> Option<Arc<Frame>> {
        locked(&self.frame).clone()
    }

    /// Keeps the frame that was read under a lease.
    pub fn keep_frame(&self, frame: &Arc<Frame>, lease: Lease) {
        let touches = locked(&self.touches);
        if !touches.since(lease, &[Dependency::Frame.tag()]) {
            *locked(&self.frame) = Some(Arc::clone(frame));
        }
    }

    /// The answer to a request with these bytes, if it was read before.
    #[must_use]
    pub fn of_request(&self, request: &[u8]) -> Option<Arc<Entry>> {
        if !self.is_on() || request.len() > LONGEST_REQUEST {
            return None;
        }
        let entry = self.requests.get(request)?.upgrade()?;
        if !entry.holds.load(Ordering::SeqCst) {
            return None;
        }
        self.hits.fetch_add(1, Ordering::Relaxed);
        Some(entry)
    }

    /// Lets a request be known by its bytes.
    pub fn note_request(&self, request: &[u8], entry: &Arc<Entry>) {
        if self.is_on() && request.len() <= LONGEST_REQUEST {
            self.requests.insert(request.into(), Arc::downgrade(entry));
        }
    }

    /// The answer for a key: one that is kept, or what `make` makes. Whoever asks
    /// while it is being made waits for it, unless something was touched
    /// meanwhile. None where what was made is nobody else's: who waited for it
    /// makes their own.
    pub async fn get(
        &self,
        key: Key,
        make: impl AsyncFnOnce() -> Option<Arc<Entry>>,
    ) -> Option<Arc<Entry>> {
        let answers = self.answers.as_ref()?;
        if let Some(entry) = answers.get(&key) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Some(entry);
        }
        let lease = self.lease();
        let cell = self.flight(key, lease);
        let made = cell
            .get_or_init(|| async {
                self.misses.fetch_add(1, Ordering::Relaxed);
                let entry = make().await?;
                self.keep(key, &entry, lease);
                Some(entry)
            })
            .await
            .clone();
        self.land(key, &cell);
        made
    }

    fn flight(&self, key: Key, Lease(number): Lease) -> Arc<OnceCell<Option<Arc<Entry>>>> {
        let mut flights = locked(&self.flights);
        if let Some((begun, cell)) = flights.get(&key)
            && *begun == number
            && let Some(cell) = cell.upgrade()
        {
            return cell;
        }
        let cell = Arc::new(OnceCell::new());
        flights.insert(key, (number, Arc::downgrade(&cell)));
        cell
    }

    fn land(&self, key: Key, cell: &Arc<OnceCell<Option<Arc<Entry>>>>) {
        let mut flights = locked(&self.flights);
        if flights.get(&key).is_some_and(|(_, own)| own.as_ptr() == Arc::as_ptr(cell)) {
            flights.remove(&key);
        }
        // Flights that nobody waited for to the end.
        if flights.len() > 10_000 {
            flights.retain(|_, (_, cell)| cell.strong_count() > 0);
        }
    }

    fn keep(&self, key: Key, entry: &Arc<Entry>, lease: Lease) {
        let Some(answers) = &self.answers else {
            return;
        };
        let mut touches = locked(&self.touches);
        if touches.since(lease, &entry.tags) {
            entry.holds.store(false, Ordering::SeqCst);
            self.overtaken.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if let Some((_, old)) = answers.remove(&key) {
            old.holds.store(false, Ordering::SeqCst);
            touches.forget(&key, &old);
        }
        for tag in &entry.tags {
            touches.by_tag.entry(*tag).or_default().insert(key);
        }
        let mut leaving = Vec::new();
        answers.insert_with_lifecycle(key, Arc::clone(entry), &mut leaving);
        for (key, entry) in leaving {
            entry.holds.store(false, Ordering::SeqCst);
            touches.forget(&key, &entry);
        }
    }

    /// Drops what is touched, and lets caches outside do the same.
    pub fn touch(&self, touched: &Touched) {
        let purge = match touched {
            Touched::Some(touch) if touch.tags.is_empty() => return,
            Touched::Some(touch) => Purge::Tags(touch.tags.clone()),
            Touched::Everything => Purge::Everything,
        };
        let mut touches = locked(&self.touches);
        touches.number += 1;
        if purge.has(&[Dependency::Frame.tag()]) {
            *locked(&self.frame) = None;
        }
        touches.last.push_back(purge.clone());
        if touches.last.len() > REMEMBERED {
            touches.last.pop_front();
        }
        if let Some(answers) = &self.answers {
            let keys: HashSet<Key> = match touched {
                Touched::Everything => touches.by_tag.values().flatten().copied().collect(),
                Touched::Some(touch) => {
                    let of_tag = touch.tags.iter().filter_map(|tag| touches.by_tag.get(tag));
                    let keys: HashSet<_> = of_tag.flatten().copied().collect();
                    let is_touched =
                        |key: &Key| answers.peek(key).is_some_and(|entry| entry.is_touched(touch));
                    keys.into_iter().filter(is_touched).collect()
                }
            };
            for key in keys {
                if let Some((_, entry)) = answers.remove(&key) {
                    entry.holds.store(false, Ordering::SeqCst);
                    touches.forget(&key, &entry);
                    self.evicted.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        drop(touches);
        self.purge.add(purge);
    }

    /// Drops everything: something was changed that no event tells.
    pub fn clear(&self) {
        self.touch(&Touched::Everything);
    }

    #[must_use]
    pub fn purges(&self) -> &Pending {
        &self.purge
    }

    #[must_use]
    pub fn numbers(&self) -> Numbers {
        let of = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let answers = self.answers.as_ref();
        Numbers {
            hits: of(&self.hits),
            misses: of(&self.misses),
            evicted: of(&self.evicted),
            overtaken: of(&self.overtaken),
            answers: answers.map_or(0, |answers| answers.len() as u64),
            bytes: answers.map_or(0, |answers| answers.weight() + self.requests.weight()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::Dependency;
    use super::*;
    use crate::config::Config;

    #[tokio::test]
    async fn a_flood_of_questions_stays_within_its_bytes() {
        let config = config::Cache { megabytes: 1, ..Config::default().cache };
        let cache = Cache::new(&config, false);
        let ask = async |text: &str| {
            let key = Key::new(text, None, &Value::Null);
            let tags = BTreeSet::from([Dependency::Frame.tag(), Dependency::Path(text).tag()]);
            let known = Known { tags, ..Known::default() };
            let make = async || Some(Entry::new(Answer::new(vec![b'a'; 2_000]), known));
            let entry = cache.get(key, make).await.expect("an answer");
            cache.note_request(text.as_bytes(), &entry);
        };
        for number in 0..3_000 {
            ask(&number.to_string()).await;
        }
        let Numbers { answers, bytes, misses, .. } = cache.numbers();
        assert_eq!(misses, 3_000);
        // An eighth more is for the requests by their bytes.
        assert!(bytes <= 1_125_000 && answers > 100, "{bytes} bytes, {answers} answers");
        // Nothing is kept of what had to go.
        let of_all: usize = locked(&cache.touches).by_tag.values().map(HashSet::len).sum();
        assert_eq!(of_all as u64, answers * 2);
        assert_eq!(locked(&cache.flights).len(), 0);
        // What is asked for again and again outlasts the flood.
        for number in 0..500 {
            ask("often").await;
            ask(&format!("more {number}")).await;
        }
        assert!(cache.numbers().misses <= 3_000 + 500 + 5, "{}", cache.numbers().misses);
    }
}
