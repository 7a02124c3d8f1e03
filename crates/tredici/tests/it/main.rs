//! The integration tests of the library, in one binary: one link, and all of it in parallel.
#![forbid(unsafe_code)]

mod boundaries;
mod certificate;
mod economy;
mod ends;
mod identity;
mod introspection;
mod layers;
mod sessions;
mod source;
mod spans;
mod split;
mod trust;
mod way;
mod write_then_read;
