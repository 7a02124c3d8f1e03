//! TLS sessions that know which context they belong to.

use std::fmt;

use foreign_types::{ForeignType, ForeignTypeRef};
use libc::{c_int, c_uchar, c_ulong};
use openssl::{
    error::ErrorStack,
    ssl::{SslContext, SslContextRef, SslRef, SslSession, SslVersion},
};
use openssl_sys as ffi;

unsafe extern "C" {
    fn SSL_SESSION_get0_ticket(
        session: *const ffi::SSL_SESSION,
        ticket: *mut *const c_uchar,
        length: *mut usize,
    );
    fn SSL_SESSION_get_ticket_lifetime_hint(session: *const ffi::SSL_SESSION) -> c_ulong;
    fn SSL_SESSION_is_resumable(session: *const ffi::SSL_SESSION) -> c_int;
}

/// A session together with the context that it was made for, the only one it may be offered by.
#[derive(Clone)]
pub struct Session {
    session: SslSession,
    context: SslContext,
}

/// The session was made for another context, or OpenSSL refused it.
#[derive(Debug)]
#[non_exhaustive]
pub enum ForeignSession {
    /// It belongs to another context; nothing was changed.
    OtherContext,
    /// OpenSSL refused it.
    Refused(ErrorStack),
}

impl fmt::Display for ForeignSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherContext => f.write_str("the session belongs to another context"),
            Self::Refused(error) => write!(f, "the session was refused: {error}"),
        }
    }
}

impl std::error::Error for ForeignSession {}

impl Session {
    /// Takes the session that `ssl` reports; it belongs to the context that `ssl` was made from.
    pub fn of(ssl: &SslRef, session: SslSession) -> Self {
        Self { session, context: ssl.ssl_context().to_owned() }
    }

    /// Reads a session from its ASN.1 form (`d2i_SSL_SESSION`) for use with `context`.
    ///
    /// # Errors
    ///
    /// When the bytes are no session.
    pub fn from_der(context: &SslContextRef, der: &[u8]) -> Result<Self, ErrorStack> {
        Ok(Self { session: SslSession::from_der(der)?, context: context.to_owned() })
    }

    /// The ASN.1 form (`i2d_SSL_SESSION`). It holds the secrets of the session.
    ///
    /// # Errors
    ///
    /// When OpenSSL cannot encode it.
    pub fn to_der(&self) -> Result<Vec<u8>, ErrorStack> {
        self.session.to_der()
    }

    /// Has `ssl`, which has not begun its handshake, offer this session (`SSL_set_session`).
    ///
    /// # Errors
    ///
    /// When the session belongs to another context than `ssl`, or OpenSSL refuses it.
    pub fn offer(&self, ssl: &mut SslRef) -> Result<(), ForeignSession> {
        if ssl.ssl_context().as_ptr() != self.context.as_ptr() {
            return Err(ForeignSession::OtherContext);
        }
        // SAFETY: the session comes from the very context of `ssl`: the pointers are equal, and `self.context`
        // holds a reference, so that the address cannot have been used for another context meanwhile.
        unsafe { ssl.set_session(&self.session) }.map_err(ForeignSession::Refused)
    }

    /// The protocol version that the session was made with.
    pub fn version(&self) -> SslVersion {
        self.session.protocol_version()
    }

    /// Whether the session can be resumed at all (`SSL_SESSION_is_resumable`).
    pub fn is_resumable(&self) -> bool {
        // SAFETY: the session is live; the call only reads it.
        unsafe { SSL_SESSION_is_resumable(self.session.as_ptr()) == 1 }
    }

    /// For how many seconds the server says the ticket is good (`SSL_SESSION_get_ticket_lifetime_hint`);
    /// 0 means that it did not say in TLS 1.2, and "not at all" in TLS 1.3.
    pub fn lifetime_hint(&self) -> u64 {
        // SAFETY: the session is live; the call only reads it.
        unsafe { SSL_SESSION_get_ticket_lifetime_hint(self.session.as_ptr()) }
    }

    /// For how many seconds OpenSSL itself holds the session good (`SSL_SESSION_get_timeout`).
    pub fn timeout(&self) -> u64 {
        u64::try_from(self.session.timeout()).unwrap_or(0)
    }

    /// The session ticket, where the server sent one (`SSL_SESSION_get0_ticket`).
    pub fn ticket(&self) -> Option<&[u8]> {
        let mut ticket = std::ptr::null();
        let mut length = 0;
        // SAFETY: the session is live, and the two out-pointers are valid for one write each.
        unsafe { SSL_SESSION_get0_ticket(self.session.as_ptr(), &mut ticket, &mut length) };
        if ticket.is_null() || length == 0 {
            return None;
        }
        // SAFETY: OpenSSL says that `length` bytes lie at `ticket`; they belong to the session, which never changes
        // its ticket after it was made and which the result borrows.
        Some(unsafe { std::slice::from_raw_parts(ticket, length) })
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("version", &self.version()).finish_non_exhaustive()
    }
}
