//! Pins, held against a socket.

use sha2::{Digest, Sha256};

use super::Socket;
use crate::{
    certificate::PeerCertificate,
    error::{Error, ErrorKind, Phase},
    tls::engine::Der,
    verify::{CertificateDigests, PinError, Pins},
};

impl Pins {
    /// Whether one of the pins is among the certificates by which the peer was verified: a connector's
    /// [`check`](crate::Connector::check).
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
    /// `ERR_TLS_PIN_MISMATCH` in phase `check`, with the peer's certificate.
    pub fn verify(&self, socket: &Socket) -> Result<(), Error> {
        let read = |der: &Der| PeerCertificate::from_der(&**der).ok();
        let path: Option<Vec<CertificateDigests>> = socket
            .verified_path()
            .iter()
            .map(|der| read(der).as_ref().map(CertificateDigests::from))
            .collect();
        if path.is_some_and(|path| self.matches(&path)) {
            return Ok(());
        }
        let (message, hint) = match (socket.encrypted(), socket.authorized()) {
            (false, _) => (
                "the connection is plain: there is no certificate to hold a pin against",
                "use https: or tls:",
            ),
            (true, false) => (
                "the peer is not authorized, and only a verified certificate can match a pin",
                "verify the peer: give its authority in ca, and leave rejectUnauthorized alone",
            ),
            (true, true) => (
                "no pin matches the peer's verified certificates",
                "if the peer's key was changed on purpose, pin the new one; else somebody stands in between",
            ),
        };
        let error = Error::new(ErrorKind::Check, Phase::Check, "ERR_TLS_PIN_MISMATCH", message);
        Err(error.with_hint(hint).with_peer_certificate(socket.peer_certificate().cloned()))
    }
}

impl From<&PeerCertificate> for CertificateDigests {
    fn from(certificate: &PeerCertificate) -> Self {
        Self {
            key_sha256: Sha256::digest(certificate.public_key_info()).into(),
            certificate_sha256: Sha256::digest(certificate.raw()).into(),
        }
    }
}

/// A bad pin is a bad option.
impl From<PinError> for Error {
    fn from(error: PinError) -> Self {
        Self::invalid("ERR_INVALID_ARG_VALUE", error.to_string())
    }
}
