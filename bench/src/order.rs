//! What a process of this program is told to do by the one that started it.

use std::{
    env,
    process::{Command, Stdio},
};

use serde::{Deserialize, Serialize};

use crate::{
    Outcome,
    contender::{Name, Terms},
    cores::{self, Side},
    measure::Figures,
    row::Row,
    server, work,
};

const VARIABLE: &str = "TREDICI_BENCH_ORDER";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// Be the server, with this chain and key in PEM.
    Serve { chain: String, key: String },
    /// Be a client, and print the figures.
    Work { name: Name, row: Row, amount: u64, terms: Terms },
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
            Self::Serve { chain, key } => {
                cores::take(Side::Server)?;
                server::serve(chain, key)
            }
            Self::Work { name, row, amount, terms } => {
                cores::take(Side::Client)?;
                let figures = work::carry_out(*name, *row, *amount, terms)?;
                println!("{}", serde_json::to_string(&figures)?);
                Ok(())
            }
        }
    }

    /// This program again, with this order; `before` is a program that watches it.
    pub(crate) fn command(&self, before: &[&str]) -> Outcome<Command> {
        let program = env::current_exe()?;
        let mut command = match before.split_first() {
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

    /// Has another process carry it out, and reads its figures.
    pub(crate) fn delegate(&self, before: &[&str]) -> Outcome<Figures> {
        let output = self.command(before)?.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(format!("a client failed: {}", output.status).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}
