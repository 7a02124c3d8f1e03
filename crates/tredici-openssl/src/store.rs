//! Trust stores that many contexts share.

use foreign_types::{ForeignType, ForeignTypeRef};
use libc::c_int;
use openssl::x509::store::{X509Store, X509StoreRef};
use openssl_sys as ffi;

unsafe extern "C" {
    fn X509_STORE_up_ref(store: *mut ffi::X509_STORE) -> c_int;
}

/// Another owner of the same store (`X509_STORE_up_ref`), which is built once and then only read.
pub fn share_store(store: &X509StoreRef) -> X509Store {
    // SAFETY: the store is live. Counting a reference is atomic and cannot fail in OpenSSL 1.1 and later.
    unsafe { X509_STORE_up_ref(store.as_ptr()) };
    // SAFETY: the reference counted above is handed to the new owner, which gives it back when dropped.
    unsafe { X509Store::from_ptr(store.as_ptr()) }
}
