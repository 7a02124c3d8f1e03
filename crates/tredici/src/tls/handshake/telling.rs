//! What a handshake tells whoever watches the connection.

use tokio::time::Instant;

use super::{ClientTerms, Secured};
use crate::{
    error::Error,
    options::{
        Watched,
        events::{Agreed, HandshakeFinished, HandshakeStarted, SessionOffered, Verified},
    },
    tls::judgement::{Judgement, PeerJudge},
};

/// A handshake that was told to have begun. Of no cost where nobody watches.
pub(super) struct Telling {
    watched: Watched,
    began: Option<Instant>,
}

impl Telling {
    pub(super) fn begin(terms: &ClientTerms<'_>, engine: &'static str) -> Self {
        let watched = terms.watched.clone();
        let &ClientTerms { ref hostname, servername, .. } = terms;
        watched.tell(|observer, connection| {
            observer.handshake_started(connection, &HandshakeStarted { hostname, servername, engine });
        });
        let began = watched.is_watched().then(Instant::now);
        Self { watched, began }
    }

    pub(super) fn session_offered(&self, tls_version: &'static str) {
        let offered = SessionOffered { tls_version };
        self.watched.tell(|observer, connection| observer.session_offered(connection, &offered));
    }

    /// Whether it is worth while to look at the clock.
    pub(super) fn is_watched(&self) -> bool {
        self.began.is_some()
    }

    pub(super) fn verified(&self, judge: &PeerJudge, judgement: &Judgement, is_session_reused: bool) {
        let Some((began, ended)) = judge.time() else { return };
        let event = Verified {
            hostname: judge.hostname(),
            start: self.watched.since_call(began),
            duration: ended - began,
            error: judgement.error.as_deref(),
            is_enforced: judge.rejects(),
            pin_failure: judgement.pin_failure.as_deref(),
            are_pins_enforced: judge.enforces_pins(),
            is_session_reused,
            peer_certificate: judgement.peer.certificate(),
        };
        self.watched.tell(|observer, connection| observer.verified(connection, &event));
    }

    pub(super) fn end(self, result: &Result<Secured, Error>) {
        let Some(began) = self.began else { return };
        let agreed = result.as_ref().map(agreed);
        if let Ok(Agreed { tls_version, is_session_reused: true, .. }) = agreed {
            let resumed = SessionOffered { tls_version };
            self.watched.tell(|observer, connection| observer.session_resumed(connection, &resumed));
        }
        let event = HandshakeFinished { duration: began.elapsed(), result: agreed };
        self.watched.tell(|observer, connection| observer.handshake_finished(connection, &event));
    }
}

fn agreed(secured: &Secured) -> Agreed<'_> {
    let facts = &secured.facts;
    Agreed {
        tls_version: facts.version.as_str(),
        cipher: facts.cipher.map(|cipher| cipher.standard_name),
        alpn_protocol: facts.alpn.as_deref().and_then(|protocol| std::str::from_utf8(protocol).ok()),
        is_session_reused: facts.resumed,
    }
}
