//! A socket that somebody refuses.

use super::Socket;
use crate::error::{Error, Phase};

impl Socket {
    /// The error with which a check refused this socket, as that of the connection: in phase `check` whatever the check
    /// ran into, with all that was tried, and the certificate of the peer where the error has none of its own.
    pub(crate) fn refused(&self, error: Error) -> Error {
        let error = error
            .with_phase(Phase::Check)
            .with_target(self.destination.clone())
            .with_timings(self.timings)
            .with_attempts(self.attempts.to_vec());
        match error.peer_certificate() {
            Some(_) => error,
            None => error.with_peer_certificate(self.peer_certificate().cloned()),
        }
    }
}
