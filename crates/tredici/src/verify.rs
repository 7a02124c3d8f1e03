//! Who the peer is: verdicts, names and pins, all of them pure functions of plain data.

mod authorization;
mod code;
mod identity;
mod pin_failure;
mod pins;
mod server_identity;
mod untimely;

pub use authorization::AuthorizationError;
pub use code::VerifyCode;
pub(crate) use identity::is_dns_name_among;
pub use identity::{CertificateNames, IdentityError, IdentityRules, check_names};
pub use pin_failure::PinFailure;
pub use pins::{CertificateDigests, Pin, PinError, Pins};
pub use server_identity::check_server_identity;
pub(crate) use untimely::Untimely;
