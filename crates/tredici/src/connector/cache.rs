//! The sessions of a connector: those in its store, and those that its caller has supplied.

use std::{
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sha2::{Digest, Sha256};
use tracing::debug;

use super::{
    coalesce::{Flights, Lead, at_most_half},
    stats::{Counters, SessionStats},
    supplied::{Admitted, Supplied, Unfit, admit},
};
use crate::{
    error::Error,
    options::{Clock, Live, MemorySessionStore, SessionKey, SessionStore, Unique, Values},
    tls::{
        context::ClientContext,
        engine::NewSession,
        judgement::Peer,
        session::{KeptSession, Offer, SessionSink},
    },
};

/// How many sessions that cannot be offered are looked past.
const UNFIT_MAX: usize = 8;

pub(super) struct SessionCache {
    /// `None` where none are to be kept.
    store: Option<Arc<dyn SessionStore>>,
    /// Whether others may use the store, so that the key has to say more than which server it is.
    is_shared: bool,
    /// What tells the sessions that this one has put there from those of others.
    keeper: Unique,
    /// Whether other terms have taken the place of those that these sessions were made under.
    is_retired: AtomicBool,
    supplied: Arc<Supplied>,
    /// What tells the caller's checks from all others; `None` where there are none.
    checks: Option<Unique>,
    scope: OnceLock<[u8; 32]>,
    /// They outlive what they count: the connector has others later.
    counters: Arc<Counters>,
    flights: Flights,
    /// How long one waits for another's session.
    patience: Duration,
}

impl SessionCache {
    pub(super) fn new(values: &Values, context: &ClientContext) -> Result<Self, Error> {
        let supplied = Supplied::load(values.session.as_ref(), context)?;
        Ok(Self::with(values, supplied.into(), None, Arc::default()))
    }

    /// For a connector with one more check: none of these sessions is for it.
    pub(super) fn apart(&self, values: &Values) -> Self {
        Self::with(values, self.supplied.clone(), Some(Unique::new()), Arc::default())
    }

    /// For the same connector under another context: none of these sessions is for it either.
    pub(super) fn renewed(&self, values: &Values) -> Self {
        if let Some(store) = self.store.as_ref().filter(|_| !self.is_shared) {
            self.counters.evicted(store.evicted());
        }
        Self::with(values, Arc::new(Supplied::none()), self.checks, self.counters.clone())
    }

    fn with(
        values: &Values,
        supplied: Arc<Supplied>,
        checks: Option<Unique>,
        counters: Arc<Counters>,
    ) -> Self {
        let capacity = values.max_cached_sessions();
        let own = || Arc::new(MemorySessionStore::new(capacity)) as Arc<dyn SessionStore>;
        let shared = values.session_store.as_ref().map(|shared| shared.0.clone());
        Self {
            is_shared: shared.is_some(),
            keeper: Unique::new(),
            is_retired: AtomicBool::new(false),
            store: (capacity > 0).then(|| shared.unwrap_or_else(own)),
            supplied,
            checks,
            scope: OnceLock::new(),
            counters,
            flights: Flights::default(),
            patience: if capacity > 0 { values.coalesce_sessions() } else { Duration::ZERO },
        }
    }

    /// A digest of all that trust depends on here, the caller's checks too.
    pub(super) fn scope(&self, context: &ClientContext) -> [u8; 32] {
        *self.scope.get_or_init(|| {
            let terms = context.scope().digest();
            match self.checks {
                None => terms,
                Some(checks) => {
                    Sha256::new_with_prefix(terms).chain_update(checks.to_bytes()).finalize().into()
                }
            }
        })
    }

    /// What a key has to say of the terms of trust.
    pub(super) fn key_scope(&self, context: &ClientContext) -> Option<[u8; 32]> {
        self.is_shared.then(|| self.scope(context))
    }

    /// The session to offer, or the duty to get one for those who wait. `left` tells the time left for connecting.
    pub(super) async fn obtain<'a>(
        &'a self,
        key: &'a SessionKey,
        context: &ClientContext,
        left: impl FnOnce() -> Option<Duration>,
    ) -> (Option<KeptSession>, Option<Lead<'a>>) {
        let (taken, lead) = match self.take(key, context) {
            None if !self.patience.is_zero() => {
                let patience = at_most_half(self.patience, left());
                self.flights.wait(key, patience, || self.take(key, context)).await
            }
            taken => (taken, None),
        };
        if taken.is_none() {
            self.counters.miss();
        }
        (taken, lead)
    }

    /// A session that was supplied, else the newest of the store. One of TLS 1.3 is taken out: nobody else will get it.
    fn take(&self, key: &SessionKey, context: &ClientContext) -> Option<KeptSession> {
        let supplied = self.supplied.take(key, context, || self.scope(context), || self.counters.unfit());
        supplied.or_else(|| self.take_kept(key, context, Admitted::spend))
    }

    fn take_kept(
        &self,
        key: &SessionKey,
        context: &ClientContext,
        purpose: impl Fn(Admitted) -> Result<KeptSession, Unfit>,
    ) -> Option<KeptSession> {
        let (store, now) = (self.store.as_ref()?, context.now());
        for _ in 0..UNFIT_MAX {
            match admit(store.take(key, now)?, key, context, now).and_then(&purpose) {
                Ok(session) => return Some(session),
                Err(unfit) => {
                    self.counters.unfit();
                    debug!(%key, %unfit, "a session of the store is not offered");
                    if unfit == Unfit::Ended {
                        store.retain(key, &mut |session| session.expires().is_none_or(|end| now < end));
                    }
                }
            }
        }
        None
    }

    /// The server has resumed what it was offered.
    pub(super) fn resumed(&self) {
        self.counters.hit();
    }

    /// The server has not resumed what it was offered.
    pub(super) fn declined(&self, key: &SessionKey, declined: &Offer) {
        self.counters.refused();
        self.forget(key, declined);
    }

    /// The engine has not offered what it was given: only it knew that its time is over.
    pub(super) fn held_back(&self, key: &SessionKey, held_back: &Offer) {
        self.counters.miss();
        self.forget(key, held_back);
    }

    /// Drops what is there for `key` and is no newer than what was offered in vain.
    pub(super) fn forget(&self, key: &SessionKey, offered: &Offer) {
        self.supplied.forget(offered);
        if let Some(store) = &self.store {
            store.retain(key, &mut |session| session.serial() > offered.serial);
        }
    }

    /// How many in the store are good for `key`.
    pub(super) fn count(&self, key: &SessionKey, context: &ClientContext) -> usize {
        let (now, mut count) = (context.now(), 0);
        if let Some(store) = &self.store {
            store.retain(key, &mut |session| {
                count += usize::from(session.expires().is_none_or(|expires| now < expires));
                true
            });
        }
        count
    }

    /// All that is good for `key`, taken out, oldest first. A store that does not let go of what it hands out is asked no
    /// more often than it has sessions.
    pub(super) fn take_all(&self, key: &SessionKey, context: &ClientContext) -> Vec<KeptSession> {
        let mut taken = Vec::new();
        for _ in 0..self.count(key, context) {
            let Some(session) = self.take_kept(key, context, |admitted| Ok(admitted.session)) else { break };
            let may_be_used_again = !session.is_single_use();
            taken.push(session);
            if may_be_used_again {
                // Older ones are of no use beside it.
                self.drop_all(key);
                break;
            }
        }
        taken.extend(self.supplied.take_all(key, context, self.scope(context)));
        taken.reverse();
        taken
    }

    fn drop_all(&self, key: &SessionKey) {
        if let Some(store) = &self.store {
            store.retain(key, &mut |_| false);
        }
    }

    /// As the store holds it.
    pub(super) fn live(&self, key: &SessionKey, session: KeptSession) -> Live {
        session.into_live(key.clone(), self.keeper)
    }

    /// Keeps a session for the server that it belongs to.
    pub(super) fn keep(&self, key: &SessionKey, session: Live) {
        if let Some(store) = &self.store {
            store.put(key, session.into());
            // Looked at only now: whoever retires it meanwhile either finds the session there, or was seen.
            if self.is_retired.load(Ordering::SeqCst) {
                self.drop_own();
            }
        }
    }

    /// Other terms are in force: what was made under these is dropped, and so is what comes later, from connections that
    /// have begun under them.
    pub(super) fn retire(&self) {
        self.is_retired.store(true, Ordering::SeqCst);
        self.drop_own();
    }

    /// A store of its own goes with it.
    fn drop_own(&self) {
        if let Some(store) = self.store.as_ref().filter(|_| self.is_shared) {
            store.retain_all(&mut |session| !session.is_of(self.keeper));
        }
    }

    /// Where a connection puts its sessions; nowhere where none are to be kept.
    pub(super) fn sink(
        self: &Arc<Self>,
        key: &SessionKey,
        peer: Arc<Peer>,
        context: &ClientContext,
    ) -> Option<Arc<dyn SessionSink>> {
        let (cache, key) = (Arc::downgrade(self), key.clone());
        let clock = context.clock().clone();
        self.store.is_some().then(|| Arc::new(CacheSink { cache, key, peer, clock }) as _)
    }

    pub(super) fn stats(&self) -> SessionStats {
        let evicted = self.store.as_ref().map_or(0, SessionStore::evicted);
        self.counters.read(evicted)
    }
}

/// The cache goes with its connector, or with the terms that its sessions were made under: what comes later is dropped.
struct CacheSink {
    cache: Weak<SessionCache>,
    key: SessionKey,
    peer: Arc<Peer>,
    clock: Clock,
}

impl SessionSink for CacheSink {
    fn add(&self, session: NewSession) {
        let Some(cache) = self.cache.upgrade() else { return };
        if let Some(session) = KeptSession::new(session, self.peer.clone(), (self.clock.0)()) {
            cache.keep(&self.key, cache.live(&self.key, session));
        }
    }
}
