//! TLS over any byte stream. It knows nothing of dialling.

pub(crate) mod context;
pub(crate) mod engine;
mod failure;
pub(crate) mod handshake;
pub(crate) mod judgement;
pub(crate) mod provenance;
pub(crate) mod session;
pub(crate) mod stream;
mod validity;
mod verified;
