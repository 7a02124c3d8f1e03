//! The tests on rustls.

mod lacks;
#[path = "suite/modules.rs"]
mod suite;

const ENGINE: tredici::Engine = tredici::Engine::Rustls;
