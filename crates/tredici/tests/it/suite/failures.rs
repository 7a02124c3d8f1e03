//! Every failure ends in the documented code and phase, in one line that names the place, and with what is known of
//! the peer.

mod certificates;
mod clients;
mod connecting;
mod dates;
mod deadlines;
mod faults;
mod negotiation;
mod server;
mod terms;
mod truncation;
mod verdict;

use std::error::Error as _;

use tredici::{ConnectOptions, Connector, Error, Target, TlsVersion};
use tredici_test::within;

use super::ends::trusting;

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];

/// A client that trusts the kit's root and speaks this version of TLS alone.
fn speaking(version: TlsVersion) -> ConnectOptions {
    only(trusting(), version)
}

fn only(options: ConnectOptions, version: TlsVersion) -> ConnectOptions {
    options.min_version(version).max_version(version)
}

/// Why the connection is not made; the error is one that a person can read.
async fn refusal(options: ConnectOptions, target: Target) -> Error {
    let connector = Connector::new(options).expect("options that can work");
    let error = within("the connection to fail", connector.connect(target)).await;
    let error = error.expect_err("no connection");
    reads_well(&error);
    error
}

/// Why no connector is made of these options.
fn refused_options(options: ConnectOptions) -> Error {
    let error = Connector::new(options).expect_err("options that cannot work");
    reads_well(&error);
    assert_eq!(error.phase().as_str(), "options", "{error}");
    error
}

/// One line that says what, where and with which code; and nothing lost in the timings.
fn reads_well(error: &Error) {
    let line = error.to_string();
    assert!(!line.is_empty() && !line.contains(char::is_control), "not one line: {line:?}");
    assert!(line.contains(error.code()), "no code: {line}");
    assert!(!line.ends_with('.') && !line.contains("  "), "not well written: {line}");
    if let Some(target) = error.target() {
        let names = [
            target.hostname.clone(),
            target.servername.clone(),
            target.socket_path.as_ref().map(|path| path.to_string().escape_debug().to_string()),
            target.local_address.map(|address| address.to_string()),
        ];
        let named = names.iter().flatten().any(|name| line.contains(name.as_str()));
        assert!(named, "no place: {line}");
    }
    let timings = error.timings();
    let phases = [timings.lookup, timings.connect, timings.secure_connect];
    assert!(phases.into_iter().flatten().sum::<std::time::Duration>() <= timings.total, "{timings:?}");
    assert!(causes(error).count() < 10, "the chain of causes has an end");
}

/// What `source` leads to, the nearest first.
fn causes(error: &Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}

/// Code and phase, as most tests compare them.
fn code_and_phase(error: &Error) -> (&str, &str) {
    (error.code(), error.phase().as_str())
}
