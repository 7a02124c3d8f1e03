//! Why a name has no addresses.

use std::{borrow::Cow, fmt, io, time::Duration};

/// Why a name has no addresses, in the terms of `getaddrinfo`. It becomes an [`Error`](crate::Error) of the kind
/// [`Lookup`](crate::ErrorKind::Lookup) with the same code.
///
/// | code | give it where | what follows |
/// |---|---|---|
/// | `ENOTFOUND` | there is no such name, or it has no address | not retryable; `lookupCache` remembers it |
/// | `EAI_AGAIN` | nobody has answered, or not in time: trying again may help | retryable |
/// | `EAI_FAIL` | who was asked cannot tell, and will not: a broken answer, a refusal | not retryable |
///
/// Any other code is passed on as it is. An [`io::Error`] becomes one by `?`: `ENOTFOUND` from
/// [`NotFound`](io::ErrorKind::NotFound), `EAI_AGAIN` from what may pass (`TimedOut`, `WouldBlock`, `Interrupted`,
/// connections that are refused or reset), and `EAI_FAIL` from the rest. Among that is every failure of
/// `tokio::net::lookup_host` and `ToSocketAddrs`, which do not tell them apart; [`SystemLookup`](crate::SystemLookup) does.
///
/// ```
/// use tredici::ConnectOptions;
///
/// let options = ConnectOptions::new().lookup(|hostname: String| async move {
///     Ok(tokio::net::lookup_host((hostname, 0)).await?.map(|address| address.ip()).collect())
/// });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupError {
    code: Cow<'static, str>,
    message: String,
    ttl: Option<Duration>,
    is_unlisted: bool,
}

impl LookupError {
    /// An error with this code, such as `EAI_AGAIN` (trying again may help) or `ENOTFOUND` (it will not).
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), ttl: None, is_unlisted: false }
    }

    /// There is no such name: code `ENOTFOUND`.
    pub fn not_found(hostname: &str) -> Self {
        Self::new("ENOTFOUND", format!("lookup ENOTFOUND {}", hostname.escape_debug()))
    }

    /// A list that was written down does not have it.
    pub(crate) fn unlisted(hostname: &str) -> Self {
        Self { is_unlisted: true, ..Self::not_found(hostname) }
    }

    pub(crate) fn is_unlisted(&self) -> bool {
        self.is_unlisted
    }

    /// This is known to be so for as long (RFC 2308 section 5): a cache keeps it no longer.
    #[must_use]
    pub fn with_ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// How long this is known to be so, where the lookup knows.
    pub fn ttl(&self) -> Option<Duration> {
        self.ttl
    }

    /// The code, such as `ENOTFOUND`.
    pub fn code(&self) -> &str {
        &self.code
    }
}

/// See the table above.
impl From<io::Error> for LookupError {
    fn from(error: io::Error) -> Self {
        let code = match error.kind() {
            io::ErrorKind::NotFound => "ENOTFOUND",
            io::ErrorKind::TimedOut
            | io::ErrorKind::WouldBlock
            | io::ErrorKind::Interrupted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted => "EAI_AGAIN",
            _ => "EAI_FAIL",
        };
        Self::new(code, error.to_string())
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LookupError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_io_error_has_a_code() {
        for (kind, code) in [
            (io::ErrorKind::NotFound, "ENOTFOUND"),
            (io::ErrorKind::TimedOut, "EAI_AGAIN"),
            (io::ErrorKind::ConnectionRefused, "EAI_AGAIN"),
            (io::ErrorKind::InvalidData, "EAI_FAIL"),
        ] {
            let error = LookupError::from(io::Error::new(kind, "why"));
            assert_eq!((error.code(), error.to_string().as_str(), error.ttl()), (code, "why", None));
        }
    }
}
