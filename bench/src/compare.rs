//! Who is faster.

mod connecting;
mod machine;
mod programs;
mod report;
mod rounds;
mod servers;
mod syscalls;

use std::fs;

use clap::Parser;

use self::report::Section;
use crate::Outcome;

/// tredici beside those who connect without it.
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

impl Arguments {
    fn rounds(&self, usual: usize) -> usize {
        self.rounds.unwrap_or(if self.short { 1 } else { usual })
    }
}

pub(crate) fn compare() -> Outcome<()> {
    let arguments = Arguments::parse();
    let sections = [streams(&arguments)?, connecting::compare(&arguments)?];
    let sections: Vec<_> = sections.into_iter().flatten().collect();
    let texts: Vec<_> = sections.iter().map(Section::as_text).collect();
    print!("{}", texts.join("\n"));
    if arguments.write {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS.md");
        fs::write(path, report::document(&sections))?;
        println!("\nwritten to {path}");
    }
    Ok(())
}

/// The same stream library beneath, with tredici and without; `None` where no row is wanted.
fn streams(arguments: &Arguments) -> Outcome<Option<Section>> {
    let Arguments { short, only, .. } = arguments;
    if rounds::tasks(only).is_empty() {
        return Ok(None);
    }
    let programs = programs::Programs::find(!short)?;
    let servers = servers::Servers::start()?;
    let plan = rounds::Plan::new(*short, arguments.rounds(12), only, &programs);
    let mut tables = report::times(&rounds::run(&plan, &programs, &servers)?, &plan);
    if arguments.syscalls {
        tables += &report::syscalls(&syscalls::count(&plan, &programs, &servers)?);
    }
    let heading = report::heading(&plan, &programs)?;
    let (title, explanation) = ("Handshakes and transfer", report::EXPLANATION);
    Ok(Some(Section { title, heading, explanation, tables }))
}
