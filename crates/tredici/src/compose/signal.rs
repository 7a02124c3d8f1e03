//! The target's signal, where a connector waits for something else than a connection.

use tokio_util::sync::CancellationToken;

use crate::{
    error::{Error, ErrorKind, Phase},
    target::{Destination, Target},
};

/// Whose work it is, and what gives it up.
pub(super) struct Signal(Option<(CancellationToken, Destination)>);

impl Signal {
    pub(super) fn of(target: &Target) -> Self {
        Self(target.given_signal().map(|signal| (signal, target.destination().clone())))
    }

    /// Awaits the work of this phase unless the signal is given; `what` is added to what is said then.
    pub(super) async fn unless_given<W: Future>(
        &self,
        phase: Phase,
        what: &str,
        work: W,
    ) -> Result<W::Output, Error> {
        let Some((signal, destination)) = &self.0 else { return Ok(work.await) };
        signal.run_until_cancelled(work).await.ok_or_else(|| {
            let gap = if what.is_empty() { "" } else { " " };
            let message = format!("The operation was aborted during {phase}{gap}{what}");
            Error::new(ErrorKind::Aborted, phase, "ABORT_ERR", message).with_target(destination.clone())
        })
    }
}
