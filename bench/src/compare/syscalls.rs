//! The client's system calls, counted by strace.

use std::{collections::BTreeMap, fs};

use super::{
    programs::Programs,
    rounds::{Plan, Task, order},
    servers::Servers,
};
use crate::{
    Outcome,
    contender::Name,
    row::{Place, Row},
};

/// How often each system call was made, for each one of what the row counts.
pub(crate) struct Calls {
    pub(crate) task: Task,
    pub(crate) name: Name,
    pub(crate) counts: BTreeMap<String, f64>,
}

pub(crate) fn count(plan: &Plan, programs: &Programs, servers: &Servers) -> Outcome<Vec<Calls>> {
    let mut all = Vec::new();
    let counted = |task: &&Task| task.place == Place::Loopback && task.row != Row::Idle;
    for &task in plan.tasks.iter().filter(counted) {
        for name in plan.contenders(task) {
            let (few, many) = if task.row.unit() == "MiB" { (8, 40) } else { (8, 108) };
            let trace = |amount| {
                let order = order(name, task, amount, servers);
                count_of(|watcher| programs.carry_out(&order, watcher))
            };
            let counts = difference(trace(few)?, trace(many)?, (many - few) as f64);
            all.push(Calls { task, name, counts });
        }
    }
    Ok(all)
}

/// What strace counts of a process that is started with it as its watcher.
pub(crate) fn count_of<T>(start: impl FnOnce(&[&str]) -> Outcome<T>) -> Outcome<BTreeMap<String, f64>> {
    let directory = tempfile::tempdir()?;
    let summary = directory.path().join("summary");
    let output = summary.to_str().ok_or("the temporary directory's name is not text")?;
    start(&["strace", "--follow-forks", "--summary-only", "--output", output])
        .map_err(|error| format!("{error} (is strace installed, and may it trace?)"))?;
    Ok(fs::read_to_string(summary)?.lines().filter_map(read).collect())
}

/// What two runs differ by belongs to what one of them did more of.
pub(crate) fn difference(
    few: BTreeMap<String, f64>,
    mut many: BTreeMap<String, f64>,
    more: f64,
) -> BTreeMap<String, f64> {
    for (call, count) in few {
        *many.entry(call).or_default() -= count;
    }
    // The meter's own.
    many.remove("clock_gettime");
    many.values_mut().for_each(|count| *count /= more);
    many.retain(|_, count| *count > 0.005);
    many
}

/// A line of strace's summary: share, seconds, microseconds for each, calls, perhaps errors, name.
fn read(line: &str) -> Option<(String, f64)> {
    let columns: Vec<_> = line.split_whitespace().collect();
    let (name, calls) = (columns.last()?, columns.get(3)?);
    (*name != "total").then_some((name.to_string(), calls.parse().ok()?))
}
