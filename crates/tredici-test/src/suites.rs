//! One suite of tests that runs on several engines.

use std::{
    collections::BTreeSet,
    env,
    io::{self, Write},
    process::Command,
};

/// The tests of one engine in this binary: its module, in which the module `suite` has the same tests as every other
/// engine's.
#[derive(Debug)]
pub struct EngineTests<'a> {
    /// The path of its module in the crate, such as `on_openssl`.
    pub module: &'a str,
    /// The modules beside `suite`, from the engine's on: what only this engine has, or has not.
    pub own: Vec<String>,
}

/// Tells on the standard error how many tests there are for each engine.
///
/// # Panics
/// Where the suite of one has a test that another's has not; where a test is neither in the suite nor in a module of the
/// engine's own; and where such a module has none.
pub fn assert_same_suites(engines: &[EngineTests<'_>]) {
    let all = listed_tests();
    let mut suites: Vec<BTreeSet<&str>> = Vec::new();
    for engine in engines {
        let tests = within(all.iter().map(String::as_str), engine.module);
        let suite = within(tests.iter().copied(), "suite");
        assert!(!suite.is_empty(), "no suite runs {}", engine.module);
        let mut own = 0;
        for module in &engine.own {
            let count = within(tests.iter().copied(), module).len();
            assert!(count > 0, "{}: no test in {module}", engine.module);
            own += count;
        }
        assert_eq!(suite.len() + own, tests.len(), "{}: a test stands somewhere else", engine.module);
        // Past the harness, which shows nothing of a test that passes.
        let told = format!(
            "{} tests {}: {} as on every engine, {own} of its own\n",
            tests.len(),
            engine.module,
            suite.len()
        );
        io::stderr().write_all(told.as_bytes()).expect("standard error");
        suites.push(suite);
    }
    for suite in &suites {
        let of_one: Vec<_> = suite.symmetric_difference(&suites[0]).collect();
        assert!(of_one.is_empty(), "not on every engine: {of_one:?}");
    }
}

/// The names of all tests of this binary, as the harness knows them.
pub fn listed_tests() -> Vec<String> {
    let binary = env::current_exe().expect("a test binary knows where it lies");
    let output = Command::new(binary).args(["--list", "--format=terse"]).output();
    let output = String::from_utf8(output.expect("a test binary runs").stdout).expect("text");
    output.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

/// Those in this module, from there on.
fn within<'a>(tests: impl Iterator<Item = &'a str>, module: &str) -> BTreeSet<&'a str> {
    tests.filter_map(|test| test.strip_prefix(module)?.strip_prefix("::")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    mod one {
        mod suite {
            #[test]
            fn common() {}
        }
        mod only {
            #[test]
            fn own() {}
        }
    }

    mod other {
        mod suite {
            #[test]
            fn common() {}
        }
    }

    mod wrong {
        mod suite {
            #[test]
            fn uncommon() {}
        }
    }

    fn engine(module: &'static str, own: &[&str]) -> EngineTests<'static> {
        EngineTests { module, own: own.iter().map(|&module| module.to_owned()).collect() }
    }

    fn one() -> EngineTests<'static> {
        engine("suites::tests::one", &["only"])
    }

    #[test]
    fn the_same_suite_twice() {
        assert_same_suites(&[one(), engine("suites::tests::other", &[])]);
    }

    #[test]
    #[should_panic(expected = "not on every engine: [\"common\", \"uncommon\"]")]
    fn a_test_that_is_not_on_every_engine() {
        assert_same_suites(&[one(), engine("suites::tests::wrong", &[])]);
    }

    #[test]
    #[should_panic(expected = "a test stands somewhere else")]
    fn a_test_that_is_nowhere() {
        assert_same_suites(&[engine("suites::tests::one", &[])]);
    }

    #[test]
    #[should_panic(expected = "no test in only")]
    fn a_module_without_a_test() {
        assert_same_suites(&[engine("suites::tests::other", &["only"])]);
    }
}
