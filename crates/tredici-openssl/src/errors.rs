//! The thread's queue of errors.

use openssl_sys as ffi;

/// Empties the queue (`ERR_clear_error`). OpenSSL judges what becomes of a connection by it (`SSL_get_error`), and
/// anybody may have left something there.
pub fn clear_errors() {
    // SAFETY: the call takes nothing and reads what belongs to the calling thread alone.
    let is_empty = unsafe { ffi::ERR_peek_last_error() } == 0;
    if !is_empty {
        // SAFETY: as above.
        unsafe { ffi::ERR_clear_error() };
    }
}
