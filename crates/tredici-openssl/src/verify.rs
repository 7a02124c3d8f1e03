//! The decision over a peer's certificates, in the caller's hands.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
};

use foreign_types::ForeignTypeRef;
use libc::{c_int, c_void};
use openssl::{
    error::ErrorStack,
    ex_data::Index,
    ssl::{SslContext, SslContextBuilder},
    stack::StackRef,
    x509::{X509, X509StoreContextRef, X509VerifyResult},
};
use openssl_sys as ffi;

type Callback = Box<dyn Fn(&mut X509StoreContextRef) -> bool + Send + Sync>;

unsafe extern "C" {
    fn SSL_CTX_set_cert_verify_callback(
        ctx: *mut ffi::SSL_CTX,
        callback: Option<unsafe extern "C" fn(*mut ffi::X509_STORE_CTX, *mut c_void) -> c_int>,
        arg: *mut c_void,
    );
    fn X509_STORE_CTX_get0_untrusted(ctx: *const ffi::X509_STORE_CTX) -> *mut ffi::stack_st_X509;
}

/// Replaces OpenSSL's verification of a peer's certificate chain by `callback` (`SSL_CTX_set_cert_verify_callback`).
///
/// The callback may call [`X509StoreContextRef::verify_cert`] for the usual verification. It returns whether the
/// handshake goes on; where it does not, the alert that the peer gets is made from the context's error
/// ([`X509StoreContextRef::set_error`]). A panic in it counts as a refusal with `X509_V_ERR_APPLICATION_VERIFICATION`.
///
/// # Errors
///
/// When OpenSSL has no memory for it.
pub fn set_cert_verify_callback<F>(context: &mut SslContextBuilder, callback: F) -> Result<(), ErrorStack>
where
    F: Fn(&mut X509StoreContextRef) -> bool + Send + Sync + 'static,
{
    static INDEX: OnceLock<Index<SslContext, Box<Callback>>> = OnceLock::new();
    let index = match INDEX.get() {
        Some(index) => *index,
        None => *INDEX.get_or_init({
            let index = SslContext::new_ex_index()?;
            move || index
        }),
    };
    let callback: Box<Callback> = Box::new(Box::new(callback));
    let arg = std::ptr::from_ref::<Callback>(&callback).cast_mut().cast::<c_void>();
    // The context owns the callback from here on, and drops it when OpenSSL frees the context.
    context.set_ex_data(index, callback);
    // SAFETY: `context` is a live SSL_CTX. `arg` points to the heap allocation of the outer box, which moving the
    // box into the context's ex_data did not move, and which lives as long as the context. OpenSSL calls back only
    // from a connection of this context, and each connection holds a reference to its context.
    unsafe { SSL_CTX_set_cert_verify_callback(context.as_ptr(), Some(verify), arg) };
    Ok(())
}

unsafe extern "C" fn verify(store_context: *mut ffi::X509_STORE_CTX, arg: *mut c_void) -> c_int {
    const X509_V_ERR_APPLICATION_VERIFICATION: c_int = 50;
    // SAFETY: OpenSSL passes the argument that was registered: a `Callback` owned by the live context, only ever
    // shared, never borrowed mutably.
    let callback = unsafe { &*arg.cast::<Callback>() };
    // SAFETY: OpenSSL passes a live X509_STORE_CTX that nothing else uses during this call.
    let store_context = unsafe { X509StoreContextRef::from_ptr_mut(store_context) };
    match catch_unwind(AssertUnwindSafe(|| callback(store_context))) {
        Ok(accepted) => c_int::from(accepted),
        Err(_panic) => {
            store_context.set_error(verify_result(X509_V_ERR_APPLICATION_VERIFICATION));
            0
        }
    }
}

/// The certificates as the peer sent them, leaf first, while they are being verified
/// (`X509_STORE_CTX_get0_untrusted`).
pub fn presented_chain(store_context: &X509StoreContextRef) -> Option<&StackRef<X509>> {
    // SAFETY: `store_context` is live; the call only reads a field.
    let stack = unsafe { X509_STORE_CTX_get0_untrusted(store_context.as_ptr()) };
    if stack.is_null() {
        return None;
    }
    // SAFETY: the stack is not null and belongs to the store context, which the result borrows.
    Some(unsafe { StackRef::from_ptr(stack) })
}

/// The verify result with this number (`X509_V_ERR_…`), for [`X509StoreContextRef::set_error`].
pub fn verify_result(number: i32) -> X509VerifyResult {
    // SAFETY: OpenSSL takes any number for a verify result, and has a text for those that it does not know.
    unsafe { X509VerifyResult::from_raw(number) }
}
