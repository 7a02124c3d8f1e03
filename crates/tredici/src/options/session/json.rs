//! Sessions as JSON:
//! `{"servername", "port", "alpn", "scope", "sessions": [{"session", "chain", "expires", "version"}]}`, with
//! `"stream": true` where they were made over a stream of the caller's.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{
    de,
    ser::{Error as _, SerializeMap},
};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{Endpoint, Origin, Session, Sessions, Source, parse};
use crate::{
    error::Error,
    options::{
        bytes::{Bytes, decode_base64},
        form::{Form, Place},
        json::scrub,
        scalar::{Boolean, Port},
        version::TlsVersion,
    },
};

/// The value of the option: bytes in any form, our object, or an array of these.
pub(super) fn read(json: &Value, place: &Place<'_>) -> Result<Sessions, Error> {
    match json {
        Value::Object(object) => match Bytes::from_object(object, place) {
            Some(Ok(Bytes::File(path))) => Ok(Sessions::file(path)),
            _ => read_list(json, place).map(Sessions::from),
        },
        _ => read_list(json, place).map(Sessions::from),
    }
}

pub(super) fn read_list(json: &Value, place: &Place<'_>) -> Result<Vec<Session>, Error> {
    match json {
        Value::Array(list) => {
            let each = list.iter().enumerate().map(|(at, json)| read_list(json, &place.index(at)));
            Ok(each.collect::<Result<Vec<_>, _>>()?.concat())
        }
        Value::String(latin1) => {
            let bytes: Option<Vec<u8>> = latin1.chars().map(|letter| u8::try_from(letter).ok()).collect();
            let bytes = Zeroizing::new(
                bytes.ok_or_else(|| place.wrong_value("is a string with more than bytes in it"))?,
            );
            parse::any(&bytes, place)
        }
        Value::Object(object) if object.contains_key("sessions") => read_ours(object, place),
        Value::Object(object) => match Bytes::from_object(object, place) {
            Some(Ok(Bytes::Memory(bytes))) => parse::any(&bytes, place),
            Some(Ok(Bytes::File(_))) => Err(place.wrong_value("must be the whole option where it is a file")),
            Some(Err(error)) => Err(error),
            None => Err(place.wrong_type(json, WANTED)),
        },
        _ => Err(place.wrong_type(json, WANTED)),
    }
}

const WANTED: &str = r#"a Buffer, {"base64":"..."}, {"file":"..."} or {"sessions":[...]}"#;

fn read_ours(object: &Map<String, Value>, place: &Place<'_>) -> Result<Vec<Session>, Error> {
    known_keys(object, &["servername", "port", "stream", "alpn", "scope", "sessions"], place)?;
    let origin = Origin {
        servername: field(object, "servername", place, |json, place| place.text(json).map(str::to_owned))?,
        endpoint: read_endpoint(object, place)?,
        alpn: field(object, "alpn", place, read_base64)?,
        scope: field(object, "scope", place, read_scope)?,
    };
    let place = place.key("sessions");
    let list = &object["sessions"];
    let list = list.as_array().ok_or_else(|| place.wrong_type(list, "an array"))?;
    list.iter().enumerate().map(|(at, json)| read_session(json, &origin, &place.index(at))).collect()
}

fn read_session(json: &Value, origin: &Origin, place: &Place<'_>) -> Result<Session, Error> {
    let object = json.as_object().ok_or_else(|| place.wrong_type(json, "an object"))?;
    known_keys(object, &["session", "chain", "expires", "version"], place)?;
    let der = field(object, "session", place, read_base64)?
        .ok_or_else(|| Error::invalid("ERR_MISSING_ARGS", format!("{place}.session is missing")))?;
    let mut session = parse::bare(Zeroizing::new(der), &place.key("session"))?;
    session.origin = origin.clone();
    session.chain = field(object, "chain", place, read_chain)?.unwrap_or_default();
    session.expires = field(object, "expires", place, read_expiry)?;
    // What the session itself says is the truth.
    session.version = session.version.or(field(object, "version", place, read_version)?);
    Ok(session)
}

fn known_keys(object: &Map<String, Value>, known: &[&str], place: &Place<'_>) -> Result<(), Error> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => {
            Err(place.key(key).wrong_value(format_args!("is not known here; {} are", known.join(", "))))
        }
        None => Ok(()),
    }
}

fn field<T>(
    object: &Map<String, Value>,
    key: &str,
    place: &Place<'_>,
    read: impl FnOnce(&Value, &Place<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let given = object.get(key).filter(|json| !json.is_null());
    given.map(|json| read(json, &place.key(key))).transpose()
}

fn read_endpoint(object: &Map<String, Value>, place: &Place<'_>) -> Result<Option<Endpoint>, Error> {
    if field(object, "stream", place, Boolean::from_json)?.unwrap_or_default() {
        return field(object, "port", place, Port::from_json).map(Endpoint::Stream).map(Some);
    }
    field(object, "port", place, |json, place| match json {
        Value::String(path) => Ok(Endpoint::SocketPath(path.clone())),
        _ => Port::from_json(json, place).map(Endpoint::Port),
    })
}

fn read_scope(json: &Value, place: &Place<'_>) -> Result<[u8; 32], Error> {
    from_hex(place.text(json)?).ok_or_else(|| place.wrong_value("must have 64 hexadecimal digits"))
}

fn read_base64(json: &Value, place: &Place<'_>) -> Result<Vec<u8>, Error> {
    decode_base64(place.text(json)?, place)
}

fn read_chain(json: &Value, place: &Place<'_>) -> Result<Vec<Vec<u8>>, Error> {
    let list = json.as_array().ok_or_else(|| place.wrong_type(json, "an array of certificates in base64"))?;
    list.iter().enumerate().map(|(at, json)| read_base64(json, &place.index(at))).collect()
}

fn read_expiry(json: &Value, place: &Place<'_>) -> Result<SystemTime, Error> {
    let seconds =
        json.as_u64().ok_or_else(|| place.wrong_type(json, "a time in whole seconds since 1970"))?;
    UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds))
        .ok_or_else(|| place.out_of_range("is beyond all time"))
}

fn read_version(json: &Value, place: &Place<'_>) -> Result<TlsVersion, Error> {
    place.text(json)?.parse()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digit = |at: usize| char::from(digits[at]).to_digit(16);
        *byte = (digit(0)? << 4 | digit(1)?) as u8;
    }
    Some(bytes)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sessions of one server as one object, of several as an array of objects. A file is not read for this.
impl serde::Serialize for Sessions {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Source::List(sessions) = &self.0 else {
            return Err(S::Error::custom("sessions in a file that was not read"));
        };
        let groups: Vec<_> = sessions.chunk_by(|one, next| one.origin == next.origin).map(Group).collect();
        match groups.as_slice() {
            [] => Group(&[]).serialize(serializer),
            [group] => group.serialize(serializer),
            groups => groups.serialize(serializer),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Sessions {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut json = Value::deserialize(deserializer)?;
        let sessions = read_list(&json, &Place::option(super::NAME));
        scrub(&mut json);
        sessions.map(Self::from).map_err(de::Error::custom)
    }
}

struct Group<'a>(&'a [Session]);

impl serde::Serialize for Group<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nowhere = Origin::default();
        let origin = self.0.first().map_or(&nowhere, |session| &session.origin);
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("servername", &origin.servername)?;
        match &origin.endpoint {
            None => object.serialize_entry("port", &())?,
            Some(Endpoint::Port(port)) => object.serialize_entry("port", port)?,
            Some(Endpoint::SocketPath(path)) => object.serialize_entry("port", path)?,
            Some(Endpoint::Stream(port)) => {
                object.serialize_entry("port", port)?;
                object.serialize_entry("stream", &true)?;
            }
        }
        object.serialize_entry("alpn", &origin.alpn.as_ref().map(|wire| STANDARD.encode(wire)))?;
        object.serialize_entry("scope", &origin.scope.map(|scope| to_hex(&scope)))?;
        object.serialize_entry("sessions", &self.0.iter().map(Entry).collect::<Vec<_>>())?;
        object.end()
    }
}

/// The same as [`Sessions`] with this one alone: with the server that it belongs to.
impl serde::Serialize for Session {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Group(std::slice::from_ref(self)).serialize(serializer)
    }
}

/// Without the server that it belongs to.
struct Entry<'a>(&'a Session);

impl serde::Serialize for Entry<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(session) = self;
        let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let chain: Vec<_> = session.chain.iter().map(|certificate| STANDARD.encode(certificate)).collect();
        let mut object = serializer.serialize_map(Some(4))?;
        object.serialize_entry("session", &*Zeroizing::new(STANDARD.encode(session.der())))?;
        object.serialize_entry("chain", &chain)?;
        object.serialize_entry("expires", &session.expires.map(seconds))?;
        object.serialize_entry("version", &session.version)?;
        object.end()
    }
}
