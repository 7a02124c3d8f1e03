//! The name for SNI and for the identity check, as it goes on the wire.

use std::net::IpAddr;

#[cfg(feature = "serde")]
use serde_json::Value;

use super::{
    OptionKind,
    form::{Form, Place},
};
use crate::{error::Error, target::hostname_hint};

/// What the extension can carry (RFC 6066 section 3), as OpenSSL bounds it.
const LONGEST: usize = 255;

/// The option `servername`; kept as it was given, so that a wrong one is reported by its own spelling.
pub(crate) struct Servername;

impl Form for Servername {
    type Value = String;
    const KIND: OptionKind = OptionKind::Text;

    fn is_absent(name: &String) -> bool {
        name.is_empty()
    }

    fn check(name: &String, place: &Place<'_>) -> Result<(), Error> {
        normalise(name).map(drop).map_err(|problem| place.wrong_value(problem))
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<String, Error> {
        place.text(json).map(str::to_owned)
    }
}

/// A server name in the form that goes on the wire: IDNA-encoded, in lower case, without the root's dot.
///
/// Code `ERR_INVALID_ARG_VALUE` for an IP address, as in Node, and for what is no name.
pub(crate) fn normalise_servername(name: &str) -> Result<String, Error> {
    normalise(name).map_err(|problem| Place::option("servername").wrong_value(problem))
}

/// The same of a target's host, which the caller has given for something else, too.
pub(crate) fn normalise_hostname(hostname: &str) -> Result<String, Error> {
    normalise(hostname).map_err(|problem| {
        let error = Error::invalid("ERR_INVALID_ARG_VALUE", format!("the target's host {problem}"));
        match hostname_hint(hostname) {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    })
}

/// Or what is wrong with it.
fn normalise(name: &str) -> Result<String, String> {
    refuse_address(name)?;
    let not_a_name = || format!("is not a host name: {name:?}");
    let ascii =
        idna::domain_to_ascii_cow(name.as_bytes(), idna::AsciiDenyList::URL).map_err(|_| not_a_name())?;
    let ascii = ascii.strip_suffix('.').unwrap_or(&ascii);
    if ascii.split('.').any(str::is_empty) {
        return Err(not_a_name());
    }
    if ascii.len() > LONGEST {
        return Err(format!("must have at most {LONGEST} bytes, not {}", ascii.len()));
    }
    if ascii != name {
        refuse_address(ascii)?;
    }
    Ok(ascii.to_owned())
}

fn refuse_address(name: &str) -> Result<(), String> {
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let bare = bare.split_once('%').map_or(bare, |(address, _zone)| address);
    match bare.parse::<IpAddr>() {
        Ok(_) => Err(format!("must not be an IP address ({name}): RFC 6066 has no SNI for one")),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_it_goes_on_the_wire() {
        for (name, want) in [
            ("localhost", "localhost"),
            ("LOCALHOST", "localhost"),
            ("localhost.", "localhost"),
            ("Bücher.Example.", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("_sip.example", "_sip.example"),
            ("r3---sn-ab.example", "r3---sn-ab.example"),
            ("1.example", "1.example"),
        ] {
            assert_eq!(normalise_servername(name).expect(name), want);
        }
        assert_eq!(normalise_servername(&format!("{}b", "a.".repeat(127))).expect("255 bytes").len(), 255);
    }

    #[test]
    fn what_is_refused() {
        let long = format!("{}bc", "a.".repeat(127));
        for (name, want) in [
            ("127.0.0.1", "IP address"),
            ("::1", "IP address"),
            ("[::1]", "IP address"),
            ("fe80::1%eth0", "IP address"),
            ("127.0.0.1.", "IP address"),
            ("１２７.0.0.1", "IP address"),
            ("", "not a host name"),
            (".", "not a host name"),
            ("a..b", "not a host name"),
            ("localhost..", "not a host name"),
            ("a b", "not a host name"),
            ("a\0b", "not a host name"),
            ("a:443", "not a host name"),
            ("a/b", "not a host name"),
            ("xn--\u{fffd}", "not a host name"),
            (&long, "at most 255 bytes"),
        ] {
            let error = normalise_servername(name).expect_err(name);
            assert_eq!(error.code(), "ERR_INVALID_ARG_VALUE", "{name}");
            assert!(error.message().contains(want), "{name:?}: {error}");
            assert!(!error.to_string().contains('\0'));
        }
    }
}
