//! The groups of one connection's key exchange.

use std::ffi::CStr;

use foreign_types::ForeignTypeRef;
use openssl::{error::ErrorStack, ssl::SslRef};
use openssl_sys as ffi;

/// Has this connection offer these groups instead of its context's, in the context's notation
/// (`SSL_set1_groups_list`).
///
/// # Errors
///
/// When OpenSSL does not know one of them.
pub fn set_groups_list(ssl: &mut SslRef, groups: &CStr) -> Result<(), ErrorStack> {
    // SAFETY: the connection is live and borrowed mutably; OpenSSL reads the NUL-terminated string and keeps what it made
    // of it.
    let done = unsafe {
        ffi::SSL_ctrl(ssl.as_ptr(), ffi::SSL_CTRL_SET_GROUPS_LIST, 0, groups.as_ptr().cast_mut().cast())
    };
    if done == 1 { Ok(()) } else { Err(ErrorStack::get()) }
}
