//! The race with a clock that stands still while something is to do, and peers that are made up.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    future, io,
    net::Ipv4Addr,
    rc::Rc,
    time::Duration,
};

use futures_util::stream;
use proptest::prelude::*;
use tokio::time::sleep;

use super::{
    super::race::{MAX_ADDRESSES, MAX_AT_ONCE},
    *,
};
use crate::error::Attempt;

const DELAY: Duration = Duration::from_millis(250);

fn rules() -> Rules {
    Rules { attempt_delay: DELAY, first_only: false, both_families: true, leading: None, order: |_| {} }
}

fn address(number: u8) -> SocketAddr {
    (Ipv4Addr::new(10, 0, 0, number), 80).into()
}

fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// What connecting comes to.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Connects(u64),
    Refuses(u64),
    Never,
}
use Answer::{Connects, Never, Refuses};

/// A connection that is counted for as long as it is there.
#[derive(Debug)]
struct Held(Rc<Cell<usize>>);

impl Held {
    fn one(of: &Rc<Cell<usize>>) -> Self {
        of.set(of.get() + 1);
        Self(of.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Made-up peers, and what was seen of those who connect to them.
#[derive(Default)]
struct World {
    answers: HashMap<SocketAddr, Answer>,
    /// Attempts and connections that are there.
    held: Rc<Cell<usize>>,
    most: Cell<usize>,
    dialled: RefCell<Vec<SocketAddr>>,
}

impl World {
    fn of(answers: &[Answer]) -> Self {
        let number = |index: usize| u8::try_from(index + 1).expect("few");
        let answers = answers.iter().enumerate().map(|(at, answer)| (address(number(at)), *answer));
        Self { answers: answers.collect(), ..Self::default() }
    }

    fn addresses(&self) -> Vec<SocketAddr> {
        let mut addresses: Vec<_> = self.answers.keys().copied().collect();
        addresses.sort();
        addresses
    }

    fn connect(&self, address: SocketAddr) -> impl Future<Output = Result<(SocketAddr, Held), Failure>> {
        self.dialled.borrow_mut().push(address);
        let held = Held::one(&self.held);
        self.most.set(self.most.get().max(self.held.get()));
        let answer = self.answers.get(&address).copied().unwrap_or(Never);
        async move {
            match answer {
                Connects(after) => {
                    sleep(milliseconds(after)).await;
                    Ok((address, held))
                }
                Refuses(after) => {
                    sleep(milliseconds(after)).await;
                    let refused = io::Error::from_raw_os_error(libc::ECONNREFUSED);
                    Err(Failure::of("connect", RemoteAddress::Ip(address))(refused))
                }
                Never => future::pending().await,
            }
        }
    }

    /// All addresses at once.
    async fn race(&self, attempts: &mut Attempts) -> Option<(SocketAddr, Held)> {
        let rest = pin!(stream::empty());
        first_to_answer(self.addresses(), rest, rules(), attempts, |to| self.connect(to)).await.ok()
    }
}

/// The outcomes of all attempts, with the times of start and end in milliseconds.
fn story(attempts: &Attempts) -> Vec<(&str, u128, u128)> {
    let story = attempts.all().iter().map(|attempt| {
        let code = attempt.error().map_or("won", |error| error.code());
        let start = attempt.start();
        (code, start.as_millis(), (start + attempt.elapsed()).as_millis())
    });
    story.collect()
}

#[tokio::test(start_paused = true)]
async fn the_second_is_asked_when_the_first_keeps_silent() {
    let world = World::of(&[Never, Connects(30)]);
    let mut attempts = Attempts::new(Instant::now());
    let (winner, _held) = world.race(&mut attempts).await.expect("a connection");
    assert_eq!(winner, address(2));
    assert_eq!(story(&attempts), [("ECANCELED", 0, 280), ("won", 250, 280)]);
    assert_eq!(world.held.get(), 1, "the loser is closed");
    let message = attempts.all()[0].error().expect("a loser").message();
    assert_eq!(message, "connect ECANCELED 10.0.0.1:80");
}

/// The attempts that run go on: a slow first wins over a second that refuses.
#[tokio::test(start_paused = true)]
async fn a_slow_first_wins_over_a_second_that_refuses() {
    let world = World::of(&[Connects(300), Refuses(1)]);
    let mut attempts = Attempts::new(Instant::now());
    let (winner, _held) = world.race(&mut attempts).await.expect("a connection");
    assert_eq!(winner, address(1));
    assert_eq!(story(&attempts), [("won", 0, 300), ("ECONNREFUSED", 250, 251)]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_starts_the_next_at_once() {
    let world = World::of(&[Refuses(7), Refuses(5), Connects(3)]);
    let mut attempts = Attempts::new(Instant::now());
    world.race(&mut attempts).await.expect("a connection");
    assert_eq!(story(&attempts), [("ECONNREFUSED", 0, 7), ("ECONNREFUSED", 7, 12), ("won", 12, 15)]);
}

#[tokio::test(start_paused = true)]
async fn all_that_fail_are_told() {
    let world = World::of(&[Refuses(300), Refuses(10)]);
    let mut attempts = Attempts::new(Instant::now());
    let rest = pin!(stream::empty());
    let connect = |to| world.connect(to);
    let lost = first_to_answer(world.addresses(), rest, rules(), &mut attempts, connect).await;
    let first = lost.expect_err("nobody connects").expect("the first to fail");
    let error = failure::none_answered(first, attempts.all());
    assert_eq!(error.code(), "ECONNREFUSED");
    let all =
        "connect ECONNREFUSED: no address answered (10.0.0.1:80 ECONNREFUSED, 10.0.0.2:80 ECONNREFUSED)";
    assert_eq!(error.message(), all);
    assert_eq!(story(&attempts), [("ECONNREFUSED", 0, 300), ("ECONNREFUSED", 250, 260)]);
    assert_eq!(world.held.get(), 0);
}

/// Neither of them does more than to poll the attempt.
#[tokio::test(start_paused = true)]
async fn one_address_needs_no_race() {
    let world = World::of(&[Connects(1)]);
    let mut attempts = Attempts::new(Instant::now());
    world.race(&mut attempts).await.expect("a connection");
    assert_eq!(story(&attempts), [("won", 0, 1)]);
    let error = World::of(&[Refuses(1)]).race(&mut Attempts::new(Instant::now())).await;
    assert!(error.is_none());
}

#[tokio::test(start_paused = true)]
async fn parts_are_taken_as_they_come() {
    let world = World::of(&[Never, Connects(10), Never]);
    let later = |after: u64, number: u8| {
        stream::once(async move {
            sleep(milliseconds(after)).await;
            Ok(vec![address(number)])
        })
    };
    let v6: SocketAddr = "[fd00::1]:80".parse().expect("an address");
    let rest = pin!(later(40, 2).chain(stream::iter([Ok(vec![address(3)])])).chain(stream::pending()));
    let mut attempts = Attempts::new(Instant::now());
    let connect = |to| world.connect(to);
    let won = first_to_answer(vec![v6, address(1)], rest, rules(), &mut attempts, connect).await;
    let (winner, _held) = won.expect("a connection");
    assert_eq!(winner, address(2));
    assert_eq!(*world.dialled.borrow(), [v6, address(1), address(2)]);
    assert_eq!(story(&attempts), [("ECANCELED", 0, 510), ("ECANCELED", 250, 510), ("won", 500, 510)]);
}

/// An address alone, which the lookup goes on after.
#[tokio::test(start_paused = true)]
async fn a_lookup_that_fails_in_the_end_takes_nothing_back() {
    let world = World::of(&[Connects(100)]);
    let failing = stream::once(async {
        sleep(milliseconds(20)).await;
        Err(failure::no_address())
    });
    let mut attempts = Attempts::new(Instant::now());
    let connect = |to| world.connect(to);
    let won = first_to_answer(vec![address(1)], pin!(failing), rules(), &mut attempts, connect).await;
    won.expect("a connection");
    // IPv6 was awaited until the lookup said that there is none.
    assert_eq!(story(&attempts), [("won", 20, 120)]);
}

/// Who drops it drops all of its attempts.
#[tokio::test(start_paused = true)]
async fn dropped_with_all_its_attempts() {
    let world = World::of(&[Never, Never, Never]);
    let mut attempts = Attempts::new(Instant::now());
    assert!(timeout(milliseconds(300), world.race(&mut attempts)).await.is_err());
    assert_eq!((world.most.get(), world.held.get()), (2, 0));
    attempts.end_running("ETIMEDOUT");
    assert_eq!(story(&attempts), [("ETIMEDOUT", 0, 300), ("ETIMEDOUT", 250, 300)]);
}

fn answers() -> impl Strategy<Value = Vec<Answer>> {
    let answer = prop_oneof![
        2 => (0..2000_u64).prop_map(Connects),
        5 => (0..2000_u64).prop_map(Refuses),
        3 => Just(Never),
    ];
    prop::collection::vec(answer, 1..50)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// With answers, delays and failures as chance has them, in parts as chance has them, and a deadline.
    #[test]
    fn the_earliest_success_wins_and_nothing_is_left(
        answers in answers(),
        cuts in prop::collection::vec((1..20_usize, 0..300_u64), 0..5),
        delay in 10..400_u64,
        limit in 1..5000_u64,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let world = World::of(&answers);
            let mut addresses = world.addresses();
            let mut parts = Vec::new();
            for (size, pause) in cuts {
                let rest = addresses.split_off(size.min(addresses.len()));
                parts.push((std::mem::replace(&mut addresses, rest), pause));
            }
            parts.push((addresses, 0));
            let mut parts = parts.into_iter();
            let (first, _) = parts.next().expect("one at least");
            let rest = stream::iter(parts).then(|(part, pause)| async move {
                sleep(milliseconds(pause)).await;
                Ok(part)
            });

            let rules = Rules { attempt_delay: milliseconds(delay), both_families: false, ..rules() };
            let begin = Instant::now();
            let mut attempts = Attempts::new(begin);
            let outcome = {
                let rest = pin!(rest);
                let race = first_to_answer(first, rest, rules, &mut attempts, |to| world.connect(to));
                timeout(milliseconds(limit), race).await
            };
            let took = begin.elapsed();
            prop_assert!(took <= milliseconds(limit + 1), "{took:?} for {limit} ms");
            attempts.end_running("ETIMEDOUT");

            let dialled = world.dialled.borrow();
            prop_assert!(dialled.len() <= MAX_ADDRESSES && world.most.get() <= MAX_AT_ONCE);
            let tried: Vec<_> = attempts.all().iter().map(Attempt::address).cloned().collect();
            prop_assert_eq!(tried, dialled.iter().copied().map(RemoteAddress::Ip).collect::<Vec<_>>());
            prop_assert!(!attempts.all().iter().any(Attempt::is_running));

            // When each that was tried would have connected.
            let success = |attempt: &Attempt| match attempt.address() {
                RemoteAddress::Ip(address) => match world.answers.get(address) {
                    Some(Connects(after)) => Some(attempt.start() + milliseconds(*after)),
                    _ => None,
                },
                RemoteAddress::Unix(_) => None,
            };
            let earliest = attempts.all().iter().filter_map(success).min();
            match outcome {
                Ok(Ok((winner, held))) => {
                    // tokio's timers count whole milliseconds.
                    prop_assert!(took.abs_diff(earliest.expect("a success")) <= milliseconds(1));
                    prop_assert_eq!(world.held.get(), 1);
                    let won: Vec<_> =
                        attempts.all().iter().filter(|attempt| attempt.error().is_none()).collect();
                    prop_assert_eq!(won.len(), 1);
                    prop_assert_eq!(won[0].address(), &RemoteAddress::Ip(winner));
                    drop(held);
                }
                Ok(Err(failure)) => {
                    prop_assert_eq!(failure.is_none(), dialled.is_empty());
                    prop_assert!(earliest.is_none());
                }
                Err(_elapsed) => prop_assert!(earliest.is_none_or(|earliest| earliest >= took)),
            }
            prop_assert_eq!(world.held.get(), 0, "an attempt was left");
            Ok(())
        })?;
    }
}
