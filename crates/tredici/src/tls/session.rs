//! Sessions and what has to be kept with them.

use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use super::{
    engine::{NewSession, Session},
    judgement::Peer,
};
use crate::options::{Live, SessionKey, Unique, Verified};

/// RFC 8446 section 4.6.1.
const LIFETIME_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

static LAST_SERIAL: AtomicU64 = AtomicU64::new(0);

/// Where a connection's new sessions go once its peer was found good.
pub(crate) trait SessionSink: Send + Sync {
    fn add(&self, session: NewSession);
}

/// A session with the certificates of the handshake that it comes from.
#[derive(Clone)]
pub(crate) struct KeptSession {
    pub(crate) session: Arc<dyn Session>,
    pub(crate) peer: Arc<Peer>,
    pub(crate) version: &'static str,
    pub(crate) expires: SystemTime,
    /// Sessions are numbered as they come; 0 for one from outside.
    pub(crate) serial: u64,
}

impl KeptSession {
    /// Where the server does not say (TLS 1.2): OpenSSL's own default, and what such servers keep.
    pub(crate) const LIFETIME_UNKNOWN: Duration = Duration::from_secs(2 * 60 * 60);

    /// `None` for a session that is over before it can be used.
    pub(crate) fn new(new: NewSession, peer: Arc<Peer>, now: SystemTime) -> Option<Self> {
        let lifetime = new.lifetime.map_or(Self::LIFETIME_UNKNOWN, Duration::from_secs).min(LIFETIME_MAX);
        let end = now.checked_add(lifetime)?;
        // Once what the peer was verified by has ended, a full handshake may find another path; this session will not.
        let expires = end.min(peer.valid_to()?);
        let serial = LAST_SERIAL.fetch_add(1, Ordering::Relaxed) + 1;
        (now < expires).then_some(Self { session: new.session, peer, version: new.version, expires, serial })
    }

    /// As a store holds it, for this server.
    pub(crate) fn into_live(self, key: SessionKey, keeper: Unique) -> Live {
        let Self { session, peer, version, expires, serial } = self;
        Live { key, session, peer, version, expires, serial, keeper }
    }

    /// As a store has held it.
    pub(crate) fn of(live: Live) -> Option<Self> {
        let Live { session, peer, version, expires, serial, .. } = live;
        let peer: Arc<dyn Any + Send + Sync> = peer;
        Some(Self { session, peer: peer.downcast().ok()?, version, expires, serial })
    }

    /// Whether it may be offered still. While the lists of the revoked are not good, a full handshake decides what that
    /// comes to: whether they matter to this peer at all is known to the engine alone.
    pub(crate) fn is_good_at(&self, now: SystemTime) -> bool {
        now < self.expires && self.peer.is_covered_at(now)
    }

    /// RFC 8446 appendix C.4: a ticket of TLS 1.3 is used once. Sessions of TLS 1.2 may be used again.
    pub(crate) fn is_single_use(&self) -> bool {
        self.version == "TLSv1.3"
    }

    /// What outlives the handshake that it is offered in.
    pub(crate) fn offer(&self) -> Offer {
        Offer { session: self.session.clone(), version: self.version, serial: self.serial }
    }
}

/// A session that was offered.
pub(crate) struct Offer {
    pub(crate) session: Arc<dyn Session>,
    pub(crate) version: &'static str,
    pub(crate) serial: u64,
}

impl Verified for Peer {
    fn path(&self) -> Vec<Vec<u8>> {
        self.chain().path.iter().map(|der| der.to_vec()).collect()
    }
}
