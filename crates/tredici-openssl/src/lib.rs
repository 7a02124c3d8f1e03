//! Safe wrappers of the OpenSSL calls that tredici needs and the `openssl` crate does not wrap.
//!
//! This is the one crate of the project with `unsafe`. Each block says why it is sound, and the tests of this
//! crate and of `tredici` run every one of them.

mod chain;
mod errors;
mod facts;
mod groups;
mod lent;
mod revocation;
mod session;
mod store;
mod verify;

pub use chain::add_chain_certificate;
pub use errors::clear_errors;
pub use facts::{group_name, shared_signature_algorithms};
pub use groups::set_groups_list;
pub use lent::{LentSsl, Stop, Wire};
pub use revocation::add_crl;
pub use session::{Session, SessionError, current_ticket, set_new_session_callback};
pub use store::SharedStore;
pub use verify::{Verification, set_cert_verify_callback};
