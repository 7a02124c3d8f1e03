//! Certificates made on the spot, scripted servers and faults for our own tests.
#![forbid(unsafe_code)]

mod alone;
mod authority;
mod certificate;
mod deadline;
mod key;
mod leaks;
mod pairs;
mod pki;
mod program;
mod spec;

pub use alone::{run_alone, run_alone_on};
pub use authority::Authority;
pub use certificate::{Certificate, Files};
pub use deadline::{PATIENCE, settle, within};
pub use key::{Key, KeyKind};
pub use leaks::{alive_tasks, open_descriptors, resident_bytes};
pub use pairs::{tcp_pair, unix_pair};
pub use pki::Pki;
pub use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose};
pub use spec::{CertificateSpec, attribute};
