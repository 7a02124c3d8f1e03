//! TLS sessions that know which context they belong to.

use std::{
    ffi::{c_int, c_uchar, c_ulong},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use foreign_types::{ForeignType, ForeignTypeRef};
use openssl::{
    error::ErrorStack,
    ssl::{SslContext, SslContextBuilder, SslContextRef, SslRef, SslSession, SslSessionRef, SslVersion},
};
use openssl_sys as ffi;
use zeroize::Zeroizing;

unsafe extern "C" {
    fn SSL_in_before(ssl: *const ffi::SSL) -> c_int;
    fn SSL_SESSION_get0_ticket(
        session: *const ffi::SSL_SESSION,
        ticket: *mut *const c_uchar,
        length: *mut usize,
    );
    fn SSL_SESSION_get_ticket_lifetime_hint(session: *const ffi::SSL_SESSION) -> c_ulong;
    fn SSL_SESSION_is_resumable(session: *const ffi::SSL_SESSION) -> c_int;
}

/// A finished session together with the context that it was made for, the only one it may be offered by.
///
/// It comes from [`set_new_session_callback`], from [`Session::renewed`] or from its encoded form, and is never one that
/// a handshake is still at work on: OpenSSL does not change a session that it has reported, but for the mark that it is not to be resumed.
#[derive(Clone)]
pub struct Session {
    session: SslSession,
    context: SslContext,
}

/// Why a session cannot be had or offered.
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionError {
    /// It belongs to another context; nothing was changed.
    OtherContext,
    /// The connection has begun its handshake; nothing was changed.
    TooLate,
    /// It has no identifier, without which OpenSSL would write the connection's new session into it.
    Unidentified,
    /// OpenSSL refused it.
    Refused(ErrorStack),
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherContext => f.write_str("the session belongs to another context"),
            Self::TooLate => f.write_str("the connection has begun its handshake"),
            Self::Unidentified => f.write_str("the session has no identifier"),
            Self::Refused(error) => write!(f, "the session was refused: {error}"),
        }
    }
}

impl std::error::Error for SessionError {}

/// Has `callback` told of each session that a client of this context is given (`SSL_CTX_sess_set_new_cb`): before
/// TLS 1.3 at the end of the handshake, in TLS 1.3 when a ticket comes. Needs the session cache mode `CLIENT`.
///
/// The context owns the callback, and a session owns its context: a callback that owns the sessions too would have none
/// of them freed. Let it hand them to the connection, or to a `Weak`.
///
/// A connection that was moved to another context since it was made reports nothing. A panic in the callback is
/// caught, and the session is gone.
pub fn set_new_session_callback<F>(context: &mut SslContextBuilder, callback: F)
where
    F: Fn(&SslRef, Session) + Send + Sync + 'static,
{
    // Only compared. The context that has this callback lives for as long as it can be called.
    let own = context.as_ptr() as usize;
    context.set_new_session_callback(move |ssl, session| {
        let context = ssl.ssl_context();
        if context.as_ptr() as usize != own {
            return;
        }
        let session = Session { session, context: context.to_owned() };
        // A panic must not get into OpenSSL, and there is nobody to be told of it.
        let _caught = catch_unwind(AssertUnwindSafe(|| callback(ssl, session)));
    });
}

impl Session {
    /// Reads a session from its ASN.1 form (`d2i_SSL_SESSION`) for use with `context`.
    ///
    /// # Errors
    ///
    /// When the bytes are no session, or one without an identifier. Sessions that OpenSSL has written have one.
    pub fn from_der(context: &SslContextRef, der: &[u8]) -> Result<Self, SessionError> {
        let session = SslSession::from_der(der).map_err(SessionError::Refused)?;
        match session.id() {
            [] => Err(SessionError::Unidentified),
            _ => Ok(Self { session, context: context.to_owned() }),
        }
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
    /// When the session belongs to another context than `ssl`, when the handshake has begun, or when OpenSSL refuses.
    pub fn offer(&self, ssl: &mut SslRef) -> Result<(), SessionError> {
        if ssl.ssl_context().as_ptr() != self.context.as_ptr() {
            return Err(SessionError::OtherContext);
        }
        // SAFETY: the connection is live; the call only reads its state.
        if unsafe { SSL_in_before(ssl.as_ptr()) } != 1 {
            return Err(SessionError::TooLate);
        }
        // SAFETY: the session belongs to the very context of `ssl`: the pointers are equal, and `self.context` holds a
        // reference, so that the address cannot have been used for another context meanwhile. Other connections may
        // be using the session, on other threads too, as they may one from OpenSSL's own cache: it is finished, and
        // since it has an identifier, a handshake that does not resume it makes a session of its own.
        unsafe { ssl.set_session(&self.session) }.map_err(SessionError::Refused)
    }

    /// This session with the new ticket that a server before TLS 1.3 has sent in the handshake of `ssl`, which resumed it;
    /// the callback for new sessions is not told of it. `None` where there is none.
    ///
    /// OpenSSL holds this one for out of date then, and has marked it as not resumable.
    pub fn renewed(&self, ssl: &SslRef) -> Option<Self> {
        let session = ssl.session().filter(|_| ssl.is_init_finished() && ssl.session_reused())?;
        let is_another = session.as_ptr() != self.session.as_ptr() && !session.id().is_empty();
        // Who has the same secret comes from this one, and so belongs to its context, wherever `ssl` was moved meanwhile.
        let is_descendant = is_another && *master_key(session) == *master_key(&self.session);
        is_descendant.then(|| Self { session: session.to_owned(), context: self.context.clone() })
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
        let (ticket, length) = raw_ticket(&self.session)?;
        // SAFETY: OpenSSL says that `length` bytes lie at `ticket`. They belong to the session, which the result
        // borrows, and which is finished: its ticket is neither changed nor freed before the session is.
        Some(unsafe { std::slice::from_raw_parts(ticket, length) })
    }
}

/// The ticket of the session that `ssl` is using at present, where the server sent one.
pub fn current_ticket(ssl: &SslRef) -> Option<Vec<u8>> {
    let (ticket, length) = raw_ticket(ssl.session()?)?;
    // SAFETY: OpenSSL says that `length` bytes lie at `ticket`. They belong to the connection's session, whose ticket
    // only the connection's own handshake may replace, for which it would have to be borrowed mutably; they are copied.
    Some(unsafe { std::slice::from_raw_parts(ticket, length) }.to_vec())
}

/// The secret of a session, before TLS 1.3 the same in all that come from it.
fn master_key(session: &SslSessionRef) -> Zeroizing<[u8; 48]> {
    let mut key = Zeroizing::new([0; 48]);
    session.master_key(&mut *key);
    key
}

/// Where the ticket lies, and how long it is.
fn raw_ticket(session: &SslSessionRef) -> Option<(*const u8, usize)> {
    let mut ticket = std::ptr::null();
    let mut length = 0;
    // SAFETY: the session is live, and the two out-pointers are valid for one write each.
    unsafe { SSL_SESSION_get0_ticket(session.as_ptr(), &mut ticket, &mut length) };
    (!ticket.is_null() && length > 0).then_some((ticket, length))
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("version", &self.version()).finish_non_exhaustive()
    }
}
