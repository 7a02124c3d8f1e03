//! Sessions from bytes.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{Origin, Session, TlsVersion};
use crate::{error::Error, options::form::Place};

/// What Node puts before a session since CVE-2026-48934; a length, the server name and the DER follow.
const NODE_PREFIX: &[u8] = b"\0nodejs:tls:session:1\0";

const SEQUENCE: u8 = 0x30;

/// A session in DER, Node's, or our own JSON.
pub(super) fn any(bytes: &[u8], place: &Place<'_>) -> Result<Vec<Session>, Error> {
    match bytes.strip_prefix(NODE_PREFIX) {
        Some(rest) => nodes(rest, place).map(|session| vec![session]),
        None if bytes.trim_ascii_start().first().is_some_and(|first| matches!(first, b'{' | b'[')) => {
            ours(bytes, place)
        }
        None => bare(Zeroizing::new(bytes.to_vec()), place).map(|session| vec![session]),
    }
}

/// A session in DER. Its first byte is all that is judged here: the rest is the engine's to read.
pub(super) fn bare(der: Zeroizing<Vec<u8>>, place: &Place<'_>) -> Result<Session, Error> {
    if der.first() != Some(&SEQUENCE) {
        return Err(
            place.wrong_value("is no TLS session: it is neither DER nor what Node or this library writes")
        );
    }
    let version = version(&der);
    let der = Arc::new(der);
    Ok(Session { der, origin: Origin::default(), chain: Vec::new(), expires: None, version })
}

/// The version of TLS in a session in DER: `SEQUENCE { INTEGER 1, INTEGER 0x0304, ... }`.
pub(super) fn version(der: &[u8]) -> Option<TlsVersion> {
    let (length, rest) = der.strip_prefix(&[SEQUENCE])?.split_first()?;
    let content = match length {
        ..0x80 => rest,
        long => rest.get(usize::from(long & 0x7f)..)?,
    };
    match content.strip_prefix(&[2, 1, 1, 2, 2, 3])?.first()? {
        1 => Some(TlsVersion::Tls1_0),
        2 => Some(TlsVersion::Tls1_1),
        3 => Some(TlsVersion::Tls1_2),
        4 => Some(TlsVersion::Tls1_3),
        _ => None,
    }
}

pub(super) fn to_nodes(session: &Session) -> Result<Zeroizing<Vec<u8>>, Error> {
    let place = Place::option(super::NAME);
    let name = session.servername().ok_or_else(|| place.wrong_value("has no server name to be bound to"))?;
    let length = u16::try_from(name.len()).map_err(|_| place.wrong_value("has too long a server name"))?;
    Ok(Zeroizing::new([NODE_PREFIX, &length.to_be_bytes(), name.as_bytes(), session.der()].concat()))
}

fn nodes(rest: &[u8], place: &Place<'_>) -> Result<Session, Error> {
    let truncated = || place.wrong_value("is a session of Node's that ends too early");
    let (length, rest) = rest.split_first_chunk().ok_or_else(truncated)?;
    let length = u16::from_be_bytes(*length);
    let (name, der) = rest.split_at_checked(length.into()).ok_or_else(truncated)?;
    let name = std::str::from_utf8(name)
        .map_err(|_| place.wrong_value("is a session of Node's whose server name is not text"))?;
    let mut session = bare(Zeroizing::new(der.to_vec()), place)?;
    session.origin.servername = (!name.is_empty()).then(|| name.to_owned());
    Ok(session)
}

#[cfg(feature = "serde")]
fn ours(bytes: &[u8], place: &Place<'_>) -> Result<Vec<Session>, Error> {
    let mut json = serde_json::from_slice(bytes)
        .map_err(|error| place.wrong_value(format_args!("is not JSON: {error}")))?;
    let sessions = super::json::read_list(&json, place);
    crate::options::json::scrub(&mut json);
    sessions
}

#[cfg(not(feature = "serde"))]
fn ours(_bytes: &[u8], place: &Place<'_>) -> Result<Vec<Session>, Error> {
    Err(place.wrong_value("is JSON, and this library was built without its feature serde"))
}
