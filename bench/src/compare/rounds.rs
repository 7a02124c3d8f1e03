//! Turn by turn, round by round.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::{
    programs::Programs,
    servers::{Certificates, Servers},
};
use crate::{
    Outcome,
    contender::{Name, Terms},
    measure::Quantity,
    order::Order,
    row::{Place, Row},
};

/// What is measured, and how often.
pub(crate) struct Plan {
    pub(crate) tasks: Vec<Task>,
    pub(crate) rounds: usize,
    pub(crate) short: bool,
    names: Vec<Name>,
}

/// What a contender does in one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) row: Row,
    pub(crate) place: Place,
}

impl Task {
    /// Who takes part: tredici alone has default roots in common, and OpenSSL has ML-KEM since 3.5.
    fn suits(self, name: Name) -> bool {
        match self.row {
            Row::FirstConnector | Row::NextConnector => name.rival().is_some(),
            Row::Hybrid => name != Name::TokioOpensslSystem,
            _ => true,
        }
    }

    pub(crate) fn name(self) -> String {
        format!("{} {}", self.row.name(), self.place.name())
    }
}

impl Plan {
    pub(crate) fn new(short: bool, rounds: usize, only: &str, programs: &Programs) -> Self {
        Self {
            tasks: tasks(only),
            rounds,
            short,
            names: Name::ALL.into_iter().filter(|&name| programs.have(name)).collect(),
        }
    }

    pub(crate) fn contenders(&self, task: Task) -> Vec<Name> {
        self.names.iter().copied().filter(|&name| task.suits(name)).collect()
    }

    pub(crate) fn progress(&self, turns: usize) -> Outcome<ProgressBar> {
        let progress = ProgressBar::new(turns as u64);
        progress.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} ({eta})")?);
        progress.enable_steady_tick(Duration::from_millis(250));
        Ok(progress)
    }
}

/// Those whose name contains this.
pub(crate) fn tasks(only: &str) -> Vec<Task> {
    let all = Row::ALL.into_iter().flat_map(|row| row.places().iter().map(move |&place| Task { row, place }));
    all.filter(|task| task.name().contains(only)).collect()
}

/// The best that each contender did.
pub(crate) struct Best {
    pub(crate) task: Task,
    pub(crate) quantity: Quantity,
    figures: Vec<(Name, f64)>,
}

impl Best {
    pub(crate) fn of(&self, name: Name) -> Option<f64> {
        self.figures.iter().find(|(other, _)| *other == name).map(|(_, figure)| *figure)
    }

    fn take(&mut self, name: Name, figure: f64) {
        match self.figures.iter_mut().find(|(other, _)| *other == name) {
            Some((_, best)) => *best = best.min(figure),
            None => self.figures.push((name, figure)),
        }
    }
}

pub(crate) fn order(name: Name, task: Task, amount: u64, servers: &Servers) -> Order {
    let Task { row, place } = task;
    let Certificates { chain, key, ca } = Certificates::get();
    let terms = Terms {
        address: servers.address(row.groups()),
        ca,
        chain,
        key,
        resume: row == Row::Resumed,
        remember: !matches!(row, Row::Full | Row::Hybrid),
    };
    Order::Work { name, row, place, amount, terms }
}

pub(crate) fn run(plan: &Plan, programs: &Programs, servers: &Servers) -> Outcome<Vec<Best>> {
    let mut all: Vec<Best> = Vec::new();
    let turns: usize = plan.tasks.iter().map(|&task| plan.contenders(task).len()).sum();
    let progress = plan.progress(turns * plan.rounds)?;
    for round in 0..plan.rounds {
        for &task in &plan.tasks {
            let mut contenders = plan.contenders(task);
            // Nobody always goes first.
            let first = round % contenders.len().max(1);
            contenders.rotate_left(first);
            for name in contenders {
                progress.set_message(format!("{}: {}", task.name(), name.as_str()));
                let order = order(name, task, task.row.amount(plan.short), servers);
                for (quantity, figure) in programs.carry_out(&order, &[])? {
                    best_of(&mut all, task, quantity).take(name, figure);
                }
                progress.inc(1);
            }
        }
    }
    progress.finish_and_clear();
    Ok(all)
}

fn best_of(all: &mut Vec<Best>, task: Task, quantity: Quantity) -> &mut Best {
    let known = all.iter().position(|best| best.task == task && best.quantity == quantity);
    let index = known.unwrap_or_else(|| {
        all.push(Best { task, quantity, figures: Vec::new() });
        all.len() - 1
    });
    &mut all[index]
}
