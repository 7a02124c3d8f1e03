//! The integration tests of the library, in one binary: one link, and all of it in parallel.
#![forbid(unsafe_code)]

mod boundaries;
mod certificate;
mod choice;
mod closing;
mod connect;
mod dropping;
mod economy;
mod ends;
mod failures;
mod hostile;
mod identity;
mod introspection;
mod layers;
mod leaks;
mod mended;
mod pin_ca;
mod pins;
mod public_types;
mod remembered;
mod sessions;
mod source;
mod spans;
mod split;
mod transports;
mod trust;
mod way;
mod write_then_read;
