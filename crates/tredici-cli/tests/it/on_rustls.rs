//! The tests on rustls.

mod lacks;
#[path = "suite/modules.rs"]
mod suite;

const ENGINE: &str = "rustls";
