//! Every wrapper of this crate at work: alone, wrongly used, and under load.
#![forbid(unsafe_code)]

mod chain;
mod ends;
mod facts;
mod lent;
mod load;
mod revocation;
mod session;
mod store;
mod verification;
