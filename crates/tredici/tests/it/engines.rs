//! Every test of TLS is there once for each engine, and what only one engine can do has a name.

use std::{collections::BTreeSet, path::Path};

use tredici::OPTIONS;
use tredici_test::{EngineTests, assert_same_suites, listed_tests};

use crate::source;

/// What OpenSSL has and rustls has not. `on_openssl/only` tests that it works, `on_rustls/lacks` that it is refused by
/// name.
const ROWS: [&str; 7] = [
    "cipher_expressions",
    "encrypted_key",
    "finished",
    "old_versions",
    "session_bytes",
    "shared_sigalgs",
    "ticket",
];

#[test]
fn the_same_tests_run_on_each_engine_but_for_those_that_are_named() {
    let rows = |module: &str| ROWS.map(|row| format!("{module}::{row}")).to_vec();
    let own = [rows("only"), vec!["error_queue".to_owned()]].concat();
    let openssl = cfg!(feature = "openssl").then_some(EngineTests { module: "on_openssl", own });
    let rustls = cfg!(feature = "rustls").then_some(EngineTests { module: "on_rustls", own: rows("lacks") });
    assert_same_suites(&[openssl, rustls].into_iter().flatten().collect::<Vec<_>>());
}

/// The table of options tells what each engine honours; each of its cells is a test.
#[test]
fn every_option_of_tls_is_tested_on_each_engine() {
    let tests = listed_tests();
    let engines = [("on_openssl", cfg!(feature = "openssl")), ("on_rustls", cfg!(feature = "rustls"))];
    for (engine, _) in engines.into_iter().filter(|(_, is_built_in)| *is_built_in) {
        for row in OPTIONS.iter().filter(|row| row.tls) {
            let test = format!("{engine}::suite::cells::{}", row.flag().replace('-', "_"));
            assert!(tests.contains(&test), "no test {test}");
        }
    }
}

/// A client that names no engine would be the same one in both suites.
#[test]
fn clients_of_the_suite_are_made_in_one_place() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/suite");
    let mut made = BTreeSet::new();
    for source in source::read(&suite) {
        for path in source.paths() {
            if let [.., options, new] = &path.segments[..]
                && (options == "ConnectOptions" && (new == "new" || new == "default"))
                    | (options == "tredici" && new == "connect")
            {
                made.insert(source.file.display().to_string());
            }
        }
    }
    assert_eq!(made, BTreeSet::from(["ends.rs".to_owned()]));
}
