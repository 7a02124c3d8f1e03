//! No pin has matched.

use std::fmt;

use super::pins::{CertificateDigests, Pin};
use crate::error::{Error, ErrorKind, Phase};

/// No pin matched the certificates by which the peer was verified. An addition; neither Node nor undici has pins.
///
/// It ends the connection, or is told by [`Socket::pin_failure`](crate::Socket::pin_failure) where the option
/// `pinsReportOnly` says so.
#[derive(Clone, PartialEq, Eq)]
pub struct PinFailure(Reason);

#[derive(Clone, PartialEq, Eq)]
enum Reason {
    Plain,
    NotAuthorized,
    NoMatch(Box<[CertificateDigests]>),
}

impl PinFailure {
    /// There is no certificate.
    pub(crate) fn plain() -> Self {
        Self(Reason::Plain)
    }

    /// There is none that was verified.
    pub(crate) fn not_authorized() -> Self {
        Self(Reason::NotAuthorized)
    }

    /// These were verified, leaf first.
    pub(crate) fn no_match(path: &[CertificateDigests]) -> Self {
        Self(Reason::NoMatch(path.into()))
    }

    /// `ERR_TLS_PIN_MISMATCH`.
    pub fn code(&self) -> &'static str {
        "ERR_TLS_PIN_MISMATCH"
    }

    /// The pins that would have matched: for each certificate of the verified chain, leaf first, that of its key and
    /// then its own. None where the peer is not authorized: nobody knows whose they are.
    pub fn pins(&self) -> impl Iterator<Item = Pin> {
        let path: &[CertificateDigests] = match &self.0 {
            Reason::NoMatch(path) => path,
            Reason::Plain | Reason::NotAuthorized => &[],
        };
        path.iter().enumerate().flat_map(|(depth, digests)| {
            let certificate = if depth == 0 { Pin::Leaf } else { Pin::Issuer };
            [Pin::Key(digests.key_sha256), certificate(digests.certificate_sha256)]
        })
    }

    /// What to do about it.
    fn hint(&self) -> String {
        match &self.0 {
            Reason::Plain => "use https: or tls:".to_owned(),
            Reason::NotAuthorized => {
                "verify the peer: give its authority in options.ca, and leave options.rejectUnauthorized alone".to_owned()
            }
            Reason::NoMatch(_) => {
                let pin = self.pins().next().map(|pin| format!(" {pin}")).unwrap_or_default();
                format!(
                    "if the peer's key was changed on purpose, pin the new one{pin}; else somebody stands in between"
                )
            }
        }
    }

    pub(crate) fn to_error(&self) -> Error {
        let error =
            Error::new(ErrorKind::Check, Phase::Check, self.code(), self.to_string()).with_hint(self.hint());
        let shown: Vec<_> = self.pins().map(|pin| pin.to_string()).collect();
        match shown.is_empty() {
            true => error,
            false => error.with_reason(format!("the verified chain has {}", shown.join(", "))),
        }
    }
}

impl fmt::Display for PinFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Reason::Plain => "the connection is plain: there is no certificate to hold a pin against",
            Reason::NotAuthorized => {
                "the peer is not authorized, and only a verified certificate can match a pin"
            }
            Reason::NoMatch(_) => "no pin matches the peer's verified certificates",
        })
    }
}

/// What it says, and the pins that would have matched.
impl fmt::Debug for PinFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinFailure")
            .field("message", &format_args!("{self}"))
            .field("pins", &self.pins().map(|pin| pin.to_string()).collect::<Vec<_>>())
            .finish()
    }
}

impl std::error::Error for PinFailure {}

#[cfg(feature = "serde")]
impl serde::Serialize for PinFailure {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("PinFailure", 3)?;
        fields.serialize_field("code", self.code())?;
        fields.serialize_field("message", &self.to_string())?;
        fields.serialize_field("pins", &self.pins().map(|pin| pin.to_string()).collect::<Vec<_>>())?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_pins_and_no_numbers() {
        let digests = CertificateDigests { key_sha256: [0; 32], certificate_sha256: [0xab; 32] };
        let shown = format!("{:?}", PinFailure::no_match(&[digests]));
        let leaf = format!("cert-sha256:{}", "ab".repeat(32));
        let key = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let message = "no pin matches the peer's verified certificates";
        assert_eq!(shown, format!("PinFailure {{ message: {message}, pins: [{key:?}, {leaf:?}] }}"));
    }
}
