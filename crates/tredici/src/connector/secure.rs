//! TLS over the byte stream, and what its outcome says of the session that was offered.

use std::pin::pin;

use tracing::{Instrument, debug_span, field, warn};

use super::{journey::Journey, settle::Route, snapshot::Snapshot};
use crate::{
    dial::Transport,
    error::{Error, ErrorKind, Phase},
    options::{SessionKey, events::SessionOffered},
    tls::{
        handshake::{self, ClientTerms},
        session::{KeptSession, Offer},
    },
};

impl Snapshot {
    /// TLS over the transport, with a session where there is one.
    pub(super) async fn secure(
        &self,
        route: &Route,
        key: &SessionKey,
        transport: Transport,
        session: Option<KeptSession>,
        journey: &mut Journey,
    ) -> Result<handshake::Secured, HandshakeFailure> {
        let server = key.server();
        let offered = session.as_ref().map(KeptSession::offer);
        let terms = ClientTerms {
            hostname: server.hostname.clone(),
            servername: route.destination.servername.as_deref(),
            alpn: &server.alpn,
            session,
            watched: journey.watched().clone(),
        };
        let securing = journey.enter(Phase::SecureConnect);
        let span = debug_span!("secure_connect", hostname = %server.hostname, offered = offered.is_some());
        let result = pin!(handshake::connect(&self.context, transport, terms)).instrument(span).await;
        let _spent = journey.leave(securing);
        if let Ok(secured) = &result
            && let Some(failure) = &secured.judgement.pin_failure
        {
            let pin = failure.pins().next().map(field::display);
            warn!(target: "tredici::connect", hostname = &*server.hostname, code = failure.code(), pin, "{failure}");
        }
        match (result, offered) {
            (Ok(secured), offered) => {
                match &offered {
                    Some(_) if secured.facts.resumed => self.cache.resumed(),
                    Some(offered) if secured.stream.connection().offers_session() => {
                        self.declined(key, offered, journey);
                    }
                    Some(held_back) => self.cache.held_back(key, held_back),
                    None => {}
                }
                Ok(secured)
            }
            (Err(error), None) => Err(HandshakeFailure { error, second: Second::Pointless }),
            (Err(error), Some(offered)) => {
                let second = match error.kind() {
                    // A connection that breaks says nothing of the session by itself.
                    ErrorKind::System | ErrorKind::Disconnected => Second::Tells(offered),
                    ErrorKind::Alert(_) | ErrorKind::Tls => {
                        self.declined(key, &offered, journey);
                        Second::MayHelp
                    }
                    // It was our word, on what was kept or on what came instead.
                    _ => {
                        self.cache.forget(key, &offered);
                        Second::Pointless
                    }
                };
                Err(HandshakeFailure { error, second })
            }
        }
    }

    /// The server would not take this session.
    pub(super) fn declined(&self, key: &SessionKey, offered: &Offer, journey: &Journey) {
        let refused = SessionOffered { tls_version: offered.version };
        journey.watched().tell(|to, connection| to.session_refused(connection, &refused));
        self.cache.declined(key, offered);
    }
}

pub(super) struct HandshakeFailure {
    pub(super) error: Error,
    pub(super) second: Second,
}

/// What a second handshake, in full, would be good for.
pub(super) enum Second {
    Pointless,
    /// The server choked on the session that it was offered.
    MayHelp,
    /// The connection broke. Where the second does not, some servers' way of choking, it was this session's fault.
    Tells(Offer),
}
