//! Completions for shells and pages of the manual, from the one definition of the arguments.

use std::io;

use clap_complete::Shell;
use clap_mangen::Man;
use tredici::Error;

use crate::{arguments, ending::Ending, outcome::Failure, output::Output};

const NAME: &str = "tredici";

pub(crate) fn completions(shell: Shell, output: &mut Output) -> io::Result<Ending> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut arguments::command(), NAME, &mut script);
    output.write(&script)?;
    Ok(Ending::Done)
}

/// The page of a verb, or of the command.
pub(crate) fn man(verb: Option<&str>, output: &mut Output) -> io::Result<Ending> {
    let mut command = arguments::command();
    command.build();
    let command = match verb {
        None => command,
        Some(verb) => match command.find_subcommand(verb) {
            Some(found) => found.clone().name(format!("{NAME}-{verb}")),
            None => {
                let error = Error::invalid("ERR_INVALID_ARG_VALUE", format!("there is no verb '{verb}'"));
                return output.fail(Failure::of(error.with_hint("tredici --help names them")));
            }
        },
    };
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    output.write(&page)?;
    Ok(Ending::Done)
}
