//! Versions of TLS.

use std::{fmt, str::FromStr};

#[cfg(feature = "serde")]
use serde_json::Value;

#[cfg(feature = "serde")]
use super::form::{Place, shown};
use super::{OptionKind, form::Form};
use crate::error::Error;

/// A version of TLS. Displayed and parsed as Node spells it: `TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.0 (RFC 2246), deprecated by RFC 8996.
    Tls1_0,
    /// TLS 1.1 (RFC 4346), deprecated by RFC 8996.
    Tls1_1,
    /// TLS 1.2 (RFC 5246).
    Tls1_2,
    /// TLS 1.3 (RFC 8446).
    Tls1_3,
}

impl TlsVersion {
    const NAMES: [&'static str; 4] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
    const ALL: [Self; 4] = [Self::Tls1_0, Self::Tls1_1, Self::Tls1_2, Self::Tls1_3];

    /// The name that Node has for it.
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str() == name)
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Code `ERR_TLS_INVALID_PROTOCOL_VERSION` for anything but the four names.
impl FromStr for TlsVersion {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::from_name(name).ok_or_else(|| invalid(format_args!("{name:?}"), "", "it"))
    }
}

fn invalid(what: impl fmt::Display, bound: &str, place: impl fmt::Display) -> Error {
    let message = format!("{what} is not a valid {bound}TLS protocol version");
    Error::invalid("ERR_TLS_INVALID_PROTOCOL_VERSION", message)
        .with_hint(format!("{place} is one of TLSv1, TLSv1.1, TLSv1.2 and TLSv1.3"))
}

#[cfg(feature = "serde")]
impl serde::Serialize for TlsVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The oldest version to speak.
pub(crate) struct MinVersion;

/// The newest version to speak.
pub(crate) struct MaxVersion;

impl Form for MinVersion {
    type Value = TlsVersion;
    const KIND: OptionKind = OptionKind::Choice(&TlsVersion::NAMES);

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<TlsVersion, Error> {
        read(json, "minimum ", place)
    }
}

impl Form for MaxVersion {
    type Value = TlsVersion;
    const KIND: OptionKind = OptionKind::Choice(&TlsVersion::NAMES);

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<TlsVersion, Error> {
        read(json, "maximum ", place)
    }
}

/// Node has one code and one text for whatever is no version, whichever type it has.
#[cfg(feature = "serde")]
fn read(json: &Value, bound: &str, place: &Place<'_>) -> Result<TlsVersion, Error> {
    let version = json.as_str().and_then(TlsVersion::from_name);
    version.ok_or_else(|| invalid(shown(json), bound, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_order() {
        for (version, name) in TlsVersion::ALL.into_iter().zip(TlsVersion::NAMES) {
            assert_eq!(version.to_string(), name);
            assert_eq!(name.parse::<TlsVersion>().unwrap(), version);
        }
        assert!(TlsVersion::ALL.is_sorted());
        let error = "SSLv3".parse::<TlsVersion>().expect_err("no version of TLS");
        assert_eq!(error.code(), "ERR_TLS_INVALID_PROTOCOL_VERSION");
        assert!(error.message().starts_with(r#""SSLv3" is not a valid TLS protocol version"#));
    }
}
