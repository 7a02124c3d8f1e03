//! One address that was tried.

use std::{borrow::Cow, time::Duration};

use crate::target::RemoteAddress;

/// One address that was tried on the way to a connection: where, for how long, and with what result.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Attempt {
    address: RemoteAddress,
    /// In nanoseconds; each connection keeps an attempt.
    start: u64,
    elapsed: u64,
    error: Option<Box<AttemptError>>,
}

/// Instead of the time of an attempt that still runs.
const RUNNING: u64 = u64::MAX;

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(RUNNING - 1)
}

impl Attempt {
    /// One that begins now; `now` is from the call for the connection.
    pub(crate) fn begin(address: RemoteAddress, now: Duration) -> Self {
        Self { address, start: nanoseconds(now), elapsed: RUNNING, error: None }
    }

    pub(crate) fn end(&mut self, now: Duration, error: Option<AttemptError>) {
        self.elapsed = nanoseconds(now).saturating_sub(self.start);
        self.error = error.map(Box::new);
    }

    pub(crate) fn is_running(&self) -> bool {
        self.elapsed == RUNNING
    }

    /// The address that was tried.
    pub fn address(&self) -> &RemoteAddress {
        &self.address
    }

    /// From the call for the connection to the start of the attempt: attempts may overlap. An addition of this library.
    pub fn start(&self) -> Duration {
        Duration::from_nanos(self.start)
    }

    /// From the start of the attempt to its success or failure.
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.elapsed)
    }

    /// Why it failed; `None` for the attempt that made the connection.
    pub fn error(&self) -> Option<&AttemptError> {
        self.error.as_deref()
    }
}

/// Why one address could not be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptError {
    code: Cow<'static, str>,
    message: String,
    is_of_terms: bool,
}

impl AttemptError {
    pub(crate) fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), is_of_terms: false }
    }

    /// The same, which the caller's own terms are the reason of.
    pub(crate) fn of_terms(self) -> Self {
        Self { is_of_terms: true, ..self }
    }

    /// Whether it says nothing of who is there: the caller's own terms have kept it from being tried.
    pub(crate) fn is_of_terms(&self) -> bool {
        self.is_of_terms
    }

    /// The code of the system's error, such as `ECONNREFUSED`; `ETIMEDOUT` where a deadline has cut it off, and `ECANCELED`
    /// where it still ran when another address had answered.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// One line, such as `connect ECONNREFUSED 127.0.0.1:1`.
    pub fn message(&self) -> &str {
        &self.message
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for AttemptError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("AttemptError", 2)?;
        fields.serialize_field("code", self.code())?;
        fields.serialize_field("message", self.message())?;
        fields.end()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Attempt {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Attempt", 6)?;
        fields.serialize_field("address", &self.address.address())?;
        fields.serialize_field("port", &self.address.port())?;
        fields.serialize_field("family", &self.address.family())?;
        fields.serialize_field("start", &crate::timing::milliseconds(self.start()))?;
        fields.serialize_field("elapsed", &crate::timing::milliseconds(self.elapsed()))?;
        fields.serialize_field("error", &self.error)?;
        fields.end()
    }
}
