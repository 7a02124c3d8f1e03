//! Private keys, each with the passphrase that opens it.

use std::fmt;

#[cfg(feature = "serde")]
use serde_json::Value;

#[cfg(feature = "serde")]
use super::bytes::files_from_flag;
use super::{
    OptionKind, Pem, Secret,
    form::{Form, Place},
    pem::PlacedPem,
};
use crate::error::Error;

/// A private key in PEM, with its own passphrase where it has one: Node's `{pem, passphrase}`.
///
/// ```
/// use tredici::{ConnectOptions, Pem, PrivateKey};
///
/// let options = ConnectOptions::new()
///     .cert(Pem::file("client.pem"))
///     .key(PrivateKey::new(Pem::file("client.key")).passphrase("correct horse"));
/// ```
#[derive(Debug, Clone)]
pub struct PrivateKey {
    pem: Pem,
    passphrase: Option<Secret>,
}

impl PrivateKey {
    /// A key without a passphrase of its own; an encrypted one is then opened with the option `passphrase`.
    pub fn new(pem: impl Into<Pem>) -> Self {
        Self { pem: pem.into(), passphrase: None }
    }

    /// The passphrase of this key alone.
    #[must_use]
    pub fn passphrase(mut self, passphrase: impl Into<Secret>) -> Self {
        self.passphrase = Some(passphrase.into());
        self
    }

    pub(super) fn pem(&self) -> &Pem {
        &self.pem
    }

    /// Its own passphrase; where it has none, the option `passphrase` is to be tried.
    pub(crate) fn own_passphrase(&self) -> Option<&Secret> {
        self.passphrase.as_ref()
    }
}

impl<P: Into<Pem>> From<P> for PrivateKey {
    fn from(pem: P) -> Self {
        Self::new(pem)
    }
}

/// One private key or several, in the order of the certificates in `cert`.
#[derive(Clone)]
pub struct PrivateKeys(Vec<PrivateKey>);

impl PrivateKeys {
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &PrivateKey> {
        self.0.iter()
    }

    /// Each with its place in this option.
    pub(crate) fn placed(&self, option: &'static str) -> impl Iterator<Item = (&PrivateKey, PlacedPem<'_>)> {
        self.iter().zip(PlacedPem::all(option, self.iter().map(PrivateKey::pem)))
    }
}

impl fmt::Debug for PrivateKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<K: Into<PrivateKey>> From<K> for PrivateKeys {
    fn from(key: K) -> Self {
        Self(vec![key.into()])
    }
}

impl<K: Into<PrivateKey>> From<Vec<K>> for PrivateKeys {
    fn from(keys: Vec<K>) -> Self {
        Self(keys.into_iter().map(Into::into).collect())
    }
}

impl<K: Into<PrivateKey>, const N: usize> From<[K; N]> for PrivateKeys {
    fn from(keys: [K; N]) -> Self {
        Self(keys.into_iter().map(Into::into).collect())
    }
}

impl Form for PrivateKeys {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Files;

    #[cfg(feature = "serde")]
    fn absent_in_json(json: &Value) -> bool {
        json.is_null() || json == ""
    }

    fn check(keys: &Self, place: &Place<'_>) -> Result<(), Error> {
        match keys.0.is_empty() {
            true => Err(place.wrong_value("must not be an empty array; leave it out for none")),
            false => Ok(()),
        }
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        let Value::Array(list) = json else {
            return key_from_json(json, place).map(Self::from);
        };
        let key = |(at, json)| key_from_json(json, &place.index(at));
        list.iter().enumerate().map(key).collect::<Result<_, _>>().map(Self)
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        files_from_flag(text)
    }
}

#[cfg(feature = "serde")]
fn key_from_json(json: &Value, place: &Place<'_>) -> Result<PrivateKey, Error> {
    let Some((object, pem)) = json.as_object().and_then(|object| Some((object, object.get("pem")?))) else {
        return Pem::from_json(json, place).map(PrivateKey::new);
    };
    if let Some(key) = object.keys().find(|key| !matches!(key.as_str(), "pem" | "passphrase")) {
        return Err(place.key(key).wrong_value("is not known here: a key has a pem and a passphrase"));
    }
    let key = PrivateKey::new(Pem::from_json(pem, &place.key("pem"))?);
    match object.get("passphrase") {
        None | Some(Value::Null) => Ok(key),
        Some(passphrase) => Ok(key.passphrase(Secret::from_json(passphrase, &place.key("passphrase"))?)),
    }
}
