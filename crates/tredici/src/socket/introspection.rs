//! What a socket tells about itself, in the names of Node and Bun.

use std::{net::SocketAddr, os::fd::BorrowedFd};

use super::{ReadyState, Socket, Stream};
use crate::{
    certificate::PeerCertificate,
    error::{Attempt, Error, ErrorKind, Phase},
    target::Destination,
    timing::Timings,
    tls::{
        context::Choice,
        engine::{Cipher, Connection, EphemeralKeyInfo},
    },
    verify::{AuthorizationError, PinFailure},
};

/// The longest exporter value that TLS 1.3 can give with SHA-256: 255 blocks of the hash (RFC 5869).
const EXPORT_MAX: usize = 255 * 32;

impl Socket {
    /// What was connected to, with every term settled.
    pub fn destination(&self) -> &Destination {
        &self.destination
    }

    /// How long each phase took.
    pub fn timings(&self) -> &Timings {
        &self.timings
    }

    /// Every address that was tried, the last of which answered. Empty over a stream that the caller gave.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// The socket's file descriptor, for what the system tells and takes beside bytes, such as its `TCP_INFO`; `None` over
    /// a stream that the caller gave.
    ///
    /// To read, write or close it behind this library's back breaks the connection. Node's and Bun's `fd`.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        match &self.stream {
            Stream::Plain(transport) => transport.fd(),
            Stream::Tls(secured, _) => secured.stream.transport().fd(),
        }
    }

    /// Whether it can still be read and written.
    pub fn ready_state(&self) -> ReadyState {
        match (self.read_ended, self.write_ended) {
            (false, false) => ReadyState::Open,
            (false, true) => ReadyState::ReadOnly,
            (true, false) => ReadyState::WriteOnly,
            (true, true) => ReadyState::Closed,
        }
    }

    /// Whether it is a TLS connection.
    pub fn encrypted(&self) -> bool {
        self.tls().is_some()
    }

    /// Whether the peer showed a certificate whose chain and name hold. Always `false` without TLS.
    pub fn authorized(&self) -> bool {
        self.tls().is_some_and(|secured| secured.judgement.is_authorized())
    }

    /// Why the peer is not authorized, on a connection whose caller asked not to reject.
    pub fn authorization_error(&self) -> Option<&AuthorizationError> {
        self.tls()?.judgement.error.as_deref()
    }

    /// That no pin has matched, on a connection whose options say `pinsReportOnly`. An addition of this library.
    pub fn pin_failure(&self) -> Option<&PinFailure> {
        self.tls()?.judgement.pin_failure.as_deref()
    }

    /// The protocol that ALPN agreed on (RFC 7301); `None` where there is none.
    pub fn alpn_protocol(&self) -> Option<&str> {
        match self.tls() {
            Some(secured) => std::str::from_utf8(secured.facts.alpn.as_deref()?).ok(),
            None => self.knows_h2.then_some("h2"),
        }
    }

    /// The name in SNI (RFC 6066): the one that a client sent, or a server received.
    pub fn servername(&self) -> Option<&str> {
        self.destination.servername.as_deref().filter(|_| self.encrypted())
    }

    /// The protocol version, such as `TLSv1.3`: Node's `getProtocol()`, Bun's `getTLSVersion()`.
    pub fn tls_version(&self) -> Option<&'static str> {
        self.tls().map(|secured| secured.facts.version.as_str())
    }

    /// The cipher suite.
    pub fn cipher(&self) -> Option<&Cipher> {
        self.tls()?.facts.cipher
    }

    /// The ephemeral key of the exchange. A client's; `None` on a server, and where the exchange was not ephemeral.
    pub fn ephemeral_key_info(&self) -> Option<&EphemeralKeyInfo> {
        self.tls()?.facts.ephemeral_key_info.as_ref()
    }

    /// Whether an earlier session was resumed.
    pub fn is_session_reused(&self) -> bool {
        self.tls().is_some_and(|secured| secured.facts.resumed)
    }

    /// The peer's certificate, linked to its issuers. On a resumed connection it is that of the full handshake.
    pub fn peer_certificate(&self) -> Option<&PeerCertificate> {
        self.tls()?.judgement.peer.certificate()
    }

    /// The certificate that this side showed, or would have shown had the peer asked.
    pub fn certificate(&self) -> Option<PeerCertificate> {
        let der = self.tls()?.facts.local_certificate.as_ref()?;
        PeerCertificate::from_der(der.to_vec()).ok()
    }

    /// The local address; `None` for a Unix socket. Of a stream that the caller gave, where that is a socket of ours or
    /// tokio's `TcpStream`.
    pub fn local_address(&self) -> Option<SocketAddr> {
        match &self.stream {
            Stream::Plain(transport) => transport.local_address(),
            Stream::Tls(secured, _) => secured.stream.transport().local_address(),
        }
    }

    /// The peer's address; `None` for a Unix socket. Of a stream that the caller gave, as with
    /// [`local_address`](Self::local_address).
    pub fn remote_address(&self) -> Option<SocketAddr> {
        match &self.stream {
            Stream::Plain(transport) => transport.remote_address(),
            Stream::Tls(secured, _) => secured.stream.transport().remote_address(),
        }
    }

    /// How many bytes the caller has read, without what TLS adds.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// How many bytes the caller has written, without what TLS adds.
    pub fn bytes_written(&self) -> u64 {
        self.bytes_written
    }

    /// The TLS engine at work, `rustls` or `openssl`; `None` without TLS.
    pub fn engine(&self) -> Option<&'static str> {
        self.choice().map(Choice::name)
    }

    /// What decided for that engine: see [`Connector::engine_reason`](crate::Connector::engine_reason).
    pub fn engine_reason(&self) -> Option<&str> {
        self.choice().map(|choice| &*choice.reason)
    }

    fn choice(&self) -> Option<&Choice> {
        match &self.stream {
            Stream::Plain(_) => None,
            Stream::Tls(_, choice) => Some(choice),
        }
    }

    /// Keying material for the caller's own use, bound to this connection (RFC 5705, RFC 8446 section 7.5).
    ///
    /// # Errors
    ///
    /// `ERR_OUT_OF_RANGE` where `length` is 0 or more than 8160; what the TLS library says where it refuses the label;
    /// `ERR_TLS_INVALID_STATE` without TLS.
    pub fn export_keying_material(
        &self,
        length: usize,
        label: &str,
        context: Option<&[u8]>,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, Error> {
        if !(1..=EXPORT_MAX).contains(&length) {
            let message =
                format!("the length of keying material must be from 1 to {EXPORT_MAX}, not {length}");
            return Err(Error::invalid("ERR_OUT_OF_RANGE", message));
        }
        let mut output = zeroize::Zeroizing::new(vec![0; length]);
        self.connection()?.export_keying_material(&mut output, label.as_bytes(), context)?;
        Ok(output)
    }

    /// The `Finished` message that this side sent: Node's `getFinished()`.
    ///
    /// # Errors
    ///
    /// `ERR_TLS_INVALID_STATE` without TLS; where the engine does not tell.
    pub fn finished(&self) -> Result<Option<Vec<u8>>, Error> {
        self.connection()?.finished()
    }

    /// The `Finished` message that the peer sent: Node's `getPeerFinished()`.
    ///
    /// # Errors
    ///
    /// `ERR_TLS_INVALID_STATE` without TLS; where the engine does not tell.
    pub fn peer_finished(&self) -> Result<Option<Vec<u8>>, Error> {
        self.connection()?.peer_finished()
    }

    /// The session ticket, once one has come: Node's `getTLSTicket()`.
    ///
    /// # Errors
    ///
    /// `ERR_TLS_INVALID_STATE` without TLS; where the engine does not tell.
    pub fn ticket(&self) -> Result<Option<Vec<u8>>, Error> {
        self.connection()?.ticket()
    }

    /// The signature algorithms that both sides know, on a server: Node's `getSharedSigalgs()`. Empty on a client.
    ///
    /// # Errors
    ///
    /// `ERR_TLS_INVALID_STATE` without TLS; where the engine does not tell.
    pub fn shared_sigalgs(&self) -> Result<Vec<String>, Error> {
        self.connection()?.shared_sigalgs()
    }

    fn connection(&self) -> Result<&dyn Connection, Error> {
        match &self.stream {
            Stream::Tls(secured, _) => Ok(secured.stream.connection()),
            Stream::Plain(_) => Err(Error::new(
                ErrorKind::Unsupported,
                Phase::Transfer,
                "ERR_TLS_INVALID_STATE",
                "a plain connection has nothing of TLS to tell",
            )),
        }
    }
}
