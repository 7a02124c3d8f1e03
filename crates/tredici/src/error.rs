//! One error for everything that can stand between a call and a socket.

mod attempt;
mod code;
mod line;
mod place;

use std::{
    borrow::Cow,
    fmt::{self, Write},
    io,
    sync::Arc,
};

pub(crate) use attempt::BLOCKED;
pub use attempt::{Attempt, AttemptError};
pub(crate) use code::{alert_code, system_code};
pub(crate) use line::OneLine;

use crate::{certificate::PeerCertificate, target::Destination, timing::Timings};

/// The step at which a connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// An option or the call itself is wrong; nothing touched the network.
    Options,
    /// A name did not become addresses.
    Lookup,
    /// No byte stream to any address.
    Connect,
    /// The TLS handshake.
    SecureConnect,
    /// The peer's certificate: its chain or its name.
    Verify,
    /// A pin or the caller's own check.
    Check,
    /// After the connection was made.
    Transfer,
}

impl Phase {
    /// The phase as reports spell it, such as `secureConnect`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Options => "options",
            Self::Lookup => "lookup",
            Self::Connect => "connect",
            Self::SecureConnect => "secureConnect",
            Self::Verify => "verify",
            Self::Check => "check",
            Self::Transfer => "transfer",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What went wrong, in terms that a program can match on and that do not change with the TLS library.
///
/// [`Error::code`] is finer, and has the names of Node and undici:
///
/// | kind | codes | phase |
/// |---|---|---|
/// | `InvalidOption` | `ERR_INVALID_ARG_VALUE`, `ERR_INVALID_ARG_TYPE`, `ERR_MISSING_ARGS`, `ERR_OUT_OF_RANGE`, `UND_ERR_INVALID_ARG`, `ERR_SOCKET_BAD_PORT`, `ERR_ASSERTION`; of a file that cannot be read the system's, such as `ENOENT`; of what is in it `ERR_OSSL_PEM_NO_START_LINE`, `ERR_OSSL_X509_KEY_VALUES_MISMATCH`, `ERR_CRYPTO_OPERATION_FAILED` and others of OpenSSL | `options` |
/// | `Unsupported` | `UND_ERR_NOT_SUPPORTED`, `ERR_TLS_INVALID_STATE` | `options`, `transfer` |
/// | `Lookup` | `ENOTFOUND`, `EAI_AGAIN`, `EAI_FAIL`, and what else a [`LookupError`](crate::LookupError) says | `lookup` |
/// | `Blocked` | `ERR_IP_BLOCKED` | `connect` |
/// | `System` | `ECONNREFUSED`, `ECONNRESET`, `EHOSTUNREACH`, `ENOENT`, `EACCES`, `EADDRNOTAVAIL` and the rest of `errno` | `connect`, `secureConnect`, `transfer` |
/// | `Timeout` | `UND_ERR_CONNECT_TIMEOUT`; of a listener `ERR_TLS_HANDSHAKE_TIMEOUT`; of the end of a socket `ETIMEDOUT` | that in which the time was up |
/// | `Aborted` | `ABORT_ERR` | that in which the signal came |
/// | `Alert` | `ERR_SSL_TLSV1_ALERT_UNKNOWN_CA`, `ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE` and the like, one for each alert | `secureConnect`, `transfer` |
/// | `Tls` | `ERR_SSL_WRONG_VERSION_NUMBER` and others of OpenSSL, `ERR_TLS_ALPN_NOT_OFFERED` | `secureConnect`, `transfer` |
/// | `Disconnected` | `ECONNRESET` | `secureConnect` |
/// | `Untrusted` | those of [`VerifyCode`](crate::VerifyCode): `CERT_HAS_EXPIRED`, `DEPTH_ZERO_SELF_SIGNED_CERT`, `UNABLE_TO_GET_ISSUER_CERT_LOCALLY` and so on; `ERR_TLS_CERT_UNREADABLE` | `verify` |
/// | `Identity` | `ERR_TLS_CERT_ALTNAME_INVALID`, `ERR_TLS_CERT_ALTNAME_FORMAT`; of the caller's `checkServerIdentity` `ERR_TLS_CHECK_SERVER_IDENTITY` | `verify` |
/// | `Check` | `ERR_TLS_PIN_MISMATCH` of `pins`, `ERR_TLS_CHECK_FAILED` of [`Error::check`]; any other error that a check returns keeps its kind | `check` |
/// | `Truncated` | `ERR_TLS_TRUNCATED` | `transfer` |
///
/// ```
/// use tredici::{Error, ErrorKind};
///
/// fn is_worth_an_alarm(error: &Error) -> bool {
///     match error.kind() {
///         ErrorKind::Untrusted | ErrorKind::Identity | ErrorKind::Check => true,
///         _ => !error.retryable(),
///     }
/// }
/// # assert!(is_worth_an_alarm(&Error::check("no")));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An option, a target or a combination of them that cannot work.
    InvalidOption,
    /// The engine that was chosen does not have this.
    Unsupported,
    /// The name has no address, or could not be asked for.
    Lookup,
    /// No address that may be dialled under `blockList` and `allowList`.
    Blocked,
    /// The operating system refused: the code is the one of `errno`.
    System,
    /// A deadline passed.
    Timeout,
    /// The caller's signal was given.
    Aborted,
    /// The peer ended the handshake with this TLS alert (RFC 8446 section 6).
    Alert(u8),
    /// The peer does not speak TLS, or speaks it wrongly.
    Tls,
    /// The peer closed the connection before the handshake was done.
    Disconnected,
    /// The chain of the peer's certificate does not hold.
    Untrusted,
    /// The certificate is for another name.
    Identity,
    /// A pin or the caller's check said no.
    Check,
    /// The stream ended without the peer's `close_notify`: bytes may be missing.
    Truncated,
}

/// Why there is no socket, or why it ended: one line for a person in `Display`, data for a program in its methods.
///
/// ```no_run
/// # async fn example() {
/// if let Err(error) = tredici::connect("https://localhost:8443").await {
///     eprintln!("{error}"); // one line: what, where, what to do
///     eprintln!("{} in phase {} after {:?}", error.code(), error.phase(), error.timings().total);
/// }
/// # }
/// ```
pub struct Error(Box<Details>);

#[derive(Default)]
struct Journey {
    target: Option<Arc<Destination>>,
    attempts: Vec<Attempt>,
    timings: Timings,
    peer_certificate: Option<PeerCertificate>,
}

struct Details {
    kind: ErrorKind,
    phase: Phase,
    code: Cow<'static, str>,
    message: String,
    syscall: Option<&'static str>,
    reason: Option<String>,
    host: Option<String>,
    hint: Option<Cow<'static, str>>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    earlier: Option<Error>,
    journey: Journey,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        phase: Phase,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self(Box::new(Details {
            kind,
            phase,
            code: code.into(),
            message: message.into(),
            syscall: None,
            reason: None,
            host: None,
            hint: None,
            source: None,
            earlier: None,
            journey: Journey::default(),
        }))
    }

    /// An option or a call that cannot work, phase `options`; `code` is the one that Node or undici uses for it.
    ///
    /// ```
    /// let error = tredici::Error::invalid("ERR_MISSING_ARGS", "there is no port").with_hint("name one");
    /// assert_eq!(error.to_string(), "there is no port [ERR_MISSING_ARGS]; name one");
    /// ```
    pub fn invalid(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidOption, Phase::Options, code, message)
    }

    /// An operating system's error during `syscall`, worded as Node words it.
    pub(crate) fn system(phase: Phase, syscall: &'static str, place: &str, error: io::Error) -> Self {
        let code = system_code(&error);
        let gap = if place.is_empty() { "" } else { " " };
        Self::new(ErrorKind::System, phase, code.clone(), format!("{syscall} {code}{gap}{place}"))
            .with_syscall(syscall)
            .with_source(error)
    }

    /// The error with which a caller's own check refuses a socket: phase `check`, code `ERR_TLS_CHECK_FAILED`.
    ///
    /// ```
    /// let error = tredici::Error::check("the certificate is not the one we know");
    /// assert_eq!(error.phase().as_str(), "check");
    /// ```
    pub fn check(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Check, Phase::Check, "ERR_TLS_CHECK_FAILED", message)
    }

    pub(crate) fn with_syscall(mut self, syscall: &'static str) -> Self {
        self.0.syscall = Some(syscall);
        self
    }

    pub(crate) fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.0.reason = Some(reason.into());
        self
    }

    pub(crate) fn with_host(mut self, host: impl Into<String>) -> Self {
        self.0.host = Some(host.into());
        self
    }

    /// Adds one line on what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds the error underneath, which [`source`](std::error::Error::source) returns.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_phase(mut self, phase: Phase) -> Self {
        self.0.phase = phase;
        self
    }

    pub(crate) fn with_target(mut self, target: impl Into<Arc<Destination>>) -> Self {
        self.0.journey.target = Some(target.into());
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: Vec<Attempt>) -> Self {
        self.0.journey.attempts = attempts;
        self
    }

    pub(crate) fn with_timings(mut self, timings: Timings) -> Self {
        self.0.journey.timings = timings;
        self
    }

    pub(crate) fn with_peer_certificate(mut self, certificate: Option<PeerCertificate>) -> Self {
        self.0.journey.peer_certificate = certificate;
        self
    }

    /// This error, of a second way, after the first one had failed with `earlier`.
    pub(crate) fn after(mut self, earlier: Self) -> Self {
        let details = &mut *self.0;
        let place = match earlier.target() {
            Some(place) if details.journey.target.as_ref().is_some_and(|own| **own != *place) => {
                format!(" ({place})")
            }
            _ => String::new(),
        };
        details.message = format!("{}; before that{place}: {}", details.message, earlier.message());
        let took = earlier.timings().total;
        details.journey.timings.total += took;
        let own = details.journey.attempts.drain(..).map(|attempt| attempt.later(took));
        details.journey.attempts = earlier.attempts().iter().cloned().chain(own).collect();
        details.journey.target = details.journey.target.take().or_else(|| earlier.0.journey.target.clone());
        details.earlier = Some(earlier);
        self
    }

    /// What went wrong, to match on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The code that Node or undici uses for this (`ECONNREFUSED`, `CERT_HAS_EXPIRED`,
    /// `UND_ERR_CONNECT_TIMEOUT`), or one in the same style where they have none.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The name of the class that Node or undici throws for this code, such as `ConnectTimeoutError`.
    pub fn name(&self) -> &'static str {
        code::class_name(self.code(), self.0.journey.attempts.len())
    }

    /// The step at which it happened.
    pub fn phase(&self) -> Phase {
        self.0.phase
    }

    /// The call to the operating system that failed, such as `connect` or `bind`; `None` where none did.
    pub fn syscall(&self) -> Option<&'static str> {
        self.0.syscall
    }

    /// The number of the operating system's error, such as 111 for `ECONNREFUSED` on Linux: Node's `errno` without its sign.
    /// Of several addresses that failed it is the first's, as the code is, and `None` where they had no answer in time; each
    /// of [`attempts`](Self::attempts) has its own.
    pub fn errno(&self) -> Option<i32> {
        let sources = std::iter::successors(std::error::Error::source(self), |error| error.source());
        sources.filter_map(|error| error.downcast_ref::<io::Error>()).find_map(io::Error::raw_os_error)
    }

    /// The reason alone, without what [`Display`](fmt::Display) says around it, where there is one.
    pub fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// The name or address that was to be verified or looked up, where the error is about that.
    pub fn host(&self) -> Option<&str> {
        self.0.host.as_deref()
    }

    /// One line on what to do, where there is something to say.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Whether the same call may succeed when it is made again, with nothing changed on this side.
    pub fn retryable(&self) -> bool {
        code::retryable(self.0.kind, self.code())
    }

    /// What was to be connected to; `None` where the target itself could not be read. Of two ways it is the second's, as all
    /// else is that this error tells; that of the first is told by [`earlier`](Self::earlier).
    pub fn target(&self) -> Option<&Destination> {
        self.0.journey.target.as_deref()
    }

    /// Every address that was tried, in order, each with its own cause.
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.journey.attempts
    }

    /// The error of the first way, where this one is that of a second ([`ConnectExt::or`](crate::ConnectExt::or)).
    pub fn earlier(&self) -> Option<&Self> {
        self.0.earlier.as_ref()
    }

    /// How long each phase took up to the failure.
    pub fn timings(&self) -> &Timings {
        &self.0.journey.timings
    }

    /// The certificate of the peer that was refused, with its chain: whom you talked to.
    pub fn peer_certificate(&self) -> Option<&PeerCertificate> {
        self.0.journey.peer_certificate.as_ref()
    }

    /// What happened, as it is: without the place and the hint that [`Display`](fmt::Display) adds, and with any
    /// control characters in what comes from the caller or the peer.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

/// One line: what happened, the code, where, and what to do. Control characters are escaped.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = OneLine(f);
        line.write_str(&self.0.message)?;
        if !self.0.message.contains(self.code()) {
            write!(line, " [{}]", self.code())?;
        }
        if let Some(target) = self.target() {
            place::write_unless_said(&mut line, target, self.message())?;
        }
        match &self.0.hint {
            Some(hint) => write!(line, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// The line for a person, which is what `unwrap` and a `main` that returns an error show; `{:#?}` shows the data.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(self, f);
        }
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("phase", &self.0.phase)
            .field("code", &self.0.code)
            .field("message", &self.0.message)
            .field("attempts", &self.0.journey.attempts)
            .field("timings", &self.0.journey.timings)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

/// For code that speaks `io::Error`: the kind is kept, and the error stays reachable as its source.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::InvalidOption => io::ErrorKind::InvalidInput,
            ErrorKind::Unsupported => io::ErrorKind::Unsupported,
            ErrorKind::Lookup => io::ErrorKind::NotFound,
            ErrorKind::Timeout => io::ErrorKind::TimedOut,
            // Not `Interrupted`, at which many try again.
            ErrorKind::Aborted => io::ErrorKind::ConnectionAborted,
            ErrorKind::Truncated => io::ErrorKind::UnexpectedEof,
            ErrorKind::Disconnected => io::ErrorKind::ConnectionReset,
            ErrorKind::Blocked | ErrorKind::Untrusted | ErrorKind::Identity | ErrorKind::Check => {
                io::ErrorKind::PermissionDenied
            }
            ErrorKind::Alert(_) | ErrorKind::Tls => io::ErrorKind::InvalidData,
            ErrorKind::System => std::error::Error::source(&error)
                .and_then(|source| source.downcast_ref::<Self>())
                .map_or(io::ErrorKind::Other, Self::kind),
        };
        Self::new(kind, error)
    }
}

/// What reading or writing a socket has failed with: an error of ours comes back as it was, any other is the system's, in
/// phase `transfer`.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => error,
            Err(error) => Self::system(Phase::Transfer, "transfer", "", error),
        }
    }
}

/// The `error` object of a report: `code`, `name`, `phase`, `message`, `errno` (negative, as in Node), `syscall`, `reason`,
/// `host`, `retryable`, `hint`, `causes`.
#[cfg(feature = "serde")]
impl serde::Serialize for Error {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Error", 11)?;
        fields.serialize_field("code", self.code())?;
        fields.serialize_field("name", self.name())?;
        fields.serialize_field("phase", self.phase().as_str())?;
        fields.serialize_field("message", self.message())?;
        fields.serialize_field("errno", &self.errno().map(i32::wrapping_neg))?;
        fields.serialize_field("syscall", &self.syscall())?;
        fields.serialize_field("reason", &self.reason())?;
        fields.serialize_field("host", &self.host())?;
        fields.serialize_field("retryable", &self.retryable())?;
        fields.serialize_field("hint", &self.hint())?;
        fields.serialize_field("causes", &self.causes())?;
        fields.end()
    }
}

#[cfg(feature = "serde")]
impl Error {
    /// The failed attempts, or where there are none the chain of sources.
    fn causes(&self) -> Vec<serde_json::Value> {
        let cause = |attempt: &Attempt| {
            let (error, address) = (attempt.error()?, attempt.address());
            let mut cause = serde_json::to_value(error).ok()?;
            cause["address"] = address.address().into();
            cause["port"] = address.port().into();
            Some(cause)
        };
        let causes: Vec<_> = self.attempts().iter().filter_map(cause).collect();
        if !causes.is_empty() {
            return causes;
        }
        std::iter::successors(std::error::Error::source(self), |error| error.source())
            .map(|error| serde_json::json!({ "message": error.to_string() }))
            .collect()
    }
}

impl From<crate::target::TargetError> for Error {
    fn from(error: crate::target::TargetError) -> Self {
        Self::invalid(error.code(), error.to_string())
    }
}
