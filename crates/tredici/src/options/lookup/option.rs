//! The option `lookup`: a function, or in JSON a fixed list.

use std::{fmt, sync::Arc};

#[cfg(feature = "serde")]
use serde_json::Value;

#[cfg(feature = "serde")]
use super::FixedLookup;
use super::Lookup;
use crate::options::{OptionKind, form::Form};
#[cfg(feature = "serde")]
use crate::{
    error::Error,
    options::{form::Place, scalar::Address},
};

/// The option `lookup`.
#[derive(Clone)]
pub(crate) struct SharedLookup(pub(crate) Arc<dyn Lookup>);

impl<L: Lookup + 'static> From<L> for SharedLookup {
    fn from(lookup: L) -> Self {
        Self(Arc::new(lookup))
    }
}

impl fmt::Debug for SharedLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lookup(..)")
    }
}

impl Form for SharedLookup {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Addresses;

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        let wanted = "an object with an array of IP addresses for each name";
        let names = json.as_object().ok_or_else(|| place.wrong_type(json, wanted))?;
        let mut lookup = FixedLookup::new();
        for (name, addresses) in names {
            let place = place.key(name);
            let list = addresses
                .as_array()
                .ok_or_else(|| place.wrong_type(addresses, "an array of IP addresses"))?;
            let address = |(at, json)| Address::from_json(json, &place.index(at));
            lookup = lookup.with(name, list.iter().enumerate().map(address).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(lookup.into())
    }

    /// `name=address,address;name=address`
    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        let name = |entry: &str| {
            let (name, addresses) = entry.split_once('=')?;
            let addresses: Value = addresses.split(',').map(|address| Value::from(address.trim())).collect();
            Some((name.trim().to_owned(), addresses))
        };
        let names: Option<serde_json::Map<_, _>> = text.split(';').map(name).collect();
        names.map_or_else(|| text.into(), Value::Object)
    }
}
