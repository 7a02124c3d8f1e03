//! Sessions that come from outside, through the option `session`, and go outside.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use super::cache::{Place, SessionKey};
use crate::{
    error::Error,
    options::{Endpoint, Origin, Session, Sessions, TlsVersion},
    tls::{context::ClientContext, engine::PeerChain, judgement::Peer, session::KeptSession},
    verify::VerifyCode,
};

/// What the option `session` holds and has not been used up.
pub(super) struct Supplied(Mutex<VecDeque<Item>>);

struct Item {
    origin: Origin,
    session: KeptSession,
}

impl Supplied {
    /// Those that may be offered under the connector's terms at all.
    ///
    /// A session whose first handshake nobody here has seen (it came as bare DER, or from Node) has no certificate with
    /// it to verify the server by: it is offered only by a connector that does not reject.
    pub(super) fn load(sessions: Option<&Sessions>, context: &ClientContext) -> Result<Self, Error> {
        let mut items = VecDeque::new();
        for session in sessions.map_or(Ok(Vec::new()), Sessions::load)? {
            let same_scope = session.origin.scope.is_none_or(|scope| scope == context.scope().digest());
            let is_verified = session.origin.scope.is_some() && !session.chain.is_empty();
            // Read in any case: what is no session at all is the caller's mistake.
            let item = import(&session, is_verified, context)?;
            if same_scope && (is_verified || !context.rejects_unauthorized()) {
                items.push_back(item);
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
    pub(super) fn forget(&self, declined: &KeptSession) {
        self.items().retain(|item| !Arc::ptr_eq(&item.session.session, &declined.session));
    }

    /// One for this server. A ticket of TLS 1.3 is used once.
    pub(super) fn take(&self, key: &SessionKey, context: &ClientContext) -> Option<KeptSession> {
        let mut items = self.items();
        if items.is_empty() {
            return None;
        }
        let now = context.now();
        items.retain(|item| now < item.session.expires);
        let index = items.iter().position(|item| belongs(&item.origin, key))?;
        match items.get(index)?.session.is_single_use() {
            true => items.remove(index).map(|item| item.session),
            false => items.get(index).map(|item| item.session.clone()),
        }
    }

    /// What is left for this server, taken out.
    pub(super) fn take_all(&self, key: &SessionKey, now: SystemTime) -> Vec<KeptSession> {
        let mut items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        items.retain(|item| now < item.session.expires);
        let (taken, left) = items.drain(..).partition(|item| belongs(&item.origin, key));
        *items = left;
        VecDeque::into_iter(taken).map(|item| item.session).collect()
    }
}

fn belongs(origin: &Origin, key: &SessionKey) -> bool {
    let same_name = origin.servername.as_ref().is_none_or(|name| *name == key.hostname);
    let same_endpoint =
        origin.endpoint.as_ref().is_none_or(|endpoint| Some(endpoint) == endpoint_of(key).as_ref());
    same_name && same_endpoint
}

fn endpoint_of(key: &SessionKey) -> Option<Endpoint> {
    match &key.place {
        Place::Port(port) => Some(Endpoint::Port(*port)),
        Place::Unix(path) => Some(Endpoint::SocketPath(path.to_string())),
        Place::Given(port) => port.map(Endpoint::Port),
    }
}

fn import(session: &Session, is_verified: bool, context: &ClientContext) -> Result<Item, Error> {
    let chain: Vec<Arc<[u8]>> = match is_verified {
        true => session.chain.iter().map(|der| der.as_slice().into()).collect(),
        false => Vec::new(),
    };
    // The verified path is what was kept; the verdict over name and dates is taken anew.
    let chain = PeerChain { presented: chain.clone(), path: chain, code: VerifyCode::OK };
    let version = session.version.unwrap_or(TlsVersion::Tls1_3);
    let kept = KeptSession {
        session: context.read_session(session.der())?,
        peer: Arc::new(Peer::new(chain)),
        version: version.as_str(),
        expires: session.expires.unwrap_or_else(|| context.now() + KeptSession::LIFETIME_UNKNOWN),
        serial: 0,
    };
    Ok(Item { origin: session.origin.clone(), session: kept })
}

/// The portable form of a kept session.
pub(super) fn export(
    kept: &KeptSession,
    key: &SessionKey,
    context: &ClientContext,
) -> Result<Session, Error> {
    let origin = Origin {
        servername: Some(key.hostname.clone()),
        endpoint: endpoint_of(key),
        scope: Some(context.scope().digest()),
    };
    let mut session = Session::new(kept.session.to_der()?.to_vec(), origin);
    session.chain = kept.peer.chain().path.iter().map(|der| der.to_vec()).collect();
    session.expires = Some(kept.expires).filter(|&expires| expires > SystemTime::UNIX_EPOCH);
    session.version = kept.version.parse().ok();
    Ok(session)
}
