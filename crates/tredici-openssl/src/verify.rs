//! The decision over a peer's certificates, in the caller's hands.

use std::{
    ffi::{c_int, c_void},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
};

use foreign_types::ForeignTypeRef;
use openssl::{
    error::ErrorStack,
    ex_data::Index,
    ssl::{SslContext, SslContextBuilder, SslRef},
    stack::StackRef,
    x509::{X509, X509StoreContext, X509StoreContextRef, X509VerifyResult},
};
use openssl_sys as ffi;

unsafe extern "C" {
    fn SSL_CTX_set_cert_verify_callback(
        ctx: *mut ffi::SSL_CTX,
        callback: Option<unsafe extern "C" fn(*mut ffi::X509_STORE_CTX, *mut c_void) -> c_int>,
        arg: *mut c_void,
    );
    fn X509_STORE_CTX_get0_untrusted(ctx: *const ffi::X509_STORE_CTX) -> *mut ffi::stack_st_X509;
}

/// A peer's certificates while they are being verified: what the callback of [`set_cert_verify_callback`] decides over.
///
/// It exists during the callback alone. What it does not offer of OpenSSL's store context, such as initialising it
/// anew, would pull the ground from under the handshake that waits for the answer.
pub struct Verification<'a>(&'a mut X509StoreContextRef);

impl Verification<'_> {
    /// OpenSSL's own verification (`X509_verify_cert`): whether the chain holds, or the callback of
    /// `set_verify_callback` lets it pass. Good for one call; a second one says `false`.
    pub fn verify(&mut self) -> bool {
        self.0.verify_cert().unwrap_or(false)
    }

    /// The result so far, an `X509_V_ERR_…` or 0 for none (`X509_STORE_CTX_get_error`).
    pub fn error(&self) -> i32 {
        self.0.error().as_raw()
    }

    /// Sets the result (`X509_STORE_CTX_set_error`), which chooses the alert where the answer is no.
    pub fn set_error(&mut self, number: i32) {
        // SAFETY: OpenSSL takes any number for a result, and has a text for those that it does not know.
        self.0.set_error(unsafe { X509VerifyResult::from_raw(number) });
    }

    /// The certificates as the peer sent them, leaf first (`X509_STORE_CTX_get0_untrusted`).
    pub fn presented(&self) -> Option<&StackRef<X509>> {
        // SAFETY: the store context is live; the call only reads a field.
        let stack = unsafe { X509_STORE_CTX_get0_untrusted(self.0.as_ptr()) };
        if stack.is_null() {
            return None;
        }
        // SAFETY: the stack is not null, and belongs to the connection whose handshake called back. It is neither
        // freed nor changed before the callback has returned, and the result is bound to `self`, which ends then.
        Some(unsafe { StackRef::from_ptr(stack) })
    }

    /// The path that [`verify`](Self::verify) has built, from the leaf towards a root (`X509_STORE_CTX_get0_chain`).
    pub fn path(&self) -> Option<&StackRef<X509>> {
        self.0.chain()
    }

    /// The connection whose peer it is.
    pub fn connection(&self) -> Option<&SslRef> {
        self.0.ex_data(X509StoreContext::ssl_idx().ok()?)
    }
}

type Callback = Box<dyn Fn(&mut Verification<'_>) -> bool + Send + Sync>;

/// Replaces OpenSSL's verification of a peer's certificates by `callback` (`SSL_CTX_set_cert_verify_callback`), and
/// an earlier callback by this one.
///
/// The callback returns whether the handshake goes on; where it does not, the peer gets an alert made from
/// [`Verification::set_error`]. A panic in it counts as a refusal with `X509_V_ERR_APPLICATION_VERIFICATION`.
///
/// # Errors
///
/// When OpenSSL has no memory for it.
pub fn set_cert_verify_callback<F>(context: &mut SslContextBuilder, callback: F) -> Result<(), ErrorStack>
where
    F: Fn(&mut Verification<'_>) -> bool + Send + Sync + 'static,
{
    let index = index()?;
    let callback: Box<Callback> = Box::new(Box::new(callback));
    let arg = std::ptr::from_ref::<Callback>(&callback).cast_mut().cast::<c_void>();
    // SAFETY: `context` is a live SSL_CTX that has no connections yet. `arg` points to the heap allocation of the
    // outer box, which moving the box into the context's ex_data below does not move. There it lives until OpenSSL
    // frees the context or until the next call of this function, which registers its own before it drops this one.
    // OpenSSL calls back only from the handshake of a connection whose context this is, which holds a reference to it.
    unsafe { SSL_CTX_set_cert_verify_callback(context.as_ptr(), Some(verify), arg) };
    context.set_ex_data(index, callback);
    Ok(())
}

/// Where a context keeps its callback.
fn index() -> Result<Index<SslContext, Box<Callback>>, ErrorStack> {
    static INDEX: OnceLock<Index<SslContext, Box<Callback>>> = OnceLock::new();
    match INDEX.get() {
        Some(index) => Ok(*index),
        None => {
            let index = SslContext::new_ex_index()?;
            Ok(*INDEX.get_or_init(|| index))
        }
    }
}

unsafe extern "C" fn verify(store_context: *mut ffi::X509_STORE_CTX, arg: *mut c_void) -> c_int {
    const X509_V_ERR_APPLICATION_VERIFICATION: i32 = 50;
    // SAFETY: OpenSSL passes the argument that was registered: a `Callback` owned by the live context, only ever
    // shared, never borrowed mutably.
    let callback = unsafe { &*arg.cast::<Callback>() };
    // SAFETY: OpenSSL passes a live, initialised X509_STORE_CTX that nothing else uses during this call.
    let store_context = unsafe { X509StoreContextRef::from_ptr_mut(store_context) };
    let mut verification = Verification(store_context);
    match catch_unwind(AssertUnwindSafe(|| callback(&mut verification))) {
        Ok(accepted) => c_int::from(accepted),
        Err(_panic) => {
            verification.set_error(X509_V_ERR_APPLICATION_VERIFICATION);
            0
        }
    }
}
