//! What a connection runs over: sockets of all kinds, and streams that the caller already has.

mod dialled;
mod flow;
mod given;
pub(crate) mod traffic;
