//! Pins as an option.

#[cfg(feature = "serde")]
use serde_json::Value;

#[cfg(feature = "serde")]
use super::form::Place;
use super::{OptionKind, form::Form};
#[cfg(feature = "serde")]
use crate::error::Error;
use crate::verify::Pins;

/// The form of the option `pins`: a list is never empty, and every pin in it was read.
pub(crate) struct PinList;

impl Form for PinList {
    type Value = Pins;
    const KIND: OptionKind = OptionKind::List;

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Pins, Error> {
        let list = match json {
            Value::Array(list) => list,
            Value::String(text) => {
                return Pins::new([text]).map_err(|error| place.wrong_value(format_args!("is a {error}")));
            }
            _ => return Err(place.wrong_type(json, "a pin, or an array of pins")),
        };
        let texts = list.iter().enumerate().map(|(at, json)| place.index(at).text(json));
        let texts = texts.collect::<Result<Vec<_>, _>>()?;
        Pins::new(texts).map_err(|error| match error.index() {
            Some(at) => place.index(at).wrong_value(format_args!("is a {error}")),
            None => place.wrong_value(format_args!("must not be empty: {error}")),
        })
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        text.split(',').map(Value::from).collect()
    }
}
