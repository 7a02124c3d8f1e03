use std::{cmp::Ordering, collections::BinaryHeap};

use proptest::prelude::*;

use super::*;

const DELAY: Duration = Duration::from_millis(250);

fn rules() -> Rules {
    Rules { attempt_delay: DELAY, first_only: false, both_families: true, leading: None, order: v6_first }
}

fn v6_first(addresses: &mut [SocketAddr]) {
    addresses.sort_by_key(SocketAddr::is_ipv4);
}

fn addresses(text: &str) -> Vec<SocketAddr> {
    text.split_whitespace().map(|text| text.parse().expect(text)).collect()
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect(text)
}

fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// All that a race starts while each attempt fails at once.
fn order(race: &mut Race, now: Instant) -> Vec<SocketAddr> {
    let mut started = Vec::new();
    while let Action::Start(address) = race.next(now) {
        started.push(address);
        race.handle(Event::Failed, now);
    }
    started
}

fn race_of(rules: Rules, text: &str, now: Instant) -> Race {
    let mut race = Race::new(rules);
    race.handle(Event::Arrived(addresses(text)), now);
    race.handle(Event::AllArrived, now);
    race
}

#[test]
fn families_take_turns_and_that_of_the_first_leads() {
    let now = Instant::now();
    for (given, want) in [
        ("[::1]:1 [::2]:1 1.1.1.1:1 2.2.2.2:1", "[::1]:1 1.1.1.1:1 [::2]:1 2.2.2.2:1"),
        ("1.1.1.1:1 [::1]:1 [::2]:1 [::3]:1", "1.1.1.1:1 [::1]:1 [::2]:1 [::3]:1"),
        ("1.1.1.1:1 2.2.2.2:1 [::1]:1", "1.1.1.1:1 [::1]:1 2.2.2.2:1"),
        ("1.1.1.1:1", "1.1.1.1:1"),
    ] {
        let mut race = race_of(rules(), given, now);
        assert_eq!(order(&mut race, now), addresses(want), "{given}");
        assert_eq!(race.next(now), Action::Lost);
    }
}

#[test]
fn the_next_begins_after_the_delay_or_at_once_on_a_failure() {
    let begin = Instant::now();
    let mut race = race_of(rules(), "1.1.1.1:1 2.2.2.2:1 3.3.3.3:1", begin);
    assert_eq!(race.next(begin), Action::Start(address("1.1.1.1:1")));
    assert_eq!(race.next(begin), Action::WaitUntil(begin + DELAY));
    assert_eq!(race.next(begin + DELAY), Action::Start(address("2.2.2.2:1")));
    assert_eq!(race.next(begin + DELAY), Action::WaitUntil(begin + 2 * DELAY));
    // The first, which is still running, fails.
    race.handle(Event::Failed, begin + DELAY);
    assert_eq!(race.next(begin + DELAY), Action::Start(address("3.3.3.3:1")));
    assert_eq!(race.next(begin + 9 * DELAY), Action::Wait, "two are running");
    race.handle(Event::Failed, begin + 9 * DELAY);
    race.handle(Event::Failed, begin + 9 * DELAY);
    assert_eq!(race.next(begin + 9 * DELAY), Action::Lost);
}

#[test]
fn ipv6_is_awaited_for_a_moment() {
    let begin = Instant::now();
    let v4 = || Event::Arrived(addresses("1.1.1.1:1 2.2.2.2:1"));
    let waiting = || {
        let mut race = Race::new(rules());
        race.handle(v4(), begin);
        assert_eq!(race.next(begin), Action::WaitUntil(begin + RESOLUTION_DELAY));
        race
    };
    let in_between = begin + milliseconds(20);

    let mut none_comes = waiting();
    assert_eq!(none_comes.next(begin + RESOLUTION_DELAY), Action::Start(address("1.1.1.1:1")));

    let mut it_comes = waiting();
    it_comes.handle(Event::Arrived(addresses("[::1]:1")), in_between);
    assert_eq!(it_comes.next(in_between), Action::Start(address("[::1]:1")));
    it_comes.handle(Event::Failed, in_between);
    assert_eq!(it_comes.next(in_between), Action::Start(address("1.1.1.1:1")));

    // The order that is asked for decides, and families take turns from there.
    let mut it_is_second = waiting();
    it_is_second.rules.order = |addresses| addresses.sort_by_key(SocketAddr::is_ipv6);
    it_is_second.handle(Event::Arrived(addresses("[::1]:1")), in_between);
    assert_eq!(order(&mut it_is_second, in_between), addresses("1.1.1.1:1 [::1]:1 2.2.2.2:1"));

    let mut there_is_none = waiting();
    there_is_none.handle(Event::AllArrived, in_between);
    assert_eq!(there_is_none.next(in_between), Action::Start(address("1.1.1.1:1")));

    let mut more_of_the_same = waiting();
    more_of_the_same.handle(Event::Arrived(addresses("3.3.3.3:1")), in_between);
    assert_eq!(more_of_the_same.next(in_between), Action::WaitUntil(begin + RESOLUTION_DELAY));

    let mut not_wanted = Race::new(Rules { both_families: false, ..rules() });
    not_wanted.handle(v4(), begin);
    assert_eq!(not_wanted.next(begin), Action::Start(address("1.1.1.1:1")));

    let mut it_came_first = Race::new(rules());
    it_came_first.handle(Event::Arrived(addresses("[::1]:1")), begin);
    assert_eq!(it_came_first.next(begin), Action::Start(address("[::1]:1")));
}

#[test]
fn the_leading_family_may_be_chosen() {
    let begin = Instant::now();
    let led_by = |family| Rules { leading: Some(family), ..rules() };
    for (family, given, want) in [
        (AddressFamily::V4, "[::1]:1 [::2]:1 1.1.1.1:1 2.2.2.2:1", "1.1.1.1:1 [::1]:1 2.2.2.2:1 [::2]:1"),
        (AddressFamily::V6, "1.1.1.1:1 2.2.2.2:1 [::1]:1", "[::1]:1 1.1.1.1:1 2.2.2.2:1"),
        (AddressFamily::V4, "[::1]:1 [::2]:1", "[::1]:1 [::2]:1"),
    ] {
        let mut race = race_of(led_by(family), given, begin);
        assert_eq!(order(&mut race, begin), addresses(want), "{family}: {given}");
    }

    let mut only_first =
        race_of(Rules { first_only: true, ..led_by(AddressFamily::V4) }, "[::1]:1 1.1.1.1:1", begin);
    assert_eq!(order(&mut only_first, begin), addresses("1.1.1.1:1"));

    // It is awaited for a moment, and the other is not.
    let mut awaited = Race::new(led_by(AddressFamily::V4));
    awaited.handle(Event::Arrived(addresses("[::1]:1")), begin);
    assert_eq!(awaited.next(begin), Action::WaitUntil(begin + RESOLUTION_DELAY));
    awaited.handle(Event::Arrived(addresses("1.1.1.1:1")), begin);
    assert_eq!(awaited.next(begin), Action::Start(address("1.1.1.1:1")));
    let mut there = Race::new(led_by(AddressFamily::V4));
    there.handle(Event::Arrived(addresses("1.1.1.1:1")), begin);
    assert_eq!(there.next(begin), Action::Start(address("1.1.1.1:1")));
}

#[test]
fn addresses_that_come_later_join_in() {
    let begin = Instant::now();
    let mut race = Race::new(rules());
    race.handle(Event::Arrived(addresses("[::1]:1")), begin);
    assert_eq!(race.next(begin), Action::Start(address("[::1]:1")));
    assert_eq!(race.next(begin), Action::Wait);
    race.handle(Event::Arrived(addresses("1.1.1.1:1")), begin + milliseconds(100));
    assert_eq!(race.next(begin + milliseconds(100)), Action::WaitUntil(begin + DELAY));

    // When all have failed, what comes is tried at once.
    race.handle(Event::Failed, begin + milliseconds(110));
    assert_eq!(race.next(begin + milliseconds(110)), Action::Start(address("1.1.1.1:1")));
    race.handle(Event::Failed, begin + milliseconds(120));
    assert_eq!(race.next(begin + milliseconds(120)), Action::Wait);
    race.handle(Event::Arrived(addresses("2.2.2.2:1")), begin + milliseconds(130));
    assert_eq!(race.next(begin + milliseconds(130)), Action::Start(address("2.2.2.2:1")));
    race.handle(Event::AllArrived, begin + milliseconds(130));
    race.handle(Event::Failed, begin + milliseconds(140));
    assert_eq!(race.next(begin + milliseconds(140)), Action::Lost);
}

#[test]
fn without_selection_the_first_address_is_the_only_one() {
    let now = Instant::now();
    let mut race = race_of(Rules { first_only: true, ..rules() }, "1.1.1.1:1 [::1]:1", now);
    assert_eq!(order(&mut race, now), addresses("1.1.1.1:1"));
    assert_eq!(race.next(now), Action::Lost);

    // It does not wait for more.
    let mut race = Race::new(Rules { first_only: true, ..rules() });
    race.handle(Event::Arrived(addresses("[::1]:1")), now);
    assert_eq!(order(&mut race, now), addresses("[::1]:1"));
    assert!(!race.awaits_addresses());
    assert_eq!(race.next(now), Action::Lost);
}

#[test]
fn at_most_so_many_are_tried() {
    let now = Instant::now();
    let many: Vec<_> = (0..50).map(|last| SocketAddr::from(([10, 0, 0, last], 80))).collect();
    let mut race = Race::new(rules());
    race.handle(Event::Arrived(many.clone()), now);
    race.handle(Event::AllArrived, now);
    assert_eq!(order(&mut race, now), many[..32]);
    assert_eq!(race.next(now), Action::Lost);

    // And so many at once.
    let mut race = Race::new(rules());
    race.handle(Event::Arrived(many), now);
    race.handle(Event::AllArrived, now);
    let mut then = now;
    for _ in 0..16 {
        assert!(matches!(race.next(then), Action::Start(_)));
        then += DELAY;
    }
    assert_eq!(race.next(then), Action::Wait);
    race.handle(Event::Failed, then);
    assert!(matches!(race.next(then), Action::Start(_)));
}

#[test]
fn nothing_is_lost_before_all_has_come() {
    let now = Instant::now();
    let mut race = Race::new(rules());
    assert_eq!(race.next(now), Action::Wait);
    race.handle(Event::Arrived(Vec::new()), now);
    assert_eq!(race.next(now), Action::Wait);
    race.handle(Event::AllArrived, now);
    assert_eq!(race.next(now), Action::Lost);
}

/// What will happen, the earliest first.
#[derive(Debug, PartialEq, Eq)]
struct Later(Instant, Happening);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Happening {
    Part(Vec<SocketAddr>),
    AllArrived,
    Failure,
    Success,
}

impl Ord for Later {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.cmp(&self.0)
    }
}

impl PartialOrd for Later {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// An address with what connecting to it comes to: after how long, and whether it succeeds. `None` is never.
#[derive(Debug, Clone)]
struct Peer {
    address: SocketAddr,
    answer: Option<(u64, bool)>,
}

fn peers() -> impl Strategy<Value = Vec<Vec<Peer>>> {
    let peer =
        (any::<bool>(), any::<u16>(), prop::option::weighted(0.8, (0..2000_u64, prop::bool::weighted(0.2))));
    let parts = prop::collection::vec(prop::collection::vec(peer, 0..12), 1..5);
    parts.prop_map(|parts| {
        let mut number = 0_u16;
        let mut peer = |(is_v6, port, answer): (bool, u16, _)| {
            number += 1;
            let [high, low] = number.to_be_bytes();
            let address = match is_v6 {
                true => SocketAddr::new([0xfd00, 0, 0, 0, 0, 0, 0, number].into(), port),
                false => SocketAddr::new([10, 0, high, low].into(), port),
            };
            Peer { address, answer }
        };
        parts.into_iter().map(|part| part.into_iter().map(&mut peer).collect()).collect()
    })
}

proptest! {
    #[test]
    fn it_ends_and_keeps_its_bounds(
        parts in peers(),
        pauses in prop::collection::vec(0..400_u64, 5),
        first_only: bool,
        delay in 10..500_u64,
    ) {
        play(&parts, &pauses, first_only, delay)?;
    }
}

/// A race is played to its end against peers that answer, refuse and keep silent as chance has it.
fn play(parts: &[Vec<Peer>], pauses: &[u64], first_only: bool, delay: u64) -> Result<(), TestCaseError> {
    let begin = Instant::now();
    let rules = Rules { attempt_delay: milliseconds(delay), first_only, ..rules() };
    let mut race = Race::new(rules);
    let mut later = BinaryHeap::new();
    let mut now = begin;
    let mut at = begin;
    for (part, pause) in parts.iter().zip(pauses) {
        at += milliseconds(*pause);
        let part = part.iter().map(|peer| peer.address).collect();
        later.push(Later(at, Happening::Part(part)));
    }
    later.push(Later(at + milliseconds(pauses[4]), Happening::AllArrived));

    let peers: Vec<_> = parts.iter().flatten().collect();
    let mut known: Vec<SocketAddr> = Vec::new();
    let mut started: Vec<(SocketAddr, Instant)> = Vec::new();
    let (mut running, mut failed_at) = (0, None);
    loop {
        // Each step starts, waits or ends: it cannot hang.
        let alarm = match race.next(now) {
            Action::Start(address) => {
                prop_assert!(known.contains(&address), "{} was not among the addresses", address);
                prop_assert!(started.iter().all(|(other, _)| *other != address), "{} twice", address);
                if let Some((_, last)) = started.last() {
                    let waited = now - *last >= milliseconds(delay);
                    prop_assert!(waited || failed_at >= Some(*last), "too early");
                }
                started.push((address, now));
                running += 1;
                prop_assert!(running <= MAX_AT_ONCE && started.len() <= MAX_ADDRESSES);
                prop_assert!(!first_only || started.len() == 1);
                let peer = peers.iter().find(|peer| peer.address == address).expect("a peer");
                if let Some((after, succeeds)) = peer.answer {
                    let what = if succeeds { Happening::Success } else { Happening::Failure };
                    later.push(Later(now + milliseconds(after), what));
                }
                continue;
            }
            Action::WaitUntil(then) => {
                prop_assert!(then > now, "it waits for the past");
                Some(then)
            }
            Action::Wait => None,
            Action::Lost => {
                prop_assert_eq!(running, 0, "an attempt was left alone");
                let most = if first_only { 1 } else { MAX_ADDRESSES };
                prop_assert_eq!(started.len(), peers.len().min(most));
                return Ok(());
            }
        };
        let next = later.peek().map(|Later(at, _)| *at);
        now = match (alarm, next) {
            (Some(alarm), Some(next)) => alarm.min(next),
            (Some(then), None) | (None, Some(then)) => then,
            // Silent ones are left, which only a deadline ends.
            (None, None) => {
                prop_assert!(running > 0, "it waits for nothing");
                let untried = peers.len() - started.len();
                let is_full = running == MAX_AT_ONCE || started.len() == MAX_ADDRESSES || first_only;
                prop_assert!(untried == 0 || is_full, "{} were not tried", untried);
                return Ok(());
            }
        };
        while later.peek().is_some_and(|Later(at, _)| *at <= now) {
            match later.pop().map(|Later(_, what)| what) {
                Some(Happening::Part(part)) => {
                    known.extend(&part);
                    race.handle(Event::Arrived(part), now);
                }
                Some(Happening::AllArrived) => race.handle(Event::AllArrived, now),
                Some(Happening::Failure) => {
                    running -= 1;
                    failed_at = Some(now);
                    race.handle(Event::Failed, now);
                }
                Some(Happening::Success) | None => return Ok(()),
            }
        }
    }
}
