//! Those who connect.

use serde::{Deserialize, Serialize};

use super::Kind;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Peer {
    TrediciRustls,
    TrediciOpenssl,
    TokioRustls,
    HyperRustls,
    TokioOpenssl,
    HyperOpenssl,
    Node,
    Undici,
    Bun,
}

impl Peer {
    pub(crate) const ALL: [Self; 9] = [
        Self::TrediciRustls,
        Self::TrediciOpenssl,
        Self::TokioRustls,
        Self::HyperRustls,
        Self::TokioOpenssl,
        Self::HyperOpenssl,
        Self::Node,
        Self::Undici,
        Self::Bun,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TrediciRustls => "tredici, rustls",
            Self::TrediciOpenssl => "tredici, openssl",
            Self::TokioRustls => "tokio-rustls",
            Self::HyperRustls => "hyper-rustls",
            Self::TokioOpenssl => "tokio-openssl",
            Self::HyperOpenssl => "hyper-openssl",
            Self::Node => "tls.connect",
            Self::Undici => "undici",
            Self::Bun => "Bun.connect",
        }
    }

    pub(crate) fn is_tredici(self) -> bool {
        matches!(self, Self::TrediciRustls | Self::TrediciOpenssl)
    }

    /// Whether its TLS is an OpenSSL, or none was asked for.
    pub(crate) fn is_on_openssl(self) -> bool {
        matches!(self, Self::TokioOpenssl | Self::HyperOpenssl | Self::Node | Self::Undici)
    }

    /// Whether it makes such connections: hyper-util's connector knows no Unix sockets, all but tredici always verify anew, and
    /// without TLS one who writes it by hand writes the same.
    pub(crate) fn makes(self, kind: Kind) -> bool {
        match (self, kind) {
            (_, Kind::Anew) => self.is_tredici(),
            (Self::HyperRustls | Self::HyperOpenssl, Kind::Unix) => false,
            (Self::TokioOpenssl, Kind::Tcp | Kind::Unix) => false,
            _ => true,
        }
    }
}
