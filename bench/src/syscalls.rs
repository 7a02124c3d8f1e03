//! The client's system calls, counted by strace.

use std::{collections::BTreeMap, fs};

use crate::{
    Outcome,
    contender::Name,
    rounds::{Plan, order},
    row::Row,
    server::Server,
};

/// How often each system call was made, for each one of what the row counts.
pub(crate) struct Calls {
    pub(crate) row: Row,
    pub(crate) name: Name,
    pub(crate) counts: BTreeMap<String, f64>,
}

pub(crate) fn count(plan: &Plan, server: &Server) -> Outcome<Vec<Calls>> {
    let mut all = Vec::new();
    for &row in plan.rows.iter().filter(|row| **row != Row::Idle) {
        for &name in row.contenders() {
            // What two runs differ by belongs to what one of them did more of.
            let (few, many) = match row {
                Row::Receive | Row::Send => (8, 40),
                _ => (8, 108),
            };
            let mut counts = trace(name, row, many, server)?;
            for (call, count) in trace(name, row, few, server)? {
                *counts.entry(call).or_default() -= count;
            }
            let per = (many - few) as f64;
            counts.values_mut().for_each(|count| *count /= per);
            counts.retain(|_, count| *count > 0.005);
            all.push(Calls { row, name, counts });
        }
    }
    Ok(all)
}

fn trace(name: Name, row: Row, amount: u64, server: &Server) -> Outcome<BTreeMap<String, f64>> {
    let directory = tempfile::tempdir()?;
    let summary = directory.path().join("summary");
    let output = summary.to_str().ok_or("the temporary directory's name is not text")?;
    order(name, row, amount, server)
        .delegate(&["strace", "--follow-forks", "--summary-only", "--output", output])
        .map_err(|error| format!("{error} (is strace installed, and may it trace?)"))?;
    Ok(fs::read_to_string(summary)?.lines().filter_map(read).collect())
}

/// A line of strace's summary: share, seconds, microseconds for each, calls, perhaps errors, name.
fn read(line: &str) -> Option<(String, f64)> {
    let columns: Vec<_> = line.split_whitespace().collect();
    let (name, calls) = (columns.last()?, columns.get(3)?);
    (*name != "total").then_some((name.to_string(), calls.parse().ok()?))
}
