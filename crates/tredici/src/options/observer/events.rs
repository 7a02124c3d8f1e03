//! What an [`Observer`](crate::Observer) is told: plain data, lent for the length of the call.

use std::{net::SocketAddr, os::fd::BorrowedFd, time::Duration};

use crate::{
    certificate::PeerCertificate,
    error::{Attempt, Error, Phase},
    target::{Destination, RemoteAddress},
    timing::Timings,
    verify::{AuthorizationError, PinFailure},
};

/// The connection that an event is about.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Connection<'a> {
    /// Whose it is: [`Connector::id`](crate::Connector::id), undici's `connector`.
    pub connector: u64,
    /// Tells it from the others: no two connections of a process have the same.
    pub id: u64,
    /// From the call to this event.
    pub elapsed: Duration,
    /// Where it goes and by which names, every term settled: undici's `connectParams` with `protocol`, `hostname`,
    /// `host`, `port`, `servername` and `localAddress`.
    pub destination: &'a Destination,
}

/// A call for a connection begins.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Started {
    /// The time that the whole may take; `None` for no limit.
    pub timeout: Option<Duration>,
}

/// A name is to become addresses.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct LookupStarted<'a> {
    /// The name.
    pub hostname: &'a str,
}

/// A name has become addresses, or could not.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct LookupFinished<'a> {
    /// The name.
    pub hostname: &'a str,
    /// How long the phase took, which goes to [`Timings::lookup`].
    pub duration: Duration,
    /// The addresses that came first, which dialling begins with, or why there are none. A lookup that answers in parts
    /// tells the others by [`LookupContinued`].
    pub result: Result<&'a [SocketAddr], &'a Error>,
}

/// More addresses of a name have come, while those that came before are being dialled (RFC 8305 section 3).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct LookupContinued<'a> {
    /// The name.
    pub hostname: &'a str,
    /// The addresses of this part, none of which came before; those that must not be dialled are not among them.
    pub addresses: &'a [SocketAddr],
}

/// An address is tried.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AttemptStarted<'a> {
    /// Its place in [`Error::attempts`] and [`Socket::attempts`](crate::Socket::attempts), from 0.
    pub number: usize,
    /// The address.
    pub address: &'a RemoteAddress,
}

/// An attempt has come to its end, or must not be made.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AttemptEnded<'a> {
    /// The number in its [`AttemptStarted`]; its place in [`Error::attempts`], from 0.
    pub number: usize,
    /// The address, when it began, how long it took, and why it failed.
    pub attempt: &'a Attempt,
}

/// The TLS handshake begins.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct HandshakeStarted<'a> {
    /// The name that the certificate must be for.
    pub hostname: &'a str,
    /// The name that the server is asked for by SNI (RFC 6066).
    pub servername: Option<&'a str>,
    /// The TLS engine at work: `rustls` or `openssl`.
    pub engine: &'static str,
}

/// The session that goes along with a handshake.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SessionOffered {
    /// The version of TLS that it was made under, such as `TLSv1.3`.
    pub tls_version: &'static str,
}

/// The peer's certificate was judged.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Verified<'a> {
    /// The name that the certificate must be for.
    pub hostname: &'a str,
    /// When it began, from the call.
    pub start: Duration,
    /// How long it took. It is a part of the handshake.
    pub duration: Duration,
    /// Why the peer is not to be trusted; `None` where it is.
    pub error: Option<&'a AuthorizationError>,
    /// Whether an error ends the connection: the option `rejectUnauthorized`.
    pub is_enforced: bool,
    /// That no pin has matched.
    pub pin_failure: Option<&'a PinFailure>,
    /// Whether that ends the connection: not with the option `pinsReportOnly`.
    pub are_pins_enforced: bool,
    /// Whether the certificate is that of an earlier handshake, whose session was resumed.
    pub is_session_reused: bool,
    /// Whom you talk to, with its issuers; `None` where there is no certificate that can be read.
    pub peer_certificate: Option<&'a PeerCertificate>,
}

/// The TLS handshake is over.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct HandshakeFinished<'a> {
    /// From [`HandshakeStarted`] to now.
    pub duration: Duration,
    /// What was agreed on, or why nothing was.
    pub result: Result<Agreed<'a>, &'a Error>,
}

/// What a handshake agreed on.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Agreed<'a> {
    /// The version of TLS, such as `TLSv1.3`.
    pub tls_version: &'static str,
    /// The standard's name of the cipher suite, such as `TLS_AES_256_GCM_SHA384`.
    pub cipher: Option<&'static str>,
    /// The protocol that ALPN agreed on (RFC 7301).
    pub alpn_protocol: Option<&'a str>,
    /// Whether an earlier session was resumed.
    pub is_session_reused: bool,
}

/// One of the caller's checks is to look at the socket.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CheckStarted {
    /// How many checks ran before.
    pub number: usize,
}

/// One of the caller's checks has looked at the socket.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CheckFinished<'a> {
    /// The number in its [`CheckStarted`].
    pub number: usize,
    /// From [`CheckStarted`] to now.
    pub duration: Duration,
    /// Why it refused the connection, where it did.
    pub error: Option<&'a Error>,
}

/// The caller gets the socket. This tells of it; whoever needs the socket itself, for keying material say, is a
/// [check](crate::Connector::check).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Connected<'a> {
    /// The version of HTTP that will be spoken, as undici spells it in `connectParams`: `h2` or `h1`. `None` where the
    /// target is not one of HTTP and ALPN agreed on neither.
    pub version: Option<&'static str>,
    /// This side's address; `None` for a Unix socket or a stream that the caller gave.
    pub local_address: Option<SocketAddr>,
    /// The peer's address; `None` likewise.
    pub remote_address: Option<SocketAddr>,
    /// The socket's descriptor, as [`Socket::fd`](crate::Socket::fd) tells it.
    pub fd: Option<BorrowedFd<'a>>,
    /// Whom you talk to, with its issuers; `None` where it showed no certificate. Of a resumed connection that of the
    /// handshake in full.
    pub peer_certificate: Option<&'a PeerCertificate>,
    /// How long each phase took.
    pub timings: &'a Timings,
    /// Every address that was tried.
    pub attempts: &'a [Attempt],
    /// What TLS agreed on; `None` on a plain connection.
    pub agreed: Option<Agreed<'a>>,
    /// Whether the peer showed a certificate whose chain and name hold.
    pub authorized: bool,
    /// The TLS engine at work; `None` on a plain connection.
    pub engine: Option<&'static str>,
}

/// The caller gets an error.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Failed<'a> {
    /// The error, which knows its phase, its attempts and its times.
    pub error: &'a Error,
}

/// The caller has dropped the future.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Abandoned {
    /// How far it had come.
    pub phase: Phase,
}

/// Other terms are in force in the connector, of which identity, trust or revocation lists were replaced.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Rotated {
    /// Which connector: [`Connector::id`](crate::Connector::id).
    pub connector: u64,
    /// How long it took to read the files and to compile the terms.
    pub duration: Duration,
}

/// The terms could not be replaced: the old ones stay in force.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RotationFailed<'a> {
    /// Which connector: [`Connector::id`](crate::Connector::id).
    pub connector: u64,
    /// How long it took to find out.
    pub duration: Duration,
    /// Why; it names the option, and the file where it is one's content.
    pub error: &'a Error,
}
