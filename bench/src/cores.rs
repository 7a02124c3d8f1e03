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
    let allowed = allowed()?;
    let Some((clients, servers @ [_, ..])) = allowed.split_last() else { return Ok(()) };
    let mine = if side == Side::Client { std::slice::from_ref(clients) } else { servers };
    let mut set = CpuSet::new();
    for &core in mine {
        set.set(core)?;
    }
    Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
}

/// Those of a server that chooses by itself; none where there are none to choose from.
#[cfg(feature = "comparison")]
pub(crate) fn of_servers() -> Outcome<Vec<usize>> {
    let mut allowed = allowed()?;
    allowed.pop();
    Ok(allowed)
}

fn allowed() -> Outcome<Vec<usize>> {
    let allowed = sched_getaffinity(Pid::from_raw(0))?;
    Ok((0..CpuSet::count()).filter(|&core| allowed.is_set(core).unwrap_or(false)).collect())
}
