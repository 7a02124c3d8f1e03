//! How many lookups of the system run at once.
//!
//! A `getaddrinfo` that has begun cannot be stopped: a caller that gives up leaves it behind. So there is a bound for the
//! process, and a lower one for each name, so that a name whose server is dead does not take the places of all others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const AT_ONCE: usize = 128;
pub(super) const AT_ONCE_FOR_A_NAME: usize = 4;

/// A place among the lookups, given back when dropped. `None` stands for a semaphore that was closed, which none is.
pub(super) struct Permit {
    _name: Option<OwnedSemaphorePermit>,
    _process: Option<OwnedSemaphorePermit>,
}

/// Waits for a place for this name.
pub(super) async fn acquire(hostname: &str) -> Permit {
    static PROCESS: OnceLock<Arc<Semaphore>> = OnceLock::new();
    let process = PROCESS.get_or_init(|| Arc::new(Semaphore::new(AT_ONCE)));
    // The name's place first: who waits for that holds none of the others'.
    let name = of_name(hostname).acquire_owned().await.ok();
    let process = process.clone().acquire_owned().await.ok();
    Permit { _name: name, _process: process }
}

/// The places of one name. They go when nobody holds or waits for one any more.
fn of_name(hostname: &str) -> Arc<Semaphore> {
    static NAMES: Mutex<Option<HashMap<String, Weak<Semaphore>>>> = Mutex::new(None);
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    let names = names.get_or_insert_with(HashMap::new);
    if let Some(places) = names.get(hostname).and_then(Weak::upgrade) {
        return places;
    }
    names.retain(|_, places| places.strong_count() > 0);
    let places = Arc::new(Semaphore::new(AT_ONCE_FOR_A_NAME));
    names.insert(hostname.to_owned(), Arc::downgrade(&places));
    places
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use super::*;

    #[tokio::test]
    async fn a_name_that_hangs_leaves_room_for_others() {
        let mut hung = Vec::new();
        for _ in 0..AT_ONCE_FOR_A_NAME {
            hung.push(acquire("dead.test").await);
        }
        let mut one_more = Box::pin(acquire("dead.test"));
        assert!(matches!(futures_util::poll!(&mut one_more), Poll::Pending));
        acquire("other.test").await;
        drop(hung.pop());
        one_more.await;
    }
}
