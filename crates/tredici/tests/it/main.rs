//! The integration tests of the library, in one binary: one link, and all of it in parallel.
//!
//! What has to do with TLS stands in `suite`, and is there once for each engine; the rest knows of none.
#![forbid(unsafe_code)]

mod boundaries;
mod certificate;
mod choice;
mod engines;
mod identity;
mod layers;
#[cfg(feature = "openssl")]
mod on_openssl;
mod public_types;
mod source;
