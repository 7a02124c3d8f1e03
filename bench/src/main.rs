//! tredici beside `tokio-openssl`, both on the same copy of OpenSSL, under the same terms, over loopback TCP.
//!
//! The server is another process, the same for both. Each measurement is a fresh process too, so that no contender
//! inherits the other's memory. They take turns for several rounds, and the best of one is compared with the best of
//! the other: what else the machine does can only make a round slower.

mod contender;
mod cores;
mod machine;
mod measure;
mod memory;
mod order;
mod policy;
mod report;
mod rounds;
mod row;
mod server;
mod syscalls;
mod work;

use std::{error::Error, fs, process::ExitCode};

use clap::Parser;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// tredici beside tokio-openssl, on the same OpenSSL.
#[derive(Parser)]
struct Arguments {
    /// A few seconds instead of minutes: shows that it runs, and little more.
    #[arg(long)]
    short: bool,
    /// Write the result into bench/RESULTS.md.
    #[arg(long)]
    write: bool,
    /// Count the client's system calls, too. Needs strace.
    #[arg(long)]
    syscalls: bool,
    /// Only the rows whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// How many times each contender has its turn.
    #[arg(long)]
    rounds: Option<usize>,
    /// `cargo bench` says so.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let outcome = match order::Order::received() {
        Ok(Some(order)) => order.carry_out(),
        Ok(None) => compare(&Arguments::parse()),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(arguments: &Arguments) -> Outcome<()> {
    let plan = rounds::Plan::new(arguments.short, arguments.rounds, &arguments.only);
    let server = server::Server::start()?;
    let mut report = report::heading(&plan)?;
    report += &report::times(&rounds::run(&plan, &server)?);
    if arguments.syscalls {
        report += &report::syscalls(&syscalls::count(&plan, &server)?);
    }
    print!("{report}");
    if arguments.write {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS.md");
        fs::write(path, report::as_markdown(&report)?)?;
        println!("\nwritten to {path}");
    }
    Ok(())
}
