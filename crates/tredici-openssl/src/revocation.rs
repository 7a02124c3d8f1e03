//! Lists of revoked certificates in a trust store.

use std::ffi::c_int;

use foreign_types::ForeignTypeRef;
use openssl::{
    error::ErrorStack,
    x509::{X509CrlRef, store::X509StoreBuilderRef},
};
use openssl_sys as ffi;

unsafe extern "C" {
    // openssl-sys does not declare it. `int X509_STORE_add_crl(X509_STORE *xs, X509_CRL *x)`, since OpenSSL 0.9.7.
    fn X509_STORE_add_crl(store: *mut ffi::X509_STORE, crl: *mut ffi::X509_CRL) -> c_int;
}

/// Adds a list of revoked certificates to a trust store (`X509_STORE_add_crl`). It is asked where the store's flags say
/// so (`X509_V_FLAG_CRL_CHECK`).
///
/// # Errors
///
/// When OpenSSL refuses it.
pub fn add_crl(store: &mut X509StoreBuilderRef, crl: &X509CrlRef) -> Result<(), ErrorStack> {
    // SAFETY: both pointers are live, and the store, which is still being built, is borrowed by this call alone. The
    // store takes a reference of its own to the list, which is counted atomically. The list is only read from then on;
    // what OpenSSL sorts in it when it is first searched it sorts under the list's own lock.
    let done = unsafe { X509_STORE_add_crl(store.as_ptr(), crl.as_ptr()) };
    if done == 1 { Ok(()) } else { Err(ErrorStack::get()) }
}
