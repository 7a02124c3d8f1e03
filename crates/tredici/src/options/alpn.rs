//! The protocols that ALPN offers (RFC 7301).

use std::fmt;

#[cfg(feature = "serde")]
use serde_json::Value;

use super::{
    OptionKind,
    bytes::Bytes,
    form::{Form, Place},
};
use crate::error::Error;

/// A list of ALPN protocol names in order of preference, or the same in wire format.
///
/// A name has 1 to 255 bytes, and the whole list, with a length byte for each name, at most 65535.
///
/// ```
/// use tredici::{AlpnProtocols, ConnectOptions};
///
/// let by_name = ConnectOptions::new().alpn_protocols(["h2", "http/1.1"]);
/// let on_the_wire = ConnectOptions::new().alpn_protocols(AlpnProtocols::wire(b"\x02h2\x08http/1.1"));
/// ```
#[derive(Clone)]
pub struct AlpnProtocols(List);

#[derive(Clone)]
enum List {
    Names(Vec<Vec<u8>>),
    Wire(Bytes),
}

impl AlpnProtocols {
    /// Offers nothing: not even what is offered where the option is not given.
    pub fn none() -> Self {
        Self(List::Names(Vec::new()))
    }

    /// Takes the list as it stands in the handshake: each name after a byte with its length
    /// (RFC 7301 section 3.1).
    pub fn wire(bytes: impl Into<Vec<u8>>) -> Self {
        Self(List::Wire(Bytes::from(bytes.into())))
    }

    /// The names; empty where nothing is offered.
    fn names(&self) -> Result<Vec<Vec<u8>>, Error> {
        match &self.0 {
            List::Names(names) => Ok(names.clone()),
            List::Wire(bytes) => split(&bytes.load(NAME)?, &Place::option(NAME)),
        }
    }

    /// Each name after its length; empty where nothing is offered.
    pub(crate) fn to_wire(&self) -> Result<Vec<u8>, Error> {
        let names = self.names()?;
        check(&names, &Place::option(NAME))?;
        Ok(names
            .iter()
            .flat_map(|name| std::iter::once(name.len() as u8).chain(name.iter().copied()))
            .collect())
    }
}

const NAME: &str = "ALPNProtocols";

fn check(names: &[Vec<u8>], place: &Place<'_>) -> Result<(), Error> {
    for (at, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(place.index(at).wrong_value("must not be empty"));
        }
        if name.len() > 255 {
            let problem = format!("must have 1 to 255 bytes, not {}", name.len());
            return Err(place.index(at).out_of_range(problem));
        }
    }
    let total: usize = names.iter().map(|name| name.len() + 1).sum();
    match total > 65535 {
        true => Err(place.out_of_range(format!("must have at most 65535 bytes in all, not {total}"))),
        false => Ok(()),
    }
}

fn split(mut wire: &[u8], place: &Place<'_>) -> Result<Vec<Vec<u8>>, Error> {
    let mut names = Vec::new();
    while let Some((&length, rest)) = wire.split_first() {
        if length == 0 {
            return Err(place.wrong_value(format!("holds an empty name, entry {}", names.len())));
        }
        let Some((name, rest)) = rest.split_at_checked(length.into()) else {
            let problem = format!(
                "ends within entry {}: {length} bytes are announced, {} follow",
                names.len(),
                rest.len()
            );
            return Err(place.wrong_value(problem));
        };
        names.push(name.to_vec());
        wire = rest;
    }
    Ok(names)
}

impl<N: AsRef<[u8]>> From<&[N]> for AlpnProtocols {
    fn from(names: &[N]) -> Self {
        Self(List::Names(names.iter().map(|name| name.as_ref().to_vec()).collect()))
    }
}

impl<N: AsRef<[u8]>> From<Vec<N>> for AlpnProtocols {
    fn from(names: Vec<N>) -> Self {
        names.as_slice().into()
    }
}

impl<N: AsRef<[u8]>, const LENGTH: usize> From<[N; LENGTH]> for AlpnProtocols {
    fn from(names: [N; LENGTH]) -> Self {
        names.as_slice().into()
    }
}

impl fmt::Debug for AlpnProtocols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            List::Names(names) => {
                f.debug_list().entries(names.iter().map(|name| name.escape_ascii().to_string())).finish()
            }
            List::Wire(bytes) => bytes.fmt(f),
        }
    }
}

impl Form for AlpnProtocols {
    type Value = Self;
    const KIND: OptionKind = OptionKind::List;

    fn check(protocols: &Self, place: &Place<'_>) -> Result<(), Error> {
        match &protocols.0 {
            List::Names(names) => check(names, place),
            List::Wire(Bytes::Memory(wire)) => check(&split(wire, place)?, place),
            List::Wire(Bytes::File(_)) => Ok(()),
        }
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        let wanted = "an array of protocol names, or the list in wire format as bytes";
        match json {
            Value::Array(names) => {
                let name = |(at, json)| name_from_json(json, &place.index(at));
                Ok(Self(List::Names(names.iter().enumerate().map(name).collect::<Result<_, _>>()?)))
            }
            Value::Object(object) => match Bytes::from_object(object, place) {
                Some(bytes) => bytes.map(|bytes| Self(List::Wire(bytes))),
                None => Err(place.wrong_type(json, wanted)),
            },
            _ => Err(place.wrong_type(json, wanted)),
        }
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        match text {
            "" => Value::Array(Vec::new()),
            names => names.split(',').map(Value::from).collect(),
        }
    }
}

/// A name that is not text comes as bytes, as Node allows.
#[cfg(feature = "serde")]
fn name_from_json(json: &Value, place: &Place<'_>) -> Result<Vec<u8>, Error> {
    match Bytes::from_json(json, place)? {
        Bytes::Memory(name) => Ok(name.to_vec()),
        Bytes::File(_) => Err(place.wrong_type(json, "a protocol name as a string or as bytes in memory")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(protocols: impl Into<AlpnProtocols>) -> Result<Vec<u8>, String> {
        protocols.into().to_wire().map_err(|error| error.code().to_owned())
    }

    #[test]
    fn names_and_wire_format_are_the_same() {
        let want = b"\x02h2\x08http/1.1".to_vec();
        assert_eq!(wire(["h2", "http/1.1"]), Ok(want.clone()));
        assert_eq!(wire(vec!["h2".to_owned(), "http/1.1".to_owned()]), Ok(want.clone()));
        assert_eq!(wire(AlpnProtocols::wire(want.clone())), Ok(want.clone()));
        assert_eq!(AlpnProtocols::wire(want).names().unwrap(), [b"h2".to_vec(), b"http/1.1".to_vec()]);
        assert_eq!(wire(AlpnProtocols::none()), Ok(Vec::new()));
        assert_eq!(wire(AlpnProtocols::wire([])), Ok(Vec::new()));
    }

    #[test]
    fn bounds() {
        assert_eq!(wire(["x".repeat(255)]).unwrap().len(), 256);
        assert_eq!(wire(["x".repeat(256)]), Err("ERR_OUT_OF_RANGE".to_owned()));
        assert_eq!(wire([""]), Err("ERR_INVALID_ARG_VALUE".to_owned()));
        let full = [vec!["x".repeat(255); 255], vec!["x".repeat(254)]].concat();
        assert_eq!(wire(full.clone()).unwrap().len(), 65535);
        assert_eq!(wire([full, vec!["x".to_owned()]].concat()), Err("ERR_OUT_OF_RANGE".to_owned()));
    }

    #[test]
    fn a_wire_format_that_does_not_add_up() {
        for bytes in [&b"\0"[..], b"\x02h2\0", b"\x03h2", b"\x02h2\x01", b"h2"] {
            assert_eq!(
                wire(AlpnProtocols::wire(bytes)),
                Err("ERR_INVALID_ARG_VALUE".to_owned()),
                "{bytes:?}"
            );
        }
    }
}
