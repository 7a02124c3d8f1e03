//! What a finished handshake agreed on, where the `openssl` crate has no question for it.

use std::ffi::{CStr, c_char, c_int, c_uchar};

use foreign_types::ForeignTypeRef;
use openssl::{nid::Nid, ssl::SslRef};
use openssl_sys as ffi;

unsafe extern "C" {
    fn SSL_get_shared_sigalgs(
        ssl: *mut ffi::SSL,
        index: c_int,
        sign: *mut c_int,
        hash: *mut c_int,
        sign_and_hash: *mut c_int,
        raw_sign: *mut c_uchar,
        raw_hash: *mut c_uchar,
    ) -> c_int;
}

/// The signature algorithms that both sides know, as pairs of signature and hash, in order of preference
/// (`SSL_get_shared_sigalgs`). Only a server learns them.
pub fn shared_signature_algorithms(ssl: &SslRef) -> Vec<(Nid, Nid)> {
    let null = std::ptr::null_mut::<c_int>();
    let raw = std::ptr::null_mut::<c_uchar>();
    // SAFETY: the connection is live and only read, and OpenSSL takes null for every answer that is not wanted.
    let count = unsafe { SSL_get_shared_sigalgs(ssl.as_ptr(), 0, null, null, null, raw, raw) };
    (0..count.max(0))
        .map(|index| {
            let (mut sign, mut hash) = (0, 0);
            // SAFETY: as above; `sign` and `hash` are valid for one write each, and `index` is below the count.
            unsafe { SSL_get_shared_sigalgs(ssl.as_ptr(), index, &mut sign, &mut hash, null, raw, raw) };
            (Nid::from_raw(sign), Nid::from_raw(hash))
        })
        .collect()
}

/// The name of the group of the key exchange (`SSL_get0_group_name`); `None` before the handshake, and before
/// OpenSSL 3.2.
pub fn group_name(ssl: &SslRef) -> Option<String> {
    // OpenSSL looks for the group in the session, without asking whether there is one.
    ssl.session()?;
    let name = raw_group_name(ssl);
    if name.is_null() {
        return None;
    }
    // SAFETY: OpenSSL gives a NUL-terminated string that belongs to the context of the connection, which keeps it for
    // as long as it lives; it is copied here, while the connection is borrowed and so keeps its context.
    let name = unsafe { CStr::from_ptr(name) };
    Some(name.to_string_lossy().into_owned())
}

#[cfg(ossl320)]
fn raw_group_name(ssl: &SslRef) -> *const c_char {
    // SAFETY: the connection is live and has a session; the call only reads both.
    unsafe { ffi::SSL_get0_group_name(ssl.as_ptr()) }
}

#[cfg(not(ossl320))]
fn raw_group_name(_ssl: &SslRef) -> *const c_char {
    std::ptr::null()
}
