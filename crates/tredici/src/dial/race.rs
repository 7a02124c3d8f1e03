//! Which address is tried when: Happy Eyeballs, version 2 (RFC 8305), without sockets and without a clock.
//!
//! What happened and the time go in, what to do comes out. The families take turns. The next attempt begins a while
//! after the one before it, or at once where one fails; those that run go on, and the first to succeed wins. Addresses
//! may come in parts.

use std::{net::SocketAddr, time::Duration};

use tokio::time::Instant;

use crate::options::AddressFamily;

/// How many addresses of one name are tried, at most.
pub(crate) const MAX_ADDRESSES: usize = 32;

/// How many attempts run at once, at most. One more begins where one of them fails.
pub(crate) const MAX_AT_ONCE: usize = 16;

/// How long IPv6 addresses, or those of the leading family, are awaited once there are others (RFC 8305 section 8).
const RESOLUTION_DELAY: Duration = Duration::from_millis(50);

/// What the caller's options say of a race.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// The time from one attempt to the next.
    pub(crate) attempt_delay: Duration,
    /// Whether only the first address is tried.
    pub(crate) first_only: bool,
    /// Whether addresses of both families may come.
    pub(crate) both_families: bool,
    /// The family to begin with, instead of the first address's.
    pub(crate) leading: Option<AddressFamily>,
    /// Puts addresses that have come in several parts into the order in which they are to be tried.
    pub(crate) order: fn(&mut [SocketAddr]),
}

/// What happened.
#[derive(Debug)]
pub(super) enum Event {
    /// The lookup has these addresses, in the order in which they are to be tried.
    Arrived(Vec<SocketAddr>),
    /// The lookup has no more.
    AllArrived,
    /// An attempt has failed.
    Failed,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Begin to connect to this address, and ask again.
    Start(SocketAddr),
    /// Wait for an event, at most until then.
    WaitUntil(Instant),
    /// Wait for an event.
    Wait,
    /// Nothing runs, and nothing is left to be tried.
    Lost,
}

#[derive(Debug)]
pub(super) struct Race {
    rules: Rules,
    /// Those that have come and were not tried.
    untried: Vec<SocketAddr>,
    all_arrived: bool,
    started: usize,
    running: usize,
    /// Whose turn it is, where there are both.
    turn: Option<AddressFamily>,
    /// When the next attempt may begin, where not at once.
    not_before: Option<Instant>,
}

impl Race {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            untried: Vec::new(),
            all_arrived: false,
            started: 0,
            running: 0,
            turn: rules.leading,
            not_before: None,
        }
    }

    pub(super) fn handle(&mut self, event: Event, now: Instant) {
        match event {
            Event::Arrived(addresses) => self.arrived(addresses, now),
            Event::AllArrived => {
                self.all_arrived = true;
                if self.started == 0 {
                    self.not_before = None;
                }
            }
            Event::Failed => {
                self.running -= 1;
                self.not_before = None;
            }
        }
    }

    fn arrived(&mut self, addresses: Vec<SocketAddr>, now: Instant) {
        let is_more = !self.untried.is_empty() && !addresses.is_empty();
        self.untried.extend(addresses);
        if is_more {
            (self.rules.order)(&mut self.untried);
        }
        if self.started > 0 {
            return;
        }
        let awaited = self.rules.leading.unwrap_or(AddressFamily::V6);
        let may_come = self.rules.both_families && !self.all_arrived;
        if self.untried.iter().any(|address| awaited.includes(address)) {
            self.not_before = None;
        } else if may_come && !is_more && !self.untried.is_empty() {
            self.not_before = Some(now + RESOLUTION_DELAY);
        }
    }

    /// Whether addresses that are still to come may be tried.
    pub(super) fn awaits_addresses(&self) -> bool {
        !self.all_arrived && self.started < self.most()
    }

    fn most(&self) -> usize {
        if self.rules.first_only { 1 } else { MAX_ADDRESSES }
    }

    pub(super) fn next(&mut self, now: Instant) -> Action {
        let is_exhausted = self.started >= self.most() || self.untried.is_empty();
        if is_exhausted && self.running == 0 && !self.awaits_addresses() {
            return Action::Lost;
        }
        if is_exhausted || self.running >= MAX_AT_ONCE {
            return Action::Wait;
        }
        match self.not_before {
            Some(then) if now < then => Action::WaitUntil(then),
            _ => self.start(now),
        }
    }

    fn start(&mut self, now: Instant) -> Action {
        let of_turn = |address: &SocketAddr| self.turn.is_none_or(|family| family.includes(address));
        let address = self.untried.remove(self.untried.iter().position(of_turn).unwrap_or(0));
        self.turn = Some(if address.is_ipv6() { AddressFamily::V4 } else { AddressFamily::V6 });
        self.started += 1;
        self.running += 1;
        self.not_before = Some(now + self.rules.attempt_delay);
        Action::Start(address)
    }
}

#[cfg(test)]
mod tests;
