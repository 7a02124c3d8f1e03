//! Who waits for a place, so that whoever gives up on them can say so.

use std::cell::Cell;

/// What is said of them.
pub(super) const FOR_A_PLACE: &str = "while it waited for a place under concurrency_limit";
pub(super) const HINT: &str = "as many connections are in the making as the limit allows: raise concurrency_limit or per_origin, or allow more time";

tokio::task_local! {
    /// How many of this task's connections wait for a place at present. It is there where somebody may want to know.
    static WAITING: Cell<usize>;
}

/// Awaits the work, and lets [`is_waiting`] know of whoever waits for a place in it.
pub(super) async fn known<W: Future>(work: W) -> W::Output {
    // Who limits the time of the whole asks the same.
    match WAITING.try_with(|_| ()) {
        Ok(()) => work.await,
        Err(_) => WAITING.scope(Cell::new(0), work).await,
    }
}

/// Whether anybody waits for a place.
pub(super) fn is_waiting() -> bool {
    WAITING.try_with(|waiting| waiting.get() > 0).unwrap_or_default()
}

/// One who waits for a place, for as long as this is held.
pub(super) struct Waiting(());

impl Waiting {
    pub(super) fn begin() -> Self {
        change(|waiting| waiting + 1);
        Self(())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        change(|waiting| waiting.saturating_sub(1));
    }
}

fn change(change: impl FnOnce(usize) -> usize) {
    // Nobody wants to know, then.
    let _unknown = WAITING.try_with(|waiting| waiting.set(change(waiting.get())));
}
