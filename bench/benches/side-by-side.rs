//! `cargo bench`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tredici_bench::main()
}
