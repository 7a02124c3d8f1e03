//! OpenSSL's errors in the words of the boundary.

use openssl::error::{Error as OpensslError, ErrorStack};

use super::super::Failure;
use crate::error::Error;

const LIBRARY_SSL: i32 = 20;
const CERTIFICATE_VERIFY_FAILED: i32 = 134;
/// OpenSSL numbers the reasons of received alerts from here.
const ALERT: i32 = 1000;

/// Why a handshake, a read or a write ended.
pub(super) fn failure(stack: &ErrorStack) -> Failure {
    let errors = stack.errors();
    // What TLS makes of it says more than the arithmetic beneath.
    let of_tls = errors.iter().find(|error| error.library_code() == LIBRARY_SSL);
    match of_tls.or(errors.first()) {
        Some(error) => classify(error),
        None => {
            Failure::Protocol { code: "ERR_SSL_SSL".into(), reason: "the TLS library gave no reason".into() }
        }
    }
}

fn classify(error: &OpensslError) -> Failure {
    let reason = error.reason_code();
    if error.library_code() == LIBRARY_SSL {
        if reason == CERTIFICATE_VERIFY_FAILED {
            return Failure::Refused;
        }
        if let Ok(alert) = u8::try_from(reason - ALERT) {
            return Failure::Alert(alert);
        }
    }
    Failure::Protocol { code: code(error), reason: error.reason().unwrap_or("no reason given").to_owned() }
}

/// The code that Node makes of an OpenSSL error: the reason in capitals after the library's prefix.
fn code(error: &OpensslError) -> String {
    let prefix = if error.library_code() == LIBRARY_SSL { "ERR_SSL_" } else { "ERR_OSSL_" };
    let reason = error.reason().unwrap_or("unknown").replace([' ', '-'], "_");
    format!("{prefix}{}", reason.to_ascii_uppercase())
}

/// An option that OpenSSL did not take.
pub(super) fn option_error(option: &str, stack: &ErrorStack) -> Error {
    let first = stack.errors().first();
    let code = first.map_or_else(|| "ERR_CRYPTO_OPERATION_FAILED".to_owned(), code);
    let reason = reason(stack);
    Error::invalid(code, format!("{option} cannot be used: {reason}")).with_reason(reason)
}

/// What OpenSSL says first.
pub(super) fn reason(stack: &ErrorStack) -> &str {
    stack.errors().first().and_then(OpensslError::reason).unwrap_or("no reason given")
}

/// OpenSSL could not even make its objects.
pub(super) fn internal(stack: &ErrorStack) -> Error {
    option_error("the TLS context", stack)
}
