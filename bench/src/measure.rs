//! Wall time, CPU time and memory of this process alone.

use std::{fs, time::Duration};

use nix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::Outcome;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Quantity {
    Wall,
    Cpu,
    /// What one of two who take turns in a thread is at it.
    Turns,
    Resident,
}

#[cfg(feature = "comparison")]
impl Quantity {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Wall => "wall, us",
            Self::Cpu => "CPU, us",
            Self::Turns => "time, us",
            Self::Resident => "bytes",
        }
    }
}

/// What was measured, for each one of what the row counts.
pub(crate) type Figures = Vec<(Quantity, f64)>;

/// Counts while it is not stopped.
pub(crate) struct Meter {
    wall: Duration,
    cpu: Duration,
}

/// When a meter was started.
pub(crate) struct Running {
    start: Instant,
    cpu: Duration,
}

impl Meter {
    pub(crate) fn new() -> Self {
        Self { wall: Duration::ZERO, cpu: Duration::ZERO }
    }

    pub(crate) fn start(&self) -> Outcome<Running> {
        Ok(Running { cpu: cpu_time()?, start: Instant::now() })
    }

    pub(crate) fn stop(&mut self, running: &Running) -> Outcome<()> {
        self.wall += running.start.elapsed();
        self.cpu += cpu_time()? - running.cpu;
        Ok(())
    }

    pub(crate) fn per(&self, amount: u64) -> Figures {
        let microseconds = |time: Duration| time.as_secs_f64() * 1e6 / amount as f64;
        vec![(Quantity::Wall, microseconds(self.wall)), (Quantity::Cpu, microseconds(self.cpu))]
    }
}

fn cpu_time() -> Outcome<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?.into())
}

/// The process's anonymous memory: heap and stacks, without the program itself.
pub(crate) fn resident_bytes() -> Outcome<u64> {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup")?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Anonymous:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kilobytes.ok_or("no 'Anonymous' in /proc/self/smaps_rollup")?.parse::<u64>()? * 1024)
}
