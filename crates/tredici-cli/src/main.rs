//! The command `tredici`: the library's face to a person and to a script.
//!
//! Arguments become a plan, in which everything is settled that can be settled without the network; then the plan runs.
#![forbid(unsafe_code)]

mod arguments;
mod connect;
mod ending;
mod file;
mod human;
mod interrupt;
mod listen;
mod outcome;
mod output;
mod pages;
mod pin;
mod verify;
mod waterfall;

use std::{env, io, process::ExitCode};

use arguments::Verb;
use ending::Ending;
use output::Output;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().collect();
    let mut output = Output::new(arguments::wants_json(&arguments));
    let ending = match arguments::parse(&arguments) {
        Ok(verb) => run(verb, &mut output),
        Err(usage) => usage.tell(&mut output),
    };
    Ending::of(ending).into()
}

fn run(verb: Verb, output: &mut Output) -> io::Result<Ending> {
    match verb {
        Verb::Connect(arguments) => connect::run(*arguments, output),
        Verb::Listen(arguments) => listen::run(*arguments, output),
        Verb::Pin(arguments) => pin::run(&arguments, output),
        Verb::Verify(arguments) => verify::run(&arguments, output),
        Verb::Completions { shell } => pages::completions(shell, output),
        Verb::Man { verb } => pages::man(verb.as_deref(), output),
    }
}
