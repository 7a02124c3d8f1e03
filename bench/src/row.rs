//! What is compared.

use serde::{Deserialize, Serialize};

use crate::contender::Name;

/// One kind of work for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Row {
    /// The first with its server: what is known of servers that were met before does not help.
    FirstHandshake,
    /// One more with the same server, in full.
    FullHandshake,
    ResumedHandshake,
    Receive,
    Send,
    Idle,
    FirstInMemory,
    FullInMemory,
    ResumedInMemory,
}

impl Row {
    pub(crate) const ALL: [Self; 9] = [
        Self::FirstHandshake,
        Self::FullHandshake,
        Self::ResumedHandshake,
        Self::Receive,
        Self::Send,
        Self::Idle,
        Self::FirstInMemory,
        Self::FullInMemory,
        Self::ResumedInMemory,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FirstHandshake => "first handshake",
            Self::FullHandshake => "full handshake",
            Self::ResumedHandshake => "resumed handshake",
            Self::Receive => "bulk receive",
            Self::Send => "bulk send",
            Self::Idle => "idle connection",
            Self::FirstInMemory => "first handshake, in memory",
            Self::FullInMemory => "full handshake, in memory",
            Self::ResumedInMemory => "resumed handshake, in memory",
        }
    }

    /// Who takes part. What undici probes by default costs system calls that a plain socket does not make: a
    /// handshake is measured with them and without.
    pub(crate) fn contenders(self) -> &'static [Name] {
        match self {
            Self::FirstHandshake | Self::FullHandshake | Self::ResumedHandshake => {
                &[Name::TokioOpenssl, Name::Tredici, Name::TrediciWithoutKeepAlive]
            }
            Self::Receive
            | Self::Send
            | Self::Idle
            | Self::FirstInMemory
            | Self::FullInMemory
            | Self::ResumedInMemory => &[Name::TokioOpenssl, Name::Tredici],
        }
    }

    /// What one is counted in.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::FirstHandshake
            | Self::FullHandshake
            | Self::ResumedHandshake
            | Self::Idle
            | Self::FirstInMemory
            | Self::FullInMemory
            | Self::ResumedInMemory => "connection",
            Self::Receive | Self::Send => "MiB",
        }
    }

    /// How many of them one turn takes.
    pub(crate) fn amount(self, short: bool) -> u64 {
        match (self, short) {
            (
                Self::FirstHandshake
                | Self::FullHandshake
                | Self::ResumedHandshake
                | Self::FirstInMemory
                | Self::FullInMemory
                | Self::ResumedInMemory,
                false,
            ) => 500,
            (
                Self::FirstHandshake
                | Self::FullHandshake
                | Self::ResumedHandshake
                | Self::FirstInMemory
                | Self::FullInMemory
                | Self::ResumedInMemory,
                true,
            ) => 30,
            (Self::Receive | Self::Send, false) => 512,
            (Self::Receive | Self::Send, true) => 16,
            (Self::Idle, false) => 1000,
            (Self::Idle, true) => 100,
        }
    }
}
