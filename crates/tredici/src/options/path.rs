//! Options that name a file to write.

use std::path::PathBuf;

#[cfg(feature = "serde")]
use serde_json::Value;

use super::{
    OptionKind,
    form::{Form, Place},
};
use crate::error::Error;

/// The name of a file; in JSON a string or `{"file": "..."}`.
pub(crate) struct FileName;

impl Form for FileName {
    type Value = PathBuf;
    const KIND: OptionKind = OptionKind::File;

    fn is_absent(path: &PathBuf) -> bool {
        path.as_os_str().is_empty()
    }

    fn check(path: &PathBuf, place: &Place<'_>) -> Result<(), Error> {
        match path.as_os_str().as_encoded_bytes().contains(&0) {
            true => Err(place.wrong_value("must not contain a NUL")),
            false => Ok(()),
        }
    }

    #[cfg(feature = "serde")]
    fn absent_in_json(json: &Value) -> bool {
        json.is_null() || json == ""
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<PathBuf, Error> {
        let name = match json.as_object().filter(|object| object.len() == 1).and_then(|it| it.get("file")) {
            Some(name) => place.key("file").text(name)?,
            None => json.as_str().ok_or_else(|| place.wrong_type(json, r#"a string or {"file":"..."}"#))?,
        };
        Ok(place.file(name))
    }
}
