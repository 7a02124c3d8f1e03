//! What a lookup is asked.

use std::{fmt, net::SocketAddr};

use super::LookupHints;

/// What a [`Lookup`](crate::Lookup) is asked: the parameters of Node's `lookup` function.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LookupQuery {
    /// The name, as the target has it: in its ASCII form (IDNA), a final dot kept.
    pub hostname: String,
    /// The family of the addresses that are wanted. Addresses of another one are left out of the answer, so that a
    /// lookup may overlook this.
    pub family: AddressFamily,
    /// What the system's resolver is told beside.
    pub hints: LookupHints,
}

impl LookupQuery {
    /// Asks for all addresses of this name, without hints.
    pub fn new(hostname: impl Into<String>) -> Self {
        Self { hostname: hostname.into(), family: AddressFamily::Any, hints: LookupHints::default() }
    }

    /// Asks for the addresses of this family only.
    #[must_use]
    pub fn family(mut self, family: AddressFamily) -> Self {
        self.family = family;
        self
    }

    /// Gives these hints to the system's resolver.
    #[must_use]
    pub fn hints(mut self, hints: LookupHints) -> Self {
        self.hints = hints;
        self
    }
}

/// A version of the Internet Protocol: Node's `family`, which is 0, 4 or 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AddressFamily {
    /// Either: 0.
    #[default]
    Any,
    /// IPv4: 4.
    V4,
    /// IPv6: 6.
    V6,
}

impl AddressFamily {
    /// Whether this address is of the family.
    pub fn includes(self, address: &SocketAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }
}

/// `IP`, `IPv4` or `IPv6`.
impl fmt::Display for AddressFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "IP",
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        })
    }
}
