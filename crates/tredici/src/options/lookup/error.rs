//! Why a name has no addresses.

use std::{borrow::Cow, fmt, time::Duration};

/// Why a name has no addresses, in the terms of `getaddrinfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupError {
    code: Cow<'static, str>,
    message: String,
    ttl: Option<Duration>,
}

impl LookupError {
    /// An error with this code, such as `EAI_AGAIN` (trying again may help) or `ENOTFOUND` (it will not).
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), ttl: None }
    }

    /// There is no such name: code `ENOTFOUND`.
    pub fn not_found(hostname: &str) -> Self {
        Self::new("ENOTFOUND", format!("lookup ENOTFOUND {}", hostname.escape_debug()))
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

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LookupError {}
