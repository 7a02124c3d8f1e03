//! A certificate chain for each identity of a context.

use foreign_types::ForeignType;
use libc::{c_int, c_long};
use openssl::{
    error::ErrorStack,
    ssl::SslContextBuilder,
    x509::{X509, X509Ref},
};
use openssl_sys as ffi;

const SSL_CTRL_CHAIN_CERT: c_int = 89;
const ADD_AND_COUNT_REFERENCE: c_long = 1;

/// Adds an intermediate certificate to the chain of the certificate that was set last
/// (`SSL_CTX_add1_chain_cert`), where `add_extra_chain_cert` would add it to all of them.
///
/// # Errors
///
/// When there is no certificate yet, or the intermediate is too weak for the security level.
pub fn add_chain_certificate(
    context: &mut SslContextBuilder,
    certificate: &X509Ref,
) -> Result<(), ErrorStack> {
    let certificate: X509 = certificate.to_owned();
    // SAFETY: both pointers are live. The command takes a reference of its own to the certificate.
    let done = unsafe {
        ffi::SSL_CTX_ctrl(
            context.as_ptr(),
            SSL_CTRL_CHAIN_CERT,
            ADD_AND_COUNT_REFERENCE,
            certificate.as_ptr().cast(),
        )
    };
    if done == 1 { Ok(()) } else { Err(ErrorStack::get()) }
}
