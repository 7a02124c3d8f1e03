//! What every kind of value must be able to do, and the place where a value stands.

#[cfg(feature = "serde")]
use std::path::PathBuf;
use std::{fmt, path::Path};

use super::OptionKind;
use crate::error::Error;

/// How one kind of value is described, judged and, from JSON or from a flag, read.
pub(crate) trait Form {
    type Value: Clone + fmt::Debug + Send + Sync;

    const KIND: OptionKind;

    /// Whether this value says the same as none at all, as `''` does in Node.
    fn is_absent(_value: &Self::Value) -> bool {
        false
    }

    /// Judges a value that its Rust type alone does not make right.
    fn check(_value: &Self::Value, _place: &Place<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// The same for JSON whose type has no value for it.
    #[cfg(feature = "serde")]
    fn absent_in_json(json: &serde_json::Value) -> bool {
        json.is_null()
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &serde_json::Value, place: &Place<'_>) -> Result<Self::Value, Error>;

    /// The JSON value that the text of a flag stands for; what cannot be one is left for `from_json` to refuse.
    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> serde_json::Value {
        text.into()
    }
}

pub(super) fn given<F: Form>(value: F::Value) -> Option<F::Value> {
    Some(value).filter(|value| !F::is_absent(value))
}

#[cfg(feature = "serde")]
pub(super) fn read<F: Form>(json: &serde_json::Value, place: &Place<'_>) -> Result<Option<F::Value>, Error> {
    if F::absent_in_json(json) {
        return Ok(None);
    }
    let value = given::<F>(F::from_json(json, place)?);
    if let Some(value) = &value {
        F::check(value, place)?;
    }
    Ok(value)
}

/// Where a value stands, for messages: `options.ALPNProtocols[1]`, or `--alpn-protocols`.
pub(crate) struct Place<'a> {
    path: String,
    /// What file names in JSON are relative to.
    base: &'a Path,
}

impl Place<'static> {
    pub(crate) fn option(name: &str) -> Self {
        Self::new(format!("options.{name}"))
    }

    pub(super) fn new(path: String) -> Self {
        Self { path, base: Path::new("") }
    }
}

impl Place<'_> {
    pub(crate) fn index(&self, index: usize) -> Self {
        Self { path: format!("{}[{index}]", self.path), base: self.base }
    }

    pub(crate) fn wrong_value(&self, problem: impl fmt::Display) -> Error {
        Error::invalid("ERR_INVALID_ARG_VALUE", format!("{self} {problem}"))
    }

    pub(crate) fn out_of_range(&self, problem: impl fmt::Display) -> Error {
        Error::invalid("ERR_OUT_OF_RANGE", format!("{self} {problem}"))
    }
}

#[cfg(feature = "serde")]
impl<'a> Place<'a> {
    pub(super) fn in_json(name: &str, base: &'a Path) -> Self {
        Self { path: format!("options.{name}"), base }
    }

    pub(crate) fn key(&self, key: &str) -> Self {
        Self { path: format!("{}.{}", self.path, shorten(key).escape_debug()), base: self.base }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.base.join(name)
    }

    /// Names the type that came, never the value: it could be a secret.
    pub(crate) fn wrong_type(&self, json: &serde_json::Value, wanted: &str) -> Error {
        Error::invalid("ERR_INVALID_ARG_TYPE", format!("{self} must be {wanted}, not {}", type_of(json)))
    }

    pub(crate) fn text<'t>(&self, json: &'t serde_json::Value) -> Result<&'t str, Error> {
        json.as_str().ok_or_else(|| self.wrong_type(json, "a string"))
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

/// A value that is no secret, as a message shows it.
#[cfg(feature = "serde")]
pub(super) fn shown(json: &serde_json::Value) -> String {
    match json {
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => type_of(json).to_owned(),
        _ => shorten(&json.to_string()).to_owned(),
    }
}

/// As much of a text as belongs in a message of one line.
#[cfg(feature = "serde")]
pub(super) fn shorten(text: &str) -> &str {
    &text[..text.floor_char_boundary(64)]
}

#[cfg(feature = "serde")]
pub(super) fn type_of(json: &serde_json::Value) -> &'static str {
    match json {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "a boolean",
        serde_json::Value::Number(_) => "a number",
        serde_json::Value::String(_) => "a string",
        serde_json::Value::Array(_) => "an array",
        serde_json::Value::Object(_) => "an object",
    }
}
