//! Who is faster.

mod machine;
mod programs;
mod report;
mod rounds;
mod servers;
mod syscalls;

use std::fs;

use clap::Parser;

use crate::Outcome;

/// tredici beside tokio-openssl and tokio-rustls.
#[derive(Parser)]
struct Arguments {
    /// A few seconds instead of minutes, without the system's OpenSSL: shows that it runs, and little more.
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

pub(crate) fn compare() -> Outcome<()> {
    let arguments = Arguments::parse();
    let programs = programs::Programs::find(!arguments.short)?;
    let servers = servers::Servers::start()?;
    let plan = rounds::Plan::new(arguments.short, arguments.rounds, &arguments.only, &programs);
    let mut report = report::heading(&plan, &programs)?;
    report += &report::times(&rounds::run(&plan, &programs, &servers)?, &plan);
    if arguments.syscalls {
        report += &report::syscalls(&syscalls::count(&plan, &programs, &servers)?);
    }
    print!("{report}");
    if arguments.write {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS.md");
        fs::write(path, report::as_markdown(&report)?)?;
        println!("\nwritten to {path}");
    }
    Ok(())
}
