//! Bytes that are in memory or in a file, in all the forms that JSON has for them.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

#[cfg(feature = "serde")]
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::form::Place;
use crate::error::{Error, ErrorKind, Phase, system_code};

/// No file that an option names is anywhere near this; what is longer is not what it should be.
const LONGEST_FILE: usize = 16 << 20;

/// Zeroed when the last clone is dropped; `Debug` tells where they come from and not what they are.
#[derive(Clone)]
pub(crate) enum Bytes {
    Memory(Arc<Zeroizing<Vec<u8>>>),
    File(PathBuf),
}

impl Bytes {
    /// The bytes, where they were given themselves.
    pub(super) fn in_memory(&self) -> Option<&[u8]> {
        match self {
            Self::Memory(bytes) => Some(bytes),
            Self::File(_) => None,
        }
    }

    /// The bytes themselves; `option` is the name of the option that wants them.
    pub(crate) fn load(&self, option: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        let path = match self {
            Self::Memory(bytes) => return Ok(Zeroizing::clone(bytes)),
            Self::File(path) => path,
        };
        let bytes = read(path).map_err(|error| {
            let message = format!("options.{option}: cannot read {}: {error}", path.display());
            Error::new(ErrorKind::InvalidOption, Phase::Options, system_code(&error), message)
                .with_source(error)
        })?;
        match bytes.len() > LONGEST_FILE {
            true => Err(Place::option(option).out_of_range(format_args!(
                "must be a file of at most {LONGEST_FILE} bytes: {} is longer",
                path.display()
            ))),
            false => Ok(bytes),
        }
    }
}

/// At most a byte more than the longest. Grown by hand: a vector that grows by itself leaves copies behind.
fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    let expected = usize::try_from(file.metadata()?.len()).unwrap_or(LONGEST_FILE).min(LONGEST_FILE);
    let mut bytes = Zeroizing::new(Vec::with_capacity(expected));
    let mut file = file.take(LONGEST_FILE as u64 + 1);
    let mut chunk = Zeroizing::new([0; 4096]);
    loop {
        let length = match file.read(&mut *chunk) {
            Ok(0) => return Ok(bytes),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if bytes.len() + length > bytes.capacity() {
            let mut longer = Zeroizing::new(Vec::with_capacity((bytes.len() + length) * 2));
            longer.extend_from_slice(&bytes);
            bytes = longer;
        }
        bytes.extend_from_slice(&chunk[..length]);
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Memory(Arc::new(Zeroizing::new(bytes)))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::File(path) => write!(f, "file {}", path.display()),
        }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{self}>")
    }
}

#[cfg(feature = "serde")]
pub(super) const BYTES: &str =
    r#"a string, a Buffer ({"type":"Buffer","data":[...]}), {"base64":"..."} or {"file":"..."}"#;

#[cfg(feature = "serde")]
impl Bytes {
    /// A string, as the bytes of its text; or the three objects.
    pub(crate) fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        match json {
            Value::String(text) => Ok(text.as_bytes().to_vec().into()),
            Value::Object(object) => {
                Self::from_object(object, place).unwrap_or_else(|| Err(place.wrong_type(json, BYTES)))
            }
            _ => Err(place.wrong_type(json, BYTES)),
        }
    }

    /// `None` where the object is none of the three.
    pub(crate) fn from_object(object: &Map<String, Value>, place: &Place<'_>) -> Option<Result<Self, Error>> {
        match (object.len(), object.get("type"), object.get("data")) {
            (2, Some(kind), Some(data)) if kind == "Buffer" => {
                return Some(buffer(data, &place.key("data")));
            }
            _ => {}
        }
        if object.len() != 1 {
            return None;
        }
        if let Some(text) = object.get("base64") {
            return Some(base64(text, &place.key("base64")));
        }
        object.get("file").map(|name| file(name, &place.key("file")))
    }
}

#[cfg(feature = "serde")]
fn buffer(data: &Value, place: &Place<'_>) -> Result<Bytes, Error> {
    let wanted = "an array of integers from 0 to 255";
    let numbers = data.as_array().ok_or_else(|| place.wrong_type(data, wanted))?;
    let octet = |number: &Value| number.as_u64().and_then(|number| u8::try_from(number).ok());
    let bytes: Option<Vec<u8>> = numbers.iter().map(octet).collect();
    bytes.map(Bytes::from).ok_or_else(|| place.wrong_value(format_args!("must be {wanted}")))
}

#[cfg(feature = "serde")]
fn base64(text: &Value, place: &Place<'_>) -> Result<Bytes, Error> {
    decode_base64(place.text(text)?, place).map(Bytes::from)
}

#[cfg(feature = "serde")]
pub(super) fn decode_base64(text: &str, place: &Place<'_>) -> Result<Vec<u8>, Error> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.decode(text).map_err(|_| place.wrong_value("is not base64 (RFC 4648 section 4)"))
}

#[cfg(feature = "serde")]
fn file(name: &Value, place: &Place<'_>) -> Result<Bytes, Error> {
    match place.text(name)? {
        "" => Err(place.wrong_value("must be the name of a file")),
        name if name.contains('\0') => Err(place.wrong_value("must not contain a NUL")),
        name => Ok(Bytes::File(place.file(name))),
    }
}

/// What a flag says of files: their names, separated with commas.
#[cfg(feature = "serde")]
pub(super) fn files_from_flag(text: &str) -> Value {
    text.split(',').map(file_from_flag).collect()
}

#[cfg(feature = "serde")]
pub(super) fn file_from_flag(name: &str) -> Value {
    serde_json::json!({ "file": name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_and_within_bounds() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/options");
        let table = Bytes::File(sources.join("table.rs")).load("ca").unwrap();
        assert_eq!(*table, include_bytes!("table.rs"));
        let error = Bytes::File(sources.join("none.rs")).load("ca").expect_err("it is not there");
        assert_eq!(
            (error.code(), error.kind(), error.phase()),
            ("ENOENT", ErrorKind::InvalidOption, Phase::Options)
        );
        assert!(std::error::Error::source(&error).is_some());
    }

    #[test]
    #[cfg(unix)]
    fn a_file_without_an_end_is_refused() {
        let error = Bytes::File("/dev/zero".into()).load("ca").expect_err("it does not end");
        assert_eq!(error.code(), "ERR_OUT_OF_RANGE");
        assert!(error.message().contains("options.ca") && error.message().contains("/dev/zero"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_that_does_not_tell_its_length_is_read_too() {
        let expected = std::fs::read("/proc/self/cmdline").unwrap();
        assert!(!expected.is_empty());
        assert_eq!(*Bytes::File("/proc/self/cmdline".into()).load("ca").unwrap(), expected);
    }
}
