//! What is measured of connecting.

use serde::{Deserialize, Serialize};

/// One kind of connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    /// TLS without a session.
    Full,
    /// The same, with the chain verified each time by those who do not by default.
    Anew,
    /// TLS with a session of a connection before, and an exchange that brings the next one.
    Resumed,
    /// TCP alone.
    Tcp,
    /// A Unix socket alone.
    Unix,
}

/// A kind of connection, and how many of them are under way at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) kind: Kind,
    pub(crate) at_once: u64,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [Self::Full, Self::Anew, Self::Resumed, Self::Tcp, Self::Unix];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Anew => "full, chain verified anew",
            Self::Resumed => "resumed",
            Self::Tcp => "plain TCP",
            Self::Unix => "plain Unix",
        }
    }

    pub(crate) fn has_tls(self) -> bool {
        matches!(self, Self::Full | Self::Anew | Self::Resumed)
    }
}

impl Case {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Kind::ALL.into_iter().flat_map(|kind| [1, 50].map(|at_once| Self { kind, at_once }))
    }

    pub(crate) fn name(self) -> String {
        format!("connecting, {}, {} at once", self.kind.name(), self.at_once)
    }

    /// How many connections one turn makes.
    pub(crate) fn amount(self, short: bool) -> u64 {
        match (self.kind.has_tls(), short) {
            (true, false) => 1000,
            (false, false) => 5000,
            (_, true) => 50,
        }
    }

    /// How many it makes before that. What is compiled while it runs needs some to become what it can be.
    pub(crate) fn warm_up(self, short: bool) -> u64 {
        if short { 50 } else { self.amount(short) / 2 }
    }
}
