//! Options that are one of a few words.

use std::fmt;

#[cfg(feature = "serde")]
use serde_json::Value;

use super::{AddressFamily, OptionKind, form::Form};
#[cfg(feature = "serde")]
use super::{
    form::{Place, shown},
    json::nearest,
};
#[cfg(feature = "serde")]
use crate::error::Error;

/// Which TLS engine does the work. An addition of ours.
///
/// It is decided once, when a connector or listener is built, from the options alone: never by what a peer says, and
/// never as a second try. What is not given means the same on every engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Engine {
    /// rustls where it is built in and honours every given option exactly, else OpenSSL.
    #[default]
    Auto,
    /// OpenSSL (feature `openssl`): every option.
    OpenSsl,
    /// rustls (feature `rustls`): what it can honour exactly, as [`OptionRow::limit`](super::OptionRow::limit) says;
    /// anything else is an error.
    Rustls,
}

impl Engine {
    const NAMES: [&'static str; 3] = ["auto", "openssl", "rustls"];

    /// The name in options and reports: `auto`, `openssl` or `rustls`.
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Form for Engine {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Choice(&Self::NAMES);

    fn is_absent(engine: &Self) -> bool {
        *engine == Self::Auto
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        choose(json, place, &Self::NAMES, &[Self::Auto, Self::OpenSsl, Self::Rustls])
    }
}

/// Whose certificate authorities are trusted where `ca` names none. An addition of ours, in the terms of
/// Node's `tls.getCACertificates()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum CaStore {
    /// Mozilla's, as they were when this library was built.
    #[default]
    Bundled,
    /// The operating system's, as they are when a connector or listener is built.
    System,
}

impl CaStore {
    const NAMES: [&'static str; 2] = ["bundled", "system"];

    /// The name in options: `bundled` or `system`.
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl fmt::Display for CaStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Form for CaStore {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Choice(&Self::NAMES);

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        choose(json, place, &Self::NAMES, &[Self::Bundled, Self::System])
    }
}

/// Which family's addresses lead where a name has addresses of both. Node's `--dns-result-order`, and the `order` of its
/// `dns.lookup()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum DnsResultOrder {
    /// That of the first address that the lookup tells.
    #[default]
    Verbatim,
    /// IPv4's.
    Ipv4First,
    /// IPv6's.
    Ipv6First,
}

impl DnsResultOrder {
    const NAMES: [&'static str; 3] = ["verbatim", "ipv4first", "ipv6first"];

    /// The name in options: `verbatim`, `ipv4first` or `ipv6first`.
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The family that leads, whatever is told first.
    pub(crate) fn leading(self) -> Option<AddressFamily> {
        match self {
            Self::Verbatim => None,
            Self::Ipv4First => Some(AddressFamily::V4),
            Self::Ipv6First => Some(AddressFamily::V6),
        }
    }
}

impl fmt::Display for DnsResultOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Form for DnsResultOrder {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Choice(&Self::NAMES);

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        choose(json, place, &Self::NAMES, &[Self::Verbatim, Self::Ipv4First, Self::Ipv6First])
    }
}

/// What came is not one of these names, but may be like one.
#[cfg(feature = "serde")]
pub(super) fn none_of(names: &[&str], json: &Value, place: &Place<'_>) -> Error {
    let error = place.wrong_value(format_args!("must be one of {}, not {}", names.join(", "), shown(json)));
    match json.as_str().and_then(|name| nearest(name, names.iter().copied())) {
        Some(near) => error.with_hint(format!("did you mean {near}?")),
        None => error,
    }
}

#[cfg(feature = "serde")]
fn choose<T: Copy>(json: &Value, place: &Place<'_>, names: &[&str], values: &[T]) -> Result<T, Error> {
    let name = place.text(json)?;
    let chosen = names.iter().zip(values).find(|(known, _)| **known == name);
    chosen.map(|(_, &value)| value).ok_or_else(|| none_of(names, json, place))
}
