//! Who the peer is: verdicts, names and pins, all of them pure functions of plain data.

mod code;
mod identity;
mod pins;

pub use code::VerifyCode;
pub use identity::{CertificateNames, IdentityError, IdentityRules, check_names};
pub use pins::{CertificateDigests, Pin, PinError, Pins};
