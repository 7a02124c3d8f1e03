//! Those who are compared: each connects, verifies the server, and gives back a byte stream.

mod tokio_openssl;
mod tredici;

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};

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
    /// The one root that is trusted, in PEM.
    pub(crate) ca: String,
    /// Whether sessions are kept and offered.
    pub(crate) resume: bool,
    /// Whether idle connections are probed.
    pub(crate) keep_alive: bool,
}

pub(crate) trait Contender: Sized {
    type Socket: AsyncRead + AsyncWrite + Unpin;

    fn new(terms: &Terms) -> Outcome<Self>;

    async fn connect(&self) -> Outcome<Self::Socket>;

    fn is_resumed(socket: &Self::Socket) -> bool;
}
