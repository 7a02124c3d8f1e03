//! What no other engine has, a row of the table to a file.

mod cipher_expressions;
mod encrypted_key;
mod finished;
mod old_versions;
mod session_bytes;
mod shared_sigalgs;
mod ticket;

use tredici::{Connector, TlsVersion};

use super::suite::ends;

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];

/// Of TLS no newer than this version.
fn newest(version: TlsVersion) -> Connector {
    Connector::new(ends::trusting().max_version(version)).expect("a connector")
}
