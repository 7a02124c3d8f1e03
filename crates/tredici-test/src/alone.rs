//! A test in a process of its own.

use std::env;
use std::process::{Command, Stdio};

/// Names, in the environment of the second process, the test that it is to run.
const ALONE: &str = "TREDICI_TEST_ALONE";

/// Runs the body of a test in a process where no other test runs, for what belongs to a whole process:
/// descriptors, memory, environment.
///
/// The test binary runs itself once more, for this one test: in the first process this function starts the
/// second and passes its verdict on, in the second it runs `body`. It is therefore the whole of the test, and
/// `name` is the path of the test from the crate on. Works the same under `cargo test` and `cargo nextest`.
///
/// ```no_run
/// // in tests/it/leaks.rs
/// #[test]
/// fn a_connection_leaves_nothing() {
///     tredici_test::run_alone(concat!(module_path!(), "::a_connection_leaves_nothing"), async {
///         let before = tredici_test::open_descriptors();
///         // ...
///     });
/// }
/// ```
///
/// The body runs on a tokio runtime with two threads; [`run_alone_on`] takes another.
///
/// # Panics
/// Where the body panics, and where no test has this name.
pub fn run_alone(name: &str, body: impl Future<Output = ()>) {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    run_alone_on(name, || runtime().expect("a runtime"), body);
}

/// [`run_alone`] on the runtime that `runtime` makes.
pub fn run_alone_on(
    name: &str,
    runtime: impl FnOnce() -> tokio::runtime::Runtime,
    body: impl Future<Output = ()>,
) {
    // The harness knows a test by its path within the crate.
    let (_, name) = name.split_once("::").expect("a path from the crate on");
    if env::var_os(ALONE).is_some_and(|alone| alone == name) {
        println!("{}", begun(name));
        runtime().block_on(body);
    } else {
        pass_on_the_verdict(name);
    }
}

fn pass_on_the_verdict(name: &str) {
    let binary = env::current_exe().expect("a test binary knows where it lies");
    let output = Command::new(binary)
        .args([name, "--exact", "--include-ignored", "--nocapture", "--test-threads=1"])
        .env(ALONE, name)
        .stdin(Stdio::null())
        .output()
        .expect("a test binary runs");

    let (told, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    // Without a test of this name the harness runs none and is content.
    assert!(told.contains(&begun(name)), "no test is called `{name}`\n{told}{complained}");
    print!("{told}");
    eprint!("{complained}");
    assert!(output.status.success(), "`{name}`, alone in its process, failed: {}", output.status);
}

fn begun(name: &str) -> String {
    format!("`{name}` runs alone in its process")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    use super::*;

    fn is_second_process() -> bool {
        env::var_os(ALONE).is_some()
    }

    #[test]
    fn the_body_runs_in_the_second_process_only() {
        let ran = Cell::new(false);
        run_alone(concat!(module_path!(), "::the_body_runs_in_the_second_process_only"), async {
            ran.set(true);
        });
        assert_eq!(ran.get(), is_second_process());
    }

    #[test]
    fn a_failure_is_passed_on() {
        let run = || run_alone(concat!(module_path!(), "::a_failure_is_passed_on"), async { panic!("alas") });
        let failure = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
        if is_second_process() {
            resume_unwind(failure);
        }
        assert!(failure.downcast_ref::<String>().unwrap().contains("alone in its process, failed"));
    }

    #[test]
    #[should_panic(expected = "no test is called `alone::tests::misspelt`")]
    fn a_misspelt_name_does_not_pass() {
        run_alone("tredici_test::alone::tests::misspelt", async {});
    }
}
