//! Turn by turn, round by round; then once more with somebody who counts system calls.

use std::{collections::BTreeMap, env, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use super::{nginx::Nginx, scripts::Scripts, tools};
use crate::{
    Outcome,
    compare::syscalls,
    connecting::{Case, Kind, Peer, Tally},
    measure::Quantity,
    order::{Order, ask},
};

pub(super) struct Plan {
    pub(super) cases: Vec<Case>,
    pub(super) rounds: usize,
    pub(super) short: bool,
}

/// The best of a peer's turns.
pub(super) struct Best {
    pub(super) case: Case,
    pub(super) peer: Peer,
    /// For each connection, in microseconds.
    pub(super) wall: f64,
    pub(super) cpu: f64,
    /// System calls for each connection.
    pub(super) calls: Option<BTreeMap<String, f64>>,
    /// Of all rounds.
    pub(super) made: u64,
    pub(super) resumed: u64,
    pub(super) failed: u64,
    pub(super) failure: Option<String>,
}

impl Best {
    /// How many of a hundred connections should have been resumed.
    pub(super) fn expected_share(&self) -> f64 {
        if self.case.kind == Kind::Resumed { 100.0 } else { 0.0 }
    }

    pub(super) fn failure(&self) -> &str {
        self.failure.as_deref().unwrap_or("no reason")
    }
}

pub(super) struct Results {
    pub(super) all: Vec<Best>,
    pub(super) are_calls_counted: bool,
}

impl Results {
    pub(super) fn of(&self, case: Case, peer: Peer) -> Option<&Best> {
        self.all.iter().find(|best| best.case == case && best.peer == peer)
    }
}

impl Plan {
    fn turns(&self, scripts: &Scripts) -> Vec<(Case, Vec<Peer>)> {
        let peers = |case: Case| {
            Peer::ALL.into_iter().filter(|&peer| peer.makes(case.kind) && scripts.have(peer)).collect()
        };
        self.cases.iter().map(|&case| (case, peers(case))).collect()
    }
}

pub(super) fn run(plan: &Plan, nginx: &Nginx, scripts: &Scripts) -> Outcome<Results> {
    let turns = plan.turns(scripts);
    let are_calls_counted = tools::strace();
    let amount: usize = turns.iter().map(|(_, peers)| peers.len()).sum();
    let progress = ProgressBar::new((amount * plan.rounds) as u64);
    progress.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} ({eta})")?);
    progress.enable_steady_tick(Duration::from_millis(250));
    let mut all: Vec<Best> = Vec::new();
    let mut turn = 0;
    for round in 0..plan.rounds {
        for (case, peers) in &turns {
            let mut peers = peers.clone();
            // Nobody always goes first.
            let first = round % peers.len().max(1);
            peers.rotate_left(first);
            for peer in peers {
                progress.set_message(format!("{}: {}", case.name(), peer.name()));
                let amounts = (case.warm_up(plan.short), case.amount(plan.short));
                let order = scripts.order(peer, nginx.errand(*case, turn, amounts, &scripts.tools))?;
                note(&mut all, *case, peer, ask_for_tally(&order, &[])?);
                turn += 1;
                progress.inc(1);
            }
        }
    }
    for best in all.iter_mut().filter(|best| are_calls_counted && best.case.at_once == 1) {
        progress.set_message(format!("{}: {}, system calls", best.case.name(), best.peer.name()));
        best.calls = Some(count_calls(best, plan, turn, nginx, scripts)?);
        turn += 1;
    }
    progress.finish_and_clear();
    Ok(Results { all, are_calls_counted })
}

fn ask_for_tally(order: &Order, watcher: &[&str]) -> Outcome<Tally> {
    Ok(serde_json::from_slice(&ask(order.command(&env::current_exe()?, watcher)?)?)?)
}

fn note(all: &mut Vec<Best>, case: Case, peer: Peer, tally: Tally) {
    let known = all.iter().position(|best| best.case == case && best.peer == peer);
    let index = known.unwrap_or_else(|| {
        let (wall, cpu) = (f64::INFINITY, f64::INFINITY);
        all.push(Best { case, peer, wall, cpu, calls: None, made: 0, resumed: 0, failed: 0, failure: None });
        all.len() - 1
    });
    let best = &mut all[index];
    for (quantity, figure) in tally.figures {
        match quantity {
            Quantity::Wall => best.wall = best.wall.min(figure),
            Quantity::Cpu => best.cpu = best.cpu.min(figure),
            Quantity::Turns | Quantity::Resident => {}
        }
    }
    best.made += tally.made;
    best.resumed += tally.resumed;
    best.failed += tally.failed;
    best.failure = best.failure.take().or(tally.failure);
}

/// What a turn and one of more connections differ by belongs to these.
fn count_calls(
    best: &Best,
    plan: &Plan,
    turn: usize,
    nginx: &Nginx,
    scripts: &Scripts,
) -> Outcome<BTreeMap<String, f64>> {
    let Best { case, peer, .. } = *best;
    let (warm_up, few, many) = if plan.short { (5, 5, 25) } else { (100, 100, 600) };
    let count = |amount| {
        let order = scripts.order(peer, nginx.errand(case, turn, (warm_up, amount), &scripts.tools))?;
        syscalls::count_of(|watcher| ask_for_tally(&order, watcher))
    };
    Ok(syscalls::difference(count(few)?, count(many)?, (many - few) as f64))
}
