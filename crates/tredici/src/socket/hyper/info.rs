//! What an HTTP response can tell of its connection.

use std::{fmt, net::SocketAddr, sync::Arc};

use crate::{
    certificate::PeerCertificate, socket::Socket, target::Destination, timing::Timings, tls::judgement::Peer,
};

/// The connection over which a response came (feature `hyper`): hyper-util's client leaves it in the extensions of each
/// response. What it tells is what [`Socket`] tells by the same names; clones are cheap.
///
/// ```
/// use tredici::ConnectionInfo;
///
/// fn whom(response: &http::Response<hyper::body::Incoming>) -> Option<String> {
///     let connection = response.extensions().get::<ConnectionInfo>()?;
///     Some(connection.peer_certificate()?.fingerprint256())
/// }
/// ```
#[derive(Clone)]
pub struct ConnectionInfo(Arc<Info>);

struct Info {
    destination: Destination,
    remote_address: Option<SocketAddr>,
    timings: Timings,
    tls_version: Option<&'static str>,
    alpn_protocol: Option<String>,
    is_session_reused: bool,
    authorized: bool,
    /// Shared with the socket: its certificates are read when somebody asks for them.
    peer: Option<Arc<Peer>>,
}

impl ConnectionInfo {
    pub(super) fn of(socket: &Socket) -> Self {
        Self(Arc::new(Info {
            destination: socket.destination().clone(),
            remote_address: socket.remote_address(),
            timings: *socket.timings(),
            tls_version: socket.tls_version(),
            alpn_protocol: socket.alpn_protocol().map(str::to_owned),
            is_session_reused: socket.is_session_reused(),
            authorized: socket.authorized(),
            peer: socket.judgement().map(|judgement| judgement.peer.clone()),
        }))
    }

    /// See [`Socket::destination`].
    pub fn destination(&self) -> &Destination {
        &self.0.destination
    }

    /// See [`Socket::remote_address`].
    pub fn remote_address(&self) -> Option<SocketAddr> {
        self.0.remote_address
    }

    /// See [`Socket::timings`].
    pub fn timings(&self) -> &Timings {
        &self.0.timings
    }

    /// See [`Socket::tls_version`].
    pub fn tls_version(&self) -> Option<&'static str> {
        self.0.tls_version
    }

    /// See [`Socket::alpn_protocol`].
    pub fn alpn_protocol(&self) -> Option<&str> {
        self.0.alpn_protocol.as_deref()
    }

    /// See [`Socket::is_session_reused`].
    pub fn is_session_reused(&self) -> bool {
        self.0.is_session_reused
    }

    /// See [`Socket::authorized`].
    pub fn authorized(&self) -> bool {
        self.0.authorized
    }

    /// See [`Socket::peer_certificate`].
    pub fn peer_certificate(&self) -> Option<&PeerCertificate> {
        self.0.peer.as_ref()?.certificate()
    }
}

impl fmt::Debug for ConnectionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionInfo")
            .field("destination", &format_args!("{}", self.destination()))
            .field("remote_address", &self.remote_address())
            .field("tls_version", &self.tls_version())
            .field("authorized", &self.authorized())
            .finish_non_exhaustive()
    }
}
