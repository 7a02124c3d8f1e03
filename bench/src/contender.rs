//! Those who are compared: each connects, verifies the server, and gives back a byte stream.

pub(crate) mod tokio_openssl;
#[cfg(feature = "comparison")]
pub(crate) mod tokio_rustls;
#[cfg(feature = "comparison")]
mod tredici;

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

pub(crate) use self::tokio_openssl::TokioOpenssl;
#[cfg(feature = "comparison")]
pub(crate) use self::{
    tokio_rustls::TokioRustls,
    tredici::{Tredici, connector_with_default_roots},
};
use crate::Outcome;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Name {
    TokioOpensslSystem,
    TokioOpenssl,
    TrediciOpenssl,
    TokioRustls,
    TrediciRustls,
}

#[cfg(feature = "comparison")]
impl Name {
    pub(crate) const ALL: [Self; 5] = [
        Self::TokioOpensslSystem,
        Self::TokioOpenssl,
        Self::TrediciOpenssl,
        Self::TokioRustls,
        Self::TrediciRustls,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::TokioOpensslSystem => "tokio-openssl, system's",
            Self::TokioOpenssl => "tokio-openssl",
            Self::TrediciOpenssl => "tredici, openssl",
            Self::TokioRustls => "tokio-rustls",
            Self::TrediciRustls => "tredici, rustls",
        }
    }

    /// Whom tredici is measured against: the same library beneath another stream.
    pub(crate) fn rival(self) -> Option<Self> {
        match self {
            Self::TrediciOpenssl => Some(Self::TokioOpenssl),
            Self::TrediciRustls => Some(Self::TokioRustls),
            Self::TokioOpensslSystem | Self::TokioOpenssl | Self::TokioRustls => None,
        }
    }
}

/// What a contender has to go by.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) address: SocketAddr,
    /// The one root that is trusted, in PEM.
    pub(crate) ca: String,
    /// The server's chain and key in PEM, for a server in the client's own process.
    pub(crate) chain: String,
    pub(crate) key: String,
    /// Whether sessions are kept and offered.
    pub(crate) resume: bool,
    /// Whether a chain that was verified before counts as verified.
    pub(crate) remember: bool,
}

/// What TLS can run over.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Transport for T {}

pub(crate) trait Contender: Sized {
    type Socket<T: Transport>: AsyncRead + AsyncWrite + Unpin;

    fn new(name: Name, terms: &Terms) -> Outcome<Self>;

    /// Over loopback TCP.
    async fn connect(&self) -> Outcome<Self::Socket<TcpStream>>;

    /// Over what is connected already.
    async fn secure<T: Transport>(&self, transport: T) -> Outcome<Self::Socket<T>>;

    fn is_resumed<T: Transport>(socket: &Self::Socket<T>) -> bool;
}
