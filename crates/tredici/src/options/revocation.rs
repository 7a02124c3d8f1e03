//! Lists of revoked certificates as an option.

#[cfg(feature = "serde")]
use serde_json::Value;

use super::{
    OptionKind, PemList,
    form::{Form, Place},
};
use crate::error::Error;

/// The form of the option `crl`: as `ca`, but that in JSON, too, an empty text is no way to leave it out.
pub(crate) struct RevocationLists;

impl Form for RevocationLists {
    type Value = PemList;
    const KIND: OptionKind = OptionKind::Files;

    fn check(list: &PemList, place: &Place<'_>) -> Result<(), Error> {
        PemList::check(list, place)
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<PemList, Error> {
        PemList::from_json(json, place)
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        PemList::from_flag(text)
    }
}
