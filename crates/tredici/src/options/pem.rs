//! Certificates and keys in PEM, by value or by file name.

mod placed;

use std::{fmt, path::PathBuf};

#[cfg(feature = "serde")]
use serde_json::Value;
use zeroize::Zeroizing;

#[cfg(feature = "serde")]
use super::bytes::files_from_flag;
use super::{
    OptionKind,
    bytes::Bytes,
    form::{Form, Place},
};
use crate::error::Error;

pub(crate) use placed::PlacedPem;

/// PEM text (RFC 7468), or the name of a file that holds it.
///
/// A string is the text itself; a file is named with [`Pem::file`] and read when a connector or listener is
/// built from the options. What was given in memory is zeroed when dropped, and `Debug` shows only the source.
///
/// An error about its content names the option and the file: `options.ca (file ca.pem) holds no certificate in PEM form`.
///
/// ```
/// use tredici::{ConnectOptions, Pem};
///
/// let from_file = ConnectOptions::new().ca(Pem::file("ca.pem"));
/// let from_text = ConnectOptions::new().ca("-----BEGIN CERTIFICATE-----\n...");
/// ```
#[derive(Clone)]
pub struct Pem(Bytes);

impl Pem {
    /// Names a file; nothing is opened yet. A relative name is relative to the current directory.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Bytes::File(path.into()))
    }

    /// Takes the PEM text as bytes.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Bytes::from(bytes.into()))
    }

    /// The text; `option` is the documented name of the option that wants it, for the error.
    pub(crate) fn load(&self, option: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.0.load(option)
    }

    pub(super) fn is_file(&self) -> bool {
        matches!(self.0, Bytes::File(_))
    }

    #[cfg(feature = "serde")]
    pub(super) fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        Bytes::from_json(json, place).map(Self)
    }
}

/// Where it comes from: `file ca.pem`, or `1204 bytes`.
impl fmt::Display for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pem({})", self.0)
    }
}

impl From<&str> for Pem {
    fn from(text: &str) -> Self {
        Self::bytes(text)
    }
}

impl From<&String> for Pem {
    fn from(text: &String) -> Self {
        Self::bytes(text.as_str())
    }
}

impl From<String> for Pem {
    fn from(text: String) -> Self {
        Self::bytes(text)
    }
}

impl From<&[u8]> for Pem {
    fn from(bytes: &[u8]) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Vec<u8>> for Pem {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

/// One PEM or several: certificate authorities, or one certificate chain for each identity.
#[derive(Clone)]
pub struct PemList(Vec<Pem>);

impl PemList {
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Pem> {
        self.0.iter()
    }

    /// Each with its place in this option.
    pub(crate) fn placed(&self, option: &'static str) -> impl Iterator<Item = PlacedPem<'_>> {
        PlacedPem::all(option, self.iter())
    }
}

impl fmt::Debug for PemList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<P: Into<Pem>> From<P> for PemList {
    fn from(pem: P) -> Self {
        Self(vec![pem.into()])
    }
}

impl<P: Into<Pem>> From<Vec<P>> for PemList {
    fn from(pems: Vec<P>) -> Self {
        Self(pems.into_iter().map(Into::into).collect())
    }
}

impl<P: Into<Pem>, const N: usize> From<[P; N]> for PemList {
    fn from(pems: [P; N]) -> Self {
        Self(pems.into_iter().map(Into::into).collect())
    }
}

impl Form for PemList {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Files;

    /// Node's `''`. An empty array is something else: trust in nobody, or an identity that is none. In Rust nobody writes
    /// either to leave the option out.
    #[cfg(feature = "serde")]
    fn absent_in_json(json: &Value) -> bool {
        json.is_null() || json == ""
    }

    fn check(list: &Self, place: &Place<'_>) -> Result<(), Error> {
        match list.0.is_empty() {
            true => Err(place.wrong_value("must not be an empty array; leave it out for the default")),
            false => Ok(()),
        }
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        let Value::Array(list) = json else {
            return Pem::from_json(json, place).map(Self::from);
        };
        let pem = |(at, json)| Pem::from_json(json, &place.index(at));
        list.iter().enumerate().map(pem).collect::<Result<_, _>>().map(Self)
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        files_from_flag(text)
    }
}
