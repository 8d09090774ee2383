//! Loading children without waiting and without counting.
//!
//! Objects that were read together are [`Siblings`]. The first of them that is
//! asked for a child loads that child for **all**, in one statement; the others
//! find it there. The children of all parents are siblings in turn, so a query
//! takes as many statements as it has levels, whatever the number of rows. No
//! timer is involved, and what one request loaded is never seen by another.

use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::error::{Error, Result};

type Loaded = Result<Arc<dyn Any + Send + Sync>>;

#[derive(Default)]
pub struct Siblings {
    ids: Vec<Uuid>,
    loads: Mutex<HashMap<String, Arc<OnceCell<Loaded>>>>,
}

impl Siblings {
    /// `ids` of the objects, each at most once.
    #[must_use]
    pub fn new(mut ids: Vec<Uuid>) -> Arc<Self> {
        ids.sort_unstable();
        ids.dedup();
        Arc::new(Self { ids, loads: Mutex::default() })
    }

    #[must_use]
    pub fn ids(&self) -> &[Uuid] {
        &self.ids
    }

    /// Gives what a key loads, where it was read with the siblings themselves.
    pub fn put<T: Send + Sync + 'static>(&self, key: String, value: T) {
        let loaded: Loaded = Ok(Arc::new(value));
        let mut loads = self.loads.lock().unwrap_or_else(PoisonError::into_inner);
        loads.insert(key, Arc::new(OnceCell::new_with(Some(loaded))));
    }

    /// Makes the next load of each key read again.
    pub fn forget(&self) {
        self.loads.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What `load` gives, called once for all siblings a `key`.
    ///
    /// The key must name the child and everything that its content depends on:
    /// arguments and columns. Each key is used with one type only.
    pub async fn load<T, F>(&self, key: String, load: impl FnOnce() -> F) -> Result<Arc<T>>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T>>,
    {
        let cell = Arc::clone(
            self.loads.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default(),
        );
        let loaded = cell
            .get_or_init(|| async {
                // All but one find it there: they need no room for it.
                let loaded = Box::pin(load()).await;
                loaded.map(|value| Arc::new(value) as Arc<dyn Any + Send + Sync>)
            })
            .await;
        Arc::clone(loaded.as_ref().map_err(Clone::clone)?)
            .downcast()
            .map_err(|_| Error::internal("a key of Siblings::load has two types"))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_child_is_loaded_once_for_all_siblings() {
        let siblings = Siblings::new(vec![Uuid::from_u128(2), Uuid::from_u128(1)]);
        let calls = AtomicUsize::new(0);
        let load = |key: &str| {
            siblings.load(key.to_owned(), || async {
                calls.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Ok(siblings.ids().len())
            })
        };
        let (a, b, c) = tokio::join!(load("tags"), load("tags"), load("categories"));
        assert_eq!((*a.unwrap(), *b.unwrap(), *c.unwrap()), (2, 2, 2));
        assert_eq!(calls.load(Ordering::Relaxed), 2);
        siblings.put("authors".to_owned(), 3_usize);
        assert_eq!(*load("authors").await.unwrap(), 3);
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_failure_is_shared_and_not_tried_again() {
        let siblings = Siblings::new(vec![]);
        for _ in 0..2 {
            let result: Result<Arc<u8>> =
                siblings.load("x".to_owned(), || async { Err(Error::not_found("thing")) }).await;
            assert_eq!(result.unwrap_err().code(), "NOT_FOUND");
        }
    }
}
