//! The same question, asked several times at once, is asked once.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, select},
    stream,
};
use tokio::{runtime, sync::watch, time::Instant};

use crate::options::{Addresses, Answers, LookupError, LookupQuery};

/// A flight older than this is joined no more: what has not answered by then may never answer, and a new question may get
/// its answer at once. After as long the system's resolver asks its name server again.
const JOINED_WITHIN: Duration = Duration::from_secs(5);

pub(super) type Part = Result<Addresses, LookupError>;

/// What is being asked right now.
#[derive(Default)]
pub(super) struct Flights(Arc<Mutex<Running>>);

/// A lookup may hold to the runtime that it began on, and so is shared within that one alone.
type Key = (LookupQuery, Option<runtime::Id>);
type Running = HashMap<Key, Weak<Flight>>;

/// One question under way. Whoever waits for it drives it; it ends with the last of them.
struct Flight {
    key: Key,
    began: Instant,
    running: Arc<Mutex<Running>>,
    drive: Shared<BoxFuture<'static, ()>>,
    parts: watch::Receiver<Vec<Part>>,
}

impl Flights {
    /// The answers of the flight for this question, and whether it was under way: else, or where that one hangs, it is
    /// the one that `begin` begins.
    pub(super) fn join(
        &self,
        query: LookupQuery,
        begin: impl FnOnce(LookupQuery, Parts) -> BoxFuture<'static, ()>,
    ) -> (Answers<'static>, bool) {
        let key = (query, runtime::Handle::try_current().ok().map(|handle| handle.id()));
        // Dropped after the lock is given back, which the last owner of a flight takes.
        let earlier;
        let mut running = lock(&self.0);
        earlier = running.get(&key).and_then(Weak::upgrade);
        if let Some(flight) = &earlier
            && flight.may_be_joined()
        {
            return (follow(flight.clone()), true);
        }
        let (known, parts) = watch::channel(Vec::new());
        let known = Parts(known);
        let asking = begin(key.0.clone(), known.clone());
        let drive = drive(asking, known).boxed().shared();
        let (key_of_flight, began) = (key.clone(), Instant::now());
        let flight = Arc::new(Flight { key: key_of_flight, began, running: self.0.clone(), drive, parts });
        running.insert(key, Arc::downgrade(&flight));
        (follow(flight), false)
    }
}

/// A panic of the lookup is its answer: else it would be one of everybody who waits for it.
async fn drive(asking: BoxFuture<'static, ()>, parts: Parts) {
    if AssertUnwindSafe(asking).catch_unwind().await.is_err() {
        let panicked = LookupError::new("EAI_FAIL", "the lookup has panicked");
        parts.push(Err(panicked));
    }
}

/// Where a flight puts the parts of its answer.
#[derive(Clone)]
pub(super) struct Parts(watch::Sender<Vec<Part>>);

impl Parts {
    /// Hands on every part as it comes.
    pub(super) async fn take(&self, mut answers: Answers<'_>) {
        while let Some(part) = answers.next().await {
            self.push(part);
        }
    }

    fn push(&self, part: Part) {
        self.0.send_modify(|known| known.push(part));
    }

    /// Those that have come.
    pub(super) fn known(&self) -> Vec<Part> {
        self.0.borrow().clone()
    }
}

impl Flight {
    fn may_be_joined(&self) -> bool {
        self.is_under_way() && self.began.elapsed() < JOINED_WITHIN
    }

    fn is_under_way(&self) -> bool {
        self.parts.has_changed().is_ok()
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut running = lock(&self.running);
        // A later flight for the same question may have taken the place.
        if running.get(&self.key).is_some_and(|flight| flight.strong_count() == 0) {
            running.remove(&self.key);
        }
    }
}

/// Every part from the first on.
fn follow(flight: Arc<Flight>) -> Answers<'static> {
    let parts = flight.parts.clone();
    Answers::stream(stream::unfold((flight, parts, 0), async |(flight, mut parts, at)| {
        loop {
            let is_over = !flight.is_under_way();
            let part = parts.borrow_and_update().get(at).cloned();
            match part {
                Some(part) => return Some((part, (flight, parts, at + 1))),
                None if is_over => return None,
                None => {}
            }
            let changed = std::pin::pin!(parts.changed());
            select(flight.drive.clone(), changed).await;
        }
    }))
}

fn lock(running: &Mutex<Running>) -> MutexGuard<'_, Running> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, poll};
    use tokio::{sync::mpsc, time::advance};

    use super::*;

    fn part(address: &str) -> Part {
        Ok(Addresses::from_iter([address.parse::<std::net::IpAddr>().expect(address)]))
    }

    /// Asks what a channel answers, and how often that was asked.
    struct Asked {
        flights: Flights,
        answers: mpsc::UnboundedSender<mpsc::UnboundedSender<Part>>,
    }

    impl Asked {
        fn ask(&self, name: &str) -> (Answers<'static>, bool) {
            let begun = self.answers.clone();
            self.flights.join(LookupQuery::new(name), |_query, parts| {
                let answers = async move {
                    let (part, coming) = mpsc::unbounded_channel();
                    begun.send(part).expect("the test waits");
                    let next = async |mut coming: mpsc::UnboundedReceiver<Part>| {
                        Some((coming.recv().await?, coming))
                    };
                    parts.take(Answers::stream(stream::unfold(coming, next))).await;
                };
                answers.boxed()
            })
        }
    }

    fn asked() -> (Asked, mpsc::UnboundedReceiver<mpsc::UnboundedSender<Part>>) {
        let (answers, begun) = mpsc::unbounded_channel();
        (Asked { flights: Flights::default(), answers }, begun)
    }

    #[tokio::test]
    async fn all_who_ask_hear_every_part() {
        let (asked, mut begun) = asked();
        let (mut first, joined) = asked.ask("name");
        assert!(!joined && poll!(Box::pin(first.next())).is_pending());
        let answer = begun.try_recv().expect("it was asked");
        answer.send(part("::1")).expect("somebody waits");
        assert_eq!(first.next().await, Some(part("::1")));
        let (mut second, joined) = asked.ask("name");
        assert!(joined);
        assert_eq!(second.next().await, Some(part("::1")), "what came before");
        let both = async { tokio::join!(first.next(), second.next()) };
        let mut both = Box::pin(both);
        assert!(poll!(&mut both).is_pending());
        answer.send(part("127.0.0.1")).expect("somebody waits");
        assert_eq!(both.await, (Some(part("127.0.0.1")), Some(part("127.0.0.1"))));
        drop(answer);
        assert_eq!((first.next().await, second.next().await), (None, None));
        assert!(begun.try_recv().is_err(), "it was asked once");
    }

    #[tokio::test]
    async fn who_asked_first_may_go() {
        let (asked, mut begun) = asked();
        let mut first = asked.ask("name").0;
        assert!(poll!(Box::pin(first.next())).is_pending());
        let mut second = asked.ask("name").0;
        let second = tokio::spawn(async move { second.next().await });
        tokio::task::yield_now().await;
        drop(first);
        begun.recv().await.expect("it was asked").send(part("::1")).expect("somebody waits");
        assert_eq!(second.await.expect("no panic"), Some(part("::1")));
    }

    #[tokio::test]
    async fn nothing_is_left_when_all_have_gone() {
        let (asked, mut begun) = asked();
        let (mut first, mut second) = (asked.ask("name").0, asked.ask("name").0);
        assert!(poll!(Box::pin(first.next())).is_pending() && poll!(Box::pin(second.next())).is_pending());
        let answer = begun.try_recv().expect("it was asked");
        drop((first, second));
        assert!(answer.is_closed());
        assert!(lock(&asked.flights.0).is_empty());
        assert!(!asked.ask("name").1, "that one has ended");
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_for_all() {
        let flights = Flights::default();
        let ask = || {
            let begin = |_query, parts: Parts| async move {
                let first = stream::iter([part("::1")]);
                let panics = stream::once(async { panic!("as it is told to") });
                parts.take(Answers::stream(first.chain(panics))).await;
            };
            flights.join(LookupQuery::new("name"), |query, parts| begin(query, parts).boxed()).0
        };
        for mut answers in [ask(), ask()] {
            assert_eq!(answers.next().await, Some(part("::1")));
            let error = answers.next().await.expect("an answer").expect_err("a panic");
            assert_eq!((error.code(), answers.next().await), ("EAI_FAIL", None));
        }
        assert!(lock(&flights.0).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_hangs_is_joined_no_more() {
        let (asked, mut begun) = asked();
        let mut hanging = asked.ask("name").0;
        assert!(poll!(Box::pin(hanging.next())).is_pending());
        let _never_answers = begun.try_recv().expect("it was asked");
        advance(JOINED_WITHIN - Duration::from_millis(1)).await;
        let (mut waiting, joined) = asked.ask("name");
        assert!(joined && poll!(Box::pin(waiting.next())).is_pending());
        advance(Duration::from_millis(1)).await;
        let (mut later, joined) = asked.ask("name");
        assert!(!joined && poll!(Box::pin(later.next())).is_pending());
        drop((hanging, waiting));
        let (mut last, joined) = asked.ask("name");
        assert!(joined, "the end of the old one is not that of the new one");
        begun.try_recv().expect("it was asked anew").send(part("::1")).expect("somebody waits");
        assert_eq!((later.next().await, last.next().await), (Some(part("::1")), Some(part("::1"))));
    }

    #[tokio::test]
    async fn one_that_has_landed_is_not_joined() {
        let (asked, mut begun) = asked();
        let mut first = asked.ask("name").0;
        assert!(poll!(Box::pin(first.next())).is_pending());
        drop(begun.try_recv().expect("it was asked"));
        assert_eq!(first.next().await, None);
        assert!(!asked.ask("name").1);
        assert!(!asked.ask("other").1);
        drop(first);
        assert!(lock(&asked.flights.0).is_empty(), "none of them was begun");
    }
}
