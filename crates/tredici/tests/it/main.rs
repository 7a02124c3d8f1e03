//! The integration tests of the library, in one binary: one link, and all of it in parallel.
//!
//! What has to do with TLS stands in `suite`, and is there once for each engine; the rest knows of none.
#![forbid(unsafe_code)]
#![expect(clippy::duplicate_mod, reason = "the suite is there once for each engine")]

mod boundaries;
mod certificate;
mod engines;
mod identity;
mod layers;
mod on_openssl;
mod on_rustls;
mod public_types;
mod source;
