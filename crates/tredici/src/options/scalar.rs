//! Options that are one plain value: switches, numbers, texts and addresses.

use std::{fmt, net::IpAddr};

#[cfg(feature = "serde")]
use serde_json::Value;

#[cfg(feature = "serde")]
use super::form::{shown, type_of};
use super::{
    OptionKind,
    form::{Form, Place},
};
use crate::{error::Error, target::SocketPath};

/// `true` or `false`; nothing else is taken for one of them.
pub(crate) struct Boolean;

impl Form for Boolean {
    type Value = bool;
    const KIND: OptionKind = OptionKind::Boolean;

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<bool, Error> {
        json.as_bool().ok_or_else(|| place.wrong_type(json, "true or false"))
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        text.parse::<bool>().map_or_else(|_| text.into(), Value::Bool)
    }
}

/// A switch of undici's, which has its own code and words for a wrong one.
pub(crate) struct UndiciBoolean;

impl Form for UndiciBoolean {
    type Value = bool;
    const KIND: OptionKind = OptionKind::Boolean;

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<bool, Error> {
        let wrong = || {
            let problem = format!("{place} must be a valid boolean value, not {}", type_of(json));
            Error::invalid("UND_ERR_INVALID_ARG", problem)
        };
        json.as_bool().ok_or_else(wrong)
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        Boolean::from_flag(text)
    }
}

/// How many sessions a cache holds.
pub(crate) struct CacheSize;

impl Form for CacheSize {
    type Value = usize;
    const KIND: OptionKind = OptionKind::Integer;

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<usize, Error> {
        let size = integer(json).and_then(|number| usize::try_from(number).ok());
        size.ok_or_else(|| {
            Error::invalid("UND_ERR_INVALID_ARG", format!("{place} must be a positive integer or zero"))
        })
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        number(text)
    }
}

/// The byte that is the IP header's type of service.
pub(crate) struct ServiceType;

impl Form for ServiceType {
    type Value = u8;
    const KIND: OptionKind = OptionKind::Integer;

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<u8, Error> {
        if !json.is_number() {
            return Err(place.wrong_type(json, "an integer from 0 to 255"));
        }
        let octet = integer(json).and_then(|number| u8::try_from(number).ok());
        octet.ok_or_else(|| {
            place.out_of_range(format_args!("must be an integer from 0 to 255, not {}", shown(json)))
        })
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        number(text)
    }
}

/// A whole number within bounds.
pub(crate) struct Whole<const LEAST: u32, const MOST: u32>;

impl<const LEAST: u32, const MOST: u32> Whole<LEAST, MOST> {
    fn out_of_range(place: &Place<'_>, came: impl fmt::Display) -> Error {
        place.out_of_range(format_args!("must be an integer from {LEAST} to {MOST}, not {came}"))
    }
}

impl<const LEAST: u32, const MOST: u32> Form for Whole<LEAST, MOST> {
    type Value = u32;
    const KIND: OptionKind = OptionKind::Integer;

    fn check(number: &u32, place: &Place<'_>) -> Result<(), Error> {
        match (LEAST..=MOST).contains(number) {
            true => Ok(()),
            false => Err(Self::out_of_range(place, number)),
        }
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<u32, Error> {
        if !json.is_number() {
            return Err(place.wrong_type(json, "an integer"));
        }
        let whole = integer(json).and_then(|number| u32::try_from(number).ok());
        whole.ok_or_else(|| Self::out_of_range(place, shown(json)))
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        number(text)
    }
}

/// A port, as a number or in decimal digits.
pub(crate) struct Port;

impl Form for Port {
    type Value = u16;
    const KIND: OptionKind = OptionKind::Integer;

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<u16, Error> {
        let port = match json {
            Value::Number(_) => integer(json).and_then(|number| u16::try_from(number).ok()),
            Value::String(text) => decimal(text.trim()),
            _ => return Err(place.wrong_type(json, "a port: a number or a string of digits")),
        };
        port.ok_or_else(|| {
            Error::invalid(
                "ERR_SOCKET_BAD_PORT",
                format!("{place} must be from 0 to 65535, not {}", shown(json)),
            )
        })
    }
}

/// An IP address.
pub(crate) struct Address;

impl Form for Address {
    type Value = IpAddr;
    const KIND: OptionKind = OptionKind::Address;

    #[cfg(feature = "serde")]
    fn absent_in_json(json: &Value) -> bool {
        json.is_null() || json == ""
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<IpAddr, Error> {
        json.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| {
            Error::invalid(
                "ERR_INVALID_IP_ADDRESS",
                format!("{place} must be an IP address, not {}", shown(json)),
            )
        })
    }
}

/// A text that ends up where a NUL would end it early.
pub(crate) struct Text;

impl Form for Text {
    type Value = String;
    const KIND: OptionKind = OptionKind::Text;

    fn is_absent(text: &String) -> bool {
        text.is_empty()
    }

    fn check(text: &String, place: &Place<'_>) -> Result<(), Error> {
        match text.contains('\0') {
            true => Err(place.wrong_value("must not contain a NUL")),
            false => Ok(()),
        }
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<String, Error> {
        place.text(json).map(str::to_owned)
    }
}

/// The name of a network device.
pub(crate) struct Device;

/// Of which the system would cut off the rest (`IFNAMSIZ`).
const LONGEST_DEVICE: usize = 15;

impl Form for Device {
    type Value = String;
    const KIND: OptionKind = OptionKind::Text;

    fn is_absent(name: &String) -> bool {
        name.is_empty()
    }

    fn check(name: &String, place: &Place<'_>) -> Result<(), Error> {
        Text::check(name, place)?;
        match name.len() <= LONGEST_DEVICE {
            true => Ok(()),
            false => Err(place.wrong_value(format_args!("must be at most {LONGEST_DEVICE} bytes long"))),
        }
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<String, Error> {
        Text::from_json(json, place)
    }
}

impl Form for SocketPath {
    type Value = Self;
    const KIND: OptionKind = OptionKind::SocketPath;

    fn is_absent(path: &Self) -> bool {
        path.is_empty()
    }

    fn check(path: &Self, place: &Place<'_>) -> Result<(), Error> {
        match path {
            Self::Path(path) if path.as_os_str().as_encoded_bytes().contains(&0) => {
                Err(place.wrong_value("must not contain a NUL except in front, for an abstract name"))
            }
            _ => Ok(()),
        }
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        place.text(json).map(Self::from)
    }
}

/// A whole number however it is written: JSON does not tell 3 from 3.0, and neither does Node.
#[cfg(feature = "serde")]
pub(super) fn integer(json: &Value) -> Option<i64> {
    let exact = |number: f64| number.fract() == 0.0 && number.abs() < 9e15;
    json.as_i64().or_else(|| json.as_f64().filter(|&number| exact(number)).map(|number| number as i64))
}

#[cfg(feature = "serde")]
fn decimal(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(feature = "serde")]
pub(super) fn number(text: &str) -> Value {
    text.parse::<serde_json::Number>().map_or_else(|_| text.into(), Value::Number)
}
