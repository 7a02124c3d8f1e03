//! Options that are a length of time: milliseconds in JSON.

use std::time::Duration;

#[cfg(feature = "serde")]
use serde_json::Value;

use super::{
    OptionKind,
    form::{Form, Place},
};
#[cfg(feature = "serde")]
use super::{
    form::{shown, type_of},
    scalar::{integer, number},
};
use crate::error::Error;

/// A deadline; undici refuses what is not a finite number of milliseconds from 0.
pub(crate) struct Timeout;

impl Form for Timeout {
    type Value = Duration;
    const KIND: OptionKind = OptionKind::Duration;

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Duration, Error> {
        json.as_f64().and_then(milliseconds).ok_or_else(|| {
            let came = if json.is_number() { json.to_string() } else { type_of(json).to_owned() };
            let problem = format!("{place} must be a number of milliseconds, 0 or more, not {came}");
            Error::invalid("UND_ERR_INVALID_ARG", problem)
        })
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        with_unit(text).unwrap_or_else(|| text.into())
    }
}

/// A deadline for a part of the way; 0 is the same as none.
pub(crate) struct PartTimeout;

impl Form for PartTimeout {
    type Value = Duration;
    const KIND: OptionKind = OptionKind::Duration;

    fn is_absent(limit: &Duration) -> bool {
        limit.is_zero()
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Duration, Error> {
        Timeout::from_json(json, place)
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        Timeout::from_flag(text)
    }
}

/// A whole number of milliseconds within bounds.
pub(crate) struct Milliseconds<const LEAST: u32, const MOST: u32>;

impl<const LEAST: u32, const MOST: u32> Form for Milliseconds<LEAST, MOST> {
    type Value = Duration;
    const KIND: OptionKind = OptionKind::Duration;

    fn check(time: &Duration, place: &Place<'_>) -> Result<(), Error> {
        match (u128::from(LEAST)..=u128::from(MOST)).contains(&time.as_millis()) {
            true => Ok(()),
            false => Err(place.out_of_range(format_args!("must be from {LEAST} to {MOST} ms, not {time:?}"))),
        }
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Duration, Error> {
        if !json.is_number() {
            return Err(place.wrong_type(json, "a number of milliseconds"));
        }
        let whole = integer(json).and_then(|number| u64::try_from(number).ok());
        whole.map(Duration::from_millis).ok_or_else(|| {
            let problem = format_args!("must be a whole number from {LEAST} to {MOST}, not {}", shown(json));
            place.out_of_range(problem)
        })
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        Timeout::from_flag(text)
    }
}

/// A delay; Node takes a negative one for none.
pub(crate) struct Delay;

/// What Linux takes.
const LONGEST_DELAY: Duration = Duration::from_secs(32_767);

impl Form for Delay {
    type Value = Duration;
    const KIND: OptionKind = OptionKind::Duration;

    fn check(delay: &Duration, place: &Place<'_>) -> Result<(), Error> {
        match *delay <= LONGEST_DELAY {
            true => Ok(()),
            false => Err(place
                .out_of_range(format_args!("must be at most {} s, not {delay:?}", LONGEST_DELAY.as_secs()))),
        }
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Duration, Error> {
        let number = json.as_f64().ok_or_else(|| place.wrong_type(json, "a number of milliseconds"))?;
        milliseconds(number.max(0.0)).ok_or_else(|| place.out_of_range("is more than a clock can count"))
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        Timeout::from_flag(text)
    }
}

#[cfg(feature = "serde")]
fn milliseconds(number: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(number / 1000.0).ok()
}

/// `400ms`, `2s`, `5m`, `1h`, or bare milliseconds.
#[cfg(feature = "serde")]
fn with_unit(text: &str) -> Option<Value> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" => return Some(number(text)),
        "ms" => 1.0,
        "s" => 1000.0,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return None,
    };
    serde_json::Number::from_f64(digits.parse::<f64>().ok()? * unit).map(Value::Number)
}
