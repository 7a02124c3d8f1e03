//! The integration tests of the command, in one binary: the real executable, real sockets.
//!
//! What has to do with TLS stands in `suite`, and is there once for each engine; the rest knows of none.
#![forbid(unsafe_code)]
#![expect(clippy::duplicate_mod, reason = "the suite is there once for each engine")]

mod call;
mod command;
mod engines;
mod on_openssl;
mod on_rustls;
mod pages;
mod shape;
mod verify;
