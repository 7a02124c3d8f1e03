//! A core for the client alone.

use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};

use crate::Outcome;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

/// The client has the last of the cores that this process may use, the server has the others. Else the system puts the
/// two on one core as often as not, where they push each other out of its caches, and who answers when decides the figures.
pub(crate) fn take(side: Side) -> Outcome<()> {
    let allowed = sched_getaffinity(Pid::from_raw(0))?;
    let cores: Vec<_> = (0..CpuSet::count()).filter(|&core| allowed.is_set(core).unwrap_or(false)).collect();
    let Some((clients, servers @ [_, ..])) = cores.split_last() else { return Ok(()) };
    let mine = if side == Side::Client { std::slice::from_ref(clients) } else { servers };
    let mut set = CpuSet::new();
    for &core in mine {
        set.set(core)?;
    }
    Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
}
