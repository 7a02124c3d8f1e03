//! The options `blockList` and `allowList`.

#[cfg(feature = "serde")]
use serde_json::Value;

use super::Networks;
#[cfg(feature = "serde")]
use crate::options::form::shown;
use crate::{
    error::Error,
    options::{
        OptionKind,
        form::{Form, Place},
    },
};

impl Form for Networks {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Networks;

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        let Value::Array(rules) = json else { return read(json, place) };
        let mut networks = Self::new();
        for (at, rule) in rules.iter().enumerate() {
            networks.ranges.extend(read(rule, &place.index(at))?.ranges);
        }
        Ok(networks)
    }
}

/// One text, which may be a list; an error says where it stands.
#[cfg(feature = "serde")]
fn read(json: &Value, place: &Place<'_>) -> Result<Networks, Error> {
    let wanted = "a string or an array of strings with addresses, ranges, subnets or groups";
    let text = json.as_str().ok_or_else(|| place.wrong_type(json, wanted))?;
    text.parse::<Networks>().map_err(|error| {
        let message = format!("{place} cannot be {}: {}", shown(json), error.message());
        let placed = Error::invalid(error.code().to_owned(), message);
        match error.hint() {
            Some(hint) => placed.with_hint(hint.to_owned()),
            None => placed,
        }
    })
}

/// Networks of which an empty set would let nothing through.
pub(crate) struct AllowedNetworks;

impl Form for AllowedNetworks {
    type Value = Networks;
    const KIND: OptionKind = OptionKind::Networks;

    fn check(networks: &Networks, place: &Place<'_>) -> Result<(), Error> {
        match networks.is_empty() {
            true => Err(place.wrong_value("names no network, and so nothing could be connected to")),
            false => Ok(()),
        }
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Networks, Error> {
        Networks::from_json(json, place)
    }
}
