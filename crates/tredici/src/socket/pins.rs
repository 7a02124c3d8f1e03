//! Pins, held against a socket.

use super::Socket;
use crate::{
    error::Error,
    verify::{PinFailure, Pins},
};

impl Pins {
    /// Whether one of the pins is among the certificates by which the peer was verified: a connector's
    /// [`check`](crate::Connector::check), on the finished socket. The option `pins` asks the same within the handshake,
    /// before the peer has seen a certificate of ours.
    ///
    /// Certificates that the peer merely sent along mean nothing; a peer that is not authorized matches no pin, even
    /// where the caller asked not to reject it. A resumed connection is judged by the chain of its full handshake.
    ///
    /// ```
    /// use tredici::{ConnectOptions, Connector, Pins};
    ///
    /// let pins = Pins::new([
    ///     "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    ///     "sha256/n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=", // the spare key
    /// ])?;
    /// let connector = Connector::new(ConnectOptions::new())?.check(move |socket| pins.verify(socket));
    /// # Ok::<(), tredici::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `ERR_TLS_PIN_MISMATCH` in phase `check`, with the peer's certificate, and its pins where it was verified.
    pub fn verify(&self, socket: &Socket) -> Result<(), Error> {
        let failure = match socket.judgement() {
            None => Some(PinFailure::plain()),
            Some(judgement) => judgement.held_against(self),
        };
        let refused = |failure: PinFailure| {
            failure.to_error().with_peer_certificate(socket.peer_certificate().cloned())
        };
        failure.map_or(Ok(()), |failure| Err(refused(failure)))
    }
}
