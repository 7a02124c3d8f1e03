//! Sessions in memory, no more than so many.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use lru::LruCache;

use super::{SessionKey, SessionStore, StoredSession};

/// Several tickets come with each handshake: so many are never too many of one server.
const FEW: usize = 8;

/// TLS sessions in memory, at most so many; those of the server that was not asked for longest go first. No server fills
/// more than half of it. An addition of this library.
///
/// Every connector has one of its own, as large as the option `maxCachedSessions` says. Connectors that are to share one
/// bound, and the sessions of those that are on equal terms, are given one and the same:
///
/// ```
/// use std::sync::Arc;
/// use tredici::{ConnectOptions, Connector, MemorySessionStore};
///
/// let store = Arc::new(MemorySessionStore::new(500));
/// let one = Connector::new(ConnectOptions::new().session_store(store.clone()))?;
/// let other = Connector::new(ConnectOptions::new().session_store(store).prefer_h2(true))?;
/// # Ok::<(), tredici::Error>(())
/// ```
pub struct MemorySessionStore {
    capacity: usize,
    kept: Mutex<Kept>,
}

struct Kept {
    by_key: LruCache<SessionKey, VecDeque<StoredSession>>,
    count: usize,
    evicted: u64,
}

impl MemorySessionStore {
    /// An empty one for this many sessions.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, kept: Mutex::new(Kept { by_key: LruCache::unbounded(), count: 0, evicted: 0 }) }
    }

    /// How many sessions there are, of all servers together.
    pub fn len(&self) -> usize {
        self.kept().count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops all sessions.
    pub fn clear(&self) {
        let mut kept = self.kept();
        kept.by_key.clear();
        kept.count = 0;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionStore for MemorySessionStore {
    fn put(&self, key: &SessionKey, session: StoredSession) {
        if self.capacity == 0 {
            return;
        }
        let mut kept = self.kept();
        let sessions = kept.by_key.get_or_insert_mut(key.clone(), VecDeque::new);
        // Sessions that may be used again do not need company.
        let surplus = if session.is_single_use() {
            sessions.len() >= self.capacity.div_ceil(2).max(FEW)
        } else {
            !sessions.is_empty()
        };
        let replaced = if surplus { sessions.pop_front() } else { None };
        sessions.push_back(session);
        match replaced {
            // One that may be used again has made way for its successor, and not for want of room.
            Some(replaced) => kept.evicted += u64::from(replaced.is_single_use()),
            None => kept.count += 1,
        }
        while kept.count > self.capacity {
            kept.evict();
        }
    }

    fn take(&self, key: &SessionKey, now: SystemTime) -> Option<StoredSession> {
        let mut kept = self.kept();
        let sessions = kept.by_key.get_mut(key)?;
        let before = sessions.len();
        sessions.retain(|session| session.expires().is_none_or(|expires| now < expires));
        let taken = match sessions.back().map(StoredSession::again) {
            Some(None) => sessions.pop_back(),
            again => again.flatten(),
        };
        let (gone, is_empty) = (before - sessions.len(), sessions.is_empty());
        kept.count -= gone;
        if is_empty {
            kept.by_key.pop(key);
        }
        taken
    }

    fn retain(&self, key: &SessionKey, keep: &mut dyn FnMut(&StoredSession) -> bool) {
        self.kept().retain(key, keep);
    }

    fn retain_all(&self, keep: &mut dyn FnMut(&StoredSession) -> bool) {
        let mut kept = self.kept();
        let keys: Vec<_> = kept.by_key.iter().map(|(key, _)| key.clone()).collect();
        keys.iter().for_each(|key| kept.retain(key, keep));
    }

    fn evicted(&self) -> u64 {
        self.kept().evicted
    }
}

impl Kept {
    fn retain(&mut self, key: &SessionKey, keep: &mut dyn FnMut(&StoredSession) -> bool) {
        if let Some(sessions) = self.by_key.peek_mut(key) {
            let before = sessions.len();
            sessions.retain(keep);
            self.count -= before - sessions.len();
            self.drop_empty(key);
        }
    }

    fn drop_empty(&mut self, key: &SessionKey) {
        if self.by_key.peek(key).is_some_and(VecDeque::is_empty) {
            self.by_key.pop(key);
        }
    }

    /// Drops the oldest session of the server that was not asked for longest.
    fn evict(&mut self) {
        let Some((key, sessions)) = self.by_key.iter_mut().next_back() else { return };
        let key = key.clone();
        sessions.pop_front();
        self.count -= 1;
        self.evicted += 1;
        self.drop_empty(&key);
    }
}

impl std::fmt::Debug for MemorySessionStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemorySessionStore")
            .field("capacity", &self.capacity)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
