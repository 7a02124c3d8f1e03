//! Where TLS sessions are kept: in memory, or where the caller keeps them.

mod key;
mod memory;
mod spent;
mod stored;

use std::{fmt, sync::Arc, time::SystemTime};

#[cfg(feature = "serde")]
use serde_json::Value;

pub use key::SessionKey;
pub(crate) use key::{Place, Server};
pub use memory::MemorySessionStore;
pub(crate) use spent::is_unspent;
pub use stored::StoredSession;
pub(crate) use stored::{Content, EngineSession, Live, Verified};

#[cfg(feature = "serde")]
use super::form::Place as JsonPlace;
use super::{OptionKind, form::Form};
#[cfg(feature = "serde")]
use crate::error::Error;

/// Keeps the TLS sessions of one connector or of several: [`MemorySessionStore`], or the caller's own. An addition of
/// this library.
///
/// A store decides how many sessions are kept, how long and where. It does not decide where one is offered: a session
/// carries the server and the terms of trust that it belongs to, and a connector that is handed one that belongs
/// elsewhere, that has ended, or that was used up, leaves it aside and makes a full handshake. A ticket of TLS 1.3 is
/// used once (RFC 8446 appendix C.4), whatever a store does: a [`StoredSession`] cannot be copied, and of one that was
/// written down and read again, only the first is offered by this process.
///
/// Connectors that share a store share the sessions of the servers that they trust on equal terms: the same
/// authorities, revocation lists, pins, identity, versions, suites and `rejectUnauthorized`, on the same engine. A
/// check is equal to nothing but itself, the one that clones of a connector or of its options have in common.
///
/// A connector that is [rotated](crate::Connector::rotate) drops the sessions that it has put here before, and those alone
/// ([`retain_all`](Self::retain_all)): others on the terms that it has left keep theirs. Should it come back to those
/// terms, it may resume what these have put here, since they still stand by them.
///
/// The methods are called on the way of a connection, by several threads at once: they must be quick, must not call
/// back into the connector, and must not panic.
///
/// A store that keeps the last session of each server:
///
/// ```
/// use std::{collections::HashMap, sync::Mutex, time::SystemTime};
/// use tredici::{ConnectOptions, Connector, SessionKey, SessionStore, StoredSession};
///
/// #[derive(Default)]
/// struct Last(Mutex<HashMap<SessionKey, StoredSession>>);
///
/// impl SessionStore for Last {
///     fn put(&self, key: &SessionKey, session: StoredSession) {
///         self.0.lock().unwrap().insert(key.clone(), session);
///     }
///
///     fn take(&self, key: &SessionKey, _now: SystemTime) -> Option<StoredSession> {
///         let mut kept = self.0.lock().unwrap();
///         let again = kept.get(key)?.again();
///         again.or_else(|| kept.remove(key))
///     }
///
///     fn retain(&self, key: &SessionKey, keep: &mut dyn FnMut(&StoredSession) -> bool) {
///         let mut kept = self.0.lock().unwrap();
///         kept.retain(|other, session| other != key || keep(session));
///     }
/// }
///
/// let connector = Connector::new(ConnectOptions::new().session_store(Last::default()))?;
/// # Ok::<(), tredici::Error>(())
/// ```
pub trait SessionStore: Send + Sync {
    /// Keeps a session for this key.
    fn put(&self, key: &SessionKey, session: StoredSession);

    /// Takes out the newest session for this key that does not end before `now`. Of one that may be used again (TLS
    /// 1.2) [`StoredSession::again`] makes another, and it may stay.
    fn take(&self, key: &SessionKey, now: SystemTime) -> Option<StoredSession>;

    /// Shows every session for this key, and drops those for which `keep` says `false`: so a connector drops what a
    /// server has declined, and counts what is there.
    fn retain(&self, key: &SessionKey, keep: &mut dyn FnMut(&StoredSession) -> bool);

    /// Shows every session, whatever its key, and drops those for which `keep` says `false`: so a connector that is
    /// rotated drops what it has put here. Default: nothing is dropped. What then stays is offered on equal terms alone,
    /// and so to the connector itself where it comes back to the terms that it has left; its certificate, name and pins
    /// are judged once more, as those of every session are.
    ///
    /// Whether a session that was [written down](StoredSession::into_session) was put here by that connector is not
    /// known any more: `keep` says `true`.
    #[expect(unused_variables, reason = "a store may leave them to end by themselves")]
    fn retain_all(&self, keep: &mut dyn FnMut(&StoredSession) -> bool) {}

    /// How many sessions it has dropped for want of room, ever. Default: 0.
    fn evicted(&self) -> u64 {
        0
    }
}

impl<S: SessionStore + ?Sized> SessionStore for Arc<S> {
    fn put(&self, key: &SessionKey, session: StoredSession) {
        (**self).put(key, session);
    }

    fn take(&self, key: &SessionKey, now: SystemTime) -> Option<StoredSession> {
        (**self).take(key, now)
    }

    fn retain(&self, key: &SessionKey, keep: &mut dyn FnMut(&StoredSession) -> bool) {
        (**self).retain(key, keep);
    }

    fn retain_all(&self, keep: &mut dyn FnMut(&StoredSession) -> bool) {
        (**self).retain_all(keep);
    }

    fn evicted(&self) -> u64 {
        (**self).evicted()
    }
}

/// The option `sessionStore`.
#[derive(Clone)]
pub(crate) struct SharedSessionStore(pub(crate) Arc<dyn SessionStore>);

impl<S: SessionStore + 'static> From<S> for SharedSessionStore {
    fn from(store: S) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for SharedSessionStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionStore(..)")
    }
}

impl Form for SharedSessionStore {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Callback;

    #[cfg(feature = "serde")]
    fn from_json(_json: &Value, place: &JsonPlace<'_>) -> Result<Self, Error> {
        Err(super::callback::no_json_form(
            place,
            "give it in Rust; what goes from one process to the next is session",
        ))
    }
}
