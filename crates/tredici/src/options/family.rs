//! The option `family`.

#[cfg(feature = "serde")]
use serde_json::Value;

use super::{AddressFamily, OptionKind, form::Form};
#[cfg(feature = "serde")]
use super::{
    choice::none_of,
    form::Place,
    scalar::{integer, number},
};
#[cfg(feature = "serde")]
use crate::error::Error;

const NAMES: [&str; 5] = ["0", "4", "6", "IPv4", "IPv6"];

impl Form for AddressFamily {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Choice(&NAMES);

    fn is_absent(family: &Self) -> bool {
        *family == Self::Any
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        let chosen = match json {
            Value::Number(_) => integer(json).and_then(|number| match number {
                0 => Some(Self::Any),
                4 => Some(Self::V4),
                6 => Some(Self::V6),
                _ => None,
            }),
            Value::String(name) => match name.as_str() {
                "IPv4" => Some(Self::V4),
                "IPv6" => Some(Self::V6),
                _ => None,
            },
            _ => return Err(place.wrong_type(json, "0, 4, 6, \"IPv4\" or \"IPv6\"")),
        };
        chosen.ok_or_else(|| none_of(&NAMES, json, place))
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        number(text)
    }
}
