//! How far a connection has come, for whoever limits its time from outside.

use std::cell::Cell;

use crate::error::Phase;

tokio::task_local! {
    /// The farthest phase that a connection of this task is in. It is there where somebody may want to know.
    static FARTHEST: Cell<Phase>;
}

/// Awaits the work, and lets [`farthest`] know how far the connection in it has come.
pub(crate) async fn followed<W: Future>(work: W) -> W::Output {
    // Who limits the time of the whole asks the same.
    match FARTHEST.try_with(|_| ()) {
        Ok(()) => work.await,
        Err(_) => FARTHEST.scope(Cell::new(Phase::Options), work).await,
    }
}

/// The phase that a connection is in; `None` where none of this library's has begun.
pub(crate) fn farthest() -> Option<Phase> {
    FARTHEST.try_with(Cell::get).ok().filter(|phase| *phase != Phase::Options)
}

/// What may be the matter with a connection that does not leave this phase.
pub(crate) fn hint(phase: Phase) -> &'static str {
    match phase {
        Phase::Lookup => "the name server does not answer in time",
        Phase::SecureConnect => "the connection stands, but the peer does not finish the TLS handshake",
        Phase::Check => "the connection stands, but a check of yours does not end",
        Phase::Transfer => {
            "the connection stands, but what you do with it before it is handed on does not end"
        }
        _ => "nobody answers there; check address and firewall",
    }
}

/// One connection's part. One that is made within another, by a check that asks elsewhere, does not take back how far that
/// one has come.
pub(super) struct Progress {
    /// How far it was without this one; `None` where nobody wants to know.
    before: Option<Phase>,
}

impl Progress {
    pub(super) fn begin() -> Self {
        Self { before: FARTHEST.try_with(Cell::get).ok() }
    }

    pub(super) fn come_to(&self, phase: Phase) {
        if let Some(before) = self.before {
            set(if before as u8 > phase as u8 { before } else { phase });
        }
    }

    /// There will be no connection.
    pub(super) fn come_to_nothing(&self) {
        self.before.into_iter().for_each(set);
    }
}

fn set(phase: Phase) {
    // Nobody wants to know any more.
    let _unknown = FARTHEST.try_with(|farthest| farthest.set(phase));
}
