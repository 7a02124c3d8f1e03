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
    let page = match verb {
        None => Man::new(command),
        Some(verb) => match command.find_subcommand_mut(verb) {
            Some(found) => of_verb(found),
            None => {
                let error = Error::invalid("ERR_INVALID_ARG_VALUE", format!("there is no verb '{verb}'"));
                return output.fail(Failure::of(error.with_hint("tredici --help names them")));
            }
        },
    };
    let mut text = Vec::new();
    page.source(concat!("tredici ", env!("CARGO_PKG_VERSION"))).render(&mut text)?;
    output.write(&text)?;
    Ok(Ending::Done)
}

/// Its options are described one by one, and not listed in the synopsis too.
fn of_verb(verb: &mut clap::Command) -> Man {
    let usage = verb.render_usage().to_string();
    let arguments = usage.split_once(verb.get_name()).map_or("", |(_, arguments)| arguments.trim());
    let usage = format!("{NAME} {} {arguments}", verb.get_name());
    let page = format!("{NAME}-{}", verb.get_name());
    Man::new(verb.clone().override_usage(usage).name(page))
}
