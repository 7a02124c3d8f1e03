//! TLS over the byte stream, and what its outcome says of the session that was offered.

use tracing::{Instrument, debug_span};

use super::{Connector, journey::Journey, settle};
use crate::{
    dial::Transport,
    error::{Error, ErrorKind, Phase},
    tls::{
        handshake::{self, ClientTerms},
        session::{KeptSession, Offer},
    },
};

impl Connector {
    /// TLS over the transport, with a session where there is one.
    pub(super) async fn secure(
        &self,
        tls: &settle::Tls,
        transport: Transport,
        session: Option<KeptSession>,
        journey: &mut Journey,
    ) -> Result<handshake::Secured, HandshakeFailure> {
        let context = &self.terms.context;
        let server = tls.key.server();
        let offered = session.as_ref().map(KeptSession::offer);
        let terms = ClientTerms {
            hostname: server.hostname.clone(),
            servername: tls.servername.clone(),
            alpn: server.alpn.clone(),
            session,
        };
        let securing = journey.enter(Phase::SecureConnect);
        let span = debug_span!("secure_connect", hostname = %server.hostname, offered = offered.is_some());
        let result = handshake::connect(context, transport, terms).instrument(span).await;
        journey.leave(securing);
        match (result, offered) {
            (Ok(secured), offered) => {
                match &offered {
                    Some(_) if secured.facts.resumed => self.cache.resumed(),
                    Some(offered) => self.cache.declined(&tls.key, offered),
                    None => {}
                }
                Ok(secured)
            }
            (Err(error), None) => Err(HandshakeFailure { error, second: Second::Pointless }),
            (Err(error), Some(offered)) => {
                let second = match error.kind() {
                    // A connection that breaks says nothing of the session by itself.
                    ErrorKind::System | ErrorKind::Disconnected => Second::Tells(offered),
                    kind => {
                        self.cache.declined(&tls.key, &offered);
                        match kind {
                            ErrorKind::Alert(_) | ErrorKind::Tls => Second::MayHelp,
                            _ => Second::Pointless,
                        }
                    }
                };
                Err(HandshakeFailure { error, second })
            }
        }
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
