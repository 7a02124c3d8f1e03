//! Turn by turn, round by round.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    Outcome,
    contender::{Name, Terms},
    measure::Quantity,
    order::Order,
    row::Row,
    server::Server,
};

/// What is measured, and how often.
pub(crate) struct Plan {
    pub(crate) rows: Vec<Row>,
    pub(crate) rounds: usize,
    pub(crate) short: bool,
}

impl Plan {
    pub(crate) fn new(short: bool, rounds: Option<usize>, only: &str) -> Self {
        let rows = Row::ALL.into_iter().filter(|row| row.name().contains(only)).collect();
        Self { rows, rounds: rounds.unwrap_or(if short { 1 } else { 12 }), short }
    }

    pub(crate) fn progress(&self, turns: usize) -> Outcome<ProgressBar> {
        let progress = ProgressBar::new(turns as u64);
        progress.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} ({eta})")?);
        progress.enable_steady_tick(Duration::from_millis(250));
        Ok(progress)
    }
}

/// The best that each contender did.
pub(crate) struct Best {
    pub(crate) row: Row,
    pub(crate) quantity: Quantity,
    pub(crate) figures: Vec<(Name, f64)>,
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

pub(crate) fn order(name: Name, row: Row, amount: u64, server: &Server) -> Order {
    let terms = Terms {
        address: server.address(),
        chain: server.chain().to_owned(),
        key: server.key().to_owned(),
        ca: server.ca().to_owned(),
        resume: matches!(row, Row::ResumedHandshake | Row::ResumedInMemory),
        remember: !matches!(row, Row::FirstHandshake | Row::FirstInMemory),
        keep_alive: name == Name::Tredici,
    };
    Order::Work { name, row, amount, terms }
}

pub(crate) fn run(plan: &Plan, server: &Server) -> Outcome<Vec<Best>> {
    let mut all: Vec<Best> = Vec::new();
    let turns: usize = plan.rows.iter().map(|row| row.contenders().len()).sum();
    let progress = plan.progress(turns * plan.rounds)?;
    for round in 0..plan.rounds {
        for &row in &plan.rows {
            let mut contenders = row.contenders().to_vec();
            // Nobody always goes first.
            contenders.rotate_left(round % row.contenders().len());
            for name in contenders {
                progress.set_message(format!("{}: {}", row.name(), name.as_str()));
                for (quantity, figure) in order(name, row, row.amount(plan.short), server).delegate(&[])? {
                    best_of(&mut all, row, quantity).take(name, figure);
                }
                progress.inc(1);
            }
        }
    }
    progress.finish_and_clear();
    all.sort_by_key(|best| Row::ALL.iter().position(|row| *row == best.row));
    Ok(all)
}

fn best_of(all: &mut Vec<Best>, row: Row, quantity: Quantity) -> &mut Best {
    let known = all.iter().position(|best| best.row == row && best.quantity == quantity);
    let index = known.unwrap_or_else(|| {
        all.push(Best { row, quantity, figures: Vec::new() });
        all.len() - 1
    });
    &mut all[index]
}
