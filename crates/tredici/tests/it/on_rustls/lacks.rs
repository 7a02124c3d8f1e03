//! What only OpenSSL has, a row of the table to a file: rustls says so, and says what.

mod cipher_expressions;
mod encrypted_key;
mod finished;
mod old_versions;
mod session_bytes;
mod shared_sigalgs;
mod ticket;

use tredici::{Error, ErrorKind, Socket};

use super::suite::ends;

/// An error that names what was asked for, and who does not have it.
#[track_caller]
fn assert_names(error: &Error, what: &str) {
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unsupported, "UND_ERR_NOT_SUPPORTED"), "{error}");
    let line = error.to_string();
    assert!(line.contains(what) && line.contains("rustls"), "{line}");
    assert!(error.hint().is_some_and(|hint| hint.contains("openssl")), "{error}");
}

/// Both ends of a connection.
async fn both() -> [Socket; 2] {
    let listener = ends::listen(ends::localhost()).await;
    ends::pair(&ends::connector(), &listener, ends::target(ends::port(&listener))).await.into()
}
