//! The flags that are made of the library's table of options, and `--options FILE` beneath them.

use std::{
    io::{self, Read},
    marker::PhantomData,
    path::{Path, PathBuf},
};

use clap::{
    Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueHint,
    builder::{PossibleValue, StringValueParser, TypedValueParser},
};
use tredici::{ConnectOptions, Error, ListenOptions, OPTIONS, OptionKind, OptionRow};
use zeroize::Zeroizing;

use super::prose;
use crate::output::Names;

/// One side's options, which the table describes.
pub(crate) trait Side: Default {
    fn has(row: &OptionRow) -> bool;
    fn from_json(text: &str) -> Result<Self, Error>;
    fn from_json_file(path: &Path) -> Result<Self, Error>;
    fn set_flag(&mut self, name: &str, text: &str) -> Result<(), Error>;
}

impl Side for ConnectOptions {
    fn has(row: &OptionRow) -> bool {
        row.side.is_client()
    }

    fn from_json(text: &str) -> Result<Self, Error> {
        Self::from_json(text)
    }

    fn from_json_file(path: &Path) -> Result<Self, Error> {
        Self::from_json_file(path)
    }

    fn set_flag(&mut self, name: &str, text: &str) -> Result<(), Error> {
        Self::set_flag(self, name, text)
    }
}

impl Side for ListenOptions {
    fn has(row: &OptionRow) -> bool {
        row.side.is_server()
    }

    fn from_json(text: &str) -> Result<Self, Error> {
        Self::from_json(text)
    }

    fn from_json_file(path: &Path) -> Result<Self, Error> {
        Self::from_json_file(path)
    }

    fn set_flag(&mut self, name: &str, text: &str) -> Result<(), Error> {
        Self::set_flag(self, name, text)
    }
}

/// What the arguments say of one side's options.
#[derive(Debug)]
pub(crate) struct Terms<S> {
    file: Option<PathBuf>,
    flags: Vec<(&'static str, String)>,
    side: PhantomData<S>,
}

const FILE: &str = "options";

impl<S: Side> Terms<S> {
    /// The options: what the file says, and over it what the flags say.
    pub(crate) fn resolve(&self) -> Result<S, Error> {
        let mut options = match &self.file {
            None => S::default(),
            Some(path) if path.as_os_str() == "-" => S::from_json(&standard_input()?)?,
            Some(path) => S::from_json_file(path)?,
        };
        for (name, text) in &self.flags {
            options.set_flag(name, text)?;
        }
        Ok(options)
    }

    /// What whoever has given the options calls them.
    pub(crate) fn names(&self) -> Names {
        match self.file {
            None => Names::Flags,
            Some(_) => Names::FlagsFor(self.flags.iter().map(|(name, _)| *name).collect()),
        }
    }

    /// Whether the options come from standard input.
    pub(crate) fn read_standard_input(&self) -> bool {
        self.file.as_ref().is_some_and(|path| path.as_os_str() == "-")
    }
}

fn standard_input() -> Result<Zeroizing<String>, Error> {
    let mut text = Zeroizing::new(String::new());
    io::stdin().read_to_string(&mut text).map_err(|error| {
        Error::invalid("UND_ERR_INVALID_ARG", format!("cannot read the options from standard input: {error}"))
    })?;
    Ok(text)
}

/// The options that can be written as a flag.
fn rows<S: Side>() -> impl Iterator<Item = &'static OptionRow> {
    OPTIONS.iter().filter(|row| S::has(row) && row.kind != OptionKind::Callback)
}

impl<S: Side> FromArgMatches for Terms<S> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let flags = rows::<S>().filter_map(|row| {
            let texts: Vec<&str> = matches.get_many::<String>(row.name)?.map(String::as_str).collect();
            Some((row.name, texts.join(separator(row.kind))))
        });
        Ok(Self { file: matches.get_one(FILE).cloned(), flags: flags.collect(), side: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl<S: Side> Args for Terms<S> {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new(FILE)
            .long(FILE)
            .value_name("FILE")
            .value_hint(ValueHint::FilePath)
            .value_parser(clap::value_parser!(PathBuf))
            .help("Read options from a JSON object; - is standard input, and a flag wins over it")
            .long_help(
                "Read options from a JSON object with the names that Node and undici document, such as \
                 rejectUnauthorized and ALPNProtocols; - is standard input. A flag wins over it. Files in it \
                 are relative to its directory.",
            );
        rows::<S>().fold(command.arg(file), |command, row| command.arg(flag(row)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// What stands between the values of a flag that is given several times.
fn separator(kind: OptionKind) -> &'static str {
    match kind {
        OptionKind::Addresses => ";",
        _ => ",",
    }
}

/// The options that short help shows.
const COMMON: &[&str] = &[
    "socketPath",
    "timeout",
    "lookup",
    "ca",
    "rejectUnauthorized",
    "pins",
    "servername",
    "requestCert",
    "cert",
    "key",
    "ALPNProtocols",
    "minVersion",
    "maxVersion",
    "session",
    "engine",
    "keylogFile",
];

fn flag(row: &'static OptionRow) -> Arg {
    let arg = Arg::new(row.name)
        .long(row.flag())
        .value_name(row.kind.placeholder())
        .help_heading(row.section)
        .help(prose::short(row))
        .long_help(prose::long(row))
        .hide_short_help(!COMMON.contains(&row.name))
        .value_hint(hint(row))
        .value_parser(StringValueParser::new());
    let arg = match row.kind {
        OptionKind::Boolean => arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .hide_possible_values(true)
            .value_parser(Suggested(&["true", "false"])),
        OptionKind::Choice(words) => arg.value_parser(Suggested(words)),
        OptionKind::List | OptionKind::Files | OptionKind::Addresses | OptionKind::Networks => {
            arg.action(ArgAction::Append)
        }
        _ => arg,
    };
    match row.name {
        "session" => arg.visible_alias("session-in"),
        "keylogFile" => arg.visible_alias("keylog"),
        _ => arg,
    }
}

fn hint(row: &OptionRow) -> ValueHint {
    match (row.kind, row.name) {
        (OptionKind::File | OptionKind::Files | OptionKind::SocketPath, _) => ValueHint::FilePath,
        (_, "host" | "servername") => ValueHint::Hostname,
        _ => ValueHint::Other,
    }
}

/// Words that shells complete and help lists; the library is the one to refuse others, with its own code.
#[derive(Debug, Clone)]
struct Suggested(&'static [&'static str]);

impl TypedValueParser for Suggested {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}
