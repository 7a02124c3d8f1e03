//! What is compared.

use serde::{Deserialize, Serialize};

use crate::policy::Groups;

/// One kind of work for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Row {
    /// With a server that was met before, all of it.
    Full,
    /// The same, where the chain that was verified before counts as verified.
    Remembered,
    Resumed,
    /// In full, with a server that chooses X25519MLKEM768.
    Hybrid,
    Receive16,
    Receive1,
    Send16,
    Send1,
    Idle,
    /// A connector with the default roots, the first of a process.
    FirstConnector,
    NextConnector,
}

/// Where client and server meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    Loopback,
    Memory,
    /// There is no server.
    Nowhere,
}

impl Row {
    #[cfg(feature = "comparison")]
    pub(crate) const ALL: [Self; 11] = [
        Self::Full,
        Self::Remembered,
        Self::Resumed,
        Self::Hybrid,
        Self::Receive16,
        Self::Receive1,
        Self::Send16,
        Self::Send1,
        Self::Idle,
        Self::FirstConnector,
        Self::NextConnector,
    ];

    #[cfg(feature = "comparison")]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Full => "full handshake",
            Self::Remembered => "full, remembered verdict",
            Self::Resumed => "resumed handshake",
            Self::Hybrid => "full, X25519MLKEM768",
            Self::Receive16 => "receive, 16 KiB writes",
            Self::Receive1 => "receive, 1 KiB writes",
            Self::Send16 => "send, 16 KiB writes",
            Self::Send1 => "send, 1 KiB writes",
            Self::Idle => "idle connection",
            Self::FirstConnector => "first connector",
            Self::NextConnector => "next connector",
        }
    }

    #[cfg(feature = "comparison")]
    pub(crate) fn places(self) -> &'static [Place] {
        match self {
            Self::Idle => &[Place::Loopback],
            Self::FirstConnector | Self::NextConnector => &[Place::Nowhere],
            _ => &[Place::Loopback, Place::Memory],
        }
    }

    /// What the server chooses.
    pub(crate) fn groups(self) -> Groups {
        if self == Self::Hybrid { Groups::Hybrid } else { Groups::Elliptic }
    }

    /// How much of a bulk is written at a time.
    pub(crate) fn piece(self) -> usize {
        match self {
            Self::Receive1 | Self::Send1 => 1024,
            _ => 16 * 1024,
        }
    }

    /// What one is counted in.
    #[cfg(feature = "comparison")]
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Receive16 | Self::Receive1 | Self::Send16 | Self::Send1 => "MiB",
            Self::FirstConnector | Self::NextConnector => "connector",
            _ => "connection",
        }
    }

    /// How many of them one turn takes.
    #[cfg(feature = "comparison")]
    pub(crate) fn amount(self, short: bool) -> u64 {
        match (self, short) {
            (Self::Full | Self::Remembered | Self::Resumed | Self::Hybrid, false) => 500,
            (Self::Full | Self::Remembered | Self::Resumed | Self::Hybrid, true) => 30,
            (Self::Receive16 | Self::Receive1 | Self::Send16 | Self::Send1, false) => 512,
            (Self::Receive16 | Self::Receive1 | Self::Send16 | Self::Send1, true) => 8,
            (Self::Idle, false) => 1000,
            (Self::Idle, true) => 100,
            (Self::FirstConnector, _) => 1,
            (Self::NextConnector, false) => 200,
            (Self::NextConnector, true) => 10,
        }
    }
}

impl Place {
    #[cfg(feature = "comparison")]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Loopback => "loopback",
            Self::Memory => "memory",
            Self::Nowhere => "",
        }
    }
}
