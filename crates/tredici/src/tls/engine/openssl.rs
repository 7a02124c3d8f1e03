//! The engine on OpenSSL: complete, every option of the specification.

mod connection;
mod context;
mod failure;
mod groups;
mod identity;
mod policy;
mod trust;
mod verification;

pub(crate) use context::OpensslContext;
