//! Arguments that make no sense, or that ask for help.

use std::{ffi::OsString, io};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use tredici::Error;

use crate::{ending::Ending, outcome::Failure, output::Output};

/// What the reader of the arguments has to say instead of a verb.
#[derive(Debug)]
pub(crate) struct Usage(clap::Error);

/// What is taken for an argument where it was meant for the flag before it.
pub(super) const STRAY: [&str; 2] = ["true", "false"];
pub(super) const WITH_EQUALS: &str = "a flag takes true or false with =, as in --reject-unauthorized=false";

impl Usage {
    pub(super) fn of(mut error: clap::Error, arguments: &[OsString]) -> Self {
        // That it could be a value behind `--`: no value of ours begins with a dash.
        if error.kind() == ErrorKind::UnknownArgument {
            error.remove(ContextKind::Suggested);
            if arguments.iter().any(|word| STRAY.iter().any(|stray| word == stray)) {
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![WITH_EQUALS.into()]));
            } else if let Some(tip) = of_another_verb(&error) {
                // The usage is that of the similar name.
                error.remove(ContextKind::SuggestedArg);
                error.remove(ContextKind::Usage);
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
            }
        }
        if error.kind() == ErrorKind::InvalidSubcommand
            && error.get(ContextKind::SuggestedSubcommand).is_none()
        {
            let verbs = super::command();
            let verbs: Vec<_> = verbs.get_subcommands().map(clap::Command::get_name).collect();
            let tip = format!("the verbs are {}", verbs.join(", "));
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
        }
        Self(error)
    }

    /// What it says, with a verb called one.
    fn rendered(&self, is_coloured: bool) -> String {
        let rendered = self.0.render();
        let text = if is_coloured { rendered.ansi().to_string() } else { rendered.to_string() };
        match self.0.kind() {
            ErrorKind::InvalidSubcommand => {
                let text = text.replacen("unrecognized subcommand", "unrecognized verb", 1);
                text.replacen("similar subcommand", "similar verb", 1)
            }
            _ => text,
        }
    }

    /// Prints the help that was asked for, or says what is wrong.
    pub(crate) fn tell(&self, output: &mut Output) -> io::Result<Ending> {
        match self.0.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                output.print(&self.rendered(true))?;
                Ok(Ending::Done)
            }
            _ if output.is_json() => output.fail(Failure::of(self.error(&self.rendered(false)))),
            _ => {
                output.complain(&self.rendered(true));
                Ok(Ending::Wrong)
            }
        }
    }

    fn error(&self, rendered: &str) -> Error {
        let lines: Vec<&str> = rendered.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
        let message = lines.join(" ");
        let message = message.strip_prefix("error: ").unwrap_or(&message);
        let tip = rendered.lines().find_map(|line| line.trim().strip_prefix("tip: "));
        let hint = tip.unwrap_or("see --help").to_owned();
        match self.0.kind() {
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                Error::invalid(self.code(), "a verb is missing").with_hint("see --help")
            }
            _ => Error::invalid(self.code(), message).with_hint(hint),
        }
    }

    fn code(&self) -> &'static str {
        match self.0.kind() {
            ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "ERR_MISSING_ARGS",
            ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::InvalidUtf8 => {
                "ERR_INVALID_ARG_VALUE"
            }
            _ => "UND_ERR_INVALID_ARG",
        }
    }
}

/// Whose option an unknown one is: that says more than another option with a similar name.
fn of_another_verb(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(unknown)) = error.get(ContextKind::InvalidArg) else { return None };
    let long = unknown.strip_prefix("--")?;
    let command = super::command();
    let is_it = |argument: &clap::Arg| {
        argument.get_long_and_visible_aliases().is_some_and(|names| names.contains(&long))
    };
    let has = |verb: &&clap::Command| verb.get_arguments().any(is_it);
    let verbs: Vec<_> = command.get_subcommands().filter(has).map(clap::Command::get_name).collect();
    (!verbs.is_empty()).then(|| format!("{unknown} is an option of {}", verbs.join(", ")))
}
