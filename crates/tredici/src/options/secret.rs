//! A text that is not to be seen.

use std::fmt;

#[cfg(feature = "serde")]
use serde_json::Value;
use zeroize::Zeroizing;

#[cfg(feature = "serde")]
use super::form::Place;
use super::{OptionKind, form::Form};
#[cfg(feature = "serde")]
use crate::error::Error;

/// A passphrase: zeroed when dropped, never shown by `Debug`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Form for Secret {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Secret;

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        place.text(json).map(Self::from)
    }
}
