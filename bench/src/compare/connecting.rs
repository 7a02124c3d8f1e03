//! Who connects with the least effort: the second table.

mod nginx;
mod plan;
mod report;
mod scripts;
mod tools;

use std::process::Command;

use self::{nginx::Nginx, plan::Plan, scripts::Scripts};
use super::{Arguments, report::Section};
use crate::{Outcome, connecting::Case};

/// Heading, text and tables; none where no row is wanted.
pub(crate) fn compare(arguments: &Arguments) -> Outcome<Option<Section>> {
    let cases: Vec<_> = Case::all().filter(|case| case.name().contains(&arguments.only)).collect();
    if cases.is_empty() {
        return Ok(None);
    }
    let Some(version) = tools::version(Command::new(Nginx::program()).arg("-v")) else {
        return Ok(Some(report::without_server()?));
    };
    let scripts = Scripts::find()?;
    let plan = Plan { cases, rounds: arguments.rounds(3), short: arguments.short };
    let nginx = Nginx::start()?;
    let results = plan::run(&plan, &nginx, &scripts)?;
    Ok(Some(report::section(&results, &plan, &version, &scripts)?))
}
