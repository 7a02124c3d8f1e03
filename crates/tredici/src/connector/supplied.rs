//! Sessions that come from outside, through the option `session` or a store, and go outside.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use tracing::debug;

use crate::{
    error::Error,
    options::{
        Content, Endpoint, Origin, Session, SessionKey, Sessions, StoredSession, TlsVersion, is_unspent,
    },
    tls::{
        context::ClientContext,
        engine::PeerChain,
        session::{KeptSession, Offer},
    },
    verify::VerifyCode,
};

/// Why a session is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    Name,
    Place,
    Alpn,
    Scope,
    Ended,
    Spent,
    Unverified,
    Unreadable,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "it belongs to another name",
            Self::Place => "it belongs to another port or path",
            Self::Alpn => "it was made with other protocols offered",
            Self::Scope => "it was made under other terms of trust",
            Self::Ended => "it has ended",
            Self::Spent => "it was offered before, and may be used once",
            Self::Unverified => "no certificate came with it to verify the server by",
            Self::Unreadable => "the engine cannot read it",
        })
    }
}

/// What the option `session` holds and has not been used up.
pub(super) struct Supplied(Mutex<VecDeque<Item>>);

struct Item {
    portable: Session,
    session: KeptSession,
}

impl Supplied {
    /// Those that may be offered under the connector's terms at all.
    ///
    /// A session whose first handshake nobody here has seen (it came as bare DER, or from Node) has no certificate with
    /// it to verify the server by: it is offered only by a connector that does not reject.
    pub(super) fn load(sessions: Option<&Sessions>, context: &ClientContext) -> Result<Self, Error> {
        let mut items = VecDeque::new();
        for portable in sessions.map_or(Ok(Vec::new()), Sessions::load)? {
            // Read in any case: what is no session at all is the caller's mistake.
            let session = import(&portable, context)?;
            match is_verified(&portable) || !context.rejects_unauthorized() {
                true => items.push_back(Item { portable, session }),
                false => debug!(unfit = %Unfit::Unverified, "a session of the option session is not offered"),
            }
        }
        Ok(Self(Mutex::new(items)))
    }

    pub(super) fn none() -> Self {
        Self(Mutex::default())
    }

    fn items(&self) -> MutexGuard<'_, VecDeque<Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops a session that its server would not take: one of TLS 1.2 would be offered for ever.
    pub(super) fn forget(&self, declined: &Offer) {
        self.items().retain(|item| !Arc::ptr_eq(&item.session.session, &declined.session));
    }

    /// One for this server under terms with this digest; tells of each that is for this server and is not offered. A ticket of
    /// TLS 1.3 is used once.
    pub(super) fn take(
        &self,
        key: &SessionKey,
        context: &ClientContext,
        scope: impl FnOnce() -> [u8; 32],
        tell_unfit: impl Fn(),
    ) -> Option<KeptSession> {
        let mut items = self.items();
        if items.is_empty() {
            return None;
        }
        let (now, scope) = (context.now(), scope());
        let mut at = 0;
        while let Some(item) = items.get(at) {
            let unfit = match misplaced(&item.portable.origin, key, scope) {
                Some(unfit) => unfit,
                None if !item.session.is_good_at(now) => Unfit::Ended,
                None if !item.session.is_single_use() => return Some(item.session.clone()),
                None if is_unspent(item.portable.der()) => return items.remove(at).map(|item| item.session),
                None => Unfit::Spent,
            };
            debug!(%key, %unfit, "a session of the option session is not offered");
            if !matches!(unfit, Unfit::Name | Unfit::Place) {
                tell_unfit();
            }
            match unfit {
                Unfit::Ended | Unfit::Spent => drop(items.remove(at)),
                _ => at += 1,
            }
        }
        None
    }

    /// What is left for this server, taken out.
    pub(super) fn take_all(
        &self,
        key: &SessionKey,
        context: &ClientContext,
        scope: [u8; 32],
    ) -> Vec<KeptSession> {
        let (now, mut items) = (context.now(), self.items());
        let all = items.drain(..).filter(|item| item.session.is_good_at(now));
        let (taken, left) = all.partition(|item| misplaced(&item.portable.origin, key, scope).is_none());
        *items = left;
        VecDeque::into_iter(taken).map(|item| item.session).rev().collect()
    }
}

/// A session of a store that belongs to the server.
pub(super) struct Admitted {
    pub(super) session: KeptSession,
    /// The bytes that it came as, if it did.
    portable: Option<Box<Session>>,
}

impl Admitted {
    /// To be offered now.
    pub(super) fn spend(self) -> Result<KeptSession, Unfit> {
        let is_unspent = |portable: &Session| !portable.is_single_use() || is_unspent(portable.der());
        match self.portable.is_none_or(|portable| is_unspent(&portable)) {
            true => Ok(self.session),
            false => Err(Unfit::Spent),
        }
    }
}

/// What a store has handed back, if it belongs to this server.
pub(super) fn admit(
    stored: StoredSession,
    key: &SessionKey,
    context: &ClientContext,
    now: SystemTime,
) -> Result<Admitted, Unfit> {
    let (session, portable) = match stored.into_content() {
        Content::Live(live) if live.key != *key => return Err(mismatch(&live.key, key)),
        Content::Live(live) => (KeptSession::of(live).ok_or(Unfit::Unreadable)?, None),
        Content::Portable(portable) => {
            let scope = key.server().scope.filter(|_| is_verified(&portable)).ok_or(Unfit::Unverified)?;
            if let Some(unfit) = misplaced(&portable.origin, key, scope) {
                return Err(unfit);
            }
            (import(&portable, context).map_err(|_| Unfit::Unreadable)?, Some(portable))
        }
    };
    match session.is_good_at(now) {
        true => Ok(Admitted { session, portable }),
        false => Err(Unfit::Ended),
    }
}

fn mismatch(key: &SessionKey, wanted: &SessionKey) -> Unfit {
    let (server, wanted) = (key.server(), wanted.server());
    match () {
        () if server.hostname != wanted.hostname => Unfit::Name,
        () if server.place != wanted.place => Unfit::Place,
        () if server.alpn != wanted.alpn => Unfit::Alpn,
        () => Unfit::Scope,
    }
}

/// Why a session is not for this server under terms with this digest. What is not known of it does not stand in the way.
fn misplaced(origin: &Origin, key: &SessionKey, scope: [u8; 32]) -> Option<Unfit> {
    let server = key.server();
    let is_other = |known: bool, unfit| (!known).then_some(unfit);
    is_other(origin.servername.as_ref().is_none_or(|name| **name == *server.hostname), Unfit::Name)
        .or_else(|| {
            let same = |endpoint: &Endpoint| server.place.endpoint() == *endpoint;
            is_other(origin.endpoint.as_ref().is_none_or(same), Unfit::Place)
        })
        .or_else(|| is_other(origin.alpn.as_ref().is_none_or(|alpn| *alpn == server.alpn), Unfit::Alpn))
        .or_else(|| is_other(origin.scope.is_none_or(|own| own == scope), Unfit::Scope))
}

/// Whether it is known by which certificates its server was verified, and on whose terms.
fn is_verified(session: &Session) -> bool {
    session.origin.scope.is_some() && !session.chain.is_empty()
}

fn import(session: &Session, context: &ClientContext) -> Result<KeptSession, Error> {
    let chain: Vec<Arc<[u8]>> = match is_verified(session) {
        true => session.chain.iter().map(|der| der.as_slice().into()).collect(),
        false => Vec::new(),
    };
    // The verified path is what was kept; the verdict over name and dates is taken anew.
    let chain = PeerChain { presented: chain.clone(), path: chain, code: VerifyCode::OK, facts: None };
    let peer = context.peer(chain);
    let version = session.version.unwrap_or(TlsVersion::Tls1_3);
    let end = session.expires.unwrap_or_else(|| {
        let now = context.now();
        now.checked_add(KeptSession::LIFETIME_UNKNOWN).unwrap_or(now)
    });
    Ok(KeptSession {
        session: context.read_session(session.der())?,
        expires: peer.valid_to().map_or(end, |valid_to| end.min(valid_to)),
        peer: Arc::new(peer),
        version: version.as_str(),
        serial: 0,
    })
}
