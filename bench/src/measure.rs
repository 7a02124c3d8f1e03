//! Wall time, CPU time and memory of this process alone.

use std::fs;

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::Outcome;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Quantity {
    Wall,
    Cpu,
    Resident,
}

impl Quantity {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Wall => "wall, us",
            Self::Cpu => "client's CPU, us",
            Self::Resident => "client's memory, bytes",
        }
    }
}

/// What was measured, for each one of what the row counts.
pub(crate) type Figures = Vec<(Quantity, f64)>;

/// Runs from its start on.
pub(crate) struct Meter {
    start: Instant,
    cpu: i64,
}

impl Meter {
    pub(crate) fn start() -> Outcome<Self> {
        Ok(Self { cpu: cpu_microseconds()?, start: Instant::now() })
    }

    pub(crate) fn per(&self, amount: u64) -> Outcome<Figures> {
        let wall = self.start.elapsed().as_secs_f64() * 1e6;
        let cpu = (cpu_microseconds()? - self.cpu) as f64;
        Ok(vec![(Quantity::Wall, wall / amount as f64), (Quantity::Cpu, cpu / amount as f64)])
    }
}

fn cpu_microseconds() -> Outcome<i64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok(usage.user_time().num_microseconds() + usage.system_time().num_microseconds())
}

/// The process's anonymous memory: heap and stacks, without the program itself.
pub(crate) fn resident_bytes() -> Outcome<u64> {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup")?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Anonymous:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kilobytes.ok_or("no 'Anonymous' in /proc/self/smaps_rollup")?.parse::<u64>()? * 1024)
}
