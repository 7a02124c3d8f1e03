//! Waiting that ends: by the real clock, also where tokio's clock is paused.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// How long the kit itself waits for what should be there in no time. Generous, because a machine may be busy;
/// a test that passes never waits for it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Awaits `future`, and panics with `what` where it takes longer than [`PATIENCE`] of real time.
///
/// Unlike `tokio::time::timeout` it neither reads tokio's clock nor sets a timer on it, so that a test which
/// pauses the clock may use it.
pub async fn within<F: Future>(what: &str, future: F) -> F::Output {
    // Set when the future is found pending, and not before.
    let alarm = async {
        let (_cancel, alarm) = alarm_after(PATIENCE);
        alarm.await
    };
    tokio::select! {
        biased;
        output = future => output,
        _ = alarm => panic!("waited in vain for {what}, for {PATIENCE:?}"),
    }
}

/// Waits until `condition` holds, asking again and again, and panics with `what` where it does not hold after
/// [`PATIENCE`] of real time. For what cannot be awaited: descriptors that close, tasks that end.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let before = tredici_test::alive_tasks();
/// // ... connect and close ...
/// tredici_test::settle("the tasks to end", || tredici_test::alive_tasks() == before).await;
/// # });
/// ```
pub async fn settle(what: &str, mut condition: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < PATIENCE, "waited in vain for {what}, for {PATIENCE:?}");
        // The other tasks of this thread get their turn, then those of the others.
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Tells the receiver after this time, unless the sender of the other channel is dropped before.
fn alarm_after(delay: Duration) -> (Sender<()>, oneshot::Receiver<()>) {
    let (cancel, cancelled) = mpsc::channel::<()>();
    let (ring, alarm) = oneshot::channel();
    thread::spawn(move || match cancelled.recv_timeout(delay) {
        Err(RecvTimeoutError::Timeout) => _ = ring.send(()),
        Ok(()) | Err(RecvTimeoutError::Disconnected) => drop(ring),
    });
    (cancel, alarm)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_does_not_hurry_it() {
        let (send, receive) = oneshot::channel();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            send.send(7).unwrap();
        });
        assert_eq!(within("an answer from a thread", receive).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn an_alarm_rings_once_its_time_is_over() {
        let begin = Instant::now();
        let (_cancel, alarm) = alarm_after(Duration::from_millis(20));
        alarm.await.unwrap();
        assert!(begin.elapsed() >= Duration::from_millis(20));
    }

    #[tokio::test]
    async fn a_cancelled_alarm_does_not_ring() {
        let (cancel, alarm) = alarm_after(PATIENCE);
        drop(cancel);
        assert!(alarm.await.is_err());
    }

    #[tokio::test]
    async fn settle_asks_until_the_condition_holds() {
        let asked = Cell::new(0);
        let holds = || asked.replace(asked.get() + 1) == 5;
        settle("the sixth question", holds).await;
        assert_eq!(asked.get(), 6);
    }
}
