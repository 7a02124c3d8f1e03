//! Connections that begin at once: who makes the full handshake, and who waits for the session that comes of it.

use std::{
    collections::HashMap,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

use crate::{options::SessionKey, socket::Socket};

/// Whoever is to wait longer waits so long, which the clock can tell.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The servers with which a full handshake is under way that others wait for. What a waiting connection hears is
/// whether it has been made; who leads one and drops it unmade lets go of the sender.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<SessionKey, watch::Sender<bool>>>);

/// The duty to make the handshake that others wait for. Dropped before it was made, it falls to the next of them.
pub(super) struct Lead<'a> {
    flights: &'a Flights,
    key: &'a SessionKey,
    made: watch::Sender<bool>,
    deadline: Instant,
}

enum Role<'a> {
    Lead(Lead<'a>),
    Follow(watch::Receiver<bool>),
}

impl Flights {
    fn all(&self) -> MutexGuard<'_, HashMap<SessionKey, watch::Sender<bool>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `take` gives, at once or when somebody else's handshake has been made, but no later than `limit` from now;
    /// or the duty to make that handshake.
    pub(super) async fn wait<'a, T>(
        &'a self,
        key: &'a SessionKey,
        limit: Duration,
        take: impl Fn() -> Option<T>,
    ) -> (Option<T>, Option<Lead<'a>>) {
        let deadline = Instant::now() + limit.min(LONGEST);
        loop {
            let mut other = match self.join(key, deadline) {
                Role::Follow(other) => other,
                Role::Lead(lead) => {
                    // Between the look into the store and now, another one may have been made.
                    return match take() {
                        Some(taken) => {
                            lead.pass();
                            (Some(taken), None)
                        }
                        None => (None, Some(lead)),
                    };
                }
            };
            let made = async { other.wait_for(|made| *made).await.is_ok() };
            let has_failed = timeout_at(deadline, made).await == Ok(false);
            match take() {
                None if has_failed => {}
                taken => return (taken, None),
            }
        }
    }

    fn join<'a>(&'a self, key: &'a SessionKey, deadline: Instant) -> Role<'a> {
        let mut all = self.all();
        match all.get(key) {
            Some(made) => Role::Follow(made.subscribe()),
            None => {
                let (made, _) = watch::channel(false);
                all.insert(key.clone(), made.clone());
                Role::Lead(Lead { flights: self, key, made, deadline })
            }
        }
    }
}

impl Lead<'_> {
    /// The handshake is made. Stays for the sessions that follow it, as long as somebody waits for them and time is left
    /// for connecting.
    pub(super) async fn land(self, socket: &mut Socket, keeps: bool, left: Option<Duration>) {
        if keeps {
            let limit = at_most_half(self.deadline.saturating_duration_since(Instant::now()), left);
            let mut sessions = pin!(socket.wait_for_sessions(limit));
            let mut alone = pin!(self.made.closed());
            std::future::poll_fn(|cx| match alone.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(()),
                // What ends the connection, its owner will meet.
                Poll::Pending => sessions.as_mut().poll(cx).map(drop),
            })
            .await;
        }
        self.pass();
    }

    fn pass(self) {
        self.made.send_replace(true);
    }
}

/// Who waits for another's session must still have the time to go on without.
pub(super) fn at_most_half(patience: Duration, left: Option<Duration>) -> Duration {
    left.map_or(patience, |left| patience.min(left / 2))
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.flights.all().remove(self.key);
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, rc::Rc, time::Duration};

    use tokio::{
        task::{LocalSet, spawn_local},
        time::{Instant, advance, sleep},
    };

    use super::*;
    use crate::options::{Place, Server};

    const SECOND: Duration = Duration::from_secs(1);

    fn key(port: u16) -> SessionKey {
        Server { hostname: "a".into(), place: Place::Port(port), alpn: Vec::new(), scope: None }.into()
    }

    /// Some sessions, and those who want one.
    #[derive(Clone, Default)]
    struct Scene {
        flights: Rc<Flights>,
        sessions: Rc<Cell<usize>>,
        /// How many handshakes will fail.
        failures: Rc<Cell<usize>>,
        full: Rc<Cell<usize>>,
        resumed: Rc<Cell<usize>>,
        ended: Rc<Cell<usize>>,
    }

    impl Scene {
        fn take(&self) -> Option<()> {
            count_down(&self.sessions)
        }

        /// One connection, whose full handshake takes a second and brings so many sessions.
        async fn connect(self, limit: Duration, brings: usize) {
            let key = key(1);
            let (taken, lead) = match self.take() {
                None => self.flights.wait(&key, limit, || self.take()).await,
                taken => (taken, None),
            };
            match taken {
                Some(()) => self.resumed.set(self.resumed.get() + 1),
                None => {
                    sleep(SECOND).await;
                    if count_down(&self.failures).is_none() {
                        self.full.set(self.full.get() + 1);
                        self.sessions.set(self.sessions.get() + brings);
                        if let Some(lead) = lead {
                            lead.pass();
                        }
                    }
                }
            }
            self.ended.set(self.ended.get() + 1);
        }

        fn outcome(&self) -> (usize, usize, usize) {
            assert!(self.flights.all().is_empty(), "nothing is left of it");
            (self.full.get(), self.resumed.get(), self.ended.get())
        }
    }

    fn count_down(counter: &Cell<usize>) -> Option<()> {
        counter.set(counter.get().checked_sub(1)?);
        Some(())
    }

    /// Lets all of them run, and says how long that took.
    async fn run(connections: impl IntoIterator<Item = impl Future<Output = ()> + 'static>) -> Duration {
        let begun = Instant::now();
        let local = LocalSet::new();
        for connection in connections {
            local.spawn_local(connection);
        }
        local.await;
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn as_many_resume_as_there_are_sessions_and_the_others_go_on_at_once() {
        let scene = Scene::default();
        let took = run((0..50).map(|_| scene.clone().connect(10 * SECOND, 2))).await;
        assert_eq!(scene.outcome(), (48, 2, 50));
        assert_eq!(took.as_secs(), 2, "one handshake, and then all others beside each other");
    }

    #[tokio::test(start_paused = true)]
    async fn each_failure_passes_the_duty_on() {
        for failures in 0..5 {
            let scene = Scene { failures: Rc::new(failures.into()), ..Scene::default() };
            let took = run((0..5).map(|_| scene.clone().connect(10 * SECOND, 50))).await;
            assert_eq!(scene.outcome(), (1, 4 - failures, 5));
            assert_eq!(took.as_secs(), failures as u64 + 1, "one handshake after the other");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_the_limit() {
        let scene = Scene::default();
        let limit = SECOND / 4;
        let took = run((0..10).map(|_| scene.clone().connect(limit, 0))).await;
        assert_eq!((scene.outcome(), took), ((10, 0, 10), SECOND + limit));
        let scene = Scene { failures: Rc::new(10.into()), ..Scene::default() };
        let took = run((0..10).map(|_| scene.clone().connect(limit, 0))).await;
        assert_eq!((scene.outcome(), took), ((0, 0, 10), SECOND + limit));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_dropped_stands_in_nobodys_way() {
        LocalSet::new()
            .run_until(async {
                let scene = Scene::default();
                let tasks: Vec<_> =
                    (0..4).map(|_| spawn_local(scene.clone().connect(10 * SECOND, 9))).collect();
                advance(SECOND / 2).await;
                // The first leads, the second waits.
                tasks[0].abort();
                tasks[1].abort();
                for task in tasks {
                    let _aborted = task.await;
                }
                assert_eq!(scene.outcome(), (1, 1, 2));
            })
            .await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_that_came_meanwhile_is_taken() {
        let flights = Flights::default();
        let key = key(1);
        assert!(matches!(flights.wait(&key, SECOND, || Some(())).await, (Some(()), None)));
        assert!(flights.all().is_empty(), "and nobody leads");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_would_wait_for_ever_leads_too() {
        let flights = Flights::default();
        assert!(matches!(flights.wait(&key(1), Duration::MAX, || None::<()>).await, (None, Some(_))));
    }
}
