//! Why a peer is not who it should be.

use std::{
    fmt::{self, Write},
    sync::Arc,
};

use super::{Untimely, VerifyCode, identity::IdentityError};
use crate::{
    certificate::PeerCertificate,
    error::{Error, ErrorKind, OneLine, Phase},
};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a peer is not authorized: its chain, its name, or the caller's own check. Node's `authorizationError`.
#[derive(Debug, Clone)]
pub struct AuthorizationError(Reason);

#[derive(Debug, Clone)]
enum Reason {
    Chain(VerifyCode),
    Identity(Box<IdentityError>),
    Custom(Arc<dyn std::error::Error + Send + Sync>),
    Unreadable,
    Panicked,
    NoCertificate,
    NotKept,
}

impl AuthorizationError {
    pub(crate) fn chain(code: VerifyCode) -> Self {
        Self(Reason::Chain(code))
    }

    pub(crate) fn identity(error: IdentityError) -> Self {
        Self(Reason::Identity(Box::new(error)))
    }

    /// A check of the caller's said no; where it passes on the usual check's answer, that is the reason.
    pub(crate) fn custom(error: BoxError) -> Self {
        match error.downcast::<IdentityError>() {
            Ok(identity) => Self(Reason::Identity(identity)),
            Err(other) => Self(Reason::Custom(other.into())),
        }
    }

    pub(crate) fn panicked() -> Self {
        Self(Reason::Panicked)
    }

    pub(crate) fn unreadable() -> Self {
        Self(Reason::Unreadable)
    }

    pub(crate) fn no_certificate() -> Self {
        Self(Reason::NoCertificate)
    }

    /// A session was resumed that came without the certificates of its first handshake.
    pub(crate) fn not_kept() -> Self {
        Self(Reason::NotKept)
    }

    /// The code: that of the chain (`CERT_HAS_EXPIRED`), `ERR_TLS_CERT_ALTNAME_INVALID` for a wrong name,
    /// `ERR_TLS_CHECK_SERVER_IDENTITY` where the caller's own check said no.
    pub fn code(&self) -> &'static str {
        match &self.0 {
            Reason::Chain(code) => code.code(),
            Reason::Identity(error) => error.code(),
            Reason::Custom(_) | Reason::Panicked => "ERR_TLS_CHECK_SERVER_IDENTITY",
            Reason::Unreadable => "ERR_TLS_CERT_UNREADABLE",
            Reason::NoCertificate => VerifyCode::UNABLE_TO_GET_ISSUER_CERT.code(),
            Reason::NotKept => "ERR_TLS_SESSION_UNVERIFIED",
        }
    }

    /// The code that chooses the alert which the peer gets.
    pub(crate) fn verify_code(&self) -> VerifyCode {
        match &self.0 {
            Reason::Chain(code) => *code,
            Reason::Identity(_) => VerifyCode::HOSTNAME_MISMATCH,
            // Else OpenSSL would say handshake_failure, which sounds of versions and ciphers.
            _ => VerifyCode::CERT_REJECTED,
        }
    }

    /// The error over this peer, and the certificate that its dates are about.
    pub(crate) fn to_error(&self, peer: Option<&PeerCertificate>, untimely: Option<&Untimely>) -> Error {
        let kind = match &self.0 {
            Reason::Chain(_) | Reason::NoCertificate | Reason::NotKept | Reason::Unreadable => {
                ErrorKind::Untrusted
            }
            Reason::Identity(_) | Reason::Custom(_) | Reason::Panicked => ErrorKind::Identity,
        };
        let which = match (&self.0, peer) {
            (Reason::Chain(code), Some(peer)) if code.is_of_unknown_authority() => {
                authority(peer).map(|name| format!("authority: {name}"))
            }
            _ => untimely.map(ToString::to_string),
        };
        let message = which.map_or_else(|| self.to_string(), |which| format!("{self} ({which})"));
        let error = Error::new(kind, Phase::Verify, self.code(), message);
        match &self.0 {
            Reason::Chain(code) => {
                let error = error.with_reason(code.reason());
                match (untimely.and_then(Untimely::hint), code.hint()) {
                    (Some(hint), _) => error.with_hint(hint),
                    (None, Some(hint)) => error.with_hint(hint),
                    (None, None) => error,
                }
            }
            Reason::Identity(identity) => {
                error.with_reason(identity.reason()).with_host(identity.host()).with_hint(
                    "connect by a name of the certificate, or set options.servername to the one it should have",
                )
            }
            Reason::Custom(source) => {
                error.with_reason(source.to_string()).with_source(Shared(source.clone()))
            }
            Reason::Unreadable | Reason::Panicked | Reason::NoCertificate | Reason::NotKept => error,
        }
    }
}

/// Who is named at the end of the chain.
fn authority(peer: &PeerCertificate) -> Option<String> {
    let mut last = peer;
    while let Some(issuer) = last.issuer_certificate().filter(|issuer| !std::ptr::eq(*issuer, last)) {
        last = issuer;
    }
    last.issuer().map(ToString::to_string).filter(|name| !name.is_empty())
}

/// One line, with control characters escaped.
impl fmt::Display for AuthorizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Chain(code) => f.write_str(code.reason()),
            Reason::Identity(error) => write!(OneLine(f), "{error}"),
            Reason::Custom(error) => {
                write!(OneLine(f), "checkServerIdentity refused the certificate: {error}")
            }
            Reason::Panicked => f.write_str("checkServerIdentity panicked"),
            Reason::Unreadable => f.write_str("the peer's certificate cannot be read"),
            Reason::NoCertificate => f.write_str("the peer sent no certificate"),
            Reason::NotKept => f.write_str(
                "the session was resumed, and there is no certificate with it to verify the peer by",
            ),
        }
    }
}

impl std::error::Error for AuthorizationError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Reason::Identity(error) => Some(&**error),
            Reason::Custom(error) => Some(&**error),
            _ => None,
        }
    }
}

/// An error that several hold, as the source of another: the caller's own is the source of this one.
#[derive(Debug)]
struct Shared(Arc<dyn std::error::Error + Send + Sync>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Shared {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}
