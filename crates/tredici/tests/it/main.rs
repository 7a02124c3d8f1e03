//! The integration tests of the library, in one binary: one link, and all of it in parallel.
//!
//! What has to do with TLS stands in `suite`, and is there once for each engine; the rest knows of none.
#![forbid(unsafe_code)]
#![expect(
    clippy::duplicate_mod,
    reason = "the suite is there once for each engine; the examples share a server"
)]

#[cfg(all(feature = "rustls", feature = "openssl"))]
mod between;
mod boundaries;
mod certificate;
mod choice;
mod compose;
mod engines;
mod examples;
mod filtered;
mod identity;
mod kinds;
mod layers;
#[cfg(feature = "hickory")]
mod name_servers;
mod networks;
#[cfg(feature = "openssl")]
mod on_openssl;
#[cfg(feature = "rustls")]
mod on_rustls;
mod public_types;
mod source;
