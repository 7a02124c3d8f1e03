//! TLS over the byte stream, and what its outcome says of the session that was offered.

use tracing::{Instrument, debug_span, field, warn};

use super::{cache::SessionKey, journey::Journey, settle, snapshot::Snapshot};
use crate::{
    dial::Transport,
    error::{Error, ErrorKind, Phase},
    options::events::SessionOffered,
    tls::{
        handshake::{self, ClientTerms},
        session::KeptSession,
    },
};

impl Snapshot {
    /// TLS over the transport, with a session where there is one.
    pub(super) async fn secure(
        &self,
        tls: &settle::Tls,
        transport: Transport,
        session: Option<KeptSession>,
        journey: &mut Journey,
    ) -> Result<handshake::Secured, HandshakeFailure> {
        let offered = session.clone();
        let terms = ClientTerms {
            hostname: tls.key.hostname.clone(),
            servername: tls.servername.clone(),
            alpn: tls.key.alpn.clone(),
            session,
            watched: journey.watched().clone(),
        };
        let securing = journey.enter(Phase::SecureConnect);
        let span = debug_span!("secure_connect", hostname = %tls.key.hostname, offered = offered.is_some());
        let result = handshake::connect(&self.context, transport, terms).instrument(span).await;
        let _spent = journey.leave(securing);
        if let Ok(secured) = &result
            && let Some(failure) = &secured.judgement.pin_failure
        {
            let pin = failure.pins().next().map(field::display);
            warn!(target: "tredici::connect", hostname = tls.key.hostname, code = failure.code(), pin, "{failure}");
        }
        let declined = match &result {
            Ok(secured) => !secured.facts.resumed,
            // A connection that breaks says nothing of the session.
            Err(error) => !matches!(error.kind(), ErrorKind::System | ErrorKind::Disconnected),
        };
        if let Some(declined) = offered.as_ref().filter(|_| declined) {
            let refused = SessionOffered { tls_version: declined.version };
            journey.watched().tell(|to, connection| to.session_refused(connection, &refused));
            self.cache.forget(&tls.key, declined);
            self.supplied.forget(declined);
        }
        result.map_err(|error| HandshakeFailure {
            may_be_retried: offered.is_some() && matches!(error.kind(), ErrorKind::Alert(_) | ErrorKind::Tls),
            error,
        })
    }

    /// The session to offer.
    pub(super) fn session(&self, key: &SessionKey) -> Option<KeptSession> {
        let context = &self.context;
        self.supplied.take(key, context).or_else(|| self.cache.take(key, context.now()))
    }
}

pub(super) struct HandshakeFailure {
    pub(super) error: Error,
    pub(super) may_be_retried: bool,
}
