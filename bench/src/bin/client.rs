//! Told what to do by the comparison.

use std::process::ExitCode;

fn main() -> ExitCode {
    tredici_bench::main()
}
