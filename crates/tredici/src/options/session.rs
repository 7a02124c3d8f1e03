//! TLS sessions to take along, from one process to the next.

#[cfg(feature = "serde")]
mod json;
mod parse;

use std::{fmt, path::PathBuf, sync::Arc, time::SystemTime};

#[cfg(feature = "serde")]
use serde_json::Value;
use zeroize::Zeroizing;

use super::{
    OptionKind, TlsVersion,
    bytes::Bytes,
    form::{Form, Place},
};
use crate::error::Error;

/// One TLS session as plain data: what a server needs to take up where it left off, and what we knew of it.
///
/// Its bytes are as secret as a key: they are zeroed when dropped and not shown by `Debug`. Where name, port or
/// trust scope are known, the session is offered only to the server, and under the terms of trust, that it
/// belongs to.
#[derive(Clone)]
pub struct Session {
    pub(crate) der: Arc<Zeroizing<Vec<u8>>>,
    pub(crate) origin: Origin,
    /// The peer's certificates in DER, leaf first, as they were verified in the full handshake.
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) expires: Option<SystemTime>,
    pub(crate) version: Option<TlsVersion>,
}

/// The server that a session belongs to, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) servername: Option<String>,
    pub(crate) endpoint: Option<Endpoint>,
    /// The protocols that were offered, in wire form.
    pub(crate) alpn: Option<Vec<u8>>,
    /// A digest of all that the trust decision depended on.
    pub(crate) scope: Option<[u8; 32]>,
}

/// What stands where a port stands: the port, the path of a Unix socket, or that it was a stream of the caller's, with
/// the port that the caller named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Port(u16),
    SocketPath(String),
    Stream(Option<u16>),
}

impl Session {
    /// A session in DER (OpenSSL's `SSL_SESSION`), of which nothing more is known.
    ///
    /// Code `ERR_INVALID_ARG_VALUE` for what cannot be one because it is no ASN.1 SEQUENCE.
    pub fn from_der(der: impl Into<Vec<u8>>) -> Result<Self, Error> {
        parse::bare(Zeroizing::new(der.into()), &Place::option(NAME))
    }

    pub(crate) fn new(der: Vec<u8>, origin: Origin) -> Self {
        let version = parse::version(&der);
        Self { der: Arc::new(Zeroizing::new(der)), origin, chain: Vec::new(), expires: None, version }
    }

    /// The session's bytes: a secret.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The name that it belongs to, where that is known.
    pub fn servername(&self) -> Option<&str> {
        self.origin.servername.as_deref()
    }

    /// The peer's certificates in DER, leaf first, where they were kept.
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// When it ends, where that is known.
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// The version of TLS that it was made with, where that is known.
    pub fn version(&self) -> Option<TlsVersion> {
        self.version
    }

    /// The session as Node's option `session` takes it since the versions 22.23, 24.17 and 26.3.1, bound to its server
    /// name; older ones take [`der`](Self::der). It is a secret.
    ///
    /// Node offers it to a server of that name alone, and knows nothing of port and trust scope.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ARG_VALUE` where the name is not known, or is longer than 65535 bytes.
    pub fn to_node(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        parse::to_nodes(self)
    }

    /// RFC 8446 appendix C.4. Where nothing tells the version, nothing speaks for using it again.
    pub(crate) fn is_single_use(&self) -> bool {
        self.version.is_none_or(|version| version >= TlsVersion::Tls1_3)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("origin", &self.origin)
            .field("chain", &self.chain.len())
            .field("expires", &self.expires)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

const NAME: &str = "session";

/// The sessions that the option `session` offers: in memory, or in a file that is read when a connector is
/// built.
///
/// The bytes may be a session in DER, what Node's `session` event and `getSession()` give, or the JSON that
/// sessions are written as. Serialising tells the secret bytes: keep what comes out like a key.
#[derive(Clone)]
pub struct Sessions(Source);

#[derive(Clone)]
enum Source {
    List(Vec<Session>),
    File(PathBuf),
}

impl Sessions {
    /// Names a file; nothing is opened yet.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }

    /// Reads the sessions from bytes in any of the three forms.
    ///
    /// Code `ERR_INVALID_ARG_VALUE` for bytes that are none of them, as far as that can be told.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        parse::any(bytes, &Place::option(NAME)).map(Self::from)
    }

    /// The sessions themselves; reads the file where they are in one.
    pub(crate) fn load(&self) -> Result<Vec<Session>, Error> {
        match &self.0 {
            Source::List(sessions) => Ok(sessions.clone()),
            Source::File(path) => {
                let bytes = Bytes::File(path.clone()).load(NAME)?;
                parse::any(&bytes, &Place::new(format!("options.{NAME} (file {})", path.display())))
            }
        }
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::List(sessions) => sessions.fmt(f),
            Source::File(path) => write!(f, "<file {}>", path.display()),
        }
    }
}

impl From<Session> for Sessions {
    fn from(session: Session) -> Self {
        vec![session].into()
    }
}

impl From<Vec<Session>> for Sessions {
    fn from(sessions: Vec<Session>) -> Self {
        Self(Source::List(sessions))
    }
}

impl Form for Sessions {
    type Value = Self;
    const KIND: OptionKind = OptionKind::File;

    #[cfg(feature = "serde")]
    fn absent_in_json(json: &Value) -> bool {
        json.is_null() || json == ""
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        json::read(json, place)
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        super::bytes::file_from_flag(text)
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests;
