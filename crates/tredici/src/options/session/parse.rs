//! Sessions from bytes.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{Origin, Session};
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
    let der = Arc::new(der);
    Ok(Session { der, origin: Origin::default(), chain: Vec::new(), expires: None, version: None })
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
