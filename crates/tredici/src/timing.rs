//! How long each step of a connection took.

use std::time::Duration;

/// The time that each phase of a connection took, each for itself; `total` runs from the call to the result. A phase
/// begins where the one before it has ended, the first one with the call.
///
/// A phase that was not entered is `None`: no lookup for an IP address, no `secure_connect` without TLS.
/// Names as in undici and Node's events. Serialised in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timings {
    /// From name to addresses: the first ones, where they come in parts.
    pub lookup: Option<Duration>,
    /// From addresses to a byte stream, all attempts included.
    pub connect: Option<Duration>,
    /// The TLS handshake with its verification.
    pub secure_connect: Option<Duration>,
    /// From the call to the socket or the error.
    pub total: Duration,
}

/// Milliseconds with microsecond precision: what a report prints.
#[cfg(feature = "serde")]
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

#[cfg(feature = "serde")]
impl serde::Serialize for Timings {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Timings", 4)?;
        fields.serialize_field("lookup", &self.lookup.map(milliseconds))?;
        fields.serialize_field("connect", &self.connect.map(milliseconds))?;
        fields.serialize_field("secureConnect", &self.secure_connect.map(milliseconds))?;
        fields.serialize_field("total", &milliseconds(self.total))?;
        fields.end()
    }
}
