//! Certificates made on the spot, scripted servers and faults for our own tests.
//!
//! - Certificates: [`Pki`] for the usual ones; [`Authority`] and [`CertificateSpec`] for any other.
//! - Certificates that no authority would issue: [`draft`].
//! - Servers: [`NodeServer`], [`BunServer`], [`NginxServer`] and [`OpensslServer`] tell their own view of a connection; [`ScriptedServer`]
//!   misbehaves; [`EarlyTicketServer`] hurries; [`RefusedPort`], [`UnansweredPort`] and [`abandoned_socket`] are nobody at all.
//! - Clients: [`OpensslClient`] and [`Curl`].
//! - Between: [`Relay`] listens in and cuts the line; [`wire`] reads what it has heard.
//! - Beneath: [`Counting`] counts calls, [`Trickle`] gives and takes a little at a time.
//! - An oracle: [`node_peer_certificate`] and [`node_oracle`] say what Node says.
//! - Engines: [`assert_same_suites`] compares what is tested on each.
//! - Leaks: [`run_alone`], [`open_descriptors`], [`resident_bytes`], [`alive_tasks`], [`allow_descriptors`], [`settle`], [`drop_after`].
//!
//! What goes wrong here panics, with the reason: it is a test that fails.
#![forbid(unsafe_code)]

mod alone;
mod authority;
mod cancel;
mod certificate;
mod clients;
mod counting;
mod deadline;
pub mod draft;
mod key;
mod leaks;
mod oracle;
mod pairs;
mod pki;
mod program;
mod relay;
mod revocation;
mod servers;
mod spec;
mod suites;
mod trickle;
pub mod wire;

pub use alone::{run_alone, run_alone_on};
pub use authority::Authority;
pub use cancel::drop_after;
pub use certificate::{Certificate, Files};
pub use clients::curl::Curl;
pub use clients::openssl::{OpensslClient, OpensslClientBuilder};
pub use counting::{Counter, Counting, Counts};
pub use deadline::{PATIENCE, settle, within};
pub use key::{Key, KeyKind};
pub use leaks::{alive_tasks, allow_descriptors, open_descriptors, resident_bytes};
pub use oracle::{node_client, node_oracle, node_peer_certificate};
pub use pairs::{tcp_pair, unix_pair};
pub use pki::Pki;
pub use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose};
pub use relay::{Cut, Recording, Relay};
pub use servers::absent::{RefusedPort, UnansweredPort, abandoned_socket};
pub use servers::bun::{BunServer, BunServerBuilder};
pub use servers::early_tickets::EarlyTicketServer;
pub use servers::nginx::{NginxServer, NginxServerBuilder};
pub use servers::node::{Behaviour, NodeServer, NodeServerBuilder};
pub use servers::openssl::{OpensslServer, OpensslServerBuilder};
pub use servers::scripted::{Fault, ScriptedServer};
pub use spec::{CertificateSpec, attribute};
pub use suites::{EngineTests, assert_same_suites, listed_tests};
pub use trickle::Trickle;
