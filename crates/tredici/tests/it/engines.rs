//! Every test of TLS is there once for each engine, and what only one engine can do has a name.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    io::{self, Write},
    path::Path,
    process::Command,
};

use crate::source;

/// What OpenSSL has and rustls has not. `on_openssl/only` tests that it works, `on_rustls/lacks` that it is refused by
/// name.
const ROWS: [&str; 5] = ["encrypted_key", "finished", "session_bytes", "shared_sigalgs", "ticket"];

/// What concerns no other engine.
const OF_OPENSSL: &str = "error_queue";

/// The engines that are built in, as their modules are called.
const ENGINES: [(&str, bool); 2] =
    [("on_openssl", cfg!(feature = "openssl")), ("on_rustls", cfg!(feature = "rustls"))];

/// The tests of this binary by their outermost module, without that.
fn tests() -> BTreeMap<String, BTreeSet<String>> {
    let binary = env::current_exe().expect("a test binary knows where it lies");
    let listed =
        Command::new(binary).args(["--list", "--format=terse"]).output().expect("a test binary runs");
    let listed = String::from_utf8(listed.stdout).expect("text");
    let mut tests = BTreeMap::<String, BTreeSet<String>>::new();
    for name in listed.lines().filter_map(|line| line.strip_suffix(": test")) {
        let (module, name) = name.split_once("::").expect("every test stands in a module");
        tests.entry(module.to_owned()).or_default().insert(name.to_owned());
    }
    tests
}

/// Those in this module, without it.
fn within<'a>(tests: &'a BTreeSet<String>, module: &str) -> BTreeSet<&'a str> {
    let prefix = format!("{module}::");
    tests.iter().filter_map(|name| name.strip_prefix(prefix.as_str())).collect()
}

/// The outermost modules of these tests.
fn modules<'a>(tests: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    tests.iter().filter_map(|name| name.split_once("::")).map(|(module, _)| module).collect()
}

#[test]
fn the_same_tests_run_on_each_engine_but_for_those_that_are_named() {
    let tests = tests();
    let mut suites = BTreeMap::new();
    for (engine, _) in ENGINES.into_iter().filter(|(_, is_built_in)| *is_built_in) {
        let all = tests.get(engine).unwrap_or_else(|| panic!("no test is {engine}"));
        let suite = within(all, "suite");
        let own = within(all, if engine == "on_openssl" { "only" } else { "lacks" });
        let rows = modules(&own);
        // Without JSON some of them are empty.
        assert!(!cfg!(feature = "serde") || rows == BTreeSet::from(ROWS), "{engine}: {rows:?}");
        assert!(rows.is_subset(&BTreeSet::from(ROWS)), "{engine}: {rows:?}");
        let others = within(all, OF_OPENSSL).len();
        assert_eq!(suite.len() + own.len() + others, all.len(), "{engine}: a test in neither suite nor rows");
        assert!(others == 0 || engine == "on_openssl", "{engine}: {others} tests of {OF_OPENSSL}");
        // Past the harness, which shows nothing of a test that passes.
        let told =
            format!("{} tests {engine}, {} of them about what only one has", all.len(), own.len() + others);
        writeln!(io::stderr(), "ENGINES: {told}").expect("standard error");
        suites.insert(engine, suite);
    }
    if let [(_, one), (_, other)] = &suites.into_iter().collect::<Vec<_>>()[..] {
        assert_eq!(one, other);
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
