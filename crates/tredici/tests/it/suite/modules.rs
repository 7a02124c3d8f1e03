//! All that holds on every engine: each engine's tests begin with these modules, the same ones.

use super::ENGINE;

mod cells;
mod checks;
mod closing;
mod connect;
mod dropping;
mod economy;
pub(crate) mod ends;
mod failures;
mod filter;
mod groups;
mod hostile;
mod hyper;
mod interoperation;
mod introspection;
mod keylog;
mod leaks;
mod mended;
mod names;
mod pin_ca;
mod pins;
mod racing;
mod remembered;
pub(crate) mod revocation;
mod rotation;
pub(crate) mod sessions;
mod signal;
mod socket_terms;
mod spans;
mod split;
mod transports;
mod trust;
mod watching;
mod way;
mod write_then_read;
