//! Those who are compared: each connects, verifies the server, and gives back a byte stream.

mod tokio_openssl;
mod tredici;

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

pub(crate) use self::{tokio_openssl::TokioOpenssl, tredici::Tredici};
use crate::Outcome;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Name {
    TokioOpenssl,
    Tredici,
    TrediciWithoutKeepAlive,
}

impl Name {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::TokioOpenssl => "tokio-openssl",
            Self::Tredici => "tredici",
            Self::TrediciWithoutKeepAlive => "tredici, keepAlive off",
        }
    }
}

/// What a contender has to go by.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) address: SocketAddr,
    /// The server's chain and key in PEM, for a server in the client's own process.
    pub(crate) chain: String,
    pub(crate) key: String,
    /// The one root that is trusted, in PEM.
    pub(crate) ca: String,
    /// Whether sessions are kept and offered.
    pub(crate) resume: bool,
    /// Whether a chain that was verified before counts as verified.
    pub(crate) remember: bool,
    /// Whether idle connections are probed.
    pub(crate) keep_alive: bool,
}

/// What TLS can run over.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Transport for T {}

pub(crate) trait Contender: Sized {
    type Socket<T: Transport>: AsyncRead + AsyncWrite + Unpin;

    fn new(terms: &Terms) -> Outcome<Self>;

    /// Over loopback TCP.
    async fn connect(&self) -> Outcome<Self::Socket<TcpStream>>;

    /// Over what is connected already.
    async fn secure<T: Transport>(&self, transport: T) -> Outcome<Self::Socket<T>>;

    fn is_resumed<T: Transport>(socket: &Self::Socket<T>) -> bool;
}
