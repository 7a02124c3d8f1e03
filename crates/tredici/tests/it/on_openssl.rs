//! The tests on OpenSSL.

mod error_queue;
mod only;
#[path = "suite/modules.rs"]
mod suite;

const ENGINE: tredici::Engine = tredici::Engine::OpenSsl;
