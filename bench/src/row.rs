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
}

impl Row {
    pub(crate) const ALL: [Self; 6] = [
        Self::FirstHandshake,
        Self::FullHandshake,
        Self::ResumedHandshake,
        Self::Receive,
        Self::Send,
        Self::Idle,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FirstHandshake => "first handshake",
            Self::FullHandshake => "full handshake",
            Self::ResumedHandshake => "resumed handshake",
            Self::Receive => "bulk receive",
            Self::Send => "bulk send",
            Self::Idle => "idle connection",
        }
    }

    /// Who takes part. What undici probes by default costs system calls that a plain socket does not make: a
    /// handshake is measured with them and without.
    pub(crate) fn contenders(self) -> &'static [Name] {
        match self {
            Self::FirstHandshake | Self::FullHandshake | Self::ResumedHandshake => {
                &[Name::TokioOpenssl, Name::Tredici, Name::TrediciWithoutKeepAlive]
            }
            Self::Receive | Self::Send | Self::Idle => &[Name::TokioOpenssl, Name::Tredici],
        }
    }

    /// What one is counted in.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::FirstHandshake | Self::FullHandshake | Self::ResumedHandshake | Self::Idle => "connection",
            Self::Receive | Self::Send => "MiB",
        }
    }

    /// How many of them one turn takes.
    pub(crate) fn amount(self, short: bool) -> u64 {
        match (self, short) {
            (Self::FirstHandshake | Self::FullHandshake | Self::ResumedHandshake, false) => 500,
            (Self::FirstHandshake | Self::FullHandshake | Self::ResumedHandshake, true) => 30,
            (Self::Receive | Self::Send, false) => 512,
            (Self::Receive | Self::Send, true) => 16,
            (Self::Idle, false) => 1000,
            (Self::Idle, true) => 100,
        }
    }
}
