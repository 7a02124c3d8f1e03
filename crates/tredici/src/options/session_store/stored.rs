//! One session as a store holds it.

use std::{any::Any, fmt, sync::Arc, time::SystemTime};

use zeroize::Zeroizing;

use super::SessionKey;
use crate::{
    error::Error,
    options::{Origin, Session, Unique},
};

/// A TLS session that waits to be resumed, with the certificates of the handshake that it comes from and the server and
/// terms that it belongs to. An addition of this library.
///
/// It is opaque, holds secrets, and cannot be copied: a ticket of TLS 1.3 is used once. To keep it elsewhere than in
/// memory, make a [`Session`] of it with [`into_session`](Self::into_session), and another `StoredSession` of that with
/// `from`.
pub struct StoredSession(Content);

pub(crate) enum Content {
    Live(Live),
    /// One that was written down.
    Portable(Box<Session>),
}

/// A session as its engine holds it.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) key: SessionKey,
    pub(crate) session: Arc<dyn EngineSession>,
    pub(crate) peer: Arc<dyn Verified>,
    pub(crate) version: &'static str,
    pub(crate) expires: SystemTime,
    /// Sessions are numbered as they come; 0 for one from outside.
    pub(crate) serial: u64,
    /// Which connector has put it into the store, under which of its terms.
    pub(crate) keeper: Unique,
}

/// A session in its engine's own form.
pub(crate) trait EngineSession: Send + Sync + Any {
    /// The portable form. It holds secrets.
    fn to_der(&self) -> Result<Zeroizing<Vec<u8>>, Error>;
}

/// The peer that was verified when a session was made.
pub(crate) trait Verified: Send + Sync + Any {
    /// The certificates that it was verified by, leaf first.
    fn path(&self) -> Vec<Vec<u8>>;
}

impl StoredSession {
    pub(crate) fn into_content(self) -> Content {
        self.0
    }

    /// When it ends, where that is known.
    pub fn expires(&self) -> Option<SystemTime> {
        match &self.0 {
            Content::Live(live) => Some(live.expires),
            Content::Portable(session) => session.expires,
        }
    }

    /// Whether it may be used once, as a ticket of TLS 1.3 (RFC 8446 appendix C.4), and not again and again, as a
    /// session of TLS 1.2.
    pub fn is_single_use(&self) -> bool {
        match &self.0 {
            Content::Live(live) => live.is_single_use(),
            Content::Portable(session) => session.is_single_use(),
        }
    }

    /// The same session once more; `None` where it may be used once.
    pub fn again(&self) -> Option<Self> {
        (!self.is_single_use()).then(|| {
            Self(match &self.0 {
                Content::Live(live) => Content::Live(live.clone()),
                Content::Portable(session) => Content::Portable(session.clone()),
            })
        })
    }

    /// The portable form, to be kept elsewhere than in memory. It holds secrets.
    ///
    /// # Errors
    ///
    /// The session itself where its engine cannot write it, which rustls cannot.
    pub fn into_session(self) -> Result<Session, Self> {
        match self.0 {
            Content::Portable(session) => Ok(*session),
            Content::Live(live) => {
                live.export(live.key.server().scope).map_err(|_| Self(Content::Live(live)))
            }
        }
    }

    /// The number by which sessions are told older from newer.
    pub(crate) fn serial(&self) -> u64 {
        match &self.0 {
            Content::Live(live) => live.serial,
            Content::Portable(_) => 0,
        }
    }

    /// Whether it is known to have been put there by this one.
    pub(crate) fn is_of(&self, keeper: Unique) -> bool {
        matches!(&self.0, Content::Live(live) if live.keeper == keeper)
    }
}

impl From<Live> for StoredSession {
    fn from(live: Live) -> Self {
        Self(Content::Live(live))
    }
}

/// What comes from outside is judged where it is to be offered.
impl From<Session> for StoredSession {
    fn from(session: Session) -> Self {
        Self(Content::Portable(session.into()))
    }
}

impl Live {
    pub(crate) fn is_single_use(&self) -> bool {
        self.version == "TLSv1.3"
    }

    /// The portable form of a session that belongs to terms with this digest.
    pub(crate) fn export(&self, scope: Option<[u8; 32]>) -> Result<Session, Error> {
        let server = self.key.server();
        let origin = Origin {
            servername: Some(server.hostname.to_string()),
            endpoint: Some(server.place.endpoint()),
            alpn: Some(server.alpn.clone()),
            scope,
        };
        let mut session = Session::new(self.session.to_der()?.to_vec(), origin);
        session.chain = self.peer.path();
        session.expires = Some(self.expires).filter(|&expires| expires > SystemTime::UNIX_EPOCH);
        session.version = self.version.parse().ok();
        Ok(session)
    }
}

impl fmt::Debug for StoredSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("StoredSession");
        match &self.0 {
            Content::Live(live) => shown.field("key", &live.key).field("version", &live.version),
            Content::Portable(session) => shown.field("session", session),
        };
        shown.field("expires", &self.expires()).finish_non_exhaustive()
    }
}
