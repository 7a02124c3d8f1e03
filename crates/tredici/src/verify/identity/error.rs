//! Why a certificate is not one for the host.

use std::fmt;

/// The certificate was not issued for the host: Node's error of `tls.checkServerIdentity`, whose `Display` has
/// Node's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityError {
    kind: Kind,
    reason: String,
    host: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mismatch,
    Format,
}

impl IdentityError {
    pub(super) fn mismatch(host: &str, reason: String) -> Self {
        Self { kind: Kind::Mismatch, reason, host: host.to_owned() }
    }

    pub(super) fn malformed(host: &str) -> Self {
        Self::format(host, "Invalid subject alternative name string")
    }

    pub(super) fn undecodable(host: &str) -> Self {
        Self::format(host, "The subject alternative names of the cert cannot be decoded")
    }

    fn format(host: &str, reason: &str) -> Self {
        Self { kind: Kind::Format, reason: reason.to_owned(), host: host.to_owned() }
    }

    /// `ERR_TLS_CERT_ALTNAME_INVALID` where the certificate is for other hosts, `ERR_TLS_CERT_ALTNAME_FORMAT`
    /// where its alternative names cannot be read.
    pub fn code(&self) -> &'static str {
        match self.kind {
            Kind::Mismatch => "ERR_TLS_CERT_ALTNAME_INVALID",
            Kind::Format => "ERR_TLS_CERT_ALTNAME_FORMAT",
        }
    }

    /// What was looked for and what the certificate has instead, in Node's words.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The host that was asked for, as it was given but without a dot at its end.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl fmt::Display for IdentityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == Kind::Mismatch {
            f.write_str("Hostname/IP does not match certificate's altnames: ")?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for IdentityError {}
