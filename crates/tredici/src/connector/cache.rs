//! The sessions of a connector's servers.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::SystemTime,
};

use lru::LruCache;

use crate::{
    options::Clock,
    target::SocketPath,
    tls::{
        engine::NewSession,
        judgement::Peer,
        session::{KeptSession, SessionSink},
    },
};

/// A full handshake brings two tickets, a resumed one at most as many: more than this is a server's whim.
const SESSIONS_PER_KEY: usize = 8;

/// Which server a session is for. All else that the decision to trust depended on is the same for one connector.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SessionKey {
    /// The verified name.
    pub(super) hostname: String,
    pub(super) place: Place,
    /// The protocols that are offered, in wire form.
    pub(super) alpn: Vec<u8>,
}

/// What stands where a port stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Port(u16),
    Unix(SocketPath),
    /// A stream that the caller gave, with the port that the caller named.
    Given(Option<u16>),
}

/// At most so many sessions; those of the server that was not asked for longest go first.
pub(super) struct SessionCache {
    capacity: usize,
    kept: Mutex<Kept>,
}

struct Kept {
    by_key: LruCache<Arc<SessionKey>, VecDeque<KeptSession>>,
    count: usize,
}

impl SessionCache {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, kept: Mutex::new(Kept { by_key: LruCache::unbounded(), count: 0 }) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest session for `key` that is still good. One of TLS 1.3 is taken out: nobody else will get it.
    pub(super) fn take(&self, key: &SessionKey, now: SystemTime) -> Option<KeptSession> {
        if self.capacity == 0 {
            return None;
        }
        let mut kept = self.kept();
        let sessions = kept.by_key.get_mut(key)?;
        let before = sessions.len();
        sessions.retain(|session| now < session.expires);
        let taken = match sessions.back() {
            Some(newest) if newest.is_single_use() => sessions.pop_back(),
            newest => newest.cloned(),
        };
        let (gone, is_empty) = (before - sessions.len(), sessions.is_empty());
        kept.count -= gone;
        if is_empty {
            kept.by_key.pop(key);
        }
        taken
    }

    /// How many are good for `key`.
    pub(super) fn count(&self, key: &SessionKey, now: SystemTime) -> usize {
        let kept = self.kept();
        let sessions = kept.by_key.peek(key).into_iter().flatten();
        sessions.filter(|session| now < session.expires).count()
    }

    /// All that is good for `key`, taken out.
    pub(super) fn take_all(&self, key: &SessionKey, now: SystemTime) -> Vec<KeptSession> {
        let mut kept = self.kept();
        kept.retain(key, |session| now < session.expires);
        kept.remove(key).into()
    }

    /// Keeps again what was taken out and could not be used.
    pub(super) fn give_back(&self, key: &Arc<SessionKey>, sessions: Vec<KeptSession>) {
        if self.capacity > 0 {
            sessions.into_iter().for_each(|session| self.add(key, session));
        }
    }

    /// Drops what is there for `key` and is no newer than `declined`, which the server would not take.
    pub(super) fn forget(&self, key: &SessionKey, declined: &KeptSession) {
        self.kept().retain(key, |session| session.serial > declined.serial);
    }

    fn add(&self, key: &Arc<SessionKey>, session: KeptSession) {
        let mut kept = self.kept();
        let sessions = kept.by_key.get_or_insert_mut(key.clone(), VecDeque::new);
        // Sessions that may be used again do not need company.
        let surplus = if session.is_single_use() {
            sessions.len() + 1 > SESSIONS_PER_KEY
        } else {
            !sessions.is_empty()
        };
        if surplus {
            sessions.pop_front();
        }
        sessions.push_back(session);
        if !surplus {
            kept.count += 1;
        }
        while kept.count > self.capacity {
            kept.evict();
        }
    }

    /// Where a connection puts its sessions; nowhere where none are to be kept.
    pub(super) fn sink(
        self: &Arc<Self>,
        key: &Arc<SessionKey>,
        peer: Arc<Peer>,
        clock: Clock,
    ) -> Option<Arc<dyn SessionSink>> {
        let sink = || Arc::new(CacheSink { cache: Arc::downgrade(self), key: key.clone(), peer, clock }) as _;
        (self.capacity > 0).then(sink)
    }
}

impl Kept {
    fn retain(&mut self, key: &SessionKey, keep: impl Fn(&KeptSession) -> bool) {
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

    fn remove(&mut self, key: &SessionKey) -> VecDeque<KeptSession> {
        let removed = self.by_key.pop(key).unwrap_or_default();
        self.count -= removed.len();
        removed
    }

    /// Drops the oldest session of the server that was not asked for longest.
    fn evict(&mut self) {
        let Some((key, sessions)) = self.by_key.iter_mut().next_back() else { return };
        let key = key.clone();
        sessions.pop_front();
        self.count -= 1;
        self.drop_empty(&key);
    }
}

/// The cache goes with its connector, or with the terms that its sessions were made under: what comes later is dropped.
struct CacheSink {
    cache: Weak<SessionCache>,
    key: Arc<SessionKey>,
    peer: Arc<Peer>,
    clock: Clock,
}

impl SessionSink for CacheSink {
    fn add(&self, session: NewSession) {
        let Some(cache) = self.cache.upgrade() else { return };
        if let Some(session) = KeptSession::new(session, self.peer.clone(), (self.clock.0)()) {
            cache.add(&self.key, session);
        }
    }
}
