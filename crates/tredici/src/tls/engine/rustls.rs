//! The engine on rustls: fast and memory-safe, for every option that it can honour exactly.

mod chain;
mod clear;
mod companion;
mod connection;
mod context;
mod exporter;
mod facts;
mod failure;
mod hkdf;
mod identity;
mod key_log;
mod party;
mod policy;
mod sessions;
mod unbuffered;
mod verifier;

pub(crate) use context::RustlsContext;
