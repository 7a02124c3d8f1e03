//! Trust stores that many contexts share.

use std::ffi::{c_int, c_long};

use foreign_types::ForeignType;
use openssl::{
    error::ErrorStack,
    ssl::SslContextBuilder,
    x509::store::{X509Store, X509StoreBuilder},
};
use openssl_sys as ffi;

const SSL_CTRL_SET_CHAIN_CERT_STORE: c_int = 107;
const ADD_A_REFERENCE: c_long = 1;

/// A trust store that many contexts share, and that nobody changes any more.
///
/// A context lends the store that `set_cert_store` gives it to be changed (`cert_store_mut`), while the connections
/// of another context may be reading it. So this one is never given to anybody: contexts only refer to it.
pub struct SharedStore(X509Store);

impl SharedStore {
    /// Takes what was built, for good.
    pub fn new(builder: X509StoreBuilder) -> Self {
        Self(builder.build())
    }

    /// Has `context` verify peers against this store, and complete with it the chain of a certificate of its own that
    /// has none (`SSL_CTX_set1_verify_cert_store`, `SSL_CTX_set1_chain_cert_store`), in the place of the context's
    /// own store.
    ///
    /// # Errors
    ///
    /// When OpenSSL refuses it.
    pub fn attach(&self, context: &mut SslContextBuilder) -> Result<(), ErrorStack> {
        for command in [ffi::SSL_CTRL_SET_VERIFY_CERT_STORE, SSL_CTRL_SET_CHAIN_CERT_STORE] {
            // SAFETY: both pointers are live. The context takes a reference of its own to the store, which is counted
            // atomically. From here on the store is only read: no safe function gives out a context's verify or chain
            // store, and this type does not give out the store either. Reading it OpenSSL does under the store's lock.
            let done = unsafe {
                ffi::SSL_CTX_ctrl(context.as_ptr(), command, ADD_A_REFERENCE, self.0.as_ptr().cast())
            };
            if done != 1 {
                return Err(ErrorStack::get());
            }
        }
        Ok(())
    }
}
