//! A certificate chain for each identity of a context.

use std::ffi::c_long;

use foreign_types::ForeignTypeRef;
use openssl::{error::ErrorStack, ssl::SslContextBuilder, x509::X509Ref};
use openssl_sys as ffi;

const ADD_A_REFERENCE: c_long = 1;

/// Adds an intermediate certificate to the chain of the certificate that was set last
/// (`SSL_CTX_add1_chain_cert`), where `add_extra_chain_cert` would add it to all of them. Set the certificate first:
/// before that, OpenSSL takes the intermediate for one of an RSA certificate to come.
///
/// # Errors
///
/// When the intermediate is too weak for the security level.
pub fn add_chain_certificate(
    context: &mut SslContextBuilder,
    certificate: &X509Ref,
) -> Result<(), ErrorStack> {
    // SAFETY: both pointers are live. The context takes a reference of its own to the certificate, which is counted
    // atomically, and only reads it.
    let done = unsafe {
        ffi::SSL_CTX_ctrl(
            context.as_ptr(),
            ffi::SSL_CTRL_CHAIN_CERT,
            ADD_A_REFERENCE,
            certificate.as_ptr().cast(),
        )
    };
    if done == 1 { Ok(()) } else { Err(ErrorStack::get()) }
}
