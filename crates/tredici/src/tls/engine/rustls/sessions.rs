//! Sessions, handed through: what rustls is given is what the connection was given, and what it makes goes to the
//! connection's pending list. Nothing is kept here but which group a server chose.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;
use rustls::{
    NamedGroup,
    client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue},
    pki_types::ServerName,
};
use zeroize::Zeroizing;

use super::{
    super::{self as engine, NewSession},
    companion::{self, Companion},
    failure::unsupported,
};
use crate::error::Error;

/// So many servers' groups are remembered.
const MOST_HINTS: NonZeroUsize = NonZeroUsize::new(256).unwrap();
/// RFC 8446 section 4.6.1. How long the server of TLS 1.3 said is for rustls to know, who offers no ticket beyond that.
const LIFETIME_MAX: u64 = 7 * 24 * 60 * 60;

/// A session as rustls holds it.
enum RustlsSession {
    Tls12(Tls12ClientSessionValue),
    /// A ticket is used once.
    Tls13(Mutex<Option<Tls13ClientSessionValue>>),
}

impl engine::Session for RustlsSession {
    fn to_der(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        Err(unsupported("take_sessions"))
    }
}

/// The store of a context's configuration.
pub(super) struct Sessions {
    /// Whether somebody wants what rustls makes.
    keeps: bool,
    /// Which key share to send, so that no round trip is lost on one that the server does not take. A name is there as its
    /// hash: a group that was chosen by another costs that round trip, and no more.
    groups: Mutex<LruCache<u64, NamedGroup>>,
    hashes: RandomState,
}

impl Sessions {
    pub(super) fn new(keeps: bool) -> Self {
        Self { keeps, groups: Mutex::new(LruCache::new(MOST_HINTS)), hashes: RandomState::new() }
    }

    fn groups(&self) -> MutexGuard<'_, LruCache<u64, NamedGroup>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, session: RustlsSession, version: &'static str, lifetime: Option<u64>) {
        if self.keeps {
            let new = NewSession { session: Arc::new(session), version, lifetime };
            let _ = companion::with(|companion| companion.add_session(new));
        }
    }
}

impl ClientSessionStore for Sessions {
    fn set_kx_hint(&self, name: ServerName<'static>, group: NamedGroup) {
        self.groups().put(self.hashes.hash_one(&name), group);
    }

    fn kx_hint(&self, name: &ServerName<'_>) -> Option<NamedGroup> {
        self.groups().get(&self.hashes.hash_one(name)).copied()
    }

    fn set_tls12_session(&self, _name: ServerName<'static>, value: Tls12ClientSessionValue) {
        let lifetime = companion::with(|companion| companion.ticket.lifetime()).flatten();
        self.add(RustlsSession::Tls12(value), "TLSv1.2", lifetime);
    }

    fn tls12_session(&self, _name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        offered(|session, companion| match session {
            RustlsSession::Tls12(value) => {
                companion.offers_session = true;
                Some(value.clone())
            }
            RustlsSession::Tls13(_) => None,
        })
    }

    fn remove_tls12_session(&self, _name: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _name: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.add(RustlsSession::Tls13(Mutex::new(Some(value))), "TLSv1.3", Some(LIFETIME_MAX));
    }

    fn take_tls13_ticket(&self, _name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        offered(|session, companion| match session {
            RustlsSession::Tls12(_) => None,
            RustlsSession::Tls13(value) => {
                companion.has_taken_ticket = true;
                value.lock().unwrap_or_else(PoisonError::into_inner).take()
            }
        })
    }
}

/// Reads the session that the connection at work is to offer.
fn offered<T>(read: impl FnOnce(&RustlsSession, &mut Companion) -> Option<T>) -> Option<T> {
    let read = |companion: &mut Companion| {
        let session = companion.offered.clone()?;
        let any: &dyn std::any::Any = &*session;
        read(any.downcast_ref()?, companion)
    };
    companion::with(read)?
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}
