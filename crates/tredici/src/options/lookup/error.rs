//! Why a name has no addresses.

use std::{borrow::Cow, fmt};

/// Why a name has no addresses, in the terms of `getaddrinfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupError {
    code: Cow<'static, str>,
    message: String,
}

impl LookupError {
    /// An error with this code, such as `EAI_AGAIN` (trying again may help) or `ENOTFOUND` (it will not).
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }

    /// There is no such name: code `ENOTFOUND`.
    pub fn not_found(hostname: &str) -> Self {
        Self::new("ENOTFOUND", format!("lookup ENOTFOUND {}", hostname.escape_debug()))
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
