//! The integration tests of the library, in one binary: one link, and all of it in parallel.
#![forbid(unsafe_code)]

mod boundaries;
mod certificate;
mod connect;
mod economy;
mod ends;
mod failures;
mod identity;
mod introspection;
mod layers;
mod mended;
mod pin_ca;
mod pins;
mod public_types;
mod sessions;
mod source;
mod spans;
mod split;
mod transports;
mod trust;
mod way;
mod write_then_read;
