//! Dropping a future half-way.

use std::future::poll_fn;
use std::task::Poll;

/// Polls `future` at most so many times, whenever it is woken, and drops it then. Returns what it came to, or
/// `None` where it was dropped before it was done.
///
/// A test of what a dropped future leaves behind goes through every number of polls until the future is done:
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use tredici_test::drop_after;
///
/// let steps = async || {
///     tokio::task::yield_now().await;
///     tokio::task::yield_now().await;
/// };
/// let mut polls = 0;
/// while drop_after(polls, steps()).await.is_none() {
///     // ... nothing is left behind ...
///     polls += 1;
/// }
/// assert_eq!(polls, 3);
/// # });
/// ```
pub async fn drop_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut polled = 0;
    poll_fn(move |cx| {
        if polled < polls {
            polled += 1;
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
        }
        if polled == polls { Poll::Ready(None) } else { Poll::Pending }
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn it_is_polled_so_often_and_dropped() {
        for polls in 0..10 {
            let held = Arc::new(());
            let future = {
                let held = Arc::clone(&held);
                async move {
                    for _ in 0..5 {
                        tokio::task::yield_now().await;
                    }
                    Arc::strong_count(&held)
                }
            };
            let expected = (polls >= 6).then_some(2);
            assert_eq!(drop_after(polls, future).await, expected, "after {polls} polls");
            assert_eq!(Arc::strong_count(&held), 1);
        }
    }
}
