//! The tests on OpenSSL.

mod only;
#[path = "suite/modules.rs"]
mod suite;

const ENGINE: &str = "openssl";
