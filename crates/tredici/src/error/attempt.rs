//! One address that was tried.

use std::{borrow::Cow, fmt, time::Duration};

use crate::target::RemoteAddress;

/// One address that was tried on the way to a connection: where, for how long, and with what result.
///
/// `Display` is one line: `127.0.0.1:8443 ECONNREFUSED after 0.07 ms`.
#[derive(Clone)]
#[non_exhaustive]
pub struct Attempt {
    address: RemoteAddress,
    /// In nanoseconds; each connection keeps an attempt.
    start: u64,
    elapsed: u64,
    error: Option<Box<AttemptError>>,
}

/// The code of an address that is not dialled.
pub(crate) const BLOCKED: &str = "ERR_IP_BLOCKED";

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

    /// The same, where the call was earlier by so much.
    pub(crate) fn later(self, by: Duration) -> Self {
        Self { start: self.start.saturating_add(nanoseconds(by)), ..self }
    }

    /// The address that was tried.
    pub fn address(&self) -> &RemoteAddress {
        &self.address
    }

    /// From the call for the connection to the start of the attempt: attempts may overlap. After a first way that failed
    /// ([`ConnectExt::or`](crate::ConnectExt::or)) it is from the call for that one. An addition of this library.
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

    /// Whether nobody was dialled: the option `blockList` or `allowList` forbids the address. Its error then has the code
    /// `ERR_IP_BLOCKED`, and it took no time.
    pub fn is_blocked(&self) -> bool {
        self.error().is_some_and(|error| error.code() == BLOCKED)
    }
}

/// Where, what came of it, and after how long.
impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, .. } = self;
        let milliseconds = self.elapsed().as_secs_f64() * 1000.0;
        match self.error() {
            _ if self.is_running() => write!(f, "{address} is being tried"),
            None => write!(f, "{address} answered after {milliseconds:.2} ms"),
            Some(error) if self.is_blocked() => write!(f, "{address} {}", error.code()),
            Some(error) => write!(f, "{address} {} after {milliseconds:.2} ms", error.code()),
        }
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("address", &format_args!("{}", self.address))
            .field("start", &self.start())
            .field("elapsed", &(!self.is_running()).then(|| self.elapsed()))
            .field("error", &self.error)
            .finish()
    }
}

/// Why one address could not be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptError {
    code: Cow<'static, str>,
    message: String,
    syscall: Option<&'static str>,
    errno: Option<i32>,
    is_of_terms: bool,
}

impl AttemptError {
    pub(crate) fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        Self { code, message, syscall: None, errno: None, is_of_terms: false }
    }

    /// The same, with the call to the system that failed and the number of its error.
    pub(crate) fn of_system(self, syscall: Option<&'static str>, errno: Option<i32>) -> Self {
        Self { syscall, errno, ..self }
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

    /// The call to the operating system that failed, such as `connect` or `bind`; `None` where none did.
    pub fn syscall(&self) -> Option<&'static str> {
        self.syscall
    }

    /// The number of the operating system's error, such as 111 for `ECONNREFUSED` on Linux: Node's `errno` without its
    /// sign. `None` where it was not the system that ended the attempt.
    pub fn errno(&self) -> Option<i32> {
        self.errno
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for AttemptError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("AttemptError", 4)?;
        fields.serialize_field("code", self.code())?;
        fields.serialize_field("message", self.message())?;
        fields.serialize_field("errno", &self.errno().map(i32::wrapping_neg))?;
        fields.serialize_field("syscall", &self.syscall())?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_a_person_and_units_for_who_debugs() {
        let begin =
            || Attempt::begin(RemoteAddress::Ip(([127, 0, 0, 1], 80).into()), Duration::from_millis(1));
        let ended = |error| {
            let mut attempt = begin();
            attempt.end(Duration::from_micros(3500), error);
            attempt
        };
        let failed = |code: &'static str| ended(Some(AttemptError::new(code, "why")));
        assert_eq!(begin().to_string(), "127.0.0.1:80 is being tried");
        assert_eq!(ended(None).to_string(), "127.0.0.1:80 answered after 2.50 ms");
        assert_eq!(failed("ECONNREFUSED").to_string(), "127.0.0.1:80 ECONNREFUSED after 2.50 ms");
        assert_eq!(failed(BLOCKED).to_string(), "127.0.0.1:80 ERR_IP_BLOCKED");
        assert!(failed(BLOCKED).is_blocked() && !failed("EPERM").is_blocked() && !ended(None).is_blocked());
        let debug = format!("{:?}", ended(None));
        assert_eq!(debug, "Attempt { address: 127.0.0.1:80, start: 1ms, elapsed: Some(2.5ms), error: None }");
    }
}
