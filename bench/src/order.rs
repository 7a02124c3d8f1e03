//! What a process of this program is told to do by the one that started it.

use std::env;
#[cfg(feature = "comparison")]
use std::{
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::{Deserialize, Serialize};

#[cfg(feature = "comparison")]
use crate::connecting::{self, Errand, Peer};
use crate::{
    Outcome,
    contender::{Name, Terms},
    cores::{self, Side},
    policy::Groups,
    row::{Place, Row},
    server, work,
};

const VARIABLE: &str = "TREDICI_BENCH_ORDER";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// Be the server, with this chain and key in PEM, and choose of these groups.
    Serve { chain: String, key: String, groups: Groups },
    /// Be a client, and print the figures.
    Work { name: Name, row: Row, place: Place, amount: u64, terms: Terms },
    /// Be a client that connects and nothing else, and print what came of it.
    #[cfg(feature = "comparison")]
    Connect { peer: Peer, errand: Errand },
    /// Become this program, in a client's place.
    #[cfg(feature = "comparison")]
    Become { program: PathBuf, arguments: Vec<String> },
    /// Print the version of OpenSSL.
    Describe,
}

impl Order {
    pub(crate) fn received() -> Outcome<Option<Self>> {
        match env::var(VARIABLE) {
            Ok(order) => Ok(Some(serde_json::from_str(&order)?)),
            Err(_none) => Ok(None),
        }
    }

    pub(crate) fn carry_out(&self) -> Outcome<()> {
        match self {
            Self::Serve { chain, key, groups } => {
                cores::take(Side::Server)?;
                server::serve(&server::context(chain, key, *groups)?)
            }
            Self::Work { name, row, place, amount, terms } => {
                cores::take(Side::Client)?;
                let figures = work::carry_out(*name, *row, *place, *amount, terms)?;
                println!("{}", serde_json::to_string(&figures)?);
                Ok(())
            }
            #[cfg(feature = "comparison")]
            Self::Connect { peer, errand } => {
                cores::take(Side::Client)?;
                println!("{}", serde_json::to_string(&connecting::carry_out(*peer, errand)?)?);
                Ok(())
            }
            #[cfg(feature = "comparison")]
            Self::Become { program, arguments } => {
                cores::take(Side::Client)?;
                Err(Command::new(program).args(arguments).env_remove(VARIABLE).exec().into())
            }
            Self::Describe => {
                println!("{}", serde_json::to_string(openssl::version::version())?);
                Ok(())
            }
        }
    }

    /// This order for `program`; `watcher` is another that watches it.
    #[cfg(feature = "comparison")]
    pub(crate) fn command(&self, program: &Path, watcher: &[&str]) -> Outcome<Command> {
        let mut command = match watcher.split_first() {
            Some((watcher, arguments)) => {
                let mut command = Command::new(watcher);
                command.args(arguments).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.env(VARIABLE, serde_json::to_string(self)?).stdin(Stdio::null());
        Ok(command)
    }
}

/// Runs a process to its end, and returns what it has said.
#[cfg(feature = "comparison")]
pub(crate) fn ask(mut command: Command) -> Outcome<Vec<u8>> {
    let output = command.stderr(Stdio::inherit()).output()?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(format!("a client failed: {}", output.status).into()),
    }
}
