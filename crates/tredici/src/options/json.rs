//! Options from a JSON object, and from flags.

mod once;

use std::path::Path;

use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

use once::Once;

use super::{
    ConnectOptions, ListenOptions, OPTIONS, OptionKind, OptionRow,
    form::{Place, shorten, type_of},
    table::Values,
};
use crate::error::{Error, system_code};

impl ConnectOptions {
    /// Reads options from the text of a JSON object with the names of Node's and undici's documentation.
    ///
    /// ```
    /// let options = tredici::ConnectOptions::from_json(
    ///     r#"{"ca": {"file": "ca.pem"}, "ALPNProtocols": ["h2"], "maxCachedSessions": 50, "timeout": 5000}"#,
    /// )?;
    /// # Ok::<(), tredici::Error>(())
    /// ```
    ///
    /// `null` is the same as leaving the option out. What is bytes in Node is a string (PEM text or a protocol
    /// name), a Buffer as `JSON.stringify` writes it, `{"base64": "..."}` or `{"file": "..."}`, relative to the
    /// current directory.
    ///
    /// # Errors
    ///
    /// `UND_ERR_INVALID_ARG` for what is not JSON, for an unknown name, with the nearest known one, and for a name that is
    /// given twice; else the code that the option's own documentation names.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        read_text(text, "the options", Path::new(""), HERE).map(Self)
    }

    /// The same from a file; names of files in it are relative to its directory.
    ///
    /// # Errors
    ///
    /// The system's code for a file that cannot be read, with phase `options`.
    pub fn from_json_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        read_file(path.as_ref(), HERE).map(Self)
    }

    /// The same from a parsed object; names of files are relative to the directory `base`.
    pub fn from_json_value(json: &Value, base: &Path) -> Result<Self, Error> {
        read_object(json, base, HERE).map(Self)
    }

    /// Sets one option by its documented name; `null` takes it back.
    pub fn set_json(&mut self, name: &str, json: &Value, base: &Path) -> Result<(), Error> {
        set_json(&mut self.0, name, json, base, HERE)
    }

    /// Sets one option, by its documented name, from the text of a command's flag.
    ///
    /// Files are given by name and lists separated with commas; a duration is `400ms`, `2s`, `5m` or a number
    /// of milliseconds.
    pub fn set_flag(&mut self, name: &str, text: &str) -> Result<(), Error> {
        set_flag(&mut self.0, name, text, HERE)
    }
}

const HERE: Reader = Reader { has: |row| row.side.is_client(), holder: "connecting", other: "listening" };

impl ListenOptions {
    /// Reads options from the text of a JSON object: see [`ConnectOptions::from_json`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        read_text(text, "the options", Path::new(""), THERE).map(Self)
    }

    /// The same from a file: see [`ConnectOptions::from_json_file`].
    pub fn from_json_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        read_file(path.as_ref(), THERE).map(Self)
    }

    /// The same from a parsed object; names of files are relative to the directory `base`.
    pub fn from_json_value(json: &Value, base: &Path) -> Result<Self, Error> {
        read_object(json, base, THERE).map(Self)
    }

    /// Sets one option by its documented name; `null` takes it back.
    pub fn set_json(&mut self, name: &str, json: &Value, base: &Path) -> Result<(), Error> {
        set_json(&mut self.0, name, json, base, THERE)
    }

    /// Sets one option from the text of a command's flag: see [`ConnectOptions::set_flag`].
    pub fn set_flag(&mut self, name: &str, text: &str) -> Result<(), Error> {
        set_flag(&mut self.0, name, text, THERE)
    }
}

const THERE: Reader = Reader { has: |row| row.side.is_server(), holder: "listening", other: "connecting" };

/// Whose options are read.
#[derive(Clone, Copy)]
struct Reader {
    has: fn(&OptionRow) -> bool,
    holder: &'static str,
    other: &'static str,
}

fn read_file(path: &Path, reader: Reader) -> Result<Values, Error> {
    let shown = format!("the options in {}", path.display());
    let unreadable = |error| {
        let code = system_code(&error);
        Error::invalid(code, format!("cannot read {shown}: {error}")).with_source(error)
    };
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(unreadable)?);
    read_text(&text, &shown, path.parent().unwrap_or(Path::new("")), reader)
}

fn read_text(text: &str, shown: &str, base: &Path, reader: Reader) -> Result<Values, Error> {
    let read = serde_json::from_str(text).and_then(|Once| serde_json::from_str(text));
    let mut json: Value = read.map_err(|error| {
        let problem = if error.is_data() { "cannot be read" } else { "are not JSON" };
        Error::invalid("UND_ERR_INVALID_ARG", format!("{shown} {problem}: {error}"))
    })?;
    let values = read_object(&json, base, reader);
    scrub(&mut json);
    values
}

fn read_object(json: &Value, base: &Path, reader: Reader) -> Result<Values, Error> {
    let object = json.as_object().ok_or_else(|| {
        let message = format!("the options must be an object, not {}", type_of(json));
        Error::invalid("ERR_INVALID_ARG_TYPE", message)
    })?;
    let mut values = Values::default();
    for (name, json) in object {
        set_json(&mut values, name, json, base, reader)?;
    }
    Ok(values)
}

fn set_json(values: &mut Values, name: &str, json: &Value, base: &Path, reader: Reader) -> Result<(), Error> {
    let row = find(name, reader)?;
    values.set_json(row.name, json, &Place::in_json(row.name, base))
}

fn set_flag(values: &mut Values, name: &str, text: &str, reader: Reader) -> Result<(), Error> {
    let row = find(name, reader)?;
    let mut json = Values::flag_to_json(row.name, text);
    let result = values.set_json(row.name, &json, &Place::new(format!("--{}", row.flag())));
    let is_unread = json == text;
    scrub(&mut json);
    result.map_err(|error| match how_a_flag_is_written(row.kind) {
        // What JSON would have to be is of no use to whoever writes a flag.
        Some(form) if is_unread => {
            let message = format!("--{} cannot be read from {:?}", row.flag(), shorten(text));
            Error::invalid(error.code().to_owned(), message).with_hint(form)
        }
        Some(form) if error.hint().is_none() => error.with_hint(form),
        _ => error,
    })
}

fn how_a_flag_is_written(kind: OptionKind) -> Option<&'static str> {
    match kind {
        OptionKind::Duration => Some("write 400ms, 2s, 5m, 1h or a number of milliseconds"),
        OptionKind::Boolean => Some("write true or false"),
        OptionKind::Addresses => Some("write name=address,address;name=address"),
        _ => None,
    }
}

fn find(name: &str, reader: Reader) -> Result<&'static OptionRow, Error> {
    match OPTIONS.iter().find(|row| row.name == name) {
        Some(row) if (reader.has)(row) => Ok(row),
        Some(_) => Err(Error::invalid(
            "UND_ERR_INVALID_ARG",
            format!("options.{name} is an option for {}, not for {}", reader.other, reader.holder),
        )),
        None => Err(unknown(name, reader)),
    }
}

fn unknown(name: &str, reader: Reader) -> Error {
    let message = format!("options.{} is not known", shorten(name).escape_debug());
    let error = Error::invalid("UND_ERR_INVALID_ARG", message);
    let known = OPTIONS.iter().filter(|row| (reader.has)(row)).map(|row| row.name);
    match nearest(name, known) {
        Some(near) => error.with_hint(format!("did you mean {near}?")),
        None => error,
    }
}

/// How alike two names must be for one to be a slip of the other, from 0 to 1.
const ALIKE: f64 = 0.8;

/// The known name that was most likely meant.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let letters = |name: &str| name.replace(['-', '_'], "").to_lowercase();
    let name = letters(name);
    let likeness = |known: &str| strsim::jaro_winkler(&name, &letters(known));
    let (likeness, near) =
        known.map(|known| (likeness(known), known)).max_by(|one, other| one.0.total_cmp(&other.0))?;
    (likeness >= ALIKE).then_some(near)
}

/// Zeroes the texts of a value that may have held secrets.
pub(super) fn scrub(json: &mut Value) {
    match json {
        Value::String(text) => text.zeroize(),
        Value::Array(list) => list.iter_mut().for_each(scrub),
        Value::Object(object) => object.values_mut().for_each(scrub),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests;
