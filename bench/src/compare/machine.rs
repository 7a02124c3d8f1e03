//! Where it was measured.

use std::{fs, thread::available_parallelism};

use crate::Outcome;

pub(crate) fn describe() -> Outcome<String> {
    let cores = available_parallelism()?;
    let cpuinfo = fs::read_to_string("/proc/cpuinfo")?;
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown", |(_, model)| model);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    Ok(format!("{cores} cores of {model}, Linux {}", kernel.trim()))
}
