//! Certificates made on the spot, scripted servers and faults for our own tests.
#![forbid(unsafe_code)]

mod alone;
mod authority;
mod certificate;
mod deadline;
mod key;
mod leaks;
mod oracle;
mod pairs;
mod pki;
mod program;
mod servers;
mod spec;

pub use alone::{run_alone, run_alone_on};
pub use authority::Authority;
pub use certificate::{Certificate, Files};
pub use deadline::{PATIENCE, settle, within};
pub use key::{Key, KeyKind};
pub use leaks::{alive_tasks, open_descriptors, resident_bytes};
pub use oracle::{node_client, node_oracle, node_peer_certificate};
pub use pairs::{tcp_pair, unix_pair};
pub use pki::Pki;
pub use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose};
pub use servers::absent::{RefusedPort, UnansweredPort, abandoned_socket};
pub use servers::node::{Behaviour, NodeServer, NodeServerBuilder};
pub use servers::openssl::{OpensslServer, OpensslServerBuilder};
pub use servers::scripted::{Fault, ScriptedServer};
pub use spec::{CertificateSpec, attribute};
