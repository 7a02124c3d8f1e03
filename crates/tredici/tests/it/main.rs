//! The integration tests of the library, in one binary: one link, and all of it in parallel.
#![forbid(unsafe_code)]

mod boundaries;
mod certificate;
mod closing;
mod dropping;
mod economy;
mod ends;
mod identity;
mod layers;
mod leaks;
mod source;
mod spans;
mod split;
mod trust;
mod way;
